"""A ruleset as an SQL script that an auditor can read, and run with DuckDB beside the templates' CSV tables.

It computes what ``audit portfolio score`` computes: a step for each measure and criterion, in the order of
the table. Departments with a cell that is not what it should be, and those the columns cannot vouch for, get
no total but the remark that they are to be scored one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from engine.errors import one_line
from engine.language.literals import TRUTHS
from engine.language.terms import NUMERIC, Kind
from engine.portfolio.amounts import in_points
from engine.portfolio.beside import criterion_names
from engine.portfolio.calendar import day_before_first, numbered_days
from engine.portfolio.cells import WHOLE, trimmed
from engine.portfolio.characters import half_width_sql, plain_sql, visible_sql
from engine.portfolio.conventions import bare_ratio, printed_binary
from engine.portfolio.layout import (
    JUDGED_DECIMALS,
    JUDGED_MOST,
    KEY,
    MAIN,
    Column,
    Layout,
    Table,
    claimed_column,
    judged_column,
    layout_of,
)
from engine.portfolio.program import CERTAIN, GRADE, Program, program_of
from engine.portfolio.quoting import literal, name
from engine.ruleset.model import Criterion, Ruleset, TierScore

REMARK = "须逐个评分 score one by one"


def script_of(ruleset: Ruleset) -> str:
    """The whole script. Raises :class:`RulesetError` (P001) for what columns cannot say."""
    program = program_of(layout_of(ruleset))
    layout = program.layout
    ctes = [
        *_tables(layout),
        ("unsound", _unsound(layout), "有不合格单元格的部门 departments with a cell that is not in order"),
    ]
    ctes += [(one.name, one.sql, one.note) for one in program.steps(readable=True)]
    body = ",\n\n".join(f"{_comment(note)}{name(text)} AS (\n{_indented(sql)}\n)" for text, sql, note in ctes)
    return "\n".join(
        [
            _head(layout),
            *_macros(layout),
            *_calendar(layout),
            "",
            f"WITH {body}\n",
            _result(program, ctes[-1][0]),
            "",
        ]
    )


def _comment(note: str) -> str:
    """One line of comment, whatever the note is: what stood after a line break would be run."""
    return f"-- {one_line(note)}\n" if note else ""


def _indented(sql: str) -> str:
    return "\n".join(f"    {line}" for line in sql.split("\n"))


def _head(layout: Layout) -> str:
    ruleset = layout.ruleset
    files = ", ".join(f"{table.name}.csv" for table in layout.tables())
    return (
        f"{_comment(ruleset.title.zh)}{_comment(ruleset.title.en)}-- {ruleset.id}, {ruleset.digest}\n--\n"
        f"-- 在存放各表的文件夹里用 DuckDB 运行；表头由 audit portfolio template 生成（{files} 等）。\n"
        "-- Run it with DuckDB in the folder of the tables, whose headers `audit portfolio template` writes.\n"
        "-- 金额、比率等都是其最小单位的整数，分数是整数的分子和分母，四舍五入在整数上进行，不用浮点数。\n"
        "-- Quantities are whole numbers of their smallest unit, fractions a numerator and a denominator; no floats.\n\n"
        "SET error_on_division_by_zero = false;\n"
    )


# Cells


def _macros(layout: Layout) -> Iterator[str]:
    yield "CREATE OR REPLACE TEMP MACRO cell(x) AS nullif(trim(x), '');"
    yield (
        "-- 名称、编号和文本：平常的、看得见的、半角的 names, keys and texts: plain, visible, in half width\n"
        f"CREATE OR REPLACE TEMP MACRO plain(x) AS {plain_sql('cell(x)')};\n"
        f"CREATE OR REPLACE TEMP MACRO visible(x) AS {visible_sql('x')};\n"
        f"CREATE OR REPLACE TEMP MACRO half_width(x) AS {half_width_sql('x')};"
    )
    yield (
        "-- 各表须写成事实文件的样子；以二进制算出的小数、没有百分号而大于 1 的比率不算数\n"
        "-- Cells are written as in a facts file; neither decimals printed from binary count, nor ratios above 1 without a percent sign\n"
        f"CREATE OR REPLACE TEMP MACRO from_binary(x) AS coalesce({printed_binary('x')}, FALSE);\n"
        f"CREATE OR REPLACE TEMP MACRO bare_ratio(x) AS coalesce({bare_ratio('x')}, FALSE);"
    )
    columns = [column for table in layout.tables() for column in table.columns.values()]
    scales = {column.scale for column in columns if column.kind in NUMERIC and column.kind != Kind.RATIO}
    ratios = {column.scale for column in columns if column.kind == Kind.RATIO}
    if layout.judged() or layout.unseen():
        scales.add(JUDGED_DECIMALS)
        ratios.add(JUDGED_DECIMALS)
    for scale in sorted(scales | ratios | {scale - 2 for scale in ratios}):
        pattern = rf"{WHOLE}(\.[0-9]{{0,{scale}}}0*)?"
        yield (
            f"-- 以 10^-{scale} 为单位的整数 a whole number of 10^-{scale}\n"
            f"CREATE OR REPLACE TEMP MACRO units_{scale}(x) AS CASE\n"
            f"    WHEN regexp_full_match(cell(x), {literal(pattern)}) AND right(cell(x), 1) <> '.' AND NOT from_binary(cell(x))\n"
            f"    THEN TRY((TRY_CAST(replace(cell(x), ',', '') AS DECIMAL(18,{scale})) * {10**scale})::BIGINT) END;"
        )
    for scale in sorted(ratios):
        yield (
            f"CREATE OR REPLACE TEMP MACRO ratio_{scale}(x) AS CASE\n"
            f"    WHEN right(cell(x), 1) = '%' THEN units_{scale - 2}(left(cell(x), -1)) ELSE units_{scale}(x) END;"
        )
    true, false = (
        ", ".join(literal(one) for one, truth in TRUTHS.items() if truth is way) for way in (True, False)
    )
    yield f"CREATE OR REPLACE TEMP MACRO flag(x) AS CASE WHEN cell(x) IN ({true}) THEN TRUE WHEN cell(x) IN ({false}) THEN FALSE END;"
    yield (
        "CREATE OR REPLACE TEMP MACRO day(x) AS CASE\n"
        "    WHEN regexp_full_match(cell(x), '[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN TRY_CAST(cell(x) AS DATE) END;"
    )


def _read(column: Column) -> str:
    cell = f"t.{name(column.name)}"
    kind = column.kind
    if kind == Kind.RATIO:
        return f"ratio_{column.scale}({cell})"
    if kind in NUMERIC:
        return f"units_{column.scale}({cell})"
    return {Kind.DATE: f"day({cell})", Kind.FLAG: f"flag({cell})"}.get(kind, f"cell({cell})")


def _in_order(column: Column) -> str:
    value = _read(column)
    good = f"{value} IS NOT NULL"
    allowed = column.fact.allowed
    if column.kind in NUMERIC:
        good = f"coalesce({value} BETWEEN {column.low} AND {column.high}, FALSE)"
        if column.kind == Kind.RATIO:
            good += f" AND NOT bare_ratio(cell(t.{name(column.name)}))"
    elif column.kind == Kind.CHOICE:
        good = f"coalesce({value} IN ({', '.join(map(literal, column.fact.type.options))}), FALSE)"
    elif column.kind == Kind.DATE and (allowed.low is not None or allowed.high is not None):
        bounds = [
            f"{value} {sign} DATE '{bound.isoformat()}'"
            for sign, bound in ((">=", allowed.low), ("<=", allowed.high))
            if bound is not None
        ]
        good = f"coalesce({' AND '.join(bounds)}, FALSE)"
    elif column.kind == Kind.TEXT:
        good = f"coalesce(length({value}) <= 2000 AND visible({value}) AND {value} = {trimmed(value)}, FALSE)"
    if column.counted:
        good = f"{good} AND {name(f'c:{column.name}')}.worked IS NOT NULL"
    return f"(cell(t.{name(column.name)}) IS NULL OR ({good}))" if column.fact.optional else good


# Tables


def _tables(layout: Layout) -> Iterator[tuple[str, str, str]]:
    for table in layout.tables():
        label = (
            layout.ruleset.title.zh
            if table.name == MAIN
            else layout.ruleset.schema.lists[table.name].label.zh
        )
        yield table.name, _table(layout, table), label


def _table(layout: Layout, table: Table) -> str:
    lines = [f"cell(t.{KEY}) AS {KEY}"]
    joins: list[str] = []
    for column in table.columns.values():
        read = _read(column)
        if column.kind in NUMERIC:
            read = f"CASE WHEN {read} BETWEEN {column.low} AND {column.high} THEN {read} END"
        lines.append(f"{read} AS {name(column.name)}")
        if column.counted:
            alias = name(f"c:{column.name}")
            lines.append(f"{alias}.worked AS {name(column.worked)}")
            joins.append(f"LEFT JOIN calendar AS {alias} ON {alias}.day = {_read(column)}")
    for rule in layout.ruleset.rules:
        each = rule.each.name if rule.each is not None else MAIN
        if rule.waivable and each == table.name:
            record = f"cell(t.{name(table.key)})" if table.key else "''"
            lines.append(
                f"EXISTS (FROM {_csv('waivers')} AS w WHERE cell(w.{KEY}) = cell(t.{KEY}) "
                f"AND cell(w.rule) = {literal(rule.id)} AND coalesce(cell(w.record), '') = {record}) AS {name(f'{rule.id}:waived')}"
            )
    if table.name == MAIN:
        lines += [f"{_judged(node, layout)} AS {name(judged_column(node))}" for node in layout.judged()]
        lines += [f"{_claimed(node, layout)} AS {name(claimed_column(node))}" for node in layout.unseen()]
    names = [f"plain(t.{name(one)})" for one in (KEY, *([table.key] if table.key else []))]
    good = " AND ".join(
        [
            f"cell(t.{KEY}) IS NOT NULL",
            *(f"coalesce({one}, FALSE)" for one in names),
            *map(_in_order, table.columns.values()),
        ]
    )
    lines.append(f'{good} AS ":sound"')
    source = _csv(table.name)
    return "\n".join(["SELECT", "    " + ",\n    ".join(lines), f"FROM {source} AS t", *joins])


def _csv(table: str) -> str:
    return f"read_csv('{table}.csv', all_varchar = true, header = true, delim = ',', quote = '\"')"


def _names(node: Criterion, layout: Layout) -> str:
    return ", ".join(literal(text) for text, one in criterion_names(layout).items() if one == node.id)


def _judged(node: Criterion, layout: Layout) -> str:
    number = f"units_{JUDGED_DECIMALS}(j.deduct)"
    good = f"coalesce({number} BETWEEN 0 AND {JUDGED_MOST}, FALSE)"
    if isinstance(node.score, TierScore):
        number = f"ratio_{JUDGED_DECIMALS}(j.coefficient)"
        tiers = []
        for tier in node.score.tiers.values():
            parts = [
                f"cell(j.tier) IN ({', '.join(literal(one) for one in sorted({tier.id, tier.title.zh, tier.title.en}))})"
            ]
            bounds = (
                (tier.allowed.low, ">=" if tier.allowed.low_closed else ">"),
                (tier.allowed.high, "<=" if tier.allowed.high_closed else "<"),
            )
            parts += [
                f"{number} * {bound.denominator} {sign} {int(bound.numerator) * 10**JUDGED_DECIMALS}"
                for bound, sign in bounds
                if bound is not None
            ]
            tiers.append(f"({' AND '.join(parts)})")
        good = f"coalesce({' OR '.join(tiers)}, FALSE)"
    given = f"cell(j.{name('by')}) IS NOT NULL AND cell(j.reason) IS NOT NULL AND {good}"
    return (
        f"(SELECT CASE WHEN count(*) = 1 AND bool_and({given}) THEN max({number}) END FROM {_csv('judgements')} AS j "
        f"WHERE cell(j.{KEY}) = cell(t.{KEY}) AND cell(j.criterion) IN ({_names(node, layout)}))"
    )


def _claimed(node: Criterion, layout: Layout) -> str:
    number = f"units_{JUDGED_DECIMALS}(k.points)"
    most = int(node.points * 10**JUDGED_DECIMALS)
    return (
        f"(SELECT CASE WHEN count(*) = 1 AND bool_and({number} BETWEEN 0 AND {most}) THEN max({number}) END "
        f"FROM {_csv('claimed')} AS k WHERE cell(k.{KEY}) = cell(t.{KEY}) AND cell(k.criterion) IN ({_names(node, layout)}))"
    )


def _unsound(layout: Layout) -> str:
    parts = [
        f'SELECT {KEY} FROM {name(table.name)} WHERE NOT coalesce(":sound", FALSE)'
        for table in layout.tables()
    ]
    alike = f"SELECT half_width({KEY}) FROM main GROUP BY ALL HAVING count(*) > 1"
    parts.append(f"SELECT {KEY} FROM main WHERE half_width({KEY}) IN ({alike})")
    parts += [
        f"SELECT {KEY} FROM {name(table.name)} GROUP BY {KEY}, half_width({name(table.key)}) HAVING count(*) > 1"
        for table in layout.lists.values()
    ]
    waivable = [rule.id for rule in layout.ruleset.rules if rule.waivable]
    if waivable:
        listed = ", ".join(map(literal, waivable))
        parts.append(
            f"SELECT cell({KEY}) FROM {_csv('waivers')} WHERE NOT coalesce(cell(rule) IN ({listed}), FALSE)"
        )
    for node in layout.judged():
        parts.append(f"SELECT {KEY} FROM main WHERE {name(judged_column(node))} IS NULL")
    for node in layout.unseen():
        parts.append(f"SELECT {KEY} FROM main WHERE {name(claimed_column(node))} IS NULL")
    return "\nUNION ALL\n".join(parts)


# Working days


def _calendar(layout: Layout) -> Iterator[str]:
    """The calendar from the days that are not what their weekday says."""
    days = numbered_days()
    off: list[date] = []
    on: list[date] = []
    for day, number in days:
        works, weekend = bool(number & 1), day.weekday() >= 5
        if works == weekend:
            (on if works else off).append(day)

    def listed(some: list[date]) -> str:
        texts = [f"'{one.isoformat()}'" for one in some]
        return ",\n        ".join(", ".join(texts[start : start + 8]) for start in range(0, len(texts), 8))

    first, last = days[0][0].isoformat(), days[-1][0].isoformat()
    yield (
        "\n-- 工作日历：每日的编号是截至当日（含）工作日数的两倍，当日是工作日再加一。\n"
        "-- Working days: a day's number is twice the working days up to and with it, plus one if it is one.\n"
        "CREATE OR REPLACE TEMP TABLE calendar AS\n"
        "SELECT day, (2 * sum(works) OVER (ORDER BY day) + works)::BIGINT AS worked\n"
        "FROM (SELECT day, CASE\n"
        f"    WHEN day IN (-- 调休上班的周末 weekends worked\n        {listed(on)}) THEN 1\n"
        f"    WHEN day IN (-- 放假的平日 weekdays off\n        {listed(off)}) THEN 0\n"
        "    WHEN isodow(day) > 5 THEN 0 ELSE 1 END AS works\n"
        f"    FROM (SELECT unnest(generate_series(DATE '{first}', DATE '{last}', INTERVAL 1 DAY))::DATE AS day));\n"
        f"SET VARIABLE worked = (SELECT list(worked ORDER BY day) FROM calendar); -- [day - DATE '{day_before_first().isoformat()}']"
    )


def _result(program: Program, last: str) -> str:
    outputs = program.outputs()
    known = f"{outputs[CERTAIN]}\n        AND NOT EXISTS (FROM unsound WHERE unsound.{KEY} IS NOT DISTINCT FROM {name(last)}.{KEY})"
    points = [
        f"CASE WHEN {name(':known')} THEN {in_points(sql, program.decimals)} END AS {name(text[1:])}"
        for text, sql in outputs.items()
        if text.startswith("=")
    ]
    lines = [KEY, points[0], f"CASE WHEN {name(':known')} THEN {outputs[GRADE]} END AS grade", *points[1:],
             f"CASE WHEN {name(':known')} THEN '' ELSE '{REMARK}' END AS remark"]  # fmt: skip
    listed = ",\n    ".join(lines)
    return f"SELECT\n    {listed}\nFROM (SELECT *, {known} AS {name(':known')} FROM {name(last)})\nORDER BY {KEY};"
