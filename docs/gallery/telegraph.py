"""A channel that opens and closes: how fast its mean forgets.

An ion channel opens after exponential and after gamma distributed times with the same means. Both start open. The
exponential one relaxes without memory; the regular one overshoots, because its sojourns know how long they have lasted.
"""

import matplotlib.figure
import quincunx as qx
from quincunx import observe, switching

laws = {
    "exponential": switching.SwitchProcess(switching.laws.Exponential(1.0)),
    "gamma, shape 5": switching.SwitchProcess(switching.laws.Gamma(5.0, 5.0)),
}
fig = matplotlib.figure.Figure(figsize=(6.4, 4.0), layout="constrained")
ax = fig.subplots()
for name, process in laws.items():
    res = qx.simulate(process, t=5.0, start=1, n=20_000, rng=1, observe=observe.moments(when=observe.every(0.05)))
    ax.plot(res.t, res.mean("state"), label=name)
    print(name, round(float(res.mean("state")[20]), 3), "at t = 1")
ax.axhline(0, color="0.6", lw=1)
ax.set(xlabel="t", ylabel="mean state")
ax.legend()
