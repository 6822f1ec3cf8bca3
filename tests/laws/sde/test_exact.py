"""Exact transitions: published numbers, identities, and simulation against the law."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats

import quincunx as qx
from budget import caught, check, p_ks, p_z
from quincunx import _core, observe, sde

A = np.array([[0.0, 1.0], [-4.0, -1.0]])
BBT = np.diag([0.0, 2.0])


def transition(a, bbt, h):
    f, q = _core.sde_linear_transition(np.ascontiguousarray(a).ravel(), np.ascontiguousarray(bbt).ravel(), h)
    return f.reshape(a.shape), q.reshape(a.shape)


def test_published_transition():
    f, q = transition(A, BBT, 0.1)
    assert np.allclose(f, [[0.98071431, 0.09452954], [-0.37811815, 0.88618477]], atol=5e-9)
    assert np.allclose(q, [[0.00061403, 0.00893583], [0.00893583, 0.17893322]], atol=5e-9)
    q = transition(A, BBT, 1.0)[1]
    assert np.allclose(q, [[0.16319602, 0.08555631], [0.08555631, 0.52590071]], atol=5e-9)


matrices = st.lists(st.floats(-3, 3), min_size=9, max_size=9).map(lambda x: np.reshape(x, (3, 3)))


@given(a=matrices, b=matrices, h=st.floats(0.01, 2.0))
@settings(max_examples=50, deadline=None)
def test_half_steps_compose_and_the_exponential_is_right(a, b, h):
    f, q = transition(a, b @ b.T, h)
    half, quarter = transition(a, b @ b.T, h / 2)
    scale = 1 + np.abs(f).max() ** 2 + np.abs(q).max()
    assert np.allclose(half @ half, f, rtol=0, atol=1e-12 * scale)
    assert np.allclose(half @ quarter @ half.T + quarter, q, rtol=0, atol=1e-12 * scale)
    assert np.allclose(linalg.expm(a * h), f, rtol=0, atol=1e-11 * scale)


def test_stable_laws_forget():
    f, q = transition(A, BBT, 40.0)
    assert np.abs(f).max() < 1e-8
    assert np.allclose(q, np.diag([0.25, 1.0]), atol=1e-12)


@pytest.mark.parametrize("model", [sde.OU(1.5, 0.5, 0.8), sde.OU(0.0, 0.0, 1.0), sde.GBM(0.3, 0.4)])
def test_simulation_has_the_moments_of_the_law(model):
    res = qx.simulate(model, t=1.3, start=1.2, n=50_000, rng=1, observe=observe.at([0.4, 1.3]))
    assert qx.check(res, {"x": model.mean(res.t, 1.2)}).ok
    var = res.var("x")
    fourth = ((res["x"] - res.mean("x")) ** 4).mean(0)
    se = np.sqrt((fourth - var**2) / res.n)
    check(p_z(var, model.var(res.t, 1.2), se), f"sde-exact-variance-{model}")
    caught(p_z(var, model.var(res.t, 1.2) * 1.06, se), "variance x 1.06")


def test_transitions_are_normal():
    ou = sde.OU(1.0, 0.0, 1.0)
    x = qx.simulate(ou, t=3.0, start=2.0, n=20_000, rng=2, observe=observe.at([0.5, 3.0]))["x"]
    law = stats.norm(ou.mean(3.0, 2.0), np.sqrt(ou.var(3.0, 2.0)))
    check(p_ks(x[:, 1], law.cdf), "sde-ou-normal")
    caught(p_ks(x[:, 1], stats.norm(law.mean() + 0.05, law.std()).cdf), "mean + 0.05")
    # Correlation over 2.5: exp(-2.5) times the standard deviations.
    residual = (x[:, 1] - x[:, 1].mean()) * (x[:, 0] - x[:, 0].mean())
    exact = np.exp(-2.5) * ou.var(0.5, 2.0)
    check(p_z(residual.mean(), exact, residual.std() / np.sqrt(len(x))), "sde-ou-covariance")


def test_stationary_law():
    ou = sde.OU(theta=2.0, mu=1.0, sigma=0.5)
    assert ou.stationary_mean == 1.0
    assert ou.stationary_var == 0.0625
    assert np.allclose(ou.var([50.0], 3.0), ou.stationary_var)


def test_extended_runs_and_steps_agree_with_exact_draws():
    ou = sde.OU(1.0, 0.0, 1.0)
    stepped = qx.simulate(
        ou, t=1.0, start=1.0, n=20_000, rng=3, method=sde.EulerMaruyama(dt=1 / 256), observe=observe.final()
    )
    assert abs(stepped.mean("x") - ou.mean(1.0, 1.0)) < 6 * stepped.sem("x")
    assert stepped.info.method == sde.EulerMaruyama(dt=1 / 256)
