"""One budget for all statistical checks of the suite: it fails by chance once in a million runs.

A check compares a simulation with an exact value or law and arrives here as a p-value::

    from budget import caught, check, p_chi2, p_ks, p_z

    check(p_z(res.mean("x"), exact=1.5, se=res.sem("x")), "ou-mean")
    caught(p_z(res.mean("x"), exact=1.5 * 1.02, se=res.sem("x")), "ou-mean: rate x 1.02")

No test chooses its own threshold: a p-value below `ALPHA / CHECKS` fails. `CHECKS` is a declared ceiling; a suite
that needs more raises it here. Each check stands beside a planted error that it must catch (`caught`): a check that
nothing can fail is empty. `Z` is the threshold in standard errors; an effect of 8.2 of them is caught in 99 % of the
runs, so a bias of 2 % at a coefficient of variation CV asks for N = (8.2 CV / 0.02)^2 replicas.
"""

import math

import numpy as np
from scipy import stats

ALPHA = 1e-6
CHECKS = 400
THRESHOLD = ALPHA / CHECKS
Z = float(stats.norm.isf(THRESHOLD / 2))

_spent: dict[str, float] = {}


def check(p_value, id):  # noqa: A002
    """Spends one check of the budget: fails when `p_value` is below the shared threshold."""
    p = _probability(p_value, id)
    assert id not in _spent, f"{id}: this check was made before; each needs its own id"
    _spent[id] = p
    assert len(_spent) <= CHECKS, f"{len(_spent)} statistical checks: raise budget.CHECKS = {CHECKS}"
    assert p >= THRESHOLD, f"{id}: p = {p:.3g} is below {THRESHOLD:.3g}, the share of one check"


def caught(p_value, id):  # noqa: A002
    """Asserts that a planted error is caught; spends nothing."""
    p = _probability(p_value, id)
    assert p < THRESHOLD, f"{id}: the planted error was not caught, p = {p:.3g} >= {THRESHOLD:.3g}: take more samples"


def p_z(estimate, exact, se):
    """Two-sided p-value of `(estimate - exact) / se`; of arrays the smallest times their number (Bonferroni)."""
    estimate, exact, se = np.broadcast_arrays(estimate, exact, se)
    if not estimate.size:
        msg = "nothing to compare"
        raise ValueError(msg)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.abs(np.where((se == 0) & (estimate == exact), 0.0, (estimate - exact) / se))
    return min(1.0, float(2 * stats.norm.sf(z.max())) * z.size) if np.isfinite(z).all() else 0.0


def p_t(estimate, exact, se, freedom):
    """`p_z` where the standard error comes from `freedom + 1` values itself: Student's law."""
    estimate, exact, se = np.broadcast_arrays(estimate, exact, se)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs((estimate - exact) / se)
    return min(1.0, float(2 * stats.t.sf(t.max(), freedom)) * t.size) if np.isfinite(t).all() else 0.0


def p_ks(sample, cdf):
    """Kolmogorov-Smirnov against a continuous distribution function."""
    return float(stats.kstest(np.asarray(sample, dtype=float).ravel(), cdf).pvalue)


def p_chi2(counts, probabilities, *, least=10.0):
    """Chi-square of counts against probabilities (what they lack of 1 is one more cell, with no count beyond those
    given); cells expecting fewer than `least` are joined with their neighbours. A count where nothing can be: 0.
    """
    counts = np.append(np.asarray(counts, dtype=float).ravel(), 0.0)
    p = np.asarray(probabilities, dtype=float).ravel()
    p = np.append(p, max(0.0, 1.0 - p.sum()))
    total = counts.sum()
    if (counts[p <= 0] > 0).any():
        return 0.0
    observed, expected = [], []
    seen = wanted = 0.0
    for c, e in zip(counts, p * total, strict=True):
        seen, wanted = seen + c, wanted + e
        if wanted >= least:
            observed.append(seen)
            expected.append(wanted)
            seen = wanted = 0.0
    if wanted > 0 and observed:
        observed[-1] += seen
        expected[-1] += wanted
    if len(observed) < 2:
        msg = f"{total:g} samples fill fewer than two cells"
        raise ValueError(msg)
    expected = np.array(expected) * (total / np.sum(expected))
    return float(stats.chisquare(observed, expected).pvalue)


def p_counts(sample, law, low=0):
    """Chi-square of integers against a frozen `scipy.stats` law on `low, low + 1, ...`."""
    sample = np.asarray(sample).ravel()
    values = np.arange(low, int(sample.max()) + 1)
    if sample.min() < low:
        return 0.0
    return p_chi2(np.bincount((sample - low).astype(int), minlength=values.size), law.pmf(values))


def _probability(p_value, id):  # noqa: A002
    p = float(p_value)
    assert not math.isnan(p), f"{id}: p-value is nan"
    assert 0 <= p <= 1, f"{id}: p-value = {p}"
    return p
