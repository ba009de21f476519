"""A dozen kills of servers and tasks, with every invariant checked after each round: see Tests/EndToEndTests/crash/run."""

import os
import pathlib
import sys
import time

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "crash"))

from rounds import run  # noqa: E402

SEED = int(os.environ.get("AKU_CRASH_SEED", str(time.time_ns() % 1_000_000_007)))


@pytest.mark.parametrize("engine", ["sqlite", "postgres", "clock"])
def test_no_run_is_lost_and_no_task_counts_twice_when_servers_and_tasks_are_killed(engine):
    report, violations = run(engine, 6, SEED, True, None)
    assert violations == 0, report
    assert report["kills"] >= 6


def test_without_the_fence_the_same_rounds_find_violations():
    report, violations = run("postgres", 12, SEED, False, None)
    assert violations > 0, report
