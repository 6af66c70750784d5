"""From the tables as people wrote them to typed ones: whole numbers, dates, flags.

The tables of the schema ``raw`` hold what was read. A department of which every cell is what it should be
goes on through the columns. One with anything else, however small, is *unsound*: it is put together again
as a facts document and read by the same reader as ``audit score``, which says what is wrong with it, or
scores it after all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.facts.readings import Reading
from engine.language.terms import NUMERIC, Kind
from engine.portfolio.beside import (
    check_beside,
    check_columns,
    drop_empty,
    pivoted,
    read_waivers,
    readings_beside,
)
from engine.portfolio.calendar import create_calendar
from engine.portfolio.cells import Cell, sound_sql, trimmed, value_sql
from engine.portfolio.conventions import cleaned, readings_of, survey
from engine.portfolio.headers import cells_of, raw_columns
from engine.portfolio.layout import (
    BESIDE,
    CLAIMED,
    JUDGEMENTS,
    KEY,
    MAIN,
    MOST_DECIMALS,
    Layout,
    Table,
    claimed_column,
    judged_column,
)
from engine.portfolio.names import doubt_names, find_alike
from engine.portfolio.quoting import literal, name
from engine.portfolio.reading import UNKNOWN
from engine.portfolio.rows import number_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from engine.portfolio.reading import Reading as Origins


def stage(
    connection: DuckDBPyConnection,
    layout: Layout,
    passed_over: frozenset[str] = frozenset(),
    origins: Origins = UNKNOWN,
    *,
    any_year: bool = False,
) -> tuple[Layout, list[Reading]]:
    """Make the typed tables of ``layout`` from those of ``raw``, which come from ``origins``; the layout returned fits
    their values. Also what was read by the conventions by which people write them.

    Raises :class:`FactsError` where a table or a column is missing, unknown, or of a type that holds no
    exact value.
    """
    create_calendar(connection)
    cells = {
        table.name: cells_of(connection, table, passed_over, origins.headings(table.name))
        for table in layout.tables()
    }
    for beside in BESIDE:
        check_columns(connection, beside, origins.headings(beside))
        drop_empty(connection, beside)
    readings: list[Reading] = []
    if layout.of_people:
        cells = {table.name: survey(connection, table, cells[table.name]) for table in layout.tables()}
        for table in layout.tables():
            readings += readings_of(connection, layout, table, cells[table.name], origins)
        readings += readings_beside(connection, layout, origins)
    layout = _scaled(connection, layout, cells)
    number_departments(connection)
    connection.execute("CREATE OR REPLACE TABLE unsound (department BIGINT)")
    layout = read_waivers(connection, layout)
    for table in layout.lists.values():
        _stage_list(connection, layout, table, cells[table.name])
    _stage_main(connection, layout, cells[MAIN], any_year=any_year)
    check_beside(connection, layout)
    doubt_names(connection, layout)
    layout = _bounded(connection, layout)
    most = max([1, *(_most_records(connection, table) for table in layout.lists.values())])
    return replace(layout, most_records=10 ** len(str(most))), readings


def _most_records(connection: DuckDBPyConnection, table: Table) -> int:
    counted = f"SELECT count(*) AS n FROM {name(table.name)} GROUP BY {KEY}"
    return number_of(connection, f"SELECT coalesce(max(n), 0) FROM ({counted})")


# Scales and bounds


def _scaled(
    connection: DuckDBPyConnection, layout: Layout, cells: Mapping[str, Mapping[str, Cell]]
) -> Layout:
    """The layout with each column as fine as its data."""

    def table(one: Table) -> Table:
        columns = dict(one.columns)
        given = cleaned(one, cells[one.name], layout.ruleset.money_unit)
        for text, decimals in _decimals(connection, one, cells[one.name], given).items():
            columns[text] = columns[text].bounded(min(decimals, MOST_DECIMALS))
        return replace(one, columns=columns)

    return _with_tables(layout, table)


def _decimals(
    connection: DuckDBPyConnection, table: Table, cells: Mapping[str, Cell], given: str
) -> dict[str, int]:
    """The most decimals of each column that has any numbers, of the rows ``given``; only texts have to be looked at."""
    scaled = {
        one: cell
        for one, cell in cells.items()
        if table.columns[one].kind in NUMERIC and table.columns[one].kind not in (Kind.DAYS, Kind.COUNT)
    }
    found: dict[str, int] = {one: cell.decimals for one, cell in scaled.items() if not cell.is_text}
    texts = [one for one in scaled if one not in found]
    if not texts:
        return found
    asked = []
    for one in texts:
        is_ratio = table.columns[one].kind == Kind.RATIO
        plain = f"rtrim({scaled[one].sql}, '% ')" if is_ratio else scaled[one].sql
        after = f"length({plain}) - strpos({plain}, '.'){' + 2' if is_ratio else ''}"
        asked.append(f"max(CASE WHEN contains({plain}, '.') THEN {after} END)")
    row = connection.execute(f"SELECT {', '.join(asked)} FROM ({given})").fetchone()
    assert row is not None
    return found | {one: int(most) for one, most in zip(texts, row, strict=True) if most is not None}


def _bounded(connection: DuckDBPyConnection, layout: Layout) -> Layout:
    """The layout with each column no wider than its staged values."""

    def table(one: Table) -> Table:
        columns = dict(one.columns)
        scaled = [text for text, column in columns.items() if column.kind in NUMERIC]
        if not scaled:
            return one
        asked = ", ".join(f"min({name(text)}), max({name(text)})" for text in scaled)
        found = connection.execute(f"SELECT {asked} FROM {name(one.name)}").fetchone()
        assert found is not None
        for place, text in enumerate(scaled):
            low, high = found[2 * place : 2 * place + 2]
            columns[text] = columns[text].bounded(columns[text].scale, _below(low or 0), _above(high or 0))
        return replace(one, columns=columns)

    return _with_tables(layout, table)


def _with_tables(layout: Layout, change: Callable[[Table], Table]) -> Layout:
    lists = {text: change(one) for text, one in layout.lists.items()}
    return replace(layout, main=change(layout.main), lists=lists)


def _above(value: int) -> int:
    """The power of ten above, so that the query does not change with every row."""
    return 10 ** len(str(abs(value))) if value > 0 else 0


def _below(value: int) -> int:
    return -_above(-value) if value < 0 else 0


# Tables


def number_departments(connection: DuckDBPyConnection) -> None:
    """Every department that has a name of its own, which no other looks like, numbered in the order of names."""
    given = f"nullif({trimmed(f'{KEY}::VARCHAR')}, '')"
    named = (
        f"SELECT name, rows FROM (SELECT {given} AS name, count(*) AS rows FROM raw.main GROUP BY ALL) "
        "WHERE name IS NOT NULL"
    )
    find_alike(connection, named)
    connection.execute(
        f"CREATE OR REPLACE TABLE departments AS SELECT row_number() OVER (ORDER BY name) AS {KEY}, name, rows "
        f"FROM ({named}) WHERE rows = 1 AND name NOT IN (SELECT name FROM alike)"
    )


def _typed(table: Table, cells: Mapping[str, Cell]) -> str:
    """The typed values of a cleaned table, and for optional ones whether the cell is empty."""
    parts = [f'{KEY} AS ":department"']
    for text, column in table.columns.items():
        cell = cells.get(text)
        null = {Kind.DATE: "DATE", Kind.FLAG: "BOOLEAN", Kind.TEXT: "VARCHAR", Kind.CHOICE: "VARCHAR"}.get(
            column.kind, "BIGINT"
        )
        parts.append(f"{value_sql(column, cell) if cell else f'NULL::{null}'} AS {name(text)}")
        if column.fact.optional:
            parts.append(f"{f'{cell.sql} IS NULL' if cell else 'TRUE'} AS {name(f'raw:{text}')}")
    return ",\n    ".join(parts)


def _calendar_joins(table: Table) -> tuple[str, list[str]]:
    joins, columns = "", []
    for number, column in enumerate(one for one in table.columns.values() if one.counted):
        joins += f" LEFT JOIN calendar AS c{number} ON c{number}.day = t.{name(column.name)}"
        columns.append(f"c{number}.worked AS {name(column.worked)}")
    return joins, columns


def _stage_list(
    connection: DuckDBPyConnection, layout: Layout, table: Table, cells: Mapping[str, Cell]
) -> None:
    joins, worked = _calendar_joins(table)
    waived = [
        rule.id
        for rule in layout.ruleset.rules
        if rule.each is not None and rule.each.name == table.name and layout.waived_of(rule)
    ]
    if waived:
        flags = ", ".join(f"bool_or(rule = {literal(one)}) AS {name(f'{one}:waived')}" for one in waived)
        joins += (
            f" LEFT JOIN (SELECT {KEY}, record, {flags} FROM waivers_read GROUP BY ALL) AS w "
            f"ON w.{KEY} = d.{KEY} AND w.record = t.{name(table.key)}"
        )
        worked += [f"coalesce(w.{name(f'{one}:waived')}, FALSE) AS {name(f'{one}:waived')}" for one in waived]
    sound = " AND ".join(sound_sql(column) for column in table.columns.values()) or "TRUE"
    extra = "".join(f", {one}" for one in worked)
    connection.execute(
        f"CREATE OR REPLACE TABLE {name(table.name)} AS "
        f"WITH typed AS (SELECT {_typed(table, cells)} FROM ({cleaned(table, cells, layout.ruleset.money_unit)})), "
        f'joined AS (SELECT d.{KEY}, t.* EXCLUDE (":department"){extra} FROM typed AS t '
        f'JOIN departments AS d ON d.name = t.":department"{joins}) '
        f'SELECT {_kept(table)}, {sound} AS ":sound" FROM joined'
    )
    connection.execute(
        f'INSERT INTO unsound SELECT DISTINCT {KEY} FROM {name(table.name)} WHERE NOT coalesce(":sound", FALSE)'
    )
    connection.execute(f'ALTER TABLE {name(table.name)} DROP COLUMN ":sound"')


def _kept(table: Table, *more: str) -> str:
    """All columns but those only used in reading; a number out of bounds is none, so that nothing overflows."""
    emptied = [name(f"raw:{text}") for text, column in table.columns.items() if column.fact.optional]
    exclude = f" EXCLUDE ({', '.join([*emptied, *more])})" if emptied or more else ""
    bounded = ", ".join(
        f"CASE WHEN {name(text)} BETWEEN {column.low} AND {column.high} THEN {name(text)} END AS {name(text)}"
        for text, column in table.columns.items()
        if column.kind in NUMERIC
    )
    return f"*{exclude}{f' REPLACE ({bounded})' if bounded else ''}"


def _stage_main(
    connection: DuckDBPyConnection, layout: Layout, cells: Mapping[str, Cell], *, any_year: bool
) -> None:
    table, ruleset = layout.main, layout.ruleset
    joins, worked = _calendar_joins(table)
    there = {} if any_year else raw_columns(connection, MAIN)
    sound = [sound_sql(column) for column in table.columns.values()]
    typed = _typed(table, cells)
    if "year" in there:
        year = literal(str(ruleset.year))
        typed += f",\n    coalesce(trim(year::VARCHAR), {year}) = {year} AS {name('raw:year')}"
        sound.append(name("raw:year"))
    extra, more = "", ""
    if layout.judged() and raw_columns(connection, JUDGEMENTS):
        extra += pivoted(connection, layout, JUDGEMENTS)
        more += f" LEFT JOIN judged_read AS j ON j.{KEY} = d.{KEY}"
    elif layout.judged():
        extra += "".join(f", NULL::BIGINT AS {name(judged_column(node))}" for node in layout.judged())
    if layout.unseen() and raw_columns(connection, CLAIMED):
        extra += pivoted(connection, layout, CLAIMED)
        more += f" LEFT JOIN claims_read AS k ON k.{KEY} = d.{KEY}"
    elif layout.unseen():
        extra += "".join(f", NULL::BIGINT AS {name(claimed_column(node))}" for node in layout.unseen())
    sound += [f"{name(judged_column(node))} IS NOT NULL" for node in layout.judged()]
    sound += [f"{name(claimed_column(node))} IS NOT NULL" for node in layout.unseen()]
    flags = [rule.id for rule in ruleset.rules if rule.each is None and layout.waived_of(rule)]
    if flags:
        listed = ", ".join(f"bool_or(rule = {literal(one)}) AS {name(f'{one}:waived')}" for one in flags)
        more += f" LEFT JOIN (SELECT {KEY}, {listed} FROM waivers_read WHERE record = '' GROUP BY ALL) AS w ON w.{KEY} = d.{KEY}"
        extra += "".join(
            f", coalesce(w.{name(f'{one}:waived')}, FALSE) AS {name(f'{one}:waived')}" for one in flags
        )
    extra += "".join(f", {one}" for one in worked)
    read_only = [name("raw:year")] if "year" in there else []
    connection.execute(
        f"CREATE OR REPLACE TABLE main AS WITH typed AS (SELECT {typed} FROM ({cleaned(table, cells, layout.ruleset.money_unit)})), "
        f'joined AS (SELECT d.{KEY}, t.* EXCLUDE (":department"){extra} FROM typed AS t '
        f'JOIN departments AS d ON d.name = t.":department"{joins}{more}) '
        f'SELECT {_kept(table, *read_only)}, {" AND ".join(sound) or "TRUE"} AS ":sound" FROM joined'
    )
    connection.execute(
        f'INSERT INTO unsound SELECT DISTINCT {KEY} FROM main WHERE NOT coalesce(":sound", FALSE)'
    )
