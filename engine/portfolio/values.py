"""Exact values in SQL: fractions of whole numbers, and fractions known between two bounds.

A sum of fractions whose denominators come from the data has no denominator of its own that would fit a
column. Such a value is an :class:`Interval`: certified bounds, a billionth apart. What follows from both
bounds alike is certain; where they disagree the result is ``NULL`` and the direct evaluation decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

from engine.language.numbers import Rational
from engine.portfolio import integers as i
from engine.portfolio.integers import BIGINT, Int

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


def unknown() -> Exact:
    """A value that only the direct evaluation finds."""
    return Exact(i.NOTHING)


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


def ends(one: Number) -> tuple[Exact, Exact]:
    """The value's bounds; of an exact one twice itself."""
    return (one.low, one.high) if isinstance(one, Interval) else (one, one)


def common(one: Exact, other: Exact) -> tuple[Int, Int, Int]:
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


def negative(one: Number) -> Number:
    """``-one``."""
    if isinstance(one, Interval):
        return Interval(exact_negative(one.high), exact_negative(one.low), one.sure)
    return exact_negative(one)


def exact_negative(one: Exact) -> Exact:
    """``-one``."""
    low, high = one.least, one.most
    return Exact(
        i.negative(one.number),
        one.denominator,
        None if high is None else -high,
        None if low is None else -low,
    )
