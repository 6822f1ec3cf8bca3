"""A law written in Python, with the whole runner around it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np

from quincunx import _core
from quincunx._coerce import mapping, number
from quincunx._model import Method, Model, StartName

__all__ = ["Custom", "Draw", "Step"]

Array = np.ndarray[Any, np.dtype[np.float64]]


class Step(Method):
    """The method of a `Custom` law, and its only one: call its step.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> qx.simulate(walk, t=3, start=0.0, n=2, rng=1).info.method
    Step()
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step)

    def __hash__(self) -> int:
        return hash(Step)

    def __repr__(self) -> str:
        return "Step()"


class Draw:
    """Random numbers for one step, shape (b, \\*shape), each replica's from its own stream.

    The step of a `Custom` law gets one; what a replica draws does not depend on which other replicas are in its block.

    Examples
    --------
    >>> import quincunx as qx
    >>> def step(t, x, draw):
    ...     jumps = draw.poisson(0.1)
    ...     return {"x": x["x"] + 0.1 * draw.normal((3,)) + jumps[:, None] * draw.exponential((3,))}
    >>> walk = qx.Custom(step, state="x[3]", dt=0.01)
    >>> qx.simulate(walk, t=1.0, start=0.0, n=2, rng=1, observe=qx.observe.final())["x"].shape
    (2, 3)
    """

    __slots__ = ("_streams",)

    def __init__(self, streams: _core.Streams) -> None:
        self._streams = streams

    def uniform(self, shape: tuple[int, ...] = ()) -> Array:
        """Uniform in (0, 1), shape (b, \\*shape)."""
        return self._streams.uniform(list(shape))

    def normal(self, shape: tuple[int, ...] = ()) -> Array:
        """Standard normal, shape (b, \\*shape)."""
        return self._streams.normal(list(shape))

    def exponential(self, shape: tuple[int, ...] = ()) -> Array:
        """Exponential with mean 1, shape (b, \\*shape)."""
        return self._streams.exponential(list(shape))

    def poisson(self, lam: Any) -> Array:
        """Poisson counts with mean ``lam`` >= 0, a number (counts of shape (b,)) or an array (b, ...)."""
        count = len(self._streams)
        means = np.asarray(lam, dtype=np.float64)
        if means.ndim == 0:
            means = np.full(count, means)
        if means.shape[0] != count:
            raise ValueError(f"lam: shape {means.shape}: must be a number or begin with the {count} replicas")
        return self._streams.poisson(np.ascontiguousarray(means))


