"""A hundred hostile files: each gives a message and an exit code, and none a traceback, a fetch or a full disk."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from cli.context import Session
from cli.files import read_file
from engine.documents.extraction.extracting import extract
from engine.documents.extraction.narrative import read_narrative
from engine.documents.report.gathering import report_of
from engine.documents.report.word import render
from engine.documents.workbook.filling import filling_of
from engine.documents.workbook.template import template
from engine.errors import AuditError, FactsError, Fault
from engine.ruleset.library import Library
from engine.scoring import score_directly
from engine.source import read_source
from engine.view import View
from tests.command import GOLDEN, ROOT, audit

RULESET = Library().load("guangdong/2024")
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@cache
def workbook() -> bytes:
    return template(RULESET, filling_of(read_source(GOLDEN, FactsError), RULESET), "zh")


@cache
def document() -> bytes:
    return (ROOT / "fixtures/reports/table.docx").read_bytes()


def repacked(
    content: bytes, change: Callable[[str, bytes], bytes | None], *added: tuple[str, bytes]
) -> bytes:
    """The package with each part changed, or dropped where ``change`` gives nothing."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for part in old.infolist():
            data = change(part.filename, old.read(part))
            if data is not None:
                new.writestr(part.filename, data)
        for name, data in added:
            new.writestr(name, data)
    return buffer.getvalue()


def only(part: str, data: Callable[[bytes], bytes | None]) -> Callable[[str, bytes], bytes | None]:
    return lambda name, old: data(old) if name == part else old


def headed(head: bytes) -> Callable[[bytes], bytes]:
    return lambda old: head + old.split(b"?>", 1)[-1]


