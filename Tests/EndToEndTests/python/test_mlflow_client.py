"""The real MLflow client against Aku: everything that a training script or a registry user calls."""

import concurrent.futures
import json
import math
import os
import pathlib
import time
import uuid

import mlflow
import pytest
import requests
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException, RestException


@pytest.fixture(scope="module", autouse=True)
def tracking(url):
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    yield
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def client(url) -> MlflowClient:
    return MlflowClient(url, url)


@pytest.fixture
def experiment(client) -> str:
    return client.create_experiment(f"experiment {uuid.uuid4().hex}")


@pytest.fixture
def run(client, experiment):
    return client.create_run(experiment)


def name() -> str:
    return f"model-{uuid.uuid4().hex[:12]}"


def refused(code: str, said: str = ""):
    """The call is refused with MLflow's code and a message that says why."""

    class Refused:
        def __enter__(self):
            return self

        def __exit__(self, kind, error, trace):
            assert kind is not None and issubclass(kind, MlflowException), f"{code} was expected, got {error!r}"
            assert error.error_code == code, error
            assert said in str(error), error
            return True

    return Refused()


# Experiments


def test_an_experiment_lives_through_its_whole_life(client):
    title = f"life of {uuid.uuid4().hex}"
    before = int(time.time() * 1000) - 1000
    made = client.create_experiment(title, tags={"team": "hubs", "empty": ""})
    found = client.get_experiment(made)
    assert (found.name, found.lifecycle_stage, found.tags) == (title, "active", {"team": "hubs", "empty": ""})
    assert found.artifact_location == f"mlflow-artifacts:/{made}"
    assert before <= found.creation_time <= found.last_update_time
    assert client.get_experiment_by_name(title).experiment_id == made

    client.rename_experiment(made, title + " 2")
    client.set_experiment_tag(made, "team", "cells")
    client.delete_experiment_tag(made, "empty")
    found = client.get_experiment(made)
    assert (found.name, found.tags) == (title + " 2", {"team": "cells"})

    client.delete_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "deleted"
    with refused("INVALID_PARAMETER_VALUE", "must be in the 'active' state"):
        client.create_run(made)
    client.restore_experiment(made)
    assert client.get_experiment(made).lifecycle_stage == "active"


def test_the_default_experiment_is_there(client):
    assert client.get_experiment("0").name == "Default"


def test_experiments_refuse_what_mlflow_refuses(client):
    title = f"taken {uuid.uuid4().hex}"
    client.create_experiment(title)
    with refused("RESOURCE_ALREADY_EXISTS", "already exists"):
        client.create_experiment(title)
    with refused("RESOURCE_DOES_NOT_EXIST", "No Experiment with id=123456789"):
        client.get_experiment("123456789")
    with refused("INVALID_PARAMETER_VALUE"):
        client.create_experiment("x" * 501)
    assert client.get_experiment_by_name("no such experiment") is None


def test_experiments_are_searched_by_name_and_tag(client):
    mark = uuid.uuid4().hex
    ids = [client.create_experiment(f"{mark} {i}", tags={"mark": mark, "n": str(i)}) for i in range(5)]
    client.delete_experiment(ids[4])

    def search(filter_string, **more):
        return [e.name.split()[1] for e in client.search_experiments(filter_string=filter_string, **more)]

    assert search(f"name LIKE '{mark}%'", order_by=["name ASC"]) == ["0", "1", "2", "3"]
    assert search(f"tags.mark = '{mark}' AND tags.n != '2'", order_by=["name DESC"]) == ["3", "1", "0"]
    assert search(f"name ILIKE '{mark.upper()} 1'") == ["1"]
    assert search(f"name LIKE '{mark.upper()} 1'") == ([] if mark.upper() != mark else ["1"])
    assert search(f"name LIKE '{mark}%'", view_type=ViewType.DELETED_ONLY) == ["4"]
    assert search(f"experiment_id IN ('{ids[0]}', '{ids[3]}')", order_by=["experiment_id ASC"]) == ["0", "3"]
    first = client.search_experiments(filter_string=f"name LIKE '{mark}%'", max_results=3, order_by=["name"])
    rest = client.search_experiments(
        filter_string=f"name LIKE '{mark}%'", max_results=3, order_by=["name"], page_token=first.token
    )
    assert [e.name[-1] for e in [*first, *rest]] == ["0", "1", "2", "3"]
    assert not rest.token


# Runs


