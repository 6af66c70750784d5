"""A portfolio scored: the columns for all, the direct evaluation for the few that they cannot vouch for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import AuditError, Fault, Language, Position, Problem, Text
from engine.ledger.scoring import Scoring
from engine.portfolio.cells import trimmed
from engine.portfolio.documents import documents_of, read_document
from engine.portfolio.layout import KEY, Layout, layout_of
from engine.portfolio.program import CERTAIN, GRADE, Program, program_of
from engine.portfolio.quoting import literal, name
from engine.portfolio.reading import Unreadable, load
from engine.portfolio.staging import stage
from engine.ruleset.model import Ruleset
from engine.scoring import score_directly

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LINE_TYPES = (
    f"{KEY} BIGINT, place BIGINT, turn BIGINT, kind VARCHAR, criterion VARCHAR, rule VARCHAR, record VARCHAR, "
    "nominal_numerator HUGEINT, nominal_denominator HUGEINT, applied_numerator HUGEINT, "
    "applied_denominator HUGEINT, reason VARCHAR"
)
_BATCH = 1000
Report = Callable[[str, int, int], None]
"""Told what is being done, how much is done, and of how much."""


def silent(stage_: str, done: int, of: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many departments were read, and what became of them. ``direct`` ones are among the scored."""

    read: int
    scored: int
    rejected: int
    direct: int


