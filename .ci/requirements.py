"""Print the requirements of extras of pyproject.toml, one a line: `requirements.py test docs`.

Installing them apart from the package keeps the environment's stamp independent of the sources, so that a change in
Rust or Python never reinstalls anything. The runtime dependencies are always printed.
"""

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text("utf-8"))["project"]
extras = project["optional-dependencies"]


def requirements(names: list[str]) -> list[str]:
    """Expand extras, also those that name other extras of the project."""
    lines: list[str] = []
    for name in names:
        for line in extras[name]:
            own = re.fullmatch(rf"{project['name']}\[(.*)\]", line)
            lines += requirements(own[1].split(",")) if own else [line]
    return lines


sys.stdout.write("\n".join(dict.fromkeys(project["dependencies"] + requirements(sys.argv[1:]))) + "\n")
