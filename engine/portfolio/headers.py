"""Headings: which column of a raw table states which fact, and whether its type can hold the values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from engine.errors import FactsError, Position, Problem, Text
from engine.language.terms import KIND_NAMES, NUMERIC, Kind
from engine.portfolio.cells import Cell
from engine.portfolio.layout import HEAD, KEY, MAIN, Column, Table
from engine.portfolio.quoting import literal, name
from engine.source.characters import DELETE, hidden_at, not_allowed
from engine.suggestions import nearest, suggestion

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_COLUMNS = 6_000
"""Columns of a table; a spreadsheet made by accident has sixteen thousand."""
FILE = "raw:file"
"""The column of ``main`` with the number of the facts file that a department was read from."""
ROW = "raw:row"
"""The column with the number of a row of Parquet, from 0."""
_UNIT = re.compile(r"(.+?)\s*[（(]\s*(?:单位\s*[:：]?\s*)?([^（）()]+?)\s*[）)]")
OWN_COLUMNS = frozenset({FILE, ROW})
_ALSO_CALLED = {KEY: ("部门", "部门名称", KEY), "year": ("年度", "year"), "ruleset": ("规则集", "ruleset")}
"""Other headings of the columns that are no facts."""


def raw_columns(connection: DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a raw table with their types; none where there is no such table."""
    import duckdb

    given = literal(f"raw.{name(table)}")
    try:
        found = connection.execute(f"SELECT name, type FROM pragma_table_info({given})").fetchall()
    except duckdb.CatalogException:
        return {}
    return {one: type_ for one, type_ in found if one not in OWN_COLUMNS}


def raw_names(given: Sequence[str], known: Collection[str], where: Position) -> list[str]:
    """The headings of a table as its raw table has them: the columns that are no facts under their own names, unless
    the ruleset calls a fact so (``known``). Raises :class:`FactsError`."""
    if len(given) > MAX_COLUMNS:
        message = Text(
            f"表头有 {len(given):,} 列，最多 {MAX_COLUMNS:,} 列",
            f"there are {len(given):,} columns, of at most {MAX_COLUMNS:,}",
        )
        raise FactsError(
            [Problem("S132", message, where, fix=Text("只保留数据所在的列", "keep the columns with data"))]
        )
    names = [*given]
    for called, others in _ALSO_CALLED.items():
        if called not in names:
            names = [called if one.casefold() in others and one not in known else one for one in names]
    problems: list[Problem] = []
    seen: set[str] = set()
    for place, one in enumerate(one.casefold() for one in names):
        if one and one in seen:
            message = Text(f"列“{given[place]}”写了两次", f"the column '{given[place]}' is there twice")
            problems.append(Problem("F004", message, where))
        if one in OWN_COLUMNS:
            problems.append(_unknown(given[place], [], where))
        seen.add(one)
    if problems:
        raise FactsError(problems)
    return names


def header_names(table: Table, there: Iterable[str]) -> dict[str, str]:
    """The columns that headers mean, by name, by label, or by either with the column's own unit in brackets: those of
    ``there``, and every name and label."""
    labels = {label: names[0] for label, names in _labelled(table).items() if len(names) == 1}
    known = labels | {text: text for text in table.columns}
    for header in there:
        called, unit = unit_in(header)
        if header not in known and called in known and unit in table.columns[known[called]].units:
            known[header] = known[called]
    return known


def unit_in(header: str) -> tuple[str, str]:
    """What stands before brackets at the end of a header, and the unit in them; twice nothing where there are none."""
    found = _UNIT.fullmatch(header)
    return (found[1], found[2]) if found else ("", "")


def are_headings(row: Iterable[str], known: Collection[str]) -> bool:
    """Whether at least two cells of a row head columns: facts by the names and labels ``known``, or what is no fact."""
    others = [one for called in _ALSO_CALLED.values() for one in called]
    cells = {one.strip() for one in row}
    called = {text for one in cells for text in (one, unit_in(one)[0]) if text}
    return sum(one in known or one.casefold() in others for one in called) > 1


def is_passed_over(header: str, passed_over: Collection[str]) -> bool:
    """Whether the header is one of ``passed_over``, or such a one with a unit."""
    return header in passed_over or unit_in(header)[0] in passed_over


def _labelled(table: Table) -> dict[str, list[str]]:
    """Every label, and the columns that have it."""
    labels: dict[str, list[str]] = {}
    for text, column in table.columns.items():
        for label in dict.fromkeys((column.fact.label.zh, column.fact.label.en)):
            labels.setdefault(label, []).append(text)
    return labels


