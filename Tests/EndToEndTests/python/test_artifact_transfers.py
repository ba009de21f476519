"""Uploads in parts and addresses that expire, with MLflow's own client, over files and over a real S3 server."""

import os
import pathlib
import socket
import subprocess
import sys
import time

import mlflow
import pytest
import requests
from mlflow.artifacts import download_artifacts

MIB = 1 << 20
MPU = "/api/2.0/mlflow-artifacts/mpu"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(params=["files", "s3"])
def url(request, start_server, monkeypatch):
    """A server whose objects are in its data folder, then one whose objects are in a bucket."""
    if request.param == "files":
        yield start_server().url
        return
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    moto = subprocess.Popen(
        [str(pathlib.Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                requests.put(f"{endpoint}/bucket", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.1)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield start_server("data", "--objects", f"s3://bucket/objects?endpoint={endpoint}").url
    finally:
        moto.terminate()
        moto.wait()


def begin(url, folder, name, parts):
    reply = requests.post(f"{url}{MPU}/create/{folder}", json={"path": f"/tmp/x/{name}", "num_parts": parts}, timeout=30)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_the_client_uploads_in_parts_and_downloads_by_address(url, folder, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(6 * MIB))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 * MIB))
    monkeypatch.setenv("MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE", str(4 * MIB))
    mlflow.set_tracking_uri(url)
    content = os.urandom(17 * MIB + 123)
    source = folder / "weights.bin"
    source.write_bytes(content)
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(source), "model")
    path = download_artifacts(
        run_id=run.info.run_id, artifact_path="model/weights.bin", tracking_uri=url, dst_path=str(folder / "down")
    )
    assert pathlib.Path(path).read_bytes() == content
    listed = mlflow.MlflowClient(url).list_artifacts(run.info.run_id, "model")
    assert [(item.path, item.file_size) for item in listed] == [("model/weights.bin", len(content))]


