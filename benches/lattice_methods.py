"""Which method decorrelates fastest: the seconds of one core that one independent sample costs, as in the how-to page.

python benches/lattice_methods.py [seconds per row]

For each model and method: the integrated autocorrelation times, in sweeps, of the energy and of the squared
magnetization, the time of a sweep, and their product, the milliseconds of a core that an independent value costs.
"""

import sys
import time

import numpy as np

import quincunx as qx
from quincunx import lattice, observe, stats

NAMES = ["energy", "magnetization**2"]


def models():
    """Models by name: square lattices on both sides of the critical point, and what clusters are not made for."""
    for size in (16, 64, 256, 1024):
        for beta in (0.3, 0.4407, 0.6):
            yield f"square {size}, beta {beta}", lattice.Ising(lattice.Square(size), beta=beta)
    yield "cubic 16, beta 0.2217", lattice.Ising(lattice.Cubic(16), beta=0.2217)
    yield "square 64, q = 3, critical", lattice.Potts(lattice.Square(64), 3, beta=1.0050525)
    antiferromagnet = lattice.Potts(lattice.Square(16), 8, beta=1.0, J=-1.0)
    yield "square 16, q = 8, J -1, beta 1", antiferromagnet
    for h in (0.01, 0.3):
        yield f"square 64, beta 0.4407, h {h}", lattice.Ising(lattice.Square(64), beta=0.4407, h=h)
    cube = lattice.Cubic(8)
    signs = np.random.default_rng(1).choice([-1.0, 1.0], len(cube.bonds))
    for beta in (0.5, 0.9):
        yield f"glass 8, beta {beta}", lattice.Ising(cube, beta=beta, J=signs)


METHODS = [
    lattice.Metropolis(),
    lattice.HeatBath(),
    lattice.HeatBath("sequential"),
    lattice.Checkerboard(),
    lattice.Wolff(),
    lattice.SwendsenWang(),
]


def sweep_time(model, method, seconds=0.2):
    """Seconds of a sweep that nobody looks at, from the better of two runs."""

    def timed(sweeps):
        begin = time.process_time()
        qx.simulate(model, t=sweeps, rng=1, threads=1, method=method, observe=observe.final("energy"))
        return time.process_time() - begin

    sweeps = 4
    while timed(sweeps) < seconds:
        sweeps *= 2
    return min(timed(sweeps), timed(sweeps)) / sweeps


def integrated_times(model, method, stride, seconds):
    """Autocorrelation times in looks, one look every ``stride`` sweeps, and how many looks there were."""

    def run(looks):
        what = observe.every(stride, NAMES)
        return qx.simulate(model, t=stride * looks, rng=1, threads=1, method=method, observe=what)

    begin = time.process_time()
    run(20)
    looks = int(min(100_000, max(400, 20 * seconds / (time.process_time() - begin))))
    res = run(looks)
    times = [stats.autocorrelation_time(res[name][0, looks // 5 :]) for name in NAMES]
    return np.array(times), looks


def measure(model, method, seconds):
    """Integrated times in sweeps (nan where the run is too short to tell) and the seconds of a sweep."""
    each, stride, longest = sweep_time(model, method), 1, np.inf
    found = np.full(len(NAMES), np.nan)
    while longest > 8 and 200 * stride * each < 10 * seconds:  # no more looks than the correlation needs
        times, looks = integrated_times(model, method, stride, seconds)
        longest = times.max()
        found, stride = stride * np.where(looks > 50 * times, times, np.nan), 4 * stride
    return found, each


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    print(
        f"{'model':30} {'method':28} {'tau E':>9} {'tau M2':>9} {'sweep/ms':>9} {'ms (E)':>9} {'ms (M2)':>9}",
        flush=True,
    )
    for name, model in models():
        for method in METHODS:
            try:
                (energy, squared), each = measure(model, method, seconds)
            except ValueError as refused:
                print(f"{name:30} {method!r:28} {str(refused)[:60]}")
                continue
            row = [energy, squared, 1e3 * each, 1e3 * each * energy, 1e3 * each * squared]
            print(f"{name:30} {method!r:28} " + " ".join(f"{x:9.4g}" for x in row), flush=True)


if __name__ == "__main__":
    main()
