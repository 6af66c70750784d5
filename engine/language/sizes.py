"""How many digits the values of a term may have, whatever the facts.

Values are exact, so a product has as many digits as its factors together, and a sum of ratios with different
denominators as many as all of them. What that comes to is worked out here before there are any facts, each of which
has at most :data:`~engine.language.numbers.MAX_DIGITS` digits, and each list at most :data:`MAX_RECORDS` records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from engine.language.numbers import MAX_DIGITS, Rational
from engine.language.terms import (
    NUMERIC,
    Apply,
    Choose,
    Constant,
    Gather,
    Kind,
    Negate,
    Operation,
    Read,
    ReadField,
    Scalar,
    Term,
    parts,
)

MAX_RECORDS = 20_000
"""Records of one list in a department's facts."""

_COUNTS = len(str(MAX_RECORDS))
_DAYS = 7
"""Digits of a number of days between any two dates."""


class Size(Struct, frozen=True):
    """Bounds of a value, each as a number of decimal digits.

    ``whole`` is of its whole part, ``decimals`` of its decimal places, ``other`` of what its denominator has besides
    a power of ten, and ``numerator`` of its numerator.
    """

    whole: int = 0
    decimals: int = 0
    other: int = 0
    numerator: int = 0

    @property
    def digits(self) -> int:
        """Of numerator and denominator together."""
        return self.numerator + self.decimals + self.other

    @property
    def denominator(self) -> int:
        return self.decimals + self.other


def _sized(whole: int, decimals: int, other: int, numerator: int | None = None) -> Size:
    most = whole + decimals + other
    return Size(whole, decimals, other, most if numerator is None else min(numerator, most))


FACT = Size(MAX_DIGITS, MAX_DIGITS + 2, 0, MAX_DIGITS)
"""A number of a fact; a percentage has two decimal places more than were written."""
WHOLE = _sized(MAX_DIGITS, 0, 0)
COUNT = _sized(_COUNTS, 0, 0)
DAYS = _sized(_DAYS, 0, 0)
NONE = Size()
"""What is no number: a date, a text, a truth."""


def size_of_value(value: object) -> Size:
    """The size of a value that is known."""
    if not isinstance(value, Rational):
        return NONE
    from engine.language.numbers import terminating_decimals

    numerator, denominator = _digits(value.numerator), _digits(value.denominator)
    decimals = terminating_decimals(value)
    whole = max(numerator - denominator + 1, 1)
    if decimals is None:
        return _sized(whole, 0, denominator, numerator)
    return _sized(whole, decimals, 0, numerator)


def size_of_fact(kind: Kind, most: object = None) -> Size:
    """The size of a fact of ``kind`` that is at most ``most``."""
    if kind not in NUMERIC:
        return NONE
    if kind not in (Kind.COUNT, Kind.DAYS):
        return FACT
    return (
        _sized(_digits(most.numerator), 0, 0) if isinstance(most, Rational) and kind == Kind.COUNT else WHOLE
    )


def _digits(number: object) -> int:
    return len(str(abs(number)))  # type: ignore[arg-type]


Heard = Callable[[Term, Size, tuple[Size, ...], int], None]
"""Told of each operation: the term, its size, its operands', and how often it is done for one department."""


class Sizes:
    """The sizes of terms. ``scalars`` and ``fields`` say what is known of names; ``heard`` is told of every operation."""

    def __init__(
        self, scalars: Callable[[Scalar], Size], fields: Callable[[ReadField], Size], heard: Heard
    ) -> None:
        self.scalars = scalars
        self.fields = fields
        self.heard = heard

    def of(self, term: Term, times: int = 1) -> Size:
        """The size of ``term``, which is computed so many times for a department."""
        match term:
            case Constant(value=value):
                return size_of_value(value)
            case Read(scalar=scalar):
                return self.scalars(scalar)
            case ReadField():
                return self.fields(term)
            case Gather():
                return self.gathered(term, times)
            case Choose(condition=condition, then=then, otherwise=otherwise):
                self.of(condition, times)
                return _either([self.of(then, times), self.of(otherwise, times)])
        sizes = tuple(self.of(part, times) for part in parts(term))
        size = _combined(term, sizes)
        self.heard(term, size, sizes, times)
        return size

    def gathered(self, term: Gather, times: int) -> Size:
        inside = times * MAX_RECORDS
        if term.where is not None:
            self.of(term.where, inside)
        body = self.of(term.body, inside) if term.body is not None else NONE
        if term.function in ("count", "all", "any"):
            return COUNT if term.function == "count" else NONE
        if term.function in ("min", "max"):
            return body
        total = _sized(body.whole + _COUNTS, body.decimals, body.other * MAX_RECORDS)
        if term.function == "average" and term.type.kind in NUMERIC:
            total = _quotient(total, COUNT)
        self.heard(term, total, (total, total), times)
        return total


def _combined(term: Term, sizes: tuple[Size, ...]) -> Size:
    if term.type.kind not in NUMERIC:
        return NONE
    match term:
        case Negate():
            return sizes[0]
        case Operation(operator="*"):
            return _product(*sizes)
        case Operation(operator="/", right=Constant(value=value)) if isinstance(value, Rational) and value:
            return _product(sizes[0], size_of_value(1 / value))
        case Operation(operator="/"):
            return _quotient(*sizes)
        case Operation(left=left) if left.type.kind in NUMERIC:
            return _sum(*sizes)
        case Operation():
            return DAYS
        case Apply(function=function, arguments=arguments):
            return _applied(function, arguments, sizes)
    return NONE


def _applied(function: str, arguments: tuple[Term, ...], sizes: tuple[Size, ...]) -> Size:
    if function in ("days", "workdays"):
        return DAYS
    if function == "count_true":
        return _sized(_digits(len(arguments)), 0, 0)
    if function in ("whole_steps", "started_steps"):
        return _sized(_quotient(*sizes).whole + 1, 0, 0)
    if function in ("floor", "ceil", "round"):
        places = arguments[1] if len(arguments) > 1 else None
        decimals = (
            int(places.value) if isinstance(places, Constant) and isinstance(places.value, Rational) else 0
        )
        return _sized(sizes[0].whole + 1, decimals, 0)
    return _either(sizes)  # min, max, abs


def _either(sizes: Iterable[Size]) -> Size:
    """Room for any of them."""
    found = NONE
    for one in sizes:
        found = Size(
            max(found.whole, one.whole), max(found.decimals, one.decimals),
            max(found.other, one.other), max(found.numerator, one.numerator),
        )  # fmt: skip
    return found


def _product(left: Size, right: Size) -> Size:
    return _sized(
        left.whole + right.whole, left.decimals + right.decimals,
        left.other + right.other, left.numerator + right.numerator,
    )  # fmt: skip


def _sum(left: Size, right: Size) -> Size:
    return _sized(
        max(left.whole, right.whole) + 1, max(left.decimals, right.decimals), left.other + right.other
    )


def _quotient(left: Size, right: Size) -> Size:
    """A quotient is as large as the divisor's denominator allows, and has its numerator for a denominator."""
    return _sized(
        left.whole + right.denominator, left.decimals,
        left.other + right.numerator, left.numerator + right.denominator,
    )  # fmt: skip
