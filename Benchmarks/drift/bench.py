"""Judges Aku's stream detector and its peers on series with a known truth, and writes latest.json. See README.md."""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

import numpy as np

import streams

HERE = pathlib.Path(__file__).resolve().parent
AKU = os.environ.get("AKU_BINARY", ".build/release/aku")
# Our name of it, its environment, and whether only some series are given to it because it takes so long.
PEERS = {
    "River ADWIN": ("adwin", "river", 1),
    "River Page-Hinkley": ("page_hinkley", "river", 1),
    "River KSWIN (20 series)": ("kswin", "river", 24),
    "KS chunks with alpha spending": ("spending", "river", 1),
    "alibi-detect KSDrift": ("alibi", "alibi", 1),
    "Evidently's default": ("evidently", "evidently", 1),
    "NannyML's default": ("nannyml", "nannyml", 1),
}


def ours(series):
    """Each series through the command line, as a user would."""

    def scan(values):
        lines = "\n".join(repr(value) for value in values.tolist()) + "\n"
        reply = subprocess.run(
            [AKU, "monitor", "scan", "-", "--reference", str(streams.REFERENCE), "--json"],
            input=lines, capture_output=True, text=True, check=True,
        )
        return json.loads(reply.stdout)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(scan, series))
    alarms = {str(index): [alarm["event"] for alarm in report["alarms"]] for index, report in enumerate(reports)}
    return {"alarms": alarms, "microseconds": statistics.median(report["seconds"] / report["events"] * 1e6 for report in reports)}


def score(found, truth):
    """False alarms a 10,000 events of steady series (and of the others before they change), decoys with one, changes found."""
    false, watched, decoys, cried, hits, changes, delays, sudden = 0, 0, 0, 0, 0, 0, [], []
    for index, what in enumerate(truth):
        if str(index) not in found["alarms"]:
            continue
        alarms = [alarm for alarm in found["alarms"][str(index)] if alarm >= streams.REFERENCE]
        if what["kind"] == "decoy":
            decoys, cried = decoys + 1, cried + bool(alarms)
            continue
        end = what.get("begin", streams.LENGTH)
        false += sum(alarm < end for alarm in alarms)
        watched += end - streams.REFERENCE
        if what["kind"] == "steady":
            continue
        changes += 1
        after = [alarm - end for alarm in alarms if end <= alarm < what["end"]]
        if after:
            hits += 1
            delays.append(after[0])
            if what["kind"] == "at once":
                sudden.append(after[0])
    return {
        "false_alarms_per_10k": round(false / watched * 1e4, 3),
        "decoys_with_alarm": round(cried / max(1, decoys), 3),
        "detected": round(hits / max(1, changes), 3),
        "median_delay": statistics.median(delays) if delays else None,
        "median_delay_at_once": statistics.median(sudden) if sudden else None,
        "microseconds_per_event": round(found["microseconds"], 3),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engines", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=20261124)
    options = parser.parse_args()
    series, truth = streams.make(options.seed)
    table = {"Aku": score(ours(series), truth)}
    show("detector", list(table["Aku"]))
    show("Aku", table["Aku"].values())
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/series.npy"
        np.save(path, np.stack(series))
        for name in os.environ.get("PEERS", ",".join(PEERS)).split(","):
            if name not in PEERS:
                continue
            peer, environment, every = PEERS[name]
            reply = subprocess.run(
                [options.engines / environment / "bin" / "python", HERE / "peer.py", peer, path, str(every)],
                capture_output=True, text=True, check=False,
            )
            if reply.returncode != 0:
                sys.exit(f"{name} failed:\n{reply.stderr[-2000:]}")
            table[name] = score(json.loads(reply.stdout.splitlines()[-1]), truth)
            show(name, table[name].values())
    if len(table) <= len(PEERS):
        print("-- latest.json is kept: it holds runs with every peer only")
        return
    report = {
        "claims": claims(table), "table": table, "series": len(series), "seed": options.seed,
        "date": datetime.date.today().isoformat(), "machine": f"{os.cpu_count()} cores, {platform.machine()}",
    }
    (HERE / "latest.json").write_text(json.dumps(report, indent=2) + "\n")


def claims(table):
    """Beside those peers that keep false alarms to one in 100,000 events, as ours does; the others find by crying always."""
    quiet = {name: row for name, row in table.items() if name != "Aku" and row["false_alarms_per_10k"] <= 0.1}
    us, out = table["Aku"], []
    for what, unit, larger in (
        ("detected", "share", True), ("median_delay", "events", False), ("median_delay_at_once", "events", False),
        ("decoys_with_alarm", "share", False),
    ):
        peers = {name: row[what] for name, row in quiet.items() if row[what] is not None}
        if not peers:
            continue
        name = (max if larger else min)(peers, key=peers.get)
        least = 1e-3
        ratio = us[what] / max(peers[name], least) if larger else peers[name] / max(us[what], least)
        out.append({"claim": f"{what}; {name}", "ours": us[what], "peer": peers[name], "ratio": round(ratio, 2), "unit": unit})
    return out


def show(name, cells):
    print(f"{name:28s}" + "".join(f"{str(cell):>24s}" for cell in cells), flush=True)


main()
