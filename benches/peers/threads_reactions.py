"""Two threads against one: 64 epidemics."""

from . import _laws, _processes

PATHS, T, BETA, GAMMA = 64, 100.0, 2e-6, 1.0
WORK, UNIT = "SIR, S=999,990 I=10, 64 paths on two threads, final state", "ns/event"
NEED, AGAINST, CLOCK = {"any": 1.8}, "one thread", "wall"


def run(threads):
    import quincunx as qx
    from quincunx import jump, observe

    sir = jump.Reactions("S + I -> 2 I @ beta; I -> R @ gamma", beta=BETA, gamma=GAMMA)
    start = {"S": 999_990, "I": 10}
    return qx.simulate(sir, t=T, start=start, observe=observe.final(), n=PATHS, rng=1, threads=threads)


def ours(threads=2):
    return run(threads).info.events


PEERS = {"one thread": lambda: ours(1), "two processes": lambda: _processes.in_two(ours)}


def same_law():
    return [("final counts, bit for bit", _laws.arrays(run(2)["R"], run(1)["R"], 0.0))]
