"""The telegraph process and its closed forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx._coerce import number, numbers
from quincunx.switching._process import AlternatingRenewal
from quincunx.switching.laws import Exponential, Law

__all__ = ["Telegraph"]

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Telegraph(AlternatingRenewal):
    """Random telegraph signal: leaves +1 at rate ``a`` and -1 at rate ``b``.

    P(X_t = +1 | X_0 = +1) = b/(a+b) + a/(a+b) exp(-(a+b) t); the stationary covariance is
    4ab/(a+b)^2 exp(-(a+b)|t|).

    Parameters
    ----------
    a : float
        Rate of leaving the up state, > 0.
    b : float, optional
        Rate of leaving the down state, > 0; default: ``a``.

    Examples
    --------
    >>> from quincunx.switching import Telegraph
    >>> round(float(Telegraph(2.0, 0.5).probability_up(1.0)), 10)
    0.2656679989

    References
    ----------
    S. Goldstein, "On diffusion by discontinuous movements, and on the telegraph equation" (1951); M. Kac (1974).
    """

    a: float
    b: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "a", number("a", self.a))
        object.__setattr__(self, "b", self.a if self.b is None else number("b", self.b))
        for name in ("a", "b"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise ValueError(f"{name} = {value!r}: must be finite and > 0")

    @property
    def _rates(self) -> tuple[float, float]:
        return self.a, self.a if self.b is None else self.b

    def _laws(self) -> tuple[Law, Law]:
        a, b = self._rates
        return Exponential(a), Exponential(b)

    @property
    def params(self) -> dict[str, Any]:
        """``a`` and ``b``."""
        a, b = self._rates
        return {"a": a, "b": b}

    def replace(self, **values: Any) -> Telegraph:
        """Return the process with other rates."""
        return Telegraph(**self._params_with(values))

    def probability_up(self, t: Any, start: float = 1) -> Array:
        """Return P(X_t = +1) from state ``start`` at time 0."""
        if number("start", start) not in (1, -1):
            raise ValueError(f"start = {start!r}: must be +1 or -1")
        a, b = self._rates
        decay = np.exp(-(a + b) * _times(t))
        return np.asarray((b + (a if start == 1 else -b) * decay) / (a + b))

    def mean(self, t: Any, start: float = 1) -> Array:
        """E X_t from state ``start`` at time 0."""
        return np.asarray(2 * self.probability_up(t, start) - 1)

    def covariance(self, t: Any) -> Array:
        """Stationary covariance at lag ``t``."""
        a, b = self._rates
        return np.asarray(4 * a * b / (a + b) ** 2 * np.exp(-(a + b) * np.abs(_times(t, signed=True))))

    def _symmetric_rate(self) -> float:
        a, b = self._rates
        if a != b:
            raise ValueError(f"a = {a}, b = {b}: the closed forms of the displacement need equal rates")
        return a

    def displacement_variance(self, t: Any, v: float = 1.0) -> Array:
        """Variance of v times the integral of X over [0, t]: (v^2/a) (t - (1 - exp(-2 a t))/(2 a)) (equal rates)."""
        rate, t = self._symmetric_rate(), _times(t)
        return np.asarray(v**2 / rate * (t + np.expm1(-2 * rate * t) / (2 * rate)))

    def displacement_density(self, x: Any, t: float, v: float = 1.0) -> Array:
        """Density of the displacement inside (-v t, v t) (Goldstein and Kac; equal rates, symmetric start).

        Beside it there is an atom exp(-a t)/2 at each of the ends: `displacement_atom`.
        """
        from scipy import special

        rate, x = self._symmetric_rate(), np.asarray(x, dtype=np.float64)
        time, speed = float(_times(t)), number("v", v)
        if time <= 0 or speed <= 0:
            raise ValueError(f"t = {t!r}, v = {v!r}: must be > 0")
        with np.errstate(invalid="ignore"):
            z = rate / speed * np.sqrt((speed * time) ** 2 - x**2)
        # exp(-a t) I(z) with both factors scaled, so that long times neither overflow nor vanish.
        scale = np.exp(z - rate * time) * rate / (2 * speed)
        ratio = np.where(z > 0, special.i1e(z) / np.where(z > 0, z, 1), 0.5)
        inside = scale * (special.i0e(z) + rate * time * ratio)
        return np.asarray(np.where(np.abs(x) < speed * time, inside, 0.0))

    def displacement_atom(self, t: Any) -> Array:
        """Probability exp(-a t)/2 of never having switched, at each end of the displacement."""
        return np.asarray(np.exp(-self._symmetric_rate() * _times(t)) / 2)


def _times(t: Any, *, signed: bool = False) -> Array:
    times = numbers("t", t)
    if not np.all(np.isfinite(times)) or (not signed and np.any(times < 0)):
        raise ValueError(f"t = {t!r}: must be finite and >= 0")
    return times
