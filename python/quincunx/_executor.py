"""Work on any executor: blocks of replicas go out, what they observed comes home; the bits do not notice."""

from __future__ import annotations

from typing import Any

from quincunx._job import Job, run_piece
from quincunx._progress import Tell

__all__ = ["run_on"]

PIECES = 64  # pieces per run, enough to balance a few dozen workers
BLOCK = 1024  # replicas per piece at most


def run_on(executor: Any, job: Job, threads: int | None, tell: Tell, limit: int) -> Any:
    """Run ``job`` in pieces on ``executor`` and collect (outputs, endings)."""
    ensemble = job.ensemble(range(job.sweep.groups), 0, job.n)
    ensemble.check_memory(job.n, threads or 1, limit)
    work = [(job, i, a, b, threads or 1) for i, a, b in _pieces(job.sweep.groups, job.n, ensemble.bundle())]
    pieces: list[bytes] = []
    for piece in _answers(executor, work):
        pieces.append(piece)
        if tell is not None:
            tell(len(pieces) / len(work))
    return ensemble.collect(job.n, pieces)


def _pieces(sets: int, n: int, bundle: int) -> list[tuple[int, int, int]]:
    per_set = max(1, PIECES // sets)
    size = -(-n // per_set)
    size = min(BLOCK, max(1, -(-size // bundle)) * bundle)  # replicas that share their work stay together
    return [(i, a, min(a + size, n)) for i in range(sets) for a in range(0, n, size)]


def _answers(executor: Any, work: list[tuple[Any, ...]]) -> Any:
    if hasattr(executor, "submit"):
        futures = [executor.submit(run_piece, *args) for args in work]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            for future in futures:
                future.cancel()
            raise
    elif hasattr(executor, "map"):
        yield from executor.map(_call, work)
    else:
        raise TypeError(f"executor = {executor!r}: must have a method submit or map (concurrent.futures, dask, pools)")


def _call(args: tuple[Any, ...]) -> bytes:
    return run_piece(*args)
