"""The table ``rejects``: departments that have no score, with every reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import AuditError, Language, Position, Problem, Text
from engine.language.types import suggestion
from engine.portfolio.cells import trimmed
from engine.portfolio.headers import raw_columns
from engine.portfolio.layout import BESIDE, KEY, Layout
from engine.portfolio.quoting import name
from engine.portfolio.rows import insert, number_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_SUGGESTED = 100_000
"""Departments that a suggestion is looked for among."""
Reject = tuple[str, str, str, str, str]
"""Department, code, fact, reason, what to do."""


def create_rejects(connection: DuckDBPyConnection) -> None:
    """Make the empty table."""
    connection.execute(
        "CREATE OR REPLACE TABLE rejects (department VARCHAR, code VARCHAR, fact VARCHAR, reason VARCHAR, fix VARCHAR)"
    )


def reasons(department: str, error: AuditError, language: Language) -> list[Reject]:
    """The rows for what was found wrong with a department."""
    return _rows(department, [one for one in error.problems if one.severity == "error"], language)


def reject_unnumbered(connection: DuckDBPyConnection, layout: Layout, language: Language) -> int:
    """Rows without a department, departments there twice, and rows of other tables whose department is not there.

    Returns how many of the last there are.
    """
    if number_of(connection, "SELECT count(*) FROM raw.main") != number_of(
        connection, "SELECT count(*) FROM departments"
    ):
        _reject_doubled(connection, language)
    orphans = 0
    for table in layout.lists:
        # Every record of a numbered department was staged; where all were, none is an orphan.
        given = number_of(connection, f"SELECT count(*) FROM raw.{name(table)}")
        if given != number_of(connection, f"SELECT count(*) FROM {name(table)}"):
            orphans += _reject_orphans(connection, table, language)
    for table in BESIDE:
        if raw_columns(connection, table):
            orphans += _reject_orphans(connection, table, language)
    return orphans


_GIVEN = f"coalesce({trimmed(f'{KEY}::VARCHAR')}, '')"


def _reject_doubled(connection: DuckDBPyConnection, language: Language) -> None:
    doubled = connection.execute(
        f"SELECT {_GIVEN}, count(*) FROM raw.main GROUP BY ALL HAVING count(*) > 1 OR {_GIVEN} = '' ORDER BY 1"
    ).fetchall()
    rows: list[Reject] = []
    for department, times in doubled:
        problem = _doubled(times)
        if not department:
            problem = Problem("F001", Text("缺少部门名称", "the department's name is missing"), None, KEY)
        for _ in range(times):
            rows += _rows(department, [problem], language)
    insert(connection, "rejects", rows)


def _reject_orphans(connection: DuckDBPyConnection, table: str, language: Language) -> int:
    orphans = connection.execute(
        f"SELECT {_GIVEN} AS one, count(*) FROM raw.{name(table)} "
        f"WHERE {_GIVEN} NOT IN (SELECT {_GIVEN} FROM raw.main) GROUP BY one ORDER BY one"
    ).fetchall()
    if not orphans:
        return 0
    query = f"SELECT name FROM departments LIMIT {_MOST_SUGGESTED}"
    known = [one for (one,) in connection.execute(query).fetchall()]
    rows: list[Reject] = []
    for one, times in orphans:
        message = Text(
            f"main 表里没有这个部门（{times} 行）",
            f"this department is not in the table 'main' ({times} {'row' if times == 1 else 'rows'})",
        )
        fix = suggestion(one, known) or Text("补上该部门，或改正名称", "add it there, or correct the name")
        rows += _rows(one, [Problem("F002", message, Position(table), table, fix)], language)
    insert(connection, "rejects", rows)
    return sum(times for _, times in orphans)


def _doubled(times: int) -> Problem:
    message = Text(f"部门在 main 表里出现 {times} 次", f"the department is {times} times in the table 'main'")
    return Problem("F006", message, None, KEY, Text("合并，或改正名称", "merge them, or correct the name"))


def _rows(department: str, problems: list[Problem], language: Language) -> list[Reject]:
    return [
        (
            department, one.code, one.path, one.message.in_language(language),
            one.fix.in_language(language) if one.fix else "",
        )
        for one in problems
    ]  # fmt: skip
