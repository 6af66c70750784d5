"""From the tables as people wrote them to typed ones: whole numbers, dates, flags.

The tables of the schema ``raw`` hold what was read. A department of which every cell is what it should be
goes on through the columns. One with anything else, however small, is *unsound*: it is put together again
as a facts document and read by the same reader as ``audit score``, which says what is wrong with it, or
scores it after all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import FactsError, Position, Problem, Text
from engine.language.literals import TRUTHS
from engine.language.numbers import Rational
from engine.language.terms import NUMERIC, Kind, Type
from engine.language.types import suggestion
from engine.portfolio.calendar import create_calendar
from engine.portfolio.integers import literal, name
from engine.portfolio.layout import (
    BESIDE,
    CLAIMED,
    JUDGED_DECIMALS,
    JUDGED_MOST,
    JUDGEMENTS,
    KEY,
    MAIN,
    MOST_DECIMALS,
    WAIVERS,
    Column,
    Layout,
    Table,
    claimed_column,
    judged_column,
)
from engine.ruleset.model import ROOT, Criterion, Fact, Range, TierScore

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SPACES = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)))  # fmt: skip
_NUMBER = r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)"
_TEXT_MOST = 2000
HEAD = (KEY, "year", "ruleset")
_DECIMAL_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Cell:
    """A raw column, and how it is read: its type in the database, and the number's decimals there."""

    sql: str
    type: str

    @property
    def is_text(self) -> bool:
        return self.type == "VARCHAR"

    def text(self) -> str:
        return f"nullif(trim({self.sql}, {literal(_SPACES)}), '')"


def stage(
    connection: DuckDBPyConnection,
    layout: Layout,
    passed_over: frozenset[str] = frozenset(),
    *,
    any_year: bool = False,
) -> Layout:
    """Make the typed tables of ``layout`` from those of ``raw``; the layout returned fits their values.

    Raises :class:`FactsError` where a table or a column is missing, unknown, or of a type that holds no
    exact value.
    """
    create_calendar(connection)
    connection.execute("SET error_on_division_by_zero = false")
    cells = {table.name: _cells(connection, table, passed_over) for table in layout.tables()}
    layout = _measured(connection, layout, cells)
    number_departments(connection)
    connection.execute("CREATE OR REPLACE TABLE unsound (department BIGINT)")
    layout = _waivers(connection, layout)
    for table in layout.lists.values():
        _stage_list(connection, layout, table, cells[table.name])
    _stage_main(connection, layout, cells[MAIN], any_year=any_year)
    _beside(connection, layout)
    most = max([1, *(_most_records(connection, table) for table in layout.lists.values())])
    return replace(layout, most_records=10 ** len(str(most)))


def _most_records(connection: DuckDBPyConnection, table: Table) -> int:
    query = f"SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM {name(table.name)} GROUP BY {KEY})"
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


# The columns that are there


