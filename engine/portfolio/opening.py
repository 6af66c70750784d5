"""A result read again from a folder or a database; a workbook is for people alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import Position, Problem, RecordError, Text
from engine.inputs import note_input
from engine.portfolio.amounts import as_decimal
from engine.portfolio.quoting import literal
from engine.portfolio.results import ORDERS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NUMBERS = {
    "scores": ("total",), "criteria": ("points",), "claims": ("claimed", "computed", "difference"),
    "ledger": ("nominal", "applied"),
}  # fmt: skip
"""Columns of points, which in CSV are texts."""


def open_result(connection: DuckDBPyConnection, path: Path) -> None:
    """The tables of the result at ``path`` in the schema ``result``. Raises :class:`RecordError`."""
    import duckdb

    note_input(path)
    connection.execute("DROP SCHEMA IF EXISTS result CASCADE")
    connection.execute("CREATE SCHEMA result")
    try:
        for table in ORDERS:
            connection.execute(
                f"CREATE VIEW result.{table} AS SELECT {_columns(table)} FROM {_source(connection, path, table)}"
            )
            connection.execute(f"SELECT count(*) FROM result.{table}")
    except duckdb.Error:
        message = Text("不是 audit portfolio score 的结果", "this is no result of 'audit portfolio score'")
        fix = Text("给出结果文件夹或 .duckdb 文件", "give the folder of a result, or its .duckdb file")
        raise RecordError([Problem("V010", message, Position(str(path)), fix=fix)]) from None


def _source(connection: DuckDBPyConnection, path: Path, table: str) -> str:
    if path.is_dir():
        if (path / f"{table}.parquet").is_file():
            return f"read_parquet({literal(str(path / f'{table}.parquet'))})"
        return (
            f"read_csv({literal(str(path / f'{table}.csv'))}, all_varchar = true, header = true, "
            "delim = ',', quote = '\"', nullstr = '')"
        )
    attached = connection.execute(
        "SELECT count(*) FROM duckdb_databases() WHERE database_name = 'opened'"
    ).fetchone()
    if not attached or not attached[0]:
        connection.execute(f"ATTACH {literal(str(path))} AS opened (READ_ONLY)")
    return f"opened.{table}"


def _columns(table: str) -> str:
    """All columns, those of points as decimals; a line that is a fraction of a point is cut to a millionth."""
    made = []
    for one in _NUMBERS.get(table, ()):
        value = as_decimal(one) if table == "ledger" else f"{one}::VARCHAR::DECIMAL(18,6)"
        made.append(f"{value} AS {one}")
    made += (
        ["rank::BIGINT AS rank"]
        if table == "scores"
        else ["line::BIGINT AS line"]
        if table == "ledger"
        else []
    )
    return f"* REPLACE ({', '.join(made)})" if made else "*"
