"""Tasks that do nothing, for Luigi: `chain` or `flat`, and how many. Prints the seconds of a first and of a second build."""

import json
import logging
import os
import sys
import time

import luigi


class Step(luigi.Task):
    number = luigi.IntParameter()
    chained = luigi.BoolParameter()

    def requires(self):
        return [Step(self.number - 1, True)] if self.chained and self.number else []

    def output(self):
        return luigi.LocalTarget(f"{os.getcwd()}/{'chain' if self.chained else 'flat'}-{os.environ['RUN']}/{self.number}")

    def run(self):
        with self.output().open("w") as file:
            file.write("")


def build(tasks) -> float:
    begin = time.perf_counter()
    if not luigi.build(tasks, local_scheduler=True, workers=2, log_level="ERROR"):
        sys.exit("Luigi's build failed")
    return time.perf_counter() - begin


if __name__ == "__main__":
    for name in ("luigi", "luigi-interface"):
        logging.getLogger(name).setLevel(logging.ERROR)
    os.environ["RUN"] = str(time.time_ns())
    shape, count = sys.argv[1], int(sys.argv[2])
    tasks = [Step(count - 1, True)] if shape == "chain" else [Step(i, False) for i in range(count)]
    first = build(tasks)
    print(json.dumps({"seconds": first, "again": build(tasks)}))
