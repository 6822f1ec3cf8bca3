"""Jump processes on counts: reaction networks, simulated exactly and solved by the master equation."""

from quincunx.jump._direct import Direct
from quincunx.jump._master_equation import MasterEquation, master_equation
from quincunx.jump._reactions import Reactions

__all__ = ["Direct", "MasterEquation", "Reactions", "master_equation"]
