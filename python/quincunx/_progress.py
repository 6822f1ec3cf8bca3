"""Progress: a bar on a terminal or in a notebook, or a callable."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Tell", "listener"]

Tell = Callable[[float], Any] | None

BAR_AFTER = 2.0  # seconds before a bar appears unasked


@contextmanager
def listener(progress: Any) -> Iterator[Tell]:
    """Yield what the run loop calls with the fraction done, or None."""
    if progress is False:
        yield None
        return
    if callable(progress):
        yield progress
        return
    if progress is not None and progress is not True:
        raise TypeError(f"progress = {progress!r}: must be None, True, False or a callable f(fraction)")
    bar = _Bar(0.0 if progress else BAR_AFTER, forced=bool(progress))
    try:
        yield bar.tell if bar.possible else None
    finally:
        bar.close()


class _Bar:
    """A tqdm bar that appears only when the work takes long."""

    def __init__(self, delay: float, *, forced: bool) -> None:
        self._due = time.monotonic() + delay
        self._bar: Any = None
        self._make: Any = None
        if forced or _interactive():
            try:
                from tqdm.auto import tqdm
            except ImportError:
                if forced:
                    raise ImportError("tqdm is not installed: pip install 'quincunx[progress]'") from None
            else:
                self._make = tqdm

    @property
    def possible(self) -> bool:
        return self._make is not None

    def tell(self, fraction: float) -> None:
        if self._bar is None:
            if time.monotonic() < self._due or fraction >= 1:
                return
            self._bar = self._make(total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}<{remaining}", leave=False)
        self._bar.update(100 * fraction - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _interactive() -> bool:
    return sys.stderr is not None and (sys.stderr.isatty() or "ipykernel" in sys.modules)
