"""Observers as data, and their compilation against a model, a time span and a kernel's quantities."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from quincunx._formula import formula
from quincunx._memory import check_bytes, memory_limit
from quincunx._observers import (
    At,
    Autocorrelation,
    Events,
    Every,
    Final,
    FirstPassage,
    Grid,
    Histogram,
    Maximum,
    Minimum,
    Moments,
    Observer,
    TimeAverage,
)

__all__ = ["Column", "Compiled", "Context", "Quantity", "Spec", "compile_observer"]

# Times one by one, or those of a regular grid: the first, the step, their number, the end of the run.
Looks: TypeAlias = np.ndarray[Any, np.dtype[np.float64]] | tuple[float, float, int, float]


class Quantity(NamedTuple):
    """What a kernel tells about one quantity."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    default: bool


@dataclass(frozen=True)
class Context:
    """What an observer is compiled against."""

    quantities: tuple[Quantity, ...]
    t0: float
    t1: float
    steps: bool


@dataclass(frozen=True)
class Spec:
    """One observer in the words of the core."""

    kind: str
    of: list[Any] = field(default_factory=list)
    since: float = 0.0
    times: Looks = field(default_factory=lambda: np.empty(0))
    edges: list[float] = field(default_factory=list)
    spacing: float = 0.0
    lags: list[int] = field(default_factory=list)
    conditions: list[Any] = field(default_factory=list)
    reduce: str = "keep"
    order: int = 2
    cov: bool = False
    rewrite: Any = None
    width: int = 0


