"""Exact values in SQL: fractions of whole numbers, and fractions known between two bounds.

A sum of fractions whose denominators come from the data has no denominator of its own that would fit a
column. Such a value is an :class:`Interval`: certified bounds, a billionth apart. What follows from both
bounds alike is certain; where they disagree the result is ``NULL`` and the direct evaluation decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import gcd, lcm

from engine.language.numbers import Rational
from engine.portfolio import integers as i
from engine.portfolio.integers import BIGINT, Int, wrapped

_FINE, _COARSE = 10**9, 10**6
Bound = Rational | None


@dataclass(frozen=True, slots=True)
class Flag:
    """``sql`` is true or false; ``NULL`` too where it is not ``sure``."""

    sql: str
    sure: bool = True

    @property
    def value(self) -> bool | None:
        return {"TRUE": True, "FALSE": False}.get(self.sql)


TRUE, FALSE = Flag("TRUE"), Flag("FALSE")


@dataclass(frozen=True, slots=True)
class Day:
    """A date; ``worked`` is the column that numbers its working days, where there is one."""

    sql: str
    sure: bool = True
    worked: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A text or an option."""

    sql: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Exact:
    """``number / denominator``, the denominator above 0. ``low`` and ``high`` bound the value itself."""

    number: Int
    denominator: Int = i.ONE
    low: Bound = None
    high: Bound = None

    @property
    def sure(self) -> bool:
        return self.number.sure and self.denominator.sure

    @property
    def fixed(self) -> int | None:
        """The denominator, where it is a constant."""
        return self.denominator.value

    @property
    def least(self) -> Bound:
        if self.low is None and self.fixed is not None:
            return Rational(self.number.low, self.fixed)
        if self.low is None and self.number.low >= 0:
            return Rational(0)
        return self.low

    @property
    def most(self) -> Bound:
        if self.high is None and self.fixed is not None:
            return Rational(self.number.high, self.fixed)
        return self.high

    @property
    def value(self) -> Rational | None:
        if self.number.value is None or self.fixed is None:
            return None
        return Rational(self.number.value, self.fixed)


@dataclass(frozen=True, slots=True)
class Interval:
    """A value from ``low`` to ``high``, both certain."""

    low: Exact
    high: Exact
    sure: bool = False


Number = Exact | Interval
Value = Number | Flag | Day | Word


def exactly(value: Rational) -> Exact:
    """A constant."""
    return Exact(i.constant(int(value.numerator)), i.constant(int(value.denominator)))


def points(number: Int, decimals: int) -> Exact:
    """A number of ``10^-decimals``."""
    return Exact(number, i.constant(10**decimals))


# Bounds


