"""Tail risk of a supply network of 40 nodes: exact numbers beside the published ones.

QR-SPPS, arXiv 2604.00035, writes the stress of 40 firms as an Ising model with a few transverse fields and quotes 17.6 TB
and 369,000 hours for an exact answer. The graph has width 4: summing out one node after the other answers in
milliseconds. The ground energies of the first 12 and 16 nodes and the largest difference from independent failures hold;
the ground energy and the gap of 40 nodes and the gradient of the supplier subsidy do not follow from the published
Hamiltonian and are shown beside the exact values. The published tail probability belongs to a Gaussian guess of the
density of states (`gaussian_dos_tail`), not to the network.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from quincunx import lattice

from . import _supply_network as ref
from ._study import Progress, Row, Study, Table, stages

__all__ = ["PAPER", "figure", "gaussian_dos_tail", "run"]

PAPER = "QR-SPPS, arXiv 2604.00035"

EXACT = 1e-8
"""Relative tolerance of exact numbers."""

MANY = 36
"""So many stressed nodes, of 40, are a catastrophe."""


def run(scale: float = 1.0, rng: int = 0, progress: Progress | None = None) -> Study:
    """Compare exact thermal averages, ground states, level counts, tails and policies with their references.

    Parameters
    ----------
    scale
        1.0 draws 200,000 states for the sampled curve of independent nodes; all other numbers are exact at any scale.
    rng
        Key of those draws.
    progress
        Called with the fraction done.

    Returns
    -------
    Study
        Rows and tables; ``data`` holds the temperatures and the tail probabilities of the figure.

    Examples
    --------
    >>> from quincunx import studies
    >>> module = studies.load("supply-tail-risk")
    >>> module.PAPER
    'QR-SPPS, arXiv 2604.00035'

    References
    ----------
    arXiv 2604.00035, QR-SPPS.
    """
    exact, drawn = stages(progress, [1.0, 1.0])
    levels = lattice.density_of_states(ref.classical())
    rows = [*_thermal_rows(), *_ground_rows(), *_level_rows(levels), *_tail_rows(levels), *_stressed_rows()]
    effects = _policies()
    rows += _policy_rows(effects)
    exact(1.0)
    data = _curves(levels, max(1000, int(200_000 * scale)), rng, drawn)
    tables = [_paper_table(), _policy_table(effects), _surrogate_table(levels)]
    return Study(rows=rows, tables=tables, data=data, info={"width": 4, "states": 2**ref.NODES})


def gaussian_dos_tail(temperature: float, *, gap: float = ref.PAPER_GAP) -> float:
    r"""Return the paper's surrogate for the probability of a catastrophe.

    A Gaussian density of states on 400 energies from 0 to :math:`w = 40\,\mathrm{gap}/30`, centred at w/2 with
    :math:`\sigma = w/6`, weighed with :math:`e^{-E/T}`; the tail is :math:`E \ge 0.85\,w`. It knows the gap, not the network.

    Parameters
    ----------
    temperature
        T > 0, in the units of the couplings; ``inf`` weighs all energies alike.
    gap
        The gap that sets the width; the published one by default.

    Returns
    -------
    float
        The share of the weight in the tail.

    Examples
    --------
    >>> from quincunx.studies.supply_tail_risk import gaussian_dos_tail
    >>> gaussian_dos_tail(1.0) < gaussian_dos_tail(float("inf"))
    True

    References
    ----------
    arXiv 2604.00035, QR-SPPS.
    """
    width = gap * 40 / 30
    energy = np.linspace(0.0, width, 400)
    weight = np.exp(-0.5 * ((energy - width / 2) / (width / 6)) ** 2 - energy / temperature)
    return float(weight[energy >= 0.85 * width].sum() / weight.sum())


def _thermal_rows() -> Iterator[Row]:
    for (scenario, temperature), (log_z, mean, *nodes) in ref.THERMAL.items():
        model = ref.network(scenario, temperature)
        stress = lattice.marginals(model)[:, 0]
        label = f"{scenario}, T={temperature:g}"
        numbers = [("ln Z", lattice.log_partition(model), log_z), ("mean stress", stress.mean(), mean)]
        numbers += [(f"P(node {i} stressed)", stress[i], p) for i, p in zip((0, 1, 9, 39), nodes, strict=True)]
        for name, ours, value in numbers:
            yield Row.compare(f"{name}, {label}", ours=ours, reference=value, source="independent", rtol=EXACT)
        if temperature == 1.0:
            ours = ref.NODES * lattice.thermodynamics(model).energy
            yield Row.compare(
                f"<H>, {label}", ours=ours, reference=ref.ENERGY[scenario], source="independent", rtol=EXACT
            )


def _ground_rows() -> Iterator[Row]:
    found = {key: lattice.ground_state(ref.network(key[0], nodes=key[1])) for key in ref.GROUND}
    for (scenario, nodes), (energy, gap) in ref.GROUND.items():
        ours = found[scenario, nodes]
        wrong = (scenario, nodes) == ("A", 40)
        notes = [
            f" (published {value}: does not reproduce)" if wrong else "" for value in (ref.PAPER_ENERGY, ref.PAPER_GAP)
        ]
        for name, mine, value, note in zip(
            ("energy", "gap"), (ours.energy, ours.gap), (energy, gap), notes, strict=True
        ):
            if value is not None:
                label = f"ground {name}, {scenario}, {nodes} nodes{note}"
                yield Row.compare(label, ours=mine, reference=value, source="independent", rtol=EXACT)
    for scenario, nodes, name, value in ref.GROUND_PAPER:
        label = f"ground {name}, {scenario}, {nodes} nodes, as published"
        mine = getattr(found[scenario, nodes], name)
        yield Row.compare(label, ours=mine, reference=value, source="paper", atol=5e-5)
    mean = found["A", 40].magnetization
    assert mean is not None  # noqa: S101 - spins have one
    stress = (1 - mean) / 2
    label = "P(node 0 stressed), ground state of A"
    yield Row.compare(label, ours=stress[0], reference=ref.STRESS_OF_NODE_0, source="independent", rtol=EXACT)
    label = f"stress of node 1 in the ground state minus the base rate {ref.BASE_RATE}, as published"
    ours = stress[1] - ref.BASE_RATE
    yield Row.compare(label, ours=ours, reference=ref.PAPER_DIFFERENCE, source="paper", atol=5e-4)


def _level_rows(levels: lattice.DensityOfStates) -> Iterator[Row]:
    energies, counts = levels.energy, levels.counts
    place = {round(10 * (e + 39.05)): n for e, n in zip(energies, counts, strict=True)}
    for k in range(25):
        label = f"states with energy {-39.05 + k / 10:.2f}, classical"
        yield Row.compare(label, ours=place.get(k, 0), reference=ref.LEVELS.get(k, 0), source="independent")
    for label, ours, value in (
        ("levels", len(counts), ref.N_LEVELS),
        ("states of the highest level", counts[-1], ref.N_TOP),
    ):
        yield Row.compare(f"{label}, classical", ours=ours, reference=value, source="independent")
    yield Row.compare(
        "highest energy, classical", ours=energies[-1], reference=ref.TOP, source="independent", rtol=EXACT
    )
    yield Row.compare("states minus 2^40, classical", ours=sum(counts) - 2**40, reference=0.0, source="exact")


def _tail(levels: lattice.DensityOfStates, share: float, temperature: float) -> float:
    """Return P(E >= E0 + share (Emax - E0))."""
    above = levels.energy - levels.energy[0]
    weight = np.array(levels.counts, dtype=float) * np.exp(-above / temperature)
    return float(weight[above >= share * above[-1] - 1e-9].sum() / weight.sum())


def _tail_rows(levels: lattice.DensityOfStates) -> Iterator[Row]:
    for (share, temperature), value in ref.TAIL.items():
        label = f"P(E in the upper {100 * (1 - share):.0f} %), classical, T={temperature:g}"
        ours = _tail(levels, share, temperature)
        yield Row.compare(label, ours=ours, reference=value, source="independent", rtol=EXACT)


def _independent_law(stress: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the law of the number of stressed nodes when they are independent: a product of polynomials."""
    law = np.ones(1)
    for p in stress:
        law = np.convolve(law, (1 - p, p))
    return law


