"""One sheet of a workbook, read cell by cell: what each holds, and what is to be known of it before it is believed."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite

from msgspec import Struct, field

from engine.documents.workbook.areas import REFERENCE, Area, area_of, column_number
from engine.documents.workbook.attributes import Attributes, is_true
from engine.documents.workbook.formats import GENERAL, NumberFormat
from engine.documents.workbook.looks import Look
from engine.documents.workbook.parts import (
    BookParts,
    Damaged,
    TextGatherer,
    TooLarge,
    parse,
    unescaped,
)
from engine.errors import Text

LAST_COLUMN, LAST_ROW = 1 << 14, 1 << 20
MAX_MERGES = 100_000
MAX_SPREAD = 5_000_000
"""Rows and cells looked at for the areas that array formulas fill."""

Content = str | float | bool | datetime | date | time | None

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_MILLISECONDS = 86_400_000
_NO_LOOK = Look()


class Cell(Struct, gc=False):
    """A cell with something in it. ``error`` is what stands there instead of a value."""

    content: Content
    format: NumberFormat = GENERAL
    formula: bool = False
    error: str = ""
    struck: bool = False
    unseen: bool = False

    @property
    def is_uncomputed(self) -> bool:
        """Whether there is a formula, and nothing that it came to."""
        return self.formula and self.content is None and not self.error


class Sheet(Struct, eq=False):
    """A sheet's cells that hold something, by row and column from 1, and how they are put before a reader."""

    name: str
    hidden: bool = False
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    shows_zeros: bool = True

    def __repr__(self) -> str:
        return f"Sheet({self.name!r})"

    def cell(self, row: int, column: int) -> Cell | None:
        return self.rows.get(row, {}).get(column)

    def is_hidden_column(self, column: int) -> bool:
        return any(first <= column <= last for first, last in self.hidden_columns)


def read_sheet(package: zipfile.ZipFile, parts: BookParts, at: int) -> Sheet:
    """The sheet number ``at``. Raises :class:`Damaged` or :class:`TooLarge`."""
    reader = _Reader(parts, parts.sheets[at].name, parts.sheets[at].hidden)
    parts.budget.look_over(package, parts.sheets[at].part)
    parse(package, parts.sheets[at].part, reader.start, reader.end, reader.text)
    reader.spread_arrays()
    return reader.sheet


