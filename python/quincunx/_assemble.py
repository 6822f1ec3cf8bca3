"""From the flat arrays of the core to a `Result`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from quincunx._info import Info
from quincunx._job import Job
from quincunx._observe import Column, Compiled
from quincunx._reduced import EventsResult, HistogramResult, MomentsResult, Parts
from quincunx._result import Result
from quincunx.observe import Autocorrelation, Events, FirstPassage, Histogram, Moments

__all__ = ["assemble"]

Array = np.ndarray[Any, np.dtype[Any]]


def assemble(job: Job, outputs: list[Any], status: Array, info: Info) -> Result:
    """Build the result of a run, one part per observer."""
    shape = job.sweep.shape
    common: dict[str, Any] = {
        "shape": shape,
        "n": job.n,
        "status": status.reshape(*shape, job.n),
        "params": job.sweep.values,
        "info": info,
    }
    status.flags.writeable = False
    if job.looks is not None:
        *outputs, looked = outputs
        seen = job.model._seen(_part(job.looks, looked, common), job.n)  # noqa: SLF001
        info = common["info"] = Info(**info, **seen)
    parts = {
        name: _part(compiled, output, common)
        for (name, compiled), output in zip(job.compiled.items(), outputs, strict=True)
    }
    return parts[""] if job.single else Parts(parts, info)


def _part(compiled: Compiled, output: Any, common: dict[str, Any]) -> Result:
    shape, n = common["shape"], common["n"]
    time = compiled.times
    axis = () if time is None or compiled.scalar_time else (len(time),)
    t = (time[0] if compiled.scalar_time else time) if time is not None else None
    columns = compiled.columns
    match compiled.observer:
        case Moments():
            return _moments(compiled, output, axis, t, common)
        case Histogram(over="replicas", bins=bins):
            cells = _split_histogram(columns, output, len(bins) + 1, axis, shape)
            extra = {"names": tuple(cells), "edges": np.asarray(bins)}
            return HistogramResult(cells, kind="grid", t=t, extra=extra, **common)
        case Histogram(bins=bins):
            arrays = {
                c.name: a.reshape(*shape, n, *c.shape, len(bins) + 1) for c, a in zip(columns, output, strict=True)
            }
            return Result(arrays, kind="occupation", t=None, extra={"edges": np.asarray(bins)}, **common)
        case Events():
            offsets, times, events, values = output
            arrays = {"event": events}
            arrays |= {c.name: a.reshape(-1, *c.shape) for c, a in zip(columns, values, strict=True)}
            return EventsResult(arrays, kind="grid", t=times, extra={"offsets": offsets}, **common)
        case FirstPassage():
            names = [Column("time", "float64", ()), Column("hit", "int8", ()), *columns]
            arrays = {c.name: a.reshape(*shape, n, *c.shape) for c, a in zip(names, output, strict=True)}
            return Result(arrays, kind="passage", t=None, extra={"labels": compiled.labels}, **common)
        case Autocorrelation(lags=lags):
            count = (np.size(lags),)
            arrays = {c.name: a.reshape(*shape, n, *c.shape, *count) for c, a in zip(columns, output, strict=True)}
            return Result(arrays, kind="autocorrelation", t=None, extra={"lags": np.atleast_1d(lags)}, **common)
        case _:
            arrays = {c.name: a.reshape(*shape, n, *axis, *c.shape) for c, a in zip(columns, output, strict=True)}
            return Result(arrays, kind="grid" if time is not None else "values", t=t, **common)


def _moments(compiled: Compiled, sets: list[Any], axis: tuple[int, ...], t: Any, common: dict[str, Any]) -> Result:
    observer, shape, columns = compiled.observer, common["shape"], compiled.columns
    assert isinstance(observer, Moments)  # noqa: S101 - chosen by the caller
    times = axis[0] if axis else 1
    widths = [math.prod(c.shape) for c in columns]
    total = sum(widths)
    counts = np.array([0 if s is None else s[0] for s in sets], dtype=np.int64).reshape(shape)
    blank = np.full(times * total, np.nan)
    powers = [np.stack([blank if s is None else s[1] for s in sets])]
    powers += [np.stack([blank if s is None else s[2][k] for s in sets]) for k in range(observer.order - 1)]
    arrays: dict[str, Array] = {}
    for k, power in enumerate(powers, start=1):
        block, at = power.reshape(*shape, *axis, total), 0
        for column, width in zip(columns, widths, strict=True):
            own = block[..., at : at + width]
            arrays[f"{column.name}\0{k}"] = own.reshape((*shape, *axis, *column.shape)).copy()
            at += width
    if observer.cov:
        if any(c.shape for c in columns):
            raise ValueError("cov: covariances are between numbers; name no arrays in of")
        cross = np.full(times * total * total, np.nan)
        arrays["\0cross"] = np.stack([cross if s is None else s[3] for s in sets]).reshape(*shape, *axis, total, total)
    extra = {"names": tuple(c.name for c in columns), "order": observer.order, "cov": observer.cov, "counts": counts}
    return MomentsResult(arrays, kind="grid", t=t, extra=extra, **common)


def _split_histogram(
    columns: tuple[Column, ...],
    counts: Array,
    cells: int,
    axis: tuple[int, ...],
    shape: tuple[int, ...],
) -> dict[str, Array]:
    times = axis[0] if axis else 1
    sets = math.prod(shape)
    block = counts.reshape(sets, -1, times, cells)
    out, at = {}, 0
    for column in columns:
        width = math.prod(column.shape)
        own = np.moveaxis(block[:, at : at + width], 1, 2)
        out[column.name] = np.ascontiguousarray(own.reshape(*shape, *axis, *column.shape, cells))
        at += width
    return out
