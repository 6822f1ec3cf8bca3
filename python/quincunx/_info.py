"""How a result came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from quincunx._arrays import described, read_only
from quincunx._model import nearest

__all__ = ["Info"]


class Info(Mapping[str, Any]):
    """How a result came about: frozen, every name an attribute and an item.

    Attributes
    ----------
    method : Method
        The method used, also where it was chosen automatically.
    dt : float or None
        Its step.
    key : tuple or tuple of tuples
        The key of the streams, two words; one per parameter set where they differ.
    stream_version, version : int, str
        Versions of the streams and of the library.
    events : int
        Events, steps or sweeps of all replicas.
    seconds, threads : float, int
        Wall time and threads.
    acceptance : float or array (\\*G)
        Accepted moves per proposed one, over all replicas and sweeps; only of methods that propose (`lattice.Metropolis`,
        `lattice.Checkerboard`, `lattice.Kawasaki`). Of `lattice.ParallelTempering`, here and in ``mean_cluster``, that of
        its inner method at every temperature, (\\*G, K).
    mean_cluster : float or array (\\*G)
        Spins per cluster, over all replicas and clusters: of `lattice.Wolff` per flipped one, of `lattice.SwendsenWang`
        per cluster of the lattice.
    equilibration : Equilibration
        Mean energy over replicas on a logarithmic scale of sweeps, and its drift at the end; lattices of at most 65,536
        sites and 8 sweeps or more, unless a first passage is observed.
    swap_rates, round_trips : array (\\*G, K - 1), float or array (\\*G)
        Swaps accepted per attempt between neighbouring temperatures; round trips per walker. Only of
        `lattice.ParallelTempering`.
    model : Ising or Potts
        The law; only of lattices, whose averages and pictures need the sites.

    Notes
    -----
    What the family adds follows (``crossing`` and ``noise`` of stochastic differential equations). ``"acceptance" in
    res.info`` tells whether a name is there; other names raise AttributeError. A mean of nothing (``t = 0``) is nan. Long
    arrays are printed as their size and range.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import chain
    >>> res = qx.simulate(chain.MarkovChain([[0.5, 0.5], [0.3, 0.7]]), t=10, n=4, rng=1)
    >>> res.info.method, res.info["events"], len(res.info.key)
    (Alias(), 40, 2)
    >>> from quincunx import lattice
    >>> model = lattice.Ising(lattice.Square(4), beta=0.0)
    >>> qx.simulate(model, t=10, rng=1).info.acceptance
    1.0
    >>> qx.simulate(model, t=10, rng=1, method=lattice.Wolff()).info.mean_cluster
    1.0
    """

    def __init__(self, **values: Any) -> None:
        for value in values.values():
            if isinstance(value, np.ndarray):
                read_only(value)
        object.__setattr__(self, "_values", MappingProxyType(values))

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            known = tuple(self.__dict__.get("_values", ()))
            raise AttributeError(f"info has no {name!r}; {nearest(name, known)}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"info is frozen: {name} cannot be set")

    def __getitem__(self, name: str) -> Any:
        return self.__dict__["_values"][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__["_values"])

    def __len__(self) -> int:
        return len(self.__dict__["_values"])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Info):
            return NotImplemented
        return set(self) == set(other) and all(_same(value, other[name]) for name, value in self.items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return described(self, dict(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return _info, (dict(self),)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b, equal_nan=True)
    return bool(a == b)


def _info(values: dict[str, Any]) -> Info:
    return Info(**values)
