"""From ``params=`` to one model per parameter set: NumPy broadcasting is the only sweep."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from quincunx._model import Method, Model, nearest

__all__ = ["Sweep"]


class Sweep:
    """The parameter sets of a run: their shape, swept values and models.

    A method may move several sets together (the temperatures of `ParallelTempering`): they are the last axis of the shape.
    """

    def __init__(self, model: Model, params: Any, method: Method | None = None) -> None:
        self.model = model
        self.shape: tuple[int, ...] = ()
        self.values: dict[str, np.ndarray[Any, Any]] = {}
        ladder = {} if method is None else method._ladder()  # noqa: SLF001 - the run loop is the other half of the protocol
        self.rungs = math.prod(np.broadcast_shapes(*(np.shape(v) for v in ladder.values())))
        if params is None:
            params = {}
        if not isinstance(params, Mapping):
            raise TypeError(f"params = {params!r}: must be a dict name -> values")
        for name in ladder:
            if name in params:
                raise ValueError(
                    f"params[{name!r}]: {method!r} brings its own values of {name}; leave it out of params"
                )
        own = {name: self._own_shape(name, model.params) for name in (*params, *ladder)}
        grids: dict[str, tuple[int, ...]] = {}
        for name, value in params.items():
            array = np.asarray(value)
            shape = own[name]
            if array.dtype.kind not in "biuf":
                raise TypeError(f"params[{name!r}] = {value!r}: must be numbers")
            if array.shape[array.ndim - len(shape) :] != shape:
                raise ValueError(
                    f"params[{name!r}]: shape {array.shape} must end in the parameter's own shape {shape}",
                )
            grid = array.shape[: array.ndim - len(shape)]
            if ladder:
                array = array.reshape(*grid, 1, *shape)
            grids[name] = array.shape[: array.ndim - len(shape)]
            self.values[name] = array
        for name, values in ladder.items():
            self.values[name] = np.asarray(values)
            grids[name] = self.values[name].shape
        try:
            self.shape = np.broadcast_shapes(*grids.values())
        except ValueError:
            listed = ", ".join(f"{k} {v}" for k, v in grids.items())
            raise ValueError(f"params: sweep shapes do not broadcast together: {listed}") from None
        if 0 in self.shape:
            raise ValueError(f"params: the sweep has shape {self.shape}: must not be empty")
        self.values = {k: np.broadcast_to(v, (*self.shape, *own[k])) for k, v in self.values.items()}

    @staticmethod
    def _own_shape(name: str, known: Mapping[str, Any]) -> tuple[int, ...]:
        if name not in known:
            raise ValueError(f"params[{name!r}]: no such parameter; {nearest(str(name), known)}")
        value = known[name]
        if np.asarray(value).dtype.kind not in "biuf":
            raise ValueError(f"params[{name!r}]: is no number or array and cannot be swept")
        return np.shape(value)

    @property
    def sets(self) -> int:
        """Number of parameter sets."""
        return math.prod(self.shape)

    @property
    def groups(self) -> int:
        """Number of kernels: sets that move together count once."""
        return self.sets // self.rungs

    def models(self) -> list[Model]:
        """Return one model per set, in C order."""
        if not self.values:
            return [self.model] * self.sets
        return [
            self.model.replace(**{k: _plain(v[index]) for k, v in self.values.items()})
            for index in np.ndindex(self.shape)
        ]


def _plain(value: Any) -> Any:
    return value.item() if np.ndim(value) == 0 else np.array(value)