def quantised(one: Number) -> Interval:
    """Bounds of ``one`` with a constant denominator."""
    if isinstance(one, Interval):
        return Interval(quantised(one.low).low, quantised(one.high).high)
    if one.fixed is not None:
        return Interval(one, one, one.sure)
    size = max(one.number.size, 1)
    scale = next((k for k in (_FINE, _COARSE) if size * k + one.denominator.high <= BIGINT), 10**12)
    scaled = i.times(one.number, i.constant(scale))
    down, up = i.quotient_down(scaled, one.denominator), i.quotient_up(scaled, one.denominator)
    least, most = one.least, one.most
    lowest = None if least is None else int(least.numerator * scale // least.denominator)
    highest = None if most is None else int(-(-most.numerator * scale // most.denominator))
    whole = i.constant(scale)
    # Bounds of the number do not follow from the value's: the quotient is what is clipped here.
    low, high = (i.clipped(part, lowest, highest) for part in (down, up))
    return Interval(Exact(i.narrowed(low), whole, least, most), Exact(i.narrowed(high), whole, least, most))


def _ends(one: Number) -> tuple[Exact, Exact]:
    return (one.low, one.high) if isinstance(one, Interval) else (one, one)


# Arithmetic


def _scaled(one: Exact, other: Exact) -> tuple[Int, Int, Int]:
    """The two numbers over one denominator."""
    if one.fixed is not None and other.fixed is not None:
        whole = lcm(one.fixed, other.fixed)
        return (
            i.times(one.number, i.constant(whole // one.fixed)),
            i.times(other.number, i.constant(whole // other.fixed)),
            i.constant(whole),
        )
    if one.denominator.sql == other.denominator.sql:
        return one.number, other.number, one.denominator
    return (
        i.times(one.number, other.denominator),
        i.times(other.number, one.denominator),
        i.times(one.denominator, other.denominator),
    )


def _sum(a: Bound, b: Bound) -> Bound:
    return None if a is None or b is None else a + b


def plus(one: Number, other: Number) -> Number:
    """``one + other``."""
    if isinstance(one, Interval) or isinstance(other, Interval):
        first, second = _ends(one), _ends(other)
        return Interval(_exact_plus(first[0], second[0]), _exact_plus(first[1], second[1]))
    made = _exact_plus(one, other)
    if made.sure or not (one.sure and other.sure):
        return made
    return plus(quantised(one), quantised(other))


def _exact_plus(one: Exact, other: Exact) -> Exact:
    first, second, whole = _scaled(one, other)
    return Exact(i.plus(first, second), whole, _sum(one.least, other.least), _sum(one.most, other.most))


def negative(one: Number) -> Number:
    """``-one``."""
    if isinstance(one, Interval):
        return Interval(_exact_negative(one.high), _exact_negative(one.low), one.sure)
    return _exact_negative(one)


def _exact_negative(one: Exact) -> Exact:
    low, high = one.least, one.most
    return Exact(
        i.negative(one.number),
        one.denominator,
        None if high is None else -high,
        None if low is None else -low,
    )


def minus(one: Number, other: Number) -> Number:
    """``one - other``."""
    if isinstance(one, Exact) and isinstance(other, Exact):
        first, second, whole = _scaled(one, other)
        turned = _exact_negative(other)
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
    (a, b), (c, d) = _ends(one), _ends(other)
    if _at_least_zero(a) and _at_least_zero(c):
        return Interval(_exact_times(a, c), _exact_times(b, d))
    corners = [_exact_times(x, y) for x in (a, b) for y in (c, d)]
    low = high = corners[0]
    for corner in corners[1:]:
        low, high = _exact_least(low, corner), _exact_greatest(high, corner)
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
    (a, b), (c, d) = _ends(one), _ends(other)
    low = c.least
    if isinstance(other, Exact):
        if _at_least_zero(other):
            return Interval(_exact_over(a, other), _exact_over(b, other))
        return unknown()
    if low is not None and low >= 0 and _at_least_zero(a):
        return Interval(_exact_over(a, d), _exact_over(b, c))
    return unknown()


def unknown() -> Exact:
    """A value that only the direct evaluation finds."""
    return Exact(i.NOTHING)


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


# Comparing


_SQL = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def compared(operator: str, one: Number, other: Number) -> Flag:
    """Whether the comparison holds."""
    if isinstance(one, Exact) and isinstance(other, Exact):
        return _exact_compared(operator, one, other)
    (a, b), (c, d) = _ends(one), _ends(other)
    both = {
        "<": (_exact_compared("<", b, c), _exact_compared(">=", a, d)),
        "<=": (_exact_compared("<=", b, c), _exact_compared(">", a, d)),
        ">": (_exact_compared(">", a, d), _exact_compared("<=", b, c)),
        ">=": (_exact_compared(">=", a, d), _exact_compared("<", b, c)),
    }
    if operator in both:
        holds, fails = both[operator]
        return Flag(f"CASE WHEN {holds.sql} THEN TRUE WHEN {fails.sql} THEN FALSE END", False)
    same = f"{_exact_compared('==', a, d).sql} AND {_exact_compared('==', b, c).sql}"
    apart = f"{_exact_compared('<', b, c).sql} OR {_exact_compared('>', a, d).sql}"
    yes, no = ("TRUE", "FALSE") if operator == "==" else ("FALSE", "TRUE")
    return Flag(f"CASE WHEN {same} THEN {yes} WHEN {apart} THEN {no} END", False)


def _exact_compared(operator: str, one: Exact, other: Exact) -> Flag:
    first, second, _ = _scaled(one, other)
    if first.value is not None and second.value is not None:
        from engine.language.compiler import COMPARATORS

        return TRUE if COMPARATORS[operator](first.value, second.value) else FALSE
    return Flag(
        f"{wrapped(first.sql)} {_SQL[operator]} {wrapped(second.sql)}",
        one.sure and other.sure and first.sure and second.sure,
    )


def chosen(condition: Flag, then: Number, otherwise: Number) -> Number:
    """``then`` where the condition holds, else ``otherwise``."""
    if condition.value is not None:
        return then if condition.value else otherwise
    if isinstance(then, Exact) and isinstance(otherwise, Exact):
        return _exact_chosen(condition, then, otherwise)
    (a, b), (c, d) = _ends(then), _ends(otherwise)
    return Interval(_exact_chosen(condition, a, c), _exact_chosen(condition, b, d))


def case(condition: Flag, then: str, otherwise: str) -> str:
    """``CASE`` that is ``NULL`` where the condition is."""
    if condition.sure:
        return f"CASE WHEN {condition.sql} THEN {then} ELSE {otherwise} END"
    return f"CASE WHEN {condition.sql} THEN {then} WHEN NOT {wrapped(condition.sql)} THEN {otherwise} END"


def choose_int(condition: Flag, then: Int, otherwise: Int) -> Int:
    """``then`` where the condition holds, else ``otherwise``."""
    if condition.value is not None:
        return then if condition.value else otherwise
    if then.sql == otherwise.sql and condition.sure:
        return then
    return Int(
        case(condition, then.typed(), otherwise.typed()),
        min(then.low, otherwise.low), max(then.high, otherwise.high),
        then.huge or otherwise.huge, condition.sure and then.sure and otherwise.sure,
    )  # fmt: skip


def _exact_chosen(condition: Flag, then: Exact, otherwise: Exact) -> Exact:
    lows, highs = (then.least, otherwise.least), (then.most, otherwise.most)
    low = None if lows[0] is None or lows[1] is None else min(lows[0], lows[1])
    high = None if highs[0] is None or highs[1] is None else max(highs[0], highs[1])
    if then.fixed is not None and otherwise.fixed is not None:
        first, second, whole = _scaled(then, otherwise)
        return Exact(choose_int(condition, first, second), whole, low, high)
    return Exact(
        choose_int(condition, then.number, otherwise.number),
        choose_int(condition, then.denominator, otherwise.denominator),
        low,
        high,
    )


def _exact_least(one: Exact, other: Exact) -> Exact:
    return _exact_extreme("<=", one, other)


def _exact_greatest(one: Exact, other: Exact) -> Exact:
    return _exact_extreme(">=", one, other)


def _exact_extreme(operator: str, one: Exact, other: Exact) -> Exact:
    smaller = operator == "<="
    ends = [(one.least, other.least), (one.most, other.most)]
    low, high = (
        (min(a, b) if smaller else max(a, b)) if a is not None and b is not None else None for a, b in ends
    )
    if smaller:
        high = high if high is not None else next((x for x in ends[1] if x is not None), None)
    else:
        low = low if low is not None else next((x for x in ends[0] if x is not None), None)
    for first, second in ((one, other), (other, one)):
        lower, upper = (first.most, second.least) if smaller else (second.most, first.least)
        if second.sure and lower is not None and upper is not None and lower <= upper:
            return first
    if one.fixed is not None and other.fixed is not None:
        a, b, whole = _scaled(one, other)
        made = i.least(a, b) if smaller else i.greatest(a, b)
        return Exact(made, whole, low, high)
    condition = _exact_compared(operator, one, other)
    return replace(_exact_chosen(condition, one, other), low=low, high=high)


def least(one: Number, other: Number) -> Number:
    """The lesser of the two."""
    (a, b), (c, d) = _ends(one), _ends(other)
    if isinstance(one, Exact) and isinstance(other, Exact):
        return _exact_least(one, other)
    return Interval(_exact_least(a, c), _exact_least(b, d))


def greatest(one: Number, other: Number) -> Number:
    """The greater of the two."""
    (a, b), (c, d) = _ends(one), _ends(other)
    if isinstance(one, Exact) and isinstance(other, Exact):
        return _exact_greatest(one, other)
    return Interval(_exact_greatest(a, c), _exact_greatest(b, d))


def absolute(one: Number) -> Number:
    """The absolute value."""
    if isinstance(one, Exact):
        number = Int(f"abs({one.number.sql})", 0, one.number.size, one.number.huge, one.number.sure)
        return Exact(number if one.number.low < 0 else one.number, one.denominator)
    return greatest(greatest(one, negative(one)), exactly(Rational(0)))


# Whole numbers


def certain(low: Int, high: Int) -> Int:
    """The number that both bounds give; ``NULL`` where they give two."""
    if low.sql == high.sql:
        return low
    sql = f"CASE WHEN {wrapped(low.sql)} = {wrapped(high.sql)} THEN {low.typed()} END"
    return Int(sql, low.low, high.high, low.huge or high.huge, False)


def rounded(one: Number, decimals: int) -> Int:
    """``one`` rounded half up, in units of ``10^-decimals``."""
    low, high = _ends(one)
    return i.narrowed(certain(_rounded(low, decimals), _rounded(high, decimals)))


def _rounded(one: Exact, decimals: int) -> Int:
    scale = 10**decimals
    if one.fixed is not None:
        shared = gcd(scale, one.fixed)
        number = i.times(one.number, i.constant(scale // shared))
        made = i.quotient_half_up(number, i.constant(one.fixed // shared))
    else:
        made = i.quotient_half_up(i.times(one.number, i.constant(scale)), one.denominator)
    low, high = one.least, one.most
    return i.clipped(
        made,
        None if low is None else int(low.numerator * scale // low.denominator),
        None if high is None else int(-(-high.numerator * scale // high.denominator)),
    )


def floored(one: Number) -> Int:
    """The whole number at or below."""
    low, high = _ends(one)
    return i.narrowed(
        certain(i.quotient_down(low.number, low.denominator), i.quotient_down(high.number, high.denominator))
    )


def ceiled(one: Number) -> Int:
    """The whole number at or above."""
    return i.negative(floored(negative(one)))
