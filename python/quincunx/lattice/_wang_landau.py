"""The density of states by a random walk, where it cannot be counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from quincunx import _core
from quincunx._arrays import read_only
from quincunx._coerce import number, whole
from quincunx._memory import memory_limit
from quincunx._progress import listener
from quincunx._rng import key
from quincunx._threads import worker_threads
from quincunx.lattice._levels import Levels
from quincunx.lattice._question import classical_core

if TYPE_CHECKING:
    from quincunx.lattice._models import SpinModel

__all__ = ["EstimatedLevels", "WangLandau"]

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, eq=False, repr=False)
class EstimatedLevels(Levels):
    r"""Estimated numbers of states: :math:`\ln g(E)`, normalised to :math:`\sum_E g(E) = q^n`.

    Attributes
    ----------
    energy : ndarray of shape (levels,)
        Total energies (not per site, without beta) that were found, ascending.
    walkers : ndarray of shape (n, levels)
        ln g(E) by each walker; NaN where it found no such level.
    attempts : tuple of int
        Attempts of each walker.
    n_sites : int
        Number of spins.

    Examples
    --------
    >>> from quincunx import lattice
    >>> levels = lattice.WangLandau(f_final=1e-4).run(lattice.Ising(lattice.Square(4)), n=8, rng=1)
    >>> levels
    EstimatedLevels(15 levels from -32.0 to 32.0 of 16 spins by 8 walkers of 1.5e+05 attempts)
    >>> bool(abs(levels.log_counts[0] - 0.6931) < 5 * levels.standard_error[0])  # two ground states
    True
    """

    energy: Array
    walkers: Array
    attempts: tuple[int, ...]
    n_sites: int

    @cached_property
    def log_counts(self) -> Array:
        """Mean of ln g(E) over the walkers that found the level."""
        return read_only(np.nansum(self.walkers, axis=0) / self._finders)

    @cached_property
    def standard_error(self) -> Array | None:
        """One standard error of ``log_counts`` from the spread of the walkers.

        None for one walker; inf for a level that one alone of several found.
        """
        if len(self.walkers) < 2:
            return None
        finders = self._finders
        squares = np.nansum((self.walkers - self.log_counts) ** 2, axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.sqrt(squares / (finders - 1) / finders)
        return read_only(np.where(finders > 1, spread, np.inf))

    @property
    def _finders(self) -> Array:
        finders: Array = np.isfinite(self.walkers).sum(axis=0, dtype=np.float64)
        return finders

    def __repr__(self) -> str:
        """Show the range of energies and the work done."""
        first, last = (float(self.energy[k]) for k in (0, -1))
        return (
            f"EstimatedLevels({len(self.energy)} levels from {first} to {last} of {self.n_sites} spins by "
            f"{len(self.walkers)} walkers of {np.mean(self.attempts):.2g} attempts)"
        )


@dataclass(frozen=True)
class WangLandau:
    r"""Estimate ln g(E) by a random walk that is driven out of the levels it has been to.

    A uniform site proposes another value; the walk from E to E' is accepted with :math:`\min(1, g(E)/g(E'))`, and after
    every attempt :math:`\ln g(E_\text{now})` grows by f. f starts at 1 and is halved when every level seen so far was
    visited since the last halving; once it is below levels/attempts it is levels/attempts, until ``f_final``.

    Parameters
    ----------
    f_final : float
        Where the walk ends, >= 1e-12 and < 1. A walker makes levels/f_final attempts after
        it has found the last level; errors shrink as the square root of f_final.

    Raises
    ------
    ValueError, TypeError
        ``f_final`` is out of range, or no number.

    Notes
    -----
    Levels are found on the way: a new one starts at the lowest ln g, and f and the count of attempts begin anew (a level
    found late, at a small f, would keep the number that it began with). Short walks are biased, on six by six spins by a
    third of the error of one walker: more walkers do not take that away, a smaller ``f_final`` does.
    `density_of_states` has the exact numbers of small and narrow lattices.

    References
    ----------
    F. Wang and D. P. Landau, Phys. Rev. Lett. 86, 2050 (2001). R. E. Belardinelli and V. D. Pereyra, Phys. Rev. E 75,
    046701 (2007).

    Examples
    --------
    >>> from quincunx import lattice
    >>> glass = lattice.Ising(lattice.Square(4), J=[1.0, -1.0] * 16, h=0.5)
    >>> levels = lattice.WangLandau(f_final=1e-3).run(glass, n=4, rng=1)
    >>> levels.energy.size, levels.walkers.shape, bool(levels.standard_error.max() < 1)
    (49, (4, 49), True)
    """

    f_final: float = 1e-7

    def __post_init__(self) -> None:
        object.__setattr__(self, "f_final", number("f_final", self.f_final))
        _core.check_wang_landau(self.f_final)

    def run(
        self,
        model: SpinModel,
        *,
        n: int = 8,
        rng: Any = None,
        unit: float | None = None,
        threads: int | None = None,
        max_bytes: int | None = None,
        progress: Any = None,
    ) -> EstimatedLevels:
        """Return the estimate of ``n`` independent walkers.

        Parameters
        ----------
        model : Ising or Potts
            Its couplings and fields must be whole multiples of one unit; its beta plays no part.
        n : int
            Walkers, >= 1; error bars need 2, good ones 8.
        rng : int, SeedSequence, Generator or None
            Randomness; walker k has the same stream whatever n is.
        unit : float, optional
            That unit; None finds the largest, as in `density_of_states`.
        threads : int, optional
            Worker threads; all available ones by default. The result does not depend on it.
        max_bytes : int, optional
            The most memory to use; half of what is free by default.
        progress : bool or callable, optional
            As in `quincunx.simulate`.

        Returns
        -------
        EstimatedLevels
            ``.energy .log_counts .standard_error .attempts .log_partition(beta) .mean_energy(beta) .specific_heat(beta)``.

        Raises
        ------
        ValueError
            If the energies are no multiples of one unit.
        MemoryError
            If it would take more than ``max_bytes``.

        Examples
        --------
        >>> from quincunx import lattice
        >>> potts = lattice.Potts(lattice.Square(4), 3)
        >>> levels = lattice.WangLandau(f_final=1e-4).run(potts, n=4, rng=1)
        >>> print(f"{levels.log_partition(0.0) / 16:.2f}")  # ln 3
        1.10
        """
        core, width = classical_core(model), None if unit is None else number("unit", unit)
        walkers, workers, limit = whole("n", n), worker_threads(threads), memory_limit(max_bytes)
        with listener(progress) as tell:
            energy, rows, attempts = _core.wang_landau(
                core, self.f_final, width, walkers, key(rng), workers, limit, tell
            )
        return EstimatedLevels(
            energy=read_only(energy),
            walkers=read_only(rows.reshape(walkers, -1)),
            attempts=tuple(attempts),
            n_sites=model.geometry.n_sites,
        )
