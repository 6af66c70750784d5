"""Which rules of a department of unknowns fire, and what they ask for, as ``inference/direct.py`` has it.

Waivers are left out: nothing is waived here.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.inference.direct import RECORD_FRAME
from engine.language.ranges import NOT_NEGATIVE
from engine.proof.arithmetic import (
    TRUE,
    Bool,
    Expr,
    both,
    chosen,
    either,
    greatest,
    implied,
    negation,
    number,
    total,
)
from engine.proof.encoding import Coded, Encoder
from engine.proof.gathering import Lists, Taking
from engine.proof.variables import Member
from engine.ruleset.model import (
    Rule,
)


class Rules:
    """The rules of one ruleset for the department of an encoder."""

    def __init__(self, encoder: Encoder, lists: Lists) -> None:
        self.encoder = encoder
        self.lists = lists
        self.ruleset = encoder.ruleset
        self.decimals = self.ruleset.decimals
        self.rules = {rule.index: rule for rule in self.ruleset.rules}
        self._fired: dict[int, Bool] = {}
        encoder.findings = self

    def looked_at(self, rule: Rule) -> Bool:
        """Whether the rule's condition is evaluated at all."""
        gates = [self.fired(self.rules[index]) for index in rule.gates]
        above = [negation(self.fired(self.rules[index])) for index in rule.rows_above]
        return both(*gates, *above)

    def fired(self, rule: Rule) -> Bool:
        """Whether the rule fires, for any record if it has records."""
        if rule.index not in self._fired or self.encoder.replaced:
            looked = self.looked_at(rule)
            if rule.each is None:
                holds = self.encoder.truth(rule.expression.term)
            else:
                holds = self.lists.some(rule.each.name, self.firing(rule)).value
            fired = both(looked, holds)
            if self.encoder.replaced:
                return fired
            self._fired[rule.index] = fired
        return self._fired[rule.index]

    def decided(self, rule: Rule) -> Bool:
        """That the condition has a value wherever it is looked at."""
        if rule.each is None:
            defined = self.encoder.encode(rule.expression.term).defined
        else:
            defined = self.lists.some(rule.each.name, self.firing(rule)).defined
        return implied(self.looked_at(rule), defined)

    def firing(self, rule: Rule) -> Taking:
        """For a record, the rule's condition as the truth of every record; where it has no value it does not hold."""
        back = self.encoder.as_now()

        def take(member: Member) -> tuple[Coded, Coded]:
            with back(), self.encoder.at(RECORD_FRAME, member):
                value, defined = self.encoder.encode(rule.expression.term)
            return Coded(TRUE, TRUE), Coded(both(defined, value), defined)

        return take

    def charging(self, rules: Sequence[Rule]) -> Taking:
        """For a record, whether one of the rules fires for it, and what they ask for together."""
        back = self.encoder.as_now()

        def take(member: Member) -> tuple[Coded, Coded]:
            fires: list[Bool] = []
            asked: list[Expr] = []
            defined: list[Bool] = []
            with back(), self.encoder.at(RECORD_FRAME, member):
                for rule in rules:
                    condition = self.encoder.encode(rule.expression.term)
                    fire = both(condition.defined, condition.value)
                    amount = self.amount(rule)
                    fires.append(fire)
                    charge = greatest((amount.value, number(0)))
                    asked.append(charge if len(rules) == 1 else chosen(fire, charge, number(0)))
                    defined.append(implied(fire, amount.defined))
            return Coded(either(*fires), TRUE), Coded(total(asked), both(*defined))

        return take

    def findings(self, slot: int) -> Expr:
        """How many findings count into the slot."""
        counted: list[Expr] = []
        for rule in self.ruleset.rules:
            if slot in rule.counts_into:
                if rule.each is None:
                    counted.append(chosen(self.fired(rule), number(1), number(0)))
                else:
                    firings = self.lists.count(rule.each.name, self.charging_one(rule)).value
                    counted.append(chosen(self.looked_at(rule), firings, number(0)))
        return total(counted)

    def charging_one(self, rule: Rule) -> Taking:
        """For a record, whether the rule fires for it."""
        back = self.encoder.as_now()

        def take(member: Member) -> tuple[Coded, Coded]:
            with back(), self.encoder.at(RECORD_FRAME, member):
                condition = self.encoder.encode(rule.expression.term)
            return Coded(both(condition.defined, condition.value), TRUE), Coded(TRUE, TRUE)

        return take

    def amount(self, rule: Rule) -> Coded:
        """What the rule asks for, rounded; below 0 there is no score. The record is the one at hand."""
        assert rule.amount is not None
        value, defined = self.encoder.encode(rule.amount.term)
        return Coded(self.encoder.nonlinear.rounded(value, self.decimals), both(defined, value >= 0))

    def asked(self, rules: Sequence[Rule]) -> Coded:
        """What rules, all without records or all of one list, ask for together."""
        first = rules[0]
        if first.each is None:
            amount = self.amount(first)
            fired = self.fired(first)
            return Coded(chosen(fired, amount.value, number(0)), implied(fired, amount.defined))
        gated = self.looked_at(first)
        summed = self.lists.sum(self.encoder, first.each.name, self.charging(rules), NOT_NEGATIVE)
        return Coded(chosen(gated, summed.value, number(0)), implied(gated, summed.defined))
