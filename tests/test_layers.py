"""Arrows point one way: a module imports from its own layer and from those below it, never from above."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import ROOT

LAYERS = (
    {"errors"},
    {"inputs", "unfinished", "causes"},
    {"suggestions"},
    {"yaml_slips", "markdown", "writing", "side_by_side"},
    {"json_slips"},
    {"source"},
    {"language"},
    {"ruleset"},
    {"facts"},
    {"inference"},
    {"ledger"},
    {"scoring", "explanation"},
    {"view", "record"},
    {"testing", "proof", "portfolio", "documents"},
    {"cli"},
)
"""From the bottom up. What stands in one layer together knows nothing of each other."""

HEIGHTS = {name: height for height, names in enumerate(LAYERS) for name in names}
MODULES = sorted(path for folder in ("engine", "cli") for path in (ROOT / folder).rglob("*.py"))
VERSION = "engine/__init__.py"


def layer(module: str) -> str:
    """``engine.facts.reading`` is of ``facts``, everything of the command line of ``cli``."""
    first, _, rest = module.partition(".")
    return "cli" if first == "cli" else rest.partition(".")[0]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.ImportFrom)
            and node.module
            and node.module.split(".")[0] in ("engine", "cli")
        ):
            below = [f"{node.module}.{name.name}" for name in node.names]
            yield from below if node.module == "engine" else [node.module]
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] in ("engine", "cli"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_imports_from_below(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    own = layer(name.removesuffix(".py").replace("/", "."))
    if name == VERSION:
        assert [*imported(path)] == []
        return
    for module in imported(path):
        other = layer(module)
        if other in (own, "__version__"):
            continue
        assert HEIGHTS[other] < HEIGHTS[own], f"{name} imports {module}"


def test_every_layer_is_there() -> None:
    found = {
        layer(path.relative_to(ROOT).as_posix().removesuffix(".py").replace("/", ".")) for path in MODULES
    }
    assert found - {"__init__"} == set(HEIGHTS)
