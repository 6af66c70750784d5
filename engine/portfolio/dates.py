"""Dates in SQL: days and working days between two, and a date moved by days."""

from __future__ import annotations

from engine.portfolio import integers as i
from engine.portfolio.calendar import day_before_first
from engine.portfolio.integers import Int
from engine.portfolio.kinds import wrapped_word
from engine.portfolio.quoting import wrapped
from engine.portfolio.values import Day, Exact, Interval, Number

_BASE_DAYS = 4_000_000
_FIRST_DAY, _LAST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"


def days_between(start: Day, end: Day) -> Exact:
    """Calendar days after ``start`` and up to ``end``."""
    sql = f"{wrapped_word(end.sql)} - {wrapped_word(start.sql)}"
    return Exact(Int(sql, -_BASE_DAYS, _BASE_DAYS, sure=start.sure and end.sure))


def shifted(day: Day, by: Number, sign: int) -> Day:
    """The day so many days later, or earlier with ``sign`` -1; ``NULL`` beyond the calendar."""
    if isinstance(by, Interval) or by.fixed is None:
        return Day("NULL::DATE", False)
    number = by.number if sign > 0 else i.negative(by.number)
    whole = "" if by.fixed == 1 else f" AND {wrapped(number.sql)} % {by.fixed} = 0"
    moved = wrapped(number.sql) if by.fixed == 1 else f"({wrapped(number.sql)} // {by.fixed})"
    fits = f"abs({number.sql}) <= {_BASE_DAYS * by.fixed}{whole}"
    sum_ = f"{wrapped_word(day.sql)} + {moved}::INTEGER"
    sql = f"CASE WHEN {fits} AND {sum_} BETWEEN {_FIRST_DAY} AND {_LAST_DAY} THEN {sum_} END"
    return Day(sql, False)


def working_days(start: Day, end: Day) -> Exact:
    """Working days after ``start`` and up to ``end``; backwards those from ``end`` on and before ``start``.

    A day's number is twice the working days up to and with it, plus one if it is one itself.
    """
    first, last = _worked(start), _worked(end)
    forwards = f"({last} >> 1) - ({first} >> 1)"
    backwards = f"({last} >> 1) - ({last} & 1) - (({first} >> 1) - ({first} & 1))"
    before = f"{wrapped_word(end.sql)} >= {wrapped_word(start.sql)}"
    sure = bool(start.sure and end.sure and start.worked and end.worked)
    sql = f"CASE WHEN {before} THEN {forwards} ELSE {backwards} END"
    return Exact(Int(sql, -_BASE_DAYS, _BASE_DAYS, sure=sure))


def _worked(day: Day) -> str:
    if day.worked:
        return day.worked
    return f"getvariable('worked')[{wrapped_word(day.sql)} - DATE '{day_before_first().isoformat()}']"
