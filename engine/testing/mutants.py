"""Rulesets with one thing changed: what a slip of the pen would make of them.

Changed one at a time: thresholds and amounts by one unit, comparison operators, ``and`` and ``or``,
working days and calendar days, whole and started steps, the closed sides of bands and grades, caps.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import Position, Text
from engine.language.errors import ExpressionError
from engine.language.numbers import (
    HUNDRED,
    MalformedValue,
    Rational,
    format_exact,
    parse_number,
    terminating_decimals,
)
from engine.language.parser import parse
from engine.language.printer import print_tree
from engine.language.syntax import Call, Comparison, Logic, Node, Number
from engine.source import Entry, Mapping, Scalar, Sequence
from engine.source import Node as SourceNode

Path = tuple[str | int, ...]

EXPRESSIONS = frozenset(
    {"applies", "when", "deduct", "add", "earn", "else", "at_most", "score", "of", "value"}
)
"""The keys whose texts are expressions, inside criteria, measures and the root's veto."""

OPERATORS = {"<": ("<=",), "<=": ("<",), ">": (">=",), ">=": (">",), "==": ("!=",), "!=": ("==",)}
FUNCTIONS = {
    "workdays": "days",
    "days": "workdays",
    "whole_steps": "started_steps",
    "started_steps": "whole_steps",
}
SIDES = {"from": "above", "above": "from", "up_to": "below", "below": "up_to"}


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One change: where it is, in words, and the whole document with it."""

    path: Path
    position: Position
    change: Text
    root: SourceNode


def mutants(root: SourceNode) -> Iterator[Mutant]:
    """Every mutant of the resolved ruleset document ``root``, in reading order."""
    for path, node in _places(root, ()):
        key = path[-1]
        if isinstance(node, Scalar) and path[0] == "parameters":
            yield from _values(root, path, node)
        elif isinstance(node, Scalar) and key in EXPRESSIONS:
            yield from _expressions(root, path, node)
    yield from _seams(root, ("grades",))
    for path, node in _places(root, ()):
        if path[-1] == "bands" and isinstance(node, Sequence):
            yield from _seams(root, path)


def _places(node: SourceNode, path: Path) -> Iterator[tuple[Path, SourceNode]]:
    """The parts of the document in which something may be mutated."""
    if isinstance(node, Mapping):
        for key, entry in node.entries.items():
            if path or key in ("criteria", "measures", "parameters", "veto"):
                yield (*path, key), entry.value
                yield from _places(entry.value, (*path, key))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield (*path, index), item
            yield from _places(item, (*path, index))


def replaced(node: SourceNode, path: Path, new: SourceNode) -> SourceNode:
    """The document with the part at ``path`` replaced; everything else is shared."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(node, Mapping):
        entries = dict(node.entries)
        entries[str(step)] = Entry(entries[str(step)].key, replaced(entries[str(step)].value, rest, new))
        return Mapping(node.file, node.start, entries)
    assert isinstance(node, Sequence) and isinstance(step, int)
    items = list(node.items)
    items[step] = replaced(items[step], rest, new)
    return Sequence(node.file, node.start, items)


def _rewritten(root: SourceNode, path: Path, node: Scalar, text: str, change: Text | None = None) -> Mutant:
    told = change or Text(f"{node.text} → {text}", f"{node.text} → {text}")
    new = Scalar(node.file, node.start, text, node.end, node.style)
    return Mutant(path, node.position, told, replaced(root, path, new))


# Parameters


def _values(root: SourceNode, path: Path, node: Scalar) -> Iterator[Mutant]:
    if path[-1] != "value":
        return
    percent = node.text.endswith("%")
    try:
        value = parse_number(node.text.rstrip("%"))
    except MalformedValue:
        return
    for step in (-_unit(value), _unit(value)):
        yield _rewritten(root, path, node, format_exact(value + step) + ("%" if percent else ""))


def _unit(value: Rational) -> Rational:
    """One unit of the last decimal written."""
    return Rational(1, 10 ** (terminating_decimals(value) or 0))


# Expressions


def _expressions(root: SourceNode, path: Path, node: Scalar) -> Iterator[Mutant]:
    try:
        tree = parse(node.text)
    except ExpressionError:
        return
    for variant in variants(tree):
        yield _rewritten(root, path, node, print_tree(variant))


def variants(node: Node) -> Iterator[Node]:
    """The tree with one thing changed, once for each thing that can be."""
    yield from _own_variants(node)
    for one in dataclasses.fields(node):
        value = getattr(node, one.name)
        if isinstance(value, Node):
            for changed in variants(value):
                yield _with(node, one.name, changed)
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                for changed_item in _item_variants(item):
                    yield _with(node, one.name, (*value[:index], changed_item, *value[index + 1 :]))


def _with(node: Node, name: str, value: Any) -> Node:
    """The node with one of its parts replaced."""
    changes = {name: value}
    return dataclasses.replace(node, **changes)


def _item_variants(item: object) -> Iterator[object]:
    """Variants of a node in a tuple, or of a comparison's pair of operator and operand."""
    if isinstance(item, Node):
        yield from variants(item)
    elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], Node):
        for changed in variants(item[1]):
            yield item[0], changed


def _own_variants(node: Node) -> Iterator[Node]:
    match node:
        case Number(value=value, percent=percent):
            unit = _unit(value * HUNDRED) / HUNDRED if percent else _unit(value)
            yield dataclasses.replace(node, value=value + unit)
            if value >= unit:
                yield dataclasses.replace(node, value=value - unit)
        case Comparison(rest=rest):
            for index, (operator, operand) in enumerate(rest):
                for other in OPERATORS[operator]:
                    yield dataclasses.replace(
                        node, rest=(*rest[:index], (other, operand), *rest[index + 1 :])
                    )
        case Logic(operator=operator):
            yield dataclasses.replace(node, operator="or" if operator == "and" else "and")
        case Call(function=function) if function in FUNCTIONS:
            yield dataclasses.replace(node, function=FUNCTIONS[function])


# Bands and grades


def _seams(root: SourceNode, path: Path) -> Iterator[Mutant]:
    """Each bound that two rows share, closed on the other side: a row's end and the next one's start."""
    node = _at(root, path)
    if not isinstance(node, Sequence):
        return
    rows = [item for item in node.items if isinstance(item, Mapping)]
    for index, row in enumerate(rows):
        for key in ("from", "above"):
            bound = row.get(key)
            if not isinstance(bound, Scalar):
                continue
            for other_index, other in enumerate(rows):
                for end in ("up_to", "below"):
                    twin = other.get(end)
                    if other_index != index and isinstance(twin, Scalar) and twin.text == bound.text:
                        turned = replaced(root, (*path, index), _turned(row, key))
                        turned = replaced(turned, (*path, other_index), _turned(other, end))
                        change = Text(f"{bound.text} 归入另一档", f"{bound.text} goes to the other row")
                        yield Mutant((*path, index, key), bound.position, change, turned)


def _turned(row: Mapping, key: str) -> Mapping:
    entries = {SIDES[name] if name == key else name: entry for name, entry in row.entries.items()}
    return Mapping(row.file, row.start, entries)


def _at(node: SourceNode, path: Path) -> SourceNode | None:
    found: SourceNode | None = node
    for step in path:
        if isinstance(found, Mapping):
            found = found.get(str(step))
        elif isinstance(found, Sequence) and isinstance(step, int):
            found = found.items[step]
    return found
