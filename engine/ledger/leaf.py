"""The score of a leaf: what it starts with, then deductions in written order, then bonuses."""

from __future__ import annotations

from engine.errors import FactsError, Problem, RulesetError, Text
from engine.facts.model import Record
from engine.inference.direct import Evaluation, record_key
from engine.language.numbers import ZERO, Rational, format_exact, round_half_up
from engine.ledger.lines import Line, LineKind, NodeScore, Reason, State
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
from engine.ruleset.rendering import formats_of


class LeafScorer:
    """Scores leaves for one evaluation."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.decimals = evaluation.ruleset.decimals

    def rounded(self, points: Rational) -> Rational:
        return round_half_up(points, self.decimals)

    def score(self, node: Criterion) -> NodeScore:
        left = node.points
        lines: list[Line] = []
        if node.score is not None:
            left, kind = self.start(node, node.score)
            if left != node.points:
                lost = node.points - left
                lines.append(Line(kind, node, lost, lost))
        fired = self.evaluation.fired
        for rule in node.deductions:
            if rule.index in fired:
                left = self.deduct(rule, left, lines)
        if node.judged_at_most is not None:
            left = self.judge(node, node.judged_at_most, left, lines)
        if node.bonuses:
            left += self.bonus(node, lines)
        state: State = "unseen" if isinstance(node.score, Unseen) else "scored"
        return NodeScore(node, node.points, left, tuple(lines), state=state)

    # What the leaf starts with

    def start(self, node: Criterion, score: Score) -> tuple[Rational, LineKind]:
        """The earned points before deductions, clamped to 0…points and rounded."""
        kind: LineKind = "score"
        if isinstance(score, ValueScore):
            value = self.value(score.value, node)
        elif isinstance(score, BandScore):
            value = self.value(self.band(node, score), node)
        elif isinstance(score, CaseScore):
            value = self.value(self.case(node, score), node)
        elif isinstance(score, TierScore):
            coefficient = self.evaluation.facts.judgements[node.id].coefficient
            assert coefficient is not None
            value, kind = node.points * coefficient, "judged"
        else:
            value, kind = self.evaluation.facts.claimed[node.id], "unseen"
        return self.rounded(min(max(value, ZERO), node.points)), kind

    def value(self, expression: Expression, node: Criterion) -> Rational:
        value: Rational = self.evaluation.value(expression, node.id)
        return value

    def band(self, node: Criterion, score: BandScore) -> Expression:
        """The row the measure falls into. Raises :class:`RulesetError` unless it is exactly one."""
        value = self.evaluation.value(score.of, node.id)
        rows = [band for band in score.bands if band.allowed.contains(value)]
        if len(rows) == 1:
            return rows[0].earn
        limits = [one for band in score.bands for one in (band.allowed.low, band.allowed.high)]
        shown = formats_of(self.evaluation.ruleset).show(value, score.of.term.type, limits)
        message = Text(f"{shown.zh} 不在任何一档内", f"{shown.en} is in none of the bands")
        if rows:
            message = Text(
                f"{shown.zh} 同时在 {len(rows)} 档内", f"{shown.en} is in {len(rows)} of the bands"
            )
        fix = Text("改正各档的界限", "correct the bounds of the bands")
        raise RulesetError([Problem("R062", message, score.of.position(), node.id, fix)])

    def case(self, node: Criterion, score: CaseScore) -> Expression:
        for rule, earn in score.rows:
            if rule is None or self.evaluation.holds(rule):
                return earn
        message = Text("没有一行条件成立，也没有 else", "no case holds, and there is no 'else'")
        raise RulesetError(
            [Problem("R063", message, score.position, node.id, Text("加 else 行", "add an 'else' row"))]
        )

    # Deductions and bonuses

    def amount(self, rule: Rule, record: Record | None) -> Rational:
        """The nominal amount, rounded; never negative."""
        assert rule.amount is not None
        value: Rational = self.evaluation.value(rule.amount, rule.id, record)
        if value < ZERO:
            return self.negative(value, rule.amount, rule.id)
        return round_half_up(value, self.decimals)

    def negative(self, value: Rational, expression: Expression, path: str) -> Rational:
        shown = format_exact(value)
        department = self.evaluation.facts.file or self.evaluation.facts.department
        message = Text(
            f"分值为负：{shown}（{department}）", f"the amount is negative: {shown} ({department})"
        )
        fix = Text("用 max(0, …) 规定下限", "say what holds then, such as max(0, …)")
        raise RulesetError([Problem("R060", message, expression.position(), path, fix)])

    def cap(self, rule: Rule) -> Rational | None:
        if rule.at_most is None:
            return None
        value: Rational = self.evaluation.value(rule.at_most, rule.id)
        return self.negative(value, rule.at_most, rule.id) if value < ZERO else self.rounded(value)

    def deduct(self, rule: Rule, left: Rational, lines: list[Line]) -> Rational:
        """What is left of ``left`` after the rule: waivers first, then its cap, then the floor."""
        fired = self.evaluation.firings(rule)
        if self.evaluation.facts.waivers:
            waived = [record for record in fired if self.evaluation.is_waived(rule, record)]
            lines += [
                self.line("deduction", rule, one, self.amount(rule, one), ZERO, "waived") for one in waived
            ]
            fired = [record for record in fired if record not in waived]
        allowance = self.cap(rule)
        for record in fired:
            applied = nominal = self.amount(rule, record)
            reason: Reason = ""
            if allowance is not None and applied > allowance:
                applied, reason = allowance, "cap"
            if applied > left:
                applied, reason = left, "floor"
            lines.append(self.line("deduction", rule, record, nominal, applied, reason))
            left -= applied
            if allowance is not None:
                allowance -= applied
        return left

    def line(
        self,
        kind: LineKind,
        rule: Rule,
        record: Record | None,
        nominal: Rational,
        applied: Rational,
        reason: Reason,
    ) -> Line:
        return Line(kind, rule.criterion, nominal, applied, reason, rule, record, record_key(rule, record))

    def judge(self, node: Criterion, at_most: Expression, left: Rational, lines: list[Line]) -> Rational:
        judgement = self.evaluation.facts.judgements[node.id]
        most = self.value(at_most, node)
        assert judgement.deduct is not None
        if judgement.deduct > most:
            shown, limit = format_exact(judgement.deduct), format_exact(most)
            message = Text(
                f"裁量扣分 {shown} 超过上限 {limit}",
                f"the judged deduction {shown} is above its limit {limit}",
            )
            path = f"judgements.{node.id}.deduct"
            raise FactsError([Problem("F008", message, self.evaluation.facts.positions.get(path), path)])
        nominal = self.rounded(judgement.deduct)
        applied = min(nominal, left)
        lines.append(Line("judged", node, nominal, applied, "floor" if applied < nominal else ""))
        return left - applied

    def bonus(self, node: Criterion, lines: list[Line]) -> Rational:
        """The points added, within the rules' caps and the leaf's."""
        added, room = ZERO, node.bonus_at_most
        for rule in node.bonuses:
            allowance = self.cap(rule)
            for record in self.evaluation.firings(rule):
                nominal = self.amount(rule, record)
                limits = [limit for limit in (allowance, room) if limit is not None]
                applied = min([nominal, *limits])
                lines.append(
                    self.line("bonus", rule, record, -nominal, -applied, "cap" if applied < nominal else "")
                )
                added += applied
                allowance = None if allowance is None else allowance - applied
                room = None if room is None else room - applied
        return added
