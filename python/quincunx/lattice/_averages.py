"""Binder ratio, susceptibility and specific heat of runs, with errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from quincunx._coerce import word
from quincunx._result import Result
from quincunx.lattice._models import SpinModel

if TYPE_CHECKING:
    from quincunx.stats import Estimate

__all__ = ["binder", "model_and_beta", "specific_heat", "susceptibility"]

Array = np.ndarray[Any, np.dtype[np.float64]]

POWERS: dict[str, Callable[[Array], Array]] = {"": np.array, "**2": np.square, "**4": lambda x: x**4, "abs": np.abs}


def binder(result: Result, *, block: int | None = None) -> Estimate:
    r"""Return Binder's ratio :math:`U = 1 - \langle m^4 \rangle / (3 \langle m^2 \rangle^2)` of every parameter set.

    It is 2/3 in the ordered phase and 0 in the disordered one as the lattice grows, and hardly depends on its size at the
    critical point: the curves of two sizes cross near there.

    Parameters
    ----------
    result : Result
        A run that kept ``observe.time_average(["magnetization**2", "magnetization**4"], burn=...)``, or the series
        ``observe.every(k, "magnetization", burn=...)``.
    block : int, optional
        For series: draws per block of the jackknife; by default ten autocorrelation times. Time averages are deleted
        replica by replica.

    Returns
    -------
    Estimate
        ``.value .standard_error .bias .corrected``, shape \*G.

    Raises
    ------
    ValueError
        If the result lacks a name (the message says what to observe), replicas failed, or there are fewer than two.
    TypeError
        If it is no result of an Ising or Potts model that keeps replicas.

    References
    ----------
    K. Binder, Z. Phys. B 43, 119 (1981).

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> model = lattice.Ising(lattice.Square(3), beta=lattice.critical_beta(lattice.Square(3)))
    >>> keep = observe.time_average(["magnetization**2", "magnetization**4"], burn=20)
    >>> found = lattice.binder(qx.simulate(model, t=1020, n=32, rng=1, method=lattice.Wolff(), observe=keep))
    >>> bool(abs(found.corrected - 0.620146560599) < 5 * found.standard_error < 0.02)  # exact: by enumeration
    True
    """
    model_and_beta(result)
    return _estimate(result, "magnetization", ("**2", "**4"), lambda m2, m4: 1 - m4 / (3 * m2**2), block)


def susceptibility(
    result: Result,
    *,
    subtract: Literal["abs", "mean"] | None = "abs",
    block: int | None = None,
) -> Estimate:
    r"""Return the susceptibility per site of every parameter set, :math:`\chi = \beta N (\langle m^2 \rangle - a^2)`.

    Parameters
    ----------
    result : Result
        As for `binder`, with the names that ``subtract`` asks for.
    subtract : {"abs", "mean", None}
        ``"abs"``: :math:`a = \langle |m| \rangle`, which peaks near the critical point and is that of one phase below it;
        ``"mean"``: :math:`a = \langle m \rangle`, the derivative :math:`\partial \langle m \rangle / \partial h`, for
        runs in a field; None: a = 0, the same derivative without a field, where :math:`\langle m \rangle = 0`.
    block : int, optional
        As for `binder`.

    Returns
    -------
    Estimate
        Shape \*G.

    Raises
    ------
    ValueError, TypeError
        As for `binder`, and if ``subtract`` is another word.

    References
    ----------
    K. Binder and D. W. Heermann, *Monte Carlo Simulation in Statistical Physics* (2010), section 2.3.

    Examples
    --------
    Free spins have chi = beta:

    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> free = lattice.Ising(lattice.Square(8), beta=0.5, J=0.0)
    >>> res = qx.simulate(free, t=500, n=20, rng=1, observe=observe.time_average("magnetization**2", burn=20))
    >>> found = lattice.susceptibility(res, subtract=None)
    >>> bool(abs(found.value - 0.5) < 5 * found.standard_error < 0.1)
    True
    """
    if subtract is not None and word("subtract", subtract) not in ("abs", "mean"):
        raise ValueError(f"subtract = {subtract!r}: must be 'abs', 'mean' or None")
    model, beta = model_and_beta(result)
    scale = beta * model.geometry.n_sites
    if subtract is None:
        return _estimate(result, "magnetization", ("**2",), lambda m2: scale * m2, block)
    first = "abs" if subtract == "abs" else ""
    return _estimate(result, "magnetization", ("**2", first), lambda m2, a: scale * (m2 - a**2), block)


def specific_heat(result: Result, *, block: int | None = None) -> Estimate:
    r"""Return the specific heat per site, :math:`c = \beta^2 N (\langle e^2 \rangle - \langle e \rangle^2)`.

    Parameters
    ----------
    result : Result
        A run that kept ``observe.time_average(["energy", "energy**2"], burn=...)``, or the series
        ``observe.every(k, "energy", burn=...)``.
    block : int, optional
        As for `binder`.

    Returns
    -------
    Estimate
        Shape \*G. The variance within finite replicas is too small by the variance of their means; ``.corrected`` is not.

    Raises
    ------
    ValueError, TypeError
        As for `binder`.

    References
    ----------
    D. P. Landau and K. Binder, *A Guide to Monte Carlo Simulations in Statistical Physics* (2014), section 2.1.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import lattice, observe
    >>> model = lattice.Ising(lattice.Square(8), beta=0.4)
    >>> keep = observe.time_average(["energy", "energy**2"], burn=100)
    >>> found = lattice.specific_heat(qx.simulate(model, t=2100, n=16, rng=1, observe=keep))
    >>> exact = lattice.thermodynamics(model).specific_heat
    >>> bool(abs(found.corrected - exact) < 5 * found.standard_error < 0.2)
    True
    """
    model, beta = model_and_beta(result)
    scale = beta**2 * model.geometry.n_sites
    return _estimate(result, "energy", ("", "**2"), lambda e, e2: scale * (e2 - e**2), block)


def model_and_beta(result: Any) -> tuple[SpinModel, Any]:
    """Return the model of a run and its inverse temperatures, shape G."""
    if not isinstance(result, Result):
        raise TypeError(f"result = {result!r:.60}: must be what simulate returned")
    model = result.info.get("model")
    if not isinstance(model, SpinModel):
        raise TypeError("result: must be a run of lattice.Ising or lattice.Potts")
    if type(result) is not Result:
        raise TypeError(
            "result: must keep its replicas, in one part: observe with time_average or every, and of several observers "
            "hand over one part, result[part]",
        )
    beta = result.params.get("beta")
    if beta is None:
        beta = getattr(result.info.method, "betas", model.params["beta"])
    return model, np.asarray(beta, dtype=np.float64)


def _estimate(
    result: Result,
    name: str,
    powers: Sequence[str],
    function: Callable[..., Any],
    block: int | None,
) -> Estimate:
    """Jackknife a function of moments of ``name``."""
    from quincunx import stats

    if name in result and result._kind == "grid":  # noqa: SLF001 - one package
        values = result._sample(name, 1)  # noqa: SLF001
        series = [POWERS[power](values) for power in powers]
        if result._t is not None and np.ndim(result._t):  # noqa: SLF001
            return stats.jackknife(function, *series, block="auto" if block is None else block)
    else:
        labels = [f"abs({name})" if power == "abs" else name + power for power in powers]
        missing = [label for label in labels if label not in result]
        if missing or result._kind != "values":  # noqa: SLF001
            raise ValueError(
                f"result: has no {' and no '.join(map(repr, missing or labels))}: must be observed with "
                f"observe.time_average({labels}, burn=...) or as a series, observe.every(k, {name!r}, burn=...)",
            )
        series = [result._sample(label, 1) for label in labels]  # noqa: SLF001
    if block is not None:
        raise ValueError(f"block = {block!r}: must be None where there is no series; replicas are deleted one by one")
    return stats.jackknife(function, *series)
