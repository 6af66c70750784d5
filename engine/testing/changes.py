"""Facts changed in one way, for properties that compare two scores.

Only what is about the file itself, the order in it, is a change to a document.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from engine.errors import FactsError
from engine.facts.identities import check_identities
from engine.facts.model import Facts, Record
from engine.language.terms import Kind
from engine.ruleset.model import Fact, Rule, Ruleset
from engine.testing.choosing import Draw, shuffled, shuffles

Document = dict[str, Any]


def with_order(document: Document, draw: Draw) -> Document:
    """The same facts with records and keys in another order."""
    facts = document["facts"]
    lists = [value for value in facts.values() if isinstance(value, list)]
    numbers = shuffles(len(facts) + sum(map(len, lists))).draw(draw)
    changed: dict[str, Any] = {}
    for name in shuffled(list(facts), numbers):
        value = facts[name]
        if isinstance(value, list):
            value = shuffled(value, numbers)
        elif isinstance(value, dict):
            value = dict(reversed(value.items()))
        changed[name] = value
    return {**document, "facts": changed}


def changed(facts: Facts, ruleset: Ruleset, slots: Iterable[Any], **others: Any) -> Facts | None:
    """``facts`` with other values and no document of their own; ``None`` where a check refuses them.

    The values are those of the ruleset's types and within its bounds.
    """
    try:
        return check_identities(
            replace(facts, slots=tuple(slots), document=None, digest="", **others), ruleset
        )
    except FactsError:
        return None


def scaled(facts: Facts, ruleset: Ruleset, factor: int) -> Facts | None:
    """Every amount of money times ``factor``; ``None`` where one is then out of its bounds, or a check fails."""
    slots = list(facts.slots)
    try:
        for fact in ruleset.schema.scalars():
            if fact.type.kind == Kind.MONEY:
                slots[fact.place] = _times(slots[fact.place], fact, factor)
        for records in ruleset.schema.lists.values():
            amounts = [fact for fact in records.fields.values() if fact.type.kind == Kind.MONEY]
            if amounts:
                slot = records.records.slot
                slots[slot] = tuple(_scaled_record(record, amounts, factor) for record in slots[slot])
    except _OutOfBounds:
        return None
    return changed(facts, ruleset, slots)


class _OutOfBounds(Exception):
    """A value that its fact does not allow."""


def _scaled_record(record: Record, amounts: Iterable[Fact], factor: int) -> Record:
    values = list(record)
    for fact in amounts:
        values[fact.place] = _times(values[fact.place], fact, factor)
    return tuple(values)


def _times(value: Any, fact: Fact, factor: int) -> Any:
    if value is None:
        return None
    if not fact.allowed.contains(value * factor):
        raise _OutOfBounds
    return value * factor


def with_one_more(facts: Facts, ruleset: Ruleset, rule: Rule, key: str) -> Facts | None:
    """The facts with the record ``key`` of the rule's list once more, under another key.

    ``None`` where a key is one of few options, or a check fails.
    """
    assert rule.each is not None
    field = ruleset.schema.lists[rule.each.name].fields[rule.each.key]
    if field.type.kind != Kind.TEXT:
        return None
    slots = list(facts.slots)
    records = slots[rule.each.slot]
    twin = list(next(record for record in records if record[field.place] == key))
    known = {record[field.place] for record in records}
    twin[field.place] = next(
        name for number in range(len(known) + 1) if (name := f"{key}+{number}") not in known
    )
    slots[rule.each.slot] = by_key((*records, tuple(twin)), field.place)
    return changed(facts, ruleset, slots)


def by_key(records: Iterable[Record], place: int) -> tuple[Record, ...]:
    """The records in the order in which facts hold them; ``place`` is their key's."""
    return tuple(sorted(records, key=lambda record: str(record[place])))


def changed_facts(before: Facts, after: Facts, ruleset: Ruleset) -> set[str]:
    """The scalar facts and record lists that differ."""
    places = {fact.name: fact.place for fact in ruleset.schema.scalars()}
    places |= {name: one.records.slot for name, one in ruleset.schema.lists.items()}
    return {name for name, place in places.items() if before.slots[place] != after.slots[place]}