def raw_columns(connection: DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a raw table with their types; none where there is no such table."""
    query = (
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'raw' AND table_name = ? ORDER BY ordinal_position"
    )
    return dict(connection.execute(query, [table]).fetchall())


def header_names(table: Table) -> dict[str, str]:
    """Every way to write a column's header, by name or label, and the column it means."""
    labels: dict[str, list[str]] = {}
    for text, column in table.columns.items():
        for label in {column.fact.label.zh, column.fact.label.en}:
            labels.setdefault(label, []).append(text)
    known = {label: names[0] for label, names in labels.items() if len(names) == 1}
    return known | {text: text for text in table.columns}


def _cells(connection: DuckDBPyConnection, table: Table, passed_over: frozenset[str]) -> dict[str, Cell]:
    """The raw column of every fact of the table. Raises :class:`FactsError` with all that is wrong."""
    there = raw_columns(connection, table.name)
    problems: list[Problem] = []
    where = Position(table.name)
    if not there:
        message = Text(f"缺少表 {table.name}", f"the table '{table.name}' is missing")
        fix = Text(
            "没有记录时给出只有表头的表", "give one with its headings alone where there are no records"
        )
        raise FactsError([Problem("F001", message, where, table.name, fix)])
    headers = header_names(table)
    beside = HEAD if table.name == MAIN else (KEY,)
    cells: dict[str, Cell] = {}
    for header, type_ in there.items():
        if header in beside or header.startswith("raw:"):
            continue
        meant = headers.get(header)
        if meant is None and header in passed_over:
            continue
        if meant is None:
            message = Text(f"没有名为“{header}”的列", f"there is no column '{header}'")
            problems.append(Problem("F002", message, where, header, suggestion(header, [*headers])))
        elif meant in cells:
            message = Text(f"列“{header}”与另一列重复", f"the column '{header}' is there twice")
            problems.append(Problem("F004", message, where, header))
        else:
            problems += _type_problems(type_, table.columns[meant], header, where)
            cells[meant] = Cell(name(header), type_)
    lacking = [one for one, column in table.columns.items() if one not in cells and not column.fact.optional]
    for text in [*([] if KEY in there else [KEY]), *lacking]:
        message = Text(f"缺少列“{text}”", f"the column '{text}' is missing")
        problems.append(Problem("F001", message, where, text))
    if problems:
        raise FactsError(problems)
    return cells


def _type_problems(type_: str, column: Column, header: str, where: Position) -> list[Problem]:
    kind = column.kind
    if type_ == "VARCHAR":
        return []
    wanted: tuple[str, ...] = ()
    if kind in NUMERIC:
        wanted = ("DECIMAL", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
    elif kind == Kind.DATE:
        wanted = ("DATE",)
    elif kind == Kind.FLAG:
        wanted = ("BOOLEAN",)
    elif kind in (Kind.TEXT, Kind.CHOICE):
        wanted = ("ENUM",)
    if type_.startswith(wanted):
        return []
    message = Text(
        f"列“{header}”的类型 {type_} 存不下准确的值",
        f"the type {type_} of the column '{header}' holds no exact {kind}",
    )
    fix = Text("改用文本、DECIMAL、DATE 或 BOOLEAN", "make it text, DECIMAL, DATE or BOOLEAN")
    return [Problem("F007", message, where, header, fix)]


# Scales and bounds


def _measured(
    connection: DuckDBPyConnection, layout: Layout, cells: Mapping[str, Mapping[str, Cell]]
) -> Layout:
    """The layout with each column as fine as its data, and no wider than they are."""

    def table(one: Table) -> Table:
        return replace(one, columns=_fitted(connection, one, cells[one.name]))

    return replace(
        layout, main=table(layout.main), lists={text: table(one) for text, one in layout.lists.items()}
    )


def _fitted(connection: DuckDBPyConnection, table: Table, cells: Mapping[str, Cell]) -> dict[str, Column]:
    columns = dict(table.columns)
    scaled = [one for one in cells if columns[one].kind in NUMERIC]
    if not scaled:
        return columns
    asked: list[str] = []
    for one in scaled:
        cell, column = cells[one], columns[one]
        if cell.is_text:
            plain = f"rtrim({cell.sql}, '%％ ')"
            asked.append(
                f"max(CASE WHEN contains({plain}, '.') THEN length({plain}) - strpos({plain}, '.') END)"
            )
        elif cell.type.startswith("DECIMAL"):
            asked.append(cell.type[:-1].split(",")[1])
        else:
            asked.append("0")
    row = connection.execute(f"SELECT {', '.join(asked)} FROM raw.{name(table.name)}").fetchone()
    assert row is not None
    for one, decimals in zip(scaled, row, strict=True):
        column = columns[one]
        percent = 2 if column.kind == Kind.RATIO and cells[one].is_text else 0
        if column.kind not in (Kind.DAYS, Kind.COUNT) and decimals is not None:
            scale = min(int(decimals) + percent, MOST_DECIMALS)
            columns[one] = column.bounded(scale)
    bounds = []
    for one in scaled:
        value = value_sql(columns[one], cells[one])
        inside = f"CASE WHEN {value} BETWEEN {columns[one].low} AND {columns[one].high} THEN {value} END"
        bounds += [f"min({inside})", f"max({inside})"]
    found = connection.execute(f"SELECT {', '.join(bounds)} FROM raw.{name(table.name)}").fetchone()
    assert found is not None
    for place, one in enumerate(scaled):
        low, high = found[2 * place : 2 * place + 2]
        column = columns[one]
        columns[one] = column.bounded(column.scale, _below(low or 0), _above(high or 0))
    return columns


def _above(value: int) -> int:
    """The power of ten above, so that the query does not change with every row."""
    return 10 ** len(str(abs(value))) if value > 0 else 0


def _below(value: int) -> int:
    return -_above(-value) if value < 0 else 0


# Cells


def value_sql(column: Column, cell: Cell) -> str:
    """The typed value of a cell; ``NULL`` where it is empty or not what it should be."""
    kind = column.kind
    if kind in NUMERIC:
        if not cell.is_text:
            return f"TRY(({cell.sql} * {10**column.scale})::BIGINT)"
        if kind == Kind.RATIO:
            text = cell.text()
            whole = _number_sql(
                f"trim(left({text}, -1), {literal(_SPACES)})", column.scale - 2, column.scale - 2
            )
            return f"CASE WHEN right({text}, 1) IN ('%', '％') THEN {whole} ELSE {_number_sql(text, column.scale, column.scale)} END"
        return _number_sql(cell.text(), column.scale, column.scale)
    if kind == Kind.DATE:
        if not cell.is_text:
            return f"CASE WHEN year({cell.sql}) BETWEEN 1 AND 9999 THEN {cell.sql} END"
        text = cell.text()
        return (
            f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND {text} >= '0001' "
            f"THEN TRY_CAST({text} AS DATE) END"
        )
    if kind == Kind.FLAG:
        if not cell.is_text:
            return cell.sql
        true, false = (
            ", ".join(literal(one) for one, truth in TRUTHS.items() if truth is way) for way in (True, False)
        )
        return f"CASE WHEN {cell.text()} IN ({true}) THEN TRUE WHEN {cell.text()} IN ({false}) THEN FALSE END"
    text = cell.text() if cell.is_text else f"{cell.sql}::VARCHAR"
    if kind == Kind.CHOICE:
        options = ", ".join(literal(one) for one in column.fact.type.options)
        return f"CASE WHEN {text} IN ({options}) THEN {text} END"
    return f"CASE WHEN length({text}) <= {_TEXT_MOST} THEN {text} END"


def _number_sql(text: str, decimals: int, shift: int) -> str:
    pattern = rf"{_NUMBER}(\.[0-9]{{0,{decimals}}}0*)?"
    plain = f"replace({text}, ',', '')"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) AND right({text}, 1) <> '.' "
        f"THEN TRY((TRY_CAST({plain} AS DECIMAL({_DECIMAL_DIGITS},{decimals})) * {10**shift})::BIGINT) END"
    )


