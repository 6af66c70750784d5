"""Rulesets with one thing changed: what a slip of the pen would make of them.

Changed one at a time: thresholds and amounts by one unit, comparison operators, ``and`` and ``or``,
working days and calendar days, whole and started steps, the closed sides of bands and grades and
where they meet, caps (by a unit, and left out), a point moved from one criterion to the next.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import Position, Text, same
from engine.language.errors import ExpressionError
from engine.language.numbers import MalformedValue, Rational, format_exact, parse_number
from engine.language.parser import parse
from engine.language.printer import print_tree
from engine.source import Entry, Mapping, Scalar, Sequence
from engine.source import Node as SourceNode
from engine.testing.variants import unit_of, variants

Path = tuple[str | int, ...]

EXPRESSIONS = frozenset(
    {"applies", "when", "deduct", "add", "earn", "else", "at_most", "score", "of", "value"}
)
"""The keys whose texts are expressions, inside criteria, measures and the root's veto."""

SIDES = {"from": "above", "above": "from", "up_to": "below", "below": "up_to"}
CAPS = frozenset({"at_most", "bonus_at_most"})
LONG = 60
"""From what length on only the surroundings of a change are told."""
AROUND = 20


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One change: where it is, what it belongs to, in words, and the whole document with it."""

    path: Path
    name: str
    """The rule, criterion, measure or parameter, and the key: ``late_filing.when``."""
    position: Position
    change: Text
    root: SourceNode


def mutants(root: SourceNode) -> Iterator[Mutant]:
    """Every mutant of the resolved ruleset document ``root``, in reading order of each kind."""
    for path, node in _places(root, ()):
        key = path[-1]
        if isinstance(node, Scalar) and path[0] == "parameters":
            yield from _values(root, path, node)
        elif isinstance(node, Scalar) and key in EXPRESSIONS:
            yield from _expressions(root, path, node)
        elif isinstance(node, Scalar) and key == "bonus_at_most":
            yield from _numbers(root, path, node)
        if key in CAPS and "deductions" in path:
            yield _without(root, path, node)
        if key == "bands":
            yield from _seams(root, path)
        if key == "criteria" and isinstance(node, Sequence):
            yield from _moved_points(root, path, node)
    yield from _seams(root, ("grades",))


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


def replaced(node: SourceNode, path: Path, new: SourceNode | None) -> SourceNode:
    """The document with the part at ``path`` replaced, or left out; everything else is shared."""
    step, rest = path[0], path[1:]
    if isinstance(node, Mapping):
        entries = dict(node.entries)
        entry = entries[str(step)]
        if not rest and new is None:
            del entries[str(step)]
        else:
            part = replaced(entry.value, rest, new) if rest else new
            assert part is not None
            entries[str(step)] = Entry(entry.key, part)
        return Mapping(node.file, node.start, entries)
    assert isinstance(node, Sequence) and isinstance(step, int)
    items = list(node.items)
    part = replaced(items[step], rest, new) if rest else new
    assert part is not None
    items[step] = part
    return Sequence(node.file, node.start, items)


def name_of(root: SourceNode, path: Path) -> str:
    """What the part belongs to, by the nearest id above it, and the key."""
    name, key = "", ""
    node: SourceNode | None = root
    for place, step in enumerate(path):
        if isinstance(node, Mapping):
            node = node.get(str(step))
            key = str(step)
            if place == 1 and path[0] in ("parameters", "measures"):
                name = str(step)
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
        own = node.get("id") if isinstance(node, Mapping) else None
        if isinstance(own, Scalar):
            name = own.text
    return f"{name}.{key}" if name else key


def _text_mutant(
    root: SourceNode, path: Path, node: Scalar, text: str, *, old: str = "", offset: int | None = None
) -> Mutant:
    new = Scalar(node.file, node.start, text, node.end, node.style)
    where = node.position if offset is None else node.locate(offset)
    change = same(_shown(old or node.text, text))
    return Mutant(path, name_of(root, path), where, change, replaced(root, path, new))


def _shown(old: str, new: str) -> str:
    """Both texts; of long ones only what surrounds the change."""
    if len(old) <= LONG:
        return f"{old} → {new}"
    before = _alike(old, new)
    after = _alike(old[before:][::-1], new[before:][::-1])
    start = old.rfind(" ", 0, max(before - AROUND, 0)) + 1
    pieces = []
    for text in (old, new):
        end = text.find(" ", len(text) - after + AROUND)
        end = len(text) if end < 0 else end
        pieces.append(f"{'… ' if start else ''}{text[start:end]}{' …' if end < len(text) else ''}")
    return " → ".join(pieces)


def _alike(one: str, two: str) -> int:
    """How many characters from the start are the same."""
    pairs = enumerate(zip(one, two, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(two)))


# Numbers


def _values(root: SourceNode, path: Path, node: Scalar) -> Iterator[Mutant]:
    if path[-1] == "value":
        yield from _numbers(root, path, node)


def _numbers(root: SourceNode, path: Path, node: Scalar) -> Iterator[Mutant]:
    for text in _near(node.text):
        yield _text_mutant(root, path, node, text)


def _near(text: str) -> Iterator[str]:
    """The number one unit of its last decimal lower and higher, with its percent sign."""
    percent = "%" if text.endswith("%") else ""
    try:
        value = parse_number(text.removesuffix("%"))
    except MalformedValue:
        return
    for step in (-unit_of(value), unit_of(value)):
        yield f"{format_exact(value + step)}{percent}"


def _moved_points(root: SourceNode, path: Path, node: Sequence) -> Iterator[Mutant]:
    """One point from a criterion to the next: the sum stays right, both are wrong."""
    for index in range(len(node.items) - 1):
        found = [_points(item) for item in node.items[index : index + 2]]
        one, two = found
        if one is None or two is None or one[1] <= 1:
            continue
        changed = root
        for place, (scalar, value), step in ((index, one, -1), (index + 1, two, 1)):
            new = Scalar(scalar.file, scalar.start, format_exact(value + step), scalar.end, scalar.style)
            changed = replaced(changed, (*path, place, "points"), new)
        to = name_of(root, (*path, index + 1, "points")).removesuffix(".points")
        change = Text(f"移 1 分到 {to}", f"1 point goes to {to}")
        where = (*path, index, "points")
        yield Mutant(where, name_of(root, where), one[0].position, change, changed)


def _points(item: SourceNode) -> tuple[Scalar, Rational] | None:
    scalar = item.get("points") if isinstance(item, Mapping) else None
    try:
        return (scalar, parse_number(scalar.text)) if isinstance(scalar, Scalar) else None
    except MalformedValue:
        return None


def _without(root: SourceNode, path: Path, node: SourceNode) -> Mutant:
    shown = node.text if isinstance(node, Scalar) else ""
    change = Text(f"去掉 {path[-1]}: {shown}", f"without {path[-1]}: {shown}")
    return Mutant(path, name_of(root, path), node.position, change, replaced(root, path, None))


# Expressions


def _expressions(root: SourceNode, path: Path, node: Scalar) -> Iterator[Mutant]:
    try:
        tree = parse(node.text)
    except ExpressionError:
        return
    old = print_tree(tree)
    for variant, span in variants(tree):
        yield _text_mutant(root, path, node, print_tree(variant), old=old, offset=span[0])


# Bands and grades


def _seams(root: SourceNode, path: Path) -> Iterator[Mutant]:
    """Each bound that two rows share: closed on the other side, and moved by a unit."""
    node = _at(root, path)
    rows = [item for item in node.items if isinstance(item, Mapping)] if isinstance(node, Sequence) else []
    for (index, row), (other, twin) in itertools.permutations(enumerate(rows), 2):
        for start, end in itertools.product(("from", "above"), ("up_to", "below")):
            one, two = row.get(start), twin.get(end)
            if isinstance(one, Scalar) and isinstance(two, Scalar) and one.text == two.text:
                where = (*path, index, start)
                turned = replaced(root, (*path, index), _turned(row, start))
                turned = replaced(turned, (*path, other), _turned(twin, end))
                change = Text(f"{one.text} 归入另一档", f"{one.text} goes to the other row")
                yield Mutant(where, name_of(root, where), one.position, change, turned)
                for text in _near(one.text):
                    moved = root
                    for place, bound in ((where, one), ((*path, other, end), two)):
                        new = Scalar(bound.file, bound.start, text, bound.end, bound.style)
                        moved = replaced(moved, place, new)
                    told = same(f"{one.text} → {text}")
                    yield Mutant(where, name_of(root, where), one.position, told, moved)


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
