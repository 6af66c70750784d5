"""Record lists of any length: what is true of their aggregates, whatever the records.

A list has no records of its own here: an aggregate is an unknown of which is said what is certain. A claim
that no such unknowns can break is true for lists of every length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

import z3

from engine.language.numbers import ZERO
from engine.language.ranges import ANYTHING, Interval
from engine.proof.arithmetic import (
    TRUE,
    Bool,
    Expr,
    both,
    constant,
    implied,
    negation,
    number,
)
from engine.proof.encoding import Coded, Encoder
from engine.proof.gathering import Lists, Taking
from engine.proof.variables import Department, Member


@dataclass(eq=False)
class Bag:
    """The records of a list that are taken, and what they add: what is known of their number and sum."""

    name: str
    taking: Taking
    defined: Bool
    count: Expr
    values: Interval = ANYTHING
    sum: Expr = None


@dataclass(eq=False)
class _Records:
    """A list of any length: the records that claims are made about, and what holds of every record."""

    length: Expr
    members: list[Member] = field(default_factory=list)
    universals: list[Callable[[Member], Bool]] = field(default_factory=list)


class Abstract(Lists):
    """Lists of any length."""

    DEEPEST = 1

    def __init__(self, department: Department) -> None:
        super().__init__(department)
        self.records: dict[str, _Records] = {}
        self.bags: dict[tuple[object, ...], Bag] = {}
        self._truths: dict[tuple[object, ...], Coded] = {}
        self._counts: dict[tuple[object, ...], Expr] = {}
        self._kept: list[Expr] = []
        self._depth = 0
        for name in self.columns:
            length = z3.Int(f"number of {name}")
            department.axioms.append(length >= 0)
            self.records[name] = _Records(length)
            self.records[name].members.append(self.member(name, "any", length >= 1))

    def probe(self, name: str) -> Member:
        """A record that may be any of the list's."""
        return self.records[name].members[0]

    def length(self, name: str) -> Expr:
        return self.records[name].length

    # Facts about all records, and about some

    def for_all(self, name: str, holds: Callable[[Member], Bool]) -> None:
        """Note what holds of every record of the list."""
        records = self.records[name]
        records.universals.append(holds)
        for member in list(records.members):
            self._instantiate(member, holds)

    def exists(self, name: str, if_: Bool, holds: Callable[[Member], Bool]) -> None:
        """Note that where ``if_`` holds there is a record of which ``holds`` is true."""
        if self._depth >= self.DEEPEST:
            return
        records = self.records[name]
        member = self.member(name, str(len(records.members)), if_, self._depth + 1)
        records.members.append(member)
        self.department.axioms.append(z3.Implies(if_, records.length >= 1))
        self._instantiate(member, holds)
        for universal in list(records.universals):
            self._instantiate(member, universal)

    def _instantiate(self, member: Member, holds: Callable[[Member], Bool]) -> None:
        outer, self._depth = self._depth, max(self._depth, member.depth)
        try:
            self.department.axioms.append(implied(member.present, holds(member)))
        finally:
            self._depth = outer

    # Aggregates

    def bag(self, name: str, taking: Taking) -> Bag:
        """The taken records, the same bag for the same condition and value."""
        where, body = taking(self.probe(name))
        expressions = (where.value, where.defined, body.value, body.defined)
        self._kept += expressions
        key = (name, *(one.get_id() for one in expressions))
        if key not in self.bags:
            self.bags[key] = self._new_bag(name, taking, where, body)
        return self.bags[key]

    def _new_bag(self, name: str, taking: Taking, where: Coded, body: Coded) -> Bag:
        defined = self._defined(name, taking, where, body)
        return Bag(name, taking, defined, self._number_of(name, lambda member: taking(member)[0].value))

    def _number_of(self, name: str, taken: Callable[[Member], Bool]) -> Expr:
        """How many records there are of which ``taken`` is true, the same unknown for the same condition."""
        length, condition = self.length(name), taken(self.probe(name))
        if z3.is_true(condition):
            return length
        if z3.is_false(condition):
            return z3.IntVal(0)
        key = (name, *self._ids(condition))
        if key not in self._counts:
            count = z3.Int(f"count {len(self._counts)} of {name}")
            self._counts[key] = count
            self.department.axioms += [count >= 0, count <= length]
            self.for_all(name, lambda member: z3.If(taken(member), count >= 1, count <= length - 1))
            self.exists(name, count >= 1, taken)
        return self._counts[key]

    def _defined(self, name: str, taking: Taking, where: Coded, body: Coded) -> Bool:
        has_value = both(where.defined, implied(where.value, body.defined))
        if z3.is_true(z3.simplify(has_value)):
            return TRUE
        defined = z3.Bool(f"defined {len(self.bags)} {len(self._truths)} of {name}")

        def holds(member: Member) -> Bool:
            one, two = taking(member)
            return both(one.defined, implied(one.value, two.defined))

        self.for_all(name, lambda member: implied(defined, holds(member)))
        self.exists(name, negation(defined), lambda member: negation(holds(member)))
        return defined

    def count(self, name: str, taking: Taking) -> Coded:
        bag = self.bag(name, taking)
        return Coded(z3.ToReal(bag.count), bag.defined)

    def sum(self, encoder: Encoder, name: str, taking: Taking, values: Interval) -> Coded:
        bag = self.bag(name, taking)
        if bag.sum is None:
            self._sum_up(bag, values)
        return Coded(bag.sum, bag.defined)

    def _sum_up(self, bag: Bag, values: Interval) -> None:
        body = constant(bag.taking(self.probe(bag.name))[1].value)
        bag.values = values if body is None else Interval(body, body)
        counted = z3.ToReal(bag.count)
        if body is not None:
            bag.sum = counted * number(body)
            return
        bag.sum = z3.Real(f"sum {len(self._kept)} of {bag.name}")
        self._kept.append(bag.sum)
        axioms, low, high = self.department.axioms, values.low, values.high
        axioms.append(z3.Implies(bag.count == 0, bag.sum == 0))
        if low is not None:
            axioms.append(bag.sum >= counted * number(low))
        if high is not None:
            axioms.append(bag.sum <= counted * number(high))
        if low is not None and low >= ZERO:
            self.for_all(bag.name, lambda member: _adds(bag, member, lambda value: bag.sum >= value, implied))
            self.exists(
                bag.name, bag.sum > 0, lambda member: _adds(bag, member, lambda value: value > 0, both)
            )

    def some(self, name: str, taking: Taking) -> Coded:
        def hits(member: Member) -> Bool:
            where, body = taking(member)
            return both(where.value, body.value)

        where, body = taking(self.probe(name))
        key = (name, *self._ids(where.value, where.defined, body.value, body.defined))
        if key not in self._truths:
            defined = self._defined(name, taking, where, body)
            self._truths[key] = Coded(self._number_of(name, hits) >= 1, defined)
        return self._truths[key]

    def extreme(self, name: str, taking: Taking, greatest: bool) -> Coded:
        bag = self.bag(name, taking)
        where, body = taking(self.probe(name))
        key = (name, greatest, *self._ids(where.value, body.value))
        if key not in self._truths:
            sort = body.value.sort()
            value = z3.Const(f"extreme {len(self._truths)} of {name}", sort)
            self._truths[key] = Coded(value, both(bag.defined, bag.count >= 1))

            def bounds(member: Member) -> Bool:
                one, two = taking(member)
                return implied(one.value, two.value <= value if greatest else two.value >= value)

            self.for_all(name, bounds)
            self.exists(
                name,
                bag.count >= 1,
                lambda member: both(taking(member)[0].value, taking(member)[1].value == value),
            )
        return self._truths[key]

    def _ids(self, *expressions: Expr) -> tuple[int, ...]:
        self._kept += expressions
        return tuple(one.get_id() for one in expressions)

    def pairs(self) -> Iterator[tuple[Bag, Bag]]:
        """The bags of one list, two at a time."""
        for one, two in combinations(self.bags.values(), 2):
            if one.name == two.name:
                yield one, two


def _adds(
    bag: Bag, member: Member, says: Callable[[Expr], Bool], joined: Callable[[Bool, Bool], Bool]
) -> Bool:
    """What is said of the value that a record adds, where it is taken and adds one."""
    where, body = bag.taking(member)
    return joined(both(where.value, body.defined), says(body.value))
