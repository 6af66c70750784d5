"""Which kinds may meet, and what they make.

A term built from literal numbers is *flexible*: it takes whatever unit its place asks for, so
that ``deduct: 0.5 * count(…)`` is points and ``lag > 7`` is days. Against a ratio only 0 and 1
pass without a percent sign, because ``rate < 90`` written for ``rate < 90%`` would be true of
every department.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from engine.errors import Text
from engine.language.errors import ExpressionError, Span
from engine.language.numbers import HUNDRED, Rational, format_exact
from engine.language.terms import KIND_NAMES, NUMERIC, Constant, Kind, Negate, Read, Term, Type
from engine.suggestions import suggestion

FLAG = Type(Kind.FLAG)
_TIMES = 10
"""A bare number below this is likelier times the whole than percent of it: a target met four times over."""

_UNITLESS = frozenset({Kind.NUMBER, Kind.RATIO, Kind.COUNT})


def kind_name(type_: Type) -> Text:
    """What people call the type."""
    return KIND_NAMES[type_.kind]


def fit(term: Term, wanted: Type) -> Term:
    """``term`` as a ``wanted``. Raises :class:`ExpressionError` where it cannot be one."""
    have = term.type
    if have.kind == wanted.kind and (have.kind != Kind.CHOICE or have.options == wanted.options):
        return term
    if have.flexible and wanted.kind in NUMERIC and (wanted.kind != Kind.RATIO or _may_be_ratio(term)):
        return replace(term, type=Type(wanted.kind))
    if wanted.kind == Kind.CHOICE and isinstance(term, Constant) and have.kind == Kind.TEXT:
        return _fit_option(term, wanted)
    raise _misfit(term, wanted)


def _may_be_ratio(term: Term) -> bool:
    """0 and 1; and the name of a measure that could not be read, which is reported already."""
    return isinstance(term, Read) or (isinstance(term, Constant) and term.value in (0, 1))


def _fit_option(term: Constant, wanted: Type) -> Term:
    word = str(term.value)
    if word in wanted.options:
        return replace(term, type=wanted)
    listed = Text("、".join(wanted.options), ", ".join(wanted.options))
    raise ExpressionError(
        "E204",
        Text(f"“{word}”不是可选项（{listed.zh}）", f"'{word}' is not an option ({listed.en})"),
        term.span,
        suggestion(word, wanted.options),
    )


def _misfit(term: Term, wanted: Type) -> ExpressionError:
    have, want = kind_name(term.type), kind_name(wanted)
    if wanted.kind == Kind.RATIO and term.type.flexible:
        percent = Text("比率的界限要写百分号，例如 90%", "a ratio's limit needs a percent sign, such as 90%")
        if isinstance(term, Constant) and isinstance(term.value, Rational):
            percent = percentages(term.value)
        return ExpressionError(
            "E203", Text("比率与不带百分号的数相比", "a ratio meets a bare number"), term.span, percent
        )
    fix = None
    if wanted.kind == Kind.POINTS and term.type.kind in _UNITLESS:
        each = "points * …" if term.type.kind == Kind.RATIO else "1 * …"
        fix = Text(f"乘以分值，例如 {each}", f"multiply it by points, such as {each}")
    message = Text(f"此处需要{want.zh}，得到的是{have.zh}", f"{want.en} is wanted here, this is {have.en}")
    return ExpressionError("E202", message, term.span, fix)


def percentages(value: Rational) -> Text:
    """Both percentages that a bare number may stand for, the likelier first: 0.9 and 4 as times, 90 in the hundred."""
    same, hundredfold = f"{format_exact(value)}%", f"{format_exact(value * HUNDRED)}%"
    first, second = (hundredfold, same) if abs(value) < _TIMES else (same, hundredfold)
    return Text(
        f"写成 {first}（确为 {second} 时写 {second}）", f"write {first}, or {second} if that is meant"
    )


def unify(terms: Sequence[Term], span: Span, doing: Text) -> tuple[Term, ...]:
    """All ``terms`` as one kind: that of the first that is not flexible."""
    lead = next((term.type for term in terms if not term.type.flexible and term.type.kind != Kind.TEXT), None)
    lead = lead or next((term.type for term in terms if not term.type.flexible), None)
    if lead is None:
        ratio = any(term.type.kind == Kind.RATIO for term in terms)
        lead = Type(Kind.RATIO if ratio else Kind.NUMBER, flexible=True)
    fitted = []
    for term in terms:
        try:
            fitted.append(fit(term, lead))
        except ExpressionError as error:
            if error.code == "E203" and lead.flexible:
                error.fix = Text(
                    "与百分数比较；比率不必乘以 100", "compare with a percentage; a ratio is not times 100"
                )
            if error.code != "E202":
                raise
            one, two = kind_name(lead), kind_name(term.type)
            message = Text(f"{one.zh}与{two.zh}不能{doing.zh}", f"{one.en} and {two.en} cannot be {doing.en}")
            fix = Text("两者的选项不同", "their options differ") if lead.kind == term.type.kind else None
            raise ExpressionError("E202", message, span, fix) from None
    return tuple(fitted)


def product_type(left: Type, right: Type) -> Type | None:
    """The type of ``left * right``; ``None`` where it makes no sense."""
    if left.kind not in NUMERIC or right.kind not in NUMERIC:
        return None
    flexible = (left.flexible and right.kind in _UNITLESS) or (right.flexible and left.kind in _UNITLESS)
    if left.kind in _UNITLESS and right.kind in _UNITLESS:
        return Type(_unitless_product(left, right), flexible=flexible)
    if left.kind in _UNITLESS:
        return Type(right.kind)
    return Type(left.kind) if right.kind in _UNITLESS else None


def _unitless_product(left: Type, right: Type) -> Kind:
    if left.flexible and left.kind == Kind.NUMBER:
        return Kind.NUMBER if right.kind == Kind.COUNT else right.kind
    if right.flexible and right.kind == Kind.NUMBER:
        return Kind.NUMBER if left.kind == Kind.COUNT else left.kind
    kinds = {left.kind, right.kind}
    if len(kinds) == 1:
        return left.kind
    return Kind.NUMBER if Kind.NUMBER in kinds else Kind.RATIO


def quotient_type(left: Type, right: Type) -> Type | None:
    """The type of ``left / right``; ``None`` where it makes no sense."""
    if left.kind not in NUMERIC or right.kind not in NUMERIC:
        return None
    if right.flexible and right.kind == Kind.NUMBER and left.kind not in (Kind.NUMBER, Kind.COUNT):
        return Type(left.kind, flexible=left.flexible)
    flexible = (left.flexible and right.kind in _UNITLESS) or (right.flexible and left.kind in _UNITLESS)
    if left.kind == right.kind or {left.kind, right.kind} <= {Kind.NUMBER, Kind.COUNT}:
        return Type(Kind.RATIO, flexible=flexible)
    if right.kind in _UNITLESS:
        return Type(left.kind, flexible=flexible and left.kind in _UNITLESS)
    return Type(Kind.RATIO) if left.flexible else None


def negated(term: Term, span: Span) -> Term:
    """``-term``; a negative literal stays a constant."""
    if term.type.kind not in NUMERIC:
        have = kind_name(term.type)
        raise ExpressionError("E202", Text(f"{have.zh}没有负值", f"{have.en} has no negative"), span)
    if isinstance(term, Constant) and isinstance(term.value, Rational):
        return Constant(term.type, -term.value, span=span)
    return Negate(term.type, term, span=span)
