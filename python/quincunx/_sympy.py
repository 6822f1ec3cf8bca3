"""SymPy expressions as formulas: the tree is mapped to the postfix tokens of :mod:`quincunx._formula`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    import sympy

    stack: list[Any] = [(root, 0)]
    while stack:
        item = stack.pop()
        if isinstance(item, float | str) or isinstance(item[0], str):
            yield item
            continue
        node, depth = item
        if depth > DEEPEST:
            raise ValueError(f"formula {_short(root)}: nested deeper than {DEEPEST}")
        deeper, kind = depth + 1, type(node).__name__
        arguments = [(a, deeper) for a in reversed(getattr(node, "args", ()))]
        if node.is_Symbol:
            yield str(node.name)
        elif node in (sympy.true, sympy.false):
            yield 1.0 if node == sympy.true else 0.0
        elif node == sympy.pi:
            yield "pi"
        elif getattr(node, "is_Number", False) or getattr(node, "is_NumberSymbol", False):
            yield from _number(root, node)
        elif kind == "Mul" and (fraction := sympy.fraction(node, exact=True))[1] != 1:
            stack += [("/", 2), (fraction[1], deeper), (fraction[0], deeper)]
        elif kind in _CHAINS:
            first, rest = arguments[-1], arguments[:-1]
            for argument in rest:
                stack += [(_CHAINS[kind], 2), argument]
            stack.append(first)
        elif kind == "Pow":
            stack += [("**", 2), *arguments]
        elif kind in _FUNCTIONS:
            stack += [(_FUNCTIONS[kind], len(arguments)), *arguments]
        elif kind == "ITE":
            stack += [("if", 3), *arguments]
        elif kind == "Piecewise":
            stack += _pieces(root, node, deeper)
        else:
            raise ValueError(f"formula {_short(root)}: {kind} is not available in formulas")


def _pieces(root: Any, node: Any, depth: int) -> list[Any]:
    import sympy

    *pieces, (last, condition) = node.args
    if condition != sympy.true:
        raise ValueError(f"formula {_short(root)}: a Piecewise needs a last piece with the condition True")
    # c1 v1 c2 v2 ... last if if ..., to be taken from the end.
    stack: list[Any] = [*[("if", 3)] * len(pieces), (last, depth)]
    for value, when in reversed(pieces):
        stack += [(value, depth), (when, depth)]
    return stack


def _number(root: Any, node: Any) -> Iterator[Token]:
    if node.is_Rational and not node.is_Integer:
        yield from (float(node.p), float(node.q), ("/", 2))
        return
    value = float(node) if node.is_extended_real and node.is_finite else float("nan")
    if value - value != 0:
        raise ValueError(f"formula {_short(root)}: {node} is no finite number")
    yield value


def _short(expression: Any) -> str:
    text = str(expression)
    return repr(text if len(text) <= 72 else text[:72] + "...")
