"""The command ``quincunx``: run the studies from a shell.

Exit codes: 0 every row ok, 1 a row is not ok or the study failed, 2 wrong usage, 130 interrupted.
Everything the command does is a function of :mod:`quincunx.studies`.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Self, TextIO

from quincunx import studies
from quincunx.studies import _completion, _print
from quincunx.studies._registry import versions

__all__ = ["main"]

OK, NOT_OK, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv
        Arguments; None takes those of the process.

    Returns
    -------
    int
        0 every row ok, 1 a row is not ok or the study failed, 2 wrong usage, 130 interrupted.

    Raises
    ------
    SystemExit
        With code 2 for arguments that cannot be read, with code 0 after ``--help`` and ``--version``.

    Examples
    --------
    >>> from quincunx.cli import main
    >>> main(["study", "list"])  # doctest: +ELLIPSIS
    fisher-curvature  Fisher curvature of critical Ising and Potts lattices...
    0
    """
    arguments = _parser().parse_args(argv)  # leaves with code 2 on wrong usage
    try:
        code: int = arguments.action(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader left, as in `quincunx study list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_OK
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="quincunx", description="Stochastic processes: simulated, solved, checked.")
    parser.add_argument("--version", action="version", version=f"quincunx {versions()['version']}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    study = commands.add_parser("study", help="published results, ours beside the published and the exact number")
    actions = study.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="name the studies")
    listing.set_defaults(action=_list)
    run = actions.add_parser("run", help="run a study; exit code 0 only if every row is ok")
    run.add_argument("name", metavar="NAME", help="a name of `quincunx study list`")
    run.add_argument("--scale", type=_positive, default=1.0, metavar="S", help="1 is the whole study (default)")
    run.add_argument("--rng", type=_key, default=0, metavar="K", help="key of the random streams (default 0)")
    run.add_argument("--json", metavar="FILE", help="write the rows as JSON; - is standard output")
    run.add_argument("--figure", metavar="FILE", type=Path, help="draw the picture (.png, .svg, .pdf)")
    run.set_defaults(action=_run)

    completion = commands.add_parser("completion", help="print a completion script for a shell")
    completion.add_argument("shell", choices=sorted(_completion.SCRIPTS))
    completion.set_defaults(action=_complete)
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"{text}: must be finite and > 0")
    return value


def _key(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text}: must be >= 0")
    return value


def _list(_: argparse.Namespace) -> int:
    found = studies.available()
    width = max((len(name) for name in found), default=0)
    for name, summary in found.items():
        print(f"{name.ljust(width)}  {summary}")
    return OK


def _complete(arguments: argparse.Namespace) -> int:
    print(_completion.script(arguments.shell, list(studies.available())))
    return OK


def _run(arguments: argparse.Namespace) -> int:
    complaint = _wrong_usage(arguments)
    if complaint:
        print(f"quincunx study run: {complaint}", file=sys.stderr)
        return USAGE
    try:
        with Bar(arguments.name, sys.stderr) as bar:
            study = studies.run(arguments.name, scale=arguments.scale, rng=arguments.rng, progress=bar)
    except (ArithmeticError, LookupError, MemoryError, RuntimeError, TypeError, ValueError) as error:
        print(f"quincunx study run: {arguments.name} failed: {type(error).__name__}: {error}", file=sys.stderr)
        return NOT_OK
    if arguments.json == "-":
        print(study.to_json())
    else:
        _print.write(study, sys.stdout)
    if arguments.json not in (None, "-"):
        file = Path(arguments.json)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(study.to_json() + "\n", encoding="utf-8")
    if arguments.figure is not None:
        print(f"figure: {studies.draw(study, arguments.figure)}", file=sys.stderr)
    return OK if study.ok else NOT_OK


def _wrong_usage(arguments: argparse.Namespace) -> str | None:
    """Say what is wrong before any work is done."""
    try:
        module = studies.load(arguments.name)
    except ValueError as error:
        return str(error)
    if arguments.figure is None:
        return None
    if find_spec("matplotlib") is None:
        return "--figure needs matplotlib: pip install 'quincunx[plot]'"
    if not hasattr(module, "figure"):
        return f"study {arguments.name!r} has no figure"
    if arguments.figure.suffix not in (".png", ".svg", ".pdf"):
        return f"--figure {arguments.figure}: must end in .png, .svg or .pdf"
    return None


class Bar:
    """A progress bar on a terminal; a line per tenth where the stream is none.

    Parameters
    ----------
    label
        Shown before the bar.
    out
        The stream, usually standard error.
    """

    WIDTH = 30

    def __init__(self, label: str, out: TextIO) -> None:
        self._label, self._out, self._begin, self._last, self._tenth = label, out, time.monotonic(), 0.0, 0
        self._live = out.isatty()

    def __enter__(self) -> Self:
        return self

    def __call__(self, fraction: float) -> None:
        """Show that `fraction` of the work is done."""
        now, fraction = time.monotonic(), min(1.0, max(0.0, fraction))
        if self._live and (now - self._last >= 0.1 or fraction >= 1.0):
            full = int(fraction * self.WIDTH)
            bar = "#" * full + "." * (self.WIDTH - full)
            self._out.write(f"\r{self._label} [{bar}] {fraction:4.0%} {now - self._begin:6.1f} s")
            self._out.flush()
            self._last = now
        elif not self._live and int(fraction * 10) > self._tenth:
            self._tenth = int(fraction * 10)
            print(f"{self._label}: {fraction:.0%}, {now - self._begin:.1f} s", file=self._out, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._live and self._last:
            self._out.write("\n")
            self._out.flush()


if __name__ == "__main__":
    sys.exit(main())
