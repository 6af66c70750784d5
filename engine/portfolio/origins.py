"""Where the rows of the raw tables stand in what was read, so that a message can name file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine.errors import Position
from engine.inputs import open_input, shown
from engine.portfolio.csv_tables import CsvFile, lines_of
from engine.portfolio.headers import FILE, ROW


class Origin:
    """Of rows that are of no file; ``row`` is the SQL of a whole number by which a row of ``{}`` is found."""

    row = "NULL::BIGINT"

    def position(self, row: int | None) -> Position | None:
        """Where the row stands, as far as that is known."""
        return None

    def headings(self) -> Position | None:
        """Where the headings of the table stand."""
        return None


@dataclass
class CsvOrigin(Origin):
    """Rows of a CSV table, each with the line in which it begins."""

    name: str
    file: CsvFile
    rows: int
    row = "{}.rowid"

    @cached_property
    def lines(self) -> Sequence[int]:
        """Only what is told of needs a line, so that they are not counted before. Where the file has a line for the
        headings and one for each row, nothing has to be read again."""
        with open_input(self.file.plain) as file:
            ends = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
            if ends:
                file.seek(-1, 2)
                ends += file.read(1) != b"\n"
        return range(2, self.rows + 2) if ends == self.rows + 1 else lines_of(self.file)

    def position(self, row: int | None) -> Position:
        return Position(self.name, self.lines[row] if row is not None and row < len(self.lines) else 0)

    def headings(self) -> Position:
        return Position(shown(self.file.path), 1)


@dataclass
class ParquetOrigin(Origin):
    """Rows of a Parquet table, counted from 1."""

    name: str
    path: Path
    row = f'{{}}."{ROW}"'

    def position(self, row: int | None) -> Position:
        return Position(self.name, cell=f"#{row + 1}" if row is not None else "")

    def headings(self) -> Position:
        return Position(shown(self.path))


@dataclass
class DatabaseOrigin(Origin):
    """Rows of a table of a database, which have no order."""

    name: str
    table: str

    def position(self, row: int | None) -> Position:
        return Position(self.name, cell=self.table)

    def headings(self) -> Position:
        return self.position(None)


@dataclass
class FactsFileOrigin(Origin):
    """Departments of facts files; the number is the file's."""

    files: Sequence[str]
    row = f'{{}}."{FILE}"::BIGINT'

    def position(self, row: int | None) -> Position | None:
        return Position(self.files[row]) if row is not None else None
