"""The servers that are measured: each is started as its users start it, over an empty folder, on a free port."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A process group that answers HTTP on loopback."""

    health = "/health"

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.process = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> float:
        """Starts it and returns the seconds until the first good answer."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with (self.folder / "server.log").open("ab") as log:
            begin = time.perf_counter()
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        while True:
            try:
                with urllib.request.urlopen(self.url + self.health, timeout=5):
                    return time.perf_counter() - begin
            except urllib.error.HTTPError:
                return time.perf_counter() - begin
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f"{type(self).__name__} ended at once: {(self.folder / 'server.log').read_text()[-2000:]}")
                if time.perf_counter() - begin > 120:
                    sys.exit(f"{type(self).__name__} did not answer within 120 seconds")
                time.sleep(0.002)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process = None

    def members(self) -> list[int]:
        """The processes of its group."""
        found = []
        for entry in os.listdir("/proc"):
            try:
                if entry.isdigit() and os.getpgid(int(entry)) == self.process.pid:
                    found.append(int(entry))
            except ProcessLookupError:
                pass
        return found

    def cpu_seconds(self) -> float:
        """User and system time of the living processes and of the children they reaped."""
        ticks = 0
        for pid in self.members():
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                ticks += sum(int(field) for field in fields[11:15])
            except OSError:
                pass
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """Proportional set size of the group: shared pages count once."""
        total = 0
        for pid in self.members():
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        return total / 1024

    def peaks_mib(self) -> dict[int, float]:
        """The largest resident set of each process since `forget_peaks`."""
        found = {}
        for pid in self.members():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    found[pid] = int(line.split()[1]) / 1024
        return found

    def forget_peaks(self) -> dict[int, float]:
        """Sets the peak of each process back to what it holds now, and returns that."""
        for pid in self.members():
            pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
        return self.peaks_mib()


class Aku(Server):
    """`aku up` with its defaults."""

    name = "aku"
    health = "/healthz"

    def command(self):
        binary = os.environ.get("AKU_BINARY", ROOT / ".build" / "release" / "aku")
        return [str(binary), "up", "--data", str(self.folder / "data"), "--port", str(self.port), "--python", sys.executable]


class MLflow(Server):
    """`mlflow server` with its defaults: SQLite, local artifacts, as many workers as it chooses."""

    name = "mlflow"

    def mlflow(self) -> str:
        return str(pathlib.Path(sys.executable).parent / "mlflow")

    @property
    def database(self) -> pathlib.Path:
        return self.folder / "mlflow.db"

    def create_schema(self) -> None:
        subprocess.run(
            [self.mlflow(), "db", "upgrade", f"sqlite:///{self.database}"], check=True, capture_output=True, cwd=self.folder
        )

    def command(self):
        return [
            self.mlflow(), "server", "--backend-store-uri", f"sqlite:///{self.database}",
            "--artifacts-destination", str(self.folder / "artifacts"), "--port", str(self.port),
        ]


class FileServer(Server):
    """nginx as a plain file server: sendfile for GET, the WebDAV module's PUT; it neither hashes nor syncs."""

    name = "nginx"
    health = "/none"

    def command(self):
        (self.folder / "files").mkdir(exist_ok=True)
        configuration = f"""
            daemon off; pid {self.folder}/nginx.pid; error_log {self.folder}/error.log; worker_processes auto;
            user {os.environ.get("USER", "root")};
            events {{}}
            http {{
                access_log off; sendfile on; client_max_body_size 0; client_body_temp_path {self.folder}/temporary;
                proxy_temp_path {self.folder}/t1; fastcgi_temp_path {self.folder}/t2; scgi_temp_path {self.folder}/t3;
                uwsgi_temp_path {self.folder}/t4;
                server {{ listen 127.0.0.1:{self.port}; location / {{ root {self.folder}/files; dav_methods PUT DELETE; }} }}
            }}"""
        path = self.folder / "nginx.conf"
        path.write_text(configuration)
        return ["nginx", "-p", str(self.folder), "-e", str(self.folder / "error.log"), "-c", str(path)]
