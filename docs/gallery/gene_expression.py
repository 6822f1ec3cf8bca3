"""A gene that switches: simulated and exact law of its messengers.

Bars are 20,000 simulated cells, the line is the master equation. `qx.check` compares them: no p-value may be below its
share of one in a million.
"""

import matplotlib.figure
import numpy as np
import quincunx as qx
from quincunx import jump, observe

gene = jump.Reactions("Off <-> On @ kon, koff; On -> On + M @ r; M -> 0 @ d", kon=0.5, koff=1.5, r=20.0, d=1.0)
exact = jump.master_equation(gene, start={"Off": 1}, t=5.0)
counts = observe.histogram("M", range(61), when=observe.final())
res = qx.simulate(gene, t=5.0, start={"Off": 1}, n=20_000, rng=1, observe=counts)
print(qx.check(res, exact))

fig = matplotlib.figure.Figure(figsize=(6.4, 4.0), layout="constrained")
ax = fig.subplots()
law = np.asarray(exact.marginal("M"))[:60]
bars = np.ravel(res.histogram("M").counts) / 20_000
ax.bar(np.arange(60), bars, width=1.0, alpha=0.4, label="20,000 cells")
ax.plot(np.arange(len(law)), law, color="C1", label="master equation")
ax.set(xlabel="messengers at t = 5", ylabel="probability")
ax.legend()
