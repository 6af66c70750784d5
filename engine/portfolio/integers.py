"""Whole numbers in SQL: text that computes one, with the range it lies in.

The range decides the type: ``BIGINT`` where every intermediate value fits, ``HUGEINT`` where not. Where
even that could overflow, the operation yields ``NULL`` for the rows that do (``TRY``), and ``sure`` is
false: whoever uses the value must look for ``NULL`` and leave such a row to the direct evaluation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.portfolio.quoting import wrapped

BIGINT = 2**63 - 1
HUGEINT = 2**127 - 1


@dataclass(frozen=True, slots=True)
class Int:
    """``sql`` computes a whole number from ``low`` to ``high``; ``huge`` is its type."""

    sql: str
    low: int
    high: int
    huge: bool = False
    sure: bool = True

    @property
    def value(self) -> int | None:
        """The number, where it is a constant."""
        return self.low if self.low == self.high and re.fullmatch(r"-?\d+", self.sql) else None

    @property
    def size(self) -> int:
        return max(abs(self.low), abs(self.high))

    def typed(self) -> str:
        """The text with a type of its own, for places where no column gives one."""
        if self.value is None:
            return self.sql
        return f"{wrapped(self.sql) if self.low < 0 else self.sql}::{'HUGEINT' if self.size > BIGINT else 'BIGINT'}"


def constant(value: int) -> Int:
    """A number that does not change."""
    return Int(str(value), value, value, abs(value) > BIGINT)


NOTHING = Int("NULL::BIGINT", 0, 0, sure=False)
ZERO, ONE = constant(0), constant(1)


def _made(sql: str, low: int, high: int, operands: tuple[Int, ...]) -> Int:
    """The result of an arithmetic operation, widened to the type that holds it."""
    sure = all(one.sure for one in operands)
    huge = any(one.huge for one in operands)
    if max(abs(low), abs(high)) <= BIGINT:
        return Int(sql, low, high, huge, sure)
    if not huge:
        first = wrapped(operands[0].sql)
        assert sql.startswith(first), sql
        sql = f"{first}::HUGEINT{sql[len(first) :]}"
    if max(abs(low), abs(high)) <= HUGEINT:
        return Int(sql, low, high, True, sure)
    return Int(f"TRY({sql})", max(low, -HUGEINT), min(high, HUGEINT), True, False)


def plus(one: Int, other: Int) -> Int:
    """``one + other``."""
    if one.value is not None and other.value is not None:
        return constant(one.value + other.value)
    if one.value == 0:
        return other
    if other.value == 0:
        return one
    if other.value is not None and other.value < 0:
        return minus(one, constant(-other.value))
    sql = f"{wrapped(one.sql)} + {wrapped(other.sql)}"
    return _made(sql, one.low + other.low, one.high + other.high, (one, other))


def minus(one: Int, other: Int) -> Int:
    """``one - other``."""
    if one.value is not None and other.value is not None:
        return constant(one.value - other.value)
    if other.value == 0:
        return one
    if one.value is not None and one.value < 0:
        one = Int(one.typed(), one.low, one.high, one.huge)
    sql = f"{wrapped(one.sql)} - {wrapped(other.sql)}"
    return _made(sql, one.low - other.high, one.high - other.low, (one, other))


def negative(one: Int) -> Int:
    """``-one``."""
    if one.value is not None:
        return constant(-one.value)
    return Int(f"-{wrapped(one.sql)}", -one.high, -one.low, one.huge, one.sure)


def times(one: Int, other: Int) -> Int:
    """``one * other``."""
    if one.value is not None and other.value is not None:
        return constant(one.value * other.value)
    for factor, rest in ((one, other), (other, one)):
        if factor.value == 1:
            return rest
        if factor.value == 0 and rest.sure:
            return ZERO
    if one.value is not None:
        one, other = other, one
    sql = f"{wrapped(one.sql)} * {wrapped(other.sql)}"
    corners = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    return _made(sql, min(corners), max(corners), (one, other))


def quotient_down(one: Int, by: Int) -> Int:
    """The whole number at or below ``one / by``; ``by`` is above 0."""
    if one.value is not None and by.value is not None:
        return constant(one.value // by.value)
    if by.value == 1:
        return one
    most = max(by.low, 1)
    low = one.low // most if one.low < 0 else one.low // max(by.high, 1)
    high = one.high // most if one.high >= 0 else one.high // max(by.high, 1)
    sql = f"{wrapped(one.sql)} // {wrapped(by.sql)}"
    if one.low < 0:
        sql = f"{sql} - ({wrapped(one.sql)} % {wrapped(by.sql)} < 0)::BIGINT"
    return Int(sql, low, high, one.huge or by.huge, one.sure and by.sure)


def quotient_up(one: Int, by: Int) -> Int:
    """The whole number at or above ``one / by``; ``by`` is above 0."""
    if by.value == 1:
        return one
    if one.low >= 0:
        return quotient_down(plus(one, minus(by, ONE)), by)
    return negative(quotient_down(negative(one), by))


def quotient_half_up(one: Int, by: Int) -> Int:
    """``one / by`` rounded to a whole number, halves away from 0; ``by`` is above 0."""
    if by.value is not None:
        if by.value == 1:
            return one
        if by.value % 2 == 0:
            return _to_nearest(one, constant(by.value // 2), by)
    return _to_nearest(times(one, constant(2)), by, times(by, constant(2)))


def _to_nearest(one: Int, half: Int, by: Int) -> Int:
    if one.value is not None and by.value is not None and half.value is not None:
        sign = -1 if one.value < 0 else 1
        return constant(sign * ((abs(one.value) + half.value) // by.value))
    least = max(by.low, 1)
    if one.low >= 0:
        shifted = plus(one, half)
    else:
        turned = Int(
            f"CASE WHEN {one.sql} < 0 THEN {negative(half).typed()} ELSE {half.typed()} END",
            -half.high,
            half.high,
            half.huge,
            half.sure,
        )
        shifted = plus(one, turned)
    sql = f"{wrapped(shifted.sql)} // {wrapped(by.sql)}"
    low, high = -(-one.low // least) - 1 if one.low < 0 else 0, max(one.high, 0) // least + 1
    return Int(sql, low, high, shifted.huge or by.huge, shifted.sure and by.sure)


def least(one: Int, other: Int) -> Int:
    """The lesser of the two."""
    if one.value is not None and other.value is not None:
        return constant(min(one.value, other.value))
    if one.high <= other.low and one.sure and other.sure:
        return one
    if other.high <= one.low and one.sure and other.sure:
        return other
    return _extreme("least", "<=", one, other, min(one.low, other.low), min(one.high, other.high))


def greatest(one: Int, other: Int) -> Int:
    """The greater of the two."""
    if one.value is not None and other.value is not None:
        return constant(max(one.value, other.value))
    if one.low >= other.high and one.sure and other.sure:
        return one
    if other.low >= one.high and one.sure and other.sure:
        return other
    return _extreme("greatest", ">=", one, other, max(one.low, other.low), max(one.high, other.high))


def _extreme(function: str, operator: str, one: Int, other: Int, low: int, high: int) -> Int:
    """DuckDB's ``least`` passes over ``NULL``; where one may come, the longer form does not."""
    huge, sure = one.huge or other.huge, one.sure and other.sure
    if sure:
        return Int(f"{function}({one.typed()}, {other.typed()})", low, high, huge)
    a, b = wrapped(one.sql), wrapped(other.sql)
    sql = f"CASE WHEN {a} {operator} {b} THEN {one.typed()} WHEN {b} {operator} {a} THEN {other.typed()} END"
    return Int(sql, low, high, huge, False)


def clipped(one: Int, low: int | None, high: int | None) -> Int:
    """The same number, known to lie in a narrower range."""
    lowest = one.low if low is None else max(one.low, min(low, one.high))
    highest = one.high if high is None else min(one.high, max(high, one.low))
    if lowest > highest or one.value is not None:
        return one
    return Int(one.sql, lowest, highest, one.huge, one.sure)


def narrowed(one: Int) -> Int:
    """The same number as a ``BIGINT``, where it fits."""
    if one.huge and one.size <= BIGINT:
        return Int(f"{wrapped(one.sql)}::BIGINT", one.low, one.high, False, one.sure)
    return one
