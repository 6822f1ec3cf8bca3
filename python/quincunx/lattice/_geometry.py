"""Sites and bonds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from quincunx import _core
from quincunx._coerce import whole
from quincunx._memory import check_bytes, memory_limit

__all__ = ["Cubic", "Geometry", "Graph", "Honeycomb", "Square", "Triangular", "geometry_of"]

Periodic = bool | Sequence[bool]


class Geometry(ABC):
    """Sites, numbered row-major (last axis fastest), and bonds in a fixed order; immutable.

    Attributes
    ----------
    shape : tuple of int
        The shape in which a state is shown.
    n_sites : int
        Number of sites.
    bonds : ndarray of int64, shape (n_bonds, 2)
        Both ends of every bond, site-major, then axis: the order of ``J`` and of `bond_moments`.

    Examples
    --------
    >>> from quincunx import lattice
    >>> isinstance(lattice.Square(3), lattice.Geometry), lattice.Square(3).shape
    (True, (3, 3))
    """

    core: _core.Geometry
    _arguments: tuple[Any, ...]
    __slots__ = ("__dict__", "_arguments", "core")

    def _set(self, core: _core.Geometry, *arguments: Any) -> None:
        object.__setattr__(self, "core", core)
        object.__setattr__(self, "_arguments", arguments)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{name}: a {type(self).__name__} does not change; make a new one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name}: a {type(self).__name__} does not change; make a new one")

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in which a state is shown."""
        return tuple(self.core.shape)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return self.core.n_sites

    @cached_property
    def bonds(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Both ends of every bond, in bond order."""
        self._check_tables("bonds")
        bonds = self.core.bonds()
        bonds.flags.writeable = False
        return bonds

    def _check_tables(self, what: str) -> None:
        """Refuse the tables of bonds and neighbours of a lattice too large for the memory."""
        need = 40 * self.core.n_bonds + 8 * self.core.n_sites
        size = f"geometry: the {what} of a {type(self).__name__} of {self.core.n_sites} sites"
        check_bytes(size, need, memory_limit(None), "choose a smaller lattice")

    @property
    def coordination(self) -> int | None:
        """Neighbours of every site, doubled bonds counted twice; None where sites differ."""
        return self.core.coordination()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._arguments == self._arguments

    def __hash__(self) -> int:
        return hash((type(self), self._arguments))

    @abstractmethod
    def __repr__(self) -> str:
        """Return code that makes the geometry, or names it."""

    @abstractmethod
    def __reduce__(self) -> tuple[Any, ...]:
        """Return what pickle makes it again from."""


def geometry_of(geometry: object) -> _core.Geometry:
    """Return what the core knows of a geometry; TypeError for anything else."""
    if not isinstance(geometry, Geometry):
        raise TypeError(f"geometry = {geometry!r}: must be a geometry such as lattice.Square(8)")
    return geometry.core


class _Regular(Geometry):
    """A lattice of equal cells, each axis closed on itself or open."""

    _axes: ClassVar[int] = 2
    __slots__ = ()

    def _make(self, given: tuple[int | None, ...], periodic: Periodic) -> None:
        names = ("Lx", "Ly", "Lz")
        first = whole("Lx", given[0])
        lengths = tuple(first if v is None else whole(n, v) for n, v in zip(names, given, strict=False))
        closed = _per_axis(periodic, self._axes)
        self._set(_core.lattice_geometry(type(self).__name__, list(lengths), list(closed)), lengths, closed)

    @property
    def periodic(self) -> tuple[bool, ...]:
        """Whether each axis closes on itself."""
        closed: tuple[bool, ...] = self._arguments[1]
        return closed

    def __repr__(self) -> str:
        lengths, closed = self._arguments
        equal = len(set(lengths)) == 1
        inside = f"{lengths[0]}" if equal else ", ".join(map(str, lengths))
        if not all(closed):
            inside += f", periodic={closed if any(closed) else False}"
        return f"{type(self).__name__}({inside})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), *self._arguments)


def _rebuild(cls: type[Any], lengths: tuple[int, ...], periodic: tuple[bool, ...]) -> Geometry:
    made: Geometry = cls(*lengths, periodic=periodic)
    return made


def _per_axis(periodic: Any, axes: int) -> tuple[bool, ...]:
    if isinstance(periodic, bool | np.bool_):
        return (bool(periodic),) * axes
    if isinstance(periodic, tuple | list) and all(isinstance(p, bool | np.bool_) for p in periodic):
        return tuple(bool(p) for p in periodic)
    raise TypeError(f"periodic = {periodic!r}: must be True, False, or one of them per axis")


class Square(_Regular):
    """``Lx x Ly`` sites, site (x, y) = x Ly + y, bonds +x and +y of each site; four neighbours.

    Parameters
    ----------
    Lx, Ly : int
        Sites along each axis, >= 2; ``Square(L)`` is ``Square(L, L)``. A periodic axis of length 2 has each bond twice.
    periodic : bool or tuple of bool
        Whether the axes close on themselves.

    Raises
    ------
    ValueError
        If a length is below 2.

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Square(3, 4, periodic=(True, False)).bonds[:3].tolist()
    [[0, 4], [0, 1], [1, 5]]
    """

    __slots__ = ()

    def __init__(self, Lx: int, Ly: int | None = None, *, periodic: Periodic = True) -> None:
        self._make((Lx, Ly), periodic)


class Cubic(_Regular):
    """``Lx x Ly x Lz`` sites, bonds +x, +y, +z of each site; six neighbours.

    Parameters
    ----------
    Lx, Ly, Lz : int
        Sites along each axis, >= 2; ``Cubic(L)`` has three equal sides.
    periodic : bool or tuple of bool
        Whether the axes close on themselves.

    Raises
    ------
    ValueError
        If a length is below 2.
    MemoryError
        If there are more than 2^31 bonds.

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Cubic(4).shape
    (4, 4, 4)
    """

    _axes = 3
    __slots__ = ()

    def __init__(self, Lx: int, Ly: int | None = None, Lz: int | None = None, *, periodic: Periodic = True) -> None:
        self._make((Lx, Ly, Lz), periodic)


class Triangular(_Regular):
    """``Lx x Ly`` sites, bonds +x, +y, +x+y of each site; six neighbours.

    Parameters
    ----------
    Lx, Ly : int
        Sites along each axis, >= 2.
    periodic : bool or tuple of bool
        Whether the axes close on themselves; a diagonal exists where it crosses no open end.

    Raises
    ------
    ValueError
        If a length is below 2.
    MemoryError
        If there are more than 2^31 bonds.

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Triangular(4).coordination
    6
    """

    __slots__ = ()

    def __init__(self, Lx: int, Ly: int | None = None, *, periodic: Periodic = True) -> None:
        self._make((Lx, Ly), periodic)


class Honeycomb(_Regular):
    """``Lx x Ly`` cells of two sites: 2 cell is A, 2 cell + 1 is B; three neighbours; the shape is (Lx, Ly, 2).

    Parameters
    ----------
    Lx, Ly : int
        Cells along each axis, >= 2. Bonds of each cell: A(x, y) with B(x, y), B(x-1, y), B(x, y-1).
    periodic : bool or tuple of bool
        Whether the axes close on themselves.

    Raises
    ------
    ValueError
        If a length is below 2.
    MemoryError
        If there are more than 2^31 bonds.

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Honeycomb(3).n_sites
    18
    """

    __slots__ = ()

    def __init__(self, Lx: int, Ly: int | None = None, *, periodic: Periodic = True) -> None:
        self._make((Lx, Ly), periodic)


class Graph(Geometry):
    """Sites and bonds as given.

    Parameters
    ----------
    edges : array_like of int, shape (n_bonds, 2)
        Both ends of every bond; a repeated pair is two bonds, a site joined to itself is refused.
    n_sites : int, optional
        Number of sites; by default the largest index plus one.

    Raises
    ------
    ValueError
        If an end is no site, or both ends are one.

    Examples
    --------
    >>> from quincunx import lattice
    >>> lattice.Graph([(0, 1), (1, 2), (2, 0)]).coordination
    2
    """

    __slots__ = ()

    def __init__(self, edges: Any, n_sites: int | None = None) -> None:
        try:
            array = np.asarray(edges)
        except ValueError as error:
            raise TypeError(f"edges: must be an array of pairs of sites ({error})") from None
        if array.size == 0 and isinstance(edges, list | tuple | np.ndarray):
            array = np.empty((0, 2), dtype=np.int64)
        if array.dtype.kind not in "iu" or array.ndim != 2 or np.ma.is_masked(edges):
            raise TypeError("edges: must be an array of pairs of whole numbers, shape (n_bonds, 2)")
        rows = np.ascontiguousarray(array, dtype=np.int64)
        sites = None if n_sites is None else whole("n_sites", n_sites)
        core = _core.lattice_graph(rows, sites)
        self._set(core, rows.tobytes(), core.n_sites)

    def __repr__(self) -> str:
        edges = [tuple(edge) for edge in self.bonds[:8].tolist()]
        listed = f"{edges}" if len(self.bonds) <= 8 else f"[{str(edges)[1:-1]}, ...]"
        return f"Graph({listed}, n_sites={self.n_sites})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Graph, (np.array(self.bonds), self.n_sites)
