"""Observers that reduce over each path or over replicas."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from quincunx._coerce import choice, fact, numbers, whole
from quincunx._observers import (
    Autocorrelation,
    Grid,
    Histogram,
    Maximum,
    Minimum,
    Moments,
    Of,
    TimeAverage,
    burn_of,
    grid_of,
    times_of,
)

__all__ = ["autocorrelation", "histogram", "maximum", "minimum", "moments", "time_average"]


def time_average(of: Of = None, *, burn: float = 0) -> TimeAverage:
    """Average over each path: :math:`\\frac{1}{t_1 - s} \\int_s^{t_1} x(u)\\,du` with s = t0 + burn, x the value held.

    On count clocks it is the mean over the steps burn, burn + 1, ..., t1.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula; None: the default names.
    burn : float
        Time after ``t0`` that is left out, in units of ``t``, >= 0.

    Returns
    -------
    TimeAverage
        ``res[name]`` has shape (\\*G, n, ...).

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.time_average("x", burn=50))
    >>> res["x"].shape
    (3,)
    """
    return TimeAverage(of, burn_of(burn))


def maximum(of: Of = None, *, burn: float = 0) -> Maximum:
    """Largest value of each path after ``burn``.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula; None: the default names.
    burn : float
        Time after ``t0`` that is left out, in units of ``t``, >= 0.

    Returns
    -------
    Maximum
        ``res[name]`` has shape (\\*G, n, ...).

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.maximum("abs(x)"))
    >>> bool((res["abs(x)"] > 0).all())
    True
    """
    return Maximum(of, burn_of(burn))


def minimum(of: Of = None, *, burn: float = 0) -> Minimum:
    """Smallest value of each path after ``burn``.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula; None: the default names.
    burn : float
        Time after ``t0`` that is left out, in units of ``t``, >= 0.

    Returns
    -------
    Minimum
        ``res[name]`` has shape (\\*G, n, ...).

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.minimum("x"))
    >>> bool((res["x"] <= 0).all())
    True
    """
    return Minimum(of, burn_of(burn))


def autocorrelation(of: Of, lags: Any, *, burn: float = 0) -> Autocorrelation:
    """Normalised autocorrelation of each path, :math:`C(l) = \\langle (x_s - m)(x_{s+l} - m) \\rangle / \\mathrm{var}\\,x`.

    The path is sampled after ``burn`` at the largest spacing of which all lags are multiples; the mean is over pairs.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula; None: the default names.
    lags : float or array
        Lags >= 0 in units of ``t``, multiples of one spacing.
    burn : float
        Time after ``t0`` that is left out, in units of ``t``, >= 0.

    Returns
    -------
    Autocorrelation
        ``res[name]`` has shape (\\*G, n, lags).

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.autocorrelation("x", [0, 1, 5]))
    >>> res["x"][:, 0]
    array([1., 1., 1.])
    """
    return Autocorrelation(of, times_of("lags", lags), burn_of(burn))


def moments(of: Of = None, *, order: int = 2, when: Grid | None = None, cov: bool = False) -> Moments:
    """Moments over replicas at the times of ``when``; no replica is kept.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula or callable; None: the default
        names of the model.
    order : int
        Highest moment, 2 to 8.
    when : Every, At or Final, optional
        `every`, `at` or `final`; None: the default grid of 101 times.
    cov : bool
        Also the covariances of all pairs of names: ``res.cov(a, b)``.

    Returns
    -------
    Moments
        ``res.mean(name)``, ``.var``, ``.std``, ``.sem``, ``.moment(name, k)`` have shape (\\*G, T, ...), without T for
        `final` and for one time.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> keep = qx.observe.moments("x", order=4, when=qx.observe.final())
    >>> res = qx.simulate(walk, t=100, start=0.0, n=4000, rng=1, observe=keep)
    >>> kurtosis = res.moment("x", 4) / res.moment("x", 2) ** 2
    >>> bool(abs(res.mean("x")) < 5 * res.sem("x")), bool(2.5 < kurtosis < 3.5)
    (True, True)

    References
    ----------
    P. Pebay, "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments",
    Sandia report SAND2008-6212 (2008).
    """
    order = whole("order", order)
    if not 2 <= order <= 8:
        raise ValueError(f"order = {order}: must be between 2 and 8")
    return Moments(of, order, grid_of(when), fact("cov", cov))


def histogram(
    of: Of,
    bins: Any,
    *,
    when: Grid | None = None,
    over: Literal["replicas", "time"] = "replicas",
    burn: float = 0,
) -> Histogram:
    """Count values in the cells [e_k, e_{k+1}), over replicas at chosen times or over time for each replica.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula or callable; None: the default
        names of the model.
    bins : array
        At least two increasing finite cell edges.
    when : Every, At or Final, optional
        Over replicas: the times; None: the default grid.
    over : {"replicas", "time"}
        "time" gives the time spent in each cell.
    burn : float
        Over time: what is left out after ``t0``, in units of ``t``, >= 0.

    Returns
    -------
    Histogram
        ``res.histogram(name)`` has ``.counts .edges .below .above .density``; counts are int64 (\\*G, T, B) over replicas,
        float64 (\\*G, n, B) over time.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(
    ...     walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.histogram("x", [-1.0, 0.0, 1.0], over="time")
    ... )
    >>> res.histogram("x").counts.shape
    (3, 2)
    """
    choice("over", over, ("replicas", "time"))
    if over == "time" and when is not None:
        raise ValueError("when: a histogram over time looks at the whole path; use burn")
    edges = numbers("bins", bins, axes=1)
    if edges.size < 2 or not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0):
        raise ValueError(f"bins = {bins!r}: must be at least two finite increasing edges")
    return Histogram(of, tuple(edges.tolist()), grid_of(when), over, burn_of(burn))
