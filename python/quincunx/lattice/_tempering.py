"""Parallel tempering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._arrays import described
from quincunx._coerce import numbers, whole
from quincunx.lattice._methods import LatticeMethod, Metropolis, arguments

__all__ = ["ParallelTempering"]


@dataclass(frozen=True, repr=False)
class ParallelTempering(LatticeMethod):
    r"""One chain per temperature, and swaps of neighbouring ones: for glasses and for what else has barriers.

    After each sweep of ``inner`` at every beta, neighbours i, j in the list swap their states with

    .. math:: \min\left(1, e^{(\beta_i - \beta_j)(E_i - E_j)}\right),

    even pairs after even sweeps, odd pairs after odd ones.

    Parameters
    ----------
    betas : array of shape (K,)
        Inverse temperatures, finite and >= 0, at least two, all rising or all falling. They become the last axis of the
        sweep: results have the axes (\*G, K, n, ...), ordered by beta, not by walker. ``params`` must leave ``beta`` out,
        and the model's own beta is not used.
    inner : lattice method, optional
        The sweeps between swaps; None: `Metropolis`.
    copies : 1 or 2
        With 2 every replica holds two independent ladders of the same law, and the name ``overlap`` exists,
        :math:`q = \tfrac1N \sum_i s_i^{(1)} s_i^{(2)}` (Potts: :math:`(q \langle\delta\rangle - 1)/(q - 1)`);
        ``energy``, ``magnetization`` and ``state`` are those of the first copy. A given start holds for both.

    Raises
    ------
    ValueError, TypeError
        ``betas`` is no such ladder, ``copies`` is another number, or ``inner`` is none of the methods it can be.

    Notes
    -----
    ``res.info.swap_rates`` (\*G, K - 1): the fraction of swaps accepted between beta k and beta k + 1; ladders with rates of
    0.2 to 0.5 work well. ``res.info.round_trips`` (\*G): how often a walker came from the first beta to the last and back, a
    mean over walkers and replicas; below a few, the ladder has not mixed. Formulas may use ``beta``.

    References
    ----------
    K. Hukushima, K. Nemoto, "Exchange Monte Carlo method and application to spin glass simulations",
    J. Phys. Soc. Jpn. 65, 1604 (1996), arXiv cond-mat/9512035.

    Examples
    --------
    >>> import numpy as np, quincunx as qx
    >>> from quincunx import lattice, observe
    >>> cube = lattice.Cubic(4)
    >>> glass = lattice.Ising(cube, J=np.random.default_rng(0).choice([-1.0, 1.0], len(cube.bonds)))
    >>> method = lattice.ParallelTempering([0.2, 0.5, 0.8], copies=2)
    >>> keep = observe.time_average(["energy", "abs(overlap)"], burn=100)
    >>> res = qx.simulate(glass, t=1000, start="random", n=4, rng=1, method=method, observe=keep)
    >>> res["energy"].shape, res.info.swap_rates.shape
    ((3, 4), (2,))
    >>> bool(np.all(np.diff(res.mean("energy")) < 0))
    True
    """

    betas: tuple[float, ...]
    inner: LatticeMethod | None = None
    copies: int = 1

    def __post_init__(self) -> None:
        betas = numbers("betas", self.betas)
        if betas.ndim != 1:
            raise ValueError(f"betas: has shape {betas.shape}: must be a row of inverse temperatures")
        object.__setattr__(self, "betas", tuple(betas.tolist()))
        object.__setattr__(self, "copies", whole("copies", self.copies))
        if isinstance(self.inner, type):
            raise TypeError(f"inner = {self.inner.__name__}: must be an instance; write inner={self.inner.__name__}()")
        if self.inner is not None and not isinstance(self.inner, LatticeMethod):
            raise TypeError(f"inner = {self.inner!r}: must be a lattice method such as Metropolis()")
        if isinstance(self.inner, ParallelTempering):
            raise ValueError(f"inner = {self.inner!r}: must make sweeps at one temperature")
        _core.check_tempering(list(self.betas), self.copies)

    def __repr__(self) -> str:
        return described(self, vars(self))

    def _ladder(self) -> Mapping[str, tuple[float, ...]]:
        return {"beta": self.betas}

    def _tell(self, name: str, means: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        if name == "swap_rates":
            return means[..., :-1].copy()
        return means[..., 0].copy() if name == "round_trips" else means

    def _kernel(self, model: _core.SpinModel, *, random: bool) -> _core.Kernel:
        inner = arguments(self.inner or Metropolis())
        return _core.tempering_kernel(model, list(self.betas), self.copies, inner, random)
