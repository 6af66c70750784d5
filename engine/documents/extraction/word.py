"""The paragraphs and tables of a Word document, in reading order.

The document's main part is read as a stream by expat, and not by a library: a library holds all of it as a
tree of objects, and what it makes of a table grows with the numbers that stand in the table.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from engine.errors import Text

MAIN_PART = "word/document.xml"
MAX_COLUMNS = 1_000
"""Columns of a table; Word itself makes 63."""
MAX_CELLS = 1_000_000
"""Cells of all tables, those that a merged one stands for included."""

Rows = list[list[str]]
Block = str | Rows
"""A paragraph's text, or a table's cells by row; a merged cell's text stands in each place that it takes."""

_WORD = re.compile(
    r"http://(?:schemas\.openxmlformats\.org/wordprocessingml/2006|purl\.oclc\.org/ooxml/wordprocessingml)/main "
)
_CHUNK = 1 << 18
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_PASSED_OVER = frozenset({"txbxContent", "moveFrom", "rt"})
"""Text boxes, which stand elsewhere; what was moved away; and how characters are pronounced."""


class Unreadable(Exception):
    """The document is damaged, or more than is read; the reason is in it."""


class TooLarge(Unreadable):
    """There are more than ``most`` of ``what``, and no more are read."""

    def __init__(self, most: int, what: Text) -> None:
        super().__init__(f"over {most:,} {what.en}")
        self.reason = Text(f"超过 {most:,} {what.zh}", f"over {most:,} {what.en}")


def blocks(content: bytes) -> Iterator[Block]:
    """The paragraphs and tables of the package ``content``. Raises :class:`Unreadable`."""
    reader = _Reader()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open(MAIN_PART) as stream:
            while chunk := stream.read(_CHUNK):
                reader.parser.Parse(chunk, False)
                yield from reader.taken()
            reader.parser.Parse(b"", True)
            yield from reader.taken()
    except (expat.ExpatError, LookupError, ValueError) as failure:
        raise Unreadable(f"{MAIN_PART}: {failure}") from None


class _Reader:
    """Blocks out of the parser's events. ``tables`` counts how many tables the place is in."""

    def __init__(self) -> None:
        parser: Any = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        self.parser = parser
        self.names: dict[str, str] = {}
        self.found: list[Block] = []
        self.tables = self.passed_over = self.cells = 0
        self.in_text = self.in_run = False
        self.paragraph: list[str] = []
        self.rows: Rows = []
        self.above: dict[int, str] = {}
        self.row: list[str] = []
        self.begin_cell()

    def taken(self) -> list[Block]:
        """The blocks found since the last time."""
        found, self.found = self.found, []
        return found

    def name(self, full: str) -> str:
        """The name of one of Word's own elements; empty for another's."""
        known = self.names.get(full)
        if known is None:
            space = _WORD.match(full)
            known = self.names[full] = full[space.end() :] if space else ""
        return known

    def start(self, full: str, attributes: Mapping[str, str]) -> None:
        name = self.name(full)
        if name in _PASSED_OVER:
            self.passed_over += 1
        elif self.passed_over:
            return
        elif name == "t":
            self.in_text = True
        elif name in _SIGNS and self.in_run:
            self.paragraph.append(_SIGNS[name])
        elif name == "r":
            self.in_run = True
        elif name == "tbl":
            self.tables += 1
            if self.tables == 1:
                self.rows, self.above = [], {}
        elif self.tables == 1:
            self.start_in_table(name, attributes)

    def start_in_table(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "tr":
            self.row = []
        elif name == "tc":
            self.begin_cell()
        elif name in ("gridSpan", "gridBefore"):
            number = self.number(name, attributes)
            if name == "gridSpan":
                self.span = number
            else:
                self.row = [""] * number
        elif name == "vMerge":
            self.continues = self.value(attributes) != "restart"

    def begin_cell(self) -> None:
        self.paragraphs: list[str] = []
        self.span, self.continues = 1, False

    def value(self, attributes: Mapping[str, str]) -> str:
        return next((value for key, value in attributes.items() if self.name(key) == "val"), "")

    def number(self, name: str, attributes: Mapping[str, str]) -> int:
        written = self.value(attributes)
        if not re.fullmatch("[0-9]{1,9}", written, re.ASCII):
            raise Unreadable(f"{name} is '{written[:40]}'")
        if int(written) > MAX_COLUMNS:
            raise TooLarge(MAX_COLUMNS, Text("列", "columns"))
        return int(written)

    def end(self, full: str) -> None:
        name = self.name(full)
        if name in _PASSED_OVER:
            self.passed_over -= 1
        elif self.passed_over or not name:
            return
        elif name == "t":
            self.in_text = False
        elif name == "r":
            self.in_run = False
        elif name == "p":
            self.end_paragraph()
        elif name == "tbl":
            self.tables -= 1
            if not self.tables:
                self.found.append(self.rows)
        elif self.tables == 1 and name == "tc":
            self.end_cell()
        elif self.tables == 1 and name == "tr":
            self.rows.append(self.row)

    def end_paragraph(self) -> None:
        written = "".join(self.paragraph)
        self.paragraph.clear()
        if not self.tables:
            self.found.append(written)
        elif self.tables == 1:
            self.paragraphs.append(written)

    def end_cell(self) -> None:
        place = len(self.row)
        written = "\n".join(self.paragraphs).strip()
        if self.continues:
            written = self.above.get(place, written)
        span = max(self.span, 1)
        if place + span > MAX_COLUMNS:
            raise TooLarge(MAX_COLUMNS, Text("列", "columns"))
        self.cells += span
        if self.cells > MAX_CELLS:
            raise TooLarge(MAX_CELLS, Text("个单元格", "cells"))
        for at in range(place, place + span):
            self.above[at] = written
            self.row.append(written)

    def text(self, data: str) -> None:
        if self.in_text and not self.passed_over:
            self.paragraph.append(data)
