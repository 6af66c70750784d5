"""Facts documents changed in one way, for properties that compare two scores."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from engine.facts.model import Facts
from engine.language.numbers import Rational, format_exact, parse_number
from engine.language.terms import Kind
from engine.ruleset.model import Fact, Rule, Ruleset

Document = dict[str, Any]


def with_order(document: Document, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Document:
    """The same facts with records and keys in another order."""
    facts = document["facts"]
    names = draw(st.permutations(list(facts)))
    changed: dict[str, Any] = {}
    for name in names:
        value = facts[name]
        if isinstance(value, list):
            value = draw(st.permutations(value)) if len(value) > 1 else value
        elif isinstance(value, dict):
            value = dict(reversed(value.items()))
        changed[name] = value
    return {**document, "facts": changed}


def scaled(document: Document, ruleset: Ruleset, factor: int) -> Document:
    """Every amount of money times ``factor``."""
    changed = copy.deepcopy(document)
    facts = changed["facts"]
    _scale_in(facts, ruleset.schema.facts, factor)
    for name, group in ruleset.schema.groups.items():
        _scale_in(facts.get(name, {}), group.facts, factor)
    for name, records in ruleset.schema.lists.items():
        for record in facts.get(name, ()):
            _scale_in(record, records.fields, factor)
    return changed


def _scale_in(holder: dict[str, Any], facts: Mapping[str, Fact], factor: int) -> None:
    for name, fact in facts.items():
        if fact.type.kind == Kind.MONEY and holder.get(name) is not None:
            holder[name] = format_exact(parse_number(holder[name]) * Rational(factor))


def with_one_more(document: Document, rule: Rule, key: str) -> Document:
    """The document with the record ``key`` of the rule's list once more, under another key."""
    assert rule.each is not None
    changed = copy.deepcopy(document)
    records = changed["facts"][rule.each.name]
    field = rule.each.key
    twin = copy.deepcopy(next(record for record in records if record[field] == key))
    known = {record[field] for record in records}
    twin[field] = next(name for number in range(len(known) + 1) if (name := f"{key}+{number}") not in known)
    records.append(twin)
    return changed


def changed_facts(before: Facts, after: Facts, ruleset: Ruleset) -> set[str]:
    """The scalar facts and record lists that differ."""
    places = {fact.name: fact.place for fact in ruleset.schema.scalars()}
    places |= {name: one.records.slot for name, one in ruleset.schema.lists.items()}
    return {name for name, place in places.items() if before.slots[place] != after.slots[place]}
