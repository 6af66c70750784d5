"""Where things stand in a ruleset's document: its parts with their paths, keys, and the ids of their owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel

from engine.errors import Position
from engine.ruleset.expressions import Path
from engine.source import Mapping, Node, Scalar, node_at

Part = TypeVar("Part", bound=BaseModel)
_HOLDING = (BaseModel, list, dict)


def parts_of(model: BaseModel, kind: type[Part], path: Path = ()) -> Iterator[tuple[Path, Part]]:
    """Every part of that kind within ``model``, with its path in the document, in reading order."""
    if isinstance(model, kind):
        yield path, model
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, _HOLDING):
            yield from _within(value, kind, (*path, field.alias or name))


def _within(
    value: BaseModel | list[Any] | dict[str, Any], kind: type[Part], path: Path
) -> Iterator[tuple[Path, Part]]:
    if isinstance(value, BaseModel):
        yield from parts_of(value, kind, path)
        return
    for at, one in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(one, _HOLDING):
            yield from _within(one, kind, (*path, at))


def key_position(root: Node, path: Path) -> Position:
    """Where the key at the end of ``path`` is written; without a key of its own, the value."""
    owner = node_at(root, path[:-1])
    if isinstance(owner, Mapping) and str(path[-1]) in owner.entries:
        return owner.entries[str(path[-1])].key.position
    return node_at(root, path).position


def owner_of(root: Node, path: Path) -> str:
    """The id of the innermost thing that ``path`` leads through; a name where it leads to a named thing."""
    owner = str(path[1]) if len(path) > 1 and path[0] in ("parameters", "measures", "facts") else ""
    for length in range(1, len(path) + 1):
        node = node_at(root, path[:length])
        found = node.get("id") if isinstance(node, Mapping) else None
        if isinstance(found, Scalar):
            owner = found.text
    return owner
