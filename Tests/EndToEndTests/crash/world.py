"""Servers that are killed, the database and object store they share, and what the tasks themselves wrote down."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import requests

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("AKU_BINARY", ROOT / ".build" / "debug" / "aku"))
PIPELINES = pathlib.Path(__file__).resolve().parent / "pipelines"
SLOTS = 4
CLOCK = pathlib.Path(__file__).parent / "clock.c"


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


def ticks(process: int) -> int | None:
    """When a process started, in clock ticks since boot; None when it is gone or dead."""
    try:
        fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def processes_of(folder: pathlib.Path) -> dict[int, str]:
    """Live task processes whose work folder lies in a folder, with the work folder."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            environment = pathlib.Path(f"/proc/{name}/environ").read_bytes()
        except OSError:
            continue
        for entry in environment.split(b"\0"):
            if entry.startswith(f"AKU_WORK={folder}/".encode()) and ticks(int(name)) is not None:
                found[int(name)] = entry.decode().split("=", 1)[1]
    return found


class Server:
    """One server over a data folder and a port of its own, through many lives."""

    def __init__(self, world: "World", name: str):
        self.world, self.name = world, name
        self.data = world.folder / name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None
        self.log = world.folder / f"{name}.log"
        self.log_start = 0
        self.start_seconds: list[float] = []

    def start(self, point: str | None = None) -> None:
        """Starts a life; with a point it ends there by itself. Returns when it answers, or has died on the way."""
        environment = {**os.environ, **self.world.environment}
        if point:
            environment["AKU_TEST_CRASH_AT"] = point
        arguments = ["--data", str(self.data), "--port", str(self.port), "--task-slots", str(SLOTS), "--json"]
        if self.world.address:
            arguments += ["--database", f"{self.world.address}&application_name=crash-{self.name}"]
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        began = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(BINARY), "up", "--python", sys.executable, *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        line = self.process.stdout.readline()
        if line:
            self.start_seconds.append(time.monotonic() - began)
        elif not point and self.process.wait() != -signal.SIGKILL:
            raise RuntimeError(f"server {self.name} did not start: {self.life_log()[-1500:]}")

    def life_log(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def leads(self) -> bool:
        return self.is_alive and (not self.world.address or "runs the pipelines of its database" in self.life_log())

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.is_alive:
            self.process.terminate()
            self.process.wait(timeout=60)


class World:
    """One server on SQLite (also with a clock that jumps, or on a disk that fills up), or two on one PostgreSQL database with
    one object store."""

    def __init__(self, engine: str, is_fenced: bool = True, postgres=None):
        self.engine = engine
        size = "160m" if engine == "disk" else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aku-crash-"))
        self.mount = size is not None
        if size:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(self.folder)], check=True)
        self.ledger = pathlib.Path(tempfile.mkdtemp(prefix="aku-ledger-")) / "ledger"
        self.ledger.touch()
        self.environment = {} if is_fenced else {"AKU_TEST_NO_FENCE": "1"}
        self.began = time.time_ns() // 1_000_000
        self.clock = self.ledger.parent / "clock"
        if engine == "clock":
            self.set_clock(0)
            library = self.ledger.parent / "clock.so"
            subprocess.run(["clang", "-O1", "-shared", "-fPIC", "-o", str(library), str(CLOCK)], check=True)
            self.environment |= {"LD_PRELOAD": str(library), "AKU_TEST_CLOCK": str(self.clock)}
        self.address = postgres.make("crash") if postgres else None
        self.objects = self.folder / "a" / "objects"
        self.servers = [Server(self, "a")]
        if postgres:
            self.objects.mkdir(parents=True)
            (self.folder / "b").mkdir()
            (self.folder / "b" / "objects").symlink_to(self.objects)
            self.servers.append(Server(self, "b"))

    def end(self) -> None:
        for server in self.servers:
            if server.is_alive:
                os.kill(server.process.pid, signal.SIGCONT)
            server.kill()
        for process in processes_of(self.folder):
            os.kill(process, signal.SIGKILL)
        if self.mount:
            subprocess.run(["umount", "-l", str(self.folder)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.ledger.parent, ignore_errors=True)

    def set_clock(self, seconds: int) -> None:
        """Moves the wall clock of servers and tasks against the machine's."""
        other = self.clock.with_suffix(".new")
        other.write_text(f"{seconds}\n")
        other.rename(self.clock)

    def fill_disk(self) -> None:
        """Leaves no byte on the servers' disk."""
        with (self.folder / "ballast").open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    pass

    def free_disk(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)

    def leader(self, seconds: float = 20) -> Server:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for server in self.servers:
                if server.leads:
                    return server
            time.sleep(0.02)
        raise RuntimeError("no server leads")

    def post(self, path: str, body: dict, seconds: float = 60, to: Server | None = None) -> dict:
        """Asks whichever server answers, or one of them, again and again until it is answered."""
        end = time.monotonic() + seconds
        while True:
            for server in [to] if to else self.servers:
                if not server.is_alive:
                    continue
                try:
                    reply = requests.post(server.url + path, json=body, timeout=5)
                except requests.exceptions.RequestException:
                    continue
                if reply.ok:
                    return reply.json() if reply.content else {}
                if reply.status_code < 500:
                    raise RuntimeError(f"{path}: {reply.status_code} {reply.text[:500]}")
            if time.monotonic() > end:
                raise RuntimeError(f"{path} is not answered")
            time.sleep(0.05)

    def rows(self, query: str) -> list[dict]:
        """What the database says."""
        if not self.address:
            connection = sqlite3.connect(f"file:{self.folder}/a/aku.sqlite?mode=ro", uri=True, timeout=10)
            connection.row_factory = sqlite3.Row
            try:
                return [dict(row) for row in connection.execute(query)]
            finally:
                connection.close()
        found = subprocess.run(
            ["psql", self.address, "-qAt", "-c", f"SELECT coalesce(json_agg(t), '[]') FROM ({query}) t"],
            check=True,
            capture_output=True,
            text=True,
        )
        return json.loads(found.stdout)

    def terminate_backends(self, name: str) -> int:
        """Ends every connection of a server to PostgreSQL."""
        query = f"SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity WHERE application_name = 'crash-{name}'"
        return len(self.rows(query))

    def object(self, digest: str) -> bytes | None:
        """An object's bytes, straight from the disk; None when it is missing or not what its name says."""
        digest = digest.removeprefix("sha256:")
        try:
            data = (self.objects / digest[:2] / digest[2:]).read_bytes()
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    def entries(self) -> list[dict]:
        """What the tasks wrote down, in order."""
        names = ["what", "run", "task", "attempt", "process", "leader", "ticks", "boot", "at"]
        found = []
        for line in self.ledger.read_text().splitlines():
            entry = dict(zip(names, line.split(" "), strict=True))
            found.append({**entry, **{key: int(entry[key]) for key in ("attempt", "process", "leader", "ticks", "at")}})
        return found

    def working(self) -> list[dict]:
        """Starts in the ledger that have no end and whose process lives."""
        entries = self.entries()
        ended = {(entry["run"], entry["task"], entry["attempt"]) for entry in entries if entry["what"] == "end"}
        return [
            entry
            for entry in entries
            if entry["what"] == "start"
            and (entry["run"], entry["task"], entry["attempt"]) not in ended
            and ticks(entry["process"]) == entry["ticks"]
        ]
