"""Departments as facts documents: from the raw tables back to what the facts reader reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import FactsError, Position, Problem, Text, first_at
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.facts.readings import Conventions
from engine.portfolio.cells import trimmed
from engine.portfolio.headers import header_names, is_passed_over, raw_columns
from engine.portfolio.layout import BESIDE, CLAIMED, HEAD, JUDGEMENTS, KEY, MAIN, WAIVERS, Layout, Table
from engine.portfolio.quoting import name
from engine.portfolio.reading import UNKNOWN, Reading
from engine.ruleset.model import Ruleset
from engine.source import NoFile, Placed, tree_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Document = dict[str, Any]
Row = Placed
"""The cells of a row that are not empty, by the columns they are in."""


def read_document(
    document: Mapping[str, Any], ruleset: Ruleset, label: str, *, of_people: bool = False
) -> Facts:
    """The facts in ``document``, its texts written as people write them (``of_people``), or as a facts file does.

    Raises :class:`FactsError` with everything that makes them unusable.
    """
    conventions = Conventions(ruleset) if of_people else None
    return read_facts(tree_of(document, label, NoFile), ruleset, conventions=conventions)


def documents_of(
    connection: DuckDBPyConnection,
    layout: Layout,
    names: Sequence[str],
    passed_over: frozenset[str] = frozenset(),
    reading: Reading = UNKNOWN,
) -> Iterator[tuple[str, Document | FactsError]]:
    """The documents of the departments called ``names``, in that order, or why there is none. What is in them stands
    where ``reading`` found it."""
    connection.execute("CREATE OR REPLACE TEMP TABLE wanted (name VARCHAR)")
    if names:
        connection.execute("INSERT INTO wanted SELECT unnest(?)", [list(names)])
    main = _rows(connection, MAIN, layout.main, passed_over, reading)
    lists = {one: _rows(connection, one, table, passed_over, reading) for one, table in layout.lists.items()}
    beside = {one: _rows(connection, one, None, frozenset(), reading) for one in BESIDE}
    for one in names:
        document = _document(main.get(one, [Row()])[0], layout)
        facts = document["facts"]
        for text, rows in lists.items():
            facts[text] = rows.get(one, [])
        try:
            for text, rows in beside.items():
                _attach(document, text, rows.get(one, []))
        except FactsError as error:
            yield one, error
            continue
        yield one, document


def _document(row: Row, layout: Layout) -> Document:
    """The document of one row of ``main``: fields of groups under their group."""
    ruleset = layout.ruleset
    facts: Document = {}
    for text, value in row.items():
        if text in HEAD:
            continue
        group, dot, member = text.partition(".")
        if dot:
            facts.setdefault(group, {})[member] = value
        else:
            facts[text] = value
    document = Row({
        "department": row.get(KEY) or "",
        "year": row.get("year") or str(ruleset.year),
        "ruleset": ruleset.id,
        "facts": facts,
    })  # fmt: skip
    document.where = row.where
    return document


def _attach(document: Document, table: str, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if table == WAIVERS:
        document[WAIVERS] = [*rows]
        return
    section: Document = {}
    places: dict[str, Position | None] = {}
    for row in rows:
        key = row.get("criterion") or ""
        if key in section:
            there = first_at(places[key])
            message = Text(f"“{key}”写了两次{there.zh}", f"'{key}' is stated twice{there.en}")
            raise FactsError(
                [Problem("F004", message, row.where, f"{table}.{key}", Text("删去一个", "remove one"))]
            )
        places[key] = row.where
        rest = Row({text: value for text, value in row.items() if text != "criterion"})
        rest.where = row.where
        section[key] = rest.get("points") if table == CLAIMED else rest
    document[CLAIMED if table == CLAIMED else JUDGEMENTS] = section


def _rows(
    connection: DuckDBPyConnection,
    table: str,
    layout: Table | None,
    passed_over: frozenset[str],
    reading: Reading,
) -> dict[str, list[Row]]:
    """The rows of the wanted departments as texts, without their empty cells.

    The database writes the texts, since Python knows no date beyond the year 9999.
    """
    there = raw_columns(connection, table)
    if not there:
        return {}
    headers = header_names(layout, there) if layout is not None else {text: text for text in BESIDE[table]}
    # First how the table spells the names, then their rows: a plain column lets the database pass over all the others.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE spelled AS SELECT DISTINCT w.name, t.{KEY} AS spelling FROM raw.{name(table)} AS t "
        f"JOIN wanted AS w ON w.name = {trimmed(f't.{KEY}::VARCHAR')}"
    )
    cells = "".join(f", t.{name(one)}::VARCHAR" for one in there)
    cursor = connection.execute(
        f"SELECT s.name, {reading.row(table, 't')}{cells} FROM raw.{name(table)} AS t JOIN spelled AS s ON s.spelling = t.{KEY}"
    )
    found: dict[str, list[Row]] = {}
    while batch := cursor.fetchmany(10_000):
        for owner, number, *values in batch:
            row = Row({
                headers.get(header, header): value.strip()
                for header, value in zip(there, values, strict=True)
                if value is not None
                and value.strip()
                and (header != KEY or table == MAIN)
                and (header in headers or not is_passed_over(header, passed_over))
            })  # fmt: skip
            row.where = reading.position(table, number)
            found.setdefault(owner, []).append(row)
    return found
