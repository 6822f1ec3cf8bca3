"""Fisher curvature of critical Ising and Potts lattices: published tables, exact values, local exponents.

Reproduces the tables and the scaling fit of "Fisher Curvature Scaling at Critical Points", arXiv 2603.07651. The
published exact values stop at L = 9 (a transfer matrix) and continue by Monte Carlo. Here the curvature of the Ising
torus is exact at any size.

What holds: every published exact value, and the slope 1.1115 of the fit over L = 6..9. What does not follow from it:
that the exponent tends to ``(d nu + 2 eta) / (d nu + eta)``, 10/9 for the Ising model. L = 6..9 lies in a local minimum
of the local exponent; a maximum of 1.122 follows near L = 22, after which it falls, to 1.1079 between L = 64 and 128.
The study reports local exponents and assumes no limit.

A Monte Carlo row is ok within 4 joint standard errors. The spread of 20 chains is its error bar at every scale: by
Student's t with 19 degrees of freedom one row in 1300 fails by chance.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from quincunx import lattice

from . import _fisher_references as ref
from ._study import Progress, Row, Study, Table, stages

__all__ = ["PAPER", "figure", "local_exponents", "predicted", "run"]

PAPER = "Fisher Curvature Scaling at Critical Points, arXiv 2603.07651"

EXACT = 1e-8
"""Relative tolerance of exact numbers."""

CHAINS = 20
"""Independent chains of a Monte Carlo point; their spread is its error bar, with one degree of freedom less."""

_CUBE = 0.221654626
"""The one coupling of the cube of 27 spins that a reduced study keeps."""


def run(scale: float = 1.0, rng: int = 0, progress: Progress | None = None) -> Study:
    """Compare exact and Monte Carlo curvatures with the published and the exact tables.

    Parameters
    ----------
    scale
        1.0 goes to L = 128 (and R1 alone to L = 1024) with 40,000 samples per Monte Carlo point; from 0.5 on the
        largest torus is included; below, sizes end at L = 64, below 0.05 at L = 32.
    rng
        Key of the Monte Carlo streams.
    progress
        Called with the fraction done.

    Returns
    -------
    Study
        Rows and tables; ``data`` holds ``R`` and ``R1`` by size, and the Monte Carlo ``samples`` (n, R, error).

    Examples
    --------
    `quincunx.studies.run` calls it, fills in what every study has, and judges the scale:

    >>> from quincunx import studies
    >>> module = studies.load("fisher-curvature")
    >>> module.run.__name__, module.PAPER.partition(",")[0]
    ('run', 'Fisher Curvature Scaling at Critical Points')

    References
    ----------
    arXiv 2603.07651, Fisher Curvature Scaling at Critical Points.
    """
    largest = 128 if scale >= 0.5 else 64 if scale >= 0.05 else 32
    sizes = [L for L in sorted({*ref.ISING, *itertools.chain(*ref.EXPONENTS)}) if largest >= L]
    alone = [128, 256, 512, 1024] if scale >= 0.5 else [128, 256] if scale >= 0.05 else [64]
    systems = [s for s in ref.SYSTEMS if scale >= 0.5 or _is_quick(s)]
    tori, first, others, sampled = stages(
        progress, [sum(L**4 for L in sizes) / 1e7, sum(L**2 for L in alone) / 5e4, len(systems) / 4, 4 + 80 * scale]
    )
    curved = {L: _torus(L, part) for L, part in _shares(sizes, [L**4 for L in sizes], tori)}
    r1 = {L: _first_term(L, part) for L, part in _shares(alone, [L**2 for L in alone], first)}
    r1 |= {L: g.ricci_terms[0] for L, g in curved.items()}
    rows = [*_torus_rows(curved), *_first_term_rows(r1)]
    for system, part in _shares(systems, [1.0] * len(systems), others):
        rows += _system_rows(system, part)
    points = []
    for point, part in _shares(ref.SAMPLED, [math.prod(s[1]) for s in ref.SAMPLED], sampled):
        found = _sample(point, max(1000, int(40_000 * scale)), rng, part)
        points.append((math.prod(point[1]), found.scalar_curvature, found.standard_error))
        rows.append(_sampled_row(point, found))
    rows += _exponent_rows(curved, r1)
    rows += [
        Row.compare(
            f"predicted exponent, {name}", ours=predicted(d, nu, eta), reference=value, source="paper", atol=5e-5
        )
        for name, d, nu, eta, value in ref.PREDICTIONS
    ]
    data = {
        "R": {L: g.scalar_curvature for L, g in curved.items()},
        "R1": r1,
        "samples": [p for p, s in zip(points, ref.SAMPLED, strict=True) if s[0] == "Square" and s[3] is None],
    }
    return Study(rows=rows, tables=[_table(curved), _exponent_table(data)], data=data, info={"largest": largest})


def predicted(d: float, nu: float, eta: float) -> float:
    """Return the exponent that the paper predicts, ``(d nu + 2 eta) / (d nu + eta)``.

    Parameters
    ----------
    d
        Dimension of the lattice.
    nu, eta
        Critical exponents of the correlation length and of the correlation function.

    Returns
    -------
    float
        The predicted slope of ln abs(R) against ln n, n sites.

    Examples
    --------
    The Ising model in two dimensions, nu = 1 and eta = 1/4:

    >>> from quincunx.studies.fisher_curvature import predicted
    >>> round(9 * predicted(2, 1.0, 0.25), 12)
    10.0

    References
    ----------
    arXiv 2603.07651, Fisher Curvature Scaling at Critical Points.
    """
    return (d * nu + 2 * eta) / (d * nu + eta)


def local_exponents(values: Mapping[int, float]) -> dict[tuple[int, int], float]:
    """Return ``ln(R'/R) / ln(n'/n)`` between neighbouring sizes, ``n = L^2``.

    Parameters
    ----------
    values
        Side L -> a number R, all of one sign.

    Returns
    -------
    dict
        (L, L') -> the local exponent, for sizes that follow each other.

    Examples
    --------
    >>> from quincunx.studies.fisher_curvature import local_exponents
    >>> local_exponents({8: -64.0, 16: -256.0})
    {(8, 16): 1.0}
    """
    pairs = itertools.pairwise(sorted(values))
    return {(a, b): math.log(values[b] / values[a]) / (2 * math.log(b / a)) for a, b in pairs}


def _is_quick(system: ref.System) -> bool:
    """Whether a reduced study keeps a system that takes more than a second."""
    name, sides, couplings, q, _ = system
    return (q, sides) != (3, (7, 7)) and (name != "Cubic" or couplings[0] == _CUBE)


def _shares(items: Any, weights: list[float], progress: Progress) -> Iterator[tuple[Any, Progress]]:
    for item, part in zip(items, stages(progress, weights), strict=True):
        yield item, part
        part(1.0)


def _torus(L: int, progress: Progress) -> lattice.FisherGeometry:
    model = lattice.Ising(lattice.Square(L), beta=ref.JC)
    return lattice.fisher_geometry(model, method="fermion", progress=progress)


def _first_term(L: int, progress: Progress) -> float:
    return lattice.first_ricci_term(lattice.Ising(lattice.Square(L), beta=ref.JC), progress=progress)


def _model(name: str, sides: tuple[int, ...], couplings: tuple[float, ...], q: int | None) -> Any:
    geometry = getattr(lattice, name)(*sides)
    J = np.tile(couplings, len(geometry.bonds) // len(couplings))
    return lattice.Ising(geometry, J=J) if q is None else lattice.Potts(geometry, q, J=J)


def _label(name: str, sides: tuple[int, ...], couplings: tuple[float, ...], q: int | None) -> str:
    law = "Ising" if q is None else f"Potts q={q}"
    different = couplings if len(set(couplings)) > 1 else couplings[:1]
    return f"{law} {name} {'x'.join(map(str, sides))}, J={', '.join(f'{j:.6g}' for j in different)}"


def _torus_rows(curved: Mapping[int, lattice.FisherGeometry]) -> Iterator[Row]:
    for L, (r, r1, r2) in ref.ISING.items():
        if L in curved:
            g = curved[L]
            terms = zip(("R", "R1", "R2"), (g.scalar_curvature, *g.ricci_terms[:2]), (r, r1, r2), strict=True)
            for name, ours, value in terms:
                yield Row.compare(f"{name}, Ising L={L}", ours=ours, reference=value, source="exact", rtol=EXACT)
    for L, (value, error) in ref.ISING_PAPER.items():
        if L in curved:
            ours = abs(curved[L].scalar_curvature)
            yield Row.compare(
                f"|R|, Ising L={L}", ours=ours, reference=value, source="paper", atol=0.005, reference_error=error
            )


def _first_term_rows(r1: Mapping[int, float]) -> Iterator[Row]:
    for L, value in sorted(r1.items()):
        if L in ref.R1_ALONE:
            exact, _ = ref.R1_ALONE[L]
            yield Row.compare(f"R1 alone, Ising L={L}", ours=value, reference=exact, source="exact", rtol=EXACT)
        elif L > 128:
            yield Row.report(f"R1 alone, Ising L={L}", ours=value)


def _system_rows(system: ref.System, progress: Progress) -> Iterator[Row]:
    name, sides, couplings, q, values = system
    found = lattice.fisher_geometry(_model(name, sides, couplings, q), progress=progress)
    label = _label(name, sides, couplings, q)
    ours = (found.scalar_curvature, *found.ricci_terms[:2])
    for term, mine, value in zip(("R", "R1", "R2"), ours, values, strict=True):
        yield Row.compare(f"{term}, {label}", ours=mine, reference=value, source="exact", rtol=EXACT)
    if q is not None and (q, sides[0]) in ref.POTTS_PAPER and len(set(sides)) == 1:
        paper = ref.POTTS_PAPER[q, sides[0]]
        yield Row.compare(f"|R|, {label}", ours=abs(ours[0]), reference=paper, source="paper", atol=0.005)


def _sample(point: Any, n: int, rng: int, progress: Progress) -> lattice.FisherGeometry:
    name, sides, coupling, q, *_ = point
    geometry = getattr(lattice, name)(*sides)
    model = lattice.Ising(geometry, beta=coupling) if q is None else lattice.Potts(geometry, q, beta=coupling)
    return lattice.fisher_geometry(model, method="monte_carlo", n=n, chains=CHAINS, rng=rng, progress=progress)


def _sampled_row(point: Any, found: lattice.FisherGeometry) -> Row:
    name, sides, coupling, q, value, error, source = point
    return Row.compare(
        f"R by Monte Carlo, {_label(name, sides, (coupling,), q)}",
        ours=found.scalar_curvature,
        standard_error=found.standard_error,
        reference=value,
        reference_error=error,
        source=source,
    )


def _exponent_rows(curved: Mapping[int, lattice.FisherGeometry], r1: Mapping[int, float]) -> Iterator[Row]:
    sizes = [L for L in (6, 7, 8, 9) if L in curved]
    slope = np.polyfit([2 * math.log(L) for L in sizes], [math.log(-curved[L].scalar_curvature) for L in sizes], 1)[0]
    value, error = ref.FIT_PAPER
    yield Row.compare("slope of ln |R| over L=6..9", ours=slope, reference=value, source="paper", reference_error=error)
    whole = {L: g.scalar_curvature for L, g in curved.items()}
    for what, values, table in (("R", whole, ref.EXPONENTS), ("R1", dict(r1), ref.R1_EXPONENTS)):
        for (a, b), exact in table.items():
            if a in values and b in values:
                ours = local_exponents({a: values[a], b: values[b]})[a, b]
                label = f"local exponent of {what}, L={a} to {b}"
                yield Row.compare(label, ours=ours, reference=exact, source="exact", atol=6e-5)


def _table(curved: Mapping[int, lattice.FisherGeometry]) -> Table:
    rows = []
    for L, g in curved.items():
        value, error = ref.ISING_PAPER.get(L, (None, None))
        exact = ref.ISING.get(L, (None,))[0]
        published = None if value is None else f"{value}" + (f" +- {error:g}" if error else "")
        rows.append((L, published, exact, g.scalar_curvature, *(float(r) for r in g.ricci_terms[:2])))
    return Table("critical Ising torus", ("L", "paper |R|", "exact R", "ours R", "R1", "R2"), rows)


def _exponent_table(data: Mapping[str, Any]) -> Table:
    whole, first = local_exponents(data["R"]), local_exponents(data["R1"])
    limit = 10 / 9
    rows = [
        (f"{a} to {b}", whole.get((a, b)), None if (a, b) not in whole else whole[a, b] - limit, first.get((a, b)))
        for a, b in sorted({*whole, *first})
    ]
    return Table("local exponents, beside the predicted 10/9", ("L", "of |R|", "minus 10/9", "of |R1|"), rows)


def figure(study: Study, fig: Any) -> None:
    """Draw the curvature against the size, and its local exponents.

    Parameters
    ----------
    study
        What :func:`run` returned; only its ``data`` is read.
    fig
        An empty matplotlib figure.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from quincunx.studies import Study
    >>> from quincunx.studies.fisher_curvature import figure
    >>> sizes = {8: -1272.1, 16: -6000.0, 32: -28000.0}
    >>> fig = Figure()
    >>> figure(Study([], data={"R": sizes, "R1": sizes, "samples": [(64, -1280.0, 30.0)]}), fig)
    >>> [axes.get_title() for axes in fig.axes]
    ['Scalar curvature', 'Local exponents']
    """
    data: Any = study.data
    whole, first = data["R"], data["R1"]
    left, right = fig.subplots(1, 2, width_ratios=(1, 1.25))
    sizes = np.array(sorted(whole))
    left.loglog(sizes, [-whole[L] for L in sizes], "-", color="0.6", lw=1, zorder=1)
    left.loglog(sizes, [-whole[L] for L in sizes], "o", ms=4, color="C0", label="exact")
    paper = np.array([(L, value, error) for L, (value, error) in ref.ISING_PAPER.items()])
    left.errorbar(*paper.T[:2], yerr=paper[:, 2], fmt="s", ms=7, mfc="none", color="C1", lw=1, label="published")
    n, r, error = np.array(data["samples"]).T
    left.errorbar(np.sqrt(n), -r, yerr=error, fmt="D", ms=4, color="C2", capsize=3, label="Monte Carlo")
    left.set(xlabel="side $L$ of the torus", ylabel="$|R|$ at criticality", title="Scalar curvature")
    left.legend(frameon=False)
    right.axvspan(6, 9, color="C1", alpha=0.15, lw=0)
    right.axhline(10 / 9, color="C3", ls="--", lw=1)
    right.text(1.0, 10 / 9, "10/9 ", color="C3", va="bottom", ha="right", transform=right.get_yaxis_transform())
    right.text(7.35, 0.5, "published fit", color="C1", rotation=90, ha="center", transform=right.get_xaxis_transform())
    for values, style, label in ((whole, "o-", "$|R|$"), (first, "^-", "$|R_1|$")):
        found = {pair: value for pair, value in local_exponents(values).items() if pair[0] >= 5}
        middle = [math.sqrt(a * b) for a, b in found]
        right.semilogx(middle, list(found.values()), style, ms=4, lw=1, label=label)
    right.set(xlabel="$L$ (geometric mean of two sizes)", ylabel=r"$d\,\ln|R|\,/\,d\,\ln n$", title="Local exponents")
    right.legend(frameon=False, loc="upper right")
    for axes, ticks in ((left, sizes), (right, sorted(first))):
        shown = [L for L in (4, 8, 16, 32, 64, 128, 256, 512, 1024) if min(ticks) <= max(ticks) and max(ticks) >= L]
        axes.set_xticks(shown, [str(L) for L in shown])
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
