"""A server that is killed under load, again and again, keeps every write that it acknowledged: on SQLite, on PostgreSQL,
and when PostgreSQL itself is what is killed.

AKU_CRASH_ROUNDS says how often (5 by default); AKU_CRASH_SEED repeats a run's choices.
"""

import hashlib
import json
import os
import random
import signal
import threading
import time

import pytest
import requests
from conftest import aku

ROUNDS = int(os.environ.get("AKU_CRASH_ROUNDS", "5"))
SEED = int(os.environ.get("AKU_CRASH_SEED", str(time.time_ns() % 1_000_000_007)))
API = "/api/2.0/mlflow/"


class Ledger:
    """What the server has acknowledged, since the first round."""

    def __init__(self):
        self.lock = threading.Lock()
        self.runs: dict[str, str] = {}
        self.metrics: dict[str, list[tuple[str, float, int]]] = {}
        self.params: dict[str, dict[str, str]] = {}
        self.artifacts: dict[str, str] = {}
        self.models: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.aliases: dict[str, tuple[int, int]] = {}

    def count(self) -> int:
        points = sum(len(points) for points in self.metrics.values())
        return len(self.runs) + points + len(self.artifacts) + len(self.models) + sum(self.versions.values())


class Writer(threading.Thread):
    """Writes one kind of thing until the server goes away; what is answered with 200 is entered in the ledger."""

    def __init__(self, number: int, url: str, experiment: str, ledger: Ledger, stop: threading.Event, seed: int, tolerant=False):
        super().__init__()
        self.number, self.url, self.experiment = number, url, experiment
        self.ledger, self.stop, self.chance = ledger, stop, random.Random(seed)
        self.session = requests.Session()
        self.failure: str | None = None
        self.unavailable = 0
        self.tolerant = tolerant

    def post(self, path: str, body: dict) -> dict | None:
        reply = self.session.post(self.url + API + path, json=body, timeout=30)
        if self.is_unavailable(reply):
            return None
        if reply.status_code != 200:
            self.failure = f"{path} was refused with {reply.status_code}: {reply.text[:300]}"
            return None
        return reply.json()

    def is_unavailable(self, reply: requests.Response) -> bool:
        """Whether the answer is that the database is away: what was sent counts as not acknowledged."""
        if not self.tolerant or reply.status_code != 503:
            return False
        self.unavailable += 1
        time.sleep(0.05)
        return True

    def run(self) -> None:
        work = (self.log_batch, self.create_run, self.upload, self.register)[self.number % 4]
        try:
            while not self.stop.is_set() and self.failure is None:
                work()
        except requests.exceptions.RequestException:
            pass  # the server was killed: what was under way is not acknowledged

    def new_run(self) -> str | None:
        name = f"run {self.chance.getrandbits(64):x}"
        made = self.post("runs/create", {"experiment_id": self.experiment, "run_name": name, "start_time": 1})
        if made is None:
            return None
        run = made["run"]["info"]["run_id"]
        with self.ledger.lock:
            self.ledger.runs[run] = name
        return run

    def create_run(self) -> None:
        self.new_run()

    def log_batch(self) -> None:
        run = self.new_run()
        for batch in range(4):
            if run is None:
                return
            points = [(f"m{k}", self.chance.random(), batch * 10 + step) for k in range(3) for step in range(10)]
            param = (f"p{batch}", f"{self.chance.getrandbits(64):x}")
            body = {
                "run_id": run,
                "metrics": [{"key": key, "value": value, "timestamp": 1, "step": step} for key, value, step in points],
                "params": [{"key": param[0], "value": param[1]}],
            }
            if self.post("runs/log-batch", body) is None:
                return
            with self.ledger.lock:
                self.ledger.metrics.setdefault(run, []).extend(points)
                self.ledger.params.setdefault(run, {})[param[0]] = param[1]

    def upload(self) -> None:
        data = self.chance.randbytes(self.chance.choice([10, 5_000, 300_000]))
        path = f"crash/{self.chance.getrandbits(64):x}.bin"
        place = f"{self.url}/api/2.0/mlflow-artifacts/artifacts/{path}"
        reply = self.session.put(place, data=data, timeout=30)
        if self.is_unavailable(reply):
            return
        if reply.status_code != 200:
            self.failure = f"an upload was refused with {reply.status_code}: {reply.text[:300]}"
            return
        with self.ledger.lock:
            self.ledger.artifacts[path] = hashlib.sha256(data).hexdigest()

    def register(self) -> None:
        name = f"model-{self.chance.getrandbits(64):x}"
        text = f"{self.chance.getrandbits(64):x}"
        if self.post("registered-models/create", {"name": name, "description": text}) is None:
            return
        with self.ledger.lock:
            self.ledger.models[name] = text
            self.ledger.versions[name] = 0
        for version in (1, 2):
            if self.post("model-versions/create", {"name": name, "source": f"mlflow-artifacts:/crash/{version}"}) is None:
                return
            with self.ledger.lock:
                self.ledger.versions[name] = version
            # Between question and answer the alias may stand at either version.
            with self.ledger.lock:
                old = self.ledger.aliases.get(name, (0, 0))[1]
                self.ledger.aliases[name] = (old, version)
            if self.post("registered-models/alias", {"name": name, "alias": "champion", "version": str(version)}) is None:
                return
            with self.ledger.lock:
                self.ledger.aliases[name] = (version, version)


