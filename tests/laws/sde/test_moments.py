"""Each scheme against its own moments: exact at any step, so the code is tested and not the step size."""

import numpy as np

import quincunx as qx
from budget import caught, check, p_z
from quincunx import observe, sde


def final(model, method, *, t, start, n, rng):
    return qx.simulate(model, t=t, start=start, method=method, n=n, rng=rng, observe=observe.final())


def moment(values):
    """Mean and its standard error."""
    return values.mean(), values.std(ddof=1) / np.sqrt(values.size)


def test_euler_maruyama_on_geometric_brownian_motion():
    a, b, h, steps = 0.5, 0.4, 0.1, 10
    x = final(sde.GBM(mu=a, sigma=b), sde.EulerMaruyama(dt=h), t=steps * h, start=1.0, n=200_000, rng=1)["x"]
    mean, se = moment(x)
    check(p_z(mean, (1 + a * h) ** steps, se), "sde-em-gbm-mean")
    caught(p_z(mean, np.exp(a * h * steps), se), "mean of the exact law")
    square, se = moment(x**2)
    check(p_z(square, ((1 + a * h) ** 2 + b**2 * h) ** steps, se), "sde-em-gbm-square")
    caught(p_z(square, ((1 + a * h) ** 2 + 2 * b**2 * h) ** steps, se), "noise counted twice")


def test_milstein_on_geometric_brownian_motion():
    a, b, h, steps = 0.3, 0.8, 0.25, 4
    model = sde.SDE("a*x", "b*x", a=a, b=b)
    x = final(model, sde.Milstein(dt=h), t=steps * h, start=1.0, n=400_000, rng=2)["x"]
    square, se = moment(x**2)
    inside = (1 + a * h) ** 2 + b**2 * h
    check(p_z(square, (inside + b**4 * h**2 / 2) ** steps, se), "sde-milstein-gbm-square")
    caught(p_z(square, inside**steps, se), "the double integral left out")


def test_milstein_in_the_calculus_of_stratonovich():
    a, b, h, steps = 0.2, 0.6, 0.1, 10
    model = sde.SDE("a*x", "b*x", a=a, b=b, calculus="stratonovich")
    x = final(model, sde.Milstein(dt=h), t=steps * h, start=1.0, n=100_000, rng=3)["x"]
    mean, se = moment(x)
    check(p_z(mean, (1 + (a + b**2 / 2) * h) ** steps, se), "sde-milstein-stratonovich-mean")
    caught(p_z(mean, (1 + a * h) ** steps, se), "the Ito mean")


def test_euler_maruyama_on_ornstein_uhlenbeck_is_stationary_at_its_own_variance():
    theta, sigma, h = 1.0, 1.0, 0.5
    x = final(sde.OU(theta, 0.0, sigma), sde.EulerMaruyama(dt=h), t=20.0, start=0.0, n=50_000, rng=4)["x"]
    exact = sigma**2 / (2 * theta - theta**2 * h)
    square, se = moment(x**2)
    check(p_z(square, exact, se), "sde-em-ou-variance")
    caught(p_z(square, sigma**2 / (2 * theta), se), "variance of the exact law")


def test_noise_that_does_not_commute():
    model = sde.SDE(
        ["-0.5*x + y", "-x - 0.3*y"],
        [["0.3*x + 0.1*y", "0.4*y"], ["0.2*y", "-0.2*x + 0.1*y"]],
        state="x y",
    )
    assert model.noise_type == "general"
    start = {"x": 1.0, "y": 0.5}
    res = final(model, sde.EulerMaruyama(dt=1 / 8), t=1.0, start=start, n=200_000, rng=5)
    x, y = res["x"], res["y"]
    for values, exact, true, name in (
        (x * x, 0.41623104, 0.3891537, "xx"),
        (x * y, -0.25587759, -0.21690094, "xy"),
        (y * y, 0.20667044, 0.16033874, "yy"),
    ):
        mean, se = moment(values)
        check(p_z(mean, exact, se), f"sde-em-non-commutative-{name}")
        caught(p_z(mean, true, se), f"the limit of small steps, {name}")


def test_own_and_shared_noise_add_up():
    # dx = dW1 + dV, dy = 2 dW2 - dV: variances 2 and 5, covariance -1.
    model = sde.SDE({"x": 0, "y": 0}, {"x": (1, [1]), "y": (2, [-1])})
    res = final(model, sde.EulerMaruyama(dt=0.25), t=1.0, start={"x": 0, "y": 0}, n=20_000, rng=6)
    x, y = res["x"], res["y"]
    for values, exact, name in ((x * x, 2.0, "xx"), (y * y, 5.0, "yy"), (x * y, -1.0, "xy")):
        mean, se = moment(values)
        check(p_z(mean, exact, se), f"sde-own-and-shared-{name}")
        caught(p_z(mean, exact * 1.3, se), f"{name} x 1.3")


def test_looks_between_steps_have_the_variance_of_the_path():
    # Brownian motion, step 1, looked at every quarter: a straight line would lose half the variance in the middle.
    res = qx.simulate(
        sde.SDE(0, 1),
        t=2.0,
        start=0.0,
        method=sde.EulerMaruyama(dt=1.0),
        n=20_000,
        rng=7,
        observe=observe.at([0.25, 0.5, 1.0, 1.25, 1.5, 2.0]),
    )
    x, t = res["x"], res.t
    products = x[:, :, None] * x[:, None, :]
    mean, se = products.mean(0), products.std(0, ddof=1) / np.sqrt(len(x))
    check(p_z(mean, np.minimum.outer(t, t), se), "sde-fill-covariance")
    straight = np.minimum.outer(t, t) - np.diag([0.25 * 0.75, 0.25, 0, 0.25 * 0.75, 0.25, 0])
    caught(p_z(mean, straight, se), "straight lines between steps")