class _Reader:
    """What is being read: the row and cell at hand, and the text inside it."""

    def __init__(self, parts: BookParts, name: str, hidden: bool) -> None:
        self.parts = parts
        self.sheet = Sheet(name, hidden)
        self.budget = parts.budget
        self.row = self.column = 0
        self.cells: dict[int, Cell] = {}
        self.in_data = self.in_cell = self.in_value = self.has_value = self.formula = False
        self.kind = "n"
        self.attributes: Attributes = {}
        self.value: list[str] = []
        self.inline = TextGatherer(parts.budget)
        self.arrays: list[Area] = []
        self.columns: dict[str, int] = {}
        self.height: str | None = None
        """How high a row is that does not say so."""

    # What expat tells

    def start(self, tag: str, attributes: Attributes) -> None:
        if self.in_cell:
            self.start_in_cell(tag, attributes)
        elif tag == "c" and self.in_data:
            self.start_cell(attributes)
        elif tag == "row" and self.in_data:
            self.start_row(attributes)
        elif tag == "sheetData":
            self.in_data = True
        elif tag == "mergeCell":
            self.merge(attributes.get("ref", ""))
        elif tag == "col":
            self.start_column(attributes)
        elif tag == "sheetFormatPr":
            self.height = attributes.get("defaultRowHeight")
        elif tag == "sheetView":
            self.sheet.shows_zeros = is_true(attributes.get("showZeros", "1"))

    def start_in_cell(self, tag: str, attributes: Attributes) -> None:
        if tag == "v":
            self.in_value = self.has_value = True
        elif tag == "f":
            self.formula = True
            if attributes.get("t") in ("array", "dataTable") and "ref" in attributes:
                self.arrays.append(area_of(attributes["ref"]))
        elif self.kind == "inlineStr":
            self.inline.start(tag, attributes)

    def end(self, tag: str) -> None:
        if not self.in_cell:
            if tag == "sheetData":
                self.in_data = False
        elif tag == "v":
            self.in_value = False
        elif tag == "c":
            self.in_cell = False
            self.finish_cell()
        elif self.kind == "inlineStr":
            self.inline.end(tag)

    def text(self, text: str) -> None:
        if self.in_value:
            self.budget.take_text(len(text))
            self.value.append(text)
        elif self.inline.taking:
            self.inline.text(text)

    # Rows, columns and merges

    def start_row(self, attributes: Attributes) -> None:
        written = attributes.get("r", "")
        self.row = int(written) if written.isascii() and written.isdecimal() else self.row + 1
        if not 0 < self.row <= LAST_ROW or (written and not written.isdecimal()):
            raise Damaged(f"没有“{written[:20]}”这样的行", f"there is no row '{written[:20]}'")
        self.column = 0
        self.cells = self.sheet.rows.get(self.row, {})
        flat = _is_zero(attributes.get("ht", self.height))
        if flat or is_true(attributes.get("hidden")):
            self.sheet.hidden_rows.add(self.row)
        self.budget.take_cell()

    def start_column(self, attributes: Attributes) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        narrow = _is_zero(attributes.get("width"))
        if (narrow or is_true(attributes.get("hidden"))) and first.isdecimal() and last.isdecimal():
            self.sheet.hidden_columns.append((int(first), int(last)))

    def merge(self, reference: str) -> None:
        if len(self.sheet.merges) >= MAX_MERGES:
            raise TooLarge(MAX_MERGES, Text("处合并", "merged areas"))
        self.sheet.merges.append(area_of(reference))

    def spread_arrays(self) -> None:
        """The cells that an array formula fills have their values from it, though it stands in the first alone."""
        left = MAX_SPREAD
        for area in self.arrays:
            there = self.sheet.rows
            rows = range(area.top, area.bottom + 1) if area.bottom - area.top < len(there) else list(there)
            left -= 1 + len(rows)
            for row in rows:
                if area.top <= row <= area.bottom and row in there:
                    left -= len(there[row])
                    for column, cell in there[row].items():
                        cell.formula = cell.formula or (row, column) in area
                if left < 0:
                    raise TooLarge(MAX_SPREAD, Text("个数组公式的单元格", "cells of array formulas"))

    # Cells

    def start_cell(self, attributes: Attributes) -> None:
        self.budget.take_cell()
        reference = attributes.get("r")
        self.column = self.column + 1 if reference is None else self.place(reference)
        self.attributes = attributes
        self.in_cell = True
        self.in_value = self.has_value = self.formula = False
        self.kind = attributes.get("t", "n")
        if self.kind == "inlineStr":
            self.inline.begin()

    def place(self, reference: str) -> int:
        name = reference.rstrip("0123456789")
        column = self.columns.get(name)
        if column is None or reference[len(name) :] != str(self.row):
            match = REFERENCE.fullmatch(reference)
            column = column_number(match[1]) if match else 0
            if match is None or int(match[2]) != self.row or column > LAST_COLUMN:
                raise Damaged(
                    f"第 {self.row} 行没有单元格“{reference[:20]}”",
                    f"there is no cell '{reference[:20]}' in row {self.row}",
                )
            self.columns[name] = column
        return column

    def finish_cell(self) -> None:
        if not self.has_value and not self.formula and self.kind != "inlineStr":
            return
        self.budget.take_filled()
        look = self.look()
        cell = Cell(None, look.format, self.formula, "", look.struck, look.unseen)
        self.fill(cell, "".join(self.value))
        self.value.clear()
        if cell.content is None and not cell.formula and not cell.error:
            return
        if not self.cells:
            self.sheet.rows[self.row] = self.cells
        self.cells[self.column] = cell

    def look(self) -> Look:
        style = self.attributes.get("s", "0")
        number = int(style) if style.isascii() and style.isdecimal() else 0
        return self.parts.looks[number] if number < len(self.parts.looks) else _NO_LOOK

    def fill(self, cell: Cell, value: str) -> None:
        """Put into ``cell`` what it holds, by its kind."""
        if self.kind == "inlineStr":
            cell.content, cell.struck = self.inline.gathered, cell.struck or self.inline.struck
        elif not self.has_value:
            return
        elif self.kind == "s":
            self.fill_shared(cell, value)
        elif self.kind == "str":
            cell.content = unescaped(value)
        elif self.kind == "e":
            cell.error = value.strip() or "#?"
        elif value.strip():
            self.fill_other(cell, value.strip())

    def fill_shared(self, cell: Cell, value: str) -> None:
        strings = self.parts.strings
        if not (value.strip().isascii() and value.strip().isdecimal() and int(value) < len(strings)):
            raise Damaged(
                f"没有编号为 {value.strip()[:20]} 的文字", f"there is no string number {value.strip()[:20]}"
            )
        text, struck = strings[int(value)]
        cell.content, cell.struck = text, cell.struck or struck

    def fill_other(self, cell: Cell, value: str) -> None:
        if self.kind == "b":
            cell.content = is_true(value)
        elif self.kind == "d":
            try:
                cell.content = datetime.fromisoformat(value.removesuffix("Z"))
            except ValueError:
                cell.error = value[:30]
        elif _NUMBER.fullmatch(value) and isfinite(number := float(value)):
            cell.content = number
            if cell.format.is_date:
                self.fill_day(cell, number)
        else:
            cell.error = value[:30]

    def fill_day(self, cell: Cell, number: float) -> None:
        try:
            cell.content = day_of(number, from_1904=self.parts.from_1904)
        except (ValueError, OverflowError):
            cell.content, cell.error = None, f"{number:g}"


def day_of(number: float, *, from_1904: bool) -> datetime | time:
    """The day and time that a spreadsheet counts as ``number``; a time alone below one day.

    Raises :class:`ValueError` for a day that never was, such as 29 February 1900, which most programs count.
    """
    days, milliseconds = divmod(round(number * _MILLISECONDS), _MILLISECONDS)
    if days < 0:
        raise ValueError(number)
    clock = timedelta(milliseconds=milliseconds)
    if days == 0 and milliseconds and not from_1904:
        return (datetime(1904, 1, 1) + clock).time()  # noqa: DTZ001
    if from_1904:
        return datetime(1904, 1, 1) + timedelta(days=days) + clock  # noqa: DTZ001
    if days in (0, 60):
        raise ValueError(number)
    return datetime(1899, 12, 31 if days < 60 else 30) + timedelta(days=days) + clock  # noqa: DTZ001


@lru_cache(maxsize=64)
def _is_zero(written: str | None) -> bool:
    return written is not None and re.fullmatch(r"0*\.?0*", written) is not None