def packages(kind: str) -> Iterator[tuple[str, bytes]]:
    """Hostile packages made of a good one."""
    good, main, parts = (
        (workbook(), "xl/workbook.xml", ["xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"])
        if kind == "xlsx"
        else (document(), "word/document.xml", ["word/styles.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"])
    )  # fmt: skip
    for part in [main, *parts]:
        yield f"entity in {part}", repacked(good, only(part, headed(ENTITY)))
        yield f"laughs in {part}", repacked(good, only(part, headed(LAUGHS)))
        yield f"{part} cut", repacked(good, only(part, lambda old: old[: len(old) // 2]))
        yield f"{part} deep", repacked(good, only(part, lambda _: b"<a>" * 100_000 + b"</a>" * 100_000))
        yield f"{part} not XML", repacked(good, only(part, lambda _: b"\x00\x01\x02" * 100))
        yield f"{part} empty", repacked(good, only(part, lambda _: b""))
    yield "no main part", repacked(good, only(main, lambda _: None))
    yield "utf-16 entity", repacked(good, only(main, lambda old: (ENTITY + old.split(b"?>", 1)[-1]).decode().replace("1.0\"", "1.0\" encoding=\"utf-16\"").encode("utf-16")))  # fmt: skip
    yield "bomb", repacked(good, lambda _, old: old, ("xl/bomb.bin", b"\x00" * (210 * 1024 * 1024)))
    yield "many parts", repacked(good, lambda _, old: old, *((f"x/{n}", b"") for n in range(2_100)))
    yield "cut in half", good[: len(good) // 2]
    yield "only the signature", b"PK\x03\x04"
    yield "zip of nothing", b"PK\x05\x06" + b"\x00" * 18
    yield "old office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000
    noise = random.Random(kind)
    for number in range(12):
        damaged = bytearray(good)
        for _ in range(200):
            damaged[noise.randrange(len(damaged))] = noise.randrange(256)
        yield f"noise {number}", bytes(damaged)


def sheets() -> Iterator[tuple[str, bytes]]:
    """Workbooks with sheets that no one has."""
    sheet = "xl/worksheets/sheet2.xml"
    rows = {
        "a cell at the far corner": b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "a cell beyond the far corner": b'<row r="99999999999"><c r="ZZZZ99999999999"><v>1</v></c></row>',
        "wide rows": b"".join(
            b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n) for n in range(1, 3000)
        ),
        "no such reference": b'<row r="x"><c r="!!"><v>1</v></c></row>',
        "a number that is none": b'<row r="4"><c r="F4"><v>1e999999</v></c></row>',
        "a string that is not there": b'<row r="4"><c r="F4" t="s"><v>99999999</v></c></row>',
        "a date out of time": b'<row r="4"><c r="F4" s="5" t="n"><v>99999999999</v></c></row>',
        "a formula": b'<row r="4"><c r="F4"><f>WEBSERVICE("http://example.org")</f></c></row>',
    }
    for name, row in rows.items():
        data = b"<sheetData>" + row + b"</sheetData>"
        yield name, repacked(workbook(), only(sheet, partial(_DATA.sub, data)))


_DATA = re.compile(rb"<sheetData>.*</sheetData>", re.DOTALL)


def pdfs() -> Iterator[tuple[str, bytes]]:
    good = (ROOT / "fixtures/reports/printed.pdf").read_bytes()
    yield "pdf cut", good[: len(good) // 3]
    yield "pdf signature", b"%PDF-1.7\n"
    yield (
        "pdf loop",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 R>>\n",
    )
    noise = random.Random("pdf")
    for number in range(10):
        damaged = bytearray(good)
        for _ in range(300):
            damaged[noise.randrange(len(damaged))] = noise.randrange(256)
        yield f"pdf noise {number}", bytes(damaged)


@cache
def workbooks() -> dict[str, bytes]:
    return {**dict(packages("xlsx")), **dict(sheets())}


@cache
def reports() -> dict[str, bytes]:
    return {**dict(packages("docx")), **dict(pdfs())}


def test_there_are_a_hundred() -> None:
    assert len(workbooks()) + len(reports()) >= 100


def told(use: Callable[[], object]) -> str:
    """The codes of what ``use`` says, empty where it goes through; anything but a message fails the test."""
    caught: AuditError | None = None
    try:
        use()
    except AuditError as error:
        caught = error
    if caught is None:
        return ""
    assert not isinstance(caught, Fault)
    assert caught.problems
    return " ".join(sorted({problem.code for problem in caught.problems}))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_hostile_workbooks_give_messages(tmp_path: Path) -> None:
    path = tmp_path / "hostile.xlsx"
    for name, content in workbooks().items():
        path.write_bytes(content)
        codes = told(lambda: read_file(path, "guangdong/2024", Session("zh")))
        if name.startswith(("entity", "laughs", "utf-16")):
            assert codes == "D005", name
        elif name in ("bomb", "many parts"):
            assert codes == "D003", name
        elif not name.startswith(("noise", "xl/styles", "xl/sharedStrings", "xl/worksheets", "[Content")):
            assert codes, name


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_hostile_reports_and_templates_give_messages(tmp_path: Path) -> None:
    report = report_of(View(score_directly(RULESET, read_file(GOLDEN, None, Session("zh"))[1]), "zh"))
    path = tmp_path / "hostile.docx"
    for name, content in reports().items():
        path.write_bytes(content)
        codes = told(lambda: extract(read_narrative(path), RULESET))
        if name.startswith(("entity", "laughs", "utf-16")):
            assert codes == "D005", name
        elif name in ("bomb", "many parts"):
            assert codes == "D003", name
        if not name.startswith("pdf"):
            told(lambda: render(report, path))


@pytest.mark.parametrize("name", ["laughs in xl/sharedStrings.xml", "old office", "bomb"])
def test_the_command_says_it_too(name: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(workbooks()[name])
    run = audit("score", path)
    assert run.code == 3
    assert re.search(r"D00[345]", run.err)


# What goes out


SIGNS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "  =1"]


@pytest.mark.parametrize("sign", SIGNS)
def test_csv_holds_no_formula(sign: str, tmp_path: Path) -> None:
    facts = json.loads(audit("score", GOLDEN, "-f", "json").out)["facts"]["document"]
    facts["department"] = sign + "x"
    facts["facts"]["contracts"][1]["id"] = sign
    del facts["evidence"]
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    for row in csv.reader(io.StringIO(audit("score", path, "-f", "csv").out)):
        for cell in row:
            assert re.fullmatch(r"-?[0-9./]+", cell) or not re.match(r"\s*[=+\-@＝＋－＠]", cell), cell


def test_markdown_holds_no_markup(tmp_path: Path) -> None:
    facts = json.loads(audit("score", GOLDEN, "-f", "json").out)["facts"]["document"]
    facts["department"] = "<img src=x>[a](javascript:b)`c`![d](e)|f&lt;"
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    out = audit("score", path, "-f", "markdown").out
    head = out.splitlines()[0]
    assert not re.search(r"(?<!\\)[<\[`!|&]", head.removeprefix("# ")), head
