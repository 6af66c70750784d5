"""What other rules would do to the same departments: who gains and loses, by how much, through which rules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import Language
from engine.portfolio.amounts import as_decimal, in_points
from engine.portfolio.program import GRADE
from engine.portfolio.quoting import name
from engine.portfolio.reading import FactsReader, Reading, facts_in_text
from engine.portfolio.reporting import Report
from engine.portfolio.scoring import Counts, Portfolio
from engine.portfolio.summary import TOP, points
from engine.portfolio.workspace import Workspace
from engine.portfolio.writing import without_formulas
from engine.ruleset.model import Ruleset

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Impact = dict[str, Any]


def score_both(
    workspace: Workspace,
    path: Path,
    rulesets: tuple[Ruleset, Ruleset],
    report: Report,
    language: Language,
    facts_reader: FactsReader = facts_in_text,
) -> tuple[Counts, Counts, Reading]:
    """Score the departments at ``path`` by both rulesets, whatever year each is for.

    The last says what was read: what is not read by either stands in it as unread.
    """
    counted: list[Counts] = []
    portfolios = [Portfolio(workspace.connection, one, facts_reader, any_year=True) for one in rulesets]
    known = [set(one.layout.columns()) for one in portfolios]
    for side, portfolio, other in zip(("before", "after"), portfolios, reversed(known), strict=True):
        portfolio.passed_over = frozenset(other)
        portfolio.read(workspace, path, report)
        counted.append(portfolio.score(report, language))
        _keep(portfolio, side)
    first, second = (one.reading for one in portfolios)
    return (
        counted[0],
        counted[1],
        replace(second, unread=tuple(one for one in second.unread if one in first.unread)),
    )


def _keep(portfolio: Portfolio, side: str) -> None:
    """The tables ``before`` and ``after``, and what each rule cost each department."""
    assert portfolio.program is not None
    execute, decimals = portfolio.connection.execute, portfolio.program.decimals
    execute(
        f"CREATE OR REPLACE TABLE {side} AS SELECT name, {in_points(name('=total'), decimals)} AS total, "
        f"{name(GRADE)} AS grade FROM scored JOIN departments USING (department)"
    )
    execute(
        f"CREATE OR REPLACE TABLE {side}_costs AS SELECT department AS name, coalesce(rule, kind || ' ' || criterion) AS rule, "
        f"sum({as_decimal('applied')}) AS cost, count(*) FILTER (WHERE contains(applied::VARCHAR, '/')) AS cut "
        "FROM ledger GROUP BY ALL"
    )


def impact_of(connection: DuckDBPyConnection) -> Impact:
    """What changes from ``before`` to ``after``, JSON-ready."""
    execute = connection.execute
    execute(
        "CREATE OR REPLACE TABLE changes AS SELECT name AS department, b.total AS before, a.total AS after, "
        "a.total - b.total AS change, b.grade AS grade_before, a.grade AS grade_after "
        "FROM before AS b JOIN after AS a USING (name)"
    )
    row = execute(
        "SELECT count(*), count(*) FILTER (WHERE change > 0), count(*) FILTER (WHERE change < 0), "
        "count(*) FILTER (WHERE change = 0), sum(change) / nullif(count(*), 0)::DECIMAL(18,0), min(change), max(change), "
        "count(*) FILTER (WHERE grade_before <> grade_after) FROM changes"
    ).fetchone()
    assert row is not None
    # A fraction of a point is cut to a millionth: so much may three lines of a third differ from one of a whole.
    rules = execute(
        "WITH costs AS (SELECT rule, coalesce(b.cost, 0) AS before, coalesce(a.cost, 0) AS after, "
        "abs(after - before) > 0.000001 * (coalesce(a.cut, 0) + coalesce(b.cut, 0)) AS differs "
        "FROM before_costs AS b FULL JOIN after_costs AS a USING (name, rule) "
        "WHERE name IN (SELECT department FROM changes)) "
        "SELECT rule, sum(before), sum(after), count(*) FILTER (WHERE differs) FROM costs GROUP BY rule "
        "HAVING bool_or(differs) ORDER BY abs(sum(after) - sum(before)) DESC, rule"
    ).fetchall()
    matrix = execute(
        "SELECT grade_before, grade_after, count(*) FROM changes GROUP BY ALL ORDER BY min(before) DESC, min(after) DESC"
    ).fetchall()
    only = execute(
        "SELECT (SELECT count(*) FROM before ANTI JOIN after USING (name)), (SELECT count(*) FROM after ANTI JOIN before USING (name))"
    ).fetchone()
    assert only is not None
    return {
        "departments": row[0], "gain": row[1], "lose": row[2], "same": row[3], "average_change": points(row[4]),
        "greatest_loss": points(row[5]), "greatest_gain": points(row[6]), "grade_changes": row[7],
        "only_before": only[0], "only_after": only[1],
        "grades": [{"before": a, "after": b, "departments": count} for a, b, count in matrix],
        "rules": [
            {"rule": rule, "before": points(b), "after": points(a), "departments": count} for rule, b, a, count in rules
        ],
        "losers": _moved(connection, "change ASC", "change < 0"),
        "gainers": _moved(connection, "change DESC", "change > 0"),
    }  # fmt: skip


def _moved(connection: DuckDBPyConnection, order: str, where: str) -> list[dict[str, str]]:
    rows = connection.execute(
        f"SELECT * FROM changes WHERE {where} ORDER BY {order}, department LIMIT {TOP}"
    ).fetchall()
    return [
        {
            "department": one,
            "before": points(b),
            "after": points(a),
            "change": points(c),
            "grade_before": g,
            "grade_after": h,
        }
        for one, b, a, c, g, h in rows
    ]


def changes_csv(connection: DuckDBPyConnection) -> bytes:
    """Every department's change, as a CSV table."""
    import csv
    import io

    cursor = connection.execute(without_formulas(connection, "SELECT * FROM changes ORDER BY department"))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([one[0] for one in cursor.description or ()])
    while batch := cursor.fetchmany(10_000):
        writer.writerows(batch)
    return buffer.getvalue().encode("utf-8-sig")
