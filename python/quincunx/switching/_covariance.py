"""What excursion laws need of a covariance, and covariances that users bring themselves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Covariance", "Formula", "Pair", "as_covariance"]

Array = np.ndarray[Any, np.dtype[np.float64]]

# 20-point Gauss-Legendre on [0, 1]: 1 - r(t) as an integral of positive terms.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


class Covariance(ABC):
    """The covariance r(t) = E[x(s) x(s + t)], t >= 0, of a stationary process with r(0) = 1, and what `excursion` needs.

    The functions of this module make the known ones. A class of one's own gives ``r``, ``derivative``, ``lam2`` and
    ``decay``; ``one_minus`` may be overridden where 1 - r has a form without cancellation.

    Examples
    --------
    >>> import numpy as np
    >>> from quincunx.switching import covariances
    >>> rippled = covariances.as_covariance("exp(-t**2/2)*cos(t/2)")
    >>> isinstance(rippled, covariances.Covariance), round(rippled.lam2, 12)
    (True, 1.25)
    >>> rippled.r(np.array([0.0, 1.0])).round(6).tolist()
    [1.0, 0.532281]
    """

    @abstractmethod
    def r(self, t: Array) -> Array:
        """Covariance at lags ``t`` >= 0, an array; same shape."""

    @abstractmethod
    def derivative(self, t: Array) -> Array:
        """First derivative r'(t) at lags ``t`` >= 0, an array; same shape."""

    @property
    @abstractmethod
    def lam2(self) -> float:
        """Second spectral moment -r''(0) > 0: zeros are crossed at the rate sqrt(lam2)/pi (Rice)."""

    @property
    @abstractmethod
    def decay(self) -> float:
        """Exponential rate of decay of r; inf: faster than any exponential."""

    def one_minus(self, t: Array) -> Array:
        """1 - r(t) without cancellation: where it is below 0.1, minus the integral of r' after s = t x^2."""
        t = np.asarray(t, dtype=np.float64)
        plain = 1 - self.r(t)
        near = plain < 0.1
        if np.any(near):
            s = t[near]
            parts = -self.derivative(s[:, None] * _NODES**2) * 2 * _NODES * s[:, None]
            plain = plain.copy()
            plain[near] = parts @ _WEIGHTS
        return plain

    def inverse(self, u: Array) -> Array | None:
        """Times t with E0(t) = ``u`` in (0, 1], E0 the clipped Slepian mean, where there is a closed form; else None."""
        return None


@dataclass(frozen=True)
class Pair(Covariance):
    """A covariance given by two callables of arrays t >= 0; ``lam2`` and ``decay`` are found from the second one.

    Parameters
    ----------
    function : callable
        r(t), with r(0) = 1.
    slope : callable
        r'(t); ``lam2`` is extrapolated from it at t of 1e-3 and below, so the time unit should be of order 1.

    Examples
    --------
    >>> import numpy as np
    >>> from quincunx.switching import covariances
    >>> pair = covariances.Pair(lambda t: np.exp(-(t**2) / 2), lambda t: -t * np.exp(-(t**2) / 2))
    >>> round(pair.lam2, 9), pair.decay
    (1.0, inf)
    """

    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def r(self, t: Array) -> Array:
        """Covariance at lags ``t`` >= 0, an array; same shape."""
        # Far out a user's cosh overflows to inf, and 1/inf = 0 is what is meant.
        with np.errstate(over="ignore"):
            return np.asarray(self.function(np.asarray(t, dtype=np.float64)), dtype=np.float64)

    def derivative(self, t: Array) -> Array:
        """First derivative r'(t) at lags ``t`` >= 0, an array; same shape."""
        with np.errstate(over="ignore"):
            return np.asarray(self.slope(np.asarray(t, dtype=np.float64)), dtype=np.float64)

    @property
    def lam2(self) -> float:
        """-r''(0) from r' near 0, by Richardson's extrapolation over halved steps."""
        steps: Array = 1e-3 / 2.0 ** np.arange(7, dtype=np.float64)
        table = -self.derivative(steps) / steps
        for order in range(1, len(steps)):
            # r' is odd in t for a process with a finite fourth moment; a linear error term also dies after two columns.
            table = (2.0**order * table[1:] - table[:-1]) / (2.0**order - 1)
        return float(table[-1])

    @property
    def decay(self) -> float:
        """Rate read off the tail of r'; inf if it keeps growing."""
        t: Array = 2.0 ** np.arange(-2, 9, dtype=np.float64)
        with np.errstate(all="ignore"):
            log = np.log(np.abs(self.derivative(t)))
        good = np.isfinite(log) & (log > -650)
        if good.sum() < 3:
            return float("inf")
        rate = -np.diff(log[good]) / np.diff(t[good])
        return float("inf") if rate[-1] > 1.5 * rate[-2] else float(max(rate[-1], 0.0))


@dataclass(frozen=True)
class Formula(Covariance):
    """A covariance given as a formula; its derivatives come from the formula compiler.

    Parameters
    ----------
    text : str
        r as a formula in ``t`` >= 0, with r(0) = 1.

    Examples
    --------
    >>> from quincunx.switching import covariances
    >>> covariances.Formula("exp(-t)*(1 + t)").lam2
    1.0
    """

    text: str

    def _value(self, t: Array, order: int) -> Array:
        from quincunx._formula import formula

        t = np.asarray(t, dtype=np.float64)
        return formula(self.text).derivative(order, np.ascontiguousarray(t.ravel())).reshape(t.shape)

    def r(self, t: Array) -> Array:
        """Covariance at lags ``t`` >= 0, an array; same shape."""
        return self._value(t, 0)

    def derivative(self, t: Array) -> Array:
        """First derivative r'(t) at lags ``t`` >= 0, an array; same shape."""
        return self._value(t, 1)

    @property
    def lam2(self) -> float:
        """-r''(0)."""
        return float(-self._value(np.zeros(1), 2)[0])

    @property
    def decay(self) -> float:
        """Rate read off the tail of r'."""
        return Pair(self.r, self.derivative).decay


def as_covariance(value: Any) -> Covariance:
    """Return a covariance from whatever `excursion` takes for one.

    Parameters
    ----------
    value : Covariance, str or (callable, callable)
        One of `covariances`, a formula in ``t`` >= 0, or the pair (r, r').

    Returns
    -------
    Covariance
        The same object, a `Formula` or a `Pair`.

    Raises
    ------
    TypeError
        ``value`` is none of these.

    Examples
    --------
    >>> from quincunx.switching import covariances
    >>> covariances.as_covariance("exp(-t**2)")
    Formula(text='exp(-t**2)')
    """
    if isinstance(value, Covariance):
        return value
    if isinstance(value, str):
        return Formula(value)
    if isinstance(value, tuple | list) and len(value) == 2 and all(callable(f) for f in value):
        return Pair(*value)
    raise TypeError(f"covariance = {value!r}: must be one of switching.covariances, a formula in t, or a pair (r, r')")
