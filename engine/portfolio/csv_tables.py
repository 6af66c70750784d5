"""CSV tables read strictly: by their own headings, and refused with file and line where they are not well-formed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import FactsError, Position, Problem, Text
from engine.inputs import open_input
from engine.portfolio.layout import KEY
from engine.portfolio.quoting import literal, name
from engine.source.reading import NOT_UTF8

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_KEY_NAMES = ("部门", "部门名称", "department")
"""Other headings of the column of departments."""
_SEPARATORS = {"\t": Text("制表符", "tabs"), ";": Text("分号", "semicolons")}


def create_table(connection: DuckDBPyConnection, table: str, path: Path) -> None:
    """Make ``table`` of the file. Nothing is guessed from its first rows: it is a comma-separated table in UTF-8 with
    a row of headings, every cell a text. Rows and columns that hold nothing are passed over, as Excel writes them
    below and beside the data. Raises :class:`FactsError` where the file is not such a table."""
    import duckdb

    headings = _headings(path)
    names = [one or f":{place}" for place, one in enumerate(headings)]
    listed = ", ".join(f"{literal(one)}: 'VARCHAR'" for one in names)
    cells = ", ".join(map(name, names))
    try:
        connection.execute(
            f"CREATE TABLE {table} AS SELECT * FROM read_csv({literal(str(path))}, auto_detect = false, "
            f"header = true, columns = {{{listed}}}, delim = ',', quote = '\"', escape = '\"', nullstr = '') "
            f"WHERE coalesce({cells}) IS NOT NULL"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise malformed(path, str(error).splitlines()[0]) from None
    if _may_be_overlong(connection, path, len(headings)):
        _refuse_overlong(path, len(headings))
    nameless = [one for one, heading in zip(names, headings, strict=True) if not heading]
    if not nameless:
        return
    held = f"coalesce({', '.join(map(name, nameless))}) IS NOT NULL"
    if connection.execute(f"SELECT 1 FROM {table} WHERE {held} LIMIT 1").fetchall():
        raise _nameless(path, [place for place, one in enumerate(headings) if not one])
    for one in nameless:
        connection.execute(f"ALTER TABLE {table} DROP {name(one)}")


def _may_be_overlong(connection: DuckDBPyConnection, path: Path, width: int) -> bool:
    """Whether a line may have one empty cell too many at its end, over which the database passes: in a row such as
    ``x,1,234,`` under three headings an amount without quotes would fall apart unseen."""
    import duckdb

    unquoted = "regexp_replace(line, '\"[^\"]*\"', '', 'g')"
    commas = f"length({unquoted}) - length(replace({unquoted}, ',', ''))"
    try:
        found = connection.execute(
            f"SELECT 1 FROM read_csv({literal(str(path))}, auto_detect = false, header = false, "
            "columns = {'line': 'VARCHAR'}, delim = chr(31), quote = '', escape = '', nullstr = '') "
            f"WHERE rtrim(line, chr(13)) LIKE '%,' AND ({commas} >= {width} OR contains({unquoted}, '\"')) LIMIT 1"
        )
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        return True
    return bool(found.fetchall())


def _refuse_overlong(path: Path, width: int) -> None:
    rows = _Rows(path)
    try:
        for row in rows.read():
            if len(row) > width and any(row):
                raise _unlike(path, rows.begins, len(row), width)
    except csv.Error:
        raise malformed(path, "") from None


def _unlike(path: Path, line: int, cells: int, width: int) -> FactsError:
    """A row that has more or fewer cells than there are headings."""
    message = Text(f"这一行有 {cells} 格，表头有 {width} 格", f"{cells} cells, where {width} are headed")
    quoted = Text("含逗号的单元格要加引号", "put a cell that has a comma in it in quotes")
    return _unusable(path, line, "S120", message, quoted if cells > width else None)


def _headings(path: Path) -> list[str]:
    """The headings without the blanks around them; an empty one where a column has none."""
    rows = _Rows(path)
    try:
        first = next(rows.read(), None)
    except csv.Error:
        raise malformed(path, "") from None
    if rows.undecodable:
        raise _not_utf8(path, rows.undecodable)
    names = [one.strip() for one in first or ()]
    if KEY not in names:
        names = [KEY if one.casefold() in _KEY_NAMES else one for one in names]
    if not any(names):
        raise _unusable(path, 1, "S105", Text("没有表头", "there is no row of headings"))
    if len(names) == 1:
        for sign, called in _SEPARATORS.items():
            if sign in names[0]:
                message = Text(f"各格以{called.zh}隔开", f"the cells are separated by {called.en}")
                raise _unusable(
                    path, 1, "S120", message, Text("另存为以逗号分隔的 CSV", "save it with commas")
                )
    folded = [one.casefold() for one in names]
    for place, one in enumerate(folded):
        if one and one in folded[:place]:
            message = Text(f"列“{names[place]}”写了两次", f"the column '{names[place]}' is there twice")
            raise _unusable(path, 1, "F004", message)
    return names


def _nameless(path: Path, places: list[int]) -> FactsError:
    """The first value in a column without a heading; ``places`` are those columns."""
    rows = _Rows(path)
    for number, row in enumerate(rows.read(), 1):
        for place in places:
            if row and row[place]:
                message = Text(
                    f"第 {place + 1} 列没有表头，第 {number} 行却有值",
                    f"column {place + 1} has no heading, yet row {number} has a value",
                )
                fix = Text("写上表头，或删去这一列", "give it a heading, or delete the column")
                return _unusable(path, rows.begins, "S120", message, fix)
    raise AssertionError(path)  # the database found one


def _not_utf8(path: Path, line: int) -> FactsError:
    message = Text("文件不是 UTF-8 编码", "the file is not UTF-8 text")
    return _unusable(path, line, "S103", message, NOT_UTF8)


def malformed(path: Path, said: str) -> FactsError:
    """Where the file is not well-formed; ``said`` is what the database found, told where nothing else is known."""
    rows = _Rows(path)
    width, end = 0, ""
    try:
        for row in rows.read():
            if rows.undecodable:
                return _not_utf8(path, rows.undecodable)
            width, end = width or len(row), end or rows.end
            if row and len(row) != width:
                return _unlike(path, rows.begins, len(row), width)
            if rows.end not in ("", end):
                names = _ENDS[rows.end], _ENDS[end]
                message = Text(
                    f"这一行以 {names[0]} 结束，前面各行以 {names[1]} 结束",
                    f"this line ends in {names[0]}, those before it in {names[1]}",
                )
                fix = Text("统一换行符后再读", "save the file with one kind of line end")
                return _unusable(path, rows.number, "S120", message, fix)
    except csv.Error as error:
        message = Text(f"从这一行起引号不成对（{error}）", f"from here on the quotes do not match ({error})")
        return _unusable(path, rows.begins, "S120", message)
    return _unusable(path, 0, "S102", Text(f"无法读取（{said}）", f"cannot be read ({said})"))


def _unusable(path: Path, line: int, code: str, message: Text, fix: Text | None = None) -> FactsError:
    return FactsError([Problem(code, message, Position(str(path), line), fix=fix)])


class _Rows:
    """The rows of a file, and the number and end of the line read last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.begins = 1
        """The line in which the row begins that was read last, or that cannot be read."""
        self.end = ""
        self.undecodable = 0
        """The first line that is not UTF-8."""

    def read(self) -> Iterator[list[str]]:
        with TextIOWrapper(
            open_input(self.path), encoding="utf-8-sig", errors="surrogateescape", newline=""
        ) as file:
            for row in csv.reader(self._lines(file), strict=True):
                yield row
                self.begins = self.number + 1

    def _lines(self, file: Iterator[str]) -> Iterator[str]:
        for line in file:
            self.number += 1
            self.end = next((one for one in _ENDS if line.endswith(one)), "")
            if not self.undecodable and any("\ud800" <= one <= "\udfff" for one in line):
                self.undecodable = self.number
            yield line
