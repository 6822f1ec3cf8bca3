"""Covariances of smooth stationary Gaussian processes, with what excursion laws need of them.

All have r(0) = 1. ``one_minus`` is 1 - r without cancellation: monotonicity near t = 0 is decided on it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from quincunx._coerce import number
from quincunx.switching._covariance import Covariance, Formula, Pair, as_covariance

__all__ = ["Covariance", "Formula", "Pair", "as_covariance", "diffusion", "gaussian", "matern", "random_acceleration"]

Array = np.ndarray[Any, np.dtype[np.float64]]


class _Named(Covariance):
    """A covariance that one of the functions below made; it prints as the call that makes it again."""

    _function: ClassVar[str]

    def __repr__(self) -> str:
        given = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields(self))  # type: ignore[arg-type]
        return f"covariances.{self._function}({given})"


@dataclass(frozen=True, repr=False)
class _Diffusion(_Named):
    _function = "diffusion"
    d: float

    def __post_init__(self) -> None:
        _positive("d", self.d)

    def _log_cosh(self, t: Array) -> Array:
        """Ln cosh(t/2), accurate near 0 and free of overflow."""
        small = np.log1p(2 * np.sinh(np.minimum(t, 20.0) / 4) ** 2)
        return np.asarray(np.where(t < 20, small, t / 2 + np.log1p(np.exp(-t)) - np.log(2)))

    def r(self, t: Array) -> Array:
        return np.asarray(np.exp(-self.d / 2 * self._log_cosh(t)))

    def one_minus(self, t: Array) -> Array:
        return np.asarray(-np.expm1(-self.d / 2 * self._log_cosh(np.asarray(t, dtype=np.float64))))

    def derivative(self, t: Array) -> Array:
        return np.asarray(-self.d / 4 * np.tanh(t / 2) * self.r(t))

    @property
    def lam2(self) -> float:
        return self.d / 8

    @property
    def decay(self) -> float:
        return self.d / 4

    def inverse(self, u: Array) -> Array | None:
        return np.asarray(2 * np.arccosh(1 / u)) if self.d == 2 else None


@dataclass(frozen=True, repr=False)
class _RandomAcceleration(_Named):
    _function = "random_acceleration"

    def r(self, t: Array) -> Array:
        x = np.exp(-t / 2)
        return np.asarray((3 * x - x**3) / 2)

    def one_minus(self, t: Array) -> Array:
        t = np.asarray(t, dtype=np.float64)
        return np.asarray(np.expm1(-t / 2) ** 2 * (2 + np.exp(-t / 2)) / 2)

    def derivative(self, t: Array) -> Array:
        return np.asarray(0.75 * np.exp(-t / 2) * np.expm1(-t))

    @property
    def lam2(self) -> float:
        return 0.75

    @property
    def decay(self) -> float:
        return 0.5

    def inverse(self, u: Array) -> Array | None:
        return np.asarray(np.log((3 + u**2) / (4 * u**2)))


@dataclass(frozen=True, repr=False)
class _Matern(_Named):
    _function = "matern"
    nu: float
    scale: float

    def __post_init__(self) -> None:
        _positive("nu", self.nu)
        _positive("scale", self.scale)
        if self.nu <= 1:
            raise ValueError(f"nu = {self.nu}: must be > 1; below, the process has no finite rate of crossings (lam2)")

    @property
    def kappa(self) -> float:
        """Inverse length sqrt(2 nu)/scale."""
        return float(np.sqrt(2 * self.nu) / self.scale)

    def _bessel(self, t: Array, order: float) -> Array:
        """2^(1-nu)/Gamma(nu) (kappa t)^nu K_order(kappa t) for kappa t > 0."""
        from scipy import special

        z = self.kappa * np.maximum(t, 1e-300)
        log = (1 - self.nu) * np.log(2) - special.gammaln(self.nu) + self.nu * np.log(z) - z
        return np.asarray(np.exp(log) * special.kve(order, z))

    def r(self, t: Array) -> Array:
        t = np.asarray(t, dtype=np.float64)
        tiny = self.kappa * t < 1e-150
        return np.where(tiny, 1.0, self._bessel(np.where(tiny, 1.0, t), self.nu))

    def derivative(self, t: Array) -> Array:
        t = np.asarray(t, dtype=np.float64)
        tiny = self.kappa * t < 1e-100
        return np.where(tiny, -self.lam2 * t, -self.kappa * self._bessel(np.where(tiny, 1.0, t), self.nu - 1))

    @property
    def lam2(self) -> float:
        return self.kappa**2 / (2 * (self.nu - 1))

    @property
    def decay(self) -> float:
        return self.kappa


@dataclass(frozen=True, repr=False)
class _Gaussian(_Named):
    _function = "gaussian"
    scale: float

    def __post_init__(self) -> None:
        _positive("scale", self.scale)

    def r(self, t: Array) -> Array:
        return np.asarray(np.exp(-((t / self.scale) ** 2) / 2))

    def one_minus(self, t: Array) -> Array:
        return np.asarray(-np.expm1(-((np.asarray(t) / self.scale) ** 2) / 2))

    def derivative(self, t: Array) -> Array:
        return np.asarray(-t / self.scale**2 * self.r(t))

    @property
    def lam2(self) -> float:
        return 1 / self.scale**2

    @property
    def decay(self) -> float:
        return float("inf")


def diffusion(d: float) -> Covariance:
    r"""Diffusion from random initial data in d dimensions: :math:`r(t) = \mathrm{sech}(t/2)^{d/2}`, :math:`\lambda_2 = d/8`.

    t is logarithmic time.

    Parameters
    ----------
    d : float
        Dimension, > 0.

    Returns
    -------
    Covariance
        For `excursion`.

    Raises
    ------
    ValueError, TypeError
        An argument is out of its range, or no number.

    Examples
    --------
    >>> from quincunx.switching import covariances
    >>> covariances.diffusion(2)
    covariances.diffusion(d=2.0)
    >>> covariances.diffusion(2).lam2
    0.25

    References
    ----------
    S. N. Majumdar, C. Sire, A. J. Bray, S. J. Cornell, "Nontrivial exponent for simple diffusion", Phys. Rev. Lett. 77
    (1996) 2867, arXiv cond-mat/9605084; for d = 2 the exponent itself is known: "Exact persistence exponent for the
    2d-diffusion equation", arXiv 1806.11275.
    """
    return _Diffusion(float(_positive("d", d)))


def random_acceleration() -> Covariance:
    r"""Randomly accelerated particle: :math:`r(t) = \tfrac32 e^{-t/2} - \tfrac12 e^{-3t/2}`, :math:`\lambda_2 = 3/4`.

    t is logarithmic time.

    Returns
    -------
    Covariance
        For `excursion`.

    Examples
    --------
    >>> from quincunx.switching import covariances
    >>> covariances.random_acceleration().lam2
    0.75

    References
    ----------
    T. W. Burkhardt, J. Phys. A 26 (1993) L1157.
    """
    return _RandomAcceleration()


def matern(nu: float, scale: float) -> Covariance:
    r"""Matern covariance: :math:`r(t) = \frac{2^{1-\nu}}{\Gamma(\nu)} (\kappa t)^\nu K_\nu(\kappa t)`, :math:`\kappa = \sqrt{2\nu}/\mathrm{scale}`.

    :math:`\lambda_2 = \kappa^2/(2(\nu - 1))`.

    Parameters
    ----------
    nu : float
        Smoothness, > 1.
    scale : float
        Length in units of t, > 0.

    Returns
    -------
    Covariance
        For `excursion`.

    Raises
    ------
    ValueError, TypeError
        An argument is out of its range, or no number.

    Examples
    --------
    >>> from quincunx.switching import covariances
    >>> round(covariances.matern(nu=2.5, scale=1.0).lam2, 12)
    1.666666666667

    References
    ----------
    M. L. Stein, *Interpolation of Spatial Data* (1999).
    """
    return _Matern(float(_positive("nu", nu)), float(_positive("scale", scale)))


def gaussian(scale: float = 1.0) -> Covariance:
    r"""Squared-exponential covariance: :math:`r(t) = e^{-t^2/(2\,\mathrm{scale}^2)}`, :math:`\lambda_2 = 1/\mathrm{scale}^2`.

    Parameters
    ----------
    scale : float
        Length in units of t, > 0.

    Returns
    -------
    Covariance
        For `excursion`.

    Raises
    ------
    ValueError, TypeError
        An argument is out of its range, or no number.

    Examples
    --------
    >>> from quincunx.switching import covariances
    >>> covariances.gaussian(2.0).lam2
    0.25

    References
    ----------
    C. E. Rasmussen and C. K. I. Williams, *Gaussian Processes for Machine Learning* (2006).
    """
    return _Gaussian(float(_positive("scale", scale)))


def _positive(what: str, value: Any) -> float:
    result = number(what, value)
    if not (np.isfinite(result) and result > 0):
        raise ValueError(f"{what} = {value!r}: must be finite and > 0")
    return result
