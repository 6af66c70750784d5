"""The rules of a criterion in words, as the 评分标准 of a printed table.

What a rule is about is taken from its ``because``, the sentence its author wrote for the reader,
with the figures of a department left open; where there is none, from the condition itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.errors import Language, Text, put, same
from engine.language.numbers import HUNDRED, Rational, format_exact
from engine.language.terms import Apply, Kind, Operation, Read, Term, Type, walk
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    Measure,
    Rule,
    Ruleset,
    TierScore,
    Unseen,
    ValueScore,
)
from engine.ruleset.phrases import Phrases

_IF_NOT = {
    "full": Text("得满分", "full points"),
    "zero": Text("不得分", "no points"),
    "rescale": Text(
        "分值由同级其他指标按比例分摊", "its points are spread over the other rows of its branch"
    ),
    "rescale_root": Text("分值由全表其他指标按比例分摊", "its points are spread over the rest of the table"),
}
_LEFT_OUT = Text("不计入", "it is left out")
_ROLLS = {
    "best": Text("取下级指标中得分最高的一项", "The best of its rows counts"),
    "weakest": Text("取下级指标中得分最低的一项", "The weakest of its rows counts"),
    "average": Text("按下级指标得分率的平均数计分", "The average of its rows' shares counts"),
}
_DOWN = Text("满分 {0}，按下列各款扣分，扣完为止", "Starts from {0}; deductions down to 0")
_CHOOSES = Text("评审定档，得分 = 分值 × 系数", "The assessor chooses a tier: points × coefficient")
_UNSEEN = Text(
    "评分标准未见公布，按自评得分计入，不计算", "The rule is not known: the claimed points are taken over"
)
_WIDE = "[“”\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_BETWEEN = re.compile(rf"(?<={_WIDE}) (?={_WIDE})")
"""Spaces between Chinese characters: they are left where a figure was to stand."""
_OPEN = frozenset({Kind.NUMBER, Kind.RATIO, Kind.DAYS, Kind.COUNT, Kind.POINTS})
"""Quantities that a department's figure fills in; dates, texts and amounts are named by their labels."""