def _moments(law: np.ndarray[Any, np.dtype[np.float64]]) -> tuple[float, float, float]:
    k = np.arange(law.size)
    mean = law @ k
    return float(mean), float(law @ (k - mean) ** 2), float(law[MANY:].sum())


def _stressed_rows() -> Iterator[Row]:
    names = ("mean", "variance", f"P(N >= {MANY})")
    for temperature, values in ref.STRESSED.items():
        model = ref.network("classical", temperature)
        ours = _moments(lattice.count_distribution(model, -1))
        alone = _moments(_independent_law(lattice.marginals(model)[:, 0]))
        for name, mine, value in zip(names, ours, values, strict=True):
            label = f"{name} of stressed nodes, classical, T={temperature:g}"
            yield Row.compare(label, ours=mine, reference=value, source="independent", rtol=EXACT)
        for name, mine, value in zip(names[1:], alone[1:], ref.INDEPENDENT[temperature], strict=True):
            label = f"{name} of independent nodes, T={temperature:g}"
            yield Row.compare(label, ours=mine, reference=value, source="independent", rtol=EXACT, atol=5e-12)


def _policies() -> dict[str, tuple[float, ...]]:
    """Return for each policy: change of E0, change of F, dF/ds at s = 0, mean stress, P(N >= 36), dE0/ds at s = 0."""
    found: dict[str, tuple[float, ...]] = {}
    base = ref.network("A")
    energy, free = lattice.ground_state(base).energy, -lattice.log_partition(base)
    for name, changes in ref.POLICIES.items():
        model = ref.network("A", policy=name)
        slope = _slope(changes)
        law = lattice.count_distribution(model, -1)
        found[name] = (
            lattice.ground_state(model).energy - energy,
            -lattice.log_partition(model) - free,
            slope,
            _moments(law)[0] / ref.NODES,
            _moments(law)[2],
            _ground_slope(changes),
        )
    return found


