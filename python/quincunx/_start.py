"""From ``start=`` to rows of start columns, one per replica and set."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._memory import check_bytes
from quincunx._model import Model, StartName, nearest

__all__ = ["Starts"]

Array = np.ndarray[Any, np.dtype[Any]]

EXACT = 2**53  # whole numbers below are exact


class Starts:
    """Validated starts of a run: rows for any range of replicas of any set."""

    def __init__(self, model: Model, start: Any, shape: tuple[int, ...], n: int) -> None:
        start = model._start_values(start)  # noqa: SLF001
        self.special = model._special_start(start)  # noqa: SLF001 - the run loop is the other half of the protocol
        self._shape, self._n = shape, n
        self._names = model._start_names()  # noqa: SLF001
        self._values: dict[str, Any] = {}
        if self.special is None:
            self._values = {k: self._value(k, s, v) for (k, s), v in self._given(model, start)}

    def _given(self, model: Model, start: Any) -> list[tuple[tuple[str, StartName], Any]]:
        names = self._names
        if isinstance(start, str):
            raise ValueError(f"start = {start!r}: {type(model).__name__} has no such start; give values")
        given: dict[str, Any]
        if start is None:
            given = {}
        elif isinstance(start, Mapping):
            given = dict(start)
        elif len(names) == 1:
            given = {next(iter(names)): start}
        else:
            raise TypeError(f"start = {start!r}: must be a dict with the names {', '.join(names) or 'none'}")
        for name in given:
            if name not in names:
                raise ValueError(f"start[{name!r}]: no such start name; {nearest(str(name), names)}")
        out = []
        for name, spec in names.items():
            if name not in given and spec.default is None:
                raise ValueError(f"start: {name!r} is missing; give start={{{name!r}: value}}")
            out.append(((name, spec), given.get(name, spec.default)))
        return out

    def _value(self, name: str, spec: StartName, value: Any) -> Any:
        if hasattr(value, "ppf"):
            if spec.shape:
                raise ValueError(f"start[{name!r}]: a distribution gives numbers, the start has shape {spec.shape}")
            return value
        if type(value) in (int, float) and abs(value) < EXACT and (not spec.integer or value == int(value)):
            return np.float64(value)  # what most starts are, without the ceremony
        try:
            array = np.asarray(value)
            if array.dtype.kind not in "biuf":
                raise TypeError
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            raise TypeError(f"start[{name!r}] = {value!r}: must be numbers or a distribution") from None
        if not np.all(np.isfinite(array)):
            raise ValueError(f"start[{name!r}]: must be finite")
        if spec.integer and np.any(array != np.rint(array)):
            raise ValueError(f"start[{name!r}]: must hold whole numbers")
        full = (*self._shape, self._n, *spec.shape)
        try:
            np.broadcast_to(array, full)
        except ValueError:
            raise ValueError(
                f"start[{name!r}]: shape {array.shape} does not broadcast to (*sets, n, *own shape) = {full}",
            ) from None
        return array

    def check_memory(self, sets: int, limit: int) -> None:
        """Refuse start columns of all replicas of ``sets`` sets that take more than ``limit`` bytes."""
        widths = {name: math.prod(spec.shape) for name, spec in self._names.items()}
        each = [name for name, v in self._values.items() if hasattr(v, "ppf") or v.ndim > len(self._names[name].shape)]
        rows = self._n * sets if each else 1
        # Once as columns, once as rows, once in the core.
        need = 24 * rows * sum(widths.values())
        place = f"start[{each[0]!r}]" if each else f"start ({', '.join(widths)})"
        check_bytes(f"{place} of n = {self._n} replicas", need, limit, "run fewer replicas, or raise max_bytes")

    def rows(self, sets: range, key: tuple[int, int], first: int, stop: int) -> tuple[Array, int] | None:
        """Return the start columns of replicas ``first..stop`` of ``sets`` that move together; one row if all are equal."""
        if self.special is not None or not self._values:
            return None
        each = [self._own_rows(index, key, first, stop) for index in sets]
        if len(each) == 1:
            return each[0], first
        count = max(len(rows) for rows in each)
        return np.concatenate([np.broadcast_to(rows, (count, rows.shape[1])) for rows in each], axis=1), first

    def _own_rows(self, index: int, key: tuple[int, int], first: int, stop: int) -> Array:
        if all(type(v) is np.float64 for v in self._values.values()) and not any(s.shape for s in self._names.values()):
            return np.array([[self._values[name] for name in self._names]])
        columns, shared = [], True
        where = np.unravel_index(index, self._shape) if self._shape else ()
        for slot, (name, spec) in enumerate(self._names.items()):
            value, width = self._values[name], math.prod(spec.shape)
            if hasattr(value, "ppf"):
                # Every replica draws from a stream of its own, each start name at its own position.
                uniforms = _core.start_uniforms(key, first, stop, slot)
                column = np.asarray(value.ppf(uniforms), dtype=np.float64)
                if spec.integer:
                    column = np.rint(column)
                columns.append(column[:, None])
                shared = False
                continue
            if value.ndim <= len(spec.shape):
                own = np.broadcast_to(value, spec.shape)
                columns.append(own.reshape(1, width))
                continue
            full = np.broadcast_to(value, (*self._shape, self._n, *spec.shape))
            columns.append(full[where][first:stop].reshape(stop - first, width))
            shared = False
        count = 1 if shared else stop - first
        rows = np.concatenate([np.broadcast_to(c, (count, c.shape[1])) for c in columns], axis=1)
        return np.ascontiguousarray(rows, dtype=np.float64)
