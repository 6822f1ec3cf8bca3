"""How well chains mix: integrated autocorrelation time, effective sample size, scale reduction."""

from __future__ import annotations

from typing import Literal

import numpy as np
import scipy.fft
import scipy.special
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from quincunx._coerce import choice, fact, numbers

Floats = NDArray[np.float64]


WINDOW = 10.0  # the window of non-reversible chains, in integrated absolute autocorrelations


def autocorrelation_time(x: ArrayLike, *, reversible: bool = True) -> Floats | float:
    """Integrated autocorrelation time, in draws.

        tau = 1 + 2 sum_{k >= 1} rho(k)

    so that the mean of N draws has variance ``tau var(x) / N``. The noise of rho(k) does not decay, so the sum needs a
    window; the usual one (Sokal's: the first W >= 6 tau(W)) closes after one lag on an antithetic chain, whose partial
    sums are small or negative. Two windows cannot be fooled by alternating signs:

    - ``reversible=True``: pairs ``rho(2k) + rho(2k + 1)`` are positive and decreasing for a reversible chain, whatever
      the signs of rho; the sum ends with the first pair that is not (Geyer's initial monotone sequence).
    - ``reversible=False``: the first W that is 10 times the integrated *absolute* autocorrelation
      ``1/2 + sum_{k <= W} |rho(k)|``, which no cancellation shortens.

    Replicas share one autocorrelation function, and a spread between their means counts as correlation that has not
    decayed.

    Parameters
    ----------
    x
        Draws, shape (*G, replicas, draws) or (draws,); at least 4 draws, finite.
    reversible
        Whether the chain obeys detailed balance, as `lattice.Metropolis`, `lattice.HeatBath` in random order and
        `lattice.Wolff` do. Updates in a fixed order (`lattice.Checkerboard`, sequential sweeps) and lifted or driven
        dynamics do not: their autocorrelation may swing below zero and come back, and pairs would stop at the first
        swing, which mistakes slow oscillations for slow decay and can miss a slow decay behind a fast oscillation.

    Returns
    -------
    float or ndarray
        Shape G. NaN where the draws do not vary at all.

    Raises
    ------
    ValueError
        If there are fewer than 4 draws, or one is not finite.
    TypeError
        If ``reversible`` is neither True nor False.

    Examples
    --------
    Autoregressive chains with coefficient phi have tau = (1 + phi)/(1 - phi): 3 for 1/2, and 1/19 for -0.9.

    >>> import numpy as np
    >>> from scipy.signal import lfilter
    >>> noise = np.random.default_rng(1).normal(size=(8, 20_000))
    >>> from quincunx import stats
    >>> round(stats.autocorrelation_time(lfilter([1.0], [1.0, -0.5], noise)))
    3
    >>> print(f"{stats.autocorrelation_time(lfilter([1.0], [1.0, 0.9], noise)):.2f}")
    0.05

    References
    ----------
    Geyer, Statistical Science 7 (1992) 473; Sokal, *Monte Carlo methods in statistical mechanics* (1996), section 3;
    Vehtari et al., Bayesian Analysis 16 (2021) 667, section 3.2.
    """
    pairs = fact("reversible", reversible)
    draws = _draws(x)
    rho = _autocorrelation(draws)
    return _shaped(_time(draws, rho) if pairs else _absolute_window(draws, rho))


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
    choice("method", method, ("mean", "bulk"))
    halves = _halves(_draws(x, least=8))
    if method == "bulk":
        halves = _normal_scores(halves)
    size = halves.shape[-2] * halves.shape[-1]
    return _shaped(size / np.maximum(_time(halves, _published(halves)), 1 / np.log10(size)))


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
    choice("method", method, ("rank", "split"))
    halves = _halves(_draws(x, least=8))
    if method == "split":
        return _shaped(_scale_reduction(halves))
    folded = np.abs(halves - np.median(halves, axis=(-2, -1), keepdims=True))
    return _shaped(np.maximum(_scale_reduction(_normal_scores(halves)), _scale_reduction(_normal_scores(folded))))


