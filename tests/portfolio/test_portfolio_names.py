"""Names in tables: what the facts reader refuses is refused in columns, and totals are no departments."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import FactsError
from engine.facts.reading import read_facts
from engine.ruleset.library import Library
from engine.source import HIDDEN, NoFile, folded, tree_of
from tests.command import audit
from tests.portfolio.small import score, write_facts, write_rules, write_tables

pytest.importorskip("duckdb")

TOTALS = [
    "合计", "总计", "小计", "合 计", " 合　计 ", "全省合计", "（一）小计", "合计：", "合计:", "总 计", "总计（万元）",
    "小计（2个部门）", "合计(元)", "全省 合计 ( 万 元 )：", "小计（共2个（含本级））", "总计【万元】（审定）", "合计。", "“小计”",
    "合计*", "合　计（万元）——", "总计[1]、",
]  # fmt: skip
NO_TOTALS = [
    "国家统计局", "省审计厅", "合计算所", "计", "总会计师", "统计", "合计数据局", "省审计厅（万元）", "甲局（合计）", "合计（一）局",
    "合计（万元）处", "小计划（二）", "审计：",
]  # fmt: skip
NAMES = [
    *TOTALS, *NO_TOTALS, "甲\t局", "甲\n局", "甲\u200b局", "甲\u202e局", "甲\x1b[31m局", "甲\r\n局", "长" * 200, "长" * 201,
    "ＡＢ局", "A局", "甲（一）局", "甲(一)局", "Ⅱ局", "II局", "é局", "e\u0301局", "①局", "𠮷局", "甲\ufe00局", "甲…局", "ﾆ局",
]  # fmt: skip


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path)


def by_reader(rules: Path, department: str, keys: list[str]) -> set[str]:
    """The codes for which the facts reader refuses a department."""
    document = {
        "department": department, "year": "2024", "ruleset": "exec",
        "facts": {"budget": "100", "spent": "90", "contracts": [{"id": one} for one in keys]},
    }  # fmt: skip
    try:
        read_facts(tree_of(document, "d", NoFile), Library().load(str(rules)))
    except FactsError as error:
        return {one.code for one in error.problems}
    return set()


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def test_names_of_departments_are_refused_as_the_reader_refuses_them(tmp_path: Path, rules: Path) -> None:
    rows = "".join(f"{quoted(one)},100,90\n" for one in NAMES)
    found = score(
        write_tables(tmp_path / "in", main=f"department,budget,spent\n{rows}"), rules, tmp_path / "out"
    )
    wanted = {one.strip(): by_reader(rules, one, []) for one in NAMES}
    # A reader sees one department alone: those that look the same only the portfolio knows.
    looks = [folded(one) for one, codes in wanted.items() if not codes]
    alike = {one for one, codes in wanted.items() if not codes and looks.count(folded(one)) > 1}
    assert {"Ⅱ局", "II局", "甲（一）局", "甲(一)局"} <= alike
    assert set(found.totals) == {one for one, codes in wanted.items() if not codes} - alike
    assert len(found.rejects) == sum(len(codes) for codes in wanted.values()) + len(alike)
    assert {one["code"] for one in found.rejects} == {"F022", "F025", "F026", "F031", "S104"}
    assert {one["department"] for one in found.rejects if one["code"] == "F025"} == alike
    assert sum(one["code"] == "F022" for one in found.rejects) == len(TOTALS)
    assert {one.strip() for one in NO_TOTALS} <= set(found.totals)
    for path in (tmp_path / "out").iterdir():
        text = path.read_text(encoding="utf-8-sig")
        assert not [one for one in text if one != "\n" and any(a <= ord(one) <= b for a, b in HIDDEN)], path


def test_keys_of_records_are_refused_as_the_reader_refuses_them(tmp_path: Path, rules: Path) -> None:
    alike = [
        ["ＨＴ1", "HT1"],
        ["甲（1）", "甲(1)"],
        ["Ⅱ", "II"],
        ["é", "e\u0301"],
        ["a", "A"],
        ["１", "2"],
        ["x", "x"],
    ]
    keys = [*([one] for one in NAMES), *alike]
    departments = "".join(f"d{number},100,90\n" for number in range(len(keys)))
    rows = "".join(f"d{number},{quoted(key)},,\n" for number, some in enumerate(keys) for key in some)
    tables = {
        "main": f"department,budget,spent\n{departments}",
        "contracts": f"department,id,amount,late\n{rows}",
    }
    found = score(write_tables(tmp_path / "in", **tables), rules)
    for number, some in enumerate(keys):
        codes = {one["code"] for one in found.rejects if one["department"] == f"d{number}"}
        assert (some, codes) == (some, by_reader(rules, "甲局", some))
        assert (f"d{number}" in found.totals) is not bool(codes)


def test_rows_of_totals_are_told_with_their_lines(tmp_path: Path, rules: Path) -> None:
    source = write_tables(
        tmp_path / "in",
        main="department,budget,spent\n甲局,100,90\n小计,100,90\n乙局,100,80\n小 计,100,80\n小计,1,1\n合计,200,170\n",
        contracts="department,id,amount,late\n甲局,H1,1,3\n合计,,1,\n乙局,H2,1,1\n乙局,小计,1,\n",
    )
    found = score(source, rules)
    assert found.totals == {"甲局": "18.00"}
    told = [(one["department"], one["code"], one["fact"], one["place"]) for one in found.rejects]
    assert sorted(told, key=lambda one: one[3]) == [
        ("乙局", "F022", "contracts[小计]", "contracts.csv:5"),
        ("小计", "F022", "department", "main.csv:3"),
        ("小 计", "F022", "department", "main.csv:5"),
        ("小计", "F022", "department", "main.csv:6"),
        ("合计", "F022", "department", "main.csv:7"),
    ]


@pytest.mark.parametrize("nameless", ["", ",100,90\n"])
def test_records_under_an_empty_name_are_told_with_their_line(
    nameless: str, tmp_path: Path, rules: Path
) -> None:
    """As merged cells are saved: whether or not ``main`` has an empty name as well, they are nobody's."""
    source = write_tables(
        tmp_path / "in",
        main=f"department,budget,spent\n甲局,100,90\n{nameless}",
        contracts="department,id,amount,late\n甲局,H1,1,3\n,H2,1,3\n ,H3,1,3\n",
    )
    found = score(source, rules)
    (told,) = (one for one in found.rejects if one["place"].startswith("contracts"))
    assert (told["department"], told["code"], told["fact"]) == ("", "F001", "department")
    assert (told["place"], told["reason"]) == ("contracts.csv:3", "the department's name is empty (2 rows)")
    assert found.counts.orphans == 2


