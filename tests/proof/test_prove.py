"""``audit rules prove``: planted faults are refuted with a department that shows them, their clean twins are proved."""

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

FAULTS = {
    "a gap between bands": ("above: 40, earn: 0", "above: 41, earn: 0", ["bands:timeliness", "defined:timeliness"]),
    "bands that overlap": ("above: 20, up_to: 40", "from: 20, up_to: 40", ["bands:timeliness", "defined:timeliness"]),
    "a direction that is not so": ("better: {late: lower}", "better: {late: higher}", ["monotone:timeliness: late"]),
    "a score that falls as it should rise": ("min(rate, 100%)", "max(100% - rate, 0%)", ["monotone:execution: rate"]),
    "a division that nothing guards": ("at_least: 0.01}", "at_least: 0}", ["defined:execution"]),
    "a rule that never fires": ("late > 100", "late > 400", ["costs:very_late", "fires:very_late"]),
    "a rule that others leave nothing for": ("when: not audited, deduct: 4", "when: late >= 0, deduct: 10", ["costs:very_late", "silent:not_audited"]),
}  # fmt: skip
"""Where it was planted, and each answer that it turns."""


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


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_refuted(tmp_path: Path, name: str) -> None:
    old, new, refuted = FAULTS[name]
    run = audit("rules", "prove", table(tmp_path, old, new), "-f", "json")
    assert run.code == 1, run.out
    answers = json.loads(run.out)
    assert (
        sorted(f"{one['question']}:{one['target']}" for one in answers if one["state"] == "refuted")
        == refuted
    )
    assert not [one for one in answers if one["state"] == "unknown"]


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
