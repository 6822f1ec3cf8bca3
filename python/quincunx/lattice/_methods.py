"""How a lattice moves: the methods that move one chain; ladders of chains are in `_tempering.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from quincunx import _core
from quincunx._coerce import whole, word
from quincunx._model import Method

__all__ = ["Checkerboard", "HeatBath", "Kawasaki", "LatticeMethod", "Metropolis", "SwendsenWang", "Wolff"]

Order = Literal["random", "sequential"]


class LatticeMethod(Method):
    """A Markov chain on spins; one sweep is one unit of ``t``."""

    __slots__ = ()

    order: str
    clusters: int

    def _kernel(self, model: _core.SpinModel, *, random: bool) -> _core.Kernel:
        """Return the model and the method, ready to run; ``random``: from independent spins instead of all alike."""
        return _core.lattice_kernel(model, *arguments(self), random)


@dataclass(frozen=True)
class Metropolis(LatticeMethod):
    r"""As many proposals as sites per sweep, at random sites, accepted with :math:`\min(1, e^{-\beta \Delta E})`.

    An Ising spin proposes its flip, a Potts spin one of the q - 1 other colours, uniformly.

    Notes
    -----
    ``res.info.acceptance``: the fraction of proposals accepted. Sites are drawn uniformly with replacement. In a fixed
    order the rule would accept every flip with :math:`\Delta E \le 0` for certain and so never leave some cycles of
    states; `HeatBath` has no such trap.

    References
    ----------
    N. Metropolis et al., J. Chem. Phys. 21, 1087 (1953).

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Metropolis()
    Metropolis()
    """


@dataclass(frozen=True)
class HeatBath(LatticeMethod):
    r"""One draw per site and sweep from the law of the spin given its neighbours.

    Ising: up with :math:`1/(1 + e^{-2\beta f_i})`, :math:`f_i = h_i + \sum_j J_{ij} s_j`; Potts: colour a with weight
    :math:`e^{\beta \sum_j J_{ij} \delta(a, s_j)}`.

    Parameters
    ----------
    order : {"random", "sequential"}
        Sites drawn uniformly with replacement (detailed balance in every draw), or each in turn (stationary, not
        reversible; faster on large lattices).

    Raises
    ------
    ValueError, TypeError
        ``order`` is another word, or none.

    Notes
    -----
    Every draw counts: there is no ``res.info.acceptance``.

    References
    ----------
    R. J. Glauber, J. Math. Phys. 4, 294 (1963).

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.HeatBath()
    HeatBath(order='random')
    """

    order: Order = "random"

    def __post_init__(self) -> None:
        _core.check_lattice_method("HeatBath", word("order", self.order), 1)


@dataclass(frozen=True)
class Checkerboard(LatticeMethod):
    r"""Metropolis on all even sites, then on all odd ones: by far the fastest for many replicas or wide squares.

    Every site is proposed once per sweep and accepted with :math:`\min(1, e^{-\beta \Delta E})`; sites of one colour have
    no bond between them.

    Notes
    -----
    Holds where neighbours alternate between two colours (periodic axes of even length, `Honeycomb`, bipartite graphs)
    and from 64 sites on: a fixed order never leaves some cycles of states, which carry weight only in small systems.
    For the same reason beta = 0 merely flips the whole lattice. Where couplings have one size and there is no
    field spins are held as bits, with exact thresholds (multi-spin coding):

    - on a periodic `Square` with one J, Ly a multiple of 1024 and Lx even, 512 sites share an instruction;
    - elsewhere, with at most eight neighbours per site, a word holds one site of 64 replicas: those with the numbers
      64 k to 64 k + 63 cost together what one of them costs. Run replicas in multiples of 64, and as many times 64 as
      there are threads. One alone costs up to twice as much as with `Metropolis` where there is AVX-512, three times
      with AVX2, six times without.

    ``res.info.acceptance``: the fraction of proposals accepted; with 512 sites to an instruction that of the rows 0, 128,
    256, ... of the lattice, for counting all of them would take a twentieth longer.

    References
    ----------
    N. Ito and Y. Kanada, Supercomputer 5, 31 (1988).

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Checkerboard()
    Checkerboard()
    """


@dataclass(frozen=True)
class Wolff(LatticeMethod):
    r"""A fixed number of clusters per sweep, each from a uniform seed site, flipped (Potts: one of the other colours).

    A satisfied bond joins with :math:`1 - e^{-2\beta|J|}` (Potts: :math:`1 - e^{-\beta J}`, J >= 0). Couplings of any sign
    are legal for Ising spins. With fields each site of the growing cluster joins a ghost spin with
    :math:`1 - e^{-2\beta \max(0, h_i s_i)}`; if any does, the cluster stays.

    Parameters
    ----------
    clusters : int
        Clusters per sweep, >= 1. The number is fixed: stopping by flipped sites would bias the law.

    Raises
    ------
    ValueError, TypeError
        ``clusters`` is no whole number >= 1.

    Notes
    -----
    ``res.info.mean_cluster``: the mean number of spins of a flipped cluster; with one J >= 0 and no field its expectation
    is :math:`N \langle m^2 \rangle`.

    References
    ----------
    U. Wolff, Phys. Rev. Lett. 62, 361 (1989).

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Wolff()
    Wolff(clusters=1)
    """

    clusters: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "clusters", whole("clusters", self.clusters))
        _core.check_lattice_method("Wolff", "random", self.clusters)


@dataclass(frozen=True)
class SwendsenWang(LatticeMethod):
    r"""One move of the whole lattice per sweep: all bonds are tried, every cluster gets a value of its own.

    A satisfied bond joins its ends with :math:`1 - e^{-2\beta|J|}` (Potts: equal ends, :math:`1 - e^{-\beta J}`,
    J >= 0); then each cluster of Ising spins flips with probability one half, each of Potts spins gets one of the q colours,
    uniformly. Couplings of any sign are legal for Ising spins. With fields a site that its field satisfies joins a ghost
    spin with :math:`1 - e^{-2\beta |h_i|}`; clusters tied to the ghost keep their value.

    Notes
    -----
    ``res.info.mean_cluster``: spins per cluster, over all clusters of all sweeps, single sites and those that stay among
    them. `Wolff` picks clusters by a uniform site, so that its mean is weighted by size and larger.

    References
    ----------
    R. H. Swendsen and J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987).

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.SwendsenWang()
    SwendsenWang()
    """


@dataclass(frozen=True)
class Kawasaki(LatticeMethod):
    r"""As many swaps as sites per sweep, along random bonds, accepted with :math:`\min(1, e^{-\beta \Delta E})`.

    A bond is drawn uniformly; unlike spins at its ends change places or not, equal ones stay. The magnetization (Potts:
    the number of sites of each colour) never changes: a lattice gas, or an alloy.

    Notes
    -----
    The law is the Boltzmann weight among states with the counts of the start. A start in which no bond joins unlike spins
    has nothing to swap and is refused, and so is the default start, all spins alike: give ``start="random"`` or an array.
    ``res.info.acceptance``: the fraction of attempts that swap unlike spins; draws of equal ends count as attempts.

    References
    ----------
    K. Kawasaki, Phys. Rev. 145, 224 (1966).

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> model = lattice.Ising(lattice.Square(8), beta=0.6)
    >>> watch = observe.every(10, "magnetization")
    >>> res = qx.simulate(model, t=50, start="random", rng=1, method=lattice.Kawasaki(), observe=watch)
    >>> bool((res["magnetization"] == res["magnetization"][0, 0]).all())
    True
    """


METHODS: tuple[type[LatticeMethod], ...] = (Metropolis, HeatBath, Checkerboard, Wolff, SwendsenWang, Kawasaki)


def arguments(method: Method) -> tuple[str, str, int]:
    """Return what the core takes."""
    return type(method).__name__, getattr(method, "order", "random"), getattr(method, "clusters", 1)
