"""The invariants of a run, checked from the database, the tasks' own ledger and the object store.

The numbers are those of the list in docs/pipelines.md, "Nothing is lost".
"""

import json
from collections import Counter, defaultdict

from world import SLOTS, World, processes_of

GOOD = {"succeeded", "cached"}
FINAL = GOOD | {"failed", "skipped", "cancelled"}


class History:
    """What the database says of some runs."""

    def __init__(self, world: World, runs: list[str]):
        names = ", ".join(f"'{run}'" for run in runs)
        subjects = ", ".join(f"'pipeline-run/{run}'" for run in runs)
        self.runs = {row["id"]: row for row in world.rows(f"SELECT * FROM pipeline_run WHERE id IN ({names})")}
        self.tasks = defaultdict(dict)
        for row in world.rows(f"SELECT * FROM pipeline_task WHERE run_id IN ({names}) ORDER BY run_id, position"):
            self.tasks[row["run_id"]][row["task"]] = row
        self.outputs = defaultdict(dict)
        for row in world.rows(f"SELECT * FROM pipeline_output WHERE run_id IN ({names})"):
            self.outputs[row["run_id"]][row["task"], row["name"]] = row
        query = f"SELECT sequence, at, kind, subject, body FROM journal_entry WHERE subject IN ({subjects}) ORDER BY sequence"
        self.events = defaultdict(list)
        for row in world.rows(query):
            body = row["body"] if isinstance(row["body"], dict) else json.loads(row["body"])
            run = row["subject"].split("/", 1)[1]
            self.events[run].append({**row, **body, "run": run, "kind": row["kind"].removeprefix("pipeline.")})


def check_states(history: History) -> list[str]:
    """1: every run is over. 3, 5, 11: the journal's path of each task is one of the machine's, and leads to the row."""
    found = []
    for run, row in history.runs.items():
        if row["state"] == "running":
            states = {task: row["state"] for task, row in history.tasks[run].items()}
            found.append(f"1: run {run} is not over: {states}")
            continue
        ends = [event["kind"] for event in history.events[run] if event["kind"] in {f"run.{state}" for state in FINAL}]
        if ends != [f"run.{row['state']}"]:
            found.append(f"1: run {run} is {row['state']} and the journal says {ends}")
        for task, state in history.tasks[run].items():
            events = [event for event in history.events[run] if event.get("task") == task]
            found += [f"{text} (run {run}, task {task})" for text in check_task(state, events)]
    return found


def check_task(row: dict, events: list[dict]) -> list[str]:
    found = []
    attempt, losses, failures, state = 0, 0, 0, "open"
    for event in events:
        kind = event["kind"].removeprefix("task.")
        if state in FINAL:
            found.append(f"11: {kind} after {state}")
        if kind == "started":
            if state not in ("open", "retrying"):
                found.append(f"11: started while {state}")
            attempt += 1
            if event["attempt"] != attempt:
                found.append(f"11: attempt {event['attempt']} began where {attempt} was due")
            state = "running"
        elif kind == "cached":
            if state != "open" and state != "retrying":
                found.append(f"11: cached while {state}")
            state = "cached"
        elif kind in ("succeeded", "failed", "retrying", "lost"):
            if state != "running" or event["attempt"] != attempt:
                found.append(f"11: {kind} of attempt {event['attempt']} while {state}, attempt {attempt}")
            losses += kind == "lost"
            failures += kind in ("failed", "retrying")
            state = "open" if kind == "lost" else kind
    commits = [event["kind"] for event in events if event["kind"] in ("task.succeeded", "task.cached")]
    if len(commits) != (row["state"] in GOOD):
        found.append(f"3: committed {len(commits)} times and is {row['state']}")
    if row["attempt"] != attempt or state in FINAL and state != row["state"]:
        found.append(f"11: the row says {row['state']}, attempt {row['attempt']}; the journal {state}, attempt {attempt}")
    if row["state"] in GOOD and row["losses"] != losses:
        found.append(f"5: the row counts {row['losses']} losses, the journal {losses}")
    limit = {"flaky": 7, "bad": 1, "never": 0}.get(row["task"], 6)
    if failures > limit + 1:
        found.append(f"5: failed {failures} times with {limit} retries")
    if row["state"] not in FINAL:
        found.append(f"1: is {row['state']}")
    return found


