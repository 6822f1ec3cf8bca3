"""The gallery: our scripts, and the ten of the interface's specification, which are read where they stand."""

import re
import runpy
from pathlib import Path

import pytest

import snippets

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery"
OURS = sorted(script for script in GALLERY.glob("*.py") if script.name != "build.py")
NUMBERS = range(1, 11)
RUN = {1, 3, 4, 10}  # these must run; the others run as soon as their names exist

# Smaller samples for the tests: the scripts as written take minutes. Shapes and names stay.
SMALLER = {
    1: [("22_000", "1_100"), ("burn=2_000", "burn=100")],
    2: [("t=20_000", "t=400"), ("burn=5_000", "burn=100")],
    3: [("n=100_000", "n=20_000"), ("n=10_000", "n=1_000")],
    4: [("n=200", "n=50"), ("200)", "50)")],
    5: [],
    6: [("n=100, rng=1", "n=20, rng=1"), ("t=50.0", "t=15.0")],
    7: [("n=20_000", "n=2_000"), ("rmse=0.1", "rmse=0.5")],
    8: [("n=1_000", "n=200")],
    9: [("100_000, rng", "10_000, rng")],
    10: [],
}


def script(text: str, number: int) -> str:
    """The script of the given number: its first line is `# <number> <title>`."""
    (found,) = [block for block in snippets.blocks(text) if re.match(rf"\s*# {number} ", block)]
    return found


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_our_gallery_runs(path, tmp_path, monkeypatch):
    source = path.read_text("utf-8")
    assert snippets.missing(source) == []
    monkeypatch.chdir(tmp_path)
    figure = runpy.run_path(str(path))["fig"]
    figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 1_000


@pytest.mark.parametrize("number", NUMBERS)
def test_script_of_the_specification_runs(number, shared, tmp_path, monkeypatch):
    source = script(shared("specs", "api.md").read_text("utf-8"), number)
    if absent := snippets.missing(source):
        assert number not in RUN, f"script {number} needs {absent}"
        pytest.skip(f"script {number} needs {', '.join(absent)}")
    for old, new in SMALLER[number]:
        assert old in source
        source = source.replace(old, new)
    monkeypatch.chdir(tmp_path)
    snippets.run(source, f"script {number}", {"__name__": "gallery"})
