"""China's working days, as the State Council's yearly notices set them.

The notices move weekends; the ``chinesecalendar`` library keeps them. Days are numbered so that
counting the working days between two dates is one subtraction.
"""

from __future__ import annotations

from datetime import date, timedelta
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


@cache
def _working_days_before() -> tuple[int, list[Rational]]:
    """The ordinal of the first known day, and for each day the working days up to and with it."""
    from chinese_calendar import constants

    first, last = known_years()
    day, end = date(first, 1, 1), date(last, 12, 31)
    holidays, moved = constants.holidays, constants.workdays
    start, total, one_day = day.toordinal(), 0, timedelta(days=1)
    running = [Rational(0)]
    while day <= end:
        total += day in moved or (day.weekday() < 5 and day not in holidays)
        running.append(Rational(total))
        day += one_day
    return start, running


def check_known(day: date) -> None:
    """Raises :class:`OutsideCalendar` unless ``day`` is in the calendar's years."""
    first, last = known_years()
    if not first <= day.year <= last:
        raise OutsideCalendar(day)


def working_days(start: date, end: date) -> Rational:
    """Working days from ``start`` (not counted) to ``end`` (counted); negative going backwards."""
    check_known(start)
    check_known(end)
    first, running = _working_days_before()
    begin, finish = start.toordinal() - first, end.toordinal() - first
    if finish >= begin:
        return running[finish + 1] - running[begin + 1]
    return running[finish] - running[begin]


def calendar_days(start: date, end: date) -> Rational:
    """Days from ``start`` (not counted) to ``end`` (counted); negative going backwards."""
    return Rational((end - start).days)
