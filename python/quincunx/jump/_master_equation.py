"""The chemical master equation on the states within a box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx._coerce import mapping, number, whole
from quincunx._model import frozen_array, nearest
from quincunx._threads import worker_threads
from quincunx.jump._reactions import Reactions

__all__ = ["MasterEquation", "master_equation"]

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False, repr=False)
class MasterEquation:
    """The law of a reaction network at one time, or at several (then with a leading time axis).

    Attributes
    ----------
    names : tuple of str
        The species.
    t : ndarray
        The times; 0-dimensional for one time.
    states : ndarray (states, species)
        Counts, in lexicographic order.
    probability : ndarray ([T,] states)
        Their probabilities; they sum to at most 1.
    error_bound : ndarray ([T])
        The total variation :math:`\\sum_n |p(n) - p_{exact}(n)|` is below this, as is the error of the probability of
        any event.

    Examples
    --------
    >>> from quincunx import jump
    >>> law = jump.master_equation(jump.Reactions("0 -> X @ 3; X -> 0 @ 1"), t=50.0)
    >>> law.mean("X").round(6), law.var("X").round(6), law.marginal("X")[0].round(6)
    (np.float64(3.0), np.float64(3.0), np.float64(0.049787))
    """

    names: tuple[str, ...]
    t: Array
    states: Array
    probability: Array
    error_bound: Array

    def _counts(self, name: Any) -> Array:
        if not isinstance(name, str) or name not in self.names:
            raise ValueError(f"name = {name!r:.80}: no such species; {nearest(str(name), self.names)}")
        return self.states[:, self.names.index(name)]

    def mean(self, name: str) -> Any:
        """Return the mean count of species ``name``, shape ([T])."""
        return self.probability @ self._counts(name).astype(np.float64)

    def var(self, name: str) -> Any:
        """Return the variance of the count of species ``name``, shape ([T])."""
        return self.cov(name, name)

    def std(self, name: str) -> Any:
        """Return the standard deviation of the count of species ``name``, shape ([T])."""
        return np.sqrt(self.var(name))

    def cov(self, a: str, b: str) -> Any:
        """Return the covariance of the counts of species ``a`` and ``b``, shape ([T])."""
        x = self._counts(a) - np.expand_dims(self.mean(a), -1)
        y = self._counts(b) - np.expand_dims(self.mean(b), -1)
        return (self.probability * x * y).sum(-1)

    def marginal(self, name: str) -> Array:
        """Return the probabilities of the counts 0, 1, 2, ... of species ``name``, shape ([T,] largest count + 1)."""
        counts = self._counts(name)
        out = np.zeros((*self.probability.shape[:-1], int(counts.max(initial=0)) + 1))
        np.add.at(out.T, counts, self.probability.T)
        return out

    def __repr__(self) -> str:
        worst = float(np.max(self.error_bound, initial=0.0))
        lines = [f"MasterEquation: {len(self.states)} states, error_bound {worst:.2g}"]
        for name in self.names:
            at_end = (float(np.ravel(f(name))[-1]) if self.t.size else float("nan") for f in (self.mean, self.std))
            lines.append("  {}: mean {:.6g}, std {:.6g} at the last time".format(name, *at_end))
        return "\n".join(lines)


def master_equation(
    model: Reactions,
    *,
    t: Any,
    start: Mapping[str, int] | None = None,
    bounds: Mapping[str, int] | None = None,
    tol: float = 1e-10,
    max_states: int = 2_000_000,
    threads: int | None = None,
) -> MasterEquation:
    r"""Solve the master equation :math:`\dot p(n) = \sum_r a_r(n - v_r)\,p(n - v_r) - a_r(n)\,p(n)` from a point start.

    The states are those that the reactions reach from ``start`` within a box; what leaves the box is lost and counted
    in the error bound (finite state projection). Solved by uniformisation.

    Parameters
    ----------
    model : Reactions
        The network.
    t : float or array of float
        Time after the start, or increasing times (one pass); >= 0, in model time.
    start : dict, optional
        Species -> count at time 0; those left out start at 0.
    bounds : dict, optional
        Species -> largest count of the box. Species left out are bounded by the conservation laws where these bound
        them; the box is enlarged in the others until less than ``tol`` is lost.
    tol : float
        Total variation error to reach, in (0, 1). With ``bounds`` the loss is what it is: read ``error_bound``.
    max_states : int
        More states than this are refused.
    threads : int, optional
        Worker threads; default: the processors this process may use.

    Returns
    -------
    MasterEquation
        ``.mean .var .std .cov .marginal .states .probability .error_bound``.

    Raises
    ------
    ValueError
        A name, count, time or bound is wrong, the box is too large, or a formula gives no rate at a reachable state.
    TypeError
        An argument has the wrong kind.

    Examples
    --------
    >>> from quincunx import jump
    >>> gene = jump.Reactions("Off <-> On @ 0.5, 1.5; On -> On + M @ 20; M -> 0 @ 1")
    >>> law = jump.master_equation(gene, start={"Off": 1}, t=[1.0, 60.0])
    >>> law.mean("M").round(6)
    array([1.997882, 5.      ])
    >>> bool(law.error_bound.max() < 1e-9)
    True

    References
    ----------
    B. Munsky, M. Khammash, J. Chem. Phys. 124 (2006) 044104; W. K. Grassmann, Comput. Oper. Res. 4 (1977) 47.
    """
    if not isinstance(model, Reactions):
        raise TypeError(f"model = {model!r}: must be a Reactions")
    times = frozen_array("t", t)
    if times.ndim > 1:
        raise ValueError(f"t: has {times.ndim} axes: must be a number or a sequence of times")
    tol = number("tol", tol)
    counts = _whole("start", start, model.names)
    box = _whole("bounds", bounds, model.names)
    largest = whole("max_states", max_states)
    if not 1 <= largest < 2**32:
        raise ValueError(f"max_states = {max_states}: must be >= 1 and < 2**32")
    states, probability, bound = model._network.master_equation(  # noqa: SLF001 - the same family
        [counts.get(name, 0) for name in model.names],
        np.atleast_1d(times).tolist(),
        [box.get(name) for name in model.names],
        tol,
        largest,
        worker_threads(threads),
    )
    if times.ndim == 0:
        probability, bound = probability[0], bound[0]
    return MasterEquation(
        model.names,
        times,
        _frozen(states),
        _frozen(probability),
        _frozen(np.asarray(bound)),
    )


def _whole(what: str, given: Any, names: tuple[str, ...]) -> dict[str, int]:
    out = {}
    for name, value in mapping(what, given).items():
        if name not in names:
            raise ValueError(f"{what}[{name!r}]: no such species; {nearest(str(name), names)}")
        count = number(f"{what}[{name!r}]", value)
        if not count.is_integer() or not -(2**53) < count < 2**53:
            raise ValueError(f"{what}[{name!r}] = {value!r}: must be a whole number")
        out[name] = int(count)
    return out


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
