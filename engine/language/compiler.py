"""From typed term to closure: the one definition of what a term's value is.

A closure takes the evaluation's *slots*, a list: slot 0 collects the comparisons a condition
looks at, slots 1 to :data:`~engine.language.terms.FRAMES` hold the record at hand of each open
record list, and the rest are facts, parameters, measures and findings where the ruleset's layout
put them. A measure is computed when first read and kept in its slot.

Terms are compiled once for each ruleset. Values are exact (see ``numbers.py``).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from engine.errors import Text
from engine.language.calendar import OutsideCalendar
from engine.language.functions import FUNCTIONS, FunctionFailure
from engine.language.numbers import ZERO, Rational
from engine.language.terms import (
    FRAMES,
    Apply,
    Choose,
    Combine,
    Compare,
    Constant,
    Gather,
    Given,
    Invert,
    Kind,
    Member,
    Negate,
    Operation,
    Read,
    ReadField,
    Term,
)

# The closures pass values of every kind, which checking has already told apart; naming the kinds
# again here would only buy casts.
Slots = list[Any]
Evaluate = Callable[[Slots], Any]

FIRST_FREE_SLOT = 1 + FRAMES
OBSERVED = 0


class _NotYet:
    def __reduce__(self) -> str:
        return "NOT_YET"


NOT_YET: Any = _NotYet()
"""Stands in a measure's slot until the measure is first read."""

COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class EvaluationError(Exception):
    """A term has no value for these facts. Whoever knows the rule turns it into a Problem."""

    def __init__(self, code: str, message: Text, term: Term, fix: Text | None = None) -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message
        self.term = term
        self.fix = fix


def compile_term(term: Term) -> Evaluate:
    """The closure that computes ``term``."""
    match term:
        case Constant(value=value):
            return lambda slots: value
        case Read():
            return _read(term)
        case ReadField(field=column, frame=frame):
            index = column.index
            return lambda slots: slots[frame][index]
        case Given(reads=reads):
            return _given(tuple(compile_term(read) for read in reads))
        case Negate(operand=operand):
            inner = compile_term(operand)
            return lambda slots: -inner(slots)
        case Operation():
            return _operation(term)
        case Compare(operator=symbol, left=left, right=right):
            return _compare(COMPARATORS[symbol], left, right)
        case Member():
            return _member(term)
        case Invert(operand=operand):
            inner = compile_term(operand)
            return lambda slots: not inner(slots)
        case Combine(operator=word, operands=operands):
            return combine_closures(word, tuple(compile_term(operand) for operand in operands))
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return _choose(compile_term(condition), compile_term(then), compile_term(otherwise))
        case Apply():
            return _apply(term)
        case Gather():
            return _gather(term)
    raise AssertionError(f"no closure for {type(term).__name__}")


def slot_of(term: Term) -> int | None:
    """The slot that holds the term's value from the start, if one does."""
    return term.scalar.slot if isinstance(term, Read) and term.scalar.source != "measure" else None


def _read(term: Read) -> Evaluate:
    slot = term.scalar.slot
    if slot_of(term) is not None:
        return lambda slots: slots[slot]

    def read_measure(slots: Slots) -> Any:
        value = slots[slot]
        if value is NOT_YET:
            value = slots[slot] = slots[slot + 1](slots)
        return value

    return read_measure


def _given(reads: tuple[Evaluate, ...]) -> Evaluate:
    if len(reads) == 1:
        (read,) = reads
        return lambda slots: read(slots) is not None
    return lambda slots: all(read(slots) is not None for read in reads)


def _operation(term: Operation) -> Evaluate:
    left, right = compile_term(term.left), compile_term(term.right)
    if Kind.DATE in (term.left.type.kind, term.right.type.kind):
        return _date_operation(term, left, right)
    match term.operator:
        case "+":
            return lambda slots: left(slots) + right(slots)
        case "-":
            return lambda slots: left(slots) - right(slots)
        case "*":
            return lambda slots: left(slots) * right(slots)

    def divide(slots: Slots) -> Any:
        try:
            return left(slots) / right(slots)
        except ZeroDivisionError:
            raise _division_by_zero(term) from None

    dividend, divisor = slot_of(term.left), slot_of(term.right)
    if dividend is None or divisor is None:
        return divide

    def divide_slots(slots: Slots) -> Any:
        try:
            return slots[dividend] / slots[divisor]
        except ZeroDivisionError:
            raise _division_by_zero(term) from None

    return divide_slots


def _division_by_zero(term: Operation) -> EvaluationError:
    return EvaluationError(
        "E301",
        Text("除数为零", "division by zero"),
        term.right,
        Text(
            "核对事实，或用 … if … else … 规定此时的值",
            "check the facts, or say what holds then with '… if … else …'",
        ),
    )


