"""A department whose facts are unknowns: one variable for each fact, held to what its schema allows.

Several rulesets can share one department: their facts are the same where name and kind agree. Amounts
are reals; ``grid`` says that they have no more decimals than departments state, which a witness keeps
to and a proof may do without. Dates lie in the years of the working-day calendar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import z3

from engine.language.calendar import known_years
from engine.language.numbers import Rational
from engine.language.terms import NUMERIC, Kind, Value
from engine.proof.arithmetic import FALSE, TRUE, Bool, Expr, both, either, implied, number
from engine.ruleset.model import Fact, Range, Ruleset


class Words:
    """Texts and options as numbers; any other number is some other text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))

    def word(self, number: int) -> str | None:
        """The word of this number; ``None`` where none has it."""
        return next((word for word, one in self._numbers.items() if one == number), None)


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """The unknown value of one fact, and whether it is given."""

    fact: Fact
    given: Bool
    value: Expr
    scale: int = 1
    """How many steps of the grid make up one; meaningful for amounts only."""
    steps: Expr = None
    """An amount on the grid, counted in its steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A record of a list, ``present`` or not. ``depth`` counts the claims it was made for, one from another."""

    name: str
    present: Bool
    fields: Mapping[str, Variable]
    depth: int = 0


Detail = tuple[Bool, Callable[[], Bool]]
"""Something that is known, and what more is true of the same unknowns, made when it is needed."""


@dataclass(eq=False)
class Department:
    """The unknowns of the rulesets' facts; ``axioms`` holds what is true of them all."""

    rulesets: tuple[Ruleset, ...]
    axioms: list[Bool] = field(default_factory=list)
    grid: list[Bool] = field(default_factory=list)
    """That amounts have no more decimals than departments state."""
    details: list[Detail] = field(default_factory=list)
    """What else is true of working days, for the proofs that need it."""
    roundings: list[tuple[Expr, Expr, int]] = field(default_factory=list)
    """In an abstract world, the amounts that are rounded, what they become in steps, and to how many decimals."""
    amounts: list[tuple[Expr, Expr, int]] = field(default_factory=list)
    """The amounts of facts, in steps of the grid, and how many steps make up one."""
    words: Words = field(default_factory=Words)
    scalars: dict[str, Variable] = field(default_factory=dict)
    judgements: dict[str, Expr] = field(default_factory=dict)
    """An assessor's deduction or coefficient by criterion, or what was claimed for an unseen one."""

    def __post_init__(self) -> None:
        for ruleset in self.rulesets:
            for fact in ruleset.schema.scalars():
                name = identity(fact.name, fact)
                if name in self.scalars:
                    self.share(self.scalars[name], fact, ruleset, TRUE)
                else:
                    self.scalars[name] = self.variable(name, fact, ruleset, TRUE)

    def variable(self, name: str, fact: Fact, ruleset: Ruleset, present: Bool) -> Variable:
        """A new unknown, within its bounds wherever it is there."""
        kind = fact.type.kind
        given = z3.Bool(f"given {name}") if fact.optional else TRUE
        scale, steps = scale_of(kind, ruleset), None
        value: Expr
        if kind == Kind.FLAG:
            value = z3.Bool(name)
        elif kind in NUMERIC:
            value = z3.Real(name)
            steps = z3.Int(f"steps {name}")
            self.grid.append(value == z3.ToReal(steps) / scale)
            self.amounts.append((value, steps, scale))
        else:
            value = z3.Int(name)
        allowed = self.allowed(fact, value)
        if not z3.is_true(allowed):
            self.axioms.append(z3.Implies(both(present, given), allowed))
        return Variable(fact, given, value, scale, steps)

    def share(self, variable: Variable, fact: Fact, ruleset: Ruleset, present: Bool) -> None:
        """Hold an unknown of another ruleset to what this one's ``fact`` allows as well."""
        stated = both(present, variable.given)
        self.axioms.append(implied(stated, self.allowed(fact, variable.value)))
        if not fact.optional:
            self.axioms.append(implied(present, variable.given))
        scale = scale_of(fact.type.kind, ruleset)
        if scale < variable.scale:
            self.grid.append(z3.IsInt(variable.value * scale))

    def allowed(self, fact: Fact, value: Expr) -> Bool:
        """That a facts file may state ``value``."""
        kind = fact.type.kind
        if kind == Kind.CHOICE:
            return either(*(value == self.words.number(option) for option in fact.type.options))
        if kind == Kind.TEXT:
            return value >= 0
        if kind == Kind.FLAG:
            return TRUE
        limits = [within(value, fact.allowed, self.words)]
        if kind == Kind.DATE:
            limits.append(in_calendar(value))
        if kind in (Kind.COUNT, Kind.DAYS):
            limits.append(z3.IsInt(value))
        if kind == Kind.COUNT:
            limits.append(value >= 0)
        return both(*limits)

    def stands_beside(self, name: str, low: Expr, high: Expr, scale: int) -> Expr:
        """The unknown judgement or claim called ``name``, from ``low`` to ``high``."""
        value = z3.Real(f"judgement {name}")
        self.axioms.append(both(value >= low, value <= high))
        self.grid.append(z3.IsInt(value * scale))
        self.judgements[name] = value
        return value


def identity(name: str, fact: Fact) -> str:
    """What tells a fact from others: two rulesets' facts of one name but another kind are two."""
    return f"{name}:{fact.type.kind}"


def scale_of(kind: Kind, ruleset: Ruleset) -> int:
    """How many steps make up one, for the amounts of a facts file."""
    places = {
        Kind.MONEY: ruleset.money_decimals, Kind.POINTS: ruleset.decimals, Kind.NUMBER: 2, Kind.RATIO: 4
    }.get(kind, 0)  # fmt: skip
    return int(10**places)


def literal(value: Value, words: Words) -> Expr:
    """A value of a facts file or a ruleset as a constant."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, Rational):
        return number(value)
    if isinstance(value, date):
        return z3.IntVal(value.toordinal())
    assert isinstance(value, str), value
    return z3.IntVal(words.number(value))


def within(value: Expr, allowed: Range, words: Words) -> Bool:
    """That ``value`` lies in the range."""
    limits: list[Bool] = []
    if allowed.low is not None:
        low = literal(allowed.low, words)
        limits.append(value >= low if allowed.low_closed else value > low)
    if allowed.high is not None:
        high = literal(allowed.high, words)
        limits.append(value <= high if allowed.high_closed else value < high)
    return both(*limits)


def calendar_ends() -> tuple[int, int]:
    """The first and the last day of the working-day calendar."""
    first, last = known_years()
    return date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()


def in_calendar(day: Expr) -> Bool:
    """That the working-day calendar knows the day."""
    first, last = calendar_ends()
    return both(day >= first, day <= last)


def variables_of(members: Iterable[Member]) -> Iterable[Variable]:
    """The fields of all of them."""
    for member in members:
        yield from member.fields.values()


def python_value(variable: Variable, value: Any, words: Words) -> Value:
    """What the model's ``value`` of a variable stands for in a facts file."""
    kind = variable.fact.type.kind
    if kind == Kind.FLAG:
        return bool(z3.is_true(value))
    if kind in NUMERIC:
        return Rational(value.numerator_as_long(), value.denominator_as_long())
    ordinal = value.as_long()
    if kind == Kind.DATE:
        return date.fromordinal(ordinal)
    word = words.word(ordinal)
    return word if word is not None else f"T{ordinal}"
