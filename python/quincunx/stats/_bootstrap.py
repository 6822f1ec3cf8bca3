"""Bootstrap of functions of averages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike


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
        If the arrays have different numbers of replicas, there are fewer than two, or ``level`` is not in (0, 1).

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
    if not 0 < level < 1:
        raise ValueError(f"level = {level!r}: must be between 0 and 1")
    if isinstance(data, (tuple, list)) and data and np.ndim(data[0]) > 0:
        arrays = tuple(np.asarray(part) for part in data)
    else:
        arrays = (np.asarray(data),)
    return scipy.stats.bootstrap(
        arrays,
        statistic,
        n_resamples=n,
        confidence_level=level,
        paired=True,
        axis=0,
        method="percentile",
        vectorized=True,
        rng=np.random.default_rng(rng),
    )
