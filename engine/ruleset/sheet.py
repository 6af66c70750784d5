"""A ruleset as the official table prints it: a row a leaf, the levels above it beside it, and what belongs around."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from engine.errors import Text, put, same
from engine.language.terms import Kind, Type
from engine.ruleset.citations import basis_text
from engine.ruleset.document import Criterion as WrittenCriterion
from engine.ruleset.model import Criterion, Ruleset
from engine.ruleset.schema import as_text, parameter_basis
from engine.ruleset.wording import Wording

_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row: the criteria from the first level down to its own; what is said of it; where it comes from.

    A branch that has something of its own (a veto, a basis) has a row above those of its children.
    """

    path: tuple[Criterion, ...]
    lines: tuple[Text, ...]
    basis: tuple[Text, ...]

    @property
    def criterion(self) -> Criterion:
        return self.path[-1]

    @property
    def is_leaf(self) -> bool:
        return not self.criterion.children


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A small table below the main one. An empty ``rows`` is never shown."""

    title: Text
    headings: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Everything a printed table has. ``whole`` is what is said of the table as a whole."""

    ruleset: Ruleset
    depth: int
    rows: tuple[Row, ...]
    whole: tuple[Text, ...]
    sections: tuple[Section, ...]

    def headings(self) -> list[Text]:
        """The names of the columns, the levels first."""
        levels = [
            Text(f"{_NUMERALS[level] if level < 10 else level + 1}级指标", f"level {level + 1}")
            for level in range(self.depth)
        ]
        return [*levels, Text("分值", "points"), Text("评分标准", "rule"), Text("依据", "basis")]

    def about(self) -> list[tuple[Text, Text]]:
        """What stands at the head: which table this is, whose, and for what."""
        ruleset, document = self.ruleset, self.ruleset.document
        description = as_text(document.description)
        lines = [
            (Text("规则集", "ruleset"), same(ruleset.id)),
            (Text("发布单位", "authority"), same(ruleset.authority)),
            (Text("年度", "year"), same(str(ruleset.year))),
            (Text("说明", "about"), description),
        ]
        return [(name, value) for name, value in lines if value.zh]


def sheet_of(ruleset: Ruleset, *, conditions: bool = False) -> Sheet:
    """The ruleset as a table; with ``conditions`` each rule's id and exact condition are told too."""
    wording = Wording(ruleset, conditions=conditions)
    descriptions = {one.id: as_text(one.description) for one in _written(ruleset) if one.description}
    depth = max(len(_path(node)) for node in ruleset.root.subtree())
    rows = [
        _row(node, wording.lines(node, descriptions.get(node.id)))
        for node in ruleset.root.subtree()
        if node.parent is not None
    ]
    kept = tuple(row for row in rows if row.is_leaf or row.lines or row.basis)
    makers: tuple[Callable[[Ruleset, Wording], Section], ...] = (_grades, _parameters, _measures, _checks)
    sections = [make(ruleset, wording) for make in makers]
    return Sheet(
        ruleset,
        max(depth, 1),
        kept,
        tuple(wording.lines(ruleset.root)),
        tuple(section for section in sections if section.rows),
    )


def _written(ruleset: Ruleset) -> Iterator[WrittenCriterion]:
    waiting = list(ruleset.document.criteria)
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.criteria


def _path(node: Criterion) -> tuple[Criterion, ...]:
    above = [one for one in node.ancestors() if one.parent is not None]
    return (*reversed(above), node) if node.parent is not None else ()


def _row(node: Criterion, lines: list[Text]) -> Row:
    rules = [*node.deductions, *node.bonuses, *([node.veto] if node.veto is not None else [])]
    basis = [basis_text(node.basis)]
    basis += [
        put(same("{0}: {1}"), same(rule.id), basis_text(rule.basis))
        for rule in rules
        if rule.basis is not None
    ]
    return Row(_path(node), tuple(lines), tuple(one for one in basis if one.zh))


def _grades(ruleset: Ruleset, wording: Wording) -> Section:
    total = Text("总分", "total")
    rows = tuple(
        (same(band.grade), wording.phrases.range(band.allowed, total, Type(Kind.POINTS)))
        for band in ruleset.grades
    )
    return Section(Text("等级", "Grades"), (Text("等级", "grade"), Text("范围", "range")), rows)


def _parameters(ruleset: Ruleset, wording: Wording) -> Section:
    rows = tuple(
        (
            same(name),
            scalar.label,
            wording.phrases.value(ruleset.slots[scalar.slot], scalar.type),
            basis_text(parameter_basis(ruleset, name)),
        )
        for name, scalar in ruleset.parameters.items()
    )
    headings = (Text("名称", "name"), Text("含义", "meaning"), Text("取值", "value"), Text("依据", "basis"))
    return Section(Text("参数", "Parameters"), headings, rows)


def _measures(ruleset: Ruleset, wording: Wording) -> Section:
    rows = tuple(
        (same(name), measure.label, wording.phrases.phrase(measure.expression.term))
        for name, measure in ruleset.measures.items()
    )
    headings = (Text("名称", "name"), Text("含义", "meaning"), Text("算法", "formula"))
    return Section(Text("计算指标", "Measures"), headings, rows)


def _checks(ruleset: Ruleset, wording: Wording) -> Section:
    written = {one.id: one for one in ruleset.document.checks}
    rows = tuple(
        (
            same(one.id),
            wording.phrases.condition(one.holds.term),
            as_text(written[one.id].because),
            Text("错误", "error") if one.blocking else Text("提示", "warning"),
        )
        for one in ruleset.identities
    )
    headings = (
        Text("名称", "name"),
        Text("应成立", "must hold"),
        Text("说明", "because"),
        Text("不符时", "if not"),
    )
    return Section(Text("勾稽关系", "Checks of the facts"), headings, rows)
