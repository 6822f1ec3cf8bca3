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
