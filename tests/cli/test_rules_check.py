"""``audit rules check``: what is wrong with a ruleset, told in three formats before anyone is scored by it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import Run, audit

CLEAN = """
ruleset: mine/table
title: 表
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  budget: {label: 预算, type: money, at_least: 1}
  spent: {label: 支出, type: money, at_least: 0}
measures:
  rate: {label: 执行率, value: spent / budget}
criteria:
  - id: execution
    title: 执行率
    points: 10
    basis: {status: modelled}
    score: points * min(rate, 100%)
    deductions:
      - {id: slow, when: rate < 50%, deduct: 1, because: "执行率 {rate}"}
examples:
  - {name: half, given: {budget: 10, spent: 5}, expect: {total: 5}}
  - {name: less, given: {budget: 10, spent: 4.9}, expect: {fired: [slow], total: 3.9}}
"""
ERROR = ("rate < 50%", "rate < 0%")
WARNING = ("basis: {status: modelled}", "basis: {status: published}")
UNUSABLE = ("spent / budget", "spent / budgte")


def written(tmp_path: Path, *changes: tuple[str, str], name: str = "table.yaml") -> Path:
    text = CLEAN.lstrip()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def check(path: Path, *options: str, language: str = "en") -> Run:
    return audit("--lang", language, "rules", "check", path.name, *options, cwd=path.parent)


def test_the_shipped_rulesets_are_clean() -> None:
    run = audit("--lang", "en", "rules", "check")
    assert run.code == 0, run.out
    assert run.out == "0 errors, 0 warnings\n"
    assert run.err == ""


def test_an_error_is_told_with_its_place_and_exit_1(tmp_path: Path) -> None:
    run = check(written(tmp_path, ERROR))
    assert run.code == 1
    first, *_, last = run.out.splitlines()
    assert first == (
        "table.yaml:18:26: R105 slow: the condition never holds "
        "(fix: correct the threshold, or the bounds of the facts)"
    )
    assert last == "1 errors, 1 warnings"
    assert "R130 slow: no example in which it fires" in run.out


def test_warnings_alone_leave_the_exit_at_0(tmp_path: Path) -> None:
    run = check(written(tmp_path, WARNING))
    assert run.code == 0
    assert run.out.splitlines()[0].startswith("table.yaml:15:21: R110 execution: ")
    assert run.out.splitlines()[-1] == "0 errors, 1 warnings"


def test_an_unusable_ruleset_exits_with_4_and_the_others_are_checked(tmp_path: Path) -> None:
    broken, other = written(tmp_path, UNUSABLE, name="broken.yaml"), written(tmp_path, ERROR)
    run = audit("--lang", "en", "rules", "check", broken, other)
    assert run.code == 4
    assert "broken.yaml:10:37: E201 there is no 'budgte' (fix: did you mean 'budget'?)" in run.out
    assert "R105 slow" in run.out


def test_messages_in_chinese(tmp_path: Path) -> None:
    run = check(written(tmp_path, ERROR), language="zh")
    assert "table.yaml:18:26: R105 slow：条件永远不会成立（处理：" in run.out
    assert run.out.splitlines()[-1] == "1 个错误，1 个警告"


def test_json_says_all_of_it(tmp_path: Path) -> None:
    run = check(written(tmp_path, ERROR), "--format", "json")
    assert run.code == 1
    first, second = json.loads(run.out)
    assert first == {
        "code": "R105",
        "severity": "error",
        "file": "table.yaml",
        "line": 18,
        "column": 26,
        "path": "slow",
        "message": "the condition never holds",
        "fix": "correct the threshold, or the bounds of the facts",
    }
    assert (second["code"], second["severity"]) == ("R130", "warning")


def test_json_of_a_clean_and_of_an_unusable_ruleset(tmp_path: Path) -> None:
    assert json.loads(check(written(tmp_path), "-f", "json").out) == []
    run = check(written(tmp_path, UNUSABLE), "-f", "json")
    assert run.code == 4
    assert [(one["code"], one["line"]) for one in json.loads(run.out)] == [("E201", 10)]


def test_github_commands_mark_the_lines(tmp_path: Path) -> None:
    run = check(written(tmp_path, ERROR, WARNING, name="a table, 1.yaml"), "--format", "github")
    assert run.code == 1
    lines = run.out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("::warning file=a table%2C 1.yaml,line=15,col=21,title=R110::")
    assert lines[1].startswith("::error file=a table%2C 1.yaml,line=18,col=26,title=R105::")
    assert all("%" not in line.replace("%2C", "").replace("%25", "") for line in lines)


def test_github_of_a_clean_ruleset_is_empty(tmp_path: Path) -> None:
    run = check(written(tmp_path), "-f", "github")
    assert (run.code, run.out.strip()) == (0, "")


@pytest.mark.parametrize("code", ["R102", "r117", "R130", "E203"])
def test_the_page_of_a_check(code: str) -> None:
    run = audit("rules", "check", "--page", code)
    assert run.code == 0
    assert run.out.startswith(code.upper())
    assert "PASS" in run.out
    assert "FAIL" in run.out


def test_there_is_no_such_page() -> None:
    run = audit("--lang", "en", "rules", "check", "--page", "R1188")
    assert run.code == 2
    assert run.out == ""
    assert "did you mean 'R118'?" in run.err


UNCHECKED = "unchecked: [{check: CODE, reason: 试行期间}]\nexamples:"


def test_a_check_is_switched_off_with_a_reason(tmp_path: Path) -> None:
    off = ("examples:", UNCHECKED.replace("CODE", "R105"))
    run = check(written(tmp_path, ERROR, off))
    assert run.code == 0
    assert "R105" not in run.out
    both = ("examples:", "unchecked: [{check: R105, reason: 甲}, {check: R130, reason: 乙}]\nexamples:")
    assert check(written(tmp_path, ERROR, both)).out == "0 errors, 0 warnings\n"


def test_without_a_reason_it_is_not(tmp_path: Path) -> None:
    off = ("examples:", UNCHECKED.replace("CODE", "R105").replace(", reason: 试行期间", ""))
    run = check(written(tmp_path, ERROR, off))
    assert run.code == 4
    assert "R001 'reason' is missing" in run.out


def test_what_gives_a_score_its_meaning_is_not_switched_off(tmp_path: Path) -> None:
    off = ("examples:", UNCHECKED.replace("CODE", "R101"))
    run = check(written(tmp_path, ("points: 10\n", "points: 9\n"), off))
    assert run.code == 4
    assert "R101" in run.out
    run = check(written(tmp_path, off))
    assert run.code == 1
    assert "R118 unchecked: there is no check 'R101' to switch off" in run.out


def test_broken_yaml(tmp_path: Path) -> None:
    run = check(written(tmp_path, ("criteria:\n", "criteria: [\n")))
    assert run.code == 4
    assert "S104 the YAML is broken" in run.out
    assert "table.yaml:" in run.out


def test_windows_line_ends_and_a_byte_order_mark_change_no_place(tmp_path: Path) -> None:
    path = written(tmp_path, ERROR, WARNING)
    plain = check(path).out
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    run = check(path)
    assert run.code == 1
    assert run.out == plain


def test_another_encoding_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    run = check(path)
    assert run.code == 4
    assert "table.yaml:2:8: S103 the file is not UTF-8 text" in run.out
    assert "GBK" in run.out


@pytest.mark.parametrize("reference", ["nowhere.yaml", "nowhere/2024", "../2024"])
def test_a_ruleset_that_is_not_there(tmp_path: Path, reference: str) -> None:
    run = audit("--lang", "en", "rules", "check", reference, cwd=tmp_path)
    assert run.code == 4
    assert "R010" in run.out


def test_two_rules_with_one_id_are_told_at_the_second(tmp_path: Path) -> None:
    again = 'because: "执行率 {rate}"}\n      - {id: slow, when: rate < 40%, deduct: 1, because: 慢}'
    run = check(written(tmp_path, ('because: "执行率 {rate}"}', again)))
    assert run.code == 4
    assert "table.yaml:19:14: R040 the rule id 'slow' is used twice" in run.out


def test_facts_of_an_example_that_are_not_there(tmp_path: Path) -> None:
    run = check(written(tmp_path, ("{name: half, given", "{name: half, base: nowhere, given")))
    assert run.code == 4
    assert "table.yaml:20:24: R070 half: there is no example facts file 'nowhere'" in run.out
