"""The two-dimensional Ising model at its critical point by the clusters of Swendsen and Wang."""

import functools
import time

import numpy as np

from . import _laws

L, SWEEPS = 512, 24
WORK, UNIT = f"2D Ising, L={L}, critical, Swendsen-Wang", "ns/site"
NEED: dict[str, float] = {}
TEMPERATURE = 2 / np.log(1 + np.sqrt(2))
KAUFMAN = -1.4530648528135  # energy per site at L = 16


def run(size=L, sweeps=SWEEPS, n=1, rng=1, threads=1):
    import quincunx as qx
    from quincunx import lattice, observe

    model = lattice.Ising(lattice.Square(size), beta=1 / TEMPERATURE)
    how = {"method": lattice.SwendsenWang(), "observe": observe.time_average("energy", burn=sweeps // 4)}
    return qx.simulate(model, t=sweeps, n=n, rng=rng, threads=threads, **how)["energy"]


def ours(threads=1):
    run(threads=threads)
    return L * L * SWEEPS


@functools.cache
def peapods_model(size):
    import peapods

    return peapods.Ising((size, size), temperatures=np.array([TEMPERATURE]))


def peapods_run():
    """One move of all clusters a sweep; the sweep of single flips that comes with it is timed alone and taken off."""
    model = peapods_model(L)
    begin = time.process_time()
    model.sample(SWEEPS, sequential=True)
    sweeps = time.process_time() - begin
    model.sample(SWEEPS, cluster_update_interval=1, cluster_mode="sw", sequential=True)
    both = time.process_time() - begin - sweeps
    return L * L * SWEEPS * (both + sweeps) / max(both - sweeps, 1e-9)


PEERS = {"peapods, clusters alone": peapods_run}


def peapods_energy():
    """The mean over a stretch of one chain; a model that is built anew repeats its numbers."""
    how = {"cluster_update_interval": 1, "cluster_mode": "sw", "sequential": True}
    return -float(peapods_model(16).sample(200, **how)["energies"][0])  # its energies have the other sign


def same_law():
    return [
        ("energy at L=16, ours and exact", _laws.mean(run(size=16, sweeps=200, n=200, rng=2), KAUFMAN)),
        ("energy at L=16, peapods and exact", _laws.mean([peapods_energy() for _ in range(200)], KAUFMAN)),
    ]
