"""Names of departments and keys of records that the columns are not certain of.

A name with a character that is not plain, a row of totals, or two keys that look the same make a department unsound,
so that the facts reader sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.facts.totals import TOTAL_PATTERN
from engine.language.terms import Kind
from engine.portfolio.cells import trimmed
from engine.portfolio.characters import half_width_sql, plain_sql, visible_sql
from engine.portfolio.headers import raw_columns
from engine.portfolio.layout import BESIDE, KEY, Layout
from engine.portfolio.quoting import literal, name
from engine.source import folded

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def find_alike(connection: DuckDBPyConnection, names: str) -> None:
    """Make the table ``alike`` of those names, of which the query ``names`` gives all, that look the same as another."""
    unsure = connection.execute(f"SELECT name FROM ({names}) WHERE NOT {plain_sql('name')}").fetchall()
    texts = [text for (text,) in unsure]
    connection.execute("CREATE OR REPLACE TABLE alike (name VARCHAR, look VARCHAR)")
    told_apart = f"{visible_sql('n.name')} AND NOT regexp_matches(n.name, {literal(TOTAL_PATTERN)})"
    if texts:
        connection.execute("INSERT INTO alike SELECT unnest(?), unnest(?)", [texts, [*map(folded, texts)]])
    connection.execute(
        f"CREATE OR REPLACE TABLE alike AS WITH looking AS (SELECT n.name, coalesce(a.look, {half_width_sql('n.name')}) AS look "
        f"FROM ({names}) AS n LEFT JOIN alike AS a USING (name) WHERE {told_apart}) "
        "SELECT name, look FROM looking WHERE look IN (SELECT look FROM looking GROUP BY look HAVING count(*) > 1)"
    )


def doubt_names(connection: DuckDBPyConnection, layout: Layout) -> None:
    """Departments with a name or a key of a record that is not plain, or two keys that look the same, are unsound; so
    are those of whose claims, judgements or waivers a text is not all visible."""
    doubt = f"INSERT INTO unsound SELECT DISTINCT {KEY}"
    connection.execute(f"{doubt} FROM departments WHERE NOT {plain_sql('name')}")
    for table in layout.lists.values():
        key = name(table.key)
        is_text = table.columns[table.key].kind in (Kind.TEXT, Kind.CHOICE)
        if is_text:
            connection.execute(f"{doubt} FROM {name(table.name)} WHERE NOT {plain_sql(key)}")
        connection.execute(
            f"{doubt} FROM (SELECT {KEY} FROM {name(table.name)} WHERE {key} IS NOT NULL "
            f"GROUP BY {KEY}, {half_width_sql(key) if is_text else key} HAVING count(*) > 1)"
        )
    for beside, columns in BESIDE.items():
        given = raw_columns(connection, beside)
        texts = ", ".join(f"t.{name(one)}::VARCHAR" for one in columns[1:] if one in given)
        if texts:
            connection.execute(
                f"INSERT INTO unsound SELECT d.{KEY} FROM raw.{name(beside)} AS t "
                f"JOIN departments AS d ON d.name = {trimmed(f't.{KEY}::VARCHAR')} "
                f"WHERE NOT {visible_sql(f'concat_ws(chr(32), {texts})')}"
            )
