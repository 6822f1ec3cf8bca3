"""quincunx: stochastic processes, simulated at native speed, solved exactly, checked against each other.

A *model* is a law, a *method* an algorithm, an *observer* what to keep; `simulate` brings them together.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from quincunx import observe
from quincunx._check import check
from quincunx._core import VERSION as __version__  # noqa: N811 - the usual name
from quincunx._custom import Custom
from quincunx._errors import InternalError, SimulationError
from quincunx._result import Result
from quincunx._simulate import simulate

__all__ = ["Custom", "InternalError", "Result", "SimulationError", "__version__", "check", "observe", "simulate"]


def __getattr__(name: str) -> ModuleType:
    """Import families, `stats` and `viz` when they are first used: importing quincunx stays cheap."""
    if name.startswith("_") or find_spec(f"quincunx.{name}") is None:
        raise AttributeError(f"module 'quincunx' has no attribute {name!r}")
    return import_module(f"quincunx.{name}")
