"""Laws written in Python."""

import numpy as np
from registry import Case

import quincunx as qx


def walk(t, x, draw, bias):
    return {"y": x["y"] + np.where(draw.uniform() < bias, 1.0, -1.0)}


def relax(t, x, draw, rate):
    noise = 0.1 * draw.normal() + 0.01 * draw.poisson(2.0) - 0.02 * draw.exponential()
    return {"x": x["x"] * (1 - 0.1 * rate) + noise}


CASES = [
    Case(
        "custom-steps",
        qx.Custom(walk, state="y", bias=0.5),
        20,
        "y",
        3.0,
        start=0.0,
        without=frozenset({"events"}),
        sweep={"bias": [0.4, 0.6]},
    ),
    Case(
        "custom-time",
        qx.Custom(relax, state="x", dt=0.1, rate=1.0),
        2.0,
        "x",
        0.1,
        start=0.3,
        without=frozenset({"events"}),
        sweep={"rate": [0.5, 2.0]},
    ),
]
