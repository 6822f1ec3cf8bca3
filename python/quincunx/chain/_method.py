"""How paths of a chain are drawn."""

from __future__ import annotations

from dataclasses import dataclass

from quincunx._model import Method

__all__ = ["Alias"]


@dataclass(frozen=True)
class Alias(Method):
    """Exact paths by alias tables: one random word per step, whatever the number of states.

    A table per row cuts the unit interval into as many equal cells as the row has successors; a cell holds at most two
    of them. In continuous time the dwell times are exponential.

    References
    ----------
    Walker, ACM Trans. Math. Softw. 3 (1977) 253-256; Vose, IEEE Trans. Softw. Eng. 17 (1991) 972-975.

    Examples
    --------
    >>> from quincunx import chain
    >>> chain.Alias()
    Alias()
    """
