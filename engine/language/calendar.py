"""China's working days, as the State Council's yearly notices set them.

The notices move weekends; the ``chinesecalendar`` library keeps them. Days are numbered so that
counting the working days between two dates is one subtraction.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from engine.errors import Text
from engine.language.numbers import Rational


class OutsideCalendar(ValueError):
    """A date in a year whose notice the calendar does not know."""

    def __init__(self, day: date) -> None:
        first, last = known_years()
        self.message = Text(
            f"{day.isoformat()} 不在工作日历的年份内（{first}–{last}）",
            f"{day.isoformat()} is outside the years of the working-day calendar ({first}-{last})",
        )
        self.fix = Text(
            "核对日期；较新的年份需要升级 chinesecalendar",
            "check the date; for newer years upgrade chinesecalendar",
        )
        super().__init__(self.message.en)


@cache
def known_years() -> tuple[int, int]:
    """The first and the last year whose notice is known."""
    from chinese_calendar import constants

    return min(constants.holidays).year, max(constants.holidays).year


def check_known(day: date) -> None:
    """Raises :class:`OutsideCalendar` unless ``day`` is in the calendar's years."""
    first, last = known_years()
    if not first <= day.year <= last:
        raise OutsideCalendar(day)


_years: dict[int, tuple[int, list[int]]] = {}
"""What :func:`_counted` found, by year."""


def _year(day: date) -> tuple[int, list[int]]:
    year = _years.get(day.year)
    if year is None:
        check_known(day)
        year = _years[day.year] = _counted(day.year)
    return year


def _counted(year: int) -> tuple[int, list[int]]:
    """The ordinal of the year's first day, and how many working days come before each day of it.

    The list goes one further, so that its last entry counts the whole year.
    """
    from chinese_calendar import constants

    holidays, moved = constants.holidays, constants.workdays
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    before = [0]
    for ordinal in range(first, last + 1):
        day = date.fromordinal(ordinal)
        before.append(before[-1] + (day in moved or (day.weekday() < 5 and day not in holidays)))
    return first, before


def working_days(start: date, end: date) -> Rational:
    """Working days from ``start`` (not counted) to ``end`` (counted); negative going backwards."""
    # Going forwards the days after start and up to end count, backwards those from end on and before start.
    step = 1 if end >= start else 0
    first, before = _year(start)
    begin = before[start.toordinal() - first + step]
    if end.year == start.year:
        return Rational(before[end.toordinal() - first + step] - begin)
    first, before = _year(end)
    finish = before[end.toordinal() - first + step]
    if step:
        return Rational(_in_whole_years(start.year, end.year) - begin + finish)
    return Rational(finish - begin - _in_whole_years(end.year, start.year))


def _in_whole_years(first: int, end: int) -> int:
    return sum(_year(date(year, 1, 1))[1][-1] for year in range(first, end))


def calendar_days(start: date, end: date) -> Rational:
    """Days from ``start`` (not counted) to ``end`` (counted); negative going backwards."""
    return Rational((end - start).days)
