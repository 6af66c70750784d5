"""A workbook opened: every cell's value, and its place as ``sheet!cell``."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from engine.documents.extras import require
from engine.documents.package import check_package, read_limited
from engine.errors import AuditError, FactsError, Position, Problem, Text
from engine.source import SourceFile

_ROWS, _COLUMNS = 1 << 21, 1 << 15
MAX_CELLS = 3_000_000


class CellFile(SourceFile, eq=False, dict=True):
    """A workbook as a file of positions: an index is a cell's sheet, row and column in one number."""

    sheets: tuple[str, ...] = ()

    def position(self, index: int) -> Position:
        rest, column = divmod(index, _COLUMNS)
        sheet, row = divmod(rest, _ROWS)
        place = f"{self.sheets[sheet]}!{_letters(column)}{row}" if self.sheets else ""
        return Position(self.name, row, column, place)


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(eq=False)
class Workbook:
    """An opened workbook: the values of each sheet's cells, by sheet name."""

    file: CellFile
    sheets: Mapping[str, list[tuple[Any, ...]]] = field(repr=False)

    def index(self, sheet: str, row: int, column: int) -> int:
        """The number of a cell; rows and columns from 1."""
        return (self.file.sheets.index(sheet) * _ROWS + row) * _COLUMNS + column

    def value(self, sheet: str, row: int, column: int) -> Any:
        rows = self.sheets.get(sheet, [])
        cells = rows[row - 1] if row <= len(rows) else ()
        return cells[column - 1] if column <= len(cells) else None


def read_workbook(path: Path, error: type[AuditError] = FactsError) -> Workbook:
    """The workbook at ``path``. Raises ``error`` where it is not one, or not a harmless one."""
    require("openpyxl")
    from openpyxl import load_workbook

    content = read_limited(path, error)
    check_package(content, path, "xl/workbook.xml", error)
    sheets: dict[str, list[tuple[Any, ...]]] = {}
    try:
        with catch_warnings():
            simplefilter("ignore")  # of extensions that are not read: none of them holds a value
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what the file says of its own size is not believed
                sheets[sheet.title] = list(_limited(sheet.iter_rows(values_only=True)))
    except _TooLarge:
        size = f"{MAX_CELLS:,}"
        message = Text(f"工作表过大（超过 {size} 个单元格）", f"a sheet is too large (over {size} cells)")
        fix = Text("删去数据以外的行和列", "delete the rows and columns beyond the data")
        raise error([Problem("D003", message, Position(str(path)), fix=fix)]) from None
    except Exception as failure:  # noqa: BLE001 - whatever a damaged file makes the library raise
        reason = str(failure).splitlines()[0] if str(failure) else failure.__class__.__name__
        message = Text(f"工作簿已损坏（{reason}）", f"the workbook is damaged ({reason})")
        fix = Text("用 Excel、WPS 或 LibreOffice 另存一次", "save it again with Excel, WPS or LibreOffice")
        raise error([Problem("D004", message, Position(str(path)), fix=fix)]) from None
    return Workbook(CellFile(str(path), "", tuple(sheets)), sheets)


class _TooLarge(Exception):
    """A sheet whose cells lie further out than any real ones."""


def _limited(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows, as long as they are not absurdly many or long; gaps between them count as well."""
    cells = 0
    for row in rows:
        cells += len(row) + 1
        if cells > MAX_CELLS:
            raise _TooLarge
        yield row
