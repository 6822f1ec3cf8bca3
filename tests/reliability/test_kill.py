"""kill -9 at any moment: the folder stays valid, the same call ends with the same bits."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from registry import all_cases

import quincunx as qx
from quincunx import observe

CASES = {case.name: case for case in all_cases()}
SECONDS = 2.0  # about how long a run takes that is to be shot in the middle

SCRIPT = """
import sys
sys.path[:0] = {paths!r}
from test_kill import run
run({case!r}, {end!r}, {folder!r})
"""


def run(name: str, end: float, folder: str | None):
    case = CASES[name]
    return qx.simulate(case.model, observe=observe.at([0, end]), **case.run(t=end, n=64, checkpoint=folder, threads=2))


def long_enough(name: str) -> float:
    """An end that takes about SECONDS to reach on this machine."""
    factor = 1
    while True:
        begun = time.perf_counter()
        run(name, CASES[name].t * factor, None)
        took = time.perf_counter() - begun
        if took > SECONDS / 10:
            return CASES[name].t * max(1, round(factor * SECONDS / took))
        factor *= 8


def digest(result) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(result[name]).tobytes() for name in result)).hexdigest()


def shoot(name: str, end: float, folder: Path, delay: float) -> bool:
    """Start the run in a process and kill it after `delay` seconds; True if it was still alive."""
    here = Path(__file__).resolve().parent
    paths = [str(here), str(here.parent / "contract"), *[p for p in sys.path if p]]
    code = SCRIPT.format(paths=paths, case=name, end=end, folder=str(folder))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    alive = process.poll() is None
    os.kill(process.pid, signal.SIGKILL) if alive else None
    process.wait()
    return alive


def survive(name: str, folder: Path, shots: int, seed: int) -> None:
    """Kill runs until `shots` have hit; a run that got through is compared, and the next begins in an empty folder."""
    end = long_enough(name)
    want = digest(run(name, end, None))
    rng = np.random.default_rng(seed)
    hits = rounds = 0
    for _ in range(5 * shots):
        place = folder / str(rounds)
        if shoot(name, end, place, rng.uniform(0.3, 0.5 + SECONDS)):
            hits += 1
        else:
            assert digest(run(name, end, str(place))) == want
            rounds += 1
        if hits == shots:
            break
    assert hits == shots
    assert digest(run(name, end, str(folder / str(rounds)))) == want


def one_per_family() -> list[str]:
    """The first case of each family that does not end by itself."""
    names: dict[str, str] = {}
    for name, case in CASES.items():
        if case.endless is not None:
            names.setdefault(name.split("-")[0], name)
    return list(names.values())


@pytest.mark.parametrize("name", one_per_family()[:1])
def test_a_killed_run_resumes_to_the_same_bits(name, tmp_path):
    survive(name, tmp_path, 2, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", one_per_family())
def test_twenty_shots_at_random_moments(name, tmp_path):
    survive(name, tmp_path, 20, 2)


def test_a_torn_file_runs_again(tmp_path):
    name = next(iter(CASES))
    case = CASES[name]
    want = qx.simulate(case.model, observe=observe.final(), **case.run())
    qx.simulate(case.model, observe=observe.final(), **case.run(checkpoint=tmp_path))
    (block,) = tmp_path.glob("*.block")
    block.write_bytes(block.read_bytes()[:-3])
    assert qx.simulate(case.model, observe=observe.final(), **case.run(checkpoint=tmp_path)) == want


def test_another_call_in_the_same_folder_is_refused_by_name(tmp_path):
    case = CASES[next(iter(CASES))]
    qx.simulate(case.model, observe=observe.final(), **case.run(checkpoint=tmp_path))
    with pytest.raises(ValueError, match="observe differs"):
        qx.simulate(case.model, observe=observe.maximum(), **case.run(checkpoint=tmp_path))
    with pytest.raises(ValueError, match="rng differs"):
        qx.simulate(case.model, observe=observe.final(), **case.run(checkpoint=tmp_path, rng=99))
