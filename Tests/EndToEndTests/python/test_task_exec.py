"""`aku task exec` against a real server, called as another engine would: out of order, twice at once, killed, cancelled."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from conftest import BINARY, ROOT, aku

PIPELINE = """
pipeline: outside
tasks:
  slow:
    run: "echo began; sleep ${params.seconds}; mkdir ${outputs.f}; echo done > ${outputs.f}/x"
    outputs: [f]
    code: [code]
    retries: { limit: 2 }
  read:
    inputs: { f: slow.f }
    run: "cat ${inputs.f}/x code/code/word"
parameters: { seconds: { type: number, default: 0 } }
code: [code]
"""


@pytest.fixture
def server(start_server):
    return start_server()


@pytest.fixture
def pipeline(folder):
    (folder / "code").mkdir()
    (folder / "code" / "word").write_text("a word of the code\n")
    (folder / "outside.yaml").write_text(PIPELINE)
    return folder / "outside.yaml"


def command(pipeline, verb, run, *more):
    return [str(BINARY), "task", verb, "--engine", "prefect", "--run", run, "--pipeline", str(pipeline), *more]


def execute(server, pipeline, run, task, *more):
    variables = {**os.environ, "AKU_URL": server.url, "AKU_PYTHON": sys.executable}
    return subprocess.Popen(
        command(pipeline, "exec", run, "--task", task, *more), env=variables, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    )


def ended(process, status=0):
    text, _ = process.communicate(timeout=60)
    assert process.returncode == status, text
    return text


def get(server, path):
    with urllib.request.urlopen(server.url + path, timeout=30) as reply:
        return json.load(reply)


def the_run(server):
    run = get(server, "/api/v1/pipeline-runs")["runs"][0]
    return get(server, f"/api/v1/pipeline-runs/{run['id']}")


def wait(server, state, attempt):
    for _ in range(300):
        runs = get(server, "/api/v1/pipeline-runs")["runs"]
        if runs:
            task = the_run(server)["tasks"][0]
            if (task["state"], task["attempts"]) == (state, attempt):
                return task
        time.sleep(0.1)
    raise AssertionError(the_run(server))


def test_tasks_run_in_order_and_a_new_run_comes_from_the_cache(server, pipeline):
    assert "task_upstream_unfinished" in ended(execute(server, pipeline, "r1", "read"), 1)
    assert "task slow succeeded" in ended(execute(server, pipeline, "r1", "slow"))
    assert "is succeeded" in ended(execute(server, pipeline, "r1", "slow"))
    assert "a word of the code" in ended(execute(server, pipeline, "r1", "read"))
    assert subprocess.run(command(pipeline, "finish", "r1"), env={**os.environ, "AKU_URL": server.url}).returncode == 0
    run = the_run(server)
    assert (run["state"], run["engine"], run["external_id"]) == ("succeeded", "prefect", "r1")
    log = aku("pipelines", "logs", run["id"], "read", url=server.url).stdout
    assert log == "done\na word of the code\n"
    assert "is cached" in ended(execute(server, pipeline, "r2", "slow"))


def test_a_second_attempt_ends_the_first(server, pipeline):
    first = execute(server, pipeline, "r1", "slow", "-p", "seconds=600")
    wait(server, "running", 1)
    second = execute(server, pipeline, "r1", "slow", "-p", "seconds=600")
    wait(server, "running", 2)
    assert "task_attempt_superseded" in ended(first, 1)
    second.send_signal(signal.SIGTERM)
    assert "task slow released" in ended(second, 1)
    task = wait(server, "ready", 2)
    assert task["losses"] == 2


def test_a_cancellation_reaches_the_process(server, pipeline):
    process = execute(server, pipeline, "r1", "slow", "-p", "seconds=600")
    wait(server, "running", 1)
    run = the_run(server)
    aku("pipelines", "cancel", run["id"], url=server.url)
    assert "task slow cancelled" in ended(process, 1)
    assert {task["state"] for task in the_run(server)["tasks"]} == {"cancelled"}
    assert the_run(server)["state"] == "cancelled"


def test_an_attempt_goes_on_while_the_server_is_restarted(start_server, pipeline):
    server = start_server()
    process = execute(server, pipeline, "r1", "slow", "-p", "seconds=4")
    wait(server, "running", 1)
    server.kill()
    again = start_server("data", "--port", server.url.rsplit(":", 1)[1])
    assert "task slow succeeded" in ended(process)
    task = the_run(again)["tasks"][0]
    assert (task["state"], task["attempts"], task["losses"]) == ("succeeded", 1, 0)


def test_built_in_operators_are_done_where_the_task_is(server, folder):
    (folder / "operators.yaml").write_text("""
pipeline: operators
parameters: { least: { type: integer, default: 2 } }
tasks:
  make: { run: 'mkdir ${outputs.d}; echo a > ${outputs.d}/a; echo b > ${outputs.d}/b', outputs: [d] }
  one: { uses: concat, inputs: { d: make.d }, outputs: [text] }
  numbers: { run: 'printf "{\\"n\\": %s}" $(wc -l < ${inputs.text}) > ${outputs.n}', inputs: { text: one.text }, outputs: [n] }
  gate: { uses: assert, with: { that: "/n >= ${params.least}" }, inputs: { n: numbers.n } }
  done: { uses: noop, after: [gate] }
""")
    pipeline = folder / "operators.yaml"
    assert "task make succeeded" in ended(execute(server, pipeline, "r1", "make"))
    assert "task one succeeded" in ended(execute(server, pipeline, "r1", "one"))
    assert "task numbers succeeded" in ended(execute(server, pipeline, "r1", "numbers"))
    assert "task gate succeeded" in ended(execute(server, pipeline, "r1", "gate"))
    assert "is succeeded" in ended(execute(server, pipeline, "r1", "done"))
    run = the_run(server)
    assert [task["state"] for task in run["tasks"]] == ["succeeded"] * 5
    for task in ["make", "one", "numbers"]:
        assert "is cached" in ended(execute(server, pipeline, "r2", task, "-p", "least=3"))
    text = ended(execute(server, pipeline, "r2", "gate", "-p", "least=3"), 1)
    assert "assertion_failed: /n is 2, not >= 3." in text
