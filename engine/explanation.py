"""Why, why not, and how far: every rule and score of a scoring, in words and figures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from engine.errors import Text
from engine.facts.model import Record
from engine.inference.direct import RECORD_FRAME, Evaluation, record_key
from engine.language.compiler import NOT_YET
from engine.language.explanation import (
    Explain,
    Figures,
    Result,
    Share,
    explanation,
    shares,
    thresholds,
    with_numbers,
)
from engine.language.formats import Formats
from engine.language.numbers import HUNDRED, Rational, format_fixed
from engine.language.terms import Compare, Constant, Kind, Read, walk
from engine.ledger.lines import Line
from engine.ledger.scoring import Scoring
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    Measure,
    Range,
    Rule,
    Ruleset,
    ValueScore,
)
from engine.ruleset.rendering import fill, formats_of

LINE_TEXTS = {
    "score": Text("按得分公式失分", "lost by the scoring formula"),
    "judged": Text("评审扣分", "deducted by the assessor"),
    "unseen": Text("未计算：采用自评得分", "not computed: the claimed score is taken over"),
    "not_applicable": Text("不适用，按规定不得分", "not applicable, which earns nothing here"),
    "rescaling": Text(
        "不适用指标的分值按比例折算", "the points of what does not apply, spread over the rest"
    ),
    "rounding": Text("加权平均的取整差", "rounding of the weighted average"),
    "cap": Text("总分不超过满分", "the total is capped at the full points"),
    "veto": Text("一票否决", "veto"),
    "bonus": Text("加分", "bonus"),
    "deduction": Text("扣分", "deduction"),
}


class Compared(Struct, frozen=True, eq=False):
    """One comparison: how it was written, its two sides, whether it holds, and how far apart they are."""

    text: str
    sides: Text
    holds: bool | None
    margin: Text


class RuleDecision(Struct, frozen=True, eq=False):
    """One rule for one record (``None``, and ``key`` empty, without): fired or not, and what it is made of.

    :meth:`Explainer.comparisons` and :meth:`Explainer.reason` put it in words.
    """

    rule: Rule
    record: Record | None
    fired: bool
    waived: bool
    result: Result

    @property
    def key(self) -> str:
        return record_key(self.rule, self.record)


class Formula(Struct, frozen=True, eq=False):
    """How a value came about: what was written, the same with numbers, and the outcome."""

    name: Text
    expression: Expression
    with_numbers: str
    value: Text

    @property
    def written(self) -> str:
        return self.expression.text


class _Compiled:
    """The explanations of one ruleset, each compiled when it is first asked for: once for all departments."""

    def __init__(self) -> None:
        self.rules: dict[int, Explain] = {}
        self.figures: dict[int, Figures] = {}

    def rule(self, rule: Rule) -> Explain:
        if rule.index not in self.rules:
            self.rules[rule.index] = explanation(rule.expression.term, rule.expression.text)
        return self.rules[rule.index]

    def with_numbers(self, expression: Expression) -> Figures:
        """By identity: an expression lives as long as its ruleset."""
        if id(expression) not in self.figures:
            self.figures[id(expression)] = with_numbers(expression.term, expression.text)
        return self.figures[id(expression)]


@lru_cache(maxsize=16)
def _compiled(ruleset: Ruleset) -> _Compiled:
    return _Compiled()


class Explainer:
    """Explains one scoring."""

    def __init__(self, scoring: Scoring) -> None:
        self.scoring = scoring
        self.evaluation: Evaluation = scoring.evaluation
        self.ruleset = self.evaluation.ruleset
        self.formats: Formats = formats_of(self.ruleset)
        self.slots = self.evaluation.slots
        self.compiled = _compiled(self.ruleset)

    # Rules

    def decisions(self, rule: Rule) -> Iterator[RuleDecision]:
        """Every decision on ``rule``; none where it was not looked at."""
        explained = self.compiled.rule(rule)
        for record, fired, _ in self.evaluation.decisions[rule.index] or ():
            self.slots[RECORD_FRAME] = record
            waived = self.evaluation.is_waived(rule, record)
            yield RuleDecision(rule, record, fired, waived, explained(self.slots))

    def comparisons(self, decision: RuleDecision) -> list[Compared]:
        """All that was compared."""
        return [self.compared(one) for one in decision.result.comparisons()]

    def reason(self, decision: RuleDecision) -> Text | None:
        """Why it fired; ``None`` where it did not, or where the rule has no message."""
        return self.because(decision.rule, decision.record, decision.result) if decision.fired else None

    def because(self, rule: Rule, record: object, result: Result | None = None) -> Text | None:
        """The rule's message with this record's figures."""
        if rule.because is None:
            return None
        self.slots[RECORD_FRAME] = record
        if result is None:
            result = self.compiled.rule(rule)(self.slots)
        return fill(rule.because, self.slots, self.formats, thresholds(result))

    def compared(self, result: Result) -> Compared:
        if not result.looked_at:
            return Compared(result.text, Text("未比较", "not looked at"), None, Text("", ""))
        margin = result.margin
        if margin is None or not isinstance(result.term, Compare):
            shown = self.formats.show(result.value, result.type)
            return Compared(result.text, shown, result.truth, Text("", ""))
        left, right = result.children[0], result.children[1]
        one = self.formats.show(left.value, left.type, [right.value])
        two = self.formats.show(right.value, right.type, [left.value])
        operator = result.term.operator
        sides = Text(f"{one.zh} {operator} {two.zh}", f"{one.en} {operator} {two.en}")
        return Compared(result.text, sides, result.truth, self.margin(margin, left.type.kind))

    def margin(self, margin: Rational, kind: Kind) -> Text:
        """How far the left side is above or below the right."""
        if margin == 0:
            return Text("恰在界限上", "exactly on the threshold")
        size = abs(margin)
        above = margin > 0
        if kind == Kind.RATIO:
            points = format_fixed(size * HUNDRED, self.formats.decimals(size * HUNDRED, 2, [Rational(0)]))
            shown = Text(f"{points} 个百分点", f"{points} percentage points")
        elif kind in (Kind.DATE, Kind.DAYS):
            days = self.formats.quantity(size, Kind.DAYS, [])
            shown = Text(f"{days} 天", f"{days} days")
        else:
            quantity = self.formats.quantity(size, kind, [Rational(0)])
            shown = Text(quantity, quantity)
        return Text(f"{'高' if above else '低'} {shown.zh}", f"{shown.en} {'above' if above else 'below'}")

    # Scores

    def formulas(self, node: Criterion) -> Iterator[Formula]:
        """How the starting points of a leaf came about, measures first."""
        score = node.score
        if isinstance(score, ValueScore):
            yield from self.expression(node.title, score.value)
        elif isinstance(score, BandScore):
            yield from self.expression(Text("分档依据", "measured by"), score.of)
            value = self.evaluation.value(score.of, node.id)
            for band in score.bands:
                if band.allowed.contains(value):
                    row = self.range(band.allowed, score.of)
                    name = Text(f"{row.zh} 一档", f"in the band {row.en}")
                    yield from self.expression(name, band.earn)
        elif isinstance(score, CaseScore):
            for rule, earn in score.rows:
                if rule is None or self.evaluation.holds(rule):
                    written = rule.expression.text if rule is not None else "else"
                    yield from self.expression(Text(f"情形 {written}", f"case {written}"), earn)
                    return

    def expression(self, name: Text, expression: Expression) -> Iterator[Formula]:
        for measure in self.measures_read(expression):
            yield self.formula(measure.label, measure.expression)
        yield self.formula(name, expression)

    def formula(self, name: Text, expression: Expression) -> Formula:
        self.slots[RECORD_FRAME] = None
        value = expression.evaluate(self.slots)
        numbers = self.compiled.with_numbers(expression)(self.slots, self.formats)
        return Formula(name, expression, numbers, self.formats.show(value, expression.term.type))

    def shares(self, formula: Formula) -> Iterator[Text]:
        """What each record brings into the aggregates of the formula, a line each."""
        for gather, found in shares(formula.expression.term, formula.written, self.slots):
            for one in found:
                yield self.share(gather.records.name, one)

    def share(self, records: str, share: Share) -> Text:
        """``outputs[CC-01]: weight 10, target 100, actual 20 → 2``."""
        read = [(name, self.formats.show(value, type_, unit=False)) for name, type_, value in share.figures]
        value = self.formats.show(share.value, share.type)
        return Text(
            f"{records}[{share.key}]：{'，'.join(f'{name} {shown.zh}' for name, shown in read)} → {value.zh}",
            f"{records}[{share.key}]: {', '.join(f'{name} {shown.en}' for name, shown in read)} → {value.en}",
        )

    def computed(self, node: Criterion) -> list[Text]:
        """The formulas of a leaf's starting points with their figures; a band or a case by its name."""
        formulas = list(self.formulas(node))
        has_rows = isinstance(node.score, BandScore | CaseScore)
        found: list[Text] = []
        for place, formula in enumerate(formulas):
            is_row = has_rows and place == len(formulas) - 1
            term = formula.expression.term
            if isinstance(term, Read) and term.scalar.source == "measure" and not is_row and place:
                continue  # the measure's own formula stands before it
            equation = "" if isinstance(term, Read | Constant) else f"{formula.with_numbers} = "
            shown = Text(f"{equation}{formula.value.zh}", f"{equation}{formula.value.en}")
            name = formula.name
            if is_row or not equation:
                shown = Text(f"{name.zh}：{shown.zh}", f"{name.en}: {shown.en}")
            found.append(shown)
        return found

    def measures_read(self, expression: Expression) -> list[Measure]:
        """The measures an expression reads, each after those it reads itself."""
        found: dict[str, Measure] = {}
        for one in walk(expression.term):
            # One behind a guard that fails was never computed, and may have no value.
            computed = isinstance(one, Read) and self.slots[one.scalar.slot] is not NOT_YET
            if computed and isinstance(one, Read) and one.scalar.source == "measure":
                measure = self.ruleset.measures[one.scalar.name]
                for inner in self.measures_read(measure.expression):
                    found[inner.scalar.name] = inner
                found[measure.scalar.name] = measure
        return list(found.values())

    def range(self, allowed: Range, of: Expression) -> Text:
        """A range as a table prints it: ``(0%, 10%]``."""
        type_ = of.term.type
        low = self.formats.show(allowed.low, type_).en if allowed.low is not None else "−∞"
        high = self.formats.show(allowed.high, type_).en if allowed.high is not None else "+∞"
        opened = "[" if allowed.low is not None and allowed.low_closed else "("
        closed = "]" if allowed.high is not None and allowed.high_closed else ")"
        return Text(f"{opened}{low}, {high}{closed}", f"{opened}{low}, {high}{closed}")

    # Lines

    def line(self, line: Line) -> Text:
        """Why the line is there, with its figures."""
        if line.rule is not None:
            because = self.because(line.rule, line.record)
            if because is not None:
                return because
        if line.kind == "score":
            computed = self.computed(line.criterion)
            if computed:
                return Text("；".join(one.zh for one in computed), "; ".join(one.en for one in computed))
        judgement = self.evaluation.facts.judgements.get(line.criterion.id)
        if line.kind == "judged" and judgement is not None:
            return Text(f"{judgement.reason}（{judgement.by}）", f"{judgement.reason} ({judgement.by})")
        return LINE_TEXTS[line.kind]
