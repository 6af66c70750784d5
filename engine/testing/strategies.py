"""Departments for Hypothesis, derived from a ruleset: valid facts files that stand near its thresholds.

A department is drawn in steps: values by type and bounds; now and then all of it put in order, so
that hardly any rule fires; some values moved onto a threshold of the ruleset, or a unit or a day to
either side; the accounting identities repaired; and what stands beside the facts: judgements, claims,
waivers. It shrinks to few records and small, round values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from engine.facts.model import Facts, Waiver
from engine.facts.reading import read_facts
from engine.inference.direct import record_key
from engine.language.numbers import Rational
from engine.language.terms import NUMERIC, Compare, Constant, Operation, Term, Value
from engine.language.types import FLAG
from engine.ruleset.model import (
    BandScore,
    Criterion,
    Measure,
    Ruleset,
    ValueScore,
)
from engine.testing.beside import Beside
from engine.testing.changes import changed
from engine.testing.choosing import Choices, Draw
from engine.testing.drafts import Draft, Place, Plan, Rows
from engine.testing.repair import define, holds, make, satisfy
from engine.testing.sources import source_of
from engine.testing.thresholds import Frames, Threshold, free_frames, rule_frames
from engine.testing.values import Together

FEW, LONG = 3, 12
"""The usual and the largest length of a record list; a count that the ruleset compares may ask for more."""

LONGEST = 30

AIMS = 10
"""The largest number of thresholds that one department is put on."""

OFFSETS = (0, 1, -1, 2)
"""Steps from the last value before a threshold: on it and a unit to either side, whichever way it runs."""

LEFT_SILENT = 3
"""The one of four ways to aim in which the rule need not fire."""

_LOOSELY = {0: "==", 1: ">", -1: "<", 2: ">="}


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
        groups = [[fact] for fact in schema.facts.values()]
        groups += [list(group.facts.values()) for group in schema.groups.values()]
        self.groups = [Together(group, self.plan) for group in groups]
        self.records = {name: Together(one.fields.values(), self.plan) for name, one in schema.lists.items()}
        self._prepare()

    def _prepare(self) -> None:
        """The strategies, made once: making one takes longer than drawing from it."""
        lists = self.ruleset.schema.lists
        # At most one list is long, so that a department does not grow too large to shrink.
        sizes = [size for group in self.groups for size in group.sizes]
        self._scalars = Choices([*sizes, 3 * len(lists) + 1, 3, 2])
        self._group = [Choices(group.sizes) for group in self.groups]
        self._record = {name: Choices(one.sizes) for name, one in self.records.items()}
        self._rows = {name: self._short(name) for name in lists}
        self._all_rows = [
            st.tuples(
                *(self._long(name) if index == long else self._rows[name] for index, name in enumerate(lists))
            )
            for long in range(-1, len(lists))
        ]
        turns = len(self.plan.turns.thresholds) + len(self.plain)
        self._aim = Choices((max(1, turns), LONG + 1, FEW + 1, len(OFFSETS), 4))
        aims = self._aim.strategy
        # As often one threshold or none: each one more may lengthen a list that was to be short.
        several = st.one_of(st.lists(aims, max_size=1), st.lists(aims, max_size=AIMS))
        self._aims = several if turns else st.just([])
        self._beside = Beside(self.ruleset, self.waivable)

    def _short(self, name: str) -> st.SearchStrategy[Any]:
        record = self._record[name].strategy
        sizes = [size for size in self.plan.turns.sizes.get(name, ()) if size <= LONGEST]
        return st.one_of(
            [st.lists(record, min_size=size, max_size=size) for size in (*range(FEW + 1), *sizes)]
        )

    def _long(self, name: str) -> st.SearchStrategy[Any]:
        return st.lists(self._record[name].strategy, min_size=FEW, max_size=LONG)

    def strategy(self) -> st.SearchStrategy[dict[str, Any]]:
        @st.composite
        def department(draw: st.DrawFn) -> dict[str, Any]:
            numbers = self._scalars.draw(draw)
            draft = self.draft(numbers, draw)
            in_order, without_value = next(numbers), next(numbers)
            if in_order == 2:
                self.put_in_order(draft)
            for texts in draw(self._aims):
                self.aim(draft, *self._aim.chosen(texts))
            if not without_value:
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
            return self._beside.document(draft, draw)

        return department()

    def redrawn(self, facts: Facts, names: Set[str], draw: Draw) -> Facts | None:
        """``facts`` with other values for the scalar facts and record lists in ``names``.

        Identities that the change broke are mended, so that further facts may have changed; ``None`` where
        that cannot be done.
        """
        draft = Draft.of(self.plan, facts)
        for group, choices in zip(self.groups, self._group, strict=True):
            if any(fact.name in names for fact in group.members):
                for fact, value in zip(group.members, group.values(choices.draw(draw)), strict=True):
                    if fact.name in names:
                        draft.put(Place(fact), value)
                        draft.aimed.add(Place(fact))
        for name in self.ruleset.schema.lists:
            if name in names:
                draft.rows[name] = self.rows(name, draw(self._rows[name]))
                draft.changed(name)
        near = self.thresholds_on(names)
        if near:
            index, row, which, offset, aimed = self._aim.draw(draw)
            if aimed % 2:
                self.aim(draft, near[index % len(near)], row, which, offset, LEFT_SILENT)
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

    def draft(self, numbers: Iterator[int], draw: Draw) -> Draft:
        scalars: dict[str, Value] = {}
        for group in self.groups:
            scalars |= zip((fact.name for fact in group.members), group.values(numbers), strict=True)
        lists = self.ruleset.schema.lists
        long = next(numbers)
        texts = draw(self._all_rows[long if long <= len(lists) else 0]) if lists else ()
        rows = {name: self.rows(name, one) for name, one in zip(lists, texts, strict=True)}
        return Draft(self.plan, scalars, rows)

    def rows(self, name: str, texts: Iterable[Sequence[bytes]]) -> list[tuple[Value, ...]]:
        """The records of one list, each with a key of its own."""
        records = self.ruleset.schema.lists[name]
        place = records.fields[records.key].place
        drawn = (self.records[name].values(self._record[name].chosen(one)) for one in texts)
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

    def aim(self, draft: Draft, index: int, row: int, which: int, offset: int, silent: int) -> None:
        """Put the department on a threshold, of a rule that otherwise fires; or make a rule without any fire or not.

        ``row`` says for which record, ``which`` by moving which fact, ``offset`` how far off; where ``silent`` is 3 the
        rule need not fire.
        """
        firing = silent != LEFT_SILENT
        thresholds = self.plan.turns.thresholds
        if index >= len(thresholds):
            rule = self.plain[index - len(thresholds)]
            make(draft, rule.expression.term, firing, self.records_at(draft, rule_frames(rule), row))
            return
        threshold = thresholds[index]
        rows = self.records_at(draft, threshold.frames, row)
        if firing and threshold.condition is not None and free_frames((threshold.condition,)) <= rows.keys():
            make(draft, threshold.condition, True, rows)
        if not draft.aim(threshold, rows, which, OFFSETS[offset]):
            any(make(draft, one, True, rows) for one in self.meetings[index][OFFSETS[offset]])

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
