"""Departments as facts documents: from the raw tables back to what the facts reader reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.errors import FactsError, Problem, Text
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.portfolio.cells import trimmed
from engine.portfolio.headers import header_names, raw_columns
from engine.portfolio.layout import BESIDE, CLAIMED, HEAD, JUDGEMENTS, KEY, MAIN, WAIVERS, Layout
from engine.portfolio.quoting import name
from engine.ruleset.model import Ruleset
from engine.source import NoFile, tree_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Document = dict[str, Any]


def read_document(document: Mapping[str, Any], ruleset: Ruleset, label: str) -> Facts:
    """The facts in ``document``. Raises :class:`FactsError` with everything that makes them unusable."""
    return read_facts(tree_of(document, label, NoFile), ruleset)


def documents_of(
    connection: DuckDBPyConnection,
    layout: Layout,
    names: Sequence[str],
    passed_over: frozenset[str] = frozenset(),
) -> Iterator[tuple[str, Document | FactsError]]:
    """The documents of the departments called ``names``, in that order, or why there is none."""
    connection.execute("CREATE OR REPLACE TEMP TABLE wanted (name VARCHAR)")
    if names:
        connection.execute("INSERT INTO wanted SELECT unnest(?)", [list(names)])
    main = _rows(connection, MAIN, header_names(layout.main), passed_over)
    lists = {
        one: _rows(connection, one, header_names(table), passed_over) for one, table in layout.lists.items()
    }
    beside = {
        one: _rows(connection, one, {text: text for text in BESIDE[one]}, frozenset()) for one in BESIDE
    }
    for one in names:
        document = _document(main.get(one, [{}])[0], layout)
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


def _document(row: Mapping[str, Any], layout: Layout) -> Document:
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
    return {
        "department": row.get(KEY) or "",
        "year": row.get("year") or str(ruleset.year),
        "ruleset": ruleset.id,
        "facts": facts,
    }


def _attach(document: Document, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    if table == WAIVERS:
        document[WAIVERS] = [dict(row) for row in rows]
        return
    section: Document = {}
    for row in rows:
        key = row.get("criterion") or ""
        if key in section:
            message = Text(f"“{key}”写了两次", f"'{key}' is stated twice")
            raise FactsError(
                [Problem("F004", message, None, f"{table}.{key}", Text("删去一个", "remove one"))]
            )
        rest = {text: value for text, value in row.items() if text != "criterion"}
        section[key] = rest.get("points") if table == CLAIMED else rest
    document[CLAIMED if table == CLAIMED else JUDGEMENTS] = section


def _rows(
    connection: DuckDBPyConnection, table: str, headers: Mapping[str, str], passed_over: frozenset[str]
) -> dict[str, list[dict[str, Any]]]:
    """The rows of the wanted departments as texts, without their empty cells."""
    there = raw_columns(connection, table)
    if not there:
        return {}
    # First how the table spells the names, then their rows: a plain column lets the database pass over all the others.
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE spelled AS SELECT DISTINCT w.name, t.{KEY} AS spelling FROM raw.{name(table)} AS t "
        f"JOIN wanted AS w ON w.name = {trimmed(f't.{KEY}::VARCHAR')}"
    )
    cursor = connection.execute(
        f"SELECT s.name, t.* FROM raw.{name(table)} AS t JOIN spelled AS s ON s.spelling = t.{KEY}"
    )
    found: dict[str, list[dict[str, Any]]] = {}
    while batch := cursor.fetchmany(10_000):
        for owner, *values in batch:
            row = {
                headers.get(header, header): _text(value)
                for header, value in zip(there, values, strict=True)
                if value is not None
                and value != ""
                and (header != KEY or table == MAIN)
                and (header in headers or header not in passed_over)
            }
            found.setdefault(owner, []).append(row)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)
