"""Stochastic differential equations."""

from registry import Case

from quincunx import sde

WATCHING = frozenset({"events", "time_average", "maximum", "minimum", "first_passage", "occupation"})
WELL = sde.SDE("a*x - x**3", "0.5*sqrt(1 + x**2)", a=1.0)
DRIVEN = sde.SDE(
    {"x": "y - x + sin(t)", "y": "x*z - y", "z": "-x*y - z"},
    {"x": (0.3, ["0.1*y"]), "y": (0, [0.2]), "z": "0.3*s"},
    s=1.0,
)
ROUGH = {"start": {"x": 0.5, "y": -0.2, "z": 1.0}, "without": frozenset({"events"})}

CASES = [
    # The end is no multiple of the step, the looks of the contract lie between steps.
    Case("sde-euler", WELL, 2.05, "x", 0.6, 0.1, sde.EulerMaruyama(dt=0.1), frozenset({"events"}), {"a": [0.5, 1.0]}),
    Case("sde-milstein", WELL, 2.0, "x", 0.6, 0.1, sde.Milstein(dt=0.125), frozenset({"events"}), {"a": [0.5, 1.0]}),
    Case("sde-three", DRIVEN, 1.0, "z", 0.9, method=sde.EulerMaruyama(dt=0.03), sweep={"s": [1.0, 2.0]}, **ROUGH),
    Case("sde-refined", DRIVEN, 1.0, "x", 0.9, method=sde.EulerMaruyama(dt=0.1, refine=2), sweep={"s": [2.0]}, **ROUGH),
    # Exact from look to look, however far apart: no end is far.
    Case("sde-ou", sde.OU(1.0, 0.5, 0.8), 2.0, "x", 0.5, 0.1, None, WATCHING, {"theta": [0.5, 2.0]}, None),
    Case("sde-gbm", sde.GBM(0.1, 0.3), 2.0, "x", 1.5, 1.0, None, WATCHING, {"sigma": [0.1, 0.2]}, None),
]
