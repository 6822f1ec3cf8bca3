"""Every block of Python in the README and in the pages runs, in the order of its page."""

import importlib
import re
from pathlib import Path

import pytest

import snippets

TOP = Path(__file__).resolve().parents[2]
GENERATED = TOP / "docs" / "gallery"
PAGES = [
    TOP / "README.md",
    *sorted(page for page in (TOP / "docs").rglob("*.md") if GENERATED not in page.parents),
]
WITH_CODE = [page for page in PAGES if snippets.blocks(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: str(page.relative_to(TOP)))
def test_page_runs(page, tmp_path, monkeypatch):
    pieces = snippets.blocks(page.read_text("utf-8"))
    assert snippets.missing("\n".join(pieces)) == []
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "page"}
    for piece in pieces:
        snippets.run(piece, str(page), namespace)


def test_pages_name_existing_files():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            file = page.parent / target
            assert file.exists() or GENERATED in file.parents, f"{page}: {target}"


def shown(text):
    """The names that the page of a reference puts in order, by module."""
    blocks = re.findall(r"^::: (\S+)\n    options:\n      members:\n((?: {8}- \w+\n)+)", text, re.MULTILINE)
    return {module: re.findall(r"- (\w+)", names) for module, names in blocks}


@pytest.mark.parametrize("name", ["lattice", "stats"])
def test_the_reference_shows_every_public_name_once(name):
    listed = shown((TOP / "docs" / "reference" / f"{name}.md").read_text("utf-8"))[f"quincunx.{name}"]
    assert sorted(listed) == sorted(importlib.import_module(f"quincunx.{name}").__all__)


def test_every_page_is_in_the_navigation():
    nav = (TOP / "mkdocs.yml").read_text("utf-8").split("\nnav:\n")[1]
    named = set(re.findall(r": (\S+\.md)$", nav, re.MULTILINE))
    made = {"gallery/index.md"}
    assert named == made | {str(page.relative_to(TOP / "docs")) for page in PAGES if page.name != "README.md"}
