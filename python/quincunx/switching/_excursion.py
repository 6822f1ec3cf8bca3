"""Excursions of smooth stationary Gaussian processes in the independent interval approximation (IIA)."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from quincunx import _core
from quincunx._coerce import choice, number, numbers, whole
from quincunx._memory import check_bytes, memory_limit
from quincunx._rng import key
from quincunx.switching._covariance import Covariance, as_covariance

__all__ = ["Excursion", "InvalidApproximation", "excursion"]

Array = np.ndarray[Any, np.dtype[np.float64]]
Side = Literal["above", "below"]

DRAWUP = 1e-7  # rise of E0 above its running minimum that counts as one
STEPS = 4000  # coarse steps of the renewal equation on 8 characteristic times 1/sqrt(lam2)
LONGEST = 8_000  # coarse steps at most
BLOCK = 2**18  # uniforms inverted at a time


class InvalidApproximation(ValueError):  # noqa: N818 - the fixed public name
    """The clipped Slepian mean is not monotone: the independent interval approximation has no law of intervals.

    Examples
    --------
    >>> from quincunx import switching
    >>> try:
    ...     switching.excursion("exp(-t**2/2)*cos(4*t)")
    ... except switching.InvalidApproximation as error:
    ...     print(error)
    the clipped mean E0 rises at t = ... it must fall monotonically
    """


@dataclass(frozen=True)
class Excursion:
    """The law of the time T between zeros of a stationary Gaussian process, approximated: what `excursion` returns.

    Attributes
    ----------
    covariance : Covariance
        The covariance r of the process, r(0) = 1.
    level : float
        The level, 0.
    valid : bool
        Whether the approximation has a law of intervals; if not, ``persistency`` and ``survival`` warn.
    reason : str
        Why it has none; empty if it has.

    Examples
    --------
    >>> from quincunx import switching
    >>> law = switching.excursion(switching.covariances.diffusion(2))
    >>> law.valid, round(law.mean, 6), round(law.amplitude, 6)
    (True, 6.283185, 1.195426)
    >>> law.survival([0.0, 1.0, 10.0]).round(6).tolist()
    [1.0, 0.942807, 0.185703]
    """

    covariance: Covariance
    level: float
    valid: bool
    reason: str

    def mean_clipped(self, t: Any) -> Array:
        """E0(t) = -r'(t)/sqrt(lam2 (1 - r(t)^2)): mean sign of the process at times ``t`` >= 0 after an up-crossing."""
        t = np.asarray(t, dtype=np.float64)
        flat = np.atleast_1d(t).ravel()
        below = self.covariance.one_minus(flat)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = -self.covariance.derivative(flat) / np.sqrt(self.covariance.lam2 * below * (2 - below))
        return np.where(flat > 0, value, 1.0).reshape(t.shape)

    @property
    def mean(self) -> float:
        """Mean interval pi/sqrt(lam2) (Rice; exact)."""
        return float(np.pi / np.sqrt(self.covariance.lam2))

    def _warn(self) -> None:
        if not self.valid:
            warnings.warn(f"the approximation is not valid: {self.reason}", UserWarning, stacklevel=3)

    def _weighted(self, theta: float, power: int) -> float:
        """Integral of t^power exp(theta t) E0(t) over t > 0, by panels of Gauss-Legendre points out to a spent tail."""
        unit = 1 / np.sqrt(self.covariance.lam2)
        if np.isfinite(self.covariance.decay):
            end = 60 / (self.covariance.decay - theta) + 40 * unit
        else:
            end = unit
            while theta * end + np.log(max(float(self.mean_clipped(end)), 1e-300)) > -45:
                end *= 1.3
        edges = np.concatenate(
            [[0], np.geomspace(1e-6 * unit, 0.5 * unit, 24), np.arange(unit, end + unit, 0.5 * unit)]
        )
        x, w = np.polynomial.legendre.leggauss(20)
        half = np.diff(edges) / 2
        t = (edges[:-1] + half)[:, None] + half[:, None] * x
        return float(np.sum(t**power * np.exp(theta * t) * self.mean_clipped(t) * w * half[:, None]))

    @cached_property
    def persistency(self) -> float:
        """Persistency exponent theta: the root of theta * integral of exp(theta t) E0(t) dt = 1.

        The tail is P(T > t) ~ C exp(-theta t). It is the exponent of the approximation, never the exact one.
        """
        from scipy import optimize

        self._warn()

        def excess(theta: float) -> float:
            return theta * self._weighted(theta, 0) - 1

        decay = self.covariance.decay
        unit = float(np.sqrt(self.covariance.lam2))
        high = 0.5 * unit if np.isinf(decay) else 0.5 * decay
        while excess(high) < 0:
            high = 2 * high if np.isinf(decay) else (high + decay) / 2
            if (np.isfinite(decay) and decay - high < 1e-6 * decay) or high > 1e6 * unit:
                raise ValueError("persistency: the approximation has no exponential tail for this covariance")
        return float(optimize.brentq(excess, 1e-12 * high, high, xtol=1e-15, rtol=1e-13))

    @property
    def persistency_below(self) -> float:
        """Exponent below the level; at level 0 the same as above."""
        return self.persistency

    @cached_property
    def amplitude(self) -> float:
        """C of the tail P(T > t) ~ C exp(-theta t): 2/(1 + theta^2 * integral of t exp(theta t) E0(t) dt)."""
        theta = self.persistency
        return 2 / (1 + theta**2 * self._weighted(theta, 1))

    def survival(self, t: Any, side: Side = "above") -> Array:
        """P(T > t) by the renewal equation S = E0 - (1/2) * integral of S(t - u) dE0(u).

        Product trapezoid on two grids and Richardson's extrapolation; 1e-8 for smooth covariances.

        Parameters
        ----------
        t : array
            Times >= 0.
        side : {"above", "below"}
            Both agree at level 0.

        Returns
        -------
        ndarray
            Same shape as ``t``, in [0, 1].

        Raises
        ------
        ValueError, TypeError
            A time is negative or not finite, or ``side`` is another word.
        """
        _side(side)
        self._warn()
        times = numbers("t", t)
        if not np.all(np.isfinite(times)) or np.any(times < 0):
            raise ValueError(f"t = {t!r}: must be finite and >= 0")
        unit = 8 / np.sqrt(self.covariance.lam2)
        longest = unit * LONGEST / STEPS
        end = min(float(times.max(initial=0.0)) * 1.0001 + unit / STEPS * 8, longest)
        steps = max(int(np.ceil(STEPS * max(end / unit, 0.25))), 16)
        grid = np.linspace(0, end, steps + 1)
        fine = self._renewal(end, 2 * steps)[::2]
        values = (4 * fine - self._renewal(end, steps)) / 3
        near = (
            np.interp(np.minimum(times, end), grid, values)
            if steps < 4
            else _cubic(grid, values, np.minimum(times, end))
        )
        if np.any(times > end):
            # Beyond, the tail is a pure exponential: the next pole has died out over the whole grid.
            near = np.where(times > end, self.amplitude * np.exp(-self.persistency * times), near)
        return np.clip(near, 0.0, 1.0)

    def _renewal(self, end: float, steps: int) -> Array:
        e = self.mean_clipped(np.linspace(0, end, steps + 1))
        d = e[:-1] - e[1:]
        s = np.empty(steps + 1)
        s[0] = 1.0
        backwards = d[::-1].copy()  # d_j for j = steps - 1 .. 0
        pairs = np.empty(steps)  # S_k + S_(k-1), at k - 1
        for i in range(1, steps + 1):
            # sum over j = 1 .. i-1 of d_j (S_(i-j) + S_(i-j-1)), the pairs in increasing order; not by `@`, whose threads
            # wait for each other far longer than these few microseconds on a busy machine
            total = np.einsum("i,i->", backwards[steps - i : steps - 1], pairs[: i - 1])
            s[i] = (e[i] + (d[0] * s[i - 1] + total) / 4) / (1 - d[0] / 4)
            pairs[i - 1] = s[i] + s[i - 1]
        return s

    def stationary_persistence(self, t: float) -> float:
        """P(no zero in [0, ``t``]) from a stationary start: (1/mu) * integral of P(T > u) over u > t; t a number >= 0."""
        if not np.isfinite(number("t", t)) or t < 0:
            raise ValueError(f"t = {t!r}: must be finite and >= 0")
        edges = np.linspace(0, t, 65)
        x, w = np.polynomial.legendre.leggauss(8)
        half = np.diff(edges)[:, None] / 2
        u = edges[:-1, None] + half * (1 + x)
        return float(1 - np.sum(self.survival(u.ravel()).reshape(u.shape) * w * half) / self.mean)

    def sample(self, n: int, *, rng: Any = None, side: Side = "above", max_bytes: float | None = None) -> Array:
        """Draw intervals T = V_1 + ... + V_N, N geometric on {1, 2, ...} with p = 1/2, P(V > t) = E0(t).

        Parameters
        ----------
        n : int
            Number of intervals, >= 0.
        rng
            As in `simulate`; interval i does not depend on n.
        side : {"above", "below"}
            Both agree at level 0.
        max_bytes : float, optional
            Refuse more than this; default: half of the free memory. An interval takes 56 bytes on the way.

        Returns
        -------
        ndarray, (n,)
            The intervals.

        Raises
        ------
        InvalidApproximation
            E0 is not monotone: there is no law to draw from.
        MemoryError
            The draw would take more than ``max_bytes``.

        Examples
        --------
        >>> from quincunx.switching import covariances, excursion
        >>> excursion(covariances.diffusion(2)).sample(3, rng=1).shape
        (3,)
        """
        _side(side)
        if not self.valid:
            raise InvalidApproximation(self.reason)
        if whole("n", n) < 0:
            raise ValueError(f"n = {n}: must be >= 0")
        limit = memory_limit(max_bytes)
        check_bytes(f"n = {n}: the intervals", 56 * int(n), limit, "draw fewer at a time, or raise max_bytes")
        offsets, uniforms = _core.geometric_terms(key(rng), int(n), 0.5, 1, limit)
        for first in range(0, len(uniforms), BLOCK):
            block = slice(first, first + BLOCK)
            uniforms[block] = self._inverse(uniforms[block])
        return np.add.reduceat(uniforms, offsets[:-1]) if n else np.empty(0)

    def _inverse(self, u: Array) -> Array:
        """E0^{-1}(u): closed where it is known, else bracketed on a table and refined to 1e-12."""
        closed = self.covariance.inverse(u)
        if closed is not None:
            return closed
        from scipy.optimize import elementwise

        t, e = self._table
        k = np.clip(np.searchsorted(-e, -u, side="left"), 1, len(t) - 1)
        low, high = t[k - 1], t[k]
        root: Any = elementwise.find_root(  # type: ignore[call-overload]
            lambda x, target: np.log(np.maximum(self.mean_clipped(x), 1e-320)) - np.log(target),
            (low, high),
            args=(u,),
            tolerances={"xrtol": 1e-13, "xatol": 0.0, "fatol": 0.0, "frtol": 0.0},
        )
        return np.asarray(np.where(np.isfinite(root.x), root.x, (low + high) / 2))

    @cached_property
    def _table(self) -> tuple[Array, Array]:
        unit = 1 / np.sqrt(self.covariance.lam2)
        end = unit
        while float(self.mean_clipped(end)) > 1e-18 and end < 1e6 * unit:
            end *= 1.2
        t = np.concatenate([[0.0], np.geomspace(1e-9 * unit, end, 4096)])
        e = np.minimum.accumulate(self.mean_clipped(t))
        return t, e

    def __repr__(self) -> str:
        state = "valid" if self.valid else f"not valid: {self.reason}"
        return f"Excursion({self.covariance!r}, level={self.level}): mean interval {self.mean:.9g}, {state}"


