"""A department in the making: values that can still be moved onto thresholds.

A value is moved by trying: the exact evaluation says on which side of a threshold the department
stands, and bisection over the fact's own steps (its smallest unit, or a day) finds where the side
changes. That works for whatever an expression does with the fact, as long as it changes sides.
"""

from __future__ import annotations

import itertools
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.facts.model import Facts
from engine.inference.direct import RECORD_FRAME
from engine.language.compiler import Evaluate, EvaluationError, compile_term
from engine.language.numbers import ZERO, Rational
from engine.language.terms import ORDERED, Kind, Read, ReadField, Term, Value
from engine.ruleset.model import Fact, RecordList, Rule, Ruleset
from engine.ruleset.ordering import findings_read
from engine.testing.changes import by_key
from engine.testing.scales import as_stated, scale_of
from engine.testing.thresholds import Reference, Threshold, references, turns_of

Rows = Mapping[int, tuple[str, int]]
"""For each frame the record in it: its list's name and its row."""

Counted = tuple[tuple[int, tuple[Rule, ...]], ...]
"""The slot of each ``findings(…)`` of a term, and the rules whose firings it counts."""

WORDS = ("甲", "乙", "丙")
"""Texts for where any text will do."""


@dataclass(frozen=True, slots=True)
class Place:
    """One value of a draft: a scalar fact (``row`` -1), or a field of the record in a row of its list."""

    fact: Fact
    list_name: str = ""
    row: int = -1


