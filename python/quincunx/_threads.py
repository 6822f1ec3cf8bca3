"""How many workers a computation gets."""

from __future__ import annotations

import os
from typing import Any

from quincunx._coerce import whole

__all__ = ["worker_threads"]


def worker_threads(threads: Any = None) -> int:
    """Return ``threads``, 1 to 4096; None is the number of processors this process may use."""
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    count = whole("threads", threads)
    if not 1 <= count <= 4096:
        raise ValueError(f"threads = {threads}: must be between 1 and 4096")
    return count
