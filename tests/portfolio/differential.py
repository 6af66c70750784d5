"""The same departments by the direct evaluation and by the columns, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.errors import AuditError
from engine.ledger.scoring import Scoring
from engine.portfolio.integers import name
from engine.portfolio.loading import load_documents
from engine.portfolio.scoring import Portfolio
from engine.ruleset.model import Ruleset

Result = tuple[str, dict[str, str], list[tuple[str, ...]]]
"""Grade, points by criterion, ledger lines."""


def by_columns(
    ruleset: Ruleset, documents: Sequence[dict[str, Any]], connection: Any = None
) -> tuple[Portfolio, dict[str, Result], dict[str, set[str]]]:
    """Every document as a department ``d0``, ``d1`` …: results, and the codes of the rejected."""
    import duckdb

    connection = connection or duckdb.connect()
    portfolio = Portfolio(connection, ruleset)
    load_documents(
        connection, portfolio.layout, ((f"d{number}", one) for number, one in enumerate(documents))
    )
    portfolio.score()
    return portfolio, *results_of(portfolio)


def results_of(portfolio: Portfolio) -> tuple[dict[str, Result], dict[str, set[str]]]:
    """A scored portfolio's results by department, and the codes of the rejected."""
    assert portfolio.program is not None
    connection = portfolio.connection
    texts = list(portfolio.program.nodes)
    unit = 10**portfolio.program.decimals
    rows = connection.execute(
        f'SELECT name, ":grade", {", ".join(name(f"={one}") for one in texts)} FROM scored JOIN departments USING (department)'
    ).fetchall()
    results: dict[str, Result] = {
        row[0]: (
            row[1],
            {
                text: _fraction(points, unit)
                for text, points in zip(texts, row[2:], strict=True)
                if points is not None
            },
            [],
        )
        for row in rows
    }
    lines = connection.execute(
        "SELECT name, kind, criterion, rule, record, nominal_numerator, nominal_denominator, applied_numerator, "
        "applied_denominator, reason FROM ledger JOIN departments USING (department) ORDER BY department, place, turn, record"
    ).fetchall()
    for one, kind, criterion, rule, record, n, nd, a, ad, reason in lines:
        results[one][2].append((kind, criterion, rule, record, _fraction(n, nd), _fraction(a, ad), reason))
    rejects: dict[str, set[str]] = {}
    for one, code in connection.execute("SELECT department, code FROM rejects").fetchall():
        rejects.setdefault(one, set()).add(code)
    return results, rejects


def _fraction(numerator: int, denominator: int) -> str:
    from engine.language.numbers import Rational

    return str(Rational(numerator, denominator))


def result_of(scoring: Scoring) -> Result:
    lines = [
        (
            line.kind, line.criterion.id, line.rule.id if line.rule is not None else "", line.key,
            str(line.nominal), str(line.applied), line.reason,
        )
        for line in scoring.lines
    ]  # fmt: skip
    return scoring.grade, {text: str(node.earned) for text, node in scoring.nodes.items()}, lines


def differences(
    expected: Sequence[Scoring | AuditError], results: dict[str, Result], rejects: dict[str, set[str]]
) -> Iterator[str]:
    """Where the columns say something else than the scorings given."""
    for number, one in enumerate(expected):
        text = f"d{number}"
        if isinstance(one, AuditError):
            wanted = {problem.code for problem in one.problems if problem.severity == "error"}
            if rejects.get(text) != wanted:
                yield f"{text}: rejected for {sorted(wanted)}, the columns say {rejects.get(text) or results.get(text)}"
        elif text not in results:
            yield f"{text}: scored {one.total}, the columns reject it: {rejects.get(text)}"
        else:
            want, got = result_of(one), results[text]
            for part, a, b in zip(("grade", "points", "lines"), want, got, strict=True):
                if a != b:
                    yield f"{text}: {part}: {a} != {b}"
