"""What to keep of a run: observers keep a grid, or reduce over time or over replicas.

``of`` is always a name, a formula over names, parameters and ``t``, a list of them, or a dict own name -> formula
or callable; None means the default names of the model. The text of a formula is its result name.
Observing never changes a path.
"""

from quincunx._observe_reduced import autocorrelation, histogram, maximum, minimum, moments, time_average
from quincunx._observe_times import at, events, every, final, first_passage
from quincunx._observers import (
    At,
    Autocorrelation,
    Events,
    Every,
    Final,
    FirstPassage,
    Histogram,
    Maximum,
    Minimum,
    Moments,
    Observer,
    TimeAverage,
)

__all__ = [
    "At",
    "Autocorrelation",
    "Events",
    "Every",
    "Final",
    "FirstPassage",
    "Histogram",
    "Maximum",
    "Minimum",
    "Moments",
    "Observer",
    "TimeAverage",
    "at",
    "autocorrelation",
    "events",
    "every",
    "final",
    "first_passage",
    "histogram",
    "maximum",
    "minimum",
    "moments",
    "time_average",
]
