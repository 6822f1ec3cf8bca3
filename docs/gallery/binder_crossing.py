"""Where the Ising model orders: the crossing of Binder ratios.

The ratio `U = 1 - <m^4> / (3 <m^2>^2)` of a square lattice hardly depends on its size at the critical point. Points are runs,
with jackknife errors; curves join them by reweighting, with a band of one error. They cross near the vertical line, the
exact critical coupling. Beside them, the largest lattice there.
"""

import matplotlib.figure
import numpy as np
import quincunx as qx
from quincunx import lattice, observe

betas = np.linspace(0.41, 0.47, 4)
grid = np.linspace(0.41, 0.47, 61)
critical = lattice.critical_beta(lattice.Square(4))

fig = matplotlib.figure.Figure(figsize=(9.0, 4.0), layout="constrained")
ax, beside = fig.subplots(1, 2, width_ratios=[1.5, 1])
for L in (4, 8, 16):
    model, keep = lattice.Ising(lattice.Square(L)), observe.every(2, burn=200)
    res = qx.simulate(model, params={"beta": betas}, t=3_200, method=lattice.Wolff(), observe=keep, n=16, rng=L)
    points, curve = lattice.binder(res), lattice.reweight(res).binder(grid)
    bars = ax.errorbar(betas, points.value, points.standard_error, fmt=".", capsize=2, label=f"L = {L}")
    colour, error = bars[0].get_color(), curve.standard_error
    ax.plot(grid, curve.value, color=colour, lw=1)
    ax.fill_between(grid, curve.value - error, curve.value + error, color=colour, alpha=0.2, lw=0)
    print(L, np.round(points.value, 4), "+-", np.round(points.standard_error, 4))
ax.axvline(critical, color="0.6", lw=1)
ax.set(xlabel="beta", ylabel="Binder ratio U")
ax.legend()
large = lattice.Ising(lattice.Square(128), beta=critical)
qx.simulate(large, t=500, method=lattice.Wolff(), observe=observe.final("state"), rng=3).plot(ax=beside)
beside.set_title("128 x 128 at the critical point")
