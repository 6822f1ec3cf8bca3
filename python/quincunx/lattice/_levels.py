"""How many states have each energy: what every canonical average follows from."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from quincunx import _core
from quincunx._arrays import read_only
from quincunx._axes import axes
from quincunx._coerce import number, numbers
from quincunx._memory import memory_limit
from quincunx._progress import listener
from quincunx._threads import worker_threads
from quincunx.lattice._question import classical_core

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from quincunx.lattice._models import SpinModel

__all__ = ["DensityOfStates", "Levels", "density_of_states"]

Array = np.ndarray[Any, np.dtype[np.float64]]


class Levels(ABC):
    r"""Energies and the logarithms of their numbers of states: :math:`Z(\beta) = \sum_E g(E)\, e^{-\beta E}`."""

    energy: Array
    n_sites: int

    @property
    @abstractmethod
    def log_counts(self) -> Array:
        """Return ln g(E) of every level."""

    def _moments(self, beta: Any) -> tuple[Array, Array, Array, Array]:
        """Return beta, and ln Z, <E> and Var(E) for each of it; averages about the mean: no digits cancel."""
        at = numbers("beta", beta)
        if not np.isfinite(at).all():
            raise ValueError(f"beta = {beta!r:.80}: must be finite")
        weights = self.log_counts - at[..., None] * self.energy
        top = weights.max(axis=-1, keepdims=True)
        weights = np.exp(weights - top)
        total = weights.sum(axis=-1)
        weights /= total[..., None]
        mean = weights @ self.energy
        spread = (weights * (self.energy - mean[..., None]) ** 2).sum(axis=-1)
        return at, top[..., 0] + np.log(total), mean, spread

    def log_partition(self, beta: Any) -> Any:
        r"""Return :math:`\ln Z(\beta)`.

        Parameters
        ----------
        beta : float or array_like
            Inverse temperatures of either sign.

        Returns
        -------
        float or ndarray
            One value for each beta.

        Raises
        ------
        ValueError, TypeError
            If a beta is not finite, or no number.

        Examples
        --------
        >>> from quincunx import lattice
        >>> levels = lattice.density_of_states(lattice.Ising(lattice.Square(4)))
        >>> print(f"{levels.log_partition(0.0) / 16:.12f}")  # ln 2
        0.693147180560
        """
        return self._moments(beta)[1][()]

    def mean_energy(self, beta: Any) -> Any:
        r"""Return :math:`\langle E \rangle / n`, the mean energy per site.

        Parameters
        ----------
        beta : float or array_like
            Inverse temperatures of either sign.

        Returns
        -------
        float or ndarray
            One value for each beta.

        Raises
        ------
        ValueError, TypeError
            If a beta is not finite, or no number.

        Examples
        --------
        >>> from quincunx import lattice
        >>> square = lattice.Square(4)
        >>> levels = lattice.density_of_states(lattice.Ising(square))
        >>> print(f"{levels.mean_energy(lattice.critical_beta(square)):.12f}")
        -1.565623787638
        """
        return (self._moments(beta)[2] / self.n_sites)[()]

    def specific_heat(self, beta: Any) -> Any:
        r"""Return :math:`\beta^2 \mathrm{Var}(E) / n`, per site.

        Parameters
        ----------
        beta : float or array_like
            Inverse temperatures of either sign.

        Returns
        -------
        float or ndarray
            One value for each beta.

        Raises
        ------
        ValueError, TypeError
            If a beta is not finite, or no number.

        Examples
        --------
        >>> from quincunx import lattice
        >>> levels = lattice.density_of_states(lattice.Ising(lattice.Square(4)))
        >>> levels.specific_heat([0.2, 0.4, 0.6]).round(6).tolist()
        [0.119546, 0.812515, 0.315554]
        """
        at, _, _, variance = self._moments(beta)
        return (at**2 * variance / self.n_sites)[()]

    def plot(self, ax: Axes | None = None, **kw: Any) -> Axes:
        """Draw ln g(E) against the energy per site.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; None makes a new figure.
        **kw
            Given to the line.

        Returns
        -------
        matplotlib Axes
            The one drawn into.

        Raises
        ------
        TypeError
            If ``ax`` is something else.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> import matplotlib.figure
        >>> from quincunx import lattice
        >>> ax = matplotlib.figure.Figure().subplots()
        >>> ax = lattice.density_of_states(lattice.Ising(lattice.Square(4))).plot(ax=ax)
        >>> ax.get_ylabel()
        'ln g(E)'
        """
        ax = axes(ax)
        ax.plot(self.energy / self.n_sites, self.log_counts, **{"marker": ".", "linewidth": 0.8, **kw})
        ax.set_xlabel("energy per site")
        ax.set_ylabel("ln g(E)")
        return ax


@dataclass(frozen=True, eq=False, repr=False)
class DensityOfStates(Levels):
    r"""The number of states of each energy, exact: :math:`g(E)`, :math:`\sum_E g(E) = q^n`.

    Attributes
    ----------
    energy : ndarray of shape (levels,)
        Total energies (not per site, without beta) that some state has, ascending.
    counts : tuple of int
        States of each energy; Python integers of any length.
    method : str
        ``"transfer"``, ``"eliminate"``, ``"enumerate"`` or ``"symmetry"``.
    n_sites : int
        Number of spins.

    Examples
    --------
    >>> from quincunx import lattice
    >>> levels = lattice.density_of_states(lattice.Potts(lattice.Square(3), 3))
    >>> levels
    DensityOfStates(14 levels from -18.0 to 0.0 of 9 spins by 'transfer', 19683 states)
    >>> levels.counts[:3], sum(levels.counts) == 3**9
    ((3, 54, 144), True)
    """

    energy: Array
    counts: tuple[int, ...]
    method: str
    n_sites: int

    @cached_property
    def log_counts(self) -> Array:
        """Logarithm ln g(E) of every level, float64."""
        return read_only(np.array([math.log(count) for count in self.counts]))

    def __eq__(self, other: object) -> bool:
        """Compare energies and counts."""
        return (
            isinstance(other, DensityOfStates)
            and np.array_equal(self.energy, other.energy)
            and self.counts == other.counts
            and self.n_sites == other.n_sites
        )

    def __hash__(self) -> int:
        return hash((self.energy.tobytes(), self.counts, self.n_sites))

    def __repr__(self) -> str:
        """Show the range of energies and the number of states."""
        total = sum(self.counts)
        states = str(total) if total < 10**15 else f"{total:.6e}" if total < 10**300 else f"e^{math.log(total):.6g}"
        return (
            f"DensityOfStates({len(self.counts)} levels from {float(self.energy[0])} to {float(self.energy[-1])} of "
            f"{self.n_sites} spins by {self.method!r}, {states} states)"
        )


def density_of_states(
    model: SpinModel,
    *,
    unit: float | None = None,
    threads: int | None = None,
    max_bytes: int | None = None,
    progress: Any = None,
) -> DensityOfStates:
    r"""Return the number of states of each energy, exactly: :math:`g(E) = \#\{s : E(s) = E\}`.

    Every average at every temperature follows from it: :math:`Z(\beta) = \sum_E g(E)\, e^{-\beta E}`. The inverse
    temperature of the model plays no part.

    Parameters
    ----------
    model : Ising or Potts
        Its couplings and fields must be whole multiples of one unit.
    unit : float, optional
        That unit, > 0. None finds the largest one: all couplings must be to the largest as fractions with denominators up
        to 10,000, within a few roundings; anything else is refused rather than rounded.
    threads : int, optional
        Worker threads; all available ones by default. The counts do not depend on it.
    max_bytes : int, optional
        The most memory to use; half of what is free by default.
    progress : bool or callable, optional
        As in `quincunx.simulate`.

    Returns
    -------
    DensityOfStates
        ``.energy`` (total, ascending) ``.counts .method .log_partition(beta) .mean_energy(beta) .specific_heat(beta)``.

    Raises
    ------
    ValueError
        If the energies are no multiples of one unit, or if the model is out of reach, with the reason.
    TypeError
        If the model is another one; the energies of a `TransverseIsing` are not those of states of spins.
    MemoryError
        If it would take more than ``max_bytes``.

    Notes
    -----
    The way that costs least is taken:

    - ``"transfer"``: a `Square`, periodic or open, with one J and no field. Row by row: for every state of a row a
      polynomial in the number of satisfied bonds; on a torus once for each first row up to rotation, reflection and
      relabelling.
    - ``"eliminate"``: a graph of small width, of any length, with any couplings and fields. Spins are summed out one by
      one, of polynomials in the energy; the work grows with :math:`q^{w + 1}`, w the most neighbours that a spin has when
      its turn comes, and with the number of levels.
    - ``"enumerate"``: every state, one spin changing at a time; at most 2^30 states (31 Ising spins, 30 in a field).

    The first two are refused beyond 2e12 additions. Whole numbers beyond 64 bits are put together from their remainders.

    References
    ----------
    P. D. Beale, Phys. Rev. Lett. 76, 78 (1996), has the same numbers of the square torus by algebra.
    R. Dechter, Artif. Intell. 113, 41 (1999), on elimination.

    Examples
    --------
    >>> from quincunx import lattice
    >>> levels = lattice.density_of_states(lattice.Ising(lattice.Square(6)))
    >>> levels.energy[:4].tolist(), levels.counts[:4], max(levels.counts)
    ([-72.0, -64.0, -60.0, -56.0], (2, 72, 144, 1620), 13172279424)

    A strip in a field, of couplings of two sizes.

    >>> ladder = lattice.Square(40, 2, periodic=False)
    >>> levels = lattice.density_of_states(lattice.Ising(ladder, J=0.5, h=0.1))
    >>> levels.method, levels.counts[0], sum(levels.counts) == 2**80
    ('eliminate', 1, True)
    """
    core, width = classical_core(model), None if unit is None else number("unit", unit)
    with listener(progress) as tell:
        energy, counts, method = _core.density_of_states(
            core, width, worker_threads(threads), memory_limit(max_bytes), tell
        )
    return DensityOfStates(
        energy=read_only(energy), counts=tuple(counts), method=method, n_sites=model.geometry.n_sites
    )
