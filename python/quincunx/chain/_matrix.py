"""From what a user gives to the core's matrix: dense or sparse, no copy where none is needed."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

__all__ = ["CoreClass", "arrays", "build", "fingerprint", "freeze"]


class CoreClass(Protocol):
    """A class of the core with the two ways of reading a matrix."""

    def dense(self, matrix: Any, /) -> Any:
        """Read a row-major matrix."""

    def sparse(self, shape: Any, indptr: Any, indices: Any, data: Any, /) -> Any:
        """Read compressed sparse rows."""


def freeze(what: str, matrix: Any) -> Any:
    """Return a read-only float64 copy: an ndarray, or for sparse input a ``scipy.sparse.csr_array``."""
    copy = _sparse(what, matrix) if hasattr(matrix, "tocsr") else _dense(what, matrix)
    for part in (copy,) if isinstance(copy, np.ndarray) else (copy.indptr, copy.indices, copy.data):
        part.flags.writeable = False
    return copy


def _sparse(what: str, matrix: Any) -> Any:
    import scipy.sparse as sp

    if matrix.dtype.kind not in "biuf":
        raise TypeError(f"{what}: must hold real numbers, not {matrix.dtype}")
    copy = sp.csr_array(matrix, dtype=np.float64, copy=True)
    copy.sum_duplicates()
    return copy


def _dense(what: str, matrix: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if np.ma.is_masked(matrix):
        raise ValueError(f"{what}: holds masked values")
    try:
        given = np.asarray(matrix)
        if given.dtype.kind not in "biuf":
            raise TypeError(f"dtype {given.dtype}")
        copy = np.array(given, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        raise TypeError(f"{what}: must be a matrix of real numbers ({error})") from None
    if copy.ndim != 2:
        raise ValueError(f"{what}: has {copy.ndim} dimensions: must be a square matrix")
    return copy


def build(cls: CoreClass, matrix: Any) -> Any:
    """Hand a frozen matrix to the core, which judges it."""
    if isinstance(matrix, np.ndarray):
        return cls.dense(matrix)
    indptr, indices = (np.ascontiguousarray(a, dtype=np.int64) for a in (matrix.indptr, matrix.indices))
    return cls.sparse(matrix.shape, indptr, indices, np.ascontiguousarray(matrix.data))


def arrays(matrix: Any) -> tuple[Any, Any, Any]:
    """Rows, columns and values of the entries that are not zero, in row order."""
    if isinstance(matrix, np.ndarray):
        rows, columns = np.nonzero(matrix)
        return rows, columns, matrix[rows, columns]
    kept = matrix.data != 0
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return rows[kept], matrix.indices[kept], matrix.data[kept]


def fingerprint(matrix: Any) -> tuple[Any, ...]:
    """Equal for equal matrices, dense or sparse."""
    rows, columns, values = arrays(matrix)
    return (matrix.shape, rows.astype(np.int64).tobytes(), columns.astype(np.int64).tobytes(), values.tobytes())
