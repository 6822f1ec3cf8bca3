"""Escape from a well: when does noise carry a particle over the hill.

Below, ten paths in a double well with their mean and the band that holds 90 % of them; above, the fraction that has not
reached the hill yet, with its band. Crossings between two steps are counted by a Brownian bridge.
"""

import matplotlib.figure
import quincunx as qx
from quincunx import observe, sde

well = sde.SDE("x - x**3", "sigma", sigma=0.6)
run = {"t": 40.0, "start": -1.0, "method": sde.EulerMaruyama(dt=0.01), "n": 1_000, "rng": 1}
both = {"path": observe.every(0.2), "escape": observe.first_passage("x >= 0")}
res = qx.simulate(well, observe=both, **run)
print("half have crossed at", res["escape"].quantile("time", 0.5))

fig = matplotlib.figure.Figure(figsize=(6.4, 6.0), layout="constrained")
above, below = fig.subplots(2, sharex=True)
res["escape"].plot(ax=above)
res["path"].plot("x", ax=below)
