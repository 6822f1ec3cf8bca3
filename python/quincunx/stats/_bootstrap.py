"""Bootstrap of functions of averages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from quincunx._coerce import number, whole
from quincunx._memory import check_bytes, memory_limit
from quincunx.stats._mixing import reals


def bootstrap(
    data: ArrayLike | Sequence[ArrayLike],
    statistic: Callable[..., Any],
    *,
    n: int = 1_000,
    level: float = 0.95,
    rng: int | np.random.Generator | None = None,
) -> Any:
    """Bootstrap over replicas: error and interval of any function of averages.

    Whole replicas are drawn with replacement; several arrays (a tuple or list of them) are drawn together, so that
    ratios such as Binder's keep their correlation.

    Parameters
    ----------
    data
        One array with replicas along the first axis, or several of them in a tuple or list.
    statistic
        ``statistic(*arrays, axis)``: reduces the replica axis.
    n
        Number of resamples.
    level
        Confidence level of the interval.
    rng
        Seed or generator of the resampling.

    Returns
    -------
    scipy.stats._resampling.BootstrapResult
        ``.standard_error``, ``.confidence_interval`` (percentiles), ``.bootstrap_distribution``.

    Raises
    ------
    ValueError
        If the arrays have different numbers of replicas, there are fewer than two, ``n`` < 1, or ``level`` is not in
        (0, 1).
    MemoryError
        If the resamples would take more than half of the free memory.

    Examples
    --------
    The Binder ratio of 400 draws:

    >>> import numpy as np
    >>> from quincunx import stats
    >>> m = np.random.default_rng(1).normal(size=400)
    >>> def binder(m2, m4, axis):
    ...     return 1 - m4.mean(axis) / (3 * m2.mean(axis) ** 2)
    >>> bool(0.01 < stats.bootstrap((m**2, m**4), binder, rng=2).standard_error < 0.2)
    True

    References
    ----------
    Efron, Annals of Statistics 7 (1979) 1.
    """
    if not 0 < (within := number("level", level)) < 1:
        raise ValueError(f"level = {level!r}: must be between 0 and 1")
    if (resamples := whole("n", n)) < 1:
        raise ValueError(f"n = {n}: must be >= 1")
    if not callable(statistic):
        raise TypeError(f"statistic = {statistic!r:.60}: must be a function of the arrays and axis")
    arrays = _arrays(data)
    size = 16 * resamples * sum(a.size for a in arrays)  # indices and what they pick
    check_bytes(f"n = {resamples}: the resamples", size, memory_limit(None), "take fewer")
    generator = _generator(rng)
    try:
        return scipy.stats.bootstrap(
            arrays,
            statistic,
            n_resamples=resamples,
            confidence_level=within,
            paired=True,
            axis=0,
            method="percentile",
            vectorized=True,
            rng=generator,
        )
    except TypeError as error:
        raise TypeError(f"statistic: must take {len(arrays)} arrays and axis ({error})") from error


def _arrays(data: Any) -> tuple[NDArray[np.float64], ...]:
    """Coerce to arrays with as many replicas each."""
    if isinstance(data, tuple | list) and data and np.ndim(data[0]) > 0:
        arrays = tuple(reals(f"data[{i}]", part) for i, part in enumerate(data))
    else:
        arrays = (reals("data", data),)
    for i, array in enumerate(arrays):
        if array.ndim < 1 or len(array) != len(arrays[0]) or len(array) < 2:
            name = f"data[{i}]" if len(arrays) > 1 else "data"
            raise ValueError(f"{name}: has shape {array.shape}: must have as many replicas as the others, at least two")
    return arrays


def _generator(rng: Any) -> np.random.Generator:
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError) as error:
        raise type(error)(f"rng = {rng!r:.60}: must be an int >= 0, a SeedSequence, a Generator or None") from None
