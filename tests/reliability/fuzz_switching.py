"""Switching processes."""

import quincunx as qx
from quincunx import observe
from quincunx.switching import SwitchProcess, Telegraph, covariances, excursion, laws

SIGNAL = Telegraph(1.0, 2.0)

ENTRIES = [
    ("Exponential", laws.Exponential, {"rate": 1.0}),
    ("Gamma", laws.Gamma, {"shape": 2.0, "rate": 1.0}),
    ("Weibull", laws.Weibull, {"shape": 2.0, "scale": 1.0}),
    ("Telegraph", Telegraph, {"a": 1.0, "b": 2.0}),
    ("SwitchProcess", SwitchProcess, {"up": laws.Exponential(1.0), "down": laws.Exponential(2.0)}),
    ("probability_up", SIGNAL.probability_up, {"t": 1.0, "start": 1}),
    ("diffusion", covariances.diffusion, {"d": 2.0}),
    ("matern", covariances.matern, {"nu": 2.5, "scale": 1.0}),
    ("excursion", excursion, {"covariance": covariances.diffusion(2), "level": 0.0, "validate": "raise"}),
    ("survival", excursion(covariances.diffusion(2)).survival, {"t": [1.0], "side": "above"}),
    ("sample", excursion(covariances.diffusion(2)).sample, {"n": 3, "rng": 1, "side": "above"}),
    (
        "simulate",
        lambda t, start, params: qx.simulate(
            SIGNAL, t=t, start=start, params=params, n=2, rng=1, observe=observe.final()
        ),
        {"t": 1.0, "start": 1, "params": {"a": [1.0]}},
    ),
]
