"""What holds for every equation: determinism, limits, symmetries."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import quincunx as qx
from quincunx import observe, sde

finite = st.floats(-2, 2)
rngs = st.integers(0, 2**31)


def paths(model, *, dt, t=1.0, start=0.5, n=4, rng=1, observe=None, method=sde.EulerMaruyama, **kw):
    return qx.simulate(model, t=t, start=start, n=n, rng=rng, method=method(dt=dt, **kw), observe=observe)


@given(a=finite, b=finite, x0=finite, steps=st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_without_noise_it_is_eulers_method(a, b, x0, steps):
    h = 1.0 / 64
    for method in (sde.EulerMaruyama, sde.Milstein):
        model = sde.SDE("a - b*x + t", 0, a=a, b=b)
        res = paths(model, dt=h, t=steps * h, start=x0, n=1, observe=observe.final(), method=method)
        x = x0
        for k in range(steps):
            x += (a - b * x + k * h) * h
        assert abs(res["x"][0] - x) <= 1e-13 * max(1.0, abs(x))


@given(a=finite, b=finite, x0=finite, y0=finite, rng=rngs)
@settings(max_examples=25, deadline=None)
def test_linear_equations_superpose(a, b, x0, y0, rng):
    model = sde.SDE("a*x", "b*x", a=a, b=b)
    x, y, both = (paths(model, dt=0.05, start=s, rng=rng, observe=observe.final())["x"] for s in (x0, y0, x0 + y0))
    assert np.allclose(x + y, both, rtol=0, atol=1e-12 * (1 + np.abs(x) + np.abs(y)).max())


@given(c=st.sampled_from([0.25, 3.0, 16.0]), rng=rngs)
@settings(max_examples=15, deadline=None)
def test_time_may_be_rescaled(c, rng):
    # t -> c t, f -> f/c, g -> g/sqrt(c) with the same normals is the same path.
    model = sde.SDE("(x - x**3)/c", "0.5/sqrt(c)", c=c)
    scaled = paths(model, dt=0.05 * c, t=c, rng=rng, observe=observe.final())["x"]
    plain = paths(model.replace(c=1.0), dt=0.05, t=1.0, rng=rng, observe=observe.final())["x"]
    assert np.allclose(scaled, plain, rtol=0, atol=1e-12)


@given(replica=st.integers(0, 299), rng=rngs)
@settings(max_examples=15, deadline=None)
def test_a_replica_is_the_same_among_any_others(replica, rng):
    model = sde.SDE({"x": "y", "y": "-sin(x) - 0.1*y"}, {"x": 0, "y": "0.3 + 0.1*x**2"})
    start = {"x": 0.1, "y": 0.0}
    many = paths(model, dt=0.02, start=start, n=300, rng=rng, observe=observe.final())
    few = paths(model, dt=0.02, start=start, n=replica + 1, rng=rng, observe=observe.final())
    assert np.array_equal(few["y"], many["y"][: replica + 1])


@given(looks=st.lists(st.integers(1, 399), min_size=1, max_size=12, unique=True), rng=rngs)
@settings(max_examples=25, deadline=None)
def test_what_is_observed_leaves_the_path_alone(looks, rng):
    model = sde.SDE("x - x**3", "0.5*sqrt(1 + x**2)")
    times = np.sort([*(np.array(looks) / 400.0), 1.0])
    plain = paths(model, dt=0.0625, n=3, rng=rng, observe=observe.every(0.0625))
    seen = paths(model, dt=0.0625, n=3, rng=rng, observe={"at": observe.at(times), "mean": observe.time_average()})
    steps = np.isin(times, plain.t)
    at = np.searchsorted(plain.t, times[steps])
    assert np.array_equal(seen["at"]["x"][:, steps], plain["x"][:, at])


@given(dt=st.floats(0.01, 0.3), t=st.floats(0.5, 2.0))
@settings(max_examples=25, deadline=None)
def test_the_last_step_is_shortened(dt, t):
    # dx = dt: the state is the time, whatever the step.
    res = paths(sde.SDE(1, 0), dt=dt, t=t, start=0.0, n=2, observe=observe.final())
    assert np.allclose(res["x"], t, rtol=1e-12)


def test_antisymmetric_noise_conserves_the_sum():
    model = sde.SDE(
        {"x": "y - x", "y": "x - y + z - y", "z": "y - z"},
        {"x": ["0.3*x*y", 0], "y": ["-0.3*x*y", "0.2*y"], "z": [0, "-0.2*y"]},
    )
    res = paths(model, dt=0.01, start={"x": 1.0, "y": 0.5, "z": 0.2}, n=20, observe=observe.every(0.1, "x + y + z"))
    assert np.allclose(res["x + y + z"], 1.7, rtol=0, atol=1e-12)
