"""What is told of a term without evaluating it is true of its values: ranges, implications, directions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from engine.language.compiler import EvaluationError, Slots, compile_term
from engine.language.directions import Direction, Directions
from engine.language.errors import ExpressionError
from engine.language.implications import Known, Reach, canonical
from engine.language.numbers import Rational
from engine.language.printer import print_tree
from engine.language.ranges import NOT_NEGATIVE, Bounds, Interval, range_of, truth_of
from engine.language.terms import NUMERIC, Kind, Read, ReadField, Term
from tests.language.expressions import expressions, facts
from tests.language.world import MEASURES, World

WORLD = World()
MORE = settings(max_examples=settings().max_examples * 2)
ATOMS = (
    "rate < 90%", "rate <= 90%", "60% <= rate", "rate == 90%", "rate != 90%", "rate > usage", "usage < rate",
    "rate - 1 > 0", "staff > 3", "staff < 3", "staff >= 3 and staff <= 3", "lag > limit", "lag <= 7", "7 < lag < 10",
    "open", "open == true", "audited if given(audited) else open", "given(closed)",
    'mode == "公开"', 'mode != "公开"', 'mode in ("公开", "邀请")', 'mode not in ("公开", "邀请")', "mode == other_mode",
    'title == "A"', "due < filed", "filed <= due", "due >= 2024-01-01", "2024-01-01 > due", "spent > budget.total",
    "spent <= budget.total", "any(contracts where late)", "count(contracts) > 0", "count(contracts) == 0",
)  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        return f"({draw(st.sampled_from(ATOMS))})"
    one, two = draw(conditions(depth - 1)), draw(conditions(depth - 1))
    return draw(st.sampled_from([f"not {one}", f"({one} and {two})", f"({one} or {two})"]))


def value(term: Term, slots: Slots) -> Any:
    """The term's value; facts for which it has none show nothing."""
    try:
        return compile_term(term)(list(slots))
    except EvaluationError as error:
        event(error.code)
        assume(False)
        raise


def bounds_around(values: dict[str, Any], spread: int | None) -> Bounds:
    """As if the ruleset declared each fact to lie near its value; ``None`` for no bounds but the kinds' own."""

    def bounds(read: Read | ReadField) -> Interval:
        own = NOT_NEGATIVE if read.type.kind == Kind.COUNT else Interval()
        if isinstance(read, ReadField) or read.scalar.name in MEASURES or read.type.kind not in NUMERIC:
            return own
        if read.scalar.source in ("parameter", "points"):
            fixed = WORLD.blank[read.scalar.slot]
            return Interval(fixed, fixed)
        if spread is None or values.get(read.scalar.name) is None or read.scalar.source == "findings":
            return own
        exact = Rational(values[read.scalar.name])
        return own.meet(Interval(exact - spread, exact + spread))

    return bounds


def holds_within(interval: Interval, number: Any) -> bool:
    return (interval.low is None or interval.low <= number) and (
        interval.high is None or number <= interval.high
    )


@given(st.data(), facts(), st.sampled_from([None, 0, 1, 5]))
@MORE
def test_what_is_known_to_hold_holds(data: st.DataObject, values: dict[str, Any], spread: int | None) -> None:
    slots = WORLD.slots(values)
    bounds = bounds_around(values, spread)
    known = Known(bounds)
    for text in data.draw(st.lists(conditions(), min_size=1, max_size=4)):
        term = WORLD.term(text)
        truth = value(term, slots)
        assert known.possible(term) or not truth, text
        known.assume(term, truth)
        assert not known.contradictory, text
    for text in data.draw(st.lists(conditions(2), min_size=3, max_size=3)):
        term = WORLD.term(text)
        told = known.truth(term)
        event(f"told: {told is not None}")
        assert told in (None, value(term, slots)), text
    for name in ("rate", "staff", "lag", "spent"):
        read = WORLD.term(name)
        assert isinstance(read, Read)
        assert holds_within(known.bounds(read), value(read, slots))


@given(conditions(), facts())
@MORE
def test_what_says_the_same_has_the_same_truth(text: str, values: dict[str, Any]) -> None:
    term, turned = WORLD.term(text), WORLD.term(f"not ({text})")
    assert canonical(term, False) == canonical(turned)
    assert canonical(term) == canonical(turned, False)


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("open and rate < 90%", "90% > rate and open", True),
        ("not (open or rate < 90%)", "rate >= 90% and not open", True),
        ("open and (staff > 3 and rate < 90%)", "rate < 90% and staff > 3 and open", True),
        ("spent > budget.total", "budget.total < spent", True),
        ("mode == other_mode", "other_mode == mode", True),
        ("rate < 90%", "rate <= 90%", False),
        ("open and rate < 90%", "open or rate < 90%", False),
        ("rate > usage", "usage > rate", False),
    ],
)
def test_conditions_that_say_the_same(one: str, two: str, same: bool) -> None:
    assert (canonical(WORLD.term(one)) == canonical(WORLD.term(two))) is same


