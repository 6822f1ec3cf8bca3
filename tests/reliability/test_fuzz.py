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

CALLS = 5000
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


def run(first, stop, seed):
    """Make calls ``first..stop`` in one process: (the call it died in, or None; its complaints)."""
    command = [sys.executable, str(Path(hostile_calls.__file__)), str(first), str(stop), str(seed)]
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


def test_there_is_something_to_fuzz():
    assert len(hostile_calls.ENTRIES) >= 10
    for name, function, keywords in hostile_calls.ENTRIES:
        assert function(**keywords) is not None, name


def test_hostile_calls():
    first, complaints = 0, []
    for _ in range(DEATHS):
        died, more = run(first, CALLS, SEED)
        complaints += more
        if died is None:
            break
        first = died + 1
    distinct = sorted(set(complaints))
    assert not distinct, f"{len(distinct)} of {CALLS} calls:\n" + "\n".join(distinct[:60])


def test_a_wrong_keyword_is_a_type_error():
    for name, function, keywords in hostile_calls.ENTRIES:
        takes_any = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())
        if not takes_any:
            with pytest.raises(TypeError, match="nonsense"):
                function(**keywords, nonsense=1)
                pytest.fail(name)
