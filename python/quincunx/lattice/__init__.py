"""Spin lattices: Ising and Potts models on regular lattices and graphs, simulated and solved exactly."""

from quincunx.lattice._averages import binder, specific_heat, susceptibility
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
from quincunx.lattice._inference import (
    Gradient,
    GroundState,
    count_distribution,
    gradient,
    ground_state,
    pair_marginals,
    sample_exact,
)
from quincunx.lattice._levels import DensityOfStates, density_of_states
from quincunx.lattice._methods import Checkerboard, HeatBath, Kawasaki, Metropolis, SwendsenWang, Wolff
from quincunx.lattice._models import Ising, Potts
from quincunx.lattice._reweight import Reweighted, reweight
from quincunx.lattice._tempering import ParallelTempering
from quincunx.lattice._transverse import TransverseIsing
from quincunx.lattice._wang_landau import EstimatedLevels, WangLandau

__all__ = [
    "Boltzmann",
    "Checkerboard",
    "Cubic",
    "DensityOfStates",
    "EstimatedLevels",
    "FisherGeometry",
    "Geometry",
    "Gradient",
    "Graph",
    "GroundState",
    "HeatBath",
    "Honeycomb",
    "Ising",
    "Kawasaki",
    "Metropolis",
    "ParallelTempering",
    "Potts",
    "Reweighted",
    "Square",
    "SwendsenWang",
    "Thermodynamics",
    "TransverseIsing",
    "Triangular",
    "WangLandau",
    "Wolff",
    "binder",
    "boltzmann",
    "bond_moments",
    "count_distribution",
    "critical_beta",
    "density_of_states",
    "first_ricci_term",
    "fisher_geometry",
    "gradient",
    "ground_state",
    "log_partition",
    "marginals",
    "onsager_energy",
    "pair_marginals",
    "reweight",
    "sample_exact",
    "specific_heat",
    "susceptibility",
    "thermodynamics",
    "yang_magnetization",
]
