"""The exact Fisher geometry: reference numbers of the specification, agreement of methods, invariances, refusals."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from quincunx import lattice
from quincunx.studies import _fisher_references as ref

JC = ref.JC


def build(name, sides, couplings, q=None):
    """A model with one beta J per direction."""
    geometry = getattr(lattice, name)(*sides)
    J = np.tile(couplings, len(geometry.bonds) // len(couplings))
    return lattice.Ising(geometry, J=J) if q is None else lattice.Potts(geometry, q, J=J)


def compare(found, values, rtol=1e-8):
    ours = (found.scalar_curvature, *found.ricci_terms[:2])
    assert_allclose(ours, values, rtol=rtol)
    r1, r2, r3, r4 = found.ricci_terms
    assert_allclose((r3, r4), (-r1 / 2, -r2 / 2), rtol=1e-12)
    assert_allclose(found.scalar_curvature, sum(found.ricci_terms), rtol=1e-12)


@pytest.mark.parametrize("L", [L for L in ref.ISING if L <= 48])
def test_critical_torus(L):
    found = lattice.fisher_geometry(build("Square", (L, L), (JC, JC)))
    assert (found.method, found.standard_error) == ("fermion", None)
    compare(found, ref.ISING[L])


@pytest.mark.slow
@pytest.mark.parametrize("L", [64, 128])
def test_large_critical_torus(L):
    compare(lattice.fisher_geometry(build("Square", (L, L), (JC, JC))), ref.ISING[L])


QUICK = [s for s in ref.SYSTEMS if (s[0], s[1], s[3]) not in {("Cubic", (3, 3, 3), None), ("Square", (7, 7), 3)}]
LONG = [s for s in ref.SYSTEMS if s not in QUICK]


@pytest.mark.parametrize(("name", "sides", "couplings", "q", "values"), QUICK)
def test_other_lattices(name, sides, couplings, q, values):
    compare(lattice.fisher_geometry(build(name, sides, couplings, q)), values)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sides", "couplings", "q", "values"), LONG)
def test_other_lattices_that_take_long(name, sides, couplings, q, values):
    compare(lattice.fisher_geometry(build(name, sides, couplings, q)), values)


@pytest.mark.parametrize("L", [64, 128])
def test_first_term_alone(L):
    assert_allclose(lattice.first_ricci_term(build("Square", (L, L), (JC, JC))), ref.R1_ALONE[L][0], rtol=1e-8)


@pytest.mark.slow
def test_first_term_alone_at_256():
    assert_allclose(lattice.first_ricci_term(build("Square", (256, 256), (JC, JC))), ref.R1_ALONE[256][0], rtol=1e-8)


def ring(n, J=0.5):
    return lattice.Ising(lattice.Graph([(i, (i + 1) % n) for i in range(n)]), J=J)


@pytest.mark.parametrize(("n", "R"), [(3, 1.5), (4, -0.560276058), (5, -0.499793603), (6, -0.326103379)])
def test_rings(n, R):
    assert_allclose(lattice.fisher_geometry(ring(n)).scalar_curvature, R, rtol=2e-9)


def test_known_spaces():
    assert_allclose(lattice.fisher_geometry(ring(4, JC)).scalar_curvature, -0.24, rtol=1e-10)
    tree = lattice.Ising(lattice.Graph([(0, 1), (1, 2), (1, 3), (3, 4)]), J=[0.3, -0.8, 0.5, 1.1])
    assert abs(lattice.fisher_geometry(tree).scalar_curvature) < 1e-12
    cube = [(i, i ^ b) for i in range(8) for b in (1, 2, 4) if i < i ^ b]
    compare(
        lattice.fisher_geometry(lattice.Ising(lattice.Graph(cube), J=0.221654626)),
        (0.757958001242, -2.91557987969, 4.43149588217),
    )
    # One Potts bond has one parameter; two spins of q colours joined once are flat.
    assert abs(lattice.fisher_geometry(lattice.Potts(lattice.Graph([(0, 1)]), 5, J=0.7)).scalar_curvature) < 1e-12


def dense_curvature(model):
    """R and the metric by summing over all states in NumPy: the definition and nothing else."""
    n = model.geometry.n_sites
    bonds = np.asarray(model.geometry.bonds)
    states = np.indices((2,) * n).reshape(n, -1).T * 2 - 1
    e = (states[:, bonds[:, 0]] * states[:, bonds[:, 1]]).astype(float)
    h = np.broadcast_to(model.h, n)
    log_w = model.beta * (e @ np.broadcast_to(model.J, len(bonds)) + states @ h)
    w = np.exp(log_w - log_w.max())
    w /= w.sum()
    d = e - w @ e
    g = d.T @ (d * w[:, None])
    T = np.einsum("s,sa,sb,sc->abc", w, d, d, d, optimize=True)
    gi = np.linalg.inv(g)
    P = np.einsum("bc,abc->a", gi, T)
    raised = np.einsum("ad,be,cf,def->abc", gi, gi, gi, T, optimize=True)
    return (np.sum(T * raised) - P @ gi @ P) / 4, g


@settings(max_examples=15)
@given(st.tuples(*[st.floats(-0.6, 0.6)] * 2), st.sampled_from([(3, 3), (3, 4)]), st.floats(-0.5, 0.5))
def test_random_couplings_against_the_definition(couplings, sides, field):
    geometry = lattice.Square(*sides)
    J = np.tile(couplings, geometry.n_sites)
    for h in (0.0, field):
        model = lattice.Ising(geometry, J=J, h=h)
        found = lattice.fisher_geometry(model)
        R, g = dense_curvature(model)
        assert_allclose(found.metric, g, atol=1e-12)
        assert_allclose(found.scalar_curvature, R, rtol=1e-8, atol=1e-8 * np.abs(found.ricci_terms).max())


@settings(max_examples=10)
@given(st.lists(st.floats(-0.7, 0.7), min_size=8, max_size=8), st.integers(0, 2**6 - 1))
def test_a_gauge_transformation_changes_nothing(couplings, flipped):
    edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 3), (1, 4)]
    sign = [1 - 2 * (flipped >> i & 1) for i in range(6)]
    turned = [J * sign[a] * sign[b] for J, (a, b) in zip(couplings, edges, strict=True)]
    graph = lattice.Graph(edges)
    one, other = (lattice.fisher_geometry(lattice.Ising(graph, J=J)) for J in (couplings, turned))
    assert_allclose(one.ricci_terms, other.ricci_terms, rtol=1e-9, atol=1e-9)


def test_relabelling_sites_and_bonds_changes_nothing():
    rng = np.random.default_rng(5)
    edges = np.array([(i, j) for i in range(7) for j in range(i) if (3 * i + j) % 4])
    J, h = rng.normal(0, 0.4, len(edges)), rng.normal(0, 0.3, 7)
    sites, bonds = rng.permutation(7), rng.permutation(len(edges))
    where = np.argsort(sites)
    one = lattice.fisher_geometry(lattice.Ising(lattice.Graph(edges, n_sites=7), J=J, h=h))
    moved = lattice.Graph(where[edges][bonds], n_sites=7)
    other = lattice.fisher_geometry(lattice.Ising(moved, J=J[bonds], h=h[sites]))
    assert_allclose(one.ricci_terms, other.ricci_terms, rtol=1e-9)
    assert_allclose(one.metric[np.ix_(bonds, bonds)], other.metric, atol=1e-13)


def test_exact_methods_agree():
    for model, methods in [
        (build("Square", (3, 4), (0.35, 0.35)), ("fermion", "enumerate", "transfer")),
        (build("Square", (4, 4), (-0.2, 0.6)), ("fermion", "enumerate")),
        (build("Square", (3, 3), (0.8, 0.8), 3), ("enumerate", "transfer")),
    ]:
        found = [lattice.fisher_geometry(model, method=m) for m in methods]
        assert [f.method for f in found] == list(methods)
        for other in found[1:]:
            assert_allclose(other.ricci_terms, found[0].ricci_terms, rtol=1e-9)
            assert_allclose(other.metric, found[0].metric, atol=1e-12)


def test_beta_multiplies_the_couplings():
    geometry = lattice.Square(5)
    one = lattice.fisher_geometry(lattice.Ising(geometry, beta=0.5, J=0.8))
    other = lattice.fisher_geometry(lattice.Ising(geometry, beta=0.2, J=2.0))
    assert_allclose(one.ricci_terms, other.ricci_terms, rtol=1e-12)


@pytest.mark.parametrize(
    ("model", "method"),
    [
        (build("Square", (12, 12), (JC, JC)), "fermion"),
        (build("Square", (6, 9), (0.3, 0.5)), "fermion"),
        (build("Square", (4, 4), (JC, JC)), "enumerate"),
        (build("Square", (4, 4), (1.0, 1.0), 3), "transfer"),
    ],
)
def test_threads_do_not_change_a_bit(model, method):
    one, two = (lattice.fisher_geometry(model, method=method, threads=threads) for threads in (1, 2))
    assert one.ricci_terms.tobytes() == two.ricci_terms.tobytes()
    assert one.metric_rows.tobytes() == two.metric_rows.tobytes()


def test_less_memory_takes_more_passes_and_gives_the_same():
    model = build("Square", (24, 24), (JC, JC))
    whole = lattice.fisher_geometry(model)
    thrifty = lattice.fisher_geometry(model, max_bytes=8_000_000)
    assert whole.ricci_terms.tobytes() == thrifty.ricci_terms.tobytes()
    with pytest.raises(MemoryError, match=r"24 x 24 torus needs .*raise max_bytes"):
        lattice.fisher_geometry(model, max_bytes=2_000_000)


def test_the_result_is_a_value():
    found = lattice.fisher_geometry(build("Square", (3, 4), (0.3, 0.3)))
    for again in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found)):
        assert_allclose(again.metric, found.metric)
        assert again.scalar_curvature == found.scalar_curvature
    assert found.metric.shape == (24, 24)
    assert_allclose(found.metric, found.metric.T, atol=1e-15)
    assert "24 bonds by 'fermion'" in repr(found)
    with pytest.raises(AttributeError):
        found.method = "other"
    with pytest.raises(ValueError, match="read-only"):
        found.metric[0, 0] = 0.0


def test_a_large_metric_is_refused_until_asked_for():
    found = lattice.fisher_geometry(build("Square", (16, 16), (0.2, 0.2)), max_bytes=3_000_000)
    assert found.metric_rows.shape == (2, 512)
    small = lattice.FisherGeometry(**{**vars(found), "max_bytes": 1000})
    with pytest.raises(MemoryError, match="512 x 512 Fisher metric needs"):
        _ = small.metric


@pytest.mark.parametrize(
    ("model", "keywords", "words"),
    [
        (lattice.Ising(lattice.Square(2, 5)), {}, "Lx = 2: must be >= 3"),
        (lattice.Ising(lattice.Cubic(3, 3, 2)), {}, "Lz = 2: must be >= 3"),
        (lattice.Ising(lattice.Graph([(0, 1), (1, 0)])), {}, r"edges\[1\] = \(1, 0\): must not repeat edges\[0\]"),
        (lattice.Potts(lattice.Square(8), 9), {}, r"8 x 8.*monte_carlo"),
        (lattice.Ising(lattice.Square(8), h=0.1), {}, "monte_carlo"),
        (lattice.Ising(lattice.Square(8), h=0.1), {"method": "fermion"}, "h = 0"),
        (lattice.Ising(lattice.Square(4)), {"method": "exact"}, "must be None or one of enumerate, transfer"),
        (lattice.Ising(lattice.Square(4)), {"method": "monte_carlo"}, "rng = None"),
        (lattice.Ising(lattice.Square(4), beta=math.inf), {}, "beta = inf: must be finite"),
        (lattice.Ising(lattice.Square(4)), {"threads": 0}, "threads = 0"),
    ],
)
def test_refusals_say_why(model, keywords, words):
    with pytest.raises(ValueError, match=words):
        lattice.fisher_geometry(model, **keywords)


def test_frozen_spins_are_a_numerical_failure():
    import quincunx as qx

    with pytest.raises((qx.SimulationError, ValueError), match=r"singular|frozen"):
        lattice.fisher_geometry(lattice.Ising(lattice.Square(4), beta=40.0))


def test_progress_runs_to_one():
    seen = []
    lattice.fisher_geometry(build("Square", (40, 40), (JC, JC)), progress=seen.append, threads=1)
    assert seen[-1] == 1.0
    assert seen == sorted(seen)
