"""A ruleset that is not found under the name given: what is told to be typed instead, typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.command import audit

TABLE = """\
ruleset: t
title: 试表
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  spent: {label: 本年支出, type: money}
criteria:
  - {id: a, title: 支出, points: 10}
"""
FACTS = "department: 甲局\nyear: 2024\nruleset: {}\nfacts: {{spent: 120}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("t.yaml", "t.txt", "规则.yaml", "my table.yaml"):
        (tmp_path / name).write_text(TABLE, encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(FACTS.format("t"), encoding="utf-8")
    return tmp_path


def fix_of(told: str) -> str:
    found = re.search(r"\(fix: (.*)\)$", told.strip().splitlines()[-1])
    assert found, told
    return found[1]


@pytest.mark.parametrize(
    ("given", "fix", "typed"),
    [
        ("t", "it lies in the folder .: add --rulesets . after 'audit', or write t.yaml", "t.yaml"),
        ("t.txt", "write ./t.txt", "./t.txt"),
        ("t.yml", "did you mean t.yaml?", "t.yaml"),
        ("规则", "write '规则.yaml'", "'规则.yaml'"),
        ("my table", "write 'my table.yaml'", "'my table.yaml'"),
    ],
)
def test_a_file_given_by_a_name_that_is_none(folder: Path, given: str, fix: str, typed: str) -> None:
    lost = audit("--lang", "en", "score", "facts.yaml", "-r", given, cwd=folder)
    assert (lost.code, fix_of(lost.err)) == (4, fix)
    assert audit("score", "facts.yaml", "-r", *shlex.split(typed), cwd=folder).code == 0


@pytest.mark.parametrize("named", ["t", "t.yaml", "./t.yaml"])
def test_a_file_that_facts_name_is_given_to_the_command(folder: Path, named: str) -> None:
    (folder / "facts.yaml").write_text(FACTS.format(named), encoding="utf-8")
    lost = audit("--lang", "en", "score", "facts.yaml", cwd=folder)
    assert (lost.code, fix_of(lost.err).endswith("add -r t.yaml to the command")) == (4, True)
    assert "在命令里加 -r t.yaml" in audit("--lang", "zh", "score", "facts.yaml", cwd=folder).err
    assert audit("score", "facts.yaml", "-r", "t.yaml", cwd=folder).code == 0


def test_what_is_extended_is_named_by_its_id(folder: Path) -> None:
    (folder / "new.yaml").write_text("ruleset: new\nextends: t.yaml\n", encoding="utf-8")
    lost = audit("--lang", "en", "score", "facts.yaml", "-r", "new.yaml", cwd=folder)
    assert (lost.code, fix_of(lost.err)) == (4, "write an id, such as t")


def test_nothing_near_is_told_with_where_to_look(folder: Path) -> None:
    for given in ("nowhere", "nowhere.yaml"):
        lost = audit("--lang", "en", "template", given, "-o", "x.xlsx", cwd=folder)
        assert (lost.code, fix_of(lost.err)) == (4, "'audit rules list' names those at hand")
    in_capitals = audit("--lang", "en", "template", "Guangdong/2024", "-o", "x.xlsx", cwd=folder)
    assert fix_of(in_capitals.err).startswith("write 'guangdong/2024'")
