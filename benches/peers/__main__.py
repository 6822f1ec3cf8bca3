"""Measure the rows, print a table with ratios, write JSON."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import math
import pkgutil
import platform
import sys
from pathlib import Path

import benches.peers as package
from benches.peers import _measure

LIBRARIES = (
    "quincunx",
    "numpy",
    "scipy",
    "numba",
    "peapods",
    "rebop",
    "quantecon",
    "gillespy2",
    "diffrax",
    "jax",
    "torchsde",
    "torch",
)


def main() -> int:
    rows = sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))
    parser = argparse.ArgumentParser(prog="python -m benches.peers", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"among: {', '.join(rows)} (default: all)")
    parser.add_argument("--repeats", type=int, default=5, metavar="K", help="counted runs of each side (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every time as JSON")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.rows) - set(rows)):
        parser.error(f"unknown rows {unknown}: must be among {', '.join(rows)}")

    about = {"machine": _measure.machine(), "simd": simd_level(), "python": platform.python_version(), **versions()}
    print(", ".join(f"{key} {value}" for key, value in about.items()))
    print(
        f"CPU time on one thread unless said, best (median) of {arguments.repeats} alternating runs; ratios: median of the rounds\n"
    )
    outcomes = []
    for name in arguments.rows or rows:
        row = importlib.import_module(f"benches.peers.{name}")
        outcomes.append(_measure.measure(row, repeats=arguments.repeats, level=about["simd"]))
        show(outcomes[-1])
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"about": about, "rows": [finite(o.to_dict()) for o in outcomes]}, indent=2)
        arguments.json.write_text(text + "\n", encoding="utf-8")
    return int(any(o.verdict == "DIFFERENT LAWS" for o in outcomes))


def show(outcome: _measure.Outcome) -> None:
    print(f"{outcome.row}: {outcome.work}")
    for side in (outcome.ours, *outcome.peers):
        if side.times:
            ratio = "" if side is outcome.ours or not outcome.ours.times else f"   {outcome.over(side):8.1f} x"
            if ratio and (also := outcome.also.get(side.name)):
                ratio += f", {also:g} x asked for: {'reached' if outcome.over(side) >= also else 'missed'}"
            noise = f"({side.median:.4g}, noise {side.noise:.0%})"
            print(f"    {side.name:24s} {side.best:12.4g} {outcome.unit} {noise:28s}{ratio}")
        else:
            print(f"    {side.name:24s} not measured: {side.missing}")
    for what, p in outcome.laws:
        print(f"    same law: {what}, p = {p:.2g}{'' if p >= _measure.ALPHA else '   DIFFERENT'}")
    goal = f", {outcome.need:g} x asked for{f' ({outcome.against})' if outcome.against else ''}" if outcome.need else ""
    goal += f", {outcome.limit:g} {outcome.unit} asked for" if outcome.limit else ""
    threads = "" if math.isnan(outcome.scaling) else f"; two threads: {outcome.scaling:.2f} x (wall)"
    print(f"    {outcome.verdict}{goal}{threads}\n", flush=True)


def versions() -> dict[str, str]:
    found = {}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            found[library] = "missing"
    return found


def simd_level() -> str:
    """Instruction set of the core's vector layer."""
    try:
        from quincunx import _core

        return str(_core.simd_level()).lower().replace("-", "")
    except (ImportError, AttributeError):
        return "unknown"


def finite(value):
    """Replace NaN, which JSON does not know, by None."""
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())
