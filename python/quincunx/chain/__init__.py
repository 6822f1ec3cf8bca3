"""Finite Markov chains: a transition matrix per step, or a generator in continuous time.

States are ``0..n-1`` (or labels), laws are row vectors of masses, ``P[i, j] = Pr(i -> j)``.
"""

from quincunx.chain._answers import Classes, ExactInfo
from quincunx.chain._discrete import MarkovChain
from quincunx.chain._jump import MarkovJump
from quincunx.chain._method import Alias

__all__ = ["Alias", "Classes", "ExactInfo", "MarkovChain", "MarkovJump"]
