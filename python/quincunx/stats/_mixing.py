"""How well chains mix: integrated autocorrelation time, effective sample size, scale reduction."""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.fft
import scipy.special
import scipy.stats
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def autocorrelation_time(x: ArrayLike) -> Floats | float:
    """Integrated autocorrelation time, in draws.

        tau = 1 + 2 sum_{k >= 1} rho(k)

    so that the mean of N draws has variance ``tau var(x) / N``. The sum runs over pairs
    ``rho(2k) + rho(2k + 1)``, which are positive and decreasing for a reversible chain, and ends with the first pair
    that is not (Geyer's initial monotone sequence): oscillating (antithetic) chains, whose tau is below 1, are
    measured as well as slow ones. Replicas share one autocorrelation function, and a spread between their means
    counts as correlation that has not decayed.

    Parameters
    ----------
    x
        Draws, shape (*G, replicas, draws) or (draws,); at least 4 draws, finite.

    Returns
    -------
    float or ndarray
        Shape G. NaN where the draws do not vary at all.

    Raises
    ------
    ValueError
        If there are fewer than 4 draws, or one is not finite.

    Examples
    --------
    An autoregressive chain with coefficient 0.5 has tau = 1.5 / 0.5 = 3:

    >>> import numpy as np
    >>> from scipy.signal import lfilter
    >>> noise = np.random.default_rng(1).normal(size=(8, 20_000))
    >>> from quincunx import stats
    >>> round(stats.autocorrelation_time(lfilter([1.0], [1.0, -0.5], noise)))
    3

    References
    ----------
    Geyer, Statistical Science 7 (1992) 473; Vehtari et al., Bayesian Analysis 16 (2021) 667, section 3.2.
    """
    draws = _draws(x)
    return _shaped(_time(draws))


def ess(x: ArrayLike, *, method: Literal["mean", "bulk"] = "mean") -> Floats | float:
    """Effective sample size: the number of independent draws whose mean is as precise.

        ess = M N / tau

    for M replicas of N draws, each split into halves so that a drift within a replica counts as well.

    Parameters
    ----------
    x
        Draws, shape (*G, replicas, draws) or (draws,); at least 8 draws, finite.
    method
        ``"mean"``: of the draws as they are, for the error of their mean; ``"bulk"``: of their normal scores, which
        exists for laws without a variance, too.

    Returns
    -------
    float or ndarray
        Shape G, at most S log10(S) for S draws in all. NaN where the draws do not vary at all.

    Raises
    ------
    ValueError
        If there are fewer than 8 draws, one is not finite, or the method is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from quincunx import stats
    >>> bool(3_500 < stats.ess(np.random.default_rng(1).normal(size=(4, 1_000))) < 4_500)
    True

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter, Buerkner, Bayesian Analysis 16 (2021) 667.
    """
    if method not in ("mean", "bulk"):
        raise ValueError(f"method = {method!r}: must be 'mean' or 'bulk'")
    halves = _halves(_draws(x, least=8))
    if method == "bulk":
        halves = _normal_scores(halves)
    size = halves.shape[-2] * halves.shape[-1]
    return _shaped(size / np.maximum(_time(halves), 1 / np.log10(size)))


def rhat(x: ArrayLike, *, method: Literal["rank", "split"] = "rank") -> Floats | float:
    """Potential scale reduction: how much wider all replicas together are than each alone.

        R = sqrt(((N - 1)/N W + B/N) / W)

    with W the mean variance within half replicas and B / N the variance of their means. Values above 1.01 say that
    the replicas have not mixed.

    Parameters
    ----------
    x
        Draws, shape (*G, replicas, draws) or (draws,); at least 8 draws, finite.
    method
        ``"split"``: the formula; ``"rank"``: the larger of the formula for normal scores and for those of the
        distance from the median, which also sees heavy tails and unequal spreads.

    Returns
    -------
    float or ndarray
        Shape G. NaN where the draws do not vary at all.

    Raises
    ------
    ValueError
        If there are fewer than 8 draws, one is not finite, or the method is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from quincunx import stats
    >>> x = np.random.default_rng(1).normal(size=(4, 1_000))
    >>> bool(stats.rhat(x) < 1.01), bool(stats.rhat(x + np.arange(4)[:, None]) > 1.5)
    (True, True)

    References
    ----------
    Gelman, Rubin, Statistical Science 7 (1992) 457; Vehtari et al., Bayesian Analysis 16 (2021) 667, section 4.
    """
    if method not in ("rank", "split"):
        raise ValueError(f"method = {method!r}: must be 'rank' or 'split'")
    halves = _halves(_draws(x, least=8))
    if method == "split":
        return _shaped(_scale_reduction(halves))
    folded = np.abs(halves - np.median(halves, axis=(-2, -1), keepdims=True))
    return _shaped(np.maximum(_scale_reduction(_normal_scores(halves)), _scale_reduction(_normal_scores(folded))))


