"""The two-dimensional Ising model by single spin flips."""

import functools

import numpy as np

from . import _laws

L, SWEEPS, BETA = 4096, 4, 0.5
OURS = 1_000  # our sweeps: as many as make a run of seconds, as the few of the peers do
WORK, UNIT = "2D Ising, L=4096, beta=0.5, single spin flips", "ns/update"
NEED = {"avx512": 60.0}
ONSAGER = -1.7455645753126  # energy per site at beta = 0.5


def run(size=L, sweeps=OURS, n=1, rng=1, threads=1):
    import quincunx as qx
    from quincunx import lattice, observe

    fastest = lattice.Checkerboard()  # Metropolis' flips, all sites of one colour at a time
    model = lattice.Ising(lattice.Square(size), beta=BETA)
    end = observe.final("energy")
    return qx.simulate(model, t=sweeps, method=fastest, observe=end, n=n, rng=rng, threads=threads)["energy"]


def ours(threads=1):
    run(threads=threads)
    return L * L * OURS


@functools.cache
def checkerboard():
    import numba

    @numba.njit
    def sweep(s, p4, p8, state, sweeps):
        size, word = s.shape[0], state
        for _ in range(sweeps):
            for colour in range(2):
                for i in range(size):
                    up, down = s[(i - 1) % size], s[(i + 1) % size]
                    row = s[i]
                    for j in range((i + colour) % 2, size, 2):
                        left, right = row[j - 1 if j else size - 1], row[j + 1 if j + 1 < size else 0]
                        agree = row[j] * (up[j] + down[j] + left + right)
                        word ^= word << np.uint64(13)
                        word ^= word >> np.uint64(7)
                        word ^= word << np.uint64(17)
                        if agree <= 0 or word < (p4 if agree == 2 else p8):
                            row[j] = -row[j]
        return word

    return sweep


def numba_run(size=L, sweeps=SWEEPS, seed=88172645463325252, beta=BETA):
    s = np.ones((size, size), np.int8)
    p4, p8 = (np.uint64(np.exp(-2 * beta * k) * 2.0**64) for k in (2, 4))
    checkerboard()(s, p4, p8, np.uint64(seed), sweeps)
    return s


def energy(s):
    return -np.mean(s * (np.roll(s, 1, 0) + np.roll(s, 1, 1)))


@functools.cache
def peapods_model(size=L):
    import peapods

    return peapods.Ising((size, size), temperatures=np.array([1 / BETA]))


def peapods_run():
    peapods_model().sample(SWEEPS, sweep_mode="metropolis", warmup_ratio=0.0, sequential=True)
    return L * L * SWEEPS


PEERS = {"numba checkerboard": lambda: numba_run().size * SWEEPS, "peapods": peapods_run}


def same_law():
    mine = run(size=64, sweeps=400, n=200, rng=2)
    wide = run(size=1024, sweeps=400, n=20, rng=2)  # wide enough for the words that are timed
    seeds = np.random.default_rng(1).integers(1, 2**63, 200)
    theirs = [energy(numba_run(64, 400, seed)) for seed in seeds]
    return [
        ("energy, ours and exact", _laws.mean(mine, ONSAGER)),
        ("energy at L=1024, ours and exact", _laws.mean(wide, ONSAGER)),
        ("energy, numba and exact", _laws.mean(theirs, ONSAGER)),
    ]
