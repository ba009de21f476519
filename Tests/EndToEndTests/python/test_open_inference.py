"""Triton's own HTTP client against a served package: binary and JSON tensors, compression, repository, statistics."""

import numpy as np
import pytest
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

from conftest import ROOT, aku

FIXTURES = ROOT / "Tests" / "Fixtures" / "Inference"
MODEL = "intent"


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The small classifier of the unit tests as a package."""
    path = tmp_path_factory.mktemp("package") / "package"
    aku(
        "models", "package", "--model-dir", str(FIXTURES), "--fp32", str(FIXTURES / "model.fp32.onnx"),
        "--test", str(FIXTURES / "test.jsonl"), "--reference", str(FIXTURES / "reference.jsonl"),
        "--original-accuracy", "1", "--out", str(path),
    )  # fmt: skip
    return path


@pytest.fixture
def client(start_server, package):
    """A client of a server that serves the package as `intent`."""
    server = start_server()
    aku("models", "register", "--name", MODEL, "--package", str(package), url=server.url)
    aku("endpoints", "deploy", MODEL, "--model", f"{MODEL}/1", url=server.url)
    with http.InferenceServerClient(server.url.removeprefix("http://"), concurrency=4) as client:
        yield client


def tensors(binary: bool, rows: int = 1) -> list:
    """What the model itself takes."""
    inputs = []
    for name, row in (("input_ids", [2, 10, 3]), ("attention_mask", [1, 1, 1])):
        given = http.InferInput(name, [rows, 3], "INT64")
        given.set_data_from_numpy(np.array([row] * rows, np.int64), binary_data=binary)
        inputs.append(given)
    return inputs


def text(*texts: str, binary: bool) -> list:
    given = http.InferInput("text", [len(texts)], "BYTES")
    given.set_data_from_numpy(np.array([text.encode() for text in texts], np.object_), binary_data=binary)
    return [given]


def test_every_form_of_a_request_gives_the_same_answer(client):
    """Binary in and out is what the client does by default; each other form must say the same, bit for bit."""
    wanted = client.infer(MODEL, tensors(True), request_id="7")
    assert wanted.get_response()["id"] == "7" and wanted.get_response()["model_version"] == "1"
    logits = wanted.as_numpy("logits")
    assert logits.dtype == np.float32 and logits.shape == (1, 3)
    as_json = [http.InferRequestedOutput("logits", binary_data=False)]
    for inputs, options in [
        (tensors(False), {}),
        (tensors(False), {"outputs": as_json}),
        (tensors(True), {"outputs": as_json}),
        (tensors(True), {"outputs": [http.InferRequestedOutput("logits", binary_data=True)]}),
        (tensors(True), {"request_compression_algorithm": "gzip"}),
        (tensors(False), {"request_compression_algorithm": "gzip"}),
        (tensors(False), {"request_compression_algorithm": "deflate"}),
        (tensors(True), {"response_compression_algorithm": "gzip"}),
        (tensors(True), {"model_version": "1"}),
        (tensors(True), {"priority": 1, "timeout": 30_000_000}),
    ]:
        answer = client.infer(MODEL, inputs, **options).as_numpy("logits")
        assert answer.tobytes() == logits.tobytes(), options
    classes = client.infer(MODEL, tensors(False), outputs=[http.InferRequestedOutput("logits", class_count=2)])
    best = classes.as_numpy("logits")
    assert best.shape == (1, 2) and int(best[0][0].split(b":")[1]) == int(logits.argmax())
    answers = [client.async_infer(MODEL, tensors(True, rows=8)) for _ in range(20)]
    assert all(answer.get_result().as_numpy("logits").shape == (8, 3) for answer in answers)


def test_texts_go_in_as_bytes(client):
    for binary in (True, False):
        answer = client.infer(MODEL, text("turn on", "rain", binary=binary))
        assert answer.as_numpy("label").tolist() == [b"TurnOn", b"Weather"]
        assert answer.as_numpy("score").dtype == np.float32


def test_the_server_and_its_models_describe_themselves(client):
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(MODEL) and not client.is_model_ready("other")
    extensions = client.get_server_metadata()["extensions"]
    assert {"binary_tensor_data", "classification", "model_repository", "statistics"} <= set(extensions)
    assert client.get_model_metadata(MODEL)["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert client.get_model_config(MODEL)["name"] == MODEL
    client.infer(MODEL, tensors(True, rows=4))
    (figures,) = client.get_inference_statistics(MODEL)["model_stats"]
    assert (figures["inference_count"], figures["execution_count"]) == (4, 1)
    assert figures["inference_stats"]["success"]["ns"] > 0


def test_models_are_unloaded_and_loaded(client):
    assert client.get_model_repository_index() == [
        {"name": MODEL, "version": "1", "state": "READY", "reason": ""}
    ]
    client.unload_model(MODEL)
    assert not client.is_model_ready(MODEL)
    with pytest.raises(InferenceServerException, match="unloaded"):
        client.infer(MODEL, tensors(True))
    client.load_model(MODEL)
    assert client.is_model_ready(MODEL)
    client.infer(MODEL, tensors(True))
    with pytest.raises(InferenceServerException, match="unknown_endpoint"):
        client.load_model("other")


def test_wrong_requests_are_told_what_is_wrong(client):
    wrong_name = http.InferInput("ids", [1, 3], "INT64")
    wrong_name.set_data_from_numpy(np.zeros((1, 3), np.int64))
    wrong_type = http.InferInput("input_ids", [1, 3], "FP32")
    wrong_type.set_data_from_numpy(np.zeros((1, 3), np.float32))
    for name, inputs, options, status in [
        ("other", tensors(True), {}, "404"),
        (MODEL, tensors(True), {"model_version": "9"}, "404"),
        (MODEL, [wrong_name], {}, "400"),
        (MODEL, [wrong_type, tensors(True)[1]], {}, "400"),
        (MODEL, tensors(True)[:1], {}, "400"),
        (MODEL, tensors(True), {"outputs": [http.InferRequestedOutput("nothing")]}, "400"),
    ]:
        with pytest.raises(InferenceServerException) as problem:
            client.infer(name, inputs, **options)
        assert problem.value.status() == status
    assert client.infer(MODEL, tensors(True)).as_numpy("logits").shape == (1, 3)
