"""What an attacker or a broken client sends to the tracking routes is refused with MLflow's codes, and nothing is written."""

import http.client
import json
import os
import pathlib
import urllib.parse
import uuid

import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import RunTag, ViewType

API = "/api/2.0/mlflow/"

# Each leads out of the artifact root in one way of reading it, plain or encoded once, twice or three times.
ESCAPES = [
    "../outside.txt",
    "a/../../outside.txt",
    "..",
    "%2e%2e/outside.txt",
    "%2E%2E%2Foutside.txt",
    "..%2foutside.txt",
    "a/..%2f..%2foutside.txt",
    "%252e%252e%252foutside.txt",
    "%25252e%25252e%25252foutside.txt",
    "..%5coutside.txt",
    "..%255coutside.txt",
    "%2e%2e%5coutside.txt",
    "%2fetc%2fpasswd",
    "%252fetc%252fpasswd",
    "%2f%2fetc/passwd",
    "C:%5cwindows",
    "c:/windows",
    "file:%2f%2f%2fetc%2fpasswd",
    "a%00b",
    "a%2500b",
    "%c0%ae%c0%ae/outside.txt",
    "%c0%ae%c0%ae%c0%afoutside.txt",
    "%u002e%u002e/outside.txt",
    "a%0d%0ab",
    "%ff%fe",
]

PATH_ROUTES = [
    ("GET", "/api/2.0/mlflow-artifacts/artifacts/{path}"),
    ("PUT", "/api/2.0/mlflow-artifacts/artifacts/{path}"),
    ("DELETE", "/api/2.0/mlflow-artifacts/artifacts/{path}"),
    ("PUT", "/ajax-api/2.0/mlflow-artifacts/artifacts/{path}"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/create/{path}"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/complete/{path}"),
    ("POST", "/api/2.0/mlflow-artifacts/mpu/abort/{path}"),
    ("GET", "/api/2.0/mlflow-artifacts/presigned/{path}"),
]

QUERY_ROUTES = [
    ("GET", "/api/2.0/mlflow-artifacts/artifacts?path={path}"),
    ("GET", API + "artifacts/list?run_id={run}&path={path}"),
    ("GET", "/ajax-api/2.0/mlflow/artifacts/list?run_id={run}&path={path}"),
    ("GET", "/get-artifact?run_id={run}&path={path}"),
    ("GET", "/model-versions/get-artifact?name={model}&version=1&path={path}"),
    ("POST", "/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path={path}"),
    ("GET", "/ajax-api/3.0/mlflow/get-trace-artifact?request_id=tr-{run}&path={path}"),
    ("GET", "/runs/{run}/artifacts?path={path}"),
    ("GET", "/runs/{run}/file?path={path}"),
]


@pytest.fixture
def client(url) -> MlflowClient:
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    return MlflowClient(url, url)


@pytest.fixture
def run(client) -> str:
    return client.create_run(client.create_experiment(f"bad input {uuid.uuid4().hex}")).info.run_id