def reals(what: str, value: ArrayLike) -> Floats:
    """Coerce to numbers; arrays of True and False are those of an indicator, 1 and 0."""
    truth = isinstance(value, np.ndarray) and value.dtype.kind == "b"
    return numbers(what, np.asarray(value, float) if truth else value)


def _draws(x: ArrayLike, least: int = 4) -> Floats:
    """Coerce to (..., replicas, draws)."""
    draws = reals("x", x)
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


def _autocovariance(draws: Floats) -> Floats:
    """Autocovariance of all lags about each replica's own mean, averaged over replicas, shape (..., draws)."""
    n = draws.shape[-1]
    spectrum = scipy.fft.rfft(draws - draws.mean(axis=-1, keepdims=True), scipy.fft.next_fast_len(2 * n), axis=-1)
    covariance: Floats = scipy.fft.irfft(np.abs(spectrum) ** 2, axis=-1)[..., :n].mean(axis=-2) / n
    return covariance


def _autocorrelation(draws: Floats) -> Floats:
    """Autocorrelation of all lags without the bias of the replicas' means, which the spread between them measures.

    Each mean takes tau var/n out of every lag: little beside rho of a slow chain, but lag after lag more than the whole
    tau of an antithetic one.
    """
    _, joint = (part[..., None] for part in _variances(draws))
    covariance = _autocovariance(draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        rho: Floats = 1 - (covariance[..., :1] - covariance) / joint
    return rho


def _published(draws: Floats) -> Floats:
    """Autocorrelation of all lags as Vehtari et al. define it for the effective sample size."""
    within, joint = (part[..., None] for part in _variances(draws))
    with np.errstate(divide="ignore", invalid="ignore"):
        rho: Floats = 1 - (within - _autocovariance(draws)) / joint
    rho[..., 0] = 1.0
    return rho


def _time(draws: Floats, rho: Floats) -> Floats:
    """Integrated autocorrelation time by the initial monotone sequence."""
    n = draws.shape[-1]
    pairs = rho[..., 0 : n - n % 2 : 2] + rho[..., 1::2]
    kept = np.logical_and.accumulate(pairs > 0, axis=-1)
    monotone = np.where(kept, np.minimum.accumulate(pairs, axis=-1), 0.0)
    after = np.minimum(kept.sum(axis=-1), pairs.shape[-1] - 1)[..., None]  # the first pair left out
    tail = np.take_along_axis(rho[..., 0 : n - n % 2 : 2], after, axis=-1)[..., 0]
    tail = np.where(kept.all(axis=-1), 0.0, np.maximum(tail, 0.0))
    return _bounded(2 * monotone.sum(axis=-1) - 1 + tail, draws)


def _absolute_window(draws: Floats, rho: Floats) -> Floats:
    """Integrated autocorrelation time by a window on the absolute autocorrelation; pairs where it never closes."""
    closed = np.arange(rho.shape[-1]) >= WINDOW * (np.cumsum(np.abs(rho), axis=-1) - 0.5)
    window = closed.argmax(axis=-1)[..., None]
    sums = 2 * np.cumsum(rho, axis=-1) - 1
    # The mean of the sums with and without the last lag: half of what an alternating tail would add.
    last, before = (np.take_along_axis(sums, np.maximum(window - k, 0), axis=-1)[..., 0] for k in (0, 1))
    return np.where(closed.any(axis=-1), _bounded((last + before) / 2, draws), _time(draws, rho))


def _bounded(tau: Floats, draws: Floats) -> Floats:
    """Keep tau above that of one effective draw per square of the number of draws; NaN for constant draws."""
    least = 1 / (draws.shape[-2] * draws.shape[-1])
    return np.where(np.ptp(draws, axis=(-2, -1)) == 0, np.nan, np.maximum(tau, least))
