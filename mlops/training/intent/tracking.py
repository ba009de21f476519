"""Which tracking server a script logs to: the one in MLFLOW_TRACKING_URI, or none when the user says so."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

EXPERIMENT = "intent"


@dataclass
class Run:
    """A run on the tracking server; every call does nothing when tracking is off (`run_id` is None)."""

    run_id: str | None = None
    experiment_id: str | None = None
    _pending: list = field(default_factory=list)

    def params(self, values: dict[str, object]) -> None:
        """Records the settings of the run."""
        if self.run_id:
            import mlflow

            mlflow.log_params(values)

    def metrics(self, values: dict[str, float], step: int | None = None) -> None:
        """Records measurements at `step`; sent in batches, and at the latest when the run ends."""
        if self.run_id:
            import mlflow.entities
            import time

            now = int(time.time() * 1000)
            self._pending += [mlflow.entities.Metric(name, value, now, step or 0) for name, value in values.items()]
            if len(self._pending) >= 40:
                self.flush()

    def tags(self, values: dict[str, str]) -> None:
        """Records facts about the run."""
        if self.run_id:
            import mlflow

            mlflow.set_tags(values)

    def folder(self, path: Path, name: str) -> None:
        """Uploads every file of a folder as artifacts under `name`."""
        if self.run_id:
            import mlflow

            mlflow.log_artifacts(str(path), artifact_path=name)

    def flush(self) -> None:
        """Sends the measurements that still wait."""
        if self._pending:
            import mlflow

            mlflow.MlflowClient().log_batch(self.run_id, metrics=self._pending)
            self._pending = []


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Adds `--no-tracking`."""
    parser.add_argument("--no-tracking", action="store_true", help="log nowhere; without it a server must be set")


@contextmanager
def tracked(arguments: argparse.Namespace, run_id: str | None = None, name: str | None = None) -> Iterator[Run]:
    """A run that ends with the block: a new one, or `run_id` continued. It fails when the block raises.

    Exits when MLFLOW_TRACKING_URI is not set and the user did not ask for --no-tracking, because the client would
    then quietly write to a local folder that nobody looks at.
    """
    if arguments.no_tracking:
        yield Run()
        return
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        raise SystemExit("MLFLOW_TRACKING_URI is not set. Point it at the server, or pass --no-tracking.")
    import mlflow

    if run_id is None:
        mlflow.set_experiment(EXPERIMENT)
    with mlflow.start_run(run_id=run_id, run_name=name) as active:
        run = Run(active.info.run_id, active.info.experiment_id)
        yield run
        run.flush()
