"""Parallel tempering: the law on every rung, swaps and round trips against enumeration, what it refuses."""

from itertools import pairwise

import numpy as np
import pytest

import quincunx as qx
from budget import caught, check, p_chi2, p_z
from quincunx import lattice, observe

SQUARE = lattice.Square(3)
COUPLINGS = np.array([1, -1, 1, 1, 0.5, -1, 1, -0.5, 1, -1, 1, 1, -2, 1, 1, -1, 0.5, 1], dtype=float)
GLASS = lattice.Ising(SQUARE, J=COUPLINGS, h=np.linspace(-0.6, 1, 9))
BETAS = (0.2, 0.5, 0.9)


def codes(state, q):
    digits = state.reshape(*state.shape[:-2], -1).astype(np.int64)
    digits = (digits + 1) // 2 if digits.min() < 0 else digits
    return digits @ q ** np.arange(digits.shape[-1])


@pytest.mark.parametrize("inner", [None, lattice.HeatBath(order="sequential"), lattice.Wolff()], ids=repr)
def test_every_rung_follows_its_law(inner):
    method = lattice.ParallelTempering(BETAS, inner=inner)
    res = qx.simulate(GLASS, t=40, n=20_000, rng=3, method=method, start="random", observe=observe.final("state"))
    for k, beta in enumerate(BETAS):
        counts = np.bincount(codes(res["state"][k], 2), minlength=512)
        exact = lattice.boltzmann(GLASS.replace(beta=beta)).probability
        check(p_chi2(counts, exact), f"tempering, {inner}, beta = {beta}")
        caught(p_chi2(counts, lattice.boltzmann(GLASS.replace(beta=1.3 * beta)).probability), "beta x 1.3")


def test_potts_on_a_falling_ladder():
    model = lattice.Potts(lattice.Square(2, 3), 3, J=np.linspace(-0.5, 1.5, 12))
    method = lattice.ParallelTempering([0.9, 0.4])
    res = qx.simulate(model, t=40, n=20_000, rng=4, method=method, start="random", observe=observe.final("state"))
    for k, beta in enumerate(method.betas):
        counts = np.bincount(codes(res["state"][k], 3), minlength=3**6)
        check(p_chi2(counts, lattice.boltzmann(model.replace(beta=beta)).probability), f"tempering of Potts, {beta}")
        caught(p_chi2(counts, lattice.boltzmann(model.replace(beta=1.3 * beta)).probability), "beta x 1.3")


def swap_rate(low, high):
    """Return the mean of min(1, exp((high - low)(E_cold - E_hot))) over independent states of both laws."""
    cold, hot = (lattice.boltzmann(GLASS.replace(beta=b)) for b in (high, low))
    gap = SQUARE.n_sites * (cold.energy[:, None] - hot.energy[None, :])
    return float(cold.probability @ np.minimum(1.0, np.exp((high - low) * gap)) @ hot.probability)


def test_swap_rates_are_those_of_the_law():
    method = lattice.ParallelTempering(BETAS, inner=lattice.HeatBath(), copies=2)
    runs = [
        qx.simulate(GLASS, t=4_000, n=8, rng=k, method=method, start="random", observe=observe.final("energy"))
        for k in range(16)
    ]
    rates = np.array([run.info.swap_rates for run in runs])
    exact, wider = ([swap_rate(a, scale * b) for a, b in pairwise(BETAS)] for scale in (1.0, 1.05))
    error = rates.std(0, ddof=1) / 4
    check(p_z(rates.mean(0), exact, error), "swap rates")
    caught(p_z(rates.mean(0), wider, error), "ladder x 1.05")
    assert all(run.info.round_trips > 10 for run in runs)


def test_the_overlap_of_free_spins():
    model = lattice.Ising(lattice.Square(4), beta=0.0, J=0.0)
    method = lattice.ParallelTempering([0.0, 1.0], inner=lattice.HeatBath(), copies=2)
    keep = observe.time_average(["overlap", "overlap**2"])
    res = qx.simulate(model, t=400, n=200, rng=1, method=method, start="random", observe=keep)
    assert res["overlap"].shape == (2, 200)
    check(p_z(res.mean("overlap"), 0.0, res.sem("overlap")), "overlap of free spins")
    check(p_z(res.mean("overlap**2"), 1 / 16, res.sem("overlap**2")), "squared overlap of free spins")
    caught(p_z(res.mean("overlap**2"), 1 / 15, res.sem("overlap**2")), "N - 1 spins")
    assert "overlap" in qx.simulate(model, t=1, method=method, observe=observe.final()).names
    with pytest.raises(ValueError, match="overlap"):
        qx.simulate(model, t=1, method=lattice.ParallelTempering((0.0, 1.0)), observe=observe.final("overlap"))


