"""Typed terms: an expression after checking, with every name resolved.

Evaluation, explanation, the columns and the proofs all read this one form. A :class:`Scalar` or
:class:`Records` says where a value lies in the evaluation's list of slots (see ``compiler.py``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from engine.errors import Text, same
from engine.language.errors import Span
from engine.language.numbers import Rational

FRAMES = 4
"""How many record lists may be open at once: one rule's ``each`` and the aggregates within it."""

Value = Rational | date | bool | str | None
"""A value at run time; ``None`` is an optional fact that is not given."""


class Kind(StrEnum):
    """What a value is a quantity of. Money is in the ruleset's unit; days may be working days."""

    NUMBER = "number"
    RATIO = "ratio"
    MONEY = "money"
    DAYS = "days"
    COUNT = "count"
    POINTS = "points"
    DATE = "date"
    FLAG = "flag"
    TEXT = "text"
    CHOICE = "choice"


NUMERIC = frozenset({Kind.NUMBER, Kind.RATIO, Kind.MONEY, Kind.DAYS, Kind.COUNT, Kind.POINTS})
ORDERED = NUMERIC | {Kind.DATE}

KIND_NAMES: Mapping[Kind, Text] = {
    Kind.NUMBER: Text("数", "number"),
    Kind.RATIO: Text("比率", "ratio"),
    Kind.MONEY: Text("金额", "money"),
    Kind.DAYS: Text("天数", "days"),
    Kind.COUNT: Text("个数", "count"),
    Kind.POINTS: Text("分值", "points"),
    Kind.DATE: Text("日期", "date"),
    Kind.FLAG: Text("是否", "flag"),
    Kind.TEXT: Text("文本", "text"),
    Kind.CHOICE: Text("选项", "choice"),
}


class Type(Struct, frozen=True):
    """A kind; for a choice its options, with a label each or none at all. ``flexible``: made of literals, takes the
    unit its place asks."""

    kind: Kind
    options: tuple[str, ...] = ()
    flexible: bool = False
    labels: tuple[Text, ...] = ()

    def label(self, option: str) -> Text:
        """What people call the option: its label, or else the option itself."""
        return self.labels[self.options.index(option)] if self.labels else same(option)

    def option_labelled(self, text: str) -> str | None:
        """The option of which ``text`` is the label, in either language."""
        pairs = zip(self.options, self.labels, strict=False)
        return next((option for option, label in pairs if text in (label.zh, label.en)), None)


class Scalar(Struct, frozen=True):
    """A name for one value. ``needs`` are the optional facts without which it has none."""

    name: str
    type: Type
    slot: int
    label: Text
    source: Literal["fact", "measure", "parameter", "points", "findings"] = "fact"
    needs: frozenset[str] = frozenset()


class RecordField(Struct, frozen=True):
    """A column of a record list; ``index`` is its place in a record's tuple of values."""

    name: str
    type: Type
    index: int
    label: Text
    optional: bool = False


class Records(Struct, frozen=True):
    """A list of records alike, each told from the others by the text of its ``key`` field."""

    name: str
    slot: int
    key: str
    fields: Mapping[str, RecordField]
    label: Text


class _Placed(Struct, frozen=True, kw_only=True):
    span: Span = (0, 0)


class Term(_Placed, frozen=True):
    """Anything that has a value. ``span`` is where it stands in its expression's text."""

    type: Type


class Constant(Term, frozen=True):
    value: Value


class Read(Term, frozen=True):
    scalar: Scalar


class ReadField(Term, frozen=True):
    """A field of the record that ``frame`` holds at the moment."""

    records: Records
    field: RecordField
    frame: int


class Given(Term, frozen=True):
    """Whether all of these optional values are there."""

    reads: tuple[Read | ReadField, ...]


class Negate(Term, frozen=True):
    operand: Term


class Operation(Term, frozen=True):
    """``operator`` is one of ``+ - * /``; dates take part in ``+`` and ``-``."""

    operator: str
    left: Term
    right: Term


class Compare(Term, frozen=True):
    """``operator`` is one of ``== != < <= > >=``; both sides are of one kind."""

    operator: str
    left: Term
    right: Term


class Member(Term, frozen=True):
    value: Term
    items: tuple[Term, ...]
    negated: bool


class Invert(Term, frozen=True):
    """Logical ``not``."""

    operand: Term


class Combine(Term, frozen=True):
    """``and`` or ``or``; operands are looked at in order, only as far as needed."""

    operator: str
    operands: tuple[Term, ...]


class Choose(Term, frozen=True):
    condition: Term
    then: Term
    otherwise: Term


class Apply(Term, frozen=True):
    """A function of the registry applied to its arguments."""

    function: str
    arguments: tuple[Term, ...]


class Gather(Term, frozen=True):
    """An aggregate over records: ``body`` for each record that ``where`` lets through."""

    function: str
    records: Records
    frame: int
    body: Term | None
    where: Term | None


def parts(term: Term) -> tuple[Term, ...]:
    """The terms directly below ``term``, in evaluation order."""
    match term:
        case Negate(operand=operand) | Invert(operand=operand):
            return (operand,)
        case Operation(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Member(value=value, items=items):
            return (value, *items)
        case Combine(operands=operands):
            return operands
        case Choose(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Apply(arguments=arguments):
            return arguments
        case Given(reads=reads):
            return reads
        case Gather(body=body, where=where):
            return tuple(part for part in (where, body) if part is not None)
    return ()


def walk(term: Term) -> Iterator[Term]:
    """``term`` and everything below it."""
    yield term
    for part in parts(term):
        yield from walk(part)


def key(term: Term) -> object:
    """What the term computes, regardless of where it stands: equal keys mean equal values."""
    own: tuple[object, ...] = ()
    match term:
        case Constant(value=value):
            own = (term.type.kind, value)
        case Read(scalar=scalar):
            own = (scalar.name, scalar.source)
        case ReadField(records=records, field=column, frame=frame):
            own = (records.name, column.name, frame)
        case Operation(operator=operator) | Compare(operator=operator) | Combine(operator=operator):
            own = (operator,)
        case Member(negated=negated):
            own = (negated,)
        case Apply(function=function):
            own = (function,)
        case Gather(function=function, records=records, frame=frame, body=body, where=where):
            own = (function, records.name, frame, body is not None, where is not None)
    return (type(term).__name__, *own, *(key(part) for part in parts(term)))
