"""Sheets that look like copies of one that is read: nobody should believe that they count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.documents.workbook.headings import head_of
from engine.documents.workbook.opening import Workbook
from engine.documents.workbook.sheet_part import Sheet
from engine.documents.workbook.sheets import SheetLayout
from engine.errors import Problem, Text

_MARKS = re.compile(
    r"^(?:副本|复件|copy of)[\s\-－_—]*|[\s\-－_—]*(?:[(（]\s*\d+\s*[)）]|副本|复件|copy)\s*\d*\s*$",
    re.IGNORECASE,
)
"""What programs and people put before or after the name of a copy."""


def copies(book: Workbook, used: Mapping[str, SheetLayout]) -> Iterator[Problem]:
    """A warning for every sheet that is not read, and is called or headed like one of ``used``, which are."""
    for name, sheet in book.sheets.items():
        if name in used:
            continue
        original = next((one for one, layout in used.items() if _is_copy(sheet, layout, one)), "")
        if original:
            where = book.file.position(book.index(name, 1, 1))
            message = Text(
                f"没有读取这张工作表：它像是“{original}”的副本",
                f"this sheet is not read: it looks like a copy of '{original}'",
            )
            fix = Text("并入原表，或删去", "put what it holds into that sheet, or delete it")
            yield Problem("D019", message, where, fix=fix, severity="warning")


def _is_copy(sheet: Sheet, layout: SheetLayout, name: str) -> bool:
    head = head_of(sheet, layout)
    is_headed = len(head.columns) > 2 and not head.absent
    if not is_headed:
        bare = _MARKS.sub("", sheet.name).strip().casefold()
        return bool(sheet.rows) and bare in {one.casefold() for one in (name, layout.name.zh, layout.name.en)}
    return any(row > head.row for row in sheet.rows)
