"""The rulesets that are shipped, and the published forms that were scored by them."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine.ruleset.library import Library, shipped_folder
from engine.testing.examples import ExampleOutcome, run_examples
from tests.command import ROOT, audit

TOTALS = {
    "county/execution-60": 60,
    "guangdong/2024": 100,
    "hunan/xinshao-2017": 10,
    "hunan/yueyang-2020": 55,
    "national/project-2020": 100,
    "national/project-2020-20-80": 100,
    "sichuan/2017": 100,
}
"""The full points of each table: below 100 (or 60) is what was seen of a table that was cut."""

FULL_FORM = {"execution": "10", "output": "50", "outcome": "30", "satisfaction": "10"}
FORMS = {
    "hubei-fishing-fuel-2020": ("100", {"execution": "20", "performance": "80"}),
    "wuhan-services-trade-2020": ("100", {"execution": "20", "performance": "80"}),
    "anhui-tianchang-2022": ("100", FULL_FORM),
    "sichuan-daying-2023": ("100", FULL_FORM),
    "hebei-langfang-2019": ("98.62", FULL_FORM | {"execution": "8.62"}),
}
"""Each form's fixture, with the total and points computed by hand."""


@cache
def outcomes_of(ruleset: str) -> list[ExampleOutcome]:
    library = Library()
    loaded = library.load(ruleset)
    return list(run_examples(loaded, library.example_folder(loaded)))


def test_these_are_the_shipped_rulesets() -> None:
    assert {*Library().ids()} == {*TOTALS}


@pytest.mark.parametrize("ruleset", TOTALS)
class TestEveryRuleset:
    """What holds for each of them."""

    def test_lies_where_its_id_says_and_has_its_total(self, ruleset: str) -> None:
        loaded = Library().load(ruleset)
        path = Path(loaded.source.file.name).resolve()
        assert loaded.id == ruleset
        assert path == (shipped_folder() / f"{ruleset}.yaml").resolve()
        assert loaded.root.points == TOTALS[ruleset]

    def test_checks_clean(self, ruleset: str) -> None:
        run = audit("--lang", "en", "rules", "check", ruleset)
        assert (run.code, run.out) == (0, "0 errors, 0 warnings\n")

    def test_all_its_examples_pass(self, ruleset: str) -> None:
        outcomes = outcomes_of(ruleset)
        assert outcomes
        assert [one.example.name for one in outcomes if not one.passed] == []

    def test_examples_expect_only_names_that_exist(self, ruleset: str) -> None:
        """A rule that is expected silent under a misspelt name would always be silent."""
        loaded = Library().load(ruleset)
        rules = {rule.id for rule in loaded.rules}
        for one in outcomes_of(ruleset):
            expect = one.example.expect
            assert {*(expect.fired or ()), *(expect.not_fired or ())} <= rules, one.example.name
            assert {*(expect.criteria or ())} <= {*loaded.criteria}, one.example.name


@cache
def scored(form: str) -> dict[str, Any]:
    run = audit("score", ROOT / "fixtures" / f"{form}.yaml", "--format", "json")
    assert (run.code, run.err) == (0, "")
    return json.loads(run.out)


@pytest.mark.parametrize(("form", "total", "points"), [(form, *expected) for form, expected in FORMS.items()])
def test_a_published_form_scores_as_computed_by_hand(form: str, total: str, points: dict[str, str]) -> None:
    document = scored(form)
    (root,) = document["criteria"]
    assert (document["total"], document["grade"]) == (total, "优")
    assert {row["id"]: row["earned"] for row in root["criteria"]} == points


@pytest.mark.parametrize("form", [form for form in FORMS if form != "hebei-langfang-2019"])
def test_what_a_form_claims_is_what_its_rules_give(form: str) -> None:
    (root,) = scored(form)["criteria"]
    assert {row["id"]: row["difference"] for row in root["criteria"]} == {
        row["id"]: "0" for row in root["criteria"]
    }


def test_a_claim_that_the_rule_does_not_give_is_a_difference_to_reconcile() -> None:
    """河北廊坊 gave itself 9 where 10 × 37.24 / 43.2 = 8.620…; the rule stays as it is."""
    assert round(Fraction("37.24") / Fraction("43.2") * 10, 2) == Fraction("8.62")
    (root,) = scored("hebei-langfang-2019")["criteria"]
    claimed = [row for row in root["criteria"] if row["claimed"] is not None]
    assert [(row["id"], row["claimed"], row["earned"], row["difference"]) for row in claimed] == [
        ("execution", "9", "8.62", "0.38")
    ]
    shown = audit("score", ROOT / "fixtures" / "hebei-langfang-2019.yaml").out
    row = next(line for line in shown.splitlines() if line.startswith("预算执行率"))
    assert row.split()[1:6] == ["10.00", "8.62", "1.38", "9.00", "+0.38"]


@pytest.mark.parametrize("form", FORMS)
def test_every_fact_of_a_form_says_where_it_comes_from(form: str) -> None:
    document = scored(form)["facts"]["document"]
    evidence = document["evidence"]
    assert {one["status"] for one in evidence.values()} <= {"published", "reconstructed"}
    for name, value in document["facts"].items():
        if isinstance(value, dict):
            parts = {f"{name}.{field}" for field in value}
        else:
            parts = {f"{name}[{record['id']}]" for record in value}
        assert name in evidence or (parts and parts <= evidence.keys()), name


def test_a_target_earns_no_more_than_its_points_by_the_rounding_of_the_form(tmp_path: Path) -> None:
    """The form as it was, kept for tools that should find this: an ordinary department lost −0.003 points, and had no score."""
    case = ROOT / "tests" / "testing" / "cases" / "project-2020-uncapped"
    department = f"{case}-department.yaml"
    run = audit("score", department, "-r", f"{case}.yaml")
    assert (run.code, "R060" in run.err) == (4, True)
    run = audit("score", department, "-r", "national/project-2020", "-f", "json")
    assert (run.code, json.loads(run.out)["total"]) == (0, "100")
    # With all targets in one section, as the other division has them.
    text = Path(department).read_text(encoding="utf-8").replace("spent: 100}", "spent: 90}")
    for section in ("output", "outcome", "satisfaction"):
        text = text.replace(f"section: {section}, ", "")
    text = text.replace("weight: 30", "weight: 20").replace("project-2020-uncapped", "project-2020-20-80")
    (tmp_path / "facts.yaml").write_text(text, encoding="utf-8")
    run = audit("score", tmp_path / "facts.yaml", "-r", "national/project-2020-20-80", "-f", "json")
    assert (run.code, json.loads(run.out)["total"]) == (0, "98")
