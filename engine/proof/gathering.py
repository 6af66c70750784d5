"""Record lists of unknown records: what both ways of having them share, and the way of a witness.

:class:`Unrolled` has so many records at most, each with variables of its own: what is found with it is a
real department. The other way, for proofs, is ``abstract.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import z3

from engine.language.ranges import ANYTHING, Bounds, Interval, range_of
from engine.language.terms import Gather
from engine.proof.arithmetic import (
    FALSE,
    TRUE,
    Bool,
    Expr,
    both,
    chosen,
    either,
    implied,
    negation,
    number,
    total,
)
from engine.proof.encoding import Coded, Encoder
from engine.proof.variables import Department, Member, Variable, identity
from engine.ruleset.model import Fact, Ruleset

Taking = Callable[[Member], tuple[Coded, Coded]]
"""For a record, whether it is taken, and the value it adds."""


class Lists:
    """What both ways share: the columns of the lists, and what aggregates are made of."""

    def __init__(self, department: Department) -> None:
        self.department = department
        self.columns: dict[str, list[tuple[Fact, Ruleset]]] = {}
        self.keys: dict[str, set[str]] = {}
        """The columns by which the rulesets tell the records of a list apart."""
        for ruleset in department.rulesets:
            for name, records in ruleset.schema.lists.items():
                self.columns.setdefault(name, []).extend((fact, ruleset) for fact in records.fields.values())
                key = records.fields[records.key]
                self.keys.setdefault(name, set()).add(identity(key.name, key))

    def member(self, name: str, number: str, present: Bool, depth: int = 0) -> Member:
        """A new record of the list called ``name``."""
        fields: dict[str, Variable] = {}
        for fact, ruleset in self.columns[name]:
            column = identity(fact.name, fact)
            if column in fields:
                self.department.share(fields[column], fact, ruleset, present)
            else:
                fields[column] = self.department.variable(
                    f"{name}[{number}].{column}", fact, ruleset, present
                )
        return Member(f"{name}[{number}]", present, fields, depth)

    def gather(self, encoder: Encoder, term: Gather) -> Coded:
        """The aggregate's value."""
        taking = _taking(encoder, term)
        name = term.records.name
        match term.function:
            case "count":
                return self.count(name, taking)
            case "sum":
                return self.sum(encoder, name, taking, _body_range(encoder, term))
            case "all":
                some, defined = self.some(name, _turned(taking))
                return Coded(negation(some), defined)
            case "any":
                return self.some(name, taking)
            case "average":
                summed, counted = (
                    self.sum(encoder, name, taking, _body_range(encoder, term)),
                    self.count(name, taking),
                )
                mean = encoder.nonlinear.quotient(summed.value, counted.value)
                return Coded(mean, both(summed.defined, counted.value > 0))
        return self.extreme(name, taking, term.function == "max")

    def count(self, name: str, taking: Taking) -> Coded:
        raise NotImplementedError

    def sum(self, encoder: Encoder, name: str, taking: Taking, values: Interval) -> Coded:
        raise NotImplementedError

    def some(self, name: str, taking: Taking) -> Coded:
        """Whether a record is taken whose value, a truth, holds."""
        raise NotImplementedError

    def extreme(self, name: str, taking: Taking, greatest: bool) -> Coded:
        raise NotImplementedError

    def length(self, name: str) -> Expr:
        """The number of records, as an Int."""
        raise NotImplementedError


def _taking(encoder: Encoder, term: Gather) -> Taking:
    back = encoder.as_now()

    def take(member: Member) -> tuple[Coded, Coded]:
        with back(), encoder.at(term.frame, member):
            where = encoder.encode(term.where) if term.where is not None else Coded(TRUE, TRUE)
            body = encoder.encode(term.body) if term.body is not None else Coded(TRUE, TRUE)
        return where, body

    return take


def _turned(taking: Taking) -> Taking:
    """The same records with the opposite truths."""

    def take(member: Member) -> tuple[Coded, Coded]:
        where, body = taking(member)
        return where, Coded(negation(body.value), body.defined)

    return take


def _body_range(encoder: Encoder, term: Gather) -> Interval:
    return range_of(term.body, bounds_of_reads(encoder.ruleset)) if term.body is not None else ANYTHING


def bounds_of_reads(ruleset: Ruleset) -> Bounds:
    """The ranges of what the ruleset's terms read."""
    from engine.ruleset.checks.bounds import bounds_of

    return bounds_of(ruleset)


class Unrolled(Lists):
    """Lists of at most ``most`` records each, told apart by their keys."""

    def __init__(self, department: Department, most: int) -> None:
        super().__init__(department)
        self.members: dict[str, list[Member]] = {}
        for name in self.columns:
            present = [z3.Bool(f"{name}[{index}] is there") for index in range(most)]
            self.members[name] = [self.member(name, str(index), one) for index, one in enumerate(present)]
            department.axioms += [z3.Implies(after, before) for before, after in pairwise(present)]
            for key in self.keys[name]:
                for one, two in combinations(self.members[name], 2):
                    department.axioms.append(
                        z3.Implies(two.present, one.fields[key].value != two.fields[key].value)
                    )

    def _taken(self, name: str, taking: Taking) -> tuple[list[tuple[Bool, Expr]], Bool]:
        taken: list[tuple[Bool, Expr]] = []
        defined: list[Bool] = []
        for member in self.members[name]:
            where, body = taking(member)
            taken.append((both(member.present, where.value), body.value))
            defined.append(implied(member.present, both(where.defined, implied(where.value, body.defined))))
        return taken, both(*defined)

    def count(self, name: str, taking: Taking) -> Coded:
        taken, defined = self._taken(name, taking)
        return Coded(total(chosen(one, number(1), number(0)) for one, _ in taken), defined)

    def sum(self, encoder: Encoder, name: str, taking: Taking, values: Interval) -> Coded:
        taken, defined = self._taken(name, taking)
        return Coded(total(chosen(one, value, number(0)) for one, value in taken), defined)

    def some(self, name: str, taking: Taking) -> Coded:
        taken, defined = self._taken(name, taking)
        return Coded(either(*(both(one, value) for one, value in taken)), defined)

    def extreme(self, name: str, taking: Taking, greatest: bool) -> Coded:
        taken, defined = self._taken(name, taking)
        found: Bool = FALSE
        value: Expr = None
        for one, candidate in taken:
            if value is None:
                value = candidate
            else:
                better = candidate >= value if greatest else candidate <= value
                value = chosen(both(one, either(negation(found), better)), candidate, value)
            found = either(found, one)
        return Coded(number(0) if value is None else value, both(defined, found))

    def length(self, name: str) -> Expr:
        return (
            z3.Sum(*(z3.If(one.present, 1, 0) for one in self.members[name]))
            if self.members[name]
            else z3.IntVal(0)
        )
