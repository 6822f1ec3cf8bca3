"""The stationary law of a dense chain by elimination (GTH)."""

import functools

import numpy as np

from . import _laws

N = 1_000
WORK, UNIT = "stationary law, dense, n=1000, elimination (GTH)", "s"
NEED = {"any": 5.0}


@functools.cache
def matrix():
    P = np.random.default_rng(1).random((N, N)) ** 8
    return P / P.sum(axis=1, keepdims=True)


def law():
    from quincunx import chain

    return chain.MarkovChain(matrix()).stationary()


def ours(threads=1):
    law()
    return 1e9


def gth():
    from quantecon.markov import gth_solve

    return gth_solve(matrix())


def quantecon_run():
    gth()
    return 1e9


PEERS = {"quantecon gth_solve": quantecon_run}


def same_law():
    return [("largest relative difference below 1e-12", _laws.arrays(law() / gth(), 1.0, 1e-12))]
