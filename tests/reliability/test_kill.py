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
SPANS = {"custom": 400.0}  # times a case's span: long enough to be shot in the middle

SCRIPT = """
import sys
sys.path[:0] = {paths!r}
from test_kill import run
run({case!r}, {folder!r})
"""


def run(name: str, folder: str | None):
    case = CASES[name]
    factor = SPANS.get(name.split("-", maxsplit=1)[0], 2000.0)
    end = case.t * factor
    return qx.simulate(case.model, observe=observe.at([0, end]), **case.run(t=end, n=64, checkpoint=folder, threads=2))


def digest(result) -> str:
    return hashlib.sha256(b"".join(np.ascontiguousarray(result[name]).tobytes() for name in result)).hexdigest()


def shoot(name: str, folder: Path, delay: float) -> bool:
    """Start the run in a process and kill it after `delay` seconds; True if it was still alive."""
    here = Path(__file__).resolve().parent
    paths = [str(here), str(here.parent / "contract"), *[p for p in sys.path if p]]
    code = SCRIPT.format(paths=paths, case=name, folder=str(folder))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    alive = process.poll() is None
    os.kill(process.pid, signal.SIGKILL) if alive else None
    process.wait()
    return alive


def survive(name: str, folder: Path, shots: int, seed: int) -> None:
    want = digest(run(name, None))
    rng = np.random.default_rng(seed)
    for _ in range(shots):
        shoot(name, folder, rng.uniform(0.2, 1.5))
    assert digest(run(name, str(folder))) == want


def one_per_family() -> list[str]:
    return list({name.split("-")[0]: name for name in CASES}.values())


@pytest.mark.parametrize("name", one_per_family()[:1])
def test_a_killed_run_resumes_to_the_same_bits(name, tmp_path):
    survive(name, tmp_path / "folder", 2, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", one_per_family())
def test_twenty_shots_at_random_moments(name, tmp_path):
    survive(name, tmp_path / "folder", 20, 2)


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
