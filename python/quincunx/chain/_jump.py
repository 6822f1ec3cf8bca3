"""Chains in continuous time."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Literal, overload

import numpy as np

from quincunx import _core
from quincunx._coerce import number, numbers
from quincunx.chain._answers import ExactInfo
from quincunx.chain._finite import FiniteChain

__all__ = ["MarkovJump"]

Array = np.ndarray[Any, np.dtype[Any]]


class MarkovJump(FiniteChain):
    """A Markov chain in continuous time: ``dp/dt = p Q``, jumps i -> j at rate ``Q[i, j]``.

    ``t`` of `simulate` is model time; ``start`` as for `MarkovChain`. A state with a zero row is absorbing: a path that
    enters it has the status ``absorbed``.

    Parameters
    ----------
    Q : array_like or scipy.sparse matrix, (n, n)
        Rates >= 0 off the diagonal, rows that sum to 0 (within 1e-9 of the exit rate); the diagonal is then recomputed.
    states : sequence of hashable, optional
        Labels, accepted wherever a state is; integers are labels then, if they are among them. Results hold indices.

    Raises
    ------
    ValueError
        The first bad entry or row is named: ``Q[0, 1] = -1.0: must be finite and >= 0``.

    Examples
    --------
    A queue with one server and room for two:

    >>> import quincunx as qx
    >>> from quincunx import chain
    >>> queue = chain.MarkovJump([[-1.0, 1.0, 0.0], [2.0, -3.0, 1.0], [0.0, 2.0, -2.0]])
    >>> queue.stationary().round(6)
    array([0.571429, 0.285714, 0.142857])
    >>> law, info = queue.transient(0, 1.0, info=True)
    >>> law.round(6), info.bound < 2e-12
    (array([0.637369, 0.264462, 0.098169]), True)
    >>> res = qx.simulate(queue, t=10.0, n=3, rng=1, observe=qx.observe.final())
    >>> res["state"].dtype
    dtype('int64')

    References
    ----------
    Norris, Markov Chains, Cambridge University Press (1997).
    """

    _what: ClassVar[str] = "Q"
    _core_class: ClassVar[Any] = _core.MarkovJump

    def __init__(self, Q: Any, states: Sequence[Hashable] | None = None) -> None:
        super().__init__(Q, states)

    @property
    def Q(self) -> Any:
        """The generator, read-only."""
        return self._matrix

    @overload
    def transient(self, p0: Any, t: Any, *, tol: float = ..., info: Literal[False] = ...) -> Array: ...
    @overload
    def transient(self, p0: Any, t: Any, *, tol: float = ..., info: Literal[True]) -> tuple[Array, ExactInfo]: ...

    def transient(self, p0: Any, t: Any, *, tol: float = 1e-12, info: bool = False) -> Any:
        """The law at time ``t``, ``p0 exp(Q t)``, by uniformisation.

        ``sum_k Poisson(k; L t) p0 (I + Q / L)^k`` with L the largest exit rate: nothing is subtracted, so the error is
        bounded. Work: about ``L t`` products with the matrix, fewer once a steady state is reached.

        Parameters
        ----------
        p0 : state or array_like, (n_states,)
            Where the chain starts: a state, or masses that sum to 1.
        t : float or array_like
            Times >= 0. One pass serves all of them.
        tol : float
            Largest error (1-norm) of truncation and of the steady state; `ExactInfo.bound` adds rounding.
        info : bool
            Also return an `ExactInfo` with the number of products and the guaranteed bound.

        Returns
        -------
        ndarray, (n_states,) or (\\*t.shape, n_states)
            Masses >= 0.

        Raises
        ------
        SimulationError
            More than 1e8 products would be needed and no steady state is in sight.
        ValueError, TypeError
            ``p0`` is no state and no law, or ``t`` is not finite and >= 0.

        Examples
        --------
        >>> from quincunx import chain
        >>> chain.MarkovJump([[-1.0, 1.0], [3.0, -3.0]]).transient(0, [0.0, 0.5, 10.0]).round(6)
        array([[1.      , 0.      ],
               [0.783834, 0.216166],
               [0.75    , 0.25    ]])

        References
        ----------
        Jensen, Skand. Aktuarietidskr. 36 (1953) 87-91; Fox, Glynn, Comm. ACM 31 (1988) 440-445.
        """
        return self._transient(p0, numbers("t", t), tol, info)

    def log_likelihood(self, paths: Any, *, t: float | None = None) -> float:
        """The log-density of observed paths, each given its first state (nats).

        ``sum over jumps of ln Q[i, j] - sum over visits of (exit rate x time spent)``.

        Parameters
        ----------
        paths : pair (times, states), a path of an events result, or a list of them
            ``times[0]`` is the start, the jump to ``states[k]`` happens at ``times[k]``.
        t : float, optional
            Until when each path was watched; None: until its last jump.

        Returns
        -------
        float
            Minus infinity for an impossible jump.

        Examples
        --------
        >>> import quincunx as qx
        >>> from quincunx import chain
        >>> two = chain.MarkovJump([[-1.0, 1.0], [2.0, -2.0]])
        >>> round(two.log_likelihood(([0.0, 0.5], [0, 1]), t=1.0), 6)
        -1.5
        >>> res = qx.simulate(two, t=3.0, rng=1, observe=qx.observe.events())
        >>> two.log_likelihood(res.path(0), t=3.0) < 0
        True
        """
        total = 0.0
        end = None if t is None else number("t", t)
        for path in [paths] if _is_path(paths) else _listed(paths):
            times, states = _pair(path)
            indices = self._indices("path", states).ravel()
            last = float(times[-1]) if len(times) else 0.0
            total += self._law.log_likelihood(times, indices, last if end is None else end)
        return total


def _is_path(paths: Any) -> bool:
    if hasattr(paths, "t"):
        return True
    if not isinstance(paths, tuple) or len(paths) != 2 or hasattr(paths[0], "t"):
        return False
    # A pair of pairs is two paths.
    return not (isinstance(paths[0], tuple) and len(paths[0]) == 2 and np.ndim(paths[0][0]) > 0)


def _listed(paths: Any) -> list[Any]:
    if not isinstance(paths, list | tuple):
        raise TypeError(f"paths = {paths!r:.80}: must be a pair (times, states), a path of events, or a list of them")
    return list(paths)


def _pair(path: Any) -> tuple[Array, Any]:
    if hasattr(path, "t"):
        path = (path.t, path["state"])
    if not isinstance(path, list | tuple) or len(path) != 2:
        raise TypeError(f"paths: {path!r:.80}: must be a pair (times, states)")
    return np.ascontiguousarray(numbers("times of a path", path[0], axes=1)), path[1]