def _slope(changes: ref.Changes) -> float:
    """Return dF/ds = <P> of a policy at T = 1, by the moments of scenario A; X of a classical node has mean 0."""
    found = lattice.gradient(ref.network("A"))
    assert found.h is not None and found.transverse is not None  # noqa: S101, PT018 - spins have both
    edge = {(i, j): b for b, (i, j, _) in enumerate(ref.EDGES)}
    z = math.fsum(c * found.h[i] for i, c in changes.get("Z", {}).items())
    x = math.fsum(c * found.transverse[i] for i, c in changes.get("X", {}).items())
    return z + x + math.fsum(c * found.J[edge[ij]] for ij, c in changes.get("ZZ", {}).items())


def _ground_slope(changes: ref.Changes) -> float:
    """Return <P> in the ground state of scenario A, in which all nodes but 0 have Z = -1."""
    found = lattice.ground_state(ref.network("A")).magnetization
    assert found is not None  # noqa: S101 - spins have one
    z = math.fsum(c * found[i] for i, c in changes.get("Z", {}).items())
    return z + math.fsum(c * found[i] * found[j] for (i, j), c in changes.get("ZZ", {}).items())


def _policy_rows(effects: dict[str, tuple[float, ...]]) -> Iterator[Row]:
    for name, values in ref.POLICY_EFFECTS.items():
        for what, ours, value in zip(("ground energy", "free energy, T=1"), effects[name], values, strict=False):
            label = f"{name}: change of the {what}"
            yield Row.compare(label, ours=ours, reference=value, source="independent", rtol=EXACT, atol=5e-9)
    label = f"supplier subsidy: slope of the ground energy (published {ref.PAPER_GRADIENT}: does not reproduce)"
    small = 1e-4
    pair = [
        lattice.ground_state(ref.network("A", policy="supplier subsidy", strength=s)).energy for s in (-small, small)
    ]
    ours = (pair[1] - pair[0]) / (2 * small)
    yield Row.compare(label, ours=ours, reference=0.0, source="exact", atol=1e-8)


def _paper_table() -> Table:
    small, middle = (lattice.ground_state(ref.network("A", nodes=k)) for k in (12, 16))
    full = lattice.ground_state(ref.network("A"))
    lines: list[tuple[str, float, float, float]] = [
        ("ground energy, 12 nodes", -10.3931, small.energy, 5e-5),
        ("ground energy, 16 nodes", -15.2931, middle.energy, 5e-5),
        ("gap, 16 nodes", 1.3, middle.gap, 5e-5),
        ("ground energy, 40 nodes", ref.PAPER_ENERGY, full.energy, 5e-5),
        ("gap, 40 nodes", ref.PAPER_GAP, full.gap, 5e-5),
        ("slope of the ground energy, supplier subsidy", ref.PAPER_GRADIENT, 0.0, 5e-5),
        ("largest difference from independence", ref.PAPER_DIFFERENCE, 1 - ref.BASE_RATE, 5e-4),
    ]
    verdicts = [
        (what, paper, exact, "reproduces" if abs(paper - exact) <= digits else "does not reproduce")
        for what, paper, exact, digits in lines
    ]
    return Table("published numbers of scenario A", ("quantity", "paper", "exact", "verdict"), verdicts)


