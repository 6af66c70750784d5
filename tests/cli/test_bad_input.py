"""Bad input: each gets a clear message with its place and exit 3 or 4, never a traceback, never a score."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import GOLDEN, ROOT, audit, changed, settings

NESTED = "[" * (10 * 1024 * 1024)
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"

CHANGES = {
    "separators": ([("spent: 24,066.38", "spent: 31,08.53")], "F007", "31,08.53"),
    "NaN": ([("spent: 24,066.38", "spent: NaN")], "F007", "NaN"),
    "infinity": ([("spent: 24,066.38", "spent: -.inf")], "F007", ".inf"),
    "exponent": ([("spent: 24,066.38", "spent: 2.4e4")], "F007", "2.4e4"),
    "400 digits": ([("spent: 24,066.38", "spent: " + "9" * 400)], "F007", "400"),
    "a word for a number": ([("spent: 24,066.38", "spent: many")], "F007", "many"),
    "a list for a number": ([("spent: 24,066.38", "spent: [1, 2]")], "F005", "spent"),
    "an unknown name": ([("opening:", "openning:")], "F002", "opening"),
    "an unknown section": ([("claimed:", "claimd:")], "F002", "claimed"),
    "another year": ([("year: 2024", "year: 2023")], "F011", "2023"),
    "no department": ([("department: 广东省人民政府办公厅", "department:")], "F001", "department"),
    "an unknown ruleset": ([("ruleset: guangdong/2024", "ruleset: guangdong/2042")], "R010", "guangdong/2024"),
    "a ruleset by path": ([("ruleset: guangdong/2024", "ruleset: ../../etc/passwd")], "R010", "../../etc/passwd"),
    "a broken identity": ([("spent: 24,066.38", "spent: 24,166.38")], "F020", "general_budget_balance"),
    "a claim twice, by id and by title": ([("claimed: {efficacy: 50,", "claimed: {efficacy: 50, 履职效能: 40,")], "F004", "履职效能"),
    "a decimal comma": ([("spent: 24,066.38", "spent: 0,123")], "F007", "0,123"),
    "a year that no calendar knows": ([("begins: 2024-03-18", "begins: 2042-03-18")], "F009", "2042-03-18"),
    "a tag": ([("year: 2024", "year: !!int 2024")], "S109", ""),
    "a key twice": ([("year: 2024", "year: 2024\nyear: 2024")], "S111", "year"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_copy_of_the_golden_facts(tmp_path: Path, name: str) -> None:
    replacements, code, mention = CHANGES[name]
    run = audit("score", changed(tmp_path, *replacements))
    assert run.code == (4 if code.startswith("R") else 3)
    assert run.out == ""
    assert code in run.err
    assert mention in run.err
    assert "facts.yaml:" in run.err


WHOLE_FILES = {
    "empty": (b"", "S105"),
    "only a comment": (b"# nothing\n", "S105"),
    "not UTF-8": ("部门: 甲".encode("gbk"), "S103"),
    "UTF-16": ("部门: 甲".encode("utf-16"), "S103"),
    "an anchor bomb": (BOMB.encode(), "S108"),
    "10 MB of nesting": (NESTED.encode(), "S107"),
    "nested 10,000 deep in blocks": (b"".join(b" " * i + b"a:\n" for i in range(3000)), "S107"),
    "two documents": (b"a: 1\n---\nb: 2\n", "S106"),
    "a text": (b"hello", "F005"),
    "a list": (b"- 1\n- 2\n", "F005"),
    "broken YAML": (b"a: [1, 2\n", "S104"),
    "a control character": (b"a: \x00\n", "S104"),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_file_that_is_no_facts_file(tmp_path: Path, name: str) -> None:
    content, code = WHOLE_FILES[name]
    path = tmp_path / "facts.yaml"
    path.write_bytes(content)
    for arguments in (("score", path, "-r", "guangdong/2024"), ("score", GOLDEN, "-r", path)):
        run = audit(*arguments)
        assert run.code == (3 if arguments[1] == path else 4)
        assert run.out == ""
        assert "facts.yaml" in run.err
        assert arguments[1] != path or code in run.err


def test_all_missing_facts_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("department: 甲\nyear: 2024\nruleset: guangdong/2024\nfacts: {}\n", encoding="utf-8")
    run = audit("score", path)
    assert run.code == 3
    from engine.ruleset.library import Library

    schema = Library().load("guangdong/2024").schema
    wanted = [fact.name for fact in schema.scalars() if not fact.optional] + [*schema.lists]
    assert [name for name in wanted if f"F001 {name}：" not in run.err] == []


def test_a_record_key_twice_names_both_lines(tmp_path: Path) -> None:
    path = changed(tmp_path, ("id: HT-2024-07", "id: HT-2024-03"))
    run = audit("score", path)
    assert run.code == 3
    lines = [
        number
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "id: HT-2024-03" in line
    ]
    assert f":{lines[1]}:" in run.err
    assert f"第 {lines[0]} 行" in run.err


def test_a_windows_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOLDEN.read_text(encoding="utf-8").replace("\n", "\r\n").encode())
    run = audit("score", path)
    assert run.code == 0
    assert "97.41" in run.out


def test_a_date_outside_the_calendar_is_told_at_its_place(tmp_path: Path) -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    signed = next(line for line in text.splitlines() if "HT-2024-07" in line or "signed: 2024" in line)
    path = changed(tmp_path, ("signed: 2024", "signed: 1824"))
    run = audit("score", path)
    assert run.code == 3, signed
    assert "F009" in run.err
    assert "1824" in run.err
    assert "2004" in run.err


MINIMAL = """
ruleset: mine/table
title: 表
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  budget: {label: 预算, type: money, at_least: 0}
  spent: {label: 支出, type: money, at_least: 0}
