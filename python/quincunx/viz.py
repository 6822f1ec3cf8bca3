"""Pictures of results, drawn into one matplotlib Axes; nothing is shown, no global style is touched.

| result                | picture |
|---|---|
| values on a time grid | mean line, band from 5 to 95 %, up to 10 thin paths; one colour per name and parameter set |
| moments               | mean line, band of one standard deviation |
| array state           | time x site image of replica 0 |
| lattice ``state``     | the last picture of replica 0: squares, hexagons, triangles, the middle layer of a cube, a ring |
| one value per replica | histogram, as steps; of a sweep: mean against the parameter, with its standard error |
| histogram             | density, as steps |
| first passage         | the fraction that has not arrived, with a 95 % band |
| autocorrelation       | mean over replicas against the lag, with a band of two standard errors |
| events                | up to 10 paths, as steps |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from quincunx import _lattice_picture
from quincunx._axes import axes
from quincunx._reduced import EventsResult, HistogramResult, MomentsResult, Parts
from quincunx._result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot"]

Array = np.ndarray[Any, np.dtype[Any]]

PATHS = 10  # thin paths shown beside a mean


def plot(result: Result, name: str | None = None, *, ax: Axes | None = None, **kw: Any) -> Axes:
    """Draw a result.

    Parameters
    ----------
    result : Result
        What `simulate` returned, or one part of it when several observers were given.
    name : str, optional
        The result name to draw. None draws every name (pictures of states: the first one).
    ax : matplotlib Axes, optional
        Where to draw; None makes a new figure.
    **kw
        Given to the lines, or to the image.

    Returns
    -------
    matplotlib Axes
        The one drawn into.

    Raises
    ------
    TypeError
        If the result has several parts: ask one of them, ``result["part"].plot()``; if ``ax`` is something else.
    KeyError
        If there is no such name.
    ImportError
        If matplotlib is not installed.

    Examples
    --------
    >>> import quincunx as qx
    >>> import matplotlib.figure, numpy as np
    >>> def step(t, x, draw):
    ...     return {"x": x["x"] + np.where(draw.uniform() < 0.5, 1.0, -1.0)}
    >>> res = qx.simulate(qx.Custom(step, state="x"), t=100, start=0.0, n=100, rng=1)
    >>> ax = res.plot("x", ax=matplotlib.figure.Figure().subplots())
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('t', 'x')
    """
    if isinstance(result, Parts):
        parts = ", ".join(repr(part) for part in result.names)
        raise TypeError(f"this result has parts: draw one of them, result[part].plot(); parts: {parts}")
    names = _names(result, name)
    ax = axes(ax)
    if isinstance(result, EventsResult):
        _events(result, names, ax, kw)
    elif isinstance(result, HistogramResult) or result._kind == "occupation":  # noqa: SLF001 - one package
        _histograms(result, names, ax, kw)
    elif result._kind == "passage":  # noqa: SLF001
        _survival(result, ax, kw)
    elif result._kind == "autocorrelation":  # noqa: SLF001
        _autocorrelation(result, names, ax, kw)
    elif not isinstance(result, MomentsResult) and (shape := _own_shape(result, names[0])):
        _state(result, names[0], len(shape), ax, kw)
    elif _timed(result):
        _paths(result, names, ax, kw)
    elif (swept := _swept(result)) is not None and result.n > 1:
        _against(result, names, swept, ax, kw)
    else:
        _values(result, names, ax, kw)
    if len(ax.get_legend_handles_labels()[1]) > 1:
        ax.legend()
    return ax


def _names(result: Result, name: str | None) -> list[str]:
    if name is None:
        return list(result.names)
    if name not in result:
        raise KeyError(f"{name!r}; must be one of {', '.join(result.names)}")
    return [name]


def _timed(result: Result) -> bool:
    return result._t is not None and np.ndim(result._t) == 1  # noqa: SLF001


def _own_shape(result: Result, name: str) -> tuple[int, ...]:
    """Shape of one replica's value at one time."""
    return tuple(np.shape(result[name])[len(result._shape) + 1 + _timed(result) :])  # noqa: SLF001


def _sets(result: Result) -> Iterator[tuple[tuple[int, ...], str]]:
    """Every parameter set: its index and its label."""
    for index in np.ndindex(result._shape):  # noqa: SLF001
        values = [
            f"{key} = {np.asarray(value)[index]:g}" for key, value in result.params.items() if _scalar(value, index)
        ]
        yield index, ", ".join(values)


