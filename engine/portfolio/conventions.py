"""The conventions by which people write values, for whole columns: the same patterns as for a single cell, as SQL.

:func:`engine.facts.conventions.as_stated` says what a text states; what is said here of a column is held to it by a test.
A column is looked at once. Where every text in it is written as a facts file would write it, nothing more is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import Position
from engine.facts.conventions import (
    AT_MOST_ONE,
    DATES,
    DIGITS,
    MIDNIGHT,
    NARROW,
    NUMBER,
    STRICT_DATE,
    WIDE,
    Convention,
    as_stated,
    unit_pattern,
    units_of,
)
from engine.facts.readings import Reading, column_labels
from engine.language.literals import TRUTHS
from engine.language.terms import NUMERIC, Kind, Type
from engine.portfolio.cells import Cell, trimmed
from engine.portfolio.layout import KEY, Layout, Table
from engine.portfolio.quoting import literal, name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from engine.portfolio.reading import Reading as Origins

READ = frozenset({*NUMERIC, Kind.DATE, Kind.CHOICE})
"""What people write in more than one way."""
_YEAR_MONTH_DAY = "^([0-9]{4})[^0-9]*([0-9]{1,2})[^0-9]*([0-9]{1,2})"
_UNREADABLE = "'?'"
"""In the place of a text that is not to be taken for the number that it looks like."""


def narrowed(text: str) -> str:
    """The text with full-width digits and signs in ASCII."""
    return f"translate({text}, {literal(WIDE)}, {literal(NARROW)})"


def stated_sql(text: str, type_: Type, money_unit: str, *, loose: bool = False) -> str:
    """What the trimmed ``text`` of a cell states; one that no convention reads stays what it is, or is none."""
    if type_.kind == Kind.DATE:
        narrow = narrowed(text)
        parts = [
            f"lpad(regexp_extract({narrow}, {literal(_YEAR_MONTH_DAY)}, {one}), 2, '0')" for one in (2, 3)
        ]
        day = f"left({narrow}, 4) || '-' || {' || '.join([parts[0], literal('-'), parts[1]])}"
        return f"CASE WHEN regexp_full_match({narrow}, {literal(_any_day())}) THEN {day} ELSE {text} END"
    if type_.kind in NUMERIC:
        bare = _bare(text, type_, money_unit)
        refused = [printed_binary(bare)]
        if type_.kind == Kind.RATIO and not loose:
            refused.append(bare_ratio(bare))
        return f"CASE WHEN {' OR '.join(refused)} THEN {_UNREADABLE} ELSE {bare} END"
    if type_.kind == Kind.CHOICE and type_.labels:
        pairs = _label_pairs(type_)
        labels, options = (", ".join(map(literal, one)) for one in zip(*pairs.items(), strict=True))
        return f"coalesce([{options}][list_position([{labels}], {text})], {text})"
    return text


def _label_pairs(type_: Type) -> dict[str, str]:
    """Every label that is no option itself, and the option that it is of."""
    found: dict[str, str] = {}
    for option, label in zip(type_.options, type_.labels, strict=True):
        for one in (label.zh, label.en):
            if one not in type_.options:
                found.setdefault(one, option)
    return found


def _any_day(time: str = "?") -> str:
    days = "|".join(f"(?:{pattern})" for pattern in DATES.values())
    return f"(?:{days})(?:{MIDNIGHT}){time}"


def _bare(text: str, type_: Type, money_unit: str) -> str:
    units = units_of(type_, money_unit)
    narrow = narrowed(text)
    return f"regexp_replace({narrow}, {literal(unit_pattern(units))}, '\\1')" if units else narrow


def printed_binary(text: str) -> str:
    """Whether it is a number with decimals of more digits than a spreadsheet keeps."""
    digits = f"regexp_replace(rtrim(regexp_extract({text}, '[0-9,.]+'), '0'), '[,]', '', 'g')"
    return (
        f"(length({text}) > {DIGITS} AND regexp_full_match({text}, '[+-]?[0-9,]+[.][0-9]+[ ]*%?') "
        f"AND right({digits}, 1) <> '.' AND length(ltrim(replace({digits}, '.', ''), '0')) > {DIGITS})"
    )


def bare_ratio(text: str) -> str:
    """Whether it is a ratio above 1 without a percent sign."""
    plain = f"ltrim(replace({text}, ',', ''), '+-')"
    return f"(regexp_full_match({text}, {literal(NUMBER)}) AND NOT regexp_full_match({plain}, {literal(AT_MOST_ONE)}))"


def predicates(
    text: str, type_: Type, money_unit: str, *, loose: bool = False
) -> Iterator[tuple[Convention, str]]:
    """For each convention the condition that the trimmed ``text`` of a cell is read by it."""
    narrow = narrowed(text)
    if type_.kind == Kind.DATE:
        any_day = f"regexp_full_match({narrow}, {literal(_any_day())})"
        day = f"{any_day} AND TRY_CAST({stated_sql(text, type_, money_unit)} AS DATE) IS NOT NULL AND {narrow} >= '0001'"
        for convention, pattern in DATES.items():
            written = f"regexp_full_match({narrow}, {literal(f'(?:{pattern})(?:{MIDNIGHT})?')})"
            if convention == Convention.HYPHENS:
                strict = literal(f"{STRICT_DATE}(?:{MIDNIGHT})?")
                written += f" AND NOT regexp_full_match({narrow}, {strict})"
            yield convention, f"{written} AND {day}"
        yield Convention.MIDNIGHT, f"regexp_full_match({narrow}, {literal(_any_day(''))}) AND {day}"
        yield Convention.FULL_WIDTH, f"{narrow} <> {text} AND {day}"
    elif type_.kind in NUMERIC:
        percent = "[ ]*%" if type_.kind == Kind.RATIO else ""
        pattern = f"{NUMBER}(?:{percent})?" if percent else NUMBER
        stated = stated_sql(text, type_, money_unit, loose=loose)
        good = f"regexp_full_match({stated}, {literal(pattern)})"
        yield Convention.FULL_WIDTH, f"{narrow} <> {text} AND {good}"
        if units_of(type_, money_unit):
            yield Convention.UNIT, f"{_bare(text, type_, money_unit)} <> {narrow} AND {good}"
    elif type_.kind == Kind.CHOICE and type_.labels:
        labels = ", ".join(map(literal, _label_pairs(type_)))
        yield Convention.OPTION_LABEL, f"{text} IN ({labels})"


def plain_sql(text: str, type_: Type) -> str:
    """The condition that the text of a cell is as a facts file would write it, as far as a glance can tell."""
    if type_.kind == Kind.DATE:
        return f"regexp_full_match({text}, {literal(STRICT_DATE)})"
    if type_.kind == Kind.RATIO:
        return f"length({text}) <= {DIGITS} AND regexp_full_match({text}, '[+-]?[0-9,.]+%|[+-]?0[.]?[0-9]*|[+-]?1')"
    if type_.kind in NUMERIC:
        return f"length({text}) <= {DIGITS} AND NOT regexp_matches({text}, '[^-+0-9.,]')"
    if type_.kind == Kind.CHOICE:
        return f"{text} IN ({', '.join(map(literal, type_.options))})"
    if type_.kind == Kind.FLAG:
        return f"{text} IN ({', '.join(map(literal, TRUTHS))})"
    return "FALSE"


def cleaned(table: Table, cells: Mapping[str, Cell], money_unit: str) -> str:
    """The query of a raw table whose texts have no blanks around them, and state values as a facts file does; an empty
    one is ``NULL``."""
    key = f"{trimmed(f'{KEY}::VARCHAR')} AS {KEY}"
    texts = [
        f"nullif({one.sql if one.plain else trimmed(one.sql)}, '') AS {one.sql}"
        for one in cells.values()
        if one.is_text
    ]
    query = f"SELECT * REPLACE ({', '.join([key, *texts])}) FROM raw.{name(table.name)}"
    stated = [
        f"{stated_sql(cell.sql, table.columns[one].fact.type, money_unit)} AS {cell.sql}"
        for one, cell in cells.items()
        if cell.of_people
    ]
    return f"SELECT * REPLACE ({', '.join(stated)}) FROM ({query})" if stated else query


def survey(connection: DuckDBPyConnection, table: Table, cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The cells, of which those are ``plain`` whose columns hold nothing but what a facts file would write."""
    texts = [one for one, cell in cells.items() if cell.is_text and table.columns[one].kind != Kind.TEXT]
    if not texts:
        return dict(cells)
    asked = ", ".join(f"bool_and({plain_sql(cells[one].sql, table.columns[one].fact.type)})" for one in texts)
    found = connection.execute(f"SELECT {asked} FROM raw.{name(table.name)}").fetchone()
    assert found is not None
    plain = {one: is_plain is not False for one, is_plain in zip(texts, found, strict=True)}
    return {
        one: replace(cell, plain=plain.get(one, False), of_people=not plain.get(one, True))
        for one, cell in cells.items()
    }


