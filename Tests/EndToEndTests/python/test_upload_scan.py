"""A server that refuses what its scanner finds, at upload, with pickles that real libraries wrote."""

import io
import json
import os
import pickle
import zipfile

import numpy
import pytest
import requests
import sklearn.linear_model

HOST = "/api/2.0/mlflow-artifacts"


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


def archive(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, content)
    return out.getvalue()


def fitted() -> bytes:
    model = sklearn.linear_model.LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    return pickle.dumps(model)


GOOD = {
    "model/model.pkl": fitted(),
    "weights.npy": pickle.dumps(numpy.arange(3)),
    "notes.txt": b"words",
    "archive.npz": archive("a.npy", b"x"),
}
BAD = {
    "model/model.pkl": pickle.dumps(Evil()),
    "model/model.txt": pickle.dumps(Evil()),
    "weights.pt": archive("archive/data.pkl", pickle.dumps(Evil())),
    "climb.zip": archive("../../etc/passwd", b"x"),
}


def put(url: str, path: str, data: bytes) -> requests.Response:
    return requests.put(f"{url}{HOST}/artifacts/9/run/artifacts/{path}", data=data, timeout=30)


def in_parts(url: str, path: str, data: bytes) -> requests.Response:
    folder, name = f"9/run/artifacts/{path}".rsplit("/", 1)
    made = requests.post(f"{url}{HOST}/mpu/create/{folder}", json={"path": name, "num_parts": 2}, timeout=30).json()
    middle = len(data) // 2
    parts = []
    for credential, part in zip(made["credentials"], (data[:middle], data[middle:])):
        etag = requests.put(credential["url"], data=part, timeout=30).headers["etag"]
        parts.append({"part_number": credential["part_number"], "etag": etag})
    body = {"path": name, "upload_id": made["upload_id"], "parts": parts}
    return requests.post(f"{url}{HOST}/mpu/complete/{folder}", json=body, timeout=30)


@pytest.mark.parametrize("way", [put, in_parts])
def test_what_the_scanner_finds_is_refused_at_upload(start_server, way):
    server = start_server("data", "--upload-scan", "refuse")
    for path, data in BAD.items():
        reply = way(server.url, path, data)
        assert reply.status_code == 409, (path, reply.text)
        assert "model_scan_refused" in reply.text
        assert requests.get(f"{server.url}{HOST}/artifacts/9/run/artifacts/{path}", timeout=30).status_code == 404
    for path, data in GOOD.items():
        assert way(server.url, path, data).status_code == 200, path
        assert requests.get(f"{server.url}{HOST}/artifacts/9/run/artifacts/{path}", timeout=30).content == data


def test_a_server_that_warns_takes_it_and_says_so_in_the_journal(start_server):
    server = start_server("data", "--upload-scan", "warn")
    assert put(server.url, "model/model.pkl", BAD["model/model.pkl"]).status_code == 200
    assert put(server.url, "good/model.pkl", GOOD["model/model.pkl"]).status_code == 200
    journal = requests.get(f"{server.url}/api/v1/journal", params={"kind": "artifact."}, timeout=30).text
    assert journal.count("artifact.flagged") == 1
    assert "posix.system" in journal


def test_by_default_uploads_are_taken(start_server):
    server = start_server()
    for path, data in {**BAD, **GOOD}.items():
        assert put(server.url, path, data).status_code == 200
    assert json.dumps(requests.get(f"{server.url}/api/v1/journal", timeout=30).json()).count("artifact.flagged") == 0
