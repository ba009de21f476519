"""A real `mlflow server`, filled by the real client, is brought over into Aku and compared field by field."""

import contextlib
import http.client
import http.server
import json
import math
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from conftest import BINARY, ROOT, aku
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, Metric, Param, RunTag, ViewType

ENVIRONMENT = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


class MLflowServer:
    """`mlflow server` over a folder: SQLite and proxied artifacts."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.process = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def database(self) -> pathlib.Path:
        return self.folder / "mlflow.db"

    @property
    def artifacts(self) -> pathlib.Path:
        return self.folder / "artifacts"

    def start(self) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [
            str(pathlib.Path(sys.executable).parent / "mlflow"), "server", "--port", str(port), "--workers", "1",
            "--backend-store-uri", f"sqlite:///{self.database}", "--artifacts-destination", str(self.artifacts),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stdout=log, stderr=log, start_new_session=True, env={**os.environ, **ENVIRONMENT}
            )
        self.url = f"http://127.0.0.1:{port}"
        end = time.monotonic() + 180
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/health", timeout=5)
                return self.url
            assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
            assert time.monotonic() < end, "mlflow server did not start"
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


class SlowDoor:
    """A proxy before a server: the first POST to a path named by `hold` is passed on only after its sender was killed."""

    def __init__(self, url: str):
        self.held = threading.Event()
        self.killed = threading.Event()
        self.path = None
        door, server = self, url.removeprefix("http://")

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                if "chunked" in self.headers.get("Transfer-Encoding", ""):
                    body = b""
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.command == "POST" and self.path == door.path:
                    door.path = None
                    door.held.set()
                    assert door.killed.wait(60)
                    time.sleep(1)
                headers = {key: value for key, value in self.headers.items() if key.lower() in ("content-type", "accept")}
                connection = http.client.HTTPConnection(server, timeout=60)
                connection.request(self.command, self.raw_requestline.split()[1].decode(), body, headers)
                answer = connection.getresponse()
                data = answer.read()
                connection.close()
                with contextlib.suppress(OSError):
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def kill_at(self, path: str, command: list[str]) -> None:
        """Runs a command and kills it when it has sent a request that the server has not answered."""
        self.held.clear()
        self.killed.clear()
        self.path = "/api/2.0/mlflow/" + path
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert self.held.wait(60), f"nothing was sent to {path}"
        finally:
            process.kill()
            process.wait()
            self.killed.set()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def fill(client: MlflowClient, scratch: pathlib.Path) -> None:
    """Everything that an import brings over, odd values among it."""
    first = client.create_experiment("first", tags={"team": "hubs", "note": "é — ü"})
    gone = client.create_experiment("gone")
    kinds = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-300, 0.1 + 0.2]
    for number in range(12):
        experiment = ["0", first, gone][number % 3]
        run = client.create_run(experiment, start_time=1_000 + number, run_name=f"run {number}", tags={"n": str(number)})
        key = run.info.run_id
        client.log_batch(
            key,
            metrics=[Metric("loss", 1 / (step + 1), 2_000 + step, step) for step in range(150)]
            + [Metric("odd", value, 3_000 + place, place) for place, value in enumerate(kinds)]
            + [Metric("last", kinds[number % 7], 5, 5)],
            params=[Param("rate", "0.1"), Param("text", "x" * 500), Param("empty", "")],
            tags=[RunTag("mlflow.note.content", "many\nlines ünïcode")],
        )
        dataset = Dataset("rows", f"digest{number % 2}", "local", '{"uri": "rows.csv"}', '{"columns": 2}', '{"rows": 3}')
        client.log_inputs(key, datasets=[DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
        (scratch / "notes.txt").write_text(f"notes of {number}")
        client.log_artifact(key, str(scratch / "notes.txt"), "deep/er folder")
        if number % 4 == 0:
            (scratch / "large.bin").write_bytes(os.urandom(300_000))
            client.log_artifact(key, str(scratch / "large.bin"))
        if number < 6:
            model = client.create_logged_model(
                experiment, f"logged{number}", source_run_id=key, tags={"kind": "a"}, params={"depth": "3"}, model_type="agent"
            )
            client.log_metric(key, "quality", 0.5 + number, timestamp=9, step=1, model_id=model.model_id)
            client.log_outputs(key, models=[LoggedModelOutput(model.model_id, 7)])
            client.log_inputs(key, models=[LoggedModelInput(model.model_id)])
            client.finalize_logged_model(model.model_id, "READY" if number % 2 else "FAILED")
        client.set_terminated(key, ["FINISHED", "FAILED", "KILLED"][number % 3], end_time=9_000 + number)
        if number == 6:
            client.delete_run(key)
    empty = client.create_run(first)
    for name in ("intent", "it's a name"):
        client.create_registered_model(name, tags={"task": "text"}, description="what it is for")
        for number in range(3):
            client.create_model_version(
                name, f"mlflow-artifacts:/{first}/{empty.info.run_id}/artifacts/model", empty.info.run_id,
                tags={"v": str(number)}, description=f"version {number}",
            )
        client.set_registered_model_alias(name, "champion", "2")
        client.set_registered_model_alias(name, "challenger", "3")
    client.transition_model_version_stage("intent", "1", "Production")
    client.delete_model_version("intent", "3")
    client.register_prompt("greeting", "Hello {{name}}", commit_message="first")
    client.delete_experiment(gone)


def fill_traces(url: str) -> None:
    """Traces with nested spans, values of every kind, an event, tags and what people say, through the tracing client."""
    script = """
