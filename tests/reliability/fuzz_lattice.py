"""Spin lattices: geometries, models, methods, exact answers, Fisher geometry."""

import matplotlib.pyplot as plt

import quincunx as qx
from quincunx import lattice, observe

plt.switch_backend("agg")  # imported before the calls: on a busy machine that takes longer than a call may
SMALL = lattice.Square(3)
ISING, POTTS = lattice.Ising(SMALL, beta=0.4), lattice.Potts(SMALL, 3, beta=0.9)
QUANTUM = lattice.TransverseIsing(SMALL, beta=0.4, transverse=[0.5] + [0.0] * 8)
RUN = {"t": 3, "start": "random", "params": {"beta": [0.3]}, "observe": observe.final(["energy", "state"]), "n": 2}
CASES = {
    "Metropolis": (ISING, lattice.Metropolis()),
    "HeatBath": (POTTS, lattice.HeatBath()),
    "Checkerboard": (lattice.Ising(lattice.Square(8), beta=0.4), lattice.Checkerboard()),
    "Wolff": (POTTS, lattice.Wolff()),
    "SwendsenWang": (POTTS, lattice.SwendsenWang()),
    "Kawasaki": (ISING, lattice.Kawasaki()),
}
LADDER = lattice.ParallelTempering([0.2, 0.4], copies=2)


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
RUNS = qx.simulate(ISING, t=60, n=4, params={"beta": [0.3, 0.34]}, rng=1, observe=observe.every(1, burn=10))
JOINED = lattice.reweight(RUNS, autocorrelation=2.0)
EXACT = [
    lattice.thermodynamics,
    lattice.log_partition,
    lattice.bond_moments,
    lattice.marginals,
    lattice.boltzmann,
    lattice.first_ricci_term,
    lattice.ground_state,
    lattice.gradient,
    lattice.pair_marginals,
]
LAW, THERMAL = lattice.boltzmann(ISING), lattice.thermodynamics(ISING)
CURVES = [JOINED.energy, JOINED.specific_heat, JOINED.binder, JOINED.log_partition]
LEVELS = lattice.density_of_states(ISING)
AVERAGES = [LEVELS.log_partition, LEVELS.mean_energy, LEVELS.specific_heat]
WALK = {"model": ISING, "n": 2, "rng": 1, "unit": None, "threads": 1, "max_bytes": 1e9, "progress": False}

MODULE = lattice
# What functions return: these constructors are nobody's business, their methods are.
MADE = {
    lattice.Boltzmann,
    lattice.DensityOfStates,
    lattice.EstimatedLevels,
    lattice.FisherGeometry,
    lattice.Gradient,
    lattice.GroundState,
    lattice.Reweighted,
    lattice.Thermodynamics,
}
ENTRIES = [
    ("Square", lattice.Square, {"Lx": 4, "Ly": 3, "periodic": True}),
    ("Cubic", lattice.Cubic, {"Lx": 4, "Ly": 3, "Lz": 2, "periodic": (True, False, True)}),
    ("Triangular", lattice.Triangular, {"Lx": 4, "Ly": 3, "periodic": True}),
    ("Honeycomb", lattice.Honeycomb, {"Lx": 4, "Ly": 3, "periodic": True}),
    ("Graph", lattice.Graph, {"edges": [(0, 1), (1, 2)], "n_sites": 3}),
    ("Ising", lattice.Ising, {"geometry": SMALL, "beta": 0.4, "J": [1.0] * 18, "h": 0.1}),
    ("Potts", lattice.Potts, {"geometry": SMALL, "q": 3, "beta": 0.4, "J": [1.0] * 18}),
    (
        "TransverseIsing",
        lattice.TransverseIsing,
        {"geometry": SMALL, "beta": 0.4, "J": [1.0] * 18, "h": 0.1, "transverse": [0.5] + [0.0] * 8},
    ),
    ("sample_exact", lattice.sample_exact, {"model": POTTS, "n": 3, "rng": 1}),
    ("count_distribution", lattice.count_distribution, {"model": ISING, "value": 1}),
    ("Ising.replace", ISING.replace, {"beta": 0.2, "J": 0.5, "h": 0.0}),
    ("Potts.replace", POTTS.replace, {"beta": 0.2, "J": 0.5}),
    ("TransverseIsing.replace", QUANTUM.replace, {"beta": 0.2, "J": 0.5, "h": 0.0, "transverse": [0.1] * 9}),
    ("HeatBath", lattice.HeatBath, {"order": "random"}),
    ("ParallelTempering", lattice.ParallelTempering, {"betas": [0.2, 0.4], "inner": lattice.Wolff(), "copies": 2}),
    ("Wolff", lattice.Wolff, {"clusters": 2}),
    *((f.__name__, f, {"model": ISING}) for f in EXACT),
    *((f.__name__, f, {"result": RUNS, "block": 4}) for f in (lattice.binder, lattice.specific_heat)),
    ("susceptibility", lattice.susceptibility, {"result": RUNS, "subtract": "mean", "block": 4}),
    ("lattice.reweight", lattice.reweight, {"result": RUNS, "autocorrelation": 2.0}),
    ("reweighted.mean", JOINED.mean, {"name": "energy", "beta": 0.32}),
    *((f"reweighted.{f.__name__}", f, {"beta": [0.31, 0.32]}) for f in CURVES),
    ("reweighted.susceptibility", JOINED.susceptibility, {"beta": 0.32, "subtract": None}),
    *((f"thermodynamics.{f.__name__}", f, {"name": "energy"}) for f in (THERMAL.mean, THERMAL.var)),
    *((f"boltzmann.{f.__name__}", f, {"name": "energy"}) for f in (LAW.mean, LAW.var)),
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
    ("levels.plot", LEVELS.plot, {"ax": None}),
    ("WangLandau", lattice.WangLandau, {"f_final": 1e-3}),
    ("WangLandau.run", lattice.WangLandau(1e-2).run, WALK),
    ("metric", metric, {"max_bytes": 1e9}),
    *((f"simulate {name}", run(model), RUN | {"method": method}) for name, (model, method) in CASES.items()),
    ("simulate ParallelTempering", run(ISING), RUN | {"params": {"J": [1.0]}, "method": LADDER}),
]
