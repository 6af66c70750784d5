"""What is past a limit is refused, cheaply; what a real department has is not. The limits are those of docs/limits.md.

The commands run with limits of the system's, of processor time and memory. One that needs more is ended by it, and
its exit code is none of ours.
"""

from __future__ import annotations

import io
import re
import resource
import signal
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from engine import errors
from engine.documents import apart, package
from engine.documents.extraction import finding, narrative, word
from engine.documents.report import word as templates
from engine.documents.report.gathering import report_of
from engine.documents.workbook import parts, sheet_part
from engine.facts import sections, values
from engine.facts.reading import load_facts
from engine.language import numbers, parser, sizes
from engine.portfolio import headers
from engine.record import reading as records
from engine.ruleset import building, digits
from engine.ruleset.building import build_ruleset
from engine.ruleset.library import Library
from engine.scoring import score_directly
from engine.source import reading
from engine.view import View
from tests.command import GOLDEN, Run
from tests.documents.pdfs import bomb, pdf, rectangles, text
from tests.documents.test_hostile import repacked, workbook
from tests.documents.test_report import template_with
from tests.limited import CHEAP, limited
from tests.pages import PAGES

YAML = "facts files, rulesets (YAML, JSON)"
PACKAGES = "workbooks, Word reports and templates"
REPORTS = "reports"
LIMITS = [
    (YAML, "the file", reading.MAX_BYTES, "bytes", "S101"),
    (YAML, "texts, lists and mappings in it, keys included", reading.MAX_ITEMS, "", "S130"),
    (YAML, "one text", reading.MAX_LENGTH, "characters", "S131"),
    (YAML, "nesting", reading.MAX_DEPTH, "levels", "S107"),
    (YAML, "problems told of how it is written", reading.MAX_PROBLEMS, "", ""),
    ("facts", "problems told of a department", errors.MOST_PROBLEMS, "", "F030"),
    ("facts", "a department's name, a record's key", values.MAX_NAME, "characters", "F031"),
    ("facts", "any other text of a fact", values.MAX_TEXT, "characters", "F007"),
    ("facts", "an explanation, a reason, a source, a note", sections.MAX_REMARK, "characters", "F031"),
    ("facts", "a number", numbers.MAX_DIGITS, "digits", "F007"),
    ("facts", "records of a list", sizes.MAX_RECORDS, "", "F032"),
    ("expressions", "one expression", parser.MAX_LENGTH, "characters", "E101"),
    ("expressions", "nesting", parser.MAX_NESTING, "levels", "E104"),
    ("expressions", "depth of the tree", parser.MAX_DEPTH, "levels", "E104"),
    ("expressions", "digits of a value", digits.MAX_VALUE, "", "R064"),
    ("expressions", "digits of all large values together", digits.MAX_WORK, "", "R064"),
    ("rulesets", "facts, parameters, measures, criteria, rules, of each", building.MAX_NAMES, "", "R066"),
    ("rulesets", "bands or cases of one score", building.MAX_ROWS, "", "R066"),
    ("rulesets", "problems told", errors.MOST_PROBLEMS, "", "R065"),
    (PACKAGES, "the file", package.MAX_BYTES, "bytes", "D003"),
    (PACKAGES, "unpacked", package.MAX_UNPACKED, "bytes", "D003"),
    (PACKAGES, "parts", package.MAX_PARTS, "", "D003"),
    (PACKAGES, "XML elements in all parts", package.MAX_ELEMENTS, "", "D003"),
    ("workbooks", "cells, with or without anything in them", parts.MAX_CELLS, "", "D003"),
    ("workbooks", "cells with something in them", parts.MAX_FILLED, "", "D003"),
    ("workbooks", "shared texts", parts.MAX_STRINGS, "", "D003"),
    ("workbooks", "characters", parts.MAX_CHARACTERS, "", "D003"),
    ("workbooks", "styles", parts.MAX_STYLES, "", "D003"),
    ("workbooks", "merged areas of a sheet", sheet_part.MAX_MERGES, "", "D003"),
    ("workbooks", "rows and cells of array formulas", sheet_part.MAX_SPREAD, "", "D003"),
    ("workbooks", "problems told", errors.MOST_PROBLEMS, "", "F030"),
    ("results", "the file", records.MAX_BYTES, "bytes", "V001"),
    ("results", "texts that are no keys", records.MAX_TEXTS, "", "V001"),
    ("results", "values of the facts in one", records.MAX_FACTS, "", "V001"),
    ("results", "nesting", records.DEEPEST, "levels", "V002"),
    ("tables of a portfolio", "columns", headers.MAX_COLUMNS, "", "S132"),
    (REPORTS, "the file", package.MAX_BYTES, "bytes", "D003"),
    (REPORTS, "lines or paragraphs", narrative.MAX_LINES, "", "D003"),
    (REPORTS, "characters", narrative.MAX_CHARACTERS, "", "D003"),
    (REPORTS, "places of one phrase", finding.MAX_PLACES, "", "D008"),
    ("Word reports", "columns of a table", word.MAX_COLUMNS, "", "D003"),
    ("Word reports", "cells of all tables, merged ones counted in full", word.MAX_CELLS, "", "D003"),
    ("PDF reports", "pages", narrative.MAX_PAGES, "", "D003"),
    ("PDF reports", "computing for one page", apart.SECONDS, "s", "D007"),
    ("PDF reports", "memory for reading it", apart.MEGABYTES, "MB", "D007"),
    ("Word templates of your own", "computing", templates.SECONDS, "s", "D020"),
    ("Word templates of your own", "memory", apart.MEGABYTES, "MB", "D020"),
]


