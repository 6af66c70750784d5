"""What a term's value is, as a Z3 expression: the meaning that ``language/compiler.py`` gives it.

Next to the value goes the condition that there is one: a division by zero, a step that is not above 0,
an average of nothing has none. ``and``, ``or`` and ``if`` look no further than they need, so what they
do not look at need not have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import NamedTuple, Protocol

import z3

from engine.language.numbers import ONE
from engine.language.terms import (
    NUMERIC,
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
    Scalar,
    Term,
)
from engine.proof.arithmetic import (
    FALSE,
    TRUE,
    Bool,
    Expr,
    both,
    chosen,
    constant,
    either,
    floor,
    greatest,
    implied,
    least,
    negation,
    number,
    times,
    total,
)
from engine.proof.nonlinear import Nonlinear
from engine.proof.variables import Department, Variable, identity, in_calendar, literal, within
from engine.proof.variables import Member as RecordMember
from engine.proof.workdays import Calendar
from engine.ruleset.model import Rule, Ruleset

LAST_ORDINAL = 3_652_059
"""31 December 9999."""


class Coded(NamedTuple):
    """A value, and the condition that there is one."""

    value: Expr
    defined: Bool


class Gatherer(Protocol):
    """Says what an aggregate over records is (see ``gathering.py``)."""

    def gather(self, encoder: Encoder, term: Gather) -> Coded: ...


class Encoder:
    """The terms of one ruleset for one department of unknowns."""

    def __init__(
        self,
        ruleset: Ruleset,
        department: Department,
        gatherer: Gatherer,
        calendar: Calendar,
        abstract: bool = False,
    ) -> None:
        self.ruleset = ruleset
        self.department = department
        self.gatherer = gatherer
        self.calendar = calendar
        self.nonlinear = Nonlinear(department, abstract=abstract)
        self.frames: dict[int, RecordMember] = {}
        self.replaced: dict[str, Expr] = {}
        """Facts and measures that are looked at with another value than their own."""
        self._facts = {fact.name: identity(fact.name, fact) for fact in ruleset.schema.scalars()}
        self._measures: dict[str, Coded] = {}
        self.findings: FindingsCounter | None = None

    @property
    def axioms(self) -> list[Bool]:
        return self.department.axioms

    @contextmanager
    def at(self, frame: int, member: RecordMember) -> Iterator[None]:
        """With ``member`` as the record at hand."""
        outer = self.frames.get(frame)
        self.frames[frame] = member
        try:
            yield
        finally:
            if outer is None:
                del self.frames[frame]
            else:
                self.frames[frame] = outer

    @contextmanager
    def with_value(self, name: str, value: Expr) -> Iterator[None]:
        """With another value for the fact or measure called ``name``, all else being equal."""
        measures, self._measures = self._measures, {}
        self.replaced[name] = value
        try:
            yield
        finally:
            del self.replaced[name]
            self._measures = measures

    def as_now(self) -> Callable[[], AbstractContextManager[None]]:
        """A context that brings back the records at hand and the replaced values of this moment."""
        frames, replaced, measures = dict(self.frames), dict(self.replaced), self._measures

        @contextmanager
        def back() -> Iterator[None]:
            now = self.frames, self.replaced, self._measures
            self.frames, self.replaced, self._measures = dict(frames), dict(replaced), measures
            try:
                yield
            finally:
                self.frames, self.replaced, self._measures = now

        return back

    def truth(self, term: Term) -> Bool:
        """That the condition has a value, and holds."""
        coded = self.encode(term)
        return both(coded.defined, coded.value)

    def encode(self, term: Term) -> Coded:
        match term:
            case Constant(value=value):
                return Coded(literal(value, self.department.words), TRUE)
            case Read(scalar=scalar):
                return self._read(scalar)
            case ReadField():
                return Coded(self._field(term).value, TRUE)
            case Given(reads=reads):
                return Coded(both(*map(self._given, reads)), TRUE)
            case Negate(operand=operand):
                inner = self.encode(operand)
                return Coded(times(number(-ONE), inner.value), inner.defined)
            case Operation():
                return self._operation(term)
            case Compare():
                return self._compare(term)
            case Member():
                return self._member(term)
            case Invert(operand=operand):
                inner = self.encode(operand)
                return Coded(negation(inner.value), inner.defined)
            case Combine(operator=word, operands=operands):
                return self._combine(word, operands)
            case Choose():
                return self._choose(term)
            case Apply():
                return self._apply(term)
            case Gather():
                return self.gatherer.gather(self, term)
        raise AssertionError(f"no encoding for {type(term).__name__}")

    # What is read

    def _variable(self, scalar: Scalar) -> Variable:
        return self.department.scalars[self._facts[scalar.name]]

    def _field(self, read: ReadField) -> Variable:
        fact = self.ruleset.schema.lists[read.records.name].fields[read.field.name]
        return self.frames[read.frame].fields[identity(fact.name, fact)]

    def _given(self, read: Read | ReadField) -> Bool:
        variable = self._variable(read.scalar) if isinstance(read, Read) else self._field(read)
        return variable.given

    def _read(self, scalar: Scalar) -> Coded:
        if scalar.name in self.replaced and scalar.source in ("fact", "measure"):
            return Coded(self.replaced[scalar.name], TRUE)
        if scalar.source == "fact":
            return Coded(self._variable(scalar).value, TRUE)
        if scalar.source == "measure":
            return self.measure(scalar.name)
        if scalar.source == "findings":
            assert self.findings is not None
            return Coded(self.findings.findings(scalar.slot), TRUE)
        return Coded(literal(self.ruleset.slots[scalar.slot], self.department.words), TRUE)

    def measure(self, name: str) -> Coded:
        """A measure's value: rounded where it says so, and none outside its declared range."""
        if name not in self._measures:
            measure = self.ruleset.measures[name]
            frames, self.frames = self.frames, {}
            value, defined = self.encode(measure.expression.term)
            self.frames = frames
            if measure.decimals is not None:
                value = self.nonlinear.rounded(value, measure.decimals)
            allowed = within(value, measure.allowed, self.department.words)
            self._measures[name] = Coded(value, both(defined, allowed))
        return self._measures[name]

    # Operations

    def _operation(self, term: Operation) -> Coded:
        left, right = self.encode(term.left), self.encode(term.right)
        defined = both(left.defined, right.defined)
        if term.right.type.kind == Kind.DATE:
            return Coded(z3.ToReal(left.value - right.value), defined)
        if term.left.type.kind == Kind.DATE:
            days = z3.ToInt(right.value)
            shifted = left.value + days if term.operator == "+" else left.value - days
            exists = both(z3.IsInt(right.value), shifted >= 1, shifted <= LAST_ORDINAL)
            return Coded(shifted, both(defined, exists))
        match term.operator:
            case "+":
                return Coded(total((left.value, right.value)), defined)
            case "-":
                return Coded(total((left.value, times(number(-ONE), right.value))), defined)
            case "*":
                return Coded(self.nonlinear.product(left.value, right.value), defined)
        known = constant(right.value)
        divisible = TRUE if known else FALSE if known == 0 else right.value != 0
        return Coded(self.nonlinear.quotient(left.value, right.value), both(defined, divisible))

    def _compare(self, term: Compare) -> Coded:
        left, right = self.encode(term.left), self.encode(term.right)
        if term.left.type.kind in NUMERIC:
            self.nonlinear.multiplied_out(left.value, right.value)
            self.nonlinear.multiplied_out(right.value, left.value)
        return Coded(compared(term.operator, left.value, right.value), both(left.defined, right.defined))

    def _member(self, term: Member) -> Coded:
        value = self.encode(term.value)
        items = [self.encode(item) for item in term.items]
        found = either(*(compared("==", value.value, item.value) for item in items))
        defined = both(value.defined, *(item.defined for item in items))
        return Coded(negation(found) if term.negated else found, defined)

    def _combine(self, word: str, operands: tuple[Term, ...]) -> Coded:
        reached, defined = TRUE, TRUE
        values: list[Bool] = []
        for operand in operands:
            coded = self.encode(operand)
            defined = both(defined, implied(reached, coded.defined))
            reached = both(reached, coded.value if word == "and" else negation(coded.value))
            values.append(coded.value)
        return Coded(both(*values) if word == "and" else either(*values), defined)

    def _choose(self, term: Choose) -> Coded:
        condition = self.encode(term.condition)
        then, otherwise = self.encode(term.then), self.encode(term.otherwise)
        branch = chosen(condition.value, then.defined, otherwise.defined)
        value = chosen(condition.value, then.value, otherwise.value)
        return Coded(value, both(condition.defined, branch))

    def _apply(self, term: Apply) -> Coded:
        coded = [self.encode(argument) for argument in term.arguments]
        values = [one.value for one in coded]
        defined = both(*(one.defined for one in coded))
        match term.function:
            case "min":
                return Coded(least(values), defined)
            case "max":
                return Coded(greatest(values), defined)
            case "abs":
                return Coded(greatest((values[0], times(number(-ONE), values[0]))), defined)
            case "round":
                places = constant(values[1]) if len(values) == 2 else None
                return Coded(self.nonlinear.rounded(values[0], int(places or 0)), defined)
            case "floor":
                return Coded(floor(values[0]), defined)
            case "ceil":
                return Coded(_ceiling(values[0]), defined)
            case "count_true":
                return Coded(total(chosen(one, number(1), number(0)) for one in values), defined)
            case "days":
                return Coded(z3.ToReal(values[1] - values[0]), defined)
            case "workdays":
                known = both(*(in_calendar(day) for day in values if not _is_fact(day)))
                return Coded(z3.ToReal(self.calendar.between(*values)), both(defined, known))
            case "whole_steps" | "started_steps":
                excess, size = values
                steps = self.nonlinear.quotient(excess, size)
                counted = floor(steps) if term.function == "whole_steps" else _ceiling(steps)
                value = chosen(excess > 0, counted, number(0))
                return Coded(value, both(defined, implied(excess > 0, size > 0)))
        raise AssertionError(f"no encoding for the function {term.function}")


class FindingsCounter(Protocol):
    """Says how many findings count into a slot (see ``scores.py``)."""

    def findings(self, slot: int) -> Expr: ...

    def fired(self, rule: Rule) -> Bool: ...


def _is_fact(day: Expr) -> bool:
    """Whether the date is an unknown fact as it stands: those lie in the calendar."""
    return bool(z3.is_const(day) and day.decl().kind() == z3.Z3_OP_UNINTERPRETED)


def _ceiling(value: Expr) -> Expr:
    return times(number(-ONE), floor(times(number(-ONE), value)))


def compared(operator: str, left: Expr, right: Expr) -> Bool:
    """The comparison's truth."""
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right