class Portfolio:
    """The departments in one database, scored by one ruleset.

    After :meth:`score` the tables ``scored``, ``ledger`` and ``rejects`` hold the results.
    """

    def __init__(self, connection: DuckDBPyConnection, ruleset: Ruleset, *, any_year: bool = False) -> None:
        self.connection = connection
        self.ruleset = ruleset
        self.layout: Layout = layout_of(ruleset)
        self.program: Program | None = None
        self.any_year = any_year
        self.passed_over: frozenset[str] = frozenset()
        """Columns that are not the ruleset's and no mistake."""
        self.unreadable: list[Unreadable] = []
        """Facts files that could not be read."""

    def read(self, path: Path, report: Report = silent) -> None:
        """Read the departments at ``path`` into raw tables."""
        self.unreadable = load(self.connection, self.layout, path, report, any_year=self.any_year)

    def score(self, report: Report = silent, language: Language = "zh") -> Counts:
        """Score every department of the raw tables. Raises :class:`FactsError` for tables that cannot be read."""
        report("stage", 0, 4)
        self.layout = stage(self.connection, self.layout, self.passed_over, any_year=self.any_year)
        report("score", 1, 4)
        self.program = program_of(self.layout)
        self.run_columns()
        report("ledger", 2, 4)
        self.run_ledger()
        self.score_directly(report, language)
        return self.counts()

    # The columns

    def run_columns(self) -> None:
        """The table ``scored``: the certain departments, and ``direct``: the others."""
        assert self.program is not None
        execute = self.connection.execute
        execute(f"CREATE OR REPLACE TABLE computed AS {self.program.query()}")
        execute(
            f"CREATE OR REPLACE TABLE direct AS SELECT {KEY} FROM computed WHERE NOT {name(CERTAIN)} "
            f"UNION SELECT {KEY} FROM unsound"
        )
        points = ", ".join(name(f"={text}") for text in self.program.nodes)
        execute(
            f'CREATE OR REPLACE TABLE scored AS SELECT {KEY}, {name(GRADE)}, {points}, FALSE AS ":direct" '
            f"FROM computed ANTI JOIN direct USING ({KEY})"
        )

    def run_ledger(self) -> None:
        """The table ``ledger``, a query a source of lines."""
        assert self.program is not None
        self.connection.execute(f"CREATE OR REPLACE TABLE ledger ({LINE_TYPES})")
        self.connection.execute(
            f"CREATE OR REPLACE VIEW certain AS SELECT * FROM computed ANTI JOIN direct USING ({KEY})"
        )
        for query in self.program.line_queries("certain"):
            self.connection.execute(f"INSERT INTO ledger {query}")

    # The direct evaluation

    def score_directly(self, report: Report, language: Language) -> None:
        """Every department that the columns left: a score after all, or the reasons why there is none."""
        self.connection.execute(
            "CREATE OR REPLACE TABLE rejects (department VARCHAR, code VARCHAR, fact VARCHAR, reason VARCHAR, fix VARCHAR)"
        )
        self.reject_unnumbered(language)
        for one in self.unreadable:
            insert(self.connection, "rejects", reasons(one.file, one.error, language))
        waiting = self.connection.execute(
            f"SELECT {KEY}, name FROM direct JOIN departments USING ({KEY}) ORDER BY {KEY}"
        ).fetchall()
        for start in range(0, len(waiting), _BATCH):
            report("direct", start, len(waiting))
            self._score_batch(waiting[start : start + _BATCH], language)

    def _score_batch(self, waiting: list[tuple[int, str]], language: Language) -> None:
        assert self.program is not None
        scored: list[list[Any]] = []
        lines: list[tuple[Any, ...]] = []
        rejects: list[tuple[str, str, str, str, str]] = []
        numbers = {text: number for number, text in waiting}
        for department, scoring, error in self.decide([text for _, text in waiting]):
            if error is not None:
                rejects += reasons(department, error, language)
                continue
            assert scoring is not None
            scored.append(self._row(numbers[department], scoring))
            lines += ledger_rows(numbers[department], scoring)
        insert(self.connection, "scored", scored)
        insert(self.connection, "ledger", lines)
        insert(self.connection, "rejects", rejects)

    def decide(self, names: list[str]) -> Iterator[tuple[str, Scoring | None, AuditError | None]]:
        """Each department by the direct evaluation: its scoring, or why it has none."""
        for department, document in documents_of(self.connection, self.layout, names, self.passed_over):
            if isinstance(document, AuditError):
                yield department, None, document
                continue
            try:
                if self.any_year:
                    document["year"] = str(self.ruleset.year)
                facts = read_document(document, self.ruleset, department)
                yield department, score_directly(self.ruleset, facts), None
            except Fault:
                raise
            except AuditError as error:
                yield department, None, error

    def _row(self, number: int, scoring: Scoring) -> list[Any]:
        assert self.program is not None
        unit = 10**self.program.decimals
        nodes = scoring.nodes
        points = [int(nodes[text].earned * unit) if text in nodes else None for text in self.program.nodes]
        return [number, scoring.grade, *points, True]

    def reject_unnumbered(self, language: Language) -> None:
        """Rows without a department, departments there twice, and records of departments that are not there."""
        given = trimmed(f"{KEY}::VARCHAR")
        doubled = self.connection.execute(
            f"SELECT coalesce({given}, ''), count(*) FROM raw.main GROUP BY ALL "
            f"HAVING count(*) > 1 OR coalesce({given}, '') = '' ORDER BY 1"
        ).fetchall()
        rows: list[tuple[str, str, str, str, str]] = []
        for department, times in doubled:
            problem = _doubled(times)
            if not department:
                problem = Problem("F001", Text("缺少部门名称", "the department's name is missing"), None, KEY)
            for _ in range(times):
                rows += _reject(department, [problem], language)
        insert(self.connection, "rejects", rows)
        for table in self.layout.lists.values():
            orphans = self.connection.execute(
                f"SELECT DISTINCT coalesce({given}, '') AS one FROM raw.{name(table.name)} "
                f"WHERE coalesce({given}, '') NOT IN (SELECT coalesce({given}, '') FROM raw.main) ORDER BY one"
            ).fetchall()
            message = Text("main 表里没有这个部门", "this department is not in the table 'main'")
            problem = Problem("F002", message, Position(table.name), table.name)
            for (department,) in orphans:
                insert(self.connection, "rejects", _reject(department, [problem], language))

    # Counting

    def counts(self) -> Counts:
        """Raises :class:`Fault` unless every department read was scored or rejected."""

        def one(query: str) -> int:
            row = self.connection.execute(query).fetchone()
            return int(row[0]) if row else 0

        read = one("SELECT count(*) FROM raw.main") + len(self.unreadable)
        scored = one("SELECT count(*) FROM scored")
        unnumbered = one("SELECT count(*) FROM raw.main") - one("SELECT count(*) FROM departments")
        rejected = (
            unnumbered
            + len(self.unreadable)
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
        return Counts(read, scored, rejected, direct)


def _doubled(times: int) -> Problem:
    message = Text(f"部门在 main 表里出现 {times} 次", f"the department is {times} times in the table 'main'")
    return Problem("F006", message, None, KEY, Text("合并，或改正名称", "merge them, or correct the name"))


def reasons(department: str, error: AuditError, language: Language) -> list[tuple[str, str, str, str, str]]:
    """The rows of ``rejects`` for what was found wrong with a department."""
    return _reject(department, [one for one in error.problems if one.severity == "error"], language)


def _reject(
    department: str, problems: list[Problem], language: Language
) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            department, one.code, one.path, one.message.in_language(language),
            one.fix.in_language(language) if one.fix else "",
        )
        for one in problems
    ]  # fmt: skip


def ledger_rows(number: int, scoring: Scoring) -> list[tuple[Any, ...]]:
    """The rows of ``ledger`` for a department scored directly."""
    return [
        (
            number, place, 0, line.kind, line.criterion.id, line.rule.id if line.rule is not None else "", line.key,
            int(line.nominal.numerator), int(line.nominal.denominator),
            int(line.applied.numerator), int(line.applied.denominator), line.reason,
        )
        for place, line in enumerate(scoring.lines)
    ]  # fmt: skip


def insert(connection: DuckDBPyConnection, table: str, rows: list[Any]) -> None:
    """Append rows, many at a time."""
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        values = ", ".join(f"({', '.join(map(_sql, row))})" for row in part)
        connection.execute(f"INSERT INTO {name(table)} VALUES {values}")


def _sql(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return str(value) if isinstance(value, int) else literal(str(value))
