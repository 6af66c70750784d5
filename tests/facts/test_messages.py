"""What the messages about facts say: what is wrong, where, and what to type instead."""

from __future__ import annotations

import pytest

from engine.errors import FactsError, Problem, RulesetError, Text
from engine.facts.reading import read_facts
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.source import parse_source

TABLE = """\
ruleset: t
title: 试表
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  spent: {label: {zh: 本年支出, en: Spent}, type: money}
criteria:
  - id: use
    title: {zh: 使用, en: Use}
    points: 6
    deductions:
      - {id: much, when: spent > 100, deduct: 1, waivable: true, because: 多}
    explain:
      - {id: why, when: spent > 100, because: 请说明}
  - id: judged
    title: {zh: 评审, en: Judged}
    points: 4
    judged: {at_most: 4}
"""
FACTS = """\
department: 甲局
year: 2024
facts:
  spent: 120
judgements:
  judged: {deduct: 0, by: 乙, reason: 好}
"""


@pytest.fixture(scope="module")
def table() -> Ruleset:
    return build_ruleset(parse_source(TABLE.encode(), "t.yaml", FactsError))


def problems(table: Ruleset, text: str) -> tuple[Problem, ...]:
    with pytest.raises(FactsError) as caught:
        read_facts(parse_source(text.encode(), "f.yaml", FactsError), table)
    return caught.value.problems


def told(table: Ruleset, text: str) -> list[str]:
    return [line for one in problems(table, text) for line in (one.render("zh"), one.render("en"))]


@pytest.mark.parametrize(
    "year", ["2024年", "“2024”", "２０２４", "２０２４年度", "2024 年", "2024.0", "二〇二四年"]
)
def test_a_year_that_is_more_than_its_digits(table: Ruleset, year: str) -> None:
    assert told(table, FACTS.replace("2024", year)) == [
        f"f.yaml:2:7: F011 year：年度{'「“2024”」' if '“' in year else f'“{year}”'}不只是半角数字（处理：只写 2024）",
        f"f.yaml:2:7: F011 year: the year '{year}' is not plain digits only (fix: write 2024 only)",
    ]


@pytest.mark.parametrize("year", ["2023", "2023年", "２０２３", "24", "2024年预算", "2024-2025"])
def test_another_year(table: Ruleset, year: str) -> None:
    assert told(table, FACTS.replace("2024", year))[1].endswith(
        "(fix: correct the year, or use that year's ruleset)"
    )


@pytest.mark.parametrize(
    ("written", "fix"), [("2024年", "write 2024 only"), ("２０２４", "write 2024, in plain digits")]
)
def test_a_year_of_a_ruleset_that_is_more_than_its_digits(written: str, fix: str) -> None:
    with pytest.raises(RulesetError) as caught:
        build_ruleset(parse_source(TABLE.replace("2024", written).encode(), "t.yaml", RulesetError))
    (problem,) = caught.value.problems
    assert problem.render("en") == f"t.yaml:3:7: R003 a whole number is wanted here (fix: {fix})"


SECTIONS = "department, year, ruleset, facts, evidence, claimed, judgements, waivers, explanations"
WAIVER = "rule, record, reason, evidence"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("waivers: [{rule: much, reason: x, reasn: y}]", f"did you mean 'reason'? (here may stand {WAIVER})"),
        ("waivers: [{rule: much, reason: x, zzz: y}]", f"here may stand {WAIVER}"),
        ("waivers: [{rule: zzz, reason: x}]", "here may stand much"),
        ("explanations: {whi: x}", "did you mean 'why'?"),
        ("explanations: {zzz: x}", "here may stand why"),
        ("claimed: {zzz: 1}", "here may stand total, use, judged"),
        ("evidence: {zzz: x}", "here may stand spent"),
        ("evidence: {spent: {source: x, sorce: y}}", "did you mean 'source'? (here may stand source, page, status, note)"),
        ("zzz: 1", f"here may stand {SECTIONS}"),
        ("judgments: 1", f"did you mean 'judgements'? (here may stand {SECTIONS})"),
    ],
)  # fmt: skip
def test_a_name_that_is_none_is_answered_with_those_that_are(table: Ruleset, line: str, said: str) -> None:
    (problem,) = problems(table, FACTS + line + "\n")
    assert problem.code == "F002"
    assert problem.render("en").endswith(f"(fix: {said})")


