"""Tables of a study: with rich in a terminal, plain and aligned everywhere else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TextIO

from ._study import Row, Study, Table

_HEAD = ("quantity", "ours", "+-", "reference", "source", "tolerance", "verdict")
_LEFT = {"quantity", "source", "verdict"}


def write(study: Study, out: TextIO) -> None:
    """Write the rows, the tables and the verdict of a study to a text stream."""
    print(f"{study.study}: {study.paper}" if study.paper else study.study, file=out)
    judged = Table("ours beside the references", _HEAD, [_cells(row) for row in study.rows])
    for table in (judged, *study.tables):
        if not (_colours(out) and _write_rich(table, out)):
            out.write("\n" + plain(table) + "\n")
    good = sum(row.ok for row in study.rows)
    verdict = "every row ok" if study.ok else f"{len(study.rows) - good} rows NOT ok"
    print(f"\n{good} of {len(study.rows)} rows ok ({verdict}), {study.seconds:.1f} s", file=out)


def plain(table: Table) -> str:
    """Return a table as aligned text."""
    cells = [[_text(value) for value in row] for row in table.rows]
    widths = [max([len(head), *(len(row[i]) for row in cells)]) for i, head in enumerate(table.columns)]

    def line(row: Sequence[str]) -> str:
        pairs = zip(row, widths, table.columns, strict=True)
        return "  ".join(c.ljust(w) if h in _LEFT else c.rjust(w) for c, w, h in pairs).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([table.title, line(list(table.columns)), rule, *(line(row) for row in cells)])


def _cells(row: Row) -> list[object]:
    verdict = ("ok" if row.ok else "NOT OK") if row.reference is not None else "reported"
    if row.reference is None and not row.ok:
        verdict = "NOT OK"
    error = "exact" if row.standard_error is None else f"{row.standard_error:.2g}"
    tolerance = None if row.tolerance is None else f"{row.tolerance:.2g}"
    return [row.quantity, row.ours, error, row.reference, row.source, tolerance, verdict]


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _colours(out: TextIO) -> bool:
    """Whether the stream is a terminal whose user has not asked for plain text (https://no-color.org)."""
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write_rich(table: Table, out: TextIO) -> bool:
    try:
        from rich.console import Console
        from rich.table import Table as RichTable
    except ImportError:
        return False
    rich = RichTable(title=table.title, title_justify="left")
    for head in table.columns:
        rich.add_column(head, justify="left" if head in _LEFT else "right", overflow="fold")
    colours = {"ok": "green", "NOT OK": "bold red", "reported": "cyan"}
    for row in table.rows:
        texts = [_text(value) for value in row]
        rich.add_row(*(f"[{colours[t]}]{t}[/]" if t in colours else t.replace("[", r"\[") for t in texts))
    Console(file=out).print(rich)
    return True
