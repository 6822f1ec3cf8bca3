"""The telegraph process: closed forms against the spec's numbers and against simulation."""

import numpy as np
import pytest
from scipy import integrate

import quincunx as qx
from budget import caught, check, p_chi2, p_z
from quincunx import observe
from quincunx.switching import SwitchProcess, Telegraph, laws


def test_closed_forms():
    t = Telegraph(2.0, 0.5)
    np.testing.assert_allclose(t.probability_up(1.0), 0.2656679989, atol=5e-11)
    np.testing.assert_allclose(t.covariance(0.4), 0.2354428424, atol=5e-11)
    kac = Telegraph(1.3)
    np.testing.assert_allclose(
        kac.displacement_density([0.0, 1.0], 1.7, 2.0), [0.163294171593, 0.153836924954], atol=5e-13
    )
    np.testing.assert_allclose(kac.displacement_atom(1.7), 0.054850324258, atol=5e-13)
    np.testing.assert_allclose(kac.displacement_variance(1.7, 2.0), 4.061578973118, atol=5e-13)


def test_the_displacement_law_is_a_law():
    kac = Telegraph(1.3)
    inside, _ = integrate.quad(lambda x: kac.displacement_density(x, 1.7, 2.0), -3.4, 3.4, epsabs=1e-12)
    assert inside + 2 * kac.displacement_atom(1.7) == pytest.approx(1, abs=1e-10)
    second, _ = integrate.quad(lambda x: x**2 * kac.displacement_density(x, 1.7, 2.0), -3.4, 3.4, epsabs=1e-12)
    total = second + 2 * 3.4**2 * kac.displacement_atom(1.7)
    assert total == pytest.approx(float(kac.displacement_variance(1.7, 2.0)), rel=1e-9)


def test_simulated_telegraph_has_its_transition_law():
    t = Telegraph(2.0, 0.5)
    when = [0.25, 1.0, 3.0]
    res = qx.simulate(t, t=3.0, n=200_000, rng=1, observe=observe.moments("state", when=observe.at(when)))
    check(p_z(res.mean("state"), t.mean(when), res.sem("state")), "telegraph-mean")
    caught(p_z(res.mean("state"), Telegraph(2.04, 0.5).mean(when), res.sem("state")), "telegraph-mean: a x 1.02")


def test_the_stationary_start_is_stationary():
    t = Telegraph(2.0, 0.5)
    res = qx.simulate(t, t=1.0, start="stationary", n=200_000, rng=2, observe=observe.at([0, 0.4, 1.0]))
    up = (res["state"] == 1).mean(axis=0)
    error = np.sqrt(t.occupancy * (1 - t.occupancy) / res.n)
    check(p_z(up, t.occupancy, error), "telegraph-stationary")
    caught(p_z(up, t.occupancy * 1.1, error), "telegraph-stationary: occupancy x 1.1")
    product = (res["state"][:, 0] - res["state"][:, 0].mean()) * (res["state"][:, 1] - res["state"][:, 1].mean())
    error = product.std() / np.sqrt(res.n)
    check(p_z(product.mean(), t.covariance(0.4), error), "telegraph-covariance")
    caught(p_z(product.mean(), t.covariance(0.8), error), "telegraph-covariance: wrong lag")


@pytest.mark.parametrize(
    ("law", "mean_state"),
    [
        # P(state) from an up-switch: E(t) of the spec; Erlang(2, lam): exp(-lam t)(cos lam t + sin lam t).
        (laws.Exponential(1.3), lambda t: np.exp(-2.6 * t)),
        (laws.Gamma(2, 1.5), lambda t: np.exp(-1.5 * t) * (np.cos(1.5 * t) + np.sin(1.5 * t))),
    ],
    ids=["exponential", "erlang"],
)
def test_switch_start_has_the_clipped_mean(law, mean_state):
    when = np.array([0.5, 1.0, 2.0])
    res = qx.simulate(
        SwitchProcess(law), t=2.0, n=400_000, rng=3, observe=observe.moments("state", when=observe.at(when))
    )
    name = f"switch-{type(law).__name__}"
    check(p_z(res.mean("state"), mean_state(when), res.sem("state")), name)
    caught(p_z(res.mean("state"), mean_state(when * 1.06), res.sem("state")), f"{name}: time x 1.06")


def test_erlang_numbers_of_the_spec():
    def mean(t):
        return np.exp(-1.5 * t) * (np.cos(1.5 * t) + np.sin(1.5 * t))

    np.testing.assert_allclose(mean(np.array([1.0, 2.0])), [0.2383548192, -0.0422628726], atol=5e-11)
    assert np.exp(-1.5) * np.cos(1.5) == pytest.approx(0.0157836031, abs=5e-11)
    # The stationary covariance of the same process: exp(-lam t) cos(lam t).
    process = SwitchProcess(laws.Gamma(2, 1.5))
    res = qx.simulate(process, t=1.0, start="stationary", n=200_000, rng=4, observe=observe.at([0, 1.0]))
    product = (res["state"][:, 0] * res["state"][:, 1]).astype(float)
    check(p_z(product.mean(), 0.0157836031, product.std() / np.sqrt(res.n)), "erlang-covariance")
    caught(p_z(product.mean(), 0.0157836031 + 0.03, product.std() / np.sqrt(res.n)), "erlang-covariance: shifted")


