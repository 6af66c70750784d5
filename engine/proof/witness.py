"""The simplest department that is as a claim says, and its score by the product itself.

The starting point is a *quiet* department, for which no rule fires, with round figures and no records.
A witness keeps as much of it as the claim allows, so that what it shows stands out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from math import inf
from typing import Any

import z3

from engine.errors import AuditError, FactsError, Fault, Problem, Text, UnconfirmedWitness
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.language.numbers import Rational
from engine.language.terms import NUMERIC, Kind
from engine.ledger.scoring import Scoring
from engine.proof.answers import Document
from engine.proof.arithmetic import TRUE, Bool, Expr, both, negation, number
from engine.proof.budget import Budget
from engine.proof.documents import Reader
from engine.proof.leaves import beside
from engine.proof.solving import Verdict, World, ask
from engine.proof.variables import Variable
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer
from engine.source import parse_source

ROUND = (100, 1000, 10, 1, 0, 50, 200, 90, 99, 101, 2, 3, 5, 20)
"""Amounts that are easy to read, the most usual first."""

SIMPLER = 0.3
"""The effort, as work that counts for so many seconds, with which a simpler department must be found to be worth it: so
that a slow machine shows the same one, and not more than :data:`SLOW` seconds of it."""
SLOW = 1.0

Claim = Callable[[World], Bool]


class Finder:
    """Finds departments in one concrete world."""

    def __init__(self, world: World, budget: Budget) -> None:
        self.world = world
        self.budget = budget
        self.deadline = inf
        """When to be content with the department at hand, by what the budget has spent."""
        self.scored = both(*(one.scored for one in world.scores))
        self.solver = z3.Solver()
        budget.limit(self.solver, budget.seconds / 2)
        self.solver.add(world.valid)
        self._known = 0
        self._marks = 0
        self._catch_up()
        self.wishes = self._quiet()

    def _catch_up(self) -> None:
        """Give the solver the axioms that encoding has added since."""
        department = self.world.department
        self.solver.add(*department.axioms[self._known :])
        if not self._known:
            self.solver.add(*department.grid)
        self._known = len(department.axioms)

    def find(
        self, claim: Bool, *, scored: bool = True, certain: bool = False
    ) -> tuple[Verdict, Reader | None]:
        """The simplest department of which ``claim`` is true, and has a score if ``scored``.

        "Impossible" is said of this world only if it is to be ``certain``: a solver that has given up on a question
        once has been seen to call a later one impossible that has an answer (Z3 5.4.1).
        """
        self._catch_up()
        self.solver.push()
        try:
            self.solver.add(claim, self.scored if scored else TRUE)
            result, first = self._model(self.solver)
            if result == "unknown" or (certain and result == "impossible"):
                # A solver that begins anew goes other ways than one that has answered much before.
                anew = z3.Solver()
                anew.add(self.solver.assertions())
                result, first = self._model(anew)
            if first is None:
                return result, None
            self.budget.limit(self.solver, SLOW, effort=SIMPLER)
            return result, Reader(self.world, self._simplest(first))
        finally:
            self.solver.pop()

    def _model(self, solver: z3.Solver) -> tuple[Verdict, z3.ModelRef | None]:
        self.budget.limit(solver, min(self.budget.seconds / 4, self._left()))
        result = ask(solver, self.budget)
        return result, solver.model() if result == "possible" else None

    def _left(self) -> float:
        return self.deadline - self.budget.spent()

    def _simplest(self, model: z3.ModelRef) -> z3.ModelRef:
        kept, found = self._settle(self.wishes, model)
        dropped = [wish for wish in self.wishes if not any(wish is one for one in kept)]
        self.solver.add(*kept)
        for wish in dropped:
            found = self._try(wish, found)
        settled = {
            one.arg(0).get_id() for one in self.wishes if z3.is_eq(one) and z3.is_true(found.eval(one))
        }
        for variable in self.world.variables():
            free = variable.fact.type.kind in NUMERIC and variable.value.get_id() not in settled
            if free and self._is_odd(variable, found):
                found = self._rounder(variable, found)
        return found

    def _is_odd(self, variable: Variable, model: z3.ModelRef) -> bool:
        value = model.eval(variable.value, model_completion=True)
        return bool(value.denominator_as_long() != 1 or value.numerator_as_long() not in ROUND)

    def _rounder(self, variable: Variable, model: z3.ModelRef) -> z3.ModelRef:
        """A rounder value of the variable, if one will do."""
        scale = 1 if variable.fact.type.kind != Kind.RATIO else 100
        for amount in ROUND:
            before = model
            model = self._try(variable.value == number(Rational(amount, scale)), model)
            if model is not before:
                return model
        return self._try(z3.And(z3.IsInt(variable.value * scale), variable.value <= 10_000), model)

    def _try(self, wish: Bool, model: z3.ModelRef) -> z3.ModelRef:
        """The model with ``wish`` fulfilled as well, if that is possible."""
        if z3.is_true(model.eval(wish, model_completion=True)):
            self.solver.add(wish)
            return model
        if self._left() <= 0 or ask(self.solver, self.budget, wish) != "possible":
            return model
        found = self.solver.model()
        self.solver.add(wish)
        return found

    def _settle(self, wishes: Sequence[Bool], model: z3.ModelRef) -> tuple[list[Bool], z3.ModelRef]:
        """Most of the wishes that can be fulfilled together: those in a contradiction are dropped."""
        marks = {f"wish {self._marks + index}": wish for index, wish in enumerate(wishes)}
        self._marks += len(marks)
        for name, wish in marks.items():
            self.solver.add(z3.Implies(z3.Bool(name), wish))
        left = dict(marks)
        while left:
            if self._left() <= 0:
                return [], model
            result = ask(self.solver, self.budget, *map(z3.Bool, left))
            if result == "possible":
                return list(left.values()), self.solver.model()
            core = [str(one) for one in self.solver.unsat_core()] if result == "impossible" else list(left)
            for name in core or list(left):
                left.pop(name, None)
        return [], model

    # The quiet department

    def _quiet(self) -> list[Bool]:
        """That every fact is as in a department for which nothing fires, with round figures."""
        self.solver.push()
        try:
            self.solver.add(self.scored)
            if ask(self.solver, self.budget) != "possible":
                return self._plain()
            model = self.solver.model()
            self.budget.limit(self.solver, SLOW, effort=SIMPLER)
            for wishes in (self._no_records(), self._silence(), self._plain()):
                kept, model = self._settle(wishes, model)
                dropped = [wish for wish in wishes if not any(wish is one for one in kept)]
                self.solver.add(*kept)
                for wish in dropped:
                    model = self._try(wish, model)
            for variable in self.world.variables():
                if variable.fact.type.kind in NUMERIC and self._is_odd(variable, model):
                    model = self._rounder(variable, model)
            return [*self._no_records(), *self._as_in(model), *self._judged(), *self._records_plain()]
        finally:
            self.solver.pop()

    def _no_records(self) -> list[Bool]:
        assert self.world.unrolled is not None
        members = [one for records in self.world.unrolled.members.values() for one in reversed(records)]
        return [negation(one.present) for one in members]

    def _silence(self) -> list[Bool]:
        """That no rule fires, and every criterion applies."""
        found: list[Bool] = []
        for scores in self.world.scores:
            for rule in scores.ruleset.rules:
                if rule.kind in ("deduction", "veto", "explain"):
                    found.append(negation(scores.fired(rule)))
                elif rule.kind == "applies":
                    found.append(scores.fired(rule))
            for node in scores.ruleset.criteria.values():
                if not node.children and node.score is not None:
                    points = scores.points(node)
                    found.append(points.earned >= points.full)
        return found

    def _plain(self) -> list[Bool]:
        wishes = [wish for one in self.world.department.scalars.values() for wish in self._plain_value(one)]
        return [*wishes, *self._judged()]

    def _records_plain(self) -> list[Bool]:
        assert self.world.unrolled is not None
        found: list[Bool] = []
        for records in self.world.unrolled.members.values():
            for index, member in enumerate(records):
                for variable in member.fields.values():
                    found += self._plain_value(variable, index)
        return found

    def _plain_value(self, variable: Variable, index: int = 0) -> list[Bool]:
        kind, value = variable.fact.type.kind, variable.value
        wishes = [negation(variable.given)] if variable.fact.optional else []
        if kind == Kind.FLAG:
            return [*wishes, negation(value)]
        if kind == Kind.DATE:
            year = self.world.rulesets[0].year
            return [*wishes, value == date(year, 3, 4).toordinal()]
        if kind == Kind.CHOICE:
            return [*wishes, value == self.world.department.words.number(variable.fact.type.options[0])]
        if kind == Kind.TEXT:
            return [*wishes, value == 1_000 + index]
        return [*wishes, value == {Kind.RATIO: 1, Kind.COUNT: 1, Kind.DAYS: 1}.get(kind, 100)]

    def _judged(self) -> list[Bool]:
        """Full marks from the assessors."""
        found: list[Bool] = []
        for ruleset in self.world.rulesets:
            for node in ruleset.criteria.values():
                value = self.world.department.judgements.get(beside(node))
                if value is not None and node.judged_at_most is not None:
                    found.append(value == 0)
                elif value is not None:
                    found.append(value == (1 if node.is_judged else number(node.points)))
        return found

    def _as_in(self, model: z3.ModelRef) -> list[Bool]:
        found: list[Bool] = []
        for variable in self.world.department.scalars.values():
            if variable.fact.optional:
                found.append(_same(variable.given, model))
            found.append(_same(variable.value, model))
        return found


def _same(expression: Expr, model: z3.ModelRef) -> Bool:
    value: Any = model.eval(expression, model_completion=True)
    return expression == value


class Scored:
    """Scores documents by the product's main path, for believing them."""

    def __init__(self) -> None:
        self._scorers: dict[int, Scorer] = {}

    def score(self, document: Document, ruleset: Ruleset) -> Scoring:
        """Raises :class:`AuditError` where the document has no score."""
        if id(ruleset) not in self._scorers:
            self._scorers[id(ruleset)] = Scorer(ruleset)
        return self._scorers[id(ruleset)].score(self.read(document, ruleset))

    def read(self, document: Document, ruleset: Ruleset) -> Facts:
        """The document's facts. Raises :class:`FactsError` where they are not usable."""
        source = parse_source(json.dumps(document).encode(), "witness.json", FactsError)
        return read_facts(source, ruleset, any_year=True)


def unconfirmed(question: str, target: str, document: Document, error: AuditError | None = None) -> Fault:
    """The fault of a department that is not as the solver said."""
    shown = json.dumps(document, ensure_ascii=False)
    why = Text("", "") if error is None else Text(f"：{error.render('zh')}", f": {error.render('en')}")
    message = Text(
        f"求解器给出的部门经评分不符合 {question}（{target}）的结论{why.zh}；事实：{shown}",
        f"the solver's department, when scored, is not what {question} says of {target}{why.en}; facts: {shown}",
    )
    fix = Text(
        "这是程序的缺陷，请报告；不作出任何结论",
        "this is a fault of the program, please report it; nothing is concluded",
    )
    return UnconfirmedWitness([Problem("X004", message, None, target, fix)])
