"""The functions of the language, one entry each.

To add a function, write what it does to values, say what types it takes and gives, and add it to
:data:`FUNCTIONS`. ``given``, ``findings`` and the aggregates over records are not here: they are
part of the language's syntax (see ``checker.py``).
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from engine.errors import Text
from engine.language.calendar import calendar_days, working_days
from engine.language.errors import ExpressionError, Span
from engine.language.numbers import ZERO, Rational, round_half_up
from engine.language.terms import NUMERIC, ORDERED, Constant, Kind, Term, Type
from engine.language.types import FLAG, fit, kind_name, unify


class FunctionFailure(ValueError):
    """A function has no value for these arguments."""

    def __init__(self, message: Text, fix: Text | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.fix = fix


Resolved = tuple[tuple[Term, ...], Type]
"""The arguments as the function wants them, and the type it gives."""


class Function(Struct, frozen=True):
    """``resolve`` checks the arguments' types; ``evaluate`` computes on their values."""

    name: str
    usage: str
    summary: Text
    least: int
    most: int | None
    resolve: Callable[[tuple[Term, ...], Span], Resolved]
    evaluate: Callable[..., Rational | bool]


def _extreme(arguments: tuple[Term, ...], span: Span) -> Resolved:
    fitted = unify(arguments, span, Text("比较大小", "compared"))
    if fitted[0].type.kind not in ORDERED:
        raise _no_order(fitted[0], span)
    return fitted, fitted[0].type


def _no_order(term: Term, span: Span) -> ExpressionError:
    have = kind_name(term.type)
    return ExpressionError("E202", Text(f"{have.zh}没有大小", f"{have.en} has no order"), span)


def _keeps_type(arguments: tuple[Term, ...], span: Span) -> Resolved:
    if arguments[0].type.kind not in NUMERIC:
        have = kind_name(arguments[0].type)
        raise ExpressionError(
            "E202", Text(f"{have.zh}不是数量", f"{have.en} is not a quantity"), arguments[0].span
        )
    return arguments, arguments[0].type


def _rounding(arguments: tuple[Term, ...], span: Span) -> Resolved:
    _keeps_type(arguments, span)
    if len(arguments) == 2 and not _is_decimals(arguments[1]):
        message = Text("小数位数应为 0 到 12 的整数", "the decimals are a whole number from 0 to 12")
        raise ExpressionError("E205", message, arguments[1].span)
    return arguments, arguments[0].type


def _is_decimals(term: Term) -> bool:
    return isinstance(term, Constant) and term.type.kind == Kind.NUMBER and term.value in range(13)


def _steps(arguments: tuple[Term, ...], span: Span) -> Resolved:
    fitted = unify(arguments, span, Text("按步长折算", "counted in steps of each other"))
    _keeps_type(fitted, span)
    return fitted, Type(Kind.COUNT)


def _two_dates(arguments: tuple[Term, ...], span: Span) -> Resolved:
    day = Type(Kind.DATE)
    return (fit(arguments[0], day), fit(arguments[1], day)), Type(Kind.DAYS)


def _flags(arguments: tuple[Term, ...], span: Span) -> Resolved:
    return tuple(fit(argument, FLAG) for argument in arguments), Type(Kind.COUNT)


def _round(value: Rational, places: Rational = ZERO) -> Rational:
    return round_half_up(value, int(places))


def _floor(value: Rational) -> Rational:
    return Rational(value.numerator // value.denominator)


def _ceiling(value: Rational) -> Rational:
    return Rational(-(-value.numerator // value.denominator))


def _whole_steps(excess: Rational, size: Rational) -> Rational:
    return _floor(excess / _step(size)) if excess > 0 else ZERO


def _started_steps(excess: Rational, size: Rational) -> Rational:
    return _ceiling(excess / _step(size)) if excess > 0 else ZERO


def _step(size: Rational) -> Rational:
    if size <= 0:
        raise FunctionFailure(Text("步长不是正数", "the step is not above 0"))
    return size


def _count_true(*flags: bool) -> Rational:
    return Rational(sum(flags))


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("min", "min(a, b, …)", Text("最小的一个", "the least of them"), 2, None, _extreme, min),
        Function("max", "max(a, b, …)", Text("最大的一个", "the greatest of them"), 2, None, _extreme, max),
        Function("abs", "abs(x)", Text("绝对值", "the absolute value"), 1, 1, _keeps_type, abs),
        Function("round", "round(x, decimals)", Text("四舍五入", "rounded, halves away from zero"), 1, 2, _rounding, _round),
        Function("floor", "floor(x)", Text("向下取整", "the whole number at or below"), 1, 1, _keeps_type, _floor),
        Function("ceil", "ceil(x)", Text("向上取整", "the whole number at or above"), 1, 1, _keeps_type, _ceiling),
        Function(
            "whole_steps", "whole_steps(excess, size)",
            Text("超出部分含几个整步（每超过一个…）；不超出为 0", "completed steps in the excess; 0 where there is none"),
            2, 2, _steps, _whole_steps,
        ),
        Function(
            "started_steps", "started_steps(excess, size)",
            Text("超出部分含几步，不足一步按一步计", "steps begun in the excess; 0 where there is none"),
            2, 2, _steps, _started_steps,
        ),
        Function("days", "days(a, b)", Text("自然日数，不含 a、含 b", "calendar days, a not counted, b counted"), 2, 2, _two_dates, calendar_days),
        Function("workdays", "workdays(a, b)", Text("工作日数，不含 a、含 b", "working days, a not counted, b counted"), 2, 2, _two_dates, working_days),
        Function("count_true", "count_true(a, b, …)", Text("成立的有几个", "how many of them hold"), 1, None, _flags, _count_true),
    )
}  # fmt: skip
