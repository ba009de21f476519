"""What people do with the real client beyond single calls: autologging, evaluation, loading by alias, tracing, many at once."""

import concurrent.futures
import os
import threading
import uuid

import mlflow
import pytest
import requests
from mlflow import MlflowClient

sklearn_linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
pandas = pytest.importorskip("pandas", reason="pandas is not installed")


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
def experiment(client):
    """An experiment of the test's own, made the active one."""
    return mlflow.set_experiment(f"more {uuid.uuid4().hex}").experiment_id


def rows():
    """A small problem that a line separates."""
    table = pandas.DataFrame({"a": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] * 5, "b": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0] * 5})
    table["label"] = (table["a"] > 2.5).astype(int)
    return table


def files_below(client: MlflowClient, run: str, path: str = "") -> set[str]:
    found = set()
    for entry in client.list_artifacts(run, path):
        found |= files_below(client, run, entry.path) if entry.is_dir else {entry.path}
    return found


def test_scikit_learn_logs_itself(client, experiment):
    table = rows()
    mlflow.sklearn.autolog(log_datasets=True, silent=True)
    try:
        with mlflow.start_run() as run:
            model = sklearn_linear.LogisticRegression(C=0.5, max_iter=50).fit(table[["a", "b"]], table["label"])
            model.score(table[["a", "b"]], table["label"])
    finally:
        mlflow.sklearn.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    assert found.info.status == "FINISHED"
    assert (found.data.params["C"], found.data.params["max_iter"]) == ("0.5", "50")
    assert found.data.metrics["training_accuracy_score"] == 1.0
    assert found.data.tags["estimator_name"] == "LogisticRegression"
    assert [i.tags[0].value for i in found.inputs.dataset_inputs] == ["train"]
    assert "training_confusion_matrix.png" in files_below(client, run.info.run_id)
    [logged] = client.search_logged_models([experiment])
    assert logged.source_run_id == run.info.run_id
    assert str(logged.status) == "READY"
    again = mlflow.sklearn.load_model(f"models:/{logged.model_id}")
    assert list(again.predict(table[["a", "b"]])) == list(model.predict(table[["a", "b"]]))


