"""From what a caller wrote to plain numbers and arrays. Python coerces here; whether a value is right, Rust judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["choice", "fact", "mapping", "number", "numbers", "whole", "word"]

LARGEST = 2**62  # of whole numbers: what the core counts with holds twice as much


def number(what: str, value: Any) -> float:
    """Return one real number; TypeError for anything else (NaN and infinity pass)."""
    if (
        isinstance(value, bool | np.bool_ | str | bytes)
        or np.ndim(value) != 0
        or np.asarray(value).dtype.kind not in "iufO"
    ):
        raise TypeError(f"{what} = {_shown(value)}: must be a number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{what} = {_shown(value)}: is too large for a double") from None
    except (TypeError, ValueError):
        raise TypeError(f"{what} = {_shown(value)}: must be a number") from None


def whole(what: str, value: Any) -> int:
    """Return one whole number; TypeError for anything else, ValueError beyond 2**62."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{what} = {_shown(value)}: must be a whole number")
    if abs(int(value)) > LARGEST:
        raise ValueError(f"{what} = {_shown(value)}: must be below 2**62")
    return int(value)


def fact(what: str, value: Any) -> bool:
    """Return True or False; TypeError for anything else."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{what} = {_shown(value)}: must be True or False")
    return bool(value)


def word(what: str, value: Any) -> str:
    """Return text; TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"{what} = {_shown(value)}: must be text")
    return str(value)


def numbers(
    what: str, value: Any, *, axes: int | None = None, must: str = "must be a number or numbers"
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a float64 array of ``axes`` axes (None: any number); TypeError, with ``must``, for what holds none."""
    if np.ma.is_masked(value):
        raise ValueError(f"{what}: holds masked values")
    try:
        if isinstance(value, str | bytes | Mapping) or callable(value):
            raise TypeError
        array = np.asarray(value)
        if array.dtype.kind not in "iuf" and not (array.dtype.kind == "O" and array.size) and array.size:
            raise TypeError
        array = array.astype(np.float64)
    except OverflowError:
        raise ValueError(f"{what} = {_shown(value)}: holds a number too large for a double") from None
    except (TypeError, ValueError):
        raise TypeError(f"{what} = {_shown(value)}: {must}") from None
    if axes is not None and array.ndim != axes:
        raise ValueError(f"{what}: has {array.ndim} axes, must have {axes}")
    return array


def choice(what: str, value: Any, options: tuple[str, ...]) -> None:
    """Refuse a word that is not among the options."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{what} = {_shown(value)}: must be {' or '.join(map(repr, options))}")


def mapping(what: str, value: Any) -> dict[str, Any]:
    """Return a dict name -> value; None is empty."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(k, str) for k in value):
        raise TypeError(f"{what} = {_shown(value)}: must be a dict name -> value")
    return dict(value)


def _shown(value: Any) -> str:
    """Return a repr short enough for a message."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a repr may do anything; the message must come out
        text = f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:77]}..."
