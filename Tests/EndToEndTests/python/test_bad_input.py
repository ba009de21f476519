"""Bad input gets its own error code and next step, and the store stays valid."""

import json
import os
import socket
import subprocess
import sys

import pytest
import requests
from conftest import BINARY, ROOT, aku


def failure(result) -> dict:
    """The error that a command printed with --json."""
    assert result.returncode != 0, result.stdout
    return json.loads(result.stderr.strip().split("\n")[-1])["error"]


def up(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(BINARY), "up", "--python", sys.executable, "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )


@pytest.mark.parametrize(
    "name, yaml, code, said",
    [
        ("unknown key", "pipeline: p\ntasks:\n  a:\n    rn: echo\n", "pipeline_unknown_key", "run"),
        (
            "cycle",
            "pipeline: p\ntasks:\n"
            "  a: { run: 'true', after: [c] }\n  b: { run: 'true', after: [a] }\n  c: { run: 'true', after: [b] }\n",
            "pipeline_cycle",
            "→",
        ),
        ("missing code", "pipeline: p\ncode: [./nowhere]\ntasks:\n  a: { run: 'true' }\n", "pipeline_code_missing", "nowhere"),
    ],
)
def test_a_bad_pipeline_file_is_refused(folder, name, yaml, code, said):
    path = folder / "pipeline.yaml"
    path.write_text(yaml)
    result = aku("pipelines", "lint", str(path), "--json", check=False)
    assert result.returncode == 1
    problem = next(one for one in json.loads(result.stdout) if one["code"] == code)
    assert said in problem["message"] + problem["next_step"]
    assert problem["line"] > 0


@pytest.mark.parametrize(
    "name, run, code",
    [
        ("a task that ends with a status", "exit 7", "task_failed"),
        ("a task that writes no output", "true", "task_output_missing"),
    ],
)
def test_a_failing_task_fails_the_run_with_a_code(folder, url, name, run, code):
    path = folder / "pipeline.yaml"
    path.write_text(f"pipeline: failing\ntasks:\n  only:\n    run: {run}\n    outputs: [value]\n")
    started = json.loads(aku("pipelines", "run", str(path), "--json", url=url).stdout)
    watched = aku("pipelines", "watch", started["run_id"], url=url, check=False)
    assert watched.returncode == 1
    state = requests.get(f"{url}/api/v1/pipeline-runs/{started['run_id']}", timeout=30).json()
    assert state["state"] == "failed"
    assert code in json.dumps(state["tasks"])


def test_a_second_server_on_the_same_folder_is_refused(start_server):
    server = start_server()
    error = failure(up("--data", str(server.data), "--port", "0"))
    assert error["code"] == "data_folder_in_use"


def test_a_port_in_use_is_named(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        error = failure(up("--data", str(folder / "data"), "--port", str(taken.getsockname()[1])))
    assert error["code"] == "port_in_use"


def test_listening_beyond_loopback_without_tls_and_tokens_is_refused(folder):
    error = failure(up("--data", str(folder / "data"), "--host", "0.0.0.0"))
    assert error["code"] == "insecure_listener"


def test_a_body_of_a_gigabyte_is_refused_before_it_is_read(url):
    def endless():
        for _ in range(1024):
            yield b" " * (1 << 20)

    try:
        reply = requests.post(f"{url}/api/v1/pipelines", data=endless(), timeout=60)
        assert reply.status_code == 413
        assert reply.json()["error"]["code"] == "body_too_large"
    except requests.exceptions.ConnectionError:
        # The server may close while the client still sends; what matters is that it lives and refused.
        pass
    assert requests.get(f"{url}/healthz", timeout=10).text == "ok\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_full_disk_refuses_writes_and_leaves_the_store_valid(folder, start_server):
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        server = start_server("disk/data")
        kept = requests.put(f"{server.url}/api/2.0/mlflow-artifacts/artifacts/kept.bin", data=b"k" * 1000, timeout=30)
        assert kept.status_code == 200
        full = requests.put(
            f"{server.url}/api/2.0/mlflow-artifacts/artifacts/large.bin", data=os.urandom(40 << 20), timeout=60
        )
        assert full.status_code == 507
        assert requests.get(f"{server.url}/api/2.0/mlflow-artifacts/artifacts/kept.bin", timeout=30).content == b"k" * 1000
        assert aku("verify", "--json", url=server.url).returncode == 0
        server.stop()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_a_page_of_another_origin_may_not_change_anything(url):
    refused = requests.post(f"{url}/api/v1/pipelines", json={}, headers={"Origin": "https://evil.example"}, timeout=10)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "origin_refused"
    rebound = requests.get(f"{url}/api/v1/pipelines", headers={"Host": "evil.example"}, timeout=10)
    assert rebound.json()["error"]["code"] == "host_refused"


def test_the_store_is_valid_after_all_of_this(url):
    assert aku("verify", "--json", url=url).returncode == 0