import mlflow
from mlflow.entities import AssessmentSource, SpanEvent
mlflow.set_experiment("first")
for number in range(25):
    values = {"n": number, "real": 0.5, "big": 2**53 + 1, "list": [1, {"a": None}], "text": "é \\u2028", "flag": True}
    with mlflow.start_span(f"outer {number}", span_type="CHAIN", attributes=values) as outer:
        outer.set_inputs({"question": "what?", "k": [1, 2.5]})
        with mlflow.start_span("inner", span_type="TOOL") as inner:
            inner.set_outputs(["a", 2, None])
            inner.add_event(SpanEvent("happened", attributes={"k": "v", "n": 3}))
        outer.set_outputs({"answer": number})
    trace = outer.trace_id
    if number == 0:
        mlflow.flush_trace_async_logging()
        mlflow.set_trace_tag(trace, "team", "hubs")
        source = AssessmentSource("HUMAN", "bo")
        mlflow.log_feedback(trace_id=trace, name="good", value=True, rationale="it is", source=source)
        mlflow.log_feedback(trace_id=trace, name="score", value=0.25, metadata={"m": "x"})
        mlflow.log_expectation(trace_id=trace, name="answer", value={"a": [1, 2]}, source=source)
mlflow.flush_trace_async_logging()
"""
    environment = {**os.environ, **ENVIRONMENT, "MLFLOW_TRACKING_URI": url}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)


def traces_seen(url: str) -> dict:
    client = MlflowClient(url, url)
    experiment = client.get_experiment_by_name("first").experiment_id
    found = {}
    for trace in client.search_traces(locations=[experiment], max_results=100):
        one = trace.to_dict()
        one["info"]["trace_metadata"].pop("mlflow.trace.infoFinalized", None)
        one["info"]["assessments"] = sorted(one["info"].get("assessments") or [], key=lambda a: a["assessment_id"])
        found[trace.info.trace_id] = one
    return found


def picture(client: MlflowClient, url: str, scratch: pathlib.Path) -> dict:
    """All that the client sees of a server, to compare two servers by."""
    experiments, runs, models, files = {}, {}, {}, {}
    for experiment in client.search_experiments(view_type=ViewType.ALL):
        experiments[experiment.experiment_id] = dict(experiment)
        for run in client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL):
            key = run.info.run_id
            run = client.get_run(key)
            runs[key] = {
                "info": dict(run.info),
                "params": run.data.params,
                "tags": run.data.tags,
                "metrics": {name: repr(value) for name, value in run.data.metrics.items()},
                "history": {
                    name: sorted((repr(p.value), p.timestamp, p.step) for p in client.get_metric_history(key, name))
                    for name in run.data.metrics
                },
                "datasets": [i.to_dictionary() for i in run.inputs.dataset_inputs],
                "inputs": [link.model_id for link in run.inputs.model_inputs],
                "outputs": [(link.model_id, link.step) for link in (run.outputs.model_outputs if run.outputs else [])],
            }
            if run.info.lifecycle_stage == "active":
                target = scratch / key
                target.mkdir(parents=True)
                if client.list_artifacts(key):
                    client.download_artifacts(key, "", str(target))
                files[key] = {
                    str(path.relative_to(target)): path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file()
                }
        for model in client.search_logged_models([experiment.experiment_id]):
            models[model.model_id] = model.to_dictionary()
    registered = {}
    for filter_string in (None, "tags.`mlflow.prompt.is_prompt` = 'true'"):
        for model in client.search_registered_models(filter_string):
            clause = f'name = "{model.name}"'
            if filter_string:
                clause += f" AND {filter_string}"
            registered[model.name] = {
                "model": {k: v for k, v in dict(model).items() if k != "latest_versions"},
                # MLflow's search leaves the aliases of versions out; the model has them. No run is '' or None there.
                "versions": {
                    version.version: {key: value or None for key, value in dict(version).items() if key != "aliases"}
                    for version in client.search_model_versions(clause)
                },
                # The client refuses to tell the place of a prompt.
                "places": {
                    version.version: client.get_model_version_download_uri(model.name, version.version)
                    for version in ([] if filter_string else client.search_model_versions(clause))
                },
            }
    return {"experiments": experiments, "runs": runs, "files": files, "models": models, "registered": registered}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A filled MLflow server and what its client sees."""
    os.environ.update(ENVIRONMENT)
    server = MLflowServer(tmp_path_factory.mktemp("mlflow"))
    server.start()
    try:
        client = MlflowClient(server.url, server.url)
        fill(client, tmp_path_factory.mktemp("scratch"))
        fill_traces(server.url)
        yield server, picture(client, server.url, tmp_path_factory.mktemp("source"))
    finally:
        server.stop()


