"""Error bars of quincunx.stats: autocorrelation times that nothing fools, the jackknife, several runs joined."""

import copy
import pickle

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import caught, check, p_t
from quincunx import stats

SETS = 24
OSCILLATING = [1.0, -2 * 0.95 * np.cos(2 * np.pi / 20), 0.95**2]  # rho(k) ~ 0.95^k cos(2 pi k/20)


def filtered(a, shape, seed):
    """A stationary Gaussian chain with a(shift) x = noise."""
    burn = 2_000
    noise = np.random.default_rng(seed).normal(size=(*shape[:-1], shape[-1] + burn))
    return scipy.signal.lfilter([1.0], a, noise, axis=-1)[..., burn:]


def exact_time(a):
    """Spectral density at zero over variance; the variance of an AR(2) from the Yule-Walker equations."""
    first, second = -a[1], -a[2] if len(a) > 2 else 0.0
    variance = (1 - second) / ((1 + second) * ((1 - second) ** 2 - first**2))
    return 1 / sum(a) ** 2 / variance


def sokal(x):
    """The usual window, which alternating signs close at once."""
    x = x - x.mean(axis=-1, keepdims=True)
    n = x.shape[-1]
    power = np.abs(np.fft.rfft(x, 2 * n)) ** 2
    covariance = np.fft.irfft(power)[..., :n].mean(axis=0)
    tau = 2 * np.cumsum(covariance / covariance[0]) - 1
    return tau[np.argmax(np.arange(n) >= 6 * tau)]


def summary(f, a, shape, **keywords):
    found = np.array([f(filtered(a, shape, seed), **keywords) for seed in range(SETS)])
    return found.mean(), found.std(ddof=1) / np.sqrt(SETS)


@pytest.mark.parametrize("phi", [-0.9, 0.0, 0.9, 0.99])
@pytest.mark.parametrize("reversible", [True, False])
def test_autocorrelation_time_is_exact_whatever_the_sign(phi, reversible):
    a, shape = [1.0, -phi], (8, 40_000 if phi == 0.99 else 10_000)
    exact = (1 + phi) / (1 - phi)
    mean, error = summary(stats.autocorrelation_time, a, shape, reversible=reversible)
    name = f"autocorrelation-time {phi} {reversible}"
    check(p_t(mean, exact, error, SETS - 1), name)
    if phi == -0.9:
        caught(p_t(*summary(sokal, a, shape)[:1], exact, error, SETS - 1), f"{name}: Sokal's window")
    elif phi > 0:
        caught(p_t((mean + 1) / 2, exact, error, SETS - 1), f"{name}: every lag once")
    else:
        caught(p_t(mean - 0.1, exact, error, SETS - 1), f"{name}: a tenth missing")


def test_oscillations_stop_pairs_but_not_the_absolute_window():
    exact = exact_time(OSCILLATING)
    mean, error = summary(stats.autocorrelation_time, OSCILLATING, (8, 10_000), reversible=False)
    check(p_t(mean, exact, error, SETS - 1), "autocorrelation-time oscillating")
    pairs, _ = summary(stats.autocorrelation_time, OSCILLATING, (8, 10_000))
    caught(p_t(pairs, exact, error, SETS - 1), "autocorrelation-time oscillating: pairs")
    assert pairs > 3 * exact  # on the safe side


def test_a_slow_mode_behind_a_fast_oscillation_is_seen():
    fast, slow = [1.0, 0.0, 0.9], [1.0, -0.98]  # rho(2) = -0.9: the second pair of the fast one is negative
    variances = (1 / (1 - 0.9**2), 1 / (1 - 0.98**2))

    def both(seed):
        parts = (filtered(a, (8, 20_000), seed + k * SETS) for k, a in enumerate((fast, slow)))
        return sum(part / np.sqrt(variance) for part, variance in zip(parts, variances, strict=True))

    found = np.array([stats.autocorrelation_time(both(seed), reversible=False) for seed in range(SETS)])
    exact, error = (exact_time(fast) + exact_time(slow)) / 2, found.std(ddof=1) / np.sqrt(SETS)
    check(p_t(found.mean(), exact, error, SETS - 1), "autocorrelation-time behind a fast oscillation")
    pairs = np.mean([stats.autocorrelation_time(both(seed)) for seed in range(3)])
    caught(p_t(pairs, exact, error, SETS - 1), "autocorrelation-time behind a fast oscillation: pairs")


