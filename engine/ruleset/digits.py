"""A ruleset whose values could have more digits than can be computed with is refused when it is built.

So no department is left without a score because its figures happen to be long ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.errors import Problem, Text
from engine.language.numbers import MAX_DIGITS, Rational
from engine.language.sizes import FACT, MAX_RECORDS, NONE, Size, Sizes, size_of_fact, size_of_value
from engine.language.terms import ReadField, Scalar, Term
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Expression,
    Measure,
    Rule,
    Ruleset,
    Template,
    ValueScore,
)

MAX_VALUE = 5_000_000
"""Digits of one value, numerator and denominator together."""
MAX_WORK = 20_000_000
"""Digits of all that is computed for one department, large values alone."""
ORDINARY = 1_000
"""Numbers of so many digits are computed as fast as any; work with them is not counted."""
_EASE = 1_000
"""A large number and a small one are computed so many times faster than two large ones."""


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """The first expression whose values could be too long, if there is one."""
    counter = _Counter(ruleset)
    try:
        counter.count()
    except _TooLong as error:
        yield error.problem


class _TooLong(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


class _Counter:
    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.measures: dict[str, Size] = {}
        self.facts = {
            fact.name: size_of_fact(fact.type.kind, fact.allowed.high) for fact in ruleset.schema.scalars()
        }
        self.fields = {
            (name, key): size_of_fact(fact.type.kind, fact.allowed.high)
            for name, one in ruleset.schema.lists.items()
            for key, fact in one.fields.items()
        }
        self.sizes = Sizes(self.scalar, self.field, self.heard)
        self.expression: Expression | None = None
        self.work = 0

    def count(self) -> None:
        for measure in self.ruleset.measures.values():
            self.measures[measure.scalar.name] = self.measure(measure)
        for identity in self.ruleset.identities:
            self.expressions([identity.holds, *_holes(identity.because)])
        for rule in self.ruleset.rules:
            self.rule(rule)
        for node in self.ruleset.criteria.values():
            if node.judged_at_most is not None:
                self.expressions([node.judged_at_most])
            self.expressions(_scored(node.score))
            self.expressions(node.weights, MAX_RECORDS)  # each line is weighted

    def measure(self, measure: Measure) -> Size:
        size = self.size(measure.expression, 1)
        return (
            size
            if measure.decimals is None
            else Size(size.whole + 1, measure.decimals, 0, size.whole + 1 + measure.decimals)
        )

    def rule(self, rule: Rule) -> None:
        times = 1 if rule.each is None else MAX_RECORDS
        self.expressions([rule.expression, *_holes(rule.because)], times)
        if rule.amount is not None:
            self.expressions([rule.amount], times)
        if rule.at_most is not None:
            self.expressions([rule.at_most])

    def expressions(self, found: Iterable[Expression], times: int = 1) -> None:
        for one in found:
            self.size(one, times)

    def size(self, expression: Expression, times: int) -> Size:
        self.expression = expression
        return self.sizes.of(expression.term, times)

    def scalar(self, scalar: Scalar) -> Size:
        if scalar.source == "fact":
            return self.facts.get(scalar.name, FACT)
        if scalar.source == "measure":
            return self.measures.get(scalar.name, FACT)
        if scalar.source == "findings":
            return size_of_value(Rational(MAX_RECORDS * (len(self.ruleset.rules) + 1)))
        return size_of_value(self.ruleset.slots[scalar.slot])

    def field(self, term: ReadField) -> Size:
        return self.fields.get((term.records.name, term.field.name), NONE)

    def heard(self, term: Term, size: Size, operands: tuple[Size, ...], times: int) -> None:
        """Count an operation. Raises :class:`_TooLong` where a value, or all of them, could be too long."""
        digits = sorted(one.digits for one in operands)
        if len(digits) > 1:
            self.work += (_large(digits[-2]) + _large(digits[-1]) // _EASE) * times
        if size.digits > MAX_VALUE or self.work > MAX_WORK:
            raise _TooLong(self.problem(term, max(size.digits, self.work)))

    def problem(self, term: Term, digits: int) -> Problem:
        assert self.expression is not None
        message = Text(
            f"数值可能长达 {digits:,} 位，无法计算（每个事实最多 {MAX_DIGITS} 位，每个列表最多 {MAX_RECORDS:,} 条记录）",
            f"the values could have {digits:,} digits, too many to compute (with facts of {MAX_DIGITS} digits and lists of {MAX_RECORDS:,} records)",
        )
        fix = Text("在中间取整，例如 round(a / b, 6)", "round on the way, such as round(a / b, 6)")
        return Problem("R064", message, self.expression.position(term.span), fix=fix)


def _large(digits: int) -> int:
    return digits if digits > ORDINARY else 0


def _holes(template: Template | None) -> list[Expression]:
    pieces = (*template.zh, *template.en) if template is not None else ()
    return [one for one in pieces if isinstance(one, Expression)]


def _scored(score: object) -> list[Expression]:
    if isinstance(score, ValueScore):
        return [score.value]
    if isinstance(score, BandScore):
        return [score.of, *(band.earn for band in score.bands)]
    if isinstance(score, CaseScore):
        return [earn for _, earn in score.rows]
    return []