@pytest.mark.parametrize(
    ("given_", "asked", "told"),
    [
        ("rate >= 95%", "rate > 90%", True),
        ("rate >= 90%", "rate > 90%", None),
        ("rate > 90%", "rate >= 90%", True),
        ("rate > 90%", "rate == 90%", False),
        ("rate >= 90% and rate <= 90%", "rate == 90%", True),
        ("spent > budget.total", "budget.total >= spent", False),
        ("not (open or staff > 3)", "staff <= 5 and not open", True),
        ("(open or staff > 3) and not open", "staff > 2", True),
        ('mode in ("公开", "邀请") and mode != "邀请"', 'mode == "公开"', True),
        ('mode == "公开"', 'mode in ("邀请", "单一来源")', False),
        ("due > 2024-03-31", "due >= 2024-04-01", None),
        ("due > 2024-03-31", "due < 2024-03-01", False),
        ("lag > 7", "lag > limit", True),
        ("staff < 3", "points * staff < 40", True),
        ("open", "staff > 3", None),
    ],
)
def test_what_follows(given_: str, asked: str, told: bool | None) -> None:
    known = Known(bounds_around({}, None))
    known.assume(WORLD.term(given_))
    assert known.truth(WORLD.term(asked)) is told


def test_what_excludes_itself() -> None:
    known = Known(bounds_around({}, None))
    known.assume(WORLD.term("rate < 90% or open"))
    assert not known.possible(WORLD.term("rate >= 90% and not open"))
    assert known.possible(WORLD.term("rate >= 90%"))
    known.assume(WORLD.term("not open"))
    known.assume(WORLD.term("rate > 95%"))
    assert known.contradictory


def test_a_reach_that_loses_its_end_is_empty() -> None:
    assert Reach(1, 1).narrowed("!=", 1).is_empty
    assert not Reach(1, 2).narrowed("!=", 1).is_empty
    assert Reach(1, 2, low_open=True).narrowed("<=", 1).is_empty


@st.composite
def numeric(draw: st.DrawFn) -> tuple[str, Term]:
    text = print_tree(draw(expressions(draw(st.sampled_from(sorted(NUMERIC))))))
    try:
        return text, WORLD.term(text)
    except ExpressionError:
        assume(False)
        raise


@given(numeric(), facts(), st.sampled_from([None, 0, 1, 5]))
@MORE
def test_a_value_lies_in_its_range(
    written: tuple[str, Term], values: dict[str, Any], spread: int | None
) -> None:
    text, term = written
    interval = range_of(term, bounds_around(values, spread))
    event(f"bounded: {interval != Interval()}")
    assert holds_within(interval, value(term, WORLD.slots(values))), text


@given(conditions(), facts(), st.sampled_from([None, 0, 1, 5]))
@MORE
def test_a_certain_truth_is_true(text: str, values: dict[str, Any], spread: int | None) -> None:
    term = WORLD.term(text)
    assert truth_of(term, bounds_around(values, spread)) in (None, value(term, WORLD.slots(values)))


TARGETS = ("rate", "staff", "lag", "spent", "weight", "due", "open", "usage")


@given(st.data(), facts(), st.sampled_from(TARGETS))
@MORE
def test_a_term_goes_the_way_it_is_told_to_go(
    data: st.DataObject, values: dict[str, Any], target: str
) -> None:
    if data.draw(st.booleans()):
        text, term = data.draw(numeric())
    else:
        text = data.draw(conditions())
        term = WORLD.term(text)
    terms = {name: WORLD.term(written, frozenset({"grant", "reserve"})) for name, written in MEASURES.items()}
    told = Directions(target, bounds_around(values, None), terms).of(term)
    event(told.value)
    if target == "usage":
        return
    before, after = value(term, WORLD.slots(values)), value(term, WORLD.slots(risen(data, values, target)))
    if told is Direction.CONSTANT:
        assert before == after, text
    elif told is Direction.RISES:
        assert before <= after, text
    elif told is Direction.FALLS:
        assert before >= after, text


def risen(data: st.DataObject, values: dict[str, Any], target: str) -> dict[str, Any]:
    """The same facts, the target higher."""
    old = values[target]
    if isinstance(old, bool):
        return {**values, target: True}
    by = data.draw(st.integers(1, 6))
    if target == "due":
        assume(old.year < 2050)
        return {**values, target: old + timedelta(days=by)}
    return {**values, target: old + (Rational(by, 10) if target == "rate" else by)}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("points * min(rate, 100%)", "rises"),
        ("points * max(0%, 1 - rate)", "falls"),
        ("abs(rate)", "unknown"),
        ("points if rate >= 90% else points * max(0%, min(rate, 90%))", "rises"),
        ("0.5 * points if rate > 90% else 0.9 * points", "falls"),
        ("whole_steps(rate - 1, 5%)", "rises"),
        ("rate > 90% and open", "rises"),
        ("not (rate > 90% or open)", "falls"),
        ("rate == 90%", "unknown"),
        ("staff", "constant"),
        ("workdays(due, filed)", "constant"),
        ("sum(share * rate for targets)", "unknown"),
        ("count(targets where share < rate)", "rises"),
    ],
)
def test_directions(text: str, told: str) -> None:
    assert Directions("rate", bounds_around({}, None), {}).of(WORLD.term(text)).value == told


def test_directions_through_measures() -> None:
    measures = {"usage": WORLD.term("spent / max(budget.total, 1)")}
    term = WORLD.term("points * (1 - usage)")
    assert Directions("spent", bounds_around({}, None), measures).of(term) is Direction.FALLS
    assert Directions("usage", bounds_around({}, None), measures).of(term) is Direction.FALLS
    assert Directions("staff", bounds_around({}, None), measures).of(term) is Direction.CONSTANT
