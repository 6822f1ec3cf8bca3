"""The direct method."""

from __future__ import annotations

from dataclasses import dataclass

from quincunx._coerce import whole
from quincunx._model import Method

__all__ = ["Direct"]


@dataclass(frozen=True, slots=True)
class Direct(Method):
    r"""Exact paths, one event at a time (Gillespie's direct method).

    In state n the waiting time is exponential with rate :math:`a_0(n) = \sum_r a_r(n)`, and reaction r fires with
    probability :math:`a_r/a_0`. Small networks of mass action with at most two reactant molecules run sixteen paths
    side by side; the bits of a path are the same either way.

    Parameters
    ----------
    max_events : int, optional
        A replica that reaches this number of events (>= 1) ends there as ``truncated``, a failure.

    Raises
    ------
    ValueError, TypeError
        ``max_events`` is no whole number >= 1.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import jump
    >>> sir = jump.Reactions("S + I -> 2 I @ beta; I -> R @ gamma", beta=0.02, gamma=1.0)
    >>> res = qx.simulate(sir, t=20, start={"S": 99, "I": 1}, method=jump.Direct(), n=4, rng=1)
    >>> res["R"].shape
    (4, 101)

    References
    ----------
    D. T. Gillespie, "Exact stochastic simulation of coupled chemical reactions", J. Phys. Chem. 81 (1977) 2340.
    """

    max_events: int | None = None

    def __post_init__(self) -> None:
        if self.max_events is None:
            return
        object.__setattr__(self, "max_events", whole("max_events", self.max_events))
        if self.max_events < 1:
            raise ValueError(f"max_events = {self.max_events}: must be >= 1")
