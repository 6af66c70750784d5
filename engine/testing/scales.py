"""The values of a fact as steps: the smallest unit of an amount, a day, a hundredth of a percent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.language.calendar import known_years
from engine.language.numbers import HUNDRED, ZERO, Rational, format_exact
from engine.language.terms import Kind, Value
from engine.ruleset.model import Fact, Ruleset

MOST: Mapping[Kind, int] = {
    Kind.MONEY: 100_000_000, Kind.NUMBER: 1_000_000, Kind.RATIO: 10, Kind.DAYS: 2_000, Kind.COUNT: 10_000,
    Kind.POINTS: 1_000,
}  # fmt: skip
"""The largest value of each kind where the ruleset states no bound."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The values of a fact as whole numbers of its smallest unit, or of days; both ends are allowed."""

    kind: Kind
    step: Rational
    low: int
    high: int

    def value(self, number: int) -> Value:
        return date.fromordinal(number) if self.kind == Kind.DATE else number * self.step

    def number(self, value: Any) -> int:
        return value.toordinal() if self.kind == Kind.DATE else int(value / self.step)

    def clamp(self, number: int) -> int:
        return min(max(number, self.low), self.high)


def scale_of(fact: Fact, ruleset: Ruleset) -> Scale:
    """The steps in which ``fact``, a quantity or a date, is varied."""
    kind, low, high = fact.type.kind, fact.allowed.low, fact.allowed.high
    if kind == Kind.DATE:
        first, last = known_years()
        earliest, latest = date(first, 1, 1), date(last, 12, 31)
        earliest = max(earliest, low) if isinstance(low, date) else earliest
        latest = min(latest, high) if isinstance(high, date) else latest
        return Scale(kind, Rational(1), earliest.toordinal(), max(earliest, latest).toordinal())
    places = {
        Kind.MONEY: ruleset.money_decimals, Kind.POINTS: ruleset.decimals, Kind.NUMBER: 2, Kind.RATIO: 4
    }.get(kind, 0)  # fmt: skip
    scale = 10**places
    bottom = low if isinstance(low, Rational) else Rational(0 if kind == Kind.COUNT else -MOST[kind])
    top = high if isinstance(high, Rational) else max(bottom, ZERO) + MOST[kind]
    # A bound between two steps is brought inside.
    lowest = -(int(-bottom.numerator * scale) // int(bottom.denominator))
    highest = int(top.numerator * scale) // int(top.denominator)
    return Scale(kind, Rational(1, scale), lowest, max(lowest, highest))


def as_stated(value: Value, kind: Kind) -> str:
    """The text with which a facts file states ``value``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Rational):
        return f"{format_exact(value * HUNDRED)}%" if kind == Kind.RATIO else format_exact(value)
    return value.isoformat() if isinstance(value, date) else str(value)
