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


_days: dict[date, tuple[int, int, int]] = {}
"""Days of the years read so far: the year, its working days before the day, and those up to and with it."""


def _read_year(year: int) -> None:
    from chinese_calendar import constants

    holidays, moved = constants.holidays, constants.workdays
    worked = 0
    for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        before = worked
        worked += day in moved or (day.weekday() < 5 and day not in holidays)
        _days[day] = year, before, worked


def _day(day: date) -> tuple[int, int, int]:
    if day not in _days:
        check_known(day)
        _read_year(day.year)
    return _days[day]


def working_days(start: date, end: date) -> Rational:
    """Working days from ``start`` (not counted) to ``end`` (counted); negative going backwards."""
    first_year, before_start, through_start = _days.get(start) or _day(start)
    last_year, before_end, through_end = _days.get(end) or _day(end)
    # Going forwards the days after start and up to end count, backwards those from end on and before start.
    if end >= start:
        counted = through_end - through_start
        if first_year != last_year:
            counted += _in_whole_years(first_year, last_year)
    else:
        counted = before_end - before_start
        if first_year != last_year:
            counted -= _in_whole_years(last_year, first_year)
    return Rational(counted)


def _in_whole_years(first: int, end: int) -> int:
    """The working days of the years from ``first`` on and before ``end``."""
    return sum(_day(date(year, 12, 31))[2] for year in range(first, end))


def calendar_days(start: date, end: date) -> Rational:
    """Days from ``start`` (not counted) to ``end`` (counted); negative going backwards."""
    return Rational((end - start).days)
