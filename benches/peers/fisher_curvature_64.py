"""The exact Fisher curvature of the critical torus; published exact data stop at L=9."""

from . import _fisher

WORK, UNIT = _fisher.work(64), "s"
CLOCK, LIMIT, REPEATS = "wall", 3.0, 3
NEED: dict[str, float] = {}
PEERS: dict = {}

ours, same_law = _fisher.sides(64, known=-133222.1715649)
