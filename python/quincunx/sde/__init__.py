"""Stochastic differential equations ``dx = f(t, x) dt + g(t, x) dW``: from formulas, and named exact laws."""

from quincunx.sde._equation import SDE
from quincunx.sde._laws import GBM, OU
from quincunx.sde._methods import EulerMaruyama, Exact, Milstein

__all__ = ["GBM", "OU", "SDE", "EulerMaruyama", "Exact", "Milstein"]
