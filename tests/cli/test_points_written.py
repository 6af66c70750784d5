"""Points are written with the decimals of the ruleset wherever people read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import audit

TABLE = """\
ruleset: t
title: 试表
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 100, decimals: 2, rounding: half_up}
facts:
  spent: {label: 本年支出, type: money}
criteria:
  - id: a
    title: 支出
    points: 100
    deductions:
      - {id: much, when: spent > 100, deduct: 8.8, because: 多}
examples:
  - {name: 多, given: {spent: 120}, expect: {fired: [much]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.yaml").write_text(TABLE, encoding="utf-8")
    facts = "department: 甲局\nyear: 2024\nruleset: t\nfacts: {spent: 120}\n"
    (tmp_path / "f.yaml").write_text(facts, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("least", "written"), [("95", "95.00"), ("91.205", "91.205")])
def test_below_a_limit(folder: Path, least: str, written: str) -> None:
    run = audit("--lang", "en", "score", "f.yaml", "-r", "t.yaml", "--fail-under", least, cwd=folder)
    assert (run.code, run.err) == (1, f"甲局: the total 91.20 is below {written}\n")
    assert "Total: 91.20" in run.out


def test_a_result_that_agrees(folder: Path) -> None:
    made = audit("score", "f.yaml", "-r", "t.yaml", "-f", "json", "-o", "r.json", cwd=folder)
    assert made.code == 0, made.err
    assert '"total": "91.2"' in (folder / "r.json").read_text(encoding="utf-8")
    assert (
        "甲局 2024: agrees (91.20)\n"
        in audit("--lang", "en", "verify", "r.json", "-r", "t.yaml", cwd=folder).out
    )


def test_an_example(folder: Path) -> None:
    run = audit("--lang", "en", "rules", "test", "t.yaml", "--verbose", cwd=folder)
    assert "        8.80  支出: 多\n        total 91.20 " in run.out


def test_a_score_by_two_rulesets(folder: Path) -> None:
    (folder / "u.yaml").write_text(
        TABLE.replace("8.8", "7.3").replace("ruleset: t", "ruleset: u"), encoding="utf-8"
    )
    run = audit("--lang", "en", "rules", "diff", "t.yaml", "u.yaml", "--facts", "f.yaml", cwd=folder)
    assert "  8.80  支出: 多" in run.out, run.out + run.err
    assert "  7.30  支出: 多" in run.out
