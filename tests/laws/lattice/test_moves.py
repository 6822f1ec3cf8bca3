"""Moves: stationary from the first sweep on, swaps that conserve, long runs against Kaufman."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quincunx as qx
from budget import caught, check, p_chi2, p_z
from quincunx import lattice, observe

MOVES = [
    lattice.Metropolis(),
    lattice.HeatBath(),
    lattice.HeatBath(order="sequential"),
    lattice.Wolff(),
    lattice.SwendsenWang(),
    lattice.Kawasaki(),
]
REPLICAS = 60_000
SPINS = 2 * (np.arange(512)[:, None] >> np.arange(9) & 1) - 1  # in the order of `lattice.boltzmann`
FRUSTRATED = lattice.Ising(
    lattice.Square(3), beta=0.4, J=np.resize([1.0, -1.0, 1.0, 0.5, 1.0], 18), h=np.linspace(-0.4, 0.8, 9)
)


def law_of(model, method):
    """Probabilities of the 512 states; swaps keep the sum of spins, here at that of five up and four down."""
    p = lattice.boltzmann(model).probability
    if isinstance(method, lattice.Kawasaki):
        p = np.where(SPINS.sum(1) == 1, p, 0.0)
    return p / p.sum()


@pytest.mark.parametrize("method", MOVES, ids=repr)
@pytest.mark.parametrize("model", [lattice.Ising(lattice.Square(3), beta=0.4), FRUSTRATED], ids=["uniform", "glass"])
def test_a_draw_of_the_law_stays_one(model, method):
    p = law_of(model, method)
    support = p > 0
    start = SPINS[np.random.default_rng(8).choice(512, REPLICAS, p=p)].reshape(REPLICAS, 3, 3)
    run = {"t": 2, "n": REPLICAS, "rng": 5, "method": method, "observe": observe.final("state")}
    state = qx.simulate(model, start=start, **run)["state"].reshape(REPLICAS, 9)
    counts = np.bincount((state > 0) @ 2 ** np.arange(9), minlength=512)
    assert counts[~support].sum() == 0
    check(p_chi2(counts[support], p[support]), f"stationary, {'h' if model is FRUSTRATED else '0'}, {method}")
    wrong = law_of(model.replace(beta=0.46), method)
    caught(p_chi2(counts[support], wrong[support]), "beta x 1.15")


@pytest.mark.parametrize("model", [lattice.Ising(lattice.Square(3), beta=0.4), FRUSTRATED], ids=["uniform", "glass"])
def test_swaps_find_the_law_at_fixed_magnetization(model):
    method = lattice.Kawasaki()
    start = np.where(np.arange(9) < 5, 1, -1).reshape(3, 3)
    run = {"t": 60, "n": REPLICAS, "rng": 3, "method": method, "observe": observe.final("state")}
    state = qx.simulate(model, start=start, **run)["state"].reshape(REPLICAS, 9)
    counts = np.bincount((state > 0) @ 2 ** np.arange(9), minlength=512)
    support = SPINS.sum(1) == 1
    check(p_chi2(counts[support], law_of(model, method)[support]), f"swaps, {'h' if model is FRUSTRATED else '0'}")
    caught(p_chi2(counts[support], law_of(model.replace(beta=0.46), method)[support]), "beta x 1.15")


@given(
    st.sampled_from([lattice.Square(4, 3), lattice.Triangular(3), lattice.Honeycomb(2), lattice.Cubic(2)]),
    st.floats(0, 2),
    st.integers(2, 5),
    st.integers(0, 2**32),
)
def test_swaps_keep_every_count(geometry, beta, q, seed):
    i, j = geometry.bonds.T
    run = {"t": 5, "n": 3, "rng": seed, "method": lattice.Kawasaki(), "start": "random"}
    names = observe.every(1, ["energy", "magnetization", "state"])
    res = qx.simulate(lattice.Ising(geometry, beta=beta, J=-0.5, h=0.25), observe=names, **run)
    s = res["state"].reshape(3, 6, -1).astype(int)
    assert set(np.unique(s)) <= {-1, 1}
    assert (res["magnetization"] == res["magnetization"][:, :1]).all()
    energy = 0.5 * (s[..., i] * s[..., j]).sum(-1) - 0.25 * s.sum(-1)
    assert res["energy"] == pytest.approx(energy / geometry.n_sites, abs=1e-14)
    res = qx.simulate(lattice.Potts(geometry, q, beta=beta), observe=names, **run)
    s = np.sort(res["state"].reshape(3, 6, -1), axis=-1)
    assert (s == s[:, :1]).all()
    assert 0 <= s.min() <= s.max() < q


def test_swaps_accept_all_unlike_pairs_at_infinite_temperature():
    board = np.indices((4, 4)).sum(0) % 2 * 2 - 1
    model = lattice.Ising(lattice.Square(4), beta=0.0)
    run = {"t": 1, "n": 400, "rng": 1, "method": lattice.Kawasaki(), "observe": observe.every(1, "state")}
    first = qx.simulate(lattice.Ising(lattice.Graph([(0, 1)]), beta=0.0), start=[1, -1], **run)
    assert first.info.acceptance == 1.0
    assert qx.simulate(model, start=board, **run).info.acceptance < 1.0  # equal ends are attempts


def test_nothing_to_swap_is_refused():
    model, method = lattice.Ising(lattice.Square(4)), lattice.Kawasaki()
    for start in (None, 1, np.full((4, 4), -1)):
        with pytest.raises(ValueError, match=r"leaves Kawasaki nothing to swap; give start=\"random\" or an array"):
            qx.simulate(model, t=5, start=start, method=method)
    with pytest.raises(ValueError, match="leaves Kawasaki nothing to swap"):
        qx.simulate(lattice.Potts(lattice.Square(4), 3), t=5, start=2, method=method)
    with pytest.raises(ValueError, match="there are no bonds to swap spins along; Metropolis and HeatBath hold"):
        qx.simulate(lattice.Ising(lattice.Graph([], n_sites=3)), t=5, start="random", method=method)


LONG = [
    (lattice.Metropolis(), 4_000),
    (lattice.HeatBath(), 4_000),
    (lattice.HeatBath(order="sequential"), 4_000),
    (lattice.Checkerboard(), 4_000),
    (lattice.Wolff(clusters=4), 2_000),
    (lattice.SwendsenWang(), 2_000),
]


@pytest.mark.parametrize(("method", "sweeps"), LONG, ids=[repr(m) for m, _ in LONG])
def test_energy_and_specific_heat_against_kaufman(method, sweeps):
    model = lattice.Ising(lattice.Square(10), beta=0.4)
    watch = observe.time_average(["energy", "energy**2"], burn=200)
    res = qx.simulate(model, t=sweeps, n=160, rng=12, method=method, observe=watch)
    first, second = res["energy"], res["energy**2"]
    mean = first.mean()
    # the variance of the energy is that of the pooled sample; replica by replica it varies as `shift`
    shift = second - 2 * mean * first
    scale = model.beta**2 * 100
    heat, error = scale * (second.mean() - mean**2), scale * shift.std(ddof=1) / np.sqrt(res.n)
    for beta, judge in ((0.4, check), (0.408, caught)):
        exact = lattice.thermodynamics(model.replace(beta=beta))
        judge(p_z(mean, exact.energy, res.sem("energy")), f"kaufman, energy, {beta}, {method}")
    check(p_z(heat, lattice.thermodynamics(model).specific_heat, error), f"kaufman, specific heat, {method}")
    caught(p_z(heat, lattice.thermodynamics(model.replace(beta=0.38)).specific_heat, error), "beta x 0.95")


@pytest.mark.parametrize("J", [0.7, -0.7])
def test_a_glass_of_one_size_has_the_law_of_its_couplings(J):
    """Couplings of one size go by a table, those of two sizes one by one: the least difference changes the way."""
    couplings = J * np.resize([1.0, -1.0, 1.0, 1.0, 0.0], 18)
    table = lattice.Ising(lattice.Square(3), beta=0.6, J=couplings, h=0.2)
    run = {"t": 40, "n": 20_000, "rng": 6, "start": "random", "observe": observe.final("state")}
    for method in (lattice.Metropolis(), lattice.HeatBath(), lattice.Kawasaki()):
        near = table.replace(J=couplings * np.where(np.arange(18) == 0, 1 + 1e-15, 1.0))
        assert near != table
        ours, other = (qx.simulate(m, method=method, **run)["state"] for m in (table, near))
        assert (ours == other).mean() > 0.999, method
        turned = qx.simulate(table.replace(J=-couplings), method=method, **run)["state"]
        assert (ours == turned).mean() < 0.9, "another glass goes another way"
