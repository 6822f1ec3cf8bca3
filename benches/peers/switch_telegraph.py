"""A process that switches between up and down after gamma distributed sojourns."""

import numpy as np

from . import _laws

PATHS, T, SHAPE, SCALE = 10_000, 100.0, 2.0, 0.5
WORK, UNIT = "switch process, gamma sojourns, t=100, 10^4 paths, final state", "ns/switch"
NEED: dict[str, float] = {}


def run(n=PATHS, rng=1, threads=1):
    import quincunx as qx
    from quincunx import observe, switching

    process = switching.SwitchProcess(switching.laws.Gamma(SHAPE, 1 / SCALE))
    return qx.simulate(process, t=T, start=1, observe=observe.final(), n=n, rng=rng, threads=threads)


def ours(threads=1):
    return run(threads=threads).info.events


def numpy_run(n=PATHS, seed=1):
    """The loop over switches, vectorised over the paths that have not reached t."""
    rng = np.random.Generator(np.random.SFC64(seed))
    clock, state, running, switches = np.zeros(n), np.ones(n, np.int8), np.arange(n), 0
    while running.size:
        clock[running] += rng.gamma(SHAPE, SCALE, running.size)
        running = running[clock[running] <= T]
        state[running] = -state[running]
        switches += running.size
    return state, switches


PEERS = {"numpy, all paths at once": lambda: numpy_run()[1]}


def same_law():
    return [("final state", _laws.means(run(n=40_000, rng=2)["state"], numpy_run(40_000, seed=2)[0]))]
