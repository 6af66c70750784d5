"""Rows of Python values appended to a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.portfolio.quoting import literal, name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 1000


def insert(connection: DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Append rows, many at a time."""
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        values = ", ".join(f"({', '.join(map(_sql, row))})" for row in part)
        connection.execute(f"INSERT INTO {name(table)} VALUES {values}")


def _sql(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else literal(str(value))
