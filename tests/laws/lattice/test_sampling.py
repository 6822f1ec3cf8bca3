"""Samplers against exact laws, through the budget of the suite; bookkeeping that must hold exactly."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quincunx as qx
from budget import caught, check, p_chi2, p_z
from quincunx import lattice, observe

METHODS = [
    lattice.Metropolis(),
    lattice.HeatBath(),
    lattice.HeatBath(order="sequential"),
    lattice.Wolff(),
    lattice.Wolff(clusters=3),
    lattice.SwendsenWang(),
]
GLASS = np.array([1, -1, 1, 1, 0.5, -1, 1, -0.5, 1, -1, 1, 1, -2, 1, 1, -1, 0.5, 1], dtype=float)


def codes(state, q):
    """Number of each configuration: site i has digit i in base q."""
    digits = state.reshape(len(state), -1).astype(np.int64)
    digits = (digits + 1) // 2 if digits.min() < 0 else digits
    return digits @ q ** np.arange(digits.shape[1])


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("kind", ["uniform", "glass in a field"])
def test_nine_spins_follow_their_law(method, kind):
    square = lattice.Square(3)
    model = lattice.Ising(square, beta=0.3)
    if kind != "uniform":
        model = lattice.Ising(square, beta=0.3, J=GLASS, h=np.linspace(-0.6, 1, 9))
    sweeps = 60 if isinstance(method, lattice.Wolff) else 40
    res = qx.simulate(model, t=sweeps, n=40_000, rng=11, method=method, start="random", observe=observe.final("state"))
    counts = np.bincount(codes(res["state"], 2), minlength=512)
    check(p_chi2(counts, lattice.boltzmann(model).probability), f"nine spins, {kind}, {method}")
    caught(p_chi2(counts, lattice.boltzmann(model.replace(beta=0.36)).probability), "beta x 1.2")


def test_the_energy_sees_two_percent_of_beta():
    model = lattice.Ising(lattice.Square(3), beta=0.3)
    res = qx.simulate(
        model, t=4_000, n=64, rng=5, observe=observe.time_average("energy", burn=100), method=lattice.HeatBath()
    )
    exact = [lattice.thermodynamics(model.replace(beta=b)).energy for b in (0.3, 0.306)]
    check(p_z(res.mean("energy"), exact[0], res.sem("energy")), "energy of nine spins")
    caught(p_z(res.mean("energy"), exact[1], res.sem("energy")), "beta x 1.02")


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_potts_follows_its_law(method):
    model = lattice.Potts(lattice.Graph([(0, 1), (1, 2), (2, 0), (2, 3), (0, 1)]), 3, beta=0.5, J=[1, 0.5, 2, 1, 0.3])
    res = qx.simulate(model, t=40, n=20_000, rng=3, method=method, start="random", observe=observe.final("state"))
    counts = np.bincount(codes(res["state"], 3), minlength=81)
    check(p_chi2(counts, lattice.boltzmann(model).probability), f"potts, {method}")
    caught(p_chi2(counts, lattice.boltzmann(model.replace(beta=0.6)).probability), "beta x 1.2")


@pytest.mark.parametrize(("size", "beta", "sweeps"), [(16, 0.4406867935097715, 2_000), (32, 0.4, 1_000)])
@pytest.mark.parametrize("method", [lattice.Metropolis(), lattice.Wolff(clusters=2)], ids=repr)
def test_large_lattices_against_kaufman(size, beta, sweeps, method):
    model = lattice.Ising(lattice.Square(size), beta=beta)
    res = qx.simulate(
        model, t=sweeps, n=48, rng=7, method=method, observe=observe.time_average("energy", burn=sweeps // 4)
    )
    exact = lattice.thermodynamics(model).energy
    error = res.sem("energy")
    check(p_z(res.mean("energy"), exact, error), f"kaufman, L = {size}, {method}")
    caught(
        p_z(res.mean("energy"), lattice.thermodynamics(model.replace(beta=1.02 * beta)).energy, error), "beta x 1.02"
    )


@given(
    st.sampled_from(["square", "triangular", "honeycomb", "cubic"]),
    st.sampled_from(METHODS),
    st.floats(0, 2),
    st.sampled_from([2, 3, 5]),
    st.integers(0, 2**32),
)
def test_energy_and_alphabet(kind, method, beta, q, seed):
    geometry = {
        "square": lattice.Square(4, 3),
        "triangular": lattice.Triangular(3, periodic=(True, False)),
        "honeycomb": lattice.Honeycomb(2),
        "cubic": lattice.Cubic(2),
    }[kind]
    i, j = geometry.bonds.T
    run = {"t": 5, "n": 3, "rng": seed, "method": method, "start": "random"}
    names = observe.every(1, ["energy", "magnetization", "state"])
    res = qx.simulate(lattice.Ising(geometry, beta=beta), observe=names, **run)
    s = res["state"].reshape(3, 6, -1).astype(int)
    assert set(np.unique(s)) <= {-1, 1}
    assert (res["energy"] == -(s[..., i] * s[..., j]).sum(-1) / geometry.n_sites).all()
    assert (res["magnetization"] == s.mean(-1)).all()
    res = qx.simulate(lattice.Potts(geometry, q, beta=beta), observe=names, **run)
    s = res["state"].reshape(3, 6, -1).astype(int)
    assert set(np.unique(s)) <= set(range(q))
    assert (res["energy"] == -(s[..., i] == s[..., j]).sum(-1) / geometry.n_sites).all()
    most = (s[..., None] == np.arange(q)).sum(-2).max(-1)
    assert res["magnetization"] == pytest.approx((q * most / geometry.n_sites - 1) / (q - 1), abs=1e-12)


def test_extremes_of_temperature():
    free = lattice.Ising(lattice.Square(4), beta=0.0)
    res = qx.simulate(free, t=1, n=2, rng=1, method=lattice.Metropolis(), observe=observe.final("state"))
    assert (res["state"] < 0).any()
    frozen = lattice.Ising(lattice.Square(8), beta=np.inf, h=0.1)
    for method in METHODS:
        res = qx.simulate(frozen, t=20, n=4, rng=1, method=method, start="random", observe=observe.every(1, "energy"))
        if not isinstance(method, lattice.Wolff):
            assert (np.diff(res["energy"]) <= 1e-12).all()
    res = qx.simulate(frozen, t=5, n=2, rng=1, observe=observe.final())
    assert (res["magnetization"] == 1).all()


def test_starts():
    model, row = lattice.Ising(lattice.Square(3, 4)), np.ones((3, 4))
    row[1, 2] = -1
    at_start = {"t": 0, "observe": observe.final("state"), "n": 2, "rng": 1}
    assert (qx.simulate(model, **at_start)["state"] == 1).all()
    assert (qx.simulate(model, start=-1, **at_start)["state"] == -1).all()
    assert (qx.simulate(model, start=row, **at_start)["state"] == row).all()
    each = np.stack([row, -row])
    res = qx.simulate(model, start={"state": each}, **at_start)
    assert (res["state"] == each).all()
    assert res["state"].dtype == np.int8
    hot = qx.simulate(model, start="random", **at_start)["state"]
    assert (hot[0] != hot[1]).any()
    assert (qx.simulate(lattice.Potts(lattice.Square(3), 3), **at_start)["state"] == 0).all()
    with pytest.raises(ValueError, match=r"start\[6\] = 0\.0: must be -1 or \+1"):
        qx.simulate(model, start=np.where(row < 0, 0, row), **at_start)
    with pytest.raises(ValueError, match=r"start\[0\] = 3\.0: must be a whole number >= 0 and < q = 3"):
        qx.simulate(lattice.Potts(lattice.Square(3), 3), start=3, **at_start)
    with pytest.raises(ValueError, match="no such start"):
        qx.simulate(model, start="warm", **at_start)


@pytest.mark.parametrize(("rows", "columns", "J"), [(16, 16, 1.0), (12, 8, -1.0), (8, 1024, 1.0), (6, 2048, -1.0)])
def test_checkerboard_against_kaufman(rows, columns, J):
    model = lattice.Ising(lattice.Square(rows, columns), beta=0.35, J=J)
    run = {"t": 600, "n": 48, "rng": 9, "method": lattice.Checkerboard(), "start": "random"}
    res = qx.simulate(model, observe=observe.time_average("energy", burn=100), **run)
    exact = [lattice.thermodynamics(model.replace(beta=b)).energy for b in (0.35, 0.357)]
    check(p_z(res.mean("energy"), exact[0], res.sem("energy")), f"checkerboard {rows} x {columns}")
    caught(p_z(res.mean("energy"), exact[1], res.sem("energy")), "beta x 1.02")


def test_checkerboard_on_other_lattices():
    honeycomb = lattice.Ising(lattice.Honeycomb(6), beta=0.5, h=0.1)
    q = {"t": 1_000, "n": 32, "rng": 2, "observe": observe.time_average(burn=100)}
    for model in (honeycomb, lattice.Potts(lattice.Cubic(4), 3, beta=0.3)):
        ours = qx.simulate(model, method=lattice.Checkerboard(), **q)
        other = qx.simulate(model, method=lattice.HeatBath(), **q)
        error = np.hypot(ours.sem("energy"), other.sem("energy"))
        check(p_z(ours.mean("energy"), other.mean("energy"), error), f"checkerboard and heat bath, {model}")


def test_watching_does_not_change_the_path_of_packed_spins():
    model = lattice.Ising(lattice.Square(4, 1024), beta=0.4)
    run = {"t": 12, "n": 3, "rng": 1, "method": lattice.Checkerboard()}
    often = qx.simulate(model, observe=observe.every(1, "state"), **run)
    seldom = qx.simulate(model, observe=observe.every(6, "state"), **run)
    assert (often["state"][:, ::6] == seldom["state"]).all()


def test_replicas_that_share_words_know_nothing_of_each_other():
    model = lattice.Ising(lattice.Cubic(4), beta=0.2)
    run = {"t": 9, "rng": 3, "method": lattice.Checkerboard(), "observe": observe.every(3, "state")}
    rows = np.random.default_rng(1).choice([-1, 1], (150, 4, 4, 4))
    whole = qx.simulate(model, n=150, threads=1, start=rows, **run)["state"]
    assert len(np.unique(whole[:, -1], axis=0)) == 150
    for n in (1, 63, 64, 65, 128):
        assert (qx.simulate(model, n=n, start=rows[:n], **run)["state"] == whole[:n]).all()
    for threads in (2, 3, 8):
        assert (qx.simulate(model, n=150, threads=threads, start=rows, **run)["state"] == whole).all()
    with ThreadPoolExecutor(2) as pool:
        assert (qx.simulate(model, n=150, executor=pool, start=rows, **run)["state"] == whole).all()
    rows[70] *= -1
    other = qx.simulate(model, n=150, start=rows, **run)["state"]
    assert np.flatnonzero((other != whole).any((1, 2, 3, 4))).tolist() == [70]


def test_refused_moves():
    with pytest.raises(ValueError, match="Checkerboard: the sites cannot be given two colours"):
        qx.simulate(lattice.Ising(lattice.Square(9)), t=1, method=lattice.Checkerboard())
    with pytest.raises(ValueError, match="Checkerboard: 16 sites are too few"):
        qx.simulate(lattice.Ising(lattice.Square(4)), t=1, method=lattice.Checkerboard())
    glass = lattice.Potts(lattice.Square(3), 3, J=-1.0)
    with pytest.raises(ValueError, match=r"J = -1\.0: must be >= 0 for cluster moves of Potts spins"):
        qx.simulate(glass, t=1, method=lattice.Wolff())
    with pytest.raises(ValueError, match=r"J = -1\.0: must be >= 0 for cluster moves of Potts spins"):
        qx.simulate(glass, t=1, method=lattice.SwendsenWang())


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_bits_do_not_depend_on_threads_or_company(method):
    model = lattice.Ising(lattice.Square(8), beta=0.4)
    run = {"t": 20, "rng": 3, "method": method, "observe": observe.every(5, ["energy", "state"])}
    many = qx.simulate(model, n=12, threads=2, **run)
    few = qx.simulate(model, n=5, threads=1, **run)
    assert (many["state"][:5] == few["state"]).all()
    assert (many["energy"][:5] == few["energy"]).all()
    averaged = qx.simulate(model, n=5, t=20, rng=3, method=method, observe=observe.time_average("energy"))
    steps = qx.simulate(model, n=5, t=20, rng=3, method=method, observe=observe.every(1, "energy"))
    assert averaged["energy"] == pytest.approx(steps["energy"].mean(-1), rel=1e-12)


def test_a_sweep_has_the_bits_of_its_sets():
    model = lattice.Ising(lattice.Square(6), beta=0.4)
    run = {"t": 10, "n": 3, "rng": 4, "observe": observe.final("energy")}
    res = qx.simulate(model, params={"beta": [0.2, 0.5], "h": [[0.0], [0.3], [1.0]]}, **run)
    assert res["energy"].shape == (3, 2, 3)
    alone = qx.simulate(model.replace(beta=0.5, h=0.3), **run)
    assert (res["energy"][1, 1] == alone["energy"]).all()
