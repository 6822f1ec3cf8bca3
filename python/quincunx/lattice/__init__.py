"""Spin lattices: Ising and Potts models on regular lattices and graphs, simulated and solved exactly."""

from quincunx.lattice._exact import (
    Boltzmann,
    Thermodynamics,
    boltzmann,
    bond_moments,
    critical_beta,
    log_partition,
    marginals,
    onsager_energy,
    thermodynamics,
    yang_magnetization,
)
from quincunx.lattice._geometry import Cubic, Geometry, Graph, Honeycomb, Square, Triangular
from quincunx.lattice._methods import HeatBath, Metropolis, Wolff
from quincunx.lattice._models import Ising, Potts

__all__ = [
    "Boltzmann",
    "Cubic",
    "Geometry",
    "Graph",
    "HeatBath",
    "Honeycomb",
    "Ising",
    "Metropolis",
    "Potts",
    "Square",
    "Thermodynamics",
    "Triangular",
    "Wolff",
    "boltzmann",
    "bond_moments",
    "critical_beta",
    "log_partition",
    "marginals",
    "onsager_energy",
    "thermodynamics",
    "yang_magnetization",
]
