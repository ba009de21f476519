"""Tasks as jobs of a real Slurm cluster of one node: order, limits, cancellation, and every daemon killed under a job."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

from conftest import ROOT, aku
from test_containers import begin, get, log, newest, over, task, wait


class Slurm:
    """A cluster of the module's own; the servers of these tests inherit its address."""

    def __init__(self):
        self.process = subprocess.Popen(
            [str(ROOT / "Tests/SlurmCluster/with-slurm"), "sh", "-c", "echo $SLURM_CLUSTER; read end"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        self.folder = pathlib.Path(self.process.stdout.readline().strip() or pytest.fail("Slurm did not start"))
        os.environ["SLURM_CONF"] = str(self.folder / "slurm.conf")

    def jobs(self) -> list[tuple[str, str]]:
        lines = self("squeue", "--noheader", "--states=all", "--format=%j|%T").splitlines()
        return sorted(tuple(line.split("|")) for line in lines)

    def active(self) -> list[str]:
        return [name for name, state in self.jobs() if state in ("PENDING", "CONFIGURING", "RUNNING", "COMPLETING")]

    def __call__(self, *command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    def kill(self, daemon: str):
        pid = int((self.folder / f"{daemon}.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        while pathlib.Path(f"/proc/{pid}").exists() and "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text():
            time.sleep(0.05)

    def start(self, daemon: str):
        self(str(self.folder / daemon))

    def wait_idle(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self("sinfo", "--noheader", "--format=%T").strip() == "idle" and not self.active():
                return
            time.sleep(0.2)
        raise AssertionError(self("sinfo") + self("squeue"))

    def end(self):
        os.environ.pop("SLURM_CONF", None)
        self.process.communicate("end\n", timeout=60)


@pytest.fixture(scope="module")
def slurm():
    if not shutil.which("slurmctld"):
        pytest.fail("Slurm is missing: apt install slurmctld slurmd slurm-client munge")
    cluster = Slurm()
    yield cluster
    cluster.end()


def pipeline(folder, text, name="batch"):
    path = folder / f"{name}.yaml"
    path.write_text(f"pipeline: {name}\nexecutor: slurm\n" + text)
    return str(path)


PAIR = """
code: [code]
tasks:
  a:
    run: "echo began; cat code/code/word; sleep SECONDS; mkdir ${outputs.x}; echo made > ${outputs.x}/f; echo ended"
    outputs: [x]
    resources: { cpu: 2, memory: 200MiB, queue: main }
  b:
    inputs: { x: a.x }
    run: cat ${inputs.x}/f; env | grep -c SLURM_ || true
"""


@pytest.fixture
def pair(folder):
    (folder / "code").mkdir()
    (folder / "code" / "word").write_text("a word\n")
    return lambda seconds: pipeline(folder, PAIR.replace("SECONDS", str(seconds)))


def running(slurm):
    return lambda run: task(run, "a")["state"] == "running" and ("RUNNING" in [s for n, s in slurm.jobs() if run["id"] in n])


def began(server, slurm):
    """The command itself is under way, not only its job."""
    def done(run):
        return running(slurm)(run) and "began" in log(server, run, "a")
    return wait(server, done)


def test_tasks_run_as_jobs_and_their_outputs_come_home(start_server, pair, slurm):
    server = start_server()
    begin(server, pair(0))
    run = wait(server, lambda run: [name for name, _ in slurm.jobs() if run["id"] in name])
    details = slurm("squeue", "--noheader", "--states=all", "--format=%j|%C|%m|%P|%k")
    assert f"aku:{run['id']}:a:1|2|200M|main|" in details, details
    run = wait(server, over)
    assert run["state"] == "succeeded", run
    assert log(server, run, "a") == "began\na word\nended\n"
    assert log(server, run, "b") == "made\n0\n"
    assert [t["attempts"] for t in run["tasks"]] == [1, 1]
    slurm.wait_idle()
    assert {state for name, state in slurm.jobs() if run["id"] in name} == {"COMPLETED"}
    # What a job computed serves a run of any executor.
    aku("pipelines", "run", "batch", url=server.url)
    assert {t["state"] for t in wait(server, over)["tasks"]} == {"cached"}


def test_with_tokens_a_job_speaks_for_its_own_task_and_no_other(start_server, pair, slurm, folder, monkeypatch):
    server = start_server("data", "--auth", "token")
    monkeypatch.setenv("AKU_TOKEN", (server.data / "keys" / "admin.token").read_text().strip())
    path = pipeline(folder, """
tasks:
  first:
    run: |
      echo "$AKU_URL $AKU_TOKEN" > ${outputs.token}
    outputs: [token]
    cache: false
  second:
    inputs: { token: first.token }
    network: platform
    run: |
      read url token < ${inputs.token}
      curl -s -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $token" $url/api/v1/pipeline-runs/$AKU_PIPELINE_RUN/tasks/second/attempts/1/order
      curl -s -o /dev/null -w '%{http_code}\\n' -H "Authorization: Bearer $AKU_TOKEN" $url/api/v1/pipeline-runs/$AKU_PIPELINE_RUN/tasks/second/attempts/1/order
""", "tokens")
    aku("pipelines", "apply", path, url=server.url)
    identifier = json.loads(aku("pipelines", "run", "tokens", "--json", url=server.url).stdout)
    show = lambda: json.loads(aku("pipelines", "runs", identifier["run_id"], "--json", url=server.url).stdout)
    deadline = time.monotonic() + 60
    while show()["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert show()["state"] == "succeeded", show()
    assert aku("pipelines", "logs", identifier["run_id"], "second", url=server.url).stdout.split() == ["403", "200"]


def test_a_command_that_fails_is_a_failure_and_no_loss(start_server, folder, slurm):
    server = start_server()
    begin(server, pipeline(folder, "tasks:\n  a: { run: 'echo why; exit 3', retries: { limit: 1, backoff_seconds: 0 } }\n"))
    run = wait(server, over)
    a = task(run, "a")
    assert (run["state"], a["failure"]["code"], a["attempts"], a["losses"]) == ("failed", "task_failed", 2, 0)
    assert "status 3" in a["failure"]["message"] and "why" in a["failure"]["message"]


def test_what_slurm_refuses_fails_the_task_with_its_reason(start_server, folder, slurm):
    server = start_server()
    begin(server, pipeline(folder, "tasks:\n  a: { run: 'true', resources: { queue: nowhere } }\n"))
    a = task(wait(server, over), "a")
    assert a["failure"]["code"] == "executor_refused" and "partition" in a["failure"]["message"].lower(), a


def test_a_job_without_the_program_is_lost_five_times_and_says_why(start_server, folder, slurm, monkeypatch):
    monkeypatch.setenv("AKU_SLURM_PROGRAM", "/nowhere/aku")
    server = start_server()
    begin(server, pipeline(folder, "tasks:\n  a: { run: 'true' }\n"))
    a = task(wait(server, over, 120), "a")
    assert (a["failure"]["code"], a["losses"]) == ("task_lost", 5)
    assert "/nowhere/aku" in a["failure"]["message"], a["failure"]


def test_a_cancelled_run_ends_its_job(start_server, pair, slurm):
    server = start_server()
    begin(server, pair(60))
    run = began(server, slurm)
    start = time.monotonic()
    aku("pipelines", "cancel", run["id"], url=server.url)
    run = wait(server, over)
    assert time.monotonic() - start < 20
    assert {t["state"] for t in run["tasks"]} == {"cancelled"}
    slurm.wait_idle()


def test_a_job_that_an_administrator_cancels_is_lost_and_begun_anew(start_server, pair, slurm):
    server = start_server()
    begin(server, pair(3))
    run = began(server, slurm)
    slurm("scancel", "--signal=KILL", "--full", *[line.split("|")[0] for line in slurm("squeue", "--noheader", "--format=%i|%j").splitlines() if run["id"] in line])
    run = wait(server, over)
    a = task(run, "a")
    assert (run["state"], a["attempts"], a["losses"]) == ("succeeded", 2, 1), a


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_job_outlives_the_server_and_is_adopted(start_server, pair, slurm, end):
    server = start_server()
    port = server.url.rsplit(":", 1)[1]
    begin(server, pair(5))
    run = began(server, slurm)
    getattr(server, end)()
    assert [name for name in slurm.active() if run["id"] in name]
    time.sleep(1)
    again = start_server("data", "--port", port)
    run = wait(again, over)
    assert (run["state"], [(t["attempts"], t["losses"]) for t in run["tasks"]]) == ("succeeded", [(1, 0), (1, 0)])
    assert log(again, run, "a") == "began\na word\nended\n"
    assert len([name for name, _ in slurm.jobs() if f"{run['id']}:a:" in name]) == 1


def test_a_job_that_ends_while_no_server_is_there_waits_for_it(start_server, pair, slurm):
    server = start_server()
    port = server.url.rsplit(":", 1)[1]
    begin(server, pair(4))
    began(server, slurm)
    server.kill()
    time.sleep(7)
    again = start_server("data", "--port", port)
    run = wait(again, over)
    assert (run["state"], [(t["attempts"], t["losses"]) for t in run["tasks"]]) == ("succeeded", [(1, 0), (1, 0)])


@pytest.mark.parametrize("daemon", ["controller", "node"])
def test_a_job_outlives_the_daemons_of_slurm(start_server, pair, slurm, daemon):
    server = start_server()
    begin(server, pair(6))
    run = began(server, slurm)
    slurm.kill(daemon)
    time.sleep(2)
    slurm.start(daemon)
    run = wait(server, over, 90)
    assert (run["state"], [(t["attempts"], t["losses"]) for t in run["tasks"]]) == ("succeeded", [(1, 0), (1, 0)]), run
    assert log(server, run, "a") == "began\na word\nended\n"
    slurm.wait_idle()


def test_a_submission_waits_for_a_controller_that_is_down(start_server, pair, slurm):
    server = start_server()
    slurm.kill("controller")
    begin(server, pair(0))
    time.sleep(3)
    assert task(newest(server), "a")["state"] == "running"
    slurm.start("controller")
    run = wait(server, over, 90)
    assert (run["state"], [t["attempts"] for t in run["tasks"]]) == ("succeeded", [1, 1])
    slurm.wait_idle()


def test_server_and_controller_killed_at_once_lose_nothing(start_server, pair, slurm):
    server = start_server()
    port = server.url.rsplit(":", 1)[1]
    begin(server, pair(4))
    run = began(server, slurm)
    server.kill()
    slurm.kill("controller")
    again = start_server("data", "--port", port)
    time.sleep(1)
    slurm.start("controller")
    run = wait(again, over, 90)
    assert (run["state"], [(t["attempts"], t["losses"]) for t in run["tasks"]]) == ("succeeded", [(1, 0), (1, 0)])
    assert len([name for name, _ in slurm.jobs() if f"{run['id']}:a:" in name]) == 1
    assert get(again, f"/api/v1/pipeline-runs/{run['id']}")["state"] == "succeeded"