UPSTREAM = {
    "left": ["source"], "right": ["source"], "folder": ["source"], "flaky": ["source"], "leaves": ["source"],
    "stubborn": ["source"], "join": ["left", "right", "folder"], "end": ["join", "flaky", "leaves", "stubborn"],
    "bad": ["good"], "never": ["bad"],
}  # fmt: skip


def check_order(history: History, entries: list[dict], cancelled: dict[str, int]) -> list[str]:
    """4: nothing begins before what it waits for is committed, nor after a cancellation that was answered."""
    found = []
    for run, events in history.events.items():
        committed, is_cancelled = set(), False
        for event in events:
            task = event.get("task")
            if event["kind"] == "run.cancel_requested":
                is_cancelled = True
            elif event["kind"] in ("task.succeeded", "task.cached"):
                committed.add(task)
            elif event["kind"] == "task.started":
                missing = [other for other in UPSTREAM.get(task, []) if other not in committed]
                if missing:
                    found.append(f"4: {task} of {run} began before {missing}")
                if is_cancelled:
                    found.append(f"4: {task} of {run} began after the cancellation")
    for entry in entries:
        # A process that was on its way when the answer was given may still write its first line.
        if entry["what"] == "start" and entry["at"] > cancelled.get(entry["run"], entry["at"]) + 1_500_000_000:
            found.append(f"4: {entry['task']} of {entry['run']} ran after the cancellation")
    return found


def check_ledger(world: World, history: History, entries: list[dict]) -> list[str]:
    """2: an attempt has one process, and none beside it. 3: what is committed did run to its end."""
    found = []
    starts = Counter((e["run"], e["task"], e["attempt"]) for e in entries if e["what"] == "start")
    ends = {(e["run"], e["task"], e["attempt"]) for e in entries if e["what"] == "end"}
    found += [f"2: attempt {key} began {count} times" for key, count in starts.items() if count > 1]
    for entry in entries:
        # With two machines the older may still run when its fence is gone; it can no longer commit, which 3 and 11 show.
        if entry["what"].startswith("beside") and entry["run"] in history.runs and not world.address:
            found.append(f"2: {entry['run']} {entry['task']} {entry['attempt']} ran {entry['what']}")
    for run, tasks in history.tasks.items():
        if history.runs[run]["pipeline"] == "tick":
            continue
        for task, row in tasks.items():
            if row["state"] == "succeeded" and (run, task, row["attempt"]) not in ends:
                found.append(f"3: {task} of {run} is committed by attempt {row['attempt']}, which did not end")
    return found


def check_outputs(world: World, history: History) -> list[str]:
    """3: what is committed is in the object store, byte by byte, and what is not committed has no outputs."""
    found, seen = [], {}

    def is_whole(digest: str) -> bool:
        if digest not in seen:
            seen[digest] = world.object(digest) is not None
        return seen[digest]

    for run, tasks in history.tasks.items():
        for (task, name), row in history.outputs[run].items():
            if tasks[task]["state"] not in GOOD:
                found.append(f"3: {task} of {run} is {tasks[task]['state']} and has the output {name}")
            digests = [row["digest"]]
            if is_whole(row["digest"]) and row["kind"] == "tree":
                digests += [entry["digest"] for entry in json.loads(world.object(row["digest"]))["entries"]]
            found += [f"3: object {digest} of {task} of {run} is missing or damaged" for digest in digests if not is_whole(digest)]
        for task, row in tasks.items():
            if row["state"] in GOOD and task != "never" and (task, "o") not in history.outputs[run]:
                found.append(f"3: {task} of {run} is {row['state']} without its output")
    return found


