"""The transient law of a sparse chain with 9e4 states."""

import functools

import numpy as np

from . import _laws
from ._queues import tandem

K, T = 300, 50.0
WORK, UNIT = "transient law at t=50, tandem queue, 9e4 states, sparse", "s"
NEED = {"any": 8.0}


@functools.cache
def chain():
    from quincunx import chain

    return chain.MarkovJump(tandem(K))


def law():
    return chain().transient(0, T, tol=1e-10)


def ours(threads=1):
    law()
    return 1e9


@functools.cache
def generator():
    return tandem(K).T.tocsc()


def expm_multiply():
    from scipy.sparse.linalg import expm_multiply

    start = np.zeros(K * K)
    start[0] = 1.0
    return expm_multiply(generator() * T, start)


def scipy_run():
    expm_multiply()
    return 1e9


PEERS = {"scipy expm_multiply": scipy_run}


def same_law():
    return [("total variation below 1e-9", _laws.arrays(np.abs(law() - expm_multiply()).sum() / 2, 0.0, 1e-9))]
