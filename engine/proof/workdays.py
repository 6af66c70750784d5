"""Working days for the solver: the running count of working days, exact in a window of dates.

Outside a window the count is an unknown function of which only what follows is known, for the dates that
are compared: how many working days a stretch of so many days has at least and at most, anywhere in the
calendar. That is true of the real calendar, so what is proved with it is true.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import accumulate, pairwise

import z3

from engine.language.calendar import working_days
from engine.proof.arithmetic import Bool, Expr, both
from engine.proof.variables import Detail, calendar_ends

SHORT, LONG = 45, 420
"""Stretches up to so many days are known to the day, and up to so many to the fortnight."""
_ANY_DAY = z3.Int("any day")


@cache
def _counts() -> tuple[int, ...]:
    """For each day of the calendar, from the eve of the first, the working days up to and with it."""
    first, last = calendar_ends()
    ahead = (
        int(working_days(date.fromordinal(day - 1), date.fromordinal(day)))
        for day in range(first + 1, last + 1)
    )
    start = int(working_days(date.fromordinal(first + 1), date.fromordinal(first)) == -1)
    return tuple(accumulate(ahead, initial=start))


def count_until(day: int) -> int:
    """The working days of the calendar up to and with ``day``."""
    first, _ = calendar_ends()
    return 0 if day < first else _counts()[day - first]


@cache
def _fewest_and_most(length: int) -> tuple[int, int]:
    """Working days in any stretch of ``length`` days of the calendar."""
    counts = (0, *_counts())
    spans = [counts[end] - counts[end - length] for end in range(length, len(counts))]
    return min(spans), max(spans)


class Calendar:
    """The count of working days; with a ``window`` of dates it is exact, and dates lie in it."""

    def __init__(
        self, axioms: list[Bool], details: list[Detail], window: tuple[int, int] | None = None
    ) -> None:
        self.axioms = axioms
        self.details = details
        """What is known beyond that working days are days, for proofs that need it."""
        self.window = window
        self._count = z3.Function("working days until", z3.IntSort(), z3.IntSort())
        self._seen: set[tuple[int, int]] = set()
        self._kept: list[Expr] = []

    def between(self, start: Expr, end: Expr) -> Expr:
        """``workdays(start, end)`` as an Int."""
        ahead = self._stretch(start, end)
        back = self._stretch(end - 1, start - 1)
        return z3.If(end >= start, ahead, -back)

    def _stretch(self, start: Expr, end: Expr) -> Expr:
        """The working days after ``start`` up to and with ``end``, where that is not before it."""
        if self.window is not None:
            first, last = self.window
            self.axioms.append(both(start >= first, start < last, end >= first, end < last))
            return self._exact(end) - self._exact(start)
        one, two = z3.simplify(start), z3.simplify(end)
        counted = self._count(two) - self._count(one)
        if (one.get_id(), two.get_id()) not in self._seen:
            self._seen.add((one.get_id(), two.get_id()))
            self._kept += [one, two]
            self._bound(two - one, counted)
        return counted

    def _bound(self, length: Expr, counted: Expr) -> None:
        stretch = z3.Implies(length >= 0, both(counted >= 0, counted <= length))
        self.axioms.append(stretch)
        self.details.append((stretch, lambda: self._detailed(length, counted)))

    def _detailed(self, length: Expr, counted: Expr) -> Bool:
        """How many working days there are at least and at most in a stretch of so many days."""
        lengths = (*range(1, SHORT), *range(SHORT, LONG, 14))
        known: list[Bool] = []
        for days, longer in pairwise(lengths):
            (few, most), (more_few, more_most) = _fewest_and_most(days), _fewest_and_most(longer)
            if more_most > most:
                known.append(z3.Implies(length <= days, counted <= most))
            if more_few > few:
                known.append(z3.Implies(length >= longer, counted >= more_few))
        return z3.Implies(length >= 0, both(*known))

    def _exact(self, day: Expr) -> Expr:
        """The count up to and with ``day``, which lies in the window."""
        assert self.window is not None
        return z3.substitute(_count_within(*self.window), (_ANY_DAY, day))


@cache
def _count_within(first: int, last: int) -> Expr:
    """The count up to and with ``_ANY_DAY`` as straight pieces: level over days off, rising by one a day over working days.

    A thousand terms, made once: the solver puts another day in their place far sooner than they are made again.
    """
    pieces: list[tuple[int, Expr]] = []
    begun = first - 1
    while begun < last:
        rise = count_until(begun + 1) - count_until(begun)
        end = begun + 1
        while end < last and count_until(end + 1) - count_until(end) == rise:
            end += 1
        value = z3.IntVal(count_until(begun)) if not rise else _ANY_DAY + (count_until(begun) - begun)
        pieces.append((end, value))
        begun = end
    return _by_halves(_ANY_DAY, pieces)


def _by_halves(day: Expr, pieces: list[tuple[int, Expr]]) -> Expr:
    """The value of the piece that ``day`` lies in: a balanced tree of comparisons."""
    if len(pieces) == 1:
        return pieces[0][1]
    middle = len(pieces) // 2
    return z3.If(
        day <= pieces[middle - 1][0], _by_halves(day, pieces[:middle]), _by_halves(day, pieces[middle:])
    )
