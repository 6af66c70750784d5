"""Strategies for single values: what a fact's type and bounds allow, the small and round ones first.

Each value is one choice of Hypothesis, which keeps departments quick to draw and to shrink.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from hypothesis import strategies as st

from engine.language.terms import ORDERED, Kind, Value
from engine.ruleset.model import Fact
from engine.testing.drafts import WORDS, Plan, Scale

LONGEST_GAP = 400
_CHANCES = 2_000_000
"""The numbers to choose from for one sort of amount: so few that Hypothesis chooses among all sorts alike."""


def value_strategy(fact: Fact, plan: Plan) -> st.SearchStrategy[Any]:
    """Values of ``fact``; ``None`` is an optional one that is not given. Dates are drawn as gaps in days."""
    kind = fact.type.kind
    if kind in ORDERED and kind != Kind.DATE:
        return _quantities(plan.scales[fact.name], fact.optional)
    values: Sequence[Any] = tuple(dict.fromkeys((*WORDS, *plan.turns.words.get(fact.name, ()))))
    if kind == Kind.DATE:
        values = _gaps(plan.turns.days)
    elif kind == Kind.FLAG:
        values = (False, True)
    elif kind == Kind.CHOICE:
        values = fact.type.options
    absent = (None,) * max(1, len(values) // 2) if fact.optional else ()
    return st.sampled_from((*absent, *values))


def _quantities(scale: Scale, optional: bool) -> st.SearchStrategy[Value]:
    """Small whole numbers (whole percents for a ratio), larger ones, odd amounts, and the bounds themselves."""
    per_unit = int(1 / scale.step)
    unit = per_unit // 100 if scale.kind == Kind.RATIO else per_unit
    lowest, highest = -(-scale.low // unit), scale.high // unit
    sorts: list[Sequence[int]] = [
        _multiples(max(lowest, 0), min(highest, 10), unit),
        _multiples(max(lowest, 0), min(highest, 150 if scale.kind == Kind.RATIO else 10_000), unit),
        _multiples(max(scale.low, 0), min(scale.high, 20_000 * per_unit), 1),
        range(min(scale.high, -1), max(scale.low, -1_000 * per_unit) - 1, -1),
        [bound for bound in (scale.low, scale.high) if abs(bound) <= 1_000 * per_unit],
    ]
    usable = [sort for sort in sorts if sort] or [[scale.low]]
    first = 1 if optional else 0

    def value(choice: int) -> Value:
        which, number = divmod(choice, _CHANCES)
        if which < first:
            return None
        sort = usable[which - first]
        return scale.value(sort[number % len(sort)])

    return st.integers(0, (len(usable) + first) * _CHANCES - 1).map(value)


def _multiples(low: int, high: int, unit: int) -> range:
    """``low`` to ``high`` units; empty where there are none."""
    return range(low * unit, high * unit + 1, unit)


def _gaps(limits: Sequence[int]) -> Sequence[int]:
    """Days from one date to the next: few, about the ruleset's own deadlines, many, backwards.

    A deadline in working days is about seven fifths of it in days.
    """
    near = [days + more for limit in limits for days in (limit, limit * 7 // 5) for more in (-1, 0, 1)]
    turns = sorted({gap for days in near for gap in (days, -days) if days <= LONGEST_GAP}, key=_by_size)
    return (*range(41), *turns, *range(41, LONGEST_GAP, 9), *range(-1, -31, -3))


def _by_size(gap: int) -> tuple[int, bool]:
    return abs(gap), gap < 0


def dated(facts: Iterable[Fact], drawn: Iterable[Any], day: int, plan: Plan) -> tuple[Value, ...]:
    """The values of one group or record: each date follows the one before by the gap that was drawn for it.

    ``day`` says how many days into the ruleset's year the first one starts.
    """
    latest = date(plan.ruleset.year, 1, 1).toordinal() + day
    values: list[Value] = []
    for fact, value in zip(facts, drawn, strict=True):
        if fact.type.kind == Kind.DATE and value is not None:
            scale = plan.scales[fact.name]
            latest = scale.clamp(latest + value)
            values.append(scale.value(latest))
        else:
            values.append(value)
    return tuple(values)
