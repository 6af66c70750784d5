"""Rulesets whose every place holds an expression of ``tests/language``, and departments for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from engine.errors import RulesetError
from engine.language.numbers import format_exact
from engine.language.printer import print_tree
from engine.language.terms import NUMERIC, Kind, Type
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.source import parse_source
from tests.language.expressions import expressions, facts
from tests.language.world import FACTS, LISTS, MEASURES, OPTIONAL, OPTIONAL_FIELDS

POINTS = 10
KINDS = sorted(NUMERIC)
"""What a band may be over, and a weight."""


@dataclass(frozen=True)
class Generated:
    """A ruleset, and departments for it: facts documents that name everything by its id, values as text."""

    text: str
    ruleset: Ruleset
    documents: tuple[dict[str, Any], ...]


@st.composite
def generated(draw: st.DrawFn, departments: int = 3, depth: int = 3) -> Generated | None:
    """A ruleset that can be built, with departments; ``None`` where an expression asks for too much."""
    text = draw(documents(depth))
    try:
        ruleset = build_ruleset(parse_source(text.encode(), "generated.yaml", RulesetError))
    except RulesetError:
        return None
    several = tuple(document(draw(facts())) for _ in range(departments))
    return Generated(text, ruleset, several)


@st.composite
def documents(draw: st.DrawFn, depth: int = 3) -> str:
    """The ruleset's text: every kind of place that holds an expression, each with one that was drawn."""

    def drawn(kind: Kind, *at_hand: str) -> str:
        return print_tree(draw(expressions(kind, depth, at_hand)))

    def of(kind: Kind, *at_hand: str) -> str:
        return quoted(drawn(kind, *at_hand))

    def free(kind: Kind) -> str:
        """An expression that a measure or a check may hold."""
        for _ in range(20):
            text = print_tree(draw(expressions(kind, depth)))
            if "points" not in text and "findings" not in text:
                return quoted(text)
        return quoted({Kind.FLAG: "open", Kind.DATE: "due"}.get(kind, f"{SIMPLE[kind]}"))

    measured, banded, weighed = (draw(st.sampled_from(KINDS)) for _ in range(3))
    edge = draw(st.sampled_from(["0", "1", "2", "7"]))
    edge = f"{edge}%" if banded == Kind.RATIO else edge
    records = draw(st.sampled_from(sorted(LISTS)))
    if_not = draw(st.sampled_from(["full", "zero", "rescale"]))
    combined = draw(st.sampled_from(["best", "weakest", "average", ""]))
    combine = combined or f"{{weighted_by: {of(weighed)}}}"
    return f"""\
ruleset: generated
title: Generated
year: 2024
money: {{unit: 万元, decimals: 2}}
points: {{total: 60, decimals: 2, rounding: half_up}}
parameters:
  limit: {{value: 7, type: days}}
facts:
{stated_facts()}
measures:
{"".join(f"  {one}: {{label: {one}, value: {quoted(text)}}}{chr(10)}" for one, text in MEASURES.items())}
  drawn: {{label: drawn, value: {free(measured)}}}
checks:
  - {{id: agreed, holds: {free(Kind.FLAG)}, because: "{{drawn}}", severity: warning}}
criteria:
  - id: conduct
    title: conduct
    points: {POINTS}
    deductions:
      - {{id: late, each: contracts, when: late, deduct: 1, because: "{{id}}", waivable: true}}
      - {{id: opened, when: open, deduct: 0.5, because: opened}}
  - id: by_value
    title: by value
    points: {POINTS}
    score: {of(Kind.POINTS)}
  - id: by_bands
    title: by bands
    points: {POINTS}
    score:
      of: {of(banded)}
      bands:
        - {{below: {edge}, earn: {of(Kind.POINTS)}}}
        - {{from: {edge}, earn: {of(Kind.POINTS)}}}
  - id: by_cases
    title: by cases
    points: {POINTS}
    applies: {of(Kind.FLAG)}
    if_not: {if_not}
    score:
      cases:
        - {{when: {of(Kind.FLAG)}, earn: {of(Kind.POINTS)}}}
        - {{when: {of(Kind.FLAG)}, earn: points}}
        - {{else: {of(Kind.POINTS)}}}
  - id: by_rules
    title: by rules
    points: {POINTS}
    deductions:
      - {{id: each_one, each: {records}, when: {of(Kind.FLAG, records)}, deduct: {of(Kind.POINTS, records)},
         because: {told(drawn(draw(st.sampled_from(KINDS)), records))}}}
      - {{id: once, when: {of(Kind.FLAG)}, deduct: {of(Kind.POINTS)}, at_most: {of(Kind.POINTS)}, because: once}}
    bonuses:
      - {{id: more, when: {of(Kind.FLAG)}, add: {of(Kind.POINTS)}, at_most: 3, because: {told(drawn(Kind.DATE))}}}
    explain:
      - {{id: why, when: {quoted("drawn == drawn and (" + drawn(Kind.FLAG) + ")")}, because: "{{drawn}}"}}
    veto: {{when: {of(Kind.FLAG)}, earn: {of(Kind.POINTS)}, because: veto}}
  - id: several
    title: several
    points: {POINTS}
    combine: {combine}
    criteria:
      - {{id: one, title: one, points: {POINTS}, score: {of(Kind.POINTS)}}}
      - {{id: two, title: two, points: {POINTS}, score: "points * min(1, max(0, rate))"}}
"""


