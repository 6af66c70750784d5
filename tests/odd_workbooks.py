"""Workbooks changed part by part, as programs and people leave them: what a library that saves them would not write."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import openpyxl


class Book:
    """A workbook's package, its parts changed one after the other; every change gives the book back."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            self.parts = {name: package.read(name) for name in package.namelist()}

    def bytes(self) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in self.parts.items():
                package.writestr(name, content)
        return buffer.getvalue()

    def write(self, path: Path) -> Path:
        path.write_bytes(self.bytes())
        return path

    def text(self, part: str) -> str:
        return self.parts[part].decode("utf-8")

    def replace(self, part: str, pattern: str, by: str, *, count: int = 1) -> Book:
        changed, times = re.subn(pattern, lambda _: by, self.text(part), count=count, flags=re.DOTALL)
        assert times, f"nothing to change in {part}: {pattern}"
        self.parts[part] = changed.encode("utf-8")
        return self

    def part(self, sheet: str) -> str:
        names = re.findall(r'<sheet [^>]*?name="([^"]*)"', self.text("xl/workbook.xml"))
        return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"

    def cell(self, sheet: str, cell: str, inner: str, *, code: str | None = None, **attributes: str) -> Book:
        """Put ``inner`` into a cell that is there, with its style or with the number format ``code``."""
        part = self.part(sheet)
        pattern = rf'<c r="{cell}"(?: s="(\d+)")?[^>]*?(?:/>|>.*?</c>)'
        match = re.search(pattern, self.text(part), re.DOTALL)
        assert match, f"there is no cell {cell}"
        style = self.style(code) if code is not None else match[1] or "0"
        told = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        return self.replace(part, pattern, f'<c r="{cell}" s="{style}"{told}>{inner}</c>')

    def number(self, sheet: str, cell: str, number: str, code: str | None = None) -> Book:
        return self.cell(sheet, cell, f"<v>{number}</v>", code=code)

    def string(self, sheet: str, cell: str, text: str, code: str | None = None) -> Book:
        return self.cell(sheet, cell, f"<is><t>{text}</t></is>", code=code, t="inlineStr")

    def formula(self, sheet: str, cell: str, inner: str = "<f>1+1</f>", **attributes: str) -> Book:
        return self.cell(sheet, cell, inner, **attributes)

    def style(self, code: str, *, font: int = 0) -> str:
        """The number of a new style with this number format."""
        styles = "xl/styles.xml"
        number = 500 + self.text(styles).count("<numFmt ")
        made = f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>'
        if "<numFmts" in self.text(styles):
            self.replace(styles, "</numFmts>", f"{made}</numFmts>")
        else:
            self.replace(styles, "<fonts", f'<numFmts count="1">{made}</numFmts><fonts')
        before = re.search(r"<cellXfs.*?</cellXfs>", self.text(styles), re.DOTALL)
        assert before
        self.replace(styles, "</cellXfs>", f'<xf numFmtId="{number}" fontId="{font}"/></cellXfs>')
        return str(before[0].count("<xf "))

    def painted(self, sheet: str, cell: str, inner: str, font: str, fill: str = "") -> Book:
        """Put a number into a cell whose text and whose solid ground have these colours."""
        styles = "xl/styles.xml"
        fonts, fills = self.text(styles).count("<font>"), self.text(styles).count("<fill>")
        self.replace(styles, "</fonts>", f"<font><color {font}/></font></fonts>")
        pattern = (
            f'<patternFill patternType="solid"><fgColor {fill}/></patternFill>' if fill else "<patternFill/>"
        )
        self.replace(styles, "</fills>", f"<fill>{pattern}</fill></fills>")
        style = self.style("0.00", font=fonts)
        self.replace(
            styles, f'fontId="{fonts}"/></cellXfs>', f'fontId="{fonts}" fillId="{fills}"/></cellXfs>'
        )
        return self.replace(
            self.part(sheet),
            rf'<c r="{cell}"[^>]*?(?:/>|>.*?</c>)',
            f'<c r="{cell}" s="{style}"><v>{inner}</v></c>',
        )

    def calculation(self, attributes: str) -> Book:
        return self.replace("xl/workbook.xml", r"<calcPr[^>]*/>", f"<calcPr {attributes}/>")

    def computed(self) -> Book:
        """As a program leaves it that has computed everything."""
        return self.calculation('calcId="191029"')

    def after(self, sheet: str, tag: str, xml: str) -> Book:
        return self.replace(self.part(sheet), f"</{tag}>", f"</{tag}>{xml}")

    def merge(self, sheet: str, *areas: str) -> Book:
        merged = "".join(f'<mergeCell ref="{one}"/>' for one in areas)
        return self.after(sheet, "sheetData", f'<mergeCells count="{len(areas)}">{merged}</mergeCells>')

    def row(self, sheet: str, row: int, attributes: str) -> Book:
        return self.replace(self.part(sheet), f'<row r="{row}"[^>]*>', f'<row r="{row}" {attributes}>')

    def hide_sheet(self, sheet: str, state: str = "hidden") -> Book:
        return self.replace(
            "xl/workbook.xml", f'<sheet name="{sheet}"', f'<sheet name="{sheet}" state="{state}"'
        )


def saved_by_openpyxl(content: bytes, cells: Mapping[tuple[str, str], object]) -> openpyxl.Workbook:
    """The workbook as openpyxl has it after these cells were changed."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for (sheet, cell), value in cells.items():
        book[sheet][cell] = value
    return book
