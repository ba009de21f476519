# Written by 'aku pipelines export --engine airflow': change the pipeline file and export again.
# Workers need 'aku' on their path, AKU_URL, and AKU_TOKEN where the server asks for one.
from __future__ import annotations

import os
from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param

PIPELINE = os.environ.get("AKU_PIPELINE_FILE", "/srv/demo.yaml")

# Values reach the command as variables, so that no parameter is ever read by a shell.
ENVIRONMENT = {
    "AKU_EXTERNAL_RUN": "{{ run_id }}",
    "AKU_EXTERNAL_PARAMETERS": "{{ params | tojson }}",
    "AKU_EXTERNAL_PIPELINE": PIPELINE,
}


def aku_task(name: str, **limits) -> BashOperator:
    return BashOperator(
        task_id=name,
        bash_command=f"exec aku task exec --task {name} --engine airflow"
        ' --run "$AKU_EXTERNAL_RUN" --pipeline "$AKU_EXTERNAL_PIPELINE"'
        ' --parameters "$AKU_EXTERNAL_PARAMETERS"',
        env=ENVIRONMENT,
        append_env=True,
        **limits,
    )


with DAG(
    dag_id="demo.pipeline",
    description="Counts words, \"quoted\" and not.",
    schedule=None,
    catchup=False,
    params={
        "words": Param(["one", "two"], type="array", description="What to count."),
        "seed": Param(17, type="integer"),
        "rate": Param(0.5, type="number"),
        "loud": Param(False, type="boolean"),
        "title": Param("it's a \"title\" \U00002013 \U000000fc", type="string"),
    },
    tags=["aku"],
):
    tasks = {
        "make": aku_task("make", retries=0, execution_timeout=timedelta(seconds=3900)),
        "count_all": aku_task("count_all", retries=2, retry_delay=timedelta(seconds=0.5), retry_exponential_backoff=2, execution_timeout=timedelta(seconds=360)),
        "count.all": aku_task("count.all", retries=0, execution_timeout=timedelta(seconds=3900)),
    }
    tasks["make"] >> tasks["count_all"]
    tasks["count_all"] >> tasks["count.all"]
    tasks["make"] >> tasks["count.all"]

    # Whatever became of the tasks, the platform's run ends with this one, and fails it if it failed.
    finish = BashOperator(
        task_id="finish",
        bash_command='exec aku task finish --engine airflow --run "$AKU_EXTERNAL_RUN"'
        ' --pipeline "$AKU_EXTERNAL_PIPELINE"',
        env=ENVIRONMENT,
        append_env=True,
        trigger_rule="all_done",
    )
    list(tasks.values()) >> finish