def compare(found: dict, wanted: dict) -> None:
    """Part by part, so that a difference is told where it is."""
    for kind in wanted:
        assert found[kind].keys() == wanted[kind].keys(), kind
        for key in wanted[kind]:
            assert found[kind][key] == wanted[kind][key], f"{kind} {key}"


def seen(url: str, scratch: pathlib.Path) -> dict:
    return picture(MlflowClient(url, url), url, scratch)


def arguments(server: MLflowServer, way: str) -> list[str]:
    if way == "http":
        return [server.url]
    return [f"sqlite:///{server.database}", "--artifacts", str(server.artifacts)]


@pytest.mark.parametrize("way", ["http", "sqlite"])
def test_an_import_brings_everything_over_as_it_was(source, start_server, folder, way):
    server, wanted = source
    target = start_server()
    report = json.loads(aku("import", "mlflow", *arguments(server, way), "--json", url=target.url).stdout)
    assert report["differences"] == []
    tallies = {tally["kind"]: tally for tally in report["tallies"]}
    assert tallies["runs"]["source"] == 13
    assert all(tally["verified"] == tally["source"] == tally["written"] for tally in tallies.values()), tallies
    compare(seen(target.url, folder / "seen"), wanted)

    again = json.loads(aku("import", "mlflow", *arguments(server, way), "--json", url=target.url).stdout)
    assert all(tally["written"] == 0 for tally in again["tallies"]), again
    assert again["differences"] == []
    assert aku("verify", "--json", url=target.url).returncode == 0


def test_both_ways_of_import_agree(source, start_server):
    server, _ = source
    target = start_server()
    aku("import", "mlflow", *arguments(server, "sqlite"), url=target.url)
    report = json.loads(aku("import", "mlflow", *arguments(server, "http"), "--json", url=target.url).stdout)
    # Deleted logged models are in the database only; there are none here. Traces come from a server only.
    written = {tally["kind"]: tally["written"] for tally in report["tallies"] if tally["written"]}
    assert written == {"traces": 25}


