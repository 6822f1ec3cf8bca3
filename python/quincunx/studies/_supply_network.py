"""The supply network of arXiv 2604.00035 as published, and numbers of it; none comes from the code it checks."""

from __future__ import annotations

from typing import Any

import numpy as np

from quincunx import lattice

EDGES: tuple[tuple[int, int, float], ...] = (
    *((0, 2, 0.8), (0, 3, 0.6), (0, 4, 0.3), (1, 3, 0.5), (1, 4, 0.9), (1, 5, 0.7), (1, 6, 0.6), (1, 7, 0.4)),
    *((1, 8, 0.5), (2, 9, 0.7), (2, 10, 0.4), (3, 10, 0.5), (3, 11, 0.7), (4, 11, 0.4), (4, 12, 0.6), (5, 12, 0.5)),
    *((5, 13, 0.8), (6, 13, 0.4), (6, 14, 0.6), (7, 14, 0.5), (7, 15, 0.7), (7, 16, 0.3), (8, 16, 0.6), (8, 17, 0.5)),
    *((9, 20, 0.9), (9, 21, 0.4), (10, 21, 0.5), (10, 22, 0.8), (11, 22, 0.3), (11, 23, 0.7), (12, 23, 0.5)),
    *((12, 24, 0.6), (13, 24, 0.4), (13, 25, 0.9), (14, 25, 0.5), (14, 26, 0.7), (15, 26, 0.4), (15, 27, 0.6)),
    *((16, 27, 0.5), (16, 28, 0.8), (17, 28, 0.3), (17, 29, 0.7), (18, 29, 0.4), (18, 30, 0.5), (19, 30, 0.6)),
    *((19, 31, 0.4), (9, 32, 0.3), (10, 33, 0.5), (11, 34, 0.6), (12, 35, 0.4), (13, 36, 0.7), (14, 37, 0.5)),
    *((15, 38, 0.4), (16, 39, 0.6), (9, 18, 0.2), (10, 19, 0.3), (11, 17, 0.2)),
)
"""Supplier, customer, coupling J."""

NODES = 40

FIELDS = np.array([0.10] * 2 + [0.15] * 7 + [0.20] * 11 + [0.25] * 20)
"""h by tier, in the paper's sign: +h Z favours Z = -1, a stressed node."""

Changes = dict[str, dict[Any, float]]

POLICIES: dict[str, Changes] = {
    "rate hike": {"Z": dict.fromkeys(range(20, 40), 0.4)},
    "supplier subsidy": {"X": dict.fromkeys(range(2, 9), -0.6)},
    "stockpile": {"Z": dict.fromkeys(range(9, 20), 0.5), "ZZ": {(9, 20): 0.2}},
    "trade diversion": {"ZZ": {(0, 2): 0.5, (0, 3): 0.4}, "X": {1: -0.3}},
}
"""Terms that a policy adds to H at full strength: coefficients of Z, X and Z Z'."""


def network(
    scenario: str, temperature: float = 1.0, *, nodes: int = NODES, policy: str | None = None, strength: float = 1.0
) -> lattice.TransverseIsing:
    """Return the first ``nodes`` nodes: ``"classical"``, ``"A"`` (0 quantum) or ``"B"`` (20 to 39 quantum, too)."""
    changes = POLICIES[policy] if policy else {}
    edges = [(i, j, J) for i, j, J in EDGES if j < nodes]
    paired = changes.get("ZZ", {})
    couplings = [J - strength * paired.get((i, j), 0.0) for i, j, J in edges]
    fields, transverse = -FIELDS[:nodes], np.zeros(nodes)
    if scenario != "classical":
        transverse[0] = 1.5
    if scenario == "B":
        transverse[20:] = 0.4
    for node, z in changes.get("Z", {}).items():
        fields[node] -= strength * z
    for node, x in changes.get("X", {}).items():
        transverse[node] -= strength * x
    graph = lattice.Graph([(i, j) for i, j, _ in edges], n_sites=nodes)
    return lattice.TransverseIsing(graph, beta=1 / temperature, J=couplings, h=fields, transverse=transverse)


def classical() -> lattice.Ising:
    """Return the network ``"classical"`` as spins alone, whose states can be counted."""
    model = network("classical")
    return lattice.Ising(model.geometry, J=model.params["J"], h=model.params["h"])


