"""Stochastic differential equations."""

import quincunx as qx
from quincunx import observe, sde

WELL = sde.SDE("-a*x", "0.5", a=1.0)
TWO = sde.SDE({"x": "y", "y": "-x"}, {"x": (0.1, ["x"]), "y": 0.2})
OU = sde.OU(1.0, 0.0, 1.0)

ENTRIES = [
    ("EulerMaruyama", sde.EulerMaruyama, {"dt": 0.1, "refine": 1}),
    ("Milstein", sde.Milstein, {"dt": 0.1, "refine": 1}),
    ("SDE", sde.SDE, {"drift": "x", "noise": 1.0, "state": "x", "params": {}, "calculus": "ito"}),
    ("SDE of two", sde.SDE, {"drift": {"x": "y", "y": "x"}, "noise": [1.0, (0.5, ["x"])]}),
    ("parameters", lambda a: sde.SDE("a*x", 1, a=a), {"a": 1.0}),
    ("replace", lambda a: WELL.replace(a=a), {"a": 1.0}),
    ("drift", TWO.drift, {"t": 0.0, "x": [[1.0, 2.0]]}),
    ("noise", TWO.noise, {"t": 0.0, "x": [[1.0, 2.0]]}),
    ("OU", sde.OU, {"theta": 1.0, "mu": 0.0, "sigma": 1.0}),
    ("GBM", sde.GBM, {"mu": 0.0, "sigma": 1.0}),
    ("mean", OU.mean, {"t": 1.0, "x0": 0.0}),
    ("var", OU.var, {"t": [1.0, 2.0], "x0": 0.0}),
    (
        "simulate",
        lambda t, start, params, method: qx.simulate(
            WELL, t=t, start=start, params=params, method=method, n=2, rng=1, observe=observe.final()
        ),
        {"t": 1.0, "start": 0.1, "params": {"a": [1.0]}, "method": sde.EulerMaruyama(dt=0.1)},
    ),
]
