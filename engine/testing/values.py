"""The values that departments are made of: what a fact's type and bounds allow, the small and round ones first.

Each value is one choice from a list of a hundred or so, which keeps departments quick to draw and to
shrink, and their figures readable. Finer ones come from moving them onto thresholds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from zlib import crc32

from engine.language.terms import ORDERED, Kind, Value
from engine.ruleset.model import Fact
from engine.testing.drafts import WORDS, Plan
from engine.testing.scales import Scale

LONGEST_GAP = 400
_DAYS = 366
_WAYS = 5
"""Of so many records and groups one has the simplest values."""
_ROUND = (
    12,
    15,
    20,
    25,
    30,
    40,
    50,
    60,
    75,
    80,
    90,
    95,
    99,
    100,
    101,
    110,
    120,
    150,
    200,
    300,
    500,
    800,
    1_000,
    5_000,
    10_000,
)
_ODD = 16


def options_of(fact: Fact, plan: Plan) -> Sequence[Any]:
    """Values of ``fact``; ``None`` is an optional one that is not given. Dates are told as gaps in days."""
    kind = fact.type.kind
    values: Sequence[Any]
    if kind == Kind.DATE:
        values = _gaps(plan.turns.days)
    elif kind in ORDERED:
        values = _quantities(plan.scales[fact.name], fact.name)
    elif kind == Kind.FLAG:
        values = (False, True)
    elif kind == Kind.CHOICE:
        values = fact.type.options
    else:
        values = tuple(dict.fromkeys((*WORDS, *plan.turns.words.get(fact.name, ()))))
    absent = (None,) * max(1, len(values) // 3) if fact.optional else ()
    return (*absent, *values)


class Together:
    """The values of one group or one record: now and then, and when shrunk, the simplest of them all."""

    def __init__(self, facts: Iterable[Fact], plan: Plan) -> None:
        self.plan = plan
        self.members = list(facts)
        self._options = [options_of(one, plan) for one in self.members]
        self._simplest = tuple(None if one.optional else plan.simplest(one) for one in self.members)
        days = _DAYS if any(one.type.kind == Kind.DATE for one in self.members) else 1
        ways = _WAYS if len(self.members) > 1 else 1
        self.sizes = (ways, days, *map(len, self._options))
        """The options of the choices with which the values are chosen."""

    def values(self, numbers: Iterator[int]) -> tuple[Value, ...]:
        """The values that are chosen so, in the order of the facts."""
        way, day, *indices = itertools.islice(numbers, len(self.sizes))
        if way == 0 and len(self.members) > 1:
            return self._simplest
        drawn = [options[index] for options, index in zip(self._options, indices, strict=True)]
        return self._dated(drawn, day)

    def _dated(self, drawn: Iterable[Any], day: int) -> tuple[Value, ...]:
        """Each date follows the one before by the gap that was drawn for it.

        ``day`` says how many days into the ruleset's year the first one starts.
        """
        latest = date(self.plan.ruleset.year, 1, 1).toordinal() + day
        values: list[Value] = []
        for fact, value in zip(self.members, drawn, strict=True):
            if fact.type.kind == Kind.DATE and value is not None:
                scale = self.plan.scales[fact.name]
                latest = scale.clamp(latest + value)
                values.append(scale.value(latest))
            else:
                values.append(value)
        return tuple(values)


def _quantities(scale: Scale, seed: str) -> Sequence[Value]:
    """Small whole numbers (whole percents for a ratio), round ones, odd amounts, bounds, and negative ones.

    The odd amounts are different ones for each fact and the same in every run.
    """
    per_unit = int(1 / scale.step)
    unit = per_unit // 100 if scale.kind == Kind.RATIO else per_unit
    odd = [crc32(f"{seed} {index}".encode()) for index in range(_ODD)]
    numbers = [number * unit for number in (*range(11), *_ROUND)]
    numbers += [one % (span * unit) for one in odd for span in (10, 2_000)]
    numbers += [-unit, -1, *(-(one % (100 * unit)) for one in odd[::2])]
    far = 100_000 * per_unit  # a bound beyond it is where the search stops, and not one of the ruleset's
    bounds = [number for number in (scale.low, scale.high) if abs(number) <= far]
    near = [scale.clamp(number) for number in (scale.low + 1, scale.high - 1)]
    allowed = dict.fromkeys(
        number for number in (*numbers, *near) if scale.low <= number <= scale.high and abs(number) <= far
    )
    return [scale.value(number) for number in (*allowed, *bounds, *bounds)] or [scale.value(scale.low)]


def _gaps(limits: Sequence[int]) -> Sequence[int]:
    """Days from one date to the next: few, about the ruleset's own deadlines, many, backwards.

    A deadline in working days is about seven fifths of it in days.
    """
    near = [days + more for limit in limits for days in (limit, limit * 7 // 5) for more in (-1, 0, 1)]
    turns = sorted({gap for days in near for gap in (days, -days) if days <= LONGEST_GAP}, key=_by_size)
    return (*range(41), *turns, *range(41, LONGEST_GAP, 9), *range(-1, -31, -3))


def _by_size(gap: int) -> tuple[int, bool]:
    return abs(gap), gap < 0
