"""Writes the Word templates that ``audit report`` ships: the official outline, with docxtpl's tags in it.

Run after changing the outline: ``python -m scripts.make_report_templates``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

FOLDER = Path(__file__).parent.parent / "engine" / "documents" / "report"
BODY, HEAD, SUBHEAD, TITLE = "仿宋", "黑体", "楷体", "宋体"

OUTLINE: dict[str, list[tuple[str, str]]] = {
    "zh": [
        ("title", "{{ department }}{{ year }} 年度部门整体支出绩效自评报告"),
        ("h1", "一、部门基本情况"),
        ("h2", "（一）部门职能"),
        ("fill", "【请按部门“三定”方案填写主要职能】"),
        ("h2", "（二）年度总体工作和重点工作任务"),
        ("fill", "【请填写年度总体工作和重点工作任务】"),
        ("h2", "（三）部门整体支出绩效目标"),
        ("fill", "【请填写整体绩效目标及其完成情况】"),
        ("h2", "（四）部门整体支出情况（以决算数为统计口径）"),
        ("tag", "{%p for group in money %}"),
        ("p", ("{{ loop.index }}. {{ group.title }}。{% for label, value in group.figures %}{{ label }} {{ value }}"
              "{{ '。' if loop.last else '，' }}{% endfor %}")),
        ("tag", "{%p endfor %}"),
        ("h1", "二、绩效自评情况"),
        ("h2", "（一）自评结论"),
        ("p", ("按《{{ title }}》计算，{{ department }} {{ year }} 年度部门整体支出绩效得 {{ total }} 分（满分 {{ full }} 分）"
              "{% if grade %}，等级为“{{ grade }}”{% endif %}{% if claimed %}；自评得分合计 {{ claimed }} 分{% endif %}。各部分得分如下：")),
        ("table:sections", "指标|分值|得分|扣分|自评得分"),
        ("tag", "{%p for section in sections %}"),
        ("h2", "（{{ section.numeral }}）{{ section.title }}分析"),
        ("p", ("本部分分值 {{ section.points }} 分，得 {{ section.earned }} 分{% if section.claimed %}，自评得分 {{ section.claimed }} 分"
              "{% endif %}。{% if not section.ledger %}各项指标均未扣分。{% endif %}")),
        ("table:bars", "指标|分值|得分|扣分|备注"),
        ("tag", "{%p for entry in section.ledger %}"),
        ("p", ("{{ loop.index }}. {{ entry.row.criterion }}：{{ entry.row.because }}"
              "{% if entry.row.basis %}，依据 {{ entry.row.basis }}{% endif %}，扣 {{ entry.row.applied }} 分"
              "{% if entry.row.note %}（{{ entry.row.note }}）{% endif %}。")),
        ("tag", "{%p endfor %}"),
        ("tag", "{%p endfor %}"),
        ("h2", "（{{ last_numeral }}）就部门整体支出绩效管理存在问题提出改进措施"),
        ("tag", "{%p if not improvements %}"),
        ("p", "按评分标准计算没有扣分。"),
        ("tag", "{%p endif %}"),
        ("tag", "{%p for one in improvements %}"),
        ("p", "{{ loop.index }}. {{ one.criterion }}（扣 {{ one.lost }} 分）。存在问题：{{ one.problem }}。改进措施：{{ one.action }}。"),
        ("tag", "{%p endfor %}"),
        ("tag", "{%p if open_points %}"),
        ("p", "另有下列事项按评分标准应作说明："),
        ("tag", "{%p endif %}"),
        ("tag", "{%p for why, given in open_points %}"),
        ("p", "（{{ loop.index }}）{{ why }}{% if given %}。说明：{{ given }}{% else %}【请说明】{% endif %}"),
        ("tag", "{%p endfor %}"),
        ("note", ("得分由程序按规则集 {{ ruleset }} 计算，可用 audit verify 复核。"
                 "{% for name, digest in digests %}{{ name }} {{ digest }}{{ '' if loop.last else '；' }}{% endfor %}")),
    ],
    "en": [
        ("title", "{{ department }}: self-evaluation of overall expenditure, {{ year }}"),
        ("h1", "1. The department"),
        ("h2", "1.1 Duties"),
        ("fill", "[Fill in the department's duties]"),
        ("h2", "1.2 Work of the year"),
        ("fill", "[Fill in the year's work and its main tasks]"),
        ("h2", "1.3 Overall performance goals"),
        ("fill", "[Fill in the goals and how far they were met]"),
        ("h2", "1.4 Overall expenditure (final accounts)"),
        ("tag", "{%p for group in money %}"),
        ("p", ("{{ loop.index }}. {{ group.title }}: {% for label, value in group.figures %}{{ label }} {{ value }}"
              "{{ '.' if loop.last else '; ' }}{% endfor %}")),
        ("tag", "{%p endfor %}"),
        ("h1", "2. The self-evaluation"),
        ("h2", "2.1 Conclusion"),
        ("p", ("By '{{ title }}', {{ department }} earned {{ total }} of {{ full }} points in {{ year }}"
              "{% if grade %}, grade {{ grade }}{% endif %}{% if claimed %}; {{ claimed }} were claimed{% endif %}.")),
        ("table:sections", "criterion|points|earned|lost|claimed"),
        ("tag", "{%p for section in sections %}"),
        ("h2", "2.{{ loop.index + 1 }} {{ section.title }}"),
        ("p", ("{{ section.earned }} of {{ section.points }} points were earned{% if section.claimed %}; {{ section.claimed }} were claimed"
              "{% endif %}.{% if not section.ledger %} No points were lost.{% endif %}")),
        ("table:bars", "criterion|points|earned|lost|note"),
        ("tag", "{%p for entry in section.ledger %}"),
        ("p", ("({{ loop.index }}) {{ entry.row.criterion }}: {{ entry.row.because }}"
              "{% if entry.row.basis %} ({{ entry.row.basis }}){% endif %}; {{ entry.row.applied }} points"
              "{% if entry.row.note %} ({{ entry.row.note }}){% endif %}.")),
        ("tag", "{%p endfor %}"),
        ("tag", "{%p endfor %}"),
        ("h2", "2.{{ sections|length + 2 }} Problems and improvements"),
        ("tag", "{%p if not improvements %}"),
        ("p", "No points were lost."),
        ("tag", "{%p endif %}"),
        ("tag", "{%p for one in improvements %}"),
        ("p", "({{ loop.index }}) {{ one.criterion }}, {{ one.lost }} points. Problem: {{ one.problem }}. Improvement: {{ one.action }}."),
        ("tag", "{%p endfor %}"),
        ("tag", "{%p if open_points %}"),
        ("p", "The rules ask for an explanation of the following:"),
        ("tag", "{%p endif %}"),
        ("tag", "{%p for why, given in open_points %}"),
        ("p", "({{ loop.index }}) {{ why }}{% if given %}. Explanation: {{ given }}{% else %} [please explain]{% endif %}"),
        ("tag", "{%p endfor %}"),
        ("note", ("Computed by the ruleset {{ ruleset }}; audit verify computes it anew. "
                 "{% for name, digest in digests %}{{ name }} {{ digest }}{{ '' if loop.last else '; ' }}{% endfor %}")),
    ],
}  # fmt: skip

TABLES = {
    "sections": ("section in sections", ("section.title", "section.points", "section.earned", "section.lost", "section.claimed")),
    "bars": ("bar in section.bars", ("'　' * bar.depth + bar.title", "bar.points", "bar.earned", "bar.lost", "bar.note")),
}  # fmt: skip

WIDTHS = (7.0, 2.0, 2.0, 2.0, 2.6)
"""Of a table's columns, in cm: what the margins leave."""


