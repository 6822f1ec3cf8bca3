"""Switching processes: sojourn laws, alternating renewal processes, excursions of smooth Gaussian processes."""

from quincunx.switching import covariances, laws
from quincunx.switching._excursion import Excursion, InvalidApproximation, excursion
from quincunx.switching._process import Renewal, SwitchProcess
from quincunx.switching._telegraph import Telegraph

__all__ = [
    "Excursion",
    "InvalidApproximation",
    "Renewal",
    "SwitchProcess",
    "Telegraph",
    "covariances",
    "excursion",
    "laws",
]