def _sound(column: Column) -> str:
    """The condition that the typed value stands for the cell."""
    value = name(column.name)
    raw = name(f"raw:{column.name}")
    good = f"{value} IS NOT NULL"
    if column.kind in NUMERIC:
        good = f"{value} BETWEEN {column.low} AND {column.high}"
    elif column.kind == Kind.DATE:
        allowed = column.fact.allowed
        parts = [good]
        parts += [f"{value} >= DATE '{allowed.low.isoformat()}'"] if allowed.low is not None else []
        parts += [f"{value} <= DATE '{allowed.high.isoformat()}'"] if allowed.high is not None else []
        if column.counted:
            parts.append(f"{name(column.worked)} IS NOT NULL")
        good = " AND ".join(parts)
    good = f"coalesce({good}, FALSE)"
    return f"({raw} OR {good})" if column.fact.optional else good


def _empty(cell: Cell) -> str:
    return f"{cell.text()} IS NULL" if cell.is_text else f"{cell.sql} IS NULL"


# Tables


def number_departments(connection: DuckDBPyConnection) -> None:
    """Every department that has a name of its own, numbered in the order of names."""
    given = f"nullif(trim({KEY}::VARCHAR, {literal(_SPACES)}), '')"
    connection.execute(
        f"CREATE OR REPLACE TABLE departments AS SELECT row_number() OVER (ORDER BY name) AS {KEY}, name, rows "
        f"FROM (SELECT {given} AS name, count(*) AS rows FROM raw.main GROUP BY ALL) "
        "WHERE name IS NOT NULL AND rows = 1"
    )