class Plan:
    """What is known of a ruleset before any department is drawn."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.turns = turns_of(ruleset)
        self.facts = {fact.name: fact for fact in ruleset.schema.scalars()}
        lists = ruleset.schema.lists.values()
        fields = [fact for records in lists for fact in records.fields.values()]
        self.scales = {
            fact.name: scale_of(fact, ruleset)
            for fact in (*self.facts.values(), *fields)
            if fact.type.kind in ORDERED
        }
        self._known: dict[int, tuple[Term, Evaluate, tuple[Reference, ...], Counted]] = {}

    def evaluate(self, term: Term) -> Evaluate:
        return self._entry(term)[1]

    def references(self, term: Term) -> tuple[Reference, ...]:
        return self._entry(term)[2]

    def counted(self, term: Term) -> Counted:
        return self._entry(term)[3]

    def _entry(self, term: Term) -> tuple[Term, Evaluate, tuple[Reference, ...], Counted]:
        """By identity, which is quick; the term is kept so that its identity is not used again."""
        if id(term) not in self._known:
            counted = tuple(
                (
                    slot,
                    tuple(rule for node in self.ruleset.criteria[name].subtree() for rule in node.deductions),
                )
                for name, slot in findings_read(term).items()
            )
            self._known[id(term)] = term, compile_term(term), references(term, self.ruleset), counted
        return self._known[id(term)]

    def simplest(self, fact: Fact) -> Value:
        """The smallest whole number that the bounds allow; for a date the first day of the ruleset's year."""
        kind = fact.type.kind
        if kind == Kind.FLAG:
            return False
        if kind == Kind.CHOICE:
            return fact.type.options[0]
        if kind not in ORDERED:
            return WORDS[0]
        scale = self.scales[fact.name]
        if kind == Kind.DATE:
            return scale.value(scale.clamp(date(self.ruleset.year, 1, 1).toordinal()))
        unit = int(1 / scale.step)
        whole = -(-scale.clamp(0) // unit) * unit
        return scale.value(whole if whole <= scale.high else scale.clamp(0))

    def simplest_record(self, records: RecordList) -> tuple[Value, ...]:
        return tuple(None if one.optional else self.simplest(one) for one in records.fields.values())

    def keys(self, list_name: str) -> Iterator[str]:
        """Keys for the records of a list, which no other list has: A1, A2, …; a choice's own options."""
        records = self.ruleset.schema.lists[list_name]
        options = records.fields[records.key].type.options
        letter = string.ascii_uppercase[list(self.ruleset.schema.lists).index(list_name) % 26]
        return iter(options) if options else (f"{letter}{number}" for number in itertools.count(1))


class Draft:
    """One department's values. Those put on a threshold are remembered, to be moved again last."""

    def __init__(
        self, plan: Plan, scalars: Mapping[str, Value], rows: Mapping[str, Sequence[tuple[Value, ...]]]
    ) -> None:
        self.plan = plan
        self.rows = {name: list(records) for name, records in rows.items()}
        self.aimed: set[Place] = set()
        self.settling = False
        """Whether what is moved is to be moved last from then on, so that identities do not undo each other."""
        self._slots: list[Any] = list(plan.ruleset.slots)
        for name, value in scalars.items():
            self._slots[plan.facts[name].place] = value
        for name in self.rows:
            self.changed(name)

    @classmethod
    def of(cls, plan: Plan, facts: Facts) -> Draft:
        """The values of a department that is there already."""
        lists = plan.ruleset.schema.lists
        return cls(
            plan,
            {name: facts.slots[fact.place] for name, fact in plan.facts.items()},
            {name: facts.slots[one.records.slot] for name, one in lists.items()},
        )

    # Values

    def get(self, place: Place) -> Value:
        if place.list_name:
            return self.rows[place.list_name][place.row][place.fact.place]
        value: Value = self._slots[place.fact.place]
        return value

    def put(self, place: Place, value: Value) -> None:
        if not place.list_name:
            self._slots[place.fact.place] = value
            return
        record = list(self.rows[place.list_name][place.row])
        record[place.fact.place] = value
        self.rows[place.list_name][place.row] = tuple(record)
        self.changed(place.list_name)

    def changed(self, list_name: str) -> None:
        """Take over the rows of a list."""
        slot = self.plan.ruleset.schema.lists[list_name].records.slot
        self._slots[slot] = tuple(self.rows[list_name])

    def append(self, list_name: str) -> bool:
        """One more simple record, with a key of its own; whether there was one left."""
        records = self.plan.ruleset.schema.lists[list_name]
        place = records.fields[records.key].place
        taken = {row[place] for row in self.rows[list_name]}
        key = next((key for key in self.plan.keys(list_name) if key not in taken), None)
        if key is not None:
            record = self.plan.simplest_record(records)
            self.rows[list_name].append((*record[:place], key, *record[place + 1 :]))
            self.changed(list_name)
        return key is not None

    def drop_last(self, list_name: str) -> None:
        self.rows[list_name].pop()
        self.changed(list_name)

    def copy_values(self) -> tuple[list[Any], dict[str, list[tuple[Value, ...]]]]:
        """All values as they are now, for :meth:`restore`."""
        return self._slots.copy(), {name: list(rows) for name, rows in self.rows.items()}

    def restore(self, values: tuple[list[Any], dict[str, list[tuple[Value, ...]]]]) -> None:
        self._slots, self.rows = values

    def value(self, term: Term, rows: Rows) -> Any:
        """The value of ``term``. May raise :class:`EvaluationError`."""
        slots = self._slots.copy()
        for frame, (name, row) in rows.items():
            slots[frame] = self.rows[name][row]
        for slot, rules in self.plan.counted(term):
            fired = [
                self.evaluate(rule.expression.term, one) for rule in rules for one in self.every_record(rule)
            ]
            slots[slot] = Rational(fired.count(True))
        return self.plan.evaluate(term)(slots)

    def every_record(self, rule: Rule) -> Iterator[Rows]:
        """Each record that a rule looks at; once without any for a rule about the whole department."""
        if rule.each is None:
            yield {}
            return
        for row in self.each_row(rule.each.name):
            yield {RECORD_FRAME: (rule.each.name, row)}

    def each_row(self, list_name: str) -> Iterator[int]:
        """The rows that a list has now, except those that are gone by the time they are reached."""
        for row in range(len(self.rows[list_name])):
            if row < len(self.rows[list_name]):
                yield row

    def evaluate(self, term: Term, rows: Rows) -> Any:
        """The value of ``term``; ``None`` where it has none, as beyond a missing guard."""
        try:
            return self.value(term, rows)
        except (EvaluationError, TypeError, AttributeError):
            # Taken out of its guard, a term may meet an optional fact that is not given: None.
            return None

    def places(self, terms: Iterable[Term], rows: Rows, kinds: Set[Kind] = ORDERED) -> list[Place]:
        """The quantities and dates (or other ``kinds``) that the terms read and that can be moved, best first.

        Best are those that have not been put where they are on purpose, and that the fewest rules read.
        """
        found: dict[Place, None] = {}
        for term in terms:
            for reference in self.plan.references(term):
                found |= dict.fromkeys(self._places(reference, rows))
        movable = [place for place in found if place.fact.type.kind in kinds and self.get(place) is not None]
        weights = self.plan.turns.weights
        return sorted(movable, key=lambda place: (place in self.aimed, weights.get(place.fact.name, 0)))

    def _places(self, reference: Reference, rows: Rows) -> Iterator[Place]:
        name = reference.name
        if name in self.plan.facts:
            yield Place(self.plan.facts[name])
            return
        list_name, _, field = name.partition(".")
        fact = self.plan.ruleset.schema.lists[list_name].fields[field]
        if reference.frame is not None:
            yield Place(fact, list_name, rows[reference.frame][1])
            return
        for row in self.each_row(list_name):
            yield Place(fact, list_name, row)

    def place_of(self, term: Term, rows: Rows) -> Place | None:
        """Where the value of ``term`` lies, if it is a fact itself."""
        if isinstance(term, Read) and term.scalar.source == "fact":
            return Place(self.plan.facts[term.scalar.name])
        if isinstance(term, ReadField):
            name, row = rows[term.frame]
            return Place(self.plan.ruleset.schema.lists[name].fields[term.field.name], name, row)
        return None

    # Moving one value

    def crossing(self, place: Place, left: Term, right: Term | None, rows: Rows) -> int | None:
        """The last number of the place's scale before ``left`` and ``right`` (or 0) change sides.

        ``None`` where they keep their sides. The place is left changed.
        """
        scale = self.plan.scales[place.fact.name]

        def above(number: int) -> bool | None:
            self.put(place, scale.value(number))
            one = self.evaluate(left, rows)
            other = ZERO if right is None else self.evaluate(right, rows)
            return None if one is None or other is None else bool(one > other)

        here = scale.clamp(scale.number(self.get(place)))
        tried = ((scale.low, scale.low + 1), (here,), (scale.high, scale.high - 1))
        ends = [end for end in (_defined(above, numbers) for numbers in tried) if end is not None]
        for (low, first), (high, last) in itertools.pairwise(ends):
            if first is not last:
                return _bisected(above, low, high, first)
        return None

    def aim(self, threshold: Threshold, rows: Rows, which: int, offset: int) -> bool:
        """Put a fact of ``threshold`` so that its sides just meet, or ``offset`` steps further, if one can be."""
        places = self.places((threshold.left, threshold.right), rows)
        first = which % len(places) if places else 0
        for place in places[first:] + places[:first]:
            before = self.get(place)
            number = self.crossing(place, threshold.left, threshold.right, rows)
            if number is not None:
                scale = self.plan.scales[place.fact.name]
                self.put(place, scale.value(scale.clamp(number + offset)))
                self.aimed.add(place)
                return True
            self.put(place, before)
        return False

    # As facts hold it, and as a facts file states it

    def slots(self) -> list[Any]:
        """The slots of facts with these values."""
        slots = self._slots.copy()
        for records in self.plan.ruleset.schema.lists.values():
            slot = records.records.slot
            slots[slot] = by_key(slots[slot], records.fields[records.key].place)
        return slots

    def document(self) -> dict[str, Any]:
        """The ``facts`` of a facts file, by name, every value as text; what is not given is left out."""
        schema = self.plan.ruleset.schema
        stated: dict[str, Any] = self._stated(schema.facts)
        for name, group in schema.groups.items():
            stated[name] = self._stated(group.facts)
        for name, records in schema.lists.items():
            stated[name] = [_record(records, row) for row in self.rows[name]]
        return stated

    def _stated(self, facts: Mapping[str, Fact]) -> dict[str, str]:
        values = ((name, fact, self._slots[fact.place]) for name, fact in facts.items())
        return {name: as_stated(value, fact.type.kind) for name, fact, value in values if value is not None}


def _defined(above: Callable[[int], bool | None], numbers: Iterable[int]) -> tuple[int, bool] | None:
    """The first of the numbers at which both sides have a value, and the side there."""
    for number in numbers:
        side = above(number)
        if side is not None:
            return number, side
    return None


def _bisected(above: Callable[[int], bool | None], low: int, high: int, first: bool) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        if above(middle) is first:
            low = middle
        else:
            high = middle
    return low


def _record(records: RecordList, row: Sequence[Value]) -> dict[str, str]:
    values = zip(records.fields.items(), row, strict=True)
    return {key: as_stated(value, fact.type.kind) for (key, fact), value in values if value is not None}
