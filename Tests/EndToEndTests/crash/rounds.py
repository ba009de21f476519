"""Rounds of the crash test on one engine, until enough was killed."""

import json
import sys
import time

from conftest import Postgres
from storm import Storm
from world import World


def run(engine: str, kills: int, seed: int, is_fenced: bool, only: int | None, out=sys.stdout, seconds: float = 1e9) -> tuple[dict, int]:
    postgres = Postgres() if engine == "postgres" else None
    world = World(engine, is_fenced, postgres)
    storm = Storm(world, seed, is_fenced)
    violations, number, began = 0, only or 0, time.monotonic()

    def tell(found: list[str]) -> int:
        replay = f"--engine {engine} --seed {seed} --round {number}" + ("" if is_fenced else " --no-fence")
        for text in found:
            print(f"violation {text}  [{replay}]", file=out, flush=True)
        for server in world.servers if found and is_fenced else []:
            print(f"log of {server.name}: {server.life_log()[-3000:]}", file=sys.stderr, flush=True)
        return len(found)

    try:
        storm.begin()
        while storm.kills < kills and time.monotonic() - began < seconds:
            found = storm.round(number, 1 + number % 3)
            violations += tell(found)
            number += 1
            if found and not is_fenced or only is not None:
                break
            if number % 10 == 0:
                print(f"{engine}: {storm.kills} kills, {storm.runs} runs, {violations} violations", file=out, flush=True)
        if is_fenced:
            violations += tell(storm.finish())
        report = storm.report() | {"rounds": number, "seed": seed, "violations": violations}
        report["seconds"] = round(time.monotonic() - began)
        print(json.dumps(report), file=out, flush=True)
        return report, violations
    except Exception:
        for server in world.servers:
            print(f"log of {server.name}: {server.log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
        print(f"stopped in round {number}: --engine {engine} --seed {seed} --round {number}", file=sys.stderr)
        raise
    finally:
        world.end()
        if postgres:
            postgres.end()
