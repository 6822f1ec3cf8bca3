"""The master equation against exact numbers (1e-8 relative) and against its own laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import networks

from quincunx import jump


def exactly(got, exact, digits=1e-8):
    np.testing.assert_allclose(got, exact, rtol=digits)


def test_telegraph_gene_at_one_time_and_for_ever():
    gene = jump.Reactions("Off -> On @ 0.5; On -> Off @ 1.5; On -> On + M @ 20; M -> 0 @ 1")
    law = jump.master_equation(gene, start={"Off": 1}, t=[1.0, 60.0], tol=1e-12)
    exactly(law.mean("M"), [1.9978820045, 5.0])
    exactly(law.var("M"), [13.0064627086, 30.0])
    exactly(law.marginal("M")[:, 0], [0.6555652770, 0.2490960185])


def test_hill_repression_is_a_formula():
    hill = jump.Reactions("0 -> X @ b + a*K**h/(K**h + X**h); X -> 0 @ 1", b=1, a=20, K=10, h=2)
    law = jump.master_equation(hill, t=60.0, tol=1e-13)
    third = law.marginal("X") @ (np.arange(law.marginal("X").size) - law.mean("X")) ** 3
    exactly([law.mean("X"), law.var("X"), third], [10.6376828098, 5.5246611847, 1.57679567])


def test_immigration_and_death_is_poisson():
    law = jump.master_equation(jump.Reactions("0 -> X @ 10; X -> 0 @ 1"), t=[0.5, 3.0])
    exactly(law.mean("X"), 10 * (1 - np.exp([-0.5, -3.0])))
    exactly(law.var("X"), law.mean("X"))


def test_binding_enzyme_and_epidemics():
    bind = jump.Reactions("A + B <-> C @ .05, 1")
    law = jump.master_equation(bind, start={"A": 30, "B": 30}, t=100.0)
    exactly([law.mean("C"), law.var("C")], [13.6403677243, 5.1697862883])
    enzyme = jump.Reactions("E + S <-> C @ .01, .1; C -> E + P @ .2")
    law = jump.master_equation(enzyme, start={"E": 10, "S": 40}, t=10.0)
    exactly([law.mean("P"), law.std("P")], [8.8422757605, 2.4364368613])
    exactly([law.mean("C"), law.std("C")], [4.8289820051, 1.5488483054])
    sir = jump.Reactions("S + I -> 2 I @ beta; I -> R @ 1", beta=0.02)
    law = jump.master_equation(sir, start={"S": 98, "I": 2}, t=400.0)
    exactly([law.mean("R"), law.std("R")], [57.2033823908, 34.3896846873])
    law = jump.master_equation(sir.replace(beta=0.2), start={"S": 9, "I": 1}, t=100.0)
    exactly([law.mean("R"), law.marginal("R")[1]], [4.5710044868, 1 / 2.8])


def test_extinction_time_of_an_epidemic():
    sir = jump.Reactions("S + I -> 2 I @ .02; I -> R @ 1")
    t, w = np.polynomial.legendre.leggauss(40)
    edges = np.linspace(0, 60, 16)
    nodes = ((edges[1:, None] + edges[:-1, None]) + (edges[1:, None] - edges[:-1, None]) * t).ravel() / 2
    law = jump.master_equation(sir, start={"S": 98, "I": 2}, t=nodes)
    alive = 1 - law.marginal("I")[:, 0]
    mean = np.sum(alive.reshape(15, 40) * w * np.diff(edges)[:, None] / 2)
    exactly(mean, 7.39851852)


def test_volume_and_convention():
    pair = jump.Reactions("2 P -> 0 @ k", k=0.3, volume=4.0)
    same = jump.Reactions("2 P -> 0 @ k*P*(P - 1)/(2*volume)", k=0.3, volume=4.0)
    falling = jump.Reactions("2 P -> 0 @ k/2", k=0.3, volume=4.0, convention="falling")
    laws = [jump.master_equation(m, start={"P": 9}, t=1.5) for m in (pair, same, falling)]
    for law in laws[1:]:
        exactly(law.probability, laws[0].probability, 1e-12)


def test_given_bounds_report_what_they_lose():
    birth = jump.Reactions("X -> 2 X @ 1")
    law = jump.master_equation(birth, start={"X": 1}, t=2.0, bounds={"X": 50})
    assert law.error_bound == pytest.approx((1 - np.exp(-2)) ** 50, abs=1e-9)
    assert law.probability.sum() + law.error_bound >= 1 - 1e-12


@settings(max_examples=25, deadline=None)
@given(networks())
def test_conserved_means_semigroup_and_mass(case):
    model, start = case
    laws = model.conservation_laws()
    kwargs = {"bounds": dict.fromkeys(model.names, 12), "max_states": 30_000}
    start = {k: min(v, 6) for k, v in start.items()}
    law = jump.master_equation(model, start=start, t=[0.3, 0.5], **kwargs)
    assert (law.probability >= 0).all()
    assert (law.probability.sum(-1) <= 1 + 1e-12).all()
    n0 = np.array([start.get(name, 0) for name in model.names])
    np.testing.assert_array_equal(law.states @ laws.T, np.tile(laws @ n0, (len(law.states), 1)))
    # From every state at 0.3 on to 0.5: Chapman and Kolmogorov.
    mixed = dict.fromkeys(map(tuple, law.states), 0.0)
    order = np.argsort(law.probability[0])[::-1]
    if len(order) > 40:
        return
    for i in order:
        part = jump.master_equation(
            model, start=dict(zip(model.names, law.states[i].tolist(), strict=True)), t=0.2, **kwargs
        )
        for state, p in zip(map(tuple, part.states), part.probability, strict=True):
            mixed[state] += law.probability[0, i] * p
    got = np.array([mixed[s] for s in map(tuple, law.states)])
    np.testing.assert_allclose(got, law.probability[1], atol=1e-9)


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({"t": -1.0}, "t"),
        ({"t": [2.0, 1.0]}, "increasing"),
        ({"t": np.nan}, "t"),
        ({"t": 1.0, "start": {"Y": 1}}, "no such species"),
        ({"t": 1.0, "start": {"X": -1}}, r"start\['X'\] = -1: must be >= 0"),
        ({"t": 1.0, "start": {"X": 0.5}}, "whole number"),
        ({"t": 1.0, "bounds": {"X": 0}, "start": {"X": 3}}, r"bounds\['X'\] = 0: must be >= the start value 3"),
        ({"t": 1.0, "tol": 0.0}, "tol = 0.0: must be"),
        ({"t": 1.0, "max_states": 0}, "max_states"),
        ({"t": 9.0, "start": {"X": 9}, "max_states": 50}, "more than 50 states"),
    ],
)
def test_bad_questions_are_refused(kwargs, text):
    with pytest.raises(ValueError, match=text):
        jump.master_equation(jump.Reactions("X -> 2 X @ 1"), **kwargs)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 3.0), st.floats(0.1, 2.0))
def test_linear_networks_follow_their_moment_equations(k, d):
    law = jump.master_equation(jump.Reactions("0 -> X @ k; X -> 0 @ d", k=k, d=d), start={"X": 4}, t=0.7)
    decay = np.exp(-0.7 * d)
    exactly(law.mean("X"), k / d * (1 - decay) + 4 * decay)
    exactly(law.var("X"), k / d * (1 - decay) + 4 * decay * (1 - decay), 1e-7)
