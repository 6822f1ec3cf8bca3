"""Results as tables of other libraries; each is imported when asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from quincunx._reduced import EventsResult, HistogramResult, MomentsResult
from quincunx._result import Result

__all__ = ["to_arviz", "to_pandas", "to_xarray"]


def _need(module: str, extra: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError:
        raise ImportError(f"{module} is not installed: pip install 'quincunx[{extra}]'") from None


def _sweep_dims(result: Result) -> tuple[list[str], dict[str, Any]]:
    """Return one dimension per sweep axis, named after the one parameter that varies along it where there is one."""
    shape = result._shape  # noqa: SLF001 - exports are part of the result
    dims, coords = [], {}
    for axis in range(len(shape)):
        along = [k for k, v in result.params.items() if _varies_only(np.asarray(v), axis, len(shape))]
        name = along[0] if along and along[0] not in dims else f"sweep_{axis}"
        dims.append(name)
        if along:
            value = np.asarray(result.params[along[0]])
            coords[name] = value[tuple(slice(None) if a == axis else 0 for a in range(len(shape)))]
    return dims, coords


def _varies_only(values: Any, axis: int, sweep_axes: int) -> bool:
    if values.ndim != sweep_axes:
        return False
    reference = values[tuple(slice(None) if a == axis else slice(0, 1) for a in range(values.ndim))]
    constant = np.array_equal(values, np.broadcast_to(reference, values.shape))
    return constant and (values.shape[axis] == 1 or len(np.unique(reference)) > 1)


def to_xarray(result: Result) -> Any:
    """Return an `xarray.Dataset`."""
    xarray = _need("xarray", "xarray")
    if isinstance(result, EventsResult | HistogramResult):
        raise ValueError("events and histograms have no common axes: take .path(i) or .histogram(name)")
    sweep, coords = _sweep_dims(result)
    reduced = isinstance(result, MomentsResult)
    lead = [*sweep] if reduced else [*sweep, "replica"]
    has_time = result._t is not None and np.ndim(result._t) == 1  # noqa: SLF001
    if has_time:
        lead.append("time")
        coords["time"] = result.t
    if not reduced:
        coords["replica"] = np.arange(result.n)
    data = {}
    for name in result.names:
        arrays = (
            {f"{name}_mean": result.mean(name), f"{name}_sem": result.sem(name)} if reduced else {name: result[name]}
        )
        for label, array in arrays.items():
            own = [f"{name}_{i}" for i in range(np.ndim(array) - len(lead))]
            data[label] = ([*lead, *own], array)
    return xarray.Dataset(data, coords=coords, attrs={"method": repr(result.info.method), "key": str(result.info.key)})


def to_pandas(result: Result) -> Any:
    """Return a long `pandas.DataFrame`."""
    pandas = _need("pandas", "pandas")
    if isinstance(result, EventsResult):
        replica = np.repeat(np.arange(result.n), np.diff(result.offsets))
        return pandas.DataFrame({"replica": replica, "t": result.t, **dict(result.items())})
    if isinstance(result, MomentsResult):
        raise ValueError("moments and histograms have no rows per replica: use to_xarray or the statistics")
    shape = result._shape  # noqa: SLF001
    has_time = result._t is not None and np.ndim(result._t) == 1  # noqa: SLF001
    lead = (*shape, result.n) + ((len(result.t),) if has_time else ())
    index = np.indices(lead).reshape(len(lead), -1)
    table: dict[str, Any] = {}
    for name, value in result.params.items():
        if np.ndim(value) == len(shape):
            table[name] = np.asarray(value)[tuple(index[: len(shape)])]
    table["replica"] = index[len(shape)]
    if has_time:
        table["t"] = np.asarray(result.t)[index[-1]]
    for name, array in result.items():
        flat = np.asarray(array).reshape(index.shape[1], -1) if index.shape[1] else np.empty((0, 1))
        for k in range(flat.shape[1]):
            table[name if array.ndim == len(lead) else f"{name}_{k}"] = flat[:, k]
    return pandas.DataFrame(table)


def to_arviz(result: Result) -> Any:
    """Return ArviZ inference data with chain = replica and draw = time."""
    arviz = _need("arviz", "arviz")
    if result._shape or isinstance(result, MomentsResult | EventsResult):  # noqa: SLF001
        raise ValueError("ArviZ takes one set of kept replicas: no sweep, and observe with every or at")
    if result._t is None or np.ndim(result._t) != 1:  # noqa: SLF001
        raise ValueError("ArviZ needs draws: observe with every or at")
    return arviz.from_dict(posterior={name: np.asarray(array) for name, array in result.items()})
