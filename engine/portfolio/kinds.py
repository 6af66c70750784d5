"""Values of any kind: the texts they are made of, seen through an alias, beside a record, or under a condition."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from engine.language.numbers import Rational
from engine.portfolio import values as v
from engine.portfolio.integers import Int
from engine.portfolio.quoting import literal, wrapped
from engine.portfolio.values import Day, Exact, Flag, Interval, Number, Value, Word

_CONSTANT = re.compile(r"((DATE )?'(?:[^']|'')*'|NULL(::\w+)?)\Z")
LONG = 240
"""Longer texts are computed in a column of their own."""


def constant_value(value: Any) -> Value:
    """A value of the ruleset itself."""
    if isinstance(value, bool):
        return v.TRUE if value else v.FALSE
    if isinstance(value, Rational):
        return v.exactly(value)
    if isinstance(value, date):
        return Day(f"DATE '{value.isoformat()}'")
    return Word(literal(str(value)))


def as_number(value: Value) -> Number:
    """A value that is a number."""
    assert isinstance(value, (Exact, Interval)), value
    return value


def as_flag(value: Value) -> Flag:
    """A value that is true or false."""
    assert isinstance(value, Flag), value
    return value


def as_day(value: Value) -> Day:
    """A value that is a date."""
    assert isinstance(value, Day), value
    return value


def sqls(value: Value) -> list[str]:
    """The texts a value is made of, without constants."""
    match value:
        case Interval(low=low, high=high):
            return [*sqls(low), *sqls(high)]
        case Exact(number=number, denominator=denominator):
            return [one.sql for one in (number, denominator) if one.value is None]
        case Day(sql=sql, worked=worked):
            return [sql, worked] if worked else [sql]
        case Flag(sql=sql) if value.value is None:
            return [sql]
        case Word(sql=sql):
            return [sql]
    return []


def unsure_parts(value: Value) -> list[str]:
    """The texts that may be ``NULL``."""
    match value:
        case Interval(low=low, high=high):
            return [*unsure_parts(low), *unsure_parts(high)]
        case Exact(number=number, denominator=denominator):
            return [one.sql for one in (number, denominator) if not one.sure]
    return [] if value.sure else [value.sql]


def first_sql(value: Value) -> str:
    """The text that is ``NULL`` where the value is not given."""
    found = sqls(value)
    return found[0] if found else "TRUE"


def is_text(sql: str) -> bool:
    """Whether it is a constant, which no table has."""
    return _CONSTANT.match(sql) is not None


def wrapped_word(sql: str) -> str:
    """Brackets around what is no literal."""
    return sql if is_text(sql) else wrapped(sql)


def by_row(value: Value, row: Callable[[str], str]) -> Value:
    """The value with each of its long texts computed beside the record."""

    def seen(one: Int) -> Int:
        return one if len(one.sql) <= LONG else Int(row(one.sql), one.low, one.high, one.huge, one.sure)

    match value:
        case Exact(number=number, denominator=denominator):
            return Exact(seen(number), seen(denominator), value.low, value.high)
        case Interval(low=low, high=high):
            first, second = by_row(low, row), by_row(high, row)
            assert isinstance(first, Exact) and isinstance(second, Exact)
            return Interval(first, second, value.sure)
        case Flag():
            return Flag(row(value.sql), value.sure)
        case Word():
            return Word(row(value.sql), value.sure)
        case Day():
            return value


def prefixed(value: Value, alias: str) -> Value:
    """A stored value, seen through a table's alias."""

    def seen(one: Int) -> Int:
        if one.value is not None or is_text(one.sql):
            return one
        return Int(f"{alias}.{one.sql}", one.low, one.high, one.huge, one.sure)

    match value:
        case Interval(low=low, high=high):
            first, second = prefixed(low, alias), prefixed(high, alias)
            assert isinstance(first, Exact) and isinstance(second, Exact)
            return Interval(first, second, value.sure)
        case Exact():
            return Exact(seen(value.number), seen(value.denominator), value.low, value.high)
        case Flag():
            return value if value.value is not None else Flag(f"{alias}.{value.sql}", value.sure)
        case Day():
            if is_text(value.sql):
                return value
            return Day(f"{alias}.{value.sql}", value.sure, f"{alias}.{value.worked}" if value.worked else "")
        case Word():
            return value if is_text(value.sql) else Word(f"{alias}.{value.sql}", value.sure)


def only_where(condition: Flag, value: Value) -> Value:
    """``value`` where the condition holds, else ``NULL``."""

    def held(one: Int) -> Int:
        if one.value is not None:
            return Int(
                f"CASE WHEN {condition.sql} THEN {one.typed()} END", one.low, one.high, one.huge, False
            )
        return Int(f"CASE WHEN {condition.sql} THEN {one.sql} END", one.low, one.high, one.huge, False)

    match value:
        case Interval(low=low, high=high):
            first, second = only_where(condition, low), only_where(condition, high)
            assert isinstance(first, Exact) and isinstance(second, Exact)
            return Interval(first, second)
        case Exact():
            return Exact(held(value.number), value.denominator, value.low, value.high)
        case Flag(sql=sql):
            return Flag(f"CASE WHEN {condition.sql} THEN {sql} END", False)
        case Day(sql=sql, worked=worked):
            return Day(f"CASE WHEN {condition.sql} THEN {sql} END", False, worked)
        case Word(sql=sql):
            return Word(f"CASE WHEN {condition.sql} THEN {sql} END", False)