class PatientSession(requests.Session):
    """Asks again while the answer is that the database is away: PostgreSQL ends all its processes when one was killed."""

    def get(self, *arguments, **more) -> requests.Response:
        deadline = time.monotonic() + 60
        while True:
            reply = super().get(*arguments, **more)
            if reply.status_code != 503 or time.monotonic() > deadline:
                return reply
            time.sleep(0.1)


def get(session: requests.Session, url: str, path: str, **query) -> dict:
    reply = session.get(url + API + path, params=query, timeout=30)
    assert reply.status_code == 200, f"{path} {query}: {reply.status_code} {reply.text[:300]}"
    return reply.json()


def check_run(session: requests.Session, url: str, ledger: Ledger, run: str) -> None:
    """A run is there with all that was acknowledged; a batch that was not is there whole or not at all."""
    found = get(session, url, "runs/get", run_id=run)["run"]
    assert found["info"]["run_name"] == ledger.runs[run]
    params = {pair["key"]: pair["value"] for pair in found["data"].get("params", [])}
    assert ledger.params.get(run, {}).items() <= params.items()
    wanted = ledger.metrics.get(run, [])
    for key in sorted({key for key, _, _ in wanted}):
        history = get(session, url, "metrics/get-history", run_id=run, metric_key=key)["metrics"]
        there = {(point["key"], point["value"], point["step"]) for point in history}
        lost = {point for point in wanted if point[0] == key} - there
        assert not lost, f"{len(lost)} acknowledged points of {key} of {run} are lost"
        assert len(history) % 10 == 0, f"half a batch of {key} of {run} is there"


def check(session: requests.Session, url: str, ledger: Ledger, chance: random.Random, everything: bool) -> None:
    """Compares what is there with the ledger: all of it, or what is newest and a sample of the rest."""

    def some(keys: dict) -> list:
        if everything or len(keys) <= 60:
            return list(keys)
        return [*list(keys)[-40:], *chance.sample(list(keys), 20)]

    for run in some(ledger.runs):
        check_run(session, url, ledger, run)
    for path in some(ledger.artifacts):
        reply = session.get(f"{url}/api/2.0/mlflow-artifacts/artifacts/{path}", timeout=30)
        assert reply.status_code == 200, f"the artifact {path} is lost: {reply.status_code}"
        assert hashlib.sha256(reply.content).hexdigest() == ledger.artifacts[path]
    for name in some(ledger.models):
        model = get(session, url, "registered-models/get", name=name)["registered_model"]
        assert model["description"] == ledger.models[name]
        for version in range(1, ledger.versions[name] + 1):
            get(session, url, "model-versions/get", name=name, version=version)
        stands = {alias["alias"]: int(alias["version"]) for alias in model.get("aliases", [])}.get("champion", 0)
        assert stands in ledger.aliases.get(name, (0, 0)), f"the alias of {name} is at {stands}"


