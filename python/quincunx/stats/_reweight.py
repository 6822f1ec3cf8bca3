"""Several runs at neighbouring temperatures as one measurement at every temperature between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.special
from numpy.typing import ArrayLike, NDArray

from quincunx._coerce import numbers
from quincunx.stats._estimate import Estimate
from quincunx.stats._histograms import AT_ONCE, TOLERANCE, Pool, Solution, solve
from quincunx.stats._jackknife import FEWEST, from_deleted
from quincunx.stats._mixing import autocorrelation_time

__all__ = ["Reweighting", "reweight"]

Floats = NDArray[np.float64]

BLOCKS = 16  # aimed at; a block holds at least TIMES autocorrelation times
TIMES = 5
LEAST = 20  # effective draws that must carry a temperature
SHORTEST = 1e-3  # autocorrelation time: that of a chain whose mean is worth a thousand times its draws
SHARED = 10  # independent draws that neighbouring runs must share


@dataclass(frozen=True, eq=False)
class _Joined:
    """What answers are made from."""

    pool: Pool
    order: NDArray[np.int64]  # of the draws as given, sorted by block
    solutions: tuple[Solution, ...]  # of all blocks, then without each
    tails: Floats  # (K, 2): energies between which 98 % of a run lie
    shapes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False, repr=False)
class Reweighting:
    """Averages at any temperature that several runs cover, with jackknife errors over blocks of all runs at once.

    Attributes
    ----------
    beta : ndarray (K,)
        Inverse temperatures of the runs.
    autocorrelation : ndarray (K,)
        The autocorrelation times g of their energies, in draws.
    residual : float
        The largest relative error of the self-consistent equations, at most 1e-10.
    iterations : int
        Newton steps that they took.
    blocks : int
        Blocks of the jackknife.

    Examples
    --------
    >>> import numpy as np
    >>> from quincunx import stats
    >>> energy = np.random.default_rng(1).normal(size=(2, 8, 500)) - np.array([0.5, 1.0])[:, None, None]
    >>> runs = stats.reweight(energy, [0.5, 1.0])  # a Gaussian density of states: <E> = -beta
    >>> runs
    Reweighting of 2 runs at beta = 0.5 .. 1, 16 blocks, residual ...
    >>> found = runs.energy(0.75)
    >>> bool(abs(found.value + 0.75) < 5 * found.standard_error < 0.2)
    True
    """

    beta: Floats
    autocorrelation: Floats
    residual: float
    iterations: int
    blocks: int
    _joined: _Joined = field(init=False)

    def log_partition(self, beta: ArrayLike) -> Estimate:
        """Return ln Z(beta) - ln Z of the first run, at every ``beta``."""
        betas = self._betas(beta)

        def answer(solution: Solution) -> Floats:
            with np.errstate(divide="ignore"):
                logs = np.log(solution.counts)[:, None] + solution.log_weights(self._joined.pool.levels, betas.ravel())
            total = scipy.special.logsumexp(logs, axis=0).reshape(betas.shape)
            return np.asarray(total - (betas - self.beta[0]) * self._joined.pool.origin)

        value, *deleted = (answer(s) for s in self._joined.solutions)
        return from_deleted(value, np.stack(deleted))

    def energy(self, beta: ArrayLike) -> Estimate:
        """Return the mean energy at every ``beta``."""
        return self._estimate(lambda e: e + self._joined.pool.origin, [self._energies], self._betas(beta))

    def energy_variance(self, beta: ArrayLike) -> Estimate:
        """Return the variance of the energy at every ``beta``; times beta^2 it is the heat capacity."""
        series = [self._energies, self._energies**2]
        return self._estimate(lambda e, e2: e2 - e**2, series, self._betas(beta))

    def mean(self, values: Any, beta: ArrayLike) -> Estimate:
        """Return the mean at every ``beta`` of ``values``, which stand beside the energies, in the same shape."""
        return self.function(lambda x: x, values, beta=beta)

    def function(self, function: Callable[..., Any], *values: Any, beta: ArrayLike) -> Estimate:
        """Return a ``function`` of the means of several ``values`` at every ``beta``, as `jackknife` does of plain means."""
        if not callable(function):
            raise TypeError(f"function = {function!r:.60}: must be a function of one mean per array of values")
        betas = self._betas(beta)
        return self._estimate(function, [self._flat(i, v) for i, v in enumerate(values)], betas)

    def effective_draws(self, beta: ArrayLike) -> Any:
        """Return how many independent draws carry the answer at every ``beta``: (sum w)^2 / sum w^2 of their weights."""
        betas = _given_betas(beta)
        solution, found = self._joined.solutions[0], []
        with np.errstate(divide="ignore"):
            counts = np.log(solution.counts)
        for one in betas.ravel():
            logs = solution.log_weights(self._joined.pool.levels, np.array([one]))[:, 0]
            first, second = (scipy.special.logsumexp(counts + k * logs) for k in (1, 2))
            found.append(np.exp(2 * first - second))
        answer = np.array(found).reshape(betas.shape)
        return answer if betas.ndim else float(answer)

    def __repr__(self) -> str:
        low, high = self.beta.min(), self.beta.max()
        runs = f"{len(self.beta)} runs at beta = {low:g} .. {high:g}"
        return f"Reweighting of {runs}, {self.blocks} blocks, residual {self.residual:.1e}"

    @property
    def _energies(self) -> Floats:
        return self._joined.pool.levels[self._joined.pool.level]

    def _flat(self, i: int, values: Any) -> Floats:
        rows = values if isinstance(values, list | tuple) or np.ndim(values) else ()
        shapes = tuple(np.shape(v) for v in rows)
        if shapes != self._joined.shapes:
            raise ValueError(f"values[{i}]: has shapes {shapes}: must be those of the energies, {self._joined.shapes}")
        flat = np.concatenate([numbers(f"values[{i}][{k}]", v).ravel() for k, v in enumerate(values)])
        if not np.isfinite(flat).all():
            raise ValueError(f"values[{i}]: must be finite")
        return flat[self._joined.order]

    def _estimate(self, function: Callable[..., Any], series: list[Floats], betas: Floats) -> Estimate:
        answers = []
        for i, solution in enumerate(self._joined.solutions):
            sums = np.stack([self._joined.pool.sums(s, None if i == 0 else i - 1) for s in series])
            means = _averages(self._joined.pool.levels, solution, sums, betas.ravel())
            try:
                with np.errstate(all="ignore"):
                    answers.append(np.asarray(function(*means.reshape(len(series), *betas.shape)), dtype=float))
            except TypeError as error:
                raise TypeError(f"function: does not take {len(series)} arrays of means ({error})") from error
        if any(a.shape != betas.shape for a in answers) or not np.isfinite(answers).all():
            raise ValueError("function: must give one finite number per beta")
        return from_deleted(answers[0], np.stack(answers[1:]))

    def _betas(self, beta: ArrayLike) -> Floats:
        """Coerce temperatures and refuse those that the runs say nothing about."""
        betas = _given_betas(beta)
        low, high = int(self.beta.argmin()), int(self.beta.argmax())
        covered = f"the runs at {self.beta[low]:g} .. {self.beta[high]:g}"
        carried = np.atleast_1d(self.effective_draws(betas)).ravel()
        energies = np.stack([self._joined.pool.sums(self._energies, None)])
        means = _averages(self._joined.pool.levels, self._joined.solutions[0], energies, betas.ravel())[0]
        for i, (one, draws, mean) in enumerate(zip(betas.ravel(), carried, means, strict=True)):
            where = "beta" if betas.ndim == 0 else f"beta[{', '.join(map(str, np.unravel_index(i, betas.shape)))}]"
            if draws < LEAST:
                raise ValueError(
                    f"{where} = {one:g}: is carried by {draws:.2g} effective draws of {covered}: must be at least {LEAST}; "
                    "run nearer to it",
                )
            end = low if one < self.beta[low] else high if one > self.beta[high] else None
            if end is not None and not self._joined.tails[end, 0] <= mean <= self._joined.tails[end, 1]:
                raise ValueError(
                    f"{where} = {one:g}: its mean energy lies beyond the draws of {covered}; run nearer to it"
                )
        return betas


def reweight(
    energy: ArrayLike | Sequence[ArrayLike],
    beta: ArrayLike,
    *,
    autocorrelation: ArrayLike | None = None,
) -> Reweighting:
    r"""Join runs at several temperatures into one estimate at every temperature between them.

    The multi-histogram equations (also called MBAR), without bins: with N_k draws of autocorrelation time g_k at beta_k,

    .. math:: e^{-f} = \sum_n \frac{g_n^{-1} e^{-\beta E_n}}{\sum_k N_k g_k^{-1} e^{f_k - \beta_k E_n}}

    holds at every beta with :math:`f = -\ln Z`, at the beta_k of the runs in particular. They are solved by Newton's method
    on the convex function whose minimum they describe, once for all draws and once without each block, in logarithms.

    Parameters
    ----------
    energy
        *Total* energies, without beta: shape (K, draws) or (K, replicas, draws), or a sequence of K arrays, whose numbers of
        draws may differ.
    beta
        Inverse temperatures of the K runs, finite.
    autocorrelation
        Autocorrelation time of each run in draws, or one for all; by default measured (`autocorrelation_time`).

    Returns
    -------
    Reweighting
        ``.log_partition(beta) .energy(beta) .energy_variance(beta) .mean(values, beta) .function(f, *values, beta=)``
        with errors; ``.effective_draws(beta)``. Temperatures that the draws say nothing about are refused.

    Raises
    ------
    ValueError
        If shapes do not fit, a number is not finite, runs are too short to be cut into four blocks of five autocorrelation
        times, neighbouring runs share fewer than ten independent draws (the message says between which to run), or
        temperatures times energies are beyond the digits of a number.
    TypeError
        If energies or temperatures are no numbers.

    References
    ----------
    A. M. Ferrenberg and R. H. Swendsen, Phys. Rev. Lett. 63, 1195 (1989); M. R. Shirts and J. D. Chodera, "Statistically
    optimal analysis of samples from multiple equilibrium states", arXiv 0801.1426.

    Examples
    --------
    Twenty free spins in a field of strength 1, E = -sum s, have ln Z = 20 ln(2 cosh beta):

    >>> import numpy as np
    >>> from quincunx import stats
    >>> rng, betas = np.random.default_rng(1), np.array([0.2, 0.5, 0.8])
    >>> up = rng.binomial(20, 1 / (1 + np.exp(-2 * betas[:, None])), size=(3, 4000))
    >>> runs = stats.reweight(20 - 2 * up, betas)
    >>> found = runs.log_partition(0.6)
    >>> exact = 20 * np.log(np.cosh(0.6) / np.cosh(0.2))
    >>> bool(abs(found.value - exact) < 5 * found.standard_error < 0.3)
    True
    """
    betas = _given_betas(beta)
    runs = _runs(energy, betas)
    times = _times(runs, autocorrelation)
    pool, order = _pool(runs, times)
    if not math.isfinite(float(np.abs(pool.levels).max(initial=0)) * float(np.abs(betas).max(initial=0))):
        raise ValueError("beta: temperatures times energies overflow")
    solutions: list[Solution] = []
    start = _integrated(runs, betas, pool.origin)
    for without in [None, *range(pool.blocks)]:
        draws = pool.independent(without)
        solutions.append(solve(pool.levels, pool.sums(None, without), draws, betas, start))
        _judge(solutions[-1], betas, float(times.max()))
        start = solutions[0].free
    tails = np.array([np.quantile(run, [0.01, 0.99]) for run in runs]) - pool.origin
    shapes = tuple(np.shape(part) for part in energy)  # type: ignore[union-attr]
    worst = max(s.residual for s in solutions)
    made = Reweighting(betas, times, worst, solutions[0].iterations, pool.blocks)
    object.__setattr__(made, "_joined", _Joined(pool, order, tuple(solutions), tails, shapes))
    return made


def _given_betas(beta: ArrayLike) -> Floats:
    betas = numbers("beta", beta)
    wrong = np.argwhere(~np.isfinite(betas))
    if len(wrong):
        raise ValueError(f"beta{wrong[0].tolist() if betas.ndim else ''} = {betas[tuple(wrong[0])]}: must be finite")
    return betas


def _runs(energy: Any, betas: Floats) -> list[Floats]:
    """Coerce to one array (replicas, draws) per run."""
    scalar = isinstance(energy, np.ndarray) and energy.ndim == 0
    if not isinstance(energy, list | tuple | np.ndarray) or scalar or np.ma.is_masked(energy):
        raise TypeError("energy: must be an array (K, draws) or (K, replicas, draws), or one array per run")
    if betas.ndim != 1 or not betas.size or len(energy) != betas.size:
        raise ValueError(f"beta: has shape {betas.shape} for {len(energy)} runs: must be one number per run of energy")
    runs: list[Floats] = []
    for k, part in enumerate(energy):
        run = numbers(f"energy[{k}]", part)
        run = run[None] if run.ndim == 1 else run
        if run.ndim != 2 or run.shape[1] < FEWEST or run.shape[0] < 1 or (runs and len(run) != len(runs[0])):
            raise ValueError(
                f"energy[{k}]: has shape {np.shape(part)}: must be (draws,) or (replicas, draws), with at least {FEWEST} draws "
                "and as many replicas in every run",
            )
        if not np.isfinite(run).all():
            raise ValueError(f"energy[{k}]: must be finite")
        runs.append(run)
    return runs


def _times(runs: list[Floats], given: ArrayLike | None) -> Floats:
    """Return the autocorrelation time of every run, at least 1."""
    if given is None:
        measured = np.array([autocorrelation_time(run) for run in runs])
        return np.asarray(np.maximum(np.nan_to_num(measured, nan=1.0), 1.0))
    times = numbers("autocorrelation", given)
    if times.ndim > 1 or times.size not in (1, len(runs)) or not (np.isfinite(times) & (times >= SHORTEST)).all():
        raise ValueError(f"autocorrelation = {given!r:.60}: must be one number >= {SHORTEST:g}, or one per run")
    return np.broadcast_to(times, (len(runs),)).copy()


def _pool(runs: list[Floats], times: Floats) -> tuple[Pool, NDArray[np.int64]]:
    """Cut every run into the same number of blocks; return all draws sorted by block, and that order."""
    replicas = len(runs[0])
    room = min(run.shape[1] / (TIMES * tau) for run, tau in zip(runs, times, strict=True))
    pieces = max(1, int(min(-(-BLOCKS // replicas), room)))
    blocks = replicas * pieces
    if blocks < FEWEST:
        raise ValueError(
            f"energy: runs of {replicas} replicas hold {room * replicas:.2g} blocks of {TIMES} autocorrelation times: must be at "
            f"least {FEWEST}; take longer runs or more replicas",
        )
    block = [
        (np.arange(replicas)[:, None] * pieces + np.arange(run.shape[1]) * pieces // run.shape[1]).ravel()
        for run in runs
    ]
    origin = float(np.mean([run.mean() for run in runs]))
    values, level = np.unique(np.concatenate([run.ravel() for run in runs]), return_inverse=True)
    where = np.concatenate(block)
    order = np.argsort(where, kind="stable")
    weight = np.concatenate([np.full(run.size, 1 / tau) for run, tau in zip(runs, times, strict=True)])
    counts = [np.bincount(b, minlength=blocks) / tau for b, tau in zip(block, times, strict=True)]
    bounds = np.searchsorted(where[order], np.arange(blocks + 1))
    return Pool(origin, values - origin, level.ravel()[order], weight[order], bounds, np.stack(counts, axis=1)), order


def _integrated(runs: list[Floats], betas: Floats, origin: float) -> Floats:
    """Return a first guess of f: the integral of the mean energy over beta, by trapezia."""
    rank = np.argsort(betas)
    means = np.array([run.mean() - origin for run in runs])[rank]
    free = np.empty_like(betas)
    free[rank] = np.concatenate([[0.0], np.cumsum(np.diff(betas[rank]) * (means[1:] + means[:-1]) / 2)])
    return free


def _judge(solution: Solution, betas: Floats, longest: float) -> None:
    """Refuse runs that do not overlap."""
    rank = np.argsort(betas)
    shared = solution.shared[np.ix_(rank, rank)]
    across = np.array([shared[: i + 1, i + 1 :].sum() for i in range(len(betas) - 1)])
    if solution.residual <= TOLERANCE and (not across.size or across.min() >= SHARED):
        return
    if not across.size or across.min() >= SHARED:
        raise ValueError(
            f"beta: the equations of the runs are solved to {solution.residual:.1g}: must be {TOLERANCE:g}; temperatures "
            f"times energies are so large that their differences round away"
        )
    weakest = int(across.argmin())
    low, high = betas[rank[weakest]], betas[rank[weakest + 1]]
    raise ValueError(
        f"beta: the runs at {low:g} and {high:g} share {across[weakest]:.2g} independent draws: must be "
        f"at least {SHARED}; run between them, or longer (the longest autocorrelation time is {longest:.3g} draws)",
    )


def _averages(levels: Floats, solution: Solution, sums: Floats, betas: Floats) -> Floats:
    """Return the averages of series given by their sums on every level, shape (series, M)."""
    out = np.empty((len(sums), betas.size))
    width = max(1, AT_ONCE // levels.size)
    for i in range(0, betas.size, width):
        logs = solution.log_weights(levels, betas[i : i + width])
        logs[solution.counts <= 0] = -np.inf
        weights = np.exp(logs - logs.max(axis=0))
        out[:, i : i + width] = sums @ weights / (solution.counts @ weights)
    return out
