"""A workbook opened: every cell that holds something, and its place as ``sheet!cell``."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from engine.causes import cause
from engine.documents.package import check_package, read_limited
from engine.documents.workbook.areas import letters
from engine.documents.workbook.parts import Damaged, TooLarge, main_part_of, read_parts
from engine.documents.workbook.sheet_part import Sheet, read_sheet
from engine.errors import AuditError, FactsError, Position, Problem, Text
from engine.source import SourceFile

_ROWS, _COLUMNS = 1 << 21, 1 << 15


class CellFile(SourceFile, eq=False, dict=True):
    """A workbook as a file of positions: an index is a cell's sheet, row and column in one number."""

    sheets: tuple[str, ...] = ()

    def position(self, index: int) -> Position:
        rest, column = divmod(index, _COLUMNS)
        sheet, row = divmod(rest, _ROWS)
        place = f"{self.sheets[sheet]}!{letters(column)}{row}" if self.sheets else ""
        return Position(self.name, row, column, place)


@dataclass(eq=False)
class Workbook:
    """An opened workbook. ``to_be_computed`` names the mark by which results of formulas are stale; else empty."""

    file: CellFile
    sheets: Mapping[str, Sheet] = field(repr=False)
    to_be_computed: str = ""

    def index(self, sheet: str, row: int, column: int) -> int:
        """The number of a cell; rows and columns from 1."""
        return (self.file.sheets.index(sheet) * _ROWS + row) * _COLUMNS + column


def read_workbook(path: Path, error: type[AuditError] = FactsError) -> Workbook:
    """The workbook at ``path``. Raises ``error`` where it is not one, or not a harmless one."""
    content = read_limited(path, error)
    check_package(content, path, "xl/workbook.xml", error)
    sheets: dict[str, Sheet] = {}
    with _told(path, error), zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = read_parts(package, main_part_of(package))
        for at, sheet in enumerate(parts.sheets):
            if sheet.name in sheets:
                raise Damaged(f"有两个工作表都叫“{sheet.name}”", f"two sheets are called '{sheet.name}'")
            sheets[sheet.name] = read_sheet(package, parts, at)
    return Workbook(CellFile(str(path), "", tuple(sheets)), sheets, parts.to_be_computed)


@contextmanager
def _told(path: Path, error: type[AuditError]) -> Iterator[None]:
    """Whatever is wrong with the package, as one message about ``path``."""
    try:
        yield
    except TooLarge as limit:
        message = Text(
            f"工作簿过大（超过 {limit.most:,} {limit.what.zh}）",
            f"the workbook is too large (over {limit.most:,} {limit.what.en})",
        )
        fix = Text("删去数据以外的行和列", "delete the rows and columns beyond the data")
        raise error([Problem("D003", message, Position(str(path)), fix=fix)]) from None
    except (Damaged, expat.ExpatError, zipfile.BadZipFile, OSError, ValueError, EOFError) as failure:
        why = failure.reason if isinstance(failure, Damaged) else cause(failure)
        message = Text(f"工作簿已损坏（{why.zh}）", f"the workbook is damaged ({why.en})")
        fix = Text("用 Excel、WPS 或 LibreOffice 另存一次", "save it again with Excel, WPS or LibreOffice")
        raise error([Problem("D004", message, Position(str(path)), fix=fix)]) from None
