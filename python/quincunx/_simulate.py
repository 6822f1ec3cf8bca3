"""The one entry: `simulate`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._assemble import assemble
from quincunx._errors import SimulationError
from quincunx._executor import run_on
from quincunx._info import Info
from quincunx._job import Job, make_job
from quincunx._memory import memory_limit
from quincunx._model import Method, Model
from quincunx._progress import listener
from quincunx._result import Result
from quincunx._rng import keys
from quincunx._threads import worker_threads
from quincunx.observe import Observer

__all__ = ["simulate"]


def simulate(
    model: Model,
    *,
    t: float | tuple[float, float],
    start: Any = None,
    params: dict[str, Any] | None = None,
    method: Method | None = None,
    observe: Observer | dict[str, Observer] | None = None,
    n: int = 1,
    rng: Any = None,
    threads: int | None = None,
    progress: bool | Callable[[float], Any] | None = None,
    executor: Any = None,
    checkpoint: str | os.PathLike[str] | None = None,
    max_bytes: float | None = None,
) -> Result:
    """Draw ``n`` independent replicas of a stochastic process and keep what ``observe`` asks for.

    Parameters
    ----------
    model : Model
        The law: a model of `quincunx.lattice`, `chain`, `jump`, `sde`, `switching`, or a `Custom`.
    t : float or (float, float)
        The end t1, or (t0, t1), in the model's unit: model time, or a whole number of steps or sweeps.
    start
        Values at t0: a dict name -> number, array broadcasting to (\\*G, n, \\*own shape), or distribution; models with
        one start name take the bare value. Named starts (``"stationary"``, ``"random"``) where the model has them.
    params : dict, optional
        A sweep: name -> array of values; all broadcast together to the leading axes G of every result.
    method : Method, optional
        The algorithm; None is the documented automatic choice (see ``model.methods`` and ``result.info.method``).
    observe : Observer or dict of observers, optional
        What to keep, from `quincunx.observe`. Default: 101 equal times.
    n : int
        Replicas per parameter set, >= 0.
    rng : int, SeedSequence, Generator, list of SeedSequence or None
        The key of all random numbers. Equal ints give equal streams in every call and every set of a sweep (common
        random numbers); for independent calls take keys from ``SeedSequence(...).spawn``, for independent sets a list.
        None takes a key from the system (``result.info.key``).
    threads : int, optional
        Worker threads; default: the processors this process may use. The bits do not depend on it.
    progress : bool or callable, optional
        None: a bar after 2 s on a terminal or in a notebook, if tqdm is there. A callable gets the fraction done.
    executor : optional
        Any object with ``.submit`` or ``.map`` (concurrent.futures, dask.distributed, multiprocessing and ray pools).
    checkpoint : path, optional
        A folder. The same call resumes there; a call with a later end or more replicas extends the run. Not together
        with ``executor``.
    max_bytes : float, optional
        Refuse results beyond this size; default: half of the free memory.

    Returns
    -------
    Result
        A frozen mapping from names to arrays with axes (\\*G, n, T, ...).

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; the message names it. Nothing has run.
    MemoryError
        The result would be larger than ``max_bytes``.
    SimulationError
        Some replicas failed; ``.result`` holds everything.

    Examples
    --------
    >>> import numpy as np, quincunx as qx
    >>> def step(t, x, draw):
    ...     return {"x": x["x"] + np.where(draw.uniform() < 0.5, 1.0, -1.0)}
    >>> walk = qx.Custom(step, state="x")
    >>> res = qx.simulate(walk, t=100, start=0.0, n=1000, rng=1, observe=qx.observe.final())
    >>> bool(abs(res.mean("x")) < 5 * res.sem("x"))
    True

    A sweep, with what is kept chosen by formulas:

    >>> from quincunx import jump
    >>> sir = jump.Reactions("S + I -> 2 I @ beta; I -> R @ 1", beta=0.02)
    >>> keep = qx.observe.first_passage("I == 0", of="R/100")
    >>> res = qx.simulate(sir, t=50, start={"S": 99, "I": 1}, params={"beta": [0.01, 0.03]}, n=200, rng=7, observe=keep)
    >>> res["time"].shape, bool(np.all(np.diff(res.mean("R/100")) > 0))
    ((2, 200), True)

    References
    ----------
    The streams: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11,
    doi 10.1145/2063384.2063405 (Philox); D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators",
    arXiv 1805.01407 (xoshiro256++).
    """
    begun = time.perf_counter()
    workers, limit = worker_threads(threads), memory_limit(max_bytes)
    found = keys(rng, lambda: _sets(params, model))
    job = make_job(model, t, start, params, method, observe, n, tuple(found))
    job.starts.check_memory(job.sweep.sets, limit)
    with listener(progress) as tell:
        if checkpoint is not None:
            from quincunx._checkpoint import run_in

            if executor is not None:
                raise ValueError(
                    "checkpoint: cannot be combined with executor; leave executor out (threads of this machine fill the "
                    "folder), or let each job of the executor call simulate with an rng and a folder of its own"
                )
            job, (outputs, endings) = run_in(checkpoint, job, rng is None, workers, tell, limit)
        elif executor is not None:
            outputs, endings = run_on(executor, job, threads, tell, limit)
        else:
            ensemble = job.ensemble(range(job.sweep.groups), 0, job.n)
            ensemble.check_memory(job.n, workers, limit)
            outputs, endings = ensemble.simulate(job.n, workers, tell)
    return _deliver(job, outputs, endings, workers, time.perf_counter() - begun)


def _deliver(job: Job, outputs: Any, endings: Any, threads: int, seconds: float) -> Result:
    status, events, failed, failure, tallies = endings
    info = Info(
        method=job.method,
        dt=getattr(job.method, "dt", None),
        key=job.keys[0] if len(job.keys) == 1 else job.keys,
        stream_version=_core.STREAM_VERSION,
        version=_core.VERSION,
        events=events,
        seconds=seconds,
        threads=threads,
        **{name: _told(job, name, means) for name, means in tallies},
        **job.model._info(job.method, job.observe),  # noqa: SLF001 - the run loop's half of the protocol
    )
    result = assemble(job, outputs, status, info)
    if failed:
        row, when, state = failure
        *where, replica = (int(i) for i in np.unravel_index(row, (*job.sweep.shape, job.n)))
        word = _core.status_words()[int(status[row])]
        scalars = [q.name for q in job.context.quantities if not q.shape]
        values = dict(zip(scalars, state, strict=False))
        place = f"replica {replica}" + (f" of set {tuple(where)}" if where else "")
        shown = ", ".join(f"{k} = {v:g}" for k, v in values.items())
        raise SimulationError(
            f"{failed} of {status.size} replicas failed; first: {place} {word} at t = {when:g}"
            + (f" with {shown}" if shown else "")
            + f" ({job.method!r}). err.result holds everything; err.result.replicas(err.result.ok) are the good ones",
            result=result,
            replica=replica,
            set=tuple(where),
            time=when,
            state=values,
        )
    return result


def _told(job: Job, name: str, means: list[float]) -> Any:
    """Return one number for a run of one parameter set, an array of the sweep's shape for others."""
    if not job.sweep.shape:
        return means[0]
    told = job.method._tell(name, np.array(means).reshape(job.sweep.shape))  # noqa: SLF001
    return told if told.ndim else float(told)


def _sets(params: Any, model: Any) -> int:
    from quincunx._sweep import Sweep

    return Sweep(model, params).sets if isinstance(model, Model) else 1
