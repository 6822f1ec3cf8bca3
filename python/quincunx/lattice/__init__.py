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
from quincunx.lattice._fisher import FisherGeometry, first_ricci_term, fisher_geometry
from quincunx.lattice._geometry import Cubic, Geometry, Graph, Honeycomb, Square, Triangular
from quincunx.lattice._levels import DensityOfStates, density_of_states
from quincunx.lattice._methods import Checkerboard, HeatBath, Metropolis, Wolff
from quincunx.lattice._models import Ising, Potts
from quincunx.lattice._wang_landau import EstimatedLevels, WangLandau

__all__ = [
    "Boltzmann",
    "Checkerboard",
    "Cubic",
    "DensityOfStates",
    "EstimatedLevels",
    "FisherGeometry",
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
    "WangLandau",
    "Wolff",
    "boltzmann",
    "bond_moments",
    "critical_beta",
    "density_of_states",
    "first_ricci_term",
    "fisher_geometry",
    "log_partition",
    "marginals",
    "onsager_energy",
    "thermodynamics",
    "yang_magnetization",
]
