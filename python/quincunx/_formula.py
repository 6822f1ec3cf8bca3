"""Formulas as text: Python's own ``ast`` reads them, nothing is ever evaluated, the core judges names and numbers.

A formula is text, a number, or a SymPy expression over the named quantities and parameters of a model, ``t`` and
``pi``. The words it may use: ``+ - * / ** %``, comparisons, ``and or not``, ``x in (1, 2)``, ``a if c else b``,
``where min max abs sign floor ceil mod exp log sqrt sin cos tan tanh atan erf heaviside``. ``True`` is 1.
Both sides of a condition are computed; ``and``, ``or`` and comparisons give 1 or 0.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from quincunx import _core

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Token", "formula", "is_formula", "postfix"]

Token = float | str | tuple[str, int]
"""A number, a name, or an operation with the number of operands it takes off the stack."""

LONGEST = 100_000
DEEPEST = 200
LARGEST_INTEGER = 2**53

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
    ast.Mod: "%",
}
_UNARY: dict[type[ast.unaryop], str] = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not"}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_REFUSED: dict[type[ast.AST], str] = {
    ast.BitXor: "write ** for powers (^ binds weaker than + in Python)",
    ast.FloorDiv: "write floor(a/b)",
    ast.MatMult: "matrix products are not available in formulas",
    ast.BitAnd: "write 'and'",
    ast.BitOr: "write 'or'",
    ast.LShift: "shifts of bits are not available in formulas",
    ast.RShift: "shifts of bits are not available in formulas",
    ast.Invert: "write 'not'",
    ast.Is: "write ==",
    ast.IsNot: "write !=",
    ast.Attribute: "attributes are not available in formulas",
    ast.Subscript: "indexing is not available: arrays cannot be used in formulas yet",
    ast.Lambda: "functions cannot be defined in formulas",
    ast.Starred: "arguments cannot be unpacked in formulas",
    ast.NamedExpr: "names cannot be assigned in formulas",
    ast.JoinedStr: "text is not available in formulas",
    ast.Tuple: "a formula is one value; a tuple is allowed after 'in' only",
    ast.List: "a formula is one value; a list is allowed after 'in' only",
    ast.Set: "a formula is one value; a set is allowed after 'in' only",
    ast.Dict: "dicts are not available in formulas",
    ast.ListComp: "loops are not available in formulas",
    ast.SetComp: "loops are not available in formulas",
    ast.DictComp: "loops are not available in formulas",
    ast.GeneratorExp: "loops are not available in formulas",
    ast.Await: "'await' is not available in formulas",
    ast.Yield: "'yield' is not available in formulas",
    ast.YieldFrom: "'yield' is not available in formulas",
    ast.Slice: "indexing is not available: arrays cannot be used in formulas yet",
}


def formula(value: object, what: str = "formula") -> _core.Formula:
    """Read a formula.

    Parameters
    ----------
    value : str, number, SymPy expression or Formula
        What the user gave.
    what : str
        The argument's name, for messages.

    Returns
    -------
    Formula
        Checked for form; names are resolved by the model it goes into.

    Raises
    ------
    ValueError
        If the text is no formula; the message shows where.
    TypeError
        If `value` is nothing that a formula can be made of.
    """
    if isinstance(value, _core.Formula):
        return value
    if isinstance(value, str):
        return _from_text(str(value))
    if isinstance(value, Real | np.bool_):
        number = float(value)
        return _core.Formula(repr(number), [number])
    if _is_sympy(value):
        from quincunx._sympy import postfix_of

        return _core.Formula(str(value), postfix_of(value))
    raise TypeError(f"{what} must be a formula (text, a number or a SymPy expression), not {type(value).__name__}")


def is_formula(value: object) -> bool:
    """Tell whether `formula` would take a value of this type."""
    return isinstance(value, str | Real | np.bool_ | _core.Formula) or _is_sympy(value)


def _is_sympy(value: object) -> bool:
    # By the names of all base classes: SymPy is not imported for this, and its undefined functions have no module.
    return any(str(base.__module__).startswith("sympy.") for base in type(value).__mro__)


@lru_cache(maxsize=1024)
def _from_text(text: str) -> _core.Formula:
    return _core.Formula(text, postfix(text))


def postfix(text: str) -> list[Token]:
    """Turn the text of a formula into postfix tokens.

    Raises
    ------
    ValueError
        If `text` is longer than 100,000 characters, nested deeper than 200, no Python expression, or uses anything
        but the words of the module's documentation.

    Examples
    --------
    >>> postfix("2*x + 1")
    [2.0, 'x', ('*', 2), 1.0, ('+', 2)]
    """
    if len(text) > LONGEST:
        _refuse(text, f"longer than {LONGEST} characters")
    text = text.strip()
    if not text:
        _refuse(text, "is empty")
    return list(_walk(text, _parse(text)))


def _parse(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        why = str(error.msg)
        if "Exceeds the limit" in why:
            why = f"integers beyond 2**53 = {LARGEST_INTEGER} are not exact"
        at = (error.lineno or 1, max((error.offset or 1) - 1, 0))
        _refuse(text, why, at)
    except (RecursionError, MemoryError):
        _refuse(text, f"nested deeper than {DEEPEST}")
    except (ValueError, Warning) as error:
        _refuse(text, str(error))


def _walk(text: str, root: ast.expr) -> Iterator[Token]:
    """Yield tokens, operands first, without recursion: what waits is on a stack of our own."""
    stack: list[tuple[ast.expr, int] | Token] = [(root, 0)]
    while stack:
        item = stack.pop()
        if not (isinstance(item, tuple) and isinstance(item[0], ast.expr)):
            yield item  # type: ignore[misc]
            continue
        node, depth = item
        if depth > DEEPEST:
            _refuse(text, f"nested deeper than {DEEPEST}", _place(text, node))
        deeper = depth + 1
        match node:
            case ast.Constant(value=value):
                yield _number(text, node, value)
            case ast.Name(id=name):
                yield name
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                # The left operand of a long sum is no deeper than the sum.
                stack += [(_BINARY[type(op)], 2), (right, deeper), (left, depth)]
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                stack += [(_UNARY[type(op)], 1), (operand, deeper)]
            case ast.BoolOp(op=op, values=[first, *rest]):
                word = "and" if isinstance(op, ast.And) else "or"
                for value in reversed(rest):
                    stack += [(word, 2), (value, deeper)]
                stack.append((first, deeper))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                stack += [("if", 3), (orelse, deeper), (body, deeper), (test, deeper)]
            case ast.Compare():
                stack += _comparison(text, node, deeper)
            case ast.Call():
                stack += _call(text, node, deeper)
            case _:
                _refuse_node(text, node)


def _comparison(text: str, node: ast.Compare, depth: int) -> list[tuple[ast.expr, int] | Token]:
    if len(node.ops) > 1:
        _refuse(text, "comparisons cannot be chained: write a < b and b < c", _place(text, node.comparators[0]))
    op, right = node.ops[0], node.comparators[0]
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right, ast.Tuple | ast.List | ast.Set):
            _refuse(text, "write the choices as x in (1, 2)", _place(text, right))
        choices: list[tuple[ast.expr, int] | Token] = [(choice, depth) for choice in reversed(right.elts)]
        after: list[tuple[ast.expr, int] | Token] = [("not", 1)] if isinstance(op, ast.NotIn) else []
        return [*after, ("in", len(choices) + 1), *choices, (node.left, depth)]
    if type(op) not in _COMPARE:
        _refuse(text, _REFUSED[type(op)], _place(text, right))
    return [(_COMPARE[type(op)], 2), (right, depth), (node.left, depth)]


def _call(text: str, node: ast.Call, depth: int) -> list[tuple[ast.expr, int] | Token]:
    if not isinstance(node.func, ast.Name):
        _refuse(text, "only functions can be called, by their name", _place(text, node.func))
    if node.keywords:
        _refuse(text, f"{node.func.id}() takes no keywords", _place(text, node.keywords[0].value))
    return [(node.func.id, len(node.args)), *((argument, depth) for argument in reversed(node.args))]


def _number(text: str, node: ast.expr, value: object) -> float:
    match value:
        case bool():
            return float(value)
        case int() if abs(value) > LARGEST_INTEGER:
            _refuse(text, f"integers beyond 2**53 = {LARGEST_INTEGER} are not exact", _place(text, node))
        case int():
            return float(value)
        case float() if value - value == 0:
            return value
        case float():
            _refuse(text, "the number is too large", _place(text, node))
        case complex():
            _refuse(text, "complex numbers are not available in formulas", _place(text, node))
        case None:
            _refuse(text, "None is not available in formulas", _place(text, node))
        case _:
            _refuse(text, "text is not available in formulas", _place(text, node))


def _refuse_node(text: str, node: ast.expr) -> NoReturn:
    if isinstance(node, ast.BinOp):
        # Point at the operator, which stands somewhere after the left operand.
        line, column = _place(text, node.left, end=True)
        rest = text.splitlines()[line - 1][column:]
        skipped = len(rest) - len(rest.lstrip(" )"))
        _refuse(text, _REFUSED[type(node.op)], (line, column + skipped))
    if isinstance(node, ast.UnaryOp):
        _refuse(text, _REFUSED[type(node.op)], _place(text, node))
    why = _REFUSED.get(type(node), f"{type(node).__name__} is not available in formulas")
    _refuse(text, why, _place(text, node))


def _place(text: str, node: ast.expr, *, end: bool = False) -> tuple[int, int]:
    """Line from 1 and column from 0, in characters."""
    line = (node.end_lineno if end else node.lineno) or 1
    column = (node.end_col_offset if end else node.col_offset) or 0
    lines = text.splitlines()
    if line > len(lines):
        return 1, 0
    return line, len(lines[line - 1].encode()[:column].decode(errors="ignore"))


def _refuse(text: str, why: str, at: tuple[int, int] | None = None) -> NoReturn:
    """Raise ValueError with the text and, where known, a caret under the place."""
    shown = text if len(text) <= 72 else text[:72] + "..."
    message = f"formula {shown!r}: {why}"
    if at is not None:
        line, column = at
        lines = text.splitlines()
        if 1 <= line <= len(lines):
            start = max(column - 50, 0)
            message += f"\n    {lines[line - 1][start : start + 72]}\n    {' ' * (column - start)}^"
    raise ValueError(message) from None
