"""Tasks that do nothing, for Prefect: `chain` or `flat`, and how many. Prints the seconds of the second of two runs: the first
starts the server."""

import json
import sys
import time

from prefect import flow, task


@task
def step(before=None):
    return None


@flow
def chain(count: int):
    value = None
    for _ in range(count):
        value = step(value)


@flow
def flat(count: int):
    for future in [step.submit() for _ in range(count)]:
        future.wait()


if __name__ == "__main__":
    shape, count = {"chain": chain, "flat": flat}[sys.argv[1]], int(sys.argv[2])
    shape(1)
    begin = time.perf_counter()
    shape(count)
    print(json.dumps({"seconds": time.perf_counter() - begin}))
