"""The same SHA-256 for threads, threads pools, spawned processes, dask, ray, and every vector level."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from registry import all_cases

import quincunx as qx
from quincunx import observe

CASES = all_cases()


def digest(case, **options) -> str:
    result = qx.simulate(case.model, observe=observe.final(), **case.run(n=67, **options))
    return hashlib.sha256(b"".join(np.ascontiguousarray(result[name]).tobytes() for name in result)).hexdigest()


def digests(**options) -> dict[str, str]:
    return {case.name: digest(case, **options) for case in CASES}


@pytest.fixture(scope="module")
def want():
    return digests(threads=1)


@pytest.mark.parametrize("threads", [2, 3, 8, 64])
def test_threads(want, threads):
    assert digests(threads=threads) == want


def test_a_pool_of_threads(want):
    with ThreadPoolExecutor(3) as pool:
        assert digests(executor=pool) == want


def test_spawned_processes(want):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert digests(executor=pool) == want


def test_only_map():
    class Mapper:
        def map(self, function, items):
            return [function(item) for item in items]

    assert digests(executor=Mapper()) == digests()


@pytest.mark.filterwarnings("ignore")
def test_dask(want):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
    ) as cluster:
        with distributed.Client(cluster) as client:
            assert digests(executor=client) == want


def broken(t, x, draw):
    raise LookupError("of the step")


@pytest.mark.filterwarnings("ignore")
def test_ray(want):
    ray = pytest.importorskip("ray", reason="ray is not installed; no extra asks for it")
    pools = pytest.importorskip("ray.util.multiprocessing")
    paths = os.pathsep.join(path for path in sys.path if path)  # its workers find what we find
    ray.init(num_cpus=2, include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": paths}})
    try:
        with pools.Pool(2) as pool:
            assert digests(executor=pool) == want
            with pytest.raises(LookupError, match="of the step"):
                qx.simulate(qx.Custom(broken, state="x"), t=1, start=0.0, rng=1, executor=pool)
    finally:
        ray.shutdown()


LEVELS = """
import sys, json
sys.path[:0] = {paths!r}
from test_places import digests
print(json.dumps(digests(threads=1)))
"""


@pytest.mark.parametrize("level", ["scalar", "sse2", "avx2", "avx512"])
def test_vector_levels(want, level):
    here = Path(__file__).resolve().parent
    code = LEVELS.format(paths=[str(here), str(here.parent / "contract"), *[p for p in sys.path if p]])
    environment = os.environ | {"QUINCUNX_SIMD": level}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    if done.returncode and "not available" in done.stderr:
        pytest.skip(f"{level} is not available on this machine")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == want
