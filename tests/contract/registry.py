"""What a family registers: models ready to run. Every case passes every contract test, without new code."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quincunx import observe

__all__ = ["Case", "all_cases", "observers"]


@dataclass(frozen=True)
class Case:
    """A model with a method, a short span and a start; ``scalar`` names one number among its quantities."""

    name: str
    model: Any
    t: float
    scalar: str
    level: float
    start: Any = None
    method: Any = None
    without: frozenset[str] = field(default=frozenset())
    sweep: dict[str, Any] | None = None
    endless: float | None = 1e9  # an end that no machine reaches before it is interrupted; None: it ends by itself

    def run(self, **options: Any) -> dict[str, Any]:
        """Return the keywords of `simulate`."""
        base = {"t": self.t, "start": self.start, "method": self.method, "n": 5, "rng": 7, "progress": False}
        return base | options


def all_cases() -> list[Case]:
    """Return the cases of all files ``cases_<family>.py`` beside this one."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("cases_*.py"))
    return [case for name in names for case in importlib.import_module(name).CASES]


def observers(case: Case) -> dict[str, Any]:
    """Return every observer that holds for a case."""
    x, t = case.scalar, case.t
    whole = case.model._clock == "steps"
    mid = float(np.floor(t / 2)) if whole else t / 2
    step = max(1.0, np.floor(t / 5)) if whole else t / 5
    edges = np.linspace(case.level - 10, case.level + 10, 9)
    every = {
        "every": observe.every(step),
        "at": observe.at([0, mid, t], [x, f"2*{x} + t"]),
        "final": observe.final(),
        "events": observe.events(),
        "time_average": observe.time_average([x, f"{x}**2"], burn=mid),
        "maximum": observe.maximum(x),
        "minimum": observe.minimum(x, burn=mid),
        "autocorrelation": observe.autocorrelation(x, [0, step]),
        "first_passage": observe.first_passage({"up": f"{x} >= {case.level}", "late": f"t > {0.8 * t}"}, x),
        "moments": observe.moments(x, order=3, when=observe.every(step)),
        "histogram": observe.histogram(x, edges, when=observe.final()),
        "occupation": observe.histogram(x, edges, over="time"),
    }
    return {name: o for name, o in every.items() if name not in case.without}
