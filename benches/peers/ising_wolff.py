"""The two-dimensional Ising model at its critical point by Wolff's clusters."""

import functools

import numpy as np

from . import _laws

L, CLUSTERS = 512, 1_000
WORK, UNIT = "2D Ising, L=512, critical, Wolff clusters", "ns/cluster"
NEED = {"any": 3.0}


def run(size=L, clusters=CLUSTERS, n=1, rng=1, threads=1):
    import quincunx as qx
    from quincunx import lattice, observe

    square = lattice.Square(size)
    model = lattice.Ising(square, beta=lattice.critical_beta(square))
    run = {"n": n, "rng": rng, "threads": threads, "method": lattice.Wolff()}
    return qx.simulate(model, t=clusters, observe=observe.final("energy"), **run)["energy"]


def ours(threads=1):
    run(threads=threads)
    return CLUSTERS


@functools.cache
def peapods_model(size):
    import peapods

    return peapods.Ising((size, size), temperatures=np.array([2 / np.log(1 + np.sqrt(2))]))


def peapods_run():
    """One Wolff cluster a sweep; the sweep of single flips that comes with it is timed alone and taken off."""
    import time

    model = peapods_model(L)
    begin = time.process_time()
    model.sample(CLUSTERS, warmup_ratio=0.0, sequential=True)
    sweeps = time.process_time() - begin
    model.sample(CLUSTERS, cluster_update_interval=1, cluster_mode="wolff", warmup_ratio=0.0, sequential=True)
    both = time.process_time() - begin - sweeps
    return CLUSTERS * (both + sweeps) / max(both - sweeps, 1e-9)


PEERS = {"peapods, clusters alone": peapods_run}


def same_law():
    exact = -1.4530648528135  # L = 16, Kaufman
    return [("energy at L=16, ours and exact", _laws.mean(run(size=16, clusters=400, n=400, rng=2), exact))]
