"""quincunx: stochastic processes, simulated at native speed, solved exactly, checked against each other.

A *model* is a law, a *method* an algorithm, an *observer* what to keep; `simulate` brings them together.
"""

from quincunx import observe
from quincunx._check import check
from quincunx._core import VERSION as __version__  # noqa: N811 - the usual name
from quincunx._custom import Custom
from quincunx._errors import InternalError, SimulationError
from quincunx._result import Result
from quincunx._simulate import simulate

__all__ = ["Custom", "InternalError", "Result", "SimulationError", "__version__", "check", "observe", "simulate"]
