"""Ctrl-C answers within 100 ms, `finally` runs, the next call works."""

from __future__ import annotations

import signal
import time

import numpy as np
import pytest
from registry import all_cases

import quincunx as qx
from quincunx import observe

CASES = [case for case in all_cases() if case.endless is not None]
FAMILIES = sorted({case.name.split("-")[0] for case in CASES})


def latency(case, delay: float) -> float:
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
                qx.simulate(case.model, observe=observe.final(), **case.run(t=case.endless, n=2000))
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
    return np.array([latency(mine[k % len(mine)], rng.uniform(0.005, 0.05)) for k in range(count)])


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
