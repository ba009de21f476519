"""Starts one real server for the whole session, unless AKU_TEST_URL names one that already runs."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("AKU_BINARY", ROOT / ".build" / "debug" / "aku"))


class Server:
    """A server process over its own data folder, on a free port."""

    def __init__(self, data: pathlib.Path, *arguments: str):
        self.data = data
        self.log = (data.parent / f"{data.name}.log").open("ab")
        self.process = subprocess.Popen(
            [str(BINARY), "up", "--data", str(data), "--port", "0", "--python", sys.executable, "--json", *arguments],
            stdout=subprocess.PIPE,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
        )
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError(f"the server did not start: {self.log_text()[-2000:]}")
        self.url = json.loads(line)["url"]

    def log_text(self) -> str:
        return pathlib.Path(self.log.name).read_text(errors="replace")

    def kill(self) -> None:
        """Ends it as a power cut would end the process: SIGKILL, no goodbye."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Asks it to stop and returns its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def aku(*arguments: str, url: str | None = None, check: bool = True, **environment: str) -> subprocess.CompletedProcess:
    """Runs one command of the command line."""
    variables = {**os.environ, **environment}
    if url:
        variables["AKU_URL"] = url
    result = subprocess.run(
        [str(BINARY), *arguments], capture_output=True, text=True, env=variables, cwd=ROOT, timeout=900
    )
    if check and result.returncode != 0:
        raise AssertionError(f"aku {' '.join(arguments)} ended with {result.returncode}:\n{result.stdout}\n{result.stderr}")
    return result


@pytest.fixture
def folder():
    """A folder that is gone after the test."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="aku-test-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start_server(folder):
    """Starts servers of the test's own: call it with a data folder's name and more arguments."""
    servers = []

    def start(name: str = "data", *arguments: str) -> Server:
        server = Server(folder / name, *arguments)
        servers.append(server)
        return server

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop()


_session: dict = {}


def pytest_sessionstart(session):
    if session.config.option.collectonly or "AKU_TEST_URL" in os.environ:
        return
    if not BINARY.exists():
        pytest.exit(f"{BINARY} is missing: run 'swift build --product aku' first", returncode=2)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="aku-session-"))
    server = Server(folder / "data")
    _session.update(server=server, folder=folder)
    os.environ["AKU_TEST_URL"] = server.url
    os.environ["AKU_TEST_BINARY"] = str(BINARY)


def pytest_sessionfinish(session):
    if "server" in _session:
        _session["server"].stop()
        shutil.rmtree(_session["folder"], ignore_errors=True)


@pytest.fixture(scope="session")
def url() -> str:
    """The session's server."""
    return os.environ["AKU_TEST_URL"]
