"""One peer over all series of a file; runs in the peer's own environment. Prints its alarms and its CPU time an event as JSON."""

import json
import logging
import os
import sys
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ.update(DO_NOT_TRACK="1", NML_DISABLE_USAGE_LOGGING="1", TF_CPP_MIN_LOG_LEVEL="3")
REFERENCE, CHUNK = 2_000, 500


def event_by_event(make):
    """River's detectors take one value at a time; they are given standardised ones, the reference first."""

    def run(values):
        good = values[:REFERENCE]
        detector, alarms = make(), []
        for index, value in enumerate(((values - good.mean()) / max(good.std(), 1e-9)).tolist()):
            detector.update(value)
            if detector.drift_detected:
                alarms.append(index)
        return alarms

    return run


def chunk_by_chunk(judge):
    """Tests of a chunk against the reference."""

    def run(values):
        decide = judge(values[:REFERENCE])
        starts = range(REFERENCE, len(values) - CHUNK + 1, CHUNK)
        return [start + CHUNK - 1 for start in starts if decide(values[start : start + CHUNK])]

    return run


def adwin():
    from river import drift

    return event_by_event(drift.ADWIN)


def page_hinkley():
    from river import drift

    return event_by_event(drift.PageHinkley)


def kswin():
    from river import drift

    return event_by_event(lambda: drift.KSWIN(seed=1))


def spending():
    from scipy import stats

    return chunk_by_chunk(lambda good: lambda chunk: stats.ks_2samp(good, chunk).pvalue < 0.05 / 16)


def evidently():
    import pandas as pd
    from evidently.legacy.calculations.stattests.registry import get_stattest
    from evidently.legacy.core import ColumnType

    def judge(good):
        good = pd.Series(good)

        def decide(chunk):
            chunk = pd.Series(chunk)
            test = get_stattest(good, chunk, ColumnType.Numerical, None)
            return bool(test(good, chunk, ColumnType.Numerical, None).drifted)

        return decide

    return chunk_by_chunk(judge)


def alibi():
    from alibi_detect.cd import KSDrift

    def judge(good):
        detector = KSDrift(good.reshape(-1, 1), p_val=0.05)
        return lambda chunk: bool(detector.predict(chunk.reshape(-1, 1))["data"]["is_drift"])

    return chunk_by_chunk(judge)


def nannyml():
    import nannyml as nml
    import pandas as pd

    def run(values):
        calculator = nml.UnivariateDriftCalculator(column_names=["v"], chunk_size=CHUNK)
        calculator.fit(pd.DataFrame({"v": values[:REFERENCE]}))
        found = calculator.calculate(pd.DataFrame({"v": values[REFERENCE:]})).filter(period="analysis").to_df()
        flags = found.xs("alert", axis=1, level=2).iloc[:, 0].tolist()
        return [REFERENCE + (index + 1) * CHUNK - 1 for index, flag in enumerate(flags) if flag]

    return run


def main():
    name, path, every = sys.argv[1], sys.argv[2], int(sys.argv[3])
    run = {function.__name__: function for function in (adwin, page_hinkley, kswin, spending, evidently, alibi, nannyml)}[name]()
    series = np.load(path)
    chosen = range(0, len(series), every)
    run(series[0])
    begin = time.process_time()
    alarms = {str(index): run(series[index]) for index in chosen}
    spent = (time.process_time() - begin) / (len(alarms) * series.shape[1]) * 1e6
    print(json.dumps({"alarms": alarms, "microseconds": spent}))


main()
