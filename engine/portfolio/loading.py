"""Facts documents as the raw tables that staging reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.facts.model import Facts
from engine.language.numbers import HUNDRED, Rational, format_exact
from engine.language.terms import Kind
from engine.portfolio.headers import FILE
from engine.portfolio.layout import BESIDE, CLAIMED, HEAD, JUDGEMENTS, KEY, MAIN, WAIVERS, Layout
from engine.portfolio.quoting import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, str | None]


def stated(value: Any, kind: Kind) -> str | None:
    """The text with which a table states ``value``."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Rational):
        return f"{format_exact(value * HUNDRED)}%" if kind == Kind.RATIO else format_exact(value)
    return value.isoformat() if isinstance(value, date) else str(value)


class RawTables:
    """Rows gathered from documents, then put into the database at once."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.columns = {MAIN: [*HEAD, FILE, *layout.main.columns]}
        self.columns |= {text: [KEY, *table.columns] for text, table in layout.lists.items()}
        self.columns |= {text: list(columns) for text, columns in BESIDE.items()}
        self.rows: dict[str, dict[str, list[str | None]]] = {}
        self.clear()

    def clear(self) -> None:
        self.rows = {text: {one: [] for one in columns} for text, columns in self.columns.items()}

    def __len__(self) -> int:
        return len(self.rows[MAIN][KEY])

    def add(self, table: str, row: Mapping[str, str | None]) -> None:
        for text, values in self.rows[table].items():
            values.append(row.get(text))

    def add_facts(self, facts: Facts, department: str, file: int) -> None:
        """A department's facts, which have been found usable in the file of that number."""
        ruleset = self.layout.ruleset
        main: Row = {KEY: department, "year": str(ruleset.year), "ruleset": ruleset.id, FILE: str(file)}
        for fact in ruleset.schema.scalars():
            main[fact.name] = stated(facts.slots[fact.place], fact.type.kind)
        self.add(MAIN, main)
        for text, records in ruleset.schema.lists.items():
            for record in facts.slots[records.records.slot]:
                row: Row = {
                    one: stated(record[fact.place], fact.type.kind) for one, fact in records.fields.items()
                }
                self.add(text, {KEY: department, **row})
        for criterion, points in facts.claimed.items():
            self.add(CLAIMED, {KEY: department, "criterion": criterion, "points": format_exact(points)})
        for criterion, judged in facts.judgements.items():
            self.add(JUDGEMENTS, {
                KEY: department, "criterion": criterion, "by": judged.by, "reason": judged.reason,
                "tier": judged.tier or None, "deduct": stated(judged.deduct, Kind.NUMBER),
                "coefficient": stated(judged.coefficient, Kind.RATIO),
            })  # fmt: skip
        for waiver in facts.waivers.values():
            self.add(WAIVERS, {
                KEY: department, "rule": waiver.rule, "record": waiver.record or None,
                "reason": waiver.reason, "evidence": waiver.evidence or None,
            })  # fmt: skip

    def add_document(self, document: Mapping[str, Any], department: str) -> None:
        """A facts document that names everything by its id, with every value as text; it is not checked."""
        main: Row = {KEY: department, "year": str(document.get("year")), "ruleset": document.get("ruleset")}
        for text, value in document["facts"].items():
            if isinstance(value, list):
                for record in value:
                    self.add(text, {KEY: department, **record})
            elif isinstance(value, dict):
                main |= {f"{text}.{member}": one for member, one in value.items()}
            else:
                main[text] = value
        self.add(MAIN, main)
        for criterion, points in document.get(CLAIMED, {}).items():
            self.add(CLAIMED, {KEY: department, "criterion": criterion, "points": points})
        for criterion, judged in document.get(JUDGEMENTS, {}).items():
            self.add(JUDGEMENTS, {KEY: department, "criterion": criterion, **judged})
        for waiver in document.get(WAIVERS, ()):
            self.add(WAIVERS, {KEY: department, **waiver})

    def insert(self, connection: DuckDBPyConnection) -> None:
        """Append what was gathered to the tables of ``raw``."""
        import pyarrow as pa

        for text, columns in self.rows.items():
            batch = pa.table({one: pa.array(values, pa.string()) for one, values in columns.items()})
            connection.register("batch", batch)
            listed = ", ".join(name(one) for one in columns)
            connection.execute(f"INSERT INTO raw.{name(text)} ({listed}) SELECT {listed} FROM batch")
            connection.unregister("batch")
        self.clear()

    def create(self, connection: DuckDBPyConnection) -> None:
        """Make the empty tables of ``raw``."""
        create_raw(connection)
        for text, columns in self.columns.items():
            listed = ", ".join(f"{name(one)} VARCHAR" for one in columns)
            connection.execute(f"CREATE TABLE raw.{name(text)} ({listed})")


def create_raw(connection: DuckDBPyConnection) -> None:
    """Make the schema ``raw`` anew."""
    connection.execute("DROP SCHEMA IF EXISTS raw CASCADE")
    connection.execute("CREATE SCHEMA raw")


def load_documents(
    connection: DuckDBPyConnection, layout: Layout, documents: Iterable[tuple[str, Mapping[str, Any]]]
) -> None:
    """Documents under the names given, as raw tables."""
    tables = RawTables(layout)
    tables.create(connection)
    for department, document in documents:
        tables.add_document(document, department)
    tables.insert(connection)
