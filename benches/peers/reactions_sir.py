"""An ensemble of SIR epidemics, final state only."""

import functools

import numpy as np

from . import _gillespy, _laws

PATHS, T, BETA, GAMMA = 1_000, 250.0, 1e-4, 0.01
RUNS = 16
WORK, UNIT = "SIR, S=999 I=1, t=250, 1,000 paths, final state", "ns/event"
NEED = {"avx512": 8.0, "avx2": 5.0}
AGAINST = "rebop, its core"
ALSO = {"GillesPy2, C++": 30.0}


def run(n=PATHS, rng=1, threads=1):
    import quincunx as qx
    from quincunx import jump, observe

    sir = jump.Reactions("S + I -> 2 I @ beta; I -> R @ gamma", beta=BETA, gamma=GAMMA)
    start = {"S": 999, "I": 1}
    return qx.simulate(sir, t=T, start=start, observe=observe.final(), n=n, rng=rng, threads=threads)


def ours(threads=1):
    """Several runs: one takes two milliseconds, in which little can be timed."""
    return sum(run(rng=rng, threads=threads).info.events for rng in range(1, RUNS + 1))


@functools.cache
def rebop_model():
    import rebop

    model = rebop.Gillespie()
    model.add_reaction(BETA, ["S", "I"], ["I", "I"])
    model.add_reaction(GAMMA, ["I"], ["R"])
    return model


def final(s, r):
    """Events of a path from its final state: infections 999 - S, recoveries R."""
    return 999 - s + r


def rebop_loop():
    events = 0
    for seed in range(PATHS):
        run = rebop_model().run({"S": 999, "I": 1}, T, 1, rng=seed)
        events += final(int(run["S"][-1]), int(run["R"][-1]))
    return events


def rebop_core(n=PATHS):
    model = rebop_model().gillespie
    model.set_init({"S": 999, "I": 1})
    events = 0
    for seed in range(n):
        _, values = model.run(T, 1, params={}, seed=seed, sparse=None, var_names=None)
        events += final(int(values["S"][-1]), int(values["R"][-1]))
    return events


def gillespy_run(n=PATHS, seed=1):
    species = (("S", 999), ("I", 1), ("R", 0))
    infection, recovery = (BETA, (("S", 1), ("I", 1)), (("I", 2),)), (GAMMA, (("I", 1),), (("R", 1),))
    return _gillespy.final(_gillespy.network(species, (infection, recovery)), T, n, seed)


def gillespy_events():
    end = gillespy_run()
    return final(end["S"], end["R"]).sum()


PEERS = {
    "rebop, its core": rebop_core,
    "rebop, run() in a loop": rebop_loop,
    "GillesPy2, C++": gillespy_events,
}


def same_law():
    mine = run(n=2_000, rng=2)
    model = rebop_model().gillespie
    model.set_init({"S": 999, "I": 1})
    runs = [model.run(T, 1, params={}, seed=s, sparse=None, var_names=None)[1] for s in range(5_000, 7_000)]
    laws = [(f"final {name}", _laws.distributions(mine[name], np.array([r[name][-1] for r in runs]))) for name in "SIR"]
    if _laws.installed("gillespy2"):
        theirs = gillespy_run(2_000, seed=2)
        laws += [(f"final {name}, GillesPy2", _laws.distributions(mine[name], theirs[name])) for name in "SIR"]
    return laws
