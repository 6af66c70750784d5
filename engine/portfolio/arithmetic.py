"""Sums, products and quotients of exact values and of values between two bounds."""

from __future__ import annotations

from math import gcd

from engine.language.numbers import Rational
from engine.portfolio import integers as i
from engine.portfolio.decisions import exact_greatest, exact_least
from engine.portfolio.integers import Int
from engine.portfolio.quoting import wrapped
from engine.portfolio.values import (
    Bound,
    Exact,
    Interval,
    Number,
    common,
    ends,
    exact_negative,
    exactly,
    negative,
    quantised,
    unknown,
)


def _sum(a: Bound, b: Bound) -> Bound:
    return None if a is None or b is None else a + b


def plus(one: Number, other: Number) -> Number:
    """``one + other``."""
    if isinstance(one, Interval) or isinstance(other, Interval):
        first, second = ends(one), ends(other)
        return Interval(_exact_plus(first[0], second[0]), _exact_plus(first[1], second[1]))
    made = _exact_plus(one, other)
    if made.sure or not (one.sure and other.sure):
        return made
    return plus(quantised(one), quantised(other))


def _exact_plus(one: Exact, other: Exact) -> Exact:
    first, second, whole = common(one, other)
    return Exact(i.plus(first, second), whole, _sum(one.least, other.least), _sum(one.most, other.most))


def minus(one: Number, other: Number) -> Number:
    """``one - other``."""
    if isinstance(one, Exact) and isinstance(other, Exact):
        first, second, whole = common(one, other)
        turned = exact_negative(other)
        made = Exact(i.minus(first, second), whole, _sum(one.least, turned.low), _sum(one.most, turned.high))
        if made.sure or not (one.sure and other.sure):
            return made
    return plus(one, negative(other))


def times(one: Number, other: Number) -> Number:
    """``one * other``."""
    if isinstance(one, Exact) and isinstance(other, Exact):
        made = _exact_times(one, other)
        if made.sure or not (one.sure and other.sure):
            return made
        return times(quantised(one), quantised(other))
    (a, b), (c, d) = ends(one), ends(other)
    if _at_least_zero(a) and _at_least_zero(c):
        return Interval(_exact_times(a, c), _exact_times(b, d))
    corners = [_exact_times(x, y) for x in (a, b) for y in (c, d)]
    low = high = corners[0]
    for corner in corners[1:]:
        low, high = exact_least(low, corner), exact_greatest(high, corner)
    return Interval(low, high)


def _at_least_zero(one: Exact) -> bool:
    low = one.least
    return low is not None and low >= 0


def _exact_times(one: Exact, other: Exact) -> Exact:
    number, denominator = i.times(one.number, other.number), i.times(one.denominator, other.denominator)
    ends = [one.least, one.most, other.least, other.most]
    if None in ends:
        nonnegative = _at_least_zero(one) and _at_least_zero(other)
        return _reduced(Exact(number, denominator, Rational(0) if nonnegative else None))
    corners = [a * b for a in ends[:2] for b in ends[2:] if a is not None and b is not None]
    return _reduced(Exact(number, denominator, min(corners), max(corners)))


def _reduced(one: Exact) -> Exact:
    if one.number.value is not None and one.fixed is not None:
        return exactly(Rational(one.number.value, one.fixed))
    return one


def over(one: Number, other: Number) -> Number:
    """``one / other``; ``NULL`` where the divisor is 0."""
    if isinstance(one, Exact) and isinstance(other, Exact):
        return _exact_over(one, other)
    (a, b), (c, d) = ends(one), ends(other)
    low = c.least
    if isinstance(other, Exact):
        if _at_least_zero(other):
            return Interval(_exact_over(a, other), _exact_over(b, other))
        return unknown()
    if low is not None and low >= 0 and _at_least_zero(a):
        return Interval(_exact_over(a, d), _exact_over(b, c))
    return unknown()


def _exact_over(one: Exact, other: Exact) -> Exact:
    divisor = other.number
    number = one.number
    if divisor.value is not None and divisor.value < 0:
        number, divisor = i.negative(number), i.negative(divisor)
    elif divisor.low < 0:
        number = Int(
            f"CASE WHEN {divisor.sql} < 0 THEN -{wrapped(number.typed())} ELSE {number.typed()} END",
            -number.size, number.size, number.huge, number.sure,
        )  # fmt: skip
        divisor = Int(f"abs({divisor.sql})", 0, divisor.size, divisor.huge, divisor.sure)
    if divisor.value == 0:
        return unknown()
    if divisor.low <= 0:
        divisor = Int(f"nullif({divisor.sql}, 0)", 1, max(divisor.high, 1), divisor.huge, False)
    number, denominator = i.times(number, other.denominator), i.times(divisor, one.denominator)
    if denominator.value is not None and other.value is not None:
        return _exact_times(one, exactly(1 / other.value))
    if other.denominator.value is not None and one.fixed is not None:
        number, denominator = _lowest_terms(one, other, number, denominator, divisor)
    least = Rational(0) if _at_least_zero(one) and other.number.low >= 0 else None
    return Exact(number, denominator, least)


def _lowest_terms(one: Exact, other: Exact, number: Int, denominator: Int, divisor: Int) -> tuple[Int, Int]:
    """Constant factors that number and denominator share fall away: cents over cents."""
    above, below = other.fixed or 1, one.fixed or 1
    shared = gcd(above, below)
    if shared == 1:
        return number, denominator
    turned = one.number
    if other.number.low < 0:
        return number, denominator
    return i.times(turned, i.constant(above // shared)), i.times(divisor, i.constant(below // shared))
