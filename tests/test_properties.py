"""What holds for every department, by every shipped ruleset and every ruleset of ``tests/shapes``.

Departments come from the strategy that the rulesets' users have, ``engine.testing.strategies``. What
they must show is worked out here once more, with other means than the engine's.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import AuditError, FactsError
from engine.explanation import Explainer
from engine.facts.reading import read_facts
from engine.inference.direct import Evaluation, record_key
from engine.ledger.lines import NodeScore
from engine.ledger.scoring import Scoring
from engine.record.reading import records_in
from engine.record.verifying import verify
from engine.record.writing import result_document, result_text
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer, score_directly
from engine.source import parse_source
from engine.testing.strategies import departments, facts_from
from tests.odd_documents import in_another_order, scramble, spoil
from tests.shapes.cases import LIBRARY, NAMES, described_nodes

RULESETS = [*Library().ids(), *(f"shapes/{name}" for name in NAMES)]

every_ruleset = pytest.mark.parametrize("name", RULESETS)
orders = st.integers(0, 2**20).map(random.Random)


@cache
def load(name: str) -> Ruleset:
    return LIBRARY.load(name)


@cache
def scorer(name: str) -> Scorer:
    return Scorer(load(name))


@cache
def departments_of(name: str) -> st.SearchStrategy[dict[str, Any]]:
    return departments(load(name))


def share(of_examples: int) -> settings:
    """A share of the profile's examples for each ruleset."""
    return settings(max_examples=max(2, settings().max_examples // of_examples))


def score(name: str, content: bytes) -> Scoring | AuditError:
    """The score by the product's main path, or the declared error that says why there is none."""
    try:
        root = parse_source(content, "facts.json", FactsError)
        return scorer(name).score(read_facts(root, load(name)))
    except AuditError as error:
        return error


def file_of(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


@every_ruleset
def test_what_is_generated_is_usable(name: str) -> None:
    """A facts document as a file states it: nothing in it but texts, and nothing for the reader to refuse."""

    @share(10)
    @given(departments_of(name))
    def usable(document: dict[str, Any]) -> None:
        assert facts_from(document, load(name)).document == document

    usable()


@every_ruleset
def test_every_department_is_scored_in_one_way_only(name: str) -> None:
    @share(5)
    @given(departments_of(name), orders)
    def scored(document: dict[str, Any], order: random.Random) -> None:
        scoring = score(name, file_of(document))
        if isinstance(scoring, AuditError):
            assert_declared(scoring)
        else:
            assert_balanced(scoring)
            assert_the_same_without_durable_rules(scoring)
            assert_the_same_in_another_order(scoring, document, order)
            assert_explained(scoring)
            assert_verified(scoring)

    scored()


@every_ruleset
def test_whatever_a_file_says_there_is_a_score_or_a_declared_error(name: str) -> None:
    @share(5)
    @given(departments_of(name), orders)
    def declared(document: dict[str, Any], order: random.Random) -> None:
        for content in (file_of(spoil(document, order)), scramble(document, order)):
            scoring = score(name, content)
            if isinstance(scoring, AuditError):
                assert_declared(scoring)
            else:
                assert_balanced(scoring)
                assert_explained(scoring)
                assert_verified(scoring)

    declared()


# What a score must show


def fraction(value: object) -> Fraction:
    return Fraction(str(value))


def assert_declared(error: AuditError) -> None:
    assert error.exit_code in (3, 4), error
    for problem in error.problems:
        assert problem.code
        assert problem.message.zh
        assert problem.message.en


def assert_balanced(scoring: Scoring) -> None:
    ruleset = scoring.evaluation.ruleset
    assert 0 <= fraction(scoring.total) <= fraction(ruleset.root.points)
    for node in scoring.root.walk():
        lost = sum((fraction(line.applied) for line in node.lines), start=Fraction(0))
        full, earned = fraction(node.full), fraction(node.earned)
        assert full - lost == earned, node.criterion.id
        assert (earned * 10**ruleset.decimals).denominator == 1, node.criterion.id
        assert 0 <= earned <= full + bonus_of(node), node.criterion.id
        assert 0 <= full <= fraction(node.criterion.points), node.criterion.id
        if not node.children:
            assert_within_caps(node, scoring.evaluation)


def assert_within_caps(node: NodeScore, evaluation: Evaluation) -> None:
    """A leaf's rules take and give no more than they may, and nothing where they are waived."""
    most = node.criterion.bonus_at_most
    assert most is None or bonus_of(node) <= fraction(most), node.criterion.id
    for rule in (*node.criterion.deductions, *node.criterion.bonuses):
        lines = [line for line in node.lines if line.rule is rule]
        applied = [abs(fraction(line.applied)) for line in lines]
        if rule.at_most is not None and lines:
            allowed = fraction(evaluation.value(rule.at_most, rule.id))
            assert sum(applied) <= allowed + Fraction(1, 2 * 10**evaluation.ruleset.decimals), rule.id
        for line, points in zip(lines, applied, strict=True):
            waived = (rule.id, line.key) in evaluation.facts.waivers
            assert waived == (line.reason == "waived"), rule.id
            assert points <= (0 if waived else abs(fraction(line.nominal))), rule.id


def bonus_of(node: NodeScore) -> Fraction:
    """What a node may earn above its full points: the bonuses of what it counts."""
    if not node.children:
        return -sum(
            (fraction(line.applied) for line in node.lines if line.kind == "bonus"), start=Fraction(0)
        )
    if node.criterion.parent is None:
        return Fraction(0)
    counting = [child for child in node.children if child.in_play and node.chosen in ("", child.criterion.id)]
    bonuses = sum((bonus_of(child) for child in counting), start=Fraction(0))
    shares = [fraction(child.full) for child in counting if child.full]
    if not bonuses or not shares or node.criterion.roll in ("best", "weakest"):
        return bonuses
    # Spread over fewer points, or weighted, a bonus weighs more, and then it is rounded.
    return bonuses * max(Fraction(1), fraction(node.full) / min(shares)) + Fraction(1, 2)


def assert_the_same_without_durable_rules(scoring: Scoring) -> None:
    evaluation = scoring.evaluation
    direct = score_directly(evaluation.ruleset, evaluation.facts)
    assert_alike(direct, scoring)


def assert_the_same_in_another_order(
    scoring: Scoring, document: dict[str, Any], order: random.Random
) -> None:
    ruleset = scoring.evaluation.ruleset
    assert_alike(score_directly(ruleset, facts_from(in_another_order(document, order), ruleset)), scoring)


def assert_alike(one: Scoring, other: Scoring) -> None:
    assert described_nodes(one) == described_nodes(other)
    assert [(line.criterion.id, line.share) for line in one.lines] == [
        (line.criterion.id, line.share) for line in other.lines
    ]
    assert (one.total, one.grade) == (other.total, other.grade)
    assert [(point.rule.id, point.key) for point in one.open_points] == [
        (point.rule.id, point.key) for point in other.open_points
    ]


def assert_explained(scoring: Scoring) -> None:
    explainer, evaluation = Explainer(scoring), scoring.evaluation
    for rule in evaluation.ruleset.rules:
        decided = [
            (record_key(rule, record), truth) for record, truth, _ in evaluation.decisions[rule.index] or ()
        ]
        explained = list(explainer.decisions(rule))
        assert [(one.key, one.fired) for one in explained] == decided, rule.id
        for one in explained:
            assert one.result.truth is one.fired, rule.id
            assert (explainer.reason(one) is not None) == (one.fired and rule.because is not None), rule.id
            for compared in explainer.comparisons(one):
                assert compared.sides.zh, rule.id
                assert compared.sides.en, rule.id
    for line in scoring.lines:
        told = explainer.line(line)
        assert told.zh
        assert told.en


def assert_verified(scoring: Scoring) -> None:
    text = result_text([result_document(scoring)], several=False)
    [record] = records_in(text.encode(), "result.json")
    assert verify(record, scoring.evaluation.ruleset, "result.json") == []