def test_a_run_lives_through_its_whole_life(client, experiment):
    made = client.create_run(experiment, start_time=1234, tags={"a": "b"}, run_name="first")
    assert made.info.status == "RUNNING"
    assert made.info.artifact_uri == f"mlflow-artifacts:/{experiment}/{made.info.run_id}/artifacts"
    assert made.data.tags == {"a": "b", "mlflow.runName": "first"}
    client.set_terminated(made.info.run_id, "FINISHED", end_time=5678)
    client.update_run(made.info.run_id, name="renamed")
    found = client.get_run(made.info.run_id)
    assert (found.info.status, found.info.start_time, found.info.end_time) == ("FINISHED", 1234, 5678)
    assert (found.info.run_name, found.data.tags["mlflow.runName"]) == ("renamed", "renamed")

    client.delete_run(made.info.run_id)
    assert client.get_run(made.info.run_id).info.lifecycle_stage == "deleted"
    with refused("INVALID_PARAMETER_VALUE", "must be in the 'active' state"):
        client.log_metric(made.info.run_id, "m", 1)
    assert client.search_runs([experiment]) == []
    client.restore_run(made.info.run_id)
    assert [r.info.run_id for r in client.search_runs([experiment])] == [made.info.run_id]


def test_a_run_without_a_name_gets_one(client, run):
    assert run.info.run_name
    assert run.data.tags["mlflow.runName"] == run.info.run_name


def test_an_unknown_run_is_named(client):
    with refused("RESOURCE_DOES_NOT_EXIST", "Run with id=" + "0" * 32 + " not found"):
        client.get_run("0" * 32)


def test_the_latest_metric_is_by_step_then_time_then_value(client, run):
    id = run.info.run_id
    for value, timestamp, step in [(1.0, 10, 0), (9.0, 5, 3), (2.0, 20, 3), (7.0, 99, 1), (3.0, 20, 3), (2.5, 20, 3)]:
        client.log_metric(id, "loss", value, timestamp, step)
    found = client.get_run(id)
    assert found.data.metrics == {"loss": 3.0}
    history = [(m.value, m.timestamp, m.step) for m in client.get_metric_history(id, "loss")]
    assert sorted(history) == sorted(
        [(1.0, 10, 0), (9.0, 5, 3), (2.0, 20, 3), (7.0, 99, 1), (3.0, 20, 3), (2.5, 20, 3)]
    )


def test_the_same_point_twice_is_one_point(client, run):
    for _ in range(3):
        client.log_metric(run.info.run_id, "m", 0.5, timestamp=1, step=1)
    assert len(client.get_metric_history(run.info.run_id, "m")) == 1


def test_nan_and_infinities_come_back(client, run):
    id = run.info.run_id
    client.log_metric(id, "nan", float("nan"), timestamp=1)
    client.log_metric(id, "high", float("inf"), timestamp=1)
    client.log_batch(id, [Metric("low", float("-inf"), 1, 0), Metric("batch nan", float("nan"), 1, 0)])
    metrics = client.get_run(id).data.metrics
    assert math.isnan(metrics["nan"]) and math.isnan(metrics["batch nan"])
    # MLflow's own server keeps the infinities as the largest doubles.
    assert (metrics["high"], metrics["low"]) == (1.7976931348623157e308, -1.7976931348623157e308)
    assert math.isnan(client.get_metric_history(id, "nan")[0].value)


def test_a_metric_history_is_paged(url, client, run):
    id = run.info.run_id
    client.log_batch(id, [Metric("m", i / 10, i, i) for i in range(1000)])
    client.log_batch(id, [Metric("m", i / 10, i, i) for i in range(1000, 1500)])
    assert [m.step for m in client.get_metric_history(id, "m")] == list(range(1500))
    steps, token = [], ""
    while True:
        query = {"run_id": id, "metric_key": "m", "max_results": 400, "page_token": token}
        reply = requests.get(f"{url}/api/2.0/mlflow/metrics/get-history", query, timeout=30).json()
        steps.append(len(reply["metrics"]))
        token = reply.get("next_page_token", "")
        if not token:
            break
    assert steps == [400, 400, 400, 300]
    sampled = requests.get(
        f"{url}/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval",
        {"run_ids": id, "metric_key": "m", "max_results": 100},
        timeout=30,
    ).json()["metrics"]
    assert len(sampled) == 100
    assert (sampled[0]["step"], sampled[-1]["step"]) == (0, 1499)