criteria:
  - {id: execution, title: 执行率, points: 10, score: SCORE}
"""
FACTS = "department: 甲\nyear: 2024\nruleset: mine/table\nfacts: {budget: 0, spent: 5}\n"

SCORES = {
    "division by zero": ("points * (spent / budget)", 3, "E301", "（budget）"),
    "an unknown name": ("points * (spent / budgte)", 4, "E201", "budget"),
    "money times money": ("spent * budget", 4, "E202", "金额"),
    "the ratio without its brackets": ("points * spent / budget", 4, "E202", "points * (a / b)"),
    "no points": ("spent / budget", 4, "E202", "points *"),
    "a slip": ("points if spent = 0 else 0", 4, "E102", "=="),
    "10,000 deep": ("(" * 10_000 + "1" + ")" * 10_000, 4, "E104", "40"),
    "a bare number against a ratio": ("points if spent / budget < 90 else 0", 4, "E203", "90%"),
    "unclosed": ("points * min(spent / budget, 1", 4, "E103", "("),
}  # fmt: skip


@pytest.mark.parametrize("name", SCORES)
def test_a_rule_that_makes_no_sense(tmp_path: Path, name: str) -> None:
    score, code, problem, mention = SCORES[name]
    (tmp_path / "table.yaml").write_text(MINIMAL.replace("SCORE", f'"{score}"'), encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS, encoding="utf-8")
    run = audit("--lang", "zh", "score", tmp_path / "facts.yaml", "-r", tmp_path / "table.yaml")
    assert run.code == code, run.err
    assert run.out == ""
    assert problem in run.err
    assert mention in run.err
    assert "table.yaml:11:" in run.err


EXTENDS = {
    "itself": ("mine/table", "R011"),
    "outside the folder": ("../secret", "R010"),
    "an absolute path": ("/etc/passwd", "R010"),
    "nowhere": ("mine/other", "R010"),
}


@pytest.mark.parametrize("name", EXTENDS)
def test_extends_stays_inside_the_rulesets_folder(tmp_path: Path, name: str) -> None:
    reference, code = EXTENDS[name]
    (tmp_path / "mine").mkdir()
    (tmp_path / "secret.yaml").write_text(MINIMAL, encoding="utf-8")
    table = tmp_path / "mine" / "table.yaml"
    table.write_text(MINIMAL.replace("SCORE", "points") + f"extends: {reference}\n", encoding="utf-8")
    run = audit("score", GOLDEN, "-r", table)
    assert run.code == 4
    assert code in run.err
    assert "table.yaml:12:" in run.err


def test_a_cycle_of_two_is_told(tmp_path: Path) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        text = MINIMAL.replace("SCORE", "points").replace("mine/table", one)
        (tmp_path / f"{one}.yaml").write_text(text + f"extends: {other}\n", encoding="utf-8")
    run = audit("score", GOLDEN, "-r", tmp_path / "a.yaml")
    assert run.code == 4
    assert "a → b → a" in run.err


def test_all_problems_of_a_ruleset_are_told_at_once(tmp_path: Path) -> None:
    shipped = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")
    broken = (
        shipped.replace("points: 15", "points: 16", 1)
        .replace("type: days", "type: day", 1)
        .replace("authority:", "authorty:", 1)
    )
    path = tmp_path / "table.yaml"
    path.write_text(broken, encoding="utf-8")
    run = audit("score", GOLDEN, "-r", path)
    assert run.code == 4
    assert "R002" in run.err
    assert "authority" in run.err
    assert "R004" in run.err


OVERLAYS = {
    "a parameter's name": ("parameters: {filing_day: {value: 5}}", "R001", "did you mean 'filing_days'?"),
    "a criterion's id": ("criteria: [{id: efficacy, criteria: [{id: goal_seting, points: 10}]}]", "R001", "did you mean 'goal_setting'?"),
    "what is to be removed": ("parameters: {filing_day: {remove: true}}", "R012", "did you mean 'filing_days'?"),
    "how it is removed": ("parameters: {filing_days: {remove: yes}}", "R012", "write remove: true"),
    "an id twice": ("checks: [{id: targets_set, severity: error}, {id: targets_set, severity: warning}]", "R040", "first in line 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_slip_in_an_overlay_is_told_for_what_it_is(tmp_path: Path, name: str) -> None:
    change, code, mention = OVERLAYS[name]
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(f"ruleset: overlay\nextends: guangdong/2024\n{change}\n", encoding="utf-8")
    run = audit("--lang", "en", "score", GOLDEN, "-r", overlay)
    assert run.code == 4
    assert "overlay.yaml:3:" in run.err
    assert code in run.err
    assert mention in run.err


def test_an_id_twice_in_the_base_is_no_less_an_error_under_an_overlay(tmp_path: Path) -> None:
    """Laid one over the other, one of the two would be gone unseen."""
    shipped = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")
    (tmp_path / "base.yaml").write_text(
        shipped.replace("ruleset: guangdong/2024", "ruleset: base").replace(
            "- id: goals_off_plans", "- id: goals_off_duties"
        ),
        encoding="utf-8",
    )
    overlay = tmp_path / "overlay.yaml"
    deduction = "{id: goals_off_duties, deduct: 1}"
    overlay.write_text(
        "ruleset: overlay\nextends: base\n"
        f"criteria: [{{id: efficacy, criteria: [{{id: goal_setting, deductions: [{deduction}]}}]}}]\n",
        encoding="utf-8",
    )
    run = audit("score", GOLDEN, "-r", overlay)
    assert run.code == 4
    assert "R040" in run.err
    assert "base.yaml:" in run.err


def test_a_failed_check_over_records_names_them(tmp_path: Path) -> None:
    run = audit(
        "--lang", "en", "score", changed(tmp_path, ("target: 30, actual: 40", "target: 0, actual: 40"))
    )
    assert run.code == 3
    assert "facts.yaml:33:" in run.err
    assert "positive_targets_above_zero" in run.err
    assert "outputs[CC-01]" in run.err


def test_an_output_that_cannot_be_written_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cli", "score", GOLDEN], cwd=ROOT, env=settings(), stdout=full,
            stderr=subprocess.PIPE, encoding="utf-8", check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert "U001" in done.stderr
    assert "Traceback" not in done.stderr
