"""The table ``rejects``: departments that have no score, with every reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.errors import AuditError, Language, Position, Problem, Text, text_list
from engine.facts.totals import NO_TOTALS, TOTAL, is_total
from engine.portfolio.cells import trimmed
from engine.portfolio.headers import raw_columns
from engine.portfolio.layout import BESIDE, KEY, MAIN, Layout
from engine.portfolio.quoting import name
from engine.portfolio.reading import Reading
from engine.portfolio.rows import insert, number_of
from engine.suggestions import suggestion

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_SUGGESTED = 100_000
"""Departments that a suggestion is looked for among."""
_MOST_NAMED = 5
"""Places of one department that a message names."""
Reject = tuple[str, str, str, str, str, str]
"""Department, code, fact, place, reason, what to do."""


def create_rejects(connection: DuckDBPyConnection) -> None:
    """Make the empty table."""
    connection.execute(
        "CREATE OR REPLACE TABLE rejects (department VARCHAR, code VARCHAR, fact VARCHAR, place VARCHAR, "
        "reason VARCHAR, fix VARCHAR)"
    )


def reasons(department: str, error: AuditError, language: Language) -> list[Reject]:
    """The rows for what was found wrong with a department; of a row of totals nothing else matters."""
    problems = [one for one in error.problems if one.severity == "error"]
    totals = [one for one in problems if (one.code, one.path) == ("F022", KEY)]
    return _rows(department, totals or problems, language)


def reject_unnumbered(
    connection: DuckDBPyConnection, layout: Layout, reading: Reading, language: Language
) -> int:
    """Rows without a department, departments there twice, and rows of other tables whose department is not there.

    Returns how many of the last there are.
    """
    if number_of(connection, "SELECT count(*) FROM raw.main") != number_of(
        connection, "SELECT count(*) FROM departments"
    ):
        _reject_doubled(connection, reading, language)
    orphans = 0
    for table in layout.lists:
        # Every record of a numbered department was staged; where all were, none is an orphan.
        given = number_of(connection, f"SELECT count(*) FROM raw.{name(table)}")
        if given != number_of(connection, f"SELECT count(*) FROM {name(table)}"):
            orphans += _reject_orphans(connection, table, reading, language)
    for table in BESIDE:
        if raw_columns(connection, table):
            orphans += _reject_orphans(connection, table, reading, language)
    return orphans


_GIVEN = f"coalesce({trimmed(f't.{KEY}::VARCHAR')}, '')"


def _reject_doubled(connection: DuckDBPyConnection, reading: Reading, language: Language) -> None:
    doubled = connection.execute(
        f"SELECT {_GIVEN} AS one, list({reading.row(MAIN, 't')}) FROM raw.main AS t "
        f"GROUP BY one HAVING count(*) > 1 OR one = '' ORDER BY one"
    ).fetchall()
    rows = _alike(connection, reading, language)
    for department, numbers in doubled:
        # Without a place the rows of a database are all alike.
        places = sorted(reading.position(MAIN, one) or Position("") for one in numbers)
        for place in places:
            rows += _rows(department, [_unnumbered(department, place, places)], language)
    insert(connection, "rejects", rows)


def _unnumbered(department: str, place: Position, places: Sequence[Position]) -> Problem:
    where = place if place.file else None
    if is_total(department):
        return _total(where)
    if not department:
        return Problem("F001", Text("缺少部门名称", "the department's name is missing"), where, KEY)
    return Problem(
        "F006", there_often(places), where, KEY, Text("合并，或改正名称", "merge them, or correct the name")
    )


def there_often(places: Sequence[Position]) -> Text:
    """That a department is there so many times, with the places that are known."""
    named = list(dict.fromkeys(str(one) for one in places if one.file))
    listed = text_list([*named[:_MOST_NAMED], *(["…"] if len(named) > _MOST_NAMED else [])])
    there = (f"：{listed.zh}", f": {listed.en}") if named else ("", "")
    return Text(
        f"部门出现 {len(places)} 次{there[0]}", f"the department is there {len(places)} times{there[1]}"
    )


def _reject_orphans(connection: DuckDBPyConnection, table: str, reading: Reading, language: Language) -> int:
    orphans = connection.execute(
        f"SELECT {_GIVEN} AS one, count(*), min({reading.row(table, 't')}) FROM raw.{name(table)} AS t "
        f"WHERE one = '' OR one NOT IN (SELECT {_GIVEN} FROM raw.main AS t) GROUP BY one ORDER BY one"
    ).fetchall()
    if not orphans:
        return 0
    query = f"SELECT name FROM departments LIMIT {_MOST_SUGGESTED}"
    known = [one for (one,) in connection.execute(query).fetchall()]
    rows: list[Reject] = []
    for one, times, first in orphans:
        where = reading.position(table, first) or Position(table)
        rows += _rows(one, [_orphan(one, times, table, where, known)], language)
    insert(connection, "rejects", rows)
    return sum(times for _, times, _ in orphans)


def _orphan(department: str, times: int, table: str, where: Position, known: list[str]) -> Problem:
    if is_total(department):
        return _total(where)
    if not department:
        message = Text(
            f"部门名称为空（{times} 行）",
            f"the department's name is empty ({times} {'row' if times == 1 else 'rows'})",
        )
        fix = Text(
            "每一行都写上部门名称；合并的单元格存成 CSV 时只有第一行有",
            "write it in every row: of merged cells a CSV file keeps it in the first row alone",
        )
        return Problem("F001", message, where, KEY, fix)
    message = Text(
        f"main 表里没有这个部门（{times} 行）",
        f"this department is not in the table 'main' ({times} {'row' if times == 1 else 'rows'})",
    )
    meant = suggestion(department, known) or Text(
        "补上该部门，或改正名称", "add it there, or correct the name"
    )
    return Problem("F002", message, where, table, meant)


def _total(where: Position | None) -> Problem:
    return Problem("F022", TOTAL, where, KEY, NO_TOTALS)


def _alike(connection: DuckDBPyConnection, reading: Reading, language: Language) -> list[Reject]:
    """The departments that look the same as another."""
    found = connection.execute(
        f"SELECT one, number, other FROM (SELECT {_GIVEN} AS one, {reading.row(MAIN, 't')} AS number FROM raw.main AS t) "
        "JOIN (SELECT a.name, min(b.name) AS other FROM alike AS a JOIN alike AS b ON a.look = b.look AND a.name <> b.name "
        "GROUP BY a.name) AS p ON p.name = one ORDER BY one, number"
    ).fetchall()
    fix = Text("合并，或改正名称", "merge them, or correct the name")
    rows: list[Reject] = []
    for department, number, other in found:
        message = Text(f"看起来与部门“{other}”是同一个", f"this looks the same as the department '{other}'")
        where = reading.position(MAIN, number)
        rows += _rows(department, [Problem("F025", message, where, KEY, fix)], language)
    return rows


def _rows(department: str, problems: list[Problem], language: Language) -> list[Reject]:
    return [
        (
            department, one.code, one.path, str(one.where or ""), one.message.in_language(language),
            one.fix.in_language(language) if one.fix else "",
        )
        for one in problems
    ]  # fmt: skip
