"""Sojourn laws: how long a process stays in a state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quincunx import _core
from quincunx._coerce import number

__all__ = ["Exponential", "Gamma", "Law", "Weibull", "as_law"]


@dataclass(frozen=True)
class Law:
    """A sojourn law T > 0: what `Exponential`, `Gamma` and `Weibull` share.

    `scipy.stats` gives whatever is missing here: ``.frozen()``. Tests of `quincunx.stats` take a law as it is.

    Examples
    --------
    >>> from quincunx.switching import laws
    >>> law = laws.Gamma(shape=2.0, rate=1.0)
    >>> isinstance(law, laws.Law), law.mean, round(float(law.sf(2.0)), 6), law.frozen().var()
    (True, 2.0, 0.406006, np.float64(2.0))
    """

    def _native(self) -> tuple[str, float, float]:
        raise TypeError(f"{type(self).__name__}: is no sojourn law")

    def _judge(self) -> None:
        _core.sojourn_mean(type(self).__name__, self._native())

    @property
    def mean(self) -> float:
        """E T in units of ``t``."""
        return _core.sojourn_mean(type(self).__name__, self._native())

    def frozen(self) -> Any:
        """Return the same law as a frozen `scipy.stats` distribution (``sf``, ``ppf``, ``moment``, ...)."""
        from scipy import stats

        name, a, b = self._native()
        if name == "exponential":
            return stats.expon(scale=1 / a)
        return stats.gamma(a, scale=1 / b) if name == "gamma" else stats.weibull_min(a, scale=b)

    def sf(self, t: Any) -> Any:
        """Survival function P(T > ``t``); an array of times gives an array."""
        return self.frozen().sf(t)

    def ppf(self, q: Any) -> Any:
        """Quantile function: the t with P(T <= t) = ``q``; an array of levels gives an array."""
        return self.frozen().ppf(q)


@dataclass(frozen=True)
class Exponential(Law):
    """P(T > t) = exp(-rate t).

    Parameters
    ----------
    rate : float
        Events per unit of time, > 0.

    Raises
    ------
    ValueError, TypeError
        The rate is not finite and > 0, or no number.

    Examples
    --------
    >>> from quincunx.switching import laws
    >>> laws.Exponential(2.0).mean
    0.5
    """

    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", number("rate", self.rate))
        self._judge()

    def _native(self) -> tuple[str, float, float]:
        return "exponential", self.rate, 0.0


@dataclass(frozen=True)
class Gamma(Law):
    """Density rate^k t^(k-1) exp(-rate t)/Gamma(k); a whole shape k is Erlang's law, the sum of k exponential times.

    Parameters
    ----------
    shape : float
        k > 0.
    rate : float
        1/scale, > 0.

    Raises
    ------
    ValueError, TypeError
        An argument is not finite and > 0, or no number.

    Examples
    --------
    >>> from quincunx.switching import laws
    >>> laws.Gamma(shape=3.0, rate=2.0).mean
    1.5
    """

    shape: float
    rate: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", number("shape", self.shape))
        object.__setattr__(self, "rate", number("rate", self.rate))
        self._judge()

    def _native(self) -> tuple[str, float, float]:
        return "gamma", self.shape, self.rate


@dataclass(frozen=True)
class Weibull(Law):
    """P(T > t) = exp(-(t/scale)^shape).

    Parameters
    ----------
    shape : float
        > 0; below 1 the hazard falls, above 1 it rises.
    scale : float
        > 0.

    Raises
    ------
    ValueError, TypeError
        An argument is not finite and > 0, or no number.

    Examples
    --------
    >>> from quincunx.switching import laws
    >>> laws.Weibull(shape=1.0, scale=2.0).mean
    2.0
    """

    shape: float
    scale: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", number("shape", self.shape))
        object.__setattr__(self, "scale", number("scale", self.scale))
        self._judge()

    def _native(self) -> tuple[str, float, float]:
        return "weibull", self.shape, self.scale


def as_law(what: str, value: Any) -> Law:
    """Return a sojourn law; frozen `scipy.stats` laws of the three families are translated.

    Parameters
    ----------
    what : str
        The name of the argument, for the message.
    value : Law or frozen scipy.stats law
        A law of this module, or ``expon``, ``gamma``, ``weibull_min`` with ``loc=0``.

    Returns
    -------
    Law
        ``value`` itself, or its translation.

    Raises
    ------
    TypeError
        ``value`` is neither.

    Examples
    --------
    >>> import scipy.stats
    >>> from quincunx.switching import laws
    >>> laws.as_law("up", scipy.stats.gamma(3.0, scale=0.5))
    Gamma(shape=3.0, rate=2.0)
    """
    if isinstance(value, Law):
        return value
    family = getattr(getattr(value, "dist", None), "name", None)
    if family in ("expon", "gamma", "weibull_min"):
        shapes, loc, scale = value.dist._parse_args(*value.args, **value.kwds)  # noqa: SLF001 - SciPy has no public reader
        if loc == 0:
            if family == "expon":
                return Exponential(1 / scale)
            return Gamma(shapes[0], 1 / scale) if family == "gamma" else Weibull(shapes[0], scale)
    raise TypeError(
        f"{what} = {value!r}: must be a sojourn law: laws.Exponential, Gamma, Weibull, "
        "or a frozen scipy.stats expon, gamma, weibull_min with loc=0",
    )
