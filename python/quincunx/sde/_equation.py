"""Equations from formulas."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping
from typing import Any, Self

import numpy as np

from quincunx import _core
from quincunx._coerce import choice, mapping, number, numbers
from quincunx._model import Method, Model, StartName
from quincunx.sde._methods import EulerMaruyama, FixedStep, Milstein
from quincunx.sde._stepped import crossing_info, equation
from quincunx.sde._terms import Terms, read_terms

__all__ = ["SDE"]

Array = np.ndarray[Any, np.dtype[np.float64]]

_SCHEMES: dict[str, type[FixedStep]] = {"EulerMaruyama": EulerMaruyama, "Milstein": Milstein}


class SDE(Model):
    r"""A stochastic differential equation :math:`dx = f(t, x)\,dt + \sum_k g_k(t, x)\,dW_k` written as formulas.

    Parameters
    ----------
    drift : formula, list of formulas, or dict state -> formula
        f. A formula is text, a number or a SymPy expression over the states, the parameters, ``t`` and ``pi``. A
        list follows the order of `state`; a dict gives the states by its keys.
    noise : formula, list or dict
        g, by the same order or keys. For one state: *a formula or number* is the coefficient of a Wiener process of
        its own; *a list of m* holds the coefficients of m Wiener processes shared by all states (a d x m matrix is a
        list of such lists); *a pair* ``(own, [shared, ...])`` is both. With a single-formula drift a list is the m
        coefficients. A formula beside several drifts holds for each of the states. None: no noise.
    state : str, optional
        Names of the states, ``"x y"``; a single formula has the state ``"x"`` by default.
    params : dict, optional
        Values of the parameters, as a dict.
    calculus : {"ito", "stratonovich"}
        What ``g dW`` means.
    **parameters : float
        Values of the parameters, as keywords.

    Raises
    ------
    ValueError
        If a formula uses an unknown name (the nearest ones are listed), a name is taken twice, or shapes differ.
    TypeError
        If an argument is neither formula, list nor dict.

    Warns
    -----
    UserWarning
        If a parameter is used by no formula.

    See Also
    --------
    OU, GBM : laws with exact transitions.

    Notes
    -----
    ``t`` of `simulate` is model time. ``start`` gives every state at t0: a dict state -> number, array per replica or
    frozen `scipy.stats` law; with one state the bare value. States are observed by default, as float64.

    Normal number ``s * m + c`` of a replica drives Wiener process c in step s: own processes first (those whose
    formula is not the number 0), in the order of the states, then the shared ones.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import observe, sde
    >>> lorenz = sde.SDE({"x": "s*(y - x)", "y": "x*(r - z) - y", "z": "x*y - b*z"}, 0.5, s=10.0, r=28.0, b=8 / 3)
    >>> lorenz
    SDE: dx = s*(y - x) dt + 0.5 dW1
         dy = (x*(r - z) - y) dt + 0.5 dW2
         dz = (x*y - b*z) dt + 0.5 dW3
         (Ito; s=10.0, r=28.0, b=2.6666666666666665)
    >>> res = qx.simulate(
    ...     lorenz,
    ...     t=1.0,
    ...     start={"x": 1, "y": 1, "z": 25},
    ...     n=8,
    ...     rng=1,
    ...     method=sde.EulerMaruyama(dt=1e-3),
    ...     observe=observe.final(),
    ... )
    >>> res["z"].shape
    (8,)

    References
    ----------
    Kloeden and Platen, *Numerical Solution of Stochastic Differential Equations* (1992).
    """

    __slots__ = ("_calculus", "_core", "_given", "_params", "_terms")

    def __init__(
        self,
        drift: Any,
        noise: Any,
        *,
        state: Any = None,
        params: Mapping[str, Any] | None = None,
        calculus: str = "ito",
        **parameters: Any,
    ) -> None:
        values = mapping("params", params)
        for name in parameters:
            if name in values:
                raise ValueError(f"{name}: is given in params and as a keyword; give it once")
        values.update(parameters)
        self._given = (drift, noise, state)
        self._terms = read_terms(drift, noise, state)
        self._params = {str(k): number(str(k), v) for k, v in values.items()}
        choice("calculus", calculus, ("ito", "stratonovich"))
        self._calculus = calculus
        self._core = equation(self._terms, self._params, calculus)
        unused = [name for name in self._params if name not in self._terms.names()]
        if unused:
            warnings.warn(f"{', '.join(unused)}: used by no formula", UserWarning, stacklevel=2)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the states."""
        return self._terms.states

    @property
    def params(self) -> dict[str, Any]:
        """Values of the parameters."""
        return dict(self._params)

    @property
    def calculus(self) -> str:
        """``"ito"`` or ``"stratonovich"``."""
        return self._calculus

    @property
    def noise_type(self) -> str:
        """The narrowest of ``additive``, ``scalar``, ``diagonal``, ``commutative``, ``general`` that holds."""
        return self._core.noise_type

    @property
    def methods(self) -> tuple[type[Method], ...]:
        """The methods that hold for this noise and calculus, the one of highest strong order first."""
        return tuple(_SCHEMES[name] for name in self._core.schemes)

    def replace(self, **values: Any) -> Self:
        """Return the same equation with other parameter ``values``, by keyword."""
        new = object.__new__(type(self))
        new._given, new._terms, new._calculus = self._given, self._terms, self._calculus
        new._params = {k: number(k, v) for k, v in self._params_with(values).items()}
        new._core = equation(new._terms, new._params, new._calculus)
        return new

    def drift(self, t: float, x: Any) -> Array:
        """Evaluate the drift f(t, x).

        Parameters
        ----------
        t : float
            Time.
        x : array_like
            States, (b, d) in the order of `names`.

        Returns
        -------
        ndarray
            (b, d).

        Raises
        ------
        ValueError, TypeError
            ``x`` holds no rows of d numbers.

        Examples
        --------
        >>> from quincunx import sde
        >>> sde.SDE({"x": "v", "v": "-k*x"}, {"x": 0, "v": 0.1}, k=2.0).drift(0.0, [[1.0, 3.0]])
        array([[ 3., -2.]])
        """
        points = self._points(x)
        return self._core.drift(number("t", t), points.ravel()).reshape(points.shape)

    def noise(self, t: float, x: Any) -> Array:
        """Evaluate the noise g(t, x).

        Parameters
        ----------
        t : float
            Time.
        x : array_like
            States, (b, d) in the order of `names`.

        Returns
        -------
        ndarray
            (b, d) if each state has at most a Wiener process of its own, else the matrices (b, d, m).

        Raises
        ------
        ValueError, TypeError
            ``x`` holds no rows of d numbers.

        Examples
        --------
        >>> from quincunx import sde
        >>> sde.SDE({"x": "v", "v": "-k*x"}, {"x": 0, "v": 0.1}, k=2.0).noise(0.0, [[1.0, 3.0]])
        array([[0. , 0.1]])
        """
        points = self._points(x)
        b, d = points.shape
        own, m = self._core.own, self._core.processes
        matrix = self._core.noise(number("t", t), points.ravel()).reshape(b, d, m)
        if self._terms.shared:
            return matrix
        diagonal = np.zeros((b, d))
        diagonal[:, own] = matrix[:, own, np.arange(m)]
        return diagonal

    def _points(self, x: Any) -> Array:
        points = np.ascontiguousarray(numbers("x", x))
        d = len(self.names)
        if points.ndim != 2 or points.shape[1] != d:
            raise ValueError(f"x: has shape {points.shape}, must be (b, {d}), a row per point")
        return points

    def _start_names(self) -> dict[str, StartName]:
        return {name: StartName() for name in self.names}

    def _automatic(self) -> Method:
        known = ", ".join(f"{m.__name__}(dt=...)" for m in self.methods)
        raise ValueError(
            f"method: an SDE from formulas needs a step: write method={known.replace(', ', ' or method=')}"
        )

    def _kernel(self, method: Method, special: Hashable | None) -> _core.Kernel:
        if not isinstance(method, FixedStep):
            raise ValueError(f"method = {method!r}: does not hold for an SDE from formulas")
        return self._core.stepped(type(method).__name__, method.dt, method.refine)

    def _resolve(self, method: Any) -> Method:
        if isinstance(method, FixedStep):
            # The core says why one does not hold.
            self._core.stepped(type(method).__name__, method.dt, method.refine)
        return super()._resolve(method)

    def _info(self, method: Method, observe: Mapping[str, Any]) -> dict[str, Any]:
        return {"noise": self.noise_type, **crossing_info(self, method, observe)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SDE) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> Any:
        return (self._terms.sources, tuple(sorted(self._params.items())), self._calculus)

    def __reduce__(self) -> Any:
        return _restore, (self._given, self._params, self._calculus)

    def __repr__(self) -> str:
        """Print the law."""
        lines = list(_equations(self._terms, {"ito": "dW"}.get(self._calculus, "o dW")))
        word = {"ito": "Ito"}.get(self._calculus, "Stratonovich")
        values = "".join(f"{';' if i == 0 else ','} {k}={v}" for i, (k, v) in enumerate(self._params.items()))
        return "SDE: " + "\n     ".join([*lines, f"({word}{values})"])


