"""A repository of backups: many moments of a platform that is written to all the time, and a restore to any of them."""

import json
import pathlib
import random
import subprocess
import threading
import time

import pytest
import requests
from conftest import BINARY, ROOT, aku

API = "/api/2.0/mlflow/"


class Logger(threading.Thread):
    """Logs one metric after another, and notes when each was sent and when it was acknowledged."""

    def __init__(self, url: str, run: str):
        super().__init__()
        self.url, self.run_id = url, run
        self.times: list[tuple[float, float]] = []
        self.stop = threading.Event()

    def run(self) -> None:
        session = requests.Session()
        while not self.stop.is_set():
            sent = time.time()
            body = {"run_id": self.run_id, "key": "m", "value": 0.5, "timestamp": 1, "step": len(self.times)}
            session.post(self.url + API + "runs/log-metric", json=body, timeout=30).raise_for_status()
            self.times.append((sent, time.time()))

    def end(self) -> None:
        self.stop.set()
        self.join()


def new_run(url: str, name: str = "run") -> str:
    reply = requests.post(
        url + API + "runs/create", json={"experiment_id": "0", "run_name": name, "start_time": 1}, timeout=30
    )
    reply.raise_for_status()
    return reply.json()["run"]["info"]["run_id"]


def steps(url: str, run: str) -> set[int]:
    found, token = set(), None
    while True:
        query = {"run_id": run, "metric_key": "m", "max_results": 25000, **({"page_token": token} if token else {})}
        reply = requests.get(url + API + "metrics/get-history", params=query, timeout=30)
        reply.raise_for_status()
        found |= {point["step"] for point in reply.json()["metrics"]}
        token = reply.json().get("next_page_token")
        if not token:
            return found


def take(folder: pathlib.Path, *more: str) -> dict:
    return json.loads(aku("backup", "--data", str(folder / "data"), "--to", str(folder / "repository"), "--json", *more).stdout)


def utc(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03}Z"


def put(url: str, name: str, data: bytes) -> None:
    requests.put(f"{url}/api/2.0/mlflow-artifacts/artifacts/b/{name}", data=data, timeout=30).raise_for_status()


