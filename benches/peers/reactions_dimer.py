"""An ensemble of dimerisations, final state only."""

import functools

import numpy as np

from . import _gillespy, _laws

PATHS, T, K1, K2 = 1_000, 50.0, 0.001, 0.01
RUNS = 16
WORK, UNIT = "2 P <-> P2, P=1000, t=50, 1,000 paths, final state", "ns/event"
NEED = {"avx512": 8.0, "avx2": 5.0}
AGAINST = "rebop, its core"
ALSO = {"GillesPy2, C++": 30.0}


def run(n=PATHS, rng=1, threads=1):
    import quincunx as qx
    from quincunx import jump, observe

    dimer = jump.Reactions("2 P <-> P2 @ k1, k2", k1=K1, k2=K2)  # propensity k1 P (P - 1) / 2
    return qx.simulate(dimer, t=T, start={"P": 1_000}, observe=observe.final(), n=n, rng=rng, threads=threads)


@functools.cache
def events_per_path():
    """Mean number of events: the law is the same on both sides, and rebop does not count."""
    res = run(n=4_000, rng=3)
    return res.info.events / res.n


def ours(threads=1):
    """Several runs: one takes two milliseconds, in which little can be timed."""
    return sum(run(rng=rng, threads=threads).info.events for rng in range(1, RUNS + 1))


@functools.cache
def rebop_core_model():
    import rebop

    model = rebop.Gillespie()
    model.add_reaction(K1 / 2, ["P", "P"], ["P2"], K2)  # rebop's rates are falling: k P (P - 1)
    return model


def rebop_core(n=PATHS, first=0):
    model = rebop_core_model().gillespie
    model.set_init({"P": 1_000})
    return [model.run(T, 1, params={}, seed=first + s, sparse=None, var_names=None)[1]["P"][-1] for s in range(n)]


def rebop_loop():
    for seed in range(PATHS):
        rebop_core_model().run({"P": 1_000}, T, 1, rng=seed)
    return PATHS * events_per_path()


def gillespy_run(n=PATHS, seed=1):
    species = (("P", 1_000), ("P2", 0))  # its rates are falling, too
    pair, split = (K1 / 2, (("P", 2),), (("P2", 1),)), (K2, (("P2", 1),), (("P", 2),))
    return _gillespy.final(_gillespy.network(species, (pair, split)), T, n, seed)["P"]


PEERS = {
    "rebop, its core": lambda: len(rebop_core()) * events_per_path(),
    "rebop, run() in a loop": rebop_loop,
    "GillesPy2, C++": lambda: len(gillespy_run()) * events_per_path(),
}


def same_law():
    mine = run(n=2_000, rng=2)["P"]
    laws = [("final P", _laws.distributions(mine, np.array(rebop_core(2_000, first=5_000))))]
    if _laws.installed("gillespy2"):
        laws.append(("final P, GillesPy2", _laws.distributions(mine, gillespy_run(2_000, seed=2))))
    return laws