def _policy_table(effects: dict[str, tuple[float, ...]]) -> Table:
    law = lattice.count_distribution(ref.network("A"), -1)
    rows: list[Sequence[object]] = [("none", 0.0, 0.0, None, None, _moments(law)[0] / ref.NODES, _moments(law)[2])]
    for name, (energy, free, slope, stress, tail, ground_slope) in sorted(effects.items(), key=lambda e: e[1][3]):
        rows.append((name, energy, free, ground_slope, slope, stress, tail))
    head = ("policy", "change of E0", "change of F", "dE0/ds", "dF/ds", "mean stress", f"P(N >= {MANY})")
    return Table("policies on scenario A, T = 1, the least stress first (a lower E0 is not a lower stress)", head, rows)


def _surrogate_table(levels: lattice.DensityOfStates) -> Table:
    rows = [(T, _tail(levels, 0.85, T), gaussian_dos_tail(T)) for T in (0.5, 1.0, 2.0, 5.0)]
    return Table("upper 15 % of the energies: the network and the paper's Gaussian", ("T", "exact", "Gaussian"), rows)


def _curves(levels: lattice.DensityOfStates, n: int, rng: int, progress: Progress) -> dict[str, Any]:
    """Return tails against temperature; the energies of independent nodes are drawn, the rest is exact."""
    temperatures = np.geomspace(0.5, 10.0, 25)
    i, j, J = (np.array(column) for column in zip(*ref.EDGES, strict=True))
    cut = levels.energy[0] + 0.5 * (levels.energy[-1] - levels.energy[0])
    found: dict[str, list[float]] = {"correlated": [], "independent": [], "P_cat": [], "P_cat independent": []}
    for k, T in enumerate(temperatures):
        model = ref.network("classical", float(T))
        stress = lattice.marginals(model)[:, 0]
        found["correlated"].append(_moments(lattice.count_distribution(model, -1))[2])
        found["independent"].append(_moments(_independent_law(stress))[2])
        found["P_cat"].append(_tail(levels, 0.5, float(T)))
        draw = np.random.default_rng([rng, k]).random((n, ref.NODES))
        z = np.where(draw < stress, -1.0, 1.0)
        energy = z @ ref.FIELDS - (z[:, i] * z[:, j]) @ J
        found["P_cat independent"].append(float(np.mean(energy >= cut - 1e-9)))
        progress((k + 1) / temperatures.size)
    return {"T": temperatures, "draws": n, **{name: np.array(values) for name, values in found.items()}}


def figure(study: Study, fig: Any) -> None:
    """Draw both tail risks against temperature, for the network and for independent nodes.

    Parameters
    ----------
    study
        What :func:`run` returned; only its ``data`` is read.
    fig
        An empty matplotlib figure.

    Examples
    --------
    >>> import numpy as np
    >>> from matplotlib.figure import Figure
    >>> from quincunx.studies import Study
    >>> from quincunx.studies.supply_tail_risk import figure
    >>> names = ("correlated", "independent", "P_cat", "P_cat independent")
    >>> fig = Figure()
    >>> figure(
    ...     Study([], data={"T": np.array([1.0, 2.0]), "draws": 100, **{k: np.array([0.1, 0.2]) for k in names}}), fig
    ... )
    >>> [axes.get_title() for axes in fig.axes]
    ['36 or more of 40 nodes stressed', 'Upper half of the energies']
    """
    data: Any = study.data
    T = data["T"]
    left, right = fig.subplots(1, 2)
    left.loglog(T, data["correlated"], "-", color="C0", label="network, exact")
    left.loglog(T, data["independent"], "--", color="C1", label="independent nodes, exact")
    left.set(
        xlabel="temperature $T$", ylabel=f"$P(N \\geq {MANY})$", title=f"{MANY} or more of {ref.NODES} nodes stressed"
    )
    right.loglog(T, data["P_cat"], "-", color="C0", label="network, exact")
    alone = data["P_cat independent"]
    seen = alone > 0
    error = np.sqrt(alone * (1 - alone) / data["draws"])
    right.errorbar(
        T[seen], alone[seen], yerr=error[seen], fmt="o", ms=4, color="C1", capsize=2, label="independent nodes, drawn"
    )
    right.set(xlabel="temperature $T$", ylabel="$P_\\mathrm{cat}$", title="Upper half of the energies", ylim=(1e-9, 2))
    for axes in (left, right):
        axes.legend(frameon=False)
        axes.spines[["top", "right"]].set_visible(False)