def test_an_import_that_is_killed_goes_on_where_it_stopped(source, start_server, folder):
    server, wanted = source
    target = start_server()
    for delay in (0.05, 0.15, 0.3, 0.5):
        command = [str(BINARY), "import", "mlflow", *arguments(server, "sqlite"), "--server", target.url]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        if delay == 0.3:
            # The server may go away too.
            target.kill()
            target = start_server()
    report = json.loads(aku("import", "mlflow", *arguments(server, "sqlite"), "--json", url=target.url).stdout)
    assert report["differences"] == []
    compare(seen(target.url, folder / "seen"), wanted)


def test_an_import_tells_what_it_leaves_behind_and_refuses_what_it_cannot_keep(source, start_server, folder):
    server, _ = source
    target = start_server()
    client = MlflowClient(target.url, target.url)
    client.create_experiment("of its own")
    refused = aku("import", "mlflow", *arguments(server, "sqlite"), "--json", url=target.url, check=False)
    assert refused.returncode == 1
    assert json.loads(refused.stderr.strip().split("\n")[-1])["error"]["code"] == "import_conflict"
    assert [e.name for e in client.search_experiments(view_type=ViewType.ALL)] == ["of its own", "Default"]

    empty = start_server("other")
    report = json.loads(aku("import", "mlflow", f"sqlite:///{server.database}", "--json", url=empty.url).stdout)
    assert any("--artifacts" in line for line in report["left_behind"])

    (folder / "no.db").write_bytes(b"")
    wrong = aku("import", "mlflow", f"sqlite:///{folder / 'no.db'}", "--json", url=empty.url, check=False)
    assert json.loads(wrong.stderr.strip().split("\n")[-1])["error"]["code"] == "not_mlflow"


