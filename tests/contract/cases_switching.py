"""Switching processes."""

from registry import Case

from quincunx.switching import SwitchProcess, Telegraph, laws

CASES = [
    Case("switching-telegraph", Telegraph(2.0, 0.5), 6.0, "state", 0.5, start="stationary", sweep={"a": [1.0, 3.0]}),
    Case(
        "switching-gamma",
        SwitchProcess(laws.Gamma(2, 1.5), laws.Weibull(0.7, 2.0)),
        8.0,
        "state",
        0.5,
        sweep={"up_rate": [1.0, 2.0]},
    ),
    Case("switching-down", SwitchProcess(laws.Exponential(1.0), laws.Gamma(0.5, 1.0)), 5.0, "state", 0.5, start=-1),
]
