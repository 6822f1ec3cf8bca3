"""Elimination on graphs of small width against all states, dense Hamiltonians, closed forms and its own draws."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import quincunx as qx
from budget import caught, check, p_chi2, p_z
from quincunx import lattice

X = np.array([[0.0, 1.0], [1.0, 0.0]])
Z = np.diag([-1.0, 1.0])


def site_operator(matrix, site, n):
    """Act on one site; states count with site 0 fastest."""
    return np.kron(np.kron(np.eye(2 ** (n - 1 - site)), matrix), np.eye(2**site))


@st.composite
def sparse_graphs(draw, n=6):
    edges = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(1, n - 1)), max_size=9))
    number = st.integers(-12, 12).map(lambda k: k / 10)  # levels are equal or well apart
    J = draw(st.lists(number, min_size=len(edges), max_size=len(edges)))
    fields = st.lists(number, min_size=n, max_size=n)
    pairs = [(i, (i + d) % n) for i, d in edges]
    return lattice.Graph(pairs, n_sites=n), np.array(J), np.array(draw(fields)), np.array(draw(fields))


def dense(geometry, beta, J, h, transverse):
    """Return ln Z, <H>, Var H, <Z_i>, <X_i>, <Z_i Z_j> of bonds and all levels of the 2^n Hamiltonian."""
    n = geometry.n_sites
    z, x = ([site_operator(m, i, n) for i in range(n)] for m in (Z, X))
    bonds = [z[i] @ z[j] for i, j in geometry.bonds]
    terms = [*zip(J, bonds, strict=True), *zip(h, z, strict=True), *zip(transverse, x, strict=True)]
    hamiltonian = -sum((c * m for c, m in terms), np.zeros((2**n, 2**n)))
    levels, vectors = np.linalg.eigh(hamiltonian)
    weight = np.exp(-beta * (levels - levels[0]))
    p = weight / weight.sum()
    mean = [[float(p @ np.einsum("sk,st,tk->k", vectors, m, vectors)) for m in group] for group in (z, x, bonds)]
    energy = p @ levels
    return math.log(weight.sum()) - beta * levels[0], energy, p @ (levels - energy) ** 2, *map(np.array, mean), levels


@settings(deadline=None)
@given(sparse_graphs(), st.floats(0, 2), st.integers(0, 63))
def test_transverse_fields_are_the_dense_hamiltonian(graph, beta, which):
    geometry, J, h, fields = graph
    transverse = np.where([which >> i & 1 for i in range(6)], fields, 0.0)
    log_z, energy, variance, z, x, bonds, levels = dense(geometry, beta, J, h, transverse)
    model = lattice.TransverseIsing(geometry, beta=beta, J=J, h=h, transverse=transverse)
    near = {"rel": 1e-10, "abs": 1e-10}
    found = lattice.thermodynamics(model)
    assert found.method == "eliminate"
    assert (found.log_partition, 6 * found.energy) == pytest.approx((log_z, energy), **near)
    assert 36 * found.energy_variance == pytest.approx(variance, **near)
    slopes = lattice.gradient(model)
    assert (slopes.log_partition, slopes.beta) == pytest.approx((log_z, -energy), **near)
    assert pytest.approx(beta * bonds, **near) == slopes.J
    assert slopes.h == pytest.approx(beta * z, **near)
    assert slopes.transverse == pytest.approx(np.where(transverse != 0, beta * x, 0), **near)
    assert lattice.bond_moments(model) == pytest.approx(bonds, **near)
    assert lattice.marginals(model) @ (-1, 1) == pytest.approx(z, **near)
    ground = lattice.ground_state(model)
    count = int((levels < levels[0] + 1e-9).sum())
    assert ground.energy == pytest.approx(levels[0], **near)
    assert ground.degeneracy == count
    gap = levels[count] - levels[0] if count < levels.size else math.inf
    assert ground.gap == pytest.approx(gap, **near)
    assert ((ground.state == 0) == (transverse != 0)).all()


@settings(deadline=None)
@given(sparse_graphs(), st.floats(0, 2), st.sampled_from([None, 2, 3]))
def test_classical_answers_are_the_sum_over_states(graph, beta, q):
    geometry, J, h, _ = graph
    model = lattice.Ising(geometry, beta=beta, J=J, h=h) if q is None else lattice.Potts(geometry, q, beta=beta, J=J)
    values = [-1, 1] if q is None else list(range(q))
    law = lattice.boltzmann(model)
    states = np.array([s[::-1] for s in itertools.product(values, repeat=6)])  # site 0 fastest
    counted = (states == values[1]).sum(axis=1)
    counts = [law.probability[counted == k].sum() for k in range(7)]
    assert lattice.count_distribution(model, values[1]) == pytest.approx(counts, abs=1e-12)
    for bond, table in zip(geometry.bonds, lattice.pair_marginals(model), strict=True):
        ends = states[:, bond]
        joint = [[law.probability[(ends == (a, b)).all(axis=1)].sum() for b in values] for a in values]
        assert table == pytest.approx(np.array(joint), abs=1e-12)
    found = lattice.ground_state(model)
    energies = 6 * law.energy
    lowest = energies.min()
    assert found.energy == pytest.approx(lowest, abs=1e-11)
    assert found.degeneracy == (energies < lowest + 1e-9).sum()
    assert 6 * law.energy[(states == found.state).all(axis=1)] == pytest.approx([lowest], abs=1e-11)
    slopes = lattice.gradient(model)
    assert slopes.beta == pytest.approx(-6 * law.mean("energy"), abs=1e-11)
    assert (slopes.h is None, slopes.transverse) == (q is not None, None)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_trees_rings_and_gauges(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 60))
    tree = lattice.Graph([(int(random.integers(0, k)), k) for k in range(1, n)])
    J, beta = random.normal(size=n - 1), random.uniform(0, 2)
    model = lattice.Ising(tree, beta=beta, J=J)
    assert lattice.log_partition(model) == pytest.approx(n * math.log(2) + np.log(np.cosh(beta * J)).sum(), rel=1e-12)
    assert lattice.bond_moments(model) == pytest.approx(np.tanh(beta * J), abs=1e-12)
    # a ladder: relabelled, and in another gauge
    ladder = lattice.Square(2, n, periodic=False) if n > 1 else tree
    J, h = random.normal(size=len(ladder.bonds)), random.normal(size=2 * n)
    value = lattice.log_partition(lattice.Ising(ladder, beta=beta, J=J, h=h))
    place, sign = random.permutation(2 * n), random.choice([-1, 1], size=2 * n)
    moved = lattice.Graph(place[ladder.bonds], n_sites=2 * n)
    fields = np.empty(2 * n)
    fields[place] = h
    assert lattice.log_partition(lattice.Ising(moved, beta=beta, J=J, h=fields)) == pytest.approx(value, rel=1e-12)
    turned = J * sign[ladder.bonds].prod(axis=1)
    assert lattice.log_partition(lattice.Ising(ladder, beta=beta, J=turned, h=h * sign)) == pytest.approx(
        value, rel=1e-12
    )


def test_strips_agree_with_the_torus_and_reach_far():
    square = lattice.Square(8)
    model = lattice.Ising(square, beta=lattice.critical_beta(square))
    exact = lattice.thermodynamics(model)
    assert exact.method == "torus"
    other_model = lattice.TransverseIsing(square, beta=model.beta)
    other = lattice.thermodynamics(other_model)
    assert other.method == "eliminate"
    assert (other.log_partition, other.energy) == pytest.approx((exact.log_partition, exact.energy), rel=1e-12)
    assert other.specific_heat == pytest.approx(exact.specific_heat, rel=1e-9)
    potts = lattice.Potts(square, 2, beta=2 * model.beta)
    assert lattice.thermodynamics(potts).method == "transfer"
    for moments in (lattice.bond_moments(other_model), 2 * lattice.bond_moments(potts) - 1):
        assert moments == pytest.approx(lattice.bond_moments(model), rel=1e-11)
    long = lattice.Ising(lattice.Square(3000, 4, periodic=False), beta=0.4, h=0.1)
    rows, spins = lattice.thermodynamics(long), lattice.gradient(long)
    assert rows.method == "transfer"
    assert rows.log_partition == pytest.approx(spins.log_partition, rel=1e-12)
    assert rows.energy * 12_000 == pytest.approx(-spins.beta, rel=1e-10)


def test_draws_follow_the_law():
    geometry = lattice.Honeycomb(2)
    fields = np.linspace(-0.5, 1, 8)
    model = lattice.TransverseIsing(geometry, beta=0.6, J=0.8, h=fields, transverse=[0, 0.7, 0, 0, 0.5, 0.4, 0, 0])
    states = lattice.sample_exact(model, 200_000, rng=5)
    assert states.shape == (200_000, 2, 2, 2)
    assert states.dtype == np.int8
    states = states.reshape(-1, 8)
    exact = (lattice.marginals(model) @ (-1, 1)).ravel()
    error = states.std(axis=0) / math.sqrt(len(states))
    check(p_z(states.mean(axis=0), exact, error), "elimination-draws-sites")
    wrong = (lattice.marginals(model.replace(h=fields * 1.1)) @ (-1, 1)).ravel()
    caught(p_z(states.mean(axis=0), wrong, error), "elimination-draws-sites: fields x 1.1")
    i, j = geometry.bonds.T
    products = states[:, i] * states[:, j]
    moments, error = lattice.bond_moments(model), products.std(axis=0) / math.sqrt(len(states))
    check(p_z(products.mean(axis=0), moments, error), "elimination-draws-bonds")
    caught(p_z(products.mean(axis=0), exact[i] * exact[j], error), "elimination-draws-bonds: independent")
    ups = np.bincount((states == 1).sum(axis=1), minlength=9)
    law = lattice.count_distribution(model, 1)
    check(p_chi2(ups, law), "elimination-draws-counts")
    caught(p_chi2(ups, np.roll(law, 1)), "elimination-draws-counts: off by one")


def test_draws_are_those_of_their_key():
    model = lattice.Potts(lattice.Square(3, 4), 3, beta=0.8)
    many = lattice.sample_exact(model, 100, rng=3)
    assert many.shape == (100, 3, 4)
    assert (many[:17] == lattice.sample_exact(model, 17, rng=3)).all()
    assert (many == lattice.sample_exact(model, 100, rng=np.random.SeedSequence(3))).all()
    assert not (many == lattice.sample_exact(model, 100, rng=4)).all()
    assert lattice.sample_exact(model, 0).shape == (0, 3, 4)


def test_simulate_refuses_transverse_fields():
    model = lattice.TransverseIsing(lattice.Square(3), transverse=0.5)
    for method in (None, lattice.Metropolis()):
        with pytest.raises(ValueError, match=r"exact answers only.*sample_exact"):
            qx.simulate(model, t=3, method=method)
    assert model.methods == ()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: lattice.sample_exact(m, -1), ValueError, "n = -1: must be >= 0"),
        (lambda m: lattice.sample_exact(m, 2.0), TypeError, "n = 2.0: must be a whole number"),
        (lambda m: lattice.sample_exact(m, 2**50), MemoryError, "draw fewer states"),
        (lambda m: lattice.sample_exact(m, 2, rng="a"), TypeError, "rng"),
        (lambda m: lattice.count_distribution(m, 0), ValueError, "value = 0: must be -1 or \\+1"),
        (lambda m: lattice.count_distribution(lattice.Potts(m.geometry, 3), 3), ValueError, "must be >= 0 and < q = 3"),
        (lambda m: lattice.gradient(m.replace(beta=math.inf)), ValueError, "must be finite for gradient"),
        (lambda m: lattice.pair_marginals(m.replace(beta=math.inf)), ValueError, "must be finite for pair_marginals"),
        (lambda _: lattice.ground_state(lattice.Square(3)), TypeError, "must be an Ising or a Potts model"),
        (lambda m: m.replace(transverse=math.nan), ValueError, "transverse = NaN: must be finite"),
        (lambda m: m.replace(transverse=[0.0] * 8), ValueError, "transverse: has shape"),
        (
            lambda m: lattice.TransverseIsing(m.geometry, transverse=[0.5] * 8),
            ValueError,
            "transverse = 8 values: must be one number or one per site \\(9\\)",
        ),
        (
            lambda _: lattice.log_partition(lattice.TransverseIsing(lattice.Square(4), transverse=0.5)),
            ValueError,
            "16 sites with transverse fields hang together, the limit is 12",
        ),
        (
            lambda _: lattice.ground_state(lattice.Ising(lattice.Cubic(6), J=1.0, h=0.1)),
            ValueError,
            "ground_state: elimination meets a spin with [23].* neighbours in the min-fill order",
        ),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call(lattice.TransverseIsing(lattice.Square(3), beta=0.4, transverse=0.0))


def test_ground_state_needs_no_beta():
    model = lattice.Ising(lattice.Square(4, periodic=False), beta=math.inf, J=-1.0, h=0.0)
    found = lattice.ground_state(model)
    assert (found.energy, found.degeneracy, found.gap) == (-24.0, 2, 4.0)
    x, y = np.indices((4, 4))
    assert (np.abs((found.state * (-1) ** (x + y)).sum())) == 16
    with pytest.raises(ValueError, match="read-only"):
        found.state[0] = 1
