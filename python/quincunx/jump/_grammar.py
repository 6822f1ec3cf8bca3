"""The text of a reaction network: ``"S + I -> 2 I @ beta; 2 P <-> P2 @ k1, k2; 0 -> M @ 5"``."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, NoReturn

import numpy as np

from quincunx._coerce import number

__all__ = ["Side", "Written", "read"]

Side = tuple[tuple[str, int], ...]
"""Species with their counts, in order of appearance."""

FORM = "write 'reactants -> products @ rate', for example 'S + I -> 2 I @ beta'"
_TERM = re.compile(r"(?P<count>\d+)?\s*\*?\s*(?P<name>[^\W\d]\w*)?\s*\Z")
_FOREIGN_ARROW = re.compile(r"<=>|=>|<-(?!>)|→|⇌|↔|(?<![<>=!])=(?!=)")
LARGEST = 2**15


@dataclass(frozen=True, slots=True)
class Written:
    """One irreversible reaction as written: sides, and the rate as text."""

    reactants: Side
    products: Side
    rate: str

    def __str__(self) -> str:
        return f"{side_text(self.reactants)} -> {side_text(self.products)}"


def read(reactions: Any) -> tuple[Written, ...]:
    """Return the reactions of a text, or of a list of texts and ``(reactants, products, rate)`` triples.

    Raises
    ------
    ValueError
        A piece is no reaction; the message holds the piece and what to write.
    TypeError
        Something else than text, a triple or a list of them was given.
    """
    if isinstance(reactions, str):
        return tuple(_from_text(reactions))
    scalar = isinstance(reactions, np.ndarray) and reactions.ndim == 0
    if isinstance(reactions, Mapping) or scalar or not hasattr(reactions, "__iter__"):
        raise TypeError(f"reactions = {reactions!r}: must be text, or a list of texts and (reactants, products, rate)")
    out: list[Written] = []
    for i, item in enumerate(reactions):
        if isinstance(item, str):
            out.extend(_from_text(item))
        elif isinstance(item, tuple | list) and len(item) == 3:
            out.append(_from_triple(i, *item))
        else:
            raise TypeError(f"reactions[{i}] = {item!r}: must be text or a triple (reactants, products, rate)")
    return tuple(out)


def side_text(side: Side) -> str:
    """Return ``"S + 2 I"``, or ``"0"`` for nothing."""
    return " + ".join(name if count == 1 else f"{count} {name}" for name, count in side) or "0"


def _refuse(piece: str, why: str) -> NoReturn:
    shown = piece if len(piece) <= 72 else piece[:71] + "…"
    raise ValueError(f"reaction {shown!r}: {why}")


def _from_text(text: str) -> Iterator[Written]:
    for line in re.split(r"[;\n\r]", text):
        piece = line.strip()
        if piece:
            yield from _piece(piece)


def _piece(piece: str) -> Iterator[Written]:
    sides, at, rate = piece.partition("@")
    if not at:
        _refuse(piece, f"has no rate; {FORM}")
    if "@" in rate:
        _refuse(piece, "has two '@'; separate reactions by ';' or a new line")
    both = "<->" in sides
    parts = sides.split("<->" if both else "->")
    if len(parts) != 2 or "->" in parts[0] or "->" in parts[1]:
        found = _FOREIGN_ARROW.search(sides)
        hint = f"{found[0]!r} is no arrow, " if found else "must have one arrow, "
        _refuse(piece, f"{hint}'->' or '<->'; {FORM}")
    left, right = (_side(piece, part) for part in parts)
    rates = [r.strip() for r in _split_commas(rate)]
    if not all(rates):
        _refuse(piece, f"a rate is empty; {FORM}")
    if both and len(rates) != 2:
        _refuse(piece, f"'<->' takes two rates, forwards and backwards, not {len(rates)}; write '@ k1, k2'")
    if not both and len(rates) != 1:
        _refuse(piece, f"'->' takes one rate, not {len(rates)}; write '<->' for a reversible reaction")
    yield Written(left, right, rates[0])
    if both:
        yield Written(right, left, rates[1])


def _split_commas(text: str) -> Iterator[str]:
    """Split at commas outside brackets."""
    depth, begin = 0, 0
    for i, c in enumerate(text):
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif c == "," and depth == 0:
            yield text[begin:i]
            begin = i + 1
    yield text[begin:]


def _side(piece: str, text: str) -> Side:
    terms = [t.strip() for t in text.split("+")]
    if terms == ["0"]:
        return ()
    counts: dict[str, int] = {}
    for term in terms:
        match = _TERM.match(term)
        name = match["name"] if match else None
        if not term or match is None:
            near = f"{term!r} is" if term else "an empty term is"
            _refuse(piece, f"{near} no species; write a name, a count and a name ('2 X'), or 0 for nothing")
        if name is None:
            _refuse(piece, f"{term!r} is a number without a species; write '{term} X', or 0 alone for nothing")
        _add(piece, counts, name, int(match["count"] or 1) if len(match["count"] or "") < 9 else LARGEST + 1)
    return tuple(counts.items())


def _add(piece: str, counts: dict[str, int], name: str, count: int) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        _refuse(piece, f"{name!r} cannot name a species; use letters, digits and _, beginning with a letter")
    if count < 1:
        _refuse(piece, f"{count} {name}: counts must be >= 1")
    counts[name] = counts.get(name, 0) + count
    if counts[name] > LARGEST:
        _refuse(piece, f"more than {LARGEST} molecules of {name!r}: must be at most {LARGEST}")


def _from_triple(i: int, reactants: Any, products: Any, rate: Any) -> Written:
    what = f"reactions[{i}]"
    return Written(
        _from_mapping(f"{what}[0]", reactants), _from_mapping(f"{what}[1]", products), _rate_text(what, rate)
    )


def _from_mapping(what: str, side: Any) -> Side:
    if not isinstance(side, Mapping):
        raise TypeError(f"{what} = {side!r}: must be a dict species -> count")
    counts: dict[str, int] = {}
    for name, count in side.items():
        if not isinstance(name, str):
            raise TypeError(f"{what}: {name!r} must be a name")
        if isinstance(count, bool) or not isinstance(count, Integral):
            raise TypeError(f"{what}[{name!r}] = {count!r}: must be a whole number")
        _add(what, counts, name, int(count))
    return tuple(counts.items())


def _rate_text(what: str, rate: Any) -> str:
    if isinstance(rate, str):
        if not rate.strip():
            _refuse(what, "the rate is empty; give a number or a formula")
        return rate.strip()
    if isinstance(rate, Real):
        value = number(f"{what}[2]", rate)
        if not np.isfinite(value) or value < 0:
            raise ValueError(f"{what}[2] = {value!r}: must be finite and >= 0")
        return repr(value)
    if type(rate).__module__.partition(".")[0] == "sympy":
        return str(rate)
    raise TypeError(f"{what}[2] = {rate!r}: must be a number or a formula")
