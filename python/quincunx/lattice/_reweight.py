"""Lattice runs at several temperatures, joined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from quincunx._coerce import numbers, word
from quincunx._model import nearest
from quincunx._result import Result
from quincunx.lattice._averages import model_and_beta

if TYPE_CHECKING:
    from quincunx.stats import Estimate, Reweighting

__all__ = ["Reweighted", "reweight"]


@dataclass(frozen=True, eq=False, repr=False)
class Reweighted:
    """Averages per site at any temperature that the runs cover, with errors; made by `reweight`.

    Attributes
    ----------
    runs : stats.Reweighting
        The joined runs in total energies: ``.residual .blocks .autocorrelation .function(...) .effective_draws(beta)``.
    n_sites : int
        Number of sites.
    series : dict
        What was kept, by name: arrays (K, replicas, draws).

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> model, keep = lattice.Ising(lattice.Square(4)), observe.every(2, burn=20)
    >>> res = qx.simulate(model, params={"beta": [0.3, 0.4]}, t=1020, n=8, rng=1, method=lattice.Wolff(), observe=keep)
    >>> joined = lattice.reweight(res)
    >>> joined.binder([0.32, 0.35, 0.38]).value.shape
    (3,)
    """

    runs: Reweighting
    n_sites: int
    series: dict[str, Any]

    def log_partition(self, beta: ArrayLike) -> Estimate:
        """Return ln Z(beta) - ln Z of the first run, of the whole lattice, at every ``beta``."""
        return self.runs.log_partition(beta)

    def mean(self, name: str, beta: ArrayLike) -> Estimate:
        """Return the mean of the kept quantity ``name`` at every ``beta``."""
        return self.runs.mean(self._kept(name), beta)

    def energy(self, beta: ArrayLike) -> Estimate:
        """Return the energy per site at every ``beta``."""
        return self.mean("energy", beta)

    def specific_heat(self, beta: ArrayLike) -> Estimate:
        """Return beta^2 N Var(e) at every ``beta``, as `lattice.specific_heat` does."""
        e = self._kept("energy")
        middle = e.mean()  # a variance about the middle loses no digits
        scale = numbers("beta", beta) ** 2 * self.n_sites
        return self.runs.function(lambda a, b: scale * (b - a**2), e - middle, (e - middle) ** 2, beta=beta)

    def binder(self, beta: ArrayLike) -> Estimate:
        """Return Binder's ratio 1 - <m^4>/(3 <m^2>^2) at every ``beta``, as `lattice.binder` does."""
        m = self._kept("magnetization")
        return self.runs.function(lambda m2, m4: 1 - m4 / (3 * m2**2), m**2, m**4, beta=beta)

    def susceptibility(self, beta: ArrayLike, *, subtract: Literal["abs", "mean"] | None = "abs") -> Estimate:
        """Return beta N (<m^2> - a^2) at every ``beta``, with ``subtract`` as in `lattice.susceptibility`."""
        if subtract is not None and word("subtract", subtract) not in ("abs", "mean"):
            raise ValueError(f"subtract = {subtract!r}: must be 'abs', 'mean' or None")
        m, scale = self._kept("magnetization"), numbers("beta", beta) * self.n_sites
        if subtract is None:
            return self.runs.function(lambda m2: scale * m2, m**2, beta=beta)
        first = np.abs(m) if subtract == "abs" else m
        return self.runs.function(lambda m2, a: scale * (m2 - a**2), m**2, first, beta=beta)

    def __repr__(self) -> str:
        return f"Reweighted {', '.join(self.series)} of {self.n_sites} sites: {self.runs!r}"

    def _kept(self, name: str) -> Any:
        if word("name", name) not in self.series:
            raise KeyError(f"name = {name!r:.80}: {nearest(str(name), tuple(self.series))}")
        return self.series[name]


def reweight(result: Result, *, autocorrelation: ArrayLike | None = None) -> Reweighted:
    r"""Join a sweep of temperatures into averages at every temperature between them (multi-histogram reweighting).

    Parameters
    ----------
    result : Result
        A run with one sweep axis, ``beta``, that kept the series ``energy`` and whatever else is to be averaged:
        ``observe.every(k, burn=...)`` keeps ``energy`` and ``magnetization``.
    autocorrelation
        Autocorrelation time of each run in draws, or one for all; by default measured.

    Returns
    -------
    Reweighted
        ``.energy(beta) .specific_heat(beta) .binder(beta) .susceptibility(beta) .log_partition(beta) .mean(name, beta)``, each
        an `stats.Estimate`.

    Raises
    ------
    ValueError
        If the result lacks the series or the axis, replicas failed, runs are too short or do not overlap (the message says
        where to run).
    TypeError
        If it is no result of an Ising or Potts model that keeps replicas.

    References
    ----------
    A. M. Ferrenberg and R. H. Swendsen, Phys. Rev. Lett. 63, 1195 (1989).

    Examples
    --------
    Two runs give the specific heat between them:

    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> model = lattice.Ising(lattice.Square(6))
    >>> res = qx.simulate(
    ...     model,
    ...     params={"beta": [0.4, 0.46]},
    ...     t=4200,
    ...     n=8,
    ...     rng=1,
    ...     method=lattice.Wolff(),
    ...     observe=observe.every(2, burn=200),
    ... )
    >>> found = lattice.reweight(res).specific_heat(0.43)
    >>> exact = lattice.thermodynamics(model.replace(beta=0.43)).specific_heat
    >>> bool(abs(found.value - exact) < 5 * found.standard_error < 0.2)
    True
    """
    from quincunx import stats

    model, beta = model_and_beta(result)
    shape = result._shape  # noqa: SLF001 - one package
    if beta.ndim != 1 or shape != beta.shape:
        raise ValueError(f"result: has sweep shape {shape}: must be swept over beta alone, params={{'beta': [...]}}")
    time = result._t  # noqa: SLF001
    if "energy" not in result or result._kind != "grid" or time is None or np.ndim(time) != 1:  # noqa: SLF001
        raise ValueError("result: has no series of 'energy': must be observed with observe.every(k, burn=...)")
    series = {name: result._sample(name, 1) for name in result.names if result[name].ndim == 3}  # noqa: SLF001
    sites = model.geometry.n_sites
    runs = stats.reweight(series["energy"] * sites, beta, autocorrelation=autocorrelation)
    return Reweighted(runs, sites, series)