def _scalar(value: Any, index: tuple[int, ...]) -> bool:
    return np.ndim(value) == len(index) and np.asarray(value).dtype.kind in "iufb"


def _label(name: str, label: str, names: list[str]) -> str | None:
    parts = [name] * (len(names) > 1) + [label] * bool(label)
    return ", ".join(parts) or None


def _curves(result: Result, names: list[str]) -> Iterator[tuple[str, tuple[int, ...], str | None, str]]:
    """Every curve of a picture: name, set, label, colour."""
    sets = list(_sets(result))
    for i, (name, (index, label)) in enumerate((name, entry) for name in names for entry in sets):
        yield name, index, _label(name, label, names), f"C{i % 10}"


def _paths(result: Result, names: list[str], ax: Axes, kw: dict[str, Any]) -> None:
    t = result.t
    for name, index, label, colour in _curves(result, names):
        style = {"color": colour, "label": label, **kw}
        mean = result.mean(name)[index]
        if isinstance(result, MomentsResult):
            ax.plot(t, mean, **style)
            if np.all(result._extra["counts"] > 1):  # noqa: SLF001
                spread = result.std(name)[index]
                ax.fill_between(t, mean - spread, mean + spread, color=colour, alpha=0.2, lw=0)
            continue
        paths = np.asarray(result[name])[index]
        drawstyle = "steps-post" if paths.dtype.kind in "iub" else "default"
        ax.plot(t, paths[:PATHS].T, color=colour, lw=0.5, alpha=0.5 if len(paths) > 1 else 1.0, drawstyle=drawstyle)
        if len(paths) > 1:
            low, high = (band[index] for band in result.quantile(name, [0.05, 0.95]))
            ax.fill_between(t, low, high, color=colour, alpha=0.2, lw=0)
        ax.plot(t, mean, **style)
    ax.set_xlabel("t")
    ax.set_ylabel(names[0] if len(names) == 1 else "value")


def _swept(result: Result) -> str | None:
    """The parameter on the x axis: one number per set that differs along the last axis of the sweep."""
    if not result._shape or result._shape[-1] < 2:  # noqa: SLF001
        return None
    for key, value in result.params.items():
        numbers = np.asarray(value)
        if numbers.shape == result._shape and numbers.dtype.kind in "iuf" and np.ptp(numbers, axis=-1).any():  # noqa: SLF001
            return key
    return None


def _against(result: Result, names: list[str], swept: str, ax: Axes, kw: dict[str, Any]) -> None:
    """Draw means with standard errors against a swept parameter, one curve per name and set of the others."""
    x = np.asarray(result.params[swept])
    others = {k: v for k, v in result.params.items() if k != swept and np.shape(v) == x.shape}
    curves = [(name, index) for name in names for index in np.ndindex(x.shape[:-1])]
    for i, (name, index) in enumerate(curves):
        words = [f"{k} = {np.asarray(v)[index][0]:g}" for k, v in others.items() if np.asarray(v).dtype.kind in "iufb"]
        label = _label(name, ", ".join(words) if x.ndim > 1 else "", names)
        style = {"color": f"C{i % 10}", "label": label, "marker": ".", "capsize": 2, "lw": 1.0, **kw}
        ax.errorbar(x[index], result.mean(name)[index], result.sem(name)[index], **style)
    ax.set(xlabel=swept, ylabel=names[0] if len(names) == 1 else "mean")


def _values(result: Result, names: list[str], ax: Axes, kw: dict[str, Any]) -> None:
    if isinstance(result, MomentsResult):
        at = np.arange(len(list(_curves(result, names))))
        for x, (name, index, label, colour) in zip(at, _curves(result, names), strict=True):
            ax.errorbar(x, result.mean(name)[index], result.std(name)[index], fmt="o", color=colour, label=label, **kw)
        ax.set_ylabel("mean, standard deviation")
        return
    for name, index, label, colour in _curves(result, names):
        sample = np.asarray(result[name])[index]
        sample = sample[np.isfinite(sample)]
        if sample.size:
            ax.stairs(*np.histogram(sample, bins=_bins(sample), density=True), color=colour, label=label, **kw)
    ax.set_xlabel(names[0] if len(names) == 1 else "value")
    ax.set_ylabel("density")


def _bins(sample: Array) -> Any:
    """One cell per whole number if there are few of them, else cells by the Freedman-Diaconis rule."""
    low, high = sample.min(), sample.max()
    if sample.dtype.kind in "iub" and int(high) - int(low) < 200:
        return np.arange(int(low), int(high) + 2) - 0.5
    return np.histogram_bin_edges(sample, bins="auto" if high > low else 1)