def raw(url: str, verb: str, target: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Sends the request line as it is: no library cleans the path up."""
    place = urllib.parse.urlparse(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    try:
        connection.putrequest(verb, target, skip_accept_encoding=True)
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body or b"")))
        connection.endheaders(body or b"")
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def journal_end(url: str) -> int:
    """The number of the journal's last entry: every change of state has one."""
    end = 0
    while True:
        page = requests.get(f"{url}/api/v1/journal", params={"after": end, "limit": 1000}, timeout=30).json()["entries"]
        if not page:
            return end
        end = page[-1]["sequence"]


def everything(client: MlflowClient, run: str) -> dict:
    """What a refused request could have changed of a run."""
    found = client.get_run(run).to_dictionary()
    history = {key: len(client.get_metric_history(run, key)) for key in found["data"]["metrics"]}
    return {"run": found, "history": history, "files": [entry.path for entry in client.list_artifacts(run)]}


@pytest.mark.parametrize("verb, route", PATH_ROUTES + QUERY_ROUTES)
def test_no_path_leads_out_of_the_artifacts(url, client, run, folder, verb, route):
    client.log_text(run, "kept", "kept.txt")
    model = f"model-{uuid.uuid4().hex[:12]}"
    client.create_registered_model(model)
    client.create_model_version(model, client.get_run(run).info.artifact_uri, run)
    trace = {"trace_id": f"tr-{run}", "trace_location": {"mlflow_experiment": {"experiment_id": "0"}}, "state": "OK"}
    made = requests.post(f"{url}/api/3.0/mlflow/traces", json={"trace": {"trace_info": trace}}, timeout=30)
    assert made.status_code == 200, made.text
    before = everything(client, run)
    secret = pathlib.Path(folder / "outside.txt")
    for escape in ESCAPES:
        path = urllib.parse.quote(escape, safe="%/") if "?" in route else escape
        status, body = raw(url, verb, route.format(path=path, run=run, model=model), b"{}" if verb in ("PUT", "POST") else None)
        # What reads as a harmless name in every decoding may be looked for, and is not there.
        assert 400 <= status < 500 or status == 501, f"{verb} {route} with {escape}: {status} {body[:200]!r}"
        assert b"root:" not in body
    assert everything(client, run) == before
    assert not secret.exists()


def test_a_name_that_only_looks_dangerous_is_a_name(client, run):
    for name in ("..hidden", "a..b/c...txt", "50% off.txt", "semi;colon/é.txt", "%41.txt"):
        client.log_text(run, name, name)
        assert pathlib.Path(client.download_artifacts(run, name)).read_text() == name


@pytest.mark.parametrize(
    "clause",
    [
        "metrics.m > 0; DROP TABLE tracking_run",
        "params.p = 'x' OR 1=1",
        "params.p = 'x' OR '1'='1'",
        "params.p = '' UNION SELECT hash FROM access_token --",
        "attributes.status = 'x'; --",
        "tags.`a\"b` = 'x' /*",
        "params.\"p' OR 1=1 --\" = 'x'",
        "metrics.m > 1 ORDER BY (SELECT 1)",
        "attributes.run_id IN ('a', (SELECT run_id FROM tracking_run))",
        "params.p LIKE '%' ESCAPE",
        "((((((((((params.p = 'x'",
        "params.p = 'x" + "\x00" + "'",
        "AND " * 1000,
    ],
)
def test_no_filter_reaches_the_database_as_sql(url, client, run, clause):
    client.log_param(run, "p", "a value")
    client.log_metric(run, "m", 1)
    before = everything(client, run)
    experiment = client.get_run(run).info.experiment_id
    bodies = {
        "runs/search": {"experiment_ids": [experiment], "filter": clause},
        "experiments/search": {"filter": clause, "max_results": 10},
        "logged-models/search": {"experiment_ids": [experiment], "filter": clause},
    }
    for path, body in bodies.items():
        reply = requests.post(url + API + path, json=body, timeout=30)
        assert reply.status_code in (200, 400), f"{path}: {reply.status_code} {reply.text[:300]}"
        if reply.status_code == 400:
            assert reply.json()["error_code"] in ("INVALID_PARAMETER_VALUE", "BAD_REQUEST"), reply.text
        else:
            assert not reply.json().get("runs") and not reply.json().get("models"), f"{clause} found something"
    locations = [{"mlflow_experiment": {"experiment_id": experiment}}]
    for path, body in {
        "traces/search": {"locations": locations, "filter": clause},
        "datasets/search": {"filter_string": clause},
        "issues/search": {"filter_string": clause},
    }.items():
        reply = requests.post(f"{url}/api/3.0/mlflow/{path}", json=body, timeout=30)
        assert reply.status_code in (200, 400), f"{path}: {reply.status_code} {reply.text[:300]}"
        assert reply.status_code == 400 or not reply.json().get("traces"), f"{clause} found something"
    for path in ("registered-models/search", "model-versions/search"):
        reply = requests.get(url + API + path, params={"filter": clause}, timeout=30)
        assert reply.status_code == 400, f"{path}: {reply.status_code} {reply.text[:300]}"
    for order in ("metrics.m; DROP TABLE run_metric", "attributes.start_time, (SELECT 1)", "m' --", "`x`y DESC"):
        reply = requests.post(
            url + API + "runs/search", json={"experiment_ids": [experiment], "order_by": [order]}, timeout=30
        )
        assert reply.status_code in (200, 400), f"{order}: {reply.status_code} {reply.text[:300]}"
    assert everything(client, run) == before


def test_texts_that_look_like_sql_are_texts(client, run):
    text = "'; DROP TABLE run_tag; -- \" ` \\ % _"
    client.set_tag(run, "text", text)
    client.log_param(run, "text", text)
    assert client.get_run(run).data.tags["text"] == text
    experiment = client.get_run(run).info.experiment_id
    found = client.search_runs([experiment], "params.text LIKE '%DROP TABLE%'", ViewType.ALL)
    assert [one.info.run_id for one in found] == [run]


def test_ten_thousand_tags_are_refused_at_once_and_taken_in_parts(client, url, run):
    tags = [{"key": f"t{number}", "value": str(number)} for number in range(10_000)]
    before = everything(client, run)
    reply = requests.post(url + API + "runs/log-batch", json={"run_id": run, "tags": tags}, timeout=60)
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert everything(client, run) == before
    for begin in range(0, 10_000, 100):
        client.log_batch(run, tags=[RunTag(tag["key"], tag["value"]) for tag in tags[begin : begin + 100]])
    found = client.get_run(run).data.tags
    assert sum(1 for key in found if key.startswith("t")) == 10_000


def bodies(run: str) -> dict[str, bytes]:
    """Bodies of log-batch that no server should take."""
    point = {"key": "m", "value": 1, "timestamp": 1, "step": 1}

    def batch(**parts) -> bytes:
        return json.dumps({"run_id": run, **parts}).encode()

    good = {"metrics": [point], "params": [{"key": "p", "value": "1"}]}
    return {
        "nothing": b"",
        "no JSON": b"metrics",
        "half a JSON": batch(**good)[:-5],
        "two JSONs": batch(**good) + batch(**good),
        "a list": b"[]",
        "a number": b"17",
        "invalid UTF-8": batch(**good).replace(b'"p"', b'"p\xff\xfe"'),
        "a lone surrogate's bytes": batch(**good).replace(b'"p"', b'"\xed\xa0\x80"'),
        "deep": b'{"run_id": "' + run.encode() + b'", "metrics": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "a text for a list": batch(metrics="m"),
        "a number for a text": batch(params=[{"key": 5, "value": "1"}], metrics=[point]),
        "an object for a number": batch(metrics=[{**point, "value": {}}]),
        "a text for a step": batch(metrics=[{**point, "step": "one"}]),
        "a step too large": batch(metrics=[{**point, "step": 1 << 70}]),
        "a fraction for a step": batch(metrics=[{**point, "step": 1.5}]),
        "no value": batch(metrics=[point, {"key": "n", "timestamp": 1}]),
        "no key": batch(metrics=[point, {"value": 1, "timestamp": 1}]),
        "a bad key after a good one": batch(metrics=[point, {**point, "key": "a\nb"}]),
        "a key that climbs": batch(metrics=[point, {**point, "key": "../m"}]),
        "a long key": batch(metrics=[point, {**point, "key": "k" * 5000}]),
        "1,001 metrics": batch(metrics=[{**point, "step": step} for step in range(1001)]),
        "101 params": batch(params=[{"key": f"p{number}", "value": "1"} for number in range(101)]),
        "one param twice": batch(params=[{"key": "p", "value": "1"}, {"key": "p", "value": "2"}], metrics=[point]),
        "a param that changes": batch(params=[{"key": "fixed", "value": "2"}], metrics=[point]),
        "a run that is not there": json.dumps({"run_id": "0" * 32, **good}).encode(),
        "no run": json.dumps(good).encode(),
    }


def test_nothing_is_written_by_a_refused_batch(client, url, run):
    client.log_param(run, "fixed", "1")
    client.log_metric(run, "m", 0.5, timestamp=0, step=0)
    before, end = everything(client, run), journal_end(url)
    for name, body in bodies(run).items():
        status, reply = raw(url, "POST", API + "runs/log-batch", body)
        assert status in (400, 404, 413), f"{name}: {status} {reply[:300]!r}"
        assert json.loads(reply)["error_code"], name
        assert everything(client, run) == before, f"{name} changed the run"
    assert journal_end(url) == end


def test_a_body_beyond_its_bound_is_refused(client, url, run):
    before = everything(client, run)
    tags = [{"key": f"t{number}", "value": "x" * 5000} for number in range(8000)]
    try:
        reply = requests.post(url + API + "runs/log-batch", json={"run_id": run, "tags": tags}, timeout=60)
        assert reply.status_code in (400, 413)
        assert reply.json()["error_code"]
    except requests.exceptions.ConnectionError:
        # The server may close while the client still sends.
        pass
    assert everything(client, run) == before


@pytest.mark.parametrize(
    "path, body",
    [
        ("experiments/create", {"name": 5}),
        ("experiments/create", {"name": ""}),
        ("experiments/create", {"name": "x" * 100_000}),
        ("experiments/create", {}),
        ("experiments/create", {"name": "tags", "tags": {"a": "b"}}),
        ("experiments/create", {"name": "tags", "tags": [{"key": "a\nb", "value": "c"}]}),
        ("experiments/update", {"experiment_id": "no number", "new_name": "x"}),
        ("experiments/delete", {"experiment_id": "99999999"}),
        ("runs/create", {"experiment_id": "99999999"}),
        ("runs/create", {"experiment_id": "0", "start_time": "yesterday"}),
        ("runs/create", {"experiment_id": "0", "tags": [{"key": 1}]}),
        ("runs/update", {"run_id": "0" * 32, "status": "FINISHED"}),
        ("runs/delete", {"run_id": "'; --"}),
        ("registered-models/create", {"name": "a/b"}),
        ("registered-models/create", {"name": None}),
        ("registered-models/alias", {"name": "none", "alias": "v1", "version": "1"}),
        ("model-versions/create", {"name": "none", "source": "mlflow-artifacts:/x"}),
        ("model-versions/create", {"name": "none", "source": "../../etc"}),
        ("logged-models", {"experiment_id": "99999999", "name": "x"}),
        ("logged-models", {"experiment_id": "0", "name": "a/b:c"}),
    ],
)
def test_nothing_is_made_of_a_refused_request(url, path, body):
    end = journal_end(url)
    reply = requests.post(url + API + path, json=body, timeout=30)
    assert reply.status_code in (400, 404), f"{reply.status_code} {reply.text[:300]}"
    assert reply.json()["error_code"] in ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "BAD_REQUEST", "MALFORMED_REQUEST")
    assert journal_end(url) == end


