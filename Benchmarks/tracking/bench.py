"""Measures Aku beside `mlflow server`, claim by claim and in turn, and writes latest.json. See README.md."""

import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import seed
from servers import Aku, FileServer, MLflow
from wire import API, Connection, wrk

HERE = pathlib.Path(__file__).resolve().parent
SCALES = {
    "small": {
        "rounds": 1, "seconds": 4, "runs": [1_000, 5_000], "searches": 20, "peer_searches": 2, "history": 50_000,
        "file_mib": 64, "starts": 2, "settle": 2, "batches": 2, "peer_batches": 1, "writers": 50,
    },
    "full": {
        "rounds": 3, "seconds": 5, "runs": [10_000, 100_000], "searches": 200, "peer_searches": 5, "history": 1_000_000,
        "file_mib": 1024, "starts": 5, "settle": 10, "batches": 50, "peer_batches": 1, "writers": 200,
    },
}
SCALE = SCALES[os.environ.get("SCALE", "full")]
ONLY = [word for word in os.environ.get("ONLY", "").split(",") if word]
median = statistics.median
claims = []


def wanted(section: str) -> bool:
    return not ONLY or section in ONLY


def record(claim: str, ours: float, peer: float, unit: str, larger_is_better: bool = True) -> None:
    """Adds a row. The ratio says how many times better ours is, whichever way the unit points."""
    if ours <= 0 or peer <= 0:
        sys.exit(f"{claim}: nothing was measured ({ours} and {peer}); run it for longer")
    ratio = ours / peer if larger_is_better else peer / ours
    claims.append({"claim": claim, "ours": round(ours, 3), "peer": round(peer, 3), "ratio": round(ratio, 2), "unit": unit})
    print(f"{claim:72s} {ours:14.3f} {peer:14.3f} {unit:12s} {ratio:9.2f}", flush=True)


def say(text: str) -> None:
    print(f"-- {text}", flush=True)


# Writes


def warm_up(url: str, run: str) -> None:
    """Each of the peer's workers opens its store with its first request: forty connections reach them all."""
    for step in range(40):
        Connection(url).post("runs/log-metric", {"run_id": run, "key": "warm", "value": 1, "timestamp": 1, "step": step})


def measure_writes(aku, mlflow) -> None:
    """log-metric and log-batch, with one and with eight clients on keep-alive connections."""
    sides = [aku, mlflow]
    runs = {}
    for side in sides:
        connection = Connection(side.url)
        experiment = connection.experiment("writes")
        runs[side.name] = [connection.run(experiment) for _ in range(8)]
        warm_up(side.url, runs[side.name][0])
    for scenario, batch in (("log-metric", 1), ("log-batch", 100), ("log-batch", 1000)):
        title = scenario if batch == 1 else f"{scenario} of {batch}"
        for clients in (1, 8):
            results = {side.name: [] for side in sides}
            for _ in range(SCALE["rounds"]):
                for side in sides:
                    before = side.cpu_seconds()
                    result = wrk(side.url, clients, SCALE["seconds"], scenario, runs[side.name], batch)
                    result["cpu_ms"] = (side.cpu_seconds() - before) * 1000 / max(1, result["requests"])
                    results[side.name].append(result)

            def of(side, field):
                return median(result[field] for result in results[side.name])

            who = f"{title}, {clients} client{'s' if clients > 1 else ''}"
            record(who, of(aku, "rate"), of(mlflow, "rate"), "requests/s")
            record(f"{who}: p50", of(aku, "p50_ms"), of(mlflow, "p50_ms"), "ms", False)
            record(f"{who}: p99", of(aku, "p99_ms"), of(mlflow, "p99_ms"), "ms", False)
            record(f"{who}: processor a request", of(aku, "cpu_ms"), of(mlflow, "cpu_ms"), "ms", False)


# Reads


def times(action, count: int) -> list[float]:
    """Seconds of each call."""
    taken = []
    for _ in range(count):
        begin = time.perf_counter()
        action()
        taken.append(time.perf_counter() - begin)
    return taken


