"""What a run returns: a frozen mapping from names to arrays, with statistics over replicas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quincunx._info import Info
from quincunx._model import nearest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Result"]

Array = np.ndarray[Any, np.dtype[Any]]
Kind = Literal["grid", "values", "passage", "occupation", "autocorrelation"]


class Result(Mapping[str, Any]):
    """What `simulate` returns: arrays by name, axes ``(*sweep, replica, time, ...)``, and statistics over replicas.

    A frozen mapping: ``res[name]``, ``name in res``, iteration. Results of equal runs are equal bit for bit; they pickle.

    Attributes
    ----------
    t : array (T,)
        The times of a grid, in the unit of the model.
    params : mapping
        Swept values, broadcast to the sweep shape G.
    n : int
        Replicas per parameter set.
    info : Info
        Method, key, versions, events, wall time.
    ok, status : arrays (\\*G, n)
        Which replicas are fine (bool), and how each ended: ``ok``, ``absorbed``, or the word for its failure.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import sde
    >>> law = sde.OU(theta=1.0, mu=0.0, sigma=1.0)
    >>> res = qx.simulate(law, t=5.0, params={"sigma": [1.0, 2.0]}, start=0.0, n=4000, rng=1)
    >>> res["x"].shape, res.mean("x").shape, res.quantile("x", [0.05, 0.5, 0.95]).shape
    ((2, 4000, 101), (2, 101), (3, 2, 101))
    >>> res.params["sigma"], res.t[-1], bool(res.ok.all()), res.replicas([0, 7]).n
    (array([1., 2.]), np.float64(5.0), True, 2)
    >>> (res.std("x")[:, -1] / law.stationary_var**0.5).round(1).tolist()
    [1.0, 2.0]
    """

    _slots = ("_arrays", "_kind", "_t", "_shape", "_n", "_status", "_params", "_info", "_extra")

    def __init__(
        self,
        arrays: Mapping[str, Array],
        *,
        kind: Kind,
        t: Array | None,
        shape: tuple[int, ...],
        n: int,
        status: Array,
        params: Mapping[str, Array],
        info: Info,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        for array in arrays.values():
            array.flags.writeable = False
        values = (MappingProxyType(dict(arrays)), kind, t, shape, n, status, MappingProxyType(dict(params)), info)
        for name, value in zip(self._slots, (*values, MappingProxyType(dict(extra or {}))), strict=True):
            object.__setattr__(self, name, value)

    if TYPE_CHECKING:
        _arrays: Mapping[str, Array]
        _kind: Kind
        _t: Array | None
        _shape: tuple[int, ...]
        _n: int
        _status: Array
        _params: Mapping[str, Array]
        _info: Info
        _extra: Mapping[str, Any]

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a result is frozen: {name} cannot be set")

    # --- mapping -----------------------------------------------------------------------------------------------

    def __getitem__(self, name: str) -> Any:
        try:
            return self._arrays[name]
        except KeyError:
            raise KeyError(f"{name!r}; {nearest(str(name), self.names)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    @property
    def names(self) -> tuple[str, ...]:
        """The result names, in the order asked for."""
        return tuple(self._arrays)

    @property
    def t(self) -> Any:
        """The observed times (T,); an AttributeError where the observer has no time axis."""
        if self._t is None:
            raise AttributeError("this observer has no time axis")
        return self._t

    @property
    def params(self) -> Mapping[str, Array]:
        """Swept parameter values, broadcast to the sweep shape G."""
        return self._params

    @property
    def n(self) -> int:
        """Replicas per parameter set."""
        return self._n

    @property
    def info(self) -> Info:
        """How the result came about."""
        return self._info

    @property
    def status(self) -> Array:
        """How each replica ended, as words (\\*G, n)."""
        from quincunx import _core

        return np.array(_core.status_words())[self._status]

    @property
    def ok(self) -> Any:
        """Which replicas are fine (\\*G, n)."""
        return self._status <= 1

    # --- statistics over replicas ------------------------------------------------------------------------------

    @property
    def _axis(self) -> int:
        return len(self._shape)

    def _sample(self, name: str, least: int) -> Array:
        array: Array = np.asarray(self[name])
        bad = int(np.count_nonzero(~self.ok))
        if bad:
            raise ValueError(f"{bad} replicas failed; select the good ones first: result.replicas(result.ok)")
        if self._n < least:
            raise ValueError(f"n = {self._n}: this statistic needs at least {least} replicas")
        return array

    def mean(self, name: str) -> Array:
        """Mean of ``name`` over replicas, shape (\\*G, T, ...); ValueError if a replica failed or a time is infinite."""
        array = self._sample(name, 1)
        if self._kind == "passage" and name == "time":
            open_ = int(np.count_nonzero(np.isinf(array)))
            if open_:
                raise ValueError(
                    f"time: {open_} of {array.size} replicas never met the condition; the mean of inf says nothing: "
                    "use quantile('time', q)",
                )
        return np.asarray(array.mean(axis=self._axis))

    def var(self, name: str) -> Array:
        """Variance of ``name`` over replicas (ddof = 1), shape (\\*G, T, ...); needs n >= 2."""
        return np.asarray(self._sample(name, 2).var(axis=self._axis, ddof=1))

    def std(self, name: str) -> Array:
        """Return the standard deviation of ``name`` over replicas (ddof = 1), shape (\\*G, T, ...); needs n >= 2."""
        return np.asarray(np.sqrt(self.var(name)))

    def sem(self, name: str) -> Array:
        """Return the standard error of the mean of ``name``, std/sqrt(n), shape (\\*G, T, ...); needs n >= 2."""
        return np.asarray(self.std(name) / np.sqrt(self._n))

    def quantile(self, name: str, q: Any) -> Array:
        """Quantiles of ``name`` over replicas at levels ``q`` in [0, 1], shape (\\*q.shape, \\*G, T, ...).

        Linear between values; with infinite times, which are later than any other, the least value that reaches q.
        """
        array = self._sample(name, 1)
        levels = np.asarray(q, dtype=np.float64)
        if np.any(~((levels >= 0) & (levels <= 1))):
            raise ValueError(f"q = {q!r}: must be between 0 and 1")
        method = "inverted_cdf" if np.any(np.isinf(array)) else "linear"
        return np.asarray(np.quantile(array, levels, axis=self._axis, method=method))  # type: ignore[call-overload]

    # --- selection ---------------------------------------------------------------------------------------------

    def replicas(self, which: Any) -> Result:
        """Return the result of some replicas: ``which`` is an index, a slice, indices, or a mask (n,) or (\\*G, n).

        Of a mask with sweep axes those replicas are kept that are True in every set, as ``res.replicas(res.ok)`` needs.
        """
        mask: Any = np.asarray(which) if not isinstance(which, slice) else which
        if not isinstance(mask, slice):
            if mask.dtype == bool and mask.ndim == self._axis + 1:
                mask = mask.all(axis=tuple(range(self._axis)))
            mask = np.flatnonzero(mask) if mask.dtype == bool else np.atleast_1d(mask)
        take = (slice(None),) * self._axis + (mask,)
        status = self._status[take]
        return Result(
            {k: v[take] for k, v in self._arrays.items()},
            kind=self._kind,
            t=self._t,
            shape=self._shape,
            n=status.shape[-1],
            status=status,
            params=self._params,
            info=self._info,
            extra=self._extra,
        )

    def histogram(self, name: str) -> Any:
        """Return the histogram of ``name`` over time: ``.counts .edges .below .above .density``, counts (\\*G, n, B)."""
        from quincunx._reduced import Cells

        if self._kind != "occupation":
            raise AttributeError("no histogram was observed; use observe.histogram(of, bins)")
        return Cells.of(np.asarray(self[name]), self._extra["edges"])

    # --- exports -----------------------------------------------------------------------------------------------

    def to_xarray(self) -> Any:
        """Return an `xarray.Dataset`: dims = swept parameters, ``replica``, ``time``, ``<name>_0``... (extra ``xarray``)."""
        from quincunx._export import to_xarray

        return to_xarray(self)

    def to_pandas(self) -> Any:
        """Return a long `pandas.DataFrame`: one row per (set, replica, time) (extra ``pandas``)."""
        from quincunx._export import to_pandas

        return to_pandas(self)

    def to_arviz(self) -> Any:
        """Return ArviZ inference data: chain = replica, draw = time (extra ``arviz``)."""
        from quincunx._export import to_arviz

        return to_arviz(self)

    def plot(self, name: str | None = None, ax: Axes | None = None, **kwargs: Any) -> Axes:
        """Draw ``name`` (None: all) into the matplotlib Axes ``ax`` (None: a new one) and return it.

        ``kwargs`` go to the lines or to the image; see `quincunx.viz.plot` (extra ``plot``).
        """
        from quincunx.viz import plot

        return plot(self, name, ax=ax, **kwargs)

    # --- identity ----------------------------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result) or type(self) is not type(other):
            return NotImplemented
        mine, theirs = self._identity(), other._identity()
        return mine[0] == theirs[0] and all(
            a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
            for a, b in zip(mine[1], theirs[1], strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def _identity(self) -> tuple[tuple[Any, ...], list[Array]]:
        facts = (self.names, self._kind, self._shape, self._n, self.info.key, self.info.stream_version)
        arrays = [*self._arrays.values(), self._status]
        return facts, arrays if self._t is None else [*arrays, self._t]

    def __reduce__(self) -> tuple[Any, ...]:
        values = {name: getattr(self, name) for name in self._slots}
        values["_arrays"], values["_params"] = dict(self._arrays), dict(self._params)
        values["_extra"] = dict(self._extra)
        return _rebuild, (type(self), values)

    def __copy__(self) -> Result:
        return self

    def __repr__(self) -> str:
        head = f"Result of n = {self._n} replicas"
        if self._shape:
            swept = ", ".join(f"{k} {np.shape(v)}" for k, v in self._params.items())
            head += f" x {self._shape} sets ({swept})"
        lines = [f"{head}, {self.info.method!r}"]
        if self._t is not None and np.size(self._t):
            times = np.atleast_1d(self._t)
            lines.append(f"t: {times[0]:g} .. {times[-1]:g} ({times.size})")
        bad = int(np.count_nonzero(~self.ok))
        if bad:
            lines.append(f"{bad} replicas failed")
        width = max((len(n) for n in self.names), default=0)
        lines += [f"  {n:<{width}}  {a.dtype!s:<8} {a.shape!s:<18} {self._summary(n)}" for n, a in self._arrays.items()]
        return "\n".join(lines)

    def _summary(self, name: str) -> str:
        """Return mean +- sem at the end, for the first set of a sweep."""
        array = self._arrays[name]
        if not array.size:
            return ""
        first = array[(0,) * self._axis] if self._axis else array
        sample = first[self.ok[(0,) * self._axis]] if self._axis else first[self.ok]
        if self._kind == "grid" and self._t is not None and np.ndim(self._t):
            sample = sample[:, -1:] if sample.shape[1:2] != (0,) else sample[:, :0]
            sample = sample[:, 0] if sample.shape[1] else sample.reshape(len(sample), -1)
        if sample.size == 0 or sample.ndim != 1:
            return ""
        finite = sample[np.isfinite(sample)] if sample.dtype.kind == "f" else sample
        if finite.size < sample.size:
            return f"{finite.size} of {sample.size} finite"
        sem = f" +- {sample.std(ddof=1) / np.sqrt(sample.size):.3g}" if sample.size > 1 else ""
        return f"{sample.mean():.6g}{sem}"


def _rebuild(cls: type[Result], values: dict[str, Any]) -> Result:
    result = cls.__new__(cls)
    for name, value in values.items():
        if name in ("_arrays", "_params", "_extra"):
            value = MappingProxyType(value)  # noqa: PLW2901 - proxies do not pickle
        object.__setattr__(result, name, value)
    return result
