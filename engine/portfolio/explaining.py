"""One department of a portfolio by the main path, held against the columns to the cent."""

from __future__ import annotations

from pathlib import Path

from engine.errors import FactsError, Fault, Position, Problem, Text, UsageProblem, put, text_list
from engine.ledger.scoring import Scoring
from engine.portfolio.cells import trimmed
from engine.portfolio.comparing import differing_parts, result_of, results_of
from engine.portfolio.documents import documents_of, read_document
from engine.portfolio.headers import cells_of
from engine.portfolio.layout import KEY, MAIN
from engine.portfolio.loading import load_documents
from engine.portfolio.reading import FactsReader, facts_in_text
from engine.portfolio.rejects import there_often
from engine.portfolio.reporting import Report
from engine.portfolio.scoring import Portfolio
from engine.portfolio.staging import number_departments
from engine.portfolio.workspace import Workspace
from engine.scoring import Scorer
from engine.suggestions import FEW, all_near


def explain_department(
    workspace: Workspace,
    scorer: Scorer,
    path: Path,
    department: str,
    report: Report,
    facts_reader: FactsReader = facts_in_text,
) -> Scoring:
    """The department's scoring by durable-rules and the direct evaluation, after the columns have agreed.

    Raises :class:`FactsError` where it cannot be scored, and :class:`Fault` if the two differed.
    """
    connection = workspace.connection
    portfolio = Portfolio(connection, scorer.ruleset, facts_reader)
    portfolio.read(workspace, path, report)
    for one in portfolio.reading.unreadable:
        if one.file == department:
            raise one.error
    for table in portfolio.layout.tables():
        cells_of(connection, table, frozenset(), portfolio.reading.headings(table.name))
    number_departments(connection)
    names = [text for (text,) in connection.execute("SELECT name FROM departments").fetchall()]
    if department not in names:
        given = f"SELECT {portfolio.reading.row(MAIN, 't')} FROM raw.main AS t WHERE {trimmed(f't.{KEY}::VARCHAR')} = ?"
        rows = connection.execute(given, [department]).fetchall()
        if rows:
            places = sorted(portfolio.reading.position(MAIN, row) or Position("") for (row,) in rows)
            raise UsageProblem([Problem("U033", there_often(places), path=department)])
        message = Text(f"没有部门“{department}”", f"there is no department '{department}'")
        raise UsageProblem([Problem("U033", message, fix=_departments_near(department, names))])
    ((_, document),) = documents_of(connection, portfolio.layout, [department], reading=portfolio.reading)
    if isinstance(document, FactsError):
        raise document
    facts = read_document(document, scorer.ruleset, department, of_people=portfolio.reading.is_of_people)
    scoring = scorer.score(facts)
    load_documents(connection, portfolio.layout, [(department, facts.document)])
    alone = Portfolio(connection, scorer.ruleset)
    alone.score()
    results, rejects = results_of(alone)
    differing = list(differing_parts(result_of(scoring), results.get(department, ("", {}, []))))
    if differing or rejects:
        part, main, columns = differing[0] if differing else ("reject", "", rejects)
        message = Text(
            f"两条路径的结果不同（{part}）：{main} 与 {columns}",
            f"the two paths differ ({part}): {main} and {columns}",
        )
        raise Fault([Problem("X031", message, None, department)])
    return scoring


def _departments_near(department: str, names: list[str]) -> Text:
    """How many departments there are, and which may have been meant."""
    count = len(names)
    there = Text(
        f"共有 {count:,} 个部门",
        f"there are {count:,} departments" if count != 1 else "there is 1 department",
    )
    near = all_near(department, names)
    if not near:
        return there if count > FEW else put(Text("{0}：{1}", "{0}: {1}"), there, text_list(sorted(names)))
    return put(Text("{0}，相近的有：{1}", "{0}; near are: {1}"), there, text_list(near))
