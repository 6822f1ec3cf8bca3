"""Streams and samplers through the wheel: golden values, NumPy's words, one hash at each level, exact laws."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from write_streams import LATTICE, MOVES, lattice_states

from budget import caught, check, p_chi2, p_counts, p_ks, p_z
from quincunx import _core
from quincunx.lattice._methods import METHODS

GOLDEN = json.loads(Path(__file__).with_name("streams.json").read_text(encoding="utf-8"))
WORD = st.one_of(st.integers(0, 2**64 - 1), st.sampled_from([0, 1, 2**53 + 1, 2**64 - 2, 2**64 - 1]))
LEVELS = _core.simd_levels()


def numpy_words(key, counter, n):
    key, counter = (np.array(x, dtype=np.uint64) for x in (key, counter))
    return np.random.Philox(key=key, counter=counter).random_raw(n)


@given(st.tuples(WORD, WORD), st.tuples(WORD, WORD, WORD, WORD))
def test_philox_words_are_those_of_numpy_with_carry(key, counter):
    assert (_core.philox_words(key, counter, 11) == numpy_words(key, counter, 11)).all()


@given(st.tuples(WORD, WORD), WORD, WORD)
def test_a_stream_is_xoshiro_on_the_first_philox_block_of_its_address(key, replica, purpose):
    mask = 2**64 - 1

    def rotl(x, k):
        return (x << k | x >> (64 - k)) & mask

    s = numpy_words(key, (0, replica, purpose, 0), 4).tolist()
    words = []
    for _ in range(5):
        words.append((rotl((s[0] + s[3]) & mask, 23) + s[0]) & mask)
        t = (s[1] << 17) & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 45)
    assert _core.stream_words(key, replica, purpose, 5).tolist() == words


def test_the_wheel_gives_the_golden_values():
    assert GOLDEN["stream_version"] == _core.STREAM_VERSION
    for case in GOLDEN["streams"]:
        words = _core.stream_words(tuple(case["key"]), case["replica"], case["purpose"], len(case["words"]))
        assert words.tolist() == case["words"]
    for case in GOLDEN["samplers"]:
        draws, word = _core.stream_draws(
            case["sampler"], case["args"], tuple(case["key"]), case["replica"], case["purpose"], len(case["bits"])
        )
        assert [f"{b:016x}" for b in draws.view(np.uint64).tolist()] == case["bits"], case["sampler"]
        assert word == case["last_word"]


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_gives_one_sha256_of_1e5_normals_and_words(level):
    for name, draw in (("normals", _core.lane_normals), ("words", _core.lane_words)):
        golden = GOLDEN[name]
        values = draw(level, tuple(golden["key"]), golden["replicas"], golden["count"] // 2)
        assert hashlib.sha256(values.tobytes()).hexdigest() == golden["sha256"], name
    assert values.size == 100_000


def test_one_replica_alone_has_the_bits_it_has_among_many():
    many = _core.lane_words(LEVELS[-1], (42, 7), 19, 4)
    for replica in (0, 7, 8, 17, 18):
        assert (many[replica] == _core.stream_words((42, 7), replica, 0, 8)).all()


def test_a_forced_level_holds_for_the_process_and_bad_names_are_errors():
    try:
        for level in LEVELS:
            _core.simd_force(level)
            assert _core.simd_level() == level
    finally:
        _core.simd_force(None)
    with pytest.raises(ValueError, match=r"QUINCUNX_SIMD = mmx: must be scalar, sse2"):
        _core.simd_force("mmx")
    code = "from quincunx import _core; print(_core.simd_level())"

    def under(level):
        env = os.environ | {"QUINCUNX_SIMD": level, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)

    for level in LEVELS:
        assert under(level).stdout.strip() == level
    assert "QUINCUNX_SIMD = mmx" in under("mmx").stderr


def test_every_method_of_the_lattice_has_golden_states():
    assert {type(method) for method in MOVES} == set(METHODS)


@pytest.mark.parametrize("method", MOVES, ids=repr)
@pytest.mark.parametrize("model", LATTICE)
def test_lattices_give_the_golden_states(model, method):
    assert lattice_states(model, method) == GOLDEN["lattice"][model][repr(method)]


def draws(sampler, args, n, replica=0):
    return _core.stream_draws(sampler, args, (20250601, 5), replica, 9, n)[0]


CONTINUOUS = [
    # sampler, arguments, exact law, a wrong law that must be caught, draws
    ("uniform", [2.0, 5.0], stats.uniform(2, 3), stats.uniform(2, 3.03), 200_000),
    ("exponential", [0.7], stats.expon(scale=1 / 0.7), stats.expon(scale=1 / (0.7 * 1.02)), 400_000),
    ("normal", [1.0, 2.0], stats.norm(1, 2), stats.norm(1.02, 2), 1_500_000),
    ("normal", [0.0, 1.0], stats.norm(), stats.norm(scale=1.02), 1_000_000),
    ("gamma", [0.3, 1.0], stats.gamma(0.3), stats.gamma(0.3 * 1.02), 300_000),
    ("gamma", [1.0, 2.0], stats.gamma(1.0, scale=2.0), stats.gamma(1.02, scale=2.0), 300_000),
    ("gamma", [7.5, 1.0], stats.gamma(7.5), stats.gamma(7.5, scale=1.02), 100_000),
    ("gamma", [5000.0, 1.0], stats.gamma(5000), stats.gamma(5000 + 5), 100_000),
]


@pytest.mark.parametrize(
    ("sampler", "args", "law", "wrong", "n"), CONTINUOUS, ids=lambda x: x if isinstance(x, str) else ""
)
def test_continuous_samplers_follow_their_law(sampler, args, law, wrong, n):
    sample = draws(sampler, args, n)
    check(p_ks(sample, law.cdf), f"stream-{sampler}-{args}")
    caught(p_ks(sample, wrong.cdf), f"stream-{sampler}-{args}: 2 % off")


DISCRETE = [
    ("poisson", [0.3], stats.poisson(0.3), stats.poisson(0.3 * 1.02), 600_000),
    ("poisson", [8.5], stats.poisson(8.5), stats.poisson(8.5 * 1.02), 50_000),
    ("poisson", [10.0], stats.poisson(10.0), stats.poisson(10.2), 50_000),
    ("poisson", [90.0], stats.poisson(90.0), stats.poisson(90.9), 50_000),
    ("poisson", [20_000.0], stats.poisson(20_000), stats.poisson(20_020), 50_000),
    ("binomial", [12, 0.4], stats.binom(12, 0.4), stats.binom(12, 0.408), 50_000),
    ("binomial", [100, 0.9], stats.binom(100, 0.9), stats.binom(100, 0.902), 200_000),
    ("binomial", [60, 0.5], stats.binom(60, 0.5), stats.binom(60, 0.51), 20_000),
    ("binomial", [10_000, 0.7], stats.binom(10_000, 0.7), stats.binom(10_000, 0.701), 50_000),
    ("below", [7], stats.randint(0, 7), stats.randint(0, 8), 50_000),
]


@pytest.mark.parametrize(
    ("sampler", "args", "law", "wrong", "n"), DISCRETE, ids=lambda x: x if isinstance(x, str) else ""
)
def test_discrete_samplers_follow_their_law(sampler, args, law, wrong, n):
    sample = draws(sampler, args, n)
    check(p_counts(sample, law), f"stream-{sampler}-{args}")
    caught(p_counts(sample, wrong), f"stream-{sampler}-{args}: 2 % off")


def test_alias_table_draws_its_weights():
    weights = np.array([0.5, 0.0, 2.0, 1.0, 0.01, 3.0])
    counts = np.bincount(draws("alias", weights.tolist(), 200_000).astype(int), minlength=6)
    check(p_chi2(counts, weights / weights.sum()), "stream-alias")
    wrong = weights * [1, 1, 1.02, 1, 1, 1]
    counts = np.bincount(draws("alias", wrong.tolist(), 2_000_000).astype(int), minlength=6)
    caught(p_chi2(counts, weights / weights.sum()), "stream-alias: a weight x 1.02")


def test_normals_in_lanes_are_normal_independent_and_have_its_tails():
    z = _core.lane_normals(_core.simd_level(), (3, 1), 1000, 1000)
    check(p_ks(z, stats.norm.cdf), "lanes-normal")
    n = z.size
    for power, exact, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        check(p_z((z**power).mean(), exact, np.sqrt(spread / n)), f"lanes-normal-moment-{power}")
    caught(p_z(((1.005 * z) ** 2).mean(), 1, np.sqrt(2 / n)), "lanes-normal-moment-2: scale 1.005")
    tail = 2 * stats.norm.sf(4.0)
    check(p_z((abs(z) > 4).mean(), tail, np.sqrt(tail / n)), "lanes-normal-tail")
    caught(p_z((abs(1.1 * z) > 4).mean(), tail, np.sqrt(tail / n)), "lanes-normal-tail: scale 1.1")
    for name, a, b in (
        ("pair", z[:, 0::2], z[:, 1::2]),
        ("pair-squares", z[:, 0::2] ** 2 - 1, z[:, 1::2] ** 2 - 1),
        ("lag", z[:, :-2], z[:, 2:]),
        ("neighbours", z[:-1], z[1:]),
    ):
        product = a * b
        check(p_z(product.mean(), 0, product.std() / np.sqrt(product.size)), f"lanes-normal-correlation-{name}")
    product = z[:, 0::2] * (z[:, 1::2] + 0.01 * z[:, 0::2])
    caught(p_z(product.mean(), 0, product.std() / np.sqrt(product.size)), "lanes-normal-correlation: 1 %")


@pytest.mark.parametrize(
    ("sampler", "args", "message"),
    [
        ("gamma", [0.0, 1.0], r"shape = 0\.0: must be finite and > 0"),
        ("poisson", [float("nan")], r"mean = NaN: must be in \[0, 4\.5e15\]"),
        ("binomial", [1.5, 0.5], r"n = 1\.5: must be a whole number in \[0, 2\^53\]"),
        ("alias", [1.0, -1.0], r"weights\[1\] = -1\.0: must be finite and >= 0"),
        ("uniform", [1.0], r"uniform does not take 1 parameters"),
        ("cauchy", [], r"sampler = 'cauchy': must be one of uniform"),
    ],
)
def test_bad_parameters_are_named(sampler, args, message):
    with pytest.raises(ValueError, match=message):
        _core.stream_draws(sampler, args, (0, 0), 0, 0, 1)