def _typed(table: Table, cells: Mapping[str, Cell]) -> str:
    """The typed values of a raw table, and for optional ones whether the cell is empty."""
    given = f"trim({KEY}::VARCHAR, {literal(_SPACES)})"
    parts = [f'{given} AS ":department"']
    for text, column in table.columns.items():
        cell = cells.get(text)
        null = {Kind.DATE: "DATE", Kind.FLAG: "BOOLEAN", Kind.TEXT: "VARCHAR", Kind.CHOICE: "VARCHAR"}.get(
            column.kind, "BIGINT"
        )
        parts.append(f"{value_sql(column, cell) if cell else f'NULL::{null}'} AS {name(text)}")
        if column.fact.optional:
            parts.append(f"{_empty(cell) if cell else 'TRUE'} AS {name(f'raw:{text}')}")
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
    sound = " AND ".join(_sound(column) for column in table.columns.values()) or "TRUE"
    extra = "".join(f", {one}" for one in worked)
    connection.execute(
        f"CREATE OR REPLACE TABLE {name(table.name)} AS "
        f"WITH typed AS (SELECT {_typed(table, cells)} FROM raw.{name(table.name)}), "
        f'joined AS (SELECT d.{KEY}, t.* EXCLUDE (":department"){extra} FROM typed AS t '
        f'JOIN departments AS d ON d.name = t.":department"{joins}) '
        f'SELECT {_kept(table)}, {sound} AS ":sound" FROM joined'
    )
    connection.execute(
        f'INSERT INTO unsound SELECT DISTINCT {KEY} FROM {name(table.name)} WHERE NOT coalesce(":sound", FALSE)'
    )
    connection.execute(f'ALTER TABLE {name(table.name)} DROP COLUMN ":sound"')
    connection.execute(
        f"INSERT INTO unsound SELECT {KEY} FROM (SELECT {KEY}, count(*) AS n, "
        f"count(DISTINCT {name(table.key)}) AS u FROM {name(table.name)} GROUP BY {KEY}) WHERE u < n"
    )


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
    sound = [_sound(column) for column in table.columns.values()]
    typed = _typed(table, cells)
    for text, wanted in (("year", str(ruleset.year)), ("ruleset", "")):
        if text in there and wanted:
            typed += f",\n    coalesce(trim({text}::VARCHAR), {literal(wanted)}) = {literal(wanted)} AS {name(f'raw:{text}')}"
            sound.append(name(f"raw:{text}"))
    extra, more = "", ""
    if layout.judged() and raw_columns(connection, JUDGEMENTS):
        extra += _pivot(connection, layout, JUDGEMENTS)
        more += f" LEFT JOIN judged_read AS j ON j.{KEY} = d.{KEY}"
    elif layout.judged():
        extra += "".join(f", NULL::BIGINT AS {name(judged_column(node))}" for node in layout.judged())
    if layout.unseen() and raw_columns(connection, CLAIMED):
        extra += _pivot(connection, layout, CLAIMED)
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
        f"CREATE OR REPLACE TABLE main AS WITH typed AS (SELECT {typed} FROM raw.main), "
        f'joined AS (SELECT d.{KEY}, t.* EXCLUDE (":department"){extra} FROM typed AS t '
        f'JOIN departments AS d ON d.name = t.":department"{joins}{more}) '
        f'SELECT {_kept(table, *read_only)}, {" AND ".join(sound) or "TRUE"} AS ":sound" FROM joined'
    )
    connection.execute(
        f'INSERT INTO unsound SELECT DISTINCT {KEY} FROM main WHERE NOT coalesce(":sound", FALSE)'
    )


# What stands beside the facts


def _waivers(connection: DuckDBPyConnection, layout: Layout) -> Layout:
    """The waivers of numbered departments; the layout then knows the rules they are for."""
    there = raw_columns(connection, WAIVERS)
    if not there:
        connection.execute(
            f"CREATE OR REPLACE TABLE waivers_read ({KEY} BIGINT, rule VARCHAR, record VARCHAR)"
        )
        return replace(layout, waived=frozenset())
    _check_beside(there, WAIVERS)
    read = _text_columns(there, WAIVERS)
    connection.execute(
        f"CREATE OR REPLACE TABLE waivers_read AS SELECT d.{KEY}, t.rule, coalesce(t.record, '') AS record, "
        f"t.reason IS NOT NULL AS reasoned FROM (SELECT {read} FROM raw.waivers) AS t JOIN departments AS d ON d.name = t.{KEY}"
    )
    rules = connection.execute("SELECT DISTINCT rule FROM waivers_read").fetchall()
    return replace(layout, waived=layout.waived & {one for (one,) in rules})


