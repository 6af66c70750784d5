"""Values to and from the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.portfolio.quoting import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def insert(connection: DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Append rows. They go over as texts, which hold a number of any size, and become the columns' types there."""
    import pyarrow as pa

    if not rows:
        return
    columns = [
        pa.array([None if one is None else str(one) for one in column], pa.string())
        for column in zip(*rows, strict=True)
    ]
    connection.register("appended", pa.table(columns, [f"c{place}" for place in range(len(columns))]))
    connection.execute(f"INSERT INTO {'.'.join(map(name, table.split('.')))} SELECT * FROM appended")
    connection.unregister("appended")


def number_of(connection: DuckDBPyConnection, query: str) -> int:
    """The whole number that a query finds. Its result is read to the end: an open one bars what is appended next."""
    ((number,),) = connection.execute(query).fetchall()
    return int(number)
