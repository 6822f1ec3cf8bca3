"""Tests of samples against laws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from quincunx._coerce import number, whole
from quincunx.stats._mixing import reals

Floats = NDArray[np.float64]


class Law(Protocol):
    """A law with a distribution function, as a frozen `scipy.stats` object is."""

    def cdf(self, x: Any, /) -> Any:
        """Return P(X <= x)."""


@dataclass(frozen=True, slots=True)
class HypothesisTest:
    """Outcome of a test.

    Parameters
    ----------
    statistic
        The distance from the hypothesis.
    p_value
        Probability of a statistic at least as large if the hypothesis holds.
    df
        Degrees of freedom of a chi-square test, else None.

    Examples
    --------
    >>> from quincunx import stats
    >>> outcome = stats.chi2_test([60, 40], [0.5, 0.5])
    >>> outcome.statistic, round(outcome.p_value, 6), outcome.df
    (4.0, 0.0455, 1)
    """

    statistic: float
    p_value: float
    df: int | None = None


def ks_test(x: ArrayLike, law: Law | ArrayLike) -> HypothesisTest:
    """Kolmogorov-Smirnov test: the largest distance between distribution functions.

        D = sup_u |F_n(u) - F(u)|

    Parameters
    ----------
    x
        Independent draws, any shape, finite.
    law
        A law with a method ``cdf`` (frozen `scipy.stats` objects, `switching.laws`), or a second sample.

    Returns
    -------
    HypothesisTest
        For integer draws D is taken over the integers and the p-value is an upper bound (the test is conservative
        for laws with atoms); for anything else the p-value is exact (asymptotic for large samples).

    Raises
    ------
    ValueError
        If a sample is empty or holds a number that is not finite.
    TypeError
        If a sample holds something else, or ``law`` is neither.

    Examples
    --------
    >>> import numpy as np, scipy.stats
    >>> from quincunx import stats
    >>> x = np.random.default_rng(1).exponential(size=10_000)
    >>> [stats.ks_test(scale * x, scipy.stats.expon()).p_value > 1e-6 for scale in (1.0, 1.1)]
    [True, False]

    References
    ----------
    Massey, Journal of the American Statistical Association 46 (1951) 68; Conover, ibid. 67 (1972) 591, for laws with
    atoms.
    """
    sample = _sample(x, "x")
    if not hasattr(law, "cdf"):
        found = scipy.stats.ks_2samp(sample, _sample(law, "law"))
        return HypothesisTest(float(found.statistic), float(found.pvalue))
    if np.issubdtype(np.asarray(x).dtype, np.integer):
        values, counts = np.unique(sample, return_counts=True)
        below = np.concatenate([[0], np.cumsum(counts)]) / sample.size
        upper, lower = np.asarray(law.cdf(values)), np.asarray(law.cdf(values - 1))
        distance = max(np.abs(below[1:] - upper).max(), np.abs(below[:-1] - lower).max())
        return HypothesisTest(float(distance), float(scipy.stats.kstwo.sf(distance, sample.size)))
    found = scipy.stats.ks_1samp(sample, law.cdf)
    return HypothesisTest(float(found.statistic), float(found.pvalue))


def chi2_test(counts: ArrayLike, probability: ArrayLike, *, ddof: int = 0, least: float = 5.0) -> HypothesisTest:
    """Pearson's chi-square test of counts against probabilities.

        chi2 = sum_i (O_i - n p_i)^2 / (n p_i)

    Neighbouring cells are merged until each expects `least` counts.

    Parameters
    ----------
    counts
        Counts of independent draws per cell, any shape.
    probability
        Probability of each cell, same shape; sums to 1.
    ddof
        Number of parameters that were fitted to the counts.
    least
        Smallest expected count of a cell after merging.

    Returns
    -------
    HypothesisTest
        With `df` = merged cells - 1 - ddof. A count in a cell of probability 0 has p-value 0.

    Raises
    ------
    ValueError
        If shapes differ, a number is negative or not finite, or the probabilities do not sum to 1.
    TypeError
        If something is no number.

    Examples
    --------
    >>> from quincunx import stats
    >>> stats.chi2_test([12, 8, 9, 11, 10, 10], [1 / 6] * 6)
    HypothesisTest(statistic=1.0, p_value=0.9625657732472964, df=5)

    References
    ----------
    Pearson, Philosophical Magazine 50 (1900) 157.
    """
    seen, law = reals("counts", counts).ravel(), reals("probability", probability).ravel()
    fitted, fewest = whole("ddof", ddof), number("least", least)
    if fitted < 0 or not fewest >= 0:
        name, value = ("ddof", fitted) if fitted < 0 else ("least", fewest)
        raise ValueError(f"{name} = {value}: must be >= 0")
    if np.shape(counts) != np.shape(probability) or not seen.size:
        raise ValueError(f"counts, probability: shapes {np.shape(counts)}, {np.shape(probability)} must be equal")
    for name, values in (("counts", seen), ("probability", law)):
        wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
        if wrong.size:
            raise ValueError(f"{name}[{wrong[0]}] = {values[wrong[0]]}: must be finite and >= 0")
    if abs(law.sum() - 1) > 1e-6:
        raise ValueError(f"probability: sums to {law.sum()}: must sum to 1")
    if np.any(seen[law == 0] > 0):
        return HypothesisTest(np.inf, 0.0, max(1, int(np.count_nonzero(law)) - 1 - fitted))
    seen, expected = _merge(seen, law * seen.sum(), fewest)
    df = max(0, len(seen) - 1 - fitted)
    statistic = float(np.sum((seen - expected) ** 2 / np.maximum(expected, np.finfo(float).tiny)))
    return HypothesisTest(statistic, float(scipy.stats.chi2.sf(statistic, df)) if df else 1.0, df)


def _sample(x: Any, name: str) -> Floats:
    sample = reals(name, x).ravel()
    if not sample.size:
        raise ValueError(f"{name}: must hold at least one draw")
    wrong = np.flatnonzero(~np.isfinite(sample))
    if wrong.size:
        raise ValueError(f"{name}[{wrong[0]}] = {sample[wrong[0]]}: must be finite")
    return sample


def _merge(seen: Floats, expected: Floats, least: float) -> tuple[Floats, Floats]:
    """Merge neighbouring cells until each expects `least`; what remains goes to the last."""
    edges, held = [0], 0.0
    for i, value in enumerate(expected):
        held += value
        if held >= least:
            edges.append(i + 1)
            held = 0.0
    if len(edges) == 1:
        return seen.sum(keepdims=True), expected.sum(keepdims=True)
    return np.add.reduceat(seen, edges[:-1]), np.add.reduceat(expected, edges[:-1])