def _check_beside(there: Mapping[str, str], table: str) -> None:
    problems = [
        Problem(
            "F002",
            Text(f"没有名为“{one}”的列", f"there is no column '{one}'"),
            Position(table),
            one,
            suggestion(one, BESIDE[table]),
        )
        for one in there
        if one not in BESIDE[table]
    ]
    needed = {
        WAIVERS: (KEY, "rule", "reason"),
        CLAIMED: (KEY, "criterion", "points"),
        JUDGEMENTS: (KEY, "criterion", "by", "reason"),
    }
    problems += [
        Problem("F001", Text(f"缺少列“{one}”", f"the column '{one}' is missing"), Position(table), one)
        for one in needed[table]
        if one not in there
    ]
    if problems:
        raise FactsError(problems)


def _text_columns(there: Mapping[str, str], table: str) -> str:
    return ", ".join(
        f"{Cell(f'{name(one)}::VARCHAR', 'VARCHAR').text() if one in there else 'NULL::VARCHAR'} AS {name(one)}"
        for one in BESIDE[table]
    )


def criterion_names(layout: Layout) -> dict[str, str]:
    """Every way to write a criterion, by id or by a title that is its alone, and its id."""
    criteria = layout.ruleset.criteria
    titles: dict[str, list[str]] = {}
    for one in criteria.values():
        for title in {one.title.zh, one.title.en}:
            titles.setdefault(title, []).append(one.id)
    known = {title: ids[0] for title, ids in titles.items() if len(ids) == 1}
    return known | {one: one for one in criteria} | {"总分": ROOT}


def _beside(connection: DuckDBPyConnection, layout: Layout) -> None:
    """Departments whose claims, judgements or waivers are not all in order are unsound."""
    for table, read in ((CLAIMED, "claims_list"), (JUDGEMENTS, "judged_list")):
        there = raw_columns(connection, table)
        if there:
            _read_criteria(connection, layout, table, there)
            connection.execute(
                f"INSERT INTO unsound SELECT DISTINCT {KEY} FROM {read} WHERE NOT coalesce(good, FALSE)"
            )
            connection.execute(
                f"INSERT INTO unsound SELECT {KEY} FROM {read} GROUP BY {KEY}, criterion HAVING count(*) > 1"
            )
        else:
            connection.execute(
                f"CREATE OR REPLACE TABLE {read} ({KEY} BIGINT, criterion VARCHAR, points BIGINT, good BOOLEAN)"
            )
    if not raw_columns(connection, WAIVERS):
        return
    by_list: dict[str, list[str]] = {}
    for rule in layout.ruleset.rules:
        if rule.waivable:
            by_list.setdefault(rule.each.name if rule.each else "", []).append(rule.id)
    checks = []
    for text, ids in by_list.items():
        listed = ", ".join(map(literal, ids))
        record = "w.record = ''"
        if text:
            key = name(layout.lists[text].key)
            record = (
                f"EXISTS (SELECT 1 FROM {name(text)} AS r WHERE r.{KEY} = w.{KEY} AND r.{key} = w.record)"
            )
        checks.append(f"(w.rule IN ({listed}) AND {record})")
    good = " OR ".join(checks) or "FALSE"
    connection.execute(
        f"INSERT INTO unsound SELECT DISTINCT {KEY} FROM waivers_read AS w WHERE NOT coalesce(reasoned AND ({good}), FALSE)"
    )
    connection.execute(
        f"INSERT INTO unsound SELECT {KEY} FROM waivers_read GROUP BY {KEY}, rule, record HAVING count(*) > 1"
    )


