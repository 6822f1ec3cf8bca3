"""From ``rng=`` to keys (SPEC 7): the same int gives the same streams in every call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["Key", "key", "keys"]

Key = tuple[int, int]


def keys(rng: Any, sets: Callable[[], int]) -> list[Key]:
    """Return one key for all sets, or one per set if ``rng`` is a list of `SeedSequence`; then ``sets`` is asked."""
    if (
        isinstance(rng, Sequence)
        and not isinstance(rng, str | bytes)
        and any(isinstance(r, np.random.SeedSequence) for r in rng)
    ):
        if len(rng) != (count := sets()):
            raise ValueError(f"rng: {len(rng)} seed sequences for {count} parameter sets: must be one per set")
        return [_key(r) for r in rng]
    return [_key(rng)]


def key(rng: Any) -> Key:
    """Return the key of what takes a single one."""
    return keys(rng, lambda: 1)[0]


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
        return _of_int(int(rng))
    else:
        raise TypeError(f"rng = {rng!r}: must be an int, a SeedSequence, a Generator or None")
    # A 32-bit bit generator fills only half of each word; the address needs no more.
    return int(words[0]), int(words[1])


@lru_cache(maxsize=256)
def _of_int(seed: int) -> Key:
    words = np.random.SeedSequence(seed).generate_state(2, np.uint64)
    return int(words[0]), int(words[1])
