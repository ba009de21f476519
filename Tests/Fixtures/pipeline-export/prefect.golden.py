# Written by 'aku pipelines export --engine prefect': change the pipeline file and export again.
# The flow's process needs 'aku' on its path, AKU_URL, and AKU_TOKEN where the server asks for one.
from __future__ import annotations

import json
import os
import subprocess
import sys

from prefect import flow, task
from prefect.futures import wait
from prefect.runtime import flow_run
from prefect.tasks import exponential_backoff

PIPELINE = os.environ.get("AKU_PIPELINE_FILE", "/srv/demo.yaml")


def aku(*arguments: str) -> None:
    subprocess.run(["aku", "task", *arguments], check=True)


# No timeout here: a thread cannot be ended, the platform ends the process.
@task(task_run_name="{name}")
def aku_task(name: str, run: str, parameters: dict) -> None:
    aku(
        "exec", "--task", name, "--engine", "prefect", "--run", run,
        "--pipeline", PIPELINE, "--parameters", json.dumps(parameters),
    )


@flow(name="demo.pipeline", description="Counts words, \"quoted\" and not.")
def pipeline(parameters: dict | None = None):
    # Parameters; those left out have the pipeline's defaults:
    #   words (list, ["one", "two"]): What to count.
    #   seed (integer, 17)
    #   rate (number, 0.5)
    #   loud (boolean, False)
    #   title (string, "it's a \"title\" \U00002013 \U000000fc")
    run, values, futures = str(flow_run.id), parameters or {}, {}
    try:
        futures["make"] = aku_task.with_options(name="make").submit(
            "make", run, values, wait_for=[]
        )
        futures["count_all"] = aku_task.with_options(name="count_all", retries=2, retry_delay_seconds=exponential_backoff(0.5), retry_jitter_factor=0.5).submit(
            "count_all", run, values, wait_for=[futures["make"]]
        )
        futures["count.all"] = aku_task.with_options(name="count.all").submit(
            "count.all", run, values, wait_for=[futures["count_all"], futures["make"]]
        )
        wait(list(futures.values()))
    finally:
        # Whatever became of the tasks, the platform's run ends with the flow's, and fails it if it failed.
        aku("finish", "--engine", "prefect", "--run", run, "--pipeline", PIPELINE)


if __name__ == "__main__":
    pipeline(json.loads(sys.argv[1]) if len(sys.argv) > 1 else None)
