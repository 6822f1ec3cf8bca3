"""Bad input: the documented exception, naming the argument."""

import copy
import pickle

import numpy as np
import pytest
import scipy.sparse as sp

import quincunx as qx
from quincunx import chain

GOOD = [[0.5, 0.5], [0.25, 0.75]]
RATES = [[-1.0, 1.0], [2.0, -2.0]]
INF, NAN = float("inf"), float("nan")

MATRICES = [
    (chain.MarkovChain, np.zeros((0, 0)), ValueError, "P = a 0 x 0 matrix: must have at least one state"),
    (chain.MarkovChain, [[0.5, 0.5]], ValueError, "P = a 1 x 2 matrix: must be square"),
    (chain.MarkovChain, [0.5, 0.5], ValueError, "P: has 1 dimensions: must be a square matrix"),
    (chain.MarkovChain, [[0.5, 0.5], [NAN, 1]], ValueError, "P[1, 0] = NaN: must be finite and >= 0"),
    (chain.MarkovChain, [[0.5, 0.5], [INF, 1]], ValueError, "P[1, 0] = inf: must be finite and >= 0"),
    (chain.MarkovChain, [[1.5, -0.5], [0, 1]], ValueError, "P[0, 1] = -0.5: must be finite and >= 0"),
    (chain.MarkovChain, [[0.5, 0.5], [0.5, 0.4]], ValueError, "P[1] = a row with sum 0.9: must sum to 1 within 1e-9"),
    (chain.MarkovChain, "words", TypeError, "P: must be a matrix of real numbers"),
    (chain.MarkovChain, [[1j]], TypeError, "P: must be a matrix of real numbers"),
    (chain.MarkovChain, [[0.5, 0.5], [1.0]], TypeError, "P: must be a matrix of real numbers"),
    (chain.MarkovChain, sp.csr_array([[1j]]), TypeError, "P: must hold real numbers"),
    (chain.MarkovChain, sp.csr_array([[0.5, 0.6], [0, 1]]), ValueError, "P[0] = a row with sum 1.1"),
    (chain.MarkovJump, [[-1.0, 2.0], [0, 0]], ValueError, "Q[0] = a row with sum 1.0: must sum to 0 within 1e-9"),
    (chain.MarkovJump, [[1.0, -1.0], [0, 0]], ValueError, "Q[0, 1] = -1.0: must be finite and >= 0"),
    (chain.MarkovJump, [[0.0, NAN], [0, 0]], ValueError, "Q[0, 1] = NaN: must be finite and >= 0"),
]


@pytest.mark.parametrize(("cls", "matrix", "error", "text"), MATRICES)
def test_matrices(cls, matrix, error, text):
    with pytest.raises(error) as caught:
        cls(matrix)
    assert text in str(caught.value)


