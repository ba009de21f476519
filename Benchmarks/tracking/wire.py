"""A small keep-alive HTTP client, so that the client costs little beside the server, and the call of wrk."""

import json
import pathlib
import socket
import subprocess
import sys
import urllib.parse

API = "/api/2.0/mlflow/"


class Connection:
    """One keep-alive connection. Answers carry a length or are chunked."""

    def __init__(self, url: str):
        place = urllib.parse.urlparse(url)
        self.host = place.netloc
        self.socket = socket.create_connection((place.hostname, place.port), timeout=1800)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb", buffering=1 << 18)

    def raw(self, verb: str, path: str, body: bytes = b"") -> bytes:
        """Sends one request and returns the body of the answer, which must be 200."""
        head = (
            f"{verb} {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + body)
        status = int(self.reader.readline().split()[1])
        length, chunked = 0, False
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            if name.lower() == b"transfer-encoding" and b"chunked" in value:
                chunked = True
        data = self.chunks() if chunked else self.reader.read(length)
        if status != 200:
            raise RuntimeError(f"{verb} {path} was answered with {status}: {data[:300]!r}")
        return data

    def chunks(self) -> bytes:
        parts = []
        while size := int(self.reader.readline().split(b";")[0], 16):
            parts.append(self.reader.read(size))
            self.reader.readline()
        self.reader.readline()
        return b"".join(parts)

    def post(self, path: str, body: dict) -> dict:
        return json.loads(self.raw("POST", API + path, json.dumps(body).encode()))

    def get(self, path: str, **query) -> dict:
        return json.loads(self.raw("GET", API + path + "?" + urllib.parse.urlencode(query)))

    def experiment(self, name: str) -> str:
        return self.post("experiments/create", {"name": name})["experiment_id"]

    def run(self, experiment: str) -> str:
        made = self.post("runs/create", {"experiment_id": experiment, "start_time": 1700000000000})
        return made["run"]["info"]["run_id"]


def wrk(url: str, clients: int, seconds: int, scenario: str, runs: list[str], batch: int = 1) -> dict:
    """Runs wrk for some seconds with one thread and returns what it counted."""
    script = pathlib.Path(__file__).with_name("post.lua")
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "120s", "-s", str(script), url, "--"]
    output = subprocess.run(
        [*command, scenario, ",".join(runs), str(batch)], capture_output=True, text=True, timeout=seconds + 300
    )
    found = [line for line in output.stdout.splitlines() if line.startswith("RESULT ")]
    if not found:
        sys.exit(f"wrk failed: {output.stdout}{output.stderr}")
    result = json.loads(found[0][7:])
    if result["errors"]:
        sys.exit(f"{scenario} at {url}: {result['errors']} of {result['requests']} requests failed")
    result["rate"] = result["requests"] / result["seconds"]
    return result
