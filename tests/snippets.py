"""Run the Python of pages and scripts as a reader would: in an empty folder, warnings as errors."""

import ast
import importlib
import re
from types import ModuleType

BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(text: str) -> list[str]:
    """The blocks of Python of a Markdown page, each moved to its line, so that errors name the page's lines."""
    return ["\n" * text[: match.start(1)].count("\n") + match[1] for match in BLOCK.finditer(text)]


def missing(source: str) -> list[str]:
    """Names of quincunx that a script uses and that do not exist (yet)."""
    tree = ast.parse(source)
    modules: dict[str, ModuleType] = {}
    absent: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {a.asname or a.name: importlib.import_module(a.name) for a in node.names if a.name == "quincunx"}
        elif isinstance(node, ast.ImportFrom) and node.module == "quincunx":
            for alias in node.names:
                found = attribute(importlib.import_module("quincunx"), alias.name)
                if isinstance(found, ModuleType):
                    modules[alias.asname or alias.name] = found
                elif found is None:
                    absent.add(alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            absent |= absent_in_chain(node, modules)
    return sorted(absent)


def absent_in_chain(node: ast.Attribute, modules: dict[str, ModuleType]) -> set[str]:
    names = []
    part: ast.expr = node
    while isinstance(part, ast.Attribute):
        names.append(part.attr)
        part = part.value
    here = modules.get(part.id) if isinstance(part, ast.Name) else None
    path = getattr(part, "id", "")
    for name in reversed(names):
        if not isinstance(here, ModuleType):
            return set()
        path, here = f"{path}.{name}", attribute(here, name)
        if here is None:
            return {path}
    return set()


def attribute(module: ModuleType, name: str) -> object:
    """An attribute or a submodule, None if there is neither."""
    if not hasattr(module, name):
        try:
            importlib.import_module(f"{module.__name__}.{name}")
        except ImportError:
            return None
    return getattr(module, name, None)


def run(source: str, name: str, namespace: dict[str, object]) -> None:
    """Execute a piece of a page."""
    exec(compile(source, name, "exec"), namespace)  # noqa: S102 - the pages are ours
