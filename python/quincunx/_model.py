"""What the run loop asks of a model and of a method; every family implements it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np

from quincunx import _core
from quincunx._coerce import numbers

__all__ = ["Method", "Model", "StartName", "frozen_array", "nearest"]

Clock = Literal["time", "steps"]


@dataclass(frozen=True, slots=True)
class StartName:
    """One name that ``start`` may give: its own shape, its default (None: it must be given), integers or reals."""

    shape: tuple[int, ...] = ()
    default: float | None = None
    integer: bool = False


class Method:
    """An algorithm: frozen, with numerical choices only."""

    __slots__ = ()

    def _ladder(self) -> Mapping[str, tuple[float, ...]]:
        """Return the parameter values among which the method moves by itself: a last axis of the sweep."""
        return {}

    def _tell(self, name: str, means: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return ``means`` (\\*G) of what the method counts of itself as they belong into ``result.info``."""
        return means


class Model(ABC):
    """A law: frozen, hashable, picklable, printable."""

    _clock: ClassVar[Clock] = "time"

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Every quantity that can be observed, in declared order."""

    @property
    @abstractmethod
    def params(self) -> dict[str, Any]:
        """The values of the parameters."""

    @property
    @abstractmethod
    def methods(self) -> tuple[type[Method], ...]:
        """The methods that hold for this model, the automatic choice first."""

    @abstractmethod
    def replace(self, **values: Any) -> Self:
        """Return a new model with other parameter values."""

    @abstractmethod
    def _start_names(self) -> dict[str, StartName]:
        """Return the names that ``start`` may give, in the order of the kernel's start columns."""

    def _start_values(self, start: Any) -> Any:
        """Return ``start`` with the model's own words (labels of states) replaced by numbers."""
        return start

    def _special_start(self, start: Any) -> Hashable | None:
        """Return what the kernel needs to draw the start itself; None if ``start`` holds plain values."""
        return None

    @abstractmethod
    def _automatic(self) -> Method:
        """Return the method that ``method=None`` stands for, or raise with the choice to be made."""

    @abstractmethod
    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        """Return the law and the method, ready to run."""

    def _info(self, method: Method, observe: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the family adds to ``result.info``."""
        return {}

    def _looks(self, t: float) -> Any:
        """Return an observer of its own that the family adds to runs of length ``t``, or None; it may cost next to nothing."""
        return None

    def _seen(self, seen: Any, n: int) -> dict[str, Any]:
        """Return what the family makes of the result of that observer, for ``result.info``."""
        return {}

    def _resolve(self, method: Any) -> Method:
        """Return ``method`` itself if it holds for this model, the automatic choice for None."""
        if method is None:
            return self._automatic()
        known = ", ".join(f"{m.__name__}(...)" for m in self.methods)
        if isinstance(method, type):
            raise TypeError(f"method = {method.__name__}: must be an instance; write method={method.__name__}(...)")
        if not isinstance(method, Method):
            raise TypeError(f"method = {method!r}: must be one of {known}")
        if not isinstance(method, self.methods):
            raise ValueError(
                f"method = {method!r}: does not hold for {type(self).__name__}; methods that do: {known}",
            )
        return method

    def _params_with(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters with some replaced; unknown names and changed shapes are refused."""
        params = self.params
        for name, value in values.items():
            if name not in params:
                raise ValueError(f"{name} = {value!r}: no such parameter; {nearest(name, params)}")
            shape = _shape(name, value)
            if shape != np.shape(params[name]):
                raise ValueError(
                    f"{name}: has shape {shape}, the model was made with {np.shape(params[name])}; "
                    "make a new model to change it",
                )
        return {**params, **values}


def nearest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Return a sentence with the nearest of the known names."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}known names: {', '.join(known) or 'none'}"


def _shape(name: str, value: Any) -> tuple[int, ...]:
    try:
        return np.shape(value)
    except ValueError:
        raise ValueError(f"{name}: its rows have different lengths") from None


def frozen_array(what: str, value: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a read-only float64 array of its own; an error names the argument if ``value`` is none."""
    array = np.array(numbers(what, value), order="C")
    array.flags.writeable = False
    return array
