"""Asking the solver, within a budget.

A :class:`World` is the rulesets' common department with what they make of it. An *abstract* one has
record lists of any length and an unknown calendar: what contradicts itself there is impossible. A
*concrete* one has a few records and real working days: what is possible there is a department.
"""

from __future__ import annotations

import signal
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations
from math import inf
from typing import Literal

import z3

from engine.proof.abstract import Abstract, Bag
from engine.proof.arithmetic import Bool, Expr, both, negation
from engine.proof.budget import Budget
from engine.proof.encoding import Encoder
from engine.proof.gathering import Unrolled
from engine.proof.scores import Scores
from engine.proof.variables import Department, Variable, calendar_ends, variables_of
from engine.proof.workdays import Calendar
from engine.ruleset.model import Ruleset

MOST_ROUNDINGS = 20
"""How many rounded amounts of a claim are put in order."""

Verdict = Literal["possible", "impossible", "unknown"]


class World:
    """The rulesets' department, and its points by each of them."""

    def __init__(self, rulesets: Sequence[Ruleset], records: int | None = None, *, years: int = 1) -> None:
        self.rulesets = tuple(rulesets)
        self.department = Department(self.rulesets)
        window = None
        self.abstract: Abstract | None = None
        self.unrolled: Unrolled | None = None
        lists: Abstract | Unrolled
        if records is None:
            lists = self.abstract = Abstract(self.department)
        else:
            lists = self.unrolled = Unrolled(self.department, records)
            window = _window(self.rulesets, years)
        self.lists = lists
        calendar = Calendar(self.department.axioms, self.department.details, window)
        self.scores = [
            Scores(Encoder(one, self.department, lists, calendar, records is None), lists)
            for one in self.rulesets
        ]

    @property
    def axioms(self) -> list[Bool]:
        return self.department.axioms

    @property
    def valid(self) -> Bool:
        """That every ruleset finds the facts usable."""
        return both(*(one.valid for one in self.scores))

    def variables(self) -> list[Variable]:
        """Every unknown fact, record by record."""
        assert self.unrolled is not None
        found = list(self.department.scalars.values())
        for members in self.unrolled.members.values():
            found += variables_of(members)
        return found


def _window(rulesets: Iterable[Ruleset], years: int) -> tuple[int, int]:
    """The dates of a witness: the rulesets' years and some around them."""
    first, last = calendar_ends()
    within = [one.year for one in rulesets]
    start = max(first, date(min(within) - years + 1, 1, 1).toordinal())
    end = min(last, date(max(within) + years - 1, 12, 31).toordinal())
    return (start, end) if start < end else (first, last)


def ask(solver: z3.Solver, budget: Budget, *assumptions: Bool) -> Verdict:
    """What the solver says. It takes an interrupt for a reason not to know, which is passed on here."""
    result = solver.check(*assumptions)
    budget.charge(solver)
    if result == z3.sat:
        return "possible"
    if result == z3.unsat:
        return "impossible"
    if solver.reason_unknown() == "interrupted from keyboard":
        signal.raise_signal(signal.SIGINT)
    return "unknown"