class Loop:
    """Rounds of load, each ended by something that is killed, with a look at what is there after each."""

    def __init__(self, url: str, tolerant: bool = False):
        self.chance = random.Random(SEED)
        self.ledger = Ledger()
        self.session = PatientSession() if tolerant else requests.Session()
        self.tolerant = tolerant
        self.unavailable = 0
        made = self.session.post(url + API + "experiments/create", json={"name": "crash loop"}, timeout=30)
        self.experiment = made.json()["experiment_id"]

    def load(self, number: int, url: str, kill) -> None:
        """Eight writers, until `kill` has been called and they are told to stop."""
        stop = threading.Event()
        writers = [
            Writer(place, url, self.experiment, self.ledger, stop, self.chance.getrandbits(64), self.tolerant)
            for place in range(8)
        ]
        for writer in writers:
            writer.start()
        time.sleep(self.chance.uniform(0.05, 1.2))
        kill()
        stop.set()
        for writer in writers:
            writer.join()
        self.unavailable += sum(writer.unavailable for writer in writers)
        refused = [writer.failure for writer in writers if writer.failure]
        assert not refused, f"round {number}, seed {SEED}: {refused}"

    def look(self, number: int, url: str) -> None:
        is_last = number == ROUNDS - 1
        check(self.session, url, self.ledger, self.chance, everything=is_last)
        if number % 20 == 19 or is_last:
            verified = aku("verify", "--json", url=url, check=False)
            assert verified.returncode == 0, f"round {number}, seed {SEED}: {verified.stdout[-2000:]}{verified.stderr[-2000:]}"
            print(f"round {number + 1}: {self.ledger.count()} acknowledged writes, none lost", flush=True)

    def report(self, what: str) -> None:
        assert self.ledger.count() > 0
        found = {"killed": what, "rounds": ROUNDS, "seed": SEED, "acknowledged": self.ledger.count(), "lost": 0}
        print(json.dumps({**found, "unavailable": self.unavailable}))


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_no_acknowledged_write_is_lost_when_the_server_is_killed_under_load(start_server, engine, request):
    database = ["--database", request.getfixturevalue("postgres").make("crash")] if engine == "postgres" else []
    server = start_server("data", *database)
    loop = Loop(server.url)
    for number in range(ROUNDS):
        loop.load(number, server.url, server.kill)
        server = start_server("data", *database)
        loop.look(number, server.url)
    server.stop()
    loop.report(f"aku on {engine}")


def test_no_acknowledged_write_is_lost_when_postgresql_is_killed_under_load(start_server, postgres):
    """Every other round one backend dies (PostgreSQL then ends all others and recovers), or the whole server."""
    server = start_server("data", "--database", postgres.make("crash"))
    loop = Loop(server.url, tolerant=True)

    def kill_backend() -> None:
        os.kill(loop.chance.choice(postgres.backends("crash")), signal.SIGKILL)
        time.sleep(loop.chance.uniform(0, 0.5))

    def stop_server() -> None:
        postgres.control("stop", "-m", "immediate")
        time.sleep(loop.chance.uniform(0, 0.5))
        postgres.control("start")
        time.sleep(loop.chance.uniform(0, 0.5))

    for number in range(ROUNDS):
        loop.load(number, server.url, kill_backend if number % 2 else stop_server)
        loop.look(number, server.url)
    server.stop()
    loop.report("PostgreSQL")