THERMAL: dict[tuple[str, float], tuple[float, ...]] = {
    ("classical", 0.5): (78.6884258489, 0.9852513823, 0.9990988495, 0.999999479, 0.9991732637, 0.9675771823),
    ("classical", 1.0): (42.4685167093, 0.901077534047, 0.9471335285, 0.9959819513, 0.9298788695, 0.82422393),
    ("classical", 2.0): (30.6298153486, 0.638815711535, 0.6318574382, 0.7105737719, 0.6438922473, 0.6046529006),
    ("A", 0.5): (79.7751010911, 0.982319987074, 0.8835147524, 0.9999994529, 0.9989933739, 0.9675771817),
    ("A", 1.0): (43.0185284217, 0.897227112336, 0.8478337311, 0.9956405564, 0.922445798, 0.8241901278),
    ("A", 2.0): (30.863199598, 0.637784525956, 0.6140207801, 0.7093028663, 0.6423878713, 0.6046119184),
    ("B", 1.0): (44.2110385395, 0.890009065647, 0.8470728643, 0.9954000296, 0.9190532109, 0.8107688305),
}
"""Scenario, T: ln Z, mean stress, P(stress) of the nodes 0, 1, 9, 39; a separate sum over 2^19 states of nodes 1 to 19."""

ENERGY = {"classical": -31.7710399025, "A": -32.3096869308, "B": -34.0663818896}
"""<H> at T = 1."""

GROUND: dict[tuple[str, int], tuple[float, float | None]] = {
    ("classical", 40): (-39.05, 1.1),
    ("A", 40): (-39.5930749028, 1.1),
    ("B", 40): (-41.1700347775, 1.360147051),
    ("A", 16): (-15.2930749028, 1.3),
    ("A", 12): (-10.3930749028, None),
}
"""Scenario, nodes: lowest energy and gap."""

STRESS_OF_NODE_0 = 0.8841106398
"""In the ground state of scenario A."""

GROUND_PAPER = (("A", 12, "energy", -10.3931), ("A", 16, "energy", -15.2931), ("A", 16, "gap", 1.3))
"""Published numbers of the first nodes that hold."""

LEVELS = {0: 1, 11: 1, 13: 3, 15: 2, 17: 2, 19: 1, 23: 2, 24: 3}
"""k: number of states with energy -39.05 + k/10, all other k up to 24: none (classical)."""

N_LEVELS, TOP, N_TOP = 696, 32.85, 2
"""Number of levels, the highest energy and its states (classical)."""

TAIL: dict[tuple[float, float], float] = {
    (0.5, 1.0): 6.81812559e-7,
    (0.5, 2.0): 4.10447712e-2,
    (0.5, 5.0): 0.416966620,
    (0.85, 2.0): 5.25945802e-13,
    (0.85, 5.0): 6.05805152e-9,
    (0.85, 1e9): 9.20193976e-7,
}
"""f, T: P(E >= E0 + f (Emax - E0)), classical."""

STRESSED: dict[float, tuple[float, float, float]] = {
    1.0: (36.04310136, 6.239321091, 0.6531953931),
    2.0: (25.55262846, 24.52080531, 0.008336496523),
}
"""T: mean, variance, P(N >= 36) of the number of stressed nodes, classical."""

INDEPENDENT: dict[float, tuple[float, float]] = {1.0: (3.3449189, 0.63894559), 2.0: (9.1842694, 0.00018165074)}
"""T: variance and P(N >= 36) of independent nodes with the same marginals."""

POLICY_EFFECTS = {
    "rate hike": (-8.0, -6.3279592),
    "supplier subsidy": (-0.62302574, -0.63039564),
    "stockpile": (-5.3, -4.9353546),
    "trade diversion": (0.5816471, 0.49301872),
}
"""Change of the ground energy, and of the free energy at T = 1, on top of scenario A at full strength."""

PAPER_ENERGY, PAPER_GAP, PAPER_GRADIENT, PAPER_DIFFERENCE = -44.6931, 1.3, 4.1955, 0.9504
"""Published for 40 nodes: ground energy, gap, gradient of the supplier subsidy, largest difference from independence."""
BASE_RATE = 0.05
"""Stress of a node in the paper's baseline of independent failures."""
