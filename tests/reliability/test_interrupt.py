"""Ctrl-C answers within 100 ms, `finally` runs, the next call works."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest
from registry import all_cases

import quincunx as qx
from quincunx import lattice, observe

CASES = [case for case in all_cases() if case.endless is not None]
FAMILIES = sorted({case.name.split("-")[0] for case in CASES})
GLASS = lattice.Ising(lattice.Square(18, periodic=False), beta=0.4, J=np.resize([1.0, -0.7, 0.4], 612), h=0.1)
ALL = lattice.Graph([(i, j) for j in range(27) for i in range(j)])
EXACT = {
    "walk": lambda: lattice.WangLandau(1e-9).run(lattice.Ising(lattice.Square(8)), n=4, rng=1),
    "counts": lambda: lattice.density_of_states(lattice.Ising(lattice.Square(11))),
    "enumeration": lambda: lattice.log_partition(lattice.Ising(ALL, J=0.1, h=0.1)),
    "elimination": lambda: lattice.thermodynamics(GLASS),
    "marginals": lambda: lattice.marginals(GLASS),
    "rows": lambda: lattice.thermodynamics(lattice.Ising(lattice.Square(14), beta=0.4, h=0.1)),
    "eigenvalues": lambda: lattice.thermodynamics(lattice.Ising(lattice.Square(12, 2000), beta=0.4, h=0.1)),
    "open rows": lambda: lattice.bond_moments(lattice.Potts(lattice.Square(9, 100, periodic=False), 3)),
}


def endless(case):
    """A run that ends by being interrupted."""
    return lambda: qx.simulate(case.model, observe=observe.final(), **case.run(t=case.endless, n=2000))


def latency(call, delay: float) -> float:
    """Seconds from the signal to the exception."""
    fired = []

    def handler(signum, frame):
        fired.append(time.perf_counter())
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, handler)
    asked = []
    cleaned = False
    try:
        signal.setitimer(signal.ITIMER_REAL, delay)
        asked.append(time.perf_counter() + delay)
        with pytest.raises(KeyboardInterrupt):
            try:
                call()
            finally:
                cleaned = True
        answered = time.perf_counter()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert fired
    assert cleaned
    return answered - asked[0]


def trials(family: str, count: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    mine = [case for case in CASES if case.name.startswith(family)]
    return np.array([latency(endless(mine[k % len(mine)]), rng.uniform(0.005, 0.05)) for k in range(count)])


@pytest.mark.parametrize("family", FAMILIES)
def test_ctrl_c_answers_and_leaves_everything_usable(family):
    assert np.median(trials(family, 5)) <= 0.1
    for case in CASES:
        if case.name.startswith(family):
            assert qx.simulate(case.model, **case.run()).n == 5


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_ctrl_c_latency_in_a_hundred_trials(family):
    assert np.quantile(trials(family, 100), 0.99) <= 0.1


@pytest.mark.parametrize("name", EXACT)
def test_ctrl_c_stops_exact_answers(name):
    assert np.median([latency(EXACT[name], delay) for delay in (0.01, 0.02, 0.03)]) <= 0.1


@pytest.mark.slow
@pytest.mark.parametrize("name", EXACT)
def test_ctrl_c_latency_of_exact_answers_in_a_hundred_trials(name):
    delays = np.random.default_rng(1).uniform(0.005, 0.05, size=100)
    assert np.quantile([latency(EXACT[name], delay) for delay in delays], 0.99) <= 0.1
