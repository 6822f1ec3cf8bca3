"""Arrays on their way out: read-only, and in few words where a whole object is printed."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

__all__ = ["described", "in_short", "read_only"]

Array = TypeVar("Array", bound=np.ndarray[Any, Any])

FEW = 8  # numbers that are printed one by one


def read_only(array: Array) -> Array:
    """Return the array itself, which nobody can change any more."""
    array.flags.writeable = False
    return array


def in_short(value: Any) -> str:
    """Return the repr of a value; of more than a few numbers how many there are and where they lie."""
    if not isinstance(value, np.ndarray | tuple) or np.size(value) <= FEW:
        return repr(value)
    if isinstance(value, tuple) and not all(isinstance(v, int | float) for v in value):
        return f"<{len(value)} values>"
    array = np.asarray(value)
    finite = array[np.isfinite(array)]
    return f"<{array.size} values in [{finite.min():g}, {finite.max():g}]>" if finite.size else f"<{array.size} values>"


def described(thing: Any, values: dict[str, Any]) -> str:
    """Return ``Name(key=value, ...)`` in few words."""
    return f"{type(thing).__name__}({', '.join(f'{key}={in_short(value)}' for key, value in values.items())})"
