"""First passages: exact at any step where drift and noise are constant."""

import numpy as np
import pytest
from scipy import stats

import quincunx as qx
from budget import caught, check, p_ks, p_z
from quincunx import observe, sde

MU, LEVEL, END = 0.5, 1.0, 2.0
SURVIVAL = 0.2862082119


def passage(steps, condition, *, n=40_000, rng=1):
    return qx.simulate(
        sde.SDE("mu", 1.0, mu=MU),
        t=END,
        start=0.0,
        n=n,
        rng=rng,
        method=sde.EulerMaruyama(dt=END / steps),
        observe=observe.first_passage(condition),
    )


def survival(res):
    share = np.mean(res["hit"] == -1)
    return share, np.sqrt(share * (1 - share) / res.n)


@pytest.mark.parametrize("steps", [20, 80, 320])
def test_survival_does_not_depend_on_the_step(steps):
    res = passage(steps, "x >= 1")
    share, se = survival(res)
    check(p_z(share, SURVIVAL, se), f"sde-survival-{steps}")
    assert res.info.crossing == {"x >= 1": "bridge"}


@pytest.mark.parametrize(("steps", "biased"), [(20, 0.347784), (80, 0.317814), (320, 0.302189)])
def test_tests_at_steps_alone_are_biased_as_they_must_be(steps, biased):
    # The detector of levels does not see through `+ 0*t`.
    res = passage(steps, "x + 0*t >= 1")
    share, se = survival(res)
    check(p_z(share, biased, se), f"sde-survival-at-steps-{steps}")
    caught(p_z(share, SURVIVAL, se), f"no bias at {steps} steps")
    assert res.info.crossing == {"x + 0*t >= 1": "at steps only"}


def first_passage_cdf(t):
    """Of drifted Brownian motion to a level."""
    t = np.asarray(t)
    root = np.sqrt(t)
    return stats.norm.cdf((MU * t - LEVEL) / root) + np.exp(2 * MU * LEVEL) * stats.norm.cdf((-LEVEL - MU * t) / root)


def test_times_have_the_inverse_gaussian_law():
    times = passage(5, "x >= 1")["time"]
    hits = times[np.isfinite(times)]
    within = first_passage_cdf(END)
    check(p_ks(hits, lambda t: first_passage_cdf(t) / within), "sde-passage-times")
    dt = END / 5
    caught(p_ks(np.ceil(hits / dt) * dt, lambda t: first_passage_cdf(t) / within), "times at the ends of steps")


@pytest.mark.parametrize("dt", [0.01, 0.5])
def test_two_walls(dt):
    # Brownian motion from 0.3 in (0, 1): above first with probability 0.3, mean time 0.3 * 0.7.
    res = qx.simulate(
        sde.SDE(0, 1),
        t=20.0,
        start=0.3,
        n=20_000,
        rng=2,
        method=sde.EulerMaruyama(dt=dt),
        observe=observe.first_passage({"below": "x <= 0", "above": "x >= 1"}),
    )
    above = np.mean(res["hit"] == 1)
    check(p_z(above, 0.3, np.sqrt(0.21 / res.n)), f"sde-two-walls-side-{dt}")
    caught(p_z(above, 0.35, np.sqrt(0.21 / res.n)), "side")
    check(p_z(res["time"].mean(), 0.21, res["time"].std() / np.sqrt(res.n)), f"sde-two-walls-time-{dt}")
    caught(p_z(res["time"].mean(), 0.23, res["time"].std() / np.sqrt(res.n)), "time")
    # The state is the wall itself.
    assert set(np.unique(res["x"])) == {0.0, 1.0}


def test_mean_passage_time_of_ornstein_uhlenbeck():
    res = qx.simulate(
        sde.OU(theta=1.0, mu=0.0, sigma=np.sqrt(2)),
        t=60.0,
        start=0.0,
        n=10_000,
        rng=3,
        method=sde.EulerMaruyama(dt=0.01),
        observe=observe.first_passage("x >= 1"),
    )
    se = res["time"].std() / np.sqrt(res.n)
    check(p_z(res["time"].mean(), 2.09340665, se), "sde-ou-passage")
    caught(p_z(res["time"].mean(), 2.09340665 * 1.1, se), "passage time x 1.1")


def test_nearer_levels_are_met_earlier():
    res = {b: passage(40, f"x >= {b}", n=500)["time"] for b in (0.5, 1.0, 1.5)}
    assert np.all(res[0.5] > 0)
    assert np.all(res[0.5] <= res[1.0])
    assert np.all(res[1.0] <= res[1.5])


def test_a_condition_true_at_the_start_is_met_there():
    res = qx.simulate(
        sde.SDE(0, 1),
        t=1.0,
        start=1.5,
        n=3,
        rng=1,
        method=sde.EulerMaruyama(dt=0.1),
        observe=observe.first_passage("x >= 1"),
    )
    assert res["time"].tolist() == [0.0, 0.0, 0.0]
    assert res["x"].tolist() == [1.5, 1.5, 1.5]


def test_first_passage_leaves_the_path_alone():
    args = {"t": 1.0, "start": 0.0, "n": 50, "rng": 1, "method": sde.EulerMaruyama(dt=0.125)}
    model = sde.SDE(0, 1)
    both = {"path": observe.at([0.5, 1.0]), "hit": observe.first_passage("x >= 0.5")}
    alone = qx.simulate(model, observe=observe.at([0.5, 1.0]), **args)
    assert np.array_equal(qx.simulate(model, observe=both, **args)["path"]["x"], alone["x"])