def test_pytorch_logs_itself_and_its_model_is_loaded_again(client, experiment, folder):
    torch = pytest.importorskip("torch")
    lightning = pytest.importorskip("lightning", reason="lightning is not installed")
    torch.manual_seed(1)

    class Line(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(2, 1)

        def forward(self, rows):
            return self.layer(rows)

        def training_step(self, batch, _):
            loss = (self(batch) - 1).pow(2).mean()
            self.log("loss", loss, on_epoch=True)
            return loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    model = Line()
    mlflow.pytorch.autolog(log_models=False, silent=True)
    try:
        with mlflow.start_run() as run:
            lightning.Trainer(
                max_epochs=3, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
                enable_model_summary=False, default_root_dir=str(folder),
            ).fit(model, torch.utils.data.DataLoader(torch.ones(8, 2), batch_size=4))
            logged = mlflow.pytorch.log_model(model.layer, name="line", input_example=torch.ones(1, 2).numpy())
    finally:
        mlflow.pytorch.autolog(disable=True)
    found = client.get_run(run.info.run_id)
    assert (found.data.params["epochs"], found.data.params["optimizer_name"]) == ("3", "SGD")
    assert [point.step for point in client.get_metric_history(run.info.run_id, "loss_epoch")] == [0, 1, 2]
    again = mlflow.pyfunc.load_model(logged.model_uri)
    with torch.no_grad():
        expected = model.layer(torch.ones(1, 2)).numpy()
    assert abs(again.predict(torch.ones(1, 2).numpy()) - expected).max() < 1e-6


def test_a_model_is_loaded_by_its_alias_and_follows_it(client, experiment):
    table = rows()
    name = f"alias-{uuid.uuid4().hex[:12]}"
    signature = mlflow.models.infer_signature(table[["a", "b"]], table["label"])
    for strength in (0.1, 10.0):
        model = sklearn_linear.LogisticRegression(C=strength).fit(table[["a", "b"]], table["label"])
        mlflow.sklearn.log_model(model, name="model", registered_model_name=name, signature=signature)
    client.set_registered_model_alias(name, "champion", "1")
    assert mlflow.sklearn.load_model(f"models:/{name}@champion").C == 0.1
    client.set_registered_model_alias(name, "champion", "2")
    assert mlflow.sklearn.load_model(f"models:/{name}@champion").C == 10.0
    assert mlflow.pyfunc.load_model(f"models:/{name}/1").predict(table[["a", "b"]]).shape == (30,)


def test_a_classifier_is_evaluated(client, experiment):
    table = rows()
    model = sklearn_linear.LogisticRegression().fit(table[["a", "b"]], table["label"])
    with mlflow.start_run() as run:
        logged = mlflow.sklearn.log_model(model, name="model", input_example=table[["a", "b"]].head(2))
        result = mlflow.models.evaluate(
            logged.model_uri,
            table,
            targets="label",
            model_type="classifier",
            evaluators="default",
            evaluator_config={"log_explainer": False},
        )
    assert result.metrics["accuracy_score"] == 1.0
    found = client.get_run(run.info.run_id)
    assert found.data.metrics["accuracy_score"] == 1.0
    assert found.inputs.dataset_inputs
    assert client.get_logged_model(logged.model_id).metrics


def test_traces_of_decorated_functions_arrive_with_their_spans(client, experiment):
    if requests.post(f"{mlflow.get_tracking_uri()}/v1/traces", data=b"", timeout=10).status_code == 404:
        pytest.skip("this server takes no traces")

    @mlflow.trace(span_type="RETRIEVER")
    def look(question: str) -> list[str]:
        return [question.upper()]

    @mlflow.trace(attributes={"kind": "test"})
    def answer(question: str) -> str:
        return look(question)[0]

    assert answer("why") == "WHY"
    mlflow.flush_trace_async_logging()
    trace = client.get_trace(mlflow.get_last_active_trace_id())
    spans = {span.name: span for span in trace.data.spans}
    assert set(spans) == {"answer", "look"}
    assert spans["look"].parent_id == spans["answer"].span_id
    assert spans["look"].outputs == ["WHY"]
    assert spans["answer"].attributes["kind"] == "test"
    found = mlflow.search_traces(locations=[experiment], return_type="list")
    assert [one.info.trace_id for one in found] == [trace.info.trace_id]
    client.set_trace_tag(trace.info.trace_id, "seen", "yes")
    mlflow.log_feedback(trace_id=trace.info.trace_id, name="good", value=True)
    info = client.get_trace(trace.info.trace_id).info
    assert info.tags["seen"] == "yes"
    assert [assessment.name for assessment in info.assessments] == ["good"]


def test_many_clients_log_at_once_and_nothing_is_lost(url, client, experiment):
    clients, batches, points = 16, 10, 50
    start = threading.Barrier(clients)

    def work(number: int) -> str:
        mine = MlflowClient(url, url)
        run = mine.create_run(experiment, run_name=f"client {number}").info.run_id
        start.wait()
        for batch in range(batches):
            mine.log_batch(
                run,
                metrics=[
                    mlflow.entities.Metric("m", float(batch * points + k), k, batch * points + k) for k in range(points)
                ],
                params=[mlflow.entities.Param(f"p{batch}", str(number))],
            )
        mine.log_text(run, f"text {number}", "text.txt")
        mine.set_terminated(run)
        return run

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        runs = list(pool.map(work, range(clients)))
    assert len(set(runs)) == clients
    for number, run in enumerate(runs):
        history = client.get_metric_history(run, "m")
        assert sorted(point.step for point in history) == list(range(batches * points))
        found = client.get_run(run)
        assert found.data.params == {f"p{batch}": str(number) for batch in range(batches)}
        assert found.info.status == "FINISHED"
        assert mlflow.artifacts.load_text(f"{found.info.artifact_uri}/text.txt") == f"text {number}"


def test_one_run_takes_metrics_from_many_clients(url, client, experiment):
    run = client.create_run(experiment).info.run_id

    def work(number: int) -> None:
        mine = MlflowClient(url, url)
        for step in range(40):
            mine.log_metric(run, "shared", number, timestamp=step, step=step)
            mine.set_tag(run, f"tag{number}", str(step))

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(client.get_metric_history(run, "shared")) == 8 * 40
    tags = client.get_run(run).data.tags
    assert {key: value for key, value in tags.items() if key.startswith("tag")} == {f"tag{k}": "39" for k in range(8)}


def test_a_param_is_set_once_however_many_try(url, client, experiment):
    run = client.create_run(experiment).info.run_id
    start = threading.Barrier(8)

    def work(number: int) -> bool:
        start.wait()
        try:
            MlflowClient(url, url).log_param(run, "once", str(number))
            return True
        except mlflow.exceptions.MlflowException as refusal:
            assert refusal.error_code == "INVALID_PARAMETER_VALUE"
            return False

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        won = list(pool.map(work, range(8)))
    assert won.count(True) == 1
    assert client.get_run(run).data.params == {"once": str(won.index(True))}


# Evaluation of applications without a model to judge them


def test_an_application_is_evaluated_with_plain_scorers(client, experiment):
    genai = pytest.importorskip("mlflow.genai")

    @genai.scorer
    def exact(outputs, expectations):
        return outputs == expectations["expected_response"]

    @genai.scorer
    def length(outputs):
        return mlflow.entities.Feedback(name="length", value=len(outputs), rationale="counted")

    @mlflow.trace
    def answer(question: str) -> str:
        return {"capital of France?": "Paris"}.get(question, "unknown")

    data = [
        {"inputs": {"question": "capital of France?"}, "expectations": {"expected_response": "Paris"}},
        {"inputs": {"question": "capital of Mars?"}, "expectations": {"expected_response": "none"}},
    ]
    result = genai.evaluate(data=data, predict_fn=answer, scorers=[exact, length])
    assert result.metrics["exact/mean"] == 0.5
    assert result.metrics["length/mean"] == 6.0
    run = client.get_run(result.run_id)
    assert run.data.metrics["exact/mean"] == 0.5
    traces = client.search_traces(locations=[experiment], filter_string=f"attributes.run_id = '{result.run_id}'")
    assert len(traces) == 2
    for trace in traces:
        said = {assessment.name: assessment.value for assessment in trace.info.assessments}
        question = trace.data.spans[0].inputs["question"]
        wanted = "Paris" if "France" in question else "none"
        assert said["expected_response"] == wanted
        assert said["exact"] is (wanted == "Paris")
        assert said["length"] == len(trace.data.spans[0].outputs)
    good = client.search_traces(locations=[experiment], filter_string="feedback.exact = 'true'")
    assert [trace.data.spans[0].outputs for trace in good] == ["Paris"]


def test_recorded_traces_are_evaluated_again(client, experiment):
    genai = pytest.importorskip("mlflow.genai")

    @mlflow.trace
    def echo(text: str) -> str:
        return text.upper()

    for text in ("a", "b"):
        echo(text)
    mlflow.flush_trace_async_logging()
    recorded = mlflow.search_traces(locations=[experiment])
    assert len(recorded) == 2

    @genai.scorer
    def spans(trace):
        return len(trace.data.spans)

    result = genai.evaluate(data=recorded, scorers=[spans])
    assert result.metrics == {"spans/mean": 1.0}
    linked = client.search_traces(locations=[experiment], filter_string=f"attributes.run_id = '{result.run_id}'")
    assert {trace.info.trace_id for trace in linked} == set(recorded["trace_id"])


def test_an_evaluation_data_set_is_made_and_used(client, experiment):
    datasets = pytest.importorskip("mlflow.genai.datasets")
    genai = pytest.importorskip("mlflow.genai")
    data = datasets.create_dataset(name=f"set {uuid.uuid4().hex}", experiment_id=[experiment])
    data.merge_records([{"inputs": {"n": n}, "expectations": {"expected_response": n * 2}} for n in (1, 2, 3)])

    @genai.scorer
    def doubled(outputs, expectations):
        return outputs == expectations["expected_response"]

    result = genai.evaluate(data=data, predict_fn=lambda n: n * 2, scorers=[doubled])
    assert result.metrics == {"doubled/mean": 1.0}
    used = client.get_run(result.run_id).inputs.dataset_inputs
    assert [entry.dataset.name for entry in used] == [data.name]
