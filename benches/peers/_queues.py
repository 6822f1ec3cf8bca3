"""A tandem queue: the sparse chain of the chain rows."""

import numpy as np
import scipy.sparse as sp


def tandem(k, arrive=1.0, first=1.5, second=1.3):
    """Rate matrix of two queues in a row with room for k - 1 each: k^2 states, at most 3 ways out of each."""
    a, b = (axis.ravel() for axis in np.meshgrid(np.arange(k), np.arange(k), indexing="ij"))
    state = a * k + b
    rows, columns, rates = [], [], []
    for open_, da, db, rate in (
        (a < k - 1, 1, 0, arrive),
        ((a > 0) & (b < k - 1), -1, 1, first),
        (b > 0, 0, -1, second),
    ):
        rows.append(state[open_])
        columns.append((a + da)[open_] * k + (b + db)[open_])
        rates.append(np.full(open_.sum(), rate))
    rows, columns, rates = map(np.concatenate, (rows, columns, rates))
    Q = sp.coo_array((rates, (rows, columns)), shape=(k * k, k * k)).tocsr()
    return (Q - sp.diags_array(np.asarray(Q.sum(axis=1)).ravel())).tocsr()
