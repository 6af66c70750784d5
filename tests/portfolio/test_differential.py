"""The columns, the direct evaluation and durable-rules give every department the same points, lines and grade."""

from __future__ import annotations

import random
import warnings
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import NonInteractiveExampleWarning

from engine.errors import AuditError
from engine.ledger.scoring import Scoring
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer, score_directly
from engine.testing.examples import cases_of, example_document, run_example
from engine.testing.strategies import departments, facts_from
from tests.portfolio.differential import by_columns, differences
from tests.shapes.cases import LIBRARY, NAMES

pytest.importorskip("duckdb")

RULESETS = [*Library().ids(), *(f"shapes/{name}" for name in NAMES)]
DRAWN, BY_DURABLE_RULES = 20, 3


def load(name: str) -> Ruleset:
    return LIBRARY.load(name)


def drawn(ruleset: Ruleset, count: int) -> list[dict[str, Any]]:
    """Departments near the ruleset's thresholds."""
    documents: list[dict[str, Any]] = []

    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @seed(20_241_231)
    @given(departments(ruleset))
    def collect(document: dict[str, Any]) -> None:
        documents.append(document)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)
        collect()
    return documents


def scored(ruleset: Ruleset, document: dict[str, Any], scorer: Scorer | None = None) -> Scoring | AuditError:
    try:
        facts = facts_from(document, ruleset)
        return scorer.score(facts) if scorer else score_directly(ruleset, facts)
    except AuditError as error:
        return error


@pytest.mark.slow
@pytest.mark.parametrize("name", RULESETS)
def test_generated_departments_score_the_same(name: str) -> None:
    ruleset = load(name)
    documents = drawn(ruleset, DRAWN)
    scorer = Scorer(ruleset)
    expected = [
        scored(ruleset, one, scorer if number < BY_DURABLE_RULES else None)
        for number, one in enumerate(documents)
    ]
    portfolio, results, rejects = by_columns(ruleset, documents)
    assert list(differences(expected, results, rejects)) == []
    # What the columns leave to the direct evaluation is for rare ties: with a sample this small, none.
    assert portfolio.counts().direct == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", RULESETS)
def test_the_examples_beside_the_rules_score_the_same(name: str) -> None:
    """Every example that can be scored, by the main path."""
    from engine.source import plain

    ruleset = load(name)
    scorer = Scorer(ruleset)
    documents: list[dict[str, Any]] = []
    expected: list[Scoring | AuditError] = []
    for case in cases_of(ruleset, LIBRARY.example_folder(ruleset)):
        document = plain(example_document(case, ruleset))
        outcome = run_example(scorer, case)
        found = outcome.scoring or outcome.error
        if found is None or not by_name(document, ruleset):
            continue
        documents.append(document)
        expected.append(found)
    _, results, rejects = by_columns(ruleset, documents)
    assert list(differences(expected, results, rejects)) == []


def by_name(document: dict[str, Any], ruleset: Ruleset) -> bool:
    """Whether a table can hold the document: known names, every list there, no record without a key."""
    if document.get("explanations") or document.get("evidence"):
        return False
    facts = document.get("facts") or {}
    schema = ruleset.schema
    known = {*schema.facts, *schema.groups, *schema.lists}
    if not set(facts) <= known or not set(schema.lists) <= set(facts):
        return False
    if any(
        not set(facts[one] or {}) <= set(group.facts) for one, group in schema.groups.items() if one in facts
    ):
        return False
    rows: Sequence[tuple[Any, Any]] = [(facts[one], records) for one, records in schema.lists.items()]
    if any(not isinstance(row, list) for row, _ in rows):
        return False
    if any(
        not isinstance(one, dict) or not set(one) <= set(records.fields)
        for row, records in rows
        for one in row
    ):
        return False
    attached = [*(document.get("judgements") or {}).values(), *(document.get("waivers") or [])]
    return all(isinstance(one, dict) for one in attached) and not any(
        isinstance(value, (dict, list)) for one in attached for value in one.values()
    )


def test_a_difference_is_seen() -> None:
    """The comparison itself: a department's result held against another's."""
    ruleset = load("guangdong/2024")
    documents = drawn(ruleset, 12)
    expected = [scored(ruleset, one) for one in documents]
    random.Random(1).shuffle(expected)
    _, results, rejects = by_columns(ruleset, documents)
    assert list(differences(expected, results, rejects))