def _read_criteria(
    connection: DuckDBPyConnection, layout: Layout, table: str, there: Mapping[str, str]
) -> None:
    """The table ``claims_list`` or ``judged_list``: a number by criterion, and whether it is in order."""
    _check_beside(there, table)
    known = ", ".join(f"({literal(text)}, {literal(one)})" for text, one in criterion_names(layout).items())
    read = "claims_list" if table == CLAIMED else "judged_list"
    if table == CLAIMED:
        number = _number_sql("t.points", JUDGED_DECIMALS, JUDGED_DECIMALS)
        good = f"number IS NOT NULL AND abs(number) <= {JUDGED_MOST}"
        for node in layout.unseen():
            most = node.points * 10**JUDGED_DECIMALS
            good += f" AND (criterion <> {literal(node.id)} OR number BETWEEN 0 AND {int(most.numerator // most.denominator)})"
    else:
        tiered = (
            ", ".join(literal(one.id) for one in layout.judged() if isinstance(one.score, TierScore)) or "''"
        )
        column = Column("coefficient", _ratio_fact(), JUDGED_DECIMALS)
        ratio = value_sql(column, Cell("t.coefficient", "VARCHAR"))
        number = f"CASE WHEN k.id IN ({tiered}) THEN {ratio} ELSE {_number_sql('t.deduct', JUDGED_DECIMALS, JUDGED_DECIMALS)} END"
        good = " OR ".join(_judgement_good(one) for one in layout.judged()) or "FALSE"
    connection.execute(
        f"CREATE OR REPLACE TABLE {read} AS WITH known(text, id) AS (VALUES {known}), "
        f"given AS (SELECT {_text_columns(there, table)} FROM raw.{table}), "
        f"numbered AS (SELECT d.{KEY}, k.id AS criterion, {number} AS number, t.* EXCLUDE ({KEY}, criterion) FROM given AS t "
        f"JOIN departments AS d ON d.name = t.{KEY} LEFT JOIN known AS k ON k.text = t.criterion) "
        f"SELECT {KEY}, criterion, CASE WHEN abs(number) <= {JUDGED_MOST} THEN number END AS points, criterion IS NOT NULL AND ({good}) AS good FROM numbered"
    )


def _ratio_fact() -> Fact:
    return Fact("coefficient", Text("系数", "coefficient"), Type(Kind.RATIO), False, Range(), 0)


def _judgement_good(node: Criterion) -> str:
    decided = f"criterion = {literal(node.id)} AND {name('by')} IS NOT NULL AND reason IS NOT NULL"
    if not isinstance(node.score, TierScore):
        return f"({decided} AND tier IS NULL AND coefficient IS NULL AND number BETWEEN 0 AND {JUDGED_MOST})"
    tiers = []
    for tier in node.score.tiers.values():
        names = ", ".join(literal(one) for one in {tier.id, tier.title.zh, tier.title.en})
        inside = [f"tier IN ({names})"]
        for bound, sign in (
            (tier.allowed.low, ">=" if tier.allowed.low_closed else ">"),
            (tier.allowed.high, "<=" if tier.allowed.high_closed else "<"),
        ):
            if isinstance(bound, Rational):
                inside.append(
                    f"number * {bound.denominator} {sign} {int(bound.numerator) * 10**JUDGED_DECIMALS}"
                )
        tiers.append(f"({' AND '.join(inside)})")
    return f"({decided} AND deduct IS NULL AND number IS NOT NULL AND ({' OR '.join(tiers)}))"


def _pivot(connection: DuckDBPyConnection, layout: Layout, table: str) -> str:
    """The numbers of a table of criteria as one row a department, joined to ``main``."""
    _read_criteria(connection, layout, table, raw_columns(connection, table))
    read, pivoted, alias, nodes, column = (
        ("claims_list", "claims_read", "k", layout.unseen(), claimed_column)
        if table == CLAIMED
        else ("judged_list", "judged_read", "j", layout.judged(), judged_column)
    )
    listed = ", ".join(
        f"max(points) FILTER (WHERE criterion = {literal(node.id)}) AS {name(column(node))}" for node in nodes
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE {pivoted} AS SELECT {KEY}, {listed} FROM {read} GROUP BY {KEY}"
    )
    return "".join(f", {alias}.{name(column(node))}" for node in nodes)
