"""Strong order by regression over steps that see one Brownian path, against the closed form."""

import numpy as np
import pytest

import quincunx as qx
from quincunx import observe, sde

LEVELS = range(6, 11)
FINEST = 10


def errors(model, start, solution, method):
    """Errors of the paths at t = 1 for steps 2**-level, level by level."""
    out = []
    for level in LEVELS:
        res = qx.simulate(
            model,
            t=1.0,
            start=start,
            n=2_000,
            rng=11,
            method=method(dt=2.0**-level, refine=FINEST - level),
            observe=observe.final(),
        )
        out.append(res["x"] - solution(res["w"]))
    return np.array(out)


def slope(errors):
    """Of the mean size: a few wild paths rule the mean squares, whose slopes scatter three times as much."""
    return np.polyfit(-np.log(2.0) * np.array(LEVELS), np.log(np.mean(np.abs(errors), axis=1)), 1)[0]


def bounded():
    """dX = -(a + b^2 X)(1 - X^2) dt + b (1 - X^2) dW, with W beside it."""
    a, b, x0 = 0.5, 0.8, 0.3
    model = sde.SDE(
        {"x": "-(a + b**2*x)*(1 - x**2)", "w": 0},
        {"x": ["b*(1 - x**2)"], "w": [1]},
        a=a,
        b=b,
    )

    def solution(w):
        e = (1 + x0) * np.exp(-2 * a + 2 * b * w)
        return (e + x0 - 1) / (e + 1 - x0)

    return model, {"x": x0, "w": 0.0}, solution


def geometric():
    a, b = 1.5, 1.0
    model = sde.SDE({"x": "a*x", "w": 0}, {"x": ["b*x"], "w": [1]}, a=a, b=b)
    return model, {"x": 1.0, "w": 0.0}, lambda w: np.exp(a - b**2 / 2 + b * w)


def sinh():
    """dX = (X/2 + sqrt(1 + X^2)) dt + sqrt(1 + X^2) dW: X = sinh(t + W)."""
    model = sde.SDE({"x": "x/2 + sqrt(1 + x**2)", "w": 0}, {"x": ["sqrt(1 + x**2)"], "w": [1]})
    return model, {"x": 0.0, "w": 0.0}, lambda w: np.sinh(1 + w)


@pytest.mark.parametrize(("method", "order"), [(sde.EulerMaruyama, 0.5), (sde.Milstein, 1.0)])
@pytest.mark.parametrize("problem", [bounded, geometric, sinh])
def test_strong_order(problem, method, order):
    # Over twelve keys the slopes scatter by 0.005 to 0.02.
    assert abs(slope(errors(*problem(), method)) - order) < 0.08


@pytest.mark.parametrize(("method", "constant"), [(sde.EulerMaruyama, 2.24e-2), (sde.Milstein, 2.81e-3)])
def test_error_constant(method, constant):
    rms = np.sqrt(np.mean(errors(*bounded(), method)[LEVELS.index(7)] ** 2))
    assert constant / 1.5 < rms < constant * 1.5


def test_independent_noise_has_no_strong_order():
    # Without the coupling the two ends of a path have nothing in common: the error does not fall.
    model, start, solution = bounded()
    rms = []
    for level in (5, 9):
        res = qx.simulate(
            model, t=1.0, start=start, n=2_000, rng=level, method=sde.Milstein(dt=2.0**-level), observe=observe.final()
        )
        other = qx.simulate(
            model, t=1.0, start=start, n=2_000, rng=99, method=sde.Milstein(dt=2.0**-9), observe=observe.final()
        )
        rms.append(np.sqrt(np.mean((res["x"] - solution(other["w"])) ** 2)))
    assert rms[1] > 0.5 * rms[0]
