"""What stands beside the facts: claims, judgements and waivers, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import FactsError, Position, Problem, Text
from engine.facts.conventions import Convention, as_stated
from engine.facts.readings import Reading, column_labels
from engine.facts.waivers import waivable_by_title
from engine.language.numbers import Rational
from engine.language.terms import Kind, Type
from engine.portfolio.cells import Cell, number_sql, trimmed, value_sql
from engine.portfolio.conventions import found_by, predicates, stated_sql
from engine.portfolio.headers import raw_columns, type_problems
from engine.portfolio.layout import (
    BESIDE,
    CLAIMED,
    JUDGED_DECIMALS,
    JUDGED_MOST,
    JUDGEMENTS,
    KEY,
    WAIVERS,
    Column,
    Layout,
    claimed_column,
    judged_column,
)
from engine.portfolio.quoting import literal, name
from engine.portfolio.rows import number_of
from engine.ruleset.model import ROOT, Criterion, Fact, Range, TierScore
from engine.suggestions import nearest, suggestion

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from engine.portfolio.reading import Reading as Origins

_QUANTITIES = {"points": Kind.POINTS, "deduct": Kind.POINTS, "coefficient": Kind.RATIO}
"""The columns beside the facts that state amounts: exact ones, as those of the facts."""


def read_waivers(connection: DuckDBPyConnection, layout: Layout) -> Layout:
    """The waivers of numbered departments; the layout then knows the rules they are for."""
    there = raw_columns(connection, WAIVERS)
    if not there:
        connection.execute(
            f"CREATE OR REPLACE TABLE waivers_read ({KEY} BIGINT, rule VARCHAR, record VARCHAR)"
        )
        return replace(layout, waived=frozenset())
    read = _text_columns(there, WAIVERS)
    connection.execute(
        f"CREATE OR REPLACE TABLE waivers_read AS SELECT d.{KEY}, {_rule_of('t.rule', layout)} AS rule, coalesce(t.record, '') AS record, "
        f"t.reason IS NOT NULL AS reasoned FROM (SELECT {read} FROM raw.waivers) AS t JOIN departments AS d ON d.name = t.{KEY}"
    )
    rules = connection.execute("SELECT DISTINCT rule FROM waivers_read").fetchall()
    return replace(layout, waived=layout.waived & {one for (one,) in rules})


def check_columns(connection: DuckDBPyConnection, table: str, where: Position) -> None:
    """Raises :class:`FactsError` unless a table beside the facts has the columns that it needs and no others; ``where``
    its headings stand."""
    there = raw_columns(connection, table)
    if not there:
        return
    meant = {one: nearest(one, BESIDE[table]) for one in there if one not in BESIDE[table]}
    problems = [
        Problem(
            "F002",
            Text(f"没有名为“{one}”的列", f"there is no column '{one}'"),
            where,
            one,
            suggestion(one, BESIDE[table]),
        )
        for one in meant
    ]
    needed = {
        WAIVERS: (KEY, "rule", "reason"),
        CLAIMED: (KEY, "criterion", "points"),
        JUDGEMENTS: (KEY, "criterion", "by", "reason"),
    }
    problems += [
        Problem("F001", Text(f"缺少列“{one}”", f"the column '{one}' is missing"), where, one)
        for one in needed[table]
        if one not in there and one not in meant.values()
    ]
    for one, kind in _QUANTITIES.items():
        problems += type_problems(there[one], kind, one, where) if one in there else []
    if problems:
        raise FactsError(problems)


def drop_empty(connection: DuckDBPyConnection, table: str) -> None:
    """A table beside the facts that has no rows says nothing: the templates' own, mostly."""
    query = "SELECT table_type FROM information_schema.tables WHERE table_schema = 'raw' AND table_name = ?"
    for (type_,) in connection.execute(query, [table]).fetchall():
        if not number_of(connection, f"SELECT count(*) FROM raw.{table}"):
            connection.execute(f"DROP {'VIEW' if type_ == 'VIEW' else 'TABLE'} raw.{table}")


def _text_columns(there: Mapping[str, str], table: str) -> str:
    return ", ".join(
        f"{_cleaned_text(one) if one in there else 'NULL::VARCHAR'} AS {name(one)}" for one in BESIDE[table]
    )


def _cleaned_text(column: str) -> str:
    return f"nullif({trimmed(f'{name(column)}::VARCHAR')}, '')"


def criterion_names(layout: Layout) -> dict[str, str]:
    """Every way to write a criterion, by id or by a title that is its alone, and its id."""
    criteria = layout.ruleset.criteria
    titles: dict[str, list[str]] = {}
    for one in criteria.values():
        for title in dict.fromkeys((one.title.zh, one.title.en)):
            titles.setdefault(title, []).append(one.id)
    known = {title: ids[0] for title, ids in titles.items() if len(ids) == 1}
    return known | {one: one for one in criteria} | {"总分": ROOT}


