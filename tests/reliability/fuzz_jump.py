"""Reaction networks: the law, the direct method, the master equation."""

import quincunx as qx
from quincunx import jump, observe

TEXT = "S + I -> 2 I @ beta; I -> R @ gamma"
SIR = jump.Reactions(TEXT, beta=0.02, gamma=1.0)
GENE = jump.Reactions("Off <-> On @ 0.5, 1.5; On -> On + M @ 2; M -> 0 @ 1")
LAW = jump.master_equation(GENE, start={"Off": 1}, t=[0.5, 1.0])


def sides(reactants, products, rate):
    """A law from one triple."""
    return jump.Reactions([(reactants, products, rate)])


def text(rate):
    """A law whose text holds what was given as its rate."""
    return jump.Reactions(f"X -> Y @ {rate}")


def run(t, start, params, method, observe, n):
    """`simulate` on the epidemic."""
    return qx.simulate(SIR, t=t, start=start, params=params, method=method, observe=observe, n=n, rng=1)


ENTRIES = [
    (
        "Reactions",
        jump.Reactions,
        {"reactions": TEXT, "params": {"beta": 0.1, "gamma": 1}, "volume": 1.0, "convention": "comb"},
    ),
    ("Reactions of triples", sides, {"reactants": {"X": 1}, "products": {"Y": 2}, "rate": 1.0}),
    ("Reactions with a rate", text, {"rate": "2*X"}),
    ("Reactions with parameters", lambda beta: jump.Reactions(TEXT, beta=beta, gamma=1.0), {"beta": 0.1}),
    ("replace", SIR.replace, {"beta": 0.1, "gamma": 1.0}),
    ("Direct", jump.Direct, {"max_events": 10}),
    (
        "master_equation",
        jump.master_equation,
        {
            "model": GENE,
            "t": [0.5, 1.0],
            "start": {"Off": 1},
            "bounds": {"M": 30},
            "tol": 1e-8,
            "max_states": 10_000,
            "threads": 1,
        },
    ),
    (
        "start of one",
        lambda start: jump.master_equation(GENE, t=0.5, start={"Off": start}, max_states=999),
        {"start": 1},
    ),
    (
        "bounds of one",
        lambda bounds: jump.master_equation(GENE, t=0.5, bounds={"M": bounds}, max_states=999),
        {"bounds": 5},
    ),
    ("marginal", LAW.marginal, {"name": "M"}),
    ("mean", LAW.mean, {"name": "M"}),
    ("cov", LAW.cov, {"a": "M", "b": "On"}),
    (
        "simulate",
        run,
        {
            "t": 1.0,
            "start": {"S": 9, "I": 1},
            "params": {"beta": [0.1]},
            "method": jump.Direct(),
            "observe": observe.final(),
            "n": 2,
        },
    ),
]
