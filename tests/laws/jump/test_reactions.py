"""The text of reaction networks, and the model that it makes."""

import copy
import pickle
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quincunx import jump

SIR = jump.Reactions("S + I -> 2 I @ beta; I -> R @ gamma", beta=0.02, gamma=1.0)


def test_the_grammar():
    model = jump.Reactions("S + I -> 2 I @ beta; 2 P <-> P2 @ k1, k2\n 0 -> M @ 5 ;; M->0@d", beta=1, k1=2, k2=3, d=4)
    assert model.names == ("S", "I", "P", "P2", "M")
    assert model.reactions[1:3] == ("2 P -> P2 @ k1", "P2 -> 2 P @ k2")
    assert model.stoichiometry.T.tolist()[:2] == [[-1, 1, 0, 0, 0], [0, 0, -2, 1, 0]]
    assert model.conservation_laws().tolist() == [[1, 1, 0, 0, 0], [0, 0, 1, 2, 0]]
    assert jump.Reactions("A + A + 2A -> 0 @ 1").reactions == ("4 A -> 0 @ 1",)
    assert jump.Reactions("A -> B @ min(k, 2)", k=1.0).names == ("A", "B")
    assert jump.Reactions("A <-> B @ min(k, 2), max(k, 3)", k=1.0).reactions[1] == "B -> A @ max(k, 3)"


def test_lists_and_text_make_the_same_model():
    listed = jump.Reactions([({"S": 1, "I": 1}, {"I": 2}, "beta"), "I -> R @ gamma"], beta=0.02, gamma=1.0)
    assert listed == SIR
    assert hash(listed) == hash(SIR)
    assert jump.Reactions([({}, {"M": 1}, 5)]) == jump.Reactions("0 -> M @ 5.0")


def test_a_model_is_frozen_and_travels():
    for other in (pickle.loads(pickle.dumps(SIR)), copy.deepcopy(SIR), SIR.replace(beta=0.02)):
        assert other == SIR
        assert hash(other) == hash(SIR)
    assert SIR.replace(beta=1.0) != SIR
    assert SIR.params == {"beta": 0.02, "gamma": 1.0}
    with pytest.raises(AttributeError, match="replace"):
        SIR.volume = 2.0
    with pytest.raises(ValueError, match="read-only"):
        SIR.stoichiometry[0, 0] = 9


def test_repr_prints_every_propensity():
    text = repr(jump.Reactions("2 P <-> P2 @ k1/2, k2; 3 A -> 0 @ 1; 0 -> A @ 2; A -> 0 @ A*k2", k1=1, k2=3, volume=2))
    for part in ("(k1/2)*P*(P - 1)/volume/2", "k2*P2", "1*A*(A - 1)*(A - 2)/volume**2/6", "2*volume", "A*k2", "k1=1.0"):
        assert part in text
    assert "P*(P - 1)/2" not in repr(jump.Reactions("2 P -> 0 @ 1", convention="falling"))


def test_empty_networks_are_legal():
    assert jump.Reactions("").names == ()
    assert jump.Reactions([]).conservation_laws().shape == (0, 0)
    assert jump.Reactions("A -> A @ 1").stoichiometry.tolist() == [[0]]


def test_unused_parameters_warn_once_and_by_name():
    with pytest.warns(UserWarning, match="parameter 'gama' is used by no rate"):
        model = jump.Reactions("I -> R @ gamma", gamma=1.0, gama=2.0)
    model.replace(gama=3.0)


