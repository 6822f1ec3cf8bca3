"""Paths of chains against the exact laws, each check with a planted error that it must catch."""

import numpy as np

import quincunx as qx
from budget import caught, check, p_chi2, p_ks, p_z
from quincunx import chain, observe

RING = np.array([[0.2, 0.5, 0.0, 0.3], [0.3, 0.2, 0.5, 0.0], [0.0, 0.3, 0.2, 0.5], [0.5, 0.0, 0.3, 0.2]])
Q = np.array([[-3.0, 2.0, 1.0], [0.5, -1.0, 0.5], [2.0, 2.0, -4.0]])


def counts(states, n):
    return np.bincount(np.ravel(states), minlength=n)


def test_steps_have_the_law_of_the_row():
    model = chain.MarkovChain(RING)
    res = qx.simulate(model, t=400, start=0, n=500, rng=3, observe=observe.every(1))["state"]
    pairs = counts(4 * res[:, :-1] + res[:, 1:], 16).reshape(4, 4)
    for i in range(4):
        check(p_chi2(pairs[i], RING[i]), f"chain-row-{i}")
        caught(p_chi2(pairs[i], np.roll(RING[i], 1)), f"chain-row-{i}: shifted by one")
    # Nothing of the step before is left in the next one.
    later = counts(4 * res[:, :-2] + res[:, 2:], 16).reshape(4, 4)
    check(p_chi2(later[0], (RING @ RING)[0]), "chain-two-steps")
    caught(p_chi2(later[0], RING[0]), "chain-two-steps: one step")


def test_start_from_a_law_and_from_the_stationary_one():
    model = chain.MarkovChain(RING)
    run = {"t": 3, "n": 20_000, "rng": 5, "observe": observe.every(1)}
    law = np.array([0.1, 0.2, 0.3, 0.4])
    res = qx.simulate(model, start=law, **run)["state"]
    check(p_chi2(counts(res[:, 0], 4), law), "chain-start-law")
    caught(p_chi2(counts(res[:, 0], 4), law[::-1]), "chain-start-law: reversed")
    check(p_chi2(counts(res[:, 3], 4), model.transient(law, 3)), "chain-law-after-three")
    caught(p_chi2(counts(res[:, 3], 4), law), "chain-law-after-three: the start")
    slow = chain.MarkovChain([[0.99, 0.01], [0.002, 0.998]])
    res = qx.simulate(slow, start="stationary", **run)["state"]
    check(p_chi2(counts(res[:, 3], 2), slow.stationary()), "chain-stationary-start")
    caught(p_chi2(counts(res[:, 3], 2), slow.stationary()[::-1]), "chain-stationary-start: swapped")


def test_continuous_time():
    model = chain.MarkovJump(Q)
    res = qx.simulate(model, t=1.0, start=0, n=40_000, rng=7, observe=observe.at([0.3, 1.0]))["state"]
    exact = model.transient(0, [0.3, 1.0])
    for k in range(2):
        check(p_chi2(counts(res[:, k], 3), exact[k]), f"jump-law-{k}")
    caught(p_chi2(counts(res[:, 0], 3), model.transient(0, 0.35)), "jump-law: later by 0.05")


def test_dwell_times_and_successors():
    model = chain.MarkovJump(Q)
    res = qx.simulate(model, t=200.0, start=0, n=40, rng=11, observe=observe.events())
    dwell, after = [], []
    for i in range(40):
        path = res.path(i)
        times, states = path.t, path["state"].ravel()
        here = np.flatnonzero(states[:-1] == 0)
        dwell.append(np.diff(times)[here])
        after.append(states[here + 1])
    dwell, after = np.concatenate(dwell), np.concatenate(after)
    check(p_ks(dwell, lambda x: -np.expm1(-3.0 * x)), "jump-dwell")
    caught(p_ks(dwell, lambda x: -np.expm1(-3.6 * x)), "jump-dwell: rate x 1.2")
    check(p_chi2(counts(after, 3)[1:], [2 / 3, 1 / 3]), "jump-successor")
    caught(p_chi2(counts(after, 3)[1:], [0.5, 0.5]), "jump-successor: even")


def test_time_average_and_first_passage():
    model = chain.MarkovJump(Q)
    part = {"share": observe.time_average("state == 0"), "exit": observe.first_passage("state == 2")}
    res = qx.simulate(model, t=50.0, start="stationary", n=4000, rng=13, observe=part)
    pi = model.stationary()
    share = res["share"]
    check(p_z(share.mean("state == 0"), pi[0], share.sem("state == 0")), "jump-time-average")
    caught(p_z(share.mean("state == 0"), 1.05 * pi[0], share.sem("state == 0")), "jump-time-average: 5 % more")
    # Never in state 2 until t: the chain killed there.
    times = res["exit"]["time"]
    killed = Q.copy()
    killed[2] = 0.0
    gone = chain.MarkovJump(killed).transient(pi, [0.5, 2.0])[:, 2]
    for k, t in enumerate((0.5, 2.0)):
        p, n = float((times <= t).mean()), times.size
        check(p_z(p, gone[k], np.sqrt(gone[k] * (1 - gone[k]) / n)), f"jump-passage-{t}")
        caught(p_z(p, 0.8 * gone[k], np.sqrt(gone[k] * (1 - gone[k]) / n)), f"jump-passage-{t}: 20 % fewer")


def test_absorbing_states_end_the_path():
    for model in (chain.MarkovChain([[0.5, 0.5], [0, 1]]), chain.MarkovJump([[-1.0, 1.0], [0, 0]])):
        res = qx.simulate(model, t=1000, start=0, n=20, rng=1)
        assert set(res.status) == {"absorbed"}
        assert res.ok.all()
        assert np.all(res["state"][:, 0] == 0)
        assert np.all(res["state"][:, -1] == 1)


def test_labels_results_and_sweeps():
    words = chain.MarkovChain(RING, states=["n", "e", "s", "w"])
    run = {"t": 9, "rng": 2, "n": 7}
    res = qx.simulate(words, start="s", **run)
    assert np.array_equal(res["state"], qx.simulate(chain.MarkovChain(RING), start=2, **run)["state"])
    assert words.states[res["state"]][0, 0] == "s"
    mixed = qx.simulate(words, start=["n", "e", "s", "w", "n", "e", "s"], **run)["state"]
    assert mixed[:, 0].tolist() == [0, 1, 2, 3, 0, 1, 2]
    assert np.array_equal(words.transient("s", 4), words.transient([0.0, 0, 1, 0], 4))
    other = RING[::-1, ::-1].copy()
    swept = qx.simulate(chain.MarkovChain(RING), params={"P": np.array([RING, other])}, start=0, **run)["state"]
    assert np.array_equal(swept[1], qx.simulate(chain.MarkovChain(other), start=0, **run)["state"])
