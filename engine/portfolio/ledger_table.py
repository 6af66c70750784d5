"""The table ``ledger``: every line of every scored department, stored in the order in which it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.portfolio.amounts import as_text, in_points
from engine.portfolio.layout import KEY
from engine.portfolio.parts import by_parts
from engine.portfolio.program import Program
from engine.portfolio.reporting import Report

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class LedgerTable:
    """Gathers the lines of a scored portfolio, part by part, so that nothing has to be sorted as a whole."""

    def __init__(self, connection: DuckDBPyConnection, program: Program) -> None:
        self.connection = connection
        self.program = program
        unit = 10**program.decimals
        self.has_fractions = any(
            source.share is not None or source.unit.value != unit for source in program.sources
        )
        """Whether lines may have amounts finer than the ruleset's decimals."""

    def make(self, departments: int, report: Report) -> None:
        """Make the table from ``computed`` and ``direct_lines``."""
        amount = "VARCHAR" if self.has_fractions else f"DECIMAL(18,{self.program.decimals})"
        self.connection.execute(
            "CREATE OR REPLACE TABLE ledger (department VARCHAR, line BIGINT, kind VARCHAR, criterion VARCHAR, "
            f"rule VARCHAR, record VARCHAR, nominal {amount}, applied {amount}, reason VARCHAR)"
        )

        def gather(part: range) -> None:
            report("ledger", part.start - 1, departments)
            self._gather()

        tables = ["departments", *self.program.layout.lists, "computed", "direct_lines"]
        by_parts(self.connection, tables, departments, gather)
        self.connection.execute("DROP TABLE IF EXISTS lines")

    def _gather(self) -> None:
        """The lines of the part: in order first, then each with its number within its department."""
        queries = [
            self._written(f"({one})", all_in_units=True) for one in self.program.line_queries("computed")
        ]
        queries.append(self._written("(SELECT *, 0 AS turn FROM direct_lines)", all_in_units=False))
        union = "\nUNION ALL ".join(queries)
        self.connection.execute(
            f"CREATE OR REPLACE TABLE main.lines AS SELECT * FROM ({union}) ORDER BY {KEY}, place, turn, record"
        )
        self.connection.execute(
            "INSERT INTO main.ledger SELECT name, lines.rowid - first + 1, kind, criterion, nullif(rule, ''), "
            "nullif(record, ''), nominal, applied, nullif(reason, '') FROM main.lines "
            f"JOIN (SELECT {KEY}, min(rowid) AS first FROM main.lines GROUP BY {KEY}) USING ({KEY}) "
            f"JOIN departments USING ({KEY}) ORDER BY lines.rowid"
        )

    def _written(self, lines: str, *, all_in_units: bool) -> str:
        """The lines with their amounts as the ledger holds them."""
        decimals = self.program.decimals

        def amount(text: str) -> str:
            number, divisor = f"{text}_numerator", f"{text}_denominator"
            if self.has_fractions:
                return as_text(f"{number}::HUGEINT", f"{divisor}::HUGEINT")
            return in_points(
                number if all_in_units else f"{number} * ({10**decimals} // {divisor})", decimals
            )

        return (
            f"SELECT {KEY}, place, turn, kind, criterion, rule, record, {amount('nominal')} AS nominal, "
            f"{amount('applied')} AS applied, reason FROM {lines}"
        )