def measure_search(aku, mlflow) -> None:
    """Filter on a metric and a param, order by a metric, first hundred; both must give the same runs in the same order."""
    for count in SCALE["runs"]:
        say(f"{count} runs in both servers")
        seed.aku_runs(aku.url, count)
        seed.mlflow_runs(mlflow.database, count)
        answers = {}
        taken = {}
        for side, repeats in ((aku, SCALE["searches"]), (mlflow, SCALE["peer_searches"])):
            connection = Connection(side.url)
            experiment = connection.get("experiments/get-by-name", experiment_name=seed.experiment_name(count))
            body = {
                "experiment_ids": [experiment["experiment"]["experiment_id"]],
                "filter": "metrics.m3 > 0.5 and params.p1 = 'v3'",
                "order_by": ["metrics.m0 DESC"],
                "max_results": 100,
                "run_view_type": "ACTIVE_ONLY",
            }
            encoded = json.dumps(body).encode()
            found = json.loads(connection.raw("POST", API + "runs/search", encoded))["runs"]
            answers[side.name] = [run["info"]["run_name"] for run in found]
            taken[side.name] = times(lambda: connection.raw("POST", API + "runs/search", encoded), repeats)
        if answers["aku"] != answers["mlflow"] or len(answers["aku"]) == 0:
            sys.exit(f"the two servers find different runs: {answers}")
        title = f"search {count:,} runs x 10 metrics, filter and order, top 100"
        ours, peer = taken["aku"], taken["mlflow"]
        record(title, len(ours) / sum(ours), len(peer) / sum(peer), "requests/s")
        record(f"{title}: p50", median(ours) * 1000, median(peer) * 1000, "ms", False)


def pages_of_history(connection: Connection, run: str, count: int) -> None:
    token, seen = None, 0
    while True:
        query = {"run_id": run, "metric_key": "h", "max_results": 25000, **({"page_token": token} if token else {})}
        reply = json.loads(connection.raw("GET", API + "metrics/get-history?" + urllib.parse.urlencode(query)))
        seen += len(reply["metrics"])
        token = reply.get("next_page_token")
        if not token:
            break
    if seen != count:
        sys.exit(f"the history has {seen} points of {count}")


def measure_history(aku, mlflow) -> None:
    """One metric's long history: all of it in pages of 25,000, and down-sampled to 320 points."""
    count = SCALE["history"]
    say(f"one history of {count} points in both servers")
    runs = {"aku": seed.aku_history(aku.url, count), "mlflow": seed.mlflow_history(mlflow.database, count)}
    paged, sampled = {}, {}
    for side in (aku, mlflow):
        connection = Connection(side.url)
        run = runs[side.name]
        paged[side.name] = times(lambda: pages_of_history(connection, run, count), SCALE["rounds"])
        query = urllib.parse.urlencode({"run_ids": run, "metric_key": "h", "max_results": 320})
        path = f"{API}metrics/get-history-bulk-interval?{query}"
        if len(json.loads(connection.raw("GET", path))["metrics"]) < 300:
            sys.exit(f"{side.name} gives too few points of the plot")
        sampled[side.name] = times(lambda: connection.raw("GET", path), SCALE["rounds"] + 2)
    record(f"history of {count:,} points in pages of 25,000", median(paged["aku"]), median(paged["mlflow"]), "s", False)
    record(f"history of {count:,} points for a plot", median(sampled["aku"]), median(sampled["mlflow"]), "s", False)


# Artifacts


def transfer(*arguments: str) -> float:
    """Seconds that curl took for one transfer."""
    command = ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{time_total}", *arguments]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    status, seconds = output.split()
    if status not in ("200", "201", "204"):
        sys.exit(f"{arguments[-1]} was answered with {status}")
    return float(seconds)


def uncache(folder: pathlib.Path) -> None:
    """Writes everything to the disk and lets go of the files' pages, so that the next reader finds none in memory."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def hash_and_sync(path: pathlib.Path) -> float:
    """Seconds that it takes to have a file's SHA-256 and the file on the disk, both of which Aku answers for."""
    begin = time.perf_counter()
    subprocess.run(["sha256sum", str(path)], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["sync", str(path)], check=True)
    return time.perf_counter() - begin


