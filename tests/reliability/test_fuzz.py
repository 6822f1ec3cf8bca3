"""Hostile input: every public constructor and `simulate`, one argument at a time replaced by something wrong.

Allowed: an answer, or a documented exception whose message names the argument. Never a panic, a hang, or another class.
"""

from __future__ import annotations

import importlib
import inspect
import signal
import warnings
from pathlib import Path

import numpy as np
import pytest

import quincunx as qx

DOCUMENTED = (ValueError, TypeError, MemoryError, OverflowError, qx.SimulationError)
CALLS = 5000
SECONDS = 5  # longer than any of these small calls takes, even on a busy machine

HOSTILE = [
    None,
    True,
    -1,
    0,
    1,
    2**63,
    -(2**63) - 1,
    10**400,
    1.5,
    -0.0,
    1e-320,
    1e308,
    float("nan"),
    float("inf"),
    -float("inf"),
    1j,
    "",
    "x",
    "x +",
    "__import__('os')",
    "é\x00",
    b"bytes",
    [],
    [[]],
    [1, "a"],
    [1, None],
    {},
    {"x": 1},
    {1: 2},
    (),
    (1, 2, 3),
    object(),
    lambda *_: 1,
    int,
    range(3),
    np.array(3),
    np.zeros(0),
    np.zeros((2, 0)),
    np.full(3, np.nan),
    np.array(["a"]),
    np.array([1 + 1j]),
    np.array([None], dtype=object),
    np.ones((2, 2, 2, 2)),
    np.ma.masked_array([1.0, 2.0], mask=[True, False]),
    np.float32(0.5),
    np.int8(-3),
]


def entries():
    """(name, function, valid keywords, names that messages may use) of all files `fuzz_<family>.py`."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("fuzz_*.py"))
    return [entry for name in names for entry in importlib.import_module(name).ENTRIES]


ENTRIES = entries()


class Hang(Exception):  # noqa: N818
    pass


def stop(signum, frame):
    raise Hang


def attempt(name, function, keywords, argument, value):
    """Make one bad call; return a complaint or nothing."""
    shown = f"{name}({argument}={value!r:.60})"
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(**(keywords | {argument: value}))
    except Hang:
        return f"{shown}: hangs"
    except DOCUMENTED as error:
        text = str(error)
        if "bug in quincunx" in text or "panic" in text:
            return f"{shown}: {text[:200]}"
        if argument.split("__")[0] not in text and not any(word in text for word in aliases(argument)):
            return f"{shown}: {type(error).__name__} does not name the argument: {text[:160]}"
    except BaseException as error:  # noqa: BLE001 - that is the question
        return f"{shown}: {type(error).__name__}: {str(error)[:160]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


def aliases(argument):
    """Words by which a message may name an argument that is a whole law, text or container."""
    return {
        "drift": ["formula", "drift"],
        "noise": ["formula", "noise"],
        "text": ["reaction", "formula", "rate", "text"],
        "edges": ["edge", "site"],
        "covariance": ["r(", "lam2", "formula", "covariance", "E0"],
        "observe": ["observe", "of", "times", "burn"],
        "of": ["of", "formula", "name"],
        "condition": ["condition", "formula"],
        "start": ["start", "state"],
        "P": ["P", "row", "matrix"],
        "Q": ["Q", "row", "matrix"],
        "state": ["state", "start"],
        "geometry": ["geometry"],
        "params": ["params", "parameter"],
        "step": ["step"],
        "bins": ["bins"],
    }.get(argument, [])


def test_there_is_something_to_fuzz():
    assert len(ENTRIES) >= 10
    for name, function, keywords in ENTRIES:
        assert function(**keywords) is not None, name


def test_hostile_calls():
    previous = signal.signal(signal.SIGALRM, stop)
    rng = np.random.default_rng(0)
    targets = [(n, f, k, a) for n, f, k in ENTRIES for a in k]
    complaints = []
    try:
        for call in range(CALLS):
            name, function, keywords, argument = targets[call % len(targets)]
            value = HOSTILE[rng.integers(len(HOSTILE))]
            complaint = attempt(name, function, keywords, argument, value)
            if complaint:
                complaints.append(complaint)
    finally:
        signal.signal(signal.SIGALRM, previous)
    distinct = sorted(set(complaints))
    assert not distinct, f"{len(distinct)} of {CALLS} calls:\n" + "\n".join(distinct[:60])


def test_a_wrong_keyword_is_a_type_error():
    for name, function, keywords in ENTRIES:
        takes_any = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())
        if not takes_any:
            with pytest.raises(TypeError, match="nonsense"):
                function(**keywords, nonsense=1)
                pytest.fail(name)
