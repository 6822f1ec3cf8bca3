"""Spin lattices: geometries, models, methods, exact answers, Fisher geometry."""

import quincunx as qx
from quincunx import lattice, observe

SMALL = lattice.Square(3)
ISING, POTTS = lattice.Ising(SMALL, beta=0.4), lattice.Potts(SMALL, 3, beta=0.9)
RUN = {"t": 3, "start": "random", "params": {"beta": [0.3]}, "observe": observe.final(["energy", "state"]), "n": 2}
CASES = {
    "Metropolis": (ISING, lattice.Metropolis()),
    "HeatBath": (POTTS, lattice.HeatBath()),
    "Checkerboard": (lattice.Ising(lattice.Square(8), beta=0.4), lattice.Checkerboard()),
    "Wolff": (POTTS, lattice.Wolff()),
}


def run(model):
    """`simulate` on a model, as a function of the rest."""

    def simulate(t, start, params, method, observe, n):
        return qx.simulate(model, t=t, start=start, params=params, method=method, observe=observe, n=n, rng=1)

    return simulate


def metric(max_bytes):
    """What is computed when it is asked for."""
    return lattice.fisher_geometry(ISING, max_bytes=max_bytes).metric


MONTE_CARLO = {
    "model": lattice.Ising(lattice.Square(4), beta=0.3),
    "method": "monte_carlo",
    "rng": 1,
    "n": 300,
    "chains": 3,
    "threads": 1,
    "max_bytes": 1e9,
    "progress": False,
}
EXACT = [
    lattice.thermodynamics,
    lattice.log_partition,
    lattice.bond_moments,
    lattice.marginals,
    lattice.boltzmann,
    lattice.first_ricci_term,
]
LEVELS = lattice.density_of_states(ISING)
AVERAGES = [LEVELS.log_partition, LEVELS.mean_energy, LEVELS.specific_heat]
WALK = {"model": ISING, "n": 2, "rng": 1, "unit": None, "threads": 1, "max_bytes": 1e9, "progress": False}

ENTRIES = [
    ("Square", lattice.Square, {"Lx": 4, "Ly": 3, "periodic": True}),
    ("Cubic", lattice.Cubic, {"Lx": 4, "Ly": 3, "Lz": 2, "periodic": (True, False, True)}),
    ("Triangular", lattice.Triangular, {"Lx": 4, "Ly": 3, "periodic": True}),
    ("Honeycomb", lattice.Honeycomb, {"Lx": 4, "Ly": 3, "periodic": True}),
    ("Graph", lattice.Graph, {"edges": [(0, 1), (1, 2)], "n_sites": 3}),
    ("Ising", lattice.Ising, {"geometry": SMALL, "beta": 0.4, "J": [1.0] * 18, "h": 0.1}),
    ("Potts", lattice.Potts, {"geometry": SMALL, "q": 3, "beta": 0.4, "J": [1.0] * 18}),
    ("Ising.replace", ISING.replace, {"beta": 0.2, "J": 0.5, "h": 0.0}),
    ("Potts.replace", POTTS.replace, {"beta": 0.2, "J": 0.5}),
    ("HeatBath", lattice.HeatBath, {"order": "random"}),
    ("Wolff", lattice.Wolff, {"clusters": 2}),
    *((f.__name__, f, {"model": ISING}) for f in EXACT),
    ("thermodynamics.mean", lattice.thermodynamics(ISING).mean, {"name": "energy"}),
    ("boltzmann.var", lattice.boltzmann(ISING).var, {"name": "energy"}),
    ("critical_beta", lattice.critical_beta, {"geometry": SMALL, "q": 3}),
    ("onsager_energy", lattice.onsager_energy, {"beta": 0.5}),
    ("yang_magnetization", lattice.yang_magnetization, {"beta": 0.5}),
    ("fisher_geometry", lattice.fisher_geometry, MONTE_CARLO),
    ("fisher_geometry exact", lattice.fisher_geometry, {"model": POTTS, "method": "transfer", "max_bytes": 1e9}),
    (
        "first_ricci_term of",
        lattice.first_ricci_term,
        {"model": ISING, "threads": 1, "max_bytes": 1e9, "progress": None},
    ),
    (
        "density_of_states",
        lattice.density_of_states,
        {"model": ISING, "unit": None, "threads": 1, "max_bytes": 1e9, "progress": False},
    ),
    *((f"levels.{f.__name__}", f, {"beta": [0.1, 0.4]}) for f in AVERAGES),
    ("WangLandau", lattice.WangLandau, {"f_final": 1e-3}),
    ("WangLandau.run", lattice.WangLandau(1e-2).run, WALK),
    ("metric", metric, {"max_bytes": 1e9}),
    *((f"simulate {name}", run(model), RUN | {"method": method}) for name, (model, method) in CASES.items()),
]
