"""The three-state Potts model by heat bath, site after site."""

import functools

import numpy as np

from . import _laws

L, Q, BETA = 512, 3, 0.9
OURS, SWEEPS = 40, 20
WORK, UNIT = f"2D Potts, q=3, L={L}, beta=0.9, heat bath in order", "ns/update"
NEED: dict[str, float] = {}


def model(*shape):
    from quincunx import lattice

    return lattice.Potts(lattice.Square(*shape), Q, beta=BETA)


def run(size=L, sweeps=OURS, n=1, rng=1, threads=1):
    import quincunx as qx
    from quincunx import lattice, observe

    how = {"method": lattice.HeatBath(order="sequential"), "observe": observe.final("energy")}
    return qx.simulate(model(size), t=sweeps, n=n, rng=rng, threads=threads, **how)["energy"]


def ours(threads=1):
    run(threads=threads)
    return L * L * OURS


@functools.cache
def heat_bath():
    import numba

    @numba.njit
    def sweep(s, weights, state, sweeps):
        size, word = s.shape[0], state
        counts, sums = np.zeros(Q, np.int64), np.zeros(Q)
        for _ in range(sweeps):
            for i in range(size):
                up, down = s[i - 1 if i else size - 1], s[i + 1 if i + 1 < size else 0]
                row = s[i]
                for j in range(size):
                    counts[:] = 0
                    counts[up[j]] += 1
                    counts[down[j]] += 1
                    counts[row[j - 1 if j else size - 1]] += 1
                    counts[row[j + 1 if j + 1 < size else 0]] += 1
                    total = 0.0
                    for colour in range(Q):
                        total += weights[counts[colour]]
                        sums[colour] = total
                    word ^= word << np.uint64(13)
                    word ^= word >> np.uint64(7)
                    word ^= word << np.uint64(17)
                    mark = np.float64(word >> np.uint64(11)) * 2.0**-53 * total
                    new = 0
                    for colour in range(Q - 1):
                        new += sums[colour] <= mark
                    row[j] = new
        return word

    return sweep


def numba_run(size=L, sweeps=SWEEPS, seed=88172645463325252):
    s = np.zeros((size, size), np.int8)
    heat_bath()(s, np.exp(BETA * np.arange(5)), np.uint64(seed), sweeps)
    return s


def energy(s):
    return -np.mean(s == np.roll(s, 1, 0)) - np.mean(s == np.roll(s, 1, 1))


PEERS = {"numba loop": lambda: numba_run().size * SWEEPS}


def same_law():
    from quincunx import lattice

    exact = float(lattice.thermodynamics(model(6, 6)).energy)  # all 3^36 states, row by row
    mine = run(size=6, sweeps=200, n=2_000, rng=2)
    seeds = np.random.default_rng(1).integers(1, 2**63, 2_000)
    theirs = [energy(numba_run(6, 200, seed)) for seed in seeds]
    wide = [energy(numba_run(64, 200, seed)) for seed in seeds[:100]]
    return [
        ("energy at L=6, ours and exact", _laws.mean(mine, exact)),
        ("energy at L=6, numba and exact", _laws.mean(theirs, exact)),
        ("energy at L=64, ours and numba", _laws.means(run(size=64, sweeps=200, n=100, rng=3), wide)),
    ]
