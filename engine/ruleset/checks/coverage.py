"""Whether rows of ranges cover a line of values without gap, overlap, or a row nothing reaches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

from engine.errors import Position, Text
from engine.language.formats import Formats
from engine.language.numbers import Rational
from engine.language.ranges import Interval
from engine.language.terms import Type, Value
from engine.ruleset.model import Range

Row = tuple[Range, Position]
Found = tuple[Text, Position]
Show = Callable[[Value], str]


def uncovered(
    rows: Sequence[Row], possible: Interval, step: Rational | None, type_: Type, formats: Formats
) -> Iterator[Found]:
    """What is wrong with ``rows`` for the values in ``possible``; ``step`` where values come in steps."""

    def show(value: Value) -> str:
        return formats.show(value, type_).en

    for allowed, where in rows:
        if _is_empty(allowed):
            yield (
                Text(f"{_range(allowed, show)} 里没有任何值", f"{_range(allowed, show)} holds no value"),
                where,
            )
        elif not _meets(allowed, possible):
            yield (
                Text(f"{_range(allowed, show)} 永远达不到", f"{_range(allowed, show)} is never reached"),
                where,
            )
    full = [row for row in rows if not _is_empty(row[0])]
    ordered = sorted(full, key=lambda row: _low_key(row[0]))
    if [row[1] for row in full] not in ([row[1] for row in ordered], [row[1] for row in reversed(ordered)]):
        yield Text("各档没有按大小排列", "the rows do not stand in order"), full[0][1]
    if ordered:
        yield from _ends(ordered, possible, show)
    for (lower, _), (upper, where) in itertools.pairwise(ordered):
        yield from _between(lower, upper, where, step, show)


def _ends(ordered: Sequence[Row], possible: Interval, show: Show) -> Iterator[Found]:
    first, where = ordered[0]
    if first.low is not None and (possible.low is None or possible.low < first.low):
        yield (
            Text(f"小于 {show(first.low)} 的值没有对应的档", f"no row covers values below {show(first.low)}"),
            where,
        )
    elif first.low is not None and possible.low == first.low and not first.low_closed:
        yield Text(f"恰为 {show(first.low)} 没有对应的档", f"no row covers exactly {show(first.low)}"), where
    last, where = ordered[-1]
    if last.high is not None and (possible.high is None or possible.high > last.high):
        yield (
            Text(f"大于 {show(last.high)} 的值没有对应的档", f"no row covers values above {show(last.high)}"),
            where,
        )
    elif last.high is not None and possible.high == last.high and not last.high_closed:
        yield Text(f"恰为 {show(last.high)} 没有对应的档", f"no row covers exactly {show(last.high)}"), where


def _between(
    lower: Range, upper: Range, where: Position, step: Rational | None, show: Show
) -> Iterator[Found]:
    """The seam between two rows that stand next to each other."""
    high, low = lower.high, upper.low
    if high is None or low is None:
        yield Text("与另一档重叠", "overlaps another row"), where
        return
    if high > low or (high == low and lower.high_closed and upper.low_closed):
        yield Text(f"在 {show(low)} 处与另一档重叠", f"overlaps another row at {show(low)}"), where
    elif high == low:
        if not lower.high_closed and not upper.low_closed:
            yield Text(f"恰为 {show(low)} 没有对应的档", f"no row covers exactly {show(low)}"), where
    elif not _adjacent(lower, upper, step):
        yield (
            Text(
                f"{show(high)} 与 {show(low)} 之间没有对应的档",
                f"no row covers the values between {show(high)} and {show(low)}",
            ),
            where,
        )


def _adjacent(lower: Range, upper: Range, step: Rational | None) -> bool:
    """Whether values in steps leave nothing between the rows: up to 89.99, then from 90."""
    return step is not None and lower.high_closed and upper.low_closed and upper.low - lower.high == step


def _is_empty(allowed: Range) -> bool:
    if allowed.low is None or allowed.high is None:
        return False
    return allowed.low > allowed.high or (
        allowed.low == allowed.high and not (allowed.low_closed and allowed.high_closed)
    )


def _meets(allowed: Range, possible: Interval) -> bool:
    """Whether some possible value lies in the range."""
    low_misses = (
        allowed.low is not None
        and possible.high is not None
        and (allowed.low > possible.high or (allowed.low == possible.high and not allowed.low_closed))
    )
    high_misses = (
        allowed.high is not None
        and possible.low is not None
        and (allowed.high < possible.low or (allowed.high == possible.low and not allowed.high_closed))
    )
    return not low_misses and not high_misses


def _low_key(allowed: Range) -> tuple[object, ...]:
    if allowed.low is None:
        return (0,)
    return (1, allowed.low, not allowed.low_closed)


def _range(allowed: Range, show: Show) -> str:
    low = show(allowed.low) if allowed.low is not None else "−∞"
    high = show(allowed.high) if allowed.high is not None else "+∞"
    return f"{'[' if allowed.low_closed else '('}{low}, {high}{']' if allowed.high_closed else ')'}"