def readings_of(
    connection: DuckDBPyConnection, layout: Layout, table: Table, cells: Mapping[str, Cell], origins: Origins
) -> Iterator[Reading]:
    """What was read by conventions in the table, by column, with the first of the cells."""
    labels = dict(column_labels(layout.ruleset))
    money_unit = layout.ruleset.money_unit
    for one, cell in cells.items():
        if not cell.of_people:
            continue
        fact = table.columns[one].fact
        text = f"t.{cell.sql}"
        conditions = [*predicates(text, fact.type, money_unit), (Convention.BLANK, f"{text} = ''")]
        for convention, count, written, first in found_by(
            connection, table.name, cell.sql, conditions, origins
        ):
            is_blank = convention == Convention.BLANK
            stated = "" if is_blank else as_stated(written, fact.type, money_unit).text
            yield Reading(fact.name, labels[fact.name], convention, count, written, stated, first)


def found_by(
    connection: DuckDBPyConnection,
    table: str,
    column: str,
    conditions: Sequence[tuple[Convention, str]],
    origins: Origins,
) -> Iterator[tuple[Convention, int, str, Position | None]]:
    """How many cells of a raw column, trimmed and called ``t``, meet each condition, what the first of them holds, and
    where it stands."""
    parts = []
    for _, condition in conditions:
        met = f"FILTER (WHERE {condition})"
        first = f'coalesce(arg_min(t.{column}, t.":row") {met}, min(t.{column}) {met})'
        parts.append(f'count(*) {met}, min(t.":row") {met}, {first}')
    text = trimmed(f"nullif({column}::VARCHAR, '')")
    row = origins.row(table, "r")
    given = f'SELECT {text} AS {column}, {row} AS ":row" FROM raw.{name(table)} AS r'
    found = connection.execute(f"SELECT {', '.join(parts)} FROM ({given}) AS t").fetchone() if parts else ()
    assert found is not None
    for place, (convention, _) in enumerate(conditions):
        count, row, written = found[3 * place : 3 * place + 3]
        if count:
            yield convention, count, written, origins.position(table, row)
