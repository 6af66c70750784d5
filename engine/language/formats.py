"""Values as people read them: amounts with separators and unit, rates in percent.

A rate is shown with two decimals, and with more where two would show it as equal to a threshold
that it does not equal: 89.996% beside a threshold of 90% is not shown as 90.00%.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from engine.errors import Text, same
from engine.language.numbers import (
    HUNDRED,
    Rational,
    format_exact,
    format_fixed,
    round_half_up,
    terminating_decimals,
)
from engine.language.terms import Kind, Type, Value

MOST_DECIMALS = 12
NOT_GIVEN = Text("未填报", "not given")
NO_VALUE = Text("无法计算", "no value")


class Formats(Struct, frozen=True):
    """How one ruleset writes values: the unit and decimals of money, the decimals of points."""

    money_unit: str
    money_decimals: int
    point_decimals: int

    def show(self, value: Value, type_: Type, apart_from: Iterable[Value] = (), *, unit: bool = True) -> Text:
        """``value`` in both languages; ``apart_from`` are thresholds it must not seem to equal."""
        if value is None:
            return NOT_GIVEN
        if isinstance(value, bool):
            return Text("是" if value else "否", "yes" if value else "no")
        if not isinstance(value, Rational):
            return same(str(value))
        return same(
            self.quantity(value, type_.kind, [one for one in apart_from if isinstance(one, Rational)], unit)
        )

    def quantity(self, value: Rational, kind: Kind, apart_from: list[Rational], unit: bool = True) -> str:
        if kind == Kind.RATIO:
            percent = value * HUNDRED
            decimals = self.decimals(percent, 2, [one * HUNDRED for one in apart_from])
            return f"{format_fixed(percent, decimals)}%"
        if kind == Kind.MONEY:
            amount = format_fixed(value, self.decimals(value, self.money_decimals, apart_from), grouped=True)
            return f"{amount} {self.money_unit}" if unit else amount
        if kind == Kind.POINTS:
            return format_fixed(value, self.decimals(value, self.point_decimals, apart_from))
        places = terminating_decimals(value)
        if places is not None and places <= 6:
            return format_exact(value)
        return format_fixed(value, self.decimals(value, 4, apart_from))

    def decimals(self, value: Rational, least: int, apart_from: list[Rational]) -> int:
        """The fewest decimals, from ``least`` on, that keep ``value`` apart from what it is not."""
        for places in range(least, MOST_DECIMALS):
            shown = round_half_up(value, places)
            if all(shown != round_half_up(one, places) or one == value for one in apart_from):
                return places
        return MOST_DECIMALS
