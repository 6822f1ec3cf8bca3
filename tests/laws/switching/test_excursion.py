"""Excursions in the independent interval approximation: every number of the table, refusals, properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

import quincunx as qx
from budget import caught, check, p_chi2, p_z
from quincunx import observe
from quincunx.switching import InvalidApproximation, SwitchProcess, covariances, excursion, laws

TABLE = [
    (
        "d=1",
        covariances.diffusion(1),
        0.120327978842,
        1.06132690,
        8.88576588,
        [0.95699825, 0.86093624, 0.66669093, 0.40633293],
    ),
    (
        "d=2",
        covariances.diffusion(2),
        0.186210712979,
        1.19542566,
        6.28318531,
        [0.94280676, 0.81621975, 0.56767469, 0.26950089],
    ),
    (
        "d=3",
        covariances.diffusion(3),
        0.235774477540,
        1.24715771,
        5.13019932,
        [0.92870857, 0.77316523, 0.48600829, 0.18912839],
    ),
    (
        "random acceleration",
        covariances.random_acceleration(),
        0.264668571132,
        0.95206667,
        3.62759873,
        [0.74053086, 0.56300968, 0.33041198, 0.11458192],
    ),
    (
        "Matern 3/2",
        covariances.matern(1.5, 3**0.5),
        0.336698715796,
        1.09391159,
        3.14159265,
        [0.73577233, 0.54330801, 0.28401656, 0.07399170],
    ),
    (
        "Matern 5/2",
        covariances.matern(2.5, 5**0.5),
        0.219030147693,
        1.23740142,
        5.44139809,
        [0.91202339, 0.77297700, 0.51559207, 0.21454700],
    ),
]
EACH = pytest.mark.parametrize(
    ("name", "covariance", "theta", "c", "mean", "survival"), TABLE, ids=[row[0] for row in TABLE]
)


@EACH
def test_the_table(name, covariance, theta, c, mean, survival):
    law = excursion(covariance)
    assert law.valid
    assert law.persistency == pytest.approx(theta, abs=1e-9)
    assert law.persistency_below == law.persistency
    assert law.amplitude == pytest.approx(c, abs=1e-6)
    assert law.mean == pytest.approx(mean, abs=1e-8)
    np.testing.assert_allclose(law.survival([1, 2, 4, 8]), survival, atol=2e-8)
    np.testing.assert_array_equal(law.survival([1, 2], side="below"), law.survival([1, 2]))


def test_closed_equations_of_the_exponent():
    theta = excursion(covariances.diffusion(2)).persistency
    assert theta * (special.digamma(0.75 - theta / 2) - special.digamma(0.25 - theta / 2)) == pytest.approx(1, abs=1e-9)
    theta = excursion(covariances.random_acceleration()).persistency
    series = special.hyp2f1(0.5, 0.5 - theta, 1.5 - theta, 0.25)
    assert theta * (3**0.5 / 2) / (0.5 - theta) * series == pytest.approx(1, abs=1e-9)


@EACH
def test_the_clipped_mean_keeps_the_rice_mean(name, covariance, theta, c, mean, survival):
    law = excursion(covariance)
    assert law.mean_clipped(0.0) == 1
    area = sum(
        integrate.quad(law.mean_clipped, a, b, epsabs=1e-12, limit=200)[0] for a, b in [(0, 2), (2, 20), (20, 400)]
    )
    assert area == pytest.approx(law.mean / 2, rel=1e-9)


@pytest.mark.parametrize(
    "bad",
    ["exp(-t**2/2)*cos(2*t)", "exp(-t**2/4)*cos(t)", "(exp(-50*t**2) + exp(-t**2/200))/2"],
)
def test_covariances_without_a_law_of_intervals_are_refused(bad):
    with pytest.raises(InvalidApproximation, match="at t = "):
        excursion(bad)
    flagged = excursion(bad, validate="warn")
    assert not flagged.valid
    assert "rises at t = " in flagged.reason or "negative at t" in flagged.reason
    with pytest.raises(InvalidApproximation):
        flagged.sample(3, rng=1)
    with pytest.warns(UserWarning, match="not valid"):
        flagged.survival(1.0)


@pytest.mark.parametrize("nu", [3.5, 4.5])
def test_smoother_materns_are_accepted(nu):
    assert excursion(covariances.matern(nu, 1.0)).valid


@pytest.mark.parametrize(
    ("bad", "error", "text"),
    [
        ("2*exp(-t**2)", ValueError, r"r\(0\) = 2"),
        ("exp(-t)", ValueError, "lam2"),
        ("1 + t**2", ValueError, "lam2"),
        ("cos(t)", ValueError, "tend to 0"),
        ("exp(-t**2) + x", ValueError, "unknown name 'x'"),
        (3.0, TypeError, "covariance = 3.0"),
        ((np.cos, np.sin), ValueError, "lam2"),
    ],
)
def test_what_is_no_covariance_is_refused(bad, error, text):
    with pytest.raises(error, match=text):
        excursion(bad)


def test_bad_arguments_are_named():
    good = covariances.diffusion(2)
    for call, error, text in [
        (lambda: excursion(good, level="u"), TypeError, "level"),
        (lambda: excursion(good, validate="maybe"), ValueError, "validate"),
        (lambda: excursion(good).survival(-1.0), ValueError, "t = -1.0"),
        (lambda: excursion(good).survival(1.0, side="left"), ValueError, "side"),
        (lambda: excursion(good).sample(-1), ValueError, "n = -1"),
        (lambda: excursion(good).sample(1.5), TypeError, "n = 1.5"),
        (lambda: covariances.matern(1.0, 1.0), ValueError, "nu = 1.0"),
        (lambda: covariances.diffusion(-2), ValueError, "d = -2"),
    ]:
        with pytest.raises(error, match=text):
            call()


def test_a_formula_and_callables_agree_with_the_built_in():
    built = excursion(covariances.diffusion(2)).persistency
    assert excursion("2/(exp(t/2) + exp(-t/2))").persistency == pytest.approx(built, abs=1e-9)
    pair = (lambda t: 1 / np.cosh(t / 2), lambda t: -np.tanh(t / 2) / np.cosh(t / 2) / 2)
    assert excursion(pair).persistency == pytest.approx(built, abs=1e-8)


@settings(max_examples=10)
@given(st.floats(0.2, 5.0), st.sampled_from([1.5, 2.5, 3.5]))
def test_rescaling_time_rescales_the_exponent(scale, nu):
    one = excursion(covariances.matern(nu, 1.0)).persistency
    assert excursion(covariances.matern(nu, scale)).persistency * scale == pytest.approx(one, rel=1e-9)


def test_survival_falls_from_one():
    law = excursion(covariances.diffusion(2))
    s = law.survival(np.linspace(0, 60, 400))
    assert s[0] == 1
    assert (np.diff(s) <= 1e-12).all()
    assert s[-1] == pytest.approx(law.amplitude * np.exp(-60 * law.persistency), rel=1e-6)
    assert law.stationary_persistence(0.0) == 1
    tail = law.amplitude / (law.mean * law.persistency) * np.exp(-law.persistency * 30)
    assert law.stationary_persistence(30.0) == pytest.approx(tail, rel=1e-4)


@pytest.mark.parametrize(
    "covariance", [covariances.diffusion(2), covariances.random_acceleration(), covariances.matern(1.5, 1.0)], ids=repr
)
def test_samples_have_the_survival_function(covariance):
    law = excursion(covariance)
    sample = law.sample(100_000, rng=1)
    np.testing.assert_array_equal(law.sample(100, rng=1), sample[:100])
    edges = law.mean * np.array([0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0])
    s = law.survival(edges)
    counts = np.bincount(np.searchsorted(edges, sample), minlength=len(edges) + 1)
    check(p_chi2(counts, -np.diff(np.concatenate([[1.0], s, [0.0]]))), f"excursion-{covariance}")
    wrong = law.survival(edges * 1.04)
    caught(p_chi2(counts, -np.diff(np.concatenate([[1.0], wrong, [0.0]]))), f"excursion-{covariance}: time x 1.04")
    check(p_z(sample.mean(), law.mean, sample.std() / np.sqrt(sample.size)), f"excursion-mean-{covariance}")


def test_the_renewal_identity_closes_the_loop():
    """The switch process with exponential intervals: E0 = exp(-2 lam t), T exponential with rate lam."""
    law = excursion("exp(-t**2/2)")
    assert law.valid
    process = SwitchProcess(laws.Exponential(1.0))
    res = qx.simulate(process, t=1.0, n=40_000, rng=9, observe=observe.moments("state", when=observe.at([0.3, 1.0])))
    exact = np.exp(-2 * np.array([0.3, 1.0]))
    check(p_z(res.mean("state"), exact, res.sem("state")), "renewal-identity")
    caught(p_z(res.mean("state"), exact**1.1, res.sem("state")), "renewal-identity: rate x 1.1")


@pytest.mark.parametrize(
    "text",
    [
        "covariances.diffusion(d=2.0)",
        "covariances.random_acceleration()",
        "covariances.matern(nu=2.5, scale=0.1)",
        "covariances.gaussian(scale=3.0)",
    ],
)
def test_a_covariance_prints_as_the_call_that_makes_it(text):
    made = eval(text, {"covariances": covariances})  # noqa: S307
    assert repr(made) == text
    assert eval(repr(made), {"covariances": covariances}) == made  # noqa: S307
