"""Working days as a table: a day, and twice the working days up to it, plus one where it is one itself."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from engine.language.calendar import known_years, working_days

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def day_before_first() -> date:
    """The day before the calendar's first."""
    return date(known_years()[0], 1, 1) - timedelta(days=1)


@cache
def numbered_days() -> tuple[tuple[date, int], ...]:
    """Every day of the calendar's years with its number."""
    first, last = known_years()
    start, end = date(first, 1, 1), date(last, 12, 31)
    numbered: list[tuple[date, int]] = []
    worked = 0
    day = before = start
    while day <= end:
        works = _works(day, before)
        worked += works
        numbered.append((day, 2 * worked + works))
        before, day = day, day + timedelta(days=1)
    return (*numbered,)


def _works(day: date, before: date) -> int:
    if day != before:
        return int(working_days(before, day))
    return -int(working_days(day + timedelta(days=1), day))


def create_calendar(connection: DuckDBPyConnection) -> None:
    """The table ``calendar``, and its numbers as the variable ``worked``."""
    # As one text it is there in a twentieth of the time that a row of values each takes.
    numbers = f"[{','.join(str(number) for _, number in numbered_days())}]"
    connection.execute(
        "CREATE OR REPLACE TABLE calendar AS SELECT ?::DATE + generate_subscripts(numbers, 1)::INTEGER AS day, "
        "unnest(numbers) AS worked FROM (SELECT ?::BIGINT[] AS numbers)",
        [day_before_first(), numbers],
    )
    connection.execute("SET VARIABLE worked = (SELECT list(worked ORDER BY day) FROM calendar)")
