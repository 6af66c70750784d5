"""The direct evaluation: every rule's condition, in order, with what it compared.

A rule is not looked at where its criterion does not apply, nor is a row of cases below the one
that held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct, field

from engine.errors import FactsError, Problem
from engine.facts.identities import evaluation_problem
from engine.facts.model import Facts, Record
from engine.language.compiler import EvaluationError, Slots
from engine.language.conditions import Decision
from engine.language.numbers import ONE
from engine.ruleset.model import Criterion, Expression, Rule, Ruleset

_NO_RECORD = (None,)

Decide = Callable[[Slots, Any], Decision]

RECORD_FRAME = 1
"""The slot of the record at hand of a rule's own ``each``."""


class Evaluation(Struct, eq=False):
    """What was decided for one department. ``decisions`` has an entry for each rule, by index:
    ``None`` where the rule was not looked at. ``fired`` are the indices of the rules that fired, for any
    record if they have records, and ``touched`` the criteria they belong to."""

    ruleset: Ruleset
    facts: Facts
    slots: Slots
    decisions: list[Sequence[Decision] | None]
    fired: set[int] = field(default_factory=set)
    touched: set[Criterion] = field(default_factory=set)

    def __repr__(self) -> str:
        return f"Evaluation({self.ruleset!r}, {self.facts!r})"

    def holds(self, rule: Rule) -> bool:
        """Whether the rule was looked at and fired."""
        return rule.index in self.fired

    def firings(self, rule: Rule) -> Sequence[Record | None]:
        """The records for which the rule fired; for a rule without records ``None`` alone."""
        if rule.index not in self.fired:
            return ()
        if rule.each is None:
            return _NO_RECORD
        return [record for record, truth, _ in self.decisions[rule.index] or () if truth]

    def is_waived(self, rule: Rule, record: Record | None) -> bool:
        waivers = self.facts.waivers
        return bool(waivers) and (rule.id, record_key(rule, record)) in waivers

    def value(self, expression: Expression, rule: str, record: Record | None = None) -> Any:
        """An expression's value, for ``record`` where it has one. Raises :class:`FactsError`."""
        self.slots[RECORD_FRAME] = record
        try:
            return expression.evaluate(self.slots)
        except EvaluationError as error:
            raise FactsError([evaluation_problem(error, expression, rule, self.facts)]) from None


def record_key(rule: Rule, record: Record | None) -> str:
    """The key that names a record in waivers, lines and firings; empty for a rule without records."""
    if rule.each is None or record is None:
        return ""
    return str(record[rule.each.fields[rule.each.key].index])


def evaluate(ruleset: Ruleset, facts: Facts) -> Evaluation:
    """Every rule decided for ``facts``.

    Raises :class:`FactsError` with each condition that has no value for them.
    """
    evaluation, problems = evaluate_as_far_as_possible(ruleset, facts)
    if problems:
        raise FactsError([problem for _, problem in problems])
    return evaluation


def evaluate_as_far_as_possible(
    ruleset: Ruleset, facts: Facts
) -> tuple[Evaluation, list[tuple[Rule, Problem]]]:
    """Every rule that can be decided for ``facts``, and those that cannot, each with its reason.

    A rule whose condition has no value counts as one that does not fire.
    """
    slots = list(facts.slots)
    decisions: list[Sequence[Decision] | None] = [None] * len(ruleset.rules)
    fired: set[int] = set()
    touched: set[Criterion] = set()
    evaluation = Evaluation(ruleset, facts, slots, decisions, fired, touched)
    problems: list[tuple[Rule, Problem]] = []
    for rule, index, decide, waits, list_slot, counts_into in _steps(ruleset):
        if waits and not _is_looked_at(rule, fired):
            continue
        try:
            if list_slot is None:
                decided = decide(slots, None)
                decisions[index] = (decided,)
                holds = decided[1]
            else:
                by_record: list[Decision] = []
                decisions[index] = by_record
                holds = False
                for record in slots[list_slot]:
                    slots[RECORD_FRAME] = record
                    decided = decide(slots, record)
                    by_record.append(decided)
                    holds = holds or decided[1]
        except EvaluationError as error:
            decisions[index] = ()
            problem = evaluation_problem(error, rule.expression, _path(rule, slots), facts)
            problems.append((rule, problem))
            continue
        if holds:
            fired.add(index)
            touched.add(rule.criterion)
            if counts_into:
                _count(rule, evaluation)
    return evaluation, problems


@lru_cache(maxsize=16)
def _steps(ruleset: Ruleset) -> tuple[tuple[Rule, int, Decide, bool, int | None, bool], ...]:
    """What the evaluation asks of each rule, at hand: it is asked some hundred times a department."""
    return tuple(
        (
            rule,
            rule.index,
            rule.condition.decide,
            bool(rule.gates or rule.rows_above),
            rule.each.slot if rule.each is not None else None,
            bool(rule.counts_into),
        )
        for rule in ruleset.rules
    )


def _is_looked_at(rule: Rule, fired: set[int]) -> bool:
    """Whether its criterion applies and no row of cases above it held."""
    return fired.issuperset(rule.gates) and fired.isdisjoint(rule.rows_above)


def _count(rule: Rule, evaluation: Evaluation) -> None:
    for record in evaluation.firings(rule):
        if not evaluation.is_waived(rule, record):
            for slot in rule.counts_into:
                evaluation.slots[slot] += ONE


def _path(rule: Rule, slots: Slots) -> str:
    if rule.each is None:
        return rule.id
    return f"{rule.id}[{record_key(rule, slots[RECORD_FRAME])}]"
