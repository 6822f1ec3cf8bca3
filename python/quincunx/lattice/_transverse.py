"""The Ising model in a transverse field: exact answers only."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._model import Method, StartName
from quincunx.lattice._geometry import Geometry, geometry_of
from quincunx.lattice._models import Frozen, number_of, values_of

__all__ = ["TransverseIsing"]

EXACT_ONLY = (
    "TransverseIsing has exact answers only (log_partition, thermodynamics, marginals, ground_state, ...): no method "
    "simulates its quantum dynamics; sample_exact draws measurements along Z"
)


class TransverseIsing(Frozen):
    r"""Spins 1/2 with density matrix :math:`e^{-\beta H}/Z`, :math:`H = -\sum_b J_b Z_i Z_j - \sum_i h_i Z_i - \sum_k \lambda_k X_k`.

    Parameters
    ----------
    geometry : Geometry
        Sites and bonds.
    beta : float
        Inverse temperature, >= 0; ``inf`` for `ground_state` alone.
    J : float or array of shape (n_bonds,)
        Couplings in the order of ``geometry.bonds``; J > 0 favours equal spins.
    h : float or array of shape (n_sites,) or the shape of the geometry
        Fields along Z; h > 0 favours +1.
    transverse : float or array of shape (n_sites,) or the shape of the geometry
        Fields :math:`\lambda` along X. Sites without one are classical: their Z is conserved.

    Raises
    ------
    ValueError
        If a value is not finite, beta is negative, or there are too many or too few of them.

    Notes
    -----
    Connected transverse sites are diagonalised for each state of their classical neighbours: at most 12 in one component,
    whose matrix of 4096 rows takes a minute or more and 134 MB (each site less an eighth of the time). Ctrl-C stops it.
    `simulate` refuses the model: there is no unit of ``t`` and nothing to start from. Energies are total or per site, as
    each function says, without beta.

    References
    ----------
    P. Pfeuty, Ann. Phys. 57, 79 (1970).

    Examples
    --------
    One spin: ln Z is ln(2 cosh(beta sqrt(h^2 + transverse^2))).

    >>> from quincunx import lattice
    >>> lone = lattice.Graph([], n_sites=1)
    >>> print(f"{lattice.log_partition(lattice.TransverseIsing(lone, beta=0.5, h=3.0, transverse=4.0)):.12f}")
    2.506715348489
    """

    core: _core.TransverseModel

    def __init__(
        self, geometry: Geometry, *, beta: Any = 1.0, J: Any = 1.0, h: Any = 0.0, transverse: Any = 0.0
    ) -> None:
        sites = geometry_of(geometry)
        number = number_of("beta", beta)
        params = {
            "beta": number,
            "J": values_of("J", J),
            "h": values_of("h", h, geometry.shape),
            "transverse": values_of("transverse", transverse, geometry.shape),
        }
        rows = [np.asarray(params[name]) for name in ("J", "h", "transverse")]
        self._freeze(geometry, params, _core.transverse_ising(sites, number, *rows))

    @property
    def names(self) -> tuple[str, ...]:
        """``energy`` and ``magnetization`` (along Z) per site."""
        return ("energy", "magnetization")

    @property
    def methods(self) -> tuple[type[Method], ...]:
        """No method simulates this model."""
        return ()

    def _start_names(self) -> dict[str, StartName]:
        return {}

    def _automatic(self) -> Method:
        raise ValueError(EXACT_ONLY)

    def _resolve(self, method: Any) -> Method:
        raise ValueError(EXACT_ONLY)

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        raise ValueError(EXACT_ONLY)
