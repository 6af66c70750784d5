"""Where on a sheet things stand: the row of names, the columns, and the cell for "none".

People insert rows above and columns between. What the program wrote is found again by what it says, not by where
it stood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct

from engine.documents.workbook.sheet_part import Sheet
from engine.documents.workbook.sheets import ASK_NONE, NAME_ROW, NONE, NONE_COLUMN, TITLE_ROW, SheetLayout
from engine.errors import Text
from engine.suggestions import suggestion

DEEPEST_HEAD = 60
"""How far down the row of names is looked for."""


class Fault(Struct, frozen=True):
    """What is wrong with a heading, and where."""

    row: int
    column: int
    message: Text
    fix: Text | None


class Head(Struct, frozen=True):
    """The row of names of a sheet, the columns by their names, what is wrong with them, and what is not there."""

    row: int
    columns: Mapping[str, int]
    faults: tuple[Fault, ...] = ()
    absent: frozenset[str] = frozenset()


def plain_text(sheet: Sheet, row: int, column: int) -> str:
    """The text of a cell, blanks around it aside; empty where it holds none."""
    cell = sheet.cell(row, column)
    return cell.content.strip() if cell is not None and isinstance(cell.content, str) else ""


def name_row(sheet: Sheet, names: Collection[str], labels: Collection[str]) -> int:
    """The row that names the columns: the one in which most of ``names`` stand; where none do, most of ``labels``."""
    return _row_with_most(sheet, names) or _row_with_most(sheet, labels) or NAME_ROW


def _row_with_most(sheet: Sheet, names: Collection[str]) -> int:
    """Labels may read like the names that stand below them: of rows next to each other, the last counts."""
    best = found = 0
    for row in sorted(row for row in sheet.rows if row <= DEEPEST_HEAD):
        named = len({plain_text(sheet, row, column) for column in sheet.rows[row]} & set(names))
        if named > best or (named and named == best and row == found + 1):
            best, found = named, row
    return found


def head_of(sheet: Sheet, layout: SheetLayout) -> Head:
    """Where the columns of ``layout`` stand on ``sheet``; columns without a name are the user's own."""
    known = [column.name for column in layout.columns]
    labels = _labels(layout)
    row = name_row(sheet, known, labels)
    columns: dict[str, int] = {}
    faults: list[Fault] = []
    meant: set[str] = set()
    for place, text in _written(sheet, row):
        written = labels.get(text, text) if text not in known else text
        if written in columns:
            message = Text(f"“{written}”列有两个", f"the column '{written}' is here twice")
            faults.append(Fault(row, place, message, Text("删去一列", "remove one")))
        elif written in known:
            columns[written] = place
        else:
            fix = suggestion(written, [one for one in known if one not in columns])
            meant |= {one for one in known if fix is not None and f"'{one}'" in fix.en}
            message = Text(f"没有名为“{written}”的列", f"there is no column '{written}'")
            faults.append(Fault(row, place, message, fix))
    absent = [one for one in _needed(layout) if one not in columns]
    if untold := [one for one in absent if one not in meant]:
        listed = ", ".join(untold)
        message = Text(f"第 {row} 行缺少列名 {listed}", f"row {row} lacks the column names {listed}")
        fix = Text("恢复该行，或重新生成工作簿", "restore that row, or make the workbook anew")
        faults.append(Fault(row, 1, message, fix))
    return Head(row, columns, tuple(faults), frozenset(absent))


def _labels(layout: SheetLayout) -> dict[str, str]:
    """The columns by what stands above their names, as far as that tells them apart."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for column in layout.columns:
        for label in {column.label.zh, column.label.en}:
            for text in (label, f"{label} *"):
                twice |= {text} & found.keys()
                found[text] = column.name
    return {text: name for text, name in found.items() if text not in twice}


def _written(sheet: Sheet, row: int) -> Iterator[tuple[int, str]]:
    for place in sorted(sheet.rows.get(row, ())):
        if written := plain_text(sheet, row, place):
            yield place, written


def _needed(layout: SheetLayout) -> list[str]:
    needed = {column.name for column in layout.columns if column.name in ("name", "value")}
    if layout.records is not None:
        needed |= {key for key, fact in layout.records.fields.items() if not fact.optional}
    return [column.name for column in layout.columns if column.name in needed]


class NoneCell(Struct, frozen=True):
    """The cell in which it is stated that there are no records, and what it says."""

    row: int
    column: int
    says: str

    @property
    def is_stated(self) -> bool:
        return self.says.casefold() in (NONE.zh, NONE.en)


def none_cell(sheet: Sheet, head: Head) -> NoneCell:
    """The cell for "none": right of the question that the program wrote, above the row of names."""
    above = [
        (row, column, plain_text(sheet, row, column))
        for row in sorted(sheet.rows)
        if row < head.row
        for column in sorted(sheet.rows[row])
    ]
    asked = next((one for one in above if one[2] in (ASK_NONE.zh, ASK_NONE.en)), None)
    row, column = (asked[0], asked[1] + 1) if asked is not None else (TITLE_ROW, NONE_COLUMN)
    for stated in above:
        found = NoneCell(*stated)
        if found.is_stated and (asked is None or (stated[0] == row and stated[1] >= column)):
            return found
    return NoneCell(row, column, plain_text(sheet, row, column))
