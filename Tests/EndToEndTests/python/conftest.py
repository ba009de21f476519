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
        ready = json.loads(line)
        self.url = ready["url"]
        self.grpc = ready.get("grpc")

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


class Postgres:
    """A PostgreSQL server of a test's own, which brings to the disk what it acknowledges."""

    def __init__(self):
        script = ROOT / "Tests" / "PostgresServer" / "with-postgres"
        self.process = subprocess.Popen(
            [str(script), "sh", "-c", "echo $AKU_TEST_POSTGRES; read end"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PG_DURABLE": "1"},
        )
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            pytest.fail("PostgreSQL did not start; apt install postgresql")
        self.data = pathlib.Path(self.address.split("host=")[1]) / "data"
        self.user = self.data.owner() if os.getuid() == 0 else None

    def named(self, database: str) -> str:
        return self.address.replace("/postgres?", f"/{database}?")

    def make(self, name: str) -> str:
        """Makes a database and returns its address."""
        subprocess.run(["psql", self.address, "-q", "-c", f"CREATE DATABASE {name}"], check=True)
        return self.named(name)

    def backends(self, database: str) -> list[int]:
        """The processes that serve the connections to a database."""
        query = f"SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND backend_type = 'client backend'"
        found = subprocess.run(["psql", self.address, "-qAt", "-c", query], check=True, capture_output=True, text=True)
        return [int(line) for line in found.stdout.split()]

    def control(self, *arguments: str) -> None:
        program = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1]
        subprocess.run(
            [str(program), "-D", str(self.data), "-l", str(self.data.parent / "server.log"), "-s", "-w", *arguments],
            check=True,
            user=self.user,
            group=self.data.group() if self.user else None,
            extra_groups=[] if self.user else None,
            cwd="/",
            stdin=subprocess.DEVNULL,
        )

    def end(self) -> None:
        self.process.communicate("end\n", timeout=60)


@pytest.fixture
def postgres():
    """A PostgreSQL server of the test's own."""
    server = Postgres()
    yield server
    server.end()


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
