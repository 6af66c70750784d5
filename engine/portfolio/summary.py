"""What a result shows as a whole: totals, grades, the rules that cost most, outliers, claims, rejects."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Summary = dict[str, Any]
BINS, TOP = 10, 10
_CENT = Decimal("0.01")


def summary_of(connection: DuckDBPyConnection) -> Summary:
    """The summary of the result in the schema ``result``, JSON-ready; points are texts, exact to the cent shown."""

    def rows(query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return connection.execute(query, list(parameters)).fetchall()

    about = dict(rows("SELECT name, value FROM result.about"))
    full = rows("SELECT points FROM result.criteria WHERE parent IS NULL")[0][0]
    return {
        "about": about,
        "totals": _totals(rows),
        "histogram": _histogram(rows, full),
        "grades": [
            {"grade": grade, "departments": count}
            for grade, count in rows("SELECT grade, count(*) FROM result.scores GROUP BY grade ORDER BY min(total) DESC, grade")
        ],
        "criteria": [
            {"criterion": one, "title": title, "title_en": english, "points": points(most), "average_lost": points(lost)}
            for one, title, english, most, lost in rows(_BY_CRITERION, TOP)
        ],
        "rules": [
            {"rule": rule, "criterion": one, "departments": departments, "lines": lines, "points": points(cost)}
            for rule, one, departments, lines, cost in rows(_BY_RULE, TOP)
        ],
        "outliers": _outliers(rows),
        "claims": _claims(rows),
        "rejects": [
            {"code": code, "departments": departments}
            for code, departments in rows(
                "SELECT code, count(DISTINCT department) FROM result.rejects GROUP BY code ORDER BY 2 DESC, code"
            )
        ],
        "reject_facts": reject_facts(connection),
    }  # fmt: skip


def reject_facts(connection: DuckDBPyConnection) -> list[dict[str, Any]]:
    """Why the departments of the result in the schema ``result`` were rejected, the most frequent reason first."""
    found = connection.execute(_BY_REJECT).fetchall()
    return [{"code": code, "fact": fact, "departments": departments} for code, fact, departments in found]


_BY_RULE = """
SELECT coalesce(rule, kind) AS rule, criterion, count(DISTINCT department), count(*), sum(applied) AS cost
FROM result.ledger GROUP BY ALL HAVING sum(applied) > 0 ORDER BY cost DESC, rule, criterion LIMIT ?
"""
_BY_REJECT = r"""
SELECT code, coalesce(fact, '') AS fact, count(DISTINCT department) AS departments
FROM (SELECT code, regexp_replace(fact, '\[.*\]', '[]') AS fact, department FROM result.rejects)
GROUP BY ALL ORDER BY departments DESC, code, fact
"""
"""A fact of a record is counted as one, whatever the record's key."""
_BY_CRITERION = """
SELECT c.criterion, c.title, c.title_en, c.points, l.cost / n.departments
FROM (SELECT criterion, sum(applied) AS cost FROM result.ledger GROUP BY criterion) AS l
JOIN result.criteria AS c USING (criterion), (SELECT count(*)::DECIMAL(18,0) AS departments FROM result.scores) AS n
WHERE l.cost > 0 ORDER BY l.cost DESC, c.criterion LIMIT ?
"""


def points(value: Any) -> str:
    """Points with two decimals, as people write them."""
    if value is None:
        return ""
    if isinstance(value, Fraction):
        cents = (200 * abs(value) + 1) // 2
        return str(Decimal(cents if value >= 0 else -cents).scaleb(-2))
    return str(Decimal(str(value)).quantize(_CENT, ROUND_HALF_UP))


def _totals(rows: Any) -> dict[str, str]:
    names = ("least", "lower_quartile", "median", "upper_quartile", "greatest")
    ((count, total),) = rows("SELECT count(*), sum(total) FROM result.scores")
    mean = {"mean": points(Fraction(total) / count)} if count else {}
    return {**mean, **{one: points(value) for one, value in zip(names, _quarters(rows), strict=True)}}


def _quarters(rows: Any) -> list[Fraction | None]:
    """The least total, the quartiles with the median between them, and the greatest, exactly.

    Each stands at so many quarters of the way from the first to the last of the totals in order; between two of
    them it lies in proportion (Hyndman and Fan's seventh definition, QUARTILE.INC of spreadsheets). Nothing where there
    are no totals.
    """
    ((count,),) = rows("SELECT count(*) FROM result.scores")
    if not count:
        return [None] * 5
    places = [divmod((count - 1) * quarter, 4) for quarter in range(5)]
    wanted = sorted({one for place, rest in places for one in (place, place + bool(rest))})
    listed = ", ".join(map(str, wanted))
    ordered = dict(
        rows(
            "SELECT place, total FROM (SELECT total, row_number() OVER (ORDER BY total) - 1 AS place FROM result.scores) "
            f"WHERE place IN ({listed})"
        )
    )
    return [
        Fraction(ordered[place])
        + (Fraction(ordered[place + bool(rest)]) - Fraction(ordered[place])) * Fraction(rest, 4)
        for place, rest in places
    ]


def _histogram(rows: Any, full: Decimal) -> list[dict[str, Any]]:
    """How many totals lie in each tenth of the full points; the last tenth holds the full points too."""
    width = full / BINS
    counted = dict(
        rows(
            f"SELECT least(floor(total / ?)::BIGINT, {BINS - 1}) AS bin, count(*) FROM result.scores GROUP BY bin",
            width,
        )
    )
    return [
        {"from": points(width * one), "to": points(width * (one + 1)), "departments": counted.get(one, 0)}
        for one in range(BINS)
    ]


def _outliers(rows: Any) -> list[dict[str, str]]:
    """Totals further from the quartiles than one and a half times their distance."""
    _, low, _, high, _ = _quarters(rows)
    if low is None or high is None:
        return []
    # A quartile is a whole number of quarters of a millionth, twice a bound and four times the middle are of eighths.
    scaled = [int(one * 4 * 10**6) for one in (5 * low - 3 * high, 5 * high - 3 * low, low + high)]
    query = """
    SELECT department, total FROM (SELECT department, total, (total * 1000000)::HUGEINT AS n FROM result.scores)
    WHERE 8 * n < ?::HUGEINT OR 8 * n > ?::HUGEINT ORDER BY abs(8 * n - ?::HUGEINT) DESC, department LIMIT ?
    """
    return [{"department": one, "total": points(total)} for one, total in rows(query, *scaled, TOP)]


def _claims(rows: Any) -> list[dict[str, Any]]:
    """By criterion how often departments claimed more, the same, or less than was computed, and who was furthest off."""
    query = """
    SELECT criterion, count(*), count(*) FILTER (WHERE difference > 0), count(*) FILTER (WHERE difference = 0),
        count(*) FILTER (WHERE difference < 0), sum(difference) / count(*)::DECIMAL(18,0),
        arg_max(department, (abs(difference), department)), arg_max(difference, (abs(difference), department))
    FROM result.claims GROUP BY criterion ORDER BY 3 DESC, criterion
    """
    names = ("criterion", "departments", "more", "same", "less")
    found: Sequence[tuple[Any, ...]] = rows(query)
    return [
        {
            **dict(zip(names, row[:5], strict=True)),
            "average_difference": points(row[5]),
            "furthest": row[6],
            "by": points(row[7]),
        }
        for row in found
    ]
