"""The JSON Schema (2020-12) of the facts files of one ruleset, for editors: names, labels, types and bounds.

Every fact may be written by its name or by its label, as the reader takes it. Amounts may be
numbers or texts with separators. The schema knows one value at a time: identities between facts,
and records that repeat a key, are found when the file is scored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from engine.errors import Text
from engine.language.numbers import Rational, format_exact
from engine.language.terms import KIND_NAMES, Kind
from engine.ruleset.json_schema import DIALECT, LITERAL
from engine.ruleset.model import ROOT, Criterion, Fact, FactGroup, RecordList, Ruleset, TierScore, Unseen
from engine.ruleset.schema import as_text

MAX_TEXT = 2000
_AMOUNT = r"^\s*[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?\s*$"
_RATIO = r"^\s*[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?%?\s*$"
_DATE = r"^\s*\d{4}-\d{2}-\d{2}\s*$"
_AMOUNT_HELP = "写成 24066.41 或 24,066.41 / write 24066.41 or 24,066.41"
_RATIO_HELP = "写成 84.1% 或 0.841 / write 84.1% or 0.841"
_DATE_HELP = "写成 2024-03-31 / write 2024-03-31"
_FLAGS = [True, False, "true", "false", "是", "否", "yes", "no"]
_WHOLE = frozenset({Kind.DAYS, Kind.COUNT})

Schema = dict[str, Any]


def facts_schema(ruleset: Ruleset) -> Schema:
    """What a facts file for ``ruleset`` may hold."""
    return _Maker(ruleset).document()


class _Maker:
    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.definitions: dict[str, Schema] = {}

    def document(self) -> Schema:
        facts = self.facts()
        claimed, judgements = self.claimed(), self.judgements()
        title = self.ruleset.title
        parts: dict[str, Schema] = {
            "department": _told("部门名称", "the department", {"type": LITERAL}),
            "year": _told("评价年度", "the year", {"enum": [self.ruleset.year, str(self.ruleset.year)]}),
            "ruleset": _told("规则集 id", "the ruleset's id", {"type": "string", "default": self.ruleset.id}),
            "facts": _told("事实，用名称或标签", "the facts, by name or label", facts),
            "evidence": _told("各事实的来源", "where each fact comes from", _EVIDENCE),
            "claimed": _told("自评得分", "claimed points, by criterion", claimed),
            "judgements": _told("评审意见", "the assessor's judgements", judgements),
            "waivers": _told("豁免", "waivers", self.waivers()),
            "explanations": _told("对须说明事项的说明", "explanations given", self.explanations()),
        }
        required = ["department", "year"]
        needed = {"facts": facts, "claimed": claimed, "judgements": judgements}
        required += [name for name, part in needed.items() if "allOf" in part]
        for name, part in parts.items():
            if name not in required:
                parts[name] = _or_nothing(part)
        return {
            "$schema": DIALECT,
            "title": f"{title.zh} / {title.en} ({self.ruleset.id})",
            "type": "object",
            "properties": parts,
            "required": required,
            "additionalProperties": False,
            "$defs": self.definitions,
        }

    # Facts

    def facts(self) -> Schema:
        schema = self.ruleset.schema
        order = [name.partition(".")[0] for name in self.ruleset.document.facts]
        members: dict[str, tuple[Text, Schema, bool]] = {}
        for name in order:
            if name in schema.facts:
                members[name] = self.member(schema.facts[name])
            elif name in schema.groups:
                members[name] = self.group(schema.groups[name])
            else:
                members[name] = self.record_list(schema.lists[name])
        return _object(members)

    def member(self, fact: Fact) -> tuple[Text, Schema, bool]:
        return fact.label, self.defined(fact.name, self.fact(fact)), not fact.optional

    def group(self, group: FactGroup) -> tuple[Text, Schema, bool]:
        members = {name: self.member(fact) for name, fact in group.facts.items()}
        made = _told(group.label.zh, group.label.en, _object(members))
        needed = any(not fact.optional for fact in group.facts.values())
        return group.label, self.defined(group.name, made), needed

    def record_list(self, records: RecordList) -> tuple[Text, Schema, bool]:
        members = {name: self.member(fact) for name, fact in records.fields.items()}
        key = records.fields[records.key].label
        zh = f"{records.label.zh}：每条一项，按“{key.zh}”区分；没有就写 []"
        en = f"{records.label.en}: one item a record, told apart by '{key.en}'; [] where there are none"
        made = _told(zh, en, {"type": "array", "items": _object(members)})
        return records.label, self.defined(records.records.name, made), True

    def defined(self, name: str, schema: Schema) -> Schema:
        """A reference to ``schema``, which its name and its labels share."""
        key = name if name.isascii() else f"fact{len(self.definitions) + 1}"
        self.definitions[key] = schema
        return {"$ref": f"#/$defs/{key}"}

    def fact(self, fact: Fact) -> Schema:
        made = self.typed(fact)
        if fact.optional:
            made = _or_nothing(made)
        about = self.about(fact)
        return _told(about.zh, about.en, made)

    def typed(self, fact: Fact) -> Schema:
        kind = fact.type.kind
        match kind:
            case Kind.FLAG:
                return {"enum": _FLAGS}
            case Kind.CHOICE:
                return {"enum": [one for option in fact.type.options for one in _as_read(option)]}
            case Kind.DATE:
                return {"type": "string", "pattern": _DATE, "patternErrorMessage": _DATE_HELP}
            case Kind.TEXT:
                return {"type": LITERAL, "minLength": 1, "maxLength": MAX_TEXT}
        pattern = _RATIO if kind == Kind.RATIO else _AMOUNT
        made: Schema = {
            "type": ["integer" if kind in _WHOLE else "number", "string"],
            "pattern": pattern,
            "patternErrorMessage": _RATIO_HELP if kind == Kind.RATIO else _AMOUNT_HELP,
        }
        low = fact.allowed.low if fact.allowed.low is not None or kind != Kind.COUNT else Rational(0)
        for word, bound in (("minimum", low), ("maximum", fact.allowed.high)):
            if isinstance(bound, Rational):
                made[word] = _number(bound)
        return made

    def about(self, fact: Fact) -> Text:
        """The label, what kind of value it is, its bounds, and what the ruleset says of it."""
        kind = KIND_NAMES[fact.type.kind]
        unit = f" {self.ruleset.money_unit}" if fact.type.kind == Kind.MONEY else ""
        zh, en = [f"{kind.zh}{unit}"], [f"{kind.en}{unit}"]
        for bound, sign in ((fact.allowed.low, "≥"), (fact.allowed.high, "≤")):
            if isinstance(bound, Rational | date):
                shown = format_exact(bound) if isinstance(bound, Rational) else bound.isoformat()
                zh.append(f"{sign} {shown}")
                en.append(f"{sign} {shown}")
        if fact.type.labels:
            labels = [(one, fact.type.label(one)) for one in fact.type.options]
            zh.append("、".join(f"{one} {label.zh}" for one, label in labels))
            en.append("; ".join(f"{one}: {label.en}" for one, label in labels))
        if fact.optional:
            zh.append("可不填")
            en.append("optional")
        told = self.description(fact.name)
        return Text(
            f"{fact.label.zh}（{'，'.join(zh)}）{f'：{told.zh}' if told.zh else ''}",
            f"{fact.label.en} ({', '.join(en)}){f': {told.en}' if told.en else ''}",
        )

    def description(self, name: str) -> Text:
        owner, _, field = name.partition(".")
        entry = self.ruleset.document.facts[owner]
        written = entry.fields[field].description if field and entry.fields else entry.description
        return as_text(written)

    # What stands beside the facts

    def claimed(self) -> Schema:
        members = {}
        for node in self.ruleset.criteria.values():
            about = _told(node.title.zh, node.title.en, {"type": ["number", "string"], "pattern": _AMOUNT})
            unseen = isinstance(node.score, Unseen)
            if unseen:
                about |= {"minimum": 0, "maximum": _number(node.points)}
            members[node.id] = (node.title, about, unseen)
        members[ROOT] = (Text("总分", "总分"), members[ROOT][1], members[ROOT][2])
        return _object(members)

    def judgements(self) -> Schema:
        judged = [node for node in self.ruleset.criteria.values() if node.is_judged]
        return _object({node.id: (node.title, _judgement(node), True) for node in judged})

    def waivers(self) -> Schema:
        waivable = [rule.id for rule in self.ruleset.rules if rule.waivable]
        text = {"type": LITERAL}
        waiver = {
            "type": "object",
            "properties": {
                "rule": _told("规则 id", "the rule", {"enum": waivable}),
                "record": _told("记录的编号", "the record's key", text),
                "reason": _told("理由", "why", text),
                "evidence": _told("凭据", "the evidence", text),
            },
            "required": ["rule", "reason"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": waiver}

    def explanations(self) -> Schema:
        rules = [rule for rule in self.ruleset.rules if rule.kind == "explain"]
        titles = {rule.id: rule.criterion.title for rule in rules}
        properties = {name: _told(title.zh, title.en, {"type": LITERAL}) for name, title in titles.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}


def _judgement(node: Criterion) -> Schema:
    text = {"type": LITERAL}
    properties: dict[str, Schema] = {
        "by": _told("评审人", "the assessor", text),
        "reason": _told("理由", "why", text),
    }
    if isinstance(node.score, TierScore):
        names = [name for one in node.score.tiers.values() for name in (one.id, one.title.zh, one.title.en)]
        properties["tier"] = _told("档次", "the tier", {"enum": list(dict.fromkeys(names))})
        coefficient = {"type": ["number", "string"], "pattern": _RATIO}
        properties["coefficient"] = _told("系数", "the coefficient", coefficient)
    else:
        deduct = {"type": ["number", "string"], "pattern": _AMOUNT, "minimum": 0}
        properties["deduct"] = _told("扣分；不扣写 0", "points deducted; 0 where none", deduct)
    made = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return _told(node.title.zh, node.title.en, made)


_EVIDENCE: Schema = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            {"type": LITERAL},
            {
                "type": "object",
                "properties": {"source": {"type": LITERAL}}
                | {name: {"type": [*LITERAL, "null"]} for name in ("page", "status", "note")},
                "required": ["source"],
                "additionalProperties": False,
            },
        ]
    },
}


def _object(members: Mapping[str, tuple[Text, Schema, bool]]) -> Schema:
    """A mapping whose members may each be written by name or by label, where the label is no other's."""
    times = Counter(text for label, _, _ in members.values() for text in {label.zh, label.en})
    properties: dict[str, Schema] = {}
    required = []
    for name, (label, schema, needed) in members.items():
        labels = [text for text in (label.zh, label.en) if times[text] == 1 and text not in members]
        names = list(dict.fromkeys([name, *labels]))
        properties |= dict.fromkeys(names, schema)
        if needed:
            required.append({"anyOf": [{"required": [one]} for one in names]})
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, "allOf": required} if required else made


def _told(zh: str, en: str, schema: Schema) -> Schema:
    return {"description": zh if zh == en else f"{zh} / {en}", **schema}


def _or_nothing(schema: Schema) -> Schema:
    """The same, or nothing written after the colon."""
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    if "type" not in schema:
        return schema
    kinds: Iterable[str] = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return {**schema, "type": [*kinds, "null"]}


def _as_read(option: str) -> list[Any]:
    """An option as YAML may read it: the text, and the number it looks like."""
    try:
        return [option, int(option)]
    except ValueError:
        return [option]


def _number(value: Rational) -> int | float:
    shown = format_exact(value)
    return int(shown) if value.denominator == 1 else float(shown)
