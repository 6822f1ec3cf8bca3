"""From ``rng=`` to keys (SPEC 7): the same int gives the same streams in every call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["Key", "keys"]

Key = tuple[int, int]


def keys(rng: Any, sets: int) -> list[Key]:
    """Return one key for all sets, or one per set if ``rng`` is a list of `SeedSequence`."""
    if (
        isinstance(rng, Sequence)
        and not isinstance(rng, str | bytes)
        and any(isinstance(r, np.random.SeedSequence) for r in rng)
    ):
        if len(rng) != sets:
            raise ValueError(f"rng: {len(rng)} seed sequences for {sets} parameter sets: must be one per set")
        return [_key(r) for r in rng]
    return [_key(rng)]


def _key(rng: Any) -> Key:
    if rng is None:
        words = np.random.SeedSequence().generate_state(2, np.uint64)
    elif isinstance(rng, np.random.SeedSequence):
        words = rng.generate_state(2, np.uint64)
    elif isinstance(rng, np.random.Generator):
        words = rng.bit_generator.random_raw(2)
    elif isinstance(rng, np.random.BitGenerator):
        words = rng.random_raw(2)
    elif isinstance(rng, bool | np.bool_):
        raise TypeError(f"rng = {rng!r}: must be an int, a SeedSequence, a Generator or None")
    elif isinstance(rng, int | np.integer):
        if rng < 0:
            raise ValueError(f"rng = {rng}: must be >= 0")
        words = np.random.SeedSequence(int(rng)).generate_state(2, np.uint64)
    else:
        raise TypeError(f"rng = {rng!r}: must be an int, a SeedSequence, a Generator or None")
    # A 32-bit bit generator fills only half of each word; the address needs no more.
    return int(words[0]), int(words[1])
