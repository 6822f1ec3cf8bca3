"""quincunx.stats against closed forms, ArviZ and SciPy."""

import numpy as np
import pytest
import scipy.signal
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from budget import caught, check
from quincunx import stats


def autoregressive(phi, shape, seed):
    noise = np.random.default_rng(seed).normal(size=shape)
    burn = 200
    return scipy.signal.lfilter([1.0], [1.0, -phi], noise, axis=-1)[..., burn:]


@pytest.mark.parametrize("phi", [0.9, 0.5, 0.0, -0.5, -0.9])
def test_autocorrelation_time_of_slow_and_antithetic_chains(phi):
    exact = (1 + phi) / (1 - phi)
    found = [stats.autocorrelation_time(autoregressive(phi, (8, 6_000), seed)) for seed in range(8)]
    assert abs(np.mean(found) - exact) < 0.1 * exact + 0.03


def test_ess_and_rhat_agree_with_arviz():
    az = pytest.importorskip("arviz")
    for seed, phi in enumerate((0.8, 0.0, -0.6)):
        x = autoregressive(phi, (4, 1_001), seed) + 0.1 * np.arange(4)[:, None]
        assert stats.ess(x) == pytest.approx(float(az.ess(x, method="mean")), rel=1e-6)
        assert stats.ess(x, method="bulk") == pytest.approx(float(az.ess(x, method="bulk")), rel=1e-6)
        assert stats.rhat(x) == pytest.approx(float(az.rhat(x, method="rank")), rel=1e-9)
        assert stats.rhat(x, method="split") == pytest.approx(float(az.rhat(x, method="split")), rel=1e-9)


def test_sweep_axes_are_kept():
    x = autoregressive(0.5, (2, 3, 4, 900), 1)
    for f in (stats.ess, stats.rhat, stats.autocorrelation_time):
        found = f(x)
        assert found.shape == (2, 3)
        assert found[1, 2] == pytest.approx(f(x[1, 2]), rel=1e-12)


def test_constant_draws_are_nan():
    x = np.full((4, 100), 0.1)
    assert np.isnan([stats.ess(x), stats.ess(x, method="bulk"), stats.rhat(x), stats.autocorrelation_time(x)]).all()


def test_rhat_sees_a_shift_and_a_spread():
    x = autoregressive(0.0, (4, 1_000), 3)
    spread = x * np.array([1.0, 1.0, 1.0, 3.0])[:, None]
    assert stats.rhat(x) < 1.01
    assert stats.rhat(x + np.array([0, 0, 0, 0.5])[:, None]) > 1.02
    assert stats.rhat(spread) > 1.02
    assert stats.rhat(spread, method="split") < 1.02


def test_ks_of_integers_is_conservative_and_sees_a_shift():
    rng = np.random.default_rng(5)
    law = scipy.stats.poisson(3.0)
    p = np.array([stats.ks_test(rng.poisson(3.0, 400), law).p_value for _ in range(200)])
    for level in (0.01, 0.1, 0.5):
        assert (p <= level).mean() <= level + 4 * np.sqrt(level * (1 - level) / len(p))
    assert stats.ks_test(rng.poisson(3.2, 20_000), law).p_value < 1e-6
    assert stats.ks_test(rng.poisson(3.0, 2_000), rng.poisson(3.6, 2_000)).p_value < 1e-6


def test_chi2_merges_and_refuses():
    law = scipy.stats.poisson.pmf(np.arange(40), 3.0)
    law[-1] += 1 - law.sum()
    counts = np.bincount(np.random.default_rng(1).poisson(3.0, 5_000), minlength=40)
    found = stats.chi2_test(counts, law)
    assert found.p_value > 1e-6
    assert found.df == 10
    assert stats.chi2_test(np.roll(counts, 1), law).p_value < 1e-6
    assert stats.chi2_test([1, 99], [0.0, 1.0]).p_value == 0.0
    assert stats.chi2_test([0, 99], [0.0, 1.0]).p_value == 1.0
    with pytest.raises(ValueError, match=r"counts\[1\] = -1.0: must be finite and >= 0"):
        stats.chi2_test([1, -1], [0.5, 0.5])
    with pytest.raises(ValueError, match="must sum to 1"):
        stats.chi2_test([1, 1], [0.5, 0.4])
    with pytest.raises(ValueError, match="must be equal"):
        stats.chi2_test([1, 1], [1.0])


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_chi2_is_a_probability_and_scales(counts, seed):
    law = np.random.default_rng(seed).dirichlet(np.ones(len(counts)))
    found = stats.chi2_test(counts, law)
    assert 0 <= found.p_value <= 1
    assert found.statistic >= 0


def test_bootstrap_of_a_mean_has_its_standard_error():
    x = np.random.default_rng(1).normal(size=(2_000, 3))
    found = stats.bootstrap(x, np.mean, rng=1)
    # The mean of a resample has variance var/2000; B - 1 times the ratio to it is chi-square, B - 1 degrees of freedom.
    freedom = len(found.bootstrap_distribution[0]) - 1
    law = scipy.stats.chi2(freedom)
    exact = x.std(axis=0) / np.sqrt(2_000)
    for i, ratio in enumerate(found.standard_error / exact):
        statistics = freedom * ratio**2, freedom * (1.2 * ratio) ** 2
        p, planted = (2 * min(law.cdf(s), law.sf(s)) for s in statistics)
        check(p, f"bootstrap-mean-{i}")
        caught(planted, f"bootstrap-mean-{i}: error x 1.2")
    assert np.all(found.confidence_interval.low < x.mean(axis=0))


@pytest.mark.parametrize("level", [0.0, 1.0, 95, np.nan])
def test_a_bad_level_of_confidence_is_refused(level):
    with pytest.raises(ValueError, match=r"level = .*: must be between 0 and 1"):
        stats.bootstrap(np.arange(5.0), np.mean, level=level)


@pytest.mark.parametrize("x", [[1.0, 2.0], [[1.0, np.nan, 2.0, 3.0, 1, 1, 1, 1]], 3.0, np.ones((0, 9))])
def test_bad_draws_are_refused(x):
    for f in (stats.ess, stats.rhat, stats.autocorrelation_time):
        with pytest.raises(ValueError, match="x"):
            f(x)
