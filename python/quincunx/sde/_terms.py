"""From the forms that `drift` and `noise` may take to formulas per state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quincunx import _core
from quincunx._formula import formula, is_formula
from quincunx._model import nearest

__all__ = ["Terms", "read_terms"]

Formula = _core.Formula


@dataclass(frozen=True, eq=False)
class Terms:
    """Formulas of an equation: per state a drift, its own noise, and a row of coefficients of shared noise."""

    states: tuple[str, ...]
    drift: tuple[Formula, ...]
    own: tuple[Formula, ...]
    shared: tuple[tuple[Formula, ...], ...]

    @property
    def sources(self) -> tuple[Any, ...]:
        """The texts: what two equal laws have in common."""
        shared = tuple(tuple(f.source for f in row) for row in self.shared)
        return (self.states, tuple(f.source for f in self.drift), tuple(f.source for f in self.own), shared)

    def names(self) -> set[str]:
        """Return every name that some formula uses."""
        rows = [self.drift, self.own, *self.shared]
        return {name for row in rows for f in row for name in f.names}


def read_terms(drift: Any, noise: Any, state: Any) -> Terms:
    """Read the arguments of `SDE`."""
    single = is_formula(drift)
    states = _states(drift, state, single=single)
    drifts = [drift] if single else list(drift.values()) if isinstance(drift, Mapping) else list(drift)
    read = tuple(formula(f, f"drift of {s!r}") for s, f in zip(states, drifts, strict=False))
    if len(drifts) != len(states):
        raise ValueError(f"drift = {len(drifts)} formulas: must be {len(states)}, one for each of {', '.join(states)}")
    entries = [_split(entry, s) for s, entry in zip(states, _noise_entries(noise, states, single=single), strict=True)]
    own = tuple(formula(0.0 if o is None else o, f"noise of {s!r}") for s, (o, _) in zip(states, entries, strict=True))
    width = max((len(shared) for _, shared in entries), default=0)
    for s, (_, shared) in zip(states, entries, strict=True):
        if shared and len(shared) != width:
            raise ValueError(
                f"noise of {s!r} = {len(shared)} coefficients: must be {width}, one per shared Wiener process, "
                "as for the other states",
            )
    rows = tuple(
        tuple(formula(c, f"noise of {s!r}") for c in (shared or [0.0] * width))
        for s, (_, shared) in zip(states, entries, strict=True)
    )
    return Terms(states, read, own, rows if width else ())


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _states(drift: Any, state: Any, *, single: bool) -> tuple[str, ...]:
    if isinstance(drift, Mapping):
        keys = tuple(str(k) for k in drift)
        if state is not None and _names(state) != keys:
            raise ValueError(f"state = {state!r}: must be the keys of drift in their order: {' '.join(keys)}")
        names = keys
    elif single:
        names = ("x",) if state is None else _names(state)
        if len(names) != 1:
            raise ValueError(f"state = {state!r}: must be one name, for drift is a single formula")
    elif not _is_list(drift):
        raise TypeError(
            f"drift = {drift!r}: must be a formula, a list of formulas in the order of state, or a dict "
            "state -> formula",
        )
    elif state is None:
        raise ValueError("state: a list of drifts needs the names of its states, for example state='x y'")
    else:
        names = _names(state)
    if not names:
        raise ValueError("state: drift must have at least one state")
    for name in names:
        if not name.isidentifier():
            raise ValueError(f"state: {name!r} (of drift or state) must be a letter or _, then letters, digits and _")
    return names


def _names(state: Any) -> tuple[str, ...]:
    if isinstance(state, str):
        return tuple(state.replace(",", " ").split())
    if isinstance(state, Sequence) and all(isinstance(s, str) for s in state):
        return tuple(state)
    raise TypeError(f"state = {state!r}: must be names, for example 'x y'")


def _noise_entries(noise: Any, states: tuple[str, ...], *, single: bool) -> list[Any]:
    """One entry per state: a formula, a list of coefficients, or a pair of both."""
    if noise is None:
        return [0.0] * len(states)
    if isinstance(noise, Mapping):
        for key in noise:
            if key not in states:
                raise ValueError(f"noise[{key!r}]: no such state; {nearest(str(key), states)}")
        return [noise.get(s, 0.0) for s in states]
    if single:
        return [noise]
    if is_formula(noise):
        return [noise] * len(states)
    if not _is_list(noise):
        raise TypeError(
            f"noise = {noise!r}: must be a formula, a list in the order of the states ({' '.join(states)}), or a dict",
        )
    if len(noise) != len(states):
        known = ", ".join(states)
        raise ValueError(f"noise = {len(noise)} entries: must be {len(states)}, one for each state of drift: {known}")
    return list(noise)


def _split(entry: Any, state: str) -> tuple[Any, list[Any]]:
    """Own coefficient (None: none) and shared coefficients of one state."""
    if is_formula(entry):
        return entry, []
    if not _is_list(entry):
        raise TypeError(
            f"noise of {state!r} = {entry!r}: must be a formula, a list of coefficients of shared Wiener processes, "
            "or a pair (own, [shared, ...])",
        )
    if isinstance(entry, tuple) and len(entry) == 2 and not is_formula(entry[1]):
        own, shared = entry
        if not _is_list(shared):
            raise TypeError(f"noise of {state!r} = {entry!r}: a pair is (own, [shared, ...])")
        return own, list(shared)
    return None, list(entry)
