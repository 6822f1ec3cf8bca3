"""What a run tells of the start it has, or has not, forgotten."""

import pickle

import numpy as np
from scipy import stats

import quincunx as qx
from budget import caught, check
from quincunx import lattice, observe

MODEL = lattice.Ising(lattice.Square(12), beta=0.4)
KEEP = observe.final("energy")


def p_drift(equilibration):
    return float(2 * stats.norm.sf(np.max(np.abs(equilibration.drift))))


def test_the_looks_are_the_energy_over_replicas():
    res = qx.simulate(MODEL, t=100, n=20, rng=1, observe=KEEP)
    told = res.info.equilibration
    assert told.sweeps.tolist() == [*range(16), *range(16, 32, 2), *range(32, 64, 4), *range(64, 101, 8)]
    kept = qx.simulate(MODEL, t=100, n=20, rng=1, observe=observe.at(told.sweeps, "energy"))
    np.testing.assert_allclose(told.energy, kept.mean("energy"), rtol=1e-13)
    np.testing.assert_allclose(told.standard_error, kept.sem("energy"), rtol=1e-10, atol=1e-15)


def test_a_forgotten_start_and_one_that_is_not():
    forgotten = qx.simulate(MODEL, t=2_000, n=64, rng=1, start="random", observe=KEEP)
    check(p_drift(forgotten.info.equilibration), "no drift in equilibrium")
    cold = MODEL.replace(beta=0.6)
    running = qx.simulate(cold, t=32, n=512, rng=1, start="random", observe=KEEP)
    caught(p_drift(running.info.equilibration), "32 sweeps after a quench")


def test_extended_runs_tell_the_same(tmp_path):
    run = {"rng": 3, "start": "random", "observe": KEEP}
    qx.simulate(MODEL, t=5, n=2, checkpoint=tmp_path, **run)
    longer = qx.simulate(MODEL, t=50, n=6, checkpoint=tmp_path, **run)
    whole = qx.simulate(MODEL, t=50, n=6, **run)
    assert longer.info.equilibration == whole.info.equilibration
    assert pickle.loads(pickle.dumps(whole.info)) == whole.info
    assert "drift" in repr(whole.info.equilibration)


def test_where_nothing_is_told():
    runs = [
        qx.simulate(MODEL, t=7, n=2, rng=1),
        qx.simulate(MODEL, t=70, n=0, rng=1),
        qx.simulate(MODEL, t=70, n=2, rng=1, observe=observe.first_passage("magnetization < 0")),
        qx.simulate(lattice.Ising(lattice.Square(258)), t=8, n=1, rng=1, observe=KEEP),
    ]
    assert not any("equilibration" in run.info for run in runs)
    alone = qx.simulate(MODEL, t=70, rng=1, observe=KEEP).info.equilibration
    assert np.isnan(alone.drift)


def test_every_parameter_set_and_rung_is_told_of():
    method = lattice.ParallelTempering([0.1, 0.3, 0.5])
    res = qx.simulate(MODEL, t=64, n=4, rng=1, params={"J": [1.0, 0.5]}, method=method, observe=KEEP)
    told = res.info.equilibration
    assert told.energy.shape == (2, 3, told.sweeps.size)
    assert told.drift.shape == (2, 3)
