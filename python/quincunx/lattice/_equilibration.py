"""Whether a run has forgotten its start: what is looked at beside what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx._result import Result
from quincunx.observe import Moments, at, moments

__all__ = ["Equilibration", "equilibration", "looks"]

Array = np.ndarray[Any, np.dtype[np.float64]]

PER_OCTAVE = 8  # looks between t and 2 t
MOST_SITES = 2**16  # on larger lattices a look at the energy takes as long as sweeps


@dataclass(frozen=True, eq=False, repr=False)
class Equilibration:
    """The mean energy over replicas on a logarithmic scale of sweeps: where it still drifts, the start is not forgotten.

    Attributes
    ----------
    sweeps : ndarray (T,)
        Eight times per octave.
    energy, standard_error : ndarray (\\*G, T)
        Mean energy per site over replicas, and its standard error (nan for one replica).
    drift : ndarray (\\*G)
        Mean of the second half of the run minus that of the quarter before it, in standard errors that take the looks of
        an octave for fully correlated: beyond 3 or so, ``burn`` more or run longer. It sees no barrier that all replicas
        are stuck behind: compare runs from ``start="random"`` with ordered ones where there may be one.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import lattice
    >>> model = lattice.Ising(lattice.Square(16), beta=0.3)
    >>> res = qx.simulate(model, t=1000, n=16, rng=1, start="random", method=lattice.Metropolis())
    >>> res.info.equilibration.energy.shape, bool(abs(res.info.equilibration.drift) < 4)
    ((64,), True)
    """

    sweeps: Array
    energy: Array
    standard_error: Array
    drift: Array

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Equilibration):
            return NotImplemented
        mine, theirs = (e.__dict__.values() for e in (self, other))
        return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(mine, theirs, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        worst = np.max(np.abs(self.drift)) if self.drift.size else np.nan
        return f"Equilibration(largest drift {worst:.2g} standard errors, over the last half of {self.sweeps[-1]:g} sweeps)"


def looks(t: float, sites: int) -> Moments | None:
    """Return the observer of the energy of a run of ``t`` sweeps, None where it would cost too much.

    The times of a shorter run are the first ones of a longer run, so that one extends the other.
    """
    if sites > MOST_SITES:
        return None
    times: list[int] = [k for k in range(PER_OCTAVE) if k <= t]
    step = 1
    while step * PER_OCTAVE <= t:
        times += [k * step for k in range(PER_OCTAVE, 2 * PER_OCTAVE) if k * step <= t]
        step *= 2
    return moments("energy", when=at(times))


def equilibration(seen: Result, n: int) -> dict[str, Equilibration]:
    """Return what the looks tell; nothing of a run too short or without replicas."""
    if n == 0 or np.size(seen.t) <= PER_OCTAVE:
        return {}
    sweeps = np.asarray(seen.t, dtype=np.float64)
    energy = np.asarray(seen.mean("energy"))
    error = np.sqrt(seen.var("energy") / n) if n > 1 else np.full_like(energy, np.nan)
    late, early = sweeps > sweeps[-1] / 2, (sweeps > sweeps[-1] / 4) & (sweeps <= sweeps[-1] / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.hypot(error[..., late].mean(-1), error[..., early].mean(-1))
        change = energy[..., late].mean(-1) - energy[..., early].mean(-1)
        drift = np.where(change == 0, 0.0 * spread, change / spread)
    for array in (sweeps, energy, error, drift):
        array.flags.writeable = False
    return {"equilibration": Equilibration(sweeps, energy, error, np.asarray(drift))}
