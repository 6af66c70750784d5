"""Generated rulesets held against each other by everything that reads them; run it for as long as you like.

``python -m tests.interpreters.campaign SEED RULESETS DEPTH`` prints what went wrong, and keeps those rulesets.
"""

from __future__ import annotations

import csv
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import NonInteractiveExampleWarning

from cli.explain import explanation_lines
from engine.documents.report.gathering import report_of
from engine.errors import AuditError, Fault
from engine.language.numbers import parse_number
from engine.ledger.scoring import Scoring
from engine.portfolio.layout import layout_of
from engine.portfolio.loading import RawTables
from engine.portfolio.script import script_of
from engine.record.writing import result_document
from engine.ruleset.checks.registry import run_checks
from engine.ruleset.difference.comparing import compare
from engine.ruleset.sheet import sheet_of
from engine.scoring import Scorer, score_directly
from engine.testing.mutants import mutants
from engine.testing.strategies import facts_from
from engine.view import View
from tests.interpreters.rulesets import Generated, generated
from tests.portfolio.differential import by_columns, differences


def drawn(number: int, *, rulesets: int, depth: int) -> list[Generated]:
    """As many rulesets as were drawn and can be built."""
    found: list[Generated] = []

    @settings(
        max_examples=rulesets, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @seed(number)
    @given(generated(depth=depth))
    def collect(one: Generated | None) -> None:
        if one is not None:
            found.append(one)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NonInteractiveExampleWarning)
        collect()
    return found


def scored(one: Generated, *, by_network: bool = False) -> list[Scoring | AuditError]:
    """Each department's scoring, or why it has none."""
    scorer = Scorer(one.ruleset) if by_network else None
    found: list[Scoring | AuditError] = []
    for document in one.documents:
        try:
            facts = facts_from(document, one.ruleset)
            found.append(scorer.score(facts) if scorer else score_directly(one.ruleset, facts))
        except Fault:
            raise
        except AuditError as error:
            found.append(error)
    return found


def faults_of(one: Generated) -> Iterator[str]:
    """Where two interpreters differ, or one breaks down."""
    direct = scored(one)
    for told, network in zip(direct, scored(one, by_network=True), strict=True):
        if _points(told) != _points(network):
            yield f"durable-rules says {_points(network)}, the direct evaluation {_points(told)}"
    try:
        _, results, rejects = by_columns(one.ruleset, one.documents)
        yield from differences(direct, results, rejects)
    except AuditError as error:
        yield from _unexpected(error)
    for scoring in direct:
        if isinstance(scoring, Scoring):
            _shown(scoring)
    sheet_of(one.ruleset, conditions=True)
    run_checks(one.ruleset)
    yield from (change.path for change in compare(one.ruleset, one.ruleset))
    for _ in mutants(one.ruleset.source):
        pass


def _points(one: Scoring | AuditError) -> object:
    if isinstance(one, Scoring):
        return one.total, {name: node.earned for name, node in one.nodes.items()}
    return {problem.code for problem in one.problems}


def _unexpected(error: AuditError) -> Iterator[str]:
    """What the columns refuse, but for the one thing that they are known not to say."""
    for problem in error.problems:
        if "an aggregate within an aggregate" not in problem.message.en:
            yield problem.message.en


def _shown(scoring: Scoring) -> None:
    for language in ("zh", "en"):
        view = View(scoring, language)
        assert list(explanation_lines(view))
        view.breakdown()
        view.ledger()
        view.open_points()
        report_of(view)
    result_document(scoring)


def tables_of(one: Generated, folder: Path) -> Iterator[str]:
    """Where the compiled script, run on the departments' tables, gives other totals."""
    import duckdb

    tables = RawTables(layout_of(one.ruleset))
    for number, document in enumerate(one.documents):
        tables.add_document(document, f"d{number}")
    for table, columns in tables.rows.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{folder}'")
    rows = connection.execute(script_of(one.ruleset)).fetchall()
    totals = {row[0]: row[1] for row in rows}
    for number, told in enumerate(scored(one)):
        total = totals[f"d{number}"]
        if isinstance(told, Scoring):
            # What the columns leave to the direct evaluation has no total here.
            if total is not None and parse_number(str(total)) != told.total:
                yield f"d{number}: the script says {total}, the direct evaluation {told.total}"
        elif total is not None:
            yield f"d{number}: the script says {total}, the direct evaluation refuses it"


def main(number: int, rulesets: int, depth: int) -> None:
    """Draw rulesets, print what goes wrong with them, and count."""
    counts: Counter[str] = Counter()
    for one in drawn(number, rulesets=rulesets, depth=depth):
        counts["rulesets"] += 1
        counts["departments"] += len(one.documents)
        counts["scored"] += sum(isinstance(told, Scoring) for told in scored(one))
        try:
            found = list(faults_of(one))
        except Exception as error:  # noqa: BLE001 - any of them is what is looked for
            found = [repr(error)]
        if found:
            counts["faults"] += 1
            Path(f"generated-{number}-{counts['faults']}.yaml").write_text(one.text, encoding="utf-8")
            sys.stdout.write(f"{found[0][:200]}\n")
    sys.stdout.write(f"{dict(counts)}\n")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
