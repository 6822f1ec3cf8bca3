"""ln Z of a long Ising torus, where the eigenvalues of one matrix serve all its rows."""

from . import _partition

WORK, UNIT = _partition.work(64, 10), "us"
NEED: dict[str, float] = {}

ours, PEERS, same_law = _partition.sides(64, 10)
