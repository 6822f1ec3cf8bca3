"""Formulas from text: the same values as Python's own evaluation, and refusals that say where and what."""

import contextlib
import copy
import math
import pickle
import string

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quincunx import _core
from quincunx._formula import formula, is_formula, postfix

NAMES = ["x", "y", "t"]


def value(source: object, **at: float) -> float:
    """Evaluate through the core at one point."""
    names = [n for n in at if n != "t"]
    columns = np.array([[at[n]] for n in names], dtype=float).reshape(len(names), 1)
    return float(formula(source).evaluate(names, columns, np.array([at.get("t", 0.0)]))[0])


def sign(x: float) -> float:
    return math.copysign(1.0, x) if x else x


WORDS = {
    "where": lambda c, a, b: a if c else b,
    "min": min,
    "max": max,
    "abs": abs,
    "sign": sign,
    "floor": math.floor,
    "ceil": math.ceil,
    "mod": lambda a, b: a % b,
    "sqrt": math.sqrt,
    "pi": math.pi,
    "heaviside": lambda x, h: float(np.heaviside(x, h)),
}
numbers = st.sampled_from(["0.5", "1", "2", "3.25", "10", "1e3", "True", "pi", "0.1"])
leaves = st.one_of(numbers, st.sampled_from(NAMES))


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "%"]), inner).map("({0[0]} {0[1]} {0[2]})".format)
    bare = st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map("{0[0]}{0[1]}{0[2]}".format)
    compare = st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner).map(
        "({0[0]} {0[1]} {0[2]})".format
    )
    member = st.tuples(inner, st.sampled_from(["in", "not in"]), inner, inner).map(
        "({0[0]} {0[1]} ({0[2]}, {0[3]}))".format
    )
    condition = st.one_of(
        compare,
        member,
        st.tuples(compare, st.sampled_from(["and", "or"]), compare, st.sampled_from(["and", "or"]), compare).map(
            "({0[0]} {0[1]} {0[2]} {0[3]} {0[4]})".format
        ),
        compare.map("(not {})".format),
    )
    return st.one_of(
        two,
        bare,
        condition,
        inner.map("(-{})".format),
        inner.map("(+{})".format),
        st.tuples(st.sampled_from(["abs", "sign", "floor", "ceil", "sqrt"]), inner).map("{0[0]}({0[1]})".format),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner, inner).map("{0[0]}({0[1]}, {0[2]}, {0[3]})".format),
        st.tuples(st.sampled_from(["mod", "heaviside"]), inner, inner).map("{0[0]}({0[1]}, {0[2]})".format),
        st.tuples(inner, condition, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
        st.tuples(condition, inner, inner).map("where({0[0]}, {0[1]}, {0[2]})".format),
    )


texts = st.recursive(leaves, grow, max_leaves=20)
points = st.fixed_dictionaries(
    {n: st.one_of(st.floats(-10, 10), st.sampled_from([0.0, 1.0, -2.5, 1e9])) for n in NAMES}
)


@settings(max_examples=400)
@given(texts, points)
def test_values_are_those_of_python(text: str, at: dict[str, float]) -> None:
    try:
        expected = eval(text, {"__builtins__": {}}, WORDS | at)  # noqa: S307  (text made by this test)
    except (ZeroDivisionError, ValueError, OverflowError):
        return
    got = value(text, **at)
    if math.isnan(expected):
        assert math.isnan(got)
    elif math.isfinite(expected):
        assert got == expected, text