def test_the_page_shows_the_limits() -> None:
    shown = PAGES["docs/limits.md"].rows("input", "what is limited", "at most", "message")
    held = []
    before = ""
    for thing, what, limit, unit, code in LIMITS:
        held.append([thing if thing != before else "", what, f"{limit:,} {unit}".strip(), code])
        before = thing
    assert shown == held


# Commands with limits of the system's


def all_but(names: Iterable[str], *others: str) -> list[object]:
    """The names as parameters; of the others the ordinary run has a smaller form."""
    return [pytest.param(one, marks=pytest.mark.thorough) if one in others else one for one in names]


def codes(run: Run) -> set[str]:
    return {
        word
        for line in run.err.splitlines()
        for word in line.split()
        if len(word) == 4 and word[1:].isdigit()
    }


# Facts files

HEAD = "department: x\nyear: 2024\nruleset: guangdong/2024\n"
MANY = [60_000, pytest.param(240_000, marks=pytest.mark.thorough)]
"""Of what is told one by one: the most that a file may hold takes its time, and what goes up faster than their number is
seen before."""


def unknown(number: int, indent: str = "") -> str:
    return "".join(f"{indent}k{at}: 1\n" for at in range(number))


FACTS: dict[str, tuple[Callable[[], str], set[str]]] = {
    "millions of items": (lambda: f"{HEAD}facts: [{'a,' * 2_000_000}a]\n", {"S130"}),
    "a department without end": (lambda: f"department: {'x' * 5_000_000}\n", {"S131"}),
    "empty records": (lambda: f"{HEAD}facts: {{contracts: [{'{},' * 19_000}]}}\n", {"F001", "F030"}),
    "numbers without end": (
        lambda: f"{HEAD}facts: {{general_budget: {{opening: 1e999999999, income: {'9' * 99_000}, spent: .inf}}}}\n",
        {"F001", "F007"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_hostile_facts_are_refused_cheaply(name: str, tmp_path: Path) -> None:
    make, expected = FACTS[name]
    path = tmp_path / "facts.yaml"
    path.write_text(make(), encoding="utf-8")
    run = limited(CHEAP, "score", path)
    assert (run.code, codes(run)) == (3, expected)
    assert len(run.err.splitlines()) <= errors.MOST_PROBLEMS + 1


@pytest.mark.parametrize("number", MANY)
@pytest.mark.parametrize(
    ("section", "expected"), [("facts", {"F002", "F030"}), ("claimed", {"F001", "F002", "F030"})]
)
def test_names_that_nobody_knows_are_told_cheaply(
    section: str, expected: set[str], number: int, tmp_path: Path
) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(f"{HEAD}{section}:\n{unknown(number, '  ')}", encoding="utf-8")
    run = limited(CHEAP, "score", path)
    assert (run.code, codes(run)) == (3, expected)
    assert len(run.err.splitlines()) <= errors.MOST_PROBLEMS + 1


# Rulesets

RULESET = """
ruleset: sq
title: Squares
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  staff: {label: Staff, type: number}
  outputs:
    label: Outputs
    records: {key: id}
    fields:
      id: {label: Id, type: text}
      weight: {label: Weight, type: number}
      target: {label: Target, type: number, at_least: 0.0001}
      actual: {label: Actual, type: number}
MEASURES
criteria:
  - {id: a, title: A, points: 10, deductions: [{id: d, when: last != last, deduct: 1, because: big}]}
"""


def ruleset(*measures: str) -> str:
    """A ruleset with these measures, ``m0`` and on; the last is ``last``."""
    names = [*(f"m{at}" for at in range(len(measures) - 1)), "last"]
    lines = [f"  {name}: {{label: M, value: '{value}'}}" for name, value in zip(names, measures, strict=True)]
    return RULESET.replace("MEASURES", "\n".join(["measures:", *lines]))


SHARES = "sum(weight * min(actual / target, 100%) for outputs)"
HOSTILE_RULESETS = {
    "unknown keys": ("R065", ruleset("staff") + unknown(60_000)),
    "very many of them": ("R065", ruleset("staff") + unknown(240_000)),
    "unknown names": ("R065", ruleset(*[f"x{at}" for at in range(2_000)])),
    "measures": ("R066", ruleset(*["staff"] * 20_000)),
    "bands": (
        "R066",
        ruleset("staff").split("criteria:")[0]
        + "criteria:\n  - {id: a, title: A, points: 10, score: {of: staff, bands: ["
        + ",".join(f"{{from: {at}, below: {at + 1}, earn: 1}}" for at in range(40_000))
        + "]}}\n",
    ),
    "an expression": ("S131", ruleset("+".join(["1"] * 500_000))),
}


@pytest.mark.parametrize("name", all_but(HOSTILE_RULESETS, "very many of them"))
def test_hostile_rulesets_are_refused_cheaply(name: str, tmp_path: Path) -> None:
    expected, written = HOSTILE_RULESETS[name]
    (tmp_path / "sq.yaml").write_text(written, encoding="utf-8")
    run = limited(CHEAP, "rules", "check", tmp_path / "sq.yaml")
    assert run.code == 4
    assert f" {expected} " in run.out


RULESETS: dict[str, tuple[str, bool]] = {
    "squares": (ruleset("staff + 0", *(f"m{at} * m{at}" for at in range(27))), False),
    "squares of few": (ruleset("staff + 0", *(f"m{at} * m{at}" for at in range(12))), True),
    "squares rounded": (ruleset("staff + 0", *(f"round(m{at} * m{at} / 100000000000000000000000000000, 2)" for at in range(60))), False),
    "squares held down": (ruleset("staff + 0", *(f"round(m{at} / (1 + m{at}), 6)" for at in range(60))), True),
    "shares": (ruleset(SHARES), True),
    "shares of ten rows": (ruleset(*[SHARES] * 10), True),
    "shares added up": (ruleset(*[SHARES] * 9, "+".join(f"m{at}" for at in range(9))), False),
    "a product of shares": (ruleset(*[SHARES] * 9, "*".join(f"m{at}" for at in range(9))), False),
    "shares for each": (ruleset(SHARES, "sum(weight / m0 for outputs)"), False),
    "shares rounded for each": (ruleset("round(" + SHARES + ", 4)", "sum(weight / m0 for outputs)"), True),
    "average of shares": (ruleset("average(actual / target for outputs) * 100"), True),
    "shares of shares": (ruleset("sum(actual / target / (1 + sum(actual / target for outputs)) for outputs)"), False),
    "decimals of decimals": (ruleset("sum(weight * actual * target for outputs) / 100 * staff / 3.7"), True),
}  # fmt: skip


@pytest.mark.parametrize("name", RULESETS)
def test_values_have_a_bound_on_their_digits(name: str) -> None:
    """Refused when the ruleset is built, so that no department is left without a score by it."""
    written, is_sound = RULESETS[name]
    root = reading.parse_source(written.encode(), "sq.yaml", errors.RulesetError)
    if is_sound:
        build_ruleset(root)
        return
    with pytest.raises(errors.RulesetError) as caught:
        build_ruleset(root)
    [problem] = caught.value.problems
    assert problem.code == "R064"
    assert problem.where is not None
    assert written.splitlines()[problem.where.line - 1].startswith("  ")


def test_what_is_let_through_costs_little(tmp_path: Path) -> None:
    """The longest sum there may be: twenty thousand ratios, whose terms share no factor."""
    (tmp_path / "sq.yaml").write_text(ruleset(SHARES), encoding="utf-8")
    rows = "".join(
        f"    - {{id: A{at:05}, weight: 1, target: {10**29 + 2 * at + 1}, actual: {10**28 + at}}}\n"
        for at in range(sizes.MAX_RECORDS)
    )
    path = tmp_path / "facts.yaml"
    path.write_text(
        f"department: x\nyear: 2024\nruleset: sq\nfacts:\n  staff: 1\n  outputs:\n{rows}", encoding="utf-8"
    )
    run = limited(CHEAP, "score", path, "-r", tmp_path / "sq.yaml", "-f", "csv")
    assert run.code == 0, run.err[:500]


# Tables


def test_a_table_of_very_many_columns_is_refused_cheaply(tmp_path: Path) -> None:
    names = ",".join(f"c{at}" for at in range(400_000))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "main.csv").write_text(f"{names}\n{'1,' * 399_999}1\n", encoding="utf-8")
    run = limited(
        CHEAP, "portfolio", "score", tmp_path / "in", "-r", "guangdong/2024", "-o", tmp_path / "out"
    )
    assert (run.code, codes(run)) == (3, {"S132"}), run.err[:500]


# Workbooks

CONTRACTS = "xl/worksheets/sheet8.xml"


def packed(change: dict[str, Callable[[bytes], bytes]]) -> Callable[[], bytes]:
    return lambda: repacked(workbook(), lambda name, old: change[name](old) if name in change else old)


def data(rows: Callable[[], str], after: str = "") -> Callable[[], bytes]:
    """The workbook with these rows beside the contracts that are there, and something after the last."""
    return packed(
        {CONTRACTS: lambda old: old.replace(b"</sheetData>", f"{rows()}</sheetData>{after}".encode())}
    )


def inserted(before: bytes, what: Callable[[], bytes]) -> Callable[[bytes], bytes]:
    return lambda old: old.replace(before, what() + before)


WIDE = "".join(f'<row r="{row}">{"<c><v>1</v></c>" * 16_000}</row>' for row in range(100, 165))
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOKS: dict[str, tuple[Callable[[], bytes], int, set[str]]] = {
    "wide rows": (data(lambda: WIDE), 3, {"D003"}),
    "wide rows of another's writing": (
        data(lambda: re.sub("<(/?)([rcv])", r"<\1x:\2", WIDE).replace("<x:row", f'<x:row xmlns:x="{SPACE}"')), 3, {"D003"},
    ),
    "empty cells": (data(lambda: f'<row>{"<c/>" * 16_000}</row>' * 190), 3, {"D003"}),
    "empty rows": (data(lambda: f'<row r="100">{"<c/>" * 16_000}</row>' + '<row r="101"><c/></row>' * 1_600_000), 3, {"D003"}),
    "merges": (data(str, "<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 200_000 + "</mergeCells>"), 3, {"D003"}),
    "array formulas": (
        data(lambda: "".join(f'<row r="{row}"><c r="Z{row}"><f t="array" ref="A1:XFD1048576">1</f></c></row>' for row in range(100, 10_000))),
        3, {"D003"},
    ),
    "styles": (packed({"xl/styles.xml": inserted(b"</cellXfs>", lambda: b"<xf/>" * 1_000_000)}), 3, {"D003"}),
    "texts": (packed({"xl/sharedStrings.xml": inserted(b"</sst>", lambda: b"<si/>" * 1_100_000)}), 3, {"D003"}),
    "one text": (packed({"xl/sharedStrings.xml": inserted(b"</sst>", lambda: b"<si><t>%s</t></si>" % (b"x" * 150_000_000))}), 3, {"D003"}),
    "wrong cells": (
        data(lambda: "".join(f'<row r="{row}"><c r="A{row}" t="str"><v>K{row}</v></c></row>' for row in range(100, 15_000))),
        3, {"F001", "F030"},
    ),
    "a dimension that lies": (packed({CONTRACTS: lambda old: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', old)}), 0, {"F014"}),
}  # fmt: skip


@pytest.mark.parametrize("name", all_but(WORKBOOKS, "empty rows", "wide rows of another's writing"))
def test_hostile_workbooks_are_refused_cheaply(name: str, tmp_path: Path) -> None:
    make, code, expected = WORKBOOKS[name]
    path = tmp_path / "facts.xlsx"
    path.write_bytes(make())
    run = limited(CHEAP, "score", path)
    assert (run.code, codes(run)) == (code, expected), run.err[:500]


def test_a_workbook_of_twenty_thousand_contracts_is_scored(tmp_path: Path) -> None:
    """Of which every tenth is filed late, on the eighth working day."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as package:
        sheet = package.read(CONTRACTS).decode()
    there = len(re.findall("<row ", sheet)) - 3
    columns = re.findall(r'<c r="([A-Z]+)3"', sheet)

    def row(at: int) -> str:
        filed = "2024-07-02" if at % 10 == 0 else "2024-06-24"
        fields = (f"HT-{at}", "设备采购合同", "2024-06-03", "2024-06-20", filed, "2024-06-21", "否")
        cells = (
            f'<c r="{column}{at}" t="inlineStr"><is><t>{field}</t></is></c>'
            for column, field in zip(columns, fields, strict=False)
        )
        return f'<row r="{at}">{"".join(cells)}</row>'

    added = range(4 + there, 4 + sizes.MAX_RECORDS)
    path = tmp_path / "facts.xlsx"
    path.write_bytes(data(lambda: "".join(map(row, added)))())
    run = limited(CHEAP, "score", path, "-f", "csv")
    assert run.code == 0, run.err[:500]
    late = re.findall(r",late_filing,(HT-[0-9]+),", run.out)
    assert sorted(late) == sorted(f"HT-{at}" for at in added if at % 10 == 0)


# Reports


def document(body: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(
                "word/document.xml",
                f"{WORD}<w:p><w:r><w:t>hello</w:t></w:r></w:p>{body}</w:body></w:document>",
            )

    return write


WORD = '<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def cell(written: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{written}</w:t></w:r></w:p></w:tc>"


CHAIN = table(
    cell("x") + cell("5", '<w:vMerge w:val="restart"/>'), *[cell("y") + cell("6", "<w:vMerge/>")] * 4_000
)
HOSTILE_REPORTS: dict[str, tuple[Callable[[Path], object], int, set[str]]] = {
    "span": (document(table(cell("x") + cell("5", '<w:gridSpan w:val="300000000"/>'))), 2, {"D003"}),
    "no span": (document(table(cell("x") + cell("5", '<w:gridSpan w:val="abc"/>'))), 2, {"D004"}),
    "merged with nothing": (document(table(cell("x"), cell("y") + cell("6", "<w:vMerge/>"))), 0, set()),
    "a chain of merges": (document(CHAIN), 0, set()),
    "tables in tables": (document("<w:tbl><w:tr><w:tc>" * 1_000 + "</w:tc></w:tr></w:tbl>" * 1_000), 0, set()),
    "paragraphs": (document("<w:p/>" * 250_000), 0, set()),
    "a million paragraphs": (document("<w:p/>" * 1_000_000), 0, set()),
    "elements": (document("<w:p/>" * 4_100_000), 2, {"D003"}),
    "wide tables": (document(table(*[cell("5", '<w:gridSpan w:val="999"/>')] * 2_000)), 2, {"D003"}),
    "lines": (lambda path: path.write_bytes(b"ab\n" * 2_000_000), 2, {"D003"}),
    "rectangles": (lambda path: path.write_bytes(rectangles(1_000_000)), 2, {"D007"}),
    "pages": (lambda path: path.write_bytes(pdf([b""] * 501)), 2, {"D003"}),
    "a bomb": (lambda path: path.write_bytes(bomb(800)), 2, {"D004"}),
}  # fmt: skip


@pytest.mark.parametrize("name", all_but(HOSTILE_REPORTS, "a million paragraphs", "rectangles"))
def test_hostile_reports_are_read_or_refused_cheaply(name: str, tmp_path: Path) -> None:
    make, code, expected = HOSTILE_REPORTS[name]
    path = tmp_path / "report"
    make(path)
    run = limited(CHEAP, "extract", path, "-r", "guangdong/2024", "-o", tmp_path / "facts.yaml")
    assert (run.code, codes(run)) == (code, expected), run.err[:500]
    assert (tmp_path / "facts.yaml").exists() == (code == 0)


def test_merged_cells_stand_in_every_place_they_take(tmp_path: Path) -> None:
    head = cell("") + cell("收支", '<w:gridSpan w:val="2"/>')
    rows = [
        cell("收入", '<w:vMerge w:val="restart"/>') + cell("1") + cell("2"),
        cell("", "<w:vMerge/>") + cell("3") + cell("4"),
    ]
    document(table(head, *rows))(tmp_path / "report.docx")
    lines = narrative.read_narrative(tmp_path / "report.docx").lines
    assert [line.text for line in lines[1:]] == [
        "收入 收支 1。",
        "收入 收支 2。",
        "收入 收支 3。",
        "收入 收支 4。",
    ]


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
"""It takes time, and no memory."""


@pytest.mark.parametrize(
    "tag", [pytest.param(LOOP, marks=pytest.mark.thorough, id="a loop"), pytest.param("{{ 'x' * 10 ** 10 }}", id="a long text")]
)  # fmt: skip
def test_templates_without_end_are_stopped(tag: str, tmp_path: Path) -> None:
    run = limited(CHEAP, "report", GOLDEN, "-o", tmp_path / "report.docx", "-t", template_with(tmp_path, tag))
    assert (run.code, codes(run)) == (2, {"D020"}), run.err[:500]
    assert not (tmp_path / "report.docx").exists()


def test_a_template_has_no_more_than_its_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(templates, "SECONDS", 1)
    ruleset = Library().load("guangdong/2024")
    report = report_of(View(score_directly(ruleset, load_facts(GOLDEN, ruleset)), "en"))
    with pytest.raises(errors.UsageProblem, match=r"D020 .*more than 1 s, 700 MB") as caught:
        templates.render(report, template_with(tmp_path, LOOP))
    assert "用了超过 1 秒的计算，或超过 700 MB 的内存" in caught.value.problems[0].message.zh


def long_reports() -> Iterator[tuple[str, Callable[[Path], object]]]:
    paragraph = "<w:p><w:pPr><w:jc/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>全年工作按计划完成，资金使用规范，绩效目标总体实现。</w:t></w:r></w:p>"
    yield "word", document(paragraph * 300 * 30)
    yield "pdf", lambda path: path.write_bytes(pdf([text("page", "12,345.67 in all", f"number {n}") for n in range(300)]))  # fmt: skip


@pytest.mark.parametrize(("name", "make"), [*long_reports()])
def test_reports_of_three_hundred_pages_are_read(
    name: str, make: Callable[[Path], object], tmp_path: Path
) -> None:
    make(tmp_path / "report")
    run = limited(
        CHEAP, "extract", tmp_path / "report", "-r", "guangdong/2024", "-o", tmp_path / "facts.yaml"
    )
    assert run.code == 0, run.err
    assert len(narrative.read_narrative(tmp_path / "report").lines) > 600


@pytest.mark.parametrize(
    ("limit", "code", "said"),
    [((resource.RLIMIT_CPU, 1), -signal.SIGKILL, ""), ((resource.RLIMIT_AS, 3_000_000), 2, "U009")],
)
def test_a_run_that_takes_more_is_ended_or_refused(limit: tuple[int, int], code: int, said: str) -> None:
    """The limits of these tests bite."""
    run = limited((limit,), "rules", "test", "guangdong/2024", "--property", "--max-examples", 2_000)
    assert (run.code, said in run.err) == (code, True)
