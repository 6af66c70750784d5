"""Where departments come from: facts files, CSV or Parquet tables in a folder, or a DuckDB database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.errors import AuditError, FactsError, Position, Problem, Text
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.inputs import note_input, shown
from engine.portfolio.csv_tables import create_table, csv_file
from engine.portfolio.databases import attach, tables_of
from engine.portfolio.encodings import UTF8
from engine.portfolio.finding import Given, Unread, look_into
from engine.portfolio.headers import ROW, raw_names
from engine.portfolio.layout import BESIDE, MAIN, Layout
from engine.portfolio.loading import RawTables, create_raw
from engine.portfolio.origins import CsvOrigin, DatabaseOrigin, FactsFileOrigin, Origin, ParquetOrigin
from engine.portfolio.quoting import literal, name
from engine.portfolio.reporting import Report
from engine.portfolio.rows import number_of
from engine.portfolio.workspace import Workspace, unreadable
from engine.ruleset.model import Ruleset
from engine.source import read_source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 2000
_NO_TABLE = Text("不是这个规则集的表", "no table of the ruleset")
_STORE = Text("用 CREATE TABLE … AS 存成表", "store it as a table with CREATE TABLE … AS")
FactsReader = Callable[[Path, Ruleset, bool], Facts]
"""Reads a facts file by a ruleset, of any year if so told. Raises :class:`FactsError`."""


def facts_in_text(path: Path, ruleset: Ruleset, any_year: bool) -> Facts:
    """The facts in a YAML or JSON file; a workbook is for whoever can read it."""
    return read_facts(read_source(path, FactsError), ruleset, any_year=any_year)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A facts file that could not be used, by its path from INPUT on, and why."""

    file: str
    error: AuditError


@dataclass(frozen=True)
class Reading:
    """What has been read: the raw tables are in the database, and here is where they come from."""

    origins: Mapping[str, Origin] = field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()
    unread: tuple[Unread, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)
    """The encodings of CSV tables that are not in UTF-8, by the names of their files."""
    notes: tuple[Problem, ...] = ()
    """What is to be known of facts files that were read."""

    @property
    def is_of_people(self) -> bool:
        """Whether tables were read, whose texts are written as people and their programs write them."""
        return bool(self.origins) and not any(
            isinstance(one, FactsFileOrigin) for one in self.origins.values()
        )

    def position(self, table: str, row: int | None) -> Position | None:
        """Where a row of a raw table stands."""
        return self.origins[table].position(row) if table in self.origins else None

    def headings(self, table: str) -> Position:
        """Where the headings of a raw table stand; its name where they stand nowhere."""
        found = self.origins[table].headings() if table in self.origins else None
        return found or Position(table)

    def row(self, table: str, alias: str) -> str:
        """The SQL of what :meth:`position` takes, where the raw table is called ``alias``."""
        return (self.origins[table] if table in self.origins else Origin()).row.format(alias)


UNKNOWN = Reading()
"""Raw tables that come from no file."""


def load(
    workspace: Workspace,
    layout: Layout,
    path: Path,
    report: Report,
    read: FactsReader = facts_in_text,
    *,
    any_year: bool = False,
) -> Reading:
    """The departments at ``path`` as raw tables; facts files that cannot be used are among what is returned.

    Raises :class:`FactsError` or :class:`UsageProblem` where nothing can be read.
    """
    note_input(path)
    known = (MAIN, *layout.lists, *BESIDE)
    given = look_into(path, known)
    create_raw(workspace.connection)
    if given.files:
        return _facts_files(workspace.connection, layout, given, report, read, any_year=any_year)
    if given.database:
        return _database(workspace, layout, given)
    if given.tables[MAIN].suffix == ".csv":
        return _csv_tables(workspace, layout, given)
    return _parquet_tables(workspace, layout, given)


def _csv_tables(workspace: Workspace, layout: Layout, given: Given) -> Reading:
    origins: dict[str, Origin] = {}
    encodings: dict[str, str] = {}
    for table, path in given.tables.items():
        try:
            file = csv_file(workspace, path)
        except OSError as error:
            raise FactsError([unreadable(path, error)]) from None
        create_table(workspace.connection, table, file, layout.headings(table))
        rows = number_of(workspace.connection, f"SELECT count(*) FROM raw.{name(table)}")
        origins[table] = CsvOrigin(given.shown(path), file, rows)
        if file.encoding != UTF8:
            encodings[given.shown(path)] = file.encoding
    return Reading(origins, unread=given.unread, encodings=encodings)


