"""Results that are no arrays per replica: moments and histograms over replicas, events, several observers at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import comb
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from quincunx._model import nearest
from quincunx._result import Result

if TYPE_CHECKING:
    from quincunx._info import Info

__all__ = ["Cells", "EventsResult", "HistogramResult", "MomentsResult", "Parts"]

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Cells:
    """A histogram with B cells [e_k, e_{k+1}): what ``result.histogram(name)`` returns.

    Attributes
    ----------
    counts : ndarray (..., B)
        Replicas (int64), or time (float64), per cell.
    edges : ndarray (B + 1,)
        The edges e_k of the cells.
    below, above : ndarray (...)
        What fell outside.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> keep = qx.observe.histogram("x", [-1.0, 0.0, 1.0], when=qx.observe.final())
    >>> cells = qx.simulate(walk, t=1, start=0.0, n=10_000, rng=1, observe=keep).histogram("x")
    >>> cells.counts.shape, int(cells.counts.sum() + cells.below + cells.above)
    ((2,), 10000)
    >>> cells.density.round(1).tolist()  # counts / (total * width)
    [0.3, 0.3]
    """

    counts: Array
    edges: Array
    below: Array
    above: Array

    @classmethod
    def of(cls, cells: Array, edges: Array) -> Cells:
        """Make one from ``cells`` (..., B + 2), of which the last two are below and above, and the ``edges`` (B + 1,)."""
        return cls(cells[..., :-2], edges, cells[..., -2], cells[..., -1])

    @property
    def density(self) -> Array:
        """Return counts/(total * cell width); what fell outside belongs to the total."""
        total = self.counts.sum(axis=-1) + self.below + self.above
        with np.errstate(invalid="ignore"):
            return np.asarray(self.counts / (total[..., None] * np.diff(self.edges)))


class Reduced(Result):
    """Names without arrays per replica."""

    _instead = ""

    def __getitem__(self, name: str) -> Any:
        self._known(name)
        raise KeyError(f"{name!r} was reduced over replicas: use {self._instead.format(name)}")

    def _known(self, name: str) -> None:
        if name not in self.names:
            raise KeyError(f"{name!r}; {nearest(str(name), self.names)}")

    def __contains__(self, name: object) -> bool:
        return name in self.names

    @property
    def names(self) -> tuple[str, ...]:
        """The observed names."""
        return tuple(self._extra["names"])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def quantile(self, name: str, q: Any) -> Array:
        """Refused: a quantile ``q`` of ``name`` needs the replicas."""
        raise ValueError(f"{name!r}: quantiles ({q!r}) need the replicas; observe with every, at or final")

    def replicas(self, which: Any) -> Result:
        """Refused: the replicas that ``which`` asks for were reduced."""
        raise ValueError(f"{which!r}: the replicas were reduced over; observe with every, at or final to keep them")


class MomentsResult(Reduced):
    """The result of `observe.moments`: ``.mean .var .std .sem .moment(name, k) .cov(a, b)``; no arrays per replica.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> keep = qx.observe.moments(["x", "x**2"], when=qx.observe.at(10), cov=True)
    >>> res = qx.simulate(walk, t=10, start=1.0, n=2000, rng=1, observe=keep)
    >>> bool(abs(res.mean("x") - 1.0) < 5 * res.sem("x")), bool(15 < res.cov("x", "x**2") < 25)  # 2 * 10
    (True, True)
    """

    _instead = ".mean({0!r}), .var, .std, .sem, .moment"

    def _moment(self, name: str, order: int) -> Array:
        self._known(name)
        key = f"{name}\0{order}"
        if key not in self._arrays:
            highest = self._extra["order"]
            raise ValueError(f"k = {order}: moments up to {highest} were observed; use observe.moments(order={order})")
        return self._arrays[key]

    def _counts(self, least: int, name: str) -> Array:
        counts: Array = self._extra["counts"]
        if np.any(counts < least):
            raise ValueError(f"{counts.min()} good replicas: this statistic needs at least {least}")
        # One count per set, against the axes of the values.
        return counts.reshape(counts.shape + (1,) * (self._moment(name, 1).ndim - counts.ndim))

    def mean(self, name: str) -> Array:
        """Mean of ``name`` over replicas, shape (\\*G, T, ...)."""
        self._counts(1, name)
        return self._moment(name, 1)

    def var(self, name: str) -> Array:
        """Variance of ``name`` over replicas (ddof = 1), shape (\\*G, T, ...)."""
        counts = self._counts(2, name)
        return np.asarray(self._moment(name, 2) / (counts - 1))

    def sem(self, name: str) -> Array:
        """Return the standard error of the mean of ``name``, shape (\\*G, T, ...)."""
        return np.asarray(self.std(name) / np.sqrt(self._counts(2, name)))

    def moment(self, name: str, k: int) -> Array:
        """Return the k-th moment of ``name`` about zero, the mean of x**k over replicas (as `scipy.stats` laws do)."""
        if k < 0 or int(k) != k:
            raise ValueError(f"k = {k}: must be a whole number >= 0")
        counts, mean = self._counts(1, name), self._moment(name, 1)
        total = mean**k
        for j in range(2, k + 1):
            total = total + comb(k, j) * self._moment(name, j) / counts * mean ** (k - j)
        return np.asarray(total)

    def cov(self, a: str, b: str) -> Array:
        """Covariance of the names ``a`` and ``b`` over replicas (ddof = 1), shape (\\*G, T); observe with ``cov=True``."""
        if not self._extra["cov"]:
            raise ValueError("covariances were not observed; use observe.moments(..., cov=True)")
        counts = self._counts(2, a)
        i, j = self.names.index(a), self.names.index(b)
        return np.asarray(self._arrays["\0cross"][..., i, j] / (counts - 1))

    def _identity(self) -> tuple[tuple[Any, ...], list[Array]]:
        facts, arrays = super()._identity()
        return facts, [*arrays, self._extra["counts"]]

    def _summary(self, name: str) -> str:
        if np.any(self._extra["counts"] < 2):
            return ""
        mean, sem = np.ravel(self.mean(name)), np.ravel(self.sem(name))
        return f"{mean[-1]:.6g} +- {sem[-1]:.3g}" if mean.size else ""

    def __repr__(self) -> str:
        head = f"Moments over n = {self._n} replicas" + (f" x {self._shape} sets" if self._shape else "")
        rows = [f"  {name}  {self._moment(name, 1).shape}  {self._summary(name)}" for name in self.names]
        return "\n".join([f"{head}, {self.info.method!r}", *rows])


class HistogramResult(Reduced):
    """The result of `observe.histogram` over replicas: ``.histogram(name)`` gives the `Cells`; no arrays per replica.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> keep = qx.observe.histogram("x", range(-5, 6), when=qx.observe.every(5))
    >>> res = qx.simulate(walk, t=20, start=0.0, n=100, rng=1, observe=keep)
    >>> res.histogram("x").counts.shape  # (times, cells)
    (5, 10)
    """

    _instead = ".histogram({0!r})"

    def histogram(self, name: str) -> Cells:
        """Return the histogram of ``name``: ``.counts .edges .below .above .density``; counts int64 (\\*G, T, B)."""
        self._known(name)
        return Cells.of(self._arrays[name], self._extra["edges"])

    def _sample(self, name: str, least: int) -> Array:
        self._known(name)
        raise ValueError(f"{name!r} was counted in cells: use .histogram({name!r})")

    def __repr__(self) -> str:
        head = f"Histogram over n = {self._n} replicas" + (f" x {self._shape} sets" if self._shape else "")
        rows = [f"  {name}  counts {self.histogram(name).counts.shape}" for name in self.names]
        return "\n".join([f"{head}, {self.info.method!r}", *rows])


class EventsResult(Result):
    """The result of `observe.events`: every event of every replica, flat; ``offsets`` says where each replica begins.

    Examples
    --------
    >>> import numpy as np, quincunx as qx
    >>> from quincunx import chain
    >>> two = chain.MarkovJump([[-1.0, 1.0], [2.0, -2.0]])
    >>> res = qx.simulate(two, t=5.0, n=3, rng=1, observe=qx.observe.events())
    >>> res.offsets.shape, len(res.t) == len(res["state"]) == res.offsets[-1]
    ((4,), np.True_)
    >>> path = res.path(2)
    >>> bool(np.all(np.diff(path.t) > 0)), path["state"].shape == (1, len(path.t))
    (True, True)
    """

    @property
    def t(self) -> Any:
        """The times of all events, flat."""
        return self._t

    @property
    def offsets(self) -> Any:
        """Rows of replica i are ``offsets[i]:offsets[i + 1]``."""
        return self._extra["offsets"]

    def path(self, i: int) -> Result:
        """Return replica ``i`` alone: ``.t`` (the start and its events) and the values there, shape (1, rows, ...)."""
        i = range(self._n)[i]
        rows = slice(int(self.offsets[i]), int(self.offsets[i + 1]))
        return Result(
            {k: v[None, rows] for k, v in self._arrays.items()},
            kind="grid",
            t=self._t[rows] if self._t is not None else None,
            shape=(),
            n=1,
            status=self._status[i : i + 1],
            params={},
            info=self.info,
        )

    def _sample(self, name: str, least: int) -> Array:
        raise ValueError(
            f"{name!r}: events stand at different times in every replica; observe with every(...) for statistics"
        )

    def replicas(self, which: Any) -> Result:
        """Refused, whatever ``which`` is: take single replicas with `path`."""
        raise ValueError(f"{which!r}: take single replicas with .path(i)")

    def _summary(self, name: str) -> str:
        return f"{self._arrays[name].shape[0]} rows"


class Parts(Result):
    """The results of several observers of one run, by their names.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> keep = {"grid": qx.observe.every(10), "top": qx.observe.maximum("x")}
    >>> res = qx.simulate(walk, t=100, start=0.0, n=5, rng=1, observe=keep)
    >>> res.names, res["grid"]["x"].shape, res["top"]["x"].shape
    (('grid', 'top'), (5, 11), (5,))
    """

    def __init__(self, parts: Mapping[str, Result], info: Info) -> None:
        object.__setattr__(self, "_parts", MappingProxyType(dict(parts)))
        object.__setattr__(self, "_information", info)

    if TYPE_CHECKING:
        _parts: Mapping[str, Result]
        _information: Info

    def __getitem__(self, name: str) -> Any:
        try:
            return self._parts[name]
        except KeyError:
            raise KeyError(f"{name!r}; the parts are {', '.join(self._parts)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts."""
        return tuple(self._parts)

    @property
    def info(self) -> Info:
        """How the result came about."""
        return self._information

    @property
    def _first(self) -> Result:
        return next(iter(self._parts.values()))

    @property
    def n(self) -> int:
        """Replicas per parameter set."""
        return self._first.n

    @property
    def params(self) -> Mapping[str, Array]:
        """Swept parameter values."""
        return self._first.params

    @property
    def ok(self) -> Any:
        """Which replicas are fine."""
        return self._first.ok

    @property
    def status(self) -> Array:
        """How each replica ended."""
        return self._first.status

    def replicas(self, which: Any) -> Result:
        """Return every part that keeps replicas with those that ``which`` selects, as in `Result.replicas`."""
        reduced = (MomentsResult, EventsResult)
        parts = {k: p if isinstance(p, reduced) else p.replicas(which) for k, p in self._parts.items()}
        return Parts(parts, self.info)

    def __getattribute__(self, name: str) -> Any:
        per_part = (
            "t",
            "mean",
            "var",
            "std",
            "sem",
            "quantile",
            "plot",
            "histogram",
            "to_xarray",
            "to_pandas",
            "to_arviz",
        )
        if name in per_part:
            names = ", ".join(repr(n) for n in object.__getattribute__(self, "_parts"))
            raise AttributeError(f"this result has parts: ask one of them, result[part].{name}; parts: {names}")
        return object.__getattribute__(self, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Parts):
            return NotImplemented
        return self.names == other.names and all(self[k] == other[k] for k in self)

    __hash__ = None

    def __reduce__(self) -> tuple[Any, ...]:
        return Parts, (dict(self._parts), self.info)

    def __repr__(self) -> str:
        return "\n".join(f"[{name!r}] {part!r}" for name, part in self._parts.items())
