"""Measures Aku's own engine beside Airflow, Prefect and Luigi, shape by shape and in turn, and writes latest.json. See README.md."""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tracking"))

from peers import Airflow, Luigi, Prefect  # noqa: E402
from servers import Aku  # noqa: E402

SCALES = {
    "small": {"rounds": 1, "chain": 20, "flat": 100, "mapped": 500, "airflow_chain": 5, "airflow_flat": 20},
    "full": {"rounds": 3, "chain": 100, "flat": 1_000, "mapped": 10_000, "airflow_chain": 100, "airflow_flat": 200},
}
SCALE = SCALES[os.environ.get("SCALE", "full")]
ONLY = [word for word in os.environ.get("ONLY", "").split(",") if word]
median = statistics.median
claims, facts = [], []


def wanted(section: str) -> bool:
    return not ONLY or section in ONLY


def record(claim: str, ours: float, peer: float, unit: str, larger_is_better: bool = True) -> None:
    """Adds a row. The ratio says how many times better ours is, whichever way the unit points."""
    if ours <= 0 or peer <= 0:
        sys.exit(f"{claim}: nothing was measured ({ours} and {peer})")
    ratio = ours / peer if larger_is_better else peer / ours
    claims.append({"claim": claim, "ours": round(ours, 3), "peer": round(peer, 3), "ratio": round(ratio, 2), "unit": unit})
    print(f"{claim:72s} {ours:14.3f} {peer:14.3f} {unit:12s} {ratio:9.2f}", flush=True)


def fact(what: str, value: float, unit: str) -> None:
    """Adds a figure that stands alone."""
    facts.append({"fact": what, "value": round(value, 3), "unit": unit})
    print(f"{what:72s} {value:14.3f} {'':14s} {unit}", flush=True)


def chain(count: int) -> str:
    """Tasks that each wait for the one before; the cache is off, so that each is executed."""
    tasks = [f"  t{i}: {{ run: ':', cache: false{f', after: [t{i - 1}]' if i else ''} }}" for i in range(count)]
    return "\n".join(["pipeline: chain", "tasks:", *tasks, ""])


def flat(count: int) -> str:
    """Tasks that wait for nothing and differ, so that none is answered for another."""
    return "\n".join(["pipeline: flat", "tasks:", *(f"  t{i}: {{ run: ': {i}' }}" for i in range(count)), ""])


def mapped(count: int) -> str:
    return "\n".join([
        "pipeline: mapped", "tasks:",
        f"  list: {{ run: \"seq -s, {count} | sed 's/^/[/; s/$/]/' > ${{outputs.l}}\", outputs: [l], cache: false }}",
        f"  each: {{ run: ': ${{map.item}}', map: {{ over: list.l, limit: {count} }} }}", "",
    ])


def builtin(count: int) -> str:
    """One operator that reads a file, over and over with another bound, so that none is answered for another."""
    return "\n".join([
        "pipeline: builtin", "tasks:",
        f"  list: {{ run: \"seq -s, {count} | sed 's/^/[/; s/$/]/' > ${{outputs.l}}\", outputs: [l], cache: false }}",
        "  value: { run: \"echo '{\\\"v\\\": 0}' > ${outputs.v}\", outputs: [v], cache: false }",
        "  each:",
        "    uses: assert",
        "    inputs: { v: value.v }",
        "    with: { that: '/v < ${map.item}' }",
        f"    map: {{ over: list.l, limit: {count} }}", "",
    ])


def noop(count: int) -> str:
    """The same without anything to read: what is measured is deciding and writing down."""
    return "\n".join([
        "pipeline: noop", "tasks:",
        f"  list: {{ run: \"seq -s, {count} | sed 's/^/[/; s/$/]/' > ${{outputs.l}}\", outputs: [l], cache: false }}",
        f"  each: {{ uses: noop, map: {{ over: list.l, limit: {count} }} }}", "",
    ])


def noop_chain(count: int) -> str:
    tasks = [f"  t{i}: {{ uses: noop{f', after: [t{i - 1}]' if i else ''} }}" for i in range(count)]
    return "\n".join(["pipeline: noop-chain", "tasks:", *tasks, ""])


