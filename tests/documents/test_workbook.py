"""The workbook that departments fill in: what is written is what is read, and what is wrong is told by its cell."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.documents.workbook.cells import cell_of, text_of
from engine.documents.workbook.filling import empty_filling, filling_of
from engine.documents.workbook.layout import layout_of
from engine.documents.workbook.opening import read_workbook
from engine.documents.workbook.reading import read_workbook_facts
from engine.documents.workbook.sheets import FIRST_ROW, LABEL_ROW, NAME_ROW
from engine.documents.workbook.template import template
from engine.errors import FactsError, Language
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.language.literals import parse_value
from engine.language.numbers import Rational, format_exact, parse_number
from engine.language.terms import Kind, Type
from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.source import Node, parse_source, read_source
from engine.testing.strategies import departments
from tests.command import GOLDEN, ROOT, audit

LIBRARY = Library()
SHIPPED = sorted(
    path.relative_to(ROOT / "rulesets").with_suffix("").as_posix() for path in ROOT.glob("rulesets/*/*.yaml")
)
RULESETS = {name: LIBRARY.load(name) for name in SHIPPED}
GUANGDONG = RULESETS["guangdong/2024"]


def written_and_read(root: Node, ruleset: Ruleset, folder: Path, language: Language = "zh") -> Facts:
    path = folder / "facts.xlsx"
    path.write_bytes(template(ruleset, filling_of(root, ruleset), language))
    return read_workbook_facts(read_workbook(path), ruleset)


def stated(facts: Facts) -> Mapping[str, Any]:
    """Everything a facts file says, without where it said it."""
    return {
        "department": facts.department, "year": facts.year, "ruleset": facts.ruleset, "slots": facts.slots,
        "claimed": facts.claimed, "judgements": facts.judgements, "waivers": facts.waivers,
        "explanations": facts.explanations, "evidence": facts.evidence,
    }  # fmt: skip


def document(value: Mapping[str, Any]) -> Node:
    return parse_source(json.dumps(value).encode(), "facts.json", FactsError)


LANGUAGES: tuple[Language, ...] = ("zh", "en")


# Round trips


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_facts_through_a_workbook_are_the_same(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ruleset = RULESETS[name]
    root = document(data.draw(departments(ruleset)))
    folder = tmp_path_factory.mktemp("book")
    language = data.draw(st.sampled_from(LANGUAGES))
    assert stated(written_and_read(root, ruleset, folder, language)) == stated(read_facts(root, ruleset))


@pytest.mark.parametrize("path", sorted(ROOT.glob("fixtures/*.yaml")), ids=lambda path: path.stem)
def test_fixtures_through_a_workbook_are_the_same(path: Path, tmp_path: Path) -> None:
    root = read_source(path, FactsError)
    named = re.search(r"^ruleset: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert named is not None
    ruleset = RULESETS[named[1]]
    assert stated(written_and_read(root, ruleset, tmp_path)) == stated(read_facts(root, ruleset))


ODD_TEXTS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "null", "~", "true", "0.10", "1E5", "2024-03-04", "#N/A", "_x0041_",
    "'quoted", "a\nb", "http://example.org", "<b>&amp;</b>", "𠮷野家", "{=A1}", "  spaced  ", "a" * 2000, "100%",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_texts_stay_what_they_are(text: str, tmp_path: Path) -> None:
    facts = json.loads(json.dumps(plain_golden()))
    if "\n" not in text and len(text) <= 200:  # as a name may be
        facts["department"] = text
        facts["facts"]["contracts"][0]["id"] = text
    facts["facts"]["contracts"][0]["name"] = text
    facts["evidence"] = {"contracts": {"source": text}, "as_of": {"source": text, "note": text}}
    root = document(facts)
    assert stated(written_and_read(root, GUANGDONG, tmp_path)) == stated(read_facts(root, GUANGDONG))


def plain_golden() -> Any:
    from engine.source import plain

    return plain(read_source(GOLDEN, FactsError))


MONEY, DATE = Type(Kind.MONEY), Type(Kind.DATE)


@settings(max_examples=400, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=None))
@example(Decimal("0.1"))
@example(Decimal("0.30000000000000004"))
@example(Decimal("123456789012345.67"))
@example(Decimal("0.00001"))
def test_an_amount_in_a_cell_is_the_amount(amount: Decimal) -> None:
    text = f"{amount:f}"
    if len(text.replace("-", "").replace(".", "")) > 30:
        return
    cell = cell_of(text, MONEY)
    read, doubt = text_of(cell)
    assert parse_number(read) == parse_number(text)
    assert doubt is None


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_day_in_a_cell_is_the_day(day: date) -> None:
    cell = cell_of(day.isoformat(), DATE)
    assert parse_value(text_of(cell)[0], DATE) == day
    assert text_of(datetime.combine(day, time()))[0] == day.isoformat()


def test_numbers_typed_in_a_spreadsheet_are_read_as_typed() -> None:
    for typed in ("0.1", "0.2", "3108.53", "24066.41", "1234567890123.45", "0.07"):
        assert text_of(float(typed)) == (typed, None)
    text, doubt = text_of(0.1 + 0.2)
    assert text == "0.30000000000000004"
    assert doubt is not None
    assert "17 digits" in doubt.en


# The command


def test_a_filled_in_workbook_scores_like_the_facts_file(tmp_path: Path) -> None:
    book = tmp_path / "facts.xlsx"
    assert audit("template", "guangdong/2024", "-o", book, "--from", GOLDEN).code == 0
    from_yaml, from_book = (json.loads(audit("score", one, "-f", "json").out) for one in (GOLDEN, book))
    assert from_book["total"] == "97.41"
    for key in ("total", "grade", "criteria", "ledger", "open_points", "rules", "warnings"):
        assert from_book[key] == from_yaml[key]
    assert audit("score", book).out == audit("score", GOLDEN).out
    assert "late_filing" in audit("explain", book, "contract_filing").out


def test_an_empty_form_names_every_missing_cell(tmp_path: Path) -> None:
    book = tmp_path / "facts.xlsx"
    audit("template", "guangdong/2024", "-o", book)
    run = audit("score", book)
    assert run.code == 3
    assert f"{book}:说明!B4: F001 department" in run.err
    assert f"{book}:基本事实!F7: F001 all_funds.opening" in run.err
    assert f"{book}:政府采购合同!D1: D011 contracts" in run.err
    required = [fact for fact in GUANGDONG.schema.scalars() if not fact.optional]
    assert run.err.count("F001") == len(required) + 1
    assert run.err.count("D011") == len(GUANGDONG.schema.lists)


@cache
def golden_book() -> bytes:
    return template(GUANGDONG, filling_of(read_source(GOLDEN, FactsError), GUANGDONG), "zh")


def edited(tmp_path: Path, *cells: tuple[str, str, object]) -> Path:
    """The golden workbook, as a spreadsheet program saves it after these cells were changed."""
    book = openpyxl.load_workbook(io.BytesIO(golden_book()))
    for sheet, cell, value in cells:
        book[sheet][cell] = value
    path = tmp_path / "edited.xlsx"
    book.save(path)
    return path


CASES: dict[str, tuple[list[tuple[str, str, object]], list[str]]] = {
    "a separator out of place": ([("基本事实", "F7", "31,08.53")], ["基本事实!F7: F007 all_funds.opening"]),
    "a date that is text": ([("政府采购合同", "D5", "六月二十日")], ["政府采购合同!D5: F007 contracts[HT-2024-07].signed"]),
    "a day before the month is told apart": ([("政府采购合同", "D5", "06/20/2024")], ["政府采购合同!D5: F007", "四位数的年份"]),
    "an amount in another unit": ([("基本事实", "F7", "31,085,300.00元")], ["基本事实!F7: F007 all_funds.opening", "单位是元"]),
    "a sign of currency": ([("基本事实", "F7", "¥3108.53")], ["基本事实!F7: F007", "货币符号"]),
    "an amount in brackets": ([("基本事实", "F7", "(3108.53)")], ["基本事实!F7: F007", "括号"]),
    "a dash": ([("基本事实", "F7", "-")], ["基本事实!F7: F007", "为零就写 0"]),
    "binary dust as text": ([("基本事实", "F7", "3108.5300000000001")], ["基本事实!F7: F007", "二进制"]),
    "a date that is a number": ([("政府采购合同", "D5", "45463")], ["政府采购合同!D5: F007"]),
    "a time of day": ([("政府采购合同", "D5", datetime.combine(date(2024, 6, 20), time(9, 30)))], ["政府采购合同!D5: F007"]),
    "a bound": ([("基本事实", "F8", -5)], ["基本事实!F8: F008 all_funds.income"]),
    "no choice": ([("产出指标", "D4", "sideways")], ["产出指标!D4: F007"]),
    "a key twice": ([("政府采购合同", "A5", "HT-2024-03")], ["政府采购合同!A5: F006"]),
    "a required cell empty": ([("政府采购合同", "C5", None)], ["政府采购合同!C5: F001 contracts[HT-2024-07].awarded"]),
    "binary dust": ([("基本事实", "F7", 3108.53 + 1e-12)], ["基本事实!F7: D013"]),
    "an error value": ([("基本事实", "F7", "#REF!")], ["基本事实!F7: D035 all_funds.opening"]),
    "another year": ([("说明", "B5", 2023)], ["说明!B5: F011 year"]),
    "none, and records": ([("政府采购合同", "D1", "无")], ["政府采购合同!D1: D012 contracts"]),
    "something else than none": ([("资金使用违规事项", "D1", "没有")], ["资金使用违规事项!D1: D012 incidents"]),
    "an unknown column": ([("政府采购合同", "D3", "sined")], ["政府采购合同!D3: D015", "signed"]),
    "a column's name gone": ([("政府采购合同", "C3", None)], ["政府采购合同!A3: D015", "awarded"]),
    "an unknown row": ([("基本事实", "C7", "all_funds.openin")], ["基本事实!C7: D016", "all_funds.opening"]),
    "a row twice": ([("基本事实", "C8", "all_funds.opening")], ["基本事实!C8: D016"]),
    "an unknown waived rule": ([("豁免", "A4", "late"), ("豁免", "C4", "x")], ["豁免!A4: F002 waivers[1]"]),
    "evidence of nothing": ([("依据", "B40", "某文件")], ["依据!A40: D017"]),
    "evidence of an unknown fact": ([("依据", "A40", "nothing"), ("依据", "B40", "某")], ["依据!B40: F002"]),
    "a claim that is no number": ([("自评得分", "D5", "五十")], ["自评得分!D5: F007 claimed.efficacy"]),
    "an identity": ([("基本事实", "F7", 3200)], ["基本事实!F7: F020 all_funds_balance"]),
}  # fmt: skip


PEOPLE_WRITE: list[tuple[str, str, object]] = [
    ("政府采购合同", "D4", "2024/4/25"), ("政府采购合同", "D5", "2024年6月20日"), ("政府采购合同", "D6", "２０２４／９／１２"),
    ("政府采购合同", "D7", "2024.10.25"), ("政府采购合同", "E4", "20240430"), ("政府采购合同", "E5", "2024-7-2 0:00"),
    ("基本事实", "F7", "３，１０８．５３"), ("基本事实", "F8", "25,681.19 万元"), ("自评得分", "D5", "50分"),
    ("基本事实", "J8", " "), ("基本事实", "J4", "　"), ("基本事实", "F9", "０"),
]  # fmt: skip


def test_what_people_write_is_read_counted_and_told(tmp_path: Path) -> None:
    """Six ways to write a date, wide digits, units: the score of the facts file, and a line for each column and way."""
    path = edited(tmp_path, *PEOPLE_WRITE)
    from_yaml, from_book = (json.loads(audit("score", one, "-f", "json").out) for one in (GOLDEN, path))
    for key in ("total", "grade", "criteria", "ledger", "rules"):
        assert from_book[key] == from_yaml[key]
    told = {
        (one["place"], one["message"]["zh"])
        for one in from_book["facts"]["notes"]
        if one["code"] == "F014" and "选项的名称" not in one["message"]["zh"]
    }
    assert told == {
        ("基本事实!F7", "总收支（决算数）.年初结转和结余：1 格有全角数字或符号，如“３，１０８．５３”，按“3,108.53”读"),
        ("基本事实!F8", "总收支（决算数）.本年收入：1 格写有本栏的单位，如“25,681.19 万元”，按“25,681.19”读"),
        ("基本事实!F9", "总收支（决算数）.使用非财政拨款结余：1 格有全角数字或符号，如“０”，按“0”读"),
        ("政府采购合同!D4", "政府采购合同.合同签订日期：2 格日期用斜线隔开，如“2024/4/25”，按“2024-04-25”读"),
        ("政府采购合同!D5", "政府采购合同.合同签订日期：1 格日期写成年月日，如“2024年6月20日”，按“2024-06-20”读"),
        ("政府采购合同!D6", "政府采购合同.合同签订日期：1 格有全角数字或符号，如“２０２４／９／１２”，按“2024-09-12”读"),
        ("政府采购合同!D7", "政府采购合同.合同签订日期：1 格日期用点隔开，如“2024.10.25”，按“2024-10-25”读"),
        ("政府采购合同!E4", "政府采购合同.备案日期：1 格日期写成八位数字，如“20240430”，按“2024-04-30”读"),
        ("政府采购合同!E5", "政府采购合同.备案日期：1 格日期的月、日没有补零，如“2024-7-2 0:00”，按“2024-07-02”读"),
        ("政府采购合同!E5", "政府采购合同.备案日期：1 格日期带有零点，如“2024-7-2 0:00”，按“2024-07-02”读"),
        ("自评得分!D5", "自评得分：1 格写有本栏的单位，如“50分”，按“50”读"),
    }  # fmt: skip
    assert {one["place"] for one in from_book["facts"]["notes"] if one["code"] == "D050"} == {"基本事实!J4"}
    run = audit("score", path)
    assert all(f"警告：{path}:{place}: F014 {message}" in run.err for place, message in told)
    record = tmp_path / "result.json"
    audit("score", path, "-f", "json", "-o", record)
    assert audit("verify", record).code == 0


def test_a_blank_in_an_optional_cell_is_an_empty_cell(tmp_path: Path) -> None:
    path = edited(
        tmp_path, ("政府采购合同", "E4", " "), ("政府采购合同", "A9", "　"), ("基本事实", "F7", "  ")
    )
    run = audit("score", path)
    assert run.code == 3
    assert f"{path}:基本事实!F7: F001 all_funds.opening" in run.err
    assert run.err.count("错误") == 1, run.err
    path = edited(tmp_path, ("政府采购合同", "E4", " "), ("政府采购合同", "A9", "　"))
    facts = read_workbook_facts(read_workbook(path), GUANGDONG)
    contracts = GUANGDONG.schema.lists["contracts"]
    assert facts.slots[contracts.records.slot][0][contracts.fields["filed"].place] is None
    assert [(one.code, one.where.cell) for one in facts.notes if one.where and one.code != "F014"] == [
        ("D050", "政府采购合同!E4"), ("D050", "政府采购合同!A9"),
    ]  # fmt: skip


@pytest.mark.parametrize(("language", "label"), [("zh", "反向"), ("en", "negative")])
def test_options_are_shown_and_read_by_their_labels(language: Language, label: str, tmp_path: Path) -> None:
    facts = plain_golden()
    facts["evidence"] = {}
    facts["facts"]["outputs"] = [
        {"id": "A", "direction": "positive", "weight": "1", "target": "1", "actual": "1"},
        {"id": "B", "direction": "negative", "weight": "1", "target": "1", "actual": "1"},
    ]
    root = document(facts)
    book = openpyxl.load_workbook(io.BytesIO(template(GUANGDONG, filling_of(root, GUANGDONG), language)))
    outputs = next(one for one in layout_of(GUANGDONG) if one.key == "facts.outputs")
    sheet = book[outputs.name.in_language(language)]
    assert sheet["D5"].value == label
    shown = [one.formula1 for one in sheet.data_validations.dataValidation if "D4" in str(one.sqref)]
    assert shown == ['"正向,反向"' if language == "zh" else '"positive,negative"']
    read = written_and_read(root, GUANGDONG, tmp_path, language)
    assert stated(read) == stated(read_facts(root, GUANGDONG))
    told = [one.message.zh for one in read.notes if one.code == "F014"]
    assert ("产出指标.指标方向：2 格写选项的名称，如“正向”，按“positive”读" in told) == (language == "zh")


def test_a_facts_file_states_options_and_no_labels() -> None:
    facts = plain_golden()
    facts["facts"]["outputs"][0]["direction"] = "正向"
    with pytest.raises(FactsError) as caught:
        read_facts(document(facts), GUANGDONG)
    (problem,) = caught.value.problems
    assert (problem.code, problem.fix.zh if problem.fix else "") == ("F007", "写 positive")


def test_a_waiver_may_name_its_rule_by_the_criterion(tmp_path: Path) -> None:
    """Where one rule of it can be waived; else the message says which rules there are."""
    waiver = [("豁免", "B4", "HT-2024-07"), ("豁免", "C4", "停机")]
    path = edited(tmp_path, ("豁免", "A4", "合同备案时效"), *waiver)
    facts = read_workbook_facts(read_workbook(path), GUANGDONG)
    assert list(facts.waivers) == [("late_filing", "HT-2024-07")]
    assert facts.document["waivers"][0]["rule"] == "late_filing"
    assert [one.where.cell for one in facts.notes if one.where and "代替规则" in one.message.zh] == [
        "豁免!A4"
    ]
    rules = [rule for rule in GUANGDONG.rules if rule.waivable]
    run = audit("score", edited(tmp_path, ("豁免", "A4", "管理效率"), *waiver))
    assert run.code == 3
    assert "豁免!A4: F002 waivers[1]：没有规则“管理效率”（处理：写规则的 id：" in run.err
    assert all(rule.id in run.err for rule in rules if rule.criterion.id == "contract_filing")
    assert (
        "是否应为“合同备案时效”"
        in audit("score", edited(tmp_path, ("豁免", "A4", "合同备案时限"), *waiver)).err
    )


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_told_by_its_cell(name: str, tmp_path: Path) -> None:
    cells, told = CASES[name]
    path = edited(tmp_path, *cells)
    with pytest.raises(FactsError) as caught:
        read_workbook_facts(read_workbook(path), GUANGDONG)
    rendered = caught.value.render("zh")
    for one in told:
        assert one in rendered, rendered


def test_problems_come_sheet_by_sheet_and_all_at_once(tmp_path: Path) -> None:
    path = edited(
        tmp_path,
        ("政府采购合同", "D5", "x"),
        ("基本事实", "F17", "x"),
        ("基本事实", "F7", "x"),
        ("说明", "B5", 1),
    )
    with pytest.raises(FactsError) as caught:
        read_workbook_facts(read_workbook(path), GUANGDONG)
    assert [problem.where.cell for problem in caught.value.problems if problem.where] == [
        "说明!B5", "基本事实!F7", "基本事实!F17", "政府采购合同!D5",
    ]  # fmt: skip


def test_a_missing_sheet_is_named(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(edited(tmp_path))
    del book["政府采购合同"], book["说明"]
    book.save(tmp_path / "cut.xlsx")
    run = audit("score", tmp_path / "cut.xlsx", "--ruleset", "guangdong/2024")
    assert run.code == 3
    assert "D010 没有工作表“政府采购合同”" in run.err
    assert "D010 没有工作表“说明”" in run.err


def test_columns_may_be_moved_and_the_users_own_added(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(edited(tmp_path))
    sheet = book["政府采购合同"]
    sheet.move_range("D2:D8", rows=0, cols=6)
    sheet["K2"], sheet["K4"] = "经办人", "张三"
    book.save(tmp_path / "moved.xlsx")
    moved = read_workbook_facts(read_workbook(tmp_path / "moved.xlsx"), GUANGDONG)
    assert moved.slots == read_facts(read_source(GOLDEN, FactsError), GUANGDONG).slots


def test_records_are_none_only_where_that_is_stated(tmp_path: Path) -> None:
    cells = [("政府采购合同", f"{column}{row}", None) for column in "ABCDEFG" for row in range(4, 8)]
    with pytest.raises(FactsError, match="D011"):
        read_workbook_facts(read_workbook(edited(tmp_path, *cells)), GUANGDONG)
    path = edited(tmp_path, *cells, ("政府采购合同", "D1", "无"), *[
        ("依据", f"{column}{row}", None) for row in range(4, 40) for column in "ABCDE"
    ])  # fmt: skip
    facts = read_workbook_facts(read_workbook(path), GUANGDONG)
    assert facts.slots[GUANGDONG.schema.lists["contracts"].records.slot] == ()


def test_a_partial_facts_file_fills_in_what_it_has(tmp_path: Path) -> None:
    partial = tmp_path / "partial.yaml"
    partial.write_text(
        "facts:\n  一般公共预算财政拨款收支（决算数）: {本年支出: '24,066.38'}\nclaimed: {管理效率: 47.41}\n"
    )
    path = tmp_path / "facts.xlsx"
    assert audit("template", "guangdong/2024", "-o", path, "--from", partial).code == 0
    sheet = openpyxl.load_workbook(path)["基本事实"]
    values = {row[2].value: row[5].value for row in sheet.iter_rows(min_row=FIRST_ROW)}
    assert values["general_budget.spent"] == 24066.38
    assert values["general_budget.income"] is None
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("facts: {genral_budget: {}}\n")
    run = audit("template", "guangdong/2024", "-o", tmp_path / "no.xlsx", "--from", wrong)
    assert run.code == 3
    assert "general_budget" in run.err
    assert not (tmp_path / "no.xlsx").exists()


# The form itself


@pytest.mark.parametrize("name", SHIPPED)
def test_the_form_guides_and_guards(name: str) -> None:
    ruleset = RULESETS[name]
    book = openpyxl.load_workbook(io.BytesIO(template(ruleset, empty_filling(ruleset), "zh")))
    layouts = layout_of(ruleset)
    assert book.sheetnames == [layout.name.zh for layout in layouts]
    for layout in layouts:
        sheet = book[layout.name.zh]
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert sheet.freeze_panes is not None
        validated = " ".join(str(one.sqref) for one in sheet.data_validations.dataValidation)
        for place, column in enumerate(layout.columns, 1):
            label, named = sheet.cell(LABEL_ROW, place), sheet.cell(NAME_ROW, place)
            assert label.protection.locked
            assert named.protection.locked
            assert named.value == column.name
            assert sheet.cell(FIRST_ROW, place).protection.locked or column.open
            if column.open and layout.rows:
                assert not sheet.cell(FIRST_ROW, place).protection.locked
            if column.fact is not None and column.fact.type.kind != Kind.TEXT:
                assert f"{label.column_letter}4" in validated
            if column.fact is not None and column.fact.type.kind in (Kind.DATE, Kind.MONEY):
                assert label.comment is not None
        for at, row in enumerate(layout.rows, FIRST_ROW):
            if row.fact is not None and row.fact.type.kind != Kind.TEXT:
                assert re.search(rf"\b[A-Z]{at}\b", validated)


def test_texts_are_never_formulas_or_links(tmp_path: Path) -> None:
    facts = plain_golden()
    facts["department"] = '=HYPERLINK("http://example.org")'
    facts["facts"]["contracts"][0]["name"] = "http://example.org"
    root = document(facts)
    book = openpyxl.load_workbook(io.BytesIO(template(GUANGDONG, filling_of(root, GUANGDONG), "zh")))
    cell = book["说明"]["B4"]
    assert cell.value == facts["department"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert all(
        one.hyperlink is None and one.data_type != "f" for sheet in book for row in sheet for one in row
    )


def test_the_same_form_is_the_same_file() -> None:
    made = [template(GUANGDONG, empty_filling(GUANGDONG), "zh") for _ in range(2)]
    assert made[0] == made[1]


def test_sheet_names_are_allowed_and_unlike() -> None:
    for ruleset in RULESETS.values():
        for language in ("zh", "en"):
            names = [layout.name.in_language(language) for layout in layout_of(ruleset)]
            assert len({name.casefold() for name in names}) == len(names)
            assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)


def test_exact_rationals_survive() -> None:
    assert format_exact(Rational(1, 8)) == text_of(cell_of("0.125", MONEY))[0]
