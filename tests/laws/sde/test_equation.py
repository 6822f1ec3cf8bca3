"""The model itself: forms of its arguments, what it refuses, what it prints."""

import pickle

import numpy as np
import pytest

import quincunx as qx
from quincunx import observe, sde


def final(model, method=None, **kw):
    method = method or sde.EulerMaruyama(dt=0.1)
    return qx.simulate(model, **{"t": 1.0, "n": 5, "rng": 1} | kw, method=method, observe=observe.final())


def test_the_forms_of_one_law_give_the_same_bits():
    start = {"x": 1.0, "y": 0.0}
    forms = [
        sde.SDE(["y", "-x"], [0, "s"], state="x y", s=0.3),
        sde.SDE({"x": "y", "y": "-x"}, {"y": "s"}, params={"s": 0.3}),
        sde.SDE({"x": "y", "y": "-x"}, {"x": 0, "y": 0.3}),
        sde.SDE({"x": "y", "y": "-x"}, [[0], [0.3]]),
        sde.SDE({"x": "y", "y": "-x"}, np.array([[0.0], [0.3]])),
    ]
    first = final(forms[0], start=start)["y"]
    for form in forms[1:]:
        assert np.array_equal(final(form, start=start)["y"], first)


def test_sympy_expressions_are_formulas():
    sympy = pytest.importorskip("sympy")
    x, s = sympy.symbols("x s")
    text, symbols = sde.SDE("x - x**3", "s", s=0.5), sde.SDE(x - x**3, s, s=0.5)
    assert np.allclose(final(text, start=0.1)["x"], final(symbols, start=0.1)["x"], rtol=1e-12)
    assert pickle.loads(pickle.dumps(symbols)) == symbols


def test_names_params_replace_equality_pickle():
    model = sde.SDE({"x": "a*y", "y": "-x"}, 0.1, a=2.0)
    assert model.names == ("x", "y")
    assert model.params == {"a": 2.0}
    other = model.replace(a=3.0)
    assert other.params == {"a": 3.0}
    assert other != model
    assert other.replace(a=2.0) == model
    assert hash(other.replace(a=2.0)) == hash(model)
    again = pickle.loads(pickle.dumps(model))
    assert again == model
    assert repr(again) == repr(model)
    for law in (sde.OU(1.0, 0.0, 2.0), sde.GBM(0.1, 0.2)):
        assert pickle.loads(pickle.dumps(law)) == law
        assert law.replace(sigma=0.5).sigma == 0.5


def test_the_law_is_printed():
    assert repr(sde.SDE("x - x**3", "sigma", sigma=0.5)) == "SDE: dx = (x - x**3) dt + sigma dW\n     (Ito; sigma=0.5)"
    text = repr(sde.SDE({"x": "y", "y": "-x"}, {"y": (0.2, ["x"])}, calculus="stratonovich"))
    assert text == "SDE: dx = y dt\n     dy = -x dt + 0.2 o dW1 + x o dW2\n     (Stratonovich)"


def test_drift_and_noise_at_points():
    points = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.0]])
    x, y = points.T
    model = sde.SDE({"x": "x*y + t", "y": "a*x"}, {"x": "x", "y": 0}, a=3.0)
    assert np.allclose(model.drift(2.0, points), np.stack([x * y + 2.0, 3 * x], axis=1), rtol=1e-15)
    assert np.allclose(model.noise(0.0, points), np.stack([x, 0 * x], axis=1))
    model = sde.SDE({"x": 0, "y": 0}, {"x": ("x", ["y", 1]), "y": (0, [0, "x"])})
    matrix = model.noise(0.0, points)
    assert matrix.shape == (3, 2, 3)
    assert np.allclose(matrix[:, 0], np.stack([x, y, 1 + 0 * x], axis=1))
    assert np.allclose(matrix[:, 1], np.stack([0 * x, 0 * x, x], axis=1))
    with pytest.raises(ValueError, match=r"x: has shape \(3,\), must be \(b, 2\)"):
        model.drift(0.0, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("drift", "noise", "kind"),
    [
        ("x", 1, "additive"),
        ("x", "1 + t", "additive"),
        ("x", "0*x + 1", "additive"),
        ("x", "x", "scalar"),
        ({"x": 0, "y": 0}, {"x": "x", "y": "2*y"}, "diagonal"),
        ({"x": 0, "y": 0}, {"x": ["x", "2*x"], "y": ["y", "y + y"]}, "commutative"),
        ({"x": 0, "y": 0}, {"x": "y", "y": "x"}, "general"),
    ],
)
def test_the_type_of_the_noise_is_found(drift, noise, kind):
    model = sde.SDE(drift, noise)
    assert model.noise_type == kind
    assert (sde.Milstein in model.methods) == (kind != "general")


