"""Points of what a score is that no example can show: refused rulesets, claims, open points, displayed figures, states."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.errors import FactsError, RulesetError
from engine.explanation import Explainer
from engine.facts.reading import read_facts
from engine.language.numbers import format_exact
from engine.ledger.scoring import Scoring
from engine.ruleset.building import build_ruleset
from engine.source import parse_source
from tests.shapes.cases import FOLDER, all_cases, load, scorer


def scored(case: str) -> Scoring:
    scoring = all_cases()[case].outcome.scoring
    assert scoring is not None
    return scoring


def score(name: str, facts: str) -> Scoring:
    """The scoring by ``shapes/NAME`` of the facts in ``facts``, everything but department and year."""
    ruleset = load(name)
    text = f"department: 测试\nyear: {ruleset.year}\n{facts}"
    return scorer(name).score(read_facts(parse_source(text.encode(), "facts.yaml", FactsError), ruleset))


def refused(name: str, *replacements: tuple[str, str]) -> list[tuple[str, int]]:
    """The codes and lines of what is wrong with ``shapes/NAME`` when texts of it are replaced."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(RulesetError) as raised:
        build_ruleset(parse_source(text.encode(), f"{name}.yaml", RulesetError))
    return [(problem.code, problem.where.line if problem.where else 0) for problem in raised.value.problems]


def line_of(name: str, text: str) -> int:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").split(text)[0].count("\n") + 1


# 1. Points


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("bonus_at_most: 2", "bonus_at_most: -2"),
        ("bonus_at_most: 2", "bonus_at_most: 2.005"),
        ("title: 其他, points: 10,", "title: 其他, points: 10.005,"),
        ("title: 其他, points: 10,", "title: 其他, points: -10,"),
        ("points: {total: 20,", "points: {total: 20.005,"),
    ],
)
def test_points_that_no_row_could_earn_are_refused(written: str, wrong: str) -> None:
    """Below 0, or finer than the decimals to which points are rounded: a row would earn more than its points."""
    assert refused("exact-leaf-order", (written, wrong)) == [("R041", line_of("exact-leaf-order", written))]


# 2. Lines and nodes


def test_a_branch_tells_which_child_it_chose() -> None:
    assert scored("24-weakest-link: a tie").nodes["control"].chosen == "procedures"
    assert scored("16-either-or: both full is a tie").nodes["carry_over"].chosen == "rate"
    ties = scored("exact-best-and-weakest: ties go to the first").nodes
    assert [ties[one].chosen for one in ("best_of", "weakest_of", "best_or_full")] == [
        "best_a",
        "weak_d",
        "full_d",
    ]


def test_lines_under_an_average_tell_their_share() -> None:
    lines = scored("24-money-weighted-projects: 89.993… is rounded to 89.99").lines
    assert [Fraction(str(line.share)) for line in lines] == [Fraction(2, 3), Fraction(1, 3), 1]


# 3. What does not apply


def test_what_is_left_out_has_no_points_to_earn() -> None:
    nodes = scored("17-optional-pool: with none chosen the pool itself does not apply").nodes
    assert [(nodes[one].state, nodes[one].in_play, nodes[one].full) for one in ("pool", "digital")] == [
        ("not_applicable", False, 0), ("not_applicable", False, 0),
    ]  # fmt: skip
    full = scored("17-not-applicable-full: no such projects earn full points").nodes["progress"]
    assert (full.state, full.in_play, full.full, full.earned) == ("not_applicable", True, 3, 3)


def test_a_branch_gives_up_the_points_that_leave_the_table() -> None:
    nodes = scored("exact-rescale-root: one out of its branch and one out of the table").nodes
    assert [(nodes[one].full, nodes[one].removed) for one in ("first", "second", "total")] == [
        (50, 0),
        (30, 10),
        (100, 0),
    ]


def test_rescale_root_needs_sums_all_the_way_up() -> None:
    first = "    title: 第一部分\n    points: 50\n"
    averaged = refused("exact-rescale-root", (first, f"{first}    combine: average\n"))
    assert [code for code, _ in averaged] == ["R043"]


# 4. Findings


