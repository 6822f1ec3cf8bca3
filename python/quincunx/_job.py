"""A run as data: everything that decides its bits, checked; it can be pickled, sent away and fingerprinted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._model import Method, Model
from quincunx._observe import Compiled, Context, Quantity, compile_observer
from quincunx._rng import Key
from quincunx._start import Starts
from quincunx._sweep import Sweep
from quincunx.observe import Events, Every, FirstPassage, Observer

__all__ = ["Job", "make_job", "run_piece"]


@dataclass(frozen=True)
class Job:
    """The law, the span, the observers, the starts and the keys of a run."""

    model: Model
    t0: float
    t1: float
    start: Any
    params: Any
    method: Method
    observe: Mapping[str, Observer]
    single: bool
    n: int
    keys: tuple[Key, ...]

    @cached_property
    def sweep(self) -> Sweep:
        """The parameter sets."""
        return Sweep(self.model, self.params, self.method)

    @cached_property
    def models(self) -> list[Model]:
        """One model per set."""
        return self.sweep.models()

    @cached_property
    def starts(self) -> Starts:
        """Where replicas start."""
        return Starts(self.model, self.start, self.sweep.shape, self.n)

    def key(self, group: int) -> Key:
        """Return the key of the sets of kernel number ``group``."""
        return self.keys[group if len(self.keys) > 1 else 0]

    @cached_property
    def context(self) -> Context:
        """What observers are compiled against."""
        quantities = tuple(Quantity(n, d, tuple(s), f) for n, d, s, f in self._kernel(0).quantities())
        return Context(quantities, self.t0, self.t1, self.model._clock == "steps")  # noqa: SLF001

    @cached_property
    def compiled(self) -> dict[str, Compiled]:
        """The observers, compiled."""
        return {name: compile_observer(observer, self.context) for name, observer in self.observe.items()}

    @cached_property
    def looks(self) -> Compiled | None:
        """What the family looks at for its own information; never where a replica could end early."""
        if any(isinstance(o, FirstPassage) for o in self.observe.values()):
            return None
        observer = self.model._looks(self.t1 - self.t0)  # noqa: SLF001 - the run loop's half of the protocol
        return None if observer is None else compile_observer(observer, self.context)

    def _first(self, group: int) -> Model:
        """Return the model of the first set of a group: the others differ in what the method brings."""
        return self.models[group * self.sweep.rungs]

    def _kernel(self, group: int) -> _core.Kernel:
        return self._first(group)._kernel(self.method, self.starts.special)  # noqa: SLF001

    def ensemble(self, groups: range, first: int, stop: int) -> _core.Ensemble:
        """Return the run of some groups of sets and replicas, ready in the core."""
        rungs = self.sweep.rungs
        return _core.Ensemble(
            [self._kernel(i) for i in groups],
            [self.starts.rows(range(i * rungs, (i + 1) * rungs), self.key(i), first, stop) for i in groups],
            [self.key(i) for i in groups],
            [_numbers(self._first(i).params) for i in groups],
            [c.spec for c in (*self.compiled.values(), self.looks) if c is not None],
            (float(self.t0), float(self.t1)),
        )


def _numbers(params: Mapping[str, Any]) -> dict[str, float]:
    """Return the parameters that formulas of observers may use: single numbers."""
    return {k: float(v) for k, v in params.items() if np.ndim(v) == 0 and np.asarray(v).dtype.kind in "biuf"}


def run_piece(job: Job, index: int, first: int, stop: int, threads: int) -> bytes:
    """Run some replicas of one group to the end, anywhere; the answer is built from such pieces."""
    ensemble = job.ensemble(range(index, index + 1), first, stop)
    piece = _core.new_piece(0, first, stop)
    (done,) = ensemble.advance([piece], float(job.t1), threads, None)
    return _core.relabel(done, index)


def make_job(
    model: Any,
    t: Any,
    start: Any,
    params: Any,
    method: Any,
    observe: Any,
    n: Any,
    keys: tuple[Key, ...],
) -> Job:
    """Check the arguments of `simulate` that decide what is computed."""
    if not isinstance(model, Model):
        raise TypeError(f"model = {model!r}: must be a model of quincunx (or qx.Custom)")
    t0, t1 = _span(t, steps=model._clock == "steps")  # noqa: SLF001
    observers, single = _observers(observe)
    if not isinstance(n, int | np.integer) or isinstance(n, bool):
        raise TypeError(f"n = {n!r}: must be a whole number of replicas")
    if n < 0:
        raise ValueError(f"n = {n}: must be >= 0")
    job = Job(model, t0, t1, start, params, model._resolve(method), observers, single, int(n), keys)  # noqa: SLF001
    if job.sweep.shape and any(isinstance(o, Events) for o in observers.values()):
        raise ValueError("observe: events cannot be observed in a sweep; run the sets one by one")
    return job


def _span(t: Any, *, steps: bool) -> tuple[float, float]:
    pair = t if isinstance(t, tuple | list) else (0, t)
    if len(pair) != 2:
        raise ValueError(f"t = {t!r}: must be t1 or (t0, t1)")
    ends = []
    for value in pair:
        if isinstance(value, bool | str) or np.ndim(value) != 0 or np.asarray(value).dtype.kind not in "iuf":
            raise TypeError(f"t = {t!r}: must be a number or a pair of numbers")
        number = float(value)
        if not np.isfinite(number):
            raise ValueError(f"t = {t!r}: must be finite")
        if steps and number != np.rint(number):
            raise ValueError(f"t = {t!r}: counts steps and must be whole")
        if abs(number) > 2**53:
            raise ValueError(f"t = {t!r}: must be below 2**53")
        ends.append(number)
    if steps and ends[0] != 0:
        raise ValueError(f"t = {t!r}: a count of steps begins at 0; discard with burn= of the observer")
    if ends[1] < ends[0]:
        raise ValueError(f"t = {t!r}: t1 must be >= t0")
    return ends[0], ends[1]


def _observers(observe: Any) -> tuple[dict[str, Observer], bool]:
    if observe is None:
        return {"": Every(None)}, True
    if isinstance(observe, Observer):
        return {"": observe}, True
    if isinstance(observe, Mapping) and observe and all(isinstance(o, Observer) for o in observe.values()):
        return {str(k): o for k, o in observe.items()}, False
    raise TypeError(
        f"observe = {observe!r}: must be an observer like observe.every(0.1), or a dict of observers; "
        "to choose names write observe.every(dt, ['x'])",
    )
