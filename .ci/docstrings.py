"""What the site makes of docstrings: formulas become MathML, which browsers draw without a script; roles become code."""

import re
from typing import Any

from griffe import Extension, Object
from latex2mathml.converter import convert

INLINE = re.compile(r":math:`([^`]+)`")
BLOCK = re.compile(r"^( *)\.\. math::((?: .*)?(?:\n\1 +\S.*)*)$", re.MULTILINE)
ROLE = re.compile(r":(?:class|func|meth|mod):`~?([^`]+)`")


def mathml(text: str, display: str) -> str:
    """Return a formula as MathML on one line, with nothing in it that Markdown reads as its own."""
    made: str = convert(
        re.sub(r"\\tfrac(\d)(\d)", r"\\frac{\1}{\2}", text.replace(r"\tfrac", r"\frac")), display=display
    )
    if "\\" in made:
        raise ValueError(f"formula {text!r}: holds a command that cannot be drawn")
    return made.replace("*", "&#42;").replace("_", "&#95;").replace("|", "&#124;").replace("\n", " ")


def rendered(docstring: str) -> str:
    """Return a docstring with its formulas drawn."""

    def block(found: re.Match[str]) -> str:
        return f"{found[1]}{mathml(' '.join(found[2].split()), 'block')}"

    drawn = BLOCK.sub(block, docstring)
    return ROLE.sub(r"`\1`", INLINE.sub(lambda found: mathml(found[1], "inline"), drawn))


class Formulas(Extension):
    """Draw the formulas of every docstring that the site shows."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite one docstring."""
        if obj.docstring:
            obj.docstring.value = rendered(obj.docstring.value)
