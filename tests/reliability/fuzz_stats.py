"""Statistics of simulations."""

import numpy as np
import scipy.stats

from quincunx import stats

DRAWS = [[0.0, 1.0, 3.0, 1.0, 2.0, 0.0, 1.0, 4.0]] * 4
COLD = np.random.default_rng(1).normal(size=(2, 8, 200)) - np.array([0.5, 0.7])[:, None, None]
RUNS = stats.reweight(COLD, [0.5, 0.7])


def jackknife(function, data, block):
    return stats.jackknife(function, data, data, block=block)


def function(function, values, beta):
    return RUNS.function(function, values, COLD, beta=beta)


jackknife.__wrapped__, function.__wrapped__ = stats.jackknife, RUNS.function

MODULE = stats
MADE = {stats.Estimate, stats.HypothesisTest, stats.Reweighting}
AVERAGES = [RUNS.log_partition, RUNS.energy, RUNS.energy_variance, RUNS.effective_draws]
ENTRIES = [
    ("autocorrelation_time", stats.autocorrelation_time, {"x": DRAWS, "reversible": False}),
    ("ess", stats.ess, {"x": DRAWS, "method": "bulk"}),
    ("rhat", stats.rhat, {"x": DRAWS, "method": "split"}),
    ("jackknife", jackknife, {"function": lambda a, b: a - b, "data": DRAWS, "block": 2}),
    ("bootstrap", stats.bootstrap, {"data": DRAWS[0], "statistic": np.mean, "n": 99, "level": 0.9, "rng": 1}),
    ("ks_test", stats.ks_test, {"x": DRAWS[0], "law": scipy.stats.norm()}),
    ("chi2_test", stats.chi2_test, {"counts": [10, 12], "probability": [0.5, 0.5], "ddof": 0, "least": 5.0}),
    ("reweight", stats.reweight, {"energy": [DRAWS, DRAWS], "beta": [0.1, 0.2], "autocorrelation": [1.0, 1.0]}),
    *((f"runs.{f.__name__}", f, {"beta": [0.55, 0.6]}) for f in AVERAGES),
    ("runs.mean", RUNS.mean, {"values": COLD, "beta": 0.6}),
    ("runs.function", function, {"function": lambda a, b: a - b, "values": COLD, "beta": 0.6}),
]
