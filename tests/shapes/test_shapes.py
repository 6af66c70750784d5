"""Every shape of scoring rule seen in real tables, and every point of what a score is, by examples worked by hand."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from engine.errors import AuditError
from engine.explanation import Explainer
from engine.ledger.scoring import Scoring
from engine.ruleset.checks.registry import run_checks
from engine.scoring import score_directly
from engine.testing.examples import fired_rules
from tests.shapes.cases import FOLDER, NAMES, ShapeCase, all_cases, described, described_nodes, load, scorer

SUB_FORMS = {8: 3, 13: 2, 17: 4, 18: 2, 19: 2, 20: 2, 24: 5}
"""Shapes that were seen in several forms, and in how many."""

every_file = pytest.mark.parametrize("name", NAMES)
every_case = pytest.mark.parametrize("case", list(all_cases().values()), ids=str)
every_scored_case = pytest.mark.parametrize(
    "case", [case for case in all_cases().values() if case.case.example.expect.error is None], ids=str
)


def fraction(value: object) -> Fraction:
    return Fraction(str(value))


def scored(case: ShapeCase) -> Scoring:
    """The example's scoring by the product's main path."""
    scoring = case.outcome.scoring
    assert scoring is not None, case.outcome.error
    return scoring


def test_every_shape_has_its_files() -> None:
    files = [int(name[:2]) for name in NAMES if name[:2].isdigit()]
    assert {shape: files.count(shape) for shape in range(1, 27)} == {
        shape: SUB_FORMS.get(shape, 1) for shape in range(1, 27)
    }


@every_file
def test_every_file_is_a_ruleset_with_its_witness(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    comment = text[: text.index("\nruleset:")]
    assert all(line.startswith("# ") for line in comment.splitlines())
    if not name.startswith("exact-") and name != "17-optional-pool":
        assert comment.startswith(f"# Shape {int(name[:2])}, ")
        assert "\n# Witness: " in comment
    ruleset = load(name)
    assert ruleset.id == f"shapes/{name}"
    names = [example.name for example in ruleset.examples]
    assert len(names) >= 5
    assert len(set(names)) == len(names)


@every_file
def test_no_check_finds_an_error(name: str) -> None:
    """What a file leaves open on purpose, such as a gap between bands, it switches off with a reason."""
    assert [one.render("en") for one in run_checks(load(name)) if one.severity == "error"] == []


@every_case
def test_the_example_comes_out_as_worked_by_hand(case: ShapeCase) -> None:
    outcome = case.outcome
    mismatches = [f"{one.what.en}: expected {one.expected}, found {one.found}" for one in outcome.mismatches]
    lines = [*map(described, outcome.scoring.lines)] if outcome.scoring else []
    assert not mismatches, "\n".join([f"{outcome.position}", *mismatches, "ledger:", *lines])


@every_scored_case
def test_the_ledger_balances_at_every_node(case: ShapeCase) -> None:
    scoring = scored(case)
    for node in scoring.root.walk():
        lost = sum((fraction(line.applied) for line in node.lines), start=Fraction(0))
        assert fraction(node.full) - lost == fraction(node.earned), node.criterion.id
    assert fraction(scoring.root.full) == fraction(case.ruleset.root.points)
    assert 0 <= fraction(scoring.total) <= fraction(case.ruleset.root.points)


@every_scored_case
def test_earned_points_are_rounded_and_never_negative(case: ShapeCase) -> None:
    for node in scored(case).root.walk():
        earned = fraction(node.earned) * 100
        assert earned.denominator == 1, node.criterion.id
        assert earned >= 0, node.criterion.id


@every_scored_case
def test_lines_say_why_they_cost_less_than_they_ask(case: ShapeCase) -> None:
    for node in scored(case).root.walk():
        for line in node.lines:
            nominal, applied = fraction(line.nominal), fraction(line.applied)
            assert nominal == applied or line.reason, described(line)
            assert nominal != applied or line.reason in ("", "waived"), described(line)
            if line.kind == "bonus":
                assert nominal <= applied <= 0, described(line)
            elif line.kind not in ("rescaling", "rounding"):
                assert 0 <= applied <= nominal, described(line)
            if line.reason == "waived":
                assert applied == 0, described(line)


@every_scored_case
def test_a_branch_has_the_lines_of_the_children_that_count(case: ShapeCase) -> None:
    for node in scored(case).root.walk():
        if not node.children or not node.in_play:
            continue
        counting = [
            child for child in node.children if child.in_play and node.chosen in ("", child.criterion.id)
        ]
        below = [(line, child) for child in counting for line in child.lines]
        for line, (original, child) in zip(node.lines, below, strict=False):
            if node.criterion.roll not in ("average", "weighted"):
                assert line is original
                continue
            assert (line.rule, line.key, line.reason) == (original.rule, original.key, original.reason)
            share = fraction(line.share) / fraction(original.share)
            assert fraction(line.applied) == fraction(original.applied) * share
            assert fraction(line.nominal) == fraction(original.nominal) * share
            if node.criterion.roll == "average":
                assert share == fraction(node.full) / len(counting) / fraction(child.full)
        own = [line.kind for line in node.lines[len(below) :]]
        assert own == [kind for kind in ("rescaling", "rounding", "cap", "veto") if kind in own]


@every_scored_case
def test_both_inferences_give_the_same_ledger(case: ShapeCase) -> None:
    scoring = scored(case)
    direct = score_directly(case.ruleset, case.facts())
    assert described_nodes(direct) == described_nodes(scoring)
    assert (direct.total, direct.grade) == (scoring.total, scoring.grade)


@every_case
def test_the_order_of_records_plays_no_part(case: ShapeCase) -> None:
    expected, order = case.outcome, random.Random(str(case))
    for _ in range(2):
        if expected.error is not None:
            with pytest.raises(AuditError) as raised:
                scorer(case.name).score(case.facts(order))
            assert {one.code for one in raised.value.problems} == {
                one.code for one in expected.error.problems
            }
        else:
            shuffled = scorer(case.name).score(case.facts(order))
            assert described_nodes(shuffled) == described_nodes(scored(case))
            assert shuffled.grade == scored(case).grade


@every_scored_case
def test_every_line_and_every_decision_is_told(case: ShapeCase) -> None:
    scoring = scored(case)
    explainer = Explainer(scoring)
    for line in scoring.lines:
        told = explainer.line(line)
        assert told.zh
        assert told.en
        assert "{" not in told.zh + told.en
    fired = {
        rule.id: [one.key for one in explainer.decisions(rule) if one.fired] for rule in case.ruleset.rules
    }
    assert {rule: keys for rule, keys in fired.items() if keys} == fired_rules(scoring)