class Custom(Model):
    """Any law, as a Python function that makes one step for a block of replicas.

    Parameters
    ----------
    step : callable
        ``step(t, x, draw, **parameters)``: ``x`` a dict name -> array (b, \\*own shape), ``draw`` a `Draw`; returns the
        new dict. ``t`` is the time before the step. It holds the GIL; make it do much per call.
    state : str
        Names of the state, separated by spaces; ``"x[3] v"`` declares an array of three and a number.
    dt : float, optional
        Model time per step; None: ``t`` counts steps.
    params, **parameters
        Parameters handed to ``step`` by name; numbers and arrays among them can be swept.

    Raises
    ------
    ValueError, TypeError
        ``step`` is not callable, ``state`` declares no names, ``dt`` is not > 0, or a parameter is given twice.

    Notes
    -----
    Between two steps the values are those of the last step at or before the time. A replica whose values are no longer
    finite ends as ``diverged``.

    Examples
    --------
    A random walk with drift:

    >>> import numpy as np, quincunx as qx
    >>> def step(t, x, draw, bias):
    ...     return {"y": x["y"] + np.where(draw.uniform() < bias, 1.0, -1.0)}
    >>> walk = qx.Custom(step, state="y", bias=0.5)
    >>> qx.simulate(walk, t=10, start=0.0, n=3, rng=1, observe=qx.observe.final())["y"].shape
    (3,)
    """

    def __init__(
        self,
        step: Callable[..., Mapping[str, Any]],
        *,
        state: str,
        dt: float | None = None,
        params: Mapping[str, Any] | None = None,
        **parameters: Any,
    ) -> None:
        if not callable(step):
            raise TypeError(f"step = {step!r}: must be callable")
        if not isinstance(state, str):
            raise TypeError(f"state = {state!r}: must be a string of names")
        given = mapping("params", params)
        for name in parameters:
            if name in given:
                raise ValueError(f"params[{name!r}]: is given as a keyword too; give it once")
        self._step = step
        self._state = _declared(state)
        self._dt = None if dt is None else number("dt", dt)
        self._params = {**given, **parameters}
        self._kernel(Step(), None)  # the core judges dt

    @property
    def _clock(self) -> Any:  # type: ignore[override]
        return "steps" if self._dt is None else "time"

    @property
    def names(self) -> tuple[str, ...]:
        """The state names."""
        return tuple(self._state)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters handed to ``step``."""
        return dict(self._params)

    methods: ClassVar[tuple[type[Method], ...]] = (Step,)

    def replace(self, **values: Any) -> Custom:
        """Return the same law with other parameter ``values``, by keyword."""
        return Custom(self._step, state=self._text, dt=self._dt, params=self._params_with(values))

    @property
    def _text(self) -> str:
        return " ".join(n + (f"[{','.join(map(str, s))}]" if s else "") for n, s in self._state.items())

    def _start_names(self) -> dict[str, StartName]:
        return {name: StartName(shape) for name, shape in self._state.items()}

    def _automatic(self) -> Method:
        return Step()

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        advance = partial(_advance, self._step, self.names, self._params)
        return _core.custom_kernel(advance, [(n, list(s)) for n, s in self._state.items()], self._dt)

    def _identity(self) -> tuple[Any, ...]:
        return (self._step, self._text, self._dt, tuple(sorted((k, repr(v)) for k, v in self._params.items())))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Custom) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._step, self._text, self._dt, self._params)

    def __repr__(self) -> str:
        extra = "".join(f", {k}={v!r}" for k, v in self._params.items())
        dt = "" if self._dt is None else f", dt={self._dt!r}"
        name = getattr(self._step, "__name__", repr(self._step))
        return f"Custom({name}, state={self._text!r}{dt}{extra})"


def _rebuild(step: Any, state: str, dt: float | None, params: dict[str, Any]) -> Custom:
    return Custom(step, state=state, dt=dt, params=params)


def _declared(state: str) -> dict[str, tuple[int, ...]]:
    out: dict[str, tuple[int, ...]] = {}
    for word in state.replace(", ", ",").split():
        name, _, shape = word.partition("[")
        if not name.isidentifier() or (shape and not shape.endswith("]")):
            raise ValueError(f"state = {state!r}: {word!r} must be a name, or name[N]")
        if name in out:
            raise ValueError(f"state = {state!r}: {name!r} stands twice")
        try:
            own = tuple(int(k) for k in shape[:-1].split(",")) if shape else ()
        except ValueError:
            raise ValueError(f"state = {state!r}: {word!r} needs whole numbers in brackets") from None
        if any(k < 1 for k in own):
            raise ValueError(f"state = {state!r}: {word!r} needs lengths >= 1")
        out[name] = own
    if not out:
        raise ValueError(f"state = {state!r}: must hold at least one name")
    return out


def _advance(
    step: Callable[..., Mapping[str, Any]],
    names: tuple[str, ...],
    params: dict[str, Any],
    t: float,
    x: dict[str, Array],
    streams: _core.Streams,
) -> dict[str, Array]:
    answer: Any = step(t, x, Draw(streams), **params)
    if not isinstance(answer, Mapping) or set(answer) != set(names):
        raise ValueError(f"step: must return a dict with the names {', '.join(names)}, got {answer!r:.80}")
    return {name: np.ascontiguousarray(answer[name], dtype=np.float64) for name in names}
