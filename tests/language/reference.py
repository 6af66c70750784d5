"""What an expression's value is, said a second time: over the syntax tree, with fractions and plain loops.

Nothing here is shared with the compiler. Names and records come as Python values (see ``world.py``).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import chinese_calendar

from engine.language.parser import parse
from engine.language.syntax import (
    Aggregate,
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Date,
    Flag,
    Logic,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Quoted,
    Span,
)
from tests.language.world import LISTS, MEASURES

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
HALF = Fraction(1, 2)


class NoValue(Exception):
    """The expression has no value for these facts; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Facts:
    """Values by name, with lists of records as mappings, and the records at hand, outermost first."""

    values: Mapping[str, Any]
    at_hand: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def with_record(self, records: str, record: Mapping[str, Any]) -> Facts:
        return Facts(self.values, (*self.at_hand, (records, record)))

    def get(self, name: str) -> Any:
        owner, _, last = name.rpartition(".")
        for records, record in reversed(self.at_hand):
            if last in LISTS[records] and owner in ("", records):
                return record[last]
        if name in MEASURES:
            return value(parse(MEASURES[name]), Facts(self.values))
        return self.values[name]

    def is_given(self, name: str) -> bool:
        if name == "granted":
            return self.values["grant"] is not None and self.values["reserve"] is not None
        return self.get(name) is not None


def value(node: Node, facts: Facts) -> Any:
    """A fraction, date, truth or text. Raises :class:`NoValue`."""
    match node:
        case Number(value=number):
            return Fraction(int(number.numerator), int(number.denominator))
        case Date(value=written) | Quoted(value=written) | Flag(value=written):
            return written
        case Name(name=name):
            found = facts.get(name)
            assert found is not None, f"{name} is read where it is not given"
            return Fraction(found) if isinstance(found, int) and not isinstance(found, bool) else found
        case Negative(operand=operand):
            return -value(operand, facts)
        case Not(operand=operand):
            return not value(operand, facts)
        case Arithmetic(operator=sign, left=left, right=right):
            return _arithmetic(sign, value(left, facts), value(right, facts))
        case Comparison(first=first, rest=rest):
            left_value = value(first, facts)
            for sign, right in rest:
                right_value = value(right, facts)
                if not COMPARE[sign](left_value, right_value):
                    return False
                left_value = right_value
            return True
        case Membership(value=wanted, items=items, negated=negated):
            one = value(wanted, facts)
            listed = [value(item, facts) for item in items]
            return any(one == item for item in listed) != negated
        case Logic(operator="and", operands=operands):
            return all(value(operand, facts) for operand in operands)
        case Logic(operands=operands):
            return any(value(operand, facts) for operand in operands)
        case Conditional(then=then, condition=condition, otherwise=otherwise):
            return value(then if value(condition, facts) else otherwise, facts)
        case Call():
            return _call(node, facts)
        case Aggregate():
            return _aggregate(node, facts)
    raise AssertionError(node)


def _arithmetic(sign: str, left: Any, right: Any) -> Any:
    if isinstance(left, date) and isinstance(right, date):
        return Fraction((left - right).days)
    if isinstance(right, date):
        left, right = right, left
    if isinstance(left, date):
        if right != math.floor(right):
            raise NoValue("E302")
        try:
            return left + timedelta(days=int(right)) * (1 if sign == "+" else -1)
        except OverflowError:
            raise NoValue("E302") from None
    if sign == "/" and right == 0:
        raise NoValue("E301")
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign](left, right)


def _call(node: Call, facts: Facts) -> Any:
    if node.function in ("given", "findings"):
        [name] = node.arguments
        assert isinstance(name, Name)
        if node.function == "given":
            return facts.is_given(name.name)
        return Fraction(facts.values[f"findings({name.name})"])
    return FUNCTIONS[node.function](*[value(argument, facts) for argument in node.arguments])


def rounded(number: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    """To the nearest, halves away from zero, as taught in school."""
    scale = 10 ** int(places)
    whole, rest = divmod(abs(number) * scale, 1)
    size = Fraction(whole + 1 if rest >= HALF else whole, scale)
    return size if number >= 0 else -size


def _whole_steps(excess: Fraction, size: Fraction) -> Fraction:
    if excess <= 0:
        return Fraction(0)
    if size <= 0:
        raise NoValue("E303")
    return Fraction(math.floor(excess / size))


def _started_steps(excess: Fraction, size: Fraction) -> Fraction:
    whole = _whole_steps(excess, size)
    return whole + 1 if excess > 0 and whole * size < excess else whole


@cache
def is_working_day(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _workdays(start: date, end: date) -> Fraction:
    """Each day of the walk from ``start`` to ``end`` but the first."""
    try:
        is_working_day(start), is_working_day(end)
    except NotImplementedError:
        raise NoValue("E303") from None
    direction = 1 if end >= start else -1
    walked, day = 0, start
    while day != end:
        day += timedelta(days=direction)
        walked += direction * is_working_day(day)
    return Fraction(walked)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": rounded,
    "floor": lambda number: Fraction(math.floor(number)),
    "ceil": lambda number: Fraction(math.ceil(number)),
    "whole_steps": _whole_steps,
    "started_steps": _started_steps,
    "days": lambda start, end: Fraction((end - start).days),
    "workdays": _workdays,
    "count_true": lambda *truths: Fraction(sum(truths)),
}


def _aggregate(node: Aggregate, facts: Facts) -> Any:
    values = []
    for record in facts.values[node.records.name]:
        inner = facts.with_record(node.records.name, record)
        if node.where is None or value(node.where, inner):
            values.append(value(node.body, inner) if node.body is not None else True)
    match node.function:
        case "count":
            return Fraction(len(values))
        case "sum":
            return sum(values, Fraction(0))
        case "all":
            return all(values)
        case "any":
            return any(values)
    if not values:
        raise NoValue("E304")
    if node.function == "average":
        return sum(values, Fraction(0)) / len(values)
    return {"min": min, "max": max}[node.function](values)


# Conditions


@dataclass
class Looked:
    """What a condition's truth rests on: each comparison or flag that was looked at, in order."""

    facts: Facts
    atoms: list[tuple[Span, Any, Any]] = field(default_factory=list)

    def truth(self, node: Node) -> bool:
        match node:
            case Not(operand=operand):
                return not self.truth(operand)
            case Logic(operator=word, operands=operands):
                for operand in operands:
                    if self.truth(operand) == (word == "or"):
                        return word == "or"
                return word == "and"
            case Conditional(then=then, condition=condition, otherwise=otherwise):
                return self.truth(then if self.truth(condition) else otherwise)
            case Comparison(first=first, rest=rest, links=links):
                left = first
                for (sign, right), span in zip(rest, links, strict=True):
                    if not self.link(sign, left, right, span):
                        return False
                    left = right
                return True
        answer = value(node, self.facts)
        self.atoms.append((node.span, answer, None))
        return bool(answer)

    def link(self, sign: str, left: Node, right: Node, span: Span) -> bool:
        one, two = value(left, self.facts), value(right, self.facts)
        holds = COMPARE[sign](one, two)
        ordered = not isinstance(one, bool | str)
        self.atoms.append((span, one, two) if ordered else (span, holds, None))
        return holds