class Refuter:
    """Shows in an abstract world that something is impossible. It uses only the axioms that bear on it."""

    def __init__(self, world: World, budget: Budget) -> None:
        self.world = world
        self.budget = budget
        self._symbols: dict[int, tuple[Expr, frozenset[str]]] = {}
        self.deadline = inf
        """When to stop, by what the budget has spent."""

    def _left(self, seconds: float) -> float:
        return min(seconds, self.deadline - self.budget.spent())

    def check(
        self,
        claim: Bool,
        seconds: float,
        *,
        grid: bool = False,
        details: bool = False,
        related: bool = False,
    ) -> Verdict:
        """Whether facts can be as ``claim`` says. Only "impossible" is certain.

        ``grid`` keeps amounts to the decimals that departments state, ``details`` takes in more about
        working days, and ``related`` looks for what is certain between sums over the same records.
        """
        if z3.is_false(z3.simplify(claim)):
            return "impossible"
        seconds = self._left(seconds)
        if seconds <= 0:
            return "unknown"
        extra = self._relations(claim, seconds) if related else []
        claims = [claim, *extra]
        solver = z3.Solver()
        self.budget.limit(solver, self._left(seconds))
        bearing = self.bearing(claims, grid=grid, details=details)
        solver.add(*claims, *bearing, *self._in_order([*claims, *bearing], grid))
        return ask(solver, self.budget)

    def bearing(self, claims: Sequence[Bool], *, grid: bool = False, details: bool = False) -> list[Bool]:
        """The axioms that share an unknown with the claims, directly or through others."""
        known: set[str] = set().union(*(self.symbols(one) for one in claims))
        department = self.world.department
        left = [*department.axioms, *(department.grid if grid else ())]
        taken: list[Bool] = []
        while True:
            more = [one for one in left if self.symbols(one) & known]
            if not more:
                break
            taken += more
            chosen = {one.get_id() for one in more}
            left = [one for one in left if one.get_id() not in chosen]
            known = known.union(*(self.symbols(one) for one in more))
        if details:
            taken += [more() for about, more in department.details if self.symbols(about) <= known]
        return taken

    def _in_order(self, said: Sequence[Bool], grid: bool) -> Iterator[Bool]:
        """That of two amounts the smaller is not the larger one when both are rounded."""
        known: set[str] = set().union(*(self.symbols(one) for one in said))
        here = [one for one in self.world.department.roundings if one[1].decl().name() in known]
        for (value, steps, decimals), (other, other_steps, other_decimals) in combinations(
            here[-MOST_ROUNDINGS:], 2
        ):
            if decimals == other_decimals:
                yield z3.Implies(value <= other, steps <= other_steps)
                yield z3.Implies(value >= other, steps >= other_steps)
        for value, steps, decimals in here if grid else ():
            for amount, own_steps, scale in self.world.department.amounts:
                if scale == 10**decimals and amount.decl().name() in known:
                    yield z3.Implies(value <= amount, steps <= own_steps)
                    yield z3.Implies(value >= amount, steps >= own_steps)

    def symbols(self, expression: Expr) -> frozenset[str]:
        """The names of the unknowns in an expression."""
        name = expression.get_id()
        if name not in self._symbols:
            self._symbols[name] = (expression, frozenset(_names(expression)))
        return self._symbols[name][1]

    def _relations(self, claim: Bool, seconds: float) -> list[Bool]:
        """What is certain of the sums and counts of the claim, two at a time: which is never the greater."""
        abstract = self.world.abstract
        assert abstract is not None
        names = set().union(*(self.symbols(one) for one in (claim, *self.bearing([claim]))))
        wanted = self.symbols(claim)
        found: list[Bool] = []
        for one, two in abstract.pairs():
            used = [bag for bag in (one, two) if _quantities(bag, self) & names]
            near = any(_quantities(bag, self) & wanted for bag in (one, two))
            if len(used) == 2 and near:
                found += self._compared(one, two, min(seconds, 1.0))
        return found

    def _compared(self, one: Bag, two: Bag, seconds: float) -> list[Bool]:
        """Which of two bags never has the larger sum or count: it suffices to look at one record."""
        abstract = self.world.abstract
        assert abstract is not None
        member = abstract.probe(one.name)
        first, second = one.taking(member), two.taking(member)
        facts: list[Bool] = []
        for low, high, less, more in ((one, two, first, second), (two, one, second, first)):
            outside = both(member.present, less[0].value, negation(more[0].value))
            if self._certain(outside, seconds):
                facts.append(low.count <= high.count)
            if low.sum is None or high.sum is None:
                continue
            adds = z3.If(less[0].value, less[1].value, 0) > z3.If(more[0].value, more[1].value, 0)
            has_values = both(
                z3.Implies(less[0].value, less[1].defined), z3.Implies(more[0].value, more[1].defined)
            )
            if self._certain(both(member.present, has_values, adds), seconds):
                facts.append(z3.Implies(both(low.defined, high.defined), low.sum <= high.sum))
        return facts

    def _certain(self, contrary: Bool, seconds: float) -> bool:
        """Whether the contrary is impossible, for whatever record."""
        return self.check(contrary, seconds) == "impossible"


def _quantities(bag: Bag, refuter: Refuter) -> frozenset[str]:
    sums = refuter.symbols(bag.sum) if bag.sum is not None else frozenset()
    return refuter.symbols(bag.count) | sums


def _names(expression: Expr) -> set[str]:
    found: set[str] = set()
    seen: set[int] = set()
    stack = [expression]
    while stack:
        one = stack.pop()
        if one.get_id() in seen:
            continue
        seen.add(one.get_id())
        if z3.is_app(one) and one.decl().kind() == z3.Z3_OP_UNINTERPRETED and one.num_args() == 0:
            found.add(one.decl().name())
        stack.extend(one.children())
    return found
