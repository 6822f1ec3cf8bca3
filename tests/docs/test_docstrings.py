"""The docstrings of public names are complete, and their examples run."""

import doctest
import importlib
import inspect
import pkgutil
import re
from functools import cached_property

import pytest

import quincunx
from quincunx._model import Model

MODULES = ["quincunx"] + sorted(
    module.name
    for module in pkgutil.walk_packages(quincunx.__path__, "quincunx.")
    if not module.name.endswith("._core")
)
PUBLIC = [name for name in MODULES if "._" not in name]
# Where the classes of what calls return, raise and hand out live: users meet them without importing them.
ANSWERS = ["quincunx._check", "quincunx._custom", "quincunx._errors", "quincunx._reduced", "quincunx._result"]
# What the library makes for its users: these constructors are nobody's business.
MADE = (quincunx.Result, quincunx._result.Info, quincunx._custom.Draw, Exception)


def public_things():
    """Every public class and function once, by the name that it is first met under."""
    found = {}
    for module in [importlib.import_module(name) for name in PUBLIC + ANSWERS]:
        for name in getattr(module, "__all__", ()):
            thing = getattr(module, name)
            if inspect.isclass(thing) or inspect.isroutine(thing):
                found.setdefault(thing, f"{module.__name__}.{name}")
    return {name: thing for thing, name in found.items()}


def members(thing):
    """The public methods and properties of a class that are ours, with their names."""
    for name in dir(thing) if inspect.isclass(thing) else ():
        owner = next(c for c in thing.__mro__ if name in vars(c))
        value = inspect.getattr_static(thing, name)
        described = inspect.isroutine(value) or isinstance(value, property | cached_property)
        if not name.startswith("_") and owner.__module__.startswith("quincunx") and described:
            yield name, getattr(value, "fget", None) or getattr(value, "func", None) or getattr(thing, name)


def arguments(thing):
    return [name for name in inspect.signature(thing).parameters if name not in ("self", "cls")]


def is_field(name, doc):
    """Whether a name heads an entry of a list of parameters or attributes: ``a, name : type`` on a line of its own."""
    return re.search(rf"^ *(?:[*\w]+, )*\**{re.escape(name)}(?:, [*\w]+)*(?: : .*)?$", doc, re.MULTILINE)


THINGS = public_things()


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    outcome = doctest.testmod(importlib.import_module(name), optionflags=options)
    assert outcome.failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_public_modules_say_what_is_public(name):
    module = importlib.import_module(name)
    assert module.__doc__
    for public in module.__all__:
        assert hasattr(module, public), f"{name}.{public}"


@pytest.mark.parametrize("name", THINGS)
def test_public_names_have_an_example(name):
    doc = inspect.cleandoc(THINGS[name].__doc__ or "")
    assert re.search(r"^Examples\n-{8}$", doc, re.MULTILINE), f"{name}: has no section Examples"
    assert doctest.DocTestParser().get_examples(doc), f"{name}: its section Examples shows no call"


@pytest.mark.parametrize("name", THINGS)
def test_public_names_describe_their_arguments(name):
    thing = THINGS[name]
    if inspect.isclass(thing) and issubclass(thing, MADE):
        return
    missing = [a for a in arguments(thing) if not is_field(a, inspect.cleandoc(thing.__doc__))]
    assert not missing, f"{name}: says nothing about {', '.join(missing)}"


@pytest.mark.parametrize("name", [n for n, thing in THINGS.items() if inspect.isroutine(thing)])
def test_public_functions_say_what_they_return(name):
    returns = inspect.signature(THINGS[name]).return_annotation
    assert returns == "None" or re.search(r"^Returns\n-{7}$", inspect.cleandoc(THINGS[name].__doc__), re.MULTILINE)


@pytest.mark.parametrize("name", [n for n, t in THINGS.items() if inspect.isclass(t) and issubclass(t, Model)])
def test_models_state_their_unit_of_time_their_start_and_their_errors(name):
    doc = inspect.cleandoc(THINGS[name].__doc__)
    assert re.search(r"model time|unit of ``t``|``t``[^.]* counts steps", doc), f"{name}: what is ``t``?"
    assert "start" in doc, f"{name}: what may ``start`` be?"
    assert re.search(r"^Raises\n-{6}$", doc, re.MULTILINE), f"{name}: has no section Raises"


@pytest.mark.parametrize("name", THINGS)
def test_public_members_have_docstrings_that_name_their_arguments(name):
    for member, value in members(THINGS[name]):
        doc = inspect.getdoc(value)
        assert doc, f"{name}.{member}: has no docstring"
        if inspect.isroutine(value):
            missing = [a for a in arguments(value) if not re.search(rf"\b{re.escape(a)}\b", doc)]
            assert not missing, f"{name}.{member}: says nothing about {', '.join(missing)}"


def test_the_checks_of_this_file_can_fail():
    def bare(x, *, k):
        """Return x, but say nothing of the other one."""

    assert is_field("x", "Parameters\n----------\nx, y : float\n    Both.")
    assert is_field("kw", "**kw\n    Given on.")
    assert not is_field("k", inspect.cleandoc(bare.__doc__))
    assert arguments(bare) == ["x", "k"]
    assert "mean" in dict(members(quincunx.Result))
    assert "t" in dict(members(quincunx.Result))
    assert len(THINGS) > 80
    assert "quincunx.lattice.Ising" in THINGS
    assert "quincunx._reduced.Parts" in THINGS