def gate_chain(count: int) -> str:
    """Operators that each read a file and wait for the one before."""
    tasks = [
        f"  t{i}: {{ uses: assert, inputs: {{ v: value.v }}, with: {{ that: /v < {i + 1} }}, cache: false"
        f"{f', after: [t{i - 1}]' if i else ''} }}"
        for i in range(count)
    ]
    value = "  value: { run: \"echo '{\\\"v\\\": 0}' > ${outputs.v}\", outputs: [v] }"
    return "\n".join(["pipeline: gate-chain", "tasks:", value, *tasks, ""])


class Engine:
    """Aku's API, as far as pipelines need it."""

    def __init__(self, aku: Aku, folder: pathlib.Path):
        self.aku, self.folder = aku, folder

    def call(self, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(
            self.aku.url + path, method="GET" if body is None else "POST",
            data=None if body is None else json.dumps(body).encode(), headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def run(self, source: str, use_cache: bool = True) -> dict:
        """Registers a pipeline, runs it and gives the run at its end; the time is the server's own, to the millisecond."""
        self.call("/api/v1/pipelines", {"source": source, "code": []})
        name = source.split("\n", 1)[0].removeprefix("pipeline: ")
        run = self.call(f"/api/v1/pipelines/{name}/runs", {"use_cache": use_cache})["run_id"]
        while True:
            # The list has no tasks: asking must not be what is measured.
            newest = self.call("/api/v1/pipeline-runs?limit=1")["runs"][0]
            if newest["id"] == run and newest["state"] != "running":
                if newest["state"] != "succeeded":
                    sys.exit(f"run {run} of {name} has {newest['state']}")
                return newest
            time.sleep(0.05)

    def seconds(self, source: str, rounds: int, use_cache: bool = True) -> list[float]:
        return [self.run(source, use_cache)["duration_ms"] / 1000 for _ in range(rounds)]


def spawn_rate(count: int) -> float:
    """Processes a second of `sh -c :`, two at one time, by posix_spawn and nothing around it."""
    null = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1, 2)]
    begin, running = time.perf_counter(), 0
    for _ in range(count):
        if running == 2:
            os.wait()
            running -= 1
        os.posix_spawn("/bin/sh", ["sh", "-c", ":"], {}, file_actions=null)
        running += 1
    while running:
        os.wait()
        running -= 1
    return count / (time.perf_counter() - begin)


def measure_chain(engine: Engine, peers: dict) -> None:
    count = SCALE["chain"]
    ours = median(engine.seconds(chain(count), SCALE["rounds"])) * 1000 / count
    for name, peer in peers.items():
        size = SCALE["airflow_chain"] if name == "Airflow" else count
        record(
            f"chain of {count} tasks, a hop; {name}: {peer.kind}", ours, peer.chain(size) * 1000 / size, "ms", False
        )


def measure_flat(engine: Engine, peers: dict) -> None:
    count, rounds = SCALE["flat"], SCALE["rounds"]
    ours, bare = [], []
    for _ in range(rounds):
        bare.append(spawn_rate(count))
        ours.append(count / engine.seconds(flat(count), 1, use_cache=False)[0])
    record(f"{count:,} independent tasks; peer: bare posix_spawn", median(ours), median(bare), "tasks/s")
    for name, peer in peers.items():
        size = SCALE["airflow_flat"] if name == "Airflow" else count
        record(f"{count:,} independent tasks; {name}: {peer.kind}", median(ours), size / peer.flat(size), "tasks/s")


def measure_builtin(engine: Engine, peers: dict) -> None:
    """Work inside the server. The engine's transitions are on the disk; Prefect's tasks are functions of one process."""
    count, rounds = SCALE["mapped"], SCALE["rounds"]
    ours = median([count / seconds for seconds in engine.seconds(builtin(count), rounds, use_cache=False)])
    empty = median([count / seconds for seconds in engine.seconds(noop(count), rounds, use_cache=False)])
    fact(f"{count:,} built-in tasks that do nothing, durable", empty, "tasks/s")
    fact(f"{count:,} built-in tasks that read a file, durable", ours, "tasks/s")
    if "Prefect" in peers:
        size = SCALE["flat"]
        record(f"built-in tasks; Prefect: {peers['Prefect'].kind}", ours, size / peers["Prefect"].flat(size), "tasks/s")
    hops = SCALE["chain"]
    nothing = median(engine.seconds(noop_chain(hops), rounds, use_cache=False)) * 1000 / hops
    fact(f"chain of {hops} built-in tasks that do nothing, a hop", nothing, "ms")
    gates = median(engine.seconds(gate_chain(hops), rounds)) * 1000 / hops
    if "Prefect" in peers:
        record(
            f"chain of {hops} built-in tasks, a hop; Prefect: {peers['Prefect'].kind}", gates,
            peers["Prefect"].chain(hops) * 1000 / hops, "ms", False,
        )
    else:
        fact(f"chain of {hops} built-in tasks that read a file, a hop", gates, "ms")


