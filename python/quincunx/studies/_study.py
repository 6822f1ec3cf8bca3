"""What a study returns: rows with a verdict, tables to read, data for the picture."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

_SOURCES = ("paper", "exact", "independent")
Source = Literal["paper", "exact", "independent"]
Progress = Callable[[float], object]
"""Takes the fraction done, between 0 and 1."""

SIGMAS = 4.0
"""Tolerance of a row with a standard error, in standard errors, unless the study says otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """One number of ours beside one reference.

    Parameters
    ----------
    quantity
        What the number is, with its sizes and units.
    ours
        The number computed here.
    standard_error
        Of `ours`; None when it is exact.
    reference, source
        What it is compared with, and where that comes from: ``"paper"``, ``"exact"`` or ``"independent"``;
        both None for a number that is only reported.
    tolerance
        The largest ``|ours - reference|`` that is ok; None for a number that is only reported.

    Raises
    ------
    ValueError
        If only some of reference, source and tolerance are given, or the source is another word.

    Examples
    --------
    `compare` finds the tolerance, `report` makes a row without a reference:

    >>> from quincunx.studies import Row
    >>> row = Row.compare("mean", ours=1.02, standard_error=0.01, reference=1.0, source="exact")
    >>> row.tolerance, row.ok
    (0.04, True)
    >>> Row.report("seconds", ours=0.3).reference is None
    True
    """

    quantity: str
    ours: float
    standard_error: float | None
    reference: float | None
    source: Source | None
    tolerance: float | None

    def __post_init__(self) -> None:
        known = (self.reference is not None, self.source is not None, self.tolerance is not None)
        if any(known) and not all(known):
            raise ValueError(f"row {self.quantity!r}: reference, source and tolerance go together")
        if self.source is not None and self.source not in _SOURCES:
            raise ValueError(f"row {self.quantity!r}: source = {self.source!r}: must be one of {_SOURCES}")

    @property
    def ok(self) -> bool:
        """Whether the number is within its tolerance (reported numbers: finite)."""
        if self.reference is None or self.tolerance is None:
            return math.isfinite(self.ours)
        return abs(self.ours - self.reference) <= self.tolerance  # False for NaN

    @classmethod
    def compare(
        cls,
        quantity: str,
        *,
        ours: float,
        reference: float,
        source: Source,
        standard_error: float | None = None,
        reference_error: float = 0.0,
        sigmas: float = SIGMAS,
        rtol: float = 0.0,
        atol: float = 0.0,
    ) -> Row:
        """Compare `ours` with `reference`.

        The tolerance is ``atol + rtol |reference| + sigmas sqrt(standard_error^2 + reference_error^2)``.

        Parameters
        ----------
        quantity, ours, reference, source, standard_error
            See :class:`Row`.
        reference_error
            Standard error of the reference, where the source quotes one.
        sigmas
            Number of joint standard errors allowed.
        rtol, atol
            Relative and absolute tolerance, for exact numbers and for published digits.

        Returns
        -------
        Row
            With the tolerance above.
        """
        spread = math.hypot(standard_error or 0.0, reference_error)
        tolerance = atol + rtol * abs(reference) + sigmas * spread
        error = None if standard_error is None else float(standard_error)
        return cls(quantity, float(ours), error, float(reference), source, float(tolerance))

    @classmethod
    def report(cls, quantity: str, *, ours: float, standard_error: float | None = None) -> Row:
        """Report a number without judging it; it is ok if it is finite.

        Parameters
        ----------
        quantity, ours, standard_error
            See :class:`Row`.

        Returns
        -------
        Row
            Without reference, source and tolerance.
        """
        return cls(quantity, float(ours), None if standard_error is None else float(standard_error), None, None, None)

    def to_dict(self) -> dict[str, str | float | bool | None]:
        """Return the row as JSON writes it; NaN and infinity become None."""

        def number(value: float | None) -> float | None:
            return float(value) if value is not None and math.isfinite(value) else None

        return {
            "quantity": self.quantity,
            "ours": number(self.ours),
            "standard_error": number(self.standard_error),
            "reference": number(self.reference),
            "source": self.source,
            "tolerance": number(self.tolerance),
            "ok": self.ok,
        }


@dataclass(frozen=True, slots=True)
class Table:
    """A table to read: shown under the rows, not judged.

    Parameters
    ----------
    title
        What the table shows.
    columns
        The heads of its columns.
    rows
        One sequence per line, one entry per column: text, numbers or None.

    Examples
    --------
    >>> from quincunx.studies import Table
    >>> Table("curvature", ["L", "R"], [[3, -1.5], [4, -2.0]]).columns
    ['L', 'R']
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Study:
    """The outcome of a study.

    Parameters
    ----------
    study, paper
        Name of the study and citation of what it reproduces; filled in by :func:`run` if left empty.
    rows
        The judged numbers.
    tables
        Tables shown after the rows.
    info
        What a reader needs to repeat it (scale, key, methods, versions), plain values.
    data
        Arrays for the figure; not written to JSON.
    seconds
        Wall time; filled in by :func:`run`.

    Examples
    --------
    >>> from quincunx.studies import Row, Study
    >>> found = Study([Row.compare("one half", ours=0.5, reference=0.5, source="exact")], study="halves")
    >>> found.ok, found.to_dict()["rows"][0]["ok"]
    (True, True)
    """

    rows: Sequence[Row]
    study: str = ""
    paper: str = ""
    tables: Sequence[Table] = ()
    info: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, object] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether there are rows and every one is ok."""
        return len(self.rows) > 0 and all(row.ok for row in self.rows)

    def to_dict(self) -> dict[str, object]:
        """Return ``{"study", "paper", "rows", "seconds", "info"}``."""
        return {
            "study": self.study,
            "paper": self.paper,
            "rows": [row.to_dict() for row in self.rows],
            "seconds": self.seconds,
            "info": dict(self.info),
        }

    def to_json(self) -> str:
        """Return :meth:`to_dict` as JSON text; values of `info` that JSON does not know are written as text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False, default=str, ensure_ascii=False)


def stages(progress: Progress | None, weights: Sequence[float]) -> list[Progress]:
    """Split a progress callable among parts that follow each other.

    Parameters
    ----------
    progress
        The callable for the whole, or None.
    weights
        Expected cost of each part, in any unit.

    Returns
    -------
    list
        One callable per part; each takes the fraction of its part done.

    Examples
    --------
    >>> from quincunx import studies
    >>> seen = []
    >>> first, second = studies.stages(seen.append, [1, 3])
    >>> first(1.0), second(0.5)
    (None, None)
    >>> seen
    [0.25, 0.625]
    """
    total = math.fsum(weights) or 1.0

    def part(begin: float, width: float) -> Progress:
        def call(fraction: float) -> None:
            if progress is not None:
                progress(min(1.0, begin + width * min(1.0, max(0.0, fraction))))

        return call

    begins = [math.fsum(weights[:i]) / total for i in range(len(weights))]
    return [part(begin, weight / total) for begin, weight in zip(begins, weights, strict=True)]