class Column(NamedTuple):
    """One result name: its element type and own shape."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Compiled:
    """An observer ready to run, with the names and shapes of what it returns."""

    observer: Observer
    spec: Spec
    columns: tuple[Column, ...]
    times: np.ndarray[Any, np.dtype[Any]] | None = None
    scalar_time: bool = False
    labels: tuple[str, ...] = ()


def compile_observer(observer: Observer, context: Context) -> Compiled:
    """Check an observer against the run and translate it."""
    grid = _grid_of(observer)
    times, scalar = None, isinstance(grid, Final) or (isinstance(grid, At) and np.ndim(grid.times) == 0)
    columns, of, rewrite = _targets(observer.of, context, callables=grid is not None)
    base: dict[str, Any] = {"of": of}
    if grid is not None:
        looks, times = _times(grid, context)
        base.update(kind="grid", times=looks, rewrite=rewrite)
        base["width"] = sum(math.prod(c.shape) for c in columns) if rewrite else 0
    since = _burn(observer, context)
    match observer:
        case Moments(order=order, cov=cov):
            base.update(reduce="moments", order=order, cov=cov)
        case Histogram():
            base.update(edges=_edges(observer.bins))
            if grid is None:
                base.update(kind="occupation", since=since)
            else:
                base.update(reduce="histogram")
        case Events():
            base.update(kind="events")
        case TimeAverage():
            base.update(kind="time_average", since=since)
        case Maximum():
            base.update(kind="maximum", since=since)
        case Minimum():
            base.update(kind="minimum", since=since)
        case Autocorrelation(lags=lags):
            spacing, multiples = _lags(lags, context)
            base.update(kind="autocorrelation", since=since, spacing=spacing, lags=multiples)
        case FirstPassage(condition=condition):
            labels, texts = _conditions(condition)
            base.update(kind="first_passage", conditions=[formula(text) for text in texts])
            return Compiled(observer, Spec(**base), columns, labels=labels)
        case _:
            pass
    return Compiled(observer, Spec(**base), columns, times, scalar)


def _grid_of(observer: Observer) -> Grid | None:
    """Return the grid of an observer that looks at chosen times."""
    match observer:
        case Every() | At() | Final():
            return observer
        case Moments(when=when):
            return when or Every(None)
        case Histogram(when=when, over="replicas"):
            return when or Every(None)
        case _:
            return None


def _burn(observer: Observer, context: Context) -> float:
    burn = float(getattr(observer, "burn", 0.0))
    if not 0 <= burn <= context.t1 - context.t0:
        raise ValueError(f"burn = {burn}: must be >= 0 and at most t1 - t0 = {context.t1 - context.t0}")
    return context.t0 + burn


def _times(grid: Grid, context: Context) -> tuple[Looks, np.ndarray[Any, np.dtype[Any]]]:
    """Return the times of a grid as the core takes them and as the result shows them."""
    t0, t1 = context.t0, context.t1
    match grid:
        case Every(dt=None):
            times = np.linspace(t0, t1, 101)
            times = np.unique(np.rint(times) if context.steps else times)
        case Every(dt=float(dt)):
            return _regular(_burn(grid, context), dt, context)
        case At(times=given):
            times = np.atleast_1d(np.asarray(given, dtype=np.float64))
            if times.ndim != 1 or not np.all(np.isfinite(times)) or np.any(np.diff(times) <= 0):
                raise ValueError(f"times = {given!r}: must be finite and increasing")
            if times.size and (times[0] < t0 or times[-1] > t1):
                raise ValueError(f"times: must lie in [t0, t1] = [{t0}, {t1}], found {times[0]} .. {times[-1]}")
            if context.steps and np.any(times != np.rint(times)):
                raise ValueError("times: must be whole numbers of steps")
        case _:
            times = np.array([t1], dtype=np.float64)
    return times, times.astype(np.int64) if context.steps else times


def _regular(start: float, dt: float, context: Context) -> tuple[Looks, np.ndarray[Any, np.dtype[Any]]]:
    """Return the grid from ``start`` on; it may be as long as what is kept of a path, so that no array is spare."""
    t1 = context.t1
    # An end that the grid meets up to rounding belongs to it.
    with np.errstate(over="ignore"):
        steps = np.floor((t1 - start) / np.float64(dt) * (1 + 4e-16) + 1e-9)
    check_bytes(f"dt = {dt}: a grid of {steps + 1:.10g} times", 24 * (steps + 1), memory_limit(None), "raise dt")
    count = int(steps) + 1
    looks = (start, dt, count, t1)
    if not context.steps:
        times = np.arange(count, dtype=np.float64)
        times *= dt
        times += start
        return looks, np.minimum(times, t1, out=times)
    if dt != np.rint(dt) or start != np.rint(start):
        raise ValueError(f"dt = {dt}: must be a whole number of steps, and burn too")
    whole = np.arange(count)
    whole *= int(dt) if count > 1 else 0
    whole += int(start)
    return looks, whole


def _edges(bins: Any) -> list[float]:
    return [float(e) for e in np.asarray(bins, dtype=np.float64)]


def _lags(lags: Any, context: Context) -> tuple[float, list[int]]:
    values = np.atleast_1d(np.asarray(lags, dtype=np.float64))
    if values.ndim != 1 or not np.all(np.isfinite(values)) or np.any(values < 0):
        raise ValueError(f"lags = {lags!r}: must be finite and >= 0")
    spacing = 1.0 if context.steps else 0.0
    for value in values[values > 0]:
        spacing = _common_divisor(spacing, float(value))
    spacing = spacing or 1.0
    multiples = np.rint(values / spacing)
    if np.any(np.abs(multiples * spacing - values) > 1e-6 * spacing) or (values.size and multiples.max() > 1e7):
        raise ValueError("lags: must be multiples of one common spacing")
    return spacing, [int(m) for m in multiples]


def _common_divisor(a: float, b: float) -> float:
    """Return the greatest common divisor of two reals, up to rounding (Euclid)."""
    while b > 1e-9 * a:
        rest = a % b
        a, b = b, 0.0 if rest > b * (1 - 1e-9) else rest
    return a


def _conditions(condition: Any) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    if isinstance(condition, Mapping):
        if not condition or len(condition) > 100:
            raise ValueError(f"condition: must hold 1 to 100 conditions, found {len(condition)}")
        return tuple(str(k) for k in condition), tuple(condition.values())
    return (str(condition),), (condition,)


def _targets(
    of: Any,
    context: Context,
    *,
    callables: bool,
) -> tuple[tuple[Column, ...], list[Any], Callable[..., Any] | None]:
    """Resolve ``of`` to result columns, core observables, and the function that applies the callables."""
    known = {q.name: q for q in context.quantities}
    items = _items(of, context)
    if any(callable(value) for _, value in items):
        if not callables:
            raise TypeError("of: a callable can be observed at times only (every, at, final, moments, histogram)")
        return _callable_targets(items, context)
    columns: list[Column] = []
    targets: list[Any] = []
    for name, value in items:
        if isinstance(value, str) and value.strip() in known:
            quantity = known[value.strip()]
            columns.append(Column(name, quantity.dtype, quantity.shape))
            targets.append(quantity.name)
        else:
            columns.append(Column(name, "float64", ()))
            targets.append(formula(value))
    return tuple(columns), targets, None


def _items(of: Any, context: Context) -> list[tuple[str, Any]]:
    if of is None:
        return [(q.name, q.name) for q in context.quantities if q.default]
    if isinstance(of, Mapping):
        return [(str(k), v) for k, v in of.items()]
    entries = list(of) if isinstance(of, Sequence) and not isinstance(of, str) else [of]
    for entry in entries:
        if callable(entry) and not hasattr(entry, "free_symbols"):
            raise TypeError("of: a callable needs a name of its own; write of={'name': f}")
    named = [(str(e).strip(), e) for e in entries]
    if len({n for n, _ in named}) < len(named):
        raise ValueError("of: the same name stands twice")
    return named


def _callable_targets(
    items: list[tuple[str, Any]],
    context: Context,
) -> tuple[tuple[Column, ...], list[Any], Callable[..., Any]]:
    """Observe all default quantities and the formulas, then apply the callables to whole blocks of replicas."""
    formulas = [(n, v) for n, v in items if not callable(v)]
    quantities = [q for q in context.quantities if q.default]
    of: list[Any] = [q.name for q in quantities] + [formula(v) for _, v in formulas]
    widths = [math.prod(q.shape) for q in quantities]

    def rewrite(times: Any, rows: Any, replicas: int) -> Any:
        raw = rows.reshape(replicas, len(times), -1)
        out = np.empty((replicas, len(times), len(items)))
        extra = {n: raw[:, :, sum(widths) + i] for i, (n, _) in enumerate(formulas)}
        for k, s in enumerate(times):
            state, at = {}, 0
            for q, w in zip(quantities, widths, strict=True):
                state[q.name] = raw[:, k, at : at + w].reshape(replicas, *q.shape)
                at += w
            for i, (name, value) in enumerate(items):
                answer = value(float(s), state) if callable(value) else extra[name][:, k]
                if np.shape(answer) != (replicas,):
                    raise ValueError(f"of[{name!r}]: must return shape ({replicas},), got {np.shape(answer)}")
                out[:, k, i] = answer
        return np.ascontiguousarray(out.reshape(-1))

    columns = tuple(Column(name, "float64", ()) for name, _ in items)
    return columns, of, rewrite
