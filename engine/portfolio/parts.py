"""The departments in parts: what is worked on at once fits into memory, however many there are in all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.portfolio.layout import KEY
from engine.portfolio.quoting import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PART = 500_000
"""Departments to a part. Twice as many take as long, and nearly twice the memory; ten million at once took half as long again."""
LEAST = 1_000
"""Fewer than so many are not divided again."""


def by_parts(
    connection: DuckDBPyConnection, tables: Iterable[str], departments: int, work: Callable[[range], None]
) -> None:
    """Call ``work`` with the numbers of the departments of each part, from 1; meanwhile the names of ``tables``,
    which have a column of departments, mean their rows of the part. There is one part at least; one that is all needs
    no view between.

    A part that does not fit into memory is halved, and so are those after it: what ``work`` had begun must then be
    undone, as a statement that fails is.
    """
    import duckdb

    tables = list(tables)
    first, size = 1, PART
    while first <= max(departments, 1):
        part = range(first, min(first + size, departments + 1))
        try:
            if len(part) == departments:
                work(part)
            else:
                with _within(connection, tables, part):
                    work(part)
        except duckdb.OutOfMemoryException:
            if len(part) < 2 * LEAST:
                raise
            size = (len(part) + 1) // 2
            continue
        first += size


@contextmanager
def _within(connection: DuckDBPyConnection, tables: Iterable[str], part: range) -> Iterator[None]:
    connection.execute("CREATE SCHEMA IF NOT EXISTS part")
    for one in tables:
        connection.execute(
            f"CREATE OR REPLACE VIEW part.{name(one)} AS SELECT * FROM main.{name(one)} "
            f"WHERE {KEY} BETWEEN {part.start} AND {part.stop - 1}"
        )
    connection.execute("SET search_path = 'part,main'")
    try:
        yield
    finally:
        connection.execute("SET search_path = 'main'")
        connection.execute("DROP SCHEMA part CASCADE")
