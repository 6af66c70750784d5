"""The part of chinesecalendar that the engine uses: working days by the State Council's yearly notices.

The functions raise NotImplementedError for a date outside the years of ``holidays``.
"""

from datetime import date

__version__: str

# Days off, weekend days worked, and days off in exchange for those; each with its holiday's English name.
holidays: dict[date, str]
workdays: dict[date, str]
in_lieu_days: dict[date, str]

def is_workday(date: date) -> bool: ...
def is_holiday(date: date) -> bool: ...
