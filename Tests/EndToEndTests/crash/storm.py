"""One round of the crash test: runs are started, servers and tasks are killed while they go on, and everything is checked."""

import datetime
import os
import random
import shutil
import signal
import subprocess
import time

import invariants
from world import BINARY, PIPELINES, ROOT, Server, World, processes_of, ticks

#: Points at which a server can be told to end itself, each with how often it is passed in the life that begins.
POINTS = {
    "run-accepted": 1, "took-over": 1, "reaped": 1, "step-written": 8, "step-durable": 8, "step-done": 8, "folder-ready": 5,
    "spawned": 5, "noted": 5, "process-ended": 5, "process-reaped": 5, "outputs-stored": 5, "announced": 5,
}  # fmt: skip
#: The time within which a run is over after the last kill, in seconds.
PATIENCE = 60


class Storm:
    """All rounds on one world."""

    def __init__(self, world: World, seed: int, is_fenced: bool = True):
        self.world, self.seed, self.is_fenced = world, seed, is_fenced
        # Without the fence a run that is stuck is what is looked for.
        self.patience = PATIENCE if is_fenced else 12
        self.kills = 0
        self.by_kind: dict[str, int] = {}
        self.adopted = 0
        self.runs = 0
        self.slowest_end = 0.0
        self.slowest_detection = 0
        self.found: list[str] = []

    def begin(self) -> None:
        for server in self.world.servers:
            server.start()
            # Servers of one database sign with one key.
            for other in self.world.servers:
                if not (other.data / "keys").exists():
                    shutil.copytree(server.data / "keys", other.data / "keys")
        self.world.leader()
        for name in ("storm", "broken", "tick"):
            self.aku("pipelines", "apply", str(PIPELINES / f"{name}.yaml"))

    def aku(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        url = next(server.url for server in self.world.servers if server.is_alive)
        return subprocess.run(
            [str(BINARY), *arguments],
            check=check,
            capture_output=True,
            text=True,
            env={**os.environ, "AKU_URL": url},
            cwd=ROOT,
            timeout=600,
        )

    # What is killed

    def count(self, kind: str) -> None:
        self.kills += 1
        self.by_kind[kind] = self.by_kind.get(kind, 0) + 1

    def restart(self, server: Server, point: str | None = None) -> None:
        """Begins the next life, and looks whether tasks of the last one went on where they must."""
        running = [] if point or self.world.address else self.adoptable(server)
        server.start(point)
        if not running or not server.is_alive:
            return
        time.sleep(0.1)
        alive = [ticks(entry["process"]) == entry["ticks"] for entry in running]
        ended = {(e["run"], e["task"], e["attempt"]) for e in self.world.entries() if e["what"] == "end"}
        for entry, is_alive in zip(running, alive, strict=True):
            if is_alive or (entry["run"], entry["task"], entry["attempt"]) in ended:
                self.adopted += 1
            else:
                what = f"{entry['task']} of {entry['run']}, attempt {entry['attempt']}"
                self.found.append(f"9: {what} ran on when its server was killed, and the next server ended it")

    def adoptable(self, server: Server) -> list[dict]:
        """Attempts that run on and whose process was noted."""
        found = []
        for entry in self.world.working():
            note = server.data / "work" / "attempts" / entry["run"] / f"{entry['task']}.{entry['attempt']}" / "process.json"
            row = self.world.rows(
                f"SELECT t.state, t.attempt, r.cancel_actor FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id "
                f"WHERE t.run_id = '{entry['run']}' AND t.task = '{entry['task']}'"
            )[0]
            is_current = (row["state"], row["attempt"], row["cancel_actor"]) == ("running", entry["attempt"], None)
            if is_current and note.exists() and note.read_text().endswith("}"):
                found.append(entry)
        return found

    def kill_server(self, chance: random.Random, with_tasks: bool) -> None:
        server = self.world.leader()
        server.kill()
        self.count("server and tasks" if with_tasks else "server")
        if with_tasks:
            self.kill_all_tasks(server)
        time.sleep(chance.choice([0, 0, 0.05, 0.3]))
        self.restart(server)

    def kill_all_tasks(self, server: Server) -> None:
        while found := processes_of(server.data):
            for process in found:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.01)

    def kill_at_point(self, chance: random.Random, with_tasks: bool) -> None:
        """The leader is killed, and its next life ends at a point."""
        point = chance.choice(list(POINTS))
        where = f"{point}:{chance.randint(1, POINTS[point])}"
        server = self.world.leader()
        server.kill()
        self.count("server")
        self.restart(server, where)
        end = time.monotonic() + 2.5
        if point == "run-accepted":
            self.start_run(chance, "storm", f"extra-{chance.getrandbits(32):x}", at=server)
        while server.is_alive and time.monotonic() < end:
            time.sleep(0.01)
        reached = not server.is_alive
        server.kill()
        self.count(f"at {point}" if reached else "server")
        if with_tasks:
            self.kill_all_tasks(server)
        self.restart(server)

    def kill_task(self, chance: random.Random) -> None:
        working = []
        end = time.monotonic() + 1
        while not working and time.monotonic() < end:
            working = self.world.working()
        if not working:
            return self.kill_server(chance, with_tasks=False)
        entry = chance.choice(working)
        target = chance.choice([entry["process"], entry["leader"], -entry["leader"]])
        try:
            os.kill(target, signal.SIGKILL)
        except ProcessLookupError:
            return self.kill_server(chance, with_tasks=False)
        at = time.time_ns() // 1_000_000
        self.count("task")
        self.killed_tasks.append((entry["run"], entry["task"], entry["attempt"], at))
        time.sleep(chance.uniform(0, 0.2))

    def kill_backends(self, chance: random.Random) -> None:
        """Every connection of a server to PostgreSQL is lost, some in the middle of a commit."""
        server = chance.choice(self.world.servers)
        if self.world.terminate_backends(server.name):
            self.count("connections")
        time.sleep(chance.uniform(0, 0.3))

    def depose(self, chance: random.Random) -> None:
        """The leader stands still, as a machine that pauses, until the other has taken over; then it goes on as if it led."""
        old = self.world.leader()
        other = next(server for server in self.world.servers if server is not old)
        os.kill(old.process.pid, signal.SIGSTOP)
        self.world.terminate_backends(old.name)
        end = time.monotonic() + 15
        while not other.leads and time.monotonic() < end:
            self.world.terminate_backends(old.name)
            time.sleep(0.05)
        if not other.leads:
            self.found.append("14: nobody took over from a leader that stands still")
        time.sleep(chance.uniform(0.2, 0.8))
        os.kill(old.process.pid, signal.SIGCONT)
        self.count("leader that stood still")
        try:
            old.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.found.append("2: a server that was led past did not end")
            old.kill()
        self.restart(old)

    def jump(self, chance: random.Random) -> None:
        """The clock is set by a day; now and then the server is killed on top of it."""
        days = chance.choice([1, -1, 0])
        self.world.set_clock(days * 86400)
        self.count(f"clock {days:+} d")
        time.sleep(chance.uniform(0, 0.5))
        if chance.random() < 0.5:
            self.kill_server(chance, with_tasks=chance.random() < 0.5)

    def fill(self, chance: random.Random) -> None:
        """The disk is full for a while; now and then the server is killed meanwhile."""
        self.world.fill_disk()
        self.count("disk full")
        time.sleep(chance.uniform(0.1, 1.2))
        if chance.random() < 0.5:
            server = self.world.leader()
            server.kill()
            self.count("server")
            self.world.free_disk()
            self.restart(server)
        self.world.free_disk()

    def kill_other(self, chance: random.Random) -> None:
        """The leader dies and stays away until the other has taken over."""
        old = self.world.leader()
        other = next(server for server in self.world.servers if server is not old)
        old.kill()
        self.count("server, the other takes over")
        began = time.monotonic()
        while not other.leads and time.monotonic() < began + 10:
            time.sleep(0.02)
        if not other.leads:
            self.found.append("10: nobody took over within 10 s from a leader that was killed")
        time.sleep(chance.uniform(0, 0.3))
        self.restart(old)

    def kill(self, chance: random.Random) -> None:
        for server in self.world.servers:
            # One that lost its connections may have been led past, and has ended then.
            if not server.is_alive:
                self.restart(server)
        if not self.is_fenced:
            return self.depose(chance)
        kinds = [
            lambda: self.kill_server(chance, with_tasks=False),
            lambda: self.kill_server(chance, with_tasks=True),
            lambda: self.kill_at_point(chance, with_tasks=False),
            lambda: self.kill_at_point(chance, with_tasks=False),
            lambda: self.kill_at_point(chance, with_tasks=True),
            lambda: self.kill_task(chance),
        ]
        if self.world.address:
            kinds += [lambda: self.kill_backends(chance), lambda: self.depose(chance), lambda: self.kill_other(chance)]
        if self.world.engine == "clock":
            kinds += [lambda: self.jump(chance)] * 6
        if self.world.engine == "disk":
            kinds += [lambda: self.fill(chance)] * 6
        chance.choice(kinds)()

    # What runs

    def start_run(self, chance: random.Random, pipeline: str, salt: str, at: Server | None = None, **more) -> str | None:
        """Starts a run, on one server that may end before it answers, or on whichever does; there twice with one key."""
        body = {
            "parameters": {"ledger": str(self.world.ledger), "salt": salt, **more.pop("parameters", {})},
            "idempotency_key": f"{pipeline}-{salt}-{chance.getrandbits(64):x}",
            **more,
        }
        path = f"/api/v1/pipelines/{pipeline}/runs"
        try:
            run = self.world.post(path, body, seconds=1 if at else 60, to=at)["run_id"]
        except RuntimeError:
            if at:
                return None
            raise
        again = run if at else self.world.post(path, body)["run_id"]
        if again != run:
            self.found.append(f"1: one idempotency key made two runs, {run} and {again}")
        self.started.append(run)
        return run

    def wait(self, runs: list[str], seconds: float) -> bool:
        names = ", ".join(f"'{run}'" for run in runs)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            open_runs = self.world.rows(f"SELECT id FROM pipeline_run WHERE state = 'running' AND id IN ({names})")
            if not open_runs:
                return True
            time.sleep(0.03)
        return False

    # A round

    def round(self, number: int, kills: int) -> list[str]:
        """Starts runs, kills so many things at least while they go on, waits for their ends and checks. Returns what it found."""
        chance = random.Random(f"{self.seed}/{self.world.engine}/{number}")
        self.found, self.started, self.killed_tasks = [], [], []
        cancelled: dict[str, int] = {}
        salt = f"{self.seed}-{number}"
        storms = [self.start_run(chance, "storm", salt)]
        if chance.random() < 0.5:
            storms.append(self.start_run(chance, "storm", salt))
        broken = self.start_run(chance, "broken", salt) if chance.random() < 0.4 else None
        victim = self.start_run(chance, "storm", salt + "-cancelled") if chance.random() < 0.3 else None
        backfill = self.start_backfill(number) if chance.random() < 0.2 else None
        before = self.kills
        cancel_after = chance.randint(0, kills - 1)
        turn = 0
        while self.kills - before < kills:
            time.sleep(chance.uniform(0, 0.6))
            if victim and turn == cancel_after:
                cancelled[victim] = self.cancel(victim)
            turn += 1
            self.kill(chance)
        last = time.monotonic()
        for server in self.world.servers:
            if not server.is_alive:
                self.restart(server)
        if victim and victim not in cancelled:
            cancelled[victim] = self.cancel(victim)
        runs = list(self.started)
        extra = self.world.rows("SELECT id FROM pipeline_run WHERE pipeline <> 'tick' AND state = 'running'")
        runs += [row["id"] for row in extra if row["id"] not in runs]
        if not self.wait(runs, self.patience):
            self.found.append(f"1: not every run is over {self.patience} s after the last kill")
        self.slowest_end = max(self.slowest_end, time.monotonic() - last)
        if backfill:
            self.wait_for_backfill(backfill)
        self.check(chance, salt, runs, storms, broken, cancelled)
        self.runs += len(runs)
        return self.found

    def check(self, chance, salt, runs, storms, broken, cancelled) -> None:
        calm = self.start_run(chance, "storm", salt, parameters={"calm": 1}, use_cache=False)
        if not self.wait([calm], self.patience):
            self.found.append("14: the undisturbed run is not over")
        history = invariants.History(self.world, [*runs, calm])
        entries = self.world.entries()
        self.found += invariants.check_states(history)
        self.found += invariants.check_order(history, entries, cancelled)
        self.found += invariants.check_ledger(self.world, history, entries)
        self.found += invariants.check_outputs(self.world, history)
        self.found += invariants.check_equal(history, storms, calm)
        self.found += invariants.check_slots(history)
        expected = {calm: "succeeded", **{run: "succeeded" for run in storms}, **({broken: "failed"} if broken else {})}
        for run, state in expected.items():
            if history.runs[run]["state"] != state:
                states = {task: row["state"] for task, row in history.tasks[run].items()}
                self.found.append(f"1: run {run} is {history.runs[run]['state']}, not {state}: {states}")
        for run in cancelled:
            if history.runs[run]["state"] not in ("cancelled", "succeeded"):
                self.found.append(f"4: the cancelled run {run} is {history.runs[run]['state']}")
        self.check_detection(history)
        for _ in range(120):
            remains = invariants.check_remains(self.world)
            if not remains:
                break
            time.sleep(0.05)
        self.found += remains

    def check_detection(self, history) -> None:
        """10: the end of a task's process is noticed at once by a server that lives."""
        if self.world.engine == "clock":
            return
        for run, task, attempt, at in self.killed_tasks:
            for event in history.events.get(run, []):
                is_end = event["kind"] in ("task.retrying", "task.failed") and event.get("attempt") == attempt
                if event.get("task") == task and is_end:
                    self.slowest_detection = max(self.slowest_detection, event["at"] - at)

    def cancel(self, run: str) -> int:
        """Cancels a run; returns when that was answered, in nanoseconds."""
        try:
            self.world.post(f"/api/v1/pipeline-runs/{run}/cancel", {})
        except RuntimeError as error:
            if "pipeline_run_finished" not in str(error):
                raise
        return time.time_ns()

    def start_backfill(self, number: int) -> str:
        first = datetime.datetime(2026, 1, 1) + datetime.timedelta(minutes=5 * number)
        last = first + datetime.timedelta(minutes=4)
        body = {"from": first.isoformat() + "Z", "to": last.isoformat() + "Z", "parallel": 2, "again": "all"}
        return self.world.post("/api/v1/pipelines/tick/backfills", body)["id"]

    def wait_for_backfill(self, backfill: str) -> None:
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            if self.world.rows(f"SELECT state FROM pipeline_backfill WHERE id = '{backfill}'")[0]["state"] != "running":
                return
            time.sleep(0.05)
        self.found.append(f"13: backfill {backfill} is not over")

    def finish(self) -> list[str]:
        """What only the whole history shows."""
        self.found = []
        time.sleep(1)
        self.found += invariants.check_whole(self.world)
        if any(kind in self.by_kind for kind in ("clock +1 d", "clock -1 d")):
            span = self.world.rows("SELECT max(at) - min(at) AS span FROM journal_entry")[0]["span"]
            if span < 80_000_000:
                self.found.append(f"the clock of the servers did not jump: {span} ms")
        verified = self.aku("verify", "--json", check=False)
        if verified.returncode != 0:
            self.found.append(f"11: aku verify: {verified.stdout[-1000:]} {verified.stderr[-500:]}")
        return self.found

    def report(self) -> dict:
        starts = [seconds for server in self.world.servers for seconds in server.start_seconds]
        return {
            "engine": self.world.engine,
            "kills": self.kills,
            "by_kind": dict(sorted(self.by_kind.items())),
            "runs": self.runs,
            "adopted": self.adopted,
            "slowest_end_seconds": round(self.slowest_end, 2),
            "slowest_detection_ms": self.slowest_detection,
            "restart_seconds": {"first": round(starts[0], 2), "last": round(starts[-1], 2), "most": round(max(starts), 2)},
        }