def check_beside(connection: DuckDBPyConnection, layout: Layout) -> None:
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
    known = ", ".join(f"({literal(text)}, {literal(one)})" for text, one in criterion_names(layout).items())
    read = "claims_list" if table == CLAIMED else "judged_list"
    if table == CLAIMED:
        number = number_sql(_stated("t.points", Kind.POINTS, layout), JUDGED_DECIMALS, JUDGED_DECIMALS)
        good = f"number IS NOT NULL AND abs(number) <= {JUDGED_MOST}"
        for node in layout.unseen():
            most = node.points * 10**JUDGED_DECIMALS
            good += f" AND (criterion <> {literal(node.id)} OR number BETWEEN 0 AND {int(most.numerator // most.denominator)})"
    else:
        tiered = (
            ", ".join(literal(one.id) for one in layout.judged() if isinstance(one.score, TierScore)) or "''"
        )
        column = Column("coefficient", _ratio_fact(), JUDGED_DECIMALS)
        ratio = value_sql(column, Cell(_stated("t.coefficient", Kind.RATIO, layout), "VARCHAR"))
        deduct = number_sql(_stated("t.deduct", Kind.POINTS, layout), JUDGED_DECIMALS, JUDGED_DECIMALS)
        number = f"CASE WHEN k.id IN ({tiered}) THEN {ratio} ELSE {deduct} END"
        good = " OR ".join(_judgement_good(one) for one in layout.judged()) or "FALSE"
    connection.execute(
        f"CREATE OR REPLACE TABLE {read} AS WITH known(text, id) AS (VALUES {known}), "
        f"given AS (SELECT {_text_columns(there, table)} FROM raw.{table}), "
        f"numbered AS (SELECT d.{KEY}, k.id AS criterion, {number} AS number, t.* EXCLUDE ({KEY}, criterion) FROM given AS t "
        f"JOIN departments AS d ON d.name = t.{KEY} LEFT JOIN known AS k ON k.text = t.criterion) "
        f"SELECT {KEY}, criterion, CASE WHEN abs(number) <= {JUDGED_MOST} THEN number END AS points, criterion IS NOT NULL AND ({good}) AS good FROM numbered"
    )


def _stated(text: str, kind: Kind, layout: Layout) -> str:
    """What a cell beside the facts states."""
    return f"({stated_sql(text, Type(kind), '', loose=True)})" if layout.of_people else text


def _rule_of(text: str, layout: Layout) -> str:
    """The rule that a waiver's cell names, by its id or by its criterion's title."""
    titles = _titled_rules(layout) if layout.of_people else {}
    if not titles:
        return text
    known, meant = (", ".join(map(literal, one)) for one in zip(*titles.items(), strict=True))
    return f"coalesce([{meant}][list_position([{known}], {text})], {text})"


def _titled_rules(layout: Layout) -> dict[str, str]:
    """The rules by the titles that stand for them."""
    ids = {rule.id for rule in layout.ruleset.rules}
    return {
        title: rules[0].id
        for title, rules in waivable_by_title(layout.ruleset).items()
        if len(rules) == 1 and title not in ids
    }


def readings_beside(connection: DuckDBPyConnection, layout: Layout, origins: Origins) -> Iterator[Reading]:
    """What was read by conventions of numbers and rules beside the facts."""
    asked = {
        "claimed": (CLAIMED, "points", Kind.POINTS),
        "judgements.deduct": (JUDGEMENTS, "deduct", Kind.POINTS),
        "judgements.coefficient": (JUDGEMENTS, "coefficient", Kind.RATIO),
        "waivers.rule": (WAIVERS, "rule", Kind.TEXT),
    }
    labels = dict(column_labels(layout.ruleset))
    titles = _titled_rules(layout)
    for path, (table, column, kind) in asked.items():
        if column not in raw_columns(connection, table):
            continue
        if kind == Kind.TEXT:
            listed = ", ".join(map(literal, titles)) or "NULL"
            conditions = [(Convention.TITLE, f"t.{name(column)} IN ({listed})")]
        else:
            conditions = [*predicates(f"t.{name(column)}", Type(kind), "", loose=True)]
        for convention, count, written, first in found_by(connection, table, column, conditions, origins):
            read = titles.get(written) or as_stated(written, Type(kind), "", loose=True).text
            yield Reading(path, labels[path], convention, count, written, read, first)


def _ratio_fact() -> Fact:
    return Fact("coefficient", Text("系数", "coefficient"), Type(Kind.RATIO), False, Range(), 0)


def _judgement_good(node: Criterion) -> str:
    decided = f"criterion = {literal(node.id)} AND {name('by')} IS NOT NULL AND reason IS NOT NULL"
    if not isinstance(node.score, TierScore):
        return f"({decided} AND tier IS NULL AND coefficient IS NULL AND number BETWEEN 0 AND {JUDGED_MOST})"
    tiers = []
    for tier in node.score.tiers.values():
        names = ", ".join(map(literal, dict.fromkeys((tier.id, tier.title.zh, tier.title.en))))
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


def pivoted(connection: DuckDBPyConnection, layout: Layout, table: str) -> str:
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
