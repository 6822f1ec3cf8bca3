"""Resumable runs: a folder with a manifest and one file per block of replicas.

Every file is written under a temporary name, synced and renamed, and carries the digest of its content: at any
moment the folder holds a state from which the same bits come out.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import time
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._job import Job
from quincunx._progress import Tell

__all__ = ["fingerprint", "run_in"]

BLOCK = 1024  # replicas per file
BATCH = 64  # files moved between two writes
SECONDS = 2.0  # aimed-at time between two writes
MAGIC = b"quincunx checkpoint 1\n"


def run_in(
    folder: str | os.PathLike[str],
    job: Job,
    entropy: bool,  # noqa: FBT001
    threads: int,
    tell: Tell,
    limit: int,
) -> tuple[Job, Any]:
    """Run or resume ``job`` in ``folder``: (the job with the key in force, (outputs, endings))."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    job = _agree(path, job, entropy=entropy)
    ensemble = job.ensemble(range(job.sweep.groups), 0, job.n)
    ensemble.check_memory(job.n, threads, limit)
    pieces = _load(path, job, ensemble)
    slice_ = (job.t1 - job.t0) / 64
    whole = job.model._clock == "steps"  # noqa: SLF001
    while True:
        waiting = [(name, p) for name, p in pieces.items() if not _core.piece_info(p)[3]]
        if not waiting:
            break
        reached = min(_time(p, job) for _, p in waiting)
        batch = [(name, p) for name, p in waiting if _time(p, job) == reached][:BATCH]
        until = min(job.t1, reached + (max(1.0, np.rint(slice_)) if whole else slice_))
        if until <= reached:
            until = job.t1
        begun = time.perf_counter()
        moved = ensemble.advance([p for _, p in batch], float(until), threads, None)
        for (name, _), piece in zip(batch, moved, strict=True):
            _write(path / name, MAGIC + hashlib.sha256(piece).digest() + piece)
            pieces[name] = piece
        slice_ *= min(8.0, max(0.25, SECONDS / max(time.perf_counter() - begun, 1e-6)))
        if tell is not None:
            tell(_done(pieces, job))
    return job, ensemble.collect(job.n, list(pieces.values()))


def _time(piece: bytes, job: Job) -> float:
    reached = _core.piece_info(piece)[4]
    return job.t0 if reached is None else reached


def _done(pieces: Mapping[str, bytes], job: Job) -> float:
    span = max(job.t1 - job.t0, 1e-300)
    return float(np.mean([1.0 if _core.piece_info(p)[3] else (_time(p, job) - job.t0) / span for p in pieces.values()]))


def _agree(path: Path, job: Job, *, entropy: bool) -> Job:
    """Compare with the manifest, or write it; a run without rng takes the key it began with."""
    facts = {
        "model": fingerprint(job.model),
        "method": fingerprint(job.method),
        "params": fingerprint(job.params),
        "start": fingerprint(job.start),
        "observe": fingerprint((dict(job.observe), job.single)),
        "stream_version": _core.STREAM_VERSION,
        "t0": job.t0,
    }
    manifest = path / "manifest.json"
    if manifest.exists():
        try:
            known = json.loads(manifest.read_text())
            then = known["facts"], known["t1"], known["n"], tuple((a, b) for a, b in known["rng"])
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"checkpoint: {manifest} cannot be read; delete the folder and run again") from None
        for name, value in facts.items():
            if then[0].get(name) != value:
                raise ValueError(f"checkpoint: {name} differs from the run in {path}; use another folder")
        if then[3] != job.keys and not entropy:
            raise ValueError(f"checkpoint: rng differs from the run in {path}; use another folder")
        if job.t1 < then[1]:
            raise ValueError(
                f"checkpoint: t = {job.t1} ends before the run in {path} ({then[1]}); only a later end extends it"
            )
        if job.n < then[2]:
            raise ValueError(
                f"checkpoint: n = {job.n} is less than in {path} ({then[2]}); only more replicas extend it"
            )
        job = dataclasses.replace(job, keys=then[3])
    _write(manifest, json.dumps({"facts": facts, "t1": job.t1, "n": job.n, "rng": job.keys}, indent=1).encode())
    return job


def _load(path: Path, job: Job, ensemble: _core.Ensemble) -> dict[str, bytes]:
    """Read all good files; replicas without one begin at the start."""
    found: dict[str, bytes] = {}
    covered = np.zeros((job.sweep.groups, job.n), dtype=bool)
    for file in sorted(path.glob("*.block")):
        data = file.read_bytes()
        head = len(MAGIC) + 32
        if data[: len(MAGIC)] != MAGIC or hashlib.sha256(data[head:]).digest() != data[len(MAGIC) : head]:
            continue  # torn by a crash of the machine: that block runs again
        piece = data[head:]
        index, first, stop, finished, reached = _core.piece_info(piece)
        if finished and reached is not None:
            # A longer run goes on from the state before the end; an equal one takes the piece as it is.
            piece = _refit(ensemble, piece, job, path)
        covered[index, first:stop] = True
        found[file.name] = piece
    for index in range(job.sweep.groups):
        for first in range(0, job.n, BLOCK):
            free = np.flatnonzero(~covered[index, first : first + BLOCK]) + first
            for run in np.split(free, np.flatnonzero(np.diff(free) > 1) + 1):
                if run.size:
                    a, b = int(run[0]), int(run[-1]) + 1
                    found[f"{index:06d}-{a:010d}-{b:010d}.block"] = _core.new_piece(index, a, b)
    return found


def _refit(ensemble: _core.Ensemble, piece: bytes, job: Job, path: Path) -> bytes:
    end = json.loads((path / "manifest.json").read_text())["t1"]
    if _core.piece_end(piece) == end == job.t1:
        return piece
    (fitted,) = ensemble.replan([piece])
    return fitted


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def fingerprint(value: Any) -> str:
    """Digest of a value that is equal for equal values in every process; callables count by name and code."""
    digest = hashlib.sha256()
    _feed(digest, value, 0)
    return digest.hexdigest()


def _feed(digest: Any, value: Any, depth: int) -> None:
    if depth > 60:
        raise ValueError("checkpoint: an argument is nested too deeply to be fingerprinted")

    def put(tag: str, *parts: Any) -> None:
        digest.update(f"{tag}{len(parts)}".encode())
        for part in parts:
            _feed(digest, part, depth + 1)

    match value:
        case None | bool() | int() | float() | str() | bytes():
            digest.update(f"{type(value).__name__}:{value!r};".encode())
        case np.ndarray() | np.generic():
            array = np.ascontiguousarray(value)
            digest.update(f"array{array.dtype.str}{array.shape}".encode() + array.tobytes())
        case types.CodeType():
            put("code", value.co_code, value.co_names, list(value.co_consts))
        case types.FunctionType():
            closure = [c.cell_contents for c in value.__closure__ or ()]
            put("function", value.__qualname__, value.__code__, value.__defaults__, closure)
        case type() | types.BuiltinFunctionType():
            put("name", value.__module__ or "", value.__qualname__)
        case Mapping():
            put("map", *(p for k in sorted(value, key=repr) for p in (k, value[k])))
        case set() | frozenset():
            put("set", *sorted(value, key=repr))
        case list() | tuple():
            put("list", *value)
        case _:
            reduced = value.__reduce_ex__(4)
            if isinstance(reduced, str):
                put("global", reduced)
            else:
                put("object", type(value), *(list(p) if hasattr(p, "__next__") else p for p in reduced[1:]))
