"""Syntax trees of every shape that can be written, whether or not they make sense."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.language.numbers import Rational
from engine.language.parser import COMPARISONS, KEYWORDS
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
)

FAMILIAR = ("a", "b2", "_c", "spent", "general_budget.spent", "本年支出", "合同.金额", "notes", "x.if", "É")
FUNCTIONS = ("count", "sum", "any", "given", "min", "whole_steps", "没有的函数")
STRANGE = st.from_regex(r"[^\W\d]\w{0,3}(?:\.[^\W\d]\w{0,3}){0,2}", fullmatch=True)
UNLIKE = {quote: st.characters(exclude_categories=["Cs"], exclude_characters=f"{quote}\n") for quote in "'\""}
SHAPES = (
    "negative", "not", "arithmetic", "comparison", "membership", "logic", "conditional", "call", "aggregate",
    "aggregate of records",
)  # fmt: skip


@st.composite
def names(draw: st.DrawFn) -> Name:
    """Familiar names mostly, and any others that the grammar allows."""
    word = draw(st.sampled_from(FAMILIAR) if draw(st.integers(0, 3)) else STRANGE)
    return Name(f"{word}_" if word in KEYWORDS else word)


@st.composite
def numbers(draw: st.DrawFn) -> Number:
    digits = draw(st.integers(0, 999 if draw(st.booleans()) else 10**25))
    places, percent = draw(st.integers(0, 4)), draw(st.booleans())
    return Number(Rational(digits, 10 ** (places + 2 if percent else places)), percent)


@st.composite
def leaves(draw: st.DrawFn) -> Node:
    match draw(st.integers(0, 5)):
        case 0 | 1:
            return draw(names())
        case 2:
            return draw(numbers())
        case 3:
            return Date(draw(st.dates()))
        case 4:
            return Quoted(draw(st.text(UNLIKE[draw(st.sampled_from("'\""))], max_size=5)))
    return Flag(draw(st.booleans()))


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> Node:
    """Trees of at most ``depth`` levels above the leaves."""
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(leaves())
    inner = trees(depth - 1)
    match draw(st.sampled_from(SHAPES)):
        case "negative":
            return Negative(draw(inner))
        case "not":
            return Not(draw(inner))
        case "arithmetic":
            return Arithmetic(draw(st.sampled_from("+-*/")), draw(inner), draw(inner))
        case "comparison":
            signs = draw(st.lists(st.sampled_from(sorted(COMPARISONS)), min_size=1, max_size=3))
            return Comparison(draw(inner), tuple((sign, draw(inner)) for sign in signs))
        case "membership":
            return Membership(draw(inner), _several(draw, inner, 1), draw(st.booleans()))
        case "logic":
            return Logic(draw(st.sampled_from(["and", "or"])), _several(draw, inner, 2))
        case "conditional":
            return Conditional(draw(inner), draw(inner), draw(inner))
        case "call":
            return _call(draw(st.sampled_from(FUNCTIONS)), _several(draw, inner, 0))
        case "aggregate":
            where = draw(inner) if draw(st.booleans()) else None
            return Aggregate(draw(st.sampled_from(FUNCTIONS)), draw(inner), draw(names()), where)
    if draw(st.booleans()):
        return Aggregate("count", None, draw(names()), None)
    return Aggregate(draw(st.sampled_from(FUNCTIONS)), None, draw(names()), draw(inner))


def _several(draw: st.DrawFn, inner: st.SearchStrategy[Node], least: int) -> tuple[Node, ...]:
    return tuple(draw(inner) for _ in range(draw(st.integers(least, 3))))


def _call(function: str, arguments: tuple[Node, ...]) -> Node:
    """The call as it is read: ``count`` of one name is an aggregate."""
    if function == "count" and len(arguments) == 1 and isinstance(arguments[0], Name):
        return Aggregate(function, None, arguments[0], None)
    return Call(function, arguments)