@pytest.mark.parametrize("word", ["exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "atan", "erf"])
@pytest.mark.parametrize("x", [0.0, 1e-12, 0.3, 1.0, 2.7, 15.0, 300.0])
def test_functions_are_close_to_the_c_library(word: str, x: float) -> None:
    if word == "log" and x == 0:
        assert value("log(x)", x=x) == -math.inf
        return
    expected = getattr(math, word)(x)
    assert value(f"{word}(x)", x=x) == pytest.approx(expected, rel=1e-14, abs=1e-15)


@given(st.floats(0.01, 50), st.one_of(st.integers(-70, 70), st.floats(-5, 5)))
def test_powers_are_close_to_those_of_python(x: float, e: float) -> None:
    assert value(f"x**({e!r})", x=x) == pytest.approx(x**e, rel=1e-13)


def test_precedence_is_that_of_python() -> None:
    assert value("-x**2", x=3.0) == -9.0
    assert value("2**x**2", x=3.0) == 512.0
    assert value("-7 % 3") == 2.0
    assert value("x - 1 - 1", x=5.0) == 3.0
    assert value("not x > 1 or x == 5", x=5.0) == 1.0


def test_numbers_are_formulas() -> None:
    for number in (2, 2.0, np.float32(2), np.int64(2), np.float64(2)):
        assert value(number) == 2.0
    assert value(np.True_) == 1.0
    assert formula(0.1).source == "0.1"
    assert formula(" x + t").names == ["x", "t"]
    again = formula("x*2")
    assert formula(again) is again
    assert is_formula("x")
    assert not is_formula([1])


def refusal(text: object) -> str:
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (the text is what is checked)
        value(text, x=1.0, beta=2.0)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x^2 + 1", "write ** for powers"),
        ("0 < x < 1", "comparisons cannot be chained: write a < b and b < c"),
        ("9007199254740993", "integers beyond 2**53"),
        ("9" * 5000, "integers beyond 2**53"),
        ("x.real", "attributes are not available"),
        ("x[0]", "arrays cannot be used in formulas yet"),
        ("exp(x=1)", "exp() takes no keywords"),
        ("lambda: 1", "functions cannot be defined"),
        ("'x'", "text is not available"),
        ("f'{x}'", "text is not available"),
        ("b'x'", "text is not available"),
        ("None", "None is not available"),
        ("...", "text is not available"),
        ("1j", "complex numbers"),
        ("1e400", "too large"),
        ("x // 2", "write floor(a/b)"),
        ("x is 1", "write =="),
        ("x in y", "write the choices as x in (1, 2)"),
        ("(1, 2)", "a formula is one value"),
        ("[k for k in x]", "loops"),
        ("(x := 1)", "names cannot be assigned"),
        ("max(*x)", "arguments cannot be unpacked"),
        ("max()", "max() takes at least one argument, not 0"),
        ("exp(1)(2)", "only functions can be called"),
        ("__import__('os')", "text is not available"),
        ("sinn(x)", "unknown function 'sinn'; did you mean 'sin' or 'sign'?"),
        ("neg(x)", "unknown function 'neg'"),
        ("beat*x", "unknown name 'beat'; did you mean 'beta'? known names: x, beta, t, pi"),
        ("sin", "'sin' is a function: write sin(...)"),
        ("", "is empty"),
        ("   ", "is empty"),
        ("x +", "invalid syntax"),
        ("x y", "invalid syntax"),
        ("x" * 200_000, "longer than 100000 characters"),
        ("(" * 150 + "x" + ")" * 150, None),
        ("(" * 3000 + "x" + ")" * 3000, "nested"),
        ("-" * 3000 + "x", "nested deeper than 200"),
        ("sin(" * 90 + "x" + ")" * 90, None),
        ("x**" * 250 + "x", "nested deeper than 200"),
        ("x\0", "null"),
        ("x\ud800", ""),
    ],
)
def test_what_is_no_formula_is_refused_in_words(text: str, why: str | None) -> None:
    if why is None:
        value(text, x=0.5)
    else:
        assert why in refusal(text)


def test_a_caret_shows_the_place() -> None:
    assert refusal("1 + x^2") == (
        "formula '1 + x^2': write ** for powers (^ binds weaker than + in Python)\n    1 + x^2\n         ^"
    )
    assert refusal("1 + µ.x").endswith("\n    1 + µ.x\n        ^")


@pytest.mark.parametrize("thing", [[1], None, object(), {"x": 1}, 1j, b"x", np.array([1.0])])
def test_other_things_are_type_errors(thing: object) -> None:
    with pytest.raises(TypeError, match="drift must be a formula"):
        formula(thing, "drift")


def test_numbers_that_are_not_finite_are_refused() -> None:
    assert "numbers must be finite" in refusal(math.nan)
    assert "numbers must be finite" in refusal(math.inf)


def test_names_are_checked_against_each_other() -> None:
    columns = np.zeros((2, 1))
    for names in (["x", "x"], ["x", "t"], ["pi", "x"], ["exp", "x"], ["lambda", "x"], ["x", "not a name"]):
        with pytest.raises(ValueError, match=r"name|word|constant|time|must be a letter"):
            formula("x").evaluate(names, columns, np.zeros(1))
    with pytest.raises(ValueError, match="columns"):
        formula("x").evaluate(["x"], columns, np.zeros(1))


