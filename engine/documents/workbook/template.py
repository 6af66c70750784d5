"""The workbook that a department fills in, written by XlsxWriter.

Labels are locked, without a password; what is to be filled in is open, with drop-downs and validation
that say at once what a reader would say later. Every text is written as text: nothing that comes from
a ruleset or a facts file is taken for a formula or a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from engine.documents.spreadsheet import Spreadsheet
from engine.documents.workbook.cells import Cell, cell_of, number_cell
from engine.documents.workbook.filling import Filling
from engine.documents.workbook.layout import STATUSES, bounds_text, display_width, layout_of
from engine.documents.workbook.sheets import (
    ASK_NONE,
    FIRST_ROW,
    LABEL_ROW,
    LAST_ROW,
    NAME_ROW,
    NONE,
    NONE_COLUMN,
    TITLE_ROW,
    Column,
    SheetLayout,
)
from engine.errors import Language, Text
from engine.language.numbers import MalformedValue, Rational, format_exact, parse_number, parse_ratio
from engine.language.terms import NUMERIC, Kind
from engine.ruleset.model import Fact, Ruleset

_LONGEST_LIST = 250
_FORMATS = {
    Kind.MONEY: "#,##0.00########", Kind.RATIO: "0.00########%", Kind.DATE: "yyyy-mm-dd", Kind.COUNT: "0", Kind.DAYS: "0",
}  # fmt: skip
"""Every digit that a cell holds is shown: a figure that is not seen cannot be answered for."""


def template(ruleset: Ruleset, filling: Filling, language: Language) -> bytes:
    """The workbook for ``ruleset``, filled with ``filling``."""
    return _Writer(ruleset, filling, language).write()


class _Writer(Spreadsheet):
    def __init__(self, ruleset: Ruleset, filling: Filling, language: Language) -> None:
        super().__init__(ruleset.title.in_language(language), ruleset.id, ruleset.year, language)
        self.ruleset = ruleset
        self.filling = filling

    def write(self) -> bytes:
        for layout in layout_of(self.ruleset):
            self.sheet(layout)
        return self.finished()

    # One sheet

    def sheet(self, layout: SheetLayout) -> None:
        sheet = self.book.add_worksheet(self.say(layout.name))
        self.head(sheet, layout)
        if layout.rows:
            self.fixed_rows(sheet, layout)
        else:
            self.open_rows(sheet, layout)
        fixed = next((at for at, one in enumerate(layout.columns) if one.open), 1)
        sheet.freeze_panes(FIRST_ROW - 1, min(max(fixed, 1), 3))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(TITLE_ROW - 1, NAME_ROW - 1)
        allowed = (
            "format_columns",
            "format_rows",
            "format_cells",
            "insert_rows",
            "delete_rows",
            "sort",
            "autofilter",
        )
        sheet.protect("", dict.fromkeys(allowed, True))

    def head(self, sheet: Any, layout: SheetLayout) -> None:
        self.text(sheet, TITLE_ROW - 1, 0, self.say(layout.title), self.style(bold=True, font_size=14))
        sheet.set_row(TITLE_ROW - 1, 28)
        for at in range(1, len(layout.columns)):
            sheet.write_blank(TITLE_ROW - 1, at, None, self.style())
        label = self.style(
            bold=True, bg_color="#DCE6F1", border=1, border_color="#8EA9C8", text_wrap=True, align="center"
        )
        asked = self.style(
            bold=True, bg_color="#FFF2CC", border=1, border_color="#C9B26B", text_wrap=True, align="center"
        )
        name = self.style(
            font_color="#7F7F7F",
            font_size=8,
            bg_color="#F2F2F2",
            border=1,
            border_color="#BFBFBF",
            align="center",
        )
        sheet.set_row(LABEL_ROW - 1, 30)
        for at, column in enumerate(layout.columns):
            optional = column.fact is not None and not column.fact.optional and layout.records is not None
            shown = self.say(column.label) + (" *" if optional else "")
            self.text(sheet, LABEL_ROW - 1, at, shown, asked if column.open else label)
            self.text(sheet, NAME_ROW - 1, at, column.name, name)
            whole = self.open_style(column) if column.open and not layout.rows else self.style()
            sheet.set_column(at, at, column.width, whole)
            if self.say(column.help):
                self.comment(sheet, LABEL_ROW - 1, at, self.say(column.help))

    def fixed_rows(self, sheet: Any, layout: SheetLayout) -> None:
        locked = self.style(bg_color="#F7F9FC", border=1, border_color="#D0D7E2", text_wrap=True)
        dim = self.style(
            bg_color="#F2F2F2", border=1, border_color="#D0D7E2", font_color="#7F7F7F", font_size=8
        )
        for at, row in enumerate(layout.rows, FIRST_ROW - 1):
            filled = self.filling.fixed.get(layout.key, {}).get(row.name, {})
            for place, column in enumerate(layout.columns):
                if column.name == "name":
                    self.text(sheet, at, place, row.name, dim)
                elif not column.open:
                    self.text(sheet, at, place, self.say(row.cells.get(column.name, Text("", ""))), locked)
                else:
                    fact = row.fact if column.name == "value" else None
                    style = self.open_style(column, fact)
                    self.fill(sheet, at, place, filled.get(column.name, ""), column, fact, style)
                    self.validate(sheet, at, at, place, column, fact)
            shown = {name: self.say(text) for name, text in row.cells.items()} | filled
            sheet.set_row(at, _height(shown, layout.columns))

    def open_rows(self, sheet: Any, layout: SheetLayout) -> None:
        rows = self.filling.rows.get(layout.key)
        for at, cells in enumerate(rows or (), FIRST_ROW - 1):
            sheet.set_row(at, _height(cells, layout.columns))
            for place, column in enumerate(layout.columns):
                if cells.get(column.name):
                    self.fill(
                        sheet, at, place, cells[column.name], column, column.fact, self.open_style(column)
                    )
        for place, column in enumerate(layout.columns):
            self.validate(sheet, FIRST_ROW - 1, LAST_ROW - 1, place, column, column.fact)
        if layout.records is not None:
            self.none_cell(sheet, stated=rows == [])

    def none_cell(self, sheet: Any, *, stated: bool) -> None:
        """Where it is said that there are no records: an empty sheet alone says nothing."""
        none, at = self.say(NONE), NONE_COLUMN - 1
        asking = self.style(align="right", font_color="#7F6000", font_size=9)
        self.text(sheet, 0, at - 1, self.say(ASK_NONE), asking)
        open_style = self.style(
            locked=False, bg_color="#FFFBEB", border=1, border_color="#C9B26B", align="center"
        )
        self.text(sheet, 0, at, none if stated else "", open_style)
        sheet.data_validation(0, at, 0, at, {"validate": "list", "source": [none]})

    # Cells

    def open_style(self, column: Column, fact: Fact | None = None) -> Any:
        fact = fact if fact is not None else column.fact
        settings: dict[str, Any] = {
            "locked": False,
            "border": 1,
            "border_color": "#D9D2B8",
            "bg_color": "#FFFDF5",
        }
        if fact is not None and fact.type.kind in _FORMATS:
            settings["num_format"] = _FORMATS[fact.type.kind]
        elif fact is not None and fact.type.kind in (Kind.TEXT, Kind.CHOICE):
            settings["num_format"] = "@"
        if fact is None or fact.type.kind == Kind.TEXT:
            settings |= {"text_wrap": True, "align": "left"}
        elif fact.type.kind in (Kind.DATE, Kind.FLAG, Kind.CHOICE):
            settings["align"] = "center"
        return self.style(**settings)

    def fill(
        self, sheet: Any, row: int, place: int, text: str, column: Column, fact: Fact | None, style: Any
    ) -> None:
        cell: Cell = text
        if fact is not None:
            cell = cell_of(text, fact.type)
            if cell in fact.type.options:
                cell = self.say(fact.type.label(str(cell)))
            if fact.type.kind == Kind.FLAG and cell in ("是", "否"):
                cell = {"是": Text("是", "yes"), "否": Text("否", "no")}[str(cell)].in_language(self.language)
        elif column.points:
            cell = _plain_number(text)
        if isinstance(cell, date):
            sheet.write_datetime(row, place, datetime(cell.year, cell.month, cell.day), style)  # noqa: DTZ001
        elif isinstance(cell, float):
            sheet.write_number(row, place, cell, style)
        else:
            self.text(sheet, row, place, cell or "", style)

    def comment(self, sheet: Any, row: int, place: int, text: str) -> None:
        lines = sum(1 + len(line) // 22 for line in text.splitlines())
        sheet.write_comment(row, place, text, {"x_scale": 2, "y_scale": max(1, lines / 4), "font_size": 9})

    # Validation

    def validate(
        self, sheet: Any, first: int, last: int, place: int, column: Column, fact: Fact | None
    ) -> None:
        rule = self.rule(column, fact)
        if rule is not None:
            sheet.data_validation(first, place, last, place, rule)

    def rule(self, column: Column, fact: Fact | None) -> dict[str, Any] | None:
        options = column.options
        if fact is not None:
            options = tuple(self.say(fact.type.label(one)) for one in fact.type.options)
        if column.name == "status" and fact is None:
            return {"validate": "list", "source": list(STATUSES), "error_type": "information"}
        if fact is not None and fact.type.kind == Kind.FLAG:
            options = ("是", "否") if self.language == "zh" else ("yes", "no")
        if options:
            # A list is one text with commas of its own; options that do not fit are told by the reader.
            fits = sum(map(len, options)) + len(options) <= _LONGEST_LIST and not any(
                "," in one for one in options
            )
            return {"validate": "list", "source": list(options)} if fits else None
        if column.points:
            return self.bounded("decimal", -1e9, 1e9, Text("填写数字", "a number"))
        return self.quantity(fact) if fact is not None else None

    def quantity(self, fact: Fact) -> dict[str, Any] | None:
        allowed = fact.allowed
        told = bounds_text(allowed, fact, self.ruleset)
        if fact.type.kind == Kind.DATE:
            low = _day(allowed.low, date(FIRST_DAY, 1, 1))
            high = _day(allowed.high, date(LAST_DAY, 12, 31))
            wanted = Text("填写日期，例如 2024-03-04", "a date such as 2024-03-04")
            return self.bounded("date", low, high, _with(wanted, told))
        if fact.type.kind in NUMERIC:
            whole = fact.type.kind in (Kind.COUNT, Kind.DAYS)
            low_number = float(allowed.low) if isinstance(allowed.low, Rational) else -1e15
            high_number = float(allowed.high) if isinstance(allowed.high, Rational) else 1e15
            wanted = Text("填写整数", "a whole number") if whole else Text("填写数字", "a number")
            return self.bounded(
                "integer" if whole else "decimal", low_number, high_number, _with(wanted, told)
            )
        return None

    def bounded(self, kind: str, low: object, high: object, told: Text) -> dict[str, Any]:
        return {
            "validate": kind, "criteria": "between", "minimum": low, "maximum": high,
            "error_title": self.say(Text("请核对", "Please check")), "error_message": self.say(told)[:250],
        }  # fmt: skip


FIRST_DAY, LAST_DAY = 1950, 2100
_LINE_HEIGHT, _MOST_LINES = 16, 12


def _height(cells: Mapping[str, str], columns: Iterable[Column]) -> float:
    """Room for the longest of the texts: viewers do not all make it by themselves."""
    lines = [1]
    for column in columns:
        text = cells.get(column.name, "")
        lines.append(sum(-(-max(display_width(line), 1) // (column.width - 1)) for line in text.split("\n")))
    return min(max(lines), _MOST_LINES) * _LINE_HEIGHT + 2


def _day(bound: object, otherwise: date) -> datetime:
    day = bound if isinstance(bound, date) and bound.year >= FIRST_DAY else otherwise
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001


def _with(wanted: Text, told: Text) -> Text:
    return Text(f"{wanted.zh}，{told.zh}", f"{wanted.en}, {told.en}") if told.zh else wanted


def _plain_number(text: str) -> Cell:
    """Points and coefficients: a number where it is one."""
    try:
        value = parse_ratio(text) if text.strip().endswith(("%", "％")) else parse_number(text)
    except MalformedValue:
        return text
    return number_cell(value, format_exact(value))