@pytest.mark.parametrize("law", [laws.Weibull(0.7, 2.0), laws.Gamma(2.5, 1.0), laws.Gamma(0.4, 3.0)], ids=str)
def test_sojourns_have_their_law(law):
    res = qx.simulate(SwitchProcess(law), t=50 * law.mean, n=800, rng=5, observe=observe.events())
    first = np.array([res.path(i).t[1] for i in range(res.n) if len(res.path(i).t) > 1])
    cells = law.ppf(np.linspace(0, 1, 21)[1:-1])
    counts = np.bincount(np.searchsorted(cells, first), minlength=20)
    check(p_chi2(counts, np.full(20, 0.05)), f"sojourn-{law}")
    # Every second interval is one of the same law, too; a law with another shape is caught on all of them.
    times = np.concatenate([np.diff(res.path(i).t)[:-1] for i in range(res.n)])
    counts = np.bincount(np.searchsorted(cells, times), minlength=20)
    wrong = (
        type(law)(law.shape * 1.15, *list(vars(law).values())[1:]).frozen().cdf(np.concatenate([[0], cells, [np.inf]]))
    )
    caught(p_chi2(counts, np.diff(wrong)), f"sojourn-{law}: shape x 1.15")


def test_residual_life_of_the_stationary_start():
    law = laws.Weibull(1.7, 0.8)
    res = qx.simulate(
        SwitchProcess(law), t=40.0, start="stationary", n=20_000, rng=6, observe=observe.first_passage("state != 0")
    )
    assert (res["time"] == 0).all()
    res = qx.simulate(SwitchProcess(law, laws.Exponential(1e-9)), t=40.0, start=1, n=10, rng=6, observe=observe.final())
    assert (res["state"] == -1).all()
    events = qx.simulate(SwitchProcess(law), t=8.0, start="stationary", n=20_000, rng=7, observe=observe.events())
    first = np.array([events.t[o + 1] for o in events.offsets[:-1]])
    exact = law.frozen().moment(2) / (2 * law.mean)
    check(p_z(first.mean(), exact, first.std() / np.sqrt(first.size)), "residual-life")
    caught(p_z(first.mean(), law.mean, first.std() / np.sqrt(first.size)), "residual-life: fresh instead")


def test_age_and_events():
    process = SwitchProcess(laws.Exponential(1.0))
    res = qx.simulate(
        process, t=5.0, n=50, rng=8, observe={"end": observe.final(["state", "age"]), "all": observe.events()}
    )
    for i in range(res.n):
        path = res["all"].path(i)
        assert res["end"]["age"][i] == pytest.approx(5.0 - path.t[-1], abs=1e-12)
        assert path["event"][0, 0] == -1
        np.testing.assert_array_equal(path["state"][0, 1:], np.where(path["event"][0, 1:] == 1, 1, -1))
        assert (np.abs(np.diff(path["state"][0])) == 2).all()
    with pytest.raises(ValueError, match="age"):
        qx.simulate(process, t=1.0, observe=observe.time_average("age"))


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: laws.Exponential(-1.0), ValueError, "rate = -1.0: must be finite and > 0"),
        (lambda: laws.Gamma(0.0, 1.0), ValueError, r"shape = 0\.0"),
        (lambda: laws.Weibull(1.0, float("inf")), ValueError, "scale = inf"),
        (lambda: laws.Exponential("fast"), TypeError, "rate = 'fast'"),
        (lambda: Telegraph(0.0), ValueError, "a = 0.0"),
        (lambda: Telegraph(1.0, float("nan")), ValueError, "b = nan"),
        (lambda: SwitchProcess(3.0), TypeError, "up = 3.0"),
        (lambda: Telegraph(1.0).replace(c=1.0), ValueError, "c = 1.0"),
        (lambda: Telegraph(1.0).probability_up(-1.0), ValueError, "t = -1.0"),
        (lambda: Telegraph(1.0, 2.0).displacement_variance(1.0), ValueError, "equal rates"),
        (lambda: qx.simulate(Telegraph(1.0), t=1.0, start=0), ValueError, "start"),
        (lambda: qx.simulate(Telegraph(1.0), t=1.0, start="hot"), ValueError, "start = 'hot'"),
    ],
)
def test_bad_input_is_named(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_scipy_laws_are_understood():
    from scipy import stats

    assert SwitchProcess(stats.expon(scale=0.5)) == SwitchProcess(laws.Exponential(2.0))
    assert SwitchProcess(stats.gamma(2, scale=0.5), stats.weibull_min(1.5, scale=2)) == SwitchProcess(
        laws.Gamma(2, 2.0), laws.Weibull(1.5, 2.0)
    )
    with pytest.raises(TypeError, match="loc=0"):
        SwitchProcess(stats.expon(loc=1))
