"""The engines that Aku's own is measured beside, each as its users start it, with its state on the same disk. Every shape is
timed by the engine's own clock where it has one, from the run's acceptance to its end."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import datetime

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 1800


class Peer:
    """An engine in an environment of its own."""

    kind = ""
    package = ""

    def __init__(self, engines: pathlib.Path, folder: pathlib.Path):
        self.bin = engines / type(self).__name__.lower() / "bin"
        self.folder = folder
        self.process = None
        if not (self.bin / "python").exists():
            sys.exit(f"{self.bin} is not there: Benchmarks/pipelines/run installs it")

    def version(self) -> str:
        code = f"import importlib.metadata as m; print(m.version({self.package!r}))"
        return subprocess.run([self.bin / "python", "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process = None

    def environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"}

    def script(self, name: str, *arguments: str) -> dict:
        """Runs one of the programs beside this file with the peer's Python; its last line is JSON."""
        self.folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [self.bin / "python", HERE / name, *arguments], capture_output=True, text=True, timeout=TIMEOUT,
            cwd=self.folder, env=self.environment(),
        )
        if done.returncode:
            sys.exit(f"{type(self).__name__}: {done.stderr[-2000:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])


class Luigi(Peer):
    """The local scheduler; two workers, which fork a process for each task; a file for each that is done."""

    kind = "a fork a task"
    package = "luigi"

    def chain(self, count: int) -> float:
        return self.script("luigi_shapes.py", "chain", str(count))["seconds"]

    def flat(self, count: int) -> float:
        return self.script("luigi_shapes.py", "flat", str(count))["seconds"]

    def done(self, count: int) -> float:
        return self.script("luigi_shapes.py", "flat", str(count))["again"]


class Prefect(Peer):
    """A server over SQLite; tasks are functions in the flow's own process, which is Prefect's way."""

    kind = "a function in the flow's process"
    package = "prefect"

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(), "PREFECT_HOME": str(self.folder), "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300", "PREFECT_LOGGING_LEVEL": "ERROR",
        }

    def chain(self, count: int) -> float:
        return self.script("prefect_shapes.py", "chain", str(count))["seconds"]

    def flat(self, count: int) -> float:
        return self.script("prefect_shapes.py", "flat", str(count))["seconds"]


class Airflow(Peer):
    """`airflow standalone`: API server, scheduler, DAG processor, triggerer, local executor; SQLite is its default."""

    kind = "a process a task"
    package = "apache-airflow"

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(), "AIRFLOW_HOME": str(self.folder), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False", "AIRFLOW__CORE__DAGS_FOLDER": str(self.folder / "dags"),
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False", "SCARF_ANALYTICS": "false",
        }

    def start(self) -> None:
        (self.folder / "dags").mkdir(parents=True, exist_ok=True)
        with (self.folder / "standalone.log").open("wb") as log:
            self.process = subprocess.Popen(
                [self.bin / "airflow", "standalone"], env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )

    def chain(self, count: int) -> float:
        return self.dag("chain", count, ">>".join(f"t[{i}]" for i in range(count)))

    def flat(self, count: int) -> float:
        return self.dag("flat", count, "")

    def dag(self, name: str, count: int, order: str) -> float:
        """Writes a DAG, runs it and gives the seconds from its run's start to its end."""
        if not self.process:
            self.start()
        name = f"{name}{count}"
        (self.folder / "dags" / f"{name}.py").write_text(
            "from airflow.providers.standard.operators.bash import BashOperator\nfrom airflow.sdk import DAG\n"
            f"with DAG({name!r}, schedule=None, max_active_tasks=16):\n"
            f"    t = [BashOperator(task_id=f't{{i}}', bash_command=':') for i in range({count})]\n"
            + (f"    {order}\n" if order else "")
        )
        deadline = time.monotonic() + TIMEOUT
        trigger = [str(self.bin / "airflow"), "dags", "trigger", name, "-r", "bench"]
        while subprocess.run(trigger, env=self.environment(), capture_output=True).returncode:
            if time.monotonic() > deadline or self.process.poll() is not None:
                sys.exit(f"Airflow did not take {name}: {(self.folder / 'standalone.log').read_text()[-2000:]}")
            time.sleep(3)
        while time.monotonic() < deadline:
            time.sleep(1)
            database = sqlite3.connect(f"file:{self.folder / 'airflow.db'}?mode=ro", uri=True, timeout=30)
            row = database.execute("SELECT state, start_date, end_date FROM dag_run WHERE dag_id = ?", [name]).fetchone()
            database.close()
            if row and row[0] in ("success", "failed"):
                if row[0] == "failed":
                    sys.exit(f"Airflow's run of {name} failed")
                begin, end = (datetime.fromisoformat(text) for text in row[1:])
                return (end - begin).total_seconds()
        sys.exit(f"Airflow's run of {name} did not end within {TIMEOUT} seconds")
