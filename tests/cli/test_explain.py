"""``audit explain``: every rule with its figures and margins."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import GOLDEN, audit, changed


def test_a_rule_shows_each_record_and_how_far_it_was() -> None:
    out = audit("explain", GOLDEN, "late_filing").out
    assert "HT-2024-07: 触发" in out
    assert "8 > 7  成立，高 1 天" in out
    assert "4 > 7  不成立，低 3 天" in out


def test_a_score_shows_its_formula_with_the_numbers_put_in() -> None:
    out = audit("--lang", "en", "explain", GOLDEN, "execution").out
    assert "24,066.38 / (2,942.82 + 25,674.96) = 84.10%" in out
    assert "10.00 * min(84.10%, 100%) = 8.41" in out
    assert "84.10% < 90.00%  true, 5.90 percentage points below" in out


def test_all_rules_are_there_fired_or_not() -> None:
    from engine.ruleset.library import Library

    out = audit("explain", GOLDEN).out
    for rule in Library().load("guangdong/2024").rules:
        assert f"] {rule.id}: " in out


def test_a_rate_just_below_its_threshold_is_not_shown_as_the_threshold(tmp_path: Path) -> None:
    # 25,755.99 of 28,617.78 is 89.99995…%, which two decimals would show as 90.00%.
    path = changed(
        tmp_path,
        ("spent: 24,066.38", "spent: 25,755.99"),
        ("closing: 4,551.39", "closing: 2,861.78"),
        ("spent: 24,066.41", "spent: 25,756.02"),
        ("closing: 4,723.32", "closing: 3,033.71"),
    )
    run = audit("--lang", "en", "explain", path, "low_execution")
    assert "FIRED" in run.out, run
    assert "90.00% < 90.00%" not in run.out
    assert "89.99996% < 90.00000%" in run.out


def test_json_says_the_same() -> None:
    rules = json.loads(audit("explain", GOLDEN, "late_filing", "-f", "json").out)
    fired = [one["record"] for one in rules[0]["decisions"] if one["fired"]]
    assert fired == ["HT-2024-07"]


def test_an_unknown_name_gets_a_suggestion() -> None:
    run = audit("explain", GOLDEN, "late_filling")
    assert run.code == 2
    assert "late_filing" in run.err


def test_an_aggregate_says_what_each_record_brings(tmp_path: Path) -> None:
    """Of several targets, the one that fell short is the one an auditor looks for."""
    short = changed(tmp_path, ("target: 30, actual: 40", "target: 30, actual: 12"))
    run = audit("--lang", "en", "explain", short, "output_completion")
    assert "outputs[CC-01]: weight 25, direction positive, actual 12, target 30 → 10\n" in run.out
    assert "outputs[CC-04]: weight 15, direction positive, actual 36, target 36 → 15\n" in run.out
    # 10 + 25 + 20 + 15 + 15 of 100
    assert "= 20.00 * 85.00% = 17.00" in run.out
    assert "sum(weight for outputs)" in run.out
    assert run.out.count("outputs[CC-01]") == 1
