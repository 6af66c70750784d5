"""What a leaf earns: its starting points, what is deducted from them, and its bonuses, in the ledger's order."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from engine.language.numbers import ONE
from engine.proof.arithmetic import (
    TRUE,
    Bool,
    Expr,
    both,
    chosen,
    either,
    greatest,
    implied,
    least,
    negation,
    number,
    times,
    total,
)
from engine.proof.encoding import Coded, Encoder
from engine.proof.gathering import Lists
from engine.proof.points import Points
from engine.proof.rules import Rules
from engine.proof.variables import within
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    Rule,
    Score,
    TierScore,
    Unseen,
    ValueScore,
)


class Leaves(Rules):
    """The points of one ruleset's leaves, before vetoes and whether they apply."""

    def __init__(self, encoder: Encoder, lists: Lists) -> None:
        super().__init__(encoder, lists)
        self.without: Rule | None = None
        """A deduction or bonus that is left out, to see what it changes."""

    def _leaf(self, node: Criterion) -> Points:
        defined = [self.decided(rule) for rule in (*node.deductions, *node.bonuses, *node.explains)]
        left = number(node.points)
        if node.score is not None:
            left, has_value = self.start(node, node.score)
            defined.append(has_value)
        for asked in self._deductions(node):
            left = greatest((total((left, times(number(-ONE), asked.value))), number(0)))
            defined.append(asked.defined)
        if node.judged_at_most is not None:
            left = self._judged(node, node.judged_at_most, left, defined)
        if node.bonuses:
            left = total((left, self._bonus(node, defined)))
        full = number(node.points)
        return Points(full, left, defined=both(*defined), fulls=frozenset({node.points}))

    def _deductions(self, node: Criterion) -> list[Coded]:
        """What is asked for, in parts that are taken one after the other: the order does not change what is left."""
        parts: list[Coded] = []
        uncapped: dict[str, list[Rule]] = {}
        for rule in node.deductions:
            if rule is self.without:
                continue
            if rule.at_most is not None:
                asked = self.asked([rule])
                parts.append(self._capped(rule, asked))
            elif rule.each is None:
                parts.append(self.asked([rule]))
            else:
                uncapped.setdefault(rule.each.name, []).append(rule)
        return parts + [self.asked(rules) for rules in uncapped.values()]

    def _capped(self, rule: Rule, asked: Coded) -> Coded:
        """Within the rule's ``at_most``, which is looked at where the rule fires."""
        assert rule.at_most is not None
        value, defined = self.encoder.encode(rule.at_most.term)
        most = self.encoder.nonlinear.rounded(value, self.decimals)
        fired = self.fired(rule)
        within_cap = chosen(fired, least((asked.value, most)), number(0))
        return Coded(within_cap, both(asked.defined, implied(fired, both(defined, value >= 0))))

    def start(self, node: Criterion, score: Score) -> Coded:
        """The points before deductions, clamped to 0…points and rounded."""
        if isinstance(score, ValueScore):
            value, defined = self.encoder.encode(score.value.term)
        elif isinstance(score, BandScore):
            value, defined = self._bands(score)
        elif isinstance(score, CaseScore):
            value, defined = self._cases(score)
        elif isinstance(score, TierScore):
            coefficient = self._tier(node, score)
            value, defined = times(number(node.points), coefficient), TRUE
        else:
            assert isinstance(score, Unseen)
            scale = 10**self.decimals
            value = self.encoder.department.stands_beside(beside(node), number(0), number(node.points), scale)
            defined = TRUE
        clamped = least((greatest((value, number(0))), number(node.points)))
        return Coded(self.encoder.nonlinear.rounded(clamped, self.decimals, node.points), defined)

    def _bands(self, score: BandScore) -> Coded:
        """Exactly one band holds the value; otherwise there is no score."""
        of = self.encoder.encode(score.of.term)
        rows = self.band_rows(score)
        value, defined = number(0), [of.defined, exactly_one(rows)]
        for row, band in zip(rows, score.bands, strict=True):
            earn = self.encoder.encode(band.earn.term)
            value = chosen(row, earn.value, value)
            defined.append(implied(row, earn.defined))
        return Coded(value, both(*defined))

    def band_rows(self, score: BandScore) -> list[Bool]:
        """For each band, that the value lies in it."""
        of = self.encoder.encode(score.of.term)
        return [within(of.value, band.allowed, self.encoder.department.words) for band in score.bands]

    def _cases(self, score: CaseScore) -> Coded:
        value: Expr = number(0)
        defined: list[Bool] = []
        has_else = any(rule is None for rule, _ in score.rows)
        if not has_else:
            defined.append(either(*(self.fired(rule) for rule, _ in score.rows if rule is not None)))
        for rule, earn in reversed(score.rows):
            coded = self.encoder.encode(earn.term)
            if rule is None:
                above = [negation(self.fired(row)) for row, _ in score.rows if row is not None]
                value = coded.value
                defined.append(implied(both(*above), coded.defined))
            else:
                fired = self.fired(rule)
                value = chosen(fired, coded.value, value)
                defined += [self.decided(rule), implied(fired, coded.defined)]
        return Coded(value, both(*defined))

    def _tier(self, node: Criterion, score: TierScore) -> Expr:
        department = self.encoder.department
        value = department.stands_beside(beside(node), number(0), number(1), 100)
        ranges = [within(value, tier.allowed, department.words) for tier in score.tiers.values()]
        department.axioms.append(either(*ranges))
        return value

    def _judged(self, node: Criterion, at_most: Expression, left: Expr, defined: list[Bool]) -> Expr:
        """The assessor's deduction, which a facts file may not state above ``at_most``."""
        most, has_value = self.encoder.encode(at_most.term)
        scale = 10**self.decimals
        department = self.encoder.department
        asked = department.stands_beside(beside(node), number(0), number(1_000_000), scale)
        if not self.encoder.replaced:
            department.axioms.append(implied(has_value, asked <= most))
        defined.append(has_value)
        return greatest(
            (
                total((left, times(number(-ONE), self.encoder.nonlinear.rounded(asked, self.decimals)))),
                number(0),
            )
        )

    def _bonus(self, node: Criterion, defined: list[Bool]) -> Expr:
        added, room = number(0), None if node.bonus_at_most is None else number(node.bonus_at_most)
        for rule in node.bonuses:
            if rule is self.without:
                continue
            asked = self.asked([rule])
            if rule.at_most is not None:
                asked = self._capped(rule, asked)
            defined.append(asked.defined)
            gained = asked.value if room is None else least((asked.value, room))
            added = total((added, gained))
            room = None if room is None else total((room, times(number(-ONE), gained)))
        return added


def beside(node: Criterion) -> str:
    """The name of what an assessor or the department itself states for the node."""
    kind = (
        "claim"
        if isinstance(node.score, Unseen)
        else "tier"
        if isinstance(node.score, TierScore)
        else "deduct"
    )
    return f"{kind} {node.id}"


def exactly_one(truths: Sequence[Bool]) -> Bool:
    """That one of ``truths`` holds and no other."""
    return z3.PbEq([(one, 1) for one in truths], 1)
