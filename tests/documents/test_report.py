"""Reports: what they show is what was computed, in every format, and people can read them."""

from __future__ import annotations

import base64
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from engine.documents.report import markdown, page, score_sheet, word
from engine.documents.report.gathering import report_of
from engine.documents.report.page import scale
from engine.errors import FactsError, Language, UsageProblem
from engine.facts.reading import read_facts
from engine.ruleset.library import Library
from engine.scoring import score_directly
from engine.source import parse_source, plain, read_source
from engine.view import View
from tests.command import GOLDEN, ROOT, audit
from tests.viewers import browser, converted, fonts, needed, pages

LIBRARY = Library()
FIXTURES = sorted(ROOT.glob("fixtures/*.yaml"))


def view_of(path: Path = GOLDEN, language: Language = "zh", **changes: Any) -> View:
    document = plain(read_source(path, FactsError))
    for key, value in changes.items():
        document[key] = value
    ruleset = LIBRARY.load(document["ruleset"])
    root = parse_source(json.dumps(document).encode(), "facts.json", FactsError)
    return View(score_directly(ruleset, read_facts(root, ruleset)), language)


# What every report tells


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_steps_lead_from_the_full_points_to_the_total(path: Path) -> None:
    view = view_of(path)
    report = report_of(view)
    at = view.scoring.root.full
    for step in report.steps:
        assert step.start == at
        at = step.end
    assert at == view.scoring.total
    low, high = scale(report.steps)
    assert all(low <= level <= high for step in report.steps for level in (step.start, step.end))
    assert len(report.entries) == len(view.scoring.lines)
    shown = [entry for section in report.sections for entry in section.entries]
    beyond = [line for line in view.scoring.lines if line.criterion.parent is None]
    assert len(shown) + len(beyond) == len(report.entries)


def test_the_golden_report_by_hand() -> None:
    report = report_of(view_of())
    assert (report.total, report.full, report.grade, report.lost, report.claimed_total) == (
        "97.41",
        "100.00",
        "优",
        "2.59",
        "97.41",
    )
    assert [(step.title, step.delta) for step in report.steps] == [
        ("预算执行率", "−1.59"),
        ("合同备案时效", "−1.00"),
    ]
    assert report.entries[1].figures[-1] == "workdays(signed, filed) > filing_days → 8 > 7, 高 1 天"
    assert report.entries[0].figures[0] == (
        "一般公共预算执行率 = general_budget.spent / (general_budget.opening + general_budget.income)"
        " = 24,066.38 / (2,942.82 + 25,674.96) = 84.10%"
    )
    assert [(one.criterion, one.lost) for one in report.improvements] == [
        ("预算执行率", "1.59"),
        ("合同备案时效", "1.00"),
    ]
    assert report.improvements[0].problem == "一般公共预算执行率 84.10%，按评分标准得 8.41 / 10.00 分"
    assert report.improvements[0].action == "提高“一般公共预算执行率”（现为 84.10%）"
    assert "HT-2024-07" in report.improvements[1].action
    assert "第四十七条" in report.improvements[1].action
    evidence = {one.fact: one for one in report.evidence}
    assert evidence["政府采购合同 HT-2024-07 备案日期"].value == "2024-07-02"
    assert evidence["总收支（决算数）：年初结转和结余"].value == "3,108.53 万元"


def test_a_rule_is_explained_once_however_many_lines_it_has() -> None:
    contracts = [
        {"id": f"X-{number:04}", "awarded": "2024-04-12", "signed": "2024-04-25", "filed": "2024-06-30", "announced": "2024-04-26", "announcement_exempt": "false"}
        for number in range(300)
    ]  # fmt: skip
    facts = plain(read_source(GOLDEN, FactsError))["facts"] | {"contracts": contracts}
    report = report_of(view_of(facts=facts, evidence={}))
    late = [entry for entry in report.entries if entry.row.rule == "late_filing"]
    assert len(late) == 300
    assert {entry.row.note for entry in late[3:]} == {"扣完为止"}
    problem = next(one.problem for one in report.improvements if one.criterion == "合同备案时效")
    assert problem.count("合同 X-") == 3
    assert "X-0002" in problem


# The page


