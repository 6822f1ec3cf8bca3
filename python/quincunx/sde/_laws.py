"""Named laws with exact transitions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping
from dataclasses import asdict, dataclass, fields
from dataclasses import replace as dataclass_replace
from typing import Any, ClassVar, Self

import numpy as np

from quincunx import _core
from quincunx._coerce import number, numbers
from quincunx._model import Method, Model, StartName
from quincunx.sde._equation import SDE
from quincunx.sde._methods import EulerMaruyama, Exact, FixedStep, Milstein
from quincunx.sde._stepped import crossing_info

__all__ = ["GBM", "OU"]

Array = np.ndarray[Any, np.dtype[np.float64]]


class Named(Model):
    """A one-dimensional law with the state ``x``, drawn exactly or stepped."""

    _formulas: ClassVar[tuple[str, str]]

    def __post_init__(self) -> None:
        """Coerce; the core judges."""
        for field in fields(self):  # type: ignore[arg-type]  # subclasses are dataclasses
            object.__setattr__(self, field.name, number(field.name, getattr(self, field.name)))
        self._law()

    @abstractmethod
    def _law(self) -> _core.SdeLaw:
        """Return the core's law."""

    @property
    def names(self) -> tuple[str, ...]:
        """``("x",)``."""
        return ("x",)

    @property
    def params(self) -> dict[str, Any]:
        """Values of the parameters."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]  # subclasses are dataclasses

    @property
    def methods(self) -> tuple[type[Method], ...]:
        """`Exact`, `Milstein`, `EulerMaruyama`."""
        return (Exact, Milstein, EulerMaruyama)

    def replace(self, **values: Any) -> Self:
        """Return the same law with other parameter ``values``, by keyword."""
        return dataclass_replace(self, **self._params_with(values))  # type: ignore[type-var]

    def sde(self) -> SDE:
        """Return the same law as an equation from formulas: what `Milstein` and `EulerMaruyama` step."""
        drift, noise = self._formulas
        return SDE(drift, noise, params=self.params)

    def mean(self, t: Any, x0: float) -> Any:
        """Return E[x(t) | x(0) = x0] for times ``t`` >= 0; an array of them gives an array."""
        return self._over(self._law().mean, t, x0)

    def var(self, t: Any, x0: float) -> Any:
        """Return Var[x(t) | x(0) = x0] for times ``t`` >= 0; an array of them gives an array."""
        return self._over(self._law().variance, t, x0)

    @staticmethod
    def _over(moment: Any, t: Any, x0: float) -> Any:
        times, x0 = numbers("t", t), number("x0", x0)
        if not np.all(np.isfinite(times)) or np.any(times < 0):
            raise ValueError(f"t = {t!r}: must be finite and >= 0")
        if not np.isfinite(x0):
            raise ValueError(f"x0 = {x0!r}: must be finite")
        values = np.array([moment(float(s), x0) for s in times.ravel()]).reshape(times.shape)
        return values if times.ndim else float(values)

    def _start_names(self) -> dict[str, StartName]:
        return {"x": StartName()}

    def _automatic(self) -> Method:
        return Exact()

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        if isinstance(method, FixedStep):
            return self.sde()._kernel(method, None)  # noqa: SLF001 - the same family
        return self._law().exact()

    def _info(self, method: Method, observe: Mapping[str, Any]) -> dict[str, Any]:
        return crossing_info(self, method, observe)


@dataclass(frozen=True)
class OU(Named):
    r"""The Ornstein-Uhlenbeck process :math:`dx = \theta (\mu - x)\,dt + \sigma\,dW`.

    Parameters
    ----------
    theta : float
        Rate of return, 1/time; any sign, with a stationary law for theta > 0 alone.
    mu : float
        The level it returns to.
    sigma : float
        Noise, >= 0, in units of x per square root of time.

    Raises
    ------
    ValueError
        If a parameter is not finite or sigma < 0.

    Notes
    -----
    ``t`` of `simulate` is model time; ``start`` is x(t0), a number, an array per replica or a frozen `scipy.stats` law.
    The transition is drawn exactly: :math:`x(t + h)` is normal with mean
    :math:`\mu + (x(t) - \mu) e^{-\theta h}` and variance :math:`\sigma^2 (1 - e^{-2 \theta h})/(2 \theta)`, so a run without a method has no step and no error of one.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import observe, sde
    >>> ou = sde.OU(theta=2.0, mu=1.0, sigma=0.5)
    >>> res = qx.simulate(ou, t=1.0, start=0.0, n=2000, rng=1, observe=observe.final())
    >>> qx.check(res, {"x": ou.mean(1.0, 0.0)}).ok
    True

    References
    ----------
    Uhlenbeck and Ornstein, Phys. Rev. 36 (1930) 823.
    """

    theta: float
    mu: float
    sigma: float
    _formulas: ClassVar[tuple[str, str]] = ("theta*(mu - x)", "sigma")

    def _law(self) -> _core.SdeLaw:
        return _core.SdeLaw.ornstein_uhlenbeck(self.theta, self.mu, self.sigma)

    @property
    def stationary_mean(self) -> float:
        """``mu``."""
        self._needs_return()
        return self.mu

    @property
    def stationary_var(self) -> float:
        """``sigma**2 / (2 theta)``."""
        self._needs_return()
        return self.sigma**2 / (2 * self.theta)

    def _needs_return(self) -> None:
        if self.theta <= 0:
            raise ValueError(f"theta = {self.theta}: must be > 0 for a stationary law")


@dataclass(frozen=True)
class GBM(Named):
    r"""Geometric Brownian motion :math:`dx = \mu x\,dt + \sigma x\,dW` (Ito).

    Parameters
    ----------
    mu : float
        Rate of growth of the mean, 1/time.
    sigma : float
        Noise relative to x, >= 0, per square root of time.

    Raises
    ------
    ValueError
        If a parameter is not finite or sigma < 0.

    Notes
    -----
    ``t`` of `simulate` is model time; ``start`` is x(t0), a number, an array per replica or a frozen `scipy.stats` law.
    The transition is drawn exactly: :math:`\ln(x(t + h)/x(t))` is normal
    with mean :math:`(\mu - \sigma^2/2) h` and variance :math:`\sigma^2 h`, so a run without a method has no step and no error of one.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import observe, sde
    >>> stock = sde.GBM(mu=0.05, sigma=0.2)
    >>> stock.mean(1.0, 100.0)
    105.12710963760242
    >>> res = qx.simulate(stock, t=1.0, start=100.0, n=2000, rng=1, observe=observe.final())
    >>> qx.check(res, {"x": stock.mean(1.0, 100.0)}).ok
    True

    References
    ----------
    Samuelson, Industrial Management Review 6 (1965) 13.
    """

    mu: float
    sigma: float
    _formulas: ClassVar[tuple[str, str]] = ("mu*x", "sigma*x")

    def _law(self) -> _core.SdeLaw:
        return _core.SdeLaw.geometric_brownian(self.mu, self.sigma)
