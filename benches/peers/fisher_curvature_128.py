"""The exact Fisher curvature of the critical torus; published exact data stop at L=9."""

from . import _laws

L, R = 128, -618878.4260
WORK, UNIT = f"exact Fisher curvature, critical 2D torus, L={L}, two threads", "s"
CLOCK, LIMIT, REPEATS = "wall", 60.0, 1
NEED: dict[str, float] = {}
PEERS: dict = {}


def curvature(size):
    from quincunx import lattice

    square = lattice.Square(size)
    model = lattice.Ising(square, beta=lattice.critical_beta(square))
    return lattice.fisher_geometry(model, method="fermion").scalar_curvature


def ours(threads=2):
    curvature(L)
    return 1e9


def same_law():
    return [("curvature, independent computation", _laws.arrays(curvature(L), R, 1e-8 * abs(R)))]
