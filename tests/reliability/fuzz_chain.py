"""Markov chains in discrete and continuous time."""

import numpy as np
import scipy.sparse as sp

import quincunx as qx
from quincunx import chain, observe

P = [[0.5, 0.5, 0.0], [0.25, 0.5, 0.25], [0.0, 0.5, 0.5]]
Q = [[-1.0, 1.0, 0.0], [2.0, -3.0, 1.0], [0.0, 2.0, -2.0]]
SPARSE = sp.csr_array(np.array(P))
STEPS, JUMPS = chain.MarkovChain(P), chain.MarkovJump(Q)
NAMED = chain.MarkovChain(P, states=["a", "b", "c"])


def run(model, **fixed):
    """`simulate` on a model, as a function of what is not fixed."""

    def simulate(t, start, method, observe, n):
        return qx.simulate(model, t=t, start=start, method=method, observe=observe, n=n, rng=1, **fixed)

    return simulate


RUN = {"t": 3, "start": 0, "method": chain.Alias(), "observe": observe.final(), "n": 2}

ENTRIES = [
    ("MarkovChain", chain.MarkovChain, {"P": P, "states": ["a", "b", "c"]}),
    ("MarkovChain sparse", chain.MarkovChain, {"P": SPARSE, "states": None}),
    ("MarkovChain of rows", lambda P: chain.MarkovChain([P, [0, 1, 0], [0, 0, 1]]), {"P": [1, 0, 0]}),
    ("MarkovJump", chain.MarkovJump, {"Q": Q, "states": [0, 1, 5]}),
    ("MarkovChain.replace", STEPS.replace, {"P": P, "states": [1, 2, 3]}),
    ("MarkovJump.replace", JUMPS.replace, {"Q": Q, "states": [1, 2, 3]}),
    ("MarkovChain.stationary", STEPS.stationary, {"all": False, "tol": 1e-12, "info": True}),
    ("MarkovJump.stationary", JUMPS.stationary, {"all": False, "tol": 1e-12, "info": True}),
    ("MarkovChain.transient", STEPS.transient, {"p0": 0, "t": [1, 2], "tol": 1e-12, "info": False}),
    ("MarkovJump.transient", JUMPS.transient, {"p0": [1.0, 0, 0], "t": [0.5, 2], "tol": 1e-12, "info": False}),
    ("transient from a label", NAMED.transient, {"p0": "a", "t": 3}),
    ("MarkovChain.log_likelihood", STEPS.log_likelihood, {"paths": [0, 1, 1]}),
    ("log_likelihood of labels", NAMED.log_likelihood, {"paths": ["a", "b"]}),
    ("MarkovJump.log_likelihood", JUMPS.log_likelihood, {"paths": ([0.0, 0.5], [0, 1]), "t": 1.0}),
    (
        "log_likelihood of times",
        lambda times, states: JUMPS.log_likelihood((times, states)),
        {"times": [0.0, 0.5], "states": [0, 1]},
    ),
    ("simulate steps", run(STEPS), RUN),
    ("simulate labels", run(NAMED), RUN | {"start": "a"}),
    ("simulate jumps", run(JUMPS), RUN | {"t": 3.0, "start": [0.5, 0.25, 0.25]}),
]
