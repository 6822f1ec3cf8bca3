"""Densities of states: exact counts, and the random walk that estimates them."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import caught, check, p_z
from quincunx import lattice

BETAS = np.array([0.1, 0.44, 0.9])
FOUR = {0: 2, 4: 32, 6: 64, 8: 424, 10: 1728, 12: 6688, 14: 13568, 16: 20524}
SIX = {0: 2, 4: 72, 6: 144, 8: 1620, 10: 6048, 12: 35148, 14: 159840, 16: 804078, 18: 3846576, 20: 17569080}


def square(x, y=None, **model):
    return lattice.Ising(lattice.Square(x) if y is None else lattice.Square(x, y), **model)


@pytest.mark.parametrize(("size", "first"), [(4, FOUR), (6, SIX)])
def test_the_published_counts(size, first):
    levels = lattice.density_of_states(square(size))
    n = size**2
    found = dict(zip(levels.energy.tolist(), levels.counts, strict=True))
    assert [found[-2.0 * n + 2 * k] for k in first] == list(first.values())
    assert levels.counts == levels.counts[::-1]
    assert sum(levels.counts) == 2**n
    assert size != 6 or max(levels.counts) == 13172279424


def test_counts_beyond_a_machine_word():
    levels = lattice.density_of_states(square(10, 8))
    assert levels.method == "transfer"
    assert all(type(count) is int for count in levels.counts)
    assert sum(levels.counts) == 2**80
    assert levels.counts == lattice.density_of_states(square(8, 10), threads=1).counts


@pytest.mark.parametrize(
    "model",
    [
        square(8),
        square(5, 7, J=-0.7),
        lattice.Ising(lattice.Square(9, 4, periodic=(False, True))),
        lattice.Ising(lattice.Triangular(4), J=0.5, h=0.25),
        lattice.Potts(lattice.Square(4), 3),
        lattice.Potts(lattice.Honeycomb(2), 4, J=-1.5),
        lattice.Ising(lattice.Graph([(0, 1), (1, 2), (0, 2), (0, 1)]), J=[0.1, 0.3, -0.25, 0.05]),
    ],
    ids=repr,
)
def test_every_canonical_average_follows(model):
    levels = lattice.density_of_states(model)
    for beta in BETAS:
        exact = lattice.thermodynamics(model.replace(beta=beta))
        assert levels.log_partition(beta) == pytest.approx(exact.log_partition, rel=1e-12)
        assert levels.mean_energy(beta) == pytest.approx(exact.energy, rel=1e-11, abs=1e-12)
        assert levels.specific_heat(beta) == pytest.approx(exact.specific_heat, rel=1e-9, abs=1e-12)
    assert levels.log_partition(BETAS).tolist() == [levels.log_partition(beta) for beta in BETAS]
    assert levels.specific_heat(BETAS.reshape(3, 1)).shape == (3, 1)


def test_what_counting_cannot_do_is_refused_with_the_reason():
    graph = lattice.Graph([(0, 1), (1, 2)])
    with pytest.raises(ValueError, match=r"J\[0\] = 1\.0: must be to the other couplings"):
        lattice.density_of_states(lattice.Ising(graph, J=[1.0, math.sqrt(2)]))
    rounded = lattice.density_of_states(lattice.Ising(graph, J=[1.0, 1.414]), unit=0.002)
    assert sum(rounded.counts) == 8
    with pytest.raises(ValueError, match=r"J\[1\] = 0\.3: must be a whole multiple of unit = 0\.25"):
        lattice.density_of_states(lattice.Ising(graph, J=[1.0, 0.3]), unit=0.25)
    with pytest.raises(ValueError, match=r"row transfer over 20 rows of 20 sites .* WangLandau estimates it"):
        lattice.density_of_states(square(20))
    with pytest.raises(MemoryError, match="raise max_bytes"):
        lattice.density_of_states(square(8), max_bytes=1000)
    with pytest.raises(TypeError, match="must be an Ising or a Potts model"):
        lattice.density_of_states(graph)
    with pytest.raises(TypeError, match=r"must be an Ising or a Potts model; of a TransverseIsing .* make an Ising"):
        lattice.density_of_states(lattice.TransverseIsing(graph, transverse=0.5))
    with pytest.raises(ValueError, match="beta"):
        rounded.mean_energy([0.1, np.inf])


def test_levels_travel():
    levels = lattice.density_of_states(square(3))
    again = pickle.loads(pickle.dumps(levels))
    assert again == levels
    assert hash(again) == hash(levels)
    assert copy.deepcopy(levels) == levels
    assert levels != lattice.density_of_states(square(3, J=2.0))
    with pytest.raises(ValueError, match="read-only"):
        levels.energy[0] = 0.0


# --- Wang-Landau ---


def against_exact(name, model, planted, *, f_final=1e-5, n=40):
    exact = lattice.density_of_states(model)
    found = lattice.WangLandau(f_final).run(model, n=n, rng=11)
    assert found.energy.tolist() == exact.energy.tolist()
    check(p_z(found.log_counts, exact.log_counts, found.standard_error), name)
    wrong = exact.log_counts + planted * np.arange(len(exact.energy)) / len(exact.energy)
    caught(p_z(found.log_counts, wrong, found.standard_error), f"{name}: counts tilted by {planted}")
    return found


def test_the_walk_meets_the_exact_counts():
    found = against_exact("wang-landau-4x4", square(4), 0.1, f_final=1e-4, n=200)
    # per walker: not one normalisation for all
    assert np.exp(found.walkers).sum(axis=1) == pytest.approx(np.full(200, 2.0**16), rel=1e-12)
    # averages of the estimated counts, which the check above judges
    logs = found.log_counts - BETAS[:, None] * found.energy
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    mean, square_mean = weights @ found.energy, weights @ found.energy**2
    assert found.mean_energy(BETAS) == pytest.approx(mean / 16, rel=1e-12)
    assert found.specific_heat(BETAS) == pytest.approx(BETAS**2 * (square_mean - mean**2) / 16, rel=1e-10)
    against_exact("wang-landau-6x6", square(6), 0.2)
    against_exact("wang-landau-potts", lattice.Potts(lattice.Square(4), 3), 0.1)
    against_exact("wang-landau-field", lattice.Ising(lattice.Triangular(3), J=0.5, h=0.25), 0.1)


def test_a_walker_has_the_same_bits_whoever_walks_beside_it():
    model, walk = square(4), lattice.WangLandau(1e-3)
    few, many = walk.run(model, n=2, rng=5, threads=1), walk.run(model, n=5, rng=5, threads=3)
    assert np.array_equal(few.walkers, many.walkers[:2])
    assert few.attempts == many.attempts[:2]
    assert not np.array_equal(many.walkers[0], many.walkers[1])
    assert not np.array_equal(walk.run(model, n=2, rng=6).walkers, few.walkers)
    alone = walk.run(model, n=1, rng=5)
    assert alone.standard_error is None
    assert pickle.loads(pickle.dumps(alone)).log_counts.tolist() == alone.log_counts.tolist()


def test_a_key_gives_the_same_bits_on_every_machine():
    potts = lattice.Potts(lattice.Triangular(3), 3, J=0.5)
    for model, attempts, ends in [
        (square(4), (9341, 15899), ("-0x1.d4854fe088498p-3", "0x1.259649f5942f0p-2")),
        (potts, (17566, 17352), ("0x1.c12c7980d7b16p-1", "0x1.401b111bf014cp+0")),
    ]:
        found = lattice.WangLandau(1e-3).run(model, n=2, rng=1)
        assert found.attempts == attempts
        assert [float(g).hex() for g in found.walkers[:, 0]] == list(ends)


def test_the_error_falls_with_the_final_factor():
    model = square(4)
    errors = [np.median(lattice.WangLandau(f).run(model, n=64, rng=1).standard_error) for f in (1e-3, 1e-5)]
    assert 5 < errors[0] / errors[1] < 20  # ten


@settings(max_examples=20, deadline=None)
@given(st.integers(-3, 3), st.integers(-2, 2), st.integers(0, 2**32))
def test_the_walk_finds_the_levels_that_exist(coupling, field, seed):
    model = lattice.Ising(lattice.Graph([(0, 1), (1, 2), (2, 3), (3, 0), (0, 2)]), J=coupling, h=field)
    exact = lattice.density_of_states(model, unit=1.0)
    found = lattice.WangLandau(1e-3).run(model, n=2, rng=seed, unit=1.0)
    assert found.energy.tolist() == exact.energy.tolist()
    assert np.exp(found.walkers).sum(axis=1) == pytest.approx(np.full(2, 16.0), rel=1e-12)


def test_wrong_choices_are_named():
    with pytest.raises(ValueError, match=r"f_final = 0\.0: must be >= 1e-12 and < 1"):
        lattice.WangLandau(0)
    with pytest.raises(ValueError, match="n = 0: must be >= 1"):
        lattice.WangLandau().run(square(3), n=0)
    with pytest.raises(MemoryError, match="use fewer walkers"):
        lattice.WangLandau().run(square(30), n=1000, max_bytes=10_000)
    with pytest.raises(ValueError, match=r"J\[0\]"):
        lattice.WangLandau().run(lattice.Ising(lattice.Graph([(0, 1), (1, 2)]), J=[1.0, math.pi]))


# --- narrow lattices of any length ---


def test_rows_of_potts_agree_with_everything_else():
    for x, y in [(3, 3), (3, 4), (4, 4)]:
        exact = lattice.density_of_states(lattice.Potts(lattice.Square(x, y), 3))
        found = lattice.thermodynamics(lattice.Potts(lattice.Square(x, y), 3, beta=1.005))
        assert found.method == "transfer"
        assert found.log_partition == pytest.approx(exact.log_partition(1.005), rel=1e-13)
        assert found.specific_heat == pytest.approx(exact.specific_heat(1.005), rel=1e-10)
    wide, high = (lattice.Potts(lattice.Square(*sides), 3, beta=1.0) for sides in [(6, 5), (5, 6)])
    a, b = lattice.thermodynamics(wide), lattice.thermodynamics(high)
    assert a.method == "transfer"
    assert a.energy == pytest.approx(b.energy, rel=1e-13)
    step = 1e-4
    down, up = (lattice.log_partition(wide.replace(beta=1.0 + s)) for s in (-step, step))
    assert a.energy * 30 == pytest.approx((down - up) / (2 * step), rel=1e-6)
    assert lattice.bond_moments(wide).sum() == pytest.approx(-30 * a.energy, rel=1e-12)


def test_an_open_strip_in_a_field():
    strip = lattice.Square(200, 4, periodic=(False, True))
    model = lattice.Ising(strip, beta=0.4, h=0.1)
    found = lattice.thermodynamics(model)
    assert found.method == "transfer"
    step = 1e-4
    down, up = (lattice.log_partition(model.replace(J=1.0 + s)) for s in (-step, step))
    moments = lattice.bond_moments(model)
    assert 0.4 * moments.sum() == pytest.approx((up - down) / (2 * step), rel=1e-6)
    # far from the ends every row is alike
    middle = moments.reshape(-1)[700:708]
    assert middle[::2] == pytest.approx(np.full(4, middle[0]), rel=1e-10)
