"""One long path: the epidemic of a million."""

import functools

import numpy as np

from . import _laws

N, T = 1_000_000, 250.0
BETA, GAMMA = 0.1 / N, 0.01
WORK, UNIT = "SIR, N=10^6 (I=100), t=250, one path", "ns/event"
NEED = {"any": 1.4}


def run(n=1, rng=1, t=T, threads=1):
    import quincunx as qx
    from quincunx import jump, observe

    sir = jump.Reactions("S + I -> 2 I @ beta; I -> R @ gamma", beta=BETA, gamma=GAMMA)
    start = {"S": N - 100, "I": 100}
    return qx.simulate(sir, t=t, start=start, observe=observe.final(), n=n, rng=rng, threads=threads)


def ours(threads=1):
    return run(threads=threads).info.events


@functools.cache
def model():
    import rebop

    sir = rebop.Gillespie()
    sir.add_reaction(BETA, ["S", "I"], ["I", "I"])
    sir.add_reaction(GAMMA, ["I"], ["R"])
    sir.gillespie.set_init({"S": N - 100, "I": 100})
    return sir.gillespie


def final(seed, t=T):
    return model().run(t, 1, params={}, seed=seed, sparse=None, var_names=None)[1]


def rebop_core():
    values = final(1)
    return N - 100 - int(values["S"][-1]) + int(values["R"][-1])


PEERS = {"rebop": rebop_core}


def same_law():
    mine = run(n=400, rng=2, t=30.0)["I"]
    return [("I at t=30", _laws.distributions(mine, np.array([final(s, 30.0)["I"][-1] for s in range(400)])))]