def test_a_restore_to_the_middle_point_has_what_was_acknowledged_before_it_and_nothing_sent_after(start_server, folder):
    server = start_server()
    run = new_run(server.url)
    logger = Logger(server.url, run)
    logger.start()
    points = []
    for number in range(3):
        put(server.url, f"{number}.bin", random.Random(number).randbytes(300_000))
        time.sleep(1)
        points.append(take(folder))
    time.sleep(0.5)
    logger.end()
    server.stop()
    middle = points[1]
    assert points[0]["copied_objects"]["objects"] == 1 and middle["copied_objects"]["objects"] == 1

    early = aku("restore", str(folder / "repository"), "--at", "2020-01-01T00:00:00Z", "--data", str(folder / "x"), check=False)
    assert "backup_point_missing" in early.stderr and utc(points[0]["moment"]) in early.stderr
    between = utc((middle["moment"] + points[2]["moment"]) // 2)
    shown = json.loads(aku("backup", "list", "--to", str(folder / "repository"), "--at", between, "--json").stdout)
    assert [point["milliseconds"] for point in shown["points"]] == [middle["moment"]]
    aku("restore", str(folder / "repository"), "--at", between, "--data", str(folder / "again"))

    restored = start_server("again")
    found = steps(restored.url, run)
    acknowledged = {step for step, (_, done) in enumerate(logger.times) if done * 1000 < middle["began"]}
    sent_later = {step for step, (sent, _) in enumerate(logger.times) if sent * 1000 >= middle["moment"] + 1}
    assert acknowledged and sent_later
    assert acknowledged <= found, f"lost: {sorted(acknowledged - found)[:5]}"
    assert not found & sent_later, f"from later: {sorted(found & sent_later)[:5]}"
    assert found == set(range(len(found))), "what was logged has a gap"
    for number in range(3):
        reply = requests.get(f"{restored.url}/api/2.0/mlflow-artifacts/artifacts/b/{number}.bin", timeout=30)
        if number < 2:
            assert reply.content == random.Random(number).randbytes(300_000)
        else:
            assert reply.status_code == 404
    assert aku("verify", url=restored.url).returncode == 0


def test_a_backup_that_is_killed_leaves_the_repository_valid(start_server, folder):
    server = start_server()
    run = new_run(server.url)
    logger = Logger(server.url, run)
    logger.start()
    first = take(folder)
    chance = random.Random(7)
    killed = 0
    for number in range(12):
        put(server.url, f"{number}.bin", chance.randbytes(2_000_000))
        process = subprocess.Popen(
            [str(BINARY), "backup", "--data", str(folder / "data"), "--to", str(folder / "repository"), "--full"],
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
        )
        time.sleep(chance.uniform(0.02, 0.5))
        process.kill()
        killed += process.wait() != 0
    logger.end()
    assert killed > 0
    checked = json.loads(aku("backup", "check", "--to", str(folder / "repository"), "--json").stdout)
    assert checked["problems"] == [] and first["moment"] in checked["points"]
    last = take(folder)
    server.stop()
    aku("backup", "prune", "--to", str(folder / "repository"), "--keep", "last=1", "--grace", "0s")
    pruned = json.loads(
        aku("backup", "prune", "--to", str(folder / "repository"), "--keep", "last=1", "--grace", "0s", "--json").stdout
    )
    assert pruned["kept"] == [last["moment"]]
    aku("restore", str(folder / "repository"), "--data", str(folder / "again"))
    restored = start_server("again")
    assert steps(restored.url, run) == set(range(len(logger.times)))
    assert aku("verify", url=restored.url).returncode == 0


def test_a_damaged_chunk_is_named_and_a_full_backup_heals_it(start_server, folder):
    server = start_server()
    run = new_run(server.url)
    put(server.url, "a.bin", b"x" * 100_000)
    body = {"run_id": run, "metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": step} for step in range(1000)]}
    requests.post(server.url + API + "runs/log-batch", json=body, timeout=30).raise_for_status()
    take(folder)
    chunks = [path for path in (folder / "repository").glob("??/*") if path.is_file() and len(path.name) == 62]
    victim = max((path for path in chunks if b"x" * 50 not in path.read_bytes()), key=lambda path: path.stat().st_size)
    victim.chmod(0o600)
    bytes_ = bytearray(victim.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    victim.write_bytes(bytes_)
    name = victim.parent.name + victim.name

    failed = aku("restore", str(folder / "repository"), "--data", str(folder / "again"), check=False)
    assert "backup_corrupt" in failed.stderr and name in failed.stderr and "run_metric" in failed.stderr
    assert not (folder / "again" / "aku.sqlite").exists()
    checked = aku("backup", "check", "--to", str(folder / "repository"), check=False)
    assert checked.returncode == 1 and name in checked.stdout
    take(folder, "--full")
    server.stop()
    assert aku("backup", "check", "--to", str(folder / "repository")).returncode == 0
    aku("restore", str(folder / "repository"), "--data", str(folder / "again"))
    restored = start_server("again")
    assert len(steps(restored.url, run)) == 1000


def test_what_is_no_repository_is_refused(folder):
    (folder / "documents").mkdir()
    (folder / "documents" / "letter").write_text("mine")
    refused = aku("backup", "--data", str(folder), "--to", str(folder / "documents"), check=False)
    assert "repository_invalid" in refused.stderr
    assert sorted(path.name for path in (folder / "documents").iterdir()) == ["letter"]
    assert "repository_invalid" in aku("backup", "list", "--to", str(folder / "none"), check=False).stderr
    for wrong in ["5", "x m", "0s", "-1m", "5w"]:
        failed = aku("backup", "--to", str(folder / "new"), "--every", wrong, check=False)
        assert failed.returncode != 0 and not (folder / "new").exists()


@pytest.mark.parametrize("wrong", ["yesterday", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T25:00:00Z"])
def test_a_moment_that_is_none_is_refused(wrong, folder):
    (folder / "r").mkdir()
    (folder / "r" / "repository.json").write_text('{"format":"aku.repository/1"}')
    assert "no moment" in aku("backup", "list", "--to", str(folder / "r"), "--at", wrong, check=False).stderr


def test_a_server_takes_backups_by_itself_and_keeps_what_its_rule_says(start_server, folder):
    place = folder / "repository"
    server = start_server("data", "--backup-to", str(place), "--backup-every", "1s", "--backup-keep", "last=2")
    run = new_run(server.url)
    deadline = time.monotonic() + 60
    seen: set[str] = set()
    while len(seen) < 4:
        assert time.monotonic() < deadline, server.log_text()
        seen |= {path.name for path in place.glob("points/*.json")}
        time.sleep(0.2)
    time.sleep(2)
    server.stop()
    assert 1 <= len(list(place.glob("points/*.json"))) <= 3
    aku("backup", "check", "--to", str(place))
    aku("restore", str(place), "--data", str(folder / "again"))
    restored = start_server("again")
    assert requests.get(restored.url + API + "runs/get", params={"run_id": run}, timeout=30).status_code == 200
    wrong = aku("up", "--data", str(folder / "x"), "--backup-to", str(place), "--backup-every", "often", check=False)
    assert "invalid_argument" in wrong.stderr
