"""Observers as data: what the functions of `observe` return and a run reads; and what their arguments must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from quincunx._coerce import number, numbers

__all__ = [
    "At",
    "Autocorrelation",
    "Events",
    "Every",
    "Final",
    "FirstPassage",
    "Grid",
    "Histogram",
    "Maximum",
    "Minimum",
    "Moments",
    "Observer",
    "Of",
    "TimeAverage",
    "burn_of",
    "grid_of",
    "size_of",
    "times_of",
]

Of: TypeAlias = str | float | Sequence[Any] | Mapping[str, Any] | Callable[..., Any] | None


@dataclass(frozen=True)
class Every:
    """The values at ``t0 + burn + k dt``: what `every` returns.

    Attributes
    ----------
    dt, of, burn
        The arguments of `every`; numbers are floats.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.every(2, "x")
    Every(dt=2.0, of='x', burn=0.0)
    """

    dt: float | None
    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class At:
    """The values at given times: what `at` returns.

    Attributes
    ----------
    times, of
        The arguments of `at`; numbers are floats.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.at([1, 10, 100])
    At(times=(1.0, 10.0, 100.0), of=None)
    """

    times: Any
    of: Of = None


@dataclass(frozen=True)
class Final:
    """The values at the end: what `final` returns.

    Attributes
    ----------
    of
        The arguments of `final`.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.final(["x", "x**2"])
    Final(of=['x', 'x**2'])
    """

    of: Of = None


Grid: TypeAlias = Every | At | Final


@dataclass(frozen=True)
class Events:
    """Every event: what `events` returns.

    Attributes
    ----------
    of
        The arguments of `events`.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.events()
    Events(of=None)
    """

    of: Of = None


@dataclass(frozen=True)
class TimeAverage:
    """Mean over each path: what `time_average` returns.

    Attributes
    ----------
    of, burn
        The arguments of `time_average`; numbers are floats.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.time_average({"drift": "k*x"}, burn=10)
    TimeAverage(of={'drift': 'k*x'}, burn=10.0)
    """

    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class Maximum:
    """Largest value of each path: what `maximum` returns.

    Attributes
    ----------
    of, burn
        The arguments of `maximum`; numbers are floats.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.maximum("abs(x)")
    Maximum(of='abs(x)', burn=0.0)
    """

    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class Minimum:
    """Smallest value of each path: what `minimum` returns.

    Attributes
    ----------
    of, burn
        The arguments of `minimum`; numbers are floats.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.minimum("x") == observe.minimum("x", burn=0)
    True
    """

    of: Of = None
    burn: float = 0.0


@dataclass(frozen=True)
class Autocorrelation:
    """Autocorrelation of each path: what `autocorrelation` returns.

    Attributes
    ----------
    of, lags, burn
        The arguments of `autocorrelation`; numbers are floats.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.autocorrelation("x", [0, 1, 2])
    Autocorrelation(of='x', lags=(0.0, 1.0, 2.0), burn=0.0)
    """

    of: Of
    lags: Any
    burn: float = 0.0


@dataclass(frozen=True)
class FirstPassage:
    """When a condition is first met: what `first_passage` returns.

    Attributes
    ----------
    condition, of
        The arguments of `first_passage`.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.first_passage({"up": "x >= 3", "down": "x <= -3"})
    FirstPassage(condition={'up': 'x >= 3', 'down': 'x <= -3'}, of=None)
    """

    condition: Any
    of: Of = None


@dataclass(frozen=True)
class Moments:
    """Moments over replicas: what `moments` returns.

    Attributes
    ----------
    of, order, when, cov
        The arguments of `moments`.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.moments("x", order=4, when=observe.final())
    Moments(of='x', order=4, when=Final(of=None), cov=False)
    """

    of: Of = None
    order: int = 2
    when: Grid | None = None
    cov: bool = False


@dataclass(frozen=True)
class Histogram:
    """Counts or times per cell: what `histogram` returns.

    Attributes
    ----------
    of, bins, when, over, burn
        The arguments of `histogram`; numbers are floats.

    Examples
    --------
    >>> from quincunx import observe
    >>> observe.histogram("x", range(3), over="time")
    Histogram(of='x', bins=(0.0, 1.0, 2.0), when=None, over='time', burn=0.0)
    """

    of: Of
    bins: Any
    when: Grid | None = None
    over: Literal["replicas", "time"] = "replicas"
    burn: float = 0.0


Observer: TypeAlias = (
    Every | At | Final | Events | TimeAverage | Maximum | Minimum | Autocorrelation | FirstPassage | Moments | Histogram
)


def size_of(what: str, value: Any, need: str, *, positive: bool = False) -> float:
    result = number(what, value)
    if not np.isfinite(result) or result < 0 or (positive and result == 0):
        raise ValueError(f"{what} = {value!r}: {need}")
    return result


def burn_of(burn: Any) -> float:
    return size_of("burn", burn, "must be finite and >= 0")


def grid_of(when: Any) -> Grid | None:
    if when is not None and not isinstance(when, Every | At | Final):
        raise TypeError(f"when = {when!r}: must be observe.every(...), observe.at(...) or observe.final()")
    return when


def times_of(what: str, values: Any) -> float | tuple[float, ...]:
    array = numbers(what, values)
    if array.ndim > 1:
        raise ValueError(f"{what}: has {array.ndim} axes, must be a number or have one")
    return float(array) if array.ndim == 0 else tuple(array.tolist())
