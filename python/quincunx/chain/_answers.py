"""What the exact answers of chains are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Classes", "ExactInfo"]

Indices = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class ExactInfo:
    """How an exact answer was reached.

    Parameters
    ----------
    residual : float or None
        What is left of the equations solved, in the 1-norm.
    iterations : int
        Rounds, or products with the matrix; 0 for a direct solution.
    bound : float or None
        Guaranteed largest error in the 1-norm, rounding included.

    Examples
    --------
    >>> from quincunx import chain
    >>> weather = chain.MarkovChain([[0.9, 0.1], [0.5, 0.5]])
    >>> weather.stationary(info=True)[1].iterations  # solved directly
    0
    >>> law, info = weather.transient(0, 10, info=True)
    >>> info.iterations, info.bound < 1e-13
    (10, True)
    """

    residual: float | None
    iterations: int
    bound: float | None


@dataclass(frozen=True, eq=False)
class Classes:
    """Communicating classes of a chain, in topological order: edges between them lead to later ones.

    ``classes[k]`` is the array of states of class k; iterating gives all of them.

    Parameters
    ----------
    of : ndarray of int64, (n_states,)
        The class of each state.
    recurrent : ndarray of bool, (n_classes,)
        True for a class that no edge leaves.
    period : ndarray of int64, (n_classes,)
        Greatest common divisor of the lengths of its cycles; 0 for a transient state that is never visited twice.

    Examples
    --------
    >>> from quincunx import chain
    >>> found = chain.MarkovChain([[0.5, 0.5], [0.0, 1.0]]).classes()
    >>> [states.tolist() for states in found], found.recurrent.tolist()
    ([[0], [1]], [False, True])
    """

    of: Indices
    recurrent: np.ndarray[Any, np.dtype[np.bool_]]
    period: Indices
    _order: Indices = field(init=False, repr=False)
    _start: Indices = field(init=False, repr=False)

    def __post_init__(self) -> None:
        counts = np.bincount(self.of, minlength=len(self.recurrent))
        object.__setattr__(self, "_order", np.argsort(self.of, kind="stable"))
        object.__setattr__(self, "_start", np.concatenate([[0], np.cumsum(counts)]))
        for array in (self.of, self.recurrent, self.period):
            array.flags.writeable = False

    def __len__(self) -> int:
        return len(self.recurrent)

    def __getitem__(self, k: int) -> Indices:
        k = range(len(self))[k]
        return self._order[self._start[k] : self._start[k + 1]]

    def __iter__(self) -> Iterator[Indices]:
        return (self[k] for k in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Classes) and np.array_equal(self.of, other.of)

    def __hash__(self) -> int:
        return hash(self.of.tobytes())

    def __repr__(self) -> str:
        shown = [
            f"{'recurrent' if r else 'transient'} {np.array2string(self[k], threshold=8)} period {p}"
            for k, (r, p) in enumerate(zip(self.recurrent[:8], self.period[:8], strict=True))
        ]
        more = [f"... {len(self) - 8} more"] if len(self) > 8 else []
        return f"Classes({len(self)}: {'; '.join(shown + more)})"
