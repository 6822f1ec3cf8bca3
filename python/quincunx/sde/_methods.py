"""Methods for stochastic differential equations."""

from __future__ import annotations

from dataclasses import dataclass

from quincunx._coerce import number, whole
from quincunx._model import Method

__all__ = ["EulerMaruyama", "Exact", "FixedStep", "Milstein"]


@dataclass(frozen=True)
class FixedStep(Method):
    """A scheme with the step `dt`."""

    dt: float
    refine: int = 0

    def __post_init__(self) -> None:
        """Coerce; the core judges."""
        object.__setattr__(self, "dt", number("dt", self.dt))
        object.__setattr__(self, "refine", whole("refine", self.refine))
        if not 0 < self.dt < float("inf"):
            raise ValueError(f"dt = {self.dt!r}: must be finite and > 0")
        if not 0 <= self.refine <= 20:
            raise ValueError(f"refine = {self.refine}: must be between 0 and 20")


@dataclass(frozen=True)
class EulerMaruyama(FixedStep):
    r"""Euler-Maruyama: :math:`x' = x + f h + \sum_k g_k \Delta W_k`.

    Strong order 1/2 (1 for additive noise), weak order 1. Converges to the Ito solution; any noise.

    Parameters
    ----------
    dt : float
        Step in model time, > 0. Steps end at ``t0 + k dt`` (multiplied out, never accumulated); where the end of a
        run is no such time its last step is shortened.
    refine : int
        Each increment is the sum of ``2**refine`` increments of ``dt / 2**refine``: runs with the same ``rng`` and
        the same ``dt / 2**refine`` see the same Brownian path, as tests of convergence need.

    Raises
    ------
    ValueError
        If `dt` is not finite and positive, or `refine` is not in 0..20.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import observe, sde
    >>> well = sde.SDE("x - x**3", 0.5)
    >>> fine = qx.simulate(well, t=1.0, start=0.1, n=4, rng=1, method=sde.EulerMaruyama(dt=1 / 256))
    >>> coarse = qx.simulate(well, t=1.0, start=0.1, n=4, rng=1, method=sde.EulerMaruyama(dt=1 / 64, refine=2))
    >>> bool(abs(fine["x"][:, -1] - coarse["x"][:, -1]).max() < 0.05)
    True

    References
    ----------
    Maruyama, Rend. Circ. Mat. Palermo 4 (1955) 48.
    """


@dataclass(frozen=True)
class Milstein(FixedStep):
    r"""Milstein's scheme with derivatives taken from the formulas.

    .. math:: x' = x + f h + \sum_k g_k \Delta W_k + \tfrac12 \sum_k g_k' g_k (\Delta W_k^2 - h)
              + \sum_{k<l} (\partial g_l) g_k \Delta W_k \Delta W_l

    in Ito's calculus; without ``- h`` in Stratonovich's. Strong and weak order 1, for additive, scalar, diagonal and
    other commutative noise; what commutes is found from the formulas.

    Parameters
    ----------
    dt : float
        Step in model time, > 0; the last step of a run is shortened where the end is no multiple.
    refine : int
        As in `EulerMaruyama`.

    Raises
    ------
    ValueError
        If `dt` is not finite and positive, or `refine` is not in 0..20.

    Examples
    --------
    >>> from quincunx import sde
    >>> sde.SDE("0.1*x", "0.2*x").methods
    (<class 'quincunx.sde._methods.Milstein'>, <class 'quincunx.sde._methods.EulerMaruyama'>)

    References
    ----------
    Milstein, Theory Probab. Appl. 19 (1974) 557. Kloeden and Platen (1992), section 10.3.
    """


@dataclass(frozen=True)
class Exact(Method):
    """Draw from the exact transition law, at the observed times and nowhere else.

    Holds for `OU` and `GBM`. The path between the observed times is not made, so `observe.first_passage`,
    `time_average`, `maximum`, `minimum` and `histogram(over="time")` are refused: give a step with `EulerMaruyama`.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import observe, sde
    >>> res = qx.simulate(sde.OU(theta=1.0, mu=0.0, sigma=1.0), t=2.0, start=0.0, n=3, rng=1, method=sde.Exact())
    >>> res["x"].shape
    (3, 101)

    References
    ----------
    D. T. Gillespie, "Exact numerical simulation of the Ornstein-Uhlenbeck process and its integral", Phys. Rev. E 54
    (1996) 2084.
    """
