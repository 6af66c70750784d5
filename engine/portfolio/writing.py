"""Results as files: a folder of CSV or Parquet, a workbook, or a database; written whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from engine.causes import cause
from engine.errors import Position, Problem, Text, UsageProblem
from engine.inputs import refuse_input, shown
from engine.portfolio.quoting import literal
from engine.portfolio.reporting import Report, silent
from engine.portfolio.results import ORDERS, ordered
from engine.portfolio.workspace import Workspace
from engine.unfinished import passing, remove_tree
from engine.writing import FORMULA_SIGNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Format = Literal["csv", "parquet", "xlsx", "duckdb"]
MARK = "\ufeff"
"""Begins a CSV file, by which Excel knows that it is UTF-8."""
MOST_ROWS = 1_048_576
"""Rows of a sheet; a longer table goes on in further sheets."""


def format_of(path: Path) -> Format:
    """The format that the name of a result asks for: a folder of CSV where it asks for none."""
    return {".xlsx": "xlsx", ".duckdb": "duckdb", ".db": "duckdb", ".parquet": "parquet"}.get(
        path.suffix.lower(), "csv"
    )  # type: ignore[return-value]


def write_results(workspace: Workspace, path: Path, format_: Format, report: Report = silent) -> None:
    """Write every table of the result to ``path``, which the workspace was opened for, replacing an earlier result
    there."""
    report("write", 0, 0)
    connection = workspace.connection
    try:
        with _in_place(workspace, path, folder=format_ in ("csv", "parquet")) as temporary:
            if format_ == "xlsx":
                _workbook(connection, temporary)
            elif format_ == "duckdb":
                _database(connection, temporary)
            else:
                for table in ORDERS:
                    options = "HEADER" if format_ == "csv" else "FORMAT parquet"
                    file = literal(str(temporary / f"{table}.{format_}"))
                    rows = ordered(table)
                    if format_ == "csv":
                        rows = without_formulas(connection, rows, mark=MARK)
                    connection.execute(f"COPY ({rows}) TO {file} ({options})")
    except OSError as error:
        why = cause(error)
        message = Text(f"无法写入（{why.zh}）", f"cannot write the result ({why.en})")
        raise UsageProblem([Problem("U001", message, Position(shown(path)))]) from None


def without_formulas(connection: DuckDBPyConnection, rows: str, mark: str = "") -> str:
    """The query ``rows`` with an apostrophe before each text, numbers aside, that a spreadsheet would take for a formula;
    the first heading begins with ``mark``."""
    signs = ", ".join(map(literal, FORMULA_SIGNS))
    columns: list[str] = []
    for name, type_, *_ in connection.execute(f"DESCRIBE {rows}").fetchall():
        column = f'"{name}"'
        number = f"regexp_full_match({column}, '-[0-9.]+(/[0-9]+)?')"
        formula = f"left(ltrim({column}), 1) IN ({signs}) AND NOT {number}"
        marked = f"CASE WHEN {formula} THEN chr(39) || {column} ELSE {column} END"
        heading = column if columns else f'"{mark}{name}"'
        columns.append(f"{marked if type_ == 'VARCHAR' else column} AS {heading}")
    return f"SELECT {', '.join(columns)} FROM ({rows})"


@contextmanager
def _in_place(workspace: Workspace, path: Path, *, folder: bool) -> Iterator[Path]:
    """A temporary place beside ``path``, by a plain name, that takes its name in the end."""
    if path.exists() and (path.is_dir() != folder or (folder and not _is_result(path))):
        message = Text("此处已有别的文件", "there is something else here")
        fix = Text("换一个名称，或先移走它", "choose another name, or move it away first")
        raise UsageProblem([Problem("U001", message, Position(shown(path)), fix=fix)])
    refuse_input(path)
    holder = workspace.part
    assert holder is not None
    before = holder / "before"

    def clear_away() -> None:
        if before.exists() and not path.exists():
            before.rename(path)  # interrupted between the two: the earlier result stays
        remove_tree(holder)

    with passing(clear_away):
        holder.mkdir(mode=0o700)
        temporary = workspace.outside() / "result"
        if folder:
            temporary.mkdir()
        yield temporary
        made = holder / "result"
        if not made.exists():
            shutil.move(temporary, made)
        refuse_input(path)  # what is read may have come here meanwhile
        if folder and path.exists():
            path.rename(before)
        made.replace(path)


def _is_result(path: Path) -> bool:
    names = {f"{table}.{suffix}" for table in ORDERS for suffix in ("csv", "parquet")}
    return all(one.name in names for one in path.iterdir())


def _database(connection: DuckDBPyConnection, path: Path) -> None:
    connection.execute(f"ATTACH {literal(str(path))} AS written")
    try:
        for table in ORDERS:
            connection.execute(f"CREATE TABLE written.{table} AS {ordered(table)}")
        connection.execute("CHECKPOINT written")  # at its end the workspace's connection leaves it out
    finally:
        connection.execute("DETACH written")


def _workbook(connection: DuckDBPyConnection, path: Path) -> None:
    """A sheet for each table, one row at a time, so that memory stays small."""
    try:
        import xlsxwriter
        from xlsxwriter.exceptions import FileCreateError
    except ImportError:
        message = Text("缺少软件包 XlsxWriter", "the package XlsxWriter is not installed")
        fix = Text("运行 pip install 'audit-score[portfolio]'", "run pip install 'audit-score[portfolio]'")
        raise UsageProblem([Problem("U030", message, fix=fix)]) from None
    workbook = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "tmpdir": str(path.parent),  # which goes away with all that is in it
        },
    )  # fmt: skip
    workbook.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same bytes again
    for table in ORDERS:
        _sheets(connection, workbook, table)
    try:
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] from None  # the disk's own error, such as that it is full


def _sheets(connection: DuckDBPyConnection, workbook: Any, table: str) -> None:
    bold = workbook.add_format({"bold": True})
    cursor = connection.execute(ordered(table))
    heads = [one[0] for one in cursor.description or ()]
    number = 0
    row = MOST_ROWS
    sheet: Any = None
    batch = cursor.fetchmany(10_000)
    while batch or number == 0:
        for values in batch or [()]:
            if row >= MOST_ROWS:
                number += 1
                sheet = workbook.add_worksheet(table if number == 1 else f"{table} {number}")
                sheet.freeze_panes(1, 1)
                sheet.write_row(0, 0, heads, bold)
                row = 1
            for column, value in enumerate(values):
                if value is not None:
                    _cell(sheet, row, column, value)
            row += bool(values)
        batch = cursor.fetchmany(10_000)


def _cell(sheet: Any, row: int, column: int, value: Any) -> None:
    """A number is stored as what a reader of the sheet sees; a text never as a formula."""
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)
