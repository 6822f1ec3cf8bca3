"""The direct method against exact laws, and what holds on every single path."""

import numpy as np
import pytest
from hypothesis import given, settings
from networks import networks

import quincunx as qx
from budget import caught, check, p_chi2, p_z
from quincunx import jump, observe

N = 20_000


def ends(model, t, start, rng, n=N, **kwargs):
    return qx.simulate(model, t=t, start=start, n=n, rng=rng, observe=observe.final(), **kwargs)


def variance_error(x):
    """Return the standard error of the sample variance."""
    centred = x - x.mean()
    return np.sqrt(((centred**4).mean() - (centred**2).mean() ** 2) / x.size)


NUMBERS = [
    # name, text, start, t, species, mean, variance
    (
        "telegraph",
        "Off <-> On @ .5, 1.5; On -> On + M @ 20; M -> 0 @ 1",
        {"Off": 1},
        1.0,
        "M",
        1.9978820045,
        13.0064627086,
    ),
    ("binding", "A + B <-> C @ .05, 1", {"A": 30, "B": 30}, 60.0, "C", 13.6403677243, 5.1697862883),
    (
        "enzyme-P",
        "E + S <-> C @ .01, .1; C -> E + P @ .2",
        {"E": 10, "S": 40},
        10.0,
        "P",
        8.8422757605,
        2.4364368613**2,
    ),
    (
        "enzyme-C",
        "E + S <-> C @ .01, .1; C -> E + P @ .2",
        {"E": 10, "S": 40},
        10.0,
        "C",
        4.8289820051,
        1.5488483054**2,
    ),
    ("sir", "S + I -> 2 I @ .02; I -> R @ 1", {"S": 98, "I": 2}, 400.0, "R", 57.2033823908, 34.3896846873**2),
    ("hill", "0 -> X @ 1 + 20*100/(100 + X**2); X -> 0 @ 1", {}, 40.0, "X", 10.6376828098, 5.5246611847),
]


@pytest.mark.parametrize(("name", "text", "start", "t", "species", "mean", "var"), NUMBERS, ids=[n[0] for n in NUMBERS])
def test_means_and_variances(name, text, start, t, species, mean, var):
    x = ends(jump.Reactions(text), t, start, 11)[species].astype(float)
    se = x.std() / np.sqrt(x.size)
    check(p_z(x.mean(), mean, se), f"reactions-{name}-mean")
    check(p_z(x.var(ddof=1), var, variance_error(x)), f"reactions-{name}-var")
    caught(p_z(x.mean(), mean + 8.2 * se, se), f"reactions-{name}: mean off by 8.2 standard errors")


def test_planted_convention_and_rates_are_caught():
    pair = {"P": 80}
    exact = jump.master_equation(jump.Reactions("2 P <-> P2 @ .002, .02"), start=pair, t=5.0)
    right = ends(jump.Reactions("2 P <-> P2 @ .002, .02"), 5.0, pair, 3)
    table = qx.check(right, exact)
    assert table.ok, table
    law = exact.marginal("P2")
    check(p_chi2(np.bincount(right["P2"], minlength=law.size), law), "reactions-dimer-law")
    for wrong in ("2 P <-> P2 @ .00204, .02", "2 P <-> P2 @ .002*P*(P - 1), .02*P2", "2 P <-> P2 @ .002*P*P/2, .02*P2"):
        x = ends(jump.Reactions(wrong), 5.0, pair, 3)["P2"]
        caught(p_z(x.mean(), exact.mean("P2"), x.std() / np.sqrt(x.size)), f"reactions-dimer: {wrong}")


def test_final_size_of_a_small_epidemic():
    x = ends(jump.Reactions("S + I -> 2 I @ .2; I -> R @ 1"), 100.0, {"S": 9, "I": 1}, 5)["R"]
    sir = jump.master_equation(jump.Reactions("S + I -> 2 I @ .2; I -> R @ 1"), start={"S": 9, "I": 1}, t=100.0)
    check(p_chi2(np.bincount(x, minlength=11), sir.marginal("R")), "reactions-sir10-law")
    check(p_z((x == 1).mean(), 1 / 2.8, np.sqrt(1.8) / 2.8 / np.sqrt(N)), "reactions-sir10-single")


def test_first_passage_and_extinction():
    births = jump.Reactions("0 -> X @ 10; X -> 0 @ 1")
    fp = qx.simulate(births, t=400.0, n=4_000, rng=2, observe=observe.first_passage("X >= 15"))
    assert (fp["hit"] == 0).all()
    time = fp["time"]
    check(p_z(time.mean(), 6.7724844762, time.std() / np.sqrt(time.size)), "reactions-passage-mean")
    check(p_z(time.var(ddof=1), 5.1170899122**2, variance_error(time)), "reactions-passage-var")
    sir = jump.Reactions("S + I -> 2 I @ .02; I -> R @ 1")
    out = qx.simulate(sir, t=400.0, start={"S": 98, "I": 2}, n=4_000, rng=4, observe=observe.first_passage("I == 0"))
    check(p_z(out["time"].mean(), 7.39851852, out["time"].std() / np.sqrt(4_000)), "reactions-sir-extinction")