@given(st.integers(0, 99), st.floats(-1e3, 1e3), st.floats(0.01, 1e3), st.booleans())
@settings(max_examples=30, deadline=None)
def test_autocorrelation_time_does_not_depend_on_units(seed, shift, scale, reversible):
    x = filtered([1.0, -0.6], (3, 400), seed)
    found = stats.autocorrelation_time(shift - scale * x, reversible=reversible)
    assert found == pytest.approx(stats.autocorrelation_time(x, reversible=reversible), rel=1e-6)


def test_short_constant_and_wrong_chains():
    assert np.isnan(stats.autocorrelation_time(np.ones((2, 9)), reversible=False))
    assert 0 < stats.autocorrelation_time([1.0, 2.0, 4.0, 3.0], reversible=False) < 10
    trend = stats.autocorrelation_time(np.arange(1_000.0), reversible=False)
    assert trend > 100  # the window never closes: pairs
    for x in ([1.0, 2.0, 3.0], [1.0, np.nan, 2.0, 3.0]):
        with pytest.raises(ValueError, match="x"):
            stats.autocorrelation_time(x, reversible=False)
    with pytest.raises(TypeError, match="reversible = 'no': must be True or False"):
        stats.autocorrelation_time(np.arange(9.0), reversible="no")


@given(
    st.integers(2, 40),
    st.integers(1, 3),
    st.floats(-1e3, 1e3),
    st.floats(-1e3, 1e3),
    st.integers(0, 2**32 - 1),
)
def test_jackknife_of_a_linear_function_is_the_mean_and_its_error(n, sets, a, b, seed):
    x, y = np.random.default_rng(seed).normal(size=(2, sets, n))
    found = stats.jackknife(lambda u, v: a * u + b * v, x, y)
    joint = a * x + b * y
    scale = abs(a) + abs(b) + 1e-300
    np.testing.assert_allclose(found.value, joint.mean(axis=-1), atol=1e-12 * scale)
    np.testing.assert_allclose(
        found.standard_error, joint.std(axis=-1, ddof=1) / np.sqrt(n), rtol=1e-9, atol=1e-9 * scale
    )
    np.testing.assert_allclose(found.bias, 0, atol=1e-11 * scale)
    assert found.blocks == n


def test_indicators_are_numbers():
    x = np.random.default_rng(1).random(400)
    a, b = (stats.jackknife(lambda p: p, s) for s in (x < 0.3, 1.0 * (x < 0.3)))
    assert (a.value, a.standard_error) == (b.value, b.standard_error)
    assert stats.ess(x < 0.3) == stats.ess(1.0 * (x < 0.3))


def test_jackknife_of_a_square_is_unbiased():
    x = np.random.default_rng(1).normal(size=(20_000, 6)) + 0.3
    found = stats.jackknife(np.square, x)
    products = (x.sum(axis=1) ** 2 - (x**2).sum(axis=1)) / 30  # the mean over pairs of different values
    np.testing.assert_allclose(found.corrected, products, atol=1e-12)
    error = products.std(ddof=1) / np.sqrt(len(x))
    check(p_t(found.corrected.mean(), 0.09, error, len(x) - 1), "jackknife-square")
    caught(p_t(found.value.mean(), 0.09, error, len(x) - 1), "jackknife-square: its bias left in")


def test_jackknife_over_blocks_has_the_error_of_correlated_draws():
    chains = np.stack([filtered([1.0, -0.8], (4, 9_000), seed) for seed in range(60)])
    found = stats.jackknife(lambda m: m, chains, block="auto")
    assert 4 * 9_000 // found.blocks >= 80  # ten autocorrelation times, (1 + 0.8)/(1 - 0.8) = 9
    found = stats.jackknife(lambda m: m, chains, block=90)
    # The variance of the mean of b draws is var/b (tau - 2 phi (1 - phi^b)/(b (1 - phi)^2)), var = 1/(1 - phi^2).
    exact = (9 - 1.6 / (90 * 0.04)) / 0.36 / 36_000
    variance = found.standard_error**2
    error = variance.std(ddof=1) / np.sqrt(60)
    check(p_t(variance.mean(), exact, error, 59), "jackknife-blocks")
    single = stats.jackknife(lambda m: m, chains, block=1).standard_error ** 2
    caught(p_t(single.mean(), exact, error, 59), "jackknife-blocks: correlations forgotten")


