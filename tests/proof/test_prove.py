"""``audit rules prove``: what it prints, asks and saves, and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import audit

CLEAN = """\
ruleset: made/proved
title: 待证明的规则
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 30, decimals: 2, rounding: half_up}
facts:
  planned: {label: 预算, type: money, at_least: 0.01}
  spent: {label: 支出, type: money, at_least: 0}
  late: {label: 逾期天数, type: days, at_least: 0, at_most: 400}
  audited: {label: 已审计, type: flag}
measures:
  rate: {label: 执行率, value: spent / planned}
criteria:
  - id: execution
    title: 执行
    points: 10
    better: {rate: higher}
    score: points * min(rate, 100%)
  - id: timeliness
    title: 时效
    points: 10
    better: {late: lower}
    score:
      of: late
      bands:
        - {up_to: 20, earn: 10}
        - {above: 20, up_to: 40, earn: 5}
        - {above: 40, earn: 0}
  - id: order
    title: 规范
    points: 10
    deductions:
      - {id: not_audited, when: not audited, deduct: 4, because: 未审计}
      - {id: very_late, when: late > 100, deduct: 4, because: 严重逾期}
"""


def table(tmp_path: Path, old: str = "", new: str = "") -> Path:
    assert old in CLEAN
    path = tmp_path / "table.yaml"
    path.write_text(CLEAN.replace(old, new, 1) if old else CLEAN, encoding="utf-8")
    return path


def test_a_clean_table_is_proved_throughout(tmp_path: Path) -> None:
    run = audit("--lang", "en", "rules", "prove", table(tmp_path))
    assert run.code == 0, run.out
    assert "0 refuted, 0 noted, 0 unknown" in run.out
    for question in ("defined", "bounded", "bands", "monotone", "fires", "silent", "costs"):
        assert f"{question} " in run.out


def test_a_refuted_answer_is_told_with_its_department(tmp_path: Path) -> None:
    """As text and as JSON, and the exit code says so. What is refuted of which ruleset is in ``tests/faults``."""
    path = table(tmp_path, "above: 40, earn: 0", "above: 41, earn: 0")
    run = audit("--lang", "en", "rules", "prove", path, "timeliness")
    assert run.code == 1, run.out
    assert "bands bands complete and disjoint: refuted 1" in run.out
    assert "refuted timeliness: a value is in none of the bands, or in several" in run.out
    assert "late: '41'" in run.out
    answers = json.loads(audit("rules", "prove", path, "timeliness", "-f", "json").out)
    refuted = {one["question"]: one for one in answers if one["state"] == "refuted"}
    assert refuted.keys() == {"defined", "bands"}
    assert refuted["bands"]["departments"][0]["facts"]["late"] == "41"


def test_the_department_that_is_shown_shows_it(tmp_path: Path) -> None:
    """It is saved, scored by the product, and ends in the very error."""
    path = table(tmp_path, "above: 40, earn: 0", "above: 41, earn: 0")
    run = audit("--lang", "en", "rules", "prove", path, "timeliness", "--save", tmp_path / "shown")
    assert run.code == 1
    saved = [one for one in (tmp_path / "shown").iterdir() if one.name.startswith("bands")]
    assert len(saved) == 1
    scored = audit("--lang", "en", "score", saved[0], "-r", path)
    assert scored.code == 4
    assert "R062" in scored.err
    assert "41" in scored.err


def test_only_what_is_named_is_asked(tmp_path: Path) -> None:
    answers = json.loads(audit("rules", "prove", table(tmp_path), "very_late", "-f", "json").out)
    assert {one["target"].split()[0] for one in answers} == {"very_late"}
    run = audit("--lang", "en", "rules", "prove", table(tmp_path), "very_lat")
    assert run.code == 2
    assert "did you mean 'very_late'?" in run.err


@pytest.mark.parametrize("with_records", [False, True])
def test_what_holds_only_for_the_decimals_of_the_ruleset_says_so(tmp_path: Path, with_records: bool) -> None:
    """No amount of two decimals lies between 0.001 and 0.009, though others do; no delay at all is above 400."""
    text = CLEAN.replace("when: not audited", "when: spent > 0.001 and spent < 0.009")
    text = text.replace("late > 100", "late > 400")
    if with_records:
        records = (
            "  notes: {label: 记录, records: {key: id}, fields: {id: {label: 编号, type: text}}}\nmeasures:"
        )
        text = text.replace("measures:", records)
    path = tmp_path / "table.yaml"
    path.write_text(text, encoding="utf-8")
    said = {
        language: {
            one["target"]: (one["state"], one["message"])
            for one in json.loads(
                audit("--lang", language, "rules", "prove", path, "order", "-f", "json").out
            )
            if one["question"] == "fires"
        }
        for language in ("en", "zh")
    }
    assert said["en"]["very_late"] == ("refuted", "it fires for no department at all")
    assert said["en"]["not_audited"] == (
        "refuted",
        "it fires for no department at all (for amounts with no more decimals than the ruleset has)",
    )
    assert said["zh"]["not_audited"][1].endswith("（就小数位数不超过规则集所定的金额而言）")
