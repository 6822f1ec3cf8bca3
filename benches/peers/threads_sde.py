"""Two threads against one: 256 paths of the Lorenz system."""

from . import _laws, _processes
from .sde_lorenz63 import run as lorenz

PATHS, STEPS = 256, 200_000
WORK, UNIT = "Lorenz-63 with own noise, 256 paths on two threads", "ns/path-step"
NEED, AGAINST, CLOCK = {"any": 1.8}, "one thread", "wall"


def run(threads):
    return lorenz(threads=threads, n=PATHS, steps=STEPS)


def ours(threads=2):
    return run(threads).n * STEPS


PEERS = {"one thread": lambda: ours(1), "two processes": lambda: _processes.in_two(ours)}


def same_law():
    return [("final x, bit for bit", _laws.arrays(run(2)["x"], run(1)["x"], 0.0))]
