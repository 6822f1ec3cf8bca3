"""Every block of Python in the README and in the pages runs, in the order of its page."""

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
    import re

    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            file = page.parent / target
            assert file.exists() or GENERATED in file.parents, f"{page}: {target}"
