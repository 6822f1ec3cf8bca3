"""A double well from a formula: Euler-Maruyama, final state only."""

import functools
import math

import numpy as np

from . import _laws, _sde_peers

PATHS, STEPS, DT = 10_000, 1_000, 0.01
WORK, UNIT = "dx = (x - x^3) dt + 0.5 dW, 10^4 paths x 10^3 steps", "ns/path-step"
NEED = {"avx512": 3.0, "avx2": 2.4}
AGAINST = "numba, path by path"
ALSO = _sde_peers.ALSO


def run(rng=1, threads=1):
    import quincunx as qx
    from quincunx import observe, sde

    well = sde.SDE("x - x**3", "sigma", sigma=0.5)
    method = sde.EulerMaruyama(dt=DT)
    run = {"t": STEPS * DT, "start": 0.1, "n": PATHS, "rng": rng, "threads": threads}
    return qx.simulate(well, method=method, observe=observe.final(), **run)["x"]


def ours(threads=1):
    return run(threads=threads).size * STEPS


@functools.cache
def path_loop():
    """The loop as users write it: path after path, one normal at a time."""
    import numba

    @numba.njit
    def loop(rng, x0, steps, dt, sigma, out):
        root = sigma * math.sqrt(dt)
        for i in range(out.size):
            x = x0
            for _ in range(steps):
                x += (x - x * x * x) * dt + root * rng.standard_normal()
            out[i] = x

    return loop


@functools.cache
def block_loop():
    """The best variant we found: blocks of 256 paths that stay in cache, so that the arithmetic vectorises."""
    import numba

    @numba.njit(fastmath=True)
    def loop(rng, x0, steps, dt, sigma, out):
        root, block = sigma * math.sqrt(dt), 256
        x, z = np.empty(block), np.empty(block)
        for begin in range(0, out.size, block):
            width = min(block, out.size - begin)
            x[:] = x0
            for _ in range(steps):
                for j in range(width):
                    z[j] = rng.standard_normal()
                for j in range(width):
                    x[j] += (x[j] - x[j] * x[j] * x[j]) * dt + root * z[j]
            out[begin : begin + width] = x[:width]

    return loop


def numba_run(loop, seed=1):
    out = np.empty(PATHS)
    loop(np.random.Generator(np.random.SFC64(seed)), 0.1, STEPS, DT, 0.5, out)
    return out


def drift(x):
    return (x - x * x * x,)


MORE = _sde_peers.solvers(drift, (0.1,), 0.5, DT, STEPS, PATHS)
PEERS = {
    "numba, path by path": lambda: numba_run(path_loop()).size * STEPS,
    "numba, blocks of paths": lambda: numba_run(block_loop()).size * STEPS,
    **{name: lambda peer=peer: peer()().size * STEPS for name, peer in MORE.items()},
}


def same_law():
    mine, others = run(rng=2), {"numba": numba_run(path_loop(), seed=2)}
    others |= _sde_peers.samples(MORE, seed=2)
    return [(f"final x, {library}", _laws.distributions(mine, theirs)) for library, theirs in others.items()]