CALLS = [
    (lambda: chain.MarkovChain(GOOD, states=["a"]), ValueError, "states: 1 labels: must be one per state, 2"),
    (lambda: chain.MarkovChain(GOOD, states=["a", "a"]), ValueError, "states[1] = 'a': stands twice"),
    (lambda: chain.MarkovChain(GOOD, states="ab"), TypeError, "states = 'ab': must be a sequence of labels"),
    (lambda: chain.MarkovChain(GOOD, states=[[], 1]), TypeError, "states[0] = []: must be hashable"),
    (lambda: chain.MarkovChain(GOOD).transient(2, 1), ValueError, "p0 = 2: must be a state in [0, 2)"),
    (lambda: chain.MarkovChain(GOOD).transient("a", 1), TypeError, "p0 = 'a': must be the index of a state"),
    (lambda: chain.MarkovChain(GOOD, states=["dry", "wet"]).transient("wett", 1), ValueError, "did you mean 'wet'"),
    (lambda: chain.MarkovChain(GOOD).transient([0.5, 0.6], 1), ValueError, "p0 = a law with sum 1.1"),
    (lambda: chain.MarkovChain(GOOD).transient([1.5, -0.5], 1), ValueError, "p0[1] = -0.5: must be finite and >= 0"),
    (
        lambda: chain.MarkovChain(GOOD).transient([1.0], 1),
        ValueError,
        "p0 = 1 entries: must have one entry per state, 2",
    ),
    (lambda: chain.MarkovChain(GOOD).transient([NAN, 1], 1), ValueError, "p0[0] = NaN: must be finite and >= 0"),
    (lambda: chain.MarkovChain(GOOD).transient(0, -1), ValueError, "t[0] = -1: must be >= 0"),
    (lambda: chain.MarkovChain(GOOD).transient(0, 1.5), ValueError, "t = 1.5: counts steps and must be whole"),
    (lambda: chain.MarkovChain(GOOD).transient(0, NAN), ValueError, "t = nan: counts steps and must be whole"),
    (lambda: chain.MarkovChain(GOOD).transient(0, "soon"), TypeError, "t = 'soon': must be a number of steps"),
    (lambda: chain.MarkovChain(GOOD).transient(0, 1, tol=0), ValueError, "tol = 0.0: must be finite and > 0"),
    (lambda: chain.MarkovJump(RATES).transient(0, -1), ValueError, "t[0] = -1.0: must be finite and >= 0"),
    (lambda: chain.MarkovJump(RATES).transient(0, [0, INF]), ValueError, "t[1] = inf: must be finite and >= 0"),
    (lambda: chain.MarkovJump(RATES).transient(0, "soon"), TypeError, "t = 'soon': must be a number"),
    (lambda: chain.MarkovJump(RATES).stationary(tol=-1), ValueError, "tol = -1.0: must be finite and > 0"),
    (lambda: chain.MarkovChain([[0, 1], [1, 0]]).transient(0, 10**9), qx.SimulationError, "1000000000 products"),
    (lambda: chain.MarkovChain(GOOD).log_likelihood([0, 2]), ValueError, "path[1] = 2: must be a state in [0, 2)"),
    (
        lambda: chain.MarkovJump(RATES).log_likelihood(([0.0, 1.0], [0, 1]), t=0.5),
        ValueError,
        "t = 0.5: must be finite",
    ),
    (
        lambda: chain.MarkovJump(RATES).log_likelihood(([0.0, 1.0], [0])),
        ValueError,
        "must have as many times as states",
    ),
    (lambda: chain.MarkovChain(GOOD).replace(P=[[1.0]]), ValueError, "P: has shape (1, 1)"),
    (lambda: chain.MarkovChain(GOOD).replace(Q=GOOD), ValueError, "no such parameter"),
    (lambda: qx.simulate(chain.MarkovChain(GOOD), t=1, start=2), ValueError, "start = 2: must be a state in [0, 2)"),
    (lambda: qx.simulate(chain.MarkovChain(GOOD), t=1, start=[0.5, 0.6]), ValueError, "start = a law with sum 1.1"),
    (
        lambda: qx.simulate(chain.MarkovChain(GOOD), t=1, start=[0.5, 0.2, 0.3]),
        ValueError,
        "must have one per state, 2",
    ),
    (lambda: qx.simulate(chain.MarkovChain(np.eye(2)), t=1, start="stationary"), ValueError, "not unique"),
    (lambda: qx.simulate(chain.MarkovChain(GOOD), t=(1, 2)), ValueError, "begins at 0"),
    (lambda: qx.simulate(chain.MarkovChain(GOOD), t=1, method=chain.Alias), TypeError, "method=Alias(...)"),
]


@pytest.mark.parametrize(("call", "error", "text"), CALLS, ids=[str(k) for k in range(len(CALLS))])
def test_calls(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)


def test_one_state_and_absorbing_ones():
    for model in (chain.MarkovChain([[1.0]]), chain.MarkovJump([[0.0]])):
        assert model.stationary().tolist() == [1.0]
        assert model.period() == 1
        assert model.is_reversible()
        assert model.transient(0, [0, 7]).tolist() == [[1.0], [1.0]]
        assert set(qx.simulate(model, t=5, n=3, rng=1).status) == {"absorbed"}


def test_zero_time_is_an_exact_copy():
    p0 = np.array([1 / 3, 2 / 3])
    for model in (chain.MarkovChain(GOOD), chain.MarkovJump(RATES)):
        law, info = model.transient(p0, 0, info=True)
        assert np.array_equal(law, p0)
        assert info.bound == 0.0


def test_huge_times_settle():
    pi = chain.MarkovJump(RATES).stationary()
    law, info = chain.MarkovJump(RATES).transient(0, 1e12, info=True)
    assert np.abs(law - pi).sum() <= info.bound < 1e-11
    assert info.iterations < 1000


def test_models_are_values():
    for model in (chain.MarkovChain(GOOD, states=["a", "b"]), chain.MarkovJump(sp.csr_array(RATES))):
        again = pickle.loads(pickle.dumps(model))
        assert again == model == copy.deepcopy(model)
        assert hash(again) == hash(model)
        assert model.names == ("state",)
        assert list(model.params) == [model._what]
        assert model.replace() == model
        assert model.replace(states=["x", "y"]) != model
        assert model.methods == (chain.Alias,)
    assert repr(chain.MarkovChain(GOOD)) == "MarkovChain([[0.5, 0.5], [0.25, 0.75]])"
    with pytest.raises(ValueError, match="read-only"):
        chain.MarkovChain(GOOD).P[0, 0] = 1.0