def test_a_param_cannot_change(client, run):
    id = run.info.run_id
    client.log_param(id, "depth", 3)
    client.log_param(id, "depth", 3)
    with refused("INVALID_PARAMETER_VALUE", "Changing param values is not allowed"):
        client.log_param(id, "depth", 5)
    with refused("INVALID_PARAMETER_VALUE", "Changing param values is not allowed"):
        client.log_batch(id, params=[Param("new", "1"), Param("depth", "6")])
    assert client.get_run(id).data.params == {"depth": "3"}


@pytest.mark.parametrize("key", ["../up", "/root", "a//b", "semi;colon", "."])
def test_bad_keys_are_refused(client, run, key):
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_metric(run.info.run_id, key, 1.0)
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_param(run.info.run_id, key, 1)
    with refused("INVALID_PARAMETER_VALUE"):
        client.set_tag(run.info.run_id, key, 1)


def test_a_long_param_is_cut_as_mlflow_cuts_it(client, run):
    client.log_param(run.info.run_id, "long", "é" * 7000)
    assert client.get_run(run.info.run_id).data.params["long"] == "é" * 6000


def test_a_batch_is_all_or_nothing(client, run):
    id = run.info.run_id
    client.log_batch(
        id,
        metrics=[Metric("loss", 0.5, 1, 1)],
        params=[Param("lr", "0.1"), Param("empty", "")],
        tags=[RunTag("kind", "test"), RunTag("mlflow.runName", "by tag")],
    )
    found = client.get_run(id)
    assert found.data.metrics == {"loss": 0.5}
    assert found.data.params == {"lr": "0.1", "empty": ""}
    assert (found.data.tags["kind"], found.info.run_name) == ("test", "by tag")
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_batch(id, metrics=[Metric("other", 1, 1, 1)], params=[Param("lr", "changed")])
    assert "other" not in client.get_run(id).data.metrics


def test_a_batch_is_bounded(url, run):
    def post(**body):
        return requests.post(
            f"{url}/api/2.0/mlflow/runs/log-batch", json={"run_id": run.info.run_id, **body}, timeout=30
        )

    metrics = [{"key": f"m{i}", "value": 1, "timestamp": 1} for i in range(1001)]
    reply = post(metrics=metrics)
    assert reply.status_code == 400
    assert reply.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert "at most 1000" in reply.json()["message"]
    assert post(params=[{"key": f"p{i}", "value": "1"} for i in range(101)]).status_code == 400
    assert post(tags=[{"key": f"t{i}", "value": "1"} for i in range(101)]).status_code == 400
    assert post(params=[{"key": "p", "value": "1"}, {"key": "p", "value": "2"}]).status_code == 400
    assert post(metrics=metrics[:1000]).status_code == 200


def test_numbers_may_be_texts_and_unknown_members_are_ignored(url, client, run):
    reply = requests.post(
        f"{url}/api/2.0/mlflow/runs/log-metric",
        json={"run_uuid": run.info.run_id, "key": "m", "value": "0.25", "timestamp": "12", "step": "3", "novel": [1]},
        timeout=30,
    )
    assert (reply.status_code, reply.json()) == (200, {})
    point = client.get_metric_history(run.info.run_id, "m")[0]
    assert (point.value, point.timestamp, point.step) == (0.25, 12, 3)


@pytest.mark.parametrize(
    "body, said",
    [
        ({"key": "m", "value": 1, "timestamp": 1}, "Missing value for required parameter 'run_id'"),
        ({"run_id": "x", "value": 1, "timestamp": 1}, "Missing value for required parameter 'key'"),
        ({"run_id": "x", "key": "m", "timestamp": 1}, "Missing value for required parameter 'value'"),
        ({"run_id": "x", "key": "m", "value": 1}, "Missing value for required parameter 'timestamp'"),
        ({"run_id": 31, "key": "m", "value": 1, "timestamp": 1}, "Invalid value 31 for parameter 'run_id' supplied"),
        ({"run_id": "x", "key": "m", "value": "cat", "timestamp": 1}, "Invalid value \"cat\" for parameter 'value'"),
        ({"run_id": "x", "key": "m", "value": 1, "timestamp": "soon"}, "Invalid value \"soon\" for parameter 'timestamp'"),
    ],
)
def test_a_bad_member_is_named(url, body, said):
    reply = requests.post(f"{url}/api/2.0/mlflow/runs/log-metric", json=body, timeout=30)
    assert reply.status_code == 400
    assert reply.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert said in reply.json()["message"]


def test_tags_are_set_and_deleted(client, run):
    id = run.info.run_id
    client.set_tag(id, "colour", "red")
    client.set_tag(id, "colour", "green")
    assert client.get_run(id).data.tags["colour"] == "green"
    client.delete_tag(id, "colour")
    assert "colour" not in client.get_run(id).data.tags
    with refused("RESOURCE_DOES_NOT_EXIST", "No tag with name: colour"):
        client.delete_tag(id, "colour")


