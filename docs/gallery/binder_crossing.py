"""Where the Ising model orders: the crossing of Binder ratios.

The ratio `U = 1 - <m^4> / (3 <m^2>^2)` of a square lattice hardly depends on its size at the critical point. The
curves of three sizes cross there; the vertical line is the exact critical coupling.
"""

import matplotlib.figure
import numpy as np
import quincunx as qx
from quincunx import lattice, observe, stats

betas = np.linspace(0.41, 0.47, 7)
m2, m4 = "magnetization**2", "magnetization**4"


def binder(m2, m4, axis):
    return 1 - m4.mean(axis) / (3 * m2.mean(axis) ** 2)


fig = matplotlib.figure.Figure(figsize=(6.4, 4.0), layout="constrained")
ax = fig.subplots()
for L in (4, 8, 16):
    model = lattice.Ising(lattice.Square(L))
    keep = observe.time_average([m2, m4], burn=200)
    res = qx.simulate(model, params={"beta": betas}, t=2_200, method=lattice.Wolff(), observe=keep, n=8, rng=L)
    ratio = binder(res[m2], res[m4], axis=1)
    error = stats.bootstrap((res[m2].T, res[m4].T), binder, rng=1).standard_error
    ax.errorbar(betas, ratio, error, marker=".", capsize=2, label=f"L = {L}")
    print(L, np.round(ratio, 3))
ax.axvline(lattice.critical_beta(lattice.Square(16)), color="0.6", lw=1)
ax.set(xlabel="beta", ylabel="Binder ratio U")
ax.legend()
