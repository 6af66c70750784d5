"""What a cell shows is what counts: formulas, formats, merges and hidden rows, told or refused by their cells."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from engine.documents.workbook.filling import filling_of
from engine.documents.workbook.opening import read_workbook
from engine.documents.workbook.reading import read_workbook_facts
from engine.documents.workbook.template import template
from engine.errors import FactsError
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.language.numbers import parse_ratio
from engine.ruleset.library import Library
from engine.source import parse_source
from tests.command import GOLDEN, audit
from tests.odd_workbooks import Book

HERE = Path(__file__).parent
RULESET = Library().load(str(HERE / "every_kind.yaml"))
"""One fact of every kind, a list of records, a waivable rule, a judged criterion."""

FACTS = {
    "department": "甲局", "year": 2024, "ruleset": "every-kind",
    "facts": {
        "number": 12, "count": 3, "day": "2024-03-04", "flag": True, "text": "说明", "ratio": "95%", "money": "1,234.56",
        "days": 7,
        "items": [
            {"id": "A1", "amount": "0.3", "share": "40%", "on": "2024-02-29", "ok": True, "note": "一"},
            {"id": "A2", "amount": "20", "share": "60%", "on": "2024-03-01", "ok": False, "note": "二"},
            {"id": "A3", "amount": "30", "share": "10%"},
        ],
        "others": [],
    },
    "judgements": {"judged": {"deduct": 1, "by": "李四", "reason": "略"}},
    "waivers": [{"rule": "refused", "record": "A2", "reason": "已补"}],
    "claimed": {"rest": 40},
}  # fmt: skip
ROOT = parse_source(json.dumps(FACTS, ensure_ascii=False).encode(), "facts.json", FactsError)


@cache
def form() -> bytes:
    return template(RULESET, filling_of(ROOT, RULESET), "zh")


def good() -> Book:
    """The form filled in, as a program leaves it that has computed everything."""
    return Book(form()).computed()


def read(book: Book, folder: Path) -> Facts:
    return read_workbook_facts(read_workbook(book.write(folder / "book.xlsx")), RULESET)


def refused(book: Book, folder: Path) -> list[str]:
    """Every problem, as its cell and its code."""
    with pytest.raises(FactsError) as caught:
        read(book, folder)
    return [f"{one.where.cell if one.where else ''} {one.code}" for one in caught.value.problems]


def told(book: Book, folder: Path) -> list[str]:
    """Every note of a workbook that is read all the same."""
    facts = read(book, folder)
    assert all(one.severity == "warning" for one in facts.notes)
    return [f"{one.where.cell if one.where else ''} {one.code}" for one in facts.notes]


def test_nothing_is_told_of_a_good_form(tmp_path: Path) -> None:
    facts = read(good(), tmp_path)
    assert facts.notes == ()
    assert facts.slots == read_facts(ROOT, RULESET).slots


# Where things stand on the form: F4 number, F5 count, F6 day, F7 flag, F8 text, F9 ratio, F10 money, F11 days;
# 项目: A id, B amount, C share, D on, E ok, F note, from row 4.


def emptied(book: Book, sheet: str, *cells: str) -> Book:
    for cell in cells:
        book.cell(sheet, cell, "")
    return book


REFUSED: dict[str, tuple[Callable[[Book], Book], list[str]]] = {
    "a formula without a value": (lambda book: book.formula("基本事实", "F10"), ["基本事实!F10 D032"]),
    "an empty value": (lambda book: book.formula("基本事实", "F10", "<f>1+1</f><v></v>"), ["基本事实!F10 D032"]),
    "of a text": (lambda book: book.formula("基本事实", "F8"), ["基本事实!F8 D032"]),
    "of a claim": (lambda book: book.formula("自评得分", "D4"), ["自评得分!D4 D032"]),
    "of evidence": (lambda book: book.formula("基本事实", "G4"), ["基本事实!G4 D032"]),
    "of an optional cell": (lambda book: book.formula("项目", "D4"), ["项目!D4 D032"]),
    "of a key": (lambda book: book.formula("项目", "A5"), ["项目!A5 D032"]),
    "of a judgement": (lambda book: book.formula("评审意见", "D4"), ["评审意见!D4 D032"]),
    "of a waiver": (lambda book: book.formula("豁免", "B4"), ["豁免!B4 D032"]),
    "of the word for none": (lambda book: book.formula("其他", "D1"), ["其他!D1 D032"]),
    "of the department": (lambda book: book.formula("说明", "B4"), ["说明!B4 D032"]),
    "of every amount": (
        lambda book: book.formula("项目", "B4").formula("项目", "B5").formula("项目", "B6"),
        ["项目!B4 D032", "项目!B5 D032", "项目!B6 D032"],
    ),
    "formulas to be computed on load": (
        lambda book: book.formula("项目", "B4", "<f>1+1</f><v>2</v>").formula("项目", "B6", "<f>1+1</f><v>2</v>").calculation('fullCalcOnLoad="1"'),
        ["项目!B4 D033"],
    ),
    "formulas of a manual file": (
        lambda book: book.formula("项目", "B4", "<f>1+1</f><v>2</v>").calculation('calcMode="manual"'), ["项目!B4 D033"],
    ),
    "formulas not completed": (
        lambda book: book.formula("项目", "B4", "<f>1+1</f><v>2</v>").calculation('calcCompleted="0"'), ["项目!B4 D033"],
    ),
    "an error": (lambda book: book.cell("基本事实", "F10", "<v>#N/A</v>", t="e"), ["基本事实!F10 D035"]),
    "an error of a formula": (lambda book: book.formula("项目", "D4", "<f>1/0</f><v>#DIV/0!</v>", t="e"), ["项目!D4 D035"]),
    "no number": (lambda book: book.number("基本事实", "F10", "1e999"), ["基本事实!F10 D035"]),
    "no number either": (lambda book: book.number("基本事实", "F10", "１２"), ["基本事实!F10 D035"]),
    "29 February 1900": (lambda book: book.number("基本事实", "F6", "60", "yyyy-mm-dd"), ["基本事实!F6 D035"]),
    "a day before all days": (lambda book: book.number("基本事实", "F6", "-1", "yyyy-mm-dd"), ["基本事实!F6 D035"]),
    "money as a percentage": (lambda book: book.number("基本事实", "F10", "0.85", "0%"), ["基本事实!F10 D036"]),
    "a count as a percentage": (lambda book: book.number("基本事实", "F5", "3", "0.00%"), ["基本事实!F5 D036"]),
    "points as a percentage": (lambda book: book.number("自评得分", "D4", "0.4", "0%"), ["自评得分!D4 D036"]),
    "thousands": (lambda book: book.number("基本事实", "F10", "1234560", "#,##0.0,"), ["基本事实!F10 D037"]),
    "万元 by its format": (lambda book: book.number("基本事实", "F10", "2314600", '0!.0,"万元"'), ["基本事实!F10 D037"]),
    "元 by its format": (lambda book: book.number("基本事实", "F10", "12", '0.00"元"'), ["基本事实!F10 D037"]),
    "the sign of the yuan": (lambda book: book.number("基本事实", "F10", "12", "[$¥-804]#,##0.00"), ["基本事实!F10 D037"]),
    "万 under a condition": (lambda book: book.number("项目", "B4", "20000", '[>=10000]0.0,"千";0'), ["项目!B4 D037"]),
    "digits in the format": (lambda book: book.number("基本事实", "F4", "5", '0"00"'), ["基本事实!F4 D037"]),
    "a point in the format": (lambda book: book.number("基本事实", "F4", "512", r"0\.00"), ["基本事实!F4 D037"]),
    "a percent sign in the format": (lambda book: book.number("基本事实", "F9", "0.95", '0.00"%"'), ["基本事实!F9 D037"]),
    "a fraction": (lambda book: book.number("基本事实", "F10", "0.3", "# ?/?"), ["基本事实!F10 D037"]),
    "a hidden value": (lambda book: book.number("基本事实", "F10", "5", ";;;"), ["基本事实!F10 D037"]),
    "a hidden text": (lambda book: book.string("基本事实", "F8", "甲", ";;;"), ["基本事实!F8 D037"]),
    "a hidden zero": (lambda book: book.number("基本事实", "F10", "0", "0;-0;;@"), ["基本事实!F10 D037"]),
    "a minus that is not shown": (lambda book: book.number("基本事实", "F4", "-5", "0.0;0.0"), ["基本事实!F4 D037"]),
    "a minus that is not there": (lambda book: book.number("基本事实", "F4", "5", "-0"), ["基本事实!F4 D037"]),
    "only a word": (lambda book: book.number("基本事实", "F4", "5", '"无"'), ["基本事实!F4 D037"]),
    "a number as an id": (lambda book: book.number("项目", "A6", "7", "0000"), ["项目!A6 D037"]),
    "an id of eighteen digits": (lambda book: book.number("项目", "A6", "4.4010020240101E+17"), ["项目!A6 D037"]),
    "a month for a day": (lambda book: book.number("基本事实", "F6", "45352", 'yyyy"年"m"月"'), ["基本事实!F6 D040"]),
    "a day without a year": (lambda book: book.number("基本事实", "F6", "45352", 'm"月"d"日"'), ["基本事实!F6 D040"]),
    "a time for a day": (lambda book: book.number("基本事实", "F6", "45352", "h:mm"), ["基本事实!F6 D040"]),
    "a ratio of 95": (lambda book: book.number("基本事实", "F9", "95", "General"), ["基本事实!F9 D041"]),
    "a ratio of 95 as text": (lambda book: book.string("基本事实", "F9", "95"), ["基本事实!F9 D041"]),
    "an id that became a day": (lambda book: book.number("项目", "A6", "45352", 'm"月"d"日"'), ["项目!A6 D053"]),
    "an id that became a month": (lambda book: book.number("项目", "A6", "45352", "mmm-yy"), ["项目!A6 D053"]),
    "a text that became a day": (lambda book: book.number("基本事实", "F8", "45352", "yyyy/m/d"), ["基本事实!F8 D053"]),
    "a text that became a time": (lambda book: book.number("基本事实", "F8", "0.5", "h:mm"), ["基本事实!F8 D053"]),
    "a day with an hour as a text": (lambda book: book.number("基本事实", "F8", "45352.5", "yyyy-mm-dd"), ["基本事实!F8 D053"]),
    "a page that became a day": (lambda book: book.number("基本事实", "H8", "45352", 'm"月"d"日"'), ["基本事实!H8 D053"]),
    "an assessor that became a day": (lambda book: book.number("评审意见", "G4", "45352", 'm"月"d"日"'), ["评审意见!G4 D053"]),
    "a department that became a day": (lambda book: book.number("说明", "B4", "45352", 'm"月"d"日"'), ["说明!B4 D053"]),
    "one share of a row": (lambda book: book.number("项目", "C5", "60", "0"), ["项目!C5 D041"]),
    "two merged amounts": (lambda book: book.merge("项目", "B4:B5"), ["项目!B4 D038"]),
    "a merged optional cell": (lambda book: book.merge("项目", "E5:E6"), ["项目!E5 D038"]),
    "merged keys": (lambda book: book.merge("项目", "A4:A5"), ["项目!A4 D038"]),
    "merged over a value": (lambda book: book.merge("基本事实", "E10:F10"), ["基本事实!E10 D038"]),
    "merged value and source": (lambda book: book.merge("基本事实", "F10:G10"), ["基本事实!F10 D038"]),
    "merged names of rows": (lambda book: book.merge("基本事实", "C4:C5"), ["基本事实!C4 D038"]),
    "two empty cells of a record": (lambda book: book.merge("项目", "D6:E6"), ["项目!D6 D038"]),
    "an empty cell of two records": (lambda book: emptied(book, "项目", "F4", "F5").merge("项目", "F4:F5"), ["项目!F4 D038"]),
    "empty evidence of a fact": (lambda book: book.merge("基本事实", "G10:H10"), ["基本事实!G10 D038"]),
    "empty claims": (lambda book: emptied(book, "自评得分", "D4").merge("自评得分", "D4:D6"), ["自评得分!D4 D038"]),
    "merged with the head": (lambda book: book.merge("项目", "B3:B4"), ["项目!B3 D038"]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_believed_is_told_once_by_its_cell(name: str, tmp_path: Path) -> None:
    change, expected = REFUSED[name]
    assert refused(change(good()), tmp_path) == expected


TOLD: dict[str, tuple[Callable[[Book], Book], list[str]]] = {
    "formulas by column": (
        lambda book: book.formula("项目", "B5", "<f>1+1</f><v>2</v>").formula("项目", "B6", "<f>1+1</f><v>2</v>").formula("基本事实", "F10", "<f>1</f><v>1</v>"),
        ["基本事实!F10 D034", "项目!B5 D034"],
    ),
    "an array formula": (
        lambda book: book.formula("项目", "B4", '<f t="array" ref="B4:B6">A4:A6</f><v>1</v>'), ["项目!B4 D034"],
    ),
    "an empty result": (
        lambda book: book.formula("基本事实", "F8", '<f>""</f><v></v>', t="str"), ["基本事实!F8 D034"],
    ),
    "hidden rows": (
        lambda book: book.row("项目", 5, 'hidden="1"').row("项目", 6, 'hidden="1"'), ["项目!A5 D039"],
    ),
    "a row of no height": (lambda book: book.row("基本事实", 10, 'ht="0" customHeight="1"'), ["基本事实!F10 D039"]),
    "a hidden column": (
        lambda book: book.replace(book.part("项目"), '<col min="2" max="2"', '<col min="2" max="2" hidden="1"'),
        ["项目!B4 D039"],
    ),
    "a hidden sheet": (lambda book: book.hide_sheet("项目"), ["项目!A4 D039"]),
    "a very hidden sheet": (lambda book: book.hide_sheet("项目", "veryHidden"), ["项目!A4 D039"]),
    "a hidden sheet without data": (lambda book: book.hide_sheet("依据"), []),
    "a ratio of 0.95": (lambda book: book.number("基本事实", "F9", "0.95", "General"), ["基本事实!F9 D042"]),
    "more decimals than shown": (lambda book: book.number("基本事实", "F10", "1234.5678", "0.00"), ["基本事实!F10 D043"]),
    "a negative in red": (lambda book: book.number("基本事实", "F10", "-5", "0.00_ ;[Red]0.00"), ["基本事实!F10 D052"]),
    "a negative in Chinese red": (lambda book: book.number("项目", "B4", "-5", "#,##0.00;[红色]#,##0.00"), ["项目!B4 D052"]),
    "a negative ratio in red": (lambda book: book.number("基本事实", "F9", "-0.05", "0.00%;[Red]0.00%"), ["基本事实!F9 D052"]),
    "one digit of three": (lambda book: book.number("基本事实", "F10", "123", "0E+00"), ["基本事实!F10 D043"]),
    "three digits of four": (lambda book: book.number("基本事实", "F10", "1.234", "0.00E+00"), ["基本事实!F10 D043"]),
    "no digit too few": (lambda book: book.number("基本事实", "F10", "123.4", "##0.0E+0"), []),
    "a row of no height of its own": (lambda book: book.row("基本事实", 10, 'ht="0"'), ["基本事实!F10 D039"]),
    "a column of no width": (
        lambda book: book.replace(book.part("项目"), '<col min="2" max="2" width="[^"]*"[^>]*/>', '<col min="2" max="2" width="0"/>'),
        ["项目!B4 D039"],
    ),
    "a text in the form of a day": (lambda book: book.number("基本事实", "F8", "45352", "yyyy\\-mm\\-dd;@"), []),
    "rows of no height unless they say so": (
        lambda book: book.replace(book.part("项目"), "<sheetFormatPr[^>]*>", '<sheetFormatPr defaultRowHeight="0"/>').row("项目", 4, 'ht="15"').row("项目", 5, ""),
        ["项目!A5 D039"],
    ),
    "rows that are there in a sheet of hidden ones": (
        lambda book: book.replace(book.part("项目"), "<sheetFormatPr[^>]*>", '<sheetFormatPr defaultRowHeight="15" zeroHeight="1"/>'), [],
    ),
    "white on white": (lambda book: book.painted("基本事实", "F10", "12", 'rgb="FFFFFFFF"'), ["基本事实!F10 D039"]),
    "white of the theme": (lambda book: book.painted("基本事实", "F10", "12", 'theme="0"'), ["基本事实!F10 D039"]),
    "white of old palettes": (lambda book: book.painted("项目", "B4", "12", 'indexed="9"'), ["项目!B4 D039"]),
    "yellow on yellow": (
        lambda book: book.painted("基本事实", "F10", "12", 'rgb="00ffff00"', 'rgb="FFFFFF00"'), ["基本事实!F10 D039"],
    ),
    "black on black": (lambda book: book.painted("基本事实", "F10", "12", 'auto="1"', 'indexed="64"'), ["基本事实!F10 D039"]),
    "one shade of a theme's blue": (
        lambda book: book.painted("基本事实", "F10", "12", 'theme="4" tint="0.4"', 'theme="4" tint="0.4"'), ["基本事实!F10 D039"],
    ),
    "another shade": (lambda book: book.painted("基本事实", "F10", "12", 'theme="4"', 'theme="4" tint="0.4"'), []),
    "white on blue": (lambda book: book.painted("基本事实", "F10", "12", 'theme="0"', 'theme="4"'), []),
    "a shade of white": (lambda book: book.painted("基本事实", "F10", "12", 'theme="0" tint="-0.5"'), []),
    "struck out": (
        lambda book: book.cell("基本事实", "F8", "<is><r><t>甲</t></r><r><rPr><strike/></rPr><t>乙</t></r></is>", t="inlineStr"),
        ["基本事实!F8 D044"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_what_is_read_all_the_same_is_told_by_column(name: str, tmp_path: Path) -> None:
    change, expected = TOLD[name]
    assert told(change(good()), tmp_path) == expected


FORMATS = {
    "F4": ("12", ["General", "0", "0.0", "#,##0", "# ##0", "00000", "0_ ", '0"个"', "[Red]0", "[DBNum1][$-804]General", "G/通用格式", "0.00E+00", "0;-0;;@", "[>5]0.0;0"]),
    "F10": ("-1234.5", ["#,##0.00", '#,##0.00"万元"', "0.00;[Red]-0.00", "0.00_);(0.00)", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "0.0;△0.0", "@"]),
    "F9": ("0.95", ["0%", "0.00%", "0.00%;[Red]-0.00%", "0 %"]),
    "F6": ("45355", ["yyyy-mm-dd", "yyyy/m/d;@", 'yyyy"年"m"月"d"日"', "m/d/yy", "[$-F800]dddd, mmmm dd, yyyy", "d-mmm-yy", "yyyy-mm-dd hh:mm", "e-m-d"]),
    "F8": ("2024", ["General", "0", "@"]),
    "F11": ("7", ['0"天"', "0"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "code"), [(cell, code) for cell, (_, codes) in FORMATS.items() for code in codes]
)
def test_formats_that_show_what_a_cell_holds_are_read(cell: str, code: str, tmp_path: Path) -> None:
    number = FORMATS[cell][0]
    book = good().number("基本事实", cell, number, code)
    assert told(book, tmp_path) == []


@pytest.mark.parametrize(
    ("number", "stated"), [("1.2", "120%"), ("0.1234", "12.34%"), ("-0.005", "-0.5%"), ("95", "9500%")]
)
def test_a_percentage_is_read_as_it_is_shown(number: str, stated: str, tmp_path: Path) -> None:
    facts = read(good().number("基本事实", "F9", number, "0.00##%"), tmp_path)
    assert parse_ratio(facts.document["facts"]["ratio"]) == parse_ratio(stated)
    assert facts.document["facts"]["ratio"].endswith("%")


BUILT_IN = {14: [], 15: [], 22: [], 27: ["基本事实!F6 D040"], 28: ["基本事实!F6 D040"], 31: [], 57: ["基本事实!F6 D040"], 58: ["基本事实!F6 D040"]}  # fmt: skip


@pytest.mark.parametrize("number", BUILT_IN)
def test_formats_of_dates_that_chinese_programs_write_by_number(number: int, tmp_path: Path) -> None:
    book = good().number("基本事实", "F6", "45355", "yyyy-mm-dd")
    book.replace("xl/styles.xml", r'<xf numFmtId="5\d\d"', f'<xf numFmtId="{number}"')
    if BUILT_IN[number]:
        assert refused(book, tmp_path) == BUILT_IN[number]
    else:
        assert read(book, tmp_path).slots == read_facts(ROOT, RULESET).slots


def test_a_count_of_days_from_1904(tmp_path: Path) -> None:
    book = good().number("基本事实", "F6", "43893", "yyyy-mm-dd").replace("xl/workbook.xml", "<workbookPr", '<workbookPr date1904="1"')  # fmt: skip
    for cell, number in (("D4", "43889"), ("D5", "43890")):
        book.number("项目", cell, number, "yyyy-mm-dd")
    assert read(book, tmp_path).slots == read_facts(ROOT, RULESET).slots


# Merges that hide nothing


@pytest.mark.parametrize("area", ["A1:C1", "A9:F9", "G4:H5", "F4:G4", "A2:A3"])
def test_merges_that_hide_no_cell_to_fill_in_are_read(area: str, tmp_path: Path) -> None:
    assert told(good().merge("项目", area), tmp_path) == []


def test_an_empty_footer_may_be_merged(tmp_path: Path) -> None:
    """Nothing of it is data: a row below the records in which only a column of one's own is filled."""

    def change(book: openpyxl.Workbook) -> None:
        book["项目"]["H9"] = "填表人：张三"
        book["项目"].merge_cells("A9:F9")
        book["基本事实"]["I20"] = "审核：李四"
        book["基本事实"].merge_cells("F20:H20")

    assert told(edited(change), tmp_path) == []