def test_formulas_travel_and_compare() -> None:
    for text in ("x - x**3", "where(x in (1, 2), 0.5, -t)", "3"):
        one = formula(text)
        again = pickle.loads(pickle.dumps(one))
        assert again == one
        assert hash(again) == hash(one)
        assert copy.deepcopy(one) == one
        assert repr(one) == f'Formula("{text}")'
    assert formula("x") != formula("y")
    assert formula("x") != "x"


def test_long_sums_are_fine() -> None:
    assert value("+".join(["x"] * 800), x=1.0) == 800.0


syntax = st.text(alphabet=string.ascii_lowercase[:4] + "xt()+-*/%<>=!^&|~.,:[]{}'\"0123456789e_ \n\\#@;µ", max_size=40)
words = st.lists(
    st.sampled_from(
        [*"xyt()+-*/%^,.:[]=", "**", "<", "<=", "and", "or", "not", "in", "if", "else", "lambda", "sin", "min", "where",
         "1", "2.5", "1e9", "0x1f", "1_000", "True", "None", "is", "await", "yield", "for", "f'{x}'", "'a'", "//", ":="]
    ),
    max_size=25,
).map(" ".join)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A formula with one character less."""
    text = draw(texts)
    at = draw(st.integers(0, len(text)))
    return text[:at] + text[at + 1 :]


@settings(max_examples=600)
@given(st.one_of(syntax, words, st.text(max_size=30), damaged()))
@example("1if x else 2")
@example("x\n+1")
@example("{**x}")
@example("1" + "+1" * 40_000)
@example("1" + "**1" * 20_000)
@example("not " * 20_000 + "1")
@example("(" * 50_000)
@example("[" * 200 + "]" * 200)
def test_no_text_raises_anything_but_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        value(text, x=0.5, y=2.0)


def test_postfix_programs_that_do_not_balance_are_refused() -> None:
    for tokens in ([], ["x", "x"], [("+", 2)], ["x", ("+", 3)], ["x", ("where", 3)], [math.inf], ["x", ("nope", 1)]):
        with pytest.raises(ValueError, match="formula 'f'"):
            _core.Formula("f", tokens)
    assert postfix("x in (1, 2)") == ["x", 1.0, 2.0, ("in", 3)]


class TestSympy:
    """SymPy expressions give the values that SymPy gives."""

    sympy = pytest.importorskip("sympy")

    def expressions(self) -> list[object]:
        x, y = self.sympy.symbols("x y")
        sp = self.sympy
        return [
            x - y,
            x**3 - x / y + sp.Rational(1, 3),
            sp.sqrt(x) * sp.exp(-x * y) + sp.pi * sp.E,
            sp.Piecewise((x, x < 0), (y, x < 1), (x * y, True)),
            sp.Min(x, y, 1) + sp.Max(x, 2) + sp.Abs(x - y),
            sp.floor(3 * x) + sp.ceiling(y) + sp.sign(x - y) + sp.Mod(x, y),
            sp.tanh(x) + sp.atan(y) + sp.erf(x) + sp.sin(x) * sp.cos(y) + sp.tan(x) + sp.log(y),
            sp.Heaviside(x - 1) + sp.Heaviside(x, 1),
            1 / x**2,
            sp.Integer(3),
            sp.Float("0.25") * x,
            (x + y) / (x * y),
        ]

    @pytest.mark.parametrize("k", range(12))
    def test_values(self, k: int) -> None:
        expression = self.expressions()[k]
        for x, y in [(0.7, 1.9), (1.3, 0.4), (2.5, 3.5)]:
            at = {"x": x, "y": y}
            expected = float(expression.subs(at))
            assert value(expression, **at) == pytest.approx(expected, rel=1e-13), expression

    def test_refusals(self) -> None:
        sp, x = self.sympy, self.sympy.Symbol("x")
        for bad in (
            sp.gamma(x),
            sp.oo,
            sp.I * x,
            sp.zoo,
            sp.Piecewise((x, x > 0)),
            sp.Function("f")(x),
            sp.Integral(x),
        ):
            with pytest.raises(ValueError, match="formula"):
                formula(bad)
