"""How much a call may take; what a caller sizes is judged before it is allocated."""

from __future__ import annotations

import functools
import time
from pathlib import Path
from typing import Any

import numpy as np

from quincunx import _core

__all__ = ["check_bytes", "memory_limit"]


def memory_limit(max_bytes: Any) -> int:
    """Return ``max_bytes`` as a whole number; None is half of the free memory."""
    if max_bytes is None:
        return _available() // 2
    if isinstance(max_bytes, bool) or not isinstance(max_bytes, int | float | np.integer | np.floating):
        raise TypeError(f"max_bytes = {max_bytes!r}: must be a number of bytes")
    if not max_bytes >= 0:
        raise ValueError(f"max_bytes = {max_bytes!r}: must be >= 0")
    return int(min(max_bytes, 2**62))


def check_bytes(what: str, count: float, limit: int, remedy: str) -> None:
    """Refuse ``count`` bytes beyond ``limit``: a MemoryError that says what would help."""
    _core.check_bytes(what, int(min(count, 2**120)), limit, remedy)


def _available() -> int:
    """Return the memory that can be had without swapping; without a way to ask, 8 GiB."""
    # The system takes longer over the answer than a short run lasts: it is asked ten times a second at most.
    return _ask(int(10 * time.monotonic()))


@functools.lru_cache(maxsize=1)
def _ask(_moment: int) -> int:
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 8 * 2**30
