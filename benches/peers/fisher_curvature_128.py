"""The exact Fisher curvature of the critical torus; published exact data stop at L=9."""

from . import _fisher

WORK, UNIT = _fisher.work(128), "s"
CLOCK, LIMIT, REPEATS = "wall", 60.0, 1
NEED: dict[str, float] = {}
PEERS: dict = {}

ours, same_law = _fisher.sides(128, known=-618878.4260)
