"""Exact averages, the law itself, and the infinite lattice; none takes a source of randomness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._coerce import number, whole
from quincunx._model import nearest
from quincunx.lattice._geometry import Geometry, geometry_of
from quincunx.lattice._models import Frozen, SpinModel
from quincunx.lattice._question import ask, classical_core

__all__ = [
    "Boltzmann",
    "Thermodynamics",
    "boltzmann",
    "bond_moments",
    "critical_beta",
    "log_partition",
    "marginals",
    "onsager_energy",
    "thermodynamics",
    "yang_magnetization",
]

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Thermodynamics:
    """Exact averages of a model; energies per site, without beta.

    Attributes
    ----------
    log_partition : float
        ln Z.
    energy : float
        <E>/n.
    energy_variance : float
        Var(E/n).
    specific_heat : float
        beta^2 Var(E)/n.
    method : str
        ``"torus"`` (Kaufman's solution), ``"transfer"`` (row by row), ``"enumerate"`` or ``"eliminate"``.

    Examples
    --------
    >>> from quincunx import lattice
    >>> found = lattice.thermodynamics(lattice.Ising(lattice.Graph([(0, 1)]), beta=0.5))
    >>> round(found.mean("energy"), 6), found.method
    (-0.231059, 'enumerate')
    """

    log_partition: float
    energy: float
    energy_variance: float
    specific_heat: float
    method: str

    def mean(self, name: str) -> float:
        """Exact mean of the quantity ``name``, which can be ``energy`` alone."""
        return {"energy": self.energy}[_known(name, ("energy",))]

    def var(self, name: str) -> float:
        """Exact variance of the quantity ``name``, which can be ``energy`` alone."""
        return {"energy": self.energy_variance}[_known(name, ("energy",))]


def _known(name: Any, names: tuple[str, ...]) -> str:
    if not isinstance(name, str) or name not in names:
        raise KeyError(f"name = {name!r:.80}: {nearest(str(name), names)}")
    return str(name)


def thermodynamics(model: Frozen) -> Thermodynamics:
    r"""Return :math:`\ln Z`, energy and specific heat, exactly.

    Periodic `Square` lattices of any size with one J per axis and no field: Kaufman's solution with its derivatives, at
    criticality too. Anything else by the cheapest of three: the sum over all configurations, up to 2^27 (28 Ising spins, 27
    in a field); row after row of narrow `Square` lattices of any length with one J and one h, periodic or open, Ising or
    Potts, up to 1e10 steps; or elimination, spin after spin summed out in the min-fill order or that of the sites, on graphs of
    any size whose width is at most 24 (Potts: less, with tables of at most 4 GB).

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        At finite beta. Connected transverse sites: at most 12.

    Returns
    -------
    Thermodynamics
        ``.log_partition .energy .energy_variance .specific_heat .method .mean("energy") .var("energy")``.

    Raises
    ------
    ValueError
        If the model is out of reach, with the reason.

    References
    ----------
    B. Kaufman, Phys. Rev. 76, 1232 (1949). R. Dechter, "Bucket elimination", Artif. Intell. 113, 41 (1999).

    Examples
    --------
    >>> from quincunx import lattice
    >>> square = lattice.Square(64)
    >>> critical = lattice.Ising(square, beta=lattice.critical_beta(square))
    >>> print(f"{lattice.thermodynamics(critical).energy:.12f}")
    -1.423938389833
    """
    return Thermodynamics(*ask(_core.lattice_thermodynamics, model))


def log_partition(model: Frozen) -> float:
    r"""Return :math:`\ln Z`, :math:`Z = \sum_s e^{-\beta E(s)}`, exactly.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Within the reach of `thermodynamics`.

    Returns
    -------
    float
        ln Z.

    Raises
    ------
    ValueError
        If the model is out of reach, with the reason.

    Examples
    --------
    >>> from quincunx import lattice
    >>> ring = lattice.Graph([(0, 1), (1, 2), (2, 0)])
    >>> print(f"{lattice.log_partition(lattice.Ising(ring, beta=0.0)):.6f}")
    2.079442
    """
    return float(ask(_core.log_partition, model))


def bond_moments(model: Frozen) -> Array:
    r"""Return :math:`\langle s_i s_j \rangle` (Ising) or :math:`\langle \delta(s_i, s_j) \rangle` (Potts) of every bond.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Within the reach of `thermodynamics`.

    Returns
    -------
    ndarray of shape (n_bonds,)
        In the order of ``geometry.bonds``.

    Raises
    ------
    ValueError
        If the model is out of reach, with the reason.

    Examples
    --------
    >>> from quincunx import lattice
    >>> pair = lattice.Ising(lattice.Graph([(0, 1)]), beta=0.5)
    >>> lattice.bond_moments(pair).round(6).tolist()  # tanh(0.5)
    [0.462117]
    """
    moments: Array = ask(_core.bond_moments, model)
    return moments


def marginals(model: Frozen) -> Array:
    r"""Return the law of every single spin, :math:`P(s_i = a)`; in a transverse field that of a measurement along Z.

    Parameters
    ----------
    model : Ising, Potts or TransverseIsing
        Without fields any size (all values weigh the same), else within the reach of `thermodynamics`.

    Returns
    -------
    ndarray of shape (*geometry.shape, q)
        Last axis: the values ascending (Ising: -1, +1; Potts: 0..q-1).

    Raises
    ------
    ValueError
        If the model is out of reach, with the reason.

    Examples
    --------
    >>> from quincunx import lattice
    >>> lone = lattice.Ising(lattice.Graph([], n_sites=1), beta=0.5, h=1.0)
    >>> lattice.marginals(lone).round(6).tolist()
    [[0.268941, 0.731059]]
    """
    flat: Array = ask(_core.spin_marginals, model)
    return flat.reshape(*model.geometry.shape, -1)


@dataclass(frozen=True, eq=False, repr=False)
class Boltzmann:
    """The exact law of a small model, configuration by configuration; arrays are read-only.

    Attributes
    ----------
    energy, magnetization : ndarray
        Per site, one entry per configuration.
    probability : ndarray
        exp(-beta E)/Z.

    Examples
    --------
    >>> from quincunx import lattice
    >>> law = lattice.boltzmann(lattice.Ising(lattice.Graph([(0, 1)]), beta=0.0))
    >>> law.probability.tolist(), law.var("magnetization")
    ([0.25, 0.25, 0.25, 0.25], 0.5)
    """

    energy: Array
    magnetization: Array
    probability: Array

    def mean(self, name: str) -> float:
        """Exact mean of the quantity ``name``, ``energy`` or ``magnetization``."""
        values: Array = getattr(self, _known(name, ("energy", "magnetization")))
        return float(self.probability @ values)

    def var(self, name: str) -> float:
        """Exact variance of the quantity ``name``, ``energy`` or ``magnetization``."""
        values: Array = getattr(self, _known(name, ("energy", "magnetization")))
        return float(self.probability @ (values - self.mean(name)) ** 2)

    def __repr__(self) -> str:
        return (
            f"Boltzmann({self.probability.size} configurations, energy {self.mean('energy'):.10g}, "
            f"magnetization {self.mean('magnetization'):.10g})"
        )


def boltzmann(model: SpinModel) -> Boltzmann:
    r"""Return the exact law of a small model, :math:`p(s) = e^{-\beta E(s)}/Z` for every configuration.

    Parameters
    ----------
    model : Ising or Potts
        At most 2^22 configurations. Configuration k has at site i the value number ``(k // q**i) % q``, values ascending.

    Returns
    -------
    Boltzmann
        ``.energy .magnetization .probability .mean(name) .var(name)``.

    Raises
    ------
    ValueError
        If there are more configurations.

    Examples
    --------
    Binder's ratio of a 3 x 3 torus at the critical temperature of the infinite lattice:

    >>> from quincunx import lattice
    >>> square = lattice.Square(3)
    >>> law = lattice.boltzmann(lattice.Ising(square, beta=lattice.critical_beta(square)))
    >>> m2, m4 = (law.probability @ law.magnetization**k for k in (2, 4))
    >>> print(f"{1 - m4 / (3 * m2**2):.12f}")
    0.620146560599
    """
    arrays = _core.configurations(classical_core(model))
    for array in arrays:
        array.flags.writeable = False
    return Boltzmann(*arrays)


def critical_beta(geometry: Geometry, q: int | None = None) -> float:
    r"""Return the critical inverse temperature of the infinite lattice with J = 1.

    Square :math:`\tfrac12\ln(1+\sqrt2)` (Potts :math:`\ln(1+\sqrt q)`), triangular :math:`\tfrac14\ln 3`, honeycomb
    :math:`\tfrac12\ln(2+\sqrt3)`, cubic 0.221654626(5), the consensus of simulations.

    Parameters
    ----------
    geometry : Geometry
        Its kind alone matters.
    q : int, optional
        Colours of a Potts model, >= 2; None: Ising.

    Returns
    -------
    float
        The critical beta.

    Raises
    ------
    ValueError
        For a `Graph`, and for q >= 3 on the cubic lattice.

    References
    ----------
    R. J. Baxter, *Exactly Solved Models in Statistical Mechanics* (1982).

    Examples
    --------
    >>> from quincunx import lattice
    >>> print(f"{lattice.critical_beta(lattice.Square(8)):.12f}")
    0.440686793510
    """
    return float(_core.critical_beta(geometry_of(geometry), None if q is None else whole("q", q)))


def onsager_energy(beta: float) -> float:
    r"""Return the energy per site of the infinite square lattice (J = 1, h = 0).

    .. math:: e = -\coth 2\beta \left[1 + \tfrac2\pi (2\tanh^2 2\beta - 1) K(k)\right],\quad
              k = 2 \sinh 2\beta / \cosh^2 2\beta

    Parameters
    ----------
    beta : float
        Inverse temperature, >= 0.

    Returns
    -------
    float
        Energy per site.

    Raises
    ------
    ValueError
        beta is negative or NaN.

    References
    ----------
    L. Onsager, Phys. Rev. 65, 117 (1944).

    Examples
    --------
    >>> from quincunx import lattice
    >>> print(f"{lattice.onsager_energy(0.5):.13f}")
    -1.7455645753126
    """
    return float(_core.onsager_energy(number("beta", beta)))


def yang_magnetization(beta: float) -> float:
    r"""Return the spontaneous magnetization :math:`(1 - \sinh^{-4} 2\beta)^{1/8}` of the infinite square lattice (J = 1).

    Parameters
    ----------
    beta : float
        Inverse temperature, >= 0; the magnetization is 0 at and below the critical one.

    Returns
    -------
    float
        Magnetization per site, >= 0.

    Raises
    ------
    ValueError
        beta is negative or NaN.

    References
    ----------
    C. N. Yang, Phys. Rev. 85, 808 (1952).

    Examples
    --------
    >>> from quincunx import lattice
    >>> print(f"{lattice.yang_magnetization(0.5):.13f}")
    0.9113193778775
    """
    return float(_core.yang_magnetization(number("beta", beta)))
