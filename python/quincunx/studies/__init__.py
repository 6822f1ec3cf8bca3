"""Published results as a command: each study prints ours beside the published and the exact number.

``quincunx study list`` names them, ``quincunx study run NAME`` runs one; the same from Python:

>>> from quincunx import studies
>>> "fisher-curvature" in studies.available()
True

Adding a study
--------------
Put one module into this folder, named after the result: ``fisher_curvature.py`` becomes the study
``fisher-curvature``. Nothing else has to be registered. The module holds

- a docstring: first line what is reproduced; then which paper, which table, and what is known to differ;
- ``PAPER``, the citation in one line;
- ``run(scale=1.0, rng=0, progress=None) -> Study``: 1.0 is the whole study, smaller scales draw fewer samples and
  leave out the largest sizes, and every row must still be ok; ``progress`` is a callable that takes the fraction
  done (:func:`stages` splits it among parts), or None;
- if there is a picture, ``figure(study, fig)``, which draws on the empty matplotlib figure ``fig`` from
  ``study.data`` and computes nothing.

A row compares one number of ours with one reference:

>>> from quincunx.studies import Row
>>> Row.compare("energy per site", ours=-1.41421356, reference=-(2**0.5), source="exact", rtol=1e-8).ok
True
>>> Row.compare("magnetization", ours=0.52, standard_error=0.01, reference=0.5, source="paper").ok
True

``source`` says where the reference comes from: ``"paper"`` (published), ``"exact"`` (another exact method or a closed
form) or ``"independent"`` (a program that is not ours). A row never takes its reference from the code it checks.
A published number that is known not to hold is a row of ``Study.tables`` (shown, not judged), beside a row that
compares ours with the exact value. A number that nobody has published is a row without a reference
(:meth:`Row.report`); it is ok if it is finite.
"""

from ._registry import available, draw, load, run
from ._study import Progress, Row, Study, Table, stages

__all__ = ["Progress", "Row", "Study", "Table", "available", "draw", "load", "run", "stages"]
