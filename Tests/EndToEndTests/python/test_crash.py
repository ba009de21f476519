"""A server that is killed in the middle of a run loses nothing: the run goes on where it stopped."""

import json
import pathlib
import time

import pytest
import requests
from conftest import aku

CHAIN = """
pipeline: chain
parameters:
  ledger: { type: string, default: /dev/null }
tasks:
  first:
    run: echo "first $AKU_ATTEMPT" >> ${params.ledger}; echo one > ${outputs.value}
    outputs: [value]
  second:
    inputs: { value: first.value }
    run: echo "second $AKU_ATTEMPT" >> ${params.ledger}; cat ${inputs.value} > ${outputs.value}; echo two >> ${outputs.value}
    outputs: [value]
  slow:
    inputs: { value: second.value }
    run: echo "slow $AKU_ATTEMPT" >> ${params.ledger}; sleep 3; cat ${inputs.value} > ${outputs.value}; echo three >> ${outputs.value}
    outputs: [value]
  last:
    inputs: { value: slow.value }
    run: echo "last $AKU_ATTEMPT" >> ${params.ledger}; cat ${inputs.value} > ${outputs.value}; echo four >> ${outputs.value}
    outputs: [value]
"""


def run_state(url: str, run: str) -> dict:
    reply = requests.get(f"{url}/api/v1/pipeline-runs/{run}", timeout=30)
    reply.raise_for_status()
    return reply.json()


def task(state: dict, name: str) -> dict:
    return next(one for one in state["tasks"] if one["name"] == name)


def wait_for(condition, seconds: float = 60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    pytest.fail("waited too long")


def start_chain(server, folder: pathlib.Path) -> tuple[str, pathlib.Path]:
    (folder / "chain.yaml").write_text(CHAIN)
    ledger = folder / "ledger.txt"
    started = aku("pipelines", "run", str(folder / "chain.yaml"), "-p", f"ledger={ledger}", "--json", url=server.url)
    return json.loads(started.stdout)["run_id"], ledger


def test_a_run_resumes_at_the_unfinished_task_after_the_server_was_killed(folder, start_server):
    server = start_server()
    run, ledger = start_chain(server, folder)
    wait_for(lambda: ledger.exists() and "slow" in ledger.read_text())
    server.kill()

    server = start_server()
    state = wait_for(lambda: (s := run_state(server.url, run))["state"] not in ("running", "queued") and s)
    assert state["state"] == "succeeded", state

    lines = ledger.read_text().split("\n")[:-1]
    # What had committed did not run again; what was running when the server died ran once more.
    assert [line.split()[0] for line in lines] == ["first", "second", "slow", "slow", "last"]
    assert aku("verify", "--json", url=server.url).returncode == 0


def test_the_same_run_again_is_served_from_the_cache(folder, start_server):
    server = start_server()
    run, ledger = start_chain(server, folder)
    first = wait_for(lambda: (s := run_state(server.url, run))["state"] == "succeeded" and s)
    again, _ = start_chain(server, folder)
    second = wait_for(lambda: (s := run_state(server.url, again))["state"] == "succeeded" and s)

    assert len(ledger.read_text().split("\n")[:-1]) == 4
    assert {t["state"] for t in second["tasks"]} == {"cached"}
    assert [t["outputs"] for t in second["tasks"]] == [t["outputs"] for t in first["tasks"]]
