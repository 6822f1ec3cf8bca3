"""Errors of functions of means: delete one block at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quincunx._coerce import whole
from quincunx.stats._estimate import Estimate
from quincunx.stats._mixing import autocorrelation_time, reals

__all__ = ["FEWEST", "from_deleted", "jackknife"]

Floats = NDArray[np.float64]

TIMES = 10  # autocorrelation times that a block holds when its length is chosen for the caller
FEWEST = 4  # blocks below which an error bar says nothing


def jackknife(
    function: Callable[..., Any],
    *data: ArrayLike,
    block: int | Literal["auto"] | None = None,
) -> Estimate:
    r"""Value, bias and standard error of a function of means, by deleting one replica or one block at a time.

        theta = f(<x>, <y>, ...),   theta_i = f of the means without block i,   i = 1..B
        bias = (B - 1) (mean theta_i - theta),   error^2 = (B - 1)/B sum_i (theta_i - mean theta_i)^2

    Series are deleted together, so ratios such as Binder's keep their correlation. For a linear function the value is
    the mean, the error the standard error of the mean, and the bias zero.

    Parameters
    ----------
    function
        ``function(*means)``: from one mean per series to the number of interest, entry by entry where means are arrays
        (NumPy's arithmetic is).
    *data
        The series, of one shape. Without ``block``: (\*G, replicas), independent along the last axis, as
        `observe.time_average` gives them. With ``block``: (\*G, replicas, draws) or (draws,).
    block
        Draws per block, at least: each replica is cut into as many as there are whole ones in it, of lengths that differ
        by one draw at most. ``"auto"``: ten times the longest autocorrelation time of the series, in every set.

    Returns
    -------
    Estimate
        ``.value .standard_error .bias .corrected .blocks``, shape G.

    Raises
    ------
    ValueError
        If shapes differ, a value is not finite, there are fewer than two replicas or four blocks, or the function is
        not finite at some of the means.
    TypeError
        If ``function`` cannot be called or ``block`` is no whole number.

    Examples
    --------
    The Binder ratio of 400 independent draws, and of one chain:

    >>> import numpy as np
    >>> from quincunx import stats
    >>> def binder(m2, m4):
    ...     return 1 - m4 / (3 * m2**2)
    >>> m = np.random.default_rng(1).normal(size=400)
    >>> stats.jackknife(binder, m**2, m**4)
    -0.13472 +- 0.0899, bias 0.00731, 400 blocks
    >>> stats.jackknife(binder, m**2, m**4, block="auto").blocks < 400
    True

    References
    ----------
    Quenouille, Biometrika 43 (1956) 353; Efron, *The Jackknife, the Bootstrap and Other Resampling Plans* (1982).
    """
    if not callable(function):
        raise TypeError(f"function = {function!r:.60}: must be a function of one mean per series")
    series = _series(data)
    if block is None:
        if series[0].shape[-1] < 2:
            raise ValueError(f"data: shape {series[0].shape}: must have at least 2 replicas, or be cut with block=")
        return _delete(function, series, np.ones(series[0].shape[-1]))
    return _delete(function, *_cut(series, block))


def _delete(function: Callable[..., Any], blocks: list[Floats], sizes: Floats) -> Estimate:
    """Jackknife over the last axis: means of blocks of given sizes."""
    share = sizes / sizes.sum()
    means = [b @ share for b in blocks]
    # The deviations of the mean are small beside it: added to it they lose no digits of the differences.
    less = share / (1 - share)
    without = [m + np.moveaxis((m[..., None] - b) * less, -1, 0) for m, b in zip(means, blocks, strict=True)]
    return from_deleted(_evaluate(function, means, ()), _evaluate(function, without, sizes.shape))


def from_deleted(value: Floats, deleted: Floats) -> Estimate:
    """Make the estimate from the value of all blocks and those without one, along the first axis."""
    count = len(deleted)
    centre = deleted.mean(axis=0)
    error = np.sqrt((count - 1) / count * ((deleted - centre) ** 2).sum(axis=0))
    bias = (count - 1) * (centre - value)
    plain = [part if part.ndim else float(part) for part in (value, error, np.asarray(bias))]
    return Estimate(plain[0], plain[1], plain[2], count)


def _evaluate(function: Callable[..., Any], means: list[Floats], lead: tuple[int, ...]) -> Floats:
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(function(*means))
    except TypeError as error:
        raise TypeError(f"function: does not take {len(means)} arrays of means ({error})") from error
    if values.dtype.kind not in "iufb" or values.shape[: len(lead)] != lead:
        raise ValueError(
            f"function: gives {values.dtype} of shape {values.shape} for means of shape {means[0].shape}: must give one "
            "real number per entry",
        )
    if not np.isfinite(values).all():
        raise ValueError("function: is not finite at the means of the data" + (" without one block" if lead else ""))
    return values.astype(float)


def _series(data: tuple[ArrayLike, ...]) -> list[Floats]:
    if not data:
        raise ValueError("data: must hold at least one series")
    series = []
    for i, given in enumerate(data):
        array = reals(f"data[{i}]", given)
        if array.ndim < 1 or array.shape != np.shape(data[0]):
            raise ValueError(
                f"data[{i}]: has shape {array.shape}: must be that of all series, with replicas or draws last"
            )
        if not np.isfinite(array).all():
            raise ValueError(f"data[{i}]: must be finite")
        series.append(array)
    return series


def _cut(series: list[Floats], block: int | Literal["auto"]) -> tuple[list[Floats], Floats]:
    """Cut (*G, replicas, draws) into blocks: their means, shape (*G, blocks), and their sizes."""
    lifted = [s[None] if s.ndim == 1 else s for s in series]
    replicas, draws = lifted[0].shape[-2:]
    length = _automatic_block(lifted) if isinstance(block, str) and block == "auto" else whole("block", block)
    if not 1 <= length <= draws:
        raise ValueError(f"block = {length}: must be between 1 and the {draws} draws of a replica in the data")
    count = draws // length
    if count * replicas < FEWEST:
        raise ValueError(
            f"block = {length}: gives {count * replicas} blocks of the data: must give at least {FEWEST}; take a longer run",
        )
    edges = np.arange(count + 1) * draws // count
    sizes = np.diff(edges).astype(float)
    sums = [np.add.reduceat(s, edges[:-1], axis=-1) / sizes for s in lifted]
    return [s.reshape(*s.shape[:-2], -1) for s in sums], np.tile(sizes, replicas)


def _automatic_block(series: list[Floats]) -> int:
    """Ten times the longest autocorrelation time, but a whole replica at most."""
    draws = series[0].shape[-1]
    if draws < FEWEST:
        raise ValueError(f"block = 'auto': {draws} draws have no autocorrelation time: must be at least {FEWEST}")
    times = np.array([np.nanmax(np.append(np.ravel(autocorrelation_time(s)), 1.0)) for s in series])
    return int(min(np.ceil(TIMES * times.max()), draws))
