"""Alternating renewal processes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from quincunx import _core
from quincunx import observe as _observe
from quincunx._coerce import numbers
from quincunx._model import Method, Model, StartName
from quincunx.switching.laws import Law, as_law

__all__ = ["Renewal", "SwitchProcess"]


@dataclass(frozen=True)
class Renewal(Method):
    """Exact simulation: sojourns are drawn one after another, from a stationary start the residual life first.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import switching
    >>> res = qx.simulate(switching.Telegraph(1.0), t=5.0, n=2, rng=1, method=switching.Renewal())
    >>> res["state"].shape
    (2, 101)

    References
    ----------
    D. R. Cox, *Renewal Theory* (1962).
    """


class AlternatingRenewal(Model):
    """What switch processes share: two sojourn laws, the states +1 and -1."""

    _clock = "time"
    methods: ClassVar[tuple[type[Method], ...]] = (Renewal,)

    def _laws(self) -> tuple[Law, Law]:
        raise TypeError(f"{type(self).__name__}: has no sojourn laws")

    @property
    def names(self) -> tuple[str, ...]:
        """``state`` (+1 up, -1 down; observed by default) and ``age``, the time since the last switch."""
        return ("state", "age")

    @property
    def occupancy(self) -> float:
        """Stationary probability of the up state, mu_+ / (mu_+ + mu_-)."""
        up, down = self._laws()
        return up.mean / (up.mean + down.mean)

    def _start_names(self) -> dict[str, StartName]:
        return {"state": StartName(default=1, integer=True)}

    def _special_start(self, start: Any) -> Hashable | None:
        if isinstance(start, Mapping) and set(start) == {"state"}:
            start = start["state"]
        if isinstance(start, str):
            if start == "stationary":
                return "stationary"
            if start != "switch":
                raise ValueError(f"start = {start!r}: must be 'switch', 'stationary', +1 or -1")
            return "switch"
        if start is not None and not isinstance(start, Mapping) and np.any(np.abs(numbers("start", start)) != 1):
            raise ValueError(f"start = {start!r}: states are +1 (up) and -1 (down)")
        return None

    def _automatic(self) -> Method:
        return Renewal()

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        up, down = self._laws()
        return _core.switch_kernel(up._native(), down._native(), special == "stationary")  # noqa: SLF001

    def _info(self, method: Method, observe: Mapping[str, Any]) -> dict[str, Any]:
        watching = (_observe.TimeAverage, _observe.Maximum, _observe.Minimum, _observe.Autocorrelation)
        for observer in observe.values():
            if isinstance(observer, watching) and "age" in str(observer.of):
                raise ValueError("of: 'age' grows between events and can be observed at times only (every, at, final)")
        return {}


@dataclass(frozen=True)
class SwitchProcess(AlternatingRenewal):
    """Alternating renewal process: independent sojourns with law ``up`` in state +1 and law ``down`` in state -1.

    Parameters
    ----------
    up : Law
        Sojourn law of state +1 (`quincunx.switching.laws`, or a frozen `scipy.stats` one of the same families).
    down : Law, optional
        Sojourn law of state -1; default: the same.

    Raises
    ------
    TypeError
        One of them is no sojourn law.

    Notes
    -----
    ``t`` of `simulate` is model time, in the unit of the laws. Observed: ``state``; on request ``age``, the time since the
    last switch. ``start="switch"`` (default): an up-switch at t0, a fresh sojourn in state +1; ``start=-1`` begins with a
    down-switch. ``start="stationary"``: state +1 with probability mu_+/(mu_+ + mu_-) and the residual life with density
    P(T > t)/E T. ``observe.events()`` numbers up-switches 1, down-switches 0.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx.switching import SwitchProcess, laws
    >>> process = SwitchProcess(laws.Gamma(2, 1.5))
    >>> res = qx.simulate(process, t=2.0, n=1000, rng=1, observe=qx.observe.final())
    >>> res["state"].shape
    (1000,)

    References
    ----------
    "Characteristics of the switch process and geometric divisibility", J. Appl. Prob. 2023.
    """

    up: Law
    down: Law | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "up", as_law("up", self.up))
        object.__setattr__(self, "down", self.up if self.down is None else as_law("down", self.down))

    def _laws(self) -> tuple[Law, Law]:
        return self.up, self.down or self.up

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of both laws: ``up_rate``, ``up_shape``, ..., ``down_rate``, ..."""
        return {
            f"{side}_{k}": v
            for side, law in zip(("up", "down"), self._laws(), strict=True)
            for k, v in vars(law).items()
        }

    def replace(self, **values: Any) -> SwitchProcess:
        """Return the same kind of process with other parameter ``values``, by keyword as in ``params``."""
        full = self._params_with(values)
        up, down = (
            type(law)(**{k: full[f"{side}_{k}"] for k in vars(law)})
            for side, law in zip(("up", "down"), self._laws(), strict=True)
        )
        return SwitchProcess(up, down)
