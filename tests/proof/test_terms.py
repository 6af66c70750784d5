"""A random condition over fixed facts has in the solver the very truth that the product finds, or none where it finds none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import z3
from hypothesis import HealthCheck, assume, event, example, given, settings
from msgspec.structs import replace

from engine.errors import AuditError, FactsError, RulesetError
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.inference.direct import evaluate_as_far_as_possible
from engine.language.parser import ExpressionError, parse
from engine.language.printer import print_tree
from engine.language.syntax import Node
from engine.language.terms import Kind
from engine.proof.arithmetic import TRUE, negation
from engine.proof.budget import Work
from engine.proof.solving import World as SolverWorld
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.source import parse_source
from tests.language.expressions import expressions, facts
from tests.language.world import FACTS, FULL, LISTS, MEASURES, OPTIONAL, OPTIONAL_FIELDS, World, exact
from tests.proof.pinning import pinned

WORLD = World()
KNOWN = date(2022, 1, 1), date(2026, 12, 31)
"""The dates of facts here, in all of which working days are counted."""


def fact(name: str, optional: bool) -> dict[str, Any]:
    return declared(name, FACTS[name], optional)


def declared(name: str, type_: Any, optional: bool) -> dict[str, Any]:
    options = {"options": list(type_.options)} if type_.options else {}
    return {"label": name, "type": str(type_.kind), **options, **({"optional": True} if optional else {})}


def document(condition: str) -> dict[str, Any]:
    """A ruleset of the names of ``tests/language/world.py``, with ``condition`` as a rule of it."""
    scalars = {name: fact(name, name in OPTIONAL) for name in FACTS if "." not in name}
    grouped = {"budget": {"label": "budget", "fields": {"total": fact("budget.total", False)}}}
    lists = {
        name: {
            "label": name,
            "records": {"key": "id"},
            "fields": {one: declared(one, type_, one in OPTIONAL_FIELDS) for one, type_ in fields.items()},
        }
        for name, fields in LISTS.items()
    }
    conduct = [{"id": name, "when": "open", "deduct": 1, "because": "x"} for name in ("one", "two")]
    asked = {"id": "asked", "when": condition, "deduct": 1, "because": "x"}
    return {
        "ruleset": "made/terms",
        "title": "x",
        "year": 2024,
        "money": {"unit": "万元", "decimals": 2},
        "points": {"total": 20, "decimals": 2, "rounding": "half_up"},
        "parameters": {"limit": {"label": "limit", "type": "days", "value": 7}},
        "facts": {**scalars, **grouped, **lists},
        "measures": {
            name: {"label": name, "value": text} for name, text in MEASURES.items() if name != "granted"
        },
        "criteria": [
            {"id": "conduct", "title": "x", "points": 10, "deductions": conduct},
            {"id": "other", "title": "x", "points": 10, "deductions": [asked]},
        ],
    }


def built(condition: str) -> Ruleset:
    text = json.dumps(document(condition), ensure_ascii=False)
    return build_ruleset(parse_source(text.encode(), "terms.json", RulesetError))


def stated(ruleset: Ruleset, values: dict[str, Any]) -> Facts:
    """The facts as they would have been read."""
    nothing = {
        "department": "x",
        "year": "2024",
        "ruleset": ruleset.id,
        "facts": {name: [] for name in LISTS},
    }
    for name, type_ in FACTS.items():
        if name in OPTIONAL:
            continue
        group, _, field = name.rpartition(".")
        plain = {"date": "2024-01-01", "flag": "true", "text": "x", "choice": (*type_.options, "")[0]}
        into: Any = nothing["facts"]
        (into.setdefault(group, {}) if group else into)[field] = plain.get(str(type_.kind), "1")
    base = read_facts(parse_source(json.dumps(nothing).encode(), "facts.json", FactsError), ruleset)
    slots = list(base.slots)
    for one in ruleset.schema.scalars():
        slots[one.place] = known(values[one.name])
    for name, records in ruleset.schema.lists.items():
        rows = []
        for record in values[name]:
            row: list[Any] = [None] * len(record)
            for field, column in records.fields.items():
                row[column.place] = known(record[field])
            rows.append(tuple(row))
        slots[records.records.slot] = tuple(rows)
    return replace(base, slots=slots)


def known(value: Any) -> Any:
    if isinstance(value, date) and not KNOWN[0] <= value <= KNOWN[1]:
        return KNOWN[0]
    return exact(value)


def decided(ruleset: Ruleset, given: Facts) -> bool | None:
    """The condition's truth by the product; ``None`` where it has none."""
    rule = next(one for one in ruleset.rules if one.id == "asked")
    evaluation, undecided = evaluate_as_far_as_possible(ruleset, given)
    if any(one is rule for one, _ in undecided):
        return None
    return evaluation.holds(rule)


def is_certain(solver: z3.Solver, contrary: z3.BoolRef, text: str) -> None:
    """That the contrary is impossible, or at least not found."""
    answer = solver.check(contrary)
    if answer == z3.unknown:
        event("the solver had no answer")
    assert answer != z3.sat, (text, contrary)


def each_of(*conditions: str) -> Callable[[Any], Any]:
    """The conditions too, for a department that has filled in everything."""

    def with_examples(test: Any) -> Any:
        for one in conditions:
            test = example(parse(one), FULL)(test)
        return test

    return with_examples


@settings(
    max_examples=settings.default.max_examples * 2, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(expressions(Kind.FLAG), facts())
@each_of(
    "spent < 950.5",
    "spent <= 3",
    "3 <= spent",
    "spent > 950.5",
    "spent >= 950.5",
    "lag == 3",
    "mode != other_mode",
    "rate not in (84%, 0%)",
    "due < filed",
    "workdays(due, filed) == 5",
    "days(due, filed) > 9",
    "filed - due == 10",
    "whole_steps(rate, 25%) == 3",
    "started_steps(rate, 25%) == 4",
    "round(weight) == 2",
    "round(-weight) == -2",
    "floor(-weight) == -2",
    "ceil(-weight) == -1",
    "abs(-weight) == 1.5",
    "count_true(open, lag > 3) == 1",
    "min(spent, 3) == 3",
    "spent / (lag - 3) > 0",
    "not given(audited) or audited",
    "count(contracts where late) == 2",
    "sum(amount for contracts) == 400",
    "average(share for targets) == 50%",
    "any(contracts where amount <= 50)",
    "all(amount > 50 for contracts)",
    "max(signed for contracts) > filed",
    "min(amount for contracts where amount > 900) > 0",
    "findings(conduct) == 2",
    "(spent if open else grant) > 0",
)
def test_a_condition_is_in_the_solver_what_it_is_in_the_product(node: Node, values: dict[str, Any]) -> None:
    text = print_tree(node)
    try:
        WORLD.term(text)
        ruleset = built(text)
    except (ExpressionError, AuditError):
        assume(False)
        raise
    given = stated(ruleset, values)
    truth = decided(ruleset, given)
    world = SolverWorld([ruleset], 3, years=3)
    scores = world.scores[0]
    rule = next(one for one in ruleset.rules if one.id == "asked")
    coded = scores.encoder.encode(rule.expression.term)
    solver = z3.Solver()
    Work(2).limit(solver, 2)
    solver.add(*world.axioms, *pinned(world, given, ruleset))
    able = solver.check()
    assert able != z3.unsat or "workdays" in text, text
    event(f"{truth}, {able}")
    if able != z3.sat:
        return
    is_certain(solver, coded.defined if truth is None else negation(coded.defined), text)
    if truth is not None:
        is_certain(solver, coded.value != (TRUE if truth else negation(TRUE)), text)