SIMPLE = {
    Kind.NUMBER: "weight", Kind.RATIO: "rate", Kind.MONEY: "spent", Kind.DAYS: "lag", Kind.COUNT: "staff",
    Kind.POINTS: "count(contracts) * 0",
}  # fmt: skip


def quoted(text: str) -> str:
    """The text in single quotes, which YAML reads as it stands."""
    return "'" + text.replace("'", "''") + "'"


def told(expression: str) -> str:
    """A message with the expression in it."""
    return quoted(f"it is {{{expression}}}")


def stated_facts() -> str:
    """The facts of the world, as a ruleset writes them."""
    lines = []
    groups: dict[str, list[str]] = {}
    for name, type_ in FACTS.items():
        group, _, field = name.rpartition(".")
        if group:
            groups.setdefault(group, []).append(f"      {field}: {{{typed(field, type_, False)}}}")
        else:
            lines.append(f"  {name}: {{{typed(name, type_, name in OPTIONAL)}}}")
    for group, fields in groups.items():
        lines += [f"  {group}:", f"    label: {group}", "    fields:", *fields]
    for name, columns in LISTS.items():
        lines += [f"  {name}:", f"    label: {name}", "    records: {key: id}", "    fields:"]
        for field, type_ in columns.items():
            lines.append(f"      {field}: {{{typed(f'{name} {field}', type_, field in OPTIONAL_FIELDS)}}}")
    return "\n".join(lines)


def typed(label: str, type_: Type, optional: bool) -> str:
    """The keys of one fact."""
    options = f", options: [{', '.join(type_.options)}]" if type_.options else ""
    return f"label: {label}, type: {type_.kind}{options}" + (", optional: true" if optional else "")


def document(values: Mapping[str, Any]) -> dict[str, Any]:
    """The facts document of the values, each as text."""
    stated: dict[str, Any] = {}
    for name, type_ in FACTS.items():
        if values[name] is not None:
            group, _, field = name.rpartition(".")
            where = stated.setdefault(group, {}) if group else stated
            where[field] = written(values[name], type_)
    for name, columns in LISTS.items():
        stated[name] = [
            {field: written(row[field], type_) for field, type_ in columns.items() if row[field] is not None}
            for row in values[name]
        ]
    return {"department": "d", "year": "2024", "ruleset": "generated", "facts": stated}


def written(value: Any, type_: Type) -> str:
    """A value as a facts file states it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Fraction):
        from engine.language.numbers import Rational

        exact = Rational(value)
        return f"{format_exact(exact * 100)}%" if type_.kind == Kind.RATIO else format_exact(exact)
    return value.isoformat() if isinstance(value, date) else str(value) or "none"
