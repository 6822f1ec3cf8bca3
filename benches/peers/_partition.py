"""ln Z of Ising tori in a field, exactly, beside the transfer matrix as it is written in NumPy."""

from functools import partial

import numpy as np

from . import _laws

BETA, FIELD = 0.44, 0.1


def work(rows, columns):
    """What a row of this size measures."""
    return f"ln Z of the Ising torus in a field, {rows} x {columns}, exactly"


def sides(rows, columns):
    """`ours`, `PEERS` and `same_law` of the row."""
    peers = {"numpy transfer matrix": partial(_units, _numpy, rows, columns)}
    return partial(_units, _ours, rows, columns), peers, partial(_same_law, rows, columns)


def _units(work, rows, columns):
    work(rows, columns)
    return 1e3  # thousandths, so that nanoseconds read as microseconds


def _ours(rows, columns):
    from quincunx import lattice

    return lattice.log_partition(lattice.Ising(lattice.Square(rows, columns), beta=BETA, h=FIELD))


def _numpy(rows, columns):
    """Trace of a power of the symmetric matrix between rows, by its eigenvalues."""
    spins = 2.0 * (np.arange(2**columns)[:, None] >> np.arange(columns) & 1) - 1
    within = BETA * ((spins * np.roll(spins, 1, 1)).sum(1) + FIELD * spins.sum(1))
    exponent = BETA * spins @ spins.T + (within[:, None] + within) / 2
    shift = exponent.max()
    values = np.linalg.eigvalsh(np.exp(exponent - shift))
    largest = np.abs(values).max()
    return rows * (shift + np.log(largest)) + np.log(np.sum((values / largest) ** rows))


def _same_law(rows, columns):
    return [
        (f"ln Z of {m} x {n}, ours and numpy", _laws.arrays(_ours(m, n), _numpy(m, n), 1e-11 * m * n))
        for m, n in ((rows, columns), (3, 3), (5, 8))
    ]