def _histograms(result: Result, names: list[str], ax: Axes, kw: dict[str, Any]) -> None:
    for name, index, label, colour in _curves(result, names):
        cells = result.histogram(name)
        density = cells.density[index]
        while density.ndim > 1:  # over time: the mean of the replicas; over replicas: the last time
            density = density[-1] if isinstance(result, HistogramResult) else density.mean(axis=0)
        ax.stairs(density, cells.edges, color=colour, label=label, **kw)
    ax.set_xlabel(names[0] if len(names) == 1 else "value")
    ax.set_ylabel("density")


def _survival(result: Result, ax: Axes, kw: dict[str, Any]) -> None:
    """Draw the fraction that has not met the condition, with Wilson's band."""
    times = np.asarray(result["time"])
    met = times[np.isfinite(times)]
    end = float(met.max(initial=0.0))
    for _, index, label, colour in _curves(result, ["time"]):
        own = np.sort(times[index])
        arrived = own[np.isfinite(own)]
        t = np.concatenate([[0.0], arrived, [end]])
        left = 1 - np.concatenate([np.arange(arrived.size + 1), [arrived.size]]) / max(own.size, 1)
        z, n = 1.96, max(own.size, 1)
        centre = (left + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(left * (1 - left) / n + z**2 / (4 * n**2))
        ax.fill_between(t, centre - half, centre + half, step="post", color=colour, alpha=0.2, lw=0)
        ax.step(t, left, where="post", **{"color": colour, "label": label, **kw})
    ax.set(xlabel="t", ylabel="fraction not arrived", ylim=(0, 1.02))


def _autocorrelation(result: Result, names: list[str], ax: Axes, kw: dict[str, Any]) -> None:
    lags = result._extra["lags"]  # noqa: SLF001
    for name, index, label, colour in _curves(result, names):
        mean = result.mean(name)[index]
        ax.plot(lags, mean, **{"color": colour, "label": label, "marker": ".", **kw})
        if result.n > 1:
            error = 2 * result.sem(name)[index]
            ax.fill_between(lags, mean - error, mean + error, color=colour, alpha=0.2, lw=0)
    ax.set(xlabel="lag", ylabel="autocorrelation")


def _events(result: EventsResult, names: list[str], ax: Axes, kw: dict[str, Any]) -> None:
    shown = [name for name in names if name != "event"] or names
    for name, _, label, colour in _curves(result, shown):
        for i in range(min(result.n, PATHS)):
            rows = slice(int(result.offsets[i]), int(result.offsets[i + 1]))
            style = {"color": colour, "lw": 0.8, "label": label if i == 0 else None, **kw}
            ax.step(result.t[rows], np.asarray(result[name])[rows], where="post", **style)
    ax.set_xlabel("t")
    ax.set_ylabel(shown[0] if len(shown) == 1 else "value")


def _state(result: Result, name: str, dimensions: int, ax: Axes, kw: dict[str, Any]) -> None:
    """Draw the array state of replica 0 of the first set: one dimension against time, two or three at the end."""
    values = np.asarray(result[name])[(0,) * len(result._shape) + (0,)]  # noqa: SLF001
    timed = _timed(result)
    if name == "state" and (model := result.info.get("model")) is not None and values.size:
        last = values[-1] if timed else values
        _lattice_picture.draw(model, last, ax, kw)
        words = [f"{name}{_when(result)}{_lattice_picture.layer(model, last)}"]
        words += [label for _, label in list(_sets(result))[:1] if label]
        ax.set_title(", ".join(words))
        return
    if dimensions == 1 and not timed:
        ax.plot(values, **kw)
        ax.set(xlabel="site", ylabel=name)
        return
    style = {"interpolation": "nearest", **kw}
    if dimensions == 1:
        t = result.t
        extent = (float(t[0]), float(t[-1]), -0.5, values.shape[1] - 0.5)
        picture = ax.imshow(values.T, aspect="auto", origin="lower", extent=extent, **style)
        ax.set(xlabel="t", ylabel="site", title=name)
    else:
        last = values[-1] if timed else values
        while last.ndim > 2:  # the middle slice of a cube
            last = last[last.shape[0] // 2]
        picture = ax.imshow(last, **style)
        ax.set(xticks=[], yticks=[], title=f"{name}{_when(result)}")
    if ax.figure is not None:
        ax.figure.colorbar(picture, ax=ax)


def _when(result: Result) -> str:
    return "" if result._t is None else f" at t = {float(np.ravel(result._t)[-1]):g}"  # noqa: SLF001
