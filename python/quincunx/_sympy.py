"""SymPy expressions as formulas: the tree is mapped to the postfix tokens of :mod:`quincunx._formula`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quincunx._formula import Token

__all__ = ["postfix_of"]

DEEPEST = 200

# SymPy's class names and ours.
_FUNCTIONS = {
    "exp": "exp",
    "log": "log",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "tanh": "tanh",
    "atan": "atan",
    "erf": "erf",
    "Abs": "abs",
    "sign": "sign",
    "floor": "floor",
    "ceiling": "ceil",
    "Min": "min",
    "Max": "max",
    "Mod": "mod",
    "Heaviside": "heaviside",
    "Not": "not",
    "LessThan": "<=",
    "StrictLessThan": "<",
    "GreaterThan": ">=",
    "StrictGreaterThan": ">",
    "Equality": "==",
    "Unequality": "!=",
}
_CHAINS = {"Add": "+", "Mul": "*", "And": "and", "Or": "or"}


def postfix_of(expression: Any) -> list[Token]:
    """Turn a SymPy expression into postfix tokens.

    Raises
    ------
    ValueError
        If it holds something that formulas have no word for; the part is named.
    """
    try:
        return list(_walk(expression))
    except (RecursionError, OverflowError):
        raise ValueError(f"formula {_short(expression)}: nested too deeply or a number too large") from None


def _walk(root: Any) -> Iterator[Token]:
    stack: list[Any] = [_Part(root, 0)]
    while stack:
        item = stack.pop()
        if not isinstance(item, _Part):
            yield item
            continue
        if item.depth > DEEPEST:
            raise ValueError(f"formula {_short(root)}: nested deeper than {DEEPEST}")
        stack += _leaf(root, item.node) or _expand(root, item.node, item.depth + 1)


class _Part(NamedTuple):
    """A part of the expression that waits to be read."""

    node: Any
    depth: int


def _leaf(root: Any, node: Any) -> list[Any]:
    """Give the tokens of a name or number, to be taken from the end; none for anything else."""
    import sympy

    if node.is_Symbol:
        return [str(node.name)]
    if node in (sympy.true, sympy.false):
        return [1.0 if node == sympy.true else 0.0]
    if node == sympy.pi:
        return ["pi"]
    if getattr(node, "is_Number", False) or getattr(node, "is_NumberSymbol", False):
        return _number(root, node)
    return []


def _expand(root: Any, node: Any, depth: int) -> list[Any]:
    """One node as what it is made of, to be taken from the end: its operands come first, its operation last."""
    import sympy

    kind = type(node).__name__
    operands = [_Part(a, depth) for a in reversed(getattr(node, "args", ()))]
    if kind == "Mul":
        above, below = sympy.fraction(node, exact=True)
        if below != 1:
            return [("/", 2), _Part(below, depth), _Part(above, depth)]
    if kind in _CHAINS:
        *rest, first = operands
        return [*(item for operand in rest for item in ((_CHAINS[kind], 2), operand)), first]
    if kind == "Pow":
        return [("**", 2), *operands]
    if kind == "ITE":
        return [("if", 3), *operands]
    if kind == "Piecewise":
        return _pieces(root, node, depth)
    if kind in _FUNCTIONS:
        return [(_FUNCTIONS[kind], len(operands)), *operands]
    raise ValueError(f"formula {_short(root)}: {kind} is not available in formulas")


def _pieces(root: Any, node: Any, depth: int) -> list[Any]:
    import sympy

    *pieces, (last, condition) = node.args
    if condition != sympy.true:
        raise ValueError(f"formula {_short(root)}: a Piecewise needs a last piece with the condition True")
    # c1 v1 c2 v2 ... last if if ..., to be taken from the end.
    stack: list[Any] = [*[("if", 3)] * len(pieces), _Part(last, depth)]
    for value, when in reversed(pieces):
        stack += [_Part(value, depth), _Part(when, depth)]
    return stack


def _number(root: Any, node: Any) -> list[Any]:
    if node.is_Rational and not node.is_Integer:
        return [("/", 2), float(node.q), float(node.p)]
    value = float(node) if node.is_extended_real and node.is_finite else math.nan
    if not math.isfinite(value):
        raise ValueError(f"formula {_short(root)}: {node} is no finite number")
    return [value]


def _short(expression: Any) -> str:
    text = str(expression)
    return repr(text if len(text) <= 72 else text[:72] + "...")