def excursion(
    covariance: Any,
    level: float = 0.0,
    *,
    validate: Literal["raise", "warn"] = "raise",
) -> Excursion:
    """Approximate the law of the time a smooth stationary Gaussian process spends above a level.

    The intervals between crossings of zero are taken as independent, with the law whose switch process has the mean
    of the process clipped after an up-crossing, E0(t) = -r'(t)/sqrt(lam2 (1 - r(t)^2)):
    Psi_T(s) = (1 - s L(E0)(s))/(1 + s L(E0)(s)).

    Parameters
    ----------
    covariance : Covariance, str or (callable, callable)
        One of `covariances`, a formula in ``t`` >= 0, or the pair (r, r').
    level : float
        The level; 0 in this version.
    validate : {"raise", "warn"}
        Whether a covariance for which the approximation has no law is refused, or flagged (``.valid``, ``.reason``).

    Returns
    -------
    Excursion
        ``.persistency .amplitude .survival(t) .sample(n, rng=) .mean .valid .reason``.

    Raises
    ------
    ValueError
        r(0) is not 1, |r| > 1, lam2 is not finite and positive, or r does not tend to 0.
    InvalidApproximation
        E0 is not monotone.

    Examples
    --------
    >>> from quincunx.switching import covariances, excursion
    >>> round(excursion(covariances.diffusion(2)).persistency, 9)
    0.186210713

    References
    ----------
    "The Slepian model based independent interval approximation of persistency and zero-level exceedance distributions",
    arXiv 2401.01805.
    """
    choice("validate", validate, ("raise", "warn"))
    if number("level", level) != 0:
        raise ValueError(f"level = {level!r}: must be 0; other levels are not available")
    model = as_covariance(covariance)
    _judge(model)
    draft = Excursion(model, 0.0, valid=True, reason="")
    reason = _drawup(draft)
    if reason and validate == "raise":
        raise InvalidApproximation(reason)
    return Excursion(model, 0.0, valid=not reason, reason=reason)


