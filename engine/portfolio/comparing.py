"""A portfolio's results as values, and held against a scoring of the main path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.language.numbers import Rational
from engine.ledger.scoring import Scoring
from engine.portfolio.quoting import name
from engine.portfolio.scoring import Portfolio

Result = tuple[str, dict[str, str], list[tuple[str, ...]]]
"""Grade, points by criterion, ledger lines."""


def results_of(portfolio: Portfolio) -> tuple[dict[str, Result], dict[str, set[str]]]:
    """A scored portfolio's results by department, and the codes of the rejected."""
    assert portfolio.program is not None
    connection = portfolio.connection
    texts = list(portfolio.program.nodes)
    unit = 10**portfolio.program.decimals
    points = ", ".join(name(f"={one}") for one in texts)
    rows = connection.execute(
        f'SELECT name, ":grade", {points} FROM scored JOIN departments USING (department)'
    ).fetchall()
    results: dict[str, Result] = {
        row[0]: (
            row[1],
            {text: _fraction(one, unit) for text, one in zip(texts, row[2:], strict=True) if one is not None},
            [],
        )
        for row in rows
    }
    lines = connection.execute(
        "SELECT department, kind, criterion, coalesce(rule, ''), coalesce(record, ''), nominal::VARCHAR, "
        "applied::VARCHAR, coalesce(reason, '') FROM ledger ORDER BY department, line"
    ).fetchall()
    for one, kind, criterion, rule, record, nominal, applied, reason in lines:
        results[one][2].append((kind, criterion, rule, record, _exact(nominal), _exact(applied), reason))
    rejects: dict[str, set[str]] = {}
    for one, code in connection.execute("SELECT department, code FROM rejects").fetchall():
        rejects.setdefault(one, set()).add(code)
    return results, rejects


def _exact(text: str) -> str:
    return str(Rational(text))


def _fraction(numerator: int, denominator: int) -> str:
    return str(Rational(numerator, denominator))


def result_of(scoring: Scoring) -> Result:
    """A scoring in the same form."""
    lines: list[tuple[str, ...]] = [
        (
            line.kind, line.criterion.id, line.rule.id if line.rule is not None else "", line.key,
            str(line.nominal), str(line.applied), line.reason,
        )
        for line in scoring.lines
    ]  # fmt: skip
    return scoring.grade, {text: str(node.earned) for text, node in scoring.nodes.items()}, lines


def differing_parts(one: Result, other: Result) -> Iterator[tuple[str, object, object]]:
    """The parts in which two results differ."""
    parts: Sequence[str] = ("grade", "points", "lines")
    for part, a, b in zip(parts, one, other, strict=True):
        if a != b:
            yield part, a, b