def _parquet_tables(workspace: Workspace, layout: Layout, given: Given) -> Reading:
    import duckdb

    origins: dict[str, Origin] = {}
    for table, path in given.tables.items():
        try:
            plain = literal(str(workspace.opened(path, ".parquet")))
            source = f"read_parquet({plain}, hive_partitioning = false, file_row_number = true)"
            where = Position(shown(path))
            _create_view(workspace.connection, layout, table, where, source, row="file_row_number")
        except duckdb.OutOfMemoryException:
            raise
        except (duckdb.Error, OSError) as error:
            raise FactsError([unreadable(path, error)]) from None
        origins[table] = ParquetOrigin(given.shown(path), path)
    return Reading(origins, unread=given.unread)


def _database(workspace: Workspace, layout: Layout, given: Given) -> Reading:
    import duckdb

    connection, path = workspace.connection, given.path
    known = {one.casefold(): one for one in (MAIN, *layout.lists, *BESIDE)}
    origins: dict[str, Origin] = {}
    unread: list[Unread] = []
    try:
        attach(workspace, path, "given")
        for called, why in tables_of(connection, "given").items():
            table, where = known.get(called.casefold()), Position(shown(path), cell=called)
            if table is None:
                unread.append(Unread(str(where), why or _NO_TABLE))
            elif why is not None:
                raise FactsError([Problem("S113", why, where, fix=_STORE)])
            else:
                _create_view(connection, layout, table, where, f"given.main.{name(called)}")
                origins[table] = DatabaseOrigin(shown(path), called)
    except duckdb.OutOfMemoryException:
        raise
    except (duckdb.Error, OSError) as error:
        raise FactsError([unreadable(path, error)]) from None
    return Reading(origins, unread=tuple(unread))


def _create_view(
    connection: DuckDBPyConnection, layout: Layout, table: str, where: Position, source: str, row: str = ""
) -> None:
    """The raw table as a view of ``source``, of which every value has been read once: what is damaged in it shows
    here and nowhere else. Texts are compared as they are written, whatever collation their column asks for."""
    columns = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    given = {one: type_ for one, type_, *_ in columns if one != row}
    named = raw_names([one.strip() for one in given], layout.headings(table), where)
    listed = [
        f"{name(one)}{' COLLATE C' if type_ == 'VARCHAR' else ''} AS {name(called)}"
        for (one, type_), called in zip(given.items(), named, strict=True)
    ]
    if row:
        listed.append(f"{row} AS {name(ROW)}")
    view = f"raw.{name(table)}"
    connection.execute(f"CREATE VIEW {view} AS SELECT {', '.join(listed)} FROM {source}")
    connection.execute(f"SELECT max(hash({', '.join(map(name, named))})) FROM {view}").fetchall()


def _facts_files(
    connection: DuckDBPyConnection,
    layout: Layout,
    given: Given,
    report: Report,
    read: FactsReader,
    *,
    any_year: bool,
) -> Reading:
    tables = RawTables(layout)
    tables.create(connection)
    unreadable: list[Unreadable] = []
    notes: list[Problem] = []
    names = [given.shown(one) for one in given.files]
    for number, file in enumerate(given.files):
        report("read", number, len(given.files))
        try:
            facts = read(file, layout.ruleset, any_year)
        except FactsError as error:
            unreadable.append(Unreadable(names[number], FactsError(_placed(error.problems, names[number]))))
            continue
        notes += _placed(facts.notes, names[number])
        tables.add_facts(facts, facts.department, number)
        if len(tables) >= _BATCH:
            tables.insert(connection)
    tables.insert(connection)
    origins = {MAIN: FactsFileOrigin(names)}
    return Reading(origins, tuple(unreadable), given.unread, notes=tuple(notes))


def _placed(problems: Iterable[Problem], file: str) -> Iterator[Problem]:
    """The same, with the file called by its path from INPUT on."""
    for one in problems:
        yield replace(one, where=replace(one.where, file=file) if one.where else Position(file))
