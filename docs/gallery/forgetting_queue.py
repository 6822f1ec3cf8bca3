"""A queue that forgets its start: the law of its length, exactly.

A queue with 200 places starts full. Uniformisation gives the law at any time with a bound on its error; the line is the
stationary law, by elimination.
"""

import matplotlib.figure
import numpy as np
import scipy.sparse as sp
from quincunx import chain

places, arrive, serve = 200, 0.9, 1.0
up, down = np.full(places - 1, arrive), np.full(places - 1, serve)
out = np.r_[up, 0] + np.r_[0, down]
queue = chain.MarkovJump(sp.diags_array([down, -out, up], offsets=[-1, 0, 1]).tocsr())

times = [50.0, 200.0, 800.0, 2_000.0]
laws = queue.transient(places - 1, times, tol=1e-10)
length = np.arange(places)
print("mean length:", np.round(laws @ length, 2), "stationary:", round(float(queue.stationary() @ length), 2))

fig = matplotlib.figure.Figure(figsize=(6.4, 4.0), layout="constrained")
ax = fig.subplots()
for t, law in zip(times, laws, strict=True):
    ax.plot(length, law, label=f"t = {t:g}")
ax.plot(length, queue.stationary(), "k:", label="stationary")
ax.set(xlabel="customers", ylabel="probability", ylim=(0, 0.11))
ax.legend()
