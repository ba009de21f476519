"""Triton's own gRPC client against a served package, and gRPC's health check, status codes and streams."""

import queue

import grpc
import numpy as np
import pytest
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from conftest import aku
from test_open_inference import MODEL, package  # noqa: F401


@pytest.fixture
def server(start_server, package):  # noqa: F811
    server = start_server("data", "--grpc-port", "0")
    aku("models", "register", "--name", MODEL, "--package", str(package), url=server.url)
    aku("endpoints", "deploy", MODEL, "--model", f"{MODEL}/1", url=server.url)
    with grpc.insecure_channel(server.grpc) as channel:
        grpc.channel_ready_future(channel).result(timeout=20)
    return server


@pytest.fixture
def client(server):
    with triton.InferenceServerClient(server.grpc) as client:
        yield client


def tensors(rows: int = 1) -> list:
    inputs = []
    for name, row in (("input_ids", [2, 10, 3]), ("attention_mask", [1, 1, 1])):
        given = triton.InferInput(name, [rows, 3], "INT64")
        given.set_data_from_numpy(np.array([row] * rows, np.int64))
        inputs.append(given)
    return inputs


def test_requests_over_grpc(client):
    answer = client.infer(MODEL, tensors(rows=4), request_id="7")
    logits = answer.as_numpy("logits")
    assert logits.shape == (4, 3) and logits.dtype == np.float32 and answer.get_response().id == "7"
    packed = client.infer(MODEL, tensors(rows=4), compression_algorithm="gzip")
    assert packed.as_numpy("logits").tobytes() == logits.tobytes()
    text = triton.InferInput("text", [2], "BYTES")
    text.set_data_from_numpy(np.array([b"turn on", b"rain"], np.object_))
    assert client.infer(MODEL, [text]).as_numpy("label").tolist() == [b"TurnOn", b"Weather"]
    typed = triton.service_pb2.ModelInferRequest(model_name=MODEL)
    for name, row in (("input_ids", [2, 10, 3]), ("attention_mask", [1, 1, 1])):
        given = typed.inputs.add(name=name, datatype="INT64", shape=[1, 3])
        given.contents.int64_contents.extend(row)
    reply = client._client_stub.ModelInfer(typed)
    assert np.array(reply.outputs[0].contents.fp32_contents, np.float32).tobytes() == logits[0].tobytes()
    large = triton.InferInput("text", [1], "BYTES")
    large.set_data_from_numpy(np.array([b"a" * 60_000], np.object_))
    assert client.infer(MODEL, [large]).as_numpy("label").shape == (1,)


def test_a_stream_answers_each_request_and_outlives_a_wrong_one(client):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))
    client.async_stream_infer(MODEL, tensors(), request_id="a")
    client.async_stream_infer("other", tensors(), request_id="b")
    client.async_stream_infer(MODEL, tensors(), request_id="c")
    first, wrong, last = (answers.get(timeout=20) for _ in range(3))
    client.stop_stream()
    assert first[0].get_response().id == "a" and last[0].get_response().id == "c"
    assert "unknown_endpoint" in str(wrong[1])


def test_the_server_and_its_models_over_grpc(client, server):
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(MODEL)
    assert "model_repository" in client.get_server_metadata().extensions
    assert [tensor.name for tensor in client.get_model_metadata(MODEL).inputs] == ["text"]
    assert client.get_model_config(MODEL).config.input[0].data_type == 13
    client.infer(MODEL, tensors(rows=2))
    assert client.get_inference_statistics(MODEL).model_stats[0].inference_count == 2
    assert [model.state for model in client.get_model_repository_index().models] == ["READY"]
    client.unload_model(MODEL)
    assert not client.is_model_ready(MODEL)
    client.load_model(MODEL)
    assert client.is_model_ready(MODEL)
    with grpc.insecure_channel(server.grpc) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert check(b"", timeout=20) == b"\x08\x01"


def test_failures_have_the_status_of_their_kind(client, server):
    with pytest.raises(InferenceServerException) as problem:
        client.infer("other", tensors())
    assert problem.value.status() == "StatusCode.NOT_FOUND"
    with pytest.raises(InferenceServerException) as problem:
        client.infer(MODEL, tensors()[:1])
    assert problem.value.status() == "StatusCode.INVALID_ARGUMENT"
    with grpc.insecure_channel(server.grpc) as channel:
        for method, message, status in [
            ("/inference.GRPCInferenceService/Trace", b"", grpc.StatusCode.UNIMPLEMENTED),
            ("/inference.GRPCInferenceService/ModelInfer", b"\xff\xff", grpc.StatusCode.INVALID_ARGUMENT),
            ("/inference.GRPCInferenceService/ModelInfer", b"", grpc.StatusCode.NOT_FOUND),
        ]:
            with pytest.raises(grpc.RpcError) as failure:
                channel.unary_unary(method)(message, timeout=20)
            assert failure.value.code() == status, method


def test_tokens_are_asked_for(start_server):
    server = start_server("locked", "--grpc-port", "0", "--auth", "token")
    with grpc.insecure_channel(server.grpc) as channel:
        grpc.channel_ready_future(channel).result(timeout=20)
        ready = channel.unary_unary("/inference.GRPCInferenceService/RepositoryIndex")
        with pytest.raises(grpc.RpcError) as failure:
            ready(b"", timeout=20)
        assert failure.value.code() == grpc.StatusCode.UNAUTHENTICATED
        token = (server.data / "keys" / "admin.token").read_text().strip()
        assert ready(b"", timeout=20, metadata=[("authorization", f"Bearer {token}")]) == b""
        live = channel.unary_unary("/inference.GRPCInferenceService/ServerLive")
        assert live(b"", timeout=20) == b"\x08\x01"