def test_names_of_a_judgement(table: Ruleset) -> None:
    (problem,) = problems(table, FACTS.replace("reason: 好", "reason: 好, deducted: 1"))
    assert problem.render("zh") == (
        "f.yaml:6:41: F002 judgements.judged.deducted：不认识的键“deducted”"
        "（处理：是否应为“deduct”？（这里可以写 deduct、by、reason））"
    )


def test_a_mapping_where_a_text_is_wanted(table: Ruleset) -> None:
    assert told(table, FACTS + "explanations: {why: {text: x}}\n") == [
        "f.yaml:7:21: F005 explanations.why：why 应为文字",
        "f.yaml:7:21: F005 explanations.why: 'why' is a text",
    ]


@pytest.mark.parametrize(
    ("facts", "zh", "en"),
    [
        (
            FACTS.replace("  spent: 120", "  spent: 120\n  本年支出: 121"),
            "f.yaml:5:3: F004 本年支出：“本年支出”与“spent”是同一项：本年支出（第 4 行已有）（处理：删去一个）",
            "f.yaml:5:3: F004 本年支出: '本年支出' and 'spent' are one and the same: Spent (first in line 4) (fix: remove one)",
        ),
        (
            FACTS + "claimed:\n  use: 5\n  使用: 6\n",
            "f.yaml:9:3: F004 claimed.使用：“使用”与“use”是同一指标：使用（第 8 行已有）（处理：删去一个）",
            "f.yaml:9:3: F004 claimed.使用: '使用' and 'use' are the same criterion: Use (first in line 8) (fix: remove one)",
        ),
        (
            FACTS + "  评审: {deduct: 1, by: 丙, reason: 坏}\n",
            "f.yaml:7:3: F004 judgements.评审：“评审”与“judged”是同一指标：评审（第 6 行已有）（处理：删去一个）",
            "f.yaml:7:3: F004 judgements.评审: '评审' and 'judged' are the same criterion: Judged (first in line 6) (fix: remove one)",
        ),
        (
            FACTS + "waivers:\n- {rule: much, reason: x}\n- {rule: much, reason: y}\n",
            "f.yaml:9:3: F006 waivers[2]：同一豁免写了两次：much（第 8 行已有）（处理：删去一个）",
            "f.yaml:9:3: F006 waivers[2]: the same waiver is here twice: much (first in line 8) (fix: remove one)",
        ),
    ],
)  # fmt: skip
def test_what_is_stated_twice_is_told_with_the_first(table: Ruleset, facts: str, zh: str, en: str) -> None:
    assert told(table, facts) == [zh, en]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{id: why,", "{id: much,", "R040 the rule id 'much' is used twice (first in line 13)"),
        ("- id: judged", "- id: use", "R040 the criterion id 'use' is used twice (first in line 9)"),
        (
            "criteria:",
            "parameters: {spent: {label: x, type: money, value: 1}}\ncriteria:",
            "R050 the name 'spent' is used elsewhere already (first in line 7)",
        ),
    ],
)
def test_what_a_ruleset_names_twice_is_told_with_the_first(old: str, new: str, said: str) -> None:
    with pytest.raises(RulesetError) as caught:
        build_ruleset(parse_source(TABLE.replace(old, new).encode(), "t.yaml", RulesetError))
    assert said in caught.value.render("en")


@pytest.mark.parametrize(
    ("value", "zh", "bare"),
    [
        ("“120”", "「“120”」", "120"),
        ("“120", "「“120」", "120"),
        ("120”", "「120”」", "120"),
        ("「120」", "“「120」”", "120"),
        ("’120’", "“’120’”", "120"),
    ],
)
def test_a_value_in_quotation_marks(table: Ruleset, value: str, zh: str, bare: str) -> None:
    assert told(table, FACTS.replace("spent: 120", f"spent: {value}")) == [
        f"f.yaml:4:10: F007 spent：本年支出：{zh}带有引号（处理：写 {bare}，不加引号）",
        f"f.yaml:4:10: F007 spent: '{value}' has quotation marks in it (fix: write {bare}, without them)",
    ]


def test_what_has_chinese_quotes_in_it_stands_in_others() -> None:
    def shown(zh: str) -> str:
        return Problem("F000", Text(zh, "")).render("zh").removeprefix("F000 ")

    assert shown("没有名为““甲””的事实") == "没有名为「“甲”」的事实"
    assert shown("部门“省“十四五”办”有误") == "部门「省“十四五”办」有误"
    assert shown("“甲”与“乙”相同") == "“甲”与“乙”相同"
    assert shown("没有“甲”") == "没有“甲”"