def test_time_average_and_maximum_agree_with_the_events():
    model = jump.Reactions("0 -> X @ 4; X -> 0 @ 1")
    run = {"t": 6.0, "n": 5, "rng": 8}
    path = qx.simulate(model, observe=observe.events(), **run)
    average = qx.simulate(model, observe=observe.time_average("X"), **run)
    largest = qx.simulate(model, observe=observe.maximum("X"), **run)
    for i in range(5):
        rows = slice(path.offsets[i], path.offsets[i + 1])
        t, x = path.t[rows], path["X"][rows]
        dwell = np.diff(np.append(t, 6.0))
        np.testing.assert_allclose(average["X"][i], (dwell * x).sum() / 6.0, rtol=1e-12)
        assert largest["X"][i] == x.max()


@settings(max_examples=40, deadline=None)
@given(networks())
def test_every_path_obeys_the_network(case):
    model, start = case
    run = {"t": 0.4, "start": start, "n": 20, "rng": 1, "method": jump.Direct(max_events=2_000)}
    try:
        res = qx.simulate(model, observe={"grid": observe.at([0.0, 0.1, 0.4]), "all": observe.events()}, **run)
    except qx.SimulationError as error:
        res = error.result
        assert set(np.unique(res["all"].status)) <= {"ok", "absorbed", "truncated"}
        return
    n0 = np.array([start.get(name, 0) for name in model.names])
    grid = np.stack([res["grid"][name] for name in model.names], axis=-1)
    assert (grid >= 0).all()
    laws = model.conservation_laws()
    np.testing.assert_array_equal(grid @ laws.T, np.broadcast_to(laws @ n0, (*grid.shape[:2], len(laws))))
    paths = res["all"]
    for i in range(20):
        rows = slice(paths.offsets[i], paths.offsets[i + 1])
        fired = np.bincount(paths["event"][rows][1:], minlength=len(model.reactions))
        assert paths["event"][rows][0] == -1
        assert fired.sum() == rows.stop - rows.start - 1
        assert (paths.t[rows] <= 0.4).all()
        assert (np.diff(paths.t[rows]) >= 0).all()
        np.testing.assert_array_equal(grid[i, -1], n0 + model.stoichiometry @ fired)
    # What is observed changes nothing: the same grid from the lane kernel.
    again = qx.simulate(model, observe=observe.at([0.0, 0.1, 0.4]), **(run | {"method": None}))
    np.testing.assert_array_equal(grid, np.stack([again[name] for name in model.names], axis=-1))


def test_time_scales_and_labels_permute():
    base = {"n": 30, "rng": 6}
    a = ends(jump.Reactions("2 P <-> Q @ .01, .1"), 4.0, {"P": 60}, **base)
    b = ends(jump.Reactions("2 P <-> Q @ .08, .8"), 0.5, {"P": 60}, **base)
    c = ends(jump.Reactions("2 Zed <-> Abc @ .01, .1"), 4.0, {"Zed": 60}, **base)
    np.testing.assert_array_equal(a["P"], b["P"])
    np.testing.assert_array_equal(a["Q"], c["Abc"])
    first = jump.Reactions([({}, {"Q": 1}, 0.0), "2 P <-> Q @ .01, .1"])
    assert first.names == ("Q", "P")
    np.testing.assert_array_equal(ends(first, 4.0, {"P": 60}, **base)["Q"], a["Q"])


def test_failures_end_a_replica_alone():
    runaway = jump.Reactions("X -> 3 X @ 1")
    with pytest.raises(qx.SimulationError, match="truncated") as error:
        ends(runaway, 50.0, {"X": 1}, 1, n=20, method=jump.Direct(max_events=100))
    assert (error.value.result.status == "truncated").all()
    sinking = jump.Reactions("X -> Y @ X - 3")
    with pytest.raises(qx.SimulationError, match="negative_rate"):
        ends(sinking, 50.0, {"X": 2}, 1, n=4)
    taking = jump.Reactions("2 X -> Y @ X")
    with pytest.raises(qx.SimulationError, match="overflow"):
        ends(taking, 50.0, {"X": 5}, 1, n=4)
    assert (ends(jump.Reactions("X -> 0 @ 1"), 99.0, {"X": 3}, 1, n=4).status == "absorbed").all()


@pytest.mark.parametrize(
    ("value", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), ("a", TypeError), (True, TypeError)]
)
def test_bad_methods(value, error):
    with pytest.raises(error, match="max_events"):
        jump.Direct(max_events=value)
