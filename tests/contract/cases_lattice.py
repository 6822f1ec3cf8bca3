"""Spin lattices."""

import numpy as np
from registry import Case

from quincunx import lattice

SWEEP = {"beta": [0.2, 0.5]}
GLASS = lattice.Ising(lattice.Triangular(3), beta=0.5, J=np.linspace(-1, 1, 27), h=np.linspace(-0.5, 1, 9))
SIGNS = lattice.Ising(lattice.Honeycomb(3), beta=0.8, J=np.resize([1.0, -1.0, 1.0, 1.0, -1.0], 27), h=0.2)
BITS = lattice.Ising(lattice.Honeycomb(6), beta=0.8, J=np.resize([1.0, -1.0, 1.0, 1.0, -1.0], 108))

CASES = [
    Case("ising-metropolis", lattice.Ising(lattice.Square(4)), 20, "energy", -1.0, sweep=SWEEP),
    Case("ising-wolff", lattice.Ising(lattice.Square(4)), 20, "energy", -1.0, method=lattice.Wolff(2), sweep=SWEEP),
    Case(
        "ising-checkerboard", lattice.Ising(lattice.Square(2, 1024)), 20, "energy", -1.0, method=lattice.Checkerboard()
    ),
    Case("signs-checkerboard", BITS, 20, "energy", -0.5, start="random", method=lattice.Checkerboard(), sweep=SWEEP),
    Case("glass-wolff", GLASS, 20, "energy", -0.5, start="random", method=lattice.Wolff()),
    Case("glass-swendsen-wang", GLASS, 20, "energy", -0.5, start="random", method=lattice.SwendsenWang()),
    Case("glass-kawasaki", GLASS, 20, "energy", -0.5, start="random", method=lattice.Kawasaki()),
    Case("signs-metropolis", SIGNS, 20, "energy", -0.5, start="random", sweep=SWEEP),
    Case("glass-heat-bath", GLASS, 20, "magnetization", 0.3, method=lattice.HeatBath(order="sequential")),
    Case("potts-metropolis", lattice.Potts(lattice.Honeycomb(2), 3), 20, "magnetization", 0.5, sweep=SWEEP),
    Case("potts-swendsen-wang", lattice.Potts(lattice.Square(16), 3), 10, "energy", -1.5, sweep=SWEEP),
    Case(
        "potts-kawasaki",
        lattice.Potts(lattice.Cubic(2), 4),
        20,
        "energy",
        -1.0,
        start=np.arange(8).reshape(2, 2, 2) % 4,
        method=lattice.Kawasaki(),
        sweep=SWEEP,
    ),
    Case(
        "glass-tempering",
        GLASS,
        20,
        "overlap",
        0.2,
        start="random",
        method=lattice.ParallelTempering([0.1, 0.4, 0.9], copies=2),
        without=frozenset({"events"}),
    ),
    Case(
        "potts-tempering",
        lattice.Potts(lattice.Square(3), 3),
        20,
        "energy",
        -1.0,
        method=lattice.ParallelTempering([0.8, 0.3], inner=lattice.HeatBath()),
        without=frozenset({"events"}),
        sweep={"J": [1.0, 1.5]},
    ),
    Case("potts-wolff", lattice.Potts(lattice.Cubic(2), 4), 20, "energy", -1.0, method=lattice.Wolff(), sweep=SWEEP),
]
