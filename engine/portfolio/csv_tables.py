"""CSV tables read strictly: by their own headings, and refused with file and line where they are not well-formed."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from engine.causes import cause
from engine.errors import FactsError, Position, Problem, Text
from engine.inputs import open_input, shown
from engine.portfolio.encodings import CODECS, UTF8, encoding_of, transcode
from engine.portfolio.headers import are_headings, raw_names
from engine.portfolio.quoting import literal, name
from engine.portfolio.workspace import Workspace, unreadable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_MARK = "\ufeff"
_SEPARATORS = {"\t": Text("制表符", "tabs"), ";": Text("分号", "semicolons")}


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file of a table, the encoding it is in, and where the database finds it in UTF-8."""

    path: Path
    encoding: str
    plain: Path


def csv_file(workspace: Workspace, path: Path) -> CsvFile:
    """The file made readable. Raises :class:`FactsError` where it is no text, and :class:`OSError`."""
    encoding = encoding_of(path)
    if encoding == UTF8:
        return CsvFile(path, encoding, workspace.opened(path, ".csv"))
    plain = workspace.fresh(".csv")
    transcode(path, encoding, plain)
    return CsvFile(path, encoding, plain)


def create_table(connection: DuckDBPyConnection, table: str, file: CsvFile, known: Collection[str]) -> None:
    """Make the raw table called ``table`` of the file; ``known`` are the headings of its facts. Nothing is guessed from its first rows: it is a comma-separated
    table with a row of headings, every cell a text. Rows and columns that hold nothing are passed over, as Excel writes
    them below and beside the data. Raises :class:`FactsError` where the file is not such a table."""
    import duckdb

    headings = _headings(file, known)
    names = [one or f":{place}" for place, one in enumerate(headings)]
    listed = ", ".join(f"{literal(one)}: 'VARCHAR'" for one in names)
    cells = ", ".join(map(name, names))
    made = f"raw.{name(table)}"
    try:
        connection.execute(
            f"CREATE TABLE {made} AS SELECT * FROM read_csv({_source(file)}, auto_detect = false, "
            f"header = true, columns = {{{listed}}}, delim = ',', quote = '\"', escape = '\"', nullstr = '') "
            f"WHERE coalesce({cells}) IS NOT NULL"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise malformed(file, error) from None
    if _may_be_overlong(connection, file, len(headings)):
        _refuse_overlong(file, len(headings))
    nameless = [one for one, heading in zip(names, headings, strict=True) if not heading]
    if not nameless:
        return
    held = f"coalesce({', '.join(map(name, nameless))}) IS NOT NULL"
    if connection.execute(f"SELECT 1 FROM {made} WHERE {held} LIMIT 1").fetchall():
        raise _nameless(file, [place for place, one in enumerate(headings) if not one])
    for one in nameless:
        connection.execute(f"ALTER TABLE {made} DROP {name(one)}")


def _source(file: CsvFile) -> str:
    return f"{literal(str(file.plain))}, hive_partitioning = false"


def _may_be_overlong(connection: DuckDBPyConnection, file: CsvFile, width: int) -> bool:
    """Whether a line may have one empty cell too many at its end, over which the database passes: in a row such as
    ``x,1,234,`` under three headings an amount without quotes would fall apart unseen."""
    import duckdb

    unquoted = "regexp_replace(line, '\"[^\"]*\"', '', 'g')"
    commas = f"length({unquoted}) - length(replace({unquoted}, ',', ''))"
    try:
        found = connection.execute(
            f"SELECT 1 FROM read_csv({_source(file)}, auto_detect = false, header = false, "
            "columns = {'line': 'VARCHAR'}, delim = chr(31), quote = '', escape = '', nullstr = '') "
            f"WHERE rtrim(line, chr(13)) LIKE '%,' AND ({commas} >= {width} OR contains({unquoted}, '\"')) LIMIT 1"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        return True
    return bool(found.fetchall())


def _refuse_overlong(file: CsvFile, width: int) -> None:
    rows = _Rows(file)
    try:
        for row in rows.read():
            if len(row) > width and any(row):
                raise _unlike(file, rows.begins, len(row), width)
    except csv.Error as error:
        raise malformed(file, error) from None


def _unlike(file: CsvFile, line: int, cells: int, width: int) -> FactsError:
    """A row that has more or fewer cells than there are headings."""
    message = Text(f"这一行有 {cells} 格，表头有 {width} 格", f"{cells} cells, where {width} are headed")
    quoted = Text("含逗号的单元格要加引号", "put a cell that has a comma in it in quotes")
    return _unusable(file, line, "S120", message, quoted if cells > width else None)


def _headings(file: CsvFile, known: Collection[str]) -> list[str]:
    """The headings as the raw table has them; an empty one where a column has none."""
    rows = _Rows(file)
    try:
        read = rows.read()
        first, second = next(read, None), next(read, ())
    except csv.Error as error:
        raise malformed(file, error) from None
    given = [one.removeprefix(_MARK).strip() for one in first or ()]
    if not any(given):
        raise _unusable(file, 1, "S105", Text("没有表头", "there is no row of headings"))
    if len([one for one in given if one]) == 1 and are_headings(second, known):
        message = Text("表头上面有一行标题", "there is a title above the row of headings")
        fix = Text("删去表头上面的标题行", "delete the title above the headings")
        raise _unusable(file, 1, "S120", message, fix)
    if len(given) == 1:
        for sign, called in _SEPARATORS.items():
            if sign in given[0]:
                message = Text(f"各格以{called.zh}隔开", f"the cells are separated by {called.en}")
                raise _unusable(
                    file, 1, "S120", message, Text("另存为以逗号分隔的 CSV", "save it with commas")
                )
    return raw_names(given, known, Position(shown(file.path), 1))


def _nameless(file: CsvFile, places: list[int]) -> FactsError:
    """The first value in a column without a heading; ``places`` are those columns."""
    rows = _Rows(file)
    for number, row in enumerate(rows.read(), 1):
        for place in places:
            if row and row[place]:
                message = Text(
                    f"第 {place + 1} 列没有表头，第 {number} 行却有值",
                    f"column {place + 1} has no heading, yet row {number} has a value",
                )
                fix = Text("写上表头，或删去这一列", "give it a heading, or delete the column")
                return _unusable(file, rows.begins, "S120", message, fix)
    raise AssertionError(file)  # the database found one


def malformed(file: CsvFile, error: Exception) -> FactsError:
    """Where the file is not well-formed; ``error`` is what the database found, told where nothing else is known."""
    rows = _Rows(file)
    width, end = 0, ""
    try:
        for row in rows.read():
            width, end = width or len(row), end or rows.end
            if row and len(row) != width:
                return _unlike(file, rows.begins, len(row), width)
            if rows.end not in ("", end):
                names = _ENDS[rows.end], _ENDS[end]
                message = Text(
                    f"这一行以 {names[0]} 结束，前面各行以 {names[1]} 结束",
                    f"this line ends in {names[0]}, those before it in {names[1]}",
                )
                fix = Text("统一换行符后再读", "save the file with one kind of line end")
                return _unusable(file, rows.number, "S120", message, fix)
    except csv.Error as failure:
        message = Text(
            f"从这一行起引号不成对（{cause(failure).zh}）",
            f"from here on the quotes do not match ({failure})",
        )
        return _unusable(file, rows.begins, "S120", message)
    return FactsError([unreadable(file.path, error)])


def _unusable(file: CsvFile, line: int, code: str, message: Text, fix: Text | None = None) -> FactsError:
    return FactsError([Problem(code, message, Position(shown(file.path), line), fix=fix)])


def lines_of(file: CsvFile) -> array[int]:
    """The line in which each row of the raw table begins: those that hold something, after the headings."""
    rows, lines = _Rows(file), array("Q")
    for row in rows.read():
        if any(row):
            lines.append(rows.begins)
    return lines[1:]


class _Rows:
    """The rows of a file, and the number and end of the line read last."""

    def __init__(self, file: CsvFile) -> None:
        self.file = file
        self.number = 0
        self.begins = 1
        """The line in which the row begins that was read last, or that cannot be read."""
        self.end = ""

    def read(self) -> Iterator[list[str]]:
        codec = CODECS[self.file.encoding]
        with TextIOWrapper(open_input(self.file.path), encoding=codec, newline="") as lines:
            for row in csv.reader(self._lines(lines), strict=True):
                yield row
                self.begins = self.number + 1

    def _lines(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            self.number += 1
            self.end = next((one for one in _ENDS if line.endswith(one)), "")
            yield line