def _date_operation(term: Operation, left: Evaluate, right: Evaluate) -> Evaluate:
    if term.right.type.kind == Kind.DATE:
        return lambda slots: Rational((left(slots) - right(slots)).days)
    sign = 1 if term.operator == "+" else -1

    def shifted(slots: Slots) -> Any:
        days = right(slots)
        try:
            if days.denominator != 1:
                message = Text("天数不是整数", "the number of days is not whole")
                raise EvaluationError("E302", message, term.right)
            return left(slots) + timedelta(days=sign * int(days))
        except OverflowError:
            raise EvaluationError("E302", Text("日期超出范围", "the date is out of range"), term) from None

    return shifted


def _compare(comparator: Callable[[Any, Any], bool], left: Term, right: Term) -> Evaluate:
    first = compile_term(left)
    if isinstance(right, Constant):
        bound = right.value
        return lambda slots: comparator(first(slots), bound)
    second = compile_term(right)
    return lambda slots: comparator(first(slots), second(slots))


def _member(term: Member) -> Evaluate:
    value, wanted = compile_term(term.value), not term.negated
    items = tuple(compile_term(item) for item in term.items)
    return lambda slots: (value(slots) in [item(slots) for item in items]) is wanted


def combine_closures(word: str, operands: tuple[Evaluate, ...]) -> Evaluate:
    """``and`` or ``or`` over ``operands``, which looks at no more of them than it needs."""
    if len(operands) == 2:
        first, second = operands
        if word == "and":
            return lambda slots: first(slots) and second(slots)
        return lambda slots: first(slots) or second(slots)
    if word == "and":
        return lambda slots: all(operand(slots) for operand in operands)
    return lambda slots: any(operand(slots) for operand in operands)


def _choose(condition: Evaluate, then: Evaluate, otherwise: Evaluate) -> Evaluate:
    return lambda slots: then(slots) if condition(slots) else otherwise(slots)


def _apply(term: Apply) -> Evaluate:
    function = FUNCTIONS[term.function].evaluate
    arguments = tuple(compile_term(argument) for argument in term.arguments)

    def call(slots: Slots) -> Any:
        try:
            return function(*[argument(slots) for argument in arguments])
        except (FunctionFailure, OutsideCalendar) as error:
            raise EvaluationError("E303", error.message, term, error.fix) from None

    if len(arguments) != 2:
        return call
    first, second = arguments

    def call_with_two(slots: Slots) -> Any:
        try:
            return function(first(slots), second(slots))
        except (FunctionFailure, OutsideCalendar) as error:
            raise EvaluationError("E303", error.message, term, error.fix) from None

    return call_with_two


def _gather(term: Gather) -> Evaluate:
    """The records come ordered by key; the record at hand goes into the frame's slot."""
    slot, frame = term.records.slot, term.frame
    body = compile_term(term.body) if term.body is not None else None
    where = compile_term(term.where) if term.where is not None else None
    fold = _FOLDS[term.function]

    def gather(slots: Slots) -> Any:
        values: list[Any] = []
        outer = slots[frame]  # a measure may be read first in the middle of another list
        try:
            for record in slots[slot]:
                slots[frame] = record
                if where is None or where(slots):
                    values.append(body(slots) if body is not None else True)
        finally:
            slots[frame] = outer
        return fold(values, term)

    return gather


def _count(values: list[Any], term: Gather) -> Any:
    return Rational(len(values))


def _sum(values: list[Any], term: Gather) -> Any:
    """Pairwise, so that the denominators of many different ratios grow slowly."""
    if not values:
        return ZERO
    while len(values) > 1:
        paired = [a + b for a, b in zip(values[::2], values[1::2], strict=False)]
        values = paired + values[len(paired) * 2 :]
    return values[0]


def _nonempty(values: list[Any], term: Gather) -> list[Any]:
    if values:
        return values
    message = Text(
        f"{term.records.label.zh}没有记录，{term.function} 没有值",
        f"there are no {term.records.name} to take the {term.function} of",
    )
    fix = Text(
        f"用 … if count({term.records.name}) > 0 else … 规定此时的值",
        f"say what holds then with '… if count({term.records.name}) > 0 else …'",
    )
    raise EvaluationError("E304", message, term, fix)


_FOLDS: dict[str, Callable[[list[Any], Gather], Any]] = {
    "count": _count,
    "sum": _sum,
    "all": lambda values, term: all(values),
    "any": lambda values, term: any(values),
    "min": lambda values, term: min(_nonempty(values, term)),
    "max": lambda values, term: max(_nonempty(values, term)),
    "average": lambda values, term: _sum(_nonempty(values, term), term) / len(values),
}
