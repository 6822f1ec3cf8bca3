"""Simulation against exact answer, with an error bar."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx._model import nearest
from quincunx._reduced import HistogramResult
from quincunx._result import Result

__all__ = ["Check", "check"]

Array = np.ndarray[Any, np.dtype[Any]]

FALSE_ALARM = 1e-6  # chance that a correct simulation is called wrong, over all rows of a table


@dataclass(frozen=True)
class Check:
    """A table of simulated and exact values with z and p: what `check` returns; true if every row is ok.

    Attributes
    ----------
    rows : tuple of tuples
        One per number: (quantity, simulated, exact, z, p), with p the chance of so large a deviation. Of a histogram:
        (cells, chi-square, degrees of freedom, z, p).

    Examples
    --------
    >>> import quincunx as qx
    >>> coin = qx.Custom(lambda t, x, draw: {"x": draw.uniform() < 0.5}, state="x")
    >>> res = qx.simulate(coin, t=1, start=0.0, n=4000, rng=3, observe=qx.observe.final())
    >>> bool(qx.check(res, {"x": 0.5})), qx.check(res, {"x": 0.6}).worst[0]
    (True, 'x')
    >>> print(qx.check(res, {"x": 0.6}))
    quantity      simulated          exact        z         p
    x               0.49325            0.6   -13.50   1.5e-41
    NOT ok: smallest p 1.5e-41 of 1 rows
    """

    rows: tuple[tuple[str, float, float, float, float], ...]

    @property
    def ok(self) -> bool:
        """No p below 1e-6 / number of rows."""
        return all(row[4] >= FALSE_ALARM / len(self.rows) for row in self.rows)

    @property
    def worst(self) -> tuple[str, float, float, float, float]:
        """The row with the smallest p: (quantity, simulated, exact, z, p)."""
        return min(self.rows, key=lambda row: row[4])

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        width = max([8, *(len(r[0]) for r in self.rows)])
        shown = self.rows if len(self.rows) <= 24 else (*self.rows[:11], *self.rows[-11:])
        lines = [f"{'quantity':<{width}} {'simulated':>14} {'exact':>14} {'z':>8} {'p':>9}"]
        lines += [f"{n:<{width}} {s:>14.8g} {e:>14.8g} {z:>8.2f} {p:>9.2g}" for n, s, e, z, p in shown]
        if len(shown) < len(self.rows):
            lines.insert(12, f"... {len(self.rows) - len(shown)} more rows")
        lines.append(f"{'ok' if self.ok else 'NOT ok'}: smallest p {self.worst[4]:.2g} of {len(self.rows)} rows")
        return "\n".join(lines)


def check(result: Result, exact: Any, names: str | Sequence[str] | None = None) -> Check:
    """Compare a simulation with an exact answer.

    Parameters
    ----------
    result : Result
        Kept replicas, moments, or a histogram over replicas.
    exact
        Anything with ``.mean(name)`` (then also ``.var(name)`` and ``.marginal(name)`` where it has them), or a dict
        name -> array of means, shaped like ``result.mean(name)``.
    names : str or list of str, optional
        The names to compare; default: all that both sides have.

    Returns
    -------
    Check
        Means by z = (mean - exact)/sem, variances by the normal approximation of their estimator, histograms by
        chi-square over cells with at least 5 expected counts. It is true if no p is below 1e-6 / rows.

    Raises
    ------
    ValueError
        A name was not observed, or there is nothing to compare.
    TypeError
        An argument has the wrong kind, or ``exact`` lacks what the comparison needs.

    Examples
    --------
    >>> import numpy as np, quincunx as qx
    >>> def step(t, x, draw):
    ...     return {"x": draw.normal()}
    >>> noise = qx.Custom(step, state="x")
    >>> res = qx.simulate(noise, t=1, start=0.0, n=1000, rng=3, observe=qx.observe.final())
    >>> qx.check(res, {"x": 0.0}).ok
    True
    """
    if not isinstance(result, Result):
        raise TypeError(f"result = {result!r}: must be a Result")
    wanted = _names(result, exact, names)
    rows: list[tuple[str, float, float, float, float]] = []
    for name in wanted:
        if isinstance(result, HistogramResult):
            rows += _histogram_rows(result, exact, name)
        else:
            rows += _moment_rows(result, exact, name)
    if not rows:
        raise ValueError("exact, names: there is nothing to compare")
    return Check(tuple(rows))


def _names(result: Result, exact: Any, names: Any) -> list[str]:
    if names is not None:
        chosen = [names] if isinstance(names, str) else names
        if not isinstance(chosen, list | tuple) or not chosen or not all(isinstance(n, str) for n in chosen):
            raise TypeError(f"names = {names!r:.80}: must be a name or a list of names")
        for name in chosen:
            if name not in result:
                raise ValueError(f"names: {name!r} was not observed; {nearest(name, result.names)}")
            if isinstance(exact, Mapping) and name not in exact:
                raise ValueError(f"exact: has no {name!r}; {nearest(name, tuple(map(str, exact)))}")
        return list(chosen)
    if isinstance(exact, Mapping):
        unknown = [n for n in exact if n not in result]
        if unknown:
            raise ValueError(f"exact: {unknown[0]!r} was not observed; {nearest(str(unknown[0]), result.names)}")
        return list(exact)
    return list(result.names)


def _exact(exact: Any, name: str, what: str) -> Array | None:
    if isinstance(exact, Mapping):
        return np.asarray(exact[name], dtype=np.float64) if what == "mean" else None
    # Arrays have a method mean, too, but not of a name.
    method = None if isinstance(exact, np.ndarray | np.generic) else getattr(exact, what, None)
    if not callable(method):
        if what == "mean":
            raise TypeError(f"exact = {exact!r}: must have .mean(name), or be a dict name -> array")
        return None
    return np.asarray(method(name), dtype=np.float64)


def _moment_rows(result: Result, exact: Any, name: str) -> list[tuple[str, float, float, float, float]]:
    mean, sem = np.asarray(result.mean(name)), np.asarray(result.sem(name))
    rows = _z_rows(name, mean, np.broadcast_to(_need(exact, name), mean.shape), sem)
    # The variance of a law is that of single values: averages and extremes over time have others.
    var = _exact(exact, name, "var") if result._kind == "grid" else None  # noqa: SLF001
    if var is not None and result.n > 2:
        estimate = np.asarray(result.var(name))
        # Without a fourth moment the error of a variance is taken from the sample where it is kept, else as if normal.
        error = estimate * np.sqrt(2 / (result.n - 1))
        if name in _kept(result):
            sample = np.asarray(result[name], dtype=np.float64)
            axis = len(result._shape)  # noqa: SLF001 - the check is part of the result
            deviation = sample - sample.mean(axis=axis, keepdims=True)
            error = np.sqrt(np.maximum((deviation**4).mean(axis=axis) - estimate**2, 0) / result.n)
        rows += _z_rows(f"var {name}", estimate, np.broadcast_to(var, estimate.shape), error)
    return rows


def _kept(result: Result) -> Mapping[str, Any]:
    return result._arrays  # noqa: SLF001


def _need(exact: Any, name: str) -> Array:
    value = _exact(exact, name, "mean")
    if value is None:
        raise TypeError(f"exact: has no mean of {name!r}")
    return value


def _z_rows(name: str, got: Array, want: Array, error: Array) -> list[tuple[str, float, float, float, float]]:
    rows = []
    for index in np.ndindex(got.shape):
        g, w, e = float(got[index]), float(want[index]), float(error[index])
        exactly = abs(g - w) <= 1e-12 * max(1.0, abs(w))
        z = 0.0 if exactly else (g - w) / e if e > 0 else np.inf * np.sign(g - w)
        label = name + (f"[{', '.join(map(str, index))}]" if index else "")
        rows.append((label, g, w, z, math.erfc(abs(z) / math.sqrt(2))))
    return rows


def _histogram_rows(result: HistogramResult, exact: Any, name: str) -> list[tuple[str, float, float, float, float]]:
    """Chi-square of the counts against the exact marginal (index = value), one row per time and set."""
    from scipy.special import chdtrc

    method = getattr(exact, "marginal", None)
    if method is None:
        raise TypeError("exact: a histogram is compared with .marginal(name)")
    cells = result.histogram(name)
    marginal = np.asarray(method(name), dtype=np.float64)
    counts = np.concatenate([cells.below[..., None], cells.counts, cells.above[..., None]], axis=-1)
    rows = []
    for index in np.ndindex(counts.shape[:-1]):
        law = marginal[index[-1]] if marginal.ndim == 2 else marginal
        support = np.arange(len(law))
        where = np.searchsorted(cells.edges, support, side="right")
        expected = np.bincount(where, weights=law, minlength=len(cells.edges) + 1)
        observed, total = counts[index].astype(np.float64), counts[index].sum()
        statistic, freedom = _chi_square(observed, expected * total)
        p = float(chdtrc(freedom, statistic)) if freedom else 1.0
        label = f"{name} cells" + (f"[{', '.join(map(str, index))}]" if index else "")
        rows.append((label, statistic, float(freedom), (statistic - freedom) / np.sqrt(2 * max(freedom, 1)), p))
    return rows


def _chi_square(observed: Array, expected: Array) -> tuple[float, int]:
    """Pool neighbouring cells until each expects at least 5."""
    pooled: list[list[float]] = [[0.0, 0.0]]
    for o, e in zip(observed, expected, strict=True):
        if pooled[-1][1] >= 5:
            pooled.append([0.0, 0.0])
        pooled[-1][0] += float(o)
        pooled[-1][1] += float(e)
    if len(pooled) > 1 and pooled[-1][1] < 5:
        last = pooled.pop()
        pooled[-1][0] += last[0]
        pooled[-1][1] += last[1]
    table = np.array(pooled)
    return float(((table[:, 0] - table[:, 1]) ** 2 / np.maximum(table[:, 1], 1e-300)).sum()), len(pooled) - 1
