"""Reaction networks."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping
from functools import cached_property
from math import factorial
from typing import Any, ClassVar, Literal, NoReturn

import numpy as np

from quincunx import _core
from quincunx._coerce import mapping, number, word
from quincunx._formula import formula
from quincunx._model import Method, Model, StartName
from quincunx.jump._direct import Direct
from quincunx.jump._grammar import Side, Written, read

__all__ = ["Reactions"]

Integers = np.ndarray[Any, np.dtype[np.int64]]


class Reactions(Model):
    r"""A reaction network: counts :math:`n \in \mathbb{Z}_{\ge 0}^S` that jump by :math:`v_r` at rate :math:`a_r(n)`.

    A rate that names no species is the constant k of mass action,
    :math:`a(n) = k\,W^{1-|s|} \prod_i (n_i)_{s_i}/s_i!` with the falling factorial
    :math:`(n)_s = n(n-1)\cdots(n-s+1)`. A rate that names species is the propensity itself and must name every
    reactant that can change, so that it vanishes when the reactant is used up.

    Parameters
    ----------
    reactions : str or list
        Text such as ``"S + I -> 2 I @ beta; 2 P <-> P2 @ k1, k2; 0 -> M @ 5"``: ``;`` or a new line separates, ``0`` is
        nothing, ``<->`` takes two rates. A list holds such texts and triples ``(reactants, products, rate)`` with dicts
        species -> count. Species are numbered in order of appearance.
    params : dict, optional
        Parameters by name, for names that are no keywords.
    volume : float
        The volume W > 0 of mass action; formulas may use it by the name ``volume``.
    convention : {"comb", "falling"}
        Whether mass action divides by :math:`s_i!` (combinations of molecules, the default) or not.
    **parameters
        Parameters by name: finite numbers. One that no rate uses gives a warning.

    Raises
    ------
    ValueError
        A piece of the text is no reaction, a name is unknown or taken, a rate is negative, not finite, depends on ``t``,
        or does not name a reactant.
    TypeError
        An argument has the wrong kind.

    Notes
    -----
    ``t`` of `simulate` is model time, in the unit whose inverse the rates have. ``start`` gives whole counts by species;
    those left out start at 0. Every species is observed by default, as int64.

    Examples
    --------
    >>> from quincunx import jump
    >>> gene = jump.Reactions("Off <-> On @ kon, koff; On -> On + M @ r; M -> 0 @ 1", kon=0.5, koff=1.5, r=20.0)
    >>> gene
    Reactions(convention='comb', volume=1.0, kon=0.5, koff=1.5, r=20.0)
      Off -> On       kon*Off
      On -> Off       koff*On
      On -> On + M    r*On
      M -> 0          1*M
    >>> gene.conservation_laws()
    array([[1, 1, 0]])
    >>> jump.Reactions("0 -> X @ b + a*K**h/(K**h + X**h); X -> 0 @ 1", a=20, b=1, K=10, h=2).names
    ('X',)

    References
    ----------
    D. T. Gillespie, J. Phys. Chem. 81 (1977) 2340.
    """

    methods: ClassVar[tuple[type[Method], ...]] = (Direct,)
    _species: tuple[str, ...]
    _written: tuple[Written, ...]
    _params: dict[str, float]
    _volume: float
    _convention: str
    _network: _core.ReactionNetwork

    def __init__(
        self,
        reactions: str | list[Any],
        *,
        params: Mapping[str, float] | None = None,
        volume: float = 1.0,
        convention: Literal["comb", "falling"] = "comb",
        **parameters: float,
    ) -> None:
        given = mapping("params", params)
        for name in given:
            if name in parameters:
                raise ValueError(f"params[{name!r}]: is given as a keyword too; give it once")
        values = {**given, **parameters}
        self._build(read(reactions), values, number("volume", volume), word("convention", convention))
        for name in self._network.unused:
            warnings.warn(f"parameter {name!r} is used by no rate", UserWarning, stacklevel=2)

    def _build(self, written: tuple[Written, ...], params: Mapping[str, Any], volume: float, convention: str) -> None:
        species: dict[str, int] = {}
        for reaction in written:
            for name, _ in (*reaction.reactants, *reaction.products):
                species.setdefault(name, len(species))
        values = {name: _number(name, value) for name, value in params.items()}

        def indexed(side: Side) -> list[tuple[int, int]]:
            return [(species[name], count) for name, count in side]

        network = _core.ReactionNetwork(
            list(species),
            list(values.items()),
            [
                (indexed(w.reactants), indexed(w.products), formula(w.rate, f"rates[{r}]"))
                for r, w in enumerate(written)
            ],
            volume,
            convention,
        )
        own = vars(self)
        own.update(_species=tuple(species), _written=written, _params=values, _network=network)
        own.update(_volume=volume, _convention=convention)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{name}: a model cannot be changed; use .replace(...)")

    __delattr__ = __setattr__  # type: ignore[assignment]

    @property
    def names(self) -> tuple[str, ...]:
        """The species, in order of appearance."""
        return self._species

    @property
    def params(self) -> dict[str, float]:
        """The values of the parameters."""
        return dict(self._params)

    @property
    def volume(self) -> float:
        """The volume W."""
        return self._volume

    @property
    def convention(self) -> str:
        """``"comb"`` or ``"falling"``."""
        return self._convention

    @property
    def reactions(self) -> tuple[str, ...]:
        """The reactions as text, one per column of the stoichiometry."""
        return tuple(f"{w} @ {w.rate}" for w in self._written)

    @cached_property
    def _stoichiometry(self) -> Integers:
        v = np.zeros((len(self._species), len(self._written)), dtype=np.int64)
        index = {name: i for i, name in enumerate(self._species)}
        for r, w in enumerate(self._written):
            for sign, side in ((-1, w.reactants), (1, w.products)):
                for name, count in side:
                    v[index[name], r] += sign * count
        v.flags.writeable = False
        return v

    @property
    def stoichiometry(self) -> Integers:
        """The net change of each species (row) by each reaction (column)."""
        return self._stoichiometry

    def conservation_laws(self) -> Integers:
        """Return an integer basis of the w with w . v_r = 0 for every r, one per row; nonnegative ones first.

        ``w @ n`` is constant along every path, exactly.

        Examples
        --------
        >>> from quincunx import jump
        >>> jump.Reactions("E + S <-> C @ 1, 2; C -> E + P @ 3").conservation_laws()
        array([[1, 0, 1, 0],
               [0, 1, 1, 1]])
        """
        laws = self._network.conservation_laws()
        return np.array(laws, dtype=np.int64).reshape(len(laws), len(self._species))

    def replace(self, **values: Any) -> Reactions:
        """Return the same network with other parameter ``values``, by keyword."""
        return _rebuild(self._written, self._params_with(values), self._volume, self._convention)

    def _start_names(self) -> dict[str, StartName]:
        return {name: StartName(default=0.0, integer=True) for name in self._species}

    def _automatic(self) -> Method:
        return Direct()

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        return self._network.direct(method.max_events)  # type: ignore[attr-defined]

    def _identity(self) -> tuple[Any, ...]:
        return self._written, tuple(sorted(self._params.items())), self._volume, self._convention

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reactions) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._written, self._params, self._volume, self._convention)

    def __copy__(self) -> Reactions:
        return self

    def __deepcopy__(self, memo: Any) -> Reactions:
        return self

    def __repr__(self) -> str:
        extra = "".join(f", {k}={v!r}" for k, v in self._params.items())
        head = f"Reactions(convention={self._convention!r}, volume={self._volume!r}{extra})"
        width = max((len(str(w)) for w in self._written), default=0)
        return "\n".join([head, *(f"  {w!s:<{width}}    {self._propensity(w)}" for w in self._written)])

    def _propensity(self, w: Written) -> str:
        """Return the propensity in full."""
        if set(formula(w.rate).names) & set(self._species):
            return w.rate
        order = sum(count for _, count in w.reactants)
        factors = [w.rate if _is_factor(w.rate) else f"({w.rate})"]
        divisor = 1
        for name, count in w.reactants:
            factors += [name, *(f"({name} - {k})" for k in range(1, min(count, 9)))]
            if count > 9:
                factors.append(f"...({name} - {count - 1})")
            divisor *= factorial(count) if self._convention == "comb" else 1
        text = "*".join(factors)
        if order == 0 and self._volume != 1:
            text += "*volume"
        if order > 1 and self._volume != 1:
            text += "/volume" + (f"**{order - 1}" if order > 2 else "")
        return text + (f"/{divisor}" if 1 < divisor < 10**12 else f"/{divisor:.3e}" if divisor > 1 else "")


def _rebuild(written: tuple[Written, ...], params: Mapping[str, Any], volume: float, convention: str) -> Reactions:
    model = Reactions.__new__(Reactions)
    model._build(written, params, volume, convention)  # noqa: SLF001 - the other half of the constructor
    return model


def _is_factor(rate: str) -> bool:
    """Tell whether a rate can stand in a product without brackets."""
    try:
        float(rate)
    except ValueError:
        return rate.isidentifier()
    return True


def _number(name: str, value: Any) -> float:
    if np.ndim(value) != 0 and not isinstance(value, str):
        raise TypeError(f"{name}: must be one number; sweep over values with params= of simulate")
    return number(name, value)
