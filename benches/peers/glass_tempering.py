"""The three-dimensional +-J spin glass by parallel tempering."""

import functools

import numpy as np

from . import _laws

L, SWEEPS = 8, 1_000
TEMPERATURES = np.geomspace(0.8, 2.4, 16)
WORK, UNIT = f"3D +-J glass, L={L}, 16 temperatures, heat bath in order, swaps after each sweep", "ns/update"
NEED: dict[str, float] = {}


def signs(size, seed=7):
    """One sign per site and direction, in the order of both libraries."""
    return np.random.default_rng(seed).choice([-1.0, 1.0], (size, size, size, 3))


def run(size=L, sweeps=SWEEPS, burn=0, n=1, rng=1, threads=1):
    import quincunx as qx
    from quincunx import lattice, observe

    model = lattice.Ising(lattice.Cubic(size), J=signs(size).ravel())
    method = lattice.ParallelTempering(1 / TEMPERATURES, inner=lattice.HeatBath(order="sequential"))
    keep = observe.time_average("energy", burn=burn)
    return qx.simulate(model, t=sweeps, start="random", method=method, observe=keep, n=n, rng=rng, threads=threads)


def ours(threads=1):
    run(threads=threads)
    return L**3 * len(TEMPERATURES) * SWEEPS


@functools.cache
def peapods_model(size):
    import peapods

    return peapods.Ising((size,) * 3, couplings=signs(size).astype(np.float32), temperatures=TEMPERATURES)


def peapods_run(size=L, sweeps=SWEEPS, warmup_ratio=0.0):
    """Mean energies of a stretch of one chain; a model that is built anew repeats its numbers."""
    how = {"sweep_mode": "gibbs", "pt_interval": 1, "sequential": True}
    return peapods_model(size).sample(sweeps, warmup_ratio=warmup_ratio, **how)["energies"]


def peapods_updates():
    peapods_run()
    return L**3 * len(TEMPERATURES) * SWEEPS


PEERS = {"peapods": peapods_updates}


def same_law():
    size, sweeps, n = 4, 2_000, 40
    mine = run(size, sweeps, burn=sweeps // 2, n=n, rng=2)["energy"]
    theirs = -np.array([peapods_run(size, sweeps, 0.5) for _ in range(n)])  # its energies have the other sign
    return [
        (f"energy at L=4, T = {TEMPERATURES[k]:.2f}, ours and peapods", _laws.means(mine[k], theirs[:, k]))
        for k in (0, 7, 15)
    ]
