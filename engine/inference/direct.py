"""The direct evaluation: every rule's condition, in order, with what it compared.

A rule is not looked at where its criterion does not apply, nor is a row of cases below the one
that held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import FactsError, Problem
from engine.facts.identities import evaluation_problem
from engine.facts.model import Facts, Record
from engine.language.compiler import OBSERVED, EvaluationError, Slots
from engine.language.conditions import Observation
from engine.language.numbers import ONE
from engine.ruleset.model import Expression, Rule, Ruleset

Decision = tuple[Record | None, bool, list[Observation]]
"""A record (``None`` for a rule without records), whether the rule fired, and what was compared."""

RECORD_FRAME = 1
"""The slot of the record at hand of a rule's own ``each``."""


@dataclass(slots=True, eq=False)
class Evaluation:
    """What was decided for one department. ``decisions`` has an entry for each rule, by index:
    ``None`` where the rule was not looked at."""

    ruleset: Ruleset
    facts: Facts
    slots: Slots
    decisions: list[Sequence[Decision] | None]

    def holds(self, rule: Rule) -> bool:
        """Whether a rule without records was looked at and fired."""
        decided = self.decisions[rule.index]
        return decided is not None and any(truth for _, truth, _ in decided)

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
    slots = list(facts.slots)
    decisions: list[Sequence[Decision] | None] = [None] * len(ruleset.rules)
    evaluation = Evaluation(ruleset, facts, slots, decisions)
    problems: list[Problem] = []
    for rule in ruleset.rules:
        if rule.gates and not all(_held(decisions[gate]) for gate in rule.gates):
            continue
        if rule.rows_above and any(_held(decisions[row]) for row in rule.rows_above):
            continue
        try:
            decided = _decide(rule, slots)
        except EvaluationError as error:
            problems.append(evaluation_problem(error, rule.expression, _path(rule, slots), facts))
            decided = ()
        decisions[rule.index] = decided
        if rule.counts_into:
            _count(rule, decided, evaluation)
    if problems:
        raise FactsError(problems)
    return evaluation


def _decide(rule: Rule, slots: Slots) -> Sequence[Decision]:
    holds, each = rule.condition.holds, rule.each
    observed: list[Observation]
    if each is None:
        slots[OBSERVED] = observed = []
        return ((None, holds(slots), observed),)
    decided: list[Decision] = []
    for record in slots[each.slot]:
        slots[RECORD_FRAME] = record
        slots[OBSERVED] = observed = []
        decided.append((record, holds(slots), observed))
    return decided


def _held(decided: Sequence[Decision] | None) -> bool:
    return bool(decided) and decided[0][1]  # type: ignore[index]


def _count(rule: Rule, decided: Sequence[Decision], evaluation: Evaluation) -> None:
    for record, truth, _ in decided:
        if truth and not evaluation.is_waived(rule, record):
            for slot in rule.counts_into:
                evaluation.slots[slot] += ONE


def _path(rule: Rule, slots: Slots) -> str:
    if rule.each is None:
        return rule.id
    return f"{rule.id}[{record_key(rule, slots[RECORD_FRAME])}]"