def test_no_text_has_what_nobody_sees(tmp_path: Path, rules: Path) -> None:
    source = write_tables(
        tmp_path / "in",
        main="department,budget,spent\n甲局,100,90\n乙局,100,90\n丙局,100,90\n",
        waivers="department,rule,record,reason,evidence\n甲局,late,H1,因\u200b故,\n乙局,late,H2,因故,文\u202e号\n丙局,late,H3,因故,\n",
        contracts="department,id,amount,late\n甲局,H1,1,3\n乙局,H2,1,3\n丙局,H3,1,3\n",
    )
    found = score(source, rules)
    assert found.totals == {"丙局": "19.00"}
    assert [(one["department"], one["code"]) for one in found.rejects] == [("乙局", "S104"), ("甲局", "S104")]


def test_a_facts_file_of_a_total_is_refused_by_every_command(tmp_path: Path, rules: Path) -> None:
    path = write_facts(tmp_path / "facts.yaml", "全省合计")
    done = audit("score", path, "-r", rules, AUDIT_LANG="en")
    assert done.code == 3
    assert "facts.yaml:1:13: F022 department: this is a row of totals" in done.err


def test_plain_characters_are_nothing_but_themselves() -> None:
    import unicodedata

    from engine.portfolio.characters import FULL_WIDTH, PLAIN

    for low, high in PLAIN:
        for code in range(low, high + 1):
            one = chr(code)
            if FULL_WIDTH[0] <= code <= FULL_WIDTH[1]:
                assert folded(one) == chr(code - 0xFEE0)
                continue
            assert folded(one) == one
            assert unicodedata.combining(one) == 0
            assert not any(a <= code <= b for a, b in HIDDEN)
