"""Tasks in containers, by the real Podman: hermetic, limited, adopted after the server's death, removed at the end."""

import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.request

import pytest

from conftest import aku

LIMITS = ["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"]
APPLETS = "sh cat echo sleep ls mkdir id env grep head seq true cp dd wc touch stat rm kill trap nproc".split()


class Podman:
    """Podman with a store of its own and one image made of busybox alone."""

    def __init__(self, folder: pathlib.Path, program: pathlib.Path | None = None):
        self.folder = folder
        for name in ["image/bin", "image/tmp"]:
            (folder / name).mkdir(parents=True)
        shutil.copy("/bin/busybox", folder / "image/bin/busybox")
        for applet in APPLETS:
            (folder / "image/bin" / applet).symlink_to("busybox")
        if program:
            self.add(program)
        # vfs needs no support of the kernel; runc runs where both versions of cgroups are mounted, which crun refuses.
        (folder / "storage.conf").write_text(
            f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/state"\n'
        )
        (folder / "containers.conf").write_text(
            '[containers]\ndefault_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n'
        )
        os.environ["CONTAINERS_STORAGE_CONF"] = str(folder / "storage.conf")
        os.environ["CONTAINERS_CONF"] = str(folder / "containers.conf")
        archive = subprocess.run(
            ["tar", "-C", str(folder / "image"), "--sort=name", "--mtime=@0", "-c", "."], check=True, capture_output=True
        ).stdout
        subprocess.run(["podman", "import", "--change", "ENV=PATH=/bin", "-", "localhost/aku-busybox:1"], input=archive, check=True, capture_output=True)
        digest = self("image", "inspect", "--format", "{{.Digest}}", "localhost/aku-busybox:1").strip()
        self.image = f"localhost/aku-busybox@{digest}"

    def add(self, program: pathlib.Path):
        """A program with the libraries that it is linked to."""
        for line in subprocess.run(["ldd", str(program)], check=True, capture_output=True, text=True).stdout.splitlines():
            library = next((word for word in line.split() if word.startswith("/")), None)
            if library:
                target = self.folder / "image" / library.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library, target)
        shutil.copy(program, self.folder / "image/bin" / program.name)

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(["podman", *arguments], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"podman {arguments}: {done.stderr}"
        return done.stdout

    def containers(self) -> list[str]:
        return sorted(self("ps", "--all", "--format", "{{.Names}}").split())

    def end(self):
        self("rm", "--all", "--force", "--time", "0")
        for name in ["CONTAINERS_STORAGE_CONF", "CONTAINERS_CONF"]:
            os.environ.pop(name)
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def podman():
    """Podman; the servers of these tests inherit its settings."""
    if not shutil.which("podman") or not pathlib.Path("/bin/busybox").exists():
        pytest.fail("Podman is missing: apt install podman runc catatonit busybox-static")
    podman = Podman(pathlib.Path(tempfile.mkdtemp(prefix="aku-podman-")))
    yield podman
    podman.end()


@pytest.fixture
def server(podman, start_server):
    return start_server()


def pipeline(folder, text, podman, name="boxed"):
    path = folder / f"{name}.yaml"
    path.write_text(f"pipeline: {name}\n" + text.replace("IMAGE", podman.image))
    return str(path)


def get(server, path):
    with urllib.request.urlopen(server.url + path, timeout=30) as reply:
        return json.load(reply)


def newest(server):
    return get(server, f"/api/v1/pipeline-runs/{get(server, '/api/v1/pipeline-runs')['runs'][0]['id']}")


def begin(server, path):
    aku("pipelines", "apply", path, url=server.url)
    name = pathlib.Path(path).stem
    return json.loads(aku("pipelines", "run", name, "--json", url=server.url).stdout)


def wait(server, done, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run = newest(server)
        if done(run):
            return run
        time.sleep(0.05)
    raise AssertionError(json.dumps(newest(server), indent=1) + server.log_text()[-3000:])


def over(run):
    return run["state"] != "running"


def task(run, name):
    return next(task for task in run["tasks"] if task["name"] == name)


def log(server, run, name):
    return aku("pipelines", "logs", run["id"], name, url=server.url).stdout


FACTS = """
executor: container
code: [code]
tasks:
  make:
    image: IMAGE
    resources: { cpu: 0.5, memory: 64MiB }
    run: |
      mkdir ${outputs.f}; id -u > ${outputs.f}/who; ls /sys/class/net > ${outputs.f}/net
      cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max
    outputs: [f]
  look:
    image: IMAGE
    inputs: { f: make.f }
    environment: { COLOUR: blue }
    run: |
      cat code/code/word ${inputs.f}/who ${inputs.f}/net
      for place in inputs/x inputs/f/x code/x /x /bin/x; do (echo > $place) 2>/dev/null && echo "wrote $place"; done
      echo > /tmp/x; echo > $HOME/x; echo > here
      env | grep -E '^(COLOUR|HOME|LC_ALL|TZ|PATH|AKU_WORK|SOURCE_DATE_EPOCH)='
      grep -c . /proc/self/mountinfo >/dev/null; grep CapEff /proc/self/status
      echo kept > ${outputs.kept}
    outputs: [kept]
"""


def test_a_container_sees_its_own_folder_and_nothing_else(server, folder, podman):
    (folder / "code").mkdir()
    (folder / "code" / "word").write_text("a word\n")
    begin(server, pipeline(folder, FACTS, podman))
    run = wait(server, over)
    assert run["state"] == "succeeded", [t.get("failure") for t in run["tasks"]]
    assert log(server, run, "make").split() == [str(64 << 20)]
    lines = log(server, run, "look").splitlines()
    assert lines[:3] == ["a word", "0", "lo"]
    assert not [line for line in lines if line.startswith("wrote")]
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    assert values["COLOUR"] == "blue" and values["TZ"] == "UTC" and values["SOURCE_DATE_EPOCH"] == "315532800"
    assert values["HOME"] == "/aku/home" and values["AKU_WORK"] == "/task"
    assert "CapEff:\t0000000000000000" in lines
    assert wait_for_none(podman) == []
    [containers] = server.data.rglob("containers")
    assert list(containers.iterdir()) == []
    # The same identity is not run again, and the image is a part of it.
    aku("pipelines", "run", "boxed", url=server.url)
    again = wait(server, lambda run: over(run))
    assert {t["state"] for t in again["tasks"]} == {"cached"}


def wait_for_none(podman, seconds=20):
    deadline = time.monotonic() + seconds
    while podman.containers() and time.monotonic() < deadline:
        time.sleep(0.1)
    return podman.containers()


BAD = {
    "status": ("run: exit 3", "task_failed", "status 3"),
    "signal": ("run: kill -SEGV $$; sleep 5", "task_failed", "signal 11"),
    "memory": (
        "run: head -c 200000000 /dev/zero > /dev/shm/x || true; x=$(head -c 200000000 /dev/zero | seq 1 20000000); echo $x | wc\n"
        "    resources: { memory: 16MiB }",
        "task_out_of_memory", "memory",
    ),
    "timeout": ("run: sleep 30\n    timeout_seconds: 1", "task_timeout", "1 s"),
    "output": ("run: true\n    outputs: [x]", "task_output_missing", "'x'"),
    "link": ("run: ln -s /etc/passwd ${outputs.x} || busybox ln -s /etc/passwd ${outputs.x}\n    outputs: [x]", "task_output_invalid", "link"),
}


@pytest.mark.parametrize("name", BAD)
def test_each_bad_end_has_its_code(server, folder, podman, name):
    body, code, words = BAD[name]
    begin(server, pipeline(folder, f"tasks:\n  a:\n    image: IMAGE\n    {body}\n", podman))
    run = wait(server, over)
    failure = task(run, "a")["failure"]
    assert run["state"] == "failed"
    # Where cgroups are of version 1, Podman does not learn that the kernel ended a process for its memory.
    codes = {code, "task_failed"} if name == "memory" else {code}
    assert failure["code"] in codes, failure
    assert words in failure["message"]
    assert wait_for_none(podman) == []


def test_an_image_that_cannot_be_had_fails_the_task_at_once(server, folder, podman):
    text = "tasks:\n  a:\n    run: true\n    image: localhost/none@sha256:" + "0" * 64 + "\n"
    begin(server, pipeline(folder, text, podman))
    run = wait(server, over)
    failure = task(run, "a")["failure"]
    assert failure["code"] == "image_unavailable", failure
    assert task(run, "a")["attempts"] == 1


LONG = """
tasks:
  a:
    image: IMAGE
    run: "echo began; sleep SECONDS; echo made > ${outputs.x}; echo ended"
    outputs: [x]
  b:
    image: IMAGE
    inputs: { x: a.x }
    run: cat ${inputs.x}
"""


def running(podman):
    def done(run):
        return task(run, "a")["state"] == "running" and "Up" in podman("ps", "--format", "{{.Status}}")
    return done


def test_a_cancelled_run_ends_its_container(server, folder, podman):
    begin(server, pipeline(folder, LONG.replace("SECONDS", "60"), podman))
    run = wait(server, running(podman))
    began = time.monotonic()
    aku("pipelines", "cancel", run["id"], url=server.url)
    run = wait(server, over)
    assert time.monotonic() - began < 15
    assert run["state"] == "cancelled" and {t["state"] for t in run["tasks"]} == {"cancelled"}
    assert wait_for_none(podman) == []


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_container_outlives_the_server_and_is_adopted(start_server, folder, podman, end):
    server = start_server()
    begin(server, pipeline(folder, LONG.replace("SECONDS", "4"), podman))
    wait(server, running(podman))
    [before] = podman("ps", "--format", "{{.ID}}").split()
    getattr(server, end)()
    assert podman("ps", "--format", "{{.ID}}").split() == [before]
    again = start_server()
    run = wait(again, over)
    assert run["state"] == "succeeded", [t.get("failure") for t in run["tasks"]]
    a = task(run, "a")
    assert (a["attempts"], a["losses"]) == (1, 0)
    assert log(again, run, "a") == "began\nended\n"
    assert log(again, run, "b") == "made\n"
    assert wait_for_none(podman) == []


def test_a_container_that_ended_while_no_server_was_there_is_not_run_again(start_server, folder, podman):
    server = start_server()
    begin(server, pipeline(folder, LONG.replace("SECONDS", "2"), podman))
    wait(server, running(podman))
    server.kill()
    deadline = time.monotonic() + 30
    while podman("ps", "--format", "{{.ID}}").strip() and time.monotonic() < deadline:
        time.sleep(0.1)
    again = start_server()
    run = wait(again, over)
    a = task(run, "a")
    assert (run["state"], a["attempts"], a["losses"]) == ("succeeded", 1, 0)
    assert log(again, run, "a") == "began\nended\n"


def test_a_container_that_vanished_with_the_server_is_counted_as_lost_and_begun_anew(start_server, folder, podman):
    server = start_server()
    begin(server, pipeline(folder, LONG.replace("SECONDS", "3"), podman))
    wait(server, running(podman))
    # Until then nobody could know that it had begun.
    with sqlite3.connect(f"file:{server.data}/aku.sqlite?mode=ro", uri=True) as database:
        while not database.execute("SELECT handle FROM pipeline_attempt").fetchall():
            time.sleep(0.02)
    server.kill()
    podman("rm", "--all", "--force", "--time", "0")
    run = wait(start_server(), over)
    a = task(run, "a")
    assert (run["state"], a["attempts"], a["losses"]) == ("succeeded", 2, 1)


def test_what_is_left_of_a_run_that_is_over_is_removed_at_start_and_strangers_stay(start_server, folder, podman):
    server = start_server()
    begin(server, pipeline(folder, "tasks:\n  a: { run: 'true' }\n", podman, "plain"))
    run = wait(server, over)
    server.stop()
    podman("create", *LIMITS, "--name", "left", "--label", f"aku.attempt={run['id']}/a/1", podman.image, "true")
    podman("create", *LIMITS, "--name", "stranger", "--label", "aku.attempt=01ZZ/a/1", podman.image, "true")
    # Reaping goes by the name that the attempt would have.
    podman("rename", "left", f"aku-{run['id']}-a-1")
    left = server.data / "work" / "containers" / run["id"] / "a.1"
    left.mkdir(parents=True)
    start_server()
    deadline = time.monotonic() + 20
    while len(podman.containers()) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert podman.containers() == ["stranger"]
    assert not left.exists()
    podman("rm", "stranger")
