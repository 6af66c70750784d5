"""A portfolio scored: the columns for all, the direct evaluation for the few that they cannot vouch for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import Fault, Language, Problem, Text
from engine.portfolio.direct import DirectEvaluation
from engine.portfolio.layout import KEY, MAIN, Layout, layout_of
from engine.portfolio.ledger_table import LedgerTable
from engine.portfolio.parts import by_parts
from engine.portfolio.program import CERTAIN, GRADE, Program, program_of
from engine.portfolio.quoting import name
from engine.portfolio.reading import UNKNOWN, FactsReader, Reading, facts_in_text, load
from engine.portfolio.rejects import create_rejects, reasons, reject_unnumbered
from engine.portfolio.reporting import Report, silent
from engine.portfolio.rows import insert, number_of
from engine.portfolio.staging import stage
from engine.portfolio.workspace import Workspace
from engine.ruleset.model import Ruleset

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Counts:
    """How many departments were read, and what became of them. ``direct`` ones are among the scored; ``orphans`` are
    rows of other tables than ``main`` whose department is not there."""

    read: int
    scored: int
    rejected: int
    direct: int
    orphans: int


class Portfolio:
    """The departments in one database, scored by one ruleset.

    After :meth:`score` the tables ``scored``, ``ledger`` and ``rejects`` hold the results.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        ruleset: Ruleset,
        facts_reader: FactsReader = facts_in_text,
        *,
        any_year: bool = False,
    ) -> None:
        self.connection = connection
        self.ruleset = ruleset
        self.layout: Layout = layout_of(ruleset)
        self.program: Program | None = None
        self.facts_reader = facts_reader
        self.any_year = any_year
        self.passed_over: frozenset[str] = frozenset()
        """Columns that are not the ruleset's and no mistake."""
        self.reading: Reading = UNKNOWN
        self.notes: list[Problem] = []
        """What is to be known of the tables that were read, by column."""
        self.orphans = 0

    def read(self, workspace: Workspace, path: Path, report: Report = silent) -> None:
        """Read the departments at ``path`` into raw tables."""
        self.reading = load(workspace, self.layout, path, report, self.facts_reader, any_year=self.any_year)

    def score(self, report: Report = silent, language: Language = "zh") -> Counts:
        """Score every department of the raw tables. Raises :class:`FactsError` for tables that cannot be read."""
        report("stage", 0, 0)
        self.layout = replace(self.layout, of_people=self.reading.is_of_people)
        self.layout, readings = stage(
            self.connection, self.layout, self.passed_over, self.reading, any_year=self.any_year
        )
        self.notes = [one.told() for one in readings]
        self.program = program_of(self.layout)
        departments = number_of(self.connection, "SELECT count(*) FROM departments")
        self._run_columns(departments, report)
        create_rejects(self.connection)
        self.orphans = reject_unnumbered(self.connection, self.layout, self.reading, language)
        for one in self.reading.unreadable:
            insert(self.connection, "rejects", reasons(one.file, one.error, language))
        direct = DirectEvaluation(
            self.connection, self.program, self.reading, self.passed_over, any_year=self.any_year
        )
        direct.run(report, language)
        self._unite()
        LedgerTable(self.connection, self.program).make(departments, report)
        return self.counts()

    def _run_columns(self, departments: int, report: Report) -> None:
        """The table ``computed`` of the departments of which the columns are certain; ``direct`` has the others."""
        assert self.program is not None
        execute, query = self.connection.execute, self.program.query()

        def compute(part: range) -> None:
            report("score", part.start - 1, departments)
            made = (
                "CREATE OR REPLACE TABLE main.computed AS" if part.start == 1 else "INSERT INTO main.computed"
            )
            execute(f"{made} {query}")

        by_parts(self.connection, [MAIN, *self.layout.lists], departments, compute)
        execute(
            f"CREATE OR REPLACE TABLE direct AS SELECT {KEY} FROM computed WHERE NOT {name(CERTAIN)} "
            f"UNION SELECT {KEY} FROM unsound"
        )
        execute(f"DELETE FROM computed WHERE {KEY} IN (SELECT {KEY} FROM direct)")

    def _unite(self) -> None:
        """``scored``: those of the columns and those of the direct evaluation."""
        assert self.program is not None
        columns = ", ".join([KEY, name(GRADE), *(name(f"={text}") for text in self.program.nodes)])
        self.connection.execute(
            f'CREATE OR REPLACE VIEW scored AS SELECT {columns}, FALSE AS ":direct" FROM computed '
            f"UNION ALL SELECT {columns}, TRUE FROM direct_scored"
        )

    # Counting

    def counts(self) -> Counts:
        """Raises :class:`Fault` unless every department read was scored or rejected."""
        one = partial(number_of, self.connection)
        read = one("SELECT count(*) FROM raw.main") + len(self.reading.unreadable)
        scored = one("SELECT count(*) FROM scored")
        unnumbered = one("SELECT count(*) FROM raw.main") - one("SELECT count(*) FROM departments")
        rejected = (
            unnumbered
            + len(self.reading.unreadable)
            + one(
                "SELECT count(DISTINCT department) FROM rejects WHERE department IN (SELECT name FROM departments)"
            )
        )
        if scored + rejected != read:
            message = Text(
                f"读入 {read} 个部门，评分 {scored}，退回 {rejected}：数目不符",
                f"{read} departments were read, {scored} scored, {rejected} rejected: that does not add up",
            )
            raise Fault([Problem("X030", message)])
        direct = one('SELECT count(*) FROM scored WHERE ":direct"')
        return Counts(read, scored, rejected, direct, self.orphans)
