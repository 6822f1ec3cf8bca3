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
from typing import TYPE_CHECKING, NamedTuple, NoReturn

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
        try:
            number = float(value)
        except OverflowError:
            raise ValueError(f"{what}: holds a number too large for a double") from None
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
    stack: list[_Waiting] = [_Part(root, 0)]
    while stack:
        item = stack.pop()
        if not isinstance(item, _Part):
            yield item
            continue
        if item.depth > DEEPEST:
            _refuse(text, f"nested deeper than {DEEPEST}", _place(text, item.node))
        stack += _expand(text, item.node, item.depth)


class _Part(NamedTuple):
    """A part of the tree that waits to be read."""

    node: ast.expr
    depth: int


_Waiting = _Part | Token


def _expand(text: str, node: ast.expr, depth: int) -> list[_Waiting]:
    """One node as what it is made of, to be taken from the end: its operands come first, its operation last."""
    deeper = depth + 1
    match node:
        case ast.Constant():
            return [_number(text, node)]
        case ast.Name():
            return [node.id]
        case ast.BinOp() if type(node.op) in _BINARY:
            # The left operand of a long sum is no deeper than the sum.
            return [(_BINARY[type(node.op)], 2), _Part(node.right, deeper), _Part(node.left, depth)]
        case ast.UnaryOp() if type(node.op) in _UNARY:
            return [(_UNARY[type(node.op)], 1), _Part(node.operand, deeper)]
        case ast.BoolOp():
            return _chain("and" if isinstance(node.op, ast.And) else "or", node.values, deeper)
        case ast.IfExp():
            return [("if", 3), _Part(node.orelse, deeper), _Part(node.body, deeper), _Part(node.test, deeper)]
        case ast.Compare():
            return _comparison(text, node, deeper)
        case ast.Call():
            return _call(text, node, deeper)
    raise _refusal_of(text, node)


def _chain(word: str, values: list[ast.expr], depth: int) -> list[_Waiting]:
    """Give ``a and b and c`` as a, b, and, c, and."""
    first, *rest = values
    chain: list[_Waiting] = []
    for value in reversed(rest):
        chain += [(word, 2), _Part(value, depth)]
    return [*chain, _Part(first, depth)]


def _comparison(text: str, node: ast.Compare, depth: int) -> list[_Waiting]:
    if len(node.ops) > 1:
        _refuse(text, "comparisons cannot be chained: write a < b and b < c", _place(text, node.comparators[0]))
    op, right = node.ops[0], node.comparators[0]
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right, ast.Tuple | ast.List | ast.Set):
            _refuse(text, "write the choices as x in (1, 2)", _place(text, right))
        choices = [_Part(choice, depth) for choice in reversed(right.elts)]
        negated: list[_Waiting] = [("not", 1)] if isinstance(op, ast.NotIn) else []
        return [*negated, ("in", len(choices) + 1), *choices, _Part(node.left, depth)]
    if type(op) not in _COMPARE:
        _refuse(text, _REFUSED[type(op)], _place(text, right))
    return [(_COMPARE[type(op)], 2), _Part(right, depth), _Part(node.left, depth)]


def _call(text: str, node: ast.Call, depth: int) -> list[_Waiting]:
    if not isinstance(node.func, ast.Name):
        _refuse(text, "only functions can be called, by their name", _place(text, node.func))
    if node.keywords:
        _refuse(text, f"{node.func.id}() takes no keywords", _place(text, node.keywords[0].value))
    return [(node.func.id, len(node.args)), *(_Part(argument, depth) for argument in reversed(node.args))]


def _number(text: str, node: ast.Constant) -> float:
    match node.value:
        case bool() | float() as value if value - value == 0:
            return float(value)
        case int() as value if abs(value) <= LARGEST_INTEGER:
            return float(value)
        case int():
            why = f"integers beyond 2**53 = {LARGEST_INTEGER} are not exact"
        case float():
            why = "the number is too large"
        case complex():
            why = "complex numbers are not available in formulas"
        case None:
            why = "None is not available in formulas"
        case _:
            why = "text is not available in formulas"
    raise _refusal(text, why, _place(text, node))


def _refusal_of(text: str, node: ast.expr) -> ValueError:
    if isinstance(node, ast.BinOp):
        # Point at the operator, which stands somewhere after the left operand.
        line, column = _place(text, node.left, end=True)
        rest = text.splitlines()[line - 1][column:]
        skipped = len(rest) - len(rest.lstrip(" )"))
        return _refusal(text, _REFUSED[type(node.op)], (line, column + skipped))
    if isinstance(node, ast.UnaryOp):
        return _refusal(text, _REFUSED[type(node.op)], _place(text, node))
    why = _REFUSED.get(type(node), f"{type(node).__name__} is not available in formulas")
    return _refusal(text, why, _place(text, node))


def _place(text: str, node: ast.expr, *, end: bool = False) -> tuple[int, int]:
    """Line from 1 and column from 0, in characters."""
    line = (node.end_lineno if end else node.lineno) or 1
    column = (node.end_col_offset if end else node.col_offset) or 0
    lines = text.splitlines()
    if line > len(lines):
        return 1, 0
    return line, len(lines[line - 1].encode()[:column].decode(errors="ignore"))


def _refuse(text: str, why: str, at: tuple[int, int] | None = None) -> NoReturn:
    raise _refusal(text, why, at) from None


def _refusal(text: str, why: str, at: tuple[int, int] | None = None) -> ValueError:
    """Make the error with the text and, where known, a caret under the place."""
    shown = text if len(text) <= 72 else text[:72] + "..."
    message = f"formula {shown!r}: {why}"
    if at is not None:
        line, column = at
        lines = text.splitlines()
        if 1 <= line <= len(lines):
            start = max(column - 50, 0)
            message += f"\n    {lines[line - 1][start : start + 72]}\n    {' ' * (column - start)}^"
    return ValueError(message)