def check_equal(history: History, disturbed: list[str], calm: str) -> list[str]:
    """12: outputs are those of a run that nobody disturbed and that asked no cache."""
    found = []
    expected = {key: row["digest"] for key, row in history.outputs[calm].items()}
    for run in disturbed:
        for key, row in history.outputs[run].items():
            if expected.get(key) != row["digest"]:
                found.append(f"12: {key[0]} of {run} wrote {row['digest']}; undisturbed it is {expected.get(key)}")
    return found


def check_slots(history: History) -> list[str]:
    """8: never more attempts than places."""
    events = sorted((event for events in history.events.values() for event in events), key=lambda event: event["sequence"])
    running, worst = set(), 0
    for event in events:
        key = (event["run"], event.get("task"))
        if event["kind"] == "task.started":
            running.add(key)
        elif event["kind"].startswith("task."):
            running.discard(key)
        elif event["kind"] == "run.cancelled":
            running = {other for other in running if other[0] != event["run"]}
        worst = max(worst, len(running))
    return [f"8: {worst} attempts at a time with {SLOTS} places"] if worst > SLOTS else []


def check_remains(world: World) -> list[str]:
    """8: no process and no folder of an attempt is left when all runs are over."""
    found = [f"8: process {process} of {folder} is left" for process, folder in processes_of(world.folder).items()]
    for server in world.servers:
        if server.leads:
            found += [f"8: the folder {path} is left" for path in (server.data / "work" / "attempts").glob("*/*")]
    return found


def check_whole(world: World) -> list[str]:
    """11: the journal has no hole. 6, 13: one run for each time of the schedule and of each backfill. 12: the cache."""
    found = []
    size = world.rows("SELECT count(*) AS count, max(sequence) AS last FROM journal_entry")[0]
    if size["count"] != size["last"]:
        found.append(f"11: the journal has {size['count']} entries and ends at {size['last']}")
    minute = 60_000
    times = [
        row["logical_time"]
        for row in world.rows("SELECT logical_time FROM pipeline_schedule_run WHERE pipeline = 'tick' ORDER BY logical_time")
        if row["logical_time"] >= world.began
    ]
    if len(times) != len(set(times)):
        found.append("6: a logical time has two runs")
    # A clock that is put forward by a day leaves out what is beyond the bound of catching up.
    is_steady = times and world.engine != "clock"
    missing = [time for time in range(times[0], times[-1], minute) if time not in set(times)] if is_steady else []
    if missing:
        found.append(f"6: logical times {missing} have no run")
    for row in world.rows("SELECT * FROM pipeline_backfill"):
        runs = world.rows(
            "SELECT b.logical_time, b.run_id, r.state, r.logical_time AS own FROM pipeline_backfill_run b "
            f"LEFT JOIN pipeline_run r ON r.id = b.run_id WHERE b.backfill_id = '{row['id']}'"
        )
        if row["state"] != "succeeded" or any(run["state"] != "succeeded" or run["own"] != run["logical_time"] for run in runs):
            found.append(f"13: backfill {row['id']} is {row['state']}: {runs}")
    cache = world.rows(
        "SELECT c.identity, c.run_id, c.task, t.state, t.identity AS own, o.digest FROM pipeline_cache c "
        "JOIN pipeline_task t ON t.run_id = c.run_id AND t.task = c.task "
        "LEFT JOIN pipeline_output o ON o.run_id = c.run_id AND o.task = c.task"
    )
    for row in cache:
        if row["state"] != "succeeded" or row["own"] != row["identity"] or row["digest"] is None:
            found.append(f"12: the cache names {row['task']} of {row['run_id']}, which is {row['state']}")
    linked = world.rows(
        "SELECT t.run_id, t.task, o.digest, p.digest AS source FROM pipeline_task t "
        "JOIN pipeline_output o ON o.run_id = t.run_id AND o.task = t.task "
        "LEFT JOIN pipeline_output p ON p.run_id = t.cached_from AND p.task = t.task AND p.name = o.name "
        "WHERE t.state = 'cached'"
    )
    for row in linked:
        if row["digest"] != row["source"]:
            found.append(f"12: {row['task']} of {row['run_id']} is linked to something else")
    return found
