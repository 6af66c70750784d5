"""``audit rules test``: the examples beside the rules, with what was expected and what came."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command import ROOT, audit

TABLE = """ruleset: mine/table
title: 表
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  late: {label: 迟报天数, type: days, at_least: 0}
criteria:
  - id: report
    title: 报送
    points: 10
    deductions:
      - {id: late_report, when: late > 5, deduct: 4, because: "迟报 {late} 天"}
examples:
  - {name: on the limit, given: {late: 5}, expect: {not_fired: [late_report], total: 10}}
  - {name: one day over, given: {late: 6}, expect: {fired: [late_report], total: TOTAL}}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine" / "table.yaml"


def test_passing_examples_and_their_coverage(table: Path) -> None:
    table.write_text(TABLE.replace("TOTAL", "6"), encoding="utf-8")
    run = audit("--lang", "en", "rules", "test", table)
    assert run.code == 0
    assert "examples: 2 passed, 0 failed" in run.out
    assert "coverage: 1/1 rules fired, 1/1 stayed silent; 1/1 comparisons came out both ways" in run.out


def test_a_failing_example_shows_what_came_with_its_lines(table: Path) -> None:
    table.write_text(TABLE.replace("TOTAL", "7"), encoding="utf-8")
    run = audit("--lang", "en", "rules", "test", table)
    assert run.code == 1
    assert f"✗ one day over  ({table}:16:5)" in run.out
    assert "total earned: expected 7, found 6" in run.out
    assert "4.00  报送: 迟报 6 天" in run.out
    assert "✗ on the limit" not in run.out


def test_what_the_examples_leave_out_is_told(table: Path) -> None:
    text = TABLE[: TABLE.index("  - {name: one day over")]
    table.write_text(text, encoding="utf-8")
    run = audit("--lang", "en", "rules", "test", table, "-v")
    assert run.code == 0
    assert "coverage: 0/1 rules fired" in run.out
    assert "late_report: late > 5  never true" in run.out


def test_examples_of_the_rulesets_own_folder_are_run_too(table: Path) -> None:
    table.write_text(TABLE.replace("TOTAL", "6"), encoding="utf-8")
    table.with_suffix("").mkdir()
    more = table.with_suffix("") / "more.yaml"
    more.write_text(
        "examples:\n  - {name: far over, given: {late: 60}, expect: {total: 5}}\n", encoding="utf-8"
    )
    run = audit("--lang", "en", "rules", "test", table)
    assert run.code == 1
    assert f"✗ far over  ({more}:2:5)" in run.out


def test_junit_tells_the_same(table: Path, tmp_path: Path) -> None:
    table.write_text(TABLE.replace("TOTAL", "7"), encoding="utf-8")
    report = tmp_path / "report.xml"
    assert audit("rules", "test", table, "--junit", report).code == 1
    suite = ElementTree.parse(report).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["one day over"]


def test_an_example_that_expects_an_error(table: Path) -> None:
    text = (
        TABLE.replace("TOTAL", "6") + '  - {name: below zero, given: {late: -1}, expect: {error: "F008"}}\n'
    )
    table.write_text(text, encoding="utf-8")
    assert audit("rules", "test", table).code == 0
    table.write_text(text.replace("F008", "F999"), encoding="utf-8")
    run = audit("rules", "test", table)
    assert run.code == 1
    assert "F999" in run.out
    assert "F008" in run.out


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("given: {late: 5}", "base: nowhere", "R070"),
        ("not_fired: [late_report]", "not_fired: late_report", "R003"),
        ("expect: {not", "expct: {not", "R00"),
    ],
)
def test_an_example_that_cannot_be_read_is_exit_4(table: Path, old: str, new: str, code: str) -> None:
    table.write_text(TABLE.replace("TOTAL", "6").replace(old, new), encoding="utf-8")
    run = audit("rules", "test", table)
    assert run.code == 4
    assert code in run.err
    assert "table.yaml:15" in run.err


def test_a_new_required_fact_of_an_overlay_is_told_once_with_a_cure_that_works(tmp_path: Path) -> None:
    """All that the overlay inherits lacks it: one message for 165 examples, not 165."""
    overlay = tmp_path / "guangdong" / "2025.yaml"
    overlay.parent.mkdir()
    overlay.write_text(
        "ruleset: guangdong/2025\nextends: guangdong/2024\nyear: 2025\n"
        "facts:\n  rush: {label: 十二月支出比重, type: ratio}\n  advances: {label: 预付款, type: money}\n",
        encoding="utf-8",
    )
    run = audit("--lang", "en", "rules", "test", overlay)
    assert run.code == 1
    assert run.out.count("✗") == 1
    assert f"{overlay}:5:3: R054" in run.out or f"{overlay}:5:9: R054" in run.out
    assert "do not state rush, advances, which this ruleset requires" in run.out
    assert (
        f"copy general-office.yaml of the base's folder into a new folder {overlay.with_suffix('')}"
        in run.out
    )
    base = (ROOT / "rulesets" / "guangdong" / "2024" / "general-office.yaml").read_text(encoding="utf-8")
    overlay.with_suffix("").mkdir()
    stated = base.replace("\nfacts:\n", "\nfacts:\n  rush: 20%\n  advances: 5\n", 1)
    (overlay.with_suffix("") / "general-office.yaml").write_text(stated, encoding="utf-8")
    mended = audit("--lang", "en", "rules", "test", overlay)
    assert (mended.code, "R054" in mended.out) == (0, False), mended.out
