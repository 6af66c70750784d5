"""The departments in parts: what is worked on at once fits into memory, however many there are in all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.portfolio.layout import KEY
from engine.portfolio.quoting import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PART = 1_000_000
"""Departments to a part. The tables of ten million at once went to the disk and back, and took twice the time."""


def parts_of(departments: int) -> list[range]:
    """The numbers of the departments in each part, from 1; one part at least, so that every table is made."""
    firsts = range(1, max(departments, 1) + 1, PART)
    return [range(first, min(first + PART, departments + 1)) for first in firsts]


@contextmanager
def within(connection: DuckDBPyConnection, tables: Iterable[str], part: range) -> Iterator[None]:
    """Meanwhile the names of ``tables``, which have a column of departments, mean their rows of the part."""
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
