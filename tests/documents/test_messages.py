"""The messages of docs/documents.md are those the program gives, and a missing library is one of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from engine.documents.extraction.extracting import extract
from engine.documents.extraction.narrative import Narrative, read_narrative
from engine.documents.report import page, word
from engine.documents.report.gathering import report_of
from engine.documents.spreadsheet import Spreadsheet
from engine.documents.workbook.filling import empty_filling
from engine.documents.workbook.opening import read_workbook
from engine.documents.workbook.reading import read_workbook_facts
from engine.documents.workbook.template import template
from engine.errors import AuditError, FactsError, Problem
from engine.scoring import score_directly
from engine.view import View
from tests.command import GOLDEN, ROOT
from tests.documents.pdfs import rectangles
from tests.documents.test_hostile import RULESET, repacked, workbook, workbooks
from tests.documents.test_report import template_with, view_of
from tests.documents.test_workbook_showing import RULESET as EVERY_KIND
from tests.documents.test_workbook_showing import copied, good
from tests.documents.test_workbook_showing import edited as changed
from tests.odd_workbooks import Book
from tests.pages import PAGES


def read(folder: Path, content: bytes) -> None:
    path = folder / "facts.xlsx"
    path.write_bytes(content)
    read_workbook_facts(read_workbook(path), RULESET)


def of_empty_cells() -> bytes:
    """A workbook of more cells than are read, though nothing is in them."""
    rows = ("<row>" + "<c/>" * 10_000 + "</row>") * 301
    book = Book(workbook())
    return book.replace(
        "xl/worksheets/sheet2.xml", "<sheetData>.*?</sheetData>", f"<sheetData>{rows}</sheetData>"
    ).bytes()


def shown_by(book: Book, folder: Path) -> None:
    """The notes of a workbook that is read, and the warnings of its score, as an error."""
    facts = read_workbook_facts(read_workbook(book.write(folder / "facts.xlsx")), EVERY_KIND)
    raise FactsError([*facts.notes, *score_directly(EVERY_KIND, facts).warnings])


def edited(folder: Path, *cells: tuple[str, str, object], without: str = "") -> None:
    path = folder / "facts.xlsx"
    path.write_bytes(workbook())
    book = openpyxl.load_workbook(path)
    if without:
        del book[without]
    for sheet, cell, value in cells:
        book[sheet][cell] = value
    book.save(path)
    read_workbook_facts(read_workbook(path), RULESET)


def too_long() -> None:
    book = Spreadsheet("", "", 2024, "zh")
    book.text(book.book.add_worksheet(), 0, 0, "x" * 40_000, book.style())


def narrative(folder: Path, content: bytes) -> Narrative:
    path = folder / "report.txt"
    path.write_bytes(content)
    return read_narrative(path)


CASES: dict[str, Callable[[Path], object]] = {
    "D002": lambda folder: read_workbook(folder / "none.xlsx"),
    "D003": lambda folder: read(folder, of_empty_cells()),
    "D004": lambda folder: read(folder, b"PK\x03\x04"),
    "D005": lambda folder: read(folder, workbooks()["entity in xl/workbook.xml"]),
    "D006": lambda folder: too_long(),
    "D007": lambda folder: narrative(folder, rectangles(1_000_000)),
    "D008": lambda folder: extract(narrative(folder, "总收支".encode() * 10_001), RULESET),
    "D010": lambda folder: edited(folder, without="政府采购合同"),
    "D011": lambda folder: edited(folder, ("资金使用违规事项", "D1", None)),
    "D012": lambda folder: edited(folder, ("政府采购合同", "D1", "无")),
    "D013": lambda folder: edited(folder, ("基本事实", "F7", 3108.53 + 1e-12)),
    "D015": lambda folder: edited(folder, ("政府采购合同", "D3", "sined")),
    "D016": lambda folder: edited(folder, ("基本事实", "C7", "all_funds.openin")),
    "D017": lambda folder: edited(folder, ("依据", "B60", "某文件")),
    "D018": lambda folder: shown_by(good().string("豁免", "B4", "A1"), folder),
    "D019": lambda folder: shown_by(changed(copied("项目 (2)")), folder),
    "D020": lambda folder: word.render(report_of(view_of()), template_with(folder, "{{ nothing }}")),
    "D030": lambda folder: narrative(folder, b"\xff\xfe\x80\x80"),
    "D031": lambda folder: narrative(folder, b"\n"),
    "D032": lambda folder: shown_by(good().formula("基本事实", "F10"), folder),
    "D033": lambda folder: shown_by(good().calculation('fullCalcOnLoad="1"').formula("基本事实", "F10", "<f>1</f><v>1</v>"), folder),
    "D034": lambda folder: shown_by(good().formula("基本事实", "F10", "<f>1</f><v>1</v>"), folder),
    "D035": lambda folder: shown_by(good().cell("基本事实", "F10", "<v>#REF!</v>", t="e"), folder),
    "D036": lambda folder: shown_by(good().number("基本事实", "F10", "0.85", "0%"), folder),
    "D037": lambda folder: shown_by(good().number("基本事实", "F10", "2314600", '0!.0,"万元"'), folder),
    "D038": lambda folder: shown_by(good().merge("项目", "B4:B5"), folder),
    "D039": lambda folder: shown_by(good().row("项目", 5, 'hidden="1"'), folder),
    "D040": lambda folder: shown_by(good().number("基本事实", "F6", "45352", 'yyyy"年"m"月"'), folder),
    "D041": lambda folder: shown_by(good().number("基本事实", "F9", "95", "General"), folder),
    "D042": lambda folder: shown_by(good().number("基本事实", "F9", "0.95", "General"), folder),
    "D043": lambda folder: shown_by(good().number("基本事实", "F10", "1.234", "0.00"), folder),
    "D044": lambda folder: shown_by(good().cell("基本事实", "F8", "<is><r><rPr><strike/></rPr><t>甲</t></r></is>", t="inlineStr"), folder),
    "D050": lambda folder: shown_by(good().string("基本事实", "F8", "　"), folder),
    "D051": lambda folder: shown_by(good().string("基本事实", "D10", "元"), folder),
    "D052": lambda folder: shown_by(good().number("基本事实", "F10", "-5", "0.00;[Red]0.00"), folder),
    "D053": lambda folder: shown_by(good().number("基本事实", "F8", "45352", 'm"月"d"日"'), folder),
}  # fmt: skip


def shown() -> dict[str, str]:
    return {row[0]: row[1] for row in PAGES["docs/documents.md"].rows("code", "for example", "what to do")}


def test_every_message_is_tried() -> None:
    assert list(shown()) == ["D001", *CASES]


@pytest.mark.parametrize("code", CASES)
def test_messages_are_those_shown(code: str, tmp_path: Path) -> None:
    with pytest.raises(AuditError) as caught:
        CASES[code](tmp_path)
    assert shown()[code] in [one.message.en for one in caught.value.problems if one.code == code]


MISSING: dict[str, Callable[[Path], object]] = {
    "xlsxwriter": lambda folder: template(RULESET, empty_filling(RULESET), "zh"),
    "jinja2": lambda folder: page.render(report_of(view_of())),
    "docxtpl": lambda folder: word.render(report_of(View(view_of().scoring, "en"))),
    "docx": lambda folder: word.render(report_of(View(view_of().scoring, "zh"))),
    "pdfplumber": lambda folder: read_narrative(ROOT / "fixtures/reports/printed.pdf"),
}


@pytest.mark.parametrize("library", MISSING)
def test_a_missing_library_is_one_message(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(AuditError) as caught:
        MISSING[library](tmp_path)
    (problem,) = caught.value.problems
    assert isinstance(problem, Problem)
    assert problem.code == "D001"
    assert library in problem.message.en
    assert problem.fix is not None
    assert "audit-score[documents]" in problem.fix.en
    assert caught.value.exit_code == 2


def test_a_repacked_package_is_as_good(tmp_path: Path) -> None:
    """What the hostile files are made by does no harm of its own."""
    read(tmp_path, repacked(workbook(), lambda _, part: part))
    assert GOLDEN.exists()
