"""The same promises for every (model, method, observer)."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from registry import Case, all_cases, observers

import quincunx as qx
from quincunx import observe

CASES = all_cases()
PAIRS = [(case, name) for case in CASES for name in observers(case)]
IDS = [f"{case.name}-{name}" for case, name in PAIRS]
EACH = pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
EVERY = pytest.mark.parametrize(("case", "observer"), PAIRS, ids=IDS)


def simulate(case: Case, observer: str, **options):
    return qx.simulate(case.model, observe=observers(case)[observer], **case.run(**options))


def replica_axis(result):
    """Return where the replicas stand: behind the sweep, to which a method may add an axis of its own."""
    return result.ok.ndim - 1


def test_every_method_has_a_case():
    tried = {type(case.model._resolve(case.method)) for case in CASES}
    assert {method.__name__ for case in CASES for method in case.model.methods if method not in tried} == set()


@EVERY
def test_threads_do_not_change_the_bits(case, observer):
    one = simulate(case, observer, threads=1, n=11)
    for threads in (2, 3, 8):
        assert simulate(case, observer, threads=threads, n=11) == one


@EVERY
def test_an_executor_does_not_change_the_bits(case, observer):
    whole = simulate(case, observer)
    with ThreadPoolExecutor(2) as pool:
        assert simulate(case, observer, executor=pool) == whole


@EVERY
def test_a_checkpoint_does_not_change_the_bits(case, observer, tmp_path):
    whole = simulate(case, observer)
    assert simulate(case, observer, checkpoint=tmp_path) == whole
    assert simulate(case, observer, checkpoint=tmp_path) == whole


@EVERY
def test_pickle_copy_and_repr(case, observer):
    result = simulate(case, observer)
    assert pickle.loads(pickle.dumps(result)) == result
    assert copy.deepcopy(result) == result
    assert case.scalar in repr(result)
    assert result.info.method == pickle.loads(pickle.dumps(result.info)).method


@EVERY
def test_no_replicas_give_arrays_with_a_zero_axis(case, observer):
    result = simulate(case, observer, n=0)
    assert result.n == 0
    if observer not in ("moments", "histogram", "events"):
        assert all(array.shape[replica_axis(result)] == 0 for array in result.values())
    assert repr(result)


KEPT = ("every", "at", "final", "time_average", "maximum", "minimum", "first_passage", "occupation", "autocorrelation")


@EVERY
def test_fewer_replicas_are_a_prefix_of_more(case, observer):
    if observer not in KEPT:
        pytest.skip("reduced over replicas, or flat")
    few, many = simulate(case, observer, n=3), simulate(case, observer, n=9)
    for name in few:
        np.testing.assert_array_equal(few[name], np.take(many[name], range(3), axis=replica_axis(few)))


@EACH
def test_a_longer_run_extends_a_shorter_one(case, tmp_path):
    def run(t, n, **options):
        what = observe.at([0, case.t / 2 if case.model._clock == "time" else np.floor(case.t / 2)])
        return qx.simulate(case.model, observe=what, **case.run(t=t, n=n, **options))

    half = case.t / 2 if case.model._clock == "time" else float(np.floor(case.t / 2))
    run(half, 3, checkpoint=tmp_path)
    assert run(case.t, 6, checkpoint=tmp_path) == run(case.t, 6)
    with pytest.raises(ValueError, match=r"n = 2|n ="):
        run(case.t, 2, checkpoint=tmp_path)
    with pytest.raises(ValueError, match="rng"):
        run(case.t, 6, checkpoint=tmp_path, rng=8)


@EACH
def test_watching_does_not_change_the_path(case):
    alone = simulate(case, "final")
    watched = qx.simulate(
        case.model,
        observe={
            name: o for name, o in observers(case).items() if name in ("final", "time_average", "maximum", "every")
        },
        **case.run(),
    )
    if "time_average" not in case.without:
        assert watched["final"] == alone
    else:
        assert watched["every"].n == alone.n


@EACH
def test_a_run_over_no_time_shows_the_start(case):
    start = simulate(case, "final", t=0)
    again = qx.simulate(case.model, observe=observe.at(0.0), **case.run())
    for name in start:
        if np.ndim(start[name]):
            np.testing.assert_array_equal(start[name], again[name])


@EACH
def test_different_keys_differ_and_equal_ones_agree(case):
    a, b, c = (simulate(case, "every", rng=k, n=20) for k in (1, 1, 2))
    assert a == b
    assert a != c
    assert a.info.key == b.info.key
    assert a.info.stream_version == 1


@EACH
def test_moments_agree_with_the_kept_replicas(case):
    kept = simulate(case, "every", n=40)
    times = observers(case)["every"]
    reduced = qx.simulate(case.model, observe=observe.moments(when=times), **case.run(n=40))
    name = case.scalar
    np.testing.assert_allclose(reduced.mean(name), kept.mean(name), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(reduced.var(name), kept.var(name), rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(reduced.t, kept.t)


@EACH
def test_a_sweep_has_the_bits_of_its_sets(case):
    if case.sweep is None:
        pytest.skip("nothing to sweep")
    swept = qx.simulate(case.model, params=case.sweep, observe=observers(case)["every"], **case.run())
    (name, values), *_ = case.sweep.items()
    for i, value in enumerate(values):
        alone = qx.simulate(case.model.replace(**{name: value}), observe=observers(case)["every"], **case.run())
        for key in alone:
            np.testing.assert_array_equal(swept[key][i], alone[key])


@EACH
def test_models_are_values(case):
    again = pickle.loads(pickle.dumps(case.model))
    assert again == case.model
    assert hash(again) == hash(case.model)
    assert copy.deepcopy(case.model) == case.model
    assert repr(case.model)
    nothing = qx.simulate(case.model, **case.run(n=0))
    assert case.scalar in (*case.model.names, *nothing.names)
    method = nothing.info.method
    assert pickle.loads(pickle.dumps(method)) == method
    assert isinstance(method, case.model.methods)
    for name, value in case.model.params.items():
        assert case.model.replace(**{name: value}) == case.model


@EACH
@pytest.mark.parametrize(
    ("bad", "error", "names"),
    [
        ({"t": -1}, ValueError, "t"),
        ({"t": float("nan")}, ValueError, "t"),
        ({"t": "x"}, TypeError, "t"),
        ({"n": -1}, ValueError, "n"),
        ({"n": 1.5}, TypeError, "n"),
        ({"rng": "seven"}, TypeError, "rng"),
        ({"rng": -1}, ValueError, "rng"),
        ({"threads": 0}, ValueError, "threads"),
        ({"progress": 3}, TypeError, "progress"),
        ({"executor": object()}, TypeError, "executor"),
        ({"executor": object(), "checkpoint": "nowhere"}, ValueError, "leave executor out"),
        ({"observe": "x"}, TypeError, "observe"),
        ({"observe": observe.at([1e9])}, ValueError, "times"),
        ({"observe": observe.final("nonsense_name")}, ValueError, "nonsense_name"),
        ({"method": "Metropolis"}, TypeError, "method"),
        ({"params": {"nonsense_name": [1.0]}}, ValueError, "nonsense_name"),
        ({"start": {"nonsense_name": 1.0}}, ValueError, "start"),
        ({"max_bytes": 1, "n": 1000}, MemoryError, "max_bytes"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_wrong_argument_is_named(case, bad, error, names):
    with pytest.raises(error, match=names):
        qx.simulate(case.model, **(case.run() | bad))


@pytest.mark.parametrize("case", [case for case in CASES if case.name.startswith(("chain-time", "switching"))], ids=str)
def test_a_sojourn_across_a_checkpoint_counts_as_one(case, tmp_path):
    """A sum of two parts is not the same number as the whole: enough replicas to see it."""
    run = case.run(n=400)
    for k, of in enumerate((observe.time_average(case.scalar), observe.maximum(case.scalar))):
        whole = qx.simulate(case.model, observe=of, **run)
        assert qx.simulate(case.model, observe=of, checkpoint=tmp_path / str(k), **run) == whole
