"""Values held against each other: comparing, choosing, the lesser and the greater, and rounding."""

from __future__ import annotations

from dataclasses import replace
from math import gcd

from engine.language.numbers import Rational
from engine.portfolio import integers as i
from engine.portfolio.integers import Int
from engine.portfolio.quoting import wrapped
from engine.portfolio.values import (
    FALSE,
    TRUE,
    Exact,
    Flag,
    Interval,
    Number,
    common,
    ends,
    exactly,
    negative,
)

# Comparing


_SQL = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def compared(operator: str, one: Number, other: Number) -> Flag:
    """Whether the comparison holds."""
    if isinstance(one, Exact) and isinstance(other, Exact):
        return _exact_compared(operator, one, other)
    (a, b), (c, d) = ends(one), ends(other)
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
    first, second, whole = common(one, other)
    if not whole.sure and whole.sql == one.denominator.sql == other.denominator.sql:
        # The shared denominator falls away, but not where it is NULL: then neither side has a value.
        first = Int(
            f"CASE WHEN {wrapped(whole.sql)} IS NOT NULL THEN {first.typed()} END",
            first.low, first.high, first.huge, False,
        )  # fmt: skip
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
    (a, b), (c, d) = ends(then), ends(otherwise)
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
        first, second, whole = common(then, otherwise)
        return Exact(choose_int(condition, first, second), whole, low, high)
    return Exact(
        choose_int(condition, then.number, otherwise.number),
        choose_int(condition, then.denominator, otherwise.denominator),
        low,
        high,
    )


def exact_least(one: Exact, other: Exact) -> Exact:
    """The lesser of two exact values."""
    return _exact_extreme("<=", one, other)


def exact_greatest(one: Exact, other: Exact) -> Exact:
    """The greater of two exact values."""
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
        a, b, whole = common(one, other)
        made = i.least(a, b) if smaller else i.greatest(a, b)
        return Exact(made, whole, low, high)
    condition = _exact_compared(operator, one, other)
    return replace(_exact_chosen(condition, one, other), low=low, high=high)


def least(one: Number, other: Number) -> Number:
    """The lesser of the two."""
    (a, b), (c, d) = ends(one), ends(other)
    if isinstance(one, Exact) and isinstance(other, Exact):
        return exact_least(one, other)
    return Interval(exact_least(a, c), exact_least(b, d))


def greatest(one: Number, other: Number) -> Number:
    """The greater of the two."""
    (a, b), (c, d) = ends(one), ends(other)
    if isinstance(one, Exact) and isinstance(other, Exact):
        return exact_greatest(one, other)
    return Interval(exact_greatest(a, c), exact_greatest(b, d))


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
    low, high = ends(one)
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
    low, high = ends(one)
    return i.narrowed(
        certain(i.quotient_down(low.number, low.denominator), i.quotient_down(high.number, high.denominator))
    )


def ceiled(one: Number) -> Int:
    """The whole number at or above."""
    return i.negative(floored(negative(one)))
