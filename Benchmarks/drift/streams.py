"""Seeded series of 10,000 events with a known truth: what changes, when, and what only looks like a change."""

import numpy as np

LENGTH, REFERENCE = 10_000, 2_000


def normal(mean=0.0, deviation=1.0):
    return lambda rng, n: rng.normal(mean, deviation, n)


def heavy(rng, n):
    """Student's t with three degrees of freedom, at a standard deviation of 1."""
    return rng.standard_t(3, n) / np.sqrt(3)


def latency(median):
    return lambda rng, n: median * np.exp(rng.normal(0, 0.6, n))


def errors(share):
    return lambda rng, n: (rng.random(n) < share).astype(float)


def packets(rate):
    return lambda rng, n: rng.poisson(rate, n).astype(float)


def two_peaks(rng, n):
    """Mean 0 and variance 1, as the normal distribution has; another shape."""
    return np.where(rng.random(n) < 0.5, -0.9, 0.9) + rng.normal(0, np.sqrt(1 - 0.81), n)


STEADY = {"normal": normal(), "heavy tails": heavy, "latency": latency(40), "errors": errors(0.05), "packets": packets(10)}

# What becomes what. Where a middle is named, a slow change passes through it; elsewhere the two are mixed.
CHANGES = {
    "mean +0.25 sd": (normal(), lambda part: normal(0.25 * part)),
    "mean +0.5 sd": (normal(), lambda part: normal(0.5 * part)),
    "mean +1 sd": (normal(), lambda part: normal(part)),
    "variance x1.5": (normal(), lambda part: normal(0, 1 + (np.sqrt(1.5) - 1) * part)),
    "variance x2": (normal(), lambda part: normal(0, 1 + (np.sqrt(2) - 1) * part)),
    "shape": (normal(), two_peaks),
    "latency x1.2": (latency(40), lambda part: latency(40 + 8 * part)),
    "latency x1.5": (latency(40), lambda part: latency(40 + 20 * part)),
    "errors 5 to 10 %": (errors(0.05), lambda part: errors(0.05 + 0.05 * part)),
    "errors 5 to 20 %": (errors(0.05), lambda part: errors(0.05 + 0.15 * part)),
    "packets 10 to 12": (packets(10), lambda part: packets(10 + 2 * part)),
}
MANNERS = ("at once", "mixed in", "step by step", "and back")


def decoy(name, rng):
    """Series that do not change, and make many detectors cry."""
    noise = rng.normal(0, 1, LENGTH)
    if name == "memory":
        out = np.empty(LENGTH)
        last = noise[0]
        for index, shock in enumerate(noise * np.sqrt(1 - 0.25)):
            last = out[index] = 0.5 * last + shock
        return out
    if name == "season":
        return noise + 0.5 * np.sin(2 * np.pi * (np.arange(LENGTH) / 500 + rng.random()))
    for start in np.flatnonzero(rng.random(LENGTH) < 0.0004):
        noise[start : start + 5] += 8
    return noise


def drifting(change, manner, begin, rng):
    before, after = CHANGES[change]
    end = after if change == "shape" else after(1.0)
    old, new, time = before(rng, LENGTH), end(rng, LENGTH), np.arange(LENGTH)
    if manner == "at once":
        return np.where(time >= begin, new, old)
    if manner == "and back":
        return np.where((time >= begin) & (time < begin + 1_500), new, old)
    part = np.clip((time - begin) / 2_000, 0, 1)
    if manner == "mixed in" or change == "shape":
        return np.where(rng.random(LENGTH) < part, new, old)
    out = np.where(time >= begin + 2_000, new, old)
    for step in range(40):
        first = begin + 50 * step
        out[first : first + 50] = after((step + 0.5) / 40)(rng, 50)
    return out


def make(seed, steady=25, each=6):
    """All series, and what is true of each."""
    root, series, truth = np.random.SeedSequence(seed), [], []

    def add(values, **what):
        series.append(values.astype(np.float32).astype(float))
        truth.append(what)

    def rng():
        return np.random.default_rng(root.spawn(1)[0])

    for name, sample in STEADY.items():
        for _ in range(steady):
            add(sample(rng(), LENGTH), name=name, kind="steady")
    for name in ("memory", "season", "bursts"):
        for _ in range(steady):
            add(decoy(name, rng()), name=name, kind="decoy")
    for change in CHANGES:
        for manner in MANNERS:
            for _ in range(each):
                source = rng()
                begin = int(source.integers(4_000, 6_001))
                end = begin + 1_500 if manner == "and back" else min(LENGTH, begin + 4_000)
                add(drifting(change, manner, begin, source), name=change, kind=manner, begin=begin, end=end)
    return series, truth
