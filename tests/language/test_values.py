"""Evaluation is exact: held against a second interpreter that computes with fractions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import chinese_calendar
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from engine.language.calendar import OutsideCalendar, check_known, known_years
from engine.language.compiler import NOT_YET, EvaluationError, Slots, compile_term
from engine.language.conditions import Condition, is_sided, sign
from engine.language.explanation import Result, explain, thresholds, with_numbers
from engine.language.formats import Formats
from engine.language.functions import FUNCTIONS
from engine.language.numbers import Rational
from engine.language.parser import MAX_DEPTH, MAX_NESTING, ExpressionError, parse
from engine.language.printer import print_tree
from engine.language.syntax import Node
from engine.language.terms import NUMERIC, Combine, Compare, Gather, Given, Kind, Operation, Term, Type, walk
from tests.language import reference
from tests.language.expressions import expressions, facts
from tests.language.world import FULL, LISTS, World

WORLD = World()
LONGER = settings(max_examples=settings.default.max_examples * 2)
KINDS = [Kind.FLAG, Kind.FLAG, Kind.DATE, Kind.TEXT, Kind.CHOICE, *sorted(NUMERIC)]
PYTHON = {Kind.DATE: date, Kind.FLAG: bool, Kind.TEXT: str, Kind.CHOICE: str}


@st.composite
def checked(draw: st.DrawFn, kind: Kind | None = None) -> tuple[str, Term]:
    """An expression that the checker accepts."""
    text = print_tree(draw(expressions(kind or draw(st.sampled_from(KINDS)))))
    try:
        return text, WORLD.term(text)
    except ExpressionError as error:
        event(f"refused: {error.code}")
        assume(False)
        raise


def expected(node: Node, values: dict[str, Any]) -> tuple[Any, str | None]:
    """The value, or the code that says why there is none."""
    try:
        return reference.value(node, reference.Facts(values)), None
    except reference.NoValue as error:
        return None, error.code


def evaluated(term: Term, slots: Slots) -> tuple[Any, str | None]:
    try:
        return compile_term(term)(slots), None
    except EvaluationError as error:
        return None, error.code


def assert_exact(value: Any, type_: Type) -> None:
    """A value of its kind: never a float, nor anything that is computed with one."""
    assert type(value) is PYTHON.get(type_.kind, Rational), value
    if type_.kind == Kind.CHOICE:
        assert value in type_.options


@LONGER
@given(checked(), facts())
def test_a_value_is_what_fractions_make_of_it(one: tuple[str, Term], values: dict[str, Any]) -> None:
    text, term = one
    slots = WORLD.slots(values)
    got, failed = evaluated(term, slots)
    want, code = expected(parse(text), values)
    event(f"value of {term.type.kind}" if code is None else f"no value: {code}")
    assert (failed is None) == (code is None)
    # Days and a date are looked at in either order, so of two faults another may come first.
    assert failed == code or any(
        one.type.kind == Kind.DATE and isinstance(one, Operation) for one in walk(term)
    )
    if code is None:
        assert_exact(got, term.type)
        assert got == want
    for value in slots:
        assert not isinstance(value, float)


@given(checked(), facts())
def test_a_value_is_the_same_a_second_time(one: tuple[str, Term], values: dict[str, Any]) -> None:
    """Also after a failure, and with the measures already computed."""
    slots = WORLD.slots(values)
    assert evaluated(one[1], slots) == evaluated(one[1], slots)
    assert slots[1:5] == [None] * 4  # no record is left at hand


@given(checked(), facts(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(
    one: tuple[str, Term], values: dict[str, Any], random: Any
) -> None:
    shuffled = values | {name: random.sample(values[name], len(values[name])) for name in LISTS}
    got, failed = evaluated(one[1], WORLD.slots(values))
    again, failed_again = evaluated(one[1], WORLD.slots(shuffled))
    assert (failed is None) == (failed_again is None)  # which of two faults comes first may differ
    assert got == again


# Functions, one by one


def value(text: str, **changes: Any) -> Any:
    """The value of ``text``, as a Python fraction where it is a number."""
    got = WORLD.value(text, FULL | {name.replace("__", "."): one for name, one in changes.items()})
    assert not isinstance(got, float)
    return Fraction(int(got.numerator), int(got.denominator)) if isinstance(got, Rational) else got


def failure(text: str, **changes: Any) -> EvaluationError:
    with pytest.raises(EvaluationError) as caught:
        value(text, **changes)
    return caught.value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("round(2.5)", "3"), ("round(-2.5)", "-3"), ("round(0.5)", "1"), ("round(-0.5)", "-1"), ("round(0.49)", "0"),
        ("round(1.5)", "2"), ("round(2.4999)", "2"), ("round(-2.4999)", "-2"), ("round(2)", "2"), ("round(0)", "0"),
        ("round(0.125, 2)", "0.13"), ("round(-0.125, 2)", "-0.13"), ("round(0.115, 2)", "0.12"),
        ("round(2.675, 2)", "2.68"), ("round(1.005, 2)", "1.01"), ("round(99.995, 2)", "100"),
        ("round(2 / 3, 4)", "0.6667"), ("round(1 / 3, 12)", "0.333333333333"), ("round(89.995%, 4)", "0.9"),
        ("floor(2.7)", "2"), ("floor(-2.7)", "-3"), ("floor(-2)", "-2"), ("ceil(2.1)", "3"), ("ceil(-2.7)", "-2"),
        ("ceil(2)", "2"), ("abs(-2.5)", "2.5"), ("abs(2.5)", "2.5"), ("abs(0)", "0"),
        ("0.1 + 0.2", "0.3"), ("1 / 3 * 3", "1"), ("1 / 3 + 1 / 3 + 1 / 3", "1"), ("0.1 * 3 - 0.3", "0"),
        ("90%", "0.9"), ("100%", "1"), ("0.05%", "0.0005"), ("- -3", "3"), ("2 - 3 - 4", "-5"), ("24 / 4 / 2", "3"),
        ("2 + 3 * 4", "14"), ("min(3, 1, 2)", "1"), ("max(3, 1, 2)", "3"), ("min(-1, 1)", "-1"),
        ("count_true(true, false, 1 < 2)", "2"), ("count_true(false)", "0"),
        # completed steps: exactly on a boundary counts
        ("whole_steps(0, 1)", "0"), ("whole_steps(0.99, 1)", "0"), ("whole_steps(1, 1)", "1"), ("whole_steps(1.01, 1)", "1"),
        ("whole_steps(2, 1)", "2"), ("whole_steps(-1, 1)", "0"), ("whole_steps(-0.01, 1)", "0"), ("whole_steps(5, 100)", "0"),
        ("whole_steps(0.3, 0.1)", "3"), ("whole_steps(0.7, 0.1)", "7"), ("whole_steps(2.999999, 1)", "2"),
        ("whole_steps(93% - 90%, 1%)", "3"), ("whole_steps(1, 1 / 3)", "3"),
        # steps begun
        ("started_steps(0, 1)", "0"), ("started_steps(0.01, 1)", "1"), ("started_steps(1, 1)", "1"),
        ("started_steps(1.01, 1)", "2"), ("started_steps(-0.5, 1)", "0"), ("started_steps(0.3, 0.1)", "3"),
        ("started_steps(0.31, 0.1)", "4"), ("started_steps(30, 30)", "1"), ("started_steps(31, 30)", "2"),
    ],
)  # fmt: skip
def test_a_number(text: str, result: str) -> None:
    assert value(text) == Fraction(result)


@given(st.fractions(min_value=-50, max_value=50, max_denominator=50), st.integers(0, 4))
def test_rounding_is_to_the_nearest_and_away_from_zero(number: Fraction, places: int) -> None:
    got = value(f"round(weight, {places})", weight=number)
    unit = Fraction(1, 10**places)
    assert (got / unit).denominator == 1
    assert abs(got - number) <= unit / 2
    assert abs(got - number) < unit / 2 or abs(got) > abs(number)
    assert value(f"-round(-weight, {places})", weight=number) == got


@given(
    st.fractions(min_value=-5, max_value=50, max_denominator=20),
    st.fractions(min_value=Fraction(1, 20), max_value=5, max_denominator=20),
    st.integers(0, 9),
)
def test_steps(excess: Fraction, size: Fraction, boundary: int) -> None:
    whole, started = _steps(excess, size)
    if excess <= 0:
        assert whole == started == 0
    else:
        assert whole * size <= excess < (whole + 1) * size
        assert (started - 1) * size < excess <= started * size
    assert _steps(boundary * size, size) == (boundary, boundary)


def _steps(excess: Fraction, size: Fraction) -> tuple[Fraction, Fraction]:
    facts = {"spent": excess, "budget__total": size}
    return value("whole_steps(spent, budget.total)", **facts), value(
        "started_steps(spent, budget.total)", **facts
    )


# Days


def test_days_exclude_the_first_and_include_the_last() -> None:
    assert value("days(2024-03-04, 2024-03-04)") == 0
    assert value("days(2024-03-04, 2024-03-05)") == 1
    assert value("days(2024-03-05, 2024-03-04)") == -1
    assert value("days(2024-02-28, 2024-03-01)") == 2
    assert value("days(2023-12-31, 2024-12-31)") == 366


@pytest.mark.parametrize(
    ("start", "end", "working"),
    [
        ("2024-03-04", "2024-03-13", 7),  # Monday to the Wednesday of the week after
        ("2024-03-04", "2024-03-04", 0),
        ("2024-03-04", "2024-03-05", 1),
        ("2024-03-01", "2024-03-04", 1),  # Friday to Monday
        ("2024-03-02", "2024-03-03", 0),  # Saturday to Sunday
        ("2024-02-09", "2024-02-18", 1),  # the Spring Festival, with a Sunday worked at its end
        ("2024-09-30", "2024-10-08", 1),  # the National Day week
        ("2024-09-28", "2024-09-29", 1),  # a Sunday that is worked
        ("2024-04-26", "2024-05-06", 4),  # Sunday the 28th, Monday, Tuesday; 1 to 5 May are off; Monday
        ("2024-05-06", "2024-04-26", -4),  # back again: the 6th is not counted, the 26th is
        ("2024-05-06", "2024-05-01", 0),
        ("2024-01-02", "2023-12-29", -1),
        ("2023-12-29", "2024-01-02", 1),  # over the new year
    ],
)
def test_working_days_by_the_yearly_notices(start: str, end: str, working: int) -> None:
    assert value(f"workdays({start}, {end})") == working


def _walk(start: date, end: date) -> Iterator[date]:
    """The days of the walk from ``start`` to ``end``, forwards or backwards, without ``start``."""
    day = start
    while day != end:
        day += timedelta(days=1 if end > start else -1)
        yield day


@given(st.dates(date(2004, 1, 1), date(2026, 10, 1)), st.integers(-120, 120))
def test_working_days_are_those_of_the_walk(start: date, steps: int) -> None:
    end = min(max(start + timedelta(days=steps), date(2004, 1, 1)), date(2026, 12, 31))
    walked = sum(chinese_calendar.is_workday(day) for day in _walk(start, end))
    got = value("workdays(due, filed)", due=start, filed=end)
    assert got == (walked if end >= start else -walked)
    assert value("days(due, filed)", due=start, filed=end) == (end - start).days


def test_the_calendar_knows_the_years_of_its_library() -> None:
    first, last = known_years()
    for known in (date(first, 1, 1), date(last, 12, 31)):
        check_known(known)
        chinese_calendar.is_workday(known)
    for unknown in (date(first - 1, 12, 31), date(last + 1, 1, 1)):
        with pytest.raises(OutsideCalendar):
            check_known(unknown)
        with pytest.raises(NotImplementedError):
            chinese_calendar.is_workday(unknown)
    start, end = date(first, 1, 1), date(last, 12, 31)
    assert value(f"workdays({start}, {end})") == sum(
        chinese_calendar.is_workday(day) for day in _walk(start, end)
    )
    assert value(f"workdays({end}, {start})") == -sum(
        chinese_calendar.is_workday(day) for day in _walk(end, start)
    )
    for outside in (start - timedelta(days=1), end + timedelta(days=1)):
        assert failure("workdays(due, filed)", due=start, filed=outside).code == "E303"
        assert failure("workdays(due, filed)", due=outside, filed=end).code == "E303"


@pytest.mark.parametrize(
    "text", ["workdays(due, 1999-12-31)", "workdays(9999-12-31, due)", "workdays(1999-01-01, 1999-01-01)"]
)
def test_a_day_outside_the_calendar_is_no_guess(text: str) -> None:
    error = failure(text)
    assert error.code == "E303"
    assert "outside the years of the working-day calendar" in error.message.en
    assert error.fix is not None


def test_dates_move_by_whole_days() -> None:
    assert value("2024-02-28 + 2") == date(2024, 3, 1)
    assert value("2 + 2024-02-28") == date(2024, 3, 1)
    assert value("2024-03-01 - 2") == date(2024, 2, 28)
    assert value("2024-03-01 - 2024-02-28") == 2
    assert value("2024-03-01 + -1") == date(2024, 2, 29)
    assert value("2024-03-01 + (2023-01-01 - 2023-01-02)") == date(2024, 2, 29)
    for text in ("due + 0.5", "due - lag / 2", "9999-12-31 + 1", "0001-01-01 - 1", f"due + {'9' * 30}"):
        assert failure(text).code == "E302"


# Where there is no value


@pytest.mark.parametrize(
    ("text", "divisor"),
    [
        ("spent / budget.total", "budget.total"),
        ("spent / (budget.total - 0)", "budget.total - 0"),
        ("1 / (lag - lag)", "lag - lag"),
        ("0 / budget.total", "budget.total"),
        ("usage", "budget.total"),
        ("sum(amount / budget.total for contracts)", "budget.total"),
        ("spent / 0", "0"),
    ],
)
def test_a_division_by_zero_names_its_divisor(text: str, divisor: str) -> None:
    error = failure(text, budget__total=0)
    assert error.code == "E301"
    source = "spent / budget.total" if text == "usage" else text
    assert source[slice(*error.term.span)] == divisor
    assert error.fix is not None


def test_a_division_by_zero_is_guarded_by_if() -> None:
    assert value("spent / budget.total if budget.total > 0 else 0", budget__total=0) == 0
    assert value("budget.total == 0 or spent / budget.total > 1", budget__total=0) is True
    assert value("budget.total > 0 and spent / budget.total > 1", budget__total=0) is False


def test_a_step_is_above_zero() -> None:
    assert failure("whole_steps(spent, budget.total)", budget__total=0).code == "E303"
    assert failure("started_steps(spent, budget.total)", budget__total=-1).code == "E303"
    for function in ("whole_steps", "started_steps"):  # no step is taken, so its size is not asked for
        assert value(f"{function}(-spent, budget.total)", budget__total=0) == 0
        assert value(f"{function}(spent - spent, budget.total)", budget__total=0) == 0


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("count(contracts)", 0),
        ("count(contracts where late)", 0),
        ("sum(amount for contracts)", 0),
        ("all(late for contracts)", True),
        ("any(late for contracts)", False),
        ("any(contracts where late)", False),
    ],
)
def test_an_aggregate_of_no_records(text: str, result: Any) -> None:
    assert value(text, contracts=[]) == result


@pytest.mark.parametrize("function", ["min", "max", "average"])
def test_an_aggregate_of_no_records_that_has_no_value(function: str) -> None:
    text = f"{function}(amount for contracts where amount > 9999)"
    error = failure(text)
    assert error.code == "E304"
    assert error.message.en == f"there are no contracts to take the {function} of"
    assert error.fix is not None
    assert text[slice(*error.term.span)] == text
    assert value(f"{text} if count(contracts where amount > 9999) > 0 else 5") == 5


def test_an_aggregate_looks_at_every_record() -> None:
    """So that a fault in one record does not depend on where it stands."""
    broken = [*FULL["targets"], FULL["targets"][0] | {"planned": 0}]
    for rows in (broken, broken[::-1]):
        assert failure("any(actual / planned > 0 for targets)", targets=rows).code == "E301"
        assert failure("all(actual / planned < 0 for targets)", targets=rows).code == "E301"


def test_aggregates() -> None:
    assert value("count(contracts)") == 3
    assert value("count(contracts where late)") == 2
    assert value("sum(amount for contracts)") == 400
    assert value("sum(amount for contracts where late and amount < 100)") == 50
    assert value("average(amount for contracts where late)") == 150
    assert value("average(share for targets)") == Fraction(1, 2)
    assert value("min(amount for contracts)") == 50
    assert value("max(signed for contracts)") == date(2024, 9, 30)
    assert value("sum(share * min(actual / planned, 1) for targets)") == Fraction(1, 3) * Fraction(
        4, 5
    ) + Fraction(2, 3)
    assert value("count(contracts where given(posted) and workdays(signed, posted) > 5)") == 1
    assert value("count(contracts where count(targets where amount > contracts.amount) > 0)") == 1


def test_the_sum_of_a_thousand_ratios_is_exact() -> None:
    rows = [FULL["targets"][0] | {"id": str(n), "share": Fraction(1, n)} for n in range(1, 1001)]
    assert value("sum(share for targets)", targets=rows) == sum(Fraction(1, n) for n in range(1, 1001))


# Measures


def test_a_measure_is_computed_when_it_is_first_read_and_kept() -> None:
    slots = WORLD.slots(FULL)
    slot = WORLD.scalars["usage"].slot
    assert slots[slot] is NOT_YET
    compile_term(WORLD.term("usage if open else 0"))(slots)
    kept = slots[slot]
    assert kept == Rational("0.9505")
    slots[slot + 1] = None
    assert compile_term(WORLD.term("usage"))(slots) is kept


def test_a_measure_that_is_not_reached_is_not_computed() -> None:
    slots = WORLD.slots(FULL | {"budget.total": 0})
    assert compile_term(WORLD.term("spent > 0 or usage > 0"))(slots) is True
    assert slots[WORLD.scalars["usage"].slot] is NOT_YET


@pytest.mark.parametrize(
    ("text", "result"),
    [
        # the measure runs through the very list that is open, and through another
        ("count(contracts where amount > all_contracts / 3 and late)", 1),
        ("count(contracts where late and amount < all_contracts and amount == 250)", 1),
        ("sum(amount / all_contracts * amount for contracts)", Fraction(100**2 + 250**2 + 50**2, 400)),
        ("count(contracts where mean_share < 1 and amount == 100)", 1),
        ("sum(sum(amount for contracts where amount < all_contracts) * share for targets)", 400),
    ],
)
def test_a_measure_read_first_in_the_middle_of_a_list(text: str, result: Any) -> None:
    assert value(text) == result


def test_a_measure_read_first_for_the_record_of_a_rule() -> None:
    slots = WORLD.slots(FULL)
    term = WORLD.term("amount < all_contracts and id == 'A'", frozenset(), "contracts")
    holds = compile_term(term)
    truths = []
    for record in slots[WORLD.records["contracts"].slot]:
        slots[1] = record
        truths.append(holds(slots))
        assert slots[1] is record
    assert truths == [True, False, False]


def test_a_measure_that_fails_leaves_the_record_of_the_rule_at_hand() -> None:
    """Whoever reports the failure names the record by it."""
    rows = [FULL["targets"][0] | {"planned": 0}]
    slots = WORLD.slots(FULL | {"targets": rows})
    record = slots[WORLD.records["contracts"].slot][0]
    slots[1] = record
    term = WORLD.term("sum(actual / planned for targets)")
    slots.append(NOT_YET)
    slots.append(compile_term(term))
    with pytest.raises(EvaluationError):
        slots[-1](slots)
    assert slots[1] is record


def test_an_optional_measure() -> None:
    assert value("granted if given(granted) else 7") == 20
    assert value("granted if given(granted) else 7", grant=None) == 7
    assert value("granted if given(granted) else 7", reserve=None) == 7


# Conditions


def looked_at(text: str, term: Term, slots: Slots) -> tuple[bool, list[tuple[str, Any, Any]]]:
    """The truth of a condition, and what was compared to find it, each with its text."""
    condition = Condition(term)
    record, truth, observed = condition.decide(slots, "the record")
    assert record == "the record"
    seen = []
    for observation in observed:
        number, left, right = observation
        atom = condition.atoms[number]
        assert is_sided(atom) == (right is not None)
        assert not isinstance(left, float)
        if is_sided(atom):
            assert sign(observation) == (-1 if left < right else 1 if left > right else 0)
        else:
            assert isinstance(left, bool)
        seen.append((text[slice(*atom.span)], left, right))
    return truth, seen


@LONGER
@given(checked(Kind.FLAG), facts())
def test_a_condition_observes_what_it_looks_at_and_nothing_else(
    one: tuple[str, Term], values: dict[str, Any]
) -> None:
    text, term = one
    looked = reference.Looked(reference.Facts(values))
    truth, code = None, None
    try:
        truth = looked.truth(parse(text))
    except reference.NoValue as error:
        code = error.code
    if code is not None:
        with pytest.raises(EvaluationError) as caught:
            looked_at(text, term, WORLD.slots(values))
        assert caught.value.code.startswith("E30")
        return
    got, observed = looked_at(text, term, WORLD.slots(values))
    event(f"{len(observed)} observed, {truth}")
    assert got is truth
    assert observed == [(text[slice(*span)], left, right) for span, left, right in looked.atoms]


@pytest.mark.parametrize(
    ("text", "observed"),
    [
        ("spent > 100", ["spent > 100"]),
        ("open", ["open"]),
        ("not open", ["open"]),
        ("not spent > 100", ["spent > 100"]),
        ("not not spent > 100", ["spent > 100"]),
        ("mode == '公开'", ["mode == '公开'"]),
        ("spent > 100 and rate < 90%", ["spent > 100", "rate < 90%"]),
        ("spent < 100 and rate < 90%", ["spent < 100"]),
        ("spent > 100 or rate < 90%", ["spent > 100"]),
        ("spent < 100 or rate > 90%", ["spent < 100", "rate > 90%"]),
        (
            "open and (spent < 100 or lag > 1) and staff < 5 and rate > 0",
            ["open", "spent < 100", "lag > 1", "staff < 5"],
        ),
        ("not (open and spent < 100) and lag > 1", ["open", "spent < 100", "lag > 1"]),
        ("0 < spent < 5 < 7", ["0 < spent", "spent < 5"]),
        ("0 < (spent) < 5 or open", ["0 < (spent)", "(spent) < 5", "open"]),
        ("spent > 1 if open else lag > 1", ["open", "spent > 1"]),
        ("spent > 1 if not open else lag > 1", ["open", "lag > 1"]),
        ("given(grant) and grant > 5", ["given(grant)", "grant > 5"]),
        ("(spent if open else 0) > 5", ["(spent if open else 0) > 5"]),
        ("any(late for contracts) and lag in (3, 5)", ["any(late for contracts)", "lag in (3, 5)"]),
        ("(spent > 1) == open", ["(spent > 1) == open"]),
    ],
)
def test_what_a_condition_looks_at(text: str, observed: list[str]) -> None:
    truth, seen = looked_at(text, WORLD.term(text), WORLD.slots(FULL))
    assert [part for part, _, _ in seen] == observed
    assert truth is WORLD.value(text, FULL)


@pytest.mark.parametrize(
    "text", ["mode == '公开'", "title != 'x'", "open == true", "(spent > 1) == open", "lag in (3, 5)", "open"]
)
def test_only_what_has_an_order_has_sides(text: str) -> None:
    assert looked_at(text, WORLD.term(text), WORLD.slots(FULL)) == (True, [(text, True, None)])
    assert looked_at(f"not {text}", WORLD.term(f"not {text}"), WORLD.slots(FULL))[0] is False


def test_a_condition_is_decided_for_each_record() -> None:
    text = "late and amount > 100 or count(targets where amount > contracts.amount) > 0"
    term = WORLD.term(text, frozenset(), "contracts")
    slots = WORLD.slots(FULL)
    decided = []
    for record in slots[WORLD.records["contracts"].slot]:
        slots[1] = record
        truth, seen = looked_at(text, term, slots)
        assert slots[1] is record
        decided.append((truth, [(left, right) for _, left, right in seen]))
    assert decided == [
        (False, [(False, None), (0, 0)]),
        (True, [(True, None), (250, 100)]),
        (True, [(True, None), (50, 100), (1, 0)]),
    ]


# Explanations


@given(checked(), facts())
def test_an_explanation_tells_the_same_story_as_the_score(
    one: tuple[str, Term], values: dict[str, Any]
) -> None:
    text, term = one
    slots = WORLD.slots(values)
    result, failed = None, None
    try:
        result = explain(term, text, slots)
    except EvaluationError as error:
        failed = error.code
    want, code = expected(parse(text), values)
    assert (failed is None) == (code is None)
    if result is None:
        return
    assert result.value == want
    for part in result.walk():
        assert part.text == "" or parse(part.text) is not None  # a text that stands by itself
        if part.looked_at:
            assert_exact(part.value, part.term.type)
            assert part.truth is (part.value if isinstance(part.value, bool) else None)
        else:
            assert (part.value, part.truth, part.margin, part.children) == (None, None, None, ())
        if part.looked_at and isinstance(part.term, Compare) and part.term.left.type.kind in NUMERIC:
            assert part.margin == part.children[0].value - part.children[1].value
    assert result.children or isinstance(term, Given | Gather) or not _has_parts(term)


def _has_parts(term: Term) -> bool:
    return isinstance(term, Combine | Compare)


@given(checked(Kind.FLAG), facts())
def test_the_comparisons_of_an_explanation_are_those_observed(
    one: tuple[str, Term], values: dict[str, Any]
) -> None:
    text, term = one
    try:
        result = explain(term, text, WORLD.slots(values))
    except EvaluationError:
        return
    truth, observed = looked_at(text, term, WORLD.slots(values))
    compared = [part for part in result.comparisons() if part.looked_at]
    assert result.truth is truth
    assert [part.text for part in compared] == [part for part, _, _ in observed]
    for part, (_, left, right) in zip(compared, observed, strict=True):
        if right is None:
            assert part.truth is left
        else:
            assert [child.value for child in part.children] == [left, right]


def explained(text: str, **changes: Any) -> Result:
    return explain(WORLD.term(text), text, WORLD.slots(FULL | changes))


def test_what_was_not_looked_at_is_shown_as_such() -> None:
    result = explained("open or (spent > 1 and lag > 1)")
    assert [(part.text, part.truth, part.looked_at) for part in result.comparisons()] == [
        ("open", True, True),
        ("spent > 1 and lag > 1", None, False),
    ]
    result = explained("spent > 1 if open else lag > 1")
    assert [(part.text, part.looked_at) for part in result.comparisons()] == [
        ("open", True),
        ("spent > 1", True),
        ("lag > 1", False),
    ]


def test_margins() -> None:
    assert explained("rate < 90%").margin == Rational("-0.06")
    assert explained("90% > rate").margin == Rational("0.06")
    assert explained("lag > 3").margin == 0
    assert explained("due < filed").margin == -10
    assert explained("due + 5 > 2024-04-01").margin == 2
    assert explained("mode == '公开'").margin is None
    assert explained("open").margin is None
    assert thresholds(explained("rate < 90% and lag > 3")) == [Rational("0.84"), Rational("0.9"), 3, 3]
    assert thresholds(explained("rate > 90% and lag > 3")) == [Rational("0.84"), Rational("0.9")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("points * min(rate, 100%)", "10.00 * min(84.00%, 100%)"),
        ("spent / budget.total", "950.50 / 1,000.00"),
        ("(spent - budget.total) / (budget.total)", "(950.50 - 1,000.00) / (1,000.00)"),
        ("sum(amount for contracts) - spent", "sum(amount for contracts) - 950.50"),
        ("grant if given(grant) else spent", "30.00 if given(grant) else 950.50"),
        ("days(due, filed) > lag", "days(2024-03-29, 2024-04-08) > 3"),
        ("0.5 * staff", "0.5 * 12"),
        ("usage * points", "95.05% * 10.00"),
    ],
)
def test_a_formula_with_its_numbers(text: str, shown: str) -> None:
    term = WORLD.term(text)
    assert with_numbers(term, text)(WORLD.slots(FULL), Formats("万元", 2, 2)) == shown


def test_a_formula_shows_no_measure_that_it_has_no_need_of() -> None:
    text = "granted if given(granted) else spent"
    slots = WORLD.slots(FULL | {"grant": None})
    assert (
        with_numbers(WORLD.term(text), text)(slots, Formats("万元", 2, 2))
        == "granted if given(granted) else 950.50"
    )


def test_a_formula_with_the_numbers_of_a_record() -> None:
    text = "amount - spent"
    slots = WORLD.slots(FULL)
    slots[1] = slots[WORLD.records["contracts"].slot][1]
    term = WORLD.term(text, frozenset(), "contracts")
    assert with_numbers(term, text)(slots, Formats("万元", 2, 2)) == "250.00 - 950.50"


DEEPEST = {
    "brackets and functions": "abs(" * (MAX_NESTING - 1) + "spent" + ")" * (MAX_NESTING - 1),
    "conditions": "spent if spent < 0 else " * (MAX_NESTING - 1) + "spent",
    "a chain": " + ".join(["spent"] * MAX_DEPTH),
    "chains in brackets": "1 + (1 + 1 + (" * 19 + "spent" + "))" * 19,
}


@pytest.mark.parametrize("name", DEEPEST)
def test_the_deepest_expressions_are_evaluated_and_explained(name: str) -> None:
    text = DEEPEST[name]
    term = WORLD.term(text)
    assert print_tree(parse(print_tree(parse(text)))) == print_tree(parse(text))
    assert (
        explained(text).value
        == WORLD.value(text, FULL)
        == reference.value(parse(text), reference.Facts(FULL))
    )
    assert with_numbers(term, text)(WORLD.slots(FULL), Formats("万元", 2, 2)) == text.replace(
        "spent", "950.50"
    )


@pytest.mark.parametrize(
    "text",
    [
        "not " * (MAX_NESTING - 1) + "lag > 0",
        "(open and " * (MAX_NESTING - 1) + "lag > 0" + ")" * (MAX_NESTING - 1),
        "lag < 0 if not open else " * (MAX_NESTING - 1) + "lag > 0",
        " and ".join(["0 < lag < 5"] * 1000),
    ],
)
def test_the_deepest_conditions_are_decided(text: str) -> None:
    truth, seen = looked_at(text, WORLD.term(text), WORLD.slots(FULL))
    assert truth is WORLD.value(text, FULL)
    compared = [part.text for part in explained(text).comparisons() if part.looked_at]
    assert compared == [part for part, _, _ in seen]


def test_every_function_is_tested_here() -> None:
    assert set(FUNCTIONS) == set(reference.FUNCTIONS)