def test_no_draw_is_left_out_of_blocks():
    x = np.arange(11.0)
    found = stats.jackknife(np.square, x, block=2)
    assert (found.value, found.blocks) == (25.0, 5)
    without = [(x.sum() - x[i:j].sum()) / (11 - j + i) for i, j in ((0, 2), (2, 4), (4, 6), (6, 8), (8, 11))]
    assert found.bias == pytest.approx(4 * (np.mean(np.square(without)) - 25), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stats.jackknife(np.square), "data: must hold at least one series"),
        (lambda: stats.jackknife(np.square, [1.0]), "data: shape .* at least 2 replicas"),
        (lambda: stats.jackknife(np.add, [1.0, 2.0], [1.0]), r"data\[1\]: has shape"),
        (lambda: stats.jackknife(np.square, [1.0, np.nan]), r"data\[0\]: must be finite"),
        (lambda: stats.jackknife(np.log, [-1.0, -2.0]), "function: is not finite"),
        (lambda: stats.jackknife(np.sum, [1.0, 2.0]), "function: gives float64 of shape"),
        (lambda: stats.jackknife(np.square, np.arange(9.0), block=3), "block = 3: gives 3 blocks"),
        (lambda: stats.jackknife(np.square, np.arange(9.0), block=0), "block = 0: must be between 1 and"),
        (lambda: stats.jackknife(np.square, np.arange(3.0), block="auto"), "block = 'auto'"),
        (lambda: stats.reweight(np.ones((2, 99)), [1.0]), "beta: has shape"),
        (lambda: stats.reweight(np.ones((1, 99)), [np.nan]), r"beta\[0\] = nan: must be finite"),
        (lambda: stats.reweight(np.ones((1, 2)), [1.0]), r"energy\[0\]: has shape"),
        (lambda: stats.reweight([np.ones((2, 9)), np.ones((3, 9))], [1.0, 2.0]), r"energy\[1\]: has shape"),
        (lambda: stats.reweight([np.arange(30.0)], [1.0]), "energy: runs of 1 replicas hold"),
        (lambda: stats.reweight(np.ones((1, 99)), [1.0], autocorrelation=-1.0), "autocorrelation = -1.0"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# --- several runs joined: n free spins in a field of strength 1, E = -sum s, ln Z = n ln(2 cosh beta) -----------------

SPINS = 30


def free_spins(betas, replicas, draws, seed):
    up = 1 / (1 + np.exp(-2 * np.asarray(betas)))
    shape = (len(betas), replicas, draws)
    return SPINS - 2.0 * np.random.default_rng(seed).binomial(SPINS, up[:, None, None], size=shape)


@given(st.floats(-1.0, 1.0), st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_one_run_at_its_own_temperature_is_the_plain_mean(beta, seed):
    energy = free_spins([beta], 16, 40, seed)
    runs = stats.reweight(energy, [beta], autocorrelation=1.0)
    plain = stats.jackknife(lambda e: e, energy[0].mean(axis=1))
    found = runs.energy(beta)
    assert found.value == pytest.approx(plain.value, abs=1e-9)
    assert found.standard_error == pytest.approx(plain.standard_error, abs=1e-9)
    assert runs.energy_variance(beta).value == pytest.approx(energy.var(), rel=1e-9, abs=1e-9)
    assert runs.log_partition(beta).value == pytest.approx(0.0, abs=1e-9)
    assert runs.effective_draws(beta) == pytest.approx(640)


def test_joined_runs_meet_the_closed_form():
    betas, between = np.array([0.6, 0.0, 0.3]), np.linspace(0.02, 0.58, 8)
    energy = free_spins(betas, 64, 300, 1)
    runs, wrong = stats.reweight(energy, betas), stats.reweight(energy, -betas)
    assert runs.residual < 1e-10
    tanh = np.tanh(between)
    logs = SPINS * np.log(np.cosh(between) / np.cosh(0.6))
    for name, exact, found, planted in [
        ("energy", -SPINS * tanh, runs.energy(between), wrong.energy(-between)),
        ("variance", SPINS * (1 - tanh**2), runs.energy_variance(between), wrong.energy_variance(-between)),
        ("log-partition", logs, runs.log_partition(between), wrong.log_partition(-between)),
    ]:
        check(p_t(found.value, exact, found.standard_error, runs.blocks - 1), f"reweight-{name}")
        p = p_t(planted.value, exact, found.standard_error, runs.blocks - 1)
        caught(p, f"reweight-{name}: sign of beta")
    beyond = np.array([-0.02, 0.62])
    outside = runs.energy(beyond)
    check(p_t(outside.value, -SPINS * np.tanh(beyond), outside.standard_error, runs.blocks - 1), "reweight-outside")
    nearest = -SPINS * np.tanh(np.clip(beyond, 0.0, 0.6))
    caught(p_t(outside.value, nearest, outside.standard_error, runs.blocks - 1), "reweight-outside: the nearest run")


def test_errors_of_joined_runs_are_those_of_repetitions():
    many = [stats.reweight(free_spins([0.1, 0.4], 24, 60, seed), [0.1, 0.4], autocorrelation=1.0) for seed in range(60)]
    found = [m.energy_variance(0.25) for m in many]
    spread = np.var([f.value for f in found], ddof=1)
    claimed = np.mean([f.standard_error**2 for f in found])
    # 59 times the ratio is chi-square with 59 degrees of freedom, but for what the claim itself varies.
    assert 0.55 < spread / claimed < 1.65


def test_order_of_runs_and_lengths_do_not_matter():
    betas = [0.1, 0.3, 0.5]
    energy = free_spins(betas, 40, 100, 2)
    a = stats.reweight(energy, betas, autocorrelation=1.0)
    b = stats.reweight(energy[::-1], betas[::-1], autocorrelation=1.0)
    assert a.energy(0.2).value == pytest.approx(b.energy(0.2).value, rel=1e-9)
    assert a.log_partition(0.5).value == pytest.approx(-b.log_partition(0.1).value, rel=1e-9)
    lengths = [energy[0, :, :40], energy[1], energy[2, :, :70]]
    ragged = stats.reweight(lengths, betas)
    ends, freedom = ragged.energy([0.1, 0.5]), ragged.blocks - 1
    check(p_t(ends.value, -SPINS * np.tanh([0.1, 0.5]), ends.standard_error, freedom), "reweight-ragged")
    swapped = stats.reweight(lengths, betas[::-1]).energy([0.1, 0.5])
    caught(p_t(swapped.value, -SPINS * np.tanh([0.1, 0.5]), ends.standard_error, freedom), "reweight-ragged: swapped")
    values = [e**2 for e in lengths]
    assert ragged.mean(values, 0.3).value == pytest.approx(
        ragged.energy_variance(0.3).value + ragged.energy(0.3).value ** 2, rel=1e-9
    )


def test_large_energies_lose_no_digits():
    energy = free_spins([0.1, 0.3], 16, 100, 3)
    near, far = (stats.reweight(energy + shift, [0.1, 0.3], autocorrelation=1.0) for shift in (0.0, 2.0**30))
    assert far.energy_variance(0.2).value == pytest.approx(near.energy_variance(0.2).value, rel=1e-9)
    assert far.log_partition(0.2).value + 0.1 * 2.0**30 == pytest.approx(near.log_partition(0.2).value, abs=1e-5)


def test_temperatures_that_the_draws_say_nothing_about_are_refused():
    runs = stats.reweight(free_spins([0.1, 0.3], 16, 100, 4), [0.1, 0.3])
    assert runs.effective_draws(0.2) > runs.effective_draws(0.8)
    for beta in (1.5, -2.0):
        with pytest.raises(ValueError, match=r"beta\[1\] = .*the runs at 0.1 .. 0.3"):
            runs.energy([0.2, beta])
    with pytest.raises(ValueError, match=r"the runs at 0.1 and 3 share .* independent draws"):
        stats.reweight(free_spins([0.1, 3.0], 16, 100, 4), [0.1, 3.0])
    with pytest.raises(ValueError, match=r"values\[0\]: has shapes"):
        runs.mean(np.ones(3), 0.2)
    with pytest.raises(ValueError, match="function: must give one finite number per beta"):
        runs.function(lambda m: np.log(-m), np.ones((2, 16, 100)), beta=0.2)


def test_temperatures_beyond_the_digits_of_energies_are_refused_at_once():
    energy = free_spins([0.1, 0.1], 16, 100, 4)
    with pytest.raises(ValueError, match=r"beta: the equations of the runs are solved to .*: must be 1e-10"):
        stats.reweight(energy, [1e12, 1e12], autocorrelation=1.0)
    with pytest.raises(ValueError, match="beta: temperatures times energies overflow"):
        stats.reweight(energy, [1e308, 1e308], autocorrelation=1.0)


def test_answers_are_frozen_and_printed():
    runs = stats.reweight(free_spins([0.1, 0.3], 16, 100, 4), [0.1, 0.3])
    found = runs.energy([0.1, 0.2])
    assert "+-" in repr(found)
    assert pickle.loads(pickle.dumps(runs)).energy(0.2).value == found.value[1]
    assert copy.deepcopy(found).blocks == 16
    with pytest.raises(AttributeError):
        found.value = 0.0