class Wording:
    """Says the rules of one ruleset; with ``conditions`` also each rule's id and exact condition."""

    def __init__(self, ruleset: Ruleset, *, conditions: bool = False) -> None:
        self.ruleset = ruleset
        self.phrases = Phrases(ruleset)
        self.conditions = conditions

    def lines(self, node: Criterion, description: Text | None = None) -> list[Text]:
        """Everything that bears on the points of ``node`` itself, a line each."""
        lines = [description] if description is not None else []
        if node.applies is not None and node.if_not is not None:
            pattern = Text("适用条件：{0}；不适用时{1}", "Applies where {0}; otherwise {1}")
            condition = self.condition(node.applies)
            spread = node.if_not != "rescale" or node.parent is None or node.parent.roll == "sum"
            lines.append(put(pattern, condition, _IF_NOT[node.if_not] if spread else _LEFT_OUT))
        lines += self.roll(node) if node.children else self.start(node)
        for rule in (*node.deductions, *node.bonuses):
            lines += self.costing(rule)
        if node.judged_at_most is not None:
            most = self.points(node.judged_at_most)
            lines.append(put(Text("由评审人酌情扣分，最多扣 {0}", "The assessor deducts up to {0}"), most))
        if node.bonus_at_most is not None:
            lines.append(
                put(Text("加分合计不超过 {0}", "Bonuses add at most {0}"), points(node.bonus_at_most))
            )
        if node.veto is not None:
            lines += self.veto(node.veto)
        for rule in node.explains:
            lines += self.with_condition(
                rule, put(Text("{0}（只作说明，不扣分）", "{0} (no points)"), self.what(rule))
            )
        lines += [self.measure(one) for one in self.measures_read(node)]
        return [Text(_BETWEEN.sub("", line.zh), line.en) for line in lines]

    # What a node starts with

    def roll(self, node: Criterion) -> list[Text]:
        if node.roll == "weighted":
            weights = [
                put(Text("{0}：{1}", "{0}: {1}"), child.title, self.phrases.phrase(weight.term))
                for child, weight in zip(node.children, node.weights, strict=True)
            ]
            return [put(Text("按权重加权平均：{0}", "Weighted by: {0}"), _joined(weights))]
        return [_ROLLS[node.roll]] if node.roll in _ROLLS else []

    def start(self, node: Criterion) -> list[Text]:
        match node.score:
            case ValueScore(value=value):
                return [put(Text("得分 = {0}", "Points = {0}"), self.phrases.phrase(value.term))]
            case BandScore(of=of, bands=bands):
                about = self.phrases.phrase(of.term)
                ranges = [self.phrases.range(band.allowed, about, of.term.type) for band in bands]
                return [self.earned(row, band.earn) for row, band in zip(ranges, bands, strict=True)]
            case CaseScore(rows=rows):
                other = Text("其他情形", "Otherwise")
                return [
                    self.earned(self.condition(rule) if rule is not None else other, earn)
                    for rule, earn in rows
                ]
            case TierScore():
                return self.tiers(node.score)
            case Unseen():
                return [_UNSEEN]
        if node.deductions:
            return [put(_DOWN, points(node.points))]
        return (
            [] if node.judged_at_most is not None else [put(Text("得 {0}", "Earns {0}"), points(node.points))]
        )

    def tiers(self, score: TierScore) -> list[Text]:
        """The tiers that an assessor chooses from, each with its range of coefficients."""
        share, ratio = Text("系数", "coefficient"), Type(Kind.RATIO)
        ranges = [(one.title, self.phrases.range(one.allowed, share, ratio)) for one in score.tiers.values()]
        return [_CHOOSES, *(put(Text("{0}：{1}", "{0}: {1}"), *tier) for tier in ranges)]

    def earned(self, condition: Text, earn: Expression) -> Text:
        if self.phrases.fixed(earn.term) is None:
            formula = self.phrases.phrase(earn.term)
            return put(Text("{0}：得分 = {1}", "{0}: points = {1}"), condition, formula)
        return put(Text("{0}：得 {1}", "{0}: {1}"), condition, self.points(earn))

    # Rules

    def costing(self, rule: Rule) -> list[Text]:
        """A deduction or a bonus: what it is about, what it costs or adds, and how far."""
        parts = [self.amount(rule)]
        if rule.at_most is not None:
            most = (
                Text("最多扣 {0}", "at most {0}")
                if rule.kind == "deduction"
                else Text("最多加 {0}", "at most {0}")
            )
            parts.append(put(most, self.points(rule.at_most)))
        line = put(Text("{0}，{1}", "{0}: {1}"), self.what(rule), _joined(parts, _COMMA))
        if rule.waivable:
            line = put(Text("{0}（可豁免）", "{0} (may be waived)"), line)
        return self.with_condition(rule, line)

    def amount(self, rule: Rule) -> Text:
        assert rule.amount is not None
        verb = Text("扣", "deduct") if rule.kind == "deduction" else Text("加", "add")
        term = rule.amount.term
        return self.stepped(term, verb) or put(same("{0} {1}"), verb, self.points(rule.amount))

    def stepped(self, term: Term, verb: Text) -> Text | None:
        """``0.5 * whole_steps(excess, size)`` as tables say it: 每满一个百分点扣 0.5 分."""
        if not (isinstance(term, Operation) and term.operator == "*" and isinstance(term.right, Apply)):
            return None
        each, steps = self.phrases.fixed(term.left), term.right
        if not isinstance(each, Rational) or steps.function not in ("whole_steps", "started_steps"):
            return None
        excess, size = steps.arguments
        step = self.size(size, excess)
        started = Text(
            "{0}每 {1}{2} {3}（不足 {1} 按 {1} 计）", "{2} {3} for every {1}, or part of it, of {0}"
        )
        whole = Text("{0}每满 {1}{2} {3}", "{2} {3} for every full {1} of {0}")
        pattern = whole if steps.function == "whole_steps" else started
        return put(pattern, self.excess(excess), step, verb, points(each))

    def excess(self, term: Term) -> Text:
        said = self.phrases.phrase(term)
        if not isinstance(term, Operation):
            return said
        if term.operator == "-" and self.phrases.fixed(term.right) is not None:
            over = self.phrases.phrase(term.left), self.phrases.phrase(term.right)
            return put(Text("{0}超出 {1} 的部分", "the part of {0} above {1}"), *over)
        return put(Text("（{0}）", "({0})"), said)

    def size(self, term: Term, excess: Term) -> Text:
        """One step: a ratio's in percentage points, days as the days that are counted."""
        value = self.phrases.fixed(term)
        if not isinstance(value, Rational):
            return self.phrases.phrase(term)
        if term.type.kind == Kind.RATIO:
            shown = format_exact(value * HUNDRED)
            return Text(
                f"{shown} 个百分点", f"{'' if shown == '1' else shown + ' '}percentage point{_plural(shown)}"
            )
        working = any(isinstance(one, Apply) and one.function == "workdays" for one in walk(excess))
        if term.type.kind == Kind.DAYS and working:
            shown = format_exact(value)
            return Text(f"{shown} 个工作日", f"{shown} working day{_plural(shown)}")
        return self.phrases.quantity(value, term.type.kind)

    def veto(self, rule: Rule) -> list[Text]:
        """A veto, at a node or of the whole table."""
        follows = []
        if rule.amount is not None:
            none = self.phrases.fixed(rule.amount.term) == 0
            least = Text("本项不得分", "earns nothing")
            most = put(Text("本项至多得 {0}", "earns at most {0}"), self.points(rule.amount))
            follows.append(least if none else most)
        if rule.grade_at_most is not None:
            follows.append(put(Text("等级至多为“{0}”", "the grade is {0} at best"), same(rule.grade_at_most)))
        about = self.what(rule)
        line = put(Text("一票否决：{0}（{1}）", "Veto: {0} ({1})"), about, _joined(follows))
        return self.with_condition(rule, line)

    def what(self, rule: Rule) -> Text:
        """What the rule is about: its ``because``, or its condition; of which records."""
        said = self.because(rule) if rule.because is not None else self.condition(rule)
        if rule.each is None:
            return said
        return put(Text("每项{0}：{1}", "Each of {0}: {1}"), rule.each.label, said)

    def condition(self, rule: Rule) -> Text:
        return self.phrases.condition(rule.expression.term)

    def with_condition(self, rule: Rule, line: Text) -> list[Text]:
        if not self.conditions:
            return [line]
        exact = put(Text("　{0}：{1}", "  {0}: {1}"), same(rule.id), self.condition(rule))
        return [line, exact]

    def because(self, rule: Rule) -> Text:
        """The rule's sentence with its figures left open."""
        assert rule.because is not None
        template = rule.because

        def filled(language: Language) -> str:
            return "".join(
                piece if isinstance(piece, str) else self.hole(piece.term).in_language(language)
                for piece in template.pieces(language)
            ).rstrip("。.；; ")

        return Text(filled("zh"), filled("en"))

    def hole(self, term: Term) -> Text:
        """What stands where a department's figure will: a fixed value, ``N``, or the name of what is put there."""
        value = self.phrases.fixed(term)
        if value is not None:
            if isinstance(value, Rational) and term.type.kind == Kind.DAYS:
                return same(format_exact(value))
            return self.phrases.value(value, term.type)
        if term.type.kind in _OPEN:
            return same("N%" if term.type.kind == Kind.RATIO else "N")
        return put(Text("〔{0}〕", "[{0}]"), self.phrases.phrase(term))

    # Amounts and measures

    def points(self, expression: Expression) -> Text:
        """An amount of points: a number, or the formula for it."""
        value = self.phrases.fixed(expression.term)
        if isinstance(value, Rational):
            whole = isinstance(expression.term, Read) and expression.term.scalar.source == "points"
            return put(Text("全部 {0}", "all {0}"), points(value)) if whole else points(value)
        return put(Text("（{0}）分", "({0}) points"), self.phrases.phrase(expression.term))

    def measure(self, measure: Measure) -> Text:
        """A measure's formula."""
        said = self.phrases.phrase(measure.expression.term)
        line = put(same("{0} = {1}"), measure.label, said)
        if measure.decimals is None:
            return line
        return put(
            Text("{0}（保留 {1} 位小数）", "{0} (rounded to {1} decimals)"), line, same(str(measure.decimals))
        )

    def measures_read(self, node: Criterion) -> list[Measure]:
        """The measures that the node's own rules read, and those that these read, each once."""
        found: dict[str, Measure] = {}
        waiting = [one.term for one in _expressions(node)]
        while waiting:
            for one in walk(waiting.pop(0)):
                if isinstance(one, Read) and one.scalar.source == "measure" and one.scalar.name not in found:
                    found[one.scalar.name] = self.ruleset.measures[one.scalar.name]
                    waiting.append(found[one.scalar.name].expression.term)
        return list(found.values())


def points(value: Rational) -> Text:
    """A fixed number of points."""
    shown = format_exact(value)
    return Text(f"{shown} 分", f"{shown} point{_plural(shown)}")


def _plural(shown: str) -> str:
    return "" if shown == "1" else "s"


_SEMICOLON, _COMMA = Text("；", "; "), Text("，", ", ")


def _joined(texts: list[Text], between: Text = _SEMICOLON) -> Text:
    return Text(between.zh.join(one.zh for one in texts), between.en.join(one.en for one in texts))


def _expressions(node: Criterion) -> Iterator[Expression]:
    rules = [*node.deductions, *node.bonuses, *node.explains]
    rules += [rule for rule in (node.applies, node.veto) if rule is not None]
    match node.score:
        case ValueScore(value=value):
            yield value
        case BandScore(of=of, bands=bands):
            yield of
            yield from (band.earn for band in bands)
        case CaseScore(rows=rows):
            yield from (earn for _, earn in rows)
            rules += [rule for rule, _ in rows if rule is not None]
    yield from node.weights
    for rule in rules:
        yield from (one for one in (rule.expression, rule.amount, rule.at_most) if one is not None)
    if node.judged_at_most is not None:
        yield node.judged_at_most
