"""What values a term can take at all, from the bounds of what it reads.

Interval arithmetic: the range returned holds every value the term can have, and may be wider. A
truth returned is certain; ``None`` means that it depends on the facts. Division by zero is left
out of account, since it is an error and no value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.language.compiler import COMPARATORS
from engine.language.numbers import ZERO, Rational
from engine.language.terms import (
    ORDERED,
    Apply,
    Choose,
    Combine,
    Compare,
    Constant,
    Gather,
    Invert,
    Kind,
    Member,
    Negate,
    Operation,
    Read,
    ReadField,
    Term,
    key,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed range of numbers; ``None`` is no bound on that side. Empty where low is above high."""

    low: Rational | None = None
    high: Rational | None = None

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low == self.high

    @property
    def is_empty(self) -> bool:
        return self.low is not None and self.high is not None and self.low > self.high

    def meet(self, other: Interval) -> Interval:
        """The values in both."""
        lows = [one for one in (self.low, other.low) if one is not None]
        highs = [one for one in (self.high, other.high) if one is not None]
        return Interval(max(lows, default=None), min(highs, default=None))

    def join(self, other: Interval) -> Interval:
        """The least range that holds both."""
        low = None if self.low is None or other.low is None else min(self.low, other.low)
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Interval(low, high)

    def negated(self) -> Interval:
        return Interval(None if self.high is None else -self.high, None if self.low is None else -self.low)

    def plus(self, other: Interval) -> Interval:
        low = None if self.low is None or other.low is None else self.low + other.low
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(low, high)

    def times(self, other: Interval) -> Interval:
        corners = [one for one in (self.low, self.high, other.low, other.high) if one is not None]
        if len(corners) == 4:
            products = [one * two for one in corners[:2] for two in corners[2:]]
            return Interval(min(products), max(products))
        if _at_least_zero(self) and _at_least_zero(other):
            assert self.low is not None and other.low is not None
            high = None if self.high is None or other.high is None else self.high * other.high
            return Interval(self.low * other.low, high)
        return Interval()

    def divided_by(self, other: Interval) -> Interval:
        if other.is_point and other.low != 0:
            assert other.low is not None
            return self.times(Interval(1 / other.low, 1 / other.low)) if other.low > 0 else Interval()
        if _at_least_zero(self) and _at_least_zero(other):
            assert self.low is not None
            low = self.low / other.high if other.high else ZERO
            return Interval(low, self.high / other.low if self.high is not None and other.low else None)
        return Interval()


ANYTHING = Interval()
NOT_NEGATIVE = Interval(ZERO, None)
Bounds = Callable[[Read | ReadField], Interval]
"""The range of what is read: a fact's declared bounds, a parameter's value, a measure's range."""


def _at_least_zero(interval: Interval) -> bool:
    return interval.low is not None and interval.low >= 0


def range_of(term: Term, bounds: Bounds) -> Interval:
    """Every value that the numeric ``term`` can have."""
    match term:
        case Constant(value=value) if isinstance(value, Rational):
            return Interval(value, value)
        case Read() | ReadField():
            return bounds(term)
        case Negate(operand=operand):
            return range_of(operand, bounds).negated()
        case Operation(operator=symbol, left=left, right=right) if Kind.DATE not in (
            left.type.kind,
            right.type.kind,
        ):
            one, two = range_of(left, bounds), range_of(right, bounds)
            match symbol:
                case "+":
                    return one.plus(two)
                case "-":
                    return one.plus(two.negated())
                case "*":
                    return one.times(two)
            return one.divided_by(two)
        case Choose(condition=condition, then=then, otherwise=otherwise):
            truth = truth_of(condition, bounds)
            if truth is not None:
                return range_of(then if truth else otherwise, bounds)
            return range_of(then, bounds).join(range_of(otherwise, bounds))
        case Apply():
            return _applied(term, bounds)
        case Gather(function=function, body=body):
            return _gathered(function, body, bounds)
    return ANYTHING


def _applied(term: Apply, bounds: Bounds) -> Interval:
    ranges = [range_of(argument, bounds) for argument in term.arguments]
    match term.function:
        case "whole_steps" | "started_steps" if ranges[0].high is not None and ranges[0].high <= 0:
            return Interval(ZERO, ZERO)
        case "abs" | "whole_steps" | "started_steps" | "count_true":
            return NOT_NEGATIVE
        case "min":
            return _least(ranges)
        case "max":
            return _least([one.negated() for one in ranges]).negated()
        case "round" | "floor" | "ceil" if _at_least_zero(ranges[0]):
            return NOT_NEGATIVE
    return ANYTHING


