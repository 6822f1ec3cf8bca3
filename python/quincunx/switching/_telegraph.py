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

    Raises
    ------
    ValueError, TypeError
        A rate is not finite and > 0, or no number.

    Notes
    -----
    ``t`` of `simulate` is model time. Observed: ``state``; on request ``age``, the time since the last switch. ``start``:
    +1 (default), -1, an array of them, or ``"stationary"``.

    Examples
    --------
    >>> from quincunx.switching import Telegraph
    >>> round(float(Telegraph(2.0, 0.5).probability_up(1.0)), 10)
    0.2656679989

    References
    ----------
    S. Goldstein, "On diffusion by discontinuous movements, and on the telegraph equation", Quart. J. Mech. Appl. Math. 4
    (1951) 129; M. Kac, "A stochastic model related to the telegrapher's equation", Rocky Mountain J. Math. 4 (1974) 497.
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
        """Return the process with other rates: ``values`` are ``a=`` and ``b=``."""
        return Telegraph(**self._params_with(values))

    def probability_up(self, t: Any, start: float = 1) -> Array:
        """Return P(X_t = +1) from a state at time 0.

        Parameters
        ----------
        t : float or array
            Times >= 0.
        start : {1, -1}
            The state at time 0.

        Returns
        -------
        ndarray
            Same shape as ``t``.
        """
        if number("start", start) not in (1, -1):
            raise ValueError(f"start = {start!r}: must be +1 or -1")
        a, b = self._rates
        decay = np.exp(-(a + b) * _times(t))
        return np.asarray((b + (a if start == 1 else -b) * decay) / (a + b))

    def mean(self, t: Any, start: float = 1) -> Array:
        """E X_t at times ``t`` >= 0 from state ``start`` (+1 or -1) at time 0, the shape of ``t``."""
        return np.asarray(2 * self.probability_up(t, start) - 1)

    def covariance(self, t: Any) -> Array:
        """Stationary covariance 4ab/(a+b)^2 exp(-(a+b)|t|) at lags ``t`` of either sign, the shape of ``t``."""
        a, b = self._rates
        return np.asarray(4 * a * b / (a + b) ** 2 * np.exp(-(a + b) * np.abs(_times(t, signed=True))))

    def _symmetric_rate(self) -> float:
        a, b = self._rates
        if a != b:
            raise ValueError(f"a = {a}, b = {b}: the closed forms of the displacement need equal rates")
        return a

    def displacement_variance(self, t: Any, v: float = 1.0) -> Array:
        """Variance of v times the integral of X over [0, t]: (v^2/a) (t - (1 - exp(-2 a t))/(2 a)) (equal rates).

        Parameters
        ----------
        t : float or array
            Times >= 0.
        v : float
            Speed.

        Raises
        ------
        ValueError
            The rates differ, or a time is negative or not finite.

        Examples
        --------
        >>> from quincunx.switching import Telegraph
        >>> Telegraph(1.0).displacement_variance([0.0, 1.0, 100.0]).round(6).tolist()
        [0.0, 0.567668, 99.5]
        """
        rate, t = self._symmetric_rate(), _times(t)
        return np.asarray(v**2 / rate * (t + np.expm1(-2 * rate * t) / (2 * rate)))

    def displacement_density(self, x: Any, t: float, v: float = 1.0) -> Array:
        """Density of the displacement inside (-v t, v t) (Goldstein and Kac; equal rates, symmetric start).

        Beside it there is an atom exp(-a t)/2 at each of the ends: `displacement_atom`.

        Parameters
        ----------
        x : float or array
            Displacements; the density is 0 at the ends and beyond.
        t : float
            Time, > 0.
        v : float
            Speed, > 0.

        Raises
        ------
        ValueError
            The rates differ, or ``t`` or ``v`` is not > 0.

        Examples
        --------
        >>> import numpy as np
        >>> from quincunx.switching import Telegraph
        >>> walk, x = Telegraph(1.0), np.linspace(-0.9995, 0.9995, 2000)
        >>> inside = walk.displacement_density(x, 1.0).sum() * 0.001
        >>> round(float(inside + 2 * walk.displacement_atom(1.0)), 6)
        1.0
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
        """Probability exp(-a t)/2 of never having switched by ``t`` >= 0, at each end of the displacement."""
        return np.asarray(np.exp(-self._symmetric_rate() * _times(t)) / 2)


def _times(t: Any, *, signed: bool = False) -> Array:
    times = numbers("t", t)
    if not np.all(np.isfinite(times)) or (not signed and np.any(times < 0)):
        raise ValueError(f"t = {t!r}: must be finite and >= 0")
    return times
