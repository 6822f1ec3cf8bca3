"""The laws: Ising and Potts spins, and what all models of this family share."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar, Self

import numpy as np

from quincunx import _core
from quincunx._arrays import in_short, read_only
from quincunx._coerce import whole
from quincunx._model import Method, Model, StartName, frozen_array
from quincunx.lattice._equilibration import equilibration, looks
from quincunx.lattice._geometry import Geometry, geometry_of
from quincunx.lattice._methods import METHODS, Checkerboard, LatticeMethod
from quincunx.lattice._tempering import ParallelTempering

__all__ = ["Frozen", "Ising", "Potts", "SpinModel", "number_of", "values_of"]

Values = float | np.ndarray[Any, np.dtype[np.float64]]


def values_of(name: str, value: Any, shape: tuple[int, ...] = ()) -> Values:
    """Return one number, or a read-only row; a field shaped like the lattice is flattened."""
    array = frozen_array(name, value)
    if array.ndim == 0:
        return float(array)
    if array.ndim > 1 and array.shape != shape:
        raise ValueError(f"{name}: has shape {array.shape}: must be one number or a row of them")
    return read_only(array.reshape(-1))


def number_of(name: str, value: Any) -> float:
    array = frozen_array(name, value)
    if array.ndim:
        raise TypeError(f"{name}: must be one number; sweep it with params={{{name!r}: [...]}} of simulate")
    return float(array)


def _key(value: Any) -> Any:
    return value.tobytes() if isinstance(value, np.ndarray) else value


class Frozen(Model):
    """What all models of this family share: values that never change."""

    geometry: Geometry
    core: Any
    _params: dict[str, Any]

    def _freeze(self, geometry: Geometry, params: dict[str, Any], core: Any) -> None:
        object.__setattr__(self, "geometry", geometry)
        object.__setattr__(self, "_params", params)
        object.__setattr__(self, "core", core)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name}: a model does not change; use .replace({name}=...)")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name}: a model does not change")

    def __getattr__(self, name: str) -> Any:
        params = self.__dict__.get("_params", {})
        if name in params:
            return params[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    @property
    def params(self) -> dict[str, Any]:
        """The values of the parameters."""
        return dict(self._params)

    def _arguments(self) -> tuple[Any, ...]:
        return (self.geometry,)

    def replace(self, **values: Any) -> Self:
        """Return a new model with other parameter ``values``, named as when it was made, of the same shapes."""
        return type(self)(*self._arguments(), **self._params_with(values))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._identity() == self._identity()

    def __hash__(self) -> int:
        return hash((type(self), self._identity()))

    def _identity(self) -> tuple[Any, ...]:
        return (*self._arguments(), *((k, _key(v)) for k, v in self._params.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self._arguments(), self._params)

    def __repr__(self) -> str:
        inside = [repr(a) for a in self._arguments()] + [f"{k}={in_short(v)}" for k, v in self._params.items()]
        return f"{type(self).__name__}({', '.join(inside)})"


class SpinModel(Frozen):
    """What Ising and Potts models share; immutable."""

    _clock: ClassVar[Any] = "steps"
    _ground: ClassVar[float]
    core: _core.SpinModel

    @property
    def names(self) -> tuple[str, ...]:
        """``energy`` and ``magnetization`` per site; on request ``state`` (int8, shape of the geometry)."""
        return ("energy", "magnetization", "state")

    @property
    def methods(self) -> tuple[type[Method], ...]:
        """The methods that hold, the automatic choice first."""
        chosen = type(self._automatic())
        return (chosen, *(m for m in METHODS if m is not chosen), ParallelTempering)

    def _start_names(self) -> dict[str, StartName]:
        return {"state": StartName(self.geometry.shape, self._ground, integer=True)}

    def _special_start(self, start: Any) -> Hashable | None:
        if isinstance(start, Mapping) and set(start) == {"state"}:
            start = start["state"]
        if start is None:
            return "ordered"  # no row of a start has to be made, sent and checked
        return "random" if isinstance(start, str) and start == "random" else None

    def _automatic(self) -> Method:
        named = {m.__name__: m for m in METHODS}
        return named[_core.automatic_lattice_method(self.core)]()

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        if not isinstance(method, Checkerboard):  # bits of wide lattices need no tables
            self.geometry._check_tables("neighbours")  # noqa: SLF001 - the same family
        assert isinstance(method, LatticeMethod)  # noqa: S101 - one of the methods above
        return method._kernel(self.core, random=special == "random")  # noqa: SLF001 - the same family

    def _looks(self, t: float) -> Any:
        return looks(t, self.geometry.n_sites)

    def _seen(self, seen: Any, n: int) -> dict[str, Any]:
        return equilibration(seen, n)

    def _info(self, method: Method, observe: Mapping[str, Any]) -> dict[str, Any]:
        return {"model": self}  # pictures need its sites, averages per site their number


def _rebuild(cls: type[Any], arguments: tuple[Any, ...], params: dict[str, Any]) -> Frozen:
    made: Frozen = cls(*arguments, **params)
    return made


class Ising(SpinModel):
    r"""Spins -1 and +1 with weight :math:`e^{-\beta E}`, :math:`E = -\sum_b J_b s_i s_j - \sum_i h_i s_i`.

    Parameters
    ----------
    geometry : Geometry
        Sites and bonds.
    beta : float
        Inverse temperature, >= 0; ``inf`` accepts only moves that do not raise the energy.
    J : float or array of shape (n_bonds,)
        Couplings in the order of ``geometry.bonds``; J > 0 favours equal spins.
    h : float or array of shape (n_sites,) or the shape of the geometry
        Fields; h > 0 favours +1.

    Raises
    ------
    ValueError
        If a value is not finite, beta is negative, or there are too many or too few of them.

    Notes
    -----
    Observed: ``energy`` and ``magnetization`` per site (without beta); on request ``state``, int8. Replicas start all
    up; ``start="random"`` draws every spin. One sweep is one unit of ``t``.

    References
    ----------
    B. M. McCoy and T. T. Wu, *The Two-Dimensional Ising Model* (1973).

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> model = lattice.Ising(lattice.Square(8), beta=0.3)
    >>> res = qx.simulate(model, t=100, n=1000, rng=1, observe=observe.final("energy"))
    >>> qx.check(res, lattice.thermodynamics(model)).ok
    True
    """

    _ground: ClassVar[float] = 1.0

    def __init__(self, geometry: Geometry, *, beta: Any = 1.0, J: Any = 1.0, h: Any = 0.0) -> None:
        sites = geometry_of(geometry)
        number, couplings, fields = number_of("beta", beta), values_of("J", J), values_of("h", h, geometry.shape)
        core = _core.ising(sites, number, np.asarray(couplings), np.asarray(fields))
        self._freeze(geometry, {"beta": number, "J": couplings, "h": fields}, core)


class Potts(SpinModel):
    r"""Colours 0..q-1 with weight :math:`e^{-\beta E}`, :math:`E = -\sum_b J_b\, \delta(s_i, s_j)`.

    Parameters
    ----------
    geometry : Geometry
        Sites and bonds.
    q : int
        Number of colours, 2 to 127.
    beta : float
        Inverse temperature, >= 0 (``inf`` as for `Ising`).
    J : float or array of shape (n_bonds,)
        Couplings in the order of ``geometry.bonds``; J > 0 favours equal colours.

    Raises
    ------
    ValueError
        As for `Ising`, and for q out of range.

    Notes
    -----
    Observed: ``energy`` per site and ``magnetization`` :math:`(q \max_k N_k/N - 1)/(q - 1)`; on request ``state``, int8.
    Replicas start all of colour 0; ``start="random"`` draws every spin. One sweep is one unit of ``t``. With q = 2 the
    law is that of `Ising` with half the J.

    References
    ----------
    F. Y. Wu, Rev. Mod. Phys. 54, 235 (1982).

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> model = lattice.Potts(lattice.Square(3), 3, beta=0.9)
    >>> res = qx.simulate(model, t=200, n=64, rng=1, method=lattice.HeatBath(), observe=observe.final())
    >>> qx.check(res, lattice.boltzmann(model)).ok
    True
    """

    _ground: ClassVar[float] = 0.0
    q: int

    def __init__(self, geometry: Geometry, q: int, *, beta: Any = 1.0, J: Any = 1.0) -> None:
        sites = geometry_of(geometry)
        object.__setattr__(self, "q", whole("q", q))
        number, couplings = number_of("beta", beta), values_of("J", J)
        self._freeze(
            geometry, {"beta": number, "J": couplings}, _core.potts(sites, self.q, number, np.asarray(couplings))
        )

    def _arguments(self) -> tuple[Any, ...]:
        return (self.geometry, self.q)
