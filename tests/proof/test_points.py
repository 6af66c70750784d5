"""The encoding of scores is held against the scores themselves, on every example of every ruleset."""

from __future__ import annotations

from functools import cache

import pytest
import z3
from hypothesis import settings

from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.language.numbers import Rational
from engine.ledger.scoring import Scoring
from engine.proof.budget import Work
from engine.proof.solving import World
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.scoring import score_directly
from engine.testing.examples import cases_of, example_document
from tests.proof.pinning import pinned, record_pinned, scalars_pinned
from tests.shapes.cases import FOLDER, NAMES

MOST = 6
"""Departments with longer lists are left out, to keep the worlds small."""
SAMPLE = settings.default.max_examples // 12
"""How many departments of a ruleset are tried where each takes seconds."""
SHIPPED = Library(())
SHAPES = Library((FOLDER.parent,))
EFFORT = 2.0
"""How long one question may take, as the solver's work."""
RULESETS = [*(f"shapes/{name}" for name in NAMES), *SHIPPED.ids()]


@cache
def load(reference: str) -> Ruleset:
    return (SHAPES if reference.startswith("shapes/") else SHIPPED).load(reference)


@cache
def departments(reference: str) -> list[tuple[str, Facts, Scoring]]:
    """The examples that have a score, without waivers, and with short lists."""
    ruleset = load(reference)
    library = SHAPES if reference.startswith("shapes/") else SHIPPED
    found: list[tuple[str, Facts, Scoring]] = []
    for case in cases_of(ruleset, library.example_folder(ruleset)):
        if case.example.expect.error is not None or case.example.waivers:
            continue
        facts = read_facts(example_document(case, ruleset), ruleset)
        lengths = [len(facts.slots[one.records.slot]) for one in ruleset.schema.lists.values()]
        if max(lengths, default=0) <= MOST:
            found.append((case.example.name, facts, score_directly(ruleset, facts)))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("reference", RULESETS)
def test_fixed_facts_have_the_points_of_their_score(reference: str) -> None:
    ruleset = load(reference)
    world = World([ruleset], MOST, years=3)
    scores = world.scores[0]
    points = {node.id: scores.points(node) for node in ruleset.root.subtree()}
    fired = {rule.id: scores.fired(rule) for rule in ruleset.rules}
    solver = z3.Solver()
    solver.add(world.valid, *world.axioms)
    for name, facts, scoring in departments(reference):
        solver.push()
        solver.add(*pinned(world, facts, ruleset))
        assert solver.check() == z3.sat, (name, solver.reason_unknown())
        model = solver.model()
        for node in scoring.root.walk():
            found = points[node.criterion.id]
            assert z3.is_true(model.eval(found.defined, model_completion=True)), (name, node.criterion.id)
            earned = model.eval(found.earned, model_completion=True)
            shown = Rational(earned.numerator_as_long(), earned.denominator_as_long())
            assert shown == node.earned, (name, node.criterion.id)
        for rule in ruleset.rules:
            assert z3.is_true(model.eval(fired[rule.id], model_completion=True)) == scoring.evaluation.holds(
                rule
            ), (name, rule.id)
        solver.pop()


@pytest.mark.slow
@pytest.mark.parametrize("reference", RULESETS)
def test_what_is_said_of_lists_of_any_length_is_true_of_real_departments(reference: str) -> None:
    ruleset = load(reference)
    world = World([ruleset])
    scores = world.scores[0]
    points = {node.id: scores.points(node) for node in ruleset.root.subtree()}
    assert world.abstract is not None
    found = departments(reference)
    for name, facts, scoring in found[:: max(1, len(found) // SAMPLE)]:
        # A new one for each: one that has given up on a question has called another impossible that has an answer.
        solver = z3.Solver()
        Work(EFFORT).limit(solver, EFFORT)
        solver.add(world.valid, *world.axioms)
        solver.add(*scalars_pinned(world, facts, ruleset))
        for listed, records in ruleset.schema.lists.items():
            stated = facts.slots[records.records.slot]
            solver.add(world.abstract.length(listed) == len(stated))
            for record in stated[:1]:
                solver.add(*record_pinned(world, world.abstract.probe(listed), record, records.fields))
        for node in scoring.root.walk():
            earned = z3.Q(int(node.earned.numerator), int(node.earned.denominator))
            solver.add(points[node.criterion.id].defined, points[node.criterion.id].earned == earned)
        assert solver.check() != z3.unsat, name