def main() -> None:
    """Write one template for each language."""
    for language, outline in OUTLINE.items():
        document = built(outline)
        document.save(str(FOLDER / f"self-evaluation.{language}.docx"))


def built(outline: list[tuple[str, str]]) -> Any:
    """The document of an outline."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.7)
    section.top_margin, section.bottom_margin = Cm(3.2), Cm(2.8)
    _styles(document)
    _page_number(section.footer.paragraphs[0])
    for kind, text in outline:
        if kind.startswith("table:"):
            _table(document, kind.removeprefix("table:"), text.split("|"))
        else:
            _paragraph(document, kind, text)
    return document


def _font(target: Any, name: str, size: float, *, bold: bool = False) -> None:
    font = target.font
    font.name, font.size, font.bold = "Times New Roman", Pt(size), bold
    font.color.rgb = RGBColor(0, 0, 0)
    fonts = target.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _styles(document: Any) -> None:
    styles = document.styles
    _font(styles["Normal"], BODY, 15)
    for mark in styles.element.iter(qn("w:lang")):
        mark.set(qn("w:eastAsia"), "zh-CN")
    styles["Normal"].paragraph_format.line_spacing = 1.5
    styles["Normal"].paragraph_format.space_after = Pt(0)
    for name, font, size, bold in (
        ("Title", TITLE, 20, True),
        ("Heading 1", HEAD, 16, False),
        ("Heading 2", SUBHEAD, 15, True),
    ):
        _font(styles[name], font, size, bold=bold)
        styles[name].paragraph_format.space_before = Pt(10)
        styles[name].paragraph_format.space_after = Pt(4)
        styles[name].paragraph_format.keep_with_next = True
    border = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        styles["Title"].element.pPr.remove(border)


def _paragraph(document: Any, kind: str, text: str) -> None:
    style = {"title": "Title", "h1": "Heading 1", "h2": "Heading 2"}.get(kind, "Normal")
    paragraph = document.add_paragraph(style=style)
    run = paragraph.add_run(text)
    if kind == "title":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif kind in ("p", "fill"):
        paragraph.paragraph_format.first_line_indent = Pt(30)
    if kind == "fill":
        run.font.color.rgb = RGBColor(0xA8, 0x32, 0x2A)
    if kind == "note":
        paragraph.paragraph_format.space_before = Pt(18)
        run.font.size = Pt(9)


def _table(document: Any, name: str, headings: list[str]) -> None:
    loop, values = TABLES[name]
    table = document.add_table(rows=4, cols=len(headings), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Cm(width)
    for row, texts in enumerate(
        (headings, [f"{{%tr for {loop} %}}"], [f"{{{{ {one} }}}}" for one in values], ["{%tr endfor %}"])
    ):
        for place, width in enumerate(WIDTHS):
            cell = table.cell(row, place)
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = 1.1
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            run = paragraph.add_run(texts[place] if place < len(texts) else "")
            run.font.size = Pt(10.5)
            run.font.bold = row == 0
            if 0 < place < 4:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    repeat = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    document.add_paragraph().paragraph_format.line_spacing = 0.6


def _page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(10.5)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


if __name__ == "__main__":
    main()
