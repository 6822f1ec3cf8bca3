"""The last state of a lattice, each site in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw"]

Array = np.ndarray[Any, np.dtype[Any]]

CELLS = (
    100_000  # sites drawn as polygons; beyond, a cell is smaller than a dot of any printer and the array is the picture
)
NODES = 400  # sites of a graph that are drawn with their bonds
DARK, LIGHT = "#1f3a5f", "#f2e9d8"  # Ising spins up and down: apart in grey, too


def draw(model: Any, state: Array, ax: Axes, kw: dict[str, Any]) -> None:
    """Draw the spins of one replica: squares, hexagons, triangles, the middle layer of a cube, or a ring with its bonds."""
    kind = type(model.geometry).__name__
    style = _colours(model) | kw
    if kind == "Graph":
        picture = _graph(model.geometry, state, ax, style)
    elif kind in ("Triangular", "Honeycomb") and state.size <= CELLS:
        corners = _hexagons(model.geometry) if kind == "Triangular" else _triangles(model.geometry)
        picture = _polygons(corners, state.ravel(), ax, style)
    else:
        if kind == "Cubic":
            state = state[len(state) // 2]
        picture = ax.imshow(state.reshape(len(state), -1), **{"interpolation": "nearest", **style})
    ax.set(xticks=[], yticks=[])
    if ax.figure is not None:
        _key(model, picture, ax, own=bool({"cmap", "norm", "vmin", "vmax"} & set(kw)))


def layer(model: Any, state: Array) -> str:
    """Return what the title says of the part that is shown."""
    return f", layer x = {len(state) // 2}" if type(model.geometry).__name__ == "Cubic" else ""


def _values(model: Any) -> Array:
    q = getattr(model, "q", None)
    return np.array([-1, 1]) if q is None else np.arange(q)


def _colours(model: Any) -> dict[str, Any]:
    """One colour per value."""
    import matplotlib as mpl
    from matplotlib.colors import BoundaryNorm, ListedColormap

    values = _values(model)
    if values[0] == -1:
        return {"cmap": ListedColormap([LIGHT, DARK]), "norm": BoundaryNorm([-2, 0, 2], 2)}
    name = "tab10" if values.size <= 10 else "tab20" if values.size <= 20 else "turbo"
    colours = mpl.colormaps[name]
    colours = colours.resampled(values.size) if name == "turbo" else ListedColormap(colours.colors[: values.size])  # type: ignore[attr-defined]
    return {"cmap": colours, "norm": BoundaryNorm(np.arange(values.size + 1) - 0.5, values.size)}


def _key(model: Any, picture: Any, ax: Axes, *, own: bool) -> None:
    """Name the colours beside the picture."""
    values = _values(model)
    bar = ax.figure.colorbar(picture, ax=ax, shrink=0.6)
    if not own:
        shown = values if values.size <= 20 else values[:: -(-values.size // 10)]
        bar.set_ticks(list(shown), labels=[f"{v:+d}" if values[0] < 0 else f"{v}" for v in shown])
        bar.ax.tick_params(length=0)
        bar.ax.minorticks_off()


def _cells(geometry: Any) -> tuple[Array, Array]:
    return np.divmod(np.arange(int(np.prod(geometry.shape[:2]))), geometry.shape[1])


def _wrap(along: Array, geometry: Any) -> Array:
    """Move cells by whole periods of the second axis, so that a closed lattice fills a rectangle and not a rhombus."""
    return along % geometry.shape[1] if geometry.periodic[1] else along


def _hexagons(geometry: Any) -> Array:
    """Corners of the cells of the triangular lattice, shape (N, 6, 2): bonds +x, +y and +x+y are one long.

    The second axis points right, the first down and to the left, at 120 degrees to it: their sum is as long as they are.
    """
    x, y = _cells(geometry)
    right, down = _wrap(y - x / 2, geometry), x * np.sqrt(3) / 2
    angle = np.pi / 6 + np.arange(6) * np.pi / 3
    around = np.stack([np.cos(angle), np.sin(angle)], axis=-1) / np.sqrt(3)
    corners: Array = np.stack([right, -down], axis=-1)[:, None] + around
    return corners


def _triangles(geometry: Any) -> Array:
    """Corners of the cells of the honeycomb lattice, shape (2 N, 3, 2), A before B.

    The second axis of the cells points right, the first down and to the right, at 60 degrees to it. B lies a third of their
    sum from A; the corners of a site's triangle are the centres of its hexagons, opposite its three bonds.
    """
    x, y = _cells(geometry)
    right = np.array([1.0, 0.0])
    down = np.array([0.5, -np.sqrt(3) / 2])
    bond = (right + down) / 3
    base = np.stack([_wrap(y + x / 2, geometry), -x * np.sqrt(3) / 2], axis=-1)
    around = -np.stack([bond, bond - down, bond - right])
    sites = np.stack([base[:, None] + around, (base + bond)[:, None] - around], axis=1)
    corners: Array = sites.reshape(-1, 3, 2)
    return corners


def _polygons(corners: Array, values: Array, ax: Axes, style: dict[str, Any]) -> Any:
    from matplotlib.collections import PolyCollection

    style = {k: v for k, v in style.items() if k != "interpolation"}
    # Edges of the cells' own colours close the hairlines that renderers leave between neighbours.
    cells = PolyCollection(list(corners), array=values, edgecolors="face", linewidths=0.5, **style)
    ax.add_collection(cells)
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.axis("off")
    return cells


def _graph(geometry: Any, state: Array, ax: Axes, style: dict[str, Any]) -> Any:
    """Sites on a ring with their bonds as chords; the sites of a large graph as one long row, folded."""
    from matplotlib.collections import LineCollection

    if state.size > NODES:
        width = int(np.ceil(np.sqrt(state.size)))
        folded = np.full(width * -(-state.size // width), np.nan)  # which matplotlib leaves blank
        folded[: state.size] = state
        return ax.imshow(folded.reshape(-1, width), **{"interpolation": "nearest", **style})
    angle = np.pi / 2 - 2 * np.pi * np.arange(state.size) / max(state.size, 1)
    at = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    ax.add_collection(LineCollection(list(at[geometry.bonds]), colors="0.7", linewidths=0.8, zorder=1))
    style = {"s": min(300.0, 6_000 / max(state.size, 1)), "edgecolors": "0.2", "zorder": 2, **style}
    sites = ax.scatter(at[:, 0], at[:, 1], c=state, **{k: v for k, v in style.items() if k != "interpolation"})
    ax.set_aspect("equal")
    ax.axis("off")
    return sites
