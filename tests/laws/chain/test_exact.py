"""Exact answers of chains: closed forms, reference numbers, SciPy, and what must hold for every chain."""

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse as sp
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import quincunx as qx
from quincunx import chain

COURTOIS = [
    [0.85, 0, 0.149, 0.0009, 0, 0.00005, 0, 0.00005],
    [0.1, 0.65, 0.249, 0, 0.0009, 0.00005, 0, 0.00005],
    [0.1, 0.8, 0.0996, 0.0003, 0, 0, 0.0001, 0],
    [0, 0.0004, 0, 0.7, 0.2995, 0, 0.0001, 0],
    [0.0005, 0, 0.0004, 0.399, 0.6, 0.0001, 0, 0],
    [0, 0.00005, 0, 0, 0.00005, 0.6, 0.2499, 0.15],
    [0.00003, 0, 0.00003, 0.00004, 0, 0.1, 0.8, 0.0999],
    [0, 0.00005, 0, 0, 0.00005, 0.1999, 0.25, 0.55],
]
COURTOIS_PI = [
    0.089282652754502,
    0.092757637505133,
    0.040488312016364,
    0.158533190819826,
    0.118938206904175,
    0.120385481106053,
    0.277795252449273,
    0.101819266444674,
]


def queue(K, lam=0.8, mu=1.0):
    Q = np.diag(np.full(K, lam), 1) + np.diag(np.full(K, mu), -1)
    return Q - np.diag(Q.sum(axis=1))


def test_courtois():
    for P in (COURTOIS, sp.csr_array(np.array(COURTOIS))):
        law, info = chain.MarkovChain(P).stationary(info=True)
        np.testing.assert_allclose(law, COURTOIS_PI, rtol=1e-12, atol=1e-15)
        assert info.residual < 1e-15
        assert info.iterations == 0


def test_ehrenfest():
    N = 20
    k = np.arange(N + 1)
    P = np.diag(k[1:] / N, -1) + np.diag((N - k[:-1]) / N, 1)
    urn = chain.MarkovChain(P)
    np.testing.assert_allclose(urn.stationary(), scipy.stats.binom.pmf(k, N, 0.5), rtol=1e-13)
    assert urn.period() == 2
    assert urn.is_reversible()


def test_queue_from_empty():
    q = chain.MarkovJump(queue(5))
    law, info = q.transient(0, [1.0, 10.0], tol=1e-13, info=True)
    exact = [0.597398751620516, 0.285242004545257, 0.091214741696849, 0.02148510556656, 0.003982499806815]
    np.testing.assert_allclose(law[0, :5], exact, atol=1e-12, rtol=0)
    np.testing.assert_allclose(law[1, [0, 5]], [0.292725013513399, 0.074984069513136], atol=1e-12, rtol=0)
    assert info.bound < 2e-13
    assert q.transient(0, 1.0).shape == (6,)
    np.testing.assert_allclose(q.stationary()[5], 0.08881949865556425, rtol=1e-13)


def test_two_states():
    two = chain.MarkovChain([[0.7, 0.3], [0.1, 0.9]])
    np.testing.assert_allclose(two.transient(0, [0, 5])[:, 0], [1.0, 0.30832], rtol=1e-13)
    np.testing.assert_allclose(two.stationary(), [0.25, 0.75], rtol=1e-15)


def test_log_likelihood_reference():
    P = [[0.5, 0.3, 0.2], [0.2, 0.6, 0.2], [0.1, 0.3, 0.6]]
    path = [0, 1, 1, 0, 2, 2, 1, 0, 0, 2, 1]
    model = chain.MarkovChain(P, states=["a", "b", "c"])
    value = -11.764468490806134
    assert model.log_likelihood(path_of(path)) == pytest.approx(value, rel=1e-13)
    assert model.log_likelihood([path_of(path), path_of(path[:1])]) == pytest.approx(value, rel=1e-13)
    assert chain.MarkovChain(P).log_likelihood(np.array([path, path])) == pytest.approx(2 * value, rel=1e-13)
    assert chain.MarkovChain([[1.0, 0.0], [0.5, 0.5]]).log_likelihood([0, 1]) == -np.inf


def path_of(states):
    return ["abc"[k] for k in states]


def test_classes_of_a_reducible_chain():
    P = np.zeros((5, 5))
    P[0, 1] = P[0, 3] = 0.5
    P[1, 2] = P[2, 1] = 1.0
    P[3, 4] = P[4, 4] = 1.0
    found = chain.MarkovChain(P).classes()
    assert sorted(map(tuple, (c.tolist() for c in found))) == [(0,), (1, 2), (3,), (4,)]
    by = {tuple(c.tolist()): (bool(r), int(p)) for c, r, p in zip(found, found.recurrent, found.period, strict=True)}
    assert by == {(0,): (False, 0), (1, 2): (True, 2), (3,): (False, 0), (4,): (True, 1)}
    laws = chain.MarkovChain(P).stationary(all=True)
    assert sorted(map(tuple, laws)) == [(0, 0, 0, 0, 1), (0, 0.5, 0.5, 0, 0)]
    with pytest.raises(ValueError, match=r"2 recurrent classes.*stationary\(all=True\)"):
        chain.MarkovChain(P).stationary()


