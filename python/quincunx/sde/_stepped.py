"""What equations and named laws share: the core's equation, and what a run says about first passages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quincunx import _core
from quincunx._formula import formula
from quincunx.observe import FirstPassage
from quincunx.sde._methods import FixedStep
from quincunx.sde._terms import Terms

__all__ = ["crossing_info", "equation"]


def equation(terms: Terms, params: Mapping[str, float], calculus: str) -> _core.SdeEquation:
    """Lower formulas and parameters in the core."""
    return _core.SdeEquation(
        list(terms.states),
        list(params.items()),
        list(terms.drift),
        list(terms.own),
        [list(row) for row in terms.shared],
        calculus,
    )


def crossing_info(model: Any, method: Any, observe: Mapping[str, Any]) -> dict[str, Any]:
    """Tell for first passages whether crossings between two steps are corrected for."""
    found: dict[str, str] = {}
    for observer in observe.values():
        if not (isinstance(observer, FirstPassage) and isinstance(method, FixedStep)):
            continue
        conditions = observer.condition
        texts = conditions.values() if isinstance(conditions, Mapping) else [conditions]
        for text in texts:
            level = _core.sde_is_level(formula(text), list(model.names), list(model.params.items()))
            found[str(text)] = "bridge" if level else "at steps only"
    return {"crossing": found} if found else {}
