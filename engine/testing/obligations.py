"""What the examples of a ruleset owe it: each rule firing and silent, each limit from both sides.

A comparison with a fixed limit is shown by two examples: one exactly on the limit, and one on the side
where its truth changes, no further off than one unit of the last decimal with which the limit is
written: a day for 7 days, a percentage point for 90%. A slip by one such unit is then noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from engine.errors import Text
from engine.language.conditions import Observation, is_sided
from engine.language.numbers import HUNDRED, ONE, Rational, terminating_decimals
from engine.language.terms import Compare, Kind
from engine.ledger.scoring import Scoring
from engine.ruleset.model import Rule, Ruleset
from engine.testing.coverage import RuleCoverage
from engine.testing.examples import ExampleOutcome
from engine.testing.thresholds import constant_value

Case = Literal["fires", "silent", "on_limit", "beyond"]

SIDES = {">": (1,), "<=": (1,), "<": (-1,), ">=": (-1,), "==": (-1, 1), "!=": (-1, 1)}
"""On which sides of the limit a comparison comes out otherwise than on the limit itself."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One case of a rule that an example is to show; ``atom`` is the number of the comparison."""

    rule: Rule
    case: Case
    atom: int = -1
    unit: Rational = ONE
    """How far beyond the limit an example may stand."""

    @property
    def comparison(self) -> str:
        """The comparison as the rule's condition has it."""
        start, end = self.rule.condition.atoms[self.atom].span
        return self.rule.expression.text[start:end]

    @property
    def title(self) -> Text:
        match self.case:
            case "fires":
                return Text("触发", "fires")
            case "silent":
                return Text("不触发", "stays silent")
            case "on_limit":
                return Text(f"恰在界限上：{self.comparison}", f"exactly on its limit: {self.comparison}")
        return Text(f"刚过界限：{self.comparison}", f"just beyond its limit: {self.comparison}")

    def met_by(self, scoring: Scoring) -> bool:
        """Whether the department shows the case."""
        decisions = scoring.evaluation.decisions[self.rule.index] or ()
        if self.case in ("fires", "silent"):
            return any(truth is (self.case == "fires") for _, truth, _ in decisions)
        return any(
            self._stands(one) for _, _, observed in decisions for one in observed if one[0] == self.atom
        )

    def _stands(self, observation: Observation) -> bool:
        distance: Rational = self.distance(observation)
        if self.case == "on_limit":
            return distance == 0
        atom = self.rule.condition.atoms[self.atom]
        assert isinstance(atom, Compare)
        return any(0 < distance * side <= self.unit for side in SIDES[atom.operator])

    def distance(self, observation: Observation) -> Any:
        """How far above its limit the comparison stood; in days for dates."""
        _, left, right = observation
        return Rational((left - right).days) if isinstance(left, date) else left - right


def obligations_of(ruleset: Ruleset) -> Iterator[Obligation]:
    """Every case of every rule, in the rules' order."""
    for rule in ruleset.rules:
        yield Obligation(rule, "fires")
        yield Obligation(rule, "silent")
        for number in RuleCoverage(rule).limited:
            atom = rule.condition.atoms[number]
            assert isinstance(atom, Compare) and is_sided(atom)
            yield Obligation(rule, "on_limit", number)
            yield Obligation(rule, "beyond", number, _unit(atom, ruleset))


def _unit(atom: Compare, ruleset: Ruleset) -> Rational:
    """One unit of the last decimal with which the limit is written."""
    limit = constant_value(atom.right, ruleset)
    if not isinstance(limit, Rational):
        return ONE
    scale = HUNDRED if atom.right.type.kind == Kind.RATIO else ONE
    return Rational(1, 10 ** (terminating_decimals(limit * scale) or 0)) / scale


@dataclass(frozen=True, slots=True)
class Shown:
    """An obligation, and the first example that meets it, if one does."""

    obligation: Obligation
    example: ExampleOutcome | None


def shown_by(ruleset: Ruleset, outcomes: Iterable[ExampleOutcome]) -> Sequence[Shown]:
    """Every obligation with the example that meets it."""
    scored = [(one, one.scoring) for one in outcomes if one.scoring is not None]
    return [
        Shown(obligation, next((outcome for outcome, scoring in scored if obligation.met_by(scoring)), None))
        for obligation in obligations_of(ruleset)
    ]
