"""A small schema with a name of every kind, and facts for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from engine.errors import same
from engine.language.checker import check
from engine.language.compiler import FIRST_FREE_SLOT, NOT_YET, Slots, compile_term
from engine.language.numbers import Rational
from engine.language.parser import parse
from engine.language.scope import Scope
from engine.language.terms import Kind, RecordField, Records, Scalar, Term, Type

MODE = Type(Kind.CHOICE, ("公开", "邀请", "单一来源"))
SHAPE = Type(Kind.CHOICE, ("round", "square"))

FACTS: dict[str, Type] = {
    "spent": Type(Kind.MONEY),
    "budget.total": Type(Kind.MONEY),
    "rate": Type(Kind.RATIO),
    "goal": Type(Kind.RATIO),
    "lag": Type(Kind.DAYS),
    "staff": Type(Kind.COUNT),
    "weight": Type(Kind.NUMBER),
    "due": Type(Kind.DATE),
    "filed": Type(Kind.DATE),
    "open": Type(Kind.FLAG),
    "mode": MODE,
    "other_mode": MODE,
    "shape": SHAPE,
    "title": Type(Kind.TEXT),
    # optional
    "grant": Type(Kind.MONEY),
    "reserve": Type(Kind.MONEY),
    "closed": Type(Kind.DATE),
    "audited": Type(Kind.FLAG),
}
OPTIONAL = frozenset({"grant", "reserve", "closed", "audited"})

LISTS: dict[str, dict[str, Type]] = {
    "contracts": {
        "id": Type(Kind.TEXT),
        "amount": Type(Kind.MONEY),
        "signed": Type(Kind.DATE),
        "late": Type(Kind.FLAG),
        "kind": MODE,
        "posted": Type(Kind.DATE),  # optional
    },
    "targets": {
        "id": Type(Kind.TEXT),
        "amount": Type(Kind.MONEY),
        "goal": Type(Kind.RATIO),  # also the name of a fact
        "actual": Type(Kind.NUMBER),
        "planned": Type(Kind.NUMBER),
        "share": Type(Kind.RATIO),
        "reached": Type(Kind.FLAG),  # optional
    },
}
OPTIONAL_FIELDS = frozenset({"posted", "reached"})

MEASURES = {
    "usage": "spent / budget.total",
    "all_contracts": "sum(amount for contracts)",
    "mean_share": "average(share for targets)",
    "granted": "grant - reserve",  # reads two optional facts unguarded
}


class World:
    """The scope of the schema, and slots for facts in the layout the compiler expects."""

    def __init__(self) -> None:
        self.blank: Slots = [None] * FIRST_FREE_SLOT
        self.scalars: dict[str, Scalar] = {}
        self.records: dict[str, Records] = {}
        self.findings: dict[str, Scalar] = {}
        for name, type_ in FACTS.items():
            needs = frozenset({name}) if name in OPTIONAL else frozenset[str]()
            self.scalars[name] = Scalar(name, type_, self.take(), same(name), "fact", needs)
        for name, fields in LISTS.items():
            columns = {
                field: RecordField(field, type_, index, same(field), field in OPTIONAL_FIELDS)
                for index, (field, type_) in enumerate(fields.items())
            }
            self.records[name] = Records(name, self.take(()), "id", columns, same(name))
        self.scalars["points"] = Scalar(
            "points", Type(Kind.POINTS), self.take(Rational(10)), same("points"), "points"
        )
        self.scalars["limit"] = Scalar(
            "limit", Type(Kind.DAYS), self.take(Rational(7)), same("limit"), "parameter"
        )
        self.findings["conduct"] = Scalar(
            "conduct", Type(Kind.COUNT), self.take(Rational(2)), same("conduct"), "findings"
        )
        for name, text in MEASURES.items():
            term = self.term(text, OPTIONAL)
            slot = self.take(NOT_YET)
            self.take(compile_term(term))
            needs = frozenset({"grant", "reserve"}) if name == "granted" else frozenset[str]()
            self.scalars[name] = Scalar(name, term.type, slot, same(name), "measure", needs)

    def take(self, value: Any = None) -> int:
        self.blank.append(value)
        return len(self.blank) - 1

    def scope(self, *lists: str) -> Scope:
        """The names where records of ``lists`` are at hand."""
        return Scope(self.scalars, self.records, self.findings, tuple(self.records[name] for name in lists))

    def term(self, text: str, given: frozenset[str] = frozenset(), *lists: str) -> Term:
        return check(parse(text), self.scope(*lists), given)

    def slots(self, facts: Mapping[str, Any]) -> Slots:
        """``facts``, which are exact Python values, in their slots; lists are lists of mappings."""
        slots = list(self.blank)
        for name, value in facts.items():
            if name in self.records:
                fields = LISTS[name]
                slots[self.records[name].slot] = tuple(
                    tuple(exact(record[field]) for field in fields) for record in value
                )
            elif name in self.scalars:
                slots[self.scalars[name].slot] = exact(value)
        return slots

    def value(self, text: str, facts: Mapping[str, Any]) -> Any:
        return compile_term(self.term(text))(self.slots(facts))


def exact(value: Any) -> Any:
    """The engine's value for a Python one."""
    return Rational(value) if isinstance(value, int | Fraction) and not isinstance(value, bool) else value


FULL: dict[str, Any] = {
    "spent": Fraction("950.50"),
    "budget.total": 1000,
    "rate": Fraction("0.84"),
    "goal": Fraction("0.9"),
    "lag": 3,
    "staff": 12,
    "weight": Fraction("1.5"),
    "due": date(2024, 3, 29),
    "filed": date(2024, 4, 8),
    "open": True,
    "mode": "公开",
    "other_mode": "邀请",
    "shape": "round",
    "title": "办公厅",
    "grant": 30,
    "reserve": 10,
    "closed": date(2024, 12, 31),
    "audited": False,
    "contracts": [
        {"id": "A", "amount": 100, "signed": date(2024, 3, 4), "late": False, "kind": "公开", "posted": date(2024, 3, 13)},
        {"id": "B", "amount": 250, "signed": date(2024, 9, 30), "late": True, "kind": "邀请", "posted": None},
        {"id": "C", "amount": 50, "signed": date(2024, 9, 30), "late": True, "kind": "邀请", "posted": date(2024, 10, 8)},
    ],
    "targets": [
        {"id": "S", "amount": 40, "goal": 1, "actual": 8, "planned": 10, "share": Fraction(1, 3), "reached": None},
        {"id": "T", "amount": 60, "goal": Fraction("0.5"), "actual": 9, "planned": 3, "share": Fraction(2, 3), "reached": True},
    ],
}  # fmt: skip
"""A department that has filled in everything."""
