"""Many replicas of a small two-dimensional Ising model by single spin flips."""

from . import _laws
from .ising_metropolis import energy, numba_run

L, N, BETA = 32, 256, 0.35
OURS, SWEEPS = 4_000, 4_000
WORK, UNIT = f"2D Ising, {N} replicas of L={L}, beta={BETA}, single spin flips", "ns/update"
NEED: dict[str, float] = {}


def model():
    from quincunx import lattice

    return lattice.Ising(lattice.Square(L), beta=BETA)


def run(sweeps=OURS, n=N, rng=1, threads=1):
    import quincunx as qx
    from quincunx import lattice, observe

    how = {"method": lattice.Checkerboard(), "observe": observe.final("energy")}
    return qx.simulate(model(), t=sweeps, n=n, rng=rng, threads=threads, **how)["energy"]


def ours(threads=1):
    run(threads=threads)
    return L * L * N * OURS


def numba_replica(seed=88172645463325252, sweeps=SWEEPS):
    return numba_run(L, sweeps, seed, BETA)


PEERS = {"numba checkerboard": lambda: numba_replica().size * SWEEPS}


def same_law():
    import numpy as np

    from quincunx import lattice

    exact = lattice.thermodynamics(model()).energy
    seeds = np.random.default_rng(1).integers(1, 2**63, N)
    theirs = [energy(numba_replica(seed, 400)) for seed in seeds]
    return [
        ("energy, ours and exact", _laws.mean(run(400, 4 * N, 2), exact)),
        ("energy, numba and exact", _laws.mean(theirs, exact)),
    ]