def _draws(x: ArrayLike, least: int = 4) -> Floats:
    """Coerce to (..., replicas, draws)."""
    draws = np.asarray(x, float)
    draws = draws[None] if draws.ndim == 1 else draws
    if draws.ndim < 2 or draws.shape[-1] < least or draws.shape[-2] < 1:
        raise ValueError(f"x: shape {np.shape(x)}: must be (..., replicas, draws) with at least {least} draws")
    wrong = np.argwhere(~np.isfinite(draws))
    if len(wrong):
        raise ValueError(f"x[{', '.join(map(str, wrong[0]))}] = {draws[tuple(wrong[0])]}: must be finite")
    return draws


def _shaped(values: Floats) -> Floats | float:
    return values if values.ndim else float(values)


def _halves(draws: Floats) -> Floats:
    """Split each replica into halves; the middle one of an odd number of draws is left out."""
    half = draws.shape[-1] // 2
    return np.concatenate([draws[..., :half], draws[..., -half:]], axis=-2)


def _normal_scores(draws: Floats) -> Floats:
    """Replace draws by normal quantiles of their ranks among all replicas: Phi^-1((r - 3/8)/(S + 1/4))."""
    flat = draws.reshape(*draws.shape[:-2], -1)
    ranks = scipy.stats.rankdata(flat, axis=-1)
    scores: Floats = scipy.special.ndtri((ranks - 0.375) / (flat.shape[-1] + 0.25)).reshape(draws.shape)
    scores[np.ptp(flat, axis=-1) == 0] = 0.0
    return scores


def _variances(draws: Floats) -> tuple[Floats, Floats]:
    """Variance within replicas, and the joint estimate that adds the spread of their means."""
    replicas, n = draws.shape[-2:]
    within = draws.var(axis=-1, ddof=1).mean(axis=-1)
    between = draws.mean(axis=-1).var(axis=-1, ddof=1) if replicas > 1 else np.zeros_like(within)
    return within, within * (n - 1) / n + between


def _scale_reduction(draws: Floats) -> Floats:
    within, joint = _variances(draws)
    within = np.where(np.ptp(draws, axis=(-2, -1)) == 0, np.nan, within)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.sqrt(joint / within)
    return ratio


def _time(draws: Floats) -> Floats:
    """Integrated autocorrelation time by the initial monotone sequence."""
    replicas, n = draws.shape[-2:]
    spectrum = scipy.fft.rfft(draws - draws.mean(axis=-1, keepdims=True), scipy.fft.next_fast_len(2 * n), axis=-1)
    covariance = scipy.fft.irfft(np.abs(spectrum) ** 2, axis=-1)[..., :n].mean(axis=-2) / n
    within, joint = (part[..., None] for part in _variances(draws))
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = 1 - (within - covariance) / joint
    rho[..., 0] = 1.0
    pairs = rho[..., 0 : n - n % 2 : 2] + rho[..., 1::2]
    kept = np.logical_and.accumulate(pairs > 0, axis=-1)
    monotone = np.where(kept, np.minimum.accumulate(pairs, axis=-1), 0.0)
    after = np.minimum(kept.sum(axis=-1), pairs.shape[-1] - 1)[..., None]  # the first pair left out
    tail = np.take_along_axis(rho[..., 0 : n - n % 2 : 2], after, axis=-1)[..., 0]
    tail = np.where(kept.all(axis=-1), 0.0, np.maximum(tail, 0.0))
    tau = np.maximum(2 * monotone.sum(axis=-1) - 1 + tail, 1 / (replicas * n))
    constant = np.ptp(draws, axis=(-2, -1)) == 0
    return np.where(constant, np.nan, tau)
