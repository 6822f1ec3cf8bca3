"""The self-consistent equations of several histograms: pooled draws and the free energies that they imply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

__all__ = ["Pool", "Solution", "solve"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TOLERANCE = 1e-10  # relative error of the equations at which they count as solved
ITERATIONS = 200
AT_ONCE = 2_000_000  # entries of a table of levels by temperatures


@dataclass(frozen=True, eq=False)
class Pool:
    """All draws of all runs by energy level, sorted by block.

    A level is a value of the energy that occurred, less ``origin``: no bins. A draw of run k has weight 1/g_k, one over
    its autocorrelation time, so that ``draws[b, k]`` and sums over levels count independent draws.
    """

    origin: float
    levels: Floats  # (U,)
    level: Ints  # (N,), of each draw
    weight: Floats  # (N,)
    bounds: Ints  # (B + 1,): the draws of block b
    draws: Floats  # (B, K): independent draws of each block and run

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return len(self.bounds) - 1

    def sums(self, values: Floats | None, without: int | None) -> Floats:
        """Return the weighted sum of the draws' ``values`` (None: 1) on every level, less those of one block."""
        total = self._sums(values, slice(None))
        if without is None:
            return total
        rows = slice(int(self.bounds[without]), int(self.bounds[without + 1]))
        less = total - self._sums(values, rows)
        count, size = np.bincount(self.level, minlength=total.size), total.size
        emptied = count == np.bincount(self.level[rows], minlength=size)
        return np.where(emptied, 0.0, less)

    def _sums(self, values: Floats | None, rows: slice) -> Floats:
        weight = self.weight[rows] if values is None else self.weight[rows] * values[rows]
        sums: Floats = np.bincount(self.level[rows], weight, minlength=self.levels.size).astype(float)
        return sums

    def independent(self, without: int | None) -> Floats:
        """Return the number of independent draws of every run, less those of one block."""
        total: Floats = self.draws.sum(axis=0)
        return total if without is None else total - self.draws[without]


@dataclass(frozen=True, eq=False)
class Solution:
    """What the equations give: ``f_k = -ln Z_k`` relative to the first run, and the density of states that follows."""

    free: Floats  # (K,)
    log_denominator: Floats  # (U,): ln sum_k n_k exp(f_k - beta_k E)
    counts: Floats  # (U,): independent draws per level
    shared: Floats  # (K, K): independent draws that two runs share
    residual: float
    iterations: int

    def log_weights(self, levels: Floats, beta: Floats) -> Floats:
        """Return the logarithm of a draw's weight at every temperature, shape (U, M)."""
        return -np.multiply.outer(levels, beta) - self.log_denominator[:, None]


def solve(levels: Floats, counts: Floats, draws: Floats, beta: Floats, start: Floats) -> Solution:
    """Solve the equations by Newton's method.

    With p_k(E) the probability that a draw of energy E came from run k, they say ``sum_E H(E) p_k(E) = n_k``: the
    gradient of a convex function of f, ``sum_E H ln sum_k n_k exp(f_k - beta_k E) - sum_k n_k f_k``, is zero. Steps that
    do not lower it are halved, until rounding of the exponents hides them. The residual, the largest relative error of an
    equation, certifies the answer.
    """
    seen = counts > 0
    energies, height = levels[seen], counts[seen]
    exponents = np.log(draws) - np.multiply.outer(energies, beta)
    free = start - start[0]
    log_d = scipy.special.logsumexp(exponents + free, axis=1)
    height_of = float(height @ log_d - draws @ free)
    finest = float(np.finfo(float).eps * np.abs(exponents).max())  # change of f that the exponents can tell
    iterations = 0
    while True:
        p = np.exp(exponents + free - log_d[:, None])
        shared = p.T @ (height[:, None] * p)
        gradient = height @ p - draws
        residual = float(np.abs(gradient / draws).max())
        if not residual > TOLERANCE or iterations == ITERATIONS:
            break
        iterations += 1
        step = _step(shared, height @ p, gradient, draws)
        while True:
            trial = free + step
            log_trial = scipy.special.logsumexp(exponents + trial, axis=1)
            found = float(height @ log_trial - draws @ trial)
            lower = found <= height_of + 1e-14 * abs(height_of)
            if lower or not np.abs(step).max() > finest:
                break
            step = step / 2
        if not lower:
            break
        free, log_d, height_of = trial, log_trial, found
    full = scipy.special.logsumexp(np.log(draws) + free - np.multiply.outer(levels, beta), axis=1)
    return Solution(free, full, counts, shared, residual, iterations)


def _step(shared: Floats, expected: Floats, gradient: Floats, draws: Floats) -> Floats:
    """Newton's step at fixed f_0; where runs hardly overlap, one of the fixed-point iteration."""
    hessian = np.diag(expected) - shared
    step = np.zeros_like(gradient)
    try:
        step[1:] = np.linalg.solve(hessian[1:, 1:], -gradient[1:])
    except np.linalg.LinAlgError:
        step[:] = np.nan
    if not np.isfinite(step).all() or step @ gradient > 0:
        ratio = np.log(np.maximum(expected, 1e-300) / draws)
        step = ratio[0] - ratio
    return step