@pytest.mark.parametrize("token", ["x", "e30=", "bnVsbA==", "W10=", "eyJhZnRlciI6W119", "eyJhZnRlciI6WyJ0YSIsMV19", "%00", "A" * 100_000])
def test_a_page_token_of_nothing_is_refused_everywhere(url, token):
    """Cut off, of another search, no JSON, too long: no page token reaches the database."""
    location = [{"mlflow_experiment": {"experiment_id": "0"}}]
    posts = {
        "2.0/mlflow/runs/search": {"experiment_ids": ["0"]},
        "2.0/mlflow/experiments/search": {"max_results": 10},
        "2.0/mlflow/logged-models/search": {"experiment_ids": ["0"]},
        "3.0/mlflow/traces/search": {"locations": location},
        "3.0/mlflow/datasets/search": {},
    }
    for path, body in posts.items():
        reply = requests.post(f"{url}/api/{path}", json={**body, "page_token": token}, timeout=30)
        assert reply.status_code == 400, f"{path}: {reply.status_code} {reply.text[:300]}"
        assert reply.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    short = token[:4000]
    for path in ("2.0/mlflow/registered-models/search", "2.0/mlflow/model-versions/search", "2.0/mlflow/webhooks"):
        reply = requests.get(f"{url}/api/{path}", params={"page_token": short}, timeout=30)
        assert reply.status_code == 400, f"{path}: {reply.status_code} {reply.text[:300]}"
