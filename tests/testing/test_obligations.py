"""``audit rules test --obligations``: what no example shows is told, and generated examples show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RulesetError
from engine.ruleset.library import Library
from engine.source import read_source
from engine.testing.generating import FILE, HEAD, MARK, generate, missing_cases
from engine.testing.obligations import obligations_of
from tests.command import audit
from tests.testing.test_strategies import HEAD as TABLE

RULES = """
parameters:
  filing_days: {value: 7, type: days, label: 备案期限}
facts:
  as_of: {label: 基准日, type: date}
  spent: {label: 支出, type: money, at_least: 0}
  budget: {label: 预算, type: money, at_least: 0.01}
  contracts:
    label: 合同
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      signed: {label: 签订日期, type: date}
      filed: {label: 备案日期, type: date, optional: true}
measures:
  rate: {label: 执行率, value: spent / budget}
criteria:
  - id: filing
    title: 备案
    points: 6
    basis: {status: modelled}
    deductions:
      - {id: late, each: contracts, when: "given(filed) and workdays(signed, filed) > filing_days", deduct: 1, because: 迟}
      - {id: never, each: contracts, when: not given(filed), deduct: 2, because: 未备案}
  - id: execution
    title: 执行
    points: 4
    basis: {status: modelled}
    score:
      cases:
        - {when: rate >= 90%, earn: points}
        - {when: rate >= 60.5%, earn: 2}
        - {else: 0}
"""
BASE = """department: 甲
year: 2024
facts:
  as_of: 2024-12-31
  spent: 95
  budget: 100
  contracts:
    - {id: HT-1, signed: 2024-03-04, filed: 2024-03-06}
    - {id: HT-2, signed: 2024-03-05, filed: 2024-03-06}
"""
EXAMPLE = """
examples:
  - {name: all in time, base: office, expect: {total: 10}}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "office.yaml").write_text(BASE, encoding="utf-8")
    path = tmp_path / "table.yaml"
    path.write_text(TABLE + RULES + EXAMPLE, encoding="utf-8")
    return path


def test_what_no_example_shows_is_told_with_its_place(table: Path) -> None:
    run = audit("--lang", "en", "rules", "test", table, "--obligations")
    assert run.code == 1
    assert "cases of the rules: 14, 3 of them shown by examples" in run.out
    assert "✗ late just beyond its limit: workdays(signed, filed) > filing_days  (" in run.out
    assert "✗ execution_case_2 exactly on its limit: rate >= 60.5%" in run.out
    assert "✗ late stays silent" not in run.out
    assert (
        "✓ late stays silent  (" in audit("--lang", "en", "rules", "test", table, "--obligations", "-v").out
    )


def test_generated_examples_show_it_and_pass(table: Path) -> None:
    run = audit("--lang", "en", "rules", "test", table, "--obligations", "--write")
    assert run.code == 0, run.out
    written = table.parent / "table" / FILE
    text = written.read_text(encoding="utf-8")
    assert text.startswith(MARK)
    # Read by hand: Wednesday 2024-03-06 is the seventh working day after Monday 2024-02-26, and the eighth after Sunday.
    assert "contracts: [{id: HT-1, signed: 2024-02-25, filed: 2024-03-06}]" in text
    assert "contracts: [{id: HT-1, signed: 2024-02-26, filed: 2024-03-06}]" in text
    assert text.count("contracts: ") == text.count("contracts: [{id: HT-1, ")
    for rate, fired in (("90", "case_1"), ("60.5", "case_2")):
        assert f"given:\n      spent: {rate}\n    expect:\n      fired: [execution_{fired}]" in text
    after = audit("--lang", "en", "rules", "test", table, "--obligations")
    assert after.code == 0, after.out
    assert "cases of the rules: 14, 14 of them shown by examples" in after.out
    assert "0 failed" in after.out
    assert "R130" not in audit("--lang", "en", "rules", "check", table).out


def test_the_same_bytes_every_time_and_none_left_over(table: Path) -> None:
    written = table.parent / "table" / FILE
    audit("rules", "test", table, "--obligations", "--write")
    first = written.read_bytes()
    audit("rules", "test", table, "--obligations", "--write")
    assert written.read_bytes() == first
    assert [path.name for path in written.parent.iterdir() if path.name.startswith(".")] == []


def test_a_file_written_by_hand_is_left_alone(table: Path) -> None:
    written = table.parent / "table" / FILE
    written.write_text("examples: []\n", encoding="utf-8")
    run = audit("--lang", "en", "rules", "test", table, "--obligations", "--write")
    assert run.code == 2
    assert "was not generated, and is not overwritten" in run.err
    assert written.read_text(encoding="utf-8") == "examples: []\n"


def test_what_cannot_be_found_is_told_with_the_reason(table: Path) -> None:
    text = TABLE + RULES.replace("when: not given(filed)", 'when: "count(contracts) > 40"') + EXAMPLE
    table.write_text(text.replace('each: contracts, when: "count', 'when: "count'), encoding="utf-8")
    run = audit("--lang", "en", "rules", "test", table, "--obligations", "--write")
    assert run.code == 1
    assert "never exactly on its limit: count(contracts) > 40" in run.out
    assert "departments were tried, the nearest stood" in run.out
    assert (table.parent / "table" / FILE).read_text(encoding="utf-8").startswith(HEAD)


def test_without_a_base_all_facts_are_written_out(table: Path) -> None:
    table.write_text(TABLE + RULES, encoding="utf-8")
    (table.parent / "table" / "office.yaml").unlink()
    assert audit("rules", "test", table, "--obligations", "--write").code == 0
    assert audit("rules", "test", table, "--obligations").code == 0


def test_write_alone_makes_no_sense(table: Path) -> None:
    assert audit("rules", "test", table, "--write").code == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", [*Library().ids()])
def test_every_case_of_the_shipped_rulesets_is_shown_by_an_example(name: str) -> None:
    library = Library()
    ruleset = library.load(name)
    shown = missing_cases(ruleset, library.example_folder(ruleset))
    assert [(one.obligation.rule.id, one.obligation.title.en) for one in shown if one.example is None] == []


@pytest.mark.slow
def test_for_the_largest_ruleset_every_case_could_be_generated(tmp_path: Path) -> None:
    library = Library()
    ruleset = library.load("guangdong/2024")
    generated = generate(ruleset, library.example_folder(ruleset), [*obligations_of(ruleset)])
    assert not generated.not_found
    path = tmp_path / "generated.yaml"
    path.write_bytes(generated.content)
    assert len(read_source(path, RulesetError).get("examples").items) == generated.examples
