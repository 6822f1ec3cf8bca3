"""What a run tells of its method: accepted proposals and the size of clusters, against enumeration."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

import quincunx as qx
from budget import caught, check, p_z
from quincunx import lattice, observe

RUNS = 64
LAST = observe.final("energy")
KNOT = lattice.Graph([(0, 1), (1, 2), (2, 0), (2, 3), (0, 1)])
UNEVEN = np.array([1, 0.5, 2, 1, 0.3])


def law(model):
    """States (S, N), their probabilities, the energy of states."""
    table = lattice.boltzmann(model)
    q = getattr(model, "q", 2)
    digits = np.arange(table.probability.size)[:, None] // q ** np.arange(model.geometry.n_sites) % q
    states = digits if isinstance(model, lattice.Potts) else 2 * digits - 1
    i, j = model.geometry.bonds.T

    def energy(s):
        if isinstance(model, lattice.Potts):
            return -(model.J * (s[:, i] == s[:, j])).sum(1)
        return -(model.J * s[:, i] * s[:, j]).sum(1) - (model.h * s).sum(1)

    return states, table.probability, energy


def acceptance(model):
    """Sum over states and proposals of their probability times min(1, exp(-beta dE))."""
    states, p, energy = law(model)
    q = getattr(model, "q", 2)
    total = 0.0
    for site in range(states.shape[1]):
        for step in range(1, q):
            moved = states.copy()
            moved[:, site] = (states[:, site] + step) % q if isinstance(model, lattice.Potts) else -states[:, site]
            rise = energy(moved) - energy(states)
            total += p @ np.minimum(1, np.exp(-model.beta * rise)) / (q - 1)
    return total / states.shape[1]


def mean_cluster(model):
    """N <m^2>; with colours the chance that two sites are connected is (q <equal> - 1)/(q - 1)."""
    states, p, _ = law(model)
    q = getattr(model, "q", 2)
    equal = (states[:, :, None] == states[:, None, :]).sum((1, 2))
    return p @ (q * equal - states.shape[1] ** 2) / (q - 1) / states.shape[1]


def stationary_runs(model, method, name, sweeps=300):
    """Runs of one replica each that begin in their own stationary law: independent and without a transient."""
    states, p, _ = law(model)
    begin = states[np.random.default_rng(5).choice(p.size, RUNS, p=p)].reshape(RUNS, *model.geometry.shape)
    told = [
        qx.simulate(model, t=sweeps, start={"state": s}, rng=k, method=method, observe=LAST).info[name]
        for k, s in enumerate(begin)
    ]
    return np.mean(told), np.std(told, ddof=1) / np.sqrt(RUNS)


SINGLE = {
    "uniform": lattice.Ising(lattice.Square(3), beta=0.3),
    "field": lattice.Ising(lattice.Square(3), beta=0.3, h=0.4),
    "glass": lattice.Ising(KNOT, beta=0.5, J=[1, -1, 1, 0.5, -0.3], h=[0.3, -0.2, 0, 0.1]),
    "potts": lattice.Potts(KNOT, 3, beta=0.5, J=UNEVEN),
}


@pytest.mark.parametrize("name", SINGLE)
def test_accepted_moves_per_proposal(name):
    model = SINGLE[name]
    mean, error = stationary_runs(model, lattice.Metropolis(), "acceptance", 3_000)
    check(p_z(mean, acceptance(model), error), f"acceptance, {name}")
    caught(p_z(mean, acceptance(model.replace(beta=1.05 * model.beta)), error), "beta x 1.05")


CLUSTERS = {
    "uniform": lattice.Ising(lattice.Square(3), beta=0.3),
    "uneven": lattice.Ising(KNOT, beta=0.4, J=UNEVEN),
    "potts": lattice.Potts(lattice.Square(2), 3, beta=0.4),
    "uneven potts": lattice.Potts(KNOT, 3, beta=0.5, J=UNEVEN),
}


@pytest.mark.parametrize("name", CLUSTERS)
def test_spins_per_cluster(name):
    model = CLUSTERS[name]
    mean, error = stationary_runs(model, lattice.Wolff(clusters=2), "mean_cluster", 1_500)
    check(p_z(mean, mean_cluster(model), error), f"mean cluster, {name}")
    caught(p_z(mean, mean_cluster(model.replace(beta=1.05 * model.beta)), error), "beta x 1.05")


def clusters_of_the_lattice(model):
    """Spins per cluster in the law of Fortuin and Kasteleyn: N over the mean number of clusters."""
    edges, n = model.geometry.bonds, model.geometry.n_sites
    colours = getattr(model, "q", 2)
    joins = 1 - np.exp(-model.beta * np.broadcast_to(model.J, len(edges)) * (1 if hasattr(model, "q") else 2))
    total = number = 0.0
    for code in range(2 ** len(edges)):
        on = code >> np.arange(len(edges)) & 1 == 1
        linked = np.zeros((n, n))
        linked[edges[on, 0], edges[on, 1]] = 1
        parts = connected_components(linked, directed=False)[0]
        weight = np.prod(np.where(on, joins, 1 - joins)) * colours**parts
        total, number = total + weight, number + weight * parts
    return n * total / number


@pytest.mark.parametrize("name", ["uneven", "potts", "uneven potts"])
def test_spins_per_cluster_of_the_lattice(name):
    model = CLUSTERS[name]
    mean, error = stationary_runs(model, lattice.SwendsenWang(), "mean_cluster", 1_500)
    check(p_z(mean, clusters_of_the_lattice(model), error), f"clusters of the lattice, {name}")
    caught(p_z(mean, clusters_of_the_lattice(model.replace(beta=1.05 * model.beta)), error), "beta x 1.05")


def test_infinite_temperature_is_exact():
    free = lattice.Ising(lattice.Square(8), beta=0.0, h=0.7)
    for method in (lattice.Metropolis(), lattice.Checkerboard()):
        assert qx.simulate(free, t=5, n=3, rng=1, method=method, observe=LAST).info.acceptance == 1.0
    for q in (2, 5):
        colours = lattice.Potts(lattice.Cubic(4), q, beta=0.0)
        assert qx.simulate(colours, t=5, rng=1, method=lattice.Checkerboard(), observe=LAST).info.acceptance == 1.0
        assert qx.simulate(colours, t=5, rng=1, method=lattice.Wolff(), observe=LAST).info.mean_cluster == 1.0
    ghost = qx.simulate(free, t=5, n=3, rng=1, method=lattice.Wolff(), observe=LAST)
    assert ghost.info.mean_cluster == 1.0


@pytest.mark.parametrize(
    "model",
    [
        lattice.Ising(lattice.Square(8), beta=0.3),
        lattice.Ising(lattice.Square(130, 1024), beta=0.3, J=-1.0),
        lattice.Ising(lattice.Square(9, periodic=False), beta=0.3, J=np.resize([1.0, -1.0, -1.0], 144)),
        lattice.Potts(lattice.Square(8), 3, beta=0.3),
        lattice.Ising(lattice.Square(8), beta=0.3, h=np.linspace(0, 1, 64)),
    ],
    ids=["replicas", "sites", "glasses", "colours", "fields"],
)
def test_one_visit_per_site_accepts_what_it_changes(model):
    method = lattice.Checkerboard()
    what = observe.every(1, "state")
    res = qx.simulate(model, t=20, n=3, rng=1, start="random", method=method, observe=what)
    rows = slice(None, None, 128) if model.geometry.shape[1] == 1024 else slice(None)  # words count one row in 128
    assert res.info.acceptance == np.mean(np.diff(res["state"], axis=1)[:, :, rows] != 0)


def test_a_cluster_that_changes_is_counted():
    what = observe.every(1, "state")
    for h in (0.0, 0.6):
        model = lattice.Ising(lattice.Square(6), beta=0.4, h=h)
        res = qx.simulate(model, t=50, n=3, rng=1, method=lattice.Wolff(), observe=what)
        sizes = (np.diff(res["state"], axis=1) != 0).sum((2, 3))
        assert res.info.mean_cluster == sizes[sizes > 0].mean()


@pytest.mark.parametrize(
    "method", [lattice.Metropolis(), lattice.Checkerboard(), lattice.Wolff(), lattice.SwendsenWang()], ids=repr
)
def test_how_it_runs_does_not_matter(method, tmp_path):
    name = "mean_cluster" if isinstance(method, (lattice.Wolff, lattice.SwendsenWang)) else "acceptance"

    def told(t=30, model=None, **options):
        model = model or lattice.Ising(lattice.Square(4, 1024), beta=0.3)
        return qx.simulate(model, t=t, n=5, rng=3, method=method, observe=LAST, **options).info[name]

    alone = told(threads=1)
    assert alone > 0
    assert told(threads=2) == alone
    told(11, checkpoint=tmp_path)
    assert told(checkpoint=tmp_path) == alone
    assert told(checkpoint=tmp_path) == alone
    with ThreadPoolExecutor(2) as pool:
        assert told(executor=pool) == alone
        swept = told(params={"beta": [0.3, 0.1], "J": [[1.0], [0.5], [0.2]]}, executor=pool)
    again = told(params={"beta": [0.3, 0.1], "J": [[1.0], [0.5], [0.2]]}, checkpoint=tmp_path / "sweep")
    assert swept.shape == (3, 2)
    assert (swept == again).all()
    assert swept[0, 0] == alone
    assert swept[2, 1] == told(model=lattice.Ising(lattice.Square(4, 1024), beta=0.1, J=0.2))


def test_the_names_are_there_where_the_method_gives_them():
    model = lattice.Ising(lattice.Square(3), beta=0.3)

    def info(method, **options):
        return qx.simulate(model, **({"t": 3, "n": 2, "rng": 1, "method": method} | options)).info

    metropolis, wolff, bath = (info(m) for m in (None, lattice.Wolff(), lattice.HeatBath()))
    assert "acceptance" in metropolis
    assert "mean_cluster" not in metropolis
    assert "acceptance" not in wolff
    assert f"mean_cluster={wolff.mean_cluster!r}" in repr(wolff)
    assert not {"acceptance", "mean_cluster"} & set(bath)
    with pytest.raises(AttributeError, match="info has no 'acceptance'"):
        _ = bath.acceptance
    assert pickle.loads(pickle.dumps(wolff)) == wolff
    assert np.isnan(info(None, t=0).acceptance)
    assert np.isnan(info(None, n=0).acceptance)


def test_an_array_of_a_sweep_is_frozen_and_compares():
    model = lattice.Ising(lattice.Square(3), beta=0.3)
    info = qx.simulate(model, t=3, n=2, rng=1, params={"beta": [0.1, 0.2]}).info
    again = pickle.loads(pickle.dumps(info))
    for one in (info, again):
        with pytest.raises(ValueError, match="read-only"):
            one.acceptance[0] = 2.0
    assert again == info
    assert qx.simulate(model, t=3, n=2, rng=2, params={"beta": [0.1, 0.2]}).info != info
    assert info != 3


def test_long_arrays_do_not_flood_what_is_printed():
    cube = lattice.Cubic(4)
    glass = lattice.Ising(cube, J=np.linspace(-1, 1, len(cube.bonds)), h=np.linspace(-1, 1, 64))
    ladder = lattice.ParallelTempering(np.linspace(0.1, 1.0, 40))
    for method, params in ((None, {"beta": np.linspace(0.1, 1.0, 300)}), (ladder, None)):
        res = qx.simulate(glass, t=2, n=2, rng=1, method=method, params=params)
        assert len(repr(res.info)) < 900
        assert "J=<192 values in [-1, 1]>" in repr(res.info)
    assert "betas=<40 values in [0.1, 1]>" in repr(ladder)
    keys = [np.random.SeedSequence(k) for k in range(300)]
    res = qx.simulate(glass, t=2, n=2, rng=keys, params={"beta": np.linspace(0.1, 1.0, 300)})
    assert "key=<300 values>" in repr(res.info)
    assert "J=<32 values" in repr(lattice.gradient(lattice.Ising(lattice.Square(4))))