def test_findings_in_a_circle_are_refused() -> None:
    circle = ("when: findings(filing) >= 3", "when: findings(second_review) + findings(review) >= 3")
    assert refused("exact-findings", circle) == [("R030", line_of("exact-findings", "- id: repeated"))]
    through_two = ("when: no_report,", "when: findings(review) > 0,")
    assert [code for code, _ in refused("exact-findings", through_two)] == ["R030"]
    whole = ("when: no_report,", "when: findings(total) > 0,")
    assert [code for code, _ in refused("exact-findings", whole)] == ["R030"]


def test_findings_of_an_unknown_criterion_are_refused() -> None:
    unknown = ("when: findings(filing) >= 3", "when: findings(fling) >= 3")
    assert refused("exact-findings", unknown) == [
        ("E201", line_of("exact-findings", "when: findings(filing) >= 3"))
    ]


# 7. Optional facts


@pytest.mark.parametrize(
    ("guarded", "unguarded"),
    [
        ("score: points * min(rate, 100%) if given(rate) else 1", "score: points * min(rate, 100%)"),
        (
            "score: points * min(rate, 100%) if given(rate) else 1",
            "score: 1 if given(rate) else points * rate",
        ),
        ("when: given(filed) and days(signed, filed) > 7", "when: days(signed, filed) > 7"),
        ("when: given(filed) and days(signed, filed) > 7", "when: given(filed) or days(signed, filed) > 7"),
        ("when: given(filed) and days(signed, filed) > 7", "when: days(signed, filed) > 7 and given(filed)"),
    ],
)
def test_an_optional_fact_read_unguarded_is_refused(guarded: str, unguarded: str) -> None:
    assert ("E208", line_of("exact-optional", guarded)) in refused("exact-optional", (guarded, unguarded))


# 8. Grades, figures, claims


def test_a_rate_is_not_shown_as_the_threshold_it_misses() -> None:
    scoring = score("23-explanation-required", "facts: {budget: 100, spent: 89.9996, projects: []}")
    rule = scoring.evaluation.ruleset.rule("low_execution")
    assert rule is not None
    because = Explainer(scoring).because(rule, None)
    assert because is not None
    assert because.zh == "执行率 89.9996% 低于 90%，请说明原因"
    near = score("23-explanation-required", "facts: {budget: 100, spent: 89.9, projects: []}")
    because = Explainer(near).because(rule, None)
    assert because is not None
    assert because.zh == "执行率 89.90% 低于 90%，请说明原因"


def test_a_message_whose_figure_has_no_value_says_so() -> None:
    scoring = scored("exact-guards: nothing to divide by")
    rule = scoring.evaluation.ruleset.rule("no_share")
    assert rule is not None
    because = Explainer(scoring).because(rule, None)
    assert because is not None
    assert (because.zh, because.en) == ("占比为 无法计算", "占比为 no value")


def test_claims_stand_at_any_node() -> None:
    scoring = scored("exact-unseen: claims elsewhere change nothing")
    claims = {one.criterion: (one.claimed, one.computed, one.difference) for one in scoring.claims}
    assert claims == {
        "disclosure": (6, 6, 0),
        "systems": (4, 0, 4),
        "management": (10, 6, 4),
        "total": (10, 6, 4),
    }
    assert scoring.nodes["disclosure"].state == "unseen"


def test_what_is_to_be_explained_stays_open_until_it_is() -> None:
    open_points = scored("23-explanation-required: one for each record").open_points
    assert [(one.rule.id, one.key, one.explanation) for one in open_points] == [
        ("not_begun", "A", ""),
        ("not_begun", "B", ""),
    ]
    explained = scored("23-explanation-required: an explanation changes no points").open_points
    assert [(one.rule.id, one.explanation) for one in explained] == [("low_execution", "项目延期")]


def test_a_division_by_zero_is_told_where_it_stands() -> None:
    """In the measure that divides, not in the row that reads it."""
    error = all_cases()["exact-undefined: a division by zero names the divisor"].outcome.error
    assert error is not None
    (problem,) = error.problems
    assert problem.where is not None
    text = (FOLDER / "exact-undefined.yaml").read_text(encoding="utf-8").splitlines()
    assert text[problem.where.line - 1][problem.where.column - 1 :].startswith("bottom, at_most")
    assert problem.path == "measured"


def test_points_are_exact_decimals_at_the_edge() -> None:
    assert format_exact(scored("exact-rescale: a third").total) == "86.67"