def test_a_title_merged_over_the_cell_for_none_does_no_harm_to_records(tmp_path: Path) -> None:
    assert told(good().merge("项目", "A1:F1"), tmp_path) == []


# Columns and the cell for "none", wherever they stand


def edited(change: Callable[[openpyxl.Workbook], None]) -> Book:
    book = openpyxl.load_workbook(io.BytesIO(form()))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return Book(buffer.getvalue())


def shift(sheet: str, *, rows: int = 0, columns: int = 0, at: int = 1) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        if rows:
            book[sheet].insert_rows(at, rows)
        if columns:
            book[sheet].insert_cols(at, columns)

    return change


MOVED = {
    "a column before all": shift("项目", columns=1),
    "a column in the middle": shift("项目", columns=1, at=4),
    "two rows above": shift("项目", rows=2),
    "a row between head and records": shift("项目", rows=1, at=4),
    "a column before none": shift("其他", columns=1, at=4),
    "columns before none": shift("其他", columns=2),
    "rows above none": shift("其他", rows=3),
    "a column of the facts": shift("基本事实", columns=1, at=6),
    "rows of the cover": shift("说明", rows=2),
    "columns of the cover": shift("说明", columns=3, at=2),
    "rows of the claims": shift("自评得分", rows=1),
    "columns of the waivers": shift("豁免", columns=1),
}