def test_a_million_states_in_a_row():
    n = 1_000_000
    k = np.arange(n)
    up, down = np.where(k < n - 1, 90.0, 0.0), np.minimum(k, 100) * 1.0
    model = chain.MarkovJump(sp.diags_array([down[1:], -(up + down), up[:-1]], offsets=[-1, 0, 1]).tocsr())
    erlang = np.cumsum(np.r_[0.0, np.log(90.0) - np.log(np.minimum(k[1:2000], 100))])
    exact = np.exp(erlang - erlang.max())
    np.testing.assert_allclose(model.stationary()[:150], (exact / exact.sum())[:150], rtol=1e-11)
    laws = model.transient(0, [1.0, 5.0], tol=1e-10)
    np.testing.assert_allclose(laws.sum(axis=1), 1.0, atol=1e-10)
    # Without a waiting line (t short) the number is Poisson: an infinite-server queue.
    np.testing.assert_allclose(laws[0] @ k, 90 * (1 - np.exp(-1.0)), rtol=1e-4)


def test_multilevel_for_large_chains():
    m = 390
    a, b = (x.ravel() for x in np.meshgrid(np.arange(m), np.arange(m), indexing="ij"))
    s, rows, cols, rates = a * m + b, [], [], []
    for ok, da, db, rate in ((a < m - 1, 1, 0, 1.0), ((a > 0) & (b < m - 1), -1, 1, 1.2), (b > 0, 0, -1, 1.3)):
        rows.append(s[ok])
        cols.append((a + da)[ok] * m + (b + db)[ok])
        rates.append(np.full(ok.sum(), rate))
    Q = sp.coo_array(
        (np.concatenate(rates), (np.concatenate(rows), np.concatenate(cols))), shape=(m * m, m * m)
    ).tocsr()
    Q = (Q - sp.diags_array(Q.sum(axis=1))).tocsr()
    law, info = chain.MarkovJump(Q).stationary(info=True)
    assert info.iterations > 0
    assert info.residual <= 1e-12
    assert np.abs(law @ Q).sum() < 1e-11
    assert law.min() > 0
    with pytest.raises(qx.SimulationError, match=r"tol = 1e-20 is out of reach.*residual"):
        chain.MarkovJump(Q).stationary(tol=1e-20)


# --- what holds for every chain ---------------------------------------------------------------------------------------

SIZES = st.integers(1, 8)


@st.composite
def weights(draw):
    n = draw(SIZES)
    entries = st.one_of(st.just(0.0), st.floats(1e-3, 1.0))
    return draw(hnp.arrays(np.float64, (n, n), elements=entries))


@st.composite
def matrices(draw):
    W = draw(weights())
    W[W.sum(axis=1) == 0, 0] = 1.0
    return W / W.sum(axis=1, keepdims=True)


@st.composite
def generators(draw):
    Q = draw(weights())
    np.fill_diagonal(Q, 0.0)
    return Q - np.diag(Q.sum(axis=1))


@given(matrices(), st.integers(0, 50))
def test_laws_in_steps(P, t):
    model = chain.MarkovChain(P)
    law = model.transient(0, t)
    np.testing.assert_allclose(law, np.linalg.matrix_power(P, t)[0], atol=1e-12)
    assert abs(law.sum() - 1) < 1e-13
    assert law.min() >= 0
    for pi in model.stationary(all=True):
        np.testing.assert_allclose(pi @ P, pi, atol=1e-14)
        assert abs(pi.sum() - 1) < 1e-14
        gaps = np.abs(model.transient(0, np.arange(12)) - pi).sum(axis=1)
        assert np.all(np.diff(gaps) <= 1e-14)


@given(generators(), st.floats(0, 20))
def test_laws_in_time(Q, t):
    model = chain.MarkovJump(Q)
    law, info = model.transient(0, t, tol=1e-13, info=True)
    assert np.abs(law - scipy.linalg.expm(Q * t)[0]).sum() < 1e-12
    assert abs(law.sum() - 1) <= info.bound + 1e-15
    assert law.min() >= 0
    for pi in model.stationary(all=True):
        assert np.abs(pi @ Q).sum() < 1e-13


@given(matrices(), st.randoms(use_true_random=False))
def test_relabelled_chains_give_relabelled_answers(P, random):
    order = list(range(len(P)))
    random.shuffle(order)
    model, other = chain.MarkovChain(P), chain.MarkovChain(P[np.ix_(order, order)])
    np.testing.assert_allclose(other.transient(0, 7), model.transient(order[0], 7)[order], atol=1e-13)
    laws, others = model.stationary(all=True), other.stationary(all=True)
    key = lambda laws: sorted(map(tuple, np.round(laws, 10)))  # noqa: E731
    assert key(laws[:, order]) == key(others)
    assert sorted(model.classes().period) == sorted(other.classes().period)
    assert model.is_reversible() == other.is_reversible()


@given(generators())
def test_embedded_chain(Q):
    exit_rates = -np.diag(Q)
    jumps = Q / np.where(exit_rates > 0, exit_rates, 1.0)[:, None]
    np.fill_diagonal(jumps, np.where(exit_rates > 0, 0.0, 1.0))
    model, embedded = chain.MarkovJump(Q), chain.MarkovChain(jumps)
    assert np.array_equal(model.classes().period, embedded.classes().period)
    for pi, nu in zip(model.stationary(all=True), embedded.stationary(all=True), strict=True):
        flow = pi * np.where(exit_rates > 0, exit_rates, 1.0)
        np.testing.assert_allclose(flow / flow.sum(), nu, atol=1e-13)


@given(matrices())
def test_symmetric_flows_are_reversible(P):
    S = P + P.T
    assert chain.MarkovChain(S / S.sum(axis=1, keepdims=True)).is_reversible()


@given(matrices())
def test_dense_and_sparse_are_one_model(P):
    dense, sparse = chain.MarkovChain(P), chain.MarkovChain(sp.csr_array(P))
    assert dense == sparse
    assert hash(dense) == hash(sparse)
    assert np.array_equal(dense.transient(0, 3), sparse.transient(0, 3))
    assert np.array_equal(dense.stationary(all=True), sparse.stationary(all=True))
