"""Chains on finitely many states, in steps and in continuous time."""

from registry import Case

from quincunx import chain

RING = [[0.2, 0.5, 0.0, 0.3], [0.3, 0.2, 0.5, 0.0], [0.0, 0.3, 0.2, 0.5], [0.5, 0.0, 0.3, 0.2]]
OTHER = [[0.1, 0.6, 0.0, 0.3], [0.3, 0.1, 0.6, 0.0], [0.0, 0.3, 0.1, 0.6], [0.6, 0.0, 0.3, 0.1]]
QUEUE = [[-1.0, 1.0, 0.0], [2.0, -3.0, 1.0], [0.0, 2.0, -2.0]]
FASTER = [[-2.0, 2.0, 0.0], [2.0, -4.0, 2.0], [0.0, 2.0, -2.0]]

CASES = [
    Case("chain-steps", chain.MarkovChain(RING), 20, "state", 2.0, start="stationary", sweep={"P": [RING, OTHER]}),
    Case("chain-labels", chain.MarkovChain(RING, states=list("abcd")), 11, "state", 1.0, start="b"),
    Case("chain-time", chain.MarkovJump(QUEUE), 4.0, "state", 1.0, start=0, sweep={"Q": [QUEUE, FASTER]}),
    Case("chain-time-law", chain.MarkovJump(QUEUE), 3.0, "state", 2.0, start=[0.5, 0.25, 0.25]),
]
