"""Four runs, every temperature: the specific heat by reweighting.

Each size was run at four temperatures (points, with jackknife errors). Joined, the runs give the whole curve with its error;
the dashed curves are exact (Kaufman's solution of the finite torus). Below, how far the joined curve is from the exact one,
in its own standard errors.
"""

import matplotlib.figure
import numpy as np
import quincunx as qx
from quincunx import lattice, observe

betas, grid = np.linspace(0.38, 0.48, 4), np.linspace(0.38, 0.48, 101)

fig = matplotlib.figure.Figure(figsize=(6.4, 6.0), layout="constrained")
above, below = fig.subplots(2, sharex=True, height_ratios=[2.5, 1])
for L in (8, 16, 32):
    model, keep = lattice.Ising(lattice.Square(L)), observe.every(2, "energy", burn=200)
    res = qx.simulate(model, params={"beta": betas}, t=3_200, method=lattice.Wolff(), observe=keep, n=16, rng=L)
    points, curve = lattice.specific_heat(res), lattice.reweight(res).specific_heat(grid)
    exact = np.array([lattice.thermodynamics(model.replace(beta=beta)).specific_heat for beta in grid])
    bars = above.errorbar(betas, points.value, points.standard_error, fmt=".", capsize=2, label=f"L = {L}")
    colour, error = bars[0].get_color(), curve.standard_error
    above.fill_between(grid, curve.value - error, curve.value + error, color=colour, alpha=0.3, lw=0)
    above.plot(grid, exact, color=colour, lw=1, ls="--")
    below.plot(grid, (curve.value - exact) / error, color=colour, lw=1)
    peak = grid[curve.value.argmax()]
    print(f"L = {L}: highest at beta = {peak:.3f}, exactly {grid[exact.argmax()]:.3f}")
below.axhspan(-2, 2, color="0.9", zorder=0)
below.set(xlabel="beta", ylabel="distance / error")
above.set(ylabel="specific heat per site")
above.legend()