def _least(ranges: list[Interval]) -> Interval:
    """The range of the least of values that lie in ``ranges``."""
    lows = [one.low for one in ranges if one.low is not None]
    highs = [one.high for one in ranges if one.high is not None]
    return Interval(min(lows) if len(lows) == len(ranges) else None, min(highs, default=None))


def _gathered(function: str, body: Term | None, bounds: Bounds) -> Interval:
    if function == "count":
        return NOT_NEGATIVE
    if body is None:
        return ANYTHING
    inner = range_of(body, bounds)
    if function == "sum":
        return NOT_NEGATIVE if _at_least_zero(inner) else ANYTHING
    return inner


def truth_of(term: Term, bounds: Bounds) -> bool | None:
    """Whether ``term`` holds for all facts (``True``), for none (``False``), or depends on them."""
    match term:
        case Constant(value=value):
            return value if isinstance(value, bool) else None
        case Invert(operand=operand):
            inner = truth_of(operand, bounds)
            return None if inner is None else not inner
        case Compare():
            return _compared(term, bounds)
        case Combine(operator=word, operands=operands):
            return _combined(
                word == "and", [(operand, truth_of(operand, bounds)) for operand in operands], bounds
            )
        case Choose(condition=condition, then=then, otherwise=otherwise):
            chosen = truth_of(condition, bounds)
            if chosen is not None:
                return truth_of(then if chosen else otherwise, bounds)
            one, two = truth_of(then, bounds), truth_of(otherwise, bounds)
            return one if one == two else None
        case Member(value=value, items=items, negated=negated):
            if any(key(value) == key(item) for item in items):
                return not negated
    return None


def _compared(term: Compare, bounds: Bounds) -> bool | None:
    if key(term.left) == key(term.right):
        return term.operator in ("==", "<=", ">=")
    if isinstance(term.left, Constant) and isinstance(term.right, Constant):
        return bool(COMPARATORS[term.operator](term.left.value, term.right.value))
    if term.left.type.kind not in ORDERED or term.left.type.kind == Kind.DATE:
        return None
    left, right = range_of(term.left, bounds), range_of(term.right, bounds)
    below = left.high is not None and right.low is not None and left.high < right.low
    at_most = left.high is not None and right.low is not None and left.high <= right.low
    above = left.low is not None and right.high is not None and left.low > right.high
    at_least = left.low is not None and right.high is not None and left.low >= right.high
    certain = {
        "<": (below, at_least), "<=": (at_most, above), ">": (above, at_most), ">=": (at_least, below),
        "==": (at_most and at_least, below or above), "!=": (below or above, at_most and at_least),
    }  # fmt: skip
    always, never = certain[term.operator]
    return True if always else False if never else None


def _combined(conjunction: bool, operands: list[tuple[Term, bool | None]], bounds: Bounds) -> bool | None:
    """``and`` where ``conjunction``, else ``or``; also sees bounds on one quantity that exclude each other."""
    truths = [truth for _, truth in operands]
    if (not conjunction) in truths:
        return not conjunction
    if all(truth is conjunction for truth in truths):
        return conjunction
    narrowed: dict[object, Interval] = {}
    for operand, _ in operands:
        for part, interval in _constraint(operand, conjunction, bounds):
            name = key(part)
            narrowed[name] = narrowed.get(name, range_of(part, bounds)).meet(interval)
    return (not conjunction) if any(one.is_empty for one in narrowed.values()) else None


TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""The operator with which the two sides of a comparison change places."""
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""The operator that holds exactly where the first does not."""


def _constraint(term: Term, truth: bool, bounds: Bounds) -> list[tuple[Term, Interval]]:
    """The range into which ``term`` being ``truth`` puts a quantity, where it compares it with a constant."""
    if (
        not isinstance(term, Compare)
        or term.left.type.kind not in ORDERED
        or term.left.type.kind == Kind.DATE
    ):
        return []
    found: list[tuple[Term, Interval]] = []
    for part, limit, operator in (
        (term.left, term.right, term.operator),
        (term.right, term.left, TURNED[term.operator]),
    ):
        fixed = range_of(limit, bounds)
        if not fixed.is_point:
            continue
        way = operator if truth else OPPOSITE[operator]
        if way in ("<", "<="):
            found.append((part, Interval(None, fixed.low)))
        elif way in (">", ">="):
            found.append((part, Interval(fixed.low, None)))
        elif way == "==":
            found.append((part, fixed))
    return found
