"""The same departments by the direct evaluation and by the columns, and where the two differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.errors import AuditError
from engine.ledger.scoring import Scoring
from engine.portfolio.comparing import Result, differing_parts, result_of, results_of
from engine.portfolio.loading import load_documents
from engine.portfolio.scoring import Portfolio
from engine.portfolio.workspace import ARITHMETIC
from engine.ruleset.model import Ruleset


def columns() -> Any:
    """A database as the columns expect it."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(ARITHMETIC)
    return connection


def by_columns(
    ruleset: Ruleset, documents: Sequence[dict[str, Any]], connection: Any = None
) -> tuple[Portfolio, dict[str, Result], dict[str, set[str]]]:
    """Every document as a department ``d0``, ``d1`` …: results, and the codes of the rejected."""
    connection = connection or columns()
    portfolio = Portfolio(connection, ruleset)
    load_documents(
        connection, portfolio.layout, ((f"d{number}", one) for number, one in enumerate(documents))
    )
    portfolio.score()
    return portfolio, *results_of(portfolio)


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
            for part, a, b in differing_parts(result_of(one), results[text]):
                yield f"{text}: {part}: {a} != {b}"