def measure_cached(engine: Engine, peers: dict) -> None:
    count = SCALE["flat"]
    engine.run(flat(count))
    ours = median(engine.seconds(flat(count), SCALE["rounds"]))
    if "Luigi" in peers:
        record(f"{count:,} tasks that are done already; Luigi: targets that exist", ours, peers["Luigi"].done(count), "s", False)
    else:
        fact(f"{count:,} tasks that are done already", ours, "s")


def measure_mapped(engine: Engine) -> None:
    """A mapped task, half of the size and whole: twice the work must take twice the time, and the memory must not follow."""
    times = {}
    for count in (SCALE["mapped"] // 2, SCALE["mapped"]):
        engine.aku.forget_peaks()
        times[count] = engine.run(mapped(count), use_cache=False)["duration_ms"] / 1000
        fact(f"{count:,} mapped instances: memory, at most", max(engine.aku.peaks_mib().values()), "MiB")
        fact(f"{count:,} mapped instances", count / times[count], "tasks/s")
    small, large = times.values()
    fact("mapped: time of the whole over twice the time of the half (1 is linear)", large / (2 * small), "")


def measure_restart(engine: Engine, folder: pathlib.Path) -> None:
    """The time to the first good answer, with everything above in the database and with nothing."""
    full, empty = [], []
    for round in range(max(3, SCALE["rounds"])):
        engine.aku.stop()
        full.append(engine.aku.start())
        other = Aku(folder / f"empty-{round}")
        empty.append(other.start())
        other.stop()
    record("restart with a history; peer: the same server with none", median(full), median(empty), "s", False)


def measure_idle(engine: Engine) -> None:
    time.sleep(5)
    before, begin = engine.aku.cpu_seconds(), time.perf_counter()
    time.sleep(20)
    used = (engine.aku.cpu_seconds() - before) / (time.perf_counter() - begin)
    fact("idle: memory", engine.aku.memory_mib(), "MiB")
    fact("idle: share of a core", used * 100, "%")


def machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor"
    )
    return f"{os.cpu_count()} cores, {model}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--engines", type=pathlib.Path, required=True)
    engines = parser.parse_args().engines
    folder = pathlib.Path(tempfile.mkdtemp(prefix="aku-pipelines-", dir=os.environ.get("BENCH_FOLDER")))
    known = {"Airflow": Airflow, "Prefect": Prefect, "Luigi": Luigi}
    chosen = os.environ.get("PEERS", "Airflow,Prefect,Luigi")
    peers = {name: known[name](engines, folder / name.lower()) for name in chosen.split(",") if name}
    aku = Aku(folder / "aku")
    engine = Engine(aku, folder)
    print(f"{'':72s} {'aku':>14s} {'peer':>14s} {'':12s} {'ratio':>9s}")
    try:
        aku.start()
        if wanted("chain"):
            measure_chain(engine, peers)
        if wanted("flat"):
            measure_flat(engine, peers)
        if wanted("builtin"):
            measure_builtin(engine, peers)
        if wanted("cached"):
            measure_cached(engine, peers)
        if wanted("mapped"):
            measure_mapped(engine)
        if wanted("restart"):
            measure_restart(engine, folder)
        if wanted("idle"):
            measure_idle(engine)
    finally:
        aku.stop()
        for peer in peers.values():
            peer.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if ONLY or SCALE is not SCALES["full"] or len(peers) < len(known):
        print("-- latest.json is kept: it holds whole runs at full scale, with every peer, only")
        return
    versions = {name: peer.version() for name, peer in peers.items()}
    report = {
        "claims": claims, "facts": facts, "peers": versions, "date": datetime.date.today().isoformat(), "machine": machine(),
    }
    (HERE / "latest.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