def measure_artifacts(aku, mlflow, folder: pathlib.Path) -> None:
    """A large file up and down; the peer is nginx, a plain file copy over loopback, and MLflow is told beside it."""
    files = FileServer(folder / "nginx")
    files.start()
    size = SCALE["file_mib"]
    blob = folder / "blob"
    with blob.open("wb") as out:
        for _ in range(size):
            out.write(os.urandom(1 << 20))
    places = {
        "aku": (aku, f"{aku.url}/api/2.0/mlflow-artifacts/artifacts/bench/"),
        "nginx": (files, f"{files.url}/"),
        "mlflow": (mlflow, f"{mlflow.url}/api/2.0/mlflow-artifacts/artifacts/bench/"),
    }
    up, cold, warm, grown, checked = ({name: [] for name in places} for _ in range(5))
    for number in range(SCALE["rounds"]):
        for name, (server, base) in places.items():
            # What the others have not yet written to the disk is not ours to wait for.
            os.sync()
            before = server.forget_peaks()
            up[name].append(transfer("-T", str(blob), f"{base}{number}.bin"))
            if name == "nginx":
                checked[name].append(up[name][-1] + hash_and_sync(files.folder / "files" / f"{number}.bin"))
            uncache(server.folder)
            cold[name].append(transfer(f"{base}{number}.bin"))
            # A cache may admit a file only when it is asked for again.
            transfer(f"{base}{number}.bin")
            warm[name].append(transfer(f"{base}{number}.bin"))
            grown[name].append(max(peak - before.get(pid, 0) for pid, peak in server.peaks_mib().items()))
    whole = folder / "whole"
    subprocess.run(["curl", "-sS", "-o", str(whole), f"{places['aku'][1]}0.bin"], check=True)
    if subprocess.run(["cmp", str(blob), str(whole)]).returncode != 0:
        sys.exit("the artifact came back changed")

    def compare(what: str, ours: list[float], peer: list[float]) -> None:
        megabytes = size * 1.048576
        record(f"artifact of {size} MiB {what}", megabytes / median(ours), megabytes / median(peer), "MB/s")

    compare("up, against a plain file over HTTP", up["aku"], up["nginx"])
    compare("up, against the same with sha256sum and sync", up["aku"], checked["nginx"])
    compare("up, against mlflow", up["aku"], up["mlflow"])
    for name, peer in (("nginx", "a plain file over HTTP"), ("mlflow", "mlflow")):
        compare(f"down from the disk, against {peer}", cold["aku"], cold[name])
        compare(f"down again, against {peer}", warm["aku"], warm[name])
    record(f"artifact of {size} MiB: growth of the largest process", max(1, *grown["aku"]), max(1, *grown["mlflow"]), "MiB", False)
    files.stop()
    blob.unlink()
    whole.unlink()


# Start and load


def measure_start(folder: pathlib.Path) -> None:
    """Start over an existing store until the first good answer, and the memory of the idle server afterwards."""
    seconds, memory = {}, {}
    for kind in (Aku, MLflow):
        server = kind(folder / f"start-{kind.name}")
        server.start()
        server.stop()
        taken, held = [], []
        for _ in range(SCALE["starts"]):
            taken.append(server.start())
            time.sleep(SCALE["settle"])
            held.append(server.memory_mib())
            server.stop()
        seconds[kind.name], memory[kind.name] = median(taken), median(held)
    record("cold start until the first answer", seconds["aku"], seconds["mlflow"], "s", False)
    record("idle memory (proportional set size)", memory["aku"], memory["mlflow"], "MiB", False)


def batch_text(number: int) -> str:
    """A batch of a run: ten metrics with 100 steps each."""
    return ",".join(
        f'{{"key":"m{k}","value":{step * 0.25},"timestamp":{seed.START + step},"step":{step}}}'
        for step in range(number * 100, number * 100 + 100)
        for k in range(10)
    )


