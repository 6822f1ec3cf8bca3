"""What to keep of a run: observers keep a grid, or reduce over time or over replicas.

``of`` is always a name, a formula over names, parameters and ``t``, a list of them, or a dict own name -> formula
or callable; None means the default names of the model. The text of a formula is its result name.
Observing never changes a path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from quincunx._coerce import choice, fact, number, numbers, whole

__all__ = [
    "At",
    "Autocorrelation",
    "Events",
    "Every",
    "Final",
    "FirstPassage",
    "Histogram",
    "Maximum",
    "Minimum",
    "Moments",
    "Observer",
    "TimeAverage",
    "at",
    "autocorrelation",
    "events",
    "every",
    "final",
    "first_passage",
    "histogram",
    "maximum",
    "minimum",
    "moments",
    "time_average",
]

Of: TypeAlias = str | float | Sequence[Any] | Mapping[str, Any] | Callable[..., Any] | None


@dataclass(frozen=True)
class Every:
    """The values at ``t0 + burn + k dt``; see `every`."""

    dt: float | None
    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class At:
    """The values at given times; see `at`."""

    times: Any
    of: Of = None


@dataclass(frozen=True)
class Final:
    """The values at the end; see `final`."""

    of: Of = None


Grid: TypeAlias = Every | At | Final


@dataclass(frozen=True)
class Events:
    """Every event; see `events`."""

    of: Of = None


@dataclass(frozen=True)
class TimeAverage:
    """Mean over each path; see `time_average`."""

    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class Maximum:
    """Largest value of each path; see `maximum`."""

    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class Minimum:
    """Smallest value of each path; see `minimum`."""

    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class Autocorrelation:
    """Autocorrelation of each path; see `autocorrelation`."""

    of: Of
    lags: Any
    burn: float = 0.0


@dataclass(frozen=True)
class FirstPassage:
    """When a condition is first met; see `first_passage`."""

    condition: Any
    of: Of = None


@dataclass(frozen=True)
class Moments:
    """Moments over replicas; see `moments`."""

    of: Of = None
    order: int = 2
    when: Grid | None = None
    cov: bool = False


@dataclass(frozen=True)
class Histogram:
    """Counts or times per cell; see `histogram`."""

    of: Of
    bins: Any
    when: Grid | None = None
    over: Literal["replicas", "time"] = "replicas"
    burn: float = 0.0


Observer: TypeAlias = (
    Every | At | Final | Events | TimeAverage | Maximum | Minimum | Autocorrelation | FirstPassage | Moments | Histogram
)


def _number(what: str, value: Any, need: str, *, positive: bool = False) -> float:
    result = number(what, value)
    if not np.isfinite(result) or result < 0 or (positive and result == 0):
        raise ValueError(f"{what} = {value!r}: {need}")
    return result


def every(dt: float, of: Of = None, *, burn: float = 0) -> Every:
    """Keep the values at ``t0 + burn + k dt``, up to and including ``t1``.

    Parameters
    ----------
    dt : float
        Spacing in units of ``t``, > 0 (a whole number on count clocks).
    of
        What to observe; see the module.
    burn : float
        Time after ``t0`` before the first value, >= 0.

    Returns
    -------
    Every
        ``res[name]`` has shape (\\*G, n, T, ...); each value is the one after all events at that time.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.every(0.5)
    Every(dt=0.5, of=None, burn=0.0)
    """
    return Every(_number("dt", dt, "must be finite and > 0", positive=True), of, _burn(burn))


def at(times: Any, of: Of = None) -> At:
    """Keep the values at given times: increasing, inside [t0, t1]; one number gives no time axis."""
    return At(_hashable("times", times), of)


def final(of: Of = None) -> Final:
    """Keep the values at ``t1``: shape (\\*G, n, ...)."""
    return Final(of)


def events(of: Of = None) -> Events:
    """Keep every event: flat arrays, ``res.t`` flat, ``res.offsets`` (n + 1,), ``res["event"]`` (-1: the start row).

    ``res.path(i)`` is replica i alone. Not for sweeps.
    """
    return Events(of)


def time_average(of: Of = None, *, burn: float = 0) -> TimeAverage:
    """Average over each path: (1/(t1 - t0 - burn)) times the integral of the value held; on count clocks the mean
    over the steps burn, burn + 1, ..., t1.
    """  # noqa: D205 - the formula needs both lines
    return TimeAverage(of, _burn(burn))


def maximum(of: Of = None, *, burn: float = 0) -> Maximum:
    """Largest value of each path after ``burn``."""
    return Maximum(of, _burn(burn))


def minimum(of: Of = None, *, burn: float = 0) -> Minimum:
    """Smallest value of each path after ``burn``."""
    return Minimum(of, _burn(burn))


def autocorrelation(of: Of, lags: Any, *, burn: float = 0) -> Autocorrelation:
    """Normalised autocorrelation of each path at ``lags`` (units of t, multiples of one spacing).

    The path is sampled at that spacing after ``burn``; C(l) = mean over pairs of (x(s) - m)(x(s + l) - m) / var.
    """
    return Autocorrelation(of, _hashable("lags", lags), _burn(burn))


def first_passage(condition: Any, of: Of = None) -> FirstPassage:
    """Find the first time at which a condition holds.

    Parameters
    ----------
    condition
        A formula, or a dict label -> formula.
    of
        What to observe at that time.

    Returns
    -------
    FirstPassage
        ``res["time"]`` float64 (inf if never), ``res["hit"]`` int8: index of the condition met, -1 for none; then the
        values are those at ``t1``. A condition true at t0 gives time = t0. A level of one SDE state is corrected for
        crossings between steps (``res.info.crossing``).
    """
    return FirstPassage(condition, of)


def moments(of: Of = None, *, order: int = 2, when: Grid | None = None, cov: bool = False) -> Moments:
    """Moments over replicas at the times of ``when``; no replica is kept.

    Parameters
    ----------
    order : int
        Highest moment, 2 to 8.
    when
        `every`, `at` or `final`; None: the default grid of 101 times.
    cov : bool
        Also the covariances of all pairs of names: ``res.cov(a, b)``.
    """
    order = whole("order", order)
    if not 2 <= order <= 8:
        raise ValueError(f"order = {order}: must be between 2 and 8")
    return Moments(of, order, _when(when), fact("cov", cov))


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
        What to observe.
    bins : array
        Increasing cell edges.
    when
        Over replicas: the times (`every`, `at`, `final`; None: the default grid).
    over : {"replicas", "time"}
        "time" gives the time spent in each cell, float64 (\\*G, n, B).
    """
    choice("over", over, ("replicas", "time"))
    if over == "time" and when is not None:
        raise ValueError("when: a histogram over time looks at the whole path; use burn")
    edges = numbers("bins", bins, axes=1)
    if edges.size < 2 or not np.all(np.isfinite(edges)) or np.any(np.diff(edges) <= 0):
        raise ValueError(f"bins = {bins!r}: must be at least two finite increasing edges")
    return Histogram(of, tuple(edges.tolist()), _when(when), over, _burn(burn))


def _burn(burn: Any) -> float:
    return _number("burn", burn, "must be finite and >= 0")


def _when(when: Any) -> Grid | None:
    if when is not None and not isinstance(when, Every | At | Final):
        raise TypeError(f"when = {when!r}: must be observe.every(...), observe.at(...) or observe.final()")
    return when


def _hashable(what: str, values: Any) -> float | tuple[float, ...]:
    array = numbers(what, values)
    if array.ndim > 1:
        raise ValueError(f"{what}: has {array.ndim} axes, must be a number or have one")
    return float(array) if array.ndim == 0 else tuple(array.tolist())
