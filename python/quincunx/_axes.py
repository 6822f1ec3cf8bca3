"""Where pictures are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["axes"]


def axes(ax: Any) -> Axes:
    """Return the Axes given, or new ones in a figure of their own (None); TypeError for anything else."""
    try:
        import matplotlib.pyplot as plt
        from matplotlib.axes import Axes
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install 'quincunx[plot]'") from error
    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    if not isinstance(ax, Axes):
        raise TypeError(f"ax = {ax!r:.80}: must be matplotlib Axes, such as figure.subplots() makes")
    return ax
