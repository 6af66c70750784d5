"""The ledger's own guards. What it holds for every department is in ``tests/test_properties.py``, and
what it says of each shape of rule in ``tests/shapes``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.errors import LedgerImbalance, RulesetError
from engine.facts.model import Facts
from engine.facts.reading import load_facts
from engine.inference.direct import Evaluation
from engine.ledger import scoring
from engine.ledger.leaf import LeafScorer
from engine.ledger.lines import NodeScore
from engine.ruleset.library import Library
from engine.ruleset.model import Criterion, Ruleset
from engine.scoring import Scorer, score_directly
from engine.testing.strategies import facts_from
from tests.command import GOLDEN
from tests.shapes.cases import load


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return Library().load("guangdong/2024")


@pytest.fixture(scope="module")
def facts(ruleset: Ruleset) -> Facts:
    return load_facts(Path(GOLDEN), ruleset)


def test_a_leaf_that_loses_a_line_is_told(
    ruleset: Ruleset, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = LeafScorer.score

    def score(self: LeafScorer, node: Criterion) -> NodeScore:
        scored = honest(self, node)
        return replace(scored, lines=scored.lines[1:]) if node.id == "contract_filing" else scored

    monkeypatch.setattr(LeafScorer, "score", score)
    with pytest.raises(LedgerImbalance) as raised:
        score_directly(ruleset, facts)
    (problem,) = raised.value.problems
    assert (problem.code, problem.path, raised.value.exit_code) == ("X002", "contract_filing", 70)
    assert "3 0 2" in problem.message.en


def test_a_branch_that_earns_what_its_lines_do_not_say_is_told(
    ruleset: Ruleset, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = scoring.roll_up

    def roll_up(node: Criterion, children: list[NodeScore], evaluation: Evaluation) -> NodeScore:
        scored = honest(node, children, evaluation)
        return replace(scored, earned=scored.earned + 1) if node.id == "management" else scored

    monkeypatch.setattr(scoring, "roll_up", roll_up)
    with pytest.raises(LedgerImbalance) as raised:
        Scorer(ruleset).score(facts)
    assert [problem.path for problem in raised.value.problems] == ["management"]


def test_a_value_just_outside_a_band_is_not_shown_on_its_bound() -> None:
    bands = load("08-bands")
    document = {
        "department": "测试",
        "year": str(bands.year),
        "facts": {"initial": "10000", "adjusted": "-0.01"},
    }
    with pytest.raises(RulesetError, match=r"-0\.0001% is in none of the bands"):
        score_directly(bands, facts_from(document, bands))


def test_what_a_failing_test_prints_is_short(ruleset: Ruleset, facts: Facts) -> None:
    """Rules, criteria and their ruleset refer to each other; printed in full they would never end."""
    scored = score_directly(ruleset, facts)
    assert repr(ruleset) == "Ruleset('guangdong/2024')"
    assert repr(ruleset.root) == "Criterion('total')"
    assert repr(ruleset.rule("late_filing")) == "Rule('late_filing')"
    assert len(repr(scored)) < 20_000
    assert all(len(repr(line)) < 500 for line in scored.lines)
