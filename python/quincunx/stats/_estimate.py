"""A number with its error bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Estimate"]

Values = Any  # a float, or an array of floats with the sweep's shape


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """An estimate and its jackknife error: numbers, or arrays with the shape of the sweep.

    Attributes
    ----------
    value
        The function at the means of all blocks.
    standard_error
        Its standard error.
    bias
        What the jackknife finds of its bias, of order 1/blocks.
    blocks
        How many independent blocks the error comes from.

    Examples
    --------
    >>> from quincunx import stats
    >>> found = stats.jackknife(lambda m: m**2, [1.0, 2.0, 4.0, 5.0])
    >>> found
    9 +- 5.48, bias 0.833, 4 blocks
    >>> round(found.corrected, 6)  # unbiased: the mean of the products of different values
    8.166667
    """

    value: Values
    standard_error: Values
    bias: Values
    blocks: int

    @property
    def corrected(self) -> Values:
        """The value less its bias: right to order 1/blocks^2."""
        return self.value - self.bias

    def __repr__(self) -> str:
        with np.printoptions(precision=6, threshold=20):
            if np.ndim(self.value):
                return f"{self.value}\n+- {self.standard_error}, {self.blocks} blocks"
            return f"{self.value:.6g} +- {self.standard_error:.3g}, bias {self.bias:.3g}, {self.blocks} blocks"
