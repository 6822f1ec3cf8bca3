"""`simulate`, `check`, the observers, custom laws."""

import quincunx as qx
from quincunx import observe


def walk(t, x, draw):
    return {"x": x["x"] + draw.normal()}


LAW = qx.Custom(walk, state="x")

ENTRIES = [
    (
        "simulate",
        qx.simulate,
        {
            "model": LAW,
            "t": 3,
            "start": 0.0,
            "params": None,
            "method": None,
            "observe": observe.final(),
            "n": 2,
            "rng": 1,
            "threads": 1,
            "progress": False,
            "executor": None,
            "max_bytes": 1e9,
        },
    ),
    ("Custom", qx.Custom, {"step": walk, "state": "x", "dt": 0.1, "params": {"a": 1.0}}),
    ("every", observe.every, {"dt": 0.1, "of": "x", "burn": 0.0}),
    ("at", observe.at, {"times": [0.0, 1.0], "of": "x"}),
    ("moments", observe.moments, {"of": "x", "order": 2, "when": observe.final(), "cov": True}),
    ("histogram", observe.histogram, {"of": "x", "bins": [0.0, 1.0], "when": None, "over": "time", "burn": 0.0}),
    ("autocorrelation", observe.autocorrelation, {"of": "x", "lags": [0, 1], "burn": 0}),
    ("time_average", observe.time_average, {"of": "x", "burn": 0.0}),
    (
        "check",
        qx.check,
        {
            "result": qx.simulate(LAW, t=1, start=0.0, n=5, rng=1, observe=observe.final()),
            "exact": {"x": 0.0},
            "names": ["x"],
        },
    ),
]


def observed(of="x", times=(0.0, 1.0), condition="x > 1", lags=(0, 1), bins=(0.0, 1.0), burn=0.0):
    """Run with every observer, so that what they were told is judged."""
    what = {
        "at": observe.at(times, of),
        "passage": observe.first_passage(condition, of),
        "lags": observe.autocorrelation(of, lags, burn=burn),
        "cells": observe.histogram(of, bins, over="time", burn=burn),
        "average": observe.time_average(of, burn=burn),
    }
    return qx.simulate(LAW, t=3, start=0.0, n=2, rng=1, observe=what)


ENTRIES.append(
    (
        "observed",
        observed,
        {"of": "x", "times": (0, 1), "condition": "x > 1", "lags": (0, 1), "bins": (0.0, 1.0), "burn": 0},
    )
)
