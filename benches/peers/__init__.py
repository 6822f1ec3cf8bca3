"""The same work done by quincunx and by other libraries, measured side by side: `python -m benches.peers [ROW ...]`.

One module per row, found by its name. It holds

- ``WORK``: what is done, with its sizes; ``UNIT``: the unit of work that times are divided by, in nanoseconds;
- ``NEED``: the ratio to reach, by instruction set (``{"avx512": 8.0, "avx2": 5.0}``; ``"any"`` for all), to the best
  peer or to the one that ``AGAINST`` names;
- optionally ``ALSO``: name of a further peer -> the ratio to reach to it, said on the peer's line and no part of the
  verdict: such peers are large and not everybody's (`make bench MORE=1`);
- optionally ``CLOCK = "wall"``, ``LIMIT`` (seconds to stay below) and ``REPEATS`` for work that has no peer;
- ``ours(threads=1) -> float``: does the work through the public interface and returns the units done;
- ``PEERS``: name -> function that does the same work elsewhere and returns the units done. It imports its library
  itself: what cannot be imported is reported as not measured;
- ``same_law() -> list[tuple[str, float]]``: what was compared on both sides, with a p-value.

Both sides run alternately in one process on one thread, after one run each that is not counted; times are CPU times,
those of programs that a peer starts included.
"""

import os

for _library in ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON"):  # one thread each, before any library starts its pool
    os.environ[f"{_library}_NUM_THREADS"] = "1"
