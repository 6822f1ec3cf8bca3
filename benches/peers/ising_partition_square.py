"""ln Z of a square Ising torus."""

from . import _partition

WORK, UNIT = _partition.work(11, 11), "us"
NEED: dict[str, float] = {}

ours, PEERS, same_law = _partition.sides(11, 11)
