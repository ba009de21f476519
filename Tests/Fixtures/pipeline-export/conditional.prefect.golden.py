# Written by 'aku pipelines export --engine prefect': change the pipeline file and export again.
# The flow's process needs 'aku' on its path, AKU_URL, and AKU_TOKEN where the server asks for one.
from __future__ import annotations

import json
import os
import subprocess
import sys

from prefect import allow_failure, flow, task
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.tasks import exponential_backoff

PIPELINE = os.environ.get("AKU_PIPELINE_FILE", "/srv/conditional.yaml")


def aku(*arguments: str) -> None:
    subprocess.run(["aku", "task", *arguments], check=True)


# No timeout here: a thread cannot be ended, the platform ends the process.
@task(task_run_name="{name}")
def aku_task(name: str, run: str, parameters: dict):
    try:
        aku(
            "exec", "--task", name, "--engine", "prefect", "--run", run,
            "--pipeline", PIPELINE, "--parameters", json.dumps(parameters), "--skip-status", "99",
        )
    except subprocess.CalledProcessError as error:
        if error.returncode != 99:
            raise
        return Completed(name="Skipped", message="The platform left the task out.")


@flow(name="conditional", description="")
def pipeline(parameters: dict | None = None):
    # Parameters; those left out have the pipeline's defaults:
    #   deploy (boolean, False)
    run, values, futures = str(flow_run.id), parameters or {}, {}
    try:
        futures["train"] = aku_task.with_options(name="train").submit(
            "train", run, values, wait_for=[]
        )
        futures["deploy"] = aku_task.with_options(name="deploy").submit(
            "deploy", run, values, wait_for=[futures["train"]]
        )
        futures["report"] = aku_task.with_options(name="report").submit(
            "report", run, values, wait_for=[futures["deploy"], futures["train"]]
        )
        futures["clean"] = aku_task.with_options(name="clean", tags=["small"]).submit(
            "clean", run, values, wait_for=[allow_failure(futures["report"])]
        )
        wait(list(futures.values()))
    finally:
        # Whatever became of the tasks, the platform's run ends with the flow's, and fails it if it failed.
        aku("finish", "--engine", "prefect", "--run", run, "--pipeline", PIPELINE)


if __name__ == "__main__":
    pipeline(json.loads(sys.argv[1]) if len(sys.argv) > 1 else None)