def test_the_client_moves_big_files_by_address_when_the_server_has_a_bucket(url, folder, monkeypatch, request):
    """The client asks the server what it can; nobody sets a variable."""
    from mlflow.store.artifact.mlflow_artifacts_repo import MlflowArtifactsRepository

    has_bucket = request.node.callspec.params["url"] == "s3"
    info = requests.get(f"{url}/api/3.0/mlflow/server-info", timeout=30).json()
    assert (info["multipart_uploads_enabled"], info["multipart_downloads_enabled"]) == (has_bucket, has_bucket)
    for name in ("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(6 * MIB))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 * MIB))
    calls = []
    for name in ("create_multipart_upload", "_get_presigned_download_url"):
        plain = getattr(MlflowArtifactsRepository, name)

        def counted(self, *arguments, _name=name, _plain=plain, **named):
            calls.append(_name)
            return _plain(self, *arguments, **named)

        monkeypatch.setattr(MlflowArtifactsRepository, name, counted)
    mlflow.set_tracking_uri(url)
    source = folder / "big.bin"
    source.write_bytes(os.urandom(12 * MIB))
    with mlflow.start_run() as run:
        mlflow.log_artifact(str(source))
    path = download_artifacts(run_id=run.info.run_id, artifact_path="big.bin", tracking_uri=url, dst_path=str(folder))
    assert pathlib.Path(path).read_bytes() == source.read_bytes()
    assert calls == (["create_multipart_upload", "_get_presigned_download_url"] if has_bucket else [])


def test_an_upload_is_an_artifact_only_when_it_is_complete(url):
    created = begin(url, "7/run/artifacts/model", "a.bin", 2)
    parts = [os.urandom(5 * MIB), b"the end"]
    tags = []
    for credential, part in zip(created["credentials"], parts):
        reply = requests.put(credential["url"], data=part, headers=credential.get("headers", {}), timeout=30)
        assert reply.status_code == 200, reply.text
        tags.append({"part_number": credential["part_number"], "etag": reply.headers["ETag"], "url": credential["url"]})
    artifact = f"{url}/api/2.0/mlflow-artifacts/artifacts/7/run/artifacts/model/a.bin"
    assert requests.get(artifact, timeout=30).status_code == 404
    complete = f"{url}{MPU}/complete/7/run/artifacts/model"
    body = {"path": "/tmp/x/a.bin", "upload_id": created["upload_id"]}
    wrong = [tags[0], {**tags[1], "etag": '"00000000000000000000000000000000"'}]
    for refused in (wrong, [], list(reversed(tags))):
        reply = requests.post(complete, json={**body, "parts": refused}, timeout=30)
        assert (reply.status_code, reply.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), reply.text
    assert requests.get(artifact, timeout=30).status_code == 404
    assert requests.post(complete, json={**body, "parts": tags}, timeout=60).json() == {}
    assert requests.get(artifact, timeout=30).content == b"".join(parts)
    again = requests.post(complete, json={**body, "parts": tags}, timeout=30)
    assert again.json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_an_aborted_upload_leaves_nothing(url):
    created = begin(url, "7/run/artifacts", "b.bin", 1)
    target = {"path": "b.bin", "upload_id": created["upload_id"]}
    assert requests.post(f"{url}{MPU}/abort/7/run/artifacts", json=target, timeout=30).json() == {}
    assert requests.post(f"{url}{MPU}/abort/7/run/artifacts", json=target, timeout=30).status_code == 404
    part = requests.put(created["credentials"][0]["url"], data=b"late", timeout=30)
    assert not part.ok, part.text


def test_an_address_reads_one_object_for_a_while(url):
    artifact = f"{url}/api/2.0/mlflow-artifacts/artifacts/7/x/artifacts/data.txt"
    assert requests.put(artifact, data=b"0123456789", timeout=30).status_code == 200
    reply = requests.get(f"{url}/api/2.0/mlflow-artifacts/presigned/7/x/artifacts/data.txt", timeout=30).json()
    assert (reply["file_size"], reply["headers"]) == (10, {})
    assert requests.get(reply["url"], timeout=30).content == b"0123456789"
    part = requests.get(reply["url"], headers={"Range": "bytes=2-4"}, timeout=30)
    assert (part.status_code, part.content) == (206, b"234")
    missing = requests.get(f"{url}/api/2.0/mlflow-artifacts/presigned/7/x/artifacts/none.txt", timeout=30)
    assert (missing.status_code, missing.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("path", ["../x", "a/%2e%2e/b", "a/%252e%252e/b", "packages/x"])
def test_no_upload_leads_elsewhere(start_server, path):
    url = start_server().url
    session = requests.Session()
    request = requests.Request("POST", "http://x", json={"path": "a.bin", "num_parts": 1}).prepare()
    request.url = f"{url}{MPU}/create/{path}"
    assert session.send(request, timeout=30).status_code in (400, 403, 404)
    reply = requests.post(f"{url}{MPU}/create/7", json={"path": "..", "num_parts": 1}, timeout=30)
    assert reply.json()["error_code"] == "INVALID_PARAMETER_VALUE"


def test_an_address_that_was_changed_is_refused(start_server):
    url = start_server().url
    created = begin(url, "7/run/artifacts", "c.bin", 2)
    first = created["credentials"][0]["url"]
    for changed in (first.replace("/1?", "/2?"), first[:-1] + ("0" if first[-1] != "0" else "1"), first.split("?")[0]):
        reply = requests.put(changed, data=b"x", timeout=30)
        assert (reply.status_code, reply.json()["error_code"]) == (403, "PERMISSION_DENIED"), changed


def test_the_two_cloud_routes_answer_as_mlflow_does(start_server):
    url = start_server().url
    mlflow.set_tracking_uri(url)
    with mlflow.start_run() as run:
        pass
    base = f"{url}/api/2.0/mlflow/artifacts"
    body = {"run_id": run.info.run_id, "path": "a.txt"}
    reply = requests.post(f"{base}/presigned-upload-url", json=body, timeout=30)
    assert reply.status_code == 400
    assert reply.json()["message"].startswith("Presigned upload is not supported for proxied artifact storage")
    reply = requests.post(f"{base}/presigned-download-url", json={**body, "expiration": 0}, timeout=30)
    assert reply.json()["message"] == "expiration must be between 1 and 604800 seconds (got 0)."
    reply = requests.post(f"{base}/presigned-upload-url", json={"path": "a.txt"}, timeout=30)
    assert reply.json()["message"] == "Exactly one of run_id and model_id must be provided."


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(start_server):
    """curl asks so for each body of more than a mebibyte, and would wait for a second."""
    address = start_server().url.removeprefix("http://").rsplit(":", 1)
    path = "/api/2.0/mlflow-artifacts/artifacts/asked/first.bin"
    with socket.create_connection((address[0], int(address[1])), timeout=30) as connection:
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"hello")
        answer = b""
        while part := connection.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200"), answer
    assert requests.get(f"http://{':'.join(address)}{path}", timeout=30).content == b"hello"
