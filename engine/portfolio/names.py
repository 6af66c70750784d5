"""Names of departments and keys of records that the columns are not certain of.

A name with a character that is not plain, a row of totals, or two keys that look the same make a department unsound,
so that the facts reader sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.language.terms import Kind
from engine.portfolio.cells import trimmed
from engine.portfolio.characters import half_width_sql, plain_sql, visible_sql
from engine.portfolio.headers import raw_columns
from engine.portfolio.layout import BESIDE, KEY, Layout
from engine.portfolio.quoting import name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


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
