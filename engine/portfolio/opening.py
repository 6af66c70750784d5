"""A result read again from a folder or a database; a workbook is for people alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from engine.causes import cause
from engine.errors import Position, Problem, RecordError, Text
from engine.inputs import note_input, shown
from engine.portfolio.amounts import as_decimal
from engine.portfolio.csv_tables import create_table, csv_file
from engine.portfolio.databases import attach, tables_of
from engine.portfolio.finding import TABLES, Unread
from engine.portfolio.quoting import literal, name
from engine.portfolio.results import COLUMNS
from engine.portfolio.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NUMBERS = {
    "scores": ("total",), "criteria": ("points",), "claims": ("claimed", "computed", "difference"),
    "ledger": ("nominal", "applied"),
}  # fmt: skip
"""Columns of points, which in CSV are texts."""
_WHOLE = {"scores": ("rank",), "ledger": ("line",), "criteria": ("place",)}
_ANOTHER = Text("不是结果的一部分", "no part of the result")


def open_result(workspace: Workspace, path: Path) -> tuple[Unread, ...]:
    """The tables of the result at ``path`` in the schema ``result``; what else is there, and is not read.

    Raises :class:`RecordError` where it is no result, or one that has been damaged or changed.
    """
    import duckdb

    note_input(path)
    connection = workspace.connection
    for schema in ("result", "raw"):
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        connection.execute(f"CREATE SCHEMA {schema}")
    unread: list[Unread] = []
    try:
        for table, source in _sources(workspace, path, unread):
            _typed(connection, table, source, path)
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, OSError) as error:
        said = cause(error)
        raise _no_result(path, Text(f"（{said.zh}）", f" ({said.en})")) from None
    _check(connection, path)
    return tuple(unread)


def _no_result(path: Path, why: Text) -> RecordError:
    message = Text(
        f"不是 audit portfolio score 的结果{why.zh}", f"this is no result of 'audit portfolio score'{why.en}"
    )
    fix = Text("给出结果文件夹或 .duckdb 文件", "give the folder of a result, or its .duckdb file")
    return RecordError([Problem("V010", message, Position(shown(path)), fix=fix)])


def _lacking(path: Path, table: str) -> RecordError:
    return _no_result(path, Text(f"（缺少 {table}）", f" ({table} is missing)"))


def _sources(workspace: Workspace, path: Path, unread: list[Unread]) -> Iterator[tuple[str, str]]:
    """Each table of a result, and where the database finds it."""
    if not path.is_dir():
        attach(workspace, path, "opened")
        tables = tables_of(workspace.connection, "opened")
        for table in COLUMNS:
            if table not in tables:
                raise _lacking(path, table)
            if (why := tables[table]) is not None:
                raise _no_result(path, Text(f"（{table}：{why.zh}）", f" ({table}: {why.en})"))
            yield table, f"opened.main.{table}"
        unread += [Unread(f"{shown(path)}:{one}", _ANOTHER) for one in tables if one not in COLUMNS]
        return
    kinds = [one for one in TABLES if (path / f"about{one}").is_file()]
    if len(kinds) != 1:
        raise (
            _no_result(path, Text("", ""))
            if not kinds
            else _no_result(path, Text("（CSV 和 Parquet 都有）", " (both CSV and Parquet are there)"))
        )
    for table in COLUMNS:
        file = path / f"{table}{kinds[0]}"
        if not file.is_file():
            raise _lacking(path, file.name)
        if kinds[0] == ".csv":
            create_table(workspace.connection, table, csv_file(workspace, file), COLUMNS[table])
            yield table, f"raw.{table}"
        else:
            plain = literal(str(workspace.opened(file, ".parquet")))
            yield table, f"read_parquet({plain}, hive_partitioning = false)"
    known = {f"{table}{kinds[0]}" for table in COLUMNS}
    others = sorted(one.name for one in path.iterdir() if one.name not in known)
    unread += [Unread(shown(one), _ANOTHER) for one in others]


def _typed(connection: DuckDBPyConnection, table: str, source: str, path: Path) -> None:
    """All columns, those of points as decimals; a line that is a fraction of a point is cut to a millionth."""
    there = [one for one, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    if there[: len(COLUMNS[table])] != [*COLUMNS[table]] or (
        table != "points" and there != [*COLUMNS[table]]
    ):
        raise _no_result(path, Text(f"（{table} 的表头不符）", f" (the headings of {table} are others)"))
    made = {one: name(one) for one in there}
    for one in _NUMBERS.get(table, ()):
        made[one] = as_decimal(one) if table == "ledger" else f"{one}::VARCHAR::DECIMAL(18,6)"
    for one in _WHOLE.get(table, ()):
        made[one] = f"{one}::BIGINT"
    listed = ", ".join(f"{value} AS {name(one)}" for one, value in made.items())
    connection.execute(f"CREATE TABLE result.{table} AS SELECT {listed} FROM {source}")


_STATED = (
    ("SELECT count(*)::VARCHAR FROM result.scores", "SELECT value FROM result.about WHERE name = 'scored'"),
    (
        "SELECT count(DISTINCT department)::VARCHAR FROM result.scores",
        "SELECT count(*)::VARCHAR FROM result.scores",
    ),
    ("SELECT count(*)::VARCHAR FROM result.unread", "SELECT value FROM result.about WHERE name = 'unread'"),
    ("SELECT count(*)::VARCHAR FROM result.criteria WHERE parent IS NULL", "SELECT '1'"),
    ("SELECT count(*)::VARCHAR FROM result.ledger ANTI JOIN result.scores USING (department)", "SELECT '0'"),
)


def _check(connection: DuckDBPyConnection, path: Path) -> None:
    """What the tables say of each other."""
    for one, other in _STATED:
        if connection.execute(one).fetchone() != connection.execute(other).fetchone():
            raise _changed(path, "")
    unequal = connection.execute(_UNEQUAL).fetchall()
    for (department,) in unequal:
        raise _changed(path, department)


_UNEQUAL = """
SELECT department FROM result.scores LEFT JOIN (
    SELECT department, sum(applied) AS lost, count(*) AS lines FROM result.ledger GROUP BY department
) USING (department), (SELECT points AS full FROM result.criteria WHERE parent IS NULL)
WHERE total IS NULL OR abs("full" - coalesce(lost, 0) - total) > 0.000001 * coalesce(lines, 0)
ORDER BY department LIMIT 1
"""
"""A line that is a fraction of a point is cut to a millionth."""


def _changed(path: Path, department: str) -> RecordError:
    whose = (f"：{department}", f": {department}") if department else ("", "")
    message = Text(
        f"结果的各表对不上，已被改动或损坏{whose[0]}",
        f"the tables of the result do not agree; it has been changed or damaged{whose[1]}",
    )
    fix = Text("用 audit portfolio score 重新计算", "compute it again with 'audit portfolio score'")
    return RecordError([Problem("V010", message, Position(shown(path)), fix=fix)])
