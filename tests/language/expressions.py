"""Expressions that make sense in the world of ``world.py``, and facts for it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from engine.language.numbers import Rational
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
from engine.language.terms import NUMERIC, Kind
from tests.language.world import LISTS, MEASURES, MODE, OPTIONAL, OPTIONAL_FIELDS

SINGLE = {
    Kind.MONEY: ("spent", "budget.total", "all_contracts"),
    Kind.RATIO: ("rate", "usage", "mean_share"),
    Kind.DAYS: ("lag", "limit"),
    Kind.COUNT: ("staff",),
    Kind.NUMBER: ("weight",),
    Kind.POINTS: ("points",),
    Kind.DATE: ("due", "filed"),
    Kind.FLAG: ("open",),
    Kind.TEXT: ("title",),
    Kind.CHOICE: ("mode", "other_mode"),
}
WHEN_GIVEN = {"grant": Kind.MONEY, "reserve": Kind.MONEY, "closed": Kind.DATE, "audited": Kind.FLAG}
FACTORS = {
    Kind.MONEY: (Kind.RATIO, Kind.COUNT, Kind.NUMBER),
    Kind.DAYS: (Kind.RATIO, Kind.COUNT, Kind.NUMBER),
    Kind.POINTS: (Kind.RATIO, Kind.COUNT, Kind.NUMBER),
    Kind.RATIO: (Kind.RATIO, Kind.COUNT),
    Kind.COUNT: (Kind.COUNT,),
    Kind.NUMBER: (Kind.RATIO, Kind.COUNT, Kind.NUMBER),
}
UNEQUAL = ("<", "<=", ">", ">=", "==", "!=")
QUANTITIES = sorted(NUMERIC)
TEXTS = ("办公厅", "A", "S", "")
DAYS = st.dates(date(2023, 12, 20), date(2024, 3, 10)) | st.sampled_from(
    [date(2003, 12, 31), date(2004, 1, 1), date(2024, 9, 29), date(2024, 10, 12), date(2051, 1, 1), date(9999, 12, 31)]
)  # fmt: skip
AMOUNTS = st.sampled_from(
    [Fraction(n) for n in ("0", "0.5", "1", "2", "2.5", "3", "7", "10", "99.995", "1000")]
)


@st.composite
def expressions(
    draw: st.DrawFn,
    kind: Kind,
    depth: int = 3,
    at_hand: tuple[str, ...] = (),
    known: frozenset[str] = frozenset(),
) -> Node:
    """An expression of ``kind``, reading optional facts only where they are ``known`` to be given."""

    def of(kind: Kind, *more: str) -> Node:
        return draw(expressions(kind, depth - 1, at_hand, known.union(more)))

    def inside(records: str, kind: Kind) -> Node:
        return draw(expressions(kind, depth - 1, (*at_hand, records), known))

    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(_leaves(kind, at_hand, known))
    if draw(st.integers(0, 7)) == 0:
        return Conditional(of(kind), of(Kind.FLAG), of(kind))
    if draw(st.integers(0, 7)) == 0:
        fact = draw(st.sampled_from(sorted(OPTIONAL)))
        given = Call("given", (Name(fact),))
        if draw(st.booleans()):
            return Conditional(of(kind, fact), given, of(kind))
        return Conditional(of(kind), Not(given), of(kind, fact))
    if kind in NUMERIC:
        return _quantity(draw, kind, of, inside)
    if kind == Kind.FLAG:
        return _flag(draw, of, inside)
    if kind == Kind.DATE:
        return _date(draw, of, inside)
    return draw(_leaves(kind, at_hand, known))


@st.composite
def _leaves(draw: st.DrawFn, kind: Kind, at_hand: tuple[str, ...], known: frozenset[str]) -> Node:
    names = [*SINGLE[kind], *(name for name in known if WHEN_GIVEN.get(name) == kind)]
    for records in at_hand:
        for name, type_ in LISTS[records].items():
            if type_.kind == kind and name not in OPTIONAL_FIELDS:
                names += [f"{records}.{name}"] if name == "goal" else [name, f"{records}.{name}"]
    if draw(st.integers(0, 2)):
        return Name(draw(st.sampled_from(names)))
    if kind == Kind.DATE:
        return Date(draw(DAYS))
    if kind == Kind.FLAG:
        return Flag(draw(st.booleans()))
    if kind == Kind.TEXT:
        return Quoted(draw(st.sampled_from(TEXTS)))
    if kind == Kind.CHOICE:
        return Quoted(draw(st.sampled_from(MODE.options)))
    amount = Rational(draw(AMOUNTS))
    return Number(amount / 10, True) if kind == Kind.RATIO else Number(amount)


def _quantity(draw: st.DrawFn, kind: Kind, of: Any, inside: Any) -> Node:
    shapes = ["sum", "product", "quotient", "negative", "rounding", "extreme", "aggregate"]
    special = {
        Kind.RATIO: ["share"],
        Kind.DAYS: ["between"] * 3,
        Kind.COUNT: ["count", "steps", "true", "findings"],
    }
    records = draw(st.sampled_from(sorted(LISTS)))
    match draw(st.sampled_from(shapes + special.get(kind, []) * 2)):
        case "sum":
            return Arithmetic(draw(st.sampled_from("+-")), of(kind), of(kind))
        case "product":
            factors = [of(kind), of(draw(st.sampled_from(FACTORS[kind])))]
            swapped = draw(st.booleans())
            return Arithmetic("*", *(factors[::-1] if swapped else factors))
        case "quotient" if kind not in (Kind.RATIO, Kind.COUNT, Kind.NUMBER):
            return Arithmetic("/", of(kind), of(draw(st.sampled_from(FACTORS[kind]))))
        case "negative":
            return Negative(of(kind))
        case "rounding":
            function = draw(st.sampled_from(["round", "round", "abs", "floor", "ceil"]))
            places = (
                (Number(Rational(draw(st.integers(0, 3)))),)
                if function == "round" and draw(st.booleans())
                else ()
            )
            return Call(function, (of(kind), *places))
        case "extreme":
            several = tuple(of(kind) for _ in range(draw(st.integers(2, 3))))
            return Call(draw(st.sampled_from(["min", "max"])), several)
        case "aggregate":
            where = inside(records, Kind.FLAG) if draw(st.booleans()) else None
            function = draw(st.sampled_from(["sum", "average", "min", "max"]))
            return Aggregate(function, inside(records, kind), Name(records), where)
        case "share":
            other = draw(st.sampled_from(QUANTITIES))
            return Arithmetic("/", of(other), of(other))
        case "between":
            start, end = of(Kind.DATE), of(Kind.DATE)
            if draw(st.booleans()):
                return Call(draw(st.sampled_from(["days", "workdays"])), (start, end))
            return Arithmetic("-", start, end)
        case "count":
            where = inside(records, Kind.FLAG) if draw(st.booleans()) else None
            return Aggregate("count", None, Name(records), where)
        case "steps":
            other = draw(st.sampled_from(QUANTITIES))
            return Call(draw(st.sampled_from(["whole_steps", "started_steps"])), (of(other), of(other)))
        case "true":
            return Call("count_true", tuple(of(Kind.FLAG) for _ in range(draw(st.integers(1, 3)))))
        case "findings":
            return Call("findings", (Name("conduct"),))
    return of(kind)


def _date(draw: st.DrawFn, of: Any, inside: Any) -> Node:
    match draw(st.integers(0, 3)):
        case 0:
            return Arithmetic(draw(st.sampled_from("+-")), of(Kind.DATE), of(Kind.DAYS))
        case 1:
            return Arithmetic("+", of(Kind.DAYS), of(Kind.DATE))
        case 2:
            where = inside("contracts", Kind.FLAG) if draw(st.booleans()) else None
            function = draw(st.sampled_from(["min", "max"]))
            return Aggregate(function, inside("contracts", Kind.DATE), Name("contracts"), where)
    return Call(draw(st.sampled_from(["min", "max"])), (of(Kind.DATE), of(Kind.DATE)))


def _flag(draw: st.DrawFn, of: Any, inside: Any) -> Node:
    records = draw(st.sampled_from(sorted(LISTS)))
    ordered = draw(st.sampled_from([*QUANTITIES, Kind.DATE]))
    alike = draw(st.sampled_from([*QUANTITIES, Kind.DATE, Kind.FLAG, Kind.TEXT, Kind.CHOICE]))
    match draw(
        st.sampled_from(
            ["comparison", "comparison", "equal", "in", "logic", "logic", "not", "guard", "any", "all"]
        )
    ):
        case "comparison":
            signs = draw(st.lists(st.sampled_from(UNEQUAL), min_size=1, max_size=2))
            return Comparison(of(ordered), tuple((sign, of(ordered)) for sign in signs))
        case "equal":
            return Comparison(of(alike), ((draw(st.sampled_from(["==", "!="])), of(alike)),))
        case "in":
            items = tuple(of(alike) for _ in range(draw(st.integers(1, 3))))
            return Membership(of(alike), items, draw(st.booleans()))
        case "logic":
            flags = tuple(of(Kind.FLAG) for _ in range(draw(st.integers(2, 3))))
            return Logic(draw(st.sampled_from(["and", "or"])), flags)
        case "not":
            return Not(of(Kind.FLAG))
        case "guard":
            fact = draw(st.sampled_from(sorted(OPTIONAL)))
            given = Call("given", (Name(fact),))
            if draw(st.booleans()):
                return Logic("and", (given, of(Kind.FLAG, fact)))
            return Logic("or", (Not(given), of(Kind.FLAG, fact)))
        case "any":
            if draw(st.booleans()):
                return Aggregate("any", None, Name(records), inside(records, Kind.FLAG))
            return Aggregate("any", inside(records, Kind.FLAG), Name(records), None)
    return Aggregate("all", inside(records, Kind.FLAG), Name(records), None)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """Values for every name, small and round, so that thresholds are met exactly now and then."""

    def value(kind: Kind) -> Any:
        if kind == Kind.DATE:
            return draw(DAYS)
        if kind == Kind.FLAG:
            return draw(st.booleans())
        if kind == Kind.TEXT:
            return draw(st.sampled_from(TEXTS))
        if kind == Kind.CHOICE:
            return draw(st.sampled_from(MODE.options))
        if kind in (Kind.DAYS, Kind.COUNT):
            return Fraction(draw(st.integers(-3 if kind == Kind.DAYS else 0, 12)))
        amount = draw(AMOUNTS) * draw(st.sampled_from([1, 1, -1]))
        return amount / 10 if kind == Kind.RATIO else amount

    values: dict[str, Any] = {
        "findings(conduct)": 2,
        "points": 10,
        "limit": 7,
        "shape": "round",
        "goal": Fraction(1, 2),
    }
    for kind, names in SINGLE.items():
        values |= {name: value(kind) for name in names if name not in values and name not in MEASURES}
    values |= {name: value(kind) if draw(st.booleans()) else None for name, kind in WHEN_GIVEN.items()}
    for records, fields in LISTS.items():
        rows = draw(st.integers(0, 3))
        values[records] = [
            {
                name: f"{row}"
                if name == "id"
                else value(type_.kind)
                if name not in OPTIONAL_FIELDS or draw(st.booleans())
                else None
                for name, type_ in fields.items()
            }
            for row in range(rows)
        ]
    return values