BAD = [
    ("A -> B", "has no rate"),
    ("A -> B @", "a rate is empty"),
    ("A => B @ 1", "'=>' is no arrow"),
    ("A = B @ 1", "'=' is no arrow"),
    ("A -> B -> C @ 1", "must have one arrow"),
    ("A <-> B @ 1", "takes two rates"),
    ("A -> B @ 1, 2", "takes one rate"),
    ("A -> B @ 1 @ 2", "has two '@'"),
    ("A + -> B @ 1", "an empty term"),
    (" -> B @ 1", "0 for nothing"),
    ("2 -> B @ 1", "number without a species"),
    ("0 + A -> B @ 1", "number without a species"),
    ("A' -> B @ 1", "is no species"),
    ("if -> B @ 1", "cannot name a species"),
    ("99999 A -> B @ 1", "at most 32768"),
    ("0 A -> B @ 1", "counts must be >= 1"),
    ("A -> B @ k", "unknown name 'k'"),
    ("A -> B @ A^2", r"\*\*"),
    ("A -> B @ -1", "rates[0] = -1.0: must be finite and >= 0"),
    ("A -> B @ 1/0", "rates[0]"),
    ("A -> B @ 1 + sin(t)", "depends on the time"),
    ("X -> 0 @ 2/(3 + Y); Y -> 0 @ 1", "write X*(2/(3 + Y))"),
    ("t -> 0 @ 1", "'t'"),
    ("sin -> 0 @ 1", "function"),
    ("volume -> 0 @ 1", "volume"),
    ("A -> B @ __import__('os')", ""),
]


@pytest.mark.parametrize(("text", "part"), BAD, ids=[b[0] for b in BAD])
def test_bad_text_is_refused_with_the_piece(text, part):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the text is compared below
        jump.Reactions(text)
    assert part.replace("\\", "") in str(error.value)


def test_a_catalyst_that_never_changes_need_not_be_named():
    assert jump.Reactions("E + S -> E + P @ 3*S/(1 + S)").names == ("E", "S", "P")


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: jump.Reactions(5), TypeError, "reactions = 5"),
        (lambda: jump.Reactions([5]), TypeError, r"reactions\[0\] = 5"),
        (lambda: jump.Reactions([("A", {}, 1)]), TypeError, r"reactions\[0\]\[0\] = 'A'"),
        (lambda: jump.Reactions([({"A": 1.5}, {}, 1)]), TypeError, "must be a whole number"),
        (lambda: jump.Reactions([({"A": -1}, {}, 1)]), ValueError, "counts must be >= 1"),
        (lambda: jump.Reactions([({"A": 1}, {}, np.nan)]), ValueError, "must be finite and >= 0"),
        (lambda: jump.Reactions([({"A": 1}, {}, None)]), TypeError, "must be a number or a formula"),
        (lambda: jump.Reactions("A -> 0 @ k", k="x"), TypeError, "k = 'x': must be a number"),
        (lambda: jump.Reactions("A -> 0 @ k", k=[1, 2]), TypeError, "sweep over values"),
        (lambda: jump.Reactions("A -> 0 @ k", k=np.inf), ValueError, r"params\['k'\] = inf"),
        (lambda: jump.Reactions("A -> 0 @ k", k=-2), ValueError, r"rates\[0\] = -2.0 \(k\)"),
        (lambda: jump.Reactions("A -> 0 @ k", k=1, params={"k": 2}), ValueError, "given as a keyword too"),
        (lambda: jump.Reactions("A -> 0 @ kk", k=1), ValueError, "did you mean 'k'"),
        (lambda: jump.Reactions("A -> 0 @ 1", volume=0), ValueError, "volume = 0.0: must be finite and > 0"),
        (lambda: jump.Reactions("A -> 0 @ 1", convention="x"), ValueError, "convention = 'x'"),
        (lambda: SIR.replace(beat=1), ValueError, "did you mean 'beta'"),
    ],
)
def test_bad_arguments_are_named(call, error, text):
    with pytest.raises(error, match=text):
        call()


PIECES = ["S", "I", "2 I", "0", "+", "->", "<->", "@", ";", "\n", "k", "1", "-1", "1e400", "(", ")", ",", "*", "**", "^", "sin",
          "t", "=", "é", "\x00", "9" * 30, "lambda", "[", "'", "#", " ", "_", "nan", "pi", "volume"]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join), st.text(max_size=40)))
def test_any_text_is_a_network_or_a_documented_error(text):
    with suppress(ValueError, TypeError, UserWarning):  # a warning: k may be unused
        jump.Reactions(text, k=1.0)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=3)),
        lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=2), x, max_size=2),
        max_leaves=8,
    )
)
def test_any_object_is_a_network_or_a_documented_error(value):
    with suppress(ValueError, TypeError):
        jump.Reactions(value)
