"""What an existing facts file puts into the workbook: its texts, found by name or by label.

The file need not be complete: what `audit extract` found is filled in, the rest is left open. What is
there is not validated; reading the workbook will do that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from engine.errors import FactsError, Problem, Problems, Text, TooManyProblems
from engine.facts.reading import SECTIONS
from engine.facts.sections import SectionReader
from engine.facts.values import ValueReader
from engine.ruleset.model import Ruleset
from engine.source import Mapping as MappingNode
from engine.source import Node, Scalar, Sequence
from engine.suggestions import suggestion

Cells = dict[str, str]


@dataclass(slots=True)
class Filling:
    """Texts by where they belong. ``rows`` holds open rows by sheet, ``fixed`` cells by sheet and row."""

    fixed: dict[str, dict[str, Cells]] = field(default_factory=dict)
    rows: dict[str, list[Cells]] = field(default_factory=dict)

    def put(self, sheet: str, row: str, column: str, node: Node | None) -> None:
        text = _text(node)
        if text:
            self.fixed.setdefault(sheet, {}).setdefault(row, {})[column] = text


def empty_filling(ruleset: Ruleset) -> Filling:
    """A form with nothing in it but what is known of every department."""
    return Filling({"cover": {"year": {"value": str(ruleset.year)}, "ruleset": {"value": ruleset.id}}})


def filling_of(root: Node, ruleset: Ruleset) -> Filling:
    """The texts in the facts document ``root``. Raises :class:`FactsError` where a name is unknown."""
    if not isinstance(root, MappingNode):
        message = Text("事实文件应为映射（键: 值）", "a facts file is a mapping (key: value)")
        raise FactsError([Problem("F005", message, root.position)])
    filler = _Filler(root, ruleset)
    with suppress(TooManyProblems):
        filler.fill()
    if filler.problems:
        raise FactsError(filler.problems)
    return filler.filling


class _Filler:
    def __init__(self, root: MappingNode, ruleset: Ruleset) -> None:
        self.root = root
        self.ruleset = ruleset
        self.problems = Problems()
        self.filling = empty_filling(ruleset)
        self.values = ValueReader(ruleset, self.problems)
        self.beside = SectionReader(ruleset, root, self.problems)

    def fill(self) -> None:
        for key, entry in self.root.entries.items():
            if key not in SECTIONS:
                message = Text(f"不认识的键“{key}”", f"there is no key '{key}' here")
                self.problems.append(
                    Problem("F002", message, entry.key.position, key, suggestion(key, SECTIONS))
                )
        self.filling.put("cover", "department", "value", self.root.get("department"))
        self.filling.put("cover", "year", "value", self.root.get("year"))
        self.facts()
        self.criteria("claimed", lambda node: {"value": node})
        self.criteria("judgements", _members)
        self.sections()

    def facts(self) -> None:
        node = self.root.get("facts")
        if not isinstance(node, MappingNode):
            return
        schema = self.ruleset.schema
        known = {name: one.label for name, one in schema.facts.items()}
        known |= {name: one.label for name, one in schema.groups.items()}
        known |= {name: one.label for name, one in schema.lists.items()}
        for name, value in self.values.by_name(node, known, "").items():
            if name in schema.facts:
                self.filling.put("facts", name, "value", value)
            elif name in schema.groups and isinstance(value, MappingNode):
                labels = {key: fact.label for key, fact in schema.groups[name].facts.items()}
                for key, one in self.values.by_name(value, labels, name).items():
                    self.filling.put("facts", f"{name}.{key}", "value", one)
            elif name in schema.lists and isinstance(value, Sequence):
                labels = {key: fact.label for key, fact in schema.lists[name].fields.items()}
                self.filling.rows[f"facts.{name}"] = [
                    _texts(self.values.by_name(item, labels, f"{name}[{number}]"))
                    for number, item in enumerate(value.items, 1)
                    if isinstance(item, MappingNode)
                ]
            else:
                message = Text("此处的结构不对", "this is not what is wanted here")
                self.problems.append(Problem("F005", message, value.position, name))

    def criteria(self, section: str, cells: Callable[[Node], Mapping[str, Node]]) -> None:
        node = self.root.get(section)
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            criterion = self.beside.criterion(key, entry.key, f"{section}.{key}")
            if criterion is not None:
                for column, one in cells(entry.value).items():
                    self.filling.put(section, criterion.id, column, one)

    def sections(self) -> None:
        explanations, waivers, evidence = (
            self.root.get(name) for name in ("explanations", "waivers", "evidence")
        )
        for key, entry in explanations.entries.items() if isinstance(explanations, MappingNode) else ():
            self.filling.put("explanations", key, "value", entry.value)
        if isinstance(waivers, Sequence):
            self.filling.rows["waivers"] = [_texts(_members(item)) for item in waivers.items]
        scalars = {fact.name for fact in self.ruleset.schema.scalars()}
        for key, entry in evidence.entries.items() if isinstance(evidence, MappingNode) else ():
            told = _members(entry.value) or {"source": entry.value}
            if key in scalars:
                for column, one in told.items():
                    self.filling.put("facts", key, column, one)
            else:
                self.filling.rows.setdefault("evidence", []).append({"fact": key, **_texts(told)})


def _members(node: Node) -> Mapping[str, Node]:
    if not isinstance(node, MappingNode):
        return {}
    return {key: entry.value for key, entry in node.entries.items()}


def _texts(nodes: Mapping[str, Node]) -> Cells:
    return {key: text for key, node in nodes.items() if (text := _text(node))}


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) and not node.is_null else ""