def cells_of(
    connection: DuckDBPyConnection, table: Table, passed_over: frozenset[str], where: Position
) -> dict[str, Cell]:
    """The raw column of every fact of the table; ``where`` its headings stand. Raises :class:`FactsError` with all that is
    wrong."""
    there = raw_columns(connection, table.name)
    problems: list[Problem] = []
    if not there:
        message = Text(f"缺少表 {table.name}", f"the table '{table.name}' is missing")
        fix = Text(
            "没有记录时给出只有表头的表", "give one with its headings alone where there are no records"
        )
        raise FactsError([Problem("F001", message, where, table.name, fix)])
    headers, labels = header_names(table, there), _labelled(table)
    beside = HEAD if table.name == MAIN else (KEY,)
    cells: dict[str, Cell] = {}
    amiss: set[str] = set()
    """Columns that are there, under a heading that has to be mended."""
    for header, type_ in there.items():
        if header in beside:
            continue
        if (at := hidden_at(header)) >= 0:
            problems.append(Problem("S104", not_allowed(header[at]), where, header, DELETE))
            amiss |= {headers.get("".join(one for one in header if hidden_at(one) < 0), "")}
            continue
        meant = headers.get(header)
        if meant is None and header in labels:
            amiss |= {*labels[header]}
            listed = Text("、".join(labels[header]), ", ".join(labels[header]))
            message = Text(
                f"标签“{header}”对应多列（{listed.zh}）",
                f"the label '{header}' means several columns ({listed.en})",
            )
            problems.append(
                Problem("F003", message, where, header, Text("改写名称", "write the name instead"))
            )
            continue
        if meant is None and is_passed_over(header, passed_over):
            continue
        called, _ = unit_in(header)
        if meant is None and called in headers:
            problems.append(_other_unit(header, table.columns[headers[called]], where))
            amiss.add(headers[called])
        elif meant is None:
            problems.append(_unknown(header, [*headers], where))
            amiss.add(headers.get(nearest(header, [*headers]) or "", ""))
        elif meant in cells:
            message = Text(f"列“{header}”与另一列重复", f"the column '{header}' is there twice")
            problems.append(Problem("F004", message, where, header))
        else:
            problems += type_problems(type_, table.columns[meant].kind, header, where)
            cells[meant] = Cell(name(header), type_)
    lacking = [
        one
        for one, column in table.columns.items()
        if one not in cells and one not in amiss and not column.fact.optional
    ]
    for text in [*([] if KEY in there else [KEY]), *lacking]:
        message = Text(f"缺少列“{text}”", f"the column '{text}' is missing")
        problems.append(Problem("F001", message, where, text))
    if problems:
        raise FactsError(problems)
    return cells


def _other_unit(header: str, column: Column, where: Position) -> Problem:
    called, unit = unit_in(header)
    own = column.units[0] if column.units else ""
    message = Text(
        f"列“{header}”的单位是“{unit}”，" + (f"应为“{own}”" if own else "这一列没有单位"),
        f"the column '{header}' is in '{unit}', "
        + (f"but it is to be in '{own}'" if own else "but it has no unit"),
    )
    fix = Text("删去括号", "delete the brackets")
    if own:
        fix = Text(
            f"把这一列换算成{own}，表头写“{called}（{own}）”或“{called}”",
            f"convert this column to {own}, and head it '{called}（{own}）' or '{called}'",
        )
    return Problem("S114", message, where, header, fix)


def _unknown(header: str, known: list[str], where: Position) -> Problem:
    message = Text(f"没有名为“{header}”的列", f"there is no column '{header}'")
    return Problem("F002", message, where, header, suggestion(header, known))


def type_problems(type_: str, kind: Kind, header: str, where: Position) -> list[Problem]:
    """What is wrong with a column whose type in the database is ``type_``, where values of ``kind`` are wanted."""
    if type_ == "VARCHAR":
        return []
    wanted: tuple[str, ...] = ()
    if kind in NUMERIC:
        wanted = ("DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")  # fmt: skip
    elif kind == Kind.DATE:
        wanted = ("DATE",)
    elif kind == Kind.FLAG:
        wanted = ("BOOLEAN",)
    elif kind in (Kind.TEXT, Kind.CHOICE):
        wanted = ("ENUM",)
    if type_.startswith(wanted):
        return []
    called = KIND_NAMES[kind]
    message = Text(
        f"列“{header}”的类型是 {type_}，这一列要的是{called.zh}",
        f"the column '{header}' is {type_}, and {called.en} is wanted",
    )
    if kind in NUMERIC and type_ in ("DOUBLE", "FLOAT"):
        message = Text(
            f"列“{header}”的类型 {type_} 存不下准确的{called.zh}",
            f"the type {type_} of the column '{header}' holds no exact {called.en}",
        )
    fit = Text("文本", "text")
    if kind in NUMERIC:
        fit = Text("文本、DECIMAL 或整数", "text, DECIMAL or a whole number")
    elif wanted != ("ENUM",):
        fit = Text(f"文本或 {wanted[0]}", f"text or {wanted[0]}")
    fix = Text(f"改用{fit.zh}", f"make it {fit.en}")
    return [Problem("F007", message, where, header, fix)]