def _judge(model: Covariance) -> None:
    """Refuse what is no covariance of a smooth process that forgets."""
    start = float(model.r(np.zeros(1))[0])
    if not abs(start - 1) < 1e-9:
        raise ValueError(f"r(0) = {start!r}: must be 1 (a process of variance 1)")
    lam2 = model.lam2
    if not (np.isfinite(lam2) and lam2 > 0):
        raise ValueError(f"lam2 = -r''(0) = {lam2!r}: must be finite and > 0 (a process with a derivative)")
    unit = 1 / np.sqrt(lam2)
    t = np.geomspace(1e-4 * unit, 1e5 * unit, 4096)
    r = model.r(t)
    if not np.all(np.isfinite(r)) or np.any(np.abs(r) > 1 + 1e-9):
        bad = t[~(np.abs(r) <= 1 + 1e-9)][0]
        raise ValueError(f"r({bad:.6g}): must lie in [-1, 1]")
    if np.max(np.abs(r[-64:])) > 1e-3:
        raise ValueError(f"r({t[-1]:.3g}) = {r[-1]:.3g}: must tend to 0; the mean interval is not preserved otherwise")


def _drawup(draft: Excursion) -> str:
    """Return where E0 rises above its running minimum (or below 0), or nothing."""
    unit = 1 / np.sqrt(draft.covariance.lam2)
    end = unit
    while np.any(np.abs(draft.mean_clipped(np.linspace(0.5 * end, end, 9))) > 1e-12) and end < 1e5 * unit:
        end *= 1.5
    t = np.sort(np.concatenate([np.geomspace(1e-4, max(end, 1e-3), 4096), np.linspace(1e-4, max(end, 1e-3), 8192)]))
    e = draft.mean_clipped(t)
    rise = e - np.minimum.accumulate(np.minimum(e, 1.0))
    worst = int(np.argmax(rise > DRAWUP))
    if rise[worst] > DRAWUP:
        return (
            f"the clipped mean E0 rises at t = {t[worst]:.6g} (by {rise.max():.3g} in all): it must fall monotonically"
        )
    if e.min() < -DRAWUP:
        return f"the clipped mean E0 is negative at t = {t[int(np.argmin(e))]:.6g}: it must be >= 0"
    return ""


def _cubic(grid: Array, values: Array, t: Array) -> Array:
    """Local cubic (4-point Lagrange) interpolation on an even grid."""
    h = grid[1] - grid[0]
    k = np.clip((t / h).astype(np.int64) - 1, 0, len(grid) - 4)
    s = t / h - k
    out = np.zeros_like(t)
    for a in range(4):
        term = values[k + a].copy() if np.ndim(k) else values[k + a]
        for b in range(4):
            if b != a:
                term = term * (s - b) / (a - b)
        out = out + term
    return np.asarray(out)


def _side(side: Any) -> None:
    choice("side", side, ("above", "below"))
