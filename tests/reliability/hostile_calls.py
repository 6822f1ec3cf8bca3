"""Make hostile calls and say what comes of them: `python hostile_calls.py FIRST STOP SEED [FAMILY ...]`.

Words on standard output: ``call NUMBER WHAT`` before each call, ``complaint TEXT`` after a bad one, ``done`` at the end.
"""

from __future__ import annotations

import importlib
import resource
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np

import quincunx as qx

DOCUMENTED = (ValueError, TypeError, MemoryError, OverflowError, KeyError, qx.SimulationError)
SECONDS = 5  # of CPU, longer than any of these small calls takes; what waits for ever falls silent (`test_fuzz.py`)
SLOW = 0.5  # seconds worth telling
MEMORY = 4 * 2**30  # bytes that all calls together may take
# Arguments that may ask for more work than anybody has time for: what is large is no mistake there.
LONG = ("t", "dt", "clusters", "refine", "max_events")

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
LARGE = [2**40, 10**12, 1e12, 2**62, (2**40, 2**40), [10**12], np.int64(2**45)]


FAMILIES = sorted(path.stem.removeprefix("fuzz_") for path in Path(__file__).parent.glob("fuzz_*.py"))


def family(name):
    """The module `fuzz_<name>.py`."""
    return importlib.import_module(f"fuzz_{name}")


def entries(families):
    """(name, function, valid keywords) of everything that is called."""
    return [entry for name in families or FAMILIES for entry in family(name).ENTRIES]


class Hang(Exception):  # noqa: N818
    pass


def stop(signum, frame):
    raise Hang


def attempt(name, function, keywords, argument, value):
    """Make one bad call; return a complaint or nothing."""
    shown = f"{name}({argument}={value!r:.60})"
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(**(keywords | {argument: value}))
    except Hang:
        return f"{shown}: hangs"
    except DOCUMENTED as error:
        text = str(error)
        if isinstance(error, KeyError) and argument != "name":
            return f"{shown}: {type(error).__name__}: {text[:160]}"  # for looking up names alone
        if "bug in quincunx" in text or "panic" in text:
            return f"{shown}: {text[:200]}"
        if argument.split("__")[0] not in text and not any(word in text for word in aliases(argument)):
            return f"{shown}: {type(error).__name__} does not name the argument: {text[:160]}"
    except BaseException as error:  # noqa: BLE001 - that is the question
        return f"{shown}: {type(error).__name__}: {str(error)[:160]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
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
        "params": ["params", "parameter", "formula"],
        "step": ["step"],
        "bins": ["bins"],
        "paths": ["path"],
        "times": ["path"],
        "states": ["path"],
        "reactions": ["reaction"],
        "reactants": ["reaction", "formula"],
        "products": ["reaction"],
        "rate": ["reaction", "formula"],
        "a": ["name"],
        "b": ["name"],
    }.get(argument, [])


def call(number, seed, targets):
    """The call of a number: (target, value)."""
    rng = np.random.default_rng([seed, number])
    target = targets[number % len(targets)]
    values = HOSTILE if target[3].split("__")[0] in LONG else HOSTILE + LARGE
    return target, values[rng.integers(len(values))]


def limit_memory():
    """Let an allocation beyond reason fail, where the system knows how."""
    status = Path("/proc/self/statm")
    if status.exists():
        taken = int(status.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))


def main(first, last, seed, *families):
    """Make the calls; those slower than half a second are told on standard error."""
    signal.signal(signal.SIGPROF, stop)
    targets = [(n, f, k, a) for n, f, k in entries(families) for a in k]
    limit_memory()
    for number in range(first, last):
        target, value = call(number, seed, targets)
        shown = f"{target[0]}({target[3]}={value!r:.60})".replace("\n", " ")
        sys.stdout.write(f"call {number} {shown}\n")
        sys.stdout.flush()
        begun = time.perf_counter()
        complaint = attempt(*target, value)
        if complaint:
            sys.stdout.write("complaint " + complaint.replace("\n", " ") + "\n")
        if time.perf_counter() - begun > SLOW:
            sys.stderr.write(f"{shown}: {time.perf_counter() - begun:.2f} s\n")
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:4]), *sys.argv[4:])
