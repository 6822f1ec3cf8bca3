"""Fisher information geometry on the manifold of bond couplings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from quincunx import _core
from quincunx._coerce import whole, word
from quincunx._memory import memory_limit
from quincunx._progress import listener
from quincunx._rng import key
from quincunx._threads import worker_threads
from quincunx.lattice._models import SpinModel
from quincunx.lattice._question import classical_core

__all__ = ["FisherGeometry", "first_ricci_term", "fisher_geometry"]

FisherMethod = Literal["enumerate", "transfer", "fermion", "monte_carlo"]
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class FisherGeometry:
    r"""Metric, Ricci terms and scalar curvature in the coordinates :math:`\beta J_b`, one per bond.

    With the bond observables :math:`e_b` (:math:`s_i s_j`, or :math:`\delta(s_i, s_j)` for Potts), the metric
    :math:`g_{ab} = \mathrm{Cov}(e_a, e_b)`, the third cumulants :math:`T_{abc}` and :math:`P_a = g^{bc} T_{abc}`,

    .. math:: R_1 = -\tfrac12 |P|^2,\quad R_2 = \tfrac12 |T|^2,\quad R_3 = \tfrac14 |P|^2,\quad
              R_4 = -\tfrac14 |T|^2,\quad R = R_1 + R_2 + R_3 + R_4.

    Attributes
    ----------
    scalar_curvature : float
        R; 0 for a flat manifold, -1 for the univariate normal law in this convention.
    ricci_terms : ndarray of shape (4,)
        R1 to R4.
    standard_error : float or None
        One standard error of R; None when it is exact.
    ricci_errors : ndarray of shape (4,) or None
        The same for R1 to R4.
    method : str
        How it was computed: a word of `fisher_geometry`.
    effective_samples : float or None
        Independent samples that the Markov chains were worth; None when it is exact.
    metric_rows : ndarray of shape (bonds per cell, bonds)
        Rows of the metric that belong to the bonds of cell 0; all rows if the law has no translations.
    cells : tuple of int
        Cells along each axis; empty if the law has no translations.
    max_bytes : int
        The largest `metric` that is made.

    Examples
    --------
    >>> from quincunx import lattice
    >>> exact = lattice.fisher_geometry(lattice.Ising(lattice.Square(4), beta=0.3))
    >>> round(exact.scalar_curvature, 6), exact.method, exact.standard_error
    (-18.791836, 'fermion', None)
    >>> exact.metric.shape, bool(abs(exact.ricci_terms.sum() - exact.scalar_curvature) < 1e-9)
    ((32, 32), True)

    With an error bar, where nothing exact reaches:

    >>> cube = lattice.Ising(lattice.Cubic(4), beta=0.15)
    >>> sampled = lattice.fisher_geometry(cube, method="monte_carlo", n=1000, rng=1)
    >>> sampled.method, sampled.standard_error > 0, sampled.effective_samples > 100
    ('monte_carlo', True, True)

    References
    ----------
    arXiv 2603.07651, Fisher Curvature Scaling at Critical Points.
    """

    scalar_curvature: float
    ricci_terms: Array
    standard_error: float | None
    ricci_errors: Array | None
    method: str
    effective_samples: float | None
    metric_rows: Array
    cells: tuple[int, ...]
    max_bytes: int = field(default=8 * 10**9, repr=False)

    @cached_property
    def metric(self) -> Array:
        """The Fisher metric, one row and one column per bond in the order of ``geometry.bonds``.

        Raises
        ------
        MemoryError
            If the matrix would be larger than the ``max_bytes`` of the call; `metric_rows` holds all there is to know.
        """
        per_cell, bonds = self.metric_rows.shape
        full = _core.expand_metric(self.metric_rows.ravel(), list(self.cells), per_cell, self.max_bytes)
        matrix = full.reshape(bonds, bonds)
        matrix.flags.writeable = False
        return matrix

    def __repr__(self) -> str:
        """Show the curvature with its error, the four terms, where they come from."""
        error = "" if self.standard_error is None else f" +- {self.standard_error:.2g}"
        terms = ", ".join(f"R{i} = {value:.10g}" for i, value in enumerate(self.ricci_terms, 1))
        worth = "" if self.effective_samples is None else f", {self.effective_samples:.0f} effective samples"
        bonds = self.metric_rows.shape[1]
        return (
            f"FisherGeometry(R = {self.scalar_curvature:.12g}{error} of {bonds} bonds by {self.method!r}{worth}\n"
            f"               {terms})"
        )


def fisher_geometry(
    model: SpinModel,
    *,
    method: FisherMethod | None = None,
    rng: Any = None,
    n: int = 4000,
    chains: int = 10,
    threads: int | None = None,
    max_bytes: int | None = None,
    progress: Any = None,
) -> FisherGeometry:
    r"""Return the Fisher geometry of a spin model in the coordinates :math:`\beta J_b`, fields held fixed.

    .. math:: R = \tfrac14 \left( T_{abc} T_{def}\, g^{ad} g^{be} g^{cf} - P_a P_b\, g^{ab} \right),\qquad
              g_{ab} = \mathrm{Cov}(e_a, e_b),\quad P_a = g^{bc} T_{abc}

    with T the third cumulants of the bond observables. Exact but for ``"monte_carlo"``.

    Parameters
    ----------
    model : Ising or Potts
        The law. A periodic axis of length 2 and repeated edges are refused: their metric is singular.
    method : {"fermion", "enumerate", "transfer", "monte_carlo"}, optional
        None takes the first of these that holds; Monte Carlo only when asked for.

        - ``"fermion"``: Ising on a periodic `Square`, sides >= 3, one J per axis, h = 0; any size and coupling, at the
          critical point too. Time :math:`O(n^2)` for n sites (L = 64 in seconds, L = 128 in a minute).
        - ``"enumerate"``: any graph with at most 28 Ising spins (a field counts as one), or
          :math:`q^{n-1} \le 2^{26}` Potts states.
        - ``"transfer"``: Ising or Potts on a periodic `Square` with one J and no field, at most 1e12 multiply-adds.
        - ``"monte_carlo"``: any periodic lattice whose cells are alike. Third cumulants are multiplied between
          independent chains only, and the jackknife takes the 1/n bias of the common metric out of P. Wolff clusters from
          ordered starts, at least three flips of the whole lattice between samples (heat bath in a field).
    rng : int, SeedSequence, Generator or None
        Randomness of ``"monte_carlo"``; must be given for it.
    n : int
        Samples in all, for ``"monte_carlo"``.
    chains : int
        Independent chains among which they are divided, >= 2; error bars need 3, good ones 10. An
        interval takes Student's t with ``chains - 1`` degrees of freedom.
    threads : int, optional
        Worker threads; all available ones by default. The result does not depend on it.
    max_bytes : int, optional
        The most memory to use; half of what is free by default. ``"fermion"`` takes more passes if it is small.
    progress : bool or callable, optional
        As in `quincunx.simulate`.

    Returns
    -------
    FisherGeometry
        ``.scalar_curvature .ricci_terms .metric .standard_error .method``.

    Raises
    ------
    ValueError
        If the method does not hold for the model (those that do are named), if no exact method reaches it, or if the
        samples are too few.
    MemoryError
        If it would take more than ``max_bytes``.
    quincunx.SimulationError
        If the metric is numerically singular (couplings so large that the spins freeze).

    Notes
    -----
    R does not change under invertible linear changes of the couplings; for Ising, neither under gauge transformations.
    :math:`R_3 = -R_1/2` and :math:`R_4 = -R_2/2` hold identically. `Potts` with q = 2 and `Ising` with half its J have the
    same R, while their metrics differ by a factor of 4.

    References
    ----------
    arXiv 2603.07651, Fisher Curvature Scaling at Critical Points. B. Kaufman, Phys. Rev. 76, 1232 (1949).

    Examples
    --------
    >>> import math
    >>> from quincunx import lattice
    >>> critical = lattice.Ising(lattice.Square(8), beta=0.5 * math.log(1 + math.sqrt(2)))
    >>> lattice.fisher_geometry(critical)
    FisherGeometry(R = -1272.14194085 of 128 bonds by 'fermion'
                   R1 = -3171.766122, R2 = 627.4822405, R3 = 1585.883061, R4 = -313.741120...)
    """
    sampling, chosen = None, None if method is None else word("method", method)
    if chosen == "monte_carlo":
        if rng is None:
            raise ValueError('rng = None: method="monte_carlo" needs a source of randomness; give an int to repeat it')
        sampling = (key(rng), whole("n", n), whole("chains", chains))
    limit = memory_limit(max_bytes)
    with listener(progress) as tell:
        found = _core.fisher_geometry(classical_core(model), chosen, sampling, worker_threads(threads), limit, tell)
    curvature, terms, rows, cells, used, errors = found
    error, ricci_errors, effective = errors or (None, None, None)
    bonds = len(model.geometry.bonds)
    return FisherGeometry(
        scalar_curvature=curvature,
        ricci_terms=_frozen(terms),
        standard_error=error,
        ricci_errors=None if ricci_errors is None else _frozen(ricci_errors),
        method=used,
        effective_samples=effective,
        metric_rows=_frozen(rows).reshape(-1, max(bonds, 1)),
        cells=tuple(cells),
        max_bytes=limit,
    )


def first_ricci_term(
    model: SpinModel, *, threads: int | None = None, max_bytes: int | None = None, progress: Any = None
) -> float:
    r"""Return :math:`R_1 = -\tfrac12 |P|^2` of an Ising torus alone, in time :math:`O(n \log n)`.

    It carries most of the curvature near the critical point and needs no third cumulants: P is the logarithmic
    derivative of ``det g``.

    Parameters
    ----------
    model : Ising
        On a periodic `Square`, sides >= 3, one J per axis, h = 0.
    threads, max_bytes, progress
        As in `fisher_geometry`.

    Returns
    -------
    float
        R1.

    Raises
    ------
    ValueError
        If the model is another one.
    MemoryError
        If it would take more than ``max_bytes``.

    References
    ----------
    arXiv 2603.07651, Fisher Curvature Scaling at Critical Points.

    Examples
    --------
    >>> import math
    >>> from quincunx import lattice
    >>> critical = lattice.Ising(lattice.Square(64), beta=0.5 * math.log(1 + math.sqrt(2)))
    >>> print(f"{lattice.first_ricci_term(critical):.3f}")
    -297985.041
    """
    with listener(progress) as tell:
        r1, _ = _core.first_ricci_term(classical_core(model), worker_threads(threads), memory_limit(max_bytes), tell)
    return float(r1)


def _frozen(values: Any) -> Array:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array