# Search


@pytest.fixture(scope="module")
def many(url):
    """Ten runs with metrics, params, tags and data sets."""
    client = MlflowClient(url, url)
    experiment = client.create_experiment(f"many {uuid.uuid4().hex}")
    for i in range(10):
        made = client.create_run(experiment, start_time=1000 + i, run_name=f"run {i}")
        metrics = [Metric("loss", float("nan") if i == 9 else i / 10, 1, 1)] if i != 8 else []
        params = [Param("lr", "0.1" if i % 2 else "0.01"), Param("n", str(i))]
        tags = [RunTag("kind", "Odd" if i % 2 else "Even"), RunTag("with space", "yes")] if i < 6 else []
        client.log_batch(made.info.run_id, metrics, params, tags)
        if i < 3:
            dataset = Dataset(f"data {i}", f"digest{i}", "local", "{}")
            client.log_inputs(made.info.run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
        client.set_terminated(made.info.run_id, "FAILED" if i == 7 else "FINISHED", end_time=2000 + i)
    return experiment


@pytest.mark.parametrize(
    "filter_string, wanted",
    [
        ("", "9876543210"),
        ("metrics.loss < 0.3", "210"),
        ("metrics.loss >= 0.5 AND params.lr = '0.1'", "75"),
        ("metrics.loss != 0.1", "97654320"),
        ("metrics.loss > -1e9", "76543210"),
        ("metric.`loss` = 0.2", "2"),
        ("params.n IS NOT NULL and tags.kind IS NULL", "9876"),
        ("params.lr LIKE '0.0%'", "86420"),
        ("tags.kind = 'Odd'", "531"),
        ("tags.kind LIKE 'odd'", ""),
        ("tags.kind ILIKE 'odd'", "531"),
        ("tag.`with space` = \"yes\" AND tags.kind != 'Odd'", "420"),
        ("attributes.status = 'FAILED'", "7"),
        ("status != 'FINISHED'", "7"),
        ("start_time > 1007", "98"),
        ("attributes.end_time <= 2001", "10"),
        ("attributes.`Run name` = 'run 4'", "4"),
        ("run_name LIKE 'run %' AND created < 1002", "10"),
        ("attributes.run_name IN ('run 1')", None),
        ("dataset.name = 'data 1'", "1"),
        ("datasets.digest IN ('digest0', 'digest2')", "20"),
        ("dataset.context = 'training'", "210"),
        ("params.missing = 'x'", ""),
        ("metrics.loss > '0.1'", None),
        ("params.lr = 0.1", None),
        ("params.lr > '0.1'", None),
        ("metrics.loss LIKE '1'", None),
        ("metrics.loss > 0.1 OR metrics.loss < 0", None),
        ("attributes.colour = 'red'", None),
        ("planet.name = 'mars'", None),
        ("metrics.loss >", None),
        ("tags.kind = 'open", None),
        ("run_id IN ()", None),
        ("'; DROP TABLE tracking_run; --", None),
        ("tags.kind = ''' OR 1=1 --'", ""),
    ],
)
def test_runs_are_filtered(client, many, filter_string, wanted):
    if wanted is None:
        with refused("INVALID_PARAMETER_VALUE"):
            client.search_runs([many], filter_string)
    else:
        assert "".join(r.info.run_name[-1] for r in client.search_runs([many], filter_string)) == wanted


@pytest.mark.parametrize(
    "order, wanted",
    [
        (["metrics.loss ASC"], "0123456798"),
        (["metrics.loss DESC"], "7654321098"),
        (["params.lr ASC", "start_time ASC"], "0246813579"),
        (["attributes.start_time"], "0123456789"),
        (["tags.kind DESC", "params.n DESC"], "5314209876"),
        (["status", "end_time DESC"], "7986543210"),
        (["metric.`loss` desc"], "7654321098"),
        (["loss"], None),
        (["metrics.loss UP"], None),
        (["metrics.loss; DROP"], None),
    ],
)
def test_runs_are_ordered(client, many, order, wanted):
    if wanted is None:
        with refused("INVALID_PARAMETER_VALUE"):
            client.search_runs([many], order_by=order)
    else:
        assert "".join(r.info.run_name[-1] for r in client.search_runs([many], order_by=order)) == wanted


def test_runs_are_found_by_list_of_ids(client, many):
    runs = client.search_runs([many])
    wanted = [runs[1].info.run_id, runs[5].info.run_id]
    assert [r.info.run_id for r in client.search_runs([many], f"run_id IN ('{wanted[0]}', '{wanted[1]}')")] == wanted
    assert len(client.search_runs([many], f"attributes.run_id NOT IN ('{wanted[0]}', '{wanted[1]}')")) == 8


def test_pages_of_runs_join_without_a_gap(client, many):
    found, token = [], None
    while True:
        page = client.search_runs([many], max_results=3, page_token=token, order_by=["metrics.loss DESC"])
        assert len(page) <= 3
        found += [r.info.run_name[-1] for r in page]
        token = page.token
        if not token:
            break
    assert "".join(found) == "7654321098"
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_runs([many], page_token="not a token")
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_runs([many], max_results=0)


def test_search_finds_what_pandas_users_expect(many):
    frame = mlflow.search_runs([many], "metrics.loss < 0.2")
    assert list(frame["tags.kind"]) == ["Odd", "Even"]


def test_inputs_are_kept(client, many):
    found = client.search_runs([many], "dataset.name = 'data 2'")[0].inputs.dataset_inputs
    assert [(i.dataset.name, i.dataset.digest, i.dataset.source_type) for i in found] == [("data 2", "digest2", "local")]
    assert [(t.key, t.value) for t in found[0].tags] == [("mlflow.data.context", "training")]


# Artifacts


def test_artifacts_go_up_and_come_back(client, run, tmp_path):
    id = run.info.run_id
    client.log_text(id, "hello", "notes/a b.txt")
    client.log_dict(id, {"x": 1}, "config.json")
    folder = tmp_path / "tree" / "deep"
    folder.mkdir(parents=True)
    (folder / "été.bin").write_bytes(bytes(range(256)) * 1000)
    (folder / "empty").write_bytes(b"")
    client.log_artifacts(id, str(tmp_path / "tree"), "upload")

    listed = {f.path: (f.is_dir, f.file_size) for f in client.list_artifacts(id)}
    assert listed == {"config.json": (False, 13), "notes": (True, None), "upload": (True, None)} or listed == {
        "config.json": (False, listed["config.json"][1]),
        "notes": (True, None),
        "upload": (True, None),
    }
    assert [f.path for f in client.list_artifacts(id, "upload/deep")] == ["upload/deep/empty", "upload/deep/été.bin"]
    down = pathlib.Path(client.download_artifacts(id, "", str(tmp_path)))
    assert (down / "notes" / "a b.txt").read_text() == "hello"
    assert json.loads((down / "config.json").read_text()) == {"x": 1}
    assert (down / "upload" / "deep" / "été.bin").read_bytes() == bytes(range(256)) * 1000
    assert (down / "upload" / "deep" / "empty").read_bytes() == b""
    assert mlflow.artifacts.load_text(f"runs:/{id}/notes/a b.txt") == "hello"


def test_artifacts_are_overwritten_and_deleted(url, client, run):
    path = f"{url}/api/2.0/mlflow-artifacts/artifacts/{run.info.experiment_id}/{run.info.run_id}/artifacts/file.txt"
    for content in (b"one", b"two two"):
        assert requests.put(path, data=content, timeout=30).status_code == 200
        assert requests.get(path, timeout=30).content == content
    assert requests.delete(path, timeout=30).status_code == 200
    gone = requests.get(path, timeout=30)
    assert (gone.status_code, gone.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_part_of_an_artifact_can_be_asked_for(url, run):
    path = f"{url}/api/2.0/mlflow-artifacts/artifacts/{run.info.experiment_id}/{run.info.run_id}/artifacts/range.bin"
    content = os.urandom(300_000)
    requests.put(path, data=content, timeout=30)

    def part(text):
        return requests.get(path, headers={"Range": text}, timeout=30)

    middle = part("bytes=70000-149999")
    assert (middle.status_code, middle.content) == (206, content[70_000:150_000])
    assert middle.headers["Content-Range"] == "bytes 70000-149999/300000"
    assert part("bytes=-5").content == content[-5:]
    assert part("bytes=299999-").content == content[-1:]
    assert part("bytes=400000-").status_code in (400, 416)


@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fetc%2fpasswd",
        "a/..%2f..%2fb",
        "%2e%2e/secret",
        "%2e%2e%2fsecret",
        "a/%2e%2e/%2e%2e/b",
        "%252e%252e%252fsecret",
        "%25252e%25252e/secret",
        "..%5c..%5csecret",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "C:%5cwindows",
        "c:/windows",
        "file:%2f%2f%2fetc%2fpasswd",
        "a%00b",
        "a%23b",
    ],
)
def test_no_path_leads_out_of_the_store(url, path):
    for verb in ("GET", "PUT", "DELETE"):
        request = requests.Request(verb, "http://x/", data=b"x").prepare()
        # Set afterwards, since the client library would tidy the path first.
        request.url = f"{url}/api/2.0/mlflow-artifacts/artifacts/{path}"
        reply = requests.Session().send(request, timeout=30)
        assert reply.status_code in (400, 404), (verb, reply.text)
        assert reply.json()["error_code"] in ("INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "ENDPOINT_NOT_FOUND")
        if verb == "PUT":
            assert reply.status_code == 400
    listed = requests.get(
        f"{url}/api/2.0/mlflow-artifacts/artifacts", {"path": requests.utils.unquote(path)}, timeout=30
    )
    assert listed.status_code == 400


def test_a_large_artifact_streams(url, run, tmp_path):
    path = f"{url}/api/2.0/mlflow-artifacts/artifacts/{run.info.experiment_id}/{run.info.run_id}/artifacts/large.bin"
    block = os.urandom(1 << 20)

    def blocks():
        for _ in range(64):
            yield block

    assert requests.put(path, data=blocks(), timeout=120).status_code == 200
    size = 0
    with requests.get(path, stream=True, timeout=120) as reply:
        for part in reply.iter_content(1 << 20):
            assert part == block[: len(part)] or size % (1 << 20) != 0
            size += len(part)
    assert size == 64 << 20


# Models


class Tiny:
    """A model small enough for every test."""

    @staticmethod
    def make():
        import torch

        torch.manual_seed(3)
        return torch.nn.Linear(4, 2)


@pytest.mark.filterwarnings("ignore")
def test_a_pytorch_model_is_logged_registered_and_loaded_by_alias(client, experiment):
    import torch

    model = Tiny.make()
    title = name()
    with mlflow.start_run(experiment_id=experiment) as active:
        info = mlflow.pytorch.log_model(
            model, name="tiny", pip_requirements=["torch"], input_example=torch.ones(1, 4).numpy()
        )
    logged = mlflow.get_logged_model(info.model_id)
    assert (logged.name, logged.status.name, logged.source_run_id) == ("tiny", "READY", active.info.run_id)
    assert [o.model_id for o in client.get_run(active.info.run_id).outputs.model_outputs] == [info.model_id]

    version = mlflow.register_model(info.model_uri, title)
    assert (version.version, version.run_id) == (1, active.info.run_id) or (str(version.version), version.run_id) == (
        "1",
        active.info.run_id,
    )
    client.set_registered_model_alias(title, "champion", "1")
    data = torch.ones(1, 4)
    for uri in (f"models:/{title}@champion", f"models:/{title}/1", info.model_uri):
        assert torch.allclose(mlflow.pytorch.load_model(uri)(data), model(data))
    assert "mlflow.modelVersions" in mlflow.get_logged_model(info.model_id).tags


def test_logged_models_are_searched(client, experiment):
    made = []
    with mlflow.start_run(experiment_id=experiment):
        for i in range(4):
            model = mlflow.initialize_logged_model(name=f"m{i}", tags={"n": str(i)}, params={"p": str(i % 2)})
            mlflow.log_metric("accuracy", i / 4, model_id=model.model_id)
            made.append(model.model_id)
    client.finalize_logged_model(made[0], "READY")

    def search(**more):
        return [m.name for m in client.search_logged_models([experiment], **more)]

    assert sorted(search()) == ["m0", "m1", "m2", "m3"]
    assert sorted(search(filter_string="params.p = '1'")) == ["m1", "m3"]
    assert sorted(search(filter_string="metrics.accuracy >= 0.5 AND tags.n != '3'")) == ["m2"]
    assert search(filter_string="name = 'm0'") == ["m0"]
    assert search(order_by=[{"field_name": "metrics.accuracy", "ascending": False}]) == ["m3", "m2", "m1", "m0"]
    client.set_logged_model_tags(made[1], {"k": "v"})
    client.delete_logged_model_tag(made[1], "n")
    assert mlflow.get_logged_model(made[1]).tags == {"k": "v"} or mlflow.get_logged_model(made[1]).tags["k"] == "v"
    client.delete_logged_model(made[3])
    assert "m3" not in search()


def test_a_registered_model_lives_through_its_whole_life(client):
    title = name()
    made = client.create_registered_model(title, tags={"a": "b"}, description="what it is")
    assert (made.name, made.tags, made.description) == (title, {"a": "b"}, "what it is")
    with refused("RESOURCE_ALREADY_EXISTS", "already exists"):
        client.create_registered_model(title)
    client.update_registered_model(title, "new words")
    client.set_registered_model_tag(title, "c", "d")
    client.delete_registered_model_tag(title, "a")
    found = client.get_registered_model(title)
    assert (found.description, found.tags) == ("new words", {"c": "d"})
    client.rename_registered_model(title, title + "-2")
    with refused("RESOURCE_DOES_NOT_EXIST", "not found"):
        client.get_registered_model(title)
    client.delete_registered_model(title + "-2")
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.get_registered_model(title + "-2")


@pytest.mark.parametrize("bad", ["a/b", "a:b", "  ", ".."])
def test_bad_model_names_are_refused(client, bad):
    with refused("INVALID_PARAMETER_VALUE"):
        client.create_registered_model(bad)


def test_versions_aliases_and_stages(client, run):
    title = name()
    client.create_registered_model(title)
    source = f"{run.info.artifact_uri}/model"
    versions = [
        client.create_model_version(title, source, run.info.run_id, tags={"n": str(i)}, description=f"v{i}") for i in (1, 2, 3)
    ]
    assert [str(v.version) for v in versions] == ["1", "2", "3"]
    assert (versions[0].run_id, versions[0].source, versions[0].status) == (run.info.run_id, source, "READY")
    assert client.get_model_version_download_uri(title, "1") == source

    client.set_registered_model_alias(title, "champion", "1")
    client.set_registered_model_alias(title, "challenger", "2")
    client.set_registered_model_alias(title, "champion", "3")
    assert {k: str(v) for k, v in client.get_registered_model(title).aliases.items()} == {"champion": "3", "challenger": "2"}
    assert str(client.get_model_version_by_alias(title, "champion").version) == "3"
    assert client.get_model_version(title, "3").aliases == ["champion"]
    client.delete_registered_model_alias(title, "challenger")
    with refused("INVALID_PARAMETER_VALUE", "alias challenger not found"):
        client.get_model_version_by_alias(title, "challenger")
    for bad in ("latest", "v2", "a b", ""):
        with refused("INVALID_PARAMETER_VALUE"):
            client.set_registered_model_alias(title, bad, "1")

    client.transition_model_version_stage(title, "1", "Production")
    client.transition_model_version_stage(title, "2", "production", archive_existing_versions=True)
    assert client.get_model_version(title, "1").current_stage == "Archived"
    latest = {v.current_stage: str(v.version) for v in client.get_latest_versions(title)}
    assert latest == {"None": "3", "Production": "2", "Archived": "1"}
    with refused("INVALID_PARAMETER_VALUE", "Invalid Model Version stage"):
        client.transition_model_version_stage(title, "1", "Shipping")

    client.update_model_version(title, "2", "better words")
    client.set_model_version_tag(title, "2", "k", "v")
    client.delete_model_version_tag(title, "2", "n")
    found = client.get_model_version(title, "2")
    assert (found.description, found.tags) == ("better words", {"k": "v"})

    client.delete_model_version(title, "3")
    with refused("RESOURCE_DOES_NOT_EXIST", "version=3) not found"):
        client.get_model_version(title, "3")
    assert client.get_registered_model(title).aliases == {}
    # A number is not given twice.
    assert str(client.create_model_version(title, source, run.info.run_id).version) == "4"


def test_the_registry_is_searched(client, run):
    mark = uuid.uuid4().hex
    for i in range(4):
        client.create_registered_model(f"{mark}-{i}", tags={"mark": mark, "n": str(i)})
        client.create_model_version(f"{mark}-{i}", f"{run.info.artifact_uri}/m", run.info.run_id, tags={"n": str(i)})

    def models(filter_string, **more):
        return [m.name[-1] for m in client.search_registered_models(filter_string, **more)]

    assert models(f"name LIKE '{mark}%'") == ["0", "1", "2", "3"]
    assert models(f"tags.mark = '{mark}' AND tags.n != '1'", order_by=["name DESC"]) == ["3", "2", "0"]
    assert models(f"name = '{mark}-2'") == ["2"]
    page = client.search_registered_models(f"name LIKE '{mark}%'", max_results=3)
    assert len(page) == 3 and page.token
    assert len(client.search_registered_models(f"name LIKE '{mark}%'", max_results=3, page_token=page.token)) == 1

    def versions(filter_string, **more):
        return [v.name[-1] for v in client.search_model_versions(filter_string, **more)]

    assert sorted(versions(f"run_id = '{run.info.run_id}'")) == ["0", "1", "2", "3"]
    assert versions(f"name = '{mark}-1'") == ["1"]
    assert versions(f"name LIKE '{mark}%' AND tags.n = '3'") == ["3"]
    assert versions(f"name LIKE '{mark}%' AND version_number = 1", order_by=["name ASC"]) == ["0", "1", "2", "3"]
    with refused("INVALID_PARAMETER_VALUE"):
        models("colour = 'red'")


@pytest.mark.parametrize("source", ["/etc", "file:///etc", "../up", "mlflow-artifacts:/../../etc", "mlflow-artifacts:/%2e%2e/x"])
def test_a_version_cannot_come_from_the_servers_disk(url, client, source):
    title = name()
    client.create_registered_model(title)
    reply = requests.post(f"{url}/api/2.0/mlflow/model-versions/create", json={"name": title, "source": source}, timeout=30)
    assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_a_version_from_elsewhere_names_a_logged_model_that_exists(client, url):
    title = f"model {uuid.uuid4().hex}"
    client.create_registered_model(title)
    body = {"name": title, "source": "s3://bucket/model", "model_id": "m-" + "0" * 32}
    reply = requests.post(f"{url}/api/2.0/mlflow/model-versions/create", json=body, timeout=30)
    assert (reply.status_code, reply.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert client.search_model_versions(f"name = '{title}'") == []


# The server itself


def test_the_server_says_what_it_is(url):
    assert requests.get(f"{url}/health", timeout=10).text == "OK"
    assert requests.get(f"{url}/version", timeout=10).text == mlflow.__version__
    info = requests.get(f"{url}/api/3.0/mlflow/server-info", timeout=10).json()
    assert info["store_type"] == "SqlStore"


def test_every_route_has_its_twin_for_the_ui(url, run):
    for prefix in ("api", "ajax-api"):
        reply = requests.get(f"{url}/{prefix}/2.0/mlflow/runs/get", {"run_id": run.info.run_id}, timeout=10)
        assert reply.json()["run"]["info"]["run_id"] == run.info.run_id


def test_concurrent_clients_lose_nothing(url, experiment):
    def work(worker: int) -> str:
        client = MlflowClient(url, url)
        made = client.create_run(experiment, run_name=f"worker {worker}")
        for step in range(40):
            client.log_metric(made.info.run_id, "m", worker + step / 100, timestamp=step, step=step)
        client.log_batch(made.info.run_id, [Metric(f"k{i}", i, 1, 1) for i in range(200)], [Param("w", str(worker))])
        client.set_terminated(made.info.run_id)
        return made.info.run_id

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(work, range(8)))
    client = MlflowClient(url, url)
    for worker, id in enumerate(runs):
        found = client.get_run(id)
        assert found.data.params == {"w": str(worker)}
        assert found.data.metrics["m"] == worker + 0.39
        assert len(found.data.metrics) == 201
        assert [m.step for m in client.get_metric_history(id, "m")] == list(range(40))


def test_concurrent_creators_of_one_experiment_agree(url):
    title = f"race {uuid.uuid4().hex}"

    def create(_):
        try:
            return MlflowClient(url, url).create_experiment(title)
        except RestException as error:
            assert error.error_code == "RESOURCE_ALREADY_EXISTS"
            return None

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = [one for one in pool.map(create, range(8)) if one]
    assert len(made) == 1


def test_the_fluent_api_logs_a_whole_run(experiment):
    with mlflow.start_run(experiment_id=experiment, run_name="outer", tags={"t": "1"}) as outer:
        mlflow.log_params({"a": 1, "b": "two"})
        mlflow.log_metrics({"x": 1.0, "y": 2.0}, step=5)
        mlflow.log_metric("z", 3.0, synchronous=False).wait()
        mlflow.set_tags({"u": "v"})
        with mlflow.start_run(experiment_id=experiment, nested=True, run_name="inner") as inner:
            mlflow.log_param("c", 3)
    found = mlflow.get_run(outer.info.run_id)
    assert (found.info.status, found.data.params) == ("FINISHED", {"a": "1", "b": "two"})
    assert found.data.metrics == {"x": 1.0, "y": 2.0, "z": 3.0}
    children = mlflow.search_runs([experiment], f"tags.mlflow.parentRunId = '{outer.info.run_id}'")
    assert list(children["run_id"]) == [inner.info.run_id]