def test_the_last_axis_of_the_sweep_is_the_ladder():
    method = lattice.ParallelTempering(BETAS)
    params = {"h": np.stack([np.zeros(9), np.ones(9)])}
    keep = observe.at([0, 5], ["energy", "energy*beta", "magnetization"])
    res = qx.simulate(GLASS, t=5, n=4, rng=1, method=method, params=params, observe=keep)
    assert res["energy"].shape == (2, 3, 4, 2)
    assert res.info.swap_rates.shape == (2, 2)
    assert res.info.round_trips.shape == (2,)
    np.testing.assert_array_equal(res.params["beta"], np.broadcast_to(BETAS, (2, 3)))
    np.testing.assert_array_equal(res["energy*beta"], res["energy"] * np.array(BETAS)[:, None, None])
    alone = qx.simulate(GLASS.replace(h=np.ones(9)), t=5, n=4, rng=1, method=method, observe=keep)
    np.testing.assert_array_equal(res["energy"][1], alone["energy"])
    sizes = res.to_xarray().sizes
    assert sizes["beta"] == 3
    assert list(sizes.values())[:4] == [2, 3, 4, 2]


def test_starts_on_rungs():
    up, down = np.ones((3, 3)), -np.ones((3, 3))
    rungs = np.stack([up, down, up])[:, None]  # (K, n, *shape)
    method = lattice.ParallelTempering(BETAS)
    res = qx.simulate(GLASS, t=0, n=2, start=rungs, method=method, observe=observe.final("magnetization"))
    assert res["magnetization"].tolist() == [[1, 1], [-1, -1], [1, 1]]
    free = lattice.Ising(SQUARE, J=0.0)
    both = qx.simulate(
        free, t=0, n=2, start=up, method=lattice.ParallelTempering(BETAS, copies=2), observe=observe.final("overlap")
    )
    assert np.all(both["overlap"] == 1)


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        ({"betas": [0.5]}, ValueError, r"betas = 1 values: must hold at least two"),
        ({"betas": [0.1, 0.3, 0.2]}, ValueError, r"betas\[2\] = 0.2: must all rise or all fall"),
        ({"betas": [0.1, float("nan")]}, ValueError, r"betas\[1\] = NaN: must be finite"),
        ({"betas": [-0.1, 0.2]}, ValueError, r"betas\[0\] = -0.1"),
        ({"betas": 0.3}, ValueError, "betas: has shape"),
        ({"betas": "hot"}, TypeError, "betas"),
        ({"copies": 3}, ValueError, "copies = 3: must be 1 or 2"),
        ({"copies": 1.5}, TypeError, "copies"),
        ({"inner": lattice.Metropolis}, TypeError, r"write inner=Metropolis\(\)"),
        ({"inner": "Metropolis"}, TypeError, "inner"),
        ({"inner": lattice.ParallelTempering([0.1, 0.2])}, ValueError, "inner"),
    ],
)
def test_wrong_ladders_are_refused(bad, error, words):
    with pytest.raises(error, match=words):
        lattice.ParallelTempering(**({"betas": [0.1, 0.2]} | bad))


def test_what_does_not_go_with_a_ladder():
    method = lattice.ParallelTempering(BETAS)
    with pytest.raises(ValueError, match=r"params\['beta'\].*leave it out"):
        qx.simulate(GLASS, t=1, params={"beta": [0.1]}, method=method)
    with pytest.raises(ValueError, match="events"):
        qx.simulate(GLASS, t=1, method=method, observe=observe.events())
    with pytest.raises(ValueError, match=r"J = -1\.0: must be >= 0"):
        qx.simulate(
            lattice.Potts(SQUARE, 3, J=-1.0), t=1, method=lattice.ParallelTempering(BETAS, inner=lattice.Wolff())
        )
