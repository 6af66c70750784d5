"""The few departments that the columns cannot vouch for, by the direct evaluation: a score after all, or why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from engine.errors import AuditError, Fault, Language
from engine.ledger.scoring import Scoring
from engine.portfolio.documents import documents_of, read_document
from engine.portfolio.layout import KEY
from engine.portfolio.program import GRADE, Program
from engine.portfolio.quoting import name
from engine.portfolio.reading import Reading
from engine.portfolio.rejects import Reject, reasons
from engine.portfolio.reporting import Report
from engine.portfolio.rows import insert
from engine.scoring import score_directly

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 5000


class DirectEvaluation:
    """Scores the departments of the table ``direct`` into ``direct_scored`` and ``direct_lines``, or ``rejects``."""

    def __init__(
        self,
        connection: DuckDBPyConnection,
        program: Program,
        reading: Reading,
        passed_over: frozenset[str],
        *,
        any_year: bool,
    ) -> None:
        self.connection = connection
        self.program = program
        self.ruleset = program.layout.ruleset
        self.reading = reading
        self.passed_over = passed_over
        self.any_year = any_year

    def run(self, report: Report, language: Language) -> None:
        """Score or reject every one of them."""
        points = ", ".join(f"{name(f'={text}')} BIGINT" for text in self.program.nodes)
        self.connection.execute(
            f"CREATE OR REPLACE TABLE direct_scored ({KEY} BIGINT, {name(GRADE)} VARCHAR, {points})"
        )
        self.connection.execute(
            f"CREATE OR REPLACE TABLE direct_lines ({KEY} BIGINT, place BIGINT, kind VARCHAR, criterion VARCHAR, "
            "rule VARCHAR, record VARCHAR, nominal_numerator HUGEINT, nominal_denominator HUGEINT, "
            "applied_numerator HUGEINT, applied_denominator HUGEINT, reason VARCHAR)"
        )
        waiting = self.connection.execute(
            f"SELECT {KEY}, name FROM direct JOIN departments USING ({KEY}) ORDER BY {KEY}"
        ).fetchall()
        for start in range(0, len(waiting), _BATCH):
            report("direct", start, len(waiting))
            self._score(waiting[start : start + _BATCH], language)

    def _score(self, waiting: list[tuple[int, str]], language: Language) -> None:
        scored: list[list[Any]] = []
        lines: list[tuple[Any, ...]] = []
        rejects: list[Reject] = []
        numbers = {text: number for number, text in waiting}
        for department, scoring, error in self.decide([text for _, text in waiting]):
            if error is not None:
                rejects += reasons(department, error, language)
                continue
            assert scoring is not None
            scored.append(self._row(numbers[department], scoring))
            lines += _lines(numbers[department], scoring)
        insert(self.connection, "direct_scored", scored)
        insert(self.connection, "direct_lines", lines)
        insert(self.connection, "rejects", rejects)

    def decide(self, names: list[str]) -> Iterator[tuple[str, Scoring | None, AuditError | None]]:
        """Each department's scoring, or why it has none."""
        layout = self.program.layout
        for department, document in documents_of(
            self.connection, layout, names, self.passed_over, self.reading
        ):
            if isinstance(document, AuditError):
                yield department, None, document
                continue
            try:
                if self.any_year:
                    document["year"] = str(self.ruleset.year)
                facts = read_document(document, self.ruleset, department, of_people=self.reading.is_of_people)
                yield department, score_directly(self.ruleset, facts), None
            except Fault:
                raise
            except AuditError as error:
                yield department, None, error

    def _row(self, number: int, scoring: Scoring) -> list[Any]:
        unit = 10**self.program.decimals
        nodes = scoring.nodes
        points = [int(nodes[text].earned * unit) if text in nodes else None for text in self.program.nodes]
        return [number, scoring.grade, *points]


def _lines(number: int, scoring: Scoring) -> list[tuple[Any, ...]]:
    return [
        (
            number, place, line.kind, line.criterion.id, line.rule.id if line.rule is not None else "", line.key,
            int(line.nominal.numerator), int(line.nominal.denominator),
            int(line.applied.numerator), int(line.applied.denominator), line.reason,
        )
        for place, line in enumerate(scoring.lines)
    ]  # fmt: skip
