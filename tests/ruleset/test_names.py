"""Names that a table, a database or a facts file cannot tell apart: the ruleset is refused when it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RulesetError
from engine.ruleset.library import Library
from tests.command import audit

RULES = """\
ruleset: names
title: N
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  %s
criteria:
  - {id: one, title: One, points: 10, score: "10"}
"""
CLASHES = [
    ("Amount: {label: A, type: number}\n  amount: {label: B, type: number}", "R015", 8, "by capitals only"),
    ("straße: {label: A, type: number}\n  STRASSE: {label: B, type: number}", "R015", 8, "by capitals only"),
    ("g: {label: A, fields: {a: {label: B, type: number}, A: {label: C, type: number}}}", "R015", 7, "by capitals only"),
    (
        "l: {label: A, records: {key: id}, fields: {id: {label: B, type: text}, Id: {label: C, type: text}}}",
        "R015", 7, "by capitals only",
    ),
    ("x: {label: A, type: number}\nmeasures:\n  X: {label: B, value: x}", "R015", 9, "by capitals only"),
    (
        "spent: {label: {zh: 支出, en: Spent}, type: number}\n  支出: {label: {zh: 支出合计, en: All}, type: number}",
        "R050", 7, "the label '支出' is the name of another fact",
    ),
    ("a: {label: g, type: number}\n  g: {label: G, fields: {b: {label: B, type: number}}}", "R050", 7, "the label 'g'"),
    ("g: {label: G, fields: {a: {label: b, type: number}, b: {label: C, type: number}}}", "R050", 7, "the label 'b'"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "code", "line", "said"), CLASHES)
def test_what_cannot_be_told_apart_is_refused(
    facts: str, code: str, line: int, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(RULES % facts, encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        Library().load(str(path))
    (problem,) = caught.value.problems
    assert problem.where is not None
    assert (problem.code, problem.where.line) == (code, line)
    assert said in problem.message.en


ONE = "one: {label: A, type: number}"
TWICE = [
    ("kind: {label: K, type: choice, options: [a, b, a]}", "7:50", "the option 'a' is used twice (first in line 7)"),
    ("l: {label: L, records: {key: id}, fields: {id: {label: I, type: text}, k: {label: K, type: choice, options: [x, x]}}}",
     "7:115", "the option 'x' is used twice (first in line 7)"),
    (f"{ONE}\ngrades:\n  - {{grade: 优, from: 8}}\n  - {{grade: 差, below: 5}}\n  - {{grade: 优, from: 5, below: 8}}", "11:13",
     "the grade '优' is used twice (first in line 9)"),
    (f"{ONE}\nchecks:\n  - {{id: x, holds: one > 0, because: a, severity: warning}}\n  - {{id: x, holds: one > 1, because: b, severity: warning}}",
     "10:10", "the check id 'x' is used twice (first in line 9)"),
    (f"{ONE}\nexamples:\n  - {{name: x, given: {{one: 1}}, expect: {{total: 10}}}}\n  - {{name: x, given: {{one: 2}}, expect: {{total: 10}}}}",
     "10:12", "the example 'x' is used twice (first in line 9)"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "place", "said"), TWICE)
def test_what_is_there_twice_does_not_hide_the_other(
    facts: str, place: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(RULES % facts, encoding="utf-8")
    run = audit("rules", "check", path, AUDIT_LANG="en")
    assert run.code == 4
    assert f"names.yaml:{place}: R040 {said} (fix: rename or remove one)" in run.out + run.err


@pytest.mark.parametrize("title", ["{zh: 好, en: Fair}", "{zh: 中, en: Good}", "Good"])
def test_two_tiers_have_not_one_title(title: str, tmp_path: Path) -> None:
    tiers = f"[{{id: a, title: {{zh: 好, en: Good}}, from: 50%, up_to: 100%}}, {{id: b, title: {title}, from: 0%, below: 50%}}]"
    text = (RULES % ONE).replace('score: "10"', f"judged: {{tiers: {tiers}}}")
    path = tmp_path / "names.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        Library().load(str(path))
    (problem,) = caught.value.problems
    assert problem.code == "R040"
    assert problem.message.en.startswith("the title of a tier '")
    assert problem.where is not None
    assert problem.where.column == text.splitlines()[8].rindex("title: ") + 8


def test_every_command_refuses_them(tmp_path: Path) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(RULES % CLASHES[0][0], encoding="utf-8")
    (tmp_path / "in").mkdir()
    for command in (
        ("rules", "compile", path, "--to", "sql"),
        ("portfolio", "score", tmp_path / "in", "-r", path, "-o", tmp_path / "out"),
    ):
        done = audit(*command, AUDIT_LANG="en")
        assert done.code == 4
        assert "R015 'amount' differs from 'Amount' by capitals only" in done.err


@pytest.mark.parametrize(
    "facts", ["a: {label: a, type: number}", "a: {label: B, type: number}\n  b: {label: A, type: number}"]
)
def test_a_label_may_be_its_own_name_or_differ_in_capitals(facts: str, tmp_path: Path) -> None:
    path = tmp_path / "names.yaml"
    path.write_text(RULES % facts, encoding="utf-8")
    Library().load(str(path))
