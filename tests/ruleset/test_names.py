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
