# Written by 'aku pipelines export --engine airflow': change the pipeline file and export again.
# Workers need 'aku' on their path, AKU_URL, and AKU_TOKEN where the server asks for one.
from __future__ import annotations

import os
from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Param

PIPELINE = os.environ.get("AKU_PIPELINE_FILE", "/srv/conditional.yaml")

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
        ' --parameters "$AKU_EXTERNAL_PARAMETERS" --skip-status 99',
        env=ENVIRONMENT,
        append_env=True,
        **limits,
    )


with DAG(
    dag_id="conditional",
    description="",
    schedule=None,
    catchup=False,
    params={
        "deploy": Param(False, type="boolean"),
    },
    tags=["aku"],
):
    tasks = {
        "train": aku_task("train", retries=0, trigger_rule="none_failed", execution_timeout=timedelta(seconds=3900)),
        "deploy": aku_task("deploy", retries=0, trigger_rule="none_failed", execution_timeout=timedelta(seconds=3900)),
        "report": aku_task("report", retries=0, trigger_rule="none_failed", execution_timeout=timedelta(seconds=3900)),
        "clean": aku_task("clean", retries=0, pool="small", priority_weight=5, weight_rule="absolute", trigger_rule="all_done", execution_timeout=timedelta(seconds=3900)),
    }
    tasks["train"] >> tasks["deploy"]
    tasks["deploy"] >> tasks["report"]
    tasks["train"] >> tasks["report"]
    tasks["report"] >> tasks["clean"]

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
