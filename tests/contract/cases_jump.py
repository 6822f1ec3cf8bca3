"""Reaction networks: in lanes, path by path, and with a rate that is a formula."""

from registry import Case

from quincunx import jump

CASES = [
    Case(
        "reactions-lanes",
        jump.Reactions("0 -> X @ k; X -> 0 @ d; 2 X <-> D @ b, u", k=8.0, d=1.0, b=0.05, u=0.5),
        3.0,
        "X",
        7.0,
        start={"X": 2},
        sweep={"k": [4.0, 8.0]},
    ),
    Case(
        "reactions-formula",
        jump.Reactions("0 -> X @ b + a*K**2/(K**2 + X**2); X -> 0 @ 1", a=20.0, b=1.0, K=10.0),
        3.0,
        "X",
        9.0,
        sweep={"a": [10.0, 20.0]},
    ),
    Case(
        "reactions-absorbed",
        jump.Reactions("S + I -> 2 I @ beta; I -> R @ 1", beta=0.2),
        5.0,
        "R",
        4.0,
        start={"S": 9, "I": 1},
        method=jump.Direct(),
        sweep={"beta": [0.1, 0.2]},
        endless=None,
    ),
]
