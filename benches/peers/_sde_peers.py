"""The large peers of the rows of formulas: each way of calling them, and the ratio to reach to it."""

from . import _diffrax, _laws, _torchsde

ALSO = {"diffrax, vmap": 30.0, "diffrax, one state": 30.0, "torchsde": 80.0, "torchsde, noise told dt": 80.0}


def solvers(*law):
    """Name -> function that makes a solver of a law, which maps a seed to final states (components, paths)."""
    return {
        "diffrax, vmap": lambda: _diffrax.solver(*law, together=False),
        "diffrax, one state": lambda: _diffrax.solver(*law, together=True),
        "torchsde": lambda: _torchsde.solver(*law, told=False),
        "torchsde, noise told dt": lambda: _torchsde.solver(*law, told=True),
    }


def samples(named, seed):
    """Name -> final states, of those that are installed."""
    return {name: make()(seed) for name, make in named.items() if _laws.installed(name.partition(",")[0])}
