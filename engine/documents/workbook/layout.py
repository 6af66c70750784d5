"""Which sheets the workbook of a ruleset has, and what stands in them.

The writer and the reader share this one description. Sheets are found by their names, in either
language; columns by the names in row 3; what must be filled in on a sheet of fixed rows by the names
in its column ``name``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from unicodedata import east_asian_width

from engine.documents.workbook.sheets import NOTHING, Column, Row, SheetLayout
from engine.errors import Language, Text, same
from engine.language.numbers import format_exact
from engine.language.terms import KIND_NAMES, Kind, Type
from engine.ruleset.model import ROOT, Criterion, Fact, Range, Rule, Ruleset, TierScore, Unseen
from engine.ruleset.schema import as_text
from engine.ruleset.wording import Wording

_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_LONGEST_NAME = 31


def layout_of(ruleset: Ruleset) -> tuple[SheetLayout, ...]:
    """The sheets in their order. Those that a ruleset has no use for are left out."""
    maker = _Maker(ruleset)
    sheets = [maker.cover(), maker.facts(), *maker.lists(), maker.claimed(), maker.judgements()]
    sheets += [maker.waivers(), maker.explanations(), maker.evidence()]
    return tuple(_named(sheet for sheet in sheets if sheet is not None))


COVER = Text("说明", "About")


class _Maker:
    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.wording = Wording(ruleset)

    def cover(self) -> SheetLayout:
        return cover_of(self.ruleset.title)

    def facts(self) -> SheetLayout | None:
        schema, document = self.ruleset.schema, self.ruleset.document
        columns = (
            Column("group", Text("分组", "group"), 20),
            Column("label", Text("项目", "item"), 30),
            Column("name", Text("名称", "name"), 24),
            Column("unit", Text("单位或类型", "unit or type"), 12),
            Column("meaning", Text("含义和要求", "meaning"), 36),
            Column("value", Text("填写值", "value"), 20, open=True),
            *_evidence_columns(),
        )
        rows: list[Row] = []
        for name, fact in schema.facts.items():
            described = as_text(document.facts[name].description)
            rows.append(self.fact_row(fact, NOTHING, described))
        for name, group in schema.groups.items():
            fields = document.facts[name].fields or {}
            for key, fact in group.facts.items():
                rows.append(self.fact_row(fact, group.label, as_text(fields[key].description)))
        title = Text("基本事实：每项填一个值，并写明出处", "Facts: one value each, and where it comes from")
        return SheetLayout("facts", Text("基本事实", "Facts"), title, columns, tuple(rows)) if rows else None

    def fact_row(self, fact: Fact, group: Text, described: Text) -> Row:
        meaning = _joined([described, self.requirement(fact)])
        cells = {"group": group, "label": fact.label, "unit": unit_of(fact, self.ruleset), "meaning": meaning}
        return Row(fact.name, cells, fact)

    def requirement(self, fact: Fact) -> Text:
        bounds = bounds_text(fact.allowed, fact, self.ruleset)
        options = _listed(fact.type)
        optional = Text("可不填", "may be left out") if fact.optional else NOTHING
        listed = Text(f"可选 {options.zh}", f"one of {options.en}") if options.zh else NOTHING
        return _joined([listed, bounds, optional])

    def lists(self) -> Iterator[SheetLayout]:
        for name, records in self.ruleset.schema.lists.items():
            fields = self.ruleset.document.facts[name].fields or {}
            columns = tuple(
                self.list_column(fact, key, as_text(fields[key].description))
                for key, fact in records.fields.items()
            )
            yield SheetLayout(f"facts.{name}", records.label, records.label, columns, records=records)

    def list_column(self, fact: Fact, key: str, described: Text) -> Column:
        unit = unit_of(fact, self.ruleset)
        help_ = _joined([described, unit, self.requirement(fact), example_of(fact)])
        width = {Kind.TEXT: 26, Kind.DATE: 15, Kind.MONEY: 16}.get(fact.type.kind, 14)
        return Column(key, fact.label, width, True, help_, fact, fact.type.options)

    def claimed(self) -> SheetLayout:
        columns = (
            Column("title", Text("指标", "criterion"), 40),
            Column("name", Text("名称", "name"), 26),
            Column("points", Text("分值", "points"), 10),
            Column("value", Text("自评得分", "claimed score"), 14, open=True, points=True),
            Column("note", Text("说明", "note"), 40),
        )
        needed = Text("只知分值，必须填写", "only its points are known: to be filled in")
        rows = tuple(
            Row(node.id, {
                "title": _indented(node),
                "points": same(format_exact(node.points)),
                "note": needed if isinstance(node.score, Unseen) else NOTHING,
            })
            for node in self.ruleset.root.subtree()
        )  # fmt: skip
        title = Text("自评得分：已有自评得分的指标填写，其余留空", "Claimed scores, where there are any")
        return SheetLayout("claimed", Text("自评得分", "Claimed"), title, columns, rows)

    def judgements(self) -> SheetLayout | None:
        judged = [node for node in self.ruleset.root.subtree() if node.is_judged]
        if not judged:
            return None
        tiers = {
            tier: None for node in judged if isinstance(node.score, TierScore) for tier in node.score.tiers
        }
        columns = (
            Column("title", Text("指标", "criterion"), 34),
            Column("name", Text("名称", "name"), 24),
            Column("limit", Text("裁量范围", "what is left to the assessor"), 44),
            Column("deduct", Text("扣分", "deducted"), 10, True, points=True),
            Column("tier", Text("档次", "tier"), 14, True, options=tuple(tiers)),
            Column("coefficient", Text("系数", "coefficient"), 10, True, points=True),
            Column("by", Text("评审人", "by"), 14, True),
            Column("reason", Text("理由", "reason"), 44, True),
        )
        rows = tuple(
            Row(node.id, {"title": node.title, "limit": _joined(self.wording.lines(node))}) for node in judged
        )
        title = Text(
            "评审意见：由评审人填写扣分，或档次和系数；不扣分填 0",
            "Judgements: a deduction, or a tier and a coefficient; 0 where nothing is deducted",
        )
        return SheetLayout("judgements", Text("评审意见", "Judgements"), title, columns, rows)

    def waivers(self) -> SheetLayout | None:
        rules = [rule for rule in self.ruleset.rules if rule.waivable]
        if not rules:
            return None
        help_ = _joined(
            [
                Text(f"{rule.id}：{one.zh}", f"{rule.id}: {one.en}")
                for rule in rules
                for one in [self.about(rule)]
            ],
            "\n",
        )
        columns = (
            Column("rule", Text("规则", "rule"), 28, True, help_, options=tuple(rule.id for rule in rules)),
            Column("record", Text("记录编号", "record"), 22, True, Text("规则针对记录时填写", "Where the rule is about records")),
            Column("reason", Text("豁免理由", "reason"), 50, True),
            Column("evidence", Text("依据", "evidence"), 40, True),
        )  # fmt: skip
        title = Text("豁免：不计扣分的情形及理由", "Waivers: what is not deducted, and why")
        return SheetLayout("waivers", Text("豁免", "Waivers"), title, columns)

    def about(self, rule: Rule) -> Text:
        return rule.criterion.title

    def explanations(self) -> SheetLayout | None:
        rules = [rule for node in self.ruleset.root.subtree() for rule in node.explains]
        if not rules:
            return None
        columns = (
            Column("title", Text("指标", "criterion"), 28),
            Column("name", Text("名称", "name"), 24),
            Column("when", Text("何时须说明", "when it is due"), 40),
            Column("value", Text("情况说明", "explanation"), 70, open=True),
        )
        rows = tuple(
            Row(rule.id, {
                "title": rule.criterion.title,
                "when": self.wording.phrases.condition(rule.expression.term),
            })
            for rule in rules
        )  # fmt: skip
        title = Text("情况说明：规则要求说明而不扣分的事项", "Explanations that the rules ask for")
        return SheetLayout("explanations", Text("情况说明", "Explanations"), title, columns, rows)

    def evidence(self) -> SheetLayout:
        help_ = Text(
            "写事实的名称：整组、整表、一条记录或一个单元，例如 contracts[HT-01].filed",
            "The name of a group, a list, a record or one value of it: contracts[HT-01].filed",
        )
        columns = (
            Column("fact", Text("事实", "fact"), 40, True, help_),
            *_evidence_columns(),
        )
        title = Text("依据：各组、各记录的出处", "Evidence: where groups and records come from")
        return SheetLayout("evidence", Text("依据", "Evidence"), title, columns)


def cover_of(title: Text) -> SheetLayout:
    """The first sheet, which is the same for every ruleset."""
    columns = (
        Column("item", Text("项目", "item"), 20),
        Column("value", Text("填写", "value"), 44, open=True),
        Column("name", Text("名称", "name"), 14),
        Column("help", Text("说明", "what it is"), 60),
    )
    rows = (
        Row("department", {
            "item": Text("部门名称", "Department"),
            "help": Text("部门全称", "The department's full name"),
        }),
        Row("year", {
            "item": Text("年度", "Year"),
            "help": Text("与规则集的年度一致", "The ruleset's own year"),
        }),
        Row("ruleset", {
            "item": Text("规则集", "Ruleset"),
            "help": Text("评分所依据的规则集，一般不改", "The ruleset to score by; as a rule left as it is"),
        }),
    )  # fmt: skip
    return SheetLayout("cover", COVER, title, columns, rows)


STATUSES = ("published", "corrected", "reconstructed", "extracted")


def _evidence_columns() -> tuple[Column, ...]:
    status = Text(
        "published 来源载明；corrected 来源印错，已更正；reconstructed 还原；extracted 由程序摘录",
        "published: the source states it; corrected: the source prints it wrongly; reconstructed; extracted by program",
    )
    return (
        Column("source", Text("来源", "source"), 30, True),
        Column("page", Text("页码或位置", "page"), 22, True),
        Column("status", Text("状态", "status"), 14, True, status),
        Column("note", Text("备注", "note"), 40, True),
    )


def unit_of(fact: Fact, ruleset: Ruleset) -> Text:
    """What a value is measured in: the unit of money, or the name of its type."""
    if fact.type.kind == Kind.MONEY:
        return same(ruleset.money_unit)
    names = {
        Kind.FLAG: Text("是/否", "yes/no"),
        Kind.RATIO: same("%"),
        Kind.DAYS: Text("天", "days"),
        Kind.POINTS: Text("分", "points"),
    }
    return names.get(fact.type.kind, KIND_NAMES[fact.type.kind])


def bounds_text(allowed: Range, fact: Fact, ruleset: Ruleset) -> Text:
    """The bounds of a fact, in words; empty where it has none."""
    from engine.ruleset.rendering import formats_of

    formats = formats_of(ruleset)
    parts: list[Text] = []
    for bound, zh, en in ((allowed.low, "不小于", "at least"), (allowed.high, "不大于", "at most")):
        if bound is not None:
            shown = formats.show(bound, fact.type)
            parts.append(Text(f"{zh} {shown.zh}", f"{en} {shown.en}"))
    return _joined(parts)


def display_width(text: str) -> int:
    """How many columns a text takes: a Chinese character is two wide."""
    return sum(2 if east_asian_width(character) in "WFA" else 1 for character in text)


def example_of(fact: Fact) -> Text:
    """How a value of this kind is written."""
    examples = {
        Kind.DATE: "2024-03-04", Kind.MONEY: "24,066.41", Kind.RATIO: "84.1%", Kind.FLAG: "", Kind.CHOICE: "",
        Kind.TEXT: "", Kind.COUNT: "3", Kind.DAYS: "7",
    }  # fmt: skip
    shown = examples.get(fact.type.kind, "12.5")
    return Text(f"例如 {shown}", f"such as {shown}") if shown else NOTHING


def _listed(type_: Type) -> Text:
    """The options as people call them."""
    labels = [type_.label(one) for one in type_.options]
    return Text("、".join(one.zh for one in labels), ", ".join(one.en for one in labels))


def _indented(node: Criterion) -> Text:
    if node.id == ROOT:
        return Text("总分", "Total")
    depth = sum(1 for _ in node.ancestors()) - 1
    return Text("　" * depth + node.title.zh, "   " * depth + node.title.en)


def _joined(parts: Iterable[Text], separator: str = "") -> Text:
    kept = [part for part in parts if part.zh or part.en]
    return Text(
        (separator or "；").join(one.zh for one in kept), (separator or "; ").join(one.en for one in kept)
    )


def _named(sheets: Iterable[SheetLayout]) -> Iterator[SheetLayout]:
    """Every sheet with a name of its own in each language, such as a workbook allows."""
    taken: dict[Language, set[str]] = {"zh": {"history"}, "en": {"history"}}
    for sheet in sheets:
        names = [_free(sheet.name.in_language(one), sheet.key, taken[one]) for one in ("zh", "en")]
        yield SheetLayout(
            sheet.key, Text(names[0], names[1]), sheet.title, sheet.columns, sheet.rows, sheet.records
        )


def _free(wanted: str, key: str, taken: set[str]) -> str:
    cleaned = _FORBIDDEN.sub(" ", wanted).strip()
    candidates: list[Callable[[], str]] = [lambda: cleaned, lambda: key.removeprefix("facts.")]
    for candidate in candidates:
        name = candidate()[:_LONGEST_NAME].strip()
        if name and name.casefold() not in taken:
            break
    else:
        number = 2
        while f"{cleaned[:26].strip()} {number}".casefold() in taken:
            number += 1
        name = f"{cleaned[:26].strip()} {number}"
    taken.add(name.casefold())
    return name