def _restore(given: tuple[Any, Any, Any], params: dict[str, Any], calculus: str) -> SDE:
    drift, noise, state = given
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return SDE(drift, noise, state=state, params=params, calculus=calculus)


def _equations(terms: Terms, differential: str) -> Any:
    """Yield one line per state."""
    with_own = [s for s, f in zip(terms.states, terms.own, strict=True) if f.source not in ("0", "0.0")]
    for i, state in enumerate(terms.states):
        kicks = []
        if state in with_own:
            kicks.append((terms.own[i].source, with_own.index(state)))
        if terms.shared:
            shared = enumerate(terms.shared[i], start=len(with_own))
            kicks += [(f.source, c) for c, f in shared if f.source not in ("0", "0.0")]
        total = len(with_own) + (len(terms.shared[0]) if terms.shared else 0)
        noise = "".join(f" + {_bracket(g)} {differential}{c + 1 if total > 1 else ''}" for g, c in kicks)
        yield f"d{state} = {_bracket(terms.drift[i].source)} dt{noise}"


def _bracket(source: str) -> str:
    """Sums in brackets, everything else as it is."""
    depth = 0
    for i, letter in enumerate(source):
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and letter in "+-" and i > 0 and source[i - 1] not in "*/(eE":
            return f"({source})"
    return source
