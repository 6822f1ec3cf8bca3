"""Run every script of the gallery, keep its output and its picture, and write the gallery's pages."""

import contextlib
import io
import runpy
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def page(script: Path) -> tuple[str, str]:
    """Run a script; write its page and picture; return its title and its picture's name."""
    begin, out = time.perf_counter(), io.StringIO()
    with contextlib.redirect_stdout(out):
        names = runpy.run_path(str(script))
    picture = f"{script.stem}.png"
    (FOLDER / "out").mkdir(exist_ok=True)
    names["fig"].savefig(FOLDER / "out" / picture, dpi=110)
    title, _, story = names["__doc__"].strip().partition("\n")
    code = script.read_text("utf-8").split('"""', 2)[2].strip()
    seconds = time.perf_counter() - begin
    text = [
        f"# {title.rstrip('.')}",
        story.strip(),
        f"![{title.rstrip('.')}](out/{picture})",
        f"```python\n{code}\n```",
        f"It prints, after {seconds:.1f} s on one machine:",
        f"```text\n{out.getvalue().strip()}\n```",
    ]
    script.with_suffix(".md").write_text("\n\n".join(text) + "\n", "utf-8")
    print(f"{script.name}: {seconds:.1f} s", file=sys.stderr)
    return title.rstrip("."), picture


def main() -> None:
    entries = []
    for script in sorted(FOLDER.glob("*.py")):
        if script.name != Path(__file__).name:
            title, picture = page(script)
            entries.append(f"## [{title}]({script.stem}.md)\n\n[![{title}](out/{picture})]({script.stem}.md)")
    head = "# Gallery\n\nEvery picture is made by the script beside it when the site is built; every script is a test."
    (FOLDER / "index.md").write_text("\n\n".join([head, *entries]) + "\n", "utf-8")


if __name__ == "__main__":
    main()
