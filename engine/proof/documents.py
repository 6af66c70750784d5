"""From the solver's model to a facts document, every value as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

import z3

from engine.language.numbers import HUNDRED, Rational, format_exact
from engine.language.terms import Kind, Value
from engine.proof.answers import Document
from engine.proof.arithmetic import Expr
from engine.proof.leaves import beside
from engine.proof.solving import World
from engine.proof.variables import Member, Variable, identity, python_value
from engine.ruleset.model import Criterion, Fact, Ruleset, TierScore, Unseen

DEPARTMENT = "示例部门"
ASSESSOR = "示例"


class Reader:
    """Reads the department out of a model."""

    def __init__(self, world: World, model: z3.ModelRef) -> None:
        self.world = world
        self.model = model
        self._names: dict[int, str] = {}
        self._letters = _letters()

    def value(self, expression: Expr) -> Any:
        return self.model.eval(expression, model_completion=True)

    def holds(self, truth: Expr) -> bool:
        return bool(z3.is_true(self.value(truth)))

    def document(self, ruleset: Ruleset) -> Document:
        """The facts document for ``ruleset``."""
        facts: Document = {}
        schema, scalars = ruleset.schema, self.world.department.scalars
        for name, fact in schema.facts.items():
            self._state(facts, name, fact, scalars[identity(fact.name, fact)])
        for name, group in schema.groups.items():
            facts[name] = {}
            for field, fact in group.facts.items():
                self._state(facts[name], field, fact, scalars[identity(fact.name, fact)])
        assert self.world.unrolled is not None
        for name, records in schema.lists.items():
            present = [one for one in self.world.unrolled.members[name] if self.holds(one.present)]
            facts[name] = [self._record(records.fields, member) for member in present]
        document: Document = {
            "department": DEPARTMENT, "year": str(ruleset.year), "ruleset": ruleset.id, "facts": facts
        }  # fmt: skip
        return document | self._beside(ruleset)

    def with_fact(self, ruleset: Ruleset, fact: Fact, value: Any) -> Document:
        """The same department with another value of one scalar fact."""
        document = self.document(ruleset)
        group, _, name = fact.name.rpartition(".")
        variable = self.world.department.scalars[identity(fact.name, fact)]
        stated = as_text(python_value(variable, value, self.world.department.words), fact.type.kind)
        holder = document["facts"][group] if group else document["facts"]
        holder[name] = stated
        return document

    def _record(self, fields: Any, member: Member) -> Document:
        record: Document = {}
        for name, fact in fields.items():
            self._state(record, name, fact, member.fields[identity(fact.name, fact)])
        return record

    def _state(self, into: Document, name: str, fact: Fact, variable: Variable) -> None:
        if self.holds(variable.given) or not fact.optional:
            into[name] = self._text(variable)

    def _text(self, variable: Variable) -> str:
        value = self.value(variable.value)
        kind = variable.fact.type.kind
        if kind == Kind.TEXT:
            known = self.world.department.words.word(value.as_long())
            return known if known is not None else self._letter(value.as_long())
        return as_text(python_value(variable, value, self.world.department.words), kind)

    def _letter(self, number: int) -> str:
        """A text of no meaning, the same for the same unknown."""
        if number not in self._names:
            self._names[number] = next(self._letters)
        return self._names[number]

    def _beside(self, ruleset: Ruleset) -> Document:
        """Judgements and claims."""
        judgements: Document = {}
        claimed: Document = {}
        for node in ruleset.criteria.values():
            unknown = self.world.department.judgements.get(beside(node))
            amount = _rational(self.value(unknown)) if unknown is not None else Rational(0)
            if isinstance(node.score, Unseen):
                claimed[node.id] = format_exact(amount)
            elif node.is_judged:
                judgements[node.id] = _judgement(node, amount)
        sections = {"claimed": claimed, "judgements": judgements}
        return {name: section for name, section in sections.items() if section}


def _judgement(node: Criterion, amount: Rational) -> Document:
    stated: Document = {"by": ASSESSOR, "reason": ASSESSOR}
    if isinstance(node.score, TierScore):
        tier = next((one.id for one in node.score.tiers.values() if one.allowed.contains(amount)), "")
        return {"tier": tier, "coefficient": format_exact(amount), **stated}
    return {"deduct": format_exact(amount), **stated}


def _rational(value: Any) -> Rational:
    return Rational(value.numerator_as_long(), value.denominator_as_long())


def as_text(value: Value, kind: Kind) -> str:
    """The text with which a facts file states ``value``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Rational):
        return f"{format_exact(value * HUNDRED)}%" if kind == Kind.RATIO else format_exact(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _letters() -> Iterator[str]:
    yield from "ABCDEFGHJKLMN"
    yield from (f"N{number}" for number in count(1))
