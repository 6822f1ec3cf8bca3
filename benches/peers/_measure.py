"""Alternate both sides of a row and keep every time."""

from __future__ import annotations

import gc
import math
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

try:
    import resource
except ImportError:  # Windows: what a peer's own process costs is not seen there
    resource = None

ALPHA = 1e-6  # a law is refused below this p-value


@dataclass
class Side:
    """Times of one side of a row, in nanoseconds of CPU per unit of work."""

    name: str
    times: list[float] = field(default_factory=list)
    missing: str = ""

    @property
    def best(self) -> float:
        return min(self.times, default=math.nan)

    @property
    def median(self) -> float:
        return statistics.median(self.times) if self.times else math.nan

    @property
    def noise(self) -> float:
        """Spread of the times: (median - best) / best."""
        return self.median / self.best - 1 if self.times else math.nan

    def run(self, work: Callable[[], float], *, keep: bool, clock: Callable[[], float]) -> None:
        if self.missing:
            return
        gc.collect()
        begin = clock()
        try:
            units = work()
        except Exception as error:
            self.missing = f"{type(error).__name__}: {error}".splitlines()[0][:120]
            self.times.clear()
            return
        if keep:
            self.times.append((clock() - begin) / units * 1e9)


@dataclass
class Outcome:
    """One row: our side, the peers, the comparison of the laws."""

    row: str
    work: str
    unit: str
    need: float | None
    against: str
    also: dict[str, float]
    limit: float | None
    ours: Side
    peers: list[Side]
    laws: list[tuple[str, float]]
    scaling: float = math.nan

    @property
    def ratio(self) -> float:
        """Time of the peer that counts (else of the best one) over ours."""
        ratios = [self.over(peer) for peer in self.peers if peer.times and self.against in ("", peer.name)]
        return min(ratios, default=math.nan)

    def over(self, peer: Side) -> float:
        """Time of ``peer`` over ours, the median of the rounds: the sides of a round share the clock of their moment."""
        pairs = zip(peer.times, self.ours.times, strict=False)
        return statistics.median([theirs / ours for theirs, ours in pairs] or [math.nan])

    @property
    def same_law(self) -> bool:
        return bool(self.laws) and all(p >= ALPHA for _, p in self.laws)

    @property
    def verdict(self) -> str:
        if not self.ours.times:
            return f"not measured ({self.ours.missing})"
        if not self.same_law:
            return "DIFFERENT LAWS" if self.laws else "law not checked"
        if self.limit is not None:
            return "reached" if self.ours.best <= self.limit else "missed"
        if math.isnan(self.ratio) or self.need is None:
            return "measured"
        return "reached" if self.ratio >= self.need else "missed"

    def to_dict(self) -> dict[str, object]:
        def side(s: Side) -> dict[str, object]:
            return {"name": s.name, "best": s.best, "median": s.median, "times": s.times, "missing": s.missing}

        return {
            "row": self.row,
            "work": self.work,
            "unit": self.unit,
            "need": self.need,
            "against": self.against,
            "also": self.also,
            "limit": self.limit,
            "ratio": self.ratio,
            "verdict": self.verdict,
            "ours": side(self.ours),
            "peers": [side(peer) for peer in self.peers],
            "laws": [{"what": what, "p_value": p} for what, p in self.laws],
            "two_threads": self.scaling,
        }


def measure(row: ModuleType, *, repeats: int, level: str) -> Outcome:
    """Run a row: once uncounted (compilation, caches), then `repeats` times, alternating the sides."""
    repeats = min(repeats, getattr(row, "REPEATS", repeats))
    wall = getattr(row, "CLOCK", "cpu") == "wall"
    clock = time.perf_counter if wall else cpu_time
    sides = [(Side("quincunx"), row.ours), *((Side(name), work) for name, work in row.PEERS.items())]
    warm = getattr(row, "REPEATS", 2) > 1  # a run of a minute needs no warm start
    for count in range(0 if warm else 1, repeats + 1):
        for side, work in sides:
            side.run(work, keep=count > 0, clock=clock)
    need = row.NEED.get(level, row.NEED.get("any"))
    ours, *peers = (side for side, _ in sides)
    name, limit = row.__name__.rpartition(".")[2], getattr(row, "LIMIT", None)
    against, also = getattr(row, "AGAINST", ""), getattr(row, "ALSO", {})
    outcome = Outcome(name, row.WORK, row.UNIT, need, against, also, limit, ours, peers, [])
    if ours.times:
        try:
            outcome.laws = row.same_law()
        except Exception as error:
            ours.missing = f"same_law: {type(error).__name__}: {error}".splitlines()[0][:120]
        if not wall:
            outcome.scaling = _scaling(row.ours)
    return outcome


def cpu_time() -> float:
    """CPU seconds of this process and of those that it started and waited for: some peers run as programs."""
    if resource is None:
        return time.process_time()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _scaling(work: Callable[..., float]) -> float:
    """Wall time of one thread over that of two, the best of five each, in turn."""
    if len(os.sched_getaffinity(0)) < 2 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) < 2:
        return math.nan
    wall: dict[int, list[float]] = {1: [], 2: []}
    for threads in (1, 2) * 5:
        begin = time.perf_counter()
        try:
            work(threads=threads)
        except Exception:
            return math.nan
        wall[threads].append(time.perf_counter() - begin)
    return min(wall[1]) / min(wall[2])


def machine() -> str:
    """Name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        return f"{names[0]}, {len(names)} cores"
    except (OSError, IndexError):
        return f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