def test_artifacts_outside_the_proxy_come_over_too(start_server, folder):
    """A database whose experiment keeps artifacts in a folder of its own, as `mlflow` without a server does."""
    os.environ.update(ENVIRONMENT)
    database = folder / "local.db"
    script = f"""
import mlflow
mlflow.set_tracking_uri("sqlite:///{database}")
mlflow.set_experiment(experiment_id=mlflow.create_experiment("local", artifact_location="file://{folder}/kept here"))
with mlflow.start_run():
    mlflow.log_text("words", "a/b.txt")
    mlflow.log_metric("m", 1)
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=folder, env={**os.environ, **ENVIRONMENT})
    target = start_server()
    report = json.loads(aku("import", "mlflow", f"sqlite:///{database}", "--json", url=target.url).stdout)
    assert {t["kind"]: t["source"] for t in report["tallies"]}["artifacts"] == 1
    client = MlflowClient(target.url, target.url)
    run = client.search_runs([client.get_experiment_by_name("local").experiment_id])[0]
    assert pathlib.Path(client.download_artifacts(run.info.run_id, "a/b.txt")).read_text() == "words"


# What an export asks for, in the order of asking.
CREATIONS = ["experiments/create", "logged-models", "runs/create", "registered-models/create", "model-versions/create"]


def test_an_export_writes_an_import_back(source, start_server, folder):
    """Killed while the other server has a request that it works on afterwards, and at odd moments, it makes nothing twice."""
    server, wanted = source
    middle = start_server()
    aku("import", "mlflow", *arguments(server, "sqlite"), url=middle.url)
    other = MLflowServer(folder / "other")
    other.start()
    door = SlowDoor(other.url)
    try:
        ledger = folder / "mapping.jsonl"
        command = [str(BINARY), "export", "mlflow", "--to", door.url, "--mapping", str(ledger), "--server", middle.url]
        for path in CREATIONS[:3]:
            door.kill_at(path, command)
        for delay in (1.5, 3):
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.kill()
            process.wait()
        for path in CREATIONS[3:]:
            door.kill_at(path, command)
        last = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True)
        assert last.returncode == 0, last.stderr + last.stdout
        report = json.loads(last.stdout)
        assert report["differences"] == []
        found = seen(other.url, folder / "seen")
    finally:
        door.stop()
        other.stop()
    lines = [line for line in map(json.loads, ledger.read_text().splitlines()) if "to" in line]
    runs = {line["from"]: line["to"] for line in lines if line["kind"] == "run"}
    models = {line["from"]: line["to"] for line in lines if line["kind"] == "logged model"}
    assert runs.keys() == wanted["runs"].keys()
    assert len(found["runs"]) == len(runs), "a run was exported twice"
    for old, new in runs.items():
        before, after = wanted["runs"][old], found["runs"][new]
        for part in ("params", "tags", "metrics", "history", "datasets"):
            assert after[part] == before[part], f"{part} of {old}"
        for field in ("run_name", "status", "start_time", "end_time", "lifecycle_stage", "user_id"):
            assert after["info"][field] == before["info"][field], field
        assert len(after["outputs"]) == len(before["outputs"])
        if old in wanted["files"]:
            assert found["files"][new] == wanted["files"][old]
    assert found["models"].keys() == {models[old] for old in wanted["models"]}
    assert found["registered"].keys() == wanted["registered"].keys()
    for name, before in wanted["registered"].items():
        after = found["registered"][name]
        assert after["model"]["aliases"] == before["model"]["aliases"]
        assert after["model"]["tags"] == before["model"]["tags"]
        assert {n: (v["current_stage"], v["description"], v["tags"]) for n, v in after["versions"].items()} == {
            n: (v["current_stage"], v["description"], v["tags"]) for n, v in before["versions"].items()
        }
    assert {e["name"]: e["lifecycle_stage"] for e in found["experiments"].values()} == {
        e["name"]: e["lifecycle_stage"] for e in wanted["experiments"].values()
    }


def test_an_export_to_a_folder_goes_on_and_is_read_again(source, start_server, folder):
    server, wanted = source
    middle = start_server()
    first = json.loads(aku("import", "mlflow", server.url, "--json", url=middle.url).stdout)
    assert first["differences"] == []
    assert {tally["kind"]: tally["verified"] for tally in first["tallies"]}["traces"] == 25
    traces = traces_seen(server.url)
    assert len(traces) == 25
    compare({"traces": traces_seen(middle.url)}, {"traces": traces})
    out = folder / "exported"
    command = [str(BINARY), "export", "mlflow", "--to", str(out), "--server", middle.url, "--json"]
    for delay in (0.2, 0.5):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()

    def export() -> dict:
        report = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
        assert report["differences"] == []
        assert all(tally["verified"] == tally["source"] for tally in report["tallies"]), report
        return {tally["kind"]: tally["written"] for tally in report["tallies"]}

    export()
    assert set(export().values()) == {0}
    # What was changed or lost meanwhile is written again, and nothing else.
    run = next(path for path in sorted(out.glob("experiments/*/*/run.json")) if (path.parent / "artifacts").exists())
    run.write_text(run.read_text().replace("0.1", "0.2"))
    points = sum(len(values) for values in json.loads(run.read_text())["mlflow"]["metrics"].values())
    notes = run.parent / "artifacts" / "deep" / "er folder" / "notes.txt"
    notes.write_text("notes of X")
    assert {kind: count for kind, count in export().items() if count} == {
        "runs": 1, "metric points": points, "artifacts": 1,
    }

    target = start_server("again")
    report = json.loads(aku("import", "mlflow", str(out), "--json", url=target.url).stdout)
    assert report["differences"] == []
    compare(seen(target.url, folder / "seen"), wanted)
    compare({"traces": traces_seen(target.url)}, {"traces": traces})
    again = json.loads(aku("import", "mlflow", str(out), "--json", url=target.url).stdout)
    assert {tally["written"] for tally in again["tallies"]} == {0}

    # The layout is the field's: what mlflow-export-import looks for is there.
    runs = json.loads((out / "experiments" / "0" / "experiment.json").read_text())["mlflow"]["runs"]
    one = json.loads((out / "experiments" / "0" / runs[0] / "run.json").read_text())["mlflow"]
    assert one["params"]["rate"] == "0.1" and len(one["metrics"]["loss"]) == 150
    names = json.loads((out / "models" / "models.json").read_text())["mlflow"]["models"]
    assert "it's a name" in names

    wrong = aku("import", "mlflow", str(folder / "seen"), "--json", url=target.url, check=False)
    assert json.loads(wrong.stderr.strip().split("\n")[-1])["error"]["code"] == "export_unreadable"
