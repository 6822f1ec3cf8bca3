"""Hostile input: every public constructor and `simulate`, one argument at a time replaced by something wrong.

Allowed: an answer, or a documented exception whose message names the argument. Never a panic, a hang, another class, or
a size that is allocated before it is judged: the calls are made in processes of their own with little memory, which say
what they are about to do (`hostile_calls.py`); a process that dies is a complaint about the call it died in.
"""

from __future__ import annotations

import inspect
import select
import subprocess
import sys
import tempfile
from pathlib import Path

import hostile_calls
import pytest

CALLS = dict.fromkeys(hostile_calls.FAMILIES, 1000) | {"lattice": 5000}
SEED = 0
PATIENCE = 30  # seconds without a word after which a process hangs outside Python
DEATHS = 20  # processes that may die before we give up


def lines(process):
    """The lines of a process as they come; the last is None if it fell silent."""
    rest = b""
    while True:
        if not select.select([process.stdout], [], [], PATIENCE)[0]:
            process.kill()
            yield None
            return
        chunk = process.stdout.read1(65536)
        if not chunk:
            return
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.decode() for line in whole)


def run(family, first, stop, seed):
    """Make calls ``first..stop`` in one process: (the call it died in, or None; its complaints)."""
    command = [sys.executable, str(Path(hostile_calls.__file__)), str(first), str(stop), str(seed), family]
    complaints, call, shown = [], first, "the imports"
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        for line in lines(process):
            if line is None:
                complaints.append(f"{shown}: hangs outside Python")
                return call, complaints
            kind, _, text = line.partition(" ")
            if kind == "call":
                number, _, shown = text.partition(" ")
                call = int(number)
            elif kind == "complaint":
                complaints.append(text)
            elif kind == "done":
                return None, complaints
        code = process.wait()
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines()
    complaints.append(f"{shown}: ends the process ({code}): {said[0] if said else 'without a word'}")
    return call, complaints


ENTRIES = hostile_calls.entries(())
COVERED = [name for name in hostile_calls.FAMILIES if hasattr(hostile_calls.family(name), "MODULE")]


def test_there_is_something_to_fuzz():
    assert len(ENTRIES) >= 10
    for name, function, keywords in ENTRIES:
        assert function(**keywords) is not None, name


@pytest.mark.parametrize("family", hostile_calls.FAMILIES)
def test_hostile_calls(family):
    first, complaints = 0, []
    for _ in range(DEATHS):
        died, more = run(family, first, CALLS[family], SEED)
        complaints += more
        if died is None:
            break
        first = died + 1
    distinct = sorted(set(complaints))
    assert not distinct, f"{len(distinct)} of {CALLS[family]} calls:\n" + "\n".join(distinct[:60])


def plain(function):
    """The function behind a bound method, or behind a wrapper that says whose it is."""
    return getattr(inspect.unwrap(function), "__func__", inspect.unwrap(function))


def attackable(module, made):
    """(name, function) of everything public that takes arguments: of classes in ``made`` the methods alone."""
    for name in module.__all__:
        thing = getattr(module, name)
        if thing not in made and inspect.signature(thing).parameters:
            yield name, thing
        for member in dir(thing) if inspect.isclass(thing) else ():
            value = plain(inspect.getattr_static(thing, member))
            if (
                not member.startswith("_")
                and inspect.isfunction(value)
                and len(inspect.signature(value).parameters) > 1
            ):
                yield f"{name}.{member}", value


def forgotten(module, made, entries):
    """Names of what is public and attacked by no entry, and arguments that no entry attacks."""
    attacked = {}
    for _, function, keywords in entries:
        attacked.setdefault(plain(function), set()).update(keywords)
    for name, function in attackable(module, made):
        if function not in attacked:
            yield name
            continue
        for argument, facts in inspect.signature(function).parameters.items():
            given = facts.kind in (facts.POSITIONAL_OR_KEYWORD, facts.KEYWORD_ONLY) and argument != "self"
            if given and argument not in attacked[function]:
                yield f"{name}({argument}=)"


@pytest.mark.parametrize("family", COVERED)
def test_everything_public_is_attacked(family):
    fuzz = hostile_calls.family(family)
    assert list(forgotten(fuzz.MODULE, fuzz.MADE, fuzz.ENTRIES)) == []


def test_every_method_of_the_lattice_runs_with_hostile_arguments():
    fuzz = hostile_calls.family("lattice")
    assert {type(method) for _, method in fuzz.CASES.values()} | {type(fuzz.LADDER)} == set(fuzz.ISING.methods)


def test_what_is_forgotten_is_found():
    assert {"lattice", "stats"} <= set(COVERED)
    fuzz = hostile_calls.family("lattice")
    without = [entry for entry in fuzz.ENTRIES if entry[0] not in ("Square", "boltzmann.var", "WangLandau.run")]
    assert sorted(forgotten(fuzz.MODULE, fuzz.MADE, without)) == ["Boltzmann.var", "Square", "WangLandau.run"]


def test_a_wrong_keyword_is_a_type_error():
    for name, function, keywords in ENTRIES:
        takes_any = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())
        if not takes_any:
            with pytest.raises(TypeError, match="nonsense"):
                function(**keywords, nonsense=1)
                pytest.fail(name)