class _Structure(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def structure(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Structure()
    parser.feed(html)
    return parser.tags


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_needs_nothing_else_and_has_a_structure(language: Language) -> None:
    html = page.render(report_of(view_of(language=language))).decode()
    tags = structure(html)
    assert not {"script", "img", "link", "iframe", "form"} & {tag for tag, _ in tags}
    assert not re.search(r"https?:|url\(|@import|javascript:", html)
    assert ("html", {"lang": "zh-CN" if language == "zh" else "en"}) in tags
    names = [tag for tag, _ in tags]
    assert names.count("h1") == names.count("main") == names.count("header") == names.count("footer") == 1
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    assert all(str(attrs["href"])[1:] in ids for tag, attrs in tags if tag == "a")
    for shown in ("97.41", "8.41", "HT-2024-07", "late_filing", "第四十七条", "47.41", "3,108.53"):
        assert shown in html


HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}=cmd|"/c calc"!A1'


def hostile_view() -> View:
    facts = plain(read_source(GOLDEN, FactsError))["facts"]
    facts["contracts"][1] |= {"id": HOSTILE, "name": HOSTILE}
    return view_of(
        department=HOSTILE, facts=facts, explanations={"low_execution": HOSTILE},
        evidence={"as_of": {"source": HOSTILE, "note": "=1+1", "status": "@x"}},
        waivers=[],
    )  # fmt: skip


def test_hostile_texts_stay_texts_on_the_page() -> None:
    html = page.render(report_of(hostile_view())).decode()
    tags = structure(html)
    assert not {"script", "img"} & {tag for tag, _ in tags}
    assert all(not name.startswith("on") for _, attrs in tags for name in attrs)
    assert "{{ 7 * 7 }}" in html


# The score sheet


def test_the_score_sheet_holds_the_table_with_its_scores() -> None:
    view = view_of()
    book = openpyxl.load_workbook(io.BytesIO(score_sheet.render(view, report_of(view))))
    assert book.sheetnames == ["评分表", "图表", "扣分明细", "自评对照", "问题和改进", "待说明事项", "依据"]
    sheet = book["评分表"]
    headings = [cell.value for cell in sheet[3]]
    assert headings == ["一级指标", "二级指标", "三级指标", "分值", "评分标准", "得分", "扣分原因", "依据"]
    rows = {row[2].value or row[1].value: row for row in sheet.iter_rows(min_row=4)}
    execution = rows["预算执行率"]
    assert (execution[3].value, execution[5].value) == (10, 8.41)
    assert "24,066.38 / (2,942.82 + 25,674.96) = 84.10%" in execution[6].value
    total = next(row for row in sheet.iter_rows(min_row=4) if row[0].value == "合计")
    assert (total[3].value, total[5].value) == (100, 97.41)
    leaves = [
        row[3].value for row in sheet.iter_rows(min_row=4) if row[3].value is not None and row is not total
    ]
    assert sum(leaves) - 100 == 100
    ledger = book["扣分明细"]
    assert [row[5].value for row in ledger.iter_rows(min_row=2)] == [1.59, 1]
    with zipfile.ZipFile(io.BytesIO(score_sheet.render(view, report_of(view)))) as package:
        charts = [name for name in package.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 2
        series = package.read(charts[0]).decode()
        assert "'图表'!$B$2" in series or "图表!$B$2" in series


def test_hostile_texts_stay_texts_in_the_score_sheet() -> None:
    view = hostile_view()
    book = openpyxl.load_workbook(io.BytesIO(score_sheet.render(view, report_of(view))))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    cells = [
        cell
        for row in book["依据"].iter_rows()
        for cell in row
        if str(cell.value or "").startswith(("=", "@"))
    ]
    assert len(cells) == 2
    assert all(cell.quotePrefix for cell in cells)


# The Word report


def text_of(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


def test_the_word_report_follows_the_official_outline() -> None:
    text = text_of(word.render(report_of(view_of())))
    outline = [
        "一、部门基本情况", "（一）部门职能", "（二）年度总体工作", "（三）部门整体支出绩效目标",
        "（四）部门整体支出情况（以决算数为统计口径）", "二、绩效自评情况", "（一）自评结论", "（二）履职效能分析",
        "（三）管理效率分析", "（四）就部门整体支出绩效管理存在问题提出改进措施",
    ]  # fmt: skip
    places = [text.index(heading) for heading in outline]
    assert places == sorted(places)
    assert "年初结转和结余 3,108.53 万元，本年收入 25,681.19 万元" in text
    assert "得 97.41 分（满分 100.00 分），等级为“优”" in text
    assert "本部分分值 50.00 分，得 47.41 分，自评得分 47.41 分" in text
    assert "存在问题：合同 HT-2024-07 签订后 8 个工作日备案" in text
    assert "{{" not in text
    assert "{%" not in text


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format_can_be_made_of_every_fixture(path: Path, language: Language) -> None:
    view = view_of(path, language)
    report = report_of(view)
    total = report.total
    assert total in page.render(report).decode()
    assert total in markdown.render(report).decode()
    assert total in text_of(word.render(report))
    sheet = openpyxl.load_workbook(io.BytesIO(score_sheet.render(view, report))).worksheets[0]
    assert f"：{total}" in str(sheet["A2"].value) or f"Total: {total}" in str(sheet["A2"].value)


def template_with(tmp_path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for one in paragraphs:
        document.add_paragraph(one)
    path = tmp_path / "own.docx"
    document.save(str(path))
    return path


def test_a_department_may_bring_its_own_template(tmp_path: Path) -> None:
    own = template_with(
        tmp_path,
        "{{ department }}：{{ total }}",
        "{{ facts.general_budget.spent }}",
        "{{ improvements[0].criterion }}",
    )
    out = tmp_path / "report.docx"
    assert audit("report", GOLDEN, "-o", out, "--template", own).code == 0
    assert text_of(out.read_bytes()).split("\n")[:3] == [
        "广东省人民政府办公厅：97.41",
        "24,066.38 万元",
        "预算执行率",
    ]


@pytest.mark.parametrize(
    "tag",
    [
        "{{ ''.__class__.__mro__ }}", "{{ self.__init__.__globals__ }}", "{% for x in %}", "{{ nothing }}",
        "{{ report.x }}", "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{% include '/etc/passwd' %}",
        "{{ ledger.append(1) }}", "{{ range(10000000)|length }}",
    ],
)  # fmt: skip
def test_a_template_can_read_and_do_nothing_else(tag: str, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem) as caught:
        word.render(report_of(view_of()), template_with(tmp_path, tag))
    assert caught.value.problems[0].code == "D020"


def test_hostile_texts_stay_texts_in_word() -> None:
    content = word.render(report_of(hostile_view()))
    text = text_of(content)
    assert "<script>alert(1)</script>" in text
    assert "{{ 7 * 7 }}" in text
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        ET.fromstring(package.read("word/document.xml"))


def test_markdown_shows_hostile_texts_as_they_are() -> None:
    text = markdown.render(report_of(hostile_view())).decode()
    assert "<script" not in text.replace("\\<", "")
    assert re.search(r"(?<!\\)\[", text) is None


# The command


def test_a_result_is_reported_like_its_facts(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    audit("score", GOLDEN, "-f", "json", "-o", result)
    assert audit("report", result, "-o", tmp_path / "a.html").code == 0
    assert audit("report", GOLDEN, "-o", tmp_path / "b.html").code == 0
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    tampered = json.loads(result.read_text())
    tampered["total"] = "99.41"
    result.write_text(json.dumps(tampered))
    run = audit("report", result, "-o", tmp_path / "c.html")
    assert run.code == 3
    assert "V005" in run.err
    assert "total" in run.err
    assert not (tmp_path / "c.html").exists()


def test_odd_calls_are_told(tmp_path: Path) -> None:
    assert audit("report", GOLDEN, "-o", tmp_path / "a.pdf").code == 2
    assert audit("report", GOLDEN, "-o", tmp_path / "a.html", "--template", GOLDEN).code == 2
    run = audit("report", GOLDEN, "-o", tmp_path / "a.docx", "--template", GOLDEN)
    assert run.code == 2
    assert "D004" in run.err
    two = tmp_path / "two.json"
    audit("score", GOLDEN, GOLDEN, "-f", "json", "-o", two)
    assert "V004" in audit("report", two, "-o", tmp_path / "a.html").err


# Read by other programs


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    view = view_of()
    report = report_of(view)
    (folder / "page.html").write_bytes(page.render(report))
    english = report_of(view_of(ROOT / "fixtures" / "hebei-langfang-2019.yaml", "en"))
    (folder / "english.html").write_bytes(page.render(english))
    (folder / "sheet.xlsx").write_bytes(score_sheet.render(view, report))
    (folder / "report.docx").write_bytes(word.render(report))
    return folder


@pytest.mark.slow
def test_libreoffice_opens_the_score_sheet(made: Path) -> None:
    shown = pages(made / "sheet.xlsx")
    whole = "".join(shown)
    for text in ("一级指标", "预算执行率", "97.41", "扣分原因", "分项得分", "从满分到得分"):
        assert text in re.sub(r"\s", "", whole), text
    assert "#REF!" not in whole
    assert "CJK" in fonts(made / "sheet.xlsx")


@pytest.mark.slow
def test_libreoffice_opens_the_word_report(made: Path) -> None:
    shown = pages(made / "report.docx")
    assert 2 <= len(shown) <= 8
    whole = re.sub(r"\s", "", "".join(shown))
    assert "二、绩效自评情况" in whole
    assert "改进措施：提高“一般公共预算执行率”（现为84.10%）" in whole
    assert "CJK" in fonts(made / "report.docx")


@pytest.mark.slow
def test_libreoffice_opens_the_form(tmp_path: Path) -> None:
    book = tmp_path / "facts.xlsx"
    audit("template", "guangdong/2024", "-o", book, "--from", GOLDEN)
    whole = "".join(pages(book))
    assert "HT-2024-07" in whole
    assert "2024-07-02" in whole
    assert "3,108.53" in whole


@pytest.mark.slow
def test_a_form_that_libreoffice_saved_reads_the_same(tmp_path: Path) -> None:
    book = tmp_path / "facts.xlsx"
    audit("template", "guangdong/2024", "-o", book, "--from", GOLDEN)
    converted(book, "xlsx:Calc MS Excel 2007 XML", tmp_path / "saved")
    assert audit("score", tmp_path / "saved" / "facts.xlsx").out == audit("score", GOLDEN).out


WIDTHS = {"desk": 1200, "phone": 390}


@pytest.fixture(scope="module")
def chromium(made: Path) -> Iterator[Any]:
    with browser(made) as session:
        yield session


def opened(session: Any, made: Path, width: int, scheme: str = "light", name: str = "page.html") -> Any:
    session.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    session.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    session.get(f"file://{made}/{name}")
    return session


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_in_chromium(chromium: Any, made: Path, width: str, scheme: str) -> None:
    session = opened(chromium, made, WIDTHS[width], scheme)
    assert session.execute_script("return document.documentElement.scrollWidth") <= WIDTHS[width]
    text = session.find_element("tag name", "body").text
    for shown in ("97.41", "合同 HT-2024-07 签订后 8 个工作日备案", "8 > 7", "尚无说明"):
        assert shown in text
    assert session.get_log("browser") == []
    requested = [
        json.loads(entry["message"])["message"]["params"]["request"]["url"]
        for entry in session.get_log("performance")
        if '"Network.requestWillBeSent"' in entry["message"]
    ]
    assert [url for url in requested if url.startswith(("http", "ws"))] == []
    session.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    session.refresh()
    session.execute_script(axe_script())
    found = session.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    assert found["passes"]
    told = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found["violations"]]
    assert told == []


@pytest.mark.slow
def test_english_words_fit_a_phone_too(chromium: Any, made: Path) -> None:
    session = opened(chromium, made, WIDTHS["phone"], name="english.html")
    assert session.execute_script("return document.documentElement.scrollWidth") <= WIDTHS["phone"]


def axe_script() -> str:
    import axe_core_python

    return (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_prints(chromium: Any, made: Path) -> None:
    session = opened(chromium, made, 1200)
    printed = session.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    (made / "printed.pdf").write_bytes(base64.b64decode(printed["data"]))
    import subprocess

    (reader,) = needed("pdftotext")
    text = subprocess.run(
        [reader, "-layout", made / "printed.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    shown = re.sub(r"\s", "", text)
    assert "扣分明细" in shown
    assert "97.41" in shown
    assert "跳到正文" not in shown


@pytest.mark.slow
def test_the_page_by_keyboard(chromium: Any, made: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    session = opened(chromium, made, 1200)
    body = session.find_element("tag name", "body")
    body.send_keys(Keys.TAB)
    first = session.switch_to.active_element
    assert first.text == "跳到正文"
    first.send_keys(Keys.ENTER)
    assert session.switch_to.active_element.get_attribute("id") == "main"
