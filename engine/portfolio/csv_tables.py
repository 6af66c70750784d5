"""CSV tables read strictly: by their own headings, and refused with file and line where they are not well-formed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from engine.errors import FactsError, Position, Problem, Text
from engine.portfolio.quoting import literal

_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}


def csv_query(path: Path) -> str:
    """What DuckDB reads the file with. Nothing is guessed from its first rows: it is a comma-separated table in
    UTF-8 with a row of headings, every cell a text. Raises :class:`FactsError` where the headings cannot be used."""
    listed = ", ".join(f"{literal(one)}: 'VARCHAR'" for one in _headings(path))
    return (
        f"read_csv({literal(str(path))}, auto_detect = false, header = true, columns = {{{listed}}}, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '')"
    )


def _headings(path: Path) -> list[str]:
    try:
        first = next(_Rows(path).read(), None)
    except csv.Error:
        raise malformed(path, "") from None
    if not first:
        raise _unusable(path, 1, "S105", Text("没有表头", "there is no row of headings"))
    names = [one or f"column{place}" for place, one in enumerate(first)]
    folded = [one.casefold() for one in names]
    for place, one in enumerate(folded):
        if one in folded[:place]:
            message = Text(f"列“{names[place]}”写了两次", f"the column '{names[place]}' is there twice")
            raise _unusable(path, 1, "F004", message)
    return names


def malformed(path: Path, said: str) -> FactsError:
    """Where the file is not well-formed; ``said`` is what the database found, told where nothing else is known."""
    rows = _Rows(path)
    width, end, begins = 0, "", 1
    try:
        for row in rows.read():
            if rows.undecodable:
                message = Text("文件不是 UTF-8 编码", "the file is not UTF-8 text")
                return _unusable(path, rows.undecodable, "S103", message)
            width, end = width or len(row), end or rows.end
            if row and len(row) != width:
                message = Text(
                    f"这一行有 {len(row)} 格，表头有 {width} 格",
                    f"{len(row)} cells, where {width} are headed",
                )
                return _unusable(path, begins, "S120", message)
            if rows.end not in ("", end):
                names = _ENDS[rows.end], _ENDS[end]
                message = Text(
                    f"这一行以 {names[0]} 结束，前面各行以 {names[1]} 结束",
                    f"this line ends in {names[0]}, those before it in {names[1]}",
                )
                fix = Text("统一换行符后再读", "save the file with one kind of line end")
                return _unusable(path, rows.number, "S120", message, fix)
            begins = rows.number + 1
    except csv.Error as error:
        message = Text(f"从这一行起引号不成对（{error}）", f"from here on the quotes do not match ({error})")
        return _unusable(path, begins, "S120", message)
    return _unusable(path, 0, "S102", Text(f"无法读取（{said}）", f"cannot be read ({said})"))


def _unusable(path: Path, line: int, code: str, message: Text, fix: Text | None = None) -> FactsError:
    return FactsError([Problem(code, message, Position(str(path), line), fix=fix)])


class _Rows:
    """The rows of a file, and the number and end of the line read last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.end = ""
        self.undecodable = 0
        """The first line that is not UTF-8."""

    def read(self) -> Iterator[list[str]]:
        with self.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            yield from csv.reader(self._lines(file), strict=True)

    def _lines(self, file: Iterator[str]) -> Iterator[str]:
        for line in file:
            self.number += 1
            self.end = next((one for one in _ENDS if line.endswith(one)), "")
            if not self.undecodable and any("\ud800" <= one <= "\udfff" for one in line):
                self.undecodable = self.number
            yield line
