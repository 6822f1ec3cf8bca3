"""What chains in discrete and continuous time share: labels, starts, structure, stationary laws."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal, Self, overload

import numpy as np

from quincunx import _core
from quincunx._coerce import fact, number, numbers
from quincunx._memory import check_bytes, memory_limit
from quincunx._model import Method, Model, StartName
from quincunx._threads import worker_threads
from quincunx.chain._answers import Classes, ExactInfo
from quincunx.chain._matrix import CoreClass, build, fingerprint, freeze
from quincunx.chain._method import Alias

__all__ = ["FiniteChain", "is_single"]

Array = np.ndarray[Any, np.dtype[Any]]


class FiniteChain(Model):
    """A chain on finitely many states, given by a square matrix."""

    _what: ClassVar[str]
    _core_class: ClassVar[CoreClass]

    def __init__(self, matrix: Any, states: Any = None) -> None:
        self._matrix = freeze(self._what, matrix)
        self._law = build(self._core_class, self._matrix)
        self._labels = None if states is None else _labels(states, self._matrix.shape[0])

    @property
    def names(self) -> tuple[str, ...]:
        """What can be observed: ``state``, the index of the state."""
        return ("state",)

    @property
    def params(self) -> dict[str, Any]:
        """The matrix, by its name."""
        return {self._what: self._matrix}

    @property
    def methods(self) -> tuple[type[Method], ...]:
        """`Alias`, exact paths."""
        return (Alias,)

    @property
    def states(self) -> Array:
        """The labels, one per state: ``model.states[res["state"]]`` translates a result. Without labels: 0..n-1."""
        if self._labels is None:
            return np.arange(len(self))
        return _label_array(self._labels)

    def replace(self, **values: Any) -> Self:
        """Return a new chain with other ``values``: a matrix of the same size (``P=``, ``Q=``), labels (``states=``)."""
        states = values.pop("states", self._labels)
        return type(self)(self._params_with(values)[self._what], states)

    def classes(self) -> Classes:
        """Communicating classes in topological order, with their periods.

        A class is recurrent if no edge leaves it. Tarjan's algorithm, O(n + entries).

        Returns
        -------
        Classes
            ``.of`` (class of each state), ``.recurrent``, ``.period``; ``[k]`` gives the states of class k.

        Examples
        --------
        >>> from quincunx import chain
        >>> chain.MarkovChain([[0.5, 0.5, 0], [0, 0, 1], [0, 1, 0]]).classes()
        Classes(2: transient [0] period 1; recurrent [1 2] period 2)

        References
        ----------
        Tarjan, SIAM J. Comput. 1 (1972) 146-160.
        """
        of, recurrent, period = self._law.classes()
        return Classes(of, np.array(recurrent, dtype=bool), np.array(period, dtype=np.int64))

    def is_reversible(self) -> bool:
        """True if a law with every entry positive is in detailed balance with the chain.

        Kolmogorov's criterion, relative to 1e-10, without the stationary law; a one-way edge is enough for False.

        Returns
        -------
        bool

        Examples
        --------
        >>> from quincunx import chain
        >>> clockwise = [[0.1, 0.6, 0.3], [0.3, 0.1, 0.6], [0.6, 0.3, 0.1]]
        >>> chain.MarkovChain(clockwise).is_reversible(), chain.MarkovChain([[0.9, 0.1], [0.5, 0.5]]).is_reversible()
        (False, True)

        References
        ----------
        Kelly, Reversibility and Stochastic Networks, Wiley (1979).
        """
        return bool(self._law.is_reversible())

    @overload
    def stationary(self, *, all: bool = ..., tol: float = ..., info: Literal[False] = ...) -> Array: ...
    @overload
    def stationary(self, *, all: bool = ..., tol: float = ..., info: Literal[True]) -> tuple[Array, ExactInfo]: ...

    def stationary(self, *, all: bool = False, tol: float = 1e-12, info: bool = False) -> Any:  # noqa: A002
        """The law that the chain leaves unchanged.

        Up to about 1e5 states (and beyond for tree-like chains) by elimination without subtraction (GTH), dense or
        sparse in a fill-reducing order: each entry has a relative error of order n 2^-53, however small it is and
        however nearly the chain falls apart. Larger chains by multilevel aggregation to the residual ``tol``.
        Periodic chains are fine.

        Parameters
        ----------
        all : bool
            True: one law per recurrent class, in the order of `classes`, shape (classes, states); their mixtures are all
            stationary laws.
        tol : float
            Largest residual of an iterated law: the 1-norm of ``pi P - pi``, or of ``pi Q`` over the largest exit rate.
        info : bool
            Also return an `ExactInfo` with the residual reached.

        Returns
        -------
        ndarray, (n_states,)
            Masses that sum to 1.

        Raises
        ------
        ValueError
            The chain has several recurrent classes and ``all`` is False.
        SimulationError
            ``tol`` was not reached; the message tells the residual that was.

        Examples
        --------
        >>> from quincunx import chain
        >>> chain.MarkovJump([[-1.0, 1.0], [3.0, -3.0]]).stationary()
        array([0.75, 0.25])
        >>> trapped = chain.MarkovChain([[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1]])
        >>> sorted(trapped.stationary(all=True).tolist())
        [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]

        References
        ----------
        Grassmann, Taksar, Heyman, Oper. Res. 33 (1985) 1107-1116; O'Cinneide, Numer. Math. 65 (1993) 109-120;
        Horton, Leutenegger, SIGMETRICS 1994 (multilevel).
        """
        every, info = fact("all", all), fact("info", info)
        laws, residual, cycles = self._law.stationary(every, number("tol", tol), worker_threads())
        answer = laws if every else laws[0]
        return (answer, ExactInfo(residual, cycles, None)) if info else answer

    def period(self) -> int | Array:
        """The period of an irreducible chain; for any other an array with the period of each of `classes`.

        The greatest common divisor of the lengths of all cycles; 0 for a transient state that is never visited twice.
        In continuous time it is that of the embedded chain of jumps, a structure of the graph: no law is periodic there,
        and an absorbing state has period 1.

        Returns
        -------
        int or ndarray of int64, (n_classes,)

        Examples
        --------
        >>> from quincunx import chain
        >>> chain.MarkovChain([[0, 1], [1, 0]]).period()
        2
        """
        periods = self.classes().period
        return int(periods[0]) if len(periods) == 1 else periods

    def _transient(self, p0: Any, times: Array, tol: Any, info: Any) -> Any:
        """Return the laws at ``times`` (int64 steps or float64 times, of any shape) from ``p0``."""
        info, law = fact("info", info), self._point_or_law("p0", p0)
        need = 8 * times.size * len(self)
        check_bytes(
            f"t: {times.size} laws of {len(self)} states", need, memory_limit(None), "ask for fewer times at once"
        )
        flat = np.ascontiguousarray(times.ravel())
        laws, products, bound = self._law.transient(law, flat, number("tol", tol), worker_threads())
        answer = laws.reshape(*times.shape, len(self))
        return (answer, ExactInfo(None, products, bound)) if info else answer

    def _index(self, what: str, state: Any) -> int:
        """Return the number of a state given by label or index."""
        if self._lookup and isinstance(state, Hashable) and state in self._lookup:
            return self._lookup[state]
        if isinstance(state, int | np.integer) and not isinstance(state, bool):
            if 0 <= state < len(self):
                return int(state)
            raise ValueError(f"{what} = {state}: must be a state in [0, {len(self)})")
        if self._lookup:
            from quincunx._model import nearest

            raise ValueError(f"{what} = {state!r}: no such state; {nearest(str(state), tuple(map(str, self._lookup)))}")
        raise TypeError(f"{what} = {state!r}: must be the index of a state (this chain has no labels)")

    @cached_property
    def _lookup(self) -> dict[Hashable, int]:
        return {} if self._labels is None else {label: k for k, label in enumerate(self._labels)}

    def _indices(self, what: str, states: Any) -> Array:
        """Return an int64 array of states given as labels or indices."""
        if np.ma.is_masked(states):
            raise ValueError(f"{what}: holds masked values")
        try:
            array = np.asarray(states)
        except ValueError:
            raise TypeError(f"{what}: must hold states, in rows of one length") from None
        if array.dtype.kind in "iu" and not self._lookup:
            if array.size and int(array.max()) > 2**62:
                raise ValueError(f"{what} = {array.max()}: must be a state in [0, {len(self)})")
            return np.ascontiguousarray(array, dtype=np.int64)
        if array.dtype.kind == "f" and not self._lookup:
            raise TypeError(f"{what}: must hold states, integers")
        return np.array([self._index(what, s) for s in array.ravel().tolist()], dtype=np.int64).reshape(array.shape)

    def _point_or_law(self, what: str, p0: Any) -> Array:
        """Return a law as masses; a state becomes the law that holds it."""
        if is_single(p0) or (self._lookup and isinstance(p0, Hashable) and p0 in self._lookup):
            law = np.zeros(len(self))
            law[self._index(what, p0.item() if isinstance(p0, np.generic | np.ndarray) else p0)] = 1.0
            return law
        return np.ascontiguousarray(numbers(what, p0, axes=1))

    def _start_names(self) -> dict[str, StartName]:
        return {"state": StartName(default=0.0, integer=True)}

    def _start_values(self, start: Any) -> Any:
        """Replace labels by numbers; laws, ``"stationary"`` and distributions stay."""
        if isinstance(start, Mapping):
            return {k: self._start_values(v) if k == "state" else v for k, v in start.items()}
        if isinstance(start, list | tuple):
            _rectangular("start", start)
        if not self._lookup or start is None or hasattr(start, "ppf"):
            return start
        if isinstance(start, Hashable) and start in self._lookup:
            return self._lookup[start]
        if isinstance(start, str) and start == "stationary":
            return start
        array = np.asarray(start)
        return start if array.dtype.kind == "f" else self._indices("start", start)

    def _special_start(self, start: Any) -> Hashable | None:
        if isinstance(start, Mapping) and set(start) == {"state"}:
            start = start["state"]
        if isinstance(start, str) and start == "stationary":
            return ("stationary",)
        if isinstance(start, list | tuple | np.ndarray):
            array = np.asarray(start)
            if array.dtype.kind == "f" and array.ndim == 1:
                return ("law", array.astype(np.float64).tobytes())
        return None

    def _automatic(self) -> Method:
        return Alias()

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        law: Array | None = None
        match special:
            case ("stationary",):
                law = self._stationary_once
            case ("law", bytes() as masses):
                law = np.frombuffer(masses)
        kernel: _core.Kernel = self._law.kernel(law)
        return kernel

    @cached_property
    def _stationary_once(self) -> Array:
        return self.stationary()

    def __len__(self) -> int:
        return int(self._matrix.shape[0])

    def _identity(self) -> tuple[Any, ...]:
        return (type(self), fingerprint(self._matrix), self._labels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FiniteChain) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._matrix, self._labels)

    def __repr__(self) -> str:
        n = len(self)
        if n <= 8 and isinstance(self._matrix, np.ndarray):
            body = repr(self._matrix.tolist())
        else:
            kind = "dense" if isinstance(self._matrix, np.ndarray) else f"sparse, {self._matrix.nnz} entries"
            body = f"<{n} x {n}, {kind}>"
        labels = "" if self._labels is None else f", states={list(self._labels) if n <= 8 else '...'}"
        return f"{type(self).__name__}({body}{labels})"


def _rectangular(what: str, value: Any) -> None:
    try:
        np.shape(value)
    except ValueError:
        raise TypeError(f"{what}: must be a state, states or masses, in rows of one length") from None


def is_single(value: Any) -> bool:
    """Tell whether a value is one thing; rows of different lengths are many."""
    try:
        return np.ndim(value) == 0
    except ValueError:
        return False


def _labels(states: Any, n: int) -> tuple[Hashable, ...]:
    if isinstance(states, str | bytes) or not hasattr(states, "__len__") or is_single(states):
        raise TypeError(f"states = {states!r}: must be a sequence of labels")
    labels = tuple(states.tolist() if isinstance(states, np.ndarray) else states)
    if len(labels) != n:
        raise ValueError(f"states: {len(labels)} labels: must be one per state, {n}")
    seen: set[Hashable] = set()
    for k, label in enumerate(labels):
        if not isinstance(label, Hashable):
            raise TypeError(f"states[{k}] = {label!r}: must be hashable")
        if label in seen:
            raise ValueError(f"states[{k}] = {label!r}: stands twice")
        seen.add(label)
    return labels


def _label_array(labels: tuple[Hashable, ...]) -> Array:
    array = np.array(labels) if all(isinstance(x, str | int | float) for x in labels) else None
    if array is None or array.ndim != 1:
        array = np.empty(len(labels), dtype=object)
        array[:] = labels
    return array
