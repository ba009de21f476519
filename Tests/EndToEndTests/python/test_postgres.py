"""The platform on PostgreSQL: the mlflow client, two servers on one database, backup, restore and move."""

import json
import subprocess
import time

import requests
from conftest import aku


def log_run(url: str, name: str) -> str:
    def post(path: str, body: dict) -> dict:
        reply = requests.post(f"{url}/api/2.0/mlflow/{path}", json=body, timeout=30)
        reply.raise_for_status()
        return reply.json()

    run = post("runs/create", {"experiment_id": "0", "run_name": name, "start_time": 1})["run"]["info"]["run_id"]
    metrics = [{"key": "loss", "value": 1 / (step + 1), "timestamp": step, "step": step} for step in range(100)]
    metrics.append({"key": "odd", "value": "NaN", "timestamp": 1, "step": 0})
    post("runs/log-batch", {"run_id": run, "metrics": metrics, "params": [{"key": "p", "value": "é" * 3000}]})
    post("runs/set-tag", {"run_id": run, "key": "t", "value": "x" * 5000})
    return run


def read_run(url: str, run: str) -> dict:
    reply = requests.get(f"{url}/api/2.0/mlflow/runs/get", params={"run_id": run}, timeout=30)
    reply.raise_for_status()
    return reply.json()["run"]


def journal_size(url: str) -> int:
    return requests.get(f"{url}/api/v1/journal", params={"limit": 1}, timeout=30).json()["entries"][0]["sequence"]


def test_two_servers_share_a_database_and_see_each_others_runs(postgres, start_server):
    address = postgres.make("aku")
    one = start_server("one", "--database", address)
    other = start_server("other", "--database", address)
    runs = [log_run(server.url, f"run-{place}") for place, server in enumerate([one, other, one, other])]
    for run in runs:
        seen = [read_run(server.url, run) for server in (one, other)]
        assert seen[0] == seen[1]
        assert len(seen[0]["data"]["metrics"]) == 2
    found = requests.post(
        f"{one.url}/api/2.0/mlflow/runs/search",
        json={"experiment_ids": ["0"], "filter": "metrics.loss < 0.5 AND params.p LIKE '%é'", "order_by": ["metrics.loss DESC"]},
        timeout=30,
    )
    assert found.status_code == 200, found.text
    assert {run["info"]["run_id"] for run in found.json()["runs"]} == set(runs)
    assert requests.get(f"{one.url}/readyz", timeout=30).json()["ready"] is True


def test_a_wrong_address_is_said_without_its_password(folder):
    failed = aku(
        "up", "--data", str(folder / "data"), "--port", "0", "--database", "postgres://u:secret@127.0.0.1:1/aku", check=False
    )
    assert failed.returncode == 1
    assert "database_unavailable" in failed.stderr
    assert "secret" not in failed.stderr + failed.stdout


def test_a_server_whose_database_is_away_says_so_and_still_ends_when_it_is_asked_to(postgres, start_server):
    server = start_server("data", "--database", postgres.make("away"))
    run = log_run(server.url, "before")
    postgres.control("stop", "-m", "immediate")
    assert requests.get(f"{server.url}/readyz", timeout=30).status_code == 503
    reply = requests.get(f"{server.url}/api/2.0/mlflow/runs/get", params={"run_id": run}, timeout=30)
    assert (reply.status_code, reply.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 30


def test_move_backup_and_restore_keep_every_row(postgres, start_server, folder):
    first = start_server("data")
    run = log_run(first.url, "first")
    expected = read_run(first.url, run)
    busy = aku("db", "move", "--data", str(folder / "data"), "--to", postgres.make("moved"), check=False)
    assert "data_folder_in_use" in busy.stderr
    live = json.loads(aku("backup", "--data", str(folder / "data"), "--out", str(folder / "live.backup"), "--json").stdout)
    assert live["manifest"]["journal_size"] > 0 if "journal_size" in live["manifest"] else live["manifest"]["journalSize"] > 0
    first.stop()

    address = postgres.named("moved")
    aku("db", "move", "--data", str(folder / "data"), "--to", address)
    again = aku("db", "move", "--data", str(folder / "data"), "--to", address, check=False)
    assert "database_not_empty" in again.stderr
    second = start_server("data", "--database", address)
    assert read_run(second.url, run) == expected
    later = log_run(second.url, "second")
    aku("backup", "--data", str(folder / "data"), "--database", address, "--out", str(folder / "later.backup"))
    second.stop()

    aku("restore", str(folder / "later.backup"), "--data", str(folder / "restored"))
    third = start_server("restored")
    assert read_run(third.url, run) == expected
    assert read_run(third.url, later)["info"]["run_name"] == "second"
    assert aku("verify", url=third.url).returncode == 0
    third.stop()

    aku("restore", str(folder / "live.backup"), "--data", str(folder / "earlier"))
    fourth = start_server("earlier")
    assert read_run(fourth.url, run) == expected
    assert requests.get(f"{fourth.url}/api/2.0/mlflow/runs/get", params={"run_id": later}, timeout=30).status_code == 404


def test_migrate_says_what_it_did_and_refuses_a_newer_schema(postgres):
    address = postgres.make("migrated")
    ran = json.loads(aku("migrate", "--database", address, "--json").stdout)["migrated"]
    assert ran[0] == "1 journal"
    assert json.loads(aku("migrate", "--database", address, "--json").stdout)["migrated"] == []
    subprocess.run(
        ["psql", address, "-q", "-c", "INSERT INTO schema_migration VALUES (999, 'future', 'sha256:" + "0" * 64 + "', 1)"],
        check=True,
    )
    assert "database_newer" in aku("migrate", "--database", address, check=False).stderr