def load(server, writers: int, batches: int, refused: list | None = None) -> tuple[float, float, list[str]]:
    """Logs from many runs at once, each on its own connection; returns metrics a second that were taken, and the runs.

    A refused request ends the benchmark, unless it may be added to `refused`.
    """
    connection = Connection(server.url)
    experiment = connection.experiment(f"load of {writers} runs")
    runs = [connection.run(experiment) for _ in range(writers)]
    texts = [batch_text(number) for number in range(batches)]
    begun = threading.Barrier(writers + 1)
    slowest = [0.0] * writers

    def write(place: int) -> None:
        mine = Connection(server.url)
        begun.wait()
        for text in texts:
            begin = time.perf_counter()
            try:
                mine.raw("POST", API + "runs/log-batch", f'{{"run_id":"{runs[place]}","metrics":[{text}]}}'.encode())
            except (RuntimeError, OSError, IndexError) as error:
                if refused is None:
                    raise
                refused.append(str(error))
                mine = Connection(server.url)
            slowest[place] = max(slowest[place], time.perf_counter() - begin)

    with concurrent.futures.ThreadPoolExecutor(writers) as pool:
        waiting = [pool.submit(write, place) for place in range(writers)]
        begun.wait()
        begin = time.perf_counter()
        for one in waiting:
            one.result()
    taken = writers * batches - len(refused or [])
    return taken * 1000 / (time.perf_counter() - begin), max(slowest), runs


def measure_load(aku, mlflow) -> None:
    """Any request that Aku refuses ends the benchmark; afterwards every point is read back. The peer's refusals are told."""
    writers, batches = SCALE["writers"], SCALE["batches"]
    ours, ours_slowest, runs = load(aku, writers, batches)
    connection = Connection(aku.url)
    found = 0
    for run in runs:
        for k in range(10):
            points = connection.get("metrics/get-history", run_id=run, metric_key=f"m{k}")["metrics"]
            if [point["step"] for point in points] != list(range(batches * 100)):
                sys.exit(f"m{k} of {run} has {len(points)} points of {batches * 100}")
            found += len(points)
    say(f"{found} metrics of {writers} runs read back, none missing")
    refused: list[str] = []
    peer, peer_slowest, _ = load(mlflow, writers, SCALE["peer_batches"], refused)
    say(f"mlflow was given {SCALE['peer_batches']} of the {batches} batches of each run and refused {len(refused)} of {writers}")
    for text in sorted(set(refused))[:1]:
        say(f"its words: {text[:200]}")
    title = f"{writers * batches * 1000:,} metrics from {writers} concurrent runs"
    record(title, ours, peer, "metrics/s")
    record(f"{title}: slowest request", ours_slowest, peer_slowest, "s", False)


def machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown processor"
    )
    return f"{os.cpu_count()} cores, {model}"


def main() -> None:
    for tool in ("wrk", "nginx", "curl"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: 'make bench' installs it (Debian packages wrk, nginx-light, curl)")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="aku-tracking-", dir=os.environ.get("BENCH_FOLDER")))
    aku, mlflow = Aku(folder / "aku"), MLflow(folder / "mlflow")
    mlflow.create_schema()
    print(f"{'':72s} {'aku':>14s} {'peer':>14s} {'':12s} {'ratio':>9s}")
    try:
        if wanted("start"):
            measure_start(folder)
        aku.start()
        mlflow.start()
        if wanted("writes"):
            measure_writes(aku, mlflow)
        if wanted("search"):
            measure_search(aku, mlflow)
        if wanted("history"):
            measure_history(aku, mlflow)
        if wanted("artifacts"):
            measure_artifacts(aku, mlflow, folder)
        if wanted("load"):
            measure_load(aku, mlflow)
    finally:
        aku.stop()
        mlflow.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if ONLY or SCALE is not SCALES["full"]:
        say("latest.json is kept: it holds whole runs at full scale only")
        return
    report = {"claims": claims, "date": datetime.date.today().isoformat(), "machine": machine()}
    (HERE / "latest.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
