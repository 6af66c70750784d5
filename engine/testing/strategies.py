"""Departments for Hypothesis, derived from a ruleset: valid facts files that stand near its thresholds.

A department is drawn in steps: values by type and bounds; now and then all of it put in order, so
that hardly any rule fires; some values moved onto a threshold of the ruleset, or a unit or a day to
either side; the accounting identities repaired; and what stands beside the facts: judgements, claims,
waivers. It shrinks to few records and small, round values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from engine.facts.model import Facts, Waiver
from engine.facts.reading import read_facts
from engine.inference.direct import record_key
from engine.language.numbers import HUNDRED, ONE, ZERO, Rational, format_exact
from engine.language.terms import NUMERIC, Compare, Constant, Kind, Operation, Term, Value
from engine.language.types import FLAG
from engine.ruleset.model import (
    BandScore,
    Criterion,
    Fact,
    Measure,
    Range,
    RecordList,
    Ruleset,
    TierScore,
    Unseen,
    ValueScore,
)
from engine.testing.changes import changed
from engine.testing.drafts import Draft, Place, Plan, Rows
from engine.testing.repair import define, holds, make, satisfy
from engine.testing.sources import source_of
from engine.testing.thresholds import Frames, Threshold, free_frames, rule_frames
from engine.testing.values import dated, value_strategy

FEW, LONG = 3, 12
"""The usual and the largest length of a record list; a count that the ruleset compares may ask for more."""

LONGEST = 30
VARIED = 4
"""How many times as often as the simplest values others are drawn."""

AIMS = 10
"""The largest number of thresholds that one department is put on."""

OFFSETS = (0, 1, -1, 2)
"""Steps from the last value before a threshold: on it and a unit to either side, whichever way it runs."""

_LOOSELY = {0: "==", 1: ">", -1: "<", 2: ">="}

_Draw = Callable[[st.SearchStrategy[Any]], Any]


def facts_from(document: Mapping[str, Any], ruleset: Ruleset, name: str = "facts.json") -> Facts:
    """The facts in ``document``, read as a JSON file would be. Raises :class:`FactsError`."""
    return read_facts(source_of(document, name), ruleset)


def departments(ruleset: Ruleset) -> st.SearchStrategy[dict[str, Any]]:
    """Valid facts documents for ``ruleset``, JSON-ready, with every value as text.

    Whatever it yields can be read by :func:`facts_from`. Scoring it gives a score, or an error whose
    reason lies in the ruleset, such as a division by a sum of amounts that may all be 0.
    """
    return Departments(ruleset).strategy()


class Departments:
    """The strategies of one ruleset, made once: for departments, and for one department changed."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.plan = Plan(ruleset)
        self.meetings = [
            {offset: list(_meetings(one, offset)) for offset in OFFSETS} for one in self.plan.turns.thresholds
        ]
        self.identities = [identity.holds.term for identity in ruleset.identities if identity.blocking]
        self.drawn = 0
        """How many departments were drawn so far, those without use included."""
        self.unmet: Counter[int] = Counter()
        """For how many of them each of the identities could not be brought about."""
        self.ranges = [term for measure in ruleset.measures.values() for term in _range_terms(measure)]
        self.computed = [term for node in ruleset.root.subtree() for term in _computed(node)]
        compared = {id(one.condition) for one in self.plan.turns.thresholds}
        self.plain = [rule for rule in ruleset.rules if id(rule.expression.term) not in compared]
        self.waivable = [rule for rule in ruleset.rules if rule.waivable]
        schema = ruleset.schema
        groups = [{name: fact} for name, fact in schema.facts.items()] + [
            dict(group.facts) for group in schema.groups.values()
        ]
        self.groups = [(list(group.values()), self.together(group.values())) for group in groups]
        self.records = {name: self.together(one.fields.values()) for name, one in schema.lists.items()}

    def strategy(self) -> st.SearchStrategy[dict[str, Any]]:
        @st.composite
        def department(draw: st.DrawFn) -> dict[str, Any]:
            draft = self.draft(draw)
            if draw(st.sampled_from((False, False, True))):
                self.put_in_order(draft)
            for one in draw(self.aims()):
                self.aim(draft, *one)
            if draw(st.sampled_from((True, False))):
                define(draft, self.computed)
            satisfied = satisfy(draft, [*self.identities, *self.ranges])
            self.drawn += 1
            if not satisfied:
                unmet = [number for number, term in enumerate(self.identities) if not holds(draft, term, {})]
                self.unmet.update(unmet)
                if unmet:
                    reject()
            if not self.has_unique_keys(draft):
                reject()
            return self.document(draft, draw)

        return department()

    def redrawn(self, facts: Facts, names: Set[str], draw: _Draw) -> Facts | None:
        """``facts`` with other values for the scalar facts and record lists in ``names``.

        Identities that the change broke are mended, so that further facts may have changed; ``None`` where
        that cannot be done.
        """
        draft = Draft.of(self.plan, facts)
        for members, together in self.groups:
            if any(fact.name in names for fact in members):
                for fact, value in zip(members, draw(together), strict=True):
                    if fact.name in names:
                        draft.put(Place(fact), value)
                        draft.aimed.add(Place(fact))
        for name, records in self.ruleset.schema.lists.items():
            if name in names:
                draft.rows[name] = self.rows(records, False, draw)
                draft.changed(name)
        near = self.thresholds_on(names)
        if near and draw(st.booleans()):
            self.aim(
                draft,
                draw(st.sampled_from(near)),
                draw(st.integers(0, LONG)),
                draw(st.integers(0, FEW)),
                draw(st.sampled_from(OFFSETS)),
                firing=False,
            )
        if not satisfy(draft, [*self.identities, *self.ranges]) or not self.has_unique_keys(draft):
            return None
        slots = draft.slots()
        return changed(facts, self.ruleset, slots, waivers=self.kept_waivers(facts, slots))

    def thresholds_on(self, names: Set[str]) -> list[int]:
        """The numbers of the thresholds that values of these facts and lists decide about."""
        return [
            index
            for index, one in enumerate(self.plan.turns.thresholds)
            if any(
                reference.name in names or reference.name.partition(".")[0] in names
                for term in (one.left, one.right)
                for reference in self.plan.references(term)
            )
        ]

    def kept_waivers(self, facts: Facts, slots: Sequence[Any]) -> dict[tuple[str, str], Waiver]:
        """The waivers without those for records that are no longer there."""
        if not facts.waivers:
            return {}
        there = {
            (rule.id, record_key(rule, record))
            for rule in self.waivable
            for record in ((None,) if rule.each is None else slots[rule.each.slot])
        }
        return {name: waiver for name, waiver in facts.waivers.items() if name in there}

    def stated(self, document: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
        """``document`` with what the changed ``facts`` say instead, and without the waivers that they no longer have."""
        stated = {**document, "facts": Draft.of(self.plan, facts).document()}
        if "waivers" in document:
            stated["waivers"] = [
                one for one in document["waivers"] if (one["rule"], one.get("record", "")) in facts.waivers
            ]
        return stated

    # Values

    def together(self, facts: Iterable[Fact]) -> st.SearchStrategy[tuple[Value, ...]]:
        """The values of one group or one record: now and then, and when shrunk, the simplest of them all."""
        members = list(facts)
        starts = st.integers(0, 365) if any(one.type.kind == Kind.DATE for one in members) else st.just(0)
        drawn = st.tuples(starts, *(value_strategy(one, self.plan) for one in members))
        varied = drawn.map(lambda values: dated(members, values[1:], values[0], self.plan))
        if len(members) == 1:
            return varied
        simplest = tuple(None if one.optional else self.plan.simplest(one) for one in members)
        return st.one_of(st.just(simplest), *[varied] * VARIED)

    def draft(self, draw: _Draw) -> Draft:
        scalars: dict[str, Value] = {}
        for facts, together in self.groups:
            scalars |= zip((fact.name for fact in facts), draw(together), strict=True)
        lists = self.ruleset.schema.lists
        # At most one list is long, so that a department does not grow too large to shrink.
        long = draw(st.integers(0, 3 * len(lists)))
        rows = {
            name: self.rows(one, index == long - 1, draw) for index, (name, one) in enumerate(lists.items())
        }
        return Draft(self.plan, scalars, rows)

    def rows(self, records: RecordList, long: bool, draw: _Draw) -> list[tuple[Value, ...]]:
        """The records of one list, each with a key of its own."""
        name = records.records.name
        sizes = [size for size in self.plan.turns.sizes.get(name, ()) if size <= LONGEST]
        record = self.records[name]
        lengths = [st.lists(record, min_size=size, max_size=size) for size in (*range(FEW + 1), *sizes)]
        drawn = draw(st.lists(record, min_size=FEW, max_size=LONG) if long else st.one_of(lengths))
        place = records.fields[records.key].place
        return [
            (*values[:place], key, *values[place + 1 :])
            for key, values in zip(self.plan.keys(name), drawn, strict=False)
        ]

    def has_unique_keys(self, draft: Draft) -> bool:
        for name, records in self.ruleset.schema.lists.items():
            keys = [row[records.fields[records.key].place] for row in draft.rows[name]]
            if len(set(keys)) < len(keys):
                return False
        return True

    # Thresholds

    def aims(self) -> st.SearchStrategy[list[tuple[int, int, int, int, bool]]]:
        """Which thresholds or rules, for which record, by moving which fact, how far off, and firing or not."""
        turns = len(self.plan.turns.thresholds) + len(self.plain)
        if not turns:
            return st.just([])
        one = st.tuples(
            st.integers(0, turns - 1),
            st.integers(0, LONG),
            st.integers(0, FEW),
            st.sampled_from(OFFSETS),
            st.sampled_from((True, True, True, False)),
        )
        # As often one threshold or none: each one more may lengthen a list that was to be short.
        return st.one_of(st.lists(one, max_size=1), st.lists(one, max_size=AIMS))

    def aim(self, draft: Draft, index: int, row: int, which: int, offset: int, firing: bool) -> None:
        """Put the department on a threshold, of a rule that otherwise fires; or make a rule without any fire or not."""
        thresholds = self.plan.turns.thresholds
        if index >= len(thresholds):
            rule = self.plain[index - len(thresholds)]
            make(draft, rule.expression.term, firing, self.records_at(draft, rule_frames(rule), row))
            return
        threshold = thresholds[index]
        rows = self.records_at(draft, threshold.frames, row)
        if firing and threshold.condition is not None and free_frames((threshold.condition,)) <= rows.keys():
            make(draft, threshold.condition, True, rows)
        if not draft.aim(threshold, rows, which, offset):
            any(make(draft, one, True, rows) for one in self.meetings[index][offset])

    def records_at(self, draft: Draft, frames: Frames, row: int) -> Rows:
        """The record of each list at ``row``, counted round; a list that is empty gets one."""
        rows: dict[int, tuple[str, int]] = {}
        for frame, records in frames.items():
            if not draft.rows[records.name]:
                draft.append(records.name)
            rows[frame] = records.name, row % len(draft.rows[records.name])
        return rows

    def put_in_order(self, draft: Draft) -> None:
        """Let no deduction or veto fire, as far as that is easily done."""
        for rule in self.ruleset.rules:
            if rule.kind not in ("deduction", "veto"):
                continue
            for rows in draft.every_record(rule):
                make(draft, rule.expression.term, False, rows)

    # The document

    def document(self, draft: Draft, draw: _Draw) -> dict[str, Any]:
        document: dict[str, Any] = {
            "department": "示例部门",
            "year": str(self.ruleset.year),
            "ruleset": self.ruleset.id,
            "facts": draft.document(),
        }
        criteria = self.ruleset.criteria.values()
        judgements = {one.id: self.judgement(one, draft, draw) for one in criteria if one.is_judged}
        claimed = {one.id: self.points(one.points, draw) for one in criteria if isinstance(one.score, Unseen)}
        waivers = self.waivers(document["facts"], draw)
        beside = {"judgements": judgements, "claimed": claimed, "waivers": waivers}
        return document | {name: part for name, part in beside.items() if part}

    def points(self, most: Any, draw: _Draw) -> str:
        """Points from 0 to ``most``, the ends more often than any other."""
        scale = 10**self.ruleset.decimals
        top = int(most * scale) if isinstance(most, Rational) and most > 0 else 0
        number = draw(st.one_of(st.sampled_from((0, top)), st.integers(0, top)))
        return format_exact(Rational(number, scale))

    def judgement(self, criterion: Criterion, draft: Draft, draw: _Draw) -> dict[str, str]:
        decided = {"by": "评审人", "reason": "见评审记录"}
        if not isinstance(criterion.score, TierScore):
            assert criterion.judged_at_most is not None
            return {"deduct": self.points(draft.evaluate(criterion.judged_at_most.term, {}), draw), **decided}
        tier = draw(st.sampled_from(list(criterion.score.tiers.values())))
        coefficient = draw(st.sampled_from(_coefficients(tier.allowed)))
        return {"tier": tier.id, "coefficient": f"{format_exact(coefficient * HUNDRED)}%", **decided}

    def waivers(self, facts: Mapping[str, Any], draw: _Draw) -> list[dict[str, str]]:
        """For now and then a waivable rule, and a record of its list."""
        if not self.waivable:
            return []
        waivers: list[dict[str, str]] = []
        for index in draw(st.lists(st.integers(0, len(self.waivable) - 1), max_size=2, unique=True)):
            rule = self.waivable[index]
            waiver = {"rule": rule.id, "reason": "政策性原因"}
            if rule.each is not None:
                keys = [record[rule.each.key] for record in facts[rule.each.name]]
                if not keys:
                    continue
                waiver["record"] = draw(st.sampled_from(keys))
            waivers.append(waiver)
        return waivers


def _meetings(threshold: Threshold, offset: int) -> Iterator[Term]:
    """What ``offset`` means where no fact is moved in steps, as for a count of records: as near as can be."""
    left, right = threshold.left, threshold.right
    if right.type.kind in NUMERIC:
        moved = Operation(right.type, "+", right, Constant(right.type, Rational(offset)))
        yield Compare(FLAG, "==", left, moved)
    yield Compare(FLAG, _LOOSELY[offset], left, right)


def _computed(node: Criterion) -> Iterator[Term]:
    """The terms of a criterion that must have a value for it to have a score."""
    if isinstance(node.score, ValueScore):
        yield node.score.value.term
    elif isinstance(node.score, BandScore):
        yield node.score.of.term
    yield from (weight.term for weight in node.weights)


def _range_terms(measure: Measure) -> Iterator[Term]:
    """That the measure is in its declared range, as conditions."""
    term = measure.expression.term
    for operator, bound in ((">=", measure.allowed.low), ("<=", measure.allowed.high)):
        if bound is not None:
            yield Compare(FLAG, operator, term, Constant(term.type, bound))


def _coefficients(allowed: Range) -> list[Rational]:
    """The ends of a tier's range, one percent inside, and its middle: those that it contains."""
    low = allowed.low if isinstance(allowed.low, Rational) else ZERO
    high = allowed.high if isinstance(allowed.high, Rational) else ONE
    percent = 1 / HUNDRED
    return [
        one for one in (high, low, low + percent, high - percent, (low + high) / 2) if allowed.contains(one)
    ]
