"""What a criterion's points are made of, down to the facts and numbers behind them, as a value to compare.

Criteria of equal meaning earn the same for every department that both rulesets accept. The converse does not
hold: what is written another way has another meaning here, and is a question for the solver.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.language.terms import Gather, Kind, Read, ReadField, Records, Scalar, Term, key, walk
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    Rule,
    Ruleset,
    Score,
    TierScore,
    Unseen,
    ValueScore,
)


class FactRead(NamedTuple):
    """A fact, or a column of a record list, as the ruleset understands what a facts file states."""

    name: str
    kind: str
    unit: str = ""
    """The unit of money, or by what the records of a list are told apart."""


class Meanings:
    """The meanings of one ruleset's criteria; equal ones are of equal points."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset

    def criterion(self, node: Criterion) -> object:
        """What the criterion earns where everything above it applies."""
        is_root = node.parent is None
        beside = node.id if node.is_judged or isinstance(node.score, Unseen) else ""
        return (
            is_root, beside, node.points, self.ruleset.decimals, node.roll, node.if_not, node.bonus_at_most,
            tuple(map(self.expression, node.weights)), self.rule(node.applies), self.score(node.score),
            self.rules(node.deductions), self.expression(node.judged_at_most), self.rules(node.bonuses),
            self.rules(node.explains), self.rule(node.veto), tuple(map(self.criterion, node.children)),
        )  # fmt: skip

    def frame(self, node: Criterion) -> object:
        """What becomes of the points of those below, whatever they are."""
        return (
            node.id, node.parent is None, node.points, self.ruleset.decimals, node.roll, node.if_not,
            tuple(map(self.expression, node.weights)), self.rule(node.applies),
            self.rule(node.veto) if node.children else None, tuple(map(self.frame, node.children)),
        )  # fmt: skip

    def gates(self, node: Criterion) -> object:
        """When everything above the criterion applies, so that it counts at all."""
        return tuple(self.rule(one.applies) for one in node.ancestors() if one.applies is not None)

    def identities(self) -> object:
        """What makes facts unusable."""
        return tuple((one.blocking, self.expression(one.holds)) for one in self.ruleset.identities)

    def rules(self, rules: tuple[Rule, ...]) -> object:
        return tuple(map(self.rule, rules))

    def rule(self, rule: Rule | None) -> object:
        """When the rule fires and what it asks for. Waivers play no part in proofs."""
        if rule is None:
            return None
        expressions = (rule.expression, rule.amount, rule.at_most)
        records = None if rule.each is None else self._records(rule.each)
        return rule.kind, records, tuple(map(self.expression, expressions))

    def score(self, score: Score | None) -> object:
        match score:
            case ValueScore(value=value):
                return self.expression(value)
            case BandScore(of=of, bands=bands):
                rows = tuple((one.allowed, self.expression(one.earn)) for one in bands)
                return "bands", self.expression(of), rows
            case CaseScore(rows=cases):
                return "cases", tuple((self.rule(rule), self.expression(earn)) for rule, earn in cases)
            case TierScore(tiers=tiers):
                return "tiers", tuple(one.allowed for one in tiers.values())
        return "nothing" if score is None else "claimed"

    def expression(self, expression: Expression | None) -> object:
        return None if expression is None else self.term(expression.term)

    def term(self, term: Term) -> object:
        read = {name: meaning for one in walk(term) for name, meaning in self._read(one)}
        return key(term), tuple(sorted(read.items(), key=lambda item: item[0]))

    def _read(self, term: Term) -> Iterator[tuple[str, object]]:
        """What the name that the term reads stands for."""
        if isinstance(term, Read):
            yield f"{term.scalar.source} {term.scalar.name}", self._scalar(term.scalar)
        elif isinstance(term, ReadField):
            name = f"{term.records.name}.{term.field.name}"
            yield f"column {name}", self._fact(name, term.field.type.kind)
            yield f"list {term.records.name}", self._records(term.records)
        elif isinstance(term, Gather):
            yield f"list {term.records.name}", self._records(term.records)

    def _scalar(self, scalar: Scalar) -> object:
        match scalar.source:
            case "fact":
                return self._fact(scalar.name, scalar.type.kind)
            case "measure":
                measure = self.ruleset.measures[scalar.name]
                return self.term(measure.expression.term), measure.decimals, measure.allowed
            case "findings":
                return tuple(
                    (self.rule(rule), self.gates(rule.criterion), self.rule(rule.criterion.applies))
                    for rule in self.ruleset.rules
                    if scalar.slot in rule.counts_into
                )
        return scalar.type.kind, self.ruleset.slots[scalar.slot]

    def _fact(self, name: str, kind: Kind) -> FactRead:
        return FactRead(name, kind, self.ruleset.money_unit if kind == Kind.MONEY else "")

    def _records(self, records: Records) -> FactRead:
        return FactRead(records.name, "records", records.key)


def facts_in(meaning: object) -> Iterator[FactRead]:
    """Every fact that a meaning is made of."""
    if isinstance(meaning, FactRead):
        yield meaning
    elif isinstance(meaning, tuple):
        for part in meaning:
            yield from facts_in(part)
