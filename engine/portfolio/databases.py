"""Databases of other people's: opened for reading, and no more than their tables read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import Text
from engine.portfolio.quoting import literal
from engine.portfolio.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_GENERATED = re.compile(r"\bGENERATED\s+ALWAYS\b", re.IGNORECASE)
_VIEW = Text(
    "是视图：视图会读取别处或运行别的内容，只读取表",
    "a view, which may read or run something else: only tables are read",
)
_COMPUTED = Text(
    "表里有计算列（GENERATED），只读取写定的值", "a table with generated columns: only stored values are read"
)


def attach(workspace: Workspace, path: Path, alias: str) -> None:
    """Open the database under the name ``alias``, unless it is open. Raises :class:`duckdb.Error` and
    :class:`OSError`."""
    connection = workspace.connection
    query = "SELECT 1 FROM duckdb_databases() WHERE database_name = ?"
    if not connection.execute(query, [alias]).fetchall():
        place = literal(str(workspace.database(path)))
        connection.execute(f"ATTACH {place} AS {alias} (READ_ONLY, TYPE DUCKDB)")


def tables_of(connection: DuckDBPyConnection, alias: str) -> dict[str, Text | None]:
    """The tables and views of the database; with the reason where one is not to be read."""
    found: dict[str, Text | None] = {}
    tables = "SELECT schema_name, table_name, sql FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL"
    for schema, table, sql in connection.execute(tables, [alias]).fetchall():
        computed = _GENERATED.search(_QUOTED.sub("", sql or "")) is not None
        found[_called(schema, table)] = _COMPUTED if computed else None
    views = "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal ORDER BY ALL"
    for schema, view in connection.execute(views, [alias]).fetchall():
        found[_called(schema, view)] = _VIEW
    return found


def _called(schema: str, table: str) -> str:
    return table if schema == "main" else f"{schema}.{table}"