def test_unused_parameters_warn():
    with pytest.warns(UserWarning, match="b: used by no formula"):
        sde.SDE("a*x", 1, a=1.0, b=2.0)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: sde.SDE("-thet*x", 1, theta=1.0), ValueError, "theta"),
        (lambda: sde.SDE("x^2", 1), ValueError, r"\*\*"),
        (lambda: sde.SDE(["x", "y"], 1), ValueError, "state='x y'"),
        (lambda: sde.SDE(["x", "y"], 1, state="x"), ValueError, "drift = 2 formulas: must be 1"),
        (lambda: sde.SDE("x", 1, state="x y"), ValueError, "must be one name"),
        (lambda: sde.SDE({"x": 1}, 1, state="y"), ValueError, "must be the keys of drift"),
        (lambda: sde.SDE({"x": 1, "y": 1}, [1]), ValueError, "noise = 1 entries: must be 2"),
        (lambda: sde.SDE({"x": 1, "y": 1}, {"z": 1}), ValueError, r"noise\['z'\]: no such state"),
        (lambda: sde.SDE({"x": 1, "y": 1}, [[1, 2], [1]]), ValueError, "noise of 'y' = 1 coefficients: must be 2"),
        (lambda: sde.SDE("a*x", 1, params={"a": 1}, a=2), ValueError, "a: is given in params and as a keyword"),
        (lambda: sde.SDE("a*x", 1, a=float("nan")), ValueError, "a = NaN: must be finite"),
        (lambda: sde.SDE("a*x", 1, a="1"), TypeError, "a = '1': must be a number"),
        (lambda: sde.SDE("x", 1, x=2.0), ValueError, "x"),
        (lambda: sde.SDE("x", 1, calculus="Ito"), ValueError, "must be 'ito' or 'stratonovich'"),
        (lambda: sde.SDE(None, 1), TypeError, "drift = None"),
        (lambda: sde.SDE("x", object()), TypeError, "noise of 'x'"),
        (lambda: sde.EulerMaruyama(dt=0.0), ValueError, "dt = 0.0: must be finite and > 0"),
        (lambda: sde.EulerMaruyama(dt=float("nan")), ValueError, "dt = nan: must be finite and > 0"),
        (lambda: sde.EulerMaruyama(dt="1"), TypeError, "dt = '1': must be a number"),
        (lambda: sde.Milstein(dt=0.1, refine=-1), ValueError, "refine = -1: must be between 0 and 20"),
        (lambda: sde.OU(1.0, 0.0, -1.0), ValueError, "sigma = -1.0: must be finite and >= 0"),
        (lambda: sde.GBM(float("inf"), 1.0), ValueError, "mu = inf: must be finite"),
        (lambda: sde.OU("1", 0.0, 1.0), TypeError, "theta = '1': must be a number"),
        (lambda: sde.OU(0.0, 0.0, 1.0).stationary_var, ValueError, "theta = 0.0: must be > 0"),
        (lambda: sde.OU(1.0, 0.0, 1.0).mean(-1.0, 0.0), ValueError, "t = -1.0: must be finite and >= 0"),
    ],
)
def test_bad_laws_and_methods_are_named(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_bad_runs_are_named():
    model = sde.SDE("x - x**3", 0.5)
    with pytest.raises(ValueError, match=r"method=Milstein\(dt=\.\.\.\)"):
        qx.simulate(model, t=1.0, start=0.0)
    with pytest.raises(TypeError, match="must be an instance"):
        qx.simulate(model, t=1.0, start=0.0, method=sde.EulerMaruyama)
    with pytest.raises(ValueError, match="'x' is missing"):
        qx.simulate(model, t=1.0, method=sde.EulerMaruyama(dt=0.1))
    general = sde.SDE({"x": 0, "y": 0}, {"x": "y", "y": "x"})
    with pytest.raises(ValueError, match=r"commutative noise.*methods that hold: EulerMaruyama\(dt\)"):
        qx.simulate(general, t=1.0, start={"x": 0, "y": 0}, method=sde.Milstein(dt=0.1))
    other = sde.SDE("x", "x", calculus="stratonovich")
    with pytest.raises(ValueError, match=r"Ito solution.*methods that hold: Milstein\(dt\)"):
        qx.simulate(other, t=1.0, start=1.0, method=sde.EulerMaruyama(dt=0.1))
    with pytest.raises(ValueError, match=r"Exact\(\): draws at the observed times only"):
        qx.simulate(sde.OU(1, 0, 1), t=1.0, start=0.0, observe=observe.time_average())


def test_a_replica_that_explodes_stops_alone():
    model = sde.SDE("-x**3", 3.5)
    with pytest.raises(qx.SimulationError, match="diverged at t =") as caught:
        qx.simulate(model, t=5.0, start=1.0, n=300, rng=1, method=sde.EulerMaruyama(dt=0.1), observe=observe.final())
    res = caught.value.result
    failed = res.status == "diverged"
    assert 0 < failed.sum() < 300
    assert np.array_equal(np.isnan(res["x"]), failed)
    assert np.isfinite(caught.value.state["x"])


def test_sweeps_have_the_bits_of_single_runs():
    model = sde.SDE("a*x - x**3", "s", a=1.0, s=0.5)
    swept = final(model, start=0.1, params={"a": [0.5, 1.0, 2.0]})
    for i, a in enumerate([0.5, 1.0, 2.0]):
        assert np.array_equal(swept["x"][i], final(model.replace(a=a), start=0.1)["x"])
