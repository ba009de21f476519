"""Writes ScipyGolden.swift: values of scipy against which the Swift functions are checked.

Run from this folder: python3 generate.py > ScipyGolden.swift
"""

import numpy as np
import scipy
from scipy import special, stats
from scipy.spatial import distance

rng = np.random.default_rng(20240601)


def row(*values):
    return "        (" + ", ".join(v if isinstance(v, str) else repr(float(v)) for v in values) + "),"


def table(name, kind, rows):
    print(f"    static let {name}: [{kind}] = [")
    print("\n".join(rows))
    print("    ]")


def numbers(values):
    return "[" + ", ".join(repr(float(v)) for v in values) + "]"


def counts(values):
    return "[" + ", ".join(str(int(v)) for v in values) + "]"


print(f"// Made by generate.py with scipy {scipy.__version__} and numpy {np.__version__}.")
print("enum ScipyGolden {")
table(
    "upperGamma",
    "(a: Double, x: Double, q: Double)",
    [
        row(a, x, special.gammaincc(a, x))
        for a in (0.5, 1, 2.5, 10, 75, 400)
        for x in (a * 0.1, a * 0.7, a, a * 1.4, a * 2.5)
    ],
)
table(
    "beta",
    "(a: Double, b: Double, x: Double, value: Double)",
    [
        row(a, b, x, special.betainc(a, b, x))
        for a, b in ((0.5, 0.5), (1, 9), (40, 3), (200, 1800), (3, 5000))
        for x in (0.0004, 0.02, 0.1, 0.5, 0.93)
    ],
)
table(
    "kolmogorov",
    "(x: Double, upper: Double)",
    [row(x, special.kolmogorov(x)) for x in (0.2, 0.4, 0.7, 0.99, 1.0, 1.2, 1.63, 2.2, 3.0)],
)
rows = []
for m, n, shift in ((8, 12, 0), (40, 60, 0.5), (90, 100, 0.2), (7, 90, 1.5)):
    a, b = rng.normal(0, 1, m).round(6), rng.normal(shift, 1, n).round(6)
    result = stats.ks_2samp(a, b, method="exact")
    rows.append(row(numbers(a), numbers(b), result.statistic, result.pvalue))
table("smirnov", "(first: [Double], second: [Double], statistic: Double, p: Double)", rows)
rows = []
for p, q, m, n in (
    ([0.2] * 5, [0.2] * 5, 300, 100),
    ([0.5, 0.3, 0.2, 0], [0.4, 0.3, 0.2, 0.1], 2000, 150),
    ([0.9, 0.1], [0.7, 0.3], 60, 60),
    ([0.1] * 10, [0.02] * 5 + [0.18] * 5, 1000, 200),
):
    a, b = rng.multinomial(m, p), rng.multinomial(n, q)
    both = np.array([a, b])
    both = both[:, both.sum(axis=0) > 0]
    chi = stats.chi2_contingency(both, correction=False)
    rows.append(
        row(counts(a), counts(b), chi.statistic, chi.pvalue, distance.jensenshannon(a / m, b / n, base=2))
    )
table(
    "categorical",
    "(first: [Int], second: [Int], chiSquare: Double, p: Double, jensenShannon: Double)",
    rows,
)
rows = []
for k, n in ((0, 50), (3, 50), (200, 2000), (50, 50), (1, 4000)):
    wilson = stats.binomtest(k, n).proportion_ci(0.95, "wilson")
    # binomtest's own exact interval comes from a root finder with an absolute error; the beta quantiles are sharper.
    low = 0 if k == 0 else stats.beta.ppf(5e-5, k, n - k + 1)
    high = 1 if k == n else stats.beta.ppf(1 - 5e-5, k + 1, n - k)
    rows.append(row(str(k), str(n), wilson.low, wilson.high, low, high))
table(
    "binomial",
    "(count: Int, total: Int, wilsonLow: Double, wilsonHigh: Double, exactLow: Double, exactHigh: Double)",
    rows,
)
print("}")
