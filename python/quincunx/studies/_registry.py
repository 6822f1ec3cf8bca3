"""Find, run and draw the studies: every public module of this folder is one."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import importlib
import importlib.metadata
import math
import pkgutil
import platform
import sys
import time
from pathlib import Path
from types import ModuleType

from ._study import Progress, Study

_FOLDER = Path(__file__).resolve().parent


def available() -> dict[str, str]:
    """Names of the studies with the first line of their docstrings; imports none of them.

    Returns
    -------
    dict
        Name -> what is reproduced, in alphabetical order.

    Examples
    --------
    >>> from quincunx import studies
    >>> studies.available()["fisher-curvature"]
    'Fisher curvature of critical Ising and Potts lattices: published tables, exact values, local exponents'
    """
    found = {}
    for module in pkgutil.iter_modules([str(_FOLDER)]):
        if module.name.startswith("_"):
            continue
        file = _FOLDER / module.name / "__init__.py" if module.ispkg else _FOLDER / f"{module.name}.py"
        doc = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        found[module.name.replace("_", "-")] = doc.partition("\n")[0].rstrip(".")
    return dict(sorted(found.items()))


def load(name: str) -> ModuleType:
    """Import the module of a study.

    Parameters
    ----------
    name
        One of :func:`available`.

    Returns
    -------
    module
        With ``PAPER``, ``run`` and, if there is a picture, ``figure``.

    Raises
    ------
    ValueError
        If there is no such study; the nearest names are listed.

    Examples
    --------
    >>> from quincunx import studies
    >>> studies.load("fisher-curvature").PAPER
    'Fisher Curvature Scaling at Critical Points, arXiv 2603.07651'
    """
    names = list(available())
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or names
        raise ValueError(f"study = {name!r}: must be one of the studies; did you mean {', '.join(near) or 'none yet'}?")
    return importlib.import_module(f"{__package__}.{name.replace('-', '_')}")


def run(name: str, *, scale: float = 1.0, rng: int = 0, progress: Progress | None = None) -> Study:
    """Run a study.

    Parameters
    ----------
    name
        One of :func:`available`.
    scale
        1.0 is the whole study; less draws fewer samples and leaves out the largest sizes. Finite, > 0.
    rng
        Key of the streams; the same key gives the same numbers.
    progress
        Called with the fraction done.

    Returns
    -------
    Study
        Rows, tables, data for the figure; `study`, `paper`, `seconds` and versions filled in.

    Raises
    ------
    ValueError
        If the name is unknown or `scale` is not a positive number.

    Examples
    --------
    The smallest run of all leaves out most sizes, yet every row must hold:

    >>> from quincunx import studies
    >>> done = []
    >>> found = studies.run("fisher-curvature", scale=0.01, progress=done.append)
    >>> found.ok, found.paper, done[-1]
    (True, 'Fisher Curvature Scaling at Critical Points, arXiv 2603.07651', 1.0)
    """
    if not (math.isfinite(scale) and scale > 0):
        raise ValueError(f"scale = {scale}: must be finite and > 0")
    module = load(name)
    begin = time.perf_counter()
    study = module.run(scale=scale, rng=rng, progress=progress)
    if not isinstance(study, Study):
        raise TypeError(f"study {name!r} returned {type(study).__name__}: must be a Study")
    seconds = time.perf_counter() - begin
    info = {"scale": scale, "rng": rng, **versions(), **study.info}
    paper = study.paper or str(getattr(module, "PAPER", ""))
    return dataclasses.replace(study, study=name, paper=paper, seconds=seconds, info=info)


def draw(study: Study, file: str | Path, *, dpi: int = 150) -> Path:
    """Draw the picture of a study into a file (PNG, SVG or PDF by its suffix).

    Parameters
    ----------
    study
        What :func:`run` returned.
    file
        Where the picture goes; missing folders are created.
    dpi
        Dots per inch of a PNG.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    ValueError
        If the study has no picture.

    Examples
    --------
    After ``found = studies.run("fisher-curvature")`` it is ``studies.draw(found, "curvature.svg")``. Nothing is computed
    for a picture: it shows what ``data`` holds, here of three small tori.

    >>> from quincunx import lattice, studies
    >>> geometries = [lattice.Square(L) for L in (4, 8, 16)]
    >>> models = [lattice.Ising(square, beta=lattice.critical_beta(square)) for square in geometries]
    >>> curved = {model.geometry.shape[0]: lattice.fisher_geometry(model) for model in models}
    >>> data = {"R": {L: g.scalar_curvature for L, g in curved.items()}, "samples": [(64, -1280.0, 30.0)]}
    >>> data["R1"] = {L: g.ricci_terms[0] for L, g in curved.items()}
    >>> studies.draw(studies.Study([], study="fisher-curvature", data=data), "curvature.svg").name
    'curvature.svg'
    """
    figure_of = getattr(load(study.study), "figure", None)
    if figure_of is None:
        raise ValueError(f"study {study.study!r} has no figure")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("figures need matplotlib: pip install 'quincunx[plot]'") from error
    fig = Figure(figsize=(8.0, 5.0), layout="constrained")
    figure_of(study, fig)
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    fig.savefig(path, dpi=dpi)
    return path


def versions() -> dict[str, str]:
    """Versions of the package, its streams' ground (NumPy) and the machine, for `info`."""
    try:
        own = importlib.metadata.version("quincunx")
    except importlib.metadata.PackageNotFoundError:
        own = "unknown"
    return {
        "version": own,
        "numpy": importlib.metadata.version("numpy"),
        "python": platform.python_version(),
        "machine": f"{sys.platform} {platform.machine()}",
    }