@pytest.mark.parametrize("name", MOVED)
def test_columns_and_none_are_found_wherever_they_stand(name: str, tmp_path: Path) -> None:
    facts = read(edited(MOVED[name]), tmp_path)
    expected = read_facts(ROOT, RULESET)
    assert (facts.slots, facts.claimed, facts.waivers) == (expected.slots, expected.claimed, expected.waivers)
    assert facts.notes == ()


def blank(sheet: str, row: int) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        for cell in book[sheet][row]:
            cell.value = None

    return change


@pytest.mark.parametrize("sheet", ["项目", "基本事实", "豁免", "说明"])
def test_labels_name_the_columns_where_the_names_are_gone(sheet: str, tmp_path: Path) -> None:
    facts = read(edited(blank(sheet, 3)), tmp_path)
    expected = read_facts(ROOT, RULESET)
    assert (facts.slots, facts.waivers) == (expected.slots, expected.waivers)


def test_none_is_also_read_as_the_only_word_of_a_list(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["其他"]["D1"], book["其他"]["A4"] = None, "无"

    assert told(edited(change), tmp_path) == []


def test_a_sheet_s_name_may_have_blanks_around_it(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["项目"].title = "项目 "

    assert told(edited(change), tmp_path) == []


def test_a_moved_cell_for_none_is_named_where_it_stands(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["其他"]["D1"] = None
        book["其他"].insert_rows(1, 2)

    assert refused(edited(change), tmp_path) == ["其他!D3 D011"]


# One bad cell, one message


def only(sheet: str, cell: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value

    return change


ONCE: dict[str, tuple[Callable[[openpyxl.Workbook], None], list[str]]] = {
    "a required column misnamed": (only("项目", "B3", "amuont"), ["项目!B3 D015"]),
    "a required column unnamed": (only("项目", "B3", None), ["项目!A3 D015"]),
    "the key's column misnamed": (only("项目", "A3", "ids"), ["项目!A3 D015"]),
    "a row misnamed": (only("基本事实", "C10", "mony"), ["基本事实!C10 D016"]),
    "a list's sheet gone": (lambda book: book.remove(book["项目"]), [" D010"]),
    "the facts' sheet gone": (lambda book: book.remove(book["基本事实"]), [" D010"]),
    "a row's name gone": (only("基本事实", "C10", None), ["基本事实!F10 D017"]),
    "a row's name blank": (only("基本事实", "C11", "　"), ["基本事实!F11 D017"]),
    "a claim's name gone": (only("自评得分", "B7", None), ["自评得分!D7 D017"]),
    "a judgement's name gone": (only("评审意见", "B4", None), ["评审意见!D4 D017"]),
    "a value below the rows": (only("基本事实", "F17", 12), ["基本事实!F17 D017"]),
    "the year gone": (only("说明", "B5", None), ["说明!B5 F001"]),
    "the department gone": (only("说明", "B4", None), ["说明!B4 F001"]),
    "the name column of the facts gone": (only("基本事实", "C3", None), ["基本事实!A3 D015"]),
}


@pytest.mark.parametrize("name", ONCE)
def test_one_slip_gives_one_message(name: str, tmp_path: Path) -> None:
    change, expected = ONCE[name]
    assert refused(edited(change), tmp_path) == expected


OTHER_UNITS: dict[str, tuple[str, str, str]] = {
    "a fact's unit": ("基本事实", "D10", "元"),
    "a fact's unit in thousands": ("基本事实", "D10", "千元"),
    "a fact's unit in words of one's own": ("基本事实", "D10", "万円"),
    "a fact's unit, foreign": ("基本事实", "D10", "万美元"),
    "the unit of a ratio": ("基本事实", "D9", "‰"),
    "the unit of days": ("基本事实", "D11", "月"),
    "a count's unit": ("基本事实", "D5", "万个"),
    "a fact's unit, with another in brackets": ("基本事实", "D10", "元（万元）"),
    "a fact's label": ("基本事实", "B10", "金额（元）"),
    "a fact's label with blanks": ("基本事实", "B10", "预算数 [ 亿元 ]"),
    "a fact's label with a stroke": ("基本事实", "B10", "金额/元"),
    "a fact's label in English": ("基本事实", "B10", "Money (yuan)"),
    "the column of values": ("基本事实", "F2", "填写值（单位：元）"),
    "the title of facts": ("基本事实", "A1", "基本事实（单位：元）"),
    "a heading": ("项目", "B2", "金额（元）"),
    "a heading told to be needed": ("项目", "B2", "金额（元） *"),
    "a heading in thousands": ("项目", "B2", "金额(千元)"),
    "a heading of the ratio": ("项目", "C2", "占比（‰）"),
    "a title": ("项目", "A1", "项目（单位：元）"),
    "a title with a unit alone": ("项目", "A1", "项目（元）"),
    "a word beside the title": ("项目", "F1", "单位：元"),
    "claims in percent": ("自评得分", "D2", "自评得分（%）"),
}


@pytest.mark.parametrize("name", OTHER_UNITS)
def test_another_unit_than_the_form_s_is_refused_by_its_cell(name: str, tmp_path: Path) -> None:
    sheet, cell, text = OTHER_UNITS[name]
    assert refused(edited(only(sheet, cell, text)), tmp_path) == [f"{sheet}!{cell} D051"]


OWN_UNITS = [
    ("基本事实", "D10", "万元（人民币）"), ("基本事实", "D10", "人民币万元"), ("基本事实", "D10", "单位：万元"), ("基本事实", "D10", None), ("基本事实", "D10", "金额"),
    ("基本事实", "D9", "％"), ("基本事实", "D11", "工作日"), ("基本事实", "D5", "个"), ("基本事实", "D4", "平方米"), ("基本事实", "D8", "元"),
    ("基本事实", "B10", "预算数（万元）"), ("基本事实", "B10", "预算数（含上年结转）"), ("基本事实", "B10", "预算数（十）"), ("基本事实", "B10", "收入/支出"),
    ("基本事实", "A1", "某局基本事实（单位：万元、%、天）"), ("基本事实", "H1", "填报单位：元谋县财政局"), ("基本事实", "F2", "填写值（万元）"),
    ("项目", "B2", "金额（万元，不含税）"), ("项目", "B2", "支付金额"), ("项目", "B2", "金额（万）"), ("项目", "C2", "占比（%）"),
    ("项目", "A1", "项目（2024 年）"), ("项目", "F1", "单位：万元"), ("项目", "G2", "折合（元）"), ("自评得分", "D2", "自评得分（分）"),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "cell", "text"), OWN_UNITS)
def test_other_words_and_the_form_s_own_unit_are_read(
    sheet: str, cell: str, text: str, tmp_path: Path
) -> None:
    facts = read(edited(only(sheet, cell, text)), tmp_path)
    assert facts.slots == read_facts(ROOT, RULESET).slots


def test_a_check_on_a_refused_figure_says_nothing(tmp_path: Path) -> None:
    """The ruleset's identity does not hold without the optional figure, which is told already."""
    assert refused(good().number("基本事实", "F11", "0.07", "0%"), tmp_path) == ["基本事实!F11 D036"]


def test_a_year_that_is_not_believed_is_told_once(tmp_path: Path) -> None:
    assert refused(good().number("说明", "B5", "2024", '0"年度"'), tmp_path) == ["说明!B5 D037"]


@pytest.mark.parametrize("text", ["95%%", "x%", "1,23%"])
def test_a_percentage_is_quoted_with_its_sign(text: str, tmp_path: Path) -> None:
    with pytest.raises(FactsError) as caught:
        read(good().string("基本事实", "F9", text), tmp_path)
    (problem,) = caught.value.problems
    assert f"“{text}”" in problem.message.zh
    assert f"'{text}'" in problem.message.en


@pytest.mark.parametrize("name", ["项目表", "2024年度项目明细"])
def test_a_renamed_sheet_is_to_be_called_as_the_form_calls_it(name: str, tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["项目"].title = name

    with pytest.raises(FactsError) as caught:
        read(edited(change), tmp_path)
    (problem,) = caught.value.problems
    assert problem.fix is not None
    assert problem.fix.zh == f"确是这张表，就把工作表“{name}”改名为“项目”"


def test_rows_of_one_s_own_without_a_value_are_read(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["基本事实"]["B17"], book["基本事实"]["G17"] = "合计", "填表人：张三"
        book["说明"]["A8"], book["说明"]["B8"] = "联系人", "张三"

    assert told(edited(change), tmp_path) == []


# Copies


def copied(name: str) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(book["项目"]).title = name

    return change


@pytest.mark.parametrize(
    "name", ["项目 (2)", "项目(2)", "项目（2）", "项目副本", "项目 - 副本", "2024年的项目"]
)
def test_a_second_copy_of_a_sheet_is_told(name: str, tmp_path: Path) -> None:
    assert told(edited(copied(name)), tmp_path) == [f"{name}!A1 D019"]


def test_sheets_of_ones_own_are_not_told(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        own = book.create_sheet("测算")
        own["A1"], own["A3"], own["B3"] = "=1+1", "name", "value"

    assert told(edited(change), tmp_path) == []


# The file itself


def test_openpyxl_marks_every_file_and_is_read_where_there_are_no_formulas(tmp_path: Path) -> None:
    book = edited(lambda _: None)
    assert 'fullCalcOnLoad="1"' in book.text("xl/workbook.xml")
    assert told(book, tmp_path) == []


def test_pronunciation_is_not_read(tmp_path: Path) -> None:
    inner = (
        '<is><r><t>甲</t></r><r><t>局</t></r><rPh sb="0" eb="1"><t>jia</t></rPh><phoneticPr fontId="1"/></is>'
    )
    assert read(good().cell("说明", "B4", inner, t="inlineStr"), tmp_path).department == "甲局"


def test_iso_s_strict_form_is_read(tmp_path: Path) -> None:
    book = good()
    for part, content in book.parts.items():
        if part.endswith((".xml", ".rels")):
            strict = content.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"
            ).replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships"
            )  # fmt: skip
            book.parts[part] = strict
    book.cell("基本事实", "F6", "<v>2024-03-04T00:00:00</v>", t="d")
    assert read(book, tmp_path).slots == read_facts(ROOT, RULESET).slots


def test_cells_and_rows_without_references_are_counted(tmp_path: Path) -> None:
    book = good()
    for part in [one for one in book.parts if one.startswith("xl/worksheets/sheet")]:
        whole = re.sub(
            r"<row [^>]*>(.*?)</row>",
            lambda row: "<row>" + _gapless(row[1]) + "</row>",
            book.text(part),
            flags=re.DOTALL,
        )
        book.parts[part] = whole.encode()
    assert read(book, tmp_path).slots == read_facts(ROOT, RULESET).slots


def _gapless(row: str) -> str:
    """The cells of a row without their references, empty ones where there were none."""
    cells, at = "", 0
    for match in re.finditer(r'<c r="([A-Z])\d+"(.*?)(?:/>|>(.*?)</c>)', row, re.DOTALL):
        place = ord(match[1]) - 65
        cells += "<c/>" * (place - at) + f"<c{match[2]}>{match[3] or ''}</c>"
        at = place + 1
    return cells


# The command


def test_what_is_told_goes_to_the_standard_error_and_into_the_result(tmp_path: Path) -> None:
    path = good().formula("项目", "B5", "<f>10+10</f><v>20</v>").write(tmp_path / "book.xlsx")
    ruleset = HERE / "every_kind.yaml"
    run = audit("score", path, "-r", ruleset)
    assert run.code == 0
    assert "警告" in run.err
    assert "项目!B5: D034 该列有 1 个公式" in run.err
    result = tmp_path / "result.json"
    assert audit("score", path, "-r", ruleset, "-f", "json", "-o", result).code == 0
    (note,) = json.loads(result.read_text(encoding="utf-8"))["facts"]["notes"]
    assert (note["code"], note["place"]) == ("D034", "项目!B5")
    assert audit("verify", result, "-r", ruleset).code == 0


def test_a_portfolio_tells_each_kind_once(tmp_path: Path) -> None:
    for name, department in (("a", "甲局"), ("b", "乙局")):
        book = good().formula("项目", "B5", "<f>10+10</f><v>20</v>").string("说明", "B4", department)
        (tmp_path / "in").mkdir(exist_ok=True)
        book.write(tmp_path / "in" / f"{name}.xlsx")
    run = audit(
        "portfolio", "score", tmp_path / "in", "-r", HERE / "every_kind.yaml", "-o", tmp_path / "out", AUDIT_LANG="en"
    )  # fmt: skip
    assert run.code == 0
    assert run.err.count("D034") == 1
    assert (
        "项目!B5: D034 formulas in this column (1): their stored results are read (and in 1 more files)"
        in run.err
    )


@pytest.mark.parametrize("amount", ["0.30000000000000000001", "1234567890.12345678901"])
def test_what_the_form_writes_as_text_is_read(amount: str, tmp_path: Path) -> None:
    """An amount of more digits than a cell holds, and than binary prints, is one that somebody meant."""
    facts = json.loads(json.dumps(FACTS))
    facts["facts"]["money"] = amount
    root = parse_source(json.dumps(facts).encode(), "facts.json", FactsError)
    book = Book(template(RULESET, filling_of(root, RULESET), "zh"))
    assert read(book, tmp_path).slots == read_facts(root, RULESET).slots


def test_a_waiver_of_what_did_not_happen_is_told(tmp_path: Path) -> None:
    facts = json.loads(json.dumps(FACTS))
    facts["waivers"][0]["record"] = "A1"
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    told_of = "没有可豁免的：记录“A1”的规则“refused”没有触发"
    run = audit("score", path, "-r", HERE / "every_kind.yaml", "-f", "json")
    assert run.code == 0
    (warning,) = json.loads(run.out)["warnings"]
    assert (warning["code"], warning["message"]["zh"]) == ("D018", told_of)
    assert told_of in audit("score", path, "-r", HERE / "every_kind.yaml").out
    facts["waivers"][0]["record"] = "A2"
    path.write_text(json.dumps(facts), encoding="utf-8")
    assert (
        json.loads(audit("score", path, "-r", HERE / "every_kind.yaml", "-f", "json").out)["warnings"] == []
    )


def test_the_golden_form_says_nothing_but_that_labels_are_read(tmp_path: Path) -> None:
    book = tmp_path / "facts.xlsx"
    assert audit("template", "guangdong/2024", "-o", book, "--from", GOLDEN).code == 0
    assert all("F014" in line and "选项的名称" in line for line in audit("score", book).err.splitlines())
    assert (
        audit("--lang", "en", "template", "guangdong/2024", "-o", book, "--from", GOLDEN, "--force").code == 0
    )
    assert audit("--lang", "en", "score", book).err == ""
