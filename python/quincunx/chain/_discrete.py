"""Chains in discrete time."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Literal, overload

import numpy as np

from quincunx import _core
from quincunx._coerce import numbers
from quincunx.chain._answers import ExactInfo
from quincunx.chain._finite import FiniteChain, is_single

__all__ = ["MarkovChain"]

Array = np.ndarray[Any, np.dtype[Any]]


class MarkovChain(FiniteChain):
    """A Markov chain in discrete time: ``Pr(x[k + 1] = j | x[k] = i) = P[i, j]``.

    ``t`` of `simulate` counts steps; ``start`` is a state (index or label), one per replica, a vector of masses
    (floats, one per state) or ``"stationary"``; left out it is state 0.

    Parameters
    ----------
    P : array_like or scipy.sparse matrix, (n, n)
        Entries >= 0, rows that sum to 1 within 1e-9. Duplicates of a sparse matrix are summed, stored zeros dropped.
    states : sequence of hashable, optional
        Labels, accepted wherever a state is; integers are labels then, if they are among them. Results hold indices.

    Raises
    ------
    ValueError
        The first bad entry or row is named: ``P[2] = a row with sum 0.9: must sum to 1 within 1e-9``.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import chain
    >>> weather = chain.MarkovChain([[0.9, 0.1], [0.5, 0.5]], states=["dry", "wet"])
    >>> weather.stationary()
    array([0.83333333, 0.16666667])
    >>> weather.transient("dry", 2)
    array([0.86, 0.14])
    >>> res = qx.simulate(weather, t=5, start="dry", n=4, rng=1, observe=qx.observe.every(1))
    >>> res["state"].shape
    (4, 6)

    References
    ----------
    Norris, Markov Chains, Cambridge University Press (1997).
    """

    _clock: ClassVar[Literal["time", "steps"]] = "steps"
    _what: ClassVar[str] = "P"
    _core_class: ClassVar[Any] = _core.MarkovChain

    def __init__(self, P: Any, states: Sequence[Hashable] | None = None) -> None:
        super().__init__(P, states)

    @property
    def P(self) -> Any:
        """The transition matrix, read-only."""
        return self._matrix

    @overload
    def transient(self, p0: Any, t: Any, *, tol: float = ..., info: Literal[False] = ...) -> Array: ...
    @overload
    def transient(self, p0: Any, t: Any, *, tol: float = ..., info: Literal[True]) -> tuple[Array, ExactInfo]: ...

    def transient(self, p0: Any, t: Any, *, tol: float = 1e-12, info: bool = False) -> Any:
        """The law after ``t`` steps, ``p0 P^t``, by repeated products.

        Parameters
        ----------
        p0 : state or array_like, (n_states,)
            Where the chain starts: a state, or masses that sum to 1.
        t : int or array_like of int
            Steps, >= 0. One pass serves all of them.
        tol : float
            Once the law has become steady to this accuracy (1-norm), the products end.
        info : bool
            Also return an `ExactInfo` with the number of products and the bound of the error.

        Returns
        -------
        ndarray, (n_states,) or (\\*t.shape, n_states)
            Masses.

        Raises
        ------
        SimulationError
            More than 1e8 products would be needed and no steady state is in sight.
        ValueError, TypeError
            ``p0`` is no state and no law, or ``t`` is not whole and >= 0.

        Examples
        --------
        >>> from quincunx import chain
        >>> chain.MarkovChain([[0.5, 0.5], [0.25, 0.75]]).transient([0.5, 0.5], [0, 1, 1000]).round(6)
        array([[0.5     , 0.5     ],
               [0.375   , 0.625   ],
               [0.333333, 0.666667]])
        """
        times = numbers("t", t, must="must be a number of steps or an array of them")
        if not np.all(times == np.rint(times)):
            raise ValueError(f"t = {t!r}: counts steps and must be whole")
        if np.any(np.abs(times) > 2**53):
            raise ValueError(f"t = {t!r}: must be at most 2**53")
        return self._transient(p0, times.astype(np.int64), tol, info)

    def log_likelihood(self, paths: Any) -> float:
        """The log-probability of observed paths, each given its first state: ``sum ln P[x[k], x[k + 1]]`` (nats).

        Parameters
        ----------
        paths : array_like of states, or a list of them
            One path, rows of an array (n, T) as in ``res["state"]``, or a list of paths of any lengths.

        Returns
        -------
        float
            Minus infinity for an impossible step.

        Examples
        --------
        >>> from quincunx import chain
        >>> round(chain.MarkovChain([[0.5, 0.5], [0.25, 0.75]]).log_likelihood([0, 1, 1]), 6)
        -0.980829
        """
        return float(sum(self._law.log_likelihood(self._indices("path", p).ravel()) for p in _listed(paths)))


def _listed(paths: Any) -> Any:
    """Return a list of paths: one path is a list of one, rows of an array are its rows."""
    if isinstance(paths, np.ndarray) and paths.ndim in (1, 2):
        return np.atleast_2d(paths)
    if isinstance(paths, list | tuple):
        return [paths] if not paths or is_single(paths[0]) else paths
    raise TypeError(f"paths = {paths!r:.80}: must be a path of states, rows of paths, or a list of paths")
