"""How much a result may take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from quincunx import _core

__all__ = ["check_memory"]


def check_memory(ensemble: _core.Ensemble, n: int, threads: int, max_bytes: Any) -> None:
    """Refuse a run whose result would be larger than ``max_bytes`` (None: half of the free memory)."""
    if max_bytes is None:
        limit = _available() // 2
    else:
        if isinstance(max_bytes, bool) or not isinstance(max_bytes, int | float):
            raise TypeError(f"max_bytes = {max_bytes!r}: must be a number of bytes")
        if not max_bytes >= 0:
            raise ValueError(f"max_bytes = {max_bytes!r}: must be >= 0")
        limit = int(min(max_bytes, 2**62))
    ensemble.check_memory(n, threads, limit)


def _available() -> int:
    """Return the memory that can be had without swapping; without a way to ask, 8 GiB."""
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 8 * 2**30
