"""Exact inference on graphs of small width: spins are summed out one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._arrays import described, read_only
from quincunx._coerce import whole
from quincunx._memory import check_bytes, memory_limit
from quincunx._rng import key
from quincunx.lattice._models import Frozen, Ising, Potts
from quincunx.lattice._question import any_core, ask
from quincunx.lattice._transverse import TransverseIsing

__all__ = [
    "Gradient",
    "GroundState",
    "count_distribution",
    "gradient",
    "ground_state",
    "pair_marginals",
    "sample_exact",
]

Array = np.ndarray[Any, np.dtype[np.float64]]
States = np.ndarray[Any, np.dtype[np.int8]]


def _values(model: Frozen, numbers: Any) -> States:
    """Return value numbers as spin values: Potts colours, or -1 and +1."""
    states: States = (numbers if isinstance(model, Potts) else 2 * numbers - 1).astype(np.int8)
    return states


@dataclass(frozen=True, eq=False, repr=False)
class GroundState:
    """The lowest level of a model; energies are total (not per site), without beta.

    Attributes
    ----------
    energy : float
        The lowest energy.
    gap : float
        Energy of the next level minus the lowest; ``inf`` where there is one level only.
    degeneracy : int or None
        States of the lowest level (levels closer than 1e-11 of the sum of all couplings and fields are one); None beyond
        2**128.
    state : ndarray of int8, of the shape of the geometry
        One state of that level; 0 at sites in a transverse field.
    magnetization : ndarray or None
        The mean of every spin in that state, along Z; None for Potts.

    Examples
    --------
    >>> from quincunx import lattice
    >>> triangle = lattice.Graph([(0, 1), (1, 2), (2, 0)])
    >>> found = lattice.ground_state(lattice.Ising(triangle, J=-1.0))
    >>> found.energy, found.gap, found.degeneracy
    (-1.0, 4.0, 6)
    """

    energy: float
    gap: float
    degeneracy: int | None
    state: States
    magnetization: Array | None

    def __repr__(self) -> str:
        return described(self, vars(self))


def ground_state(model: Frozen) -> GroundState:
    r"""Return the lowest energy, the gap above it and one state of that energy.

    Min-sum elimination with the two lowest levels in each table entry; connected sites in a transverse field contribute
    the levels of their Hamiltonian. beta plays no part.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Of width at most 24, with at most 12 connected transverse sites.

    Returns
    -------
    GroundState
        ``.energy .gap .degeneracy .state .magnetization``.

    Raises
    ------
    ValueError
        If the graph is too wide, with the number.

    References
    ----------
    R. Dechter, "Bucket elimination: a unifying framework for reasoning", Artif. Intell. 113, 41 (1999).

    Examples
    --------
    >>> from quincunx import lattice
    >>> pair = lattice.Graph([(0, 1)])
    >>> found = lattice.ground_state(lattice.TransverseIsing(pair, J=1.0, h=[0.5, 0.0], transverse=[0.0, 0.75]))
    >>> found.energy, found.gap, found.state.tolist(), found.magnetization.round(12).tolist()
    (-1.75, 1.0, [1, 0], [1.0, 0.8])
    """
    energy, gap, degeneracy, numbers, mean = ask(_core.spin_ground_state, model)
    shape = model.geometry.shape
    state = _values(model, numbers)
    if isinstance(model, TransverseIsing):
        state[np.broadcast_to(model.params["transverse"], numbers.shape) != 0] = 0
    magnetization = None if isinstance(model, Potts) else read_only(mean.reshape(shape))
    return GroundState(energy, gap, degeneracy, read_only(state.reshape(shape)), magnetization)


def sample_exact(model: Frozen, n: int, *, rng: Any = None) -> States:
    r"""Draw ``n`` independent states from :math:`e^{-\beta E}/Z`: no chain, no burn-in.

    Spins are drawn in the reverse order of their elimination, each from its law given those already drawn. Sites in a
    transverse field are drawn as a measurement along Z would find them.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Of width at most 24, with at most 12 connected transverse sites, at finite beta.
    n : int
        Number of states, >= 0.
    rng : int, SeedSequence, Generator or None
        As for `simulate`: the same int gives the same states, and the first n of any larger number.

    Returns
    -------
    ndarray of int8, shape (n, *geometry.shape)
        Ising -1 and +1, Potts 0..q-1.

    Raises
    ------
    ValueError
        If the graph is too wide, beta infinite or n negative.
    MemoryError
        If the states would take more than half of the free memory.

    Examples
    --------
    >>> from quincunx import lattice
    >>> strip = lattice.Ising(lattice.Square(100, 8, periodic=False), beta=0.4)
    >>> lattice.sample_exact(strip, 3, rng=1).shape
    (3, 100, 8)
    """
    count = whole("n", n)
    any_core(model)  # before its geometry is asked for
    check_bytes(
        "the sample", max(0, count) * model.geometry.n_sites * 2, memory_limit(None), "draw fewer states at a time"
    )
    numbers = ask(_core.spin_draws, model, key(rng), count)
    return _values(model, numbers).reshape(count, *model.geometry.shape)


def count_distribution(model: Frozen, value: int) -> Array:
    r"""Return the law of the number of spins that have a given value, :math:`P(\#\{i: s_i = a\} = k)`.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Of width at most 24, with at most 12 connected transverse sites, at finite beta.
    value : int
        The value a: -1 or +1, or a colour. Sites in a transverse field are measured along Z.

    Returns
    -------
    ndarray of shape (n_sites + 1,)
        Entry k is the probability of k such spins; small ones keep their relative precision down to 1e-300.

    Raises
    ------
    ValueError
        If there is no such value, the graph is too wide or beta infinite.
    MemoryError
        If the tables would take more than 4 GB.

    Examples
    --------
    >>> from quincunx import lattice
    >>> pair = lattice.Ising(lattice.Graph([(0, 1)]), beta=0.5)
    >>> lattice.count_distribution(pair, +1).round(6).tolist()
    [0.365529, 0.268941, 0.365529]
    """
    law: Array = ask(_core.spin_counts, model, whole("value", value))
    return law


def pair_marginals(model: Frozen) -> Array:
    r"""Return the joint law of the two ends of every bond, :math:`P(s_i = a, s_j = b)`.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Of width at most 24, with at most 12 connected transverse sites, at finite beta.

    Returns
    -------
    ndarray of shape (n_bonds, q, q)
        Bonds and their ends in the order of ``geometry.bonds``, values ascending; in a transverse field those of a
        measurement along Z.

    Raises
    ------
    ValueError
        If the graph is too wide or beta infinite.

    Examples
    --------
    >>> from quincunx import lattice
    >>> pair = lattice.Ising(lattice.Graph([(0, 1)]), beta=0.5)
    >>> lattice.pair_marginals(pair).round(6).tolist()
    [[[0.365529, 0.134471], [0.134471, 0.365529]]]
    """
    q = model.q if isinstance(model, Potts) else 2
    bonds: Array = ask(_core.spin_beliefs, model, "pair_marginals")[2]
    return bonds.reshape(-1, q, q)


@dataclass(frozen=True, eq=False, repr=False)
class Gradient:
    """Derivatives of ln Z with respect to every parameter of a model; arrays are read-only.

    Attributes
    ----------
    log_partition : float
        ln Z.
    beta : float
        d ln Z / d beta = -<E>, E the total energy.
    J : ndarray of shape (n_bonds,)
        beta <s_i s_j> (Ising) or beta P(s_i = s_j) (Potts), one for each bond also where the model has one J for all.
    h : ndarray of the shape of the geometry, or None
        beta <s_i>; None for Potts.
    transverse : ndarray of the shape of the geometry, or None
        beta <X_i>, 0 at classical sites (lambda = 0: Z is conserved there); None without transverse fields.

    Examples
    --------
    The field's derivative of ln(2 cosh(beta h)):

    >>> from quincunx import lattice
    >>> found = lattice.gradient(lattice.Ising(lattice.Graph([], n_sites=1), beta=0.5, h=1.0))
    >>> print(f"{found.h[0]:.6f} {found.beta:.6f}")  # tanh(0.5)/2, tanh(0.5)
    0.231059 0.462117
    """

    log_partition: float
    beta: float
    J: Array
    h: Array | None
    transverse: Array | None

    def __repr__(self) -> str:
        return described(self, vars(self))


def gradient(model: Frozen) -> Gradient:
    r"""Return :math:`\partial \ln Z/\partial\theta` for every parameter :math:`\theta`, by one backward pass.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Of width at most 24, with at most 12 connected transverse sites, at finite beta.

    Returns
    -------
    Gradient
        ``.log_partition .beta .J .h .transverse``. The free energy F = -ln Z / beta has dF/dJ = -(d ln Z/dJ)/beta.

    Raises
    ------
    ValueError
        If the graph is too wide or beta infinite.

    References
    ----------
    A. Darwiche, "A differential approach to inference in Bayesian networks", J. ACM 50, 280 (2003).

    Examples
    --------
    >>> from quincunx import lattice
    >>> ring = lattice.Graph([(0, 1), (1, 2), (2, 0)])
    >>> found = lattice.gradient(lattice.Ising(ring, beta=0.5))
    >>> print(f"{found.beta:.6f} {found.J.sum() / 0.5:.6f}")
    1.844938 1.844938
    """
    log_partition, sites, bonds, x = ask(_core.spin_beliefs, model, "gradient")
    shape, beta = model.geometry.shape, model.params["beta"]
    q = model.q if isinstance(model, Potts) else 2
    equal = np.trace(bonds.reshape(-1, q, q), axis1=1, axis2=2)
    moments = equal if isinstance(model, Potts) else 2 * equal - 1
    energy = -float(np.sum(model.params["J"] * moments))
    fields = transverse = None
    if isinstance(model, Ising | TransverseIsing):
        spins = sites.reshape(-1, 2) @ (-1.0, 1.0)
        energy -= float(np.sum(model.params["h"] * spins))
        fields = read_only((beta * spins).reshape(shape))
    if isinstance(model, TransverseIsing):
        energy -= float(np.sum(model.params["transverse"] * x))
        transverse = read_only((beta * x).reshape(shape))
    return Gradient(log_partition, -energy, read_only(beta * moments), fields, transverse)
