"""What a sheet of a workbook is: its columns, its fixed rows, and where on it everything stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Text
from engine.ruleset.model import Fact, RecordList

TITLE_ROW, LABEL_ROW, NAME_ROW, FIRST_ROW = 1, 2, 3, 4
"""Rows, counted from 1 as the program shows them; people may insert others above."""

NONE_COLUMN = 4
"""Where in row 1 of a record list the form asks for "none"."""

NONE = Text("无", "none")
ASK_NONE = Text(f"没有记录时在此选“{NONE.zh}” →", f"choose '{NONE.en}' here where there are no records →")
"""What stands left of the cell for "none", and by which it is found."""

LAST_ROW = 20_000
"""How far down drop-downs and validation reach on a sheet of records."""

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column. An ``open`` one is filled in, the others are locked.

    Its cells hold ``fact``, or are ``points``, or texts, perhaps one of ``options``.
    """

    name: str
    label: Text
    width: int
    open: bool = False
    help: Text = NOTHING
    fact: Fact | None = None
    options: tuple[str, ...] = ()
    points: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A fixed row: what is printed in its locked cells, and the fact that belongs into its value cell."""

    name: str
    cells: Mapping[str, Text]
    fact: Fact | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SheetLayout:
    """One sheet. A sheet without fixed rows holds records, one a row."""

    key: str
    name: Text
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()
    records: RecordList | None = None

    def column(self, name: str) -> int:
        """The place of a column, from 0."""
        return next(index for index, one in enumerate(self.columns) if one.name == name)
