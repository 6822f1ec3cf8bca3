"""One long path of a dense chain with 100 states."""

import functools

import numpy as np

from . import _laws

N, STEPS = 100, 1_000_000
WORK, UNIT = "path of 10^6 steps, dense, 100 states, every state kept", "ns/step"
NEED: dict[str, float] = {}


@functools.cache
def matrix():
    P = np.random.default_rng(1).random((N, N))
    return P / P.sum(axis=1, keepdims=True)


def path(n=1, steps=STEPS, rng=1, threads=1):
    import quincunx as qx
    from quincunx import chain, observe

    run = {"n": n, "rng": rng, "threads": threads, "observe": observe.every(1)}
    return qx.simulate(chain.MarkovChain(matrix()), t=steps, start=0, **run)["state"]


def ours(threads=1):
    path(threads=threads)
    return STEPS


@functools.cache
def quantecon_chain():
    import quantecon

    return quantecon.MarkovChain(matrix())


def quantecon_path(steps=STEPS, seed=1, **more):
    return quantecon_chain().simulate_indices(steps + 1, init=0, random_state=seed, **more)


def quantecon_run():
    return quantecon_path().size - 1


PEERS = {"quantecon simulate_indices": quantecon_run}


def same_law():
    mine, theirs = path(n=5_000, steps=3, rng=2)[:, -1], quantecon_path(3, seed=2, num_reps=5_000)[:, -1]
    return [("state after 3 steps", _laws.distributions(mine, theirs))]
