"""The Lorenz system with noise, from a formula: Euler-Maruyama, final state only."""

import functools
import math

import numpy as np

from . import _laws, _sde_peers

PATHS, STEPS, DT, NOISE = 10_000, 1_000, 0.001, 2.0
WORK, UNIT = "Lorenz-63 with own noise, 10^4 paths x 10^3 steps", "ns/path-step"
NEED = {"avx512": 3.0, "avx2": 2.0}
AGAINST = "numba, path by path"
ALSO = _sde_peers.ALSO
START = (1.0, 1.0, 25.0)


def run(rng=1, threads=1, n=PATHS, steps=STEPS):
    import quincunx as qx
    from quincunx import observe, sde

    drift = {"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"}
    lorenz = sde.SDE(drift, dict.fromkeys("xyz", "sigma"), s=10.0, r=28.0, b=8 / 3, sigma=NOISE)
    method = sde.EulerMaruyama(dt=DT)
    start = dict(zip("xyz", START, strict=True))
    run = {"t": steps * DT, "start": start, "n": n, "rng": rng, "threads": threads}
    return qx.simulate(lorenz, method=method, observe=observe.final(), **run)


def ours(threads=1):
    return run(threads=threads).n * STEPS


@functools.cache
def path_loop():
    import numba

    @numba.njit
    def loop(rng, steps, dt, sigma, out):
        root = sigma * math.sqrt(dt)
        for i in range(out.shape[0]):
            x, y, z = 1.0, 1.0, 25.0
            for _ in range(steps):
                dx, dy, dz = 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z
                x += dx * dt + root * rng.standard_normal()
                y += dy * dt + root * rng.standard_normal()
                z += dz * dt + root * rng.standard_normal()
            out[i] = x, y, z

    return loop


@functools.cache
def block_loop():
    import numba

    @numba.njit(fastmath=True)
    def loop(rng, steps, dt, sigma, out):
        root, block = sigma * math.sqrt(dt), 256
        s, n = np.empty((3, block)), np.empty((3, block))
        for begin in range(0, out.shape[0], block):
            width = min(block, out.shape[0] - begin)
            s[0], s[1], s[2] = 1.0, 1.0, 25.0
            for _ in range(steps):
                for k in range(3):
                    for j in range(width):
                        n[k, j] = rng.standard_normal()
                for j in range(width):
                    x, y, z = s[0, j], s[1, j], s[2, j]
                    s[0, j] = x + 10.0 * (y - x) * dt + root * n[0, j]
                    s[1, j] = y + (x * (28.0 - z) - y) * dt + root * n[1, j]
                    s[2, j] = z + (x * y - 8.0 / 3.0 * z) * dt + root * n[2, j]
            out[begin : begin + width] = s[:, :width].T

    return loop


def numba_run(loop, seed=1):
    out = np.empty((PATHS, 3))
    loop(np.random.Generator(np.random.SFC64(seed)), STEPS, DT, NOISE, out)
    return out


def drift(x, y, z):
    return 10.0 * (y - x), x * (28.0 - z) - y, x * y - 8.0 / 3.0 * z


MORE = _sde_peers.solvers(drift, START, NOISE, DT, STEPS, PATHS)
PEERS = {
    "numba, path by path": lambda: len(numba_run(path_loop())) * STEPS,
    "numba, blocks of paths": lambda: len(numba_run(block_loop())) * STEPS,
    **{name: lambda peer=peer: len(peer()().T) * STEPS for name, peer in MORE.items()},
}


def same_law():
    mine, others = run(rng=2), {"numba": numba_run(path_loop(), seed=2).T}
    others |= _sde_peers.samples(MORE, seed=2)
    return [
        (f"final {name}, {library}", _laws.distributions(mine[name], theirs[i]))
        for library, theirs in others.items()
        for i, name in enumerate("xyz")
    ]
