"""guangdong/2024 over a province and more: our columns, SQL written by hand, and engines a department at a time.

    python -m benchmarks.portfolio [--departments N …] [--memory-limit 2GB] [--folder DIR]

Departments are generated straight into Parquet, ten records each. Our columns and the hand-written SQL read the
same typed tables; their totals, and those of the samples of the other engines, are compared.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import portfolio_engines
from benchmarks.measuring import ROOT, machine, show
from engine.portfolio.documents import documents_of, read_document
from engine.portfolio.results import make_results
from engine.portfolio.scoring import Portfolio
from engine.portfolio.workspace import workspace
from engine.portfolio.writing import write_results
from engine.ruleset.library import Library
from engine.scoring import Scorer, score_directly

RULESET = "guangdong/2024"
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
ROUNDS, SAMPLE = 5, 2_000
CURVE_FROM = 1_000_000


def part(seed: int, n: str = "i") -> str:
    """A number below 10000 that depends on the row alone."""
    return f"(hash({n} * 64 + {seed}) % 10000)::INTEGER"


def money(seed: int, low: int, high: int, n: str = "i") -> str:
    """A number of cents."""
    return f"({low} + (hash({n} * 64 + {seed}) % {high - low})::BIGINT)"


def chance(seed: int, of_10000: int, n: str = "i") -> str:
    return f"({part(seed, n)} < {of_10000})"


def day(base: str, seed: int, spread: int, n: str = "i") -> str:
    return f"(DATE '{base}' + ({part(seed, n)} % {spread}))"


def generate(folder: Path, departments: int) -> None:
    """The tables of so many departments as Parquet, the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = true")

    def decimal(cents: str) -> str:
        return f"(({cents})::DECIMAL(16,0) * 0.01::DECIMAL(3,2))::DECIMAL(18,2)"

    opening, income, share = money(1, 0, 5_000_000), money(2, 1_000_000, 900_000_000), part(3)
    spent = f"(({opening} + {income}) * (70 + {share} % 31) // 100)"
    named = "'d' || lpad(i::VARCHAR, 9, '0') AS department"
    y = {one: f"DATE '2024-{one}'" for one in ("01-05", "02-05", "03-04", "09-30", "11-29", "12-31", "08-06")}
    flags = {
        "goals.follows_duties": 20, "goals.ties_to_plans": 21, "goals.matches_budget": 22, "goals.broken_down": 23,
        "performance.system_in_place": 24, "performance.monitored": 25, "performance.results_used": 26,
        "assets.counted": 27, "assets.books_match": 28,
    }  # fmt: skip
    columns = {
        "as_of": y["12-31"], "false_figures": chance(4, 20),
        "all_funds.opening": decimal(f"{opening} + 1000"), "all_funds.income": decimal(f"{income} + 5000"),
        "all_funds.surplus_used": decimal("0"), "all_funds.spent": decimal(f"{spent} + 3000"),
        "all_funds.surplus_distributed": decimal("0"),
        "all_funds.closing": decimal(f"{opening} + {income} - {spent} + 3000"),
        "general_budget.opening": decimal(opening), "general_budget.income": decimal(income),
        "general_budget.spent": decimal(spent), "general_budget.closing": decimal(f"{opening} + {income} - {spent}"),
        **{name: f"NOT {chance(seed, 500)}" for name, seed in flags.items()},
        "preparation.due": y["09-30"], "preparation.submitted": day("2024-09-20", 5, 25),
        "disclosure.classified": chance(6, 100), "disclosure.budget_approved": y["02-05"],
        "disclosure.budget_published": f"CASE WHEN {chance(7, 9800)} THEN {day('2024-02-10', 8, 25)} END",
        "disclosure.accounts_approved": y["08-06"],
        "disclosure.accounts_published": f"CASE WHEN {chance(9, 9800)} THEN {day('2024-08-10', 10, 25)} END",
        "disclosure.performance_published": f"CASE WHEN {chance(11, 9800)} THEN {day('2024-08-10', 12, 30)} END",
        "procurement_penalty": chance(13, 50),
        "assets.fixed_total": decimal(money(14, 100_000, 90_000_000)),
        "assets.fixed_in_use": decimal(f"{money(14, 100_000, 90_000_000)} * (60 + {part(15)} % 41) // 100"),
        "three_public.budget": decimal(f"CASE WHEN {chance(16, 200)} THEN 0 ELSE {money(17, 10_000, 500_000)} END"),
        "three_public.actual": decimal(f"{money(17, 10_000, 500_000)} * ({part(18)} % 110) // 100"),
    }  # fmt: skip
    listed = ", ".join(f'{sql} AS "{name}"' for name, sql in columns.items())
    lists: dict[str, tuple[int, dict[str, str]]] = {
        "outputs": (2, _targets(30)),
        "outcomes": (2, _targets(40)),
        "projects": (2, {
            "argued": f"NOT {chance(1, 300, 'k')}", "is_new": chance(2, 4000, "k"),
            "ex_ante_evaluated": f"NOT {chance(3, 1000, 'k')}", "self_evaluated": f"NOT {chance(4, 300, 'k')}",
        }),
        "procurements": (1, {
            "begins": day("2024-03-04", 5, 250, "k"),
            "intent_published": f"CASE WHEN {chance(6, 9500, 'k')} THEN {day('2024-03-04', 5, 250, 'k')} - (20 + {part(7, 'k')} % 60) END",
            "intent_exempt": chance(8, 500, "k"),
        }),
        "contracts": (2, {
            "awarded": day("2024-01-05", 9, 300, "k"),
            "signed": f"CASE WHEN {chance(10, 9800, 'k')} THEN {day('2024-01-05', 9, 300, 'k')} + ({part(11, 'k')} % 34) END",
            "filed": f"CASE WHEN {chance(10, 9800, 'k')} AND {chance(12, 9800, 'k')} THEN {day('2024-01-05', 9, 300, 'k')} + ({part(11, 'k')} % 34) + ({part(13, 'k')} % 13) END",
            "announced": f"CASE WHEN {chance(10, 9800, 'k')} AND {chance(14, 9800, 'k')} THEN {day('2024-01-05', 9, 300, 'k')} + ({part(11, 'k')} % 34) + ({part(15, 'k')} % 4) END",
            "announcement_exempt": chance(16, 300, "k"),
        }),
        "receipts": (1, {
            "amount": decimal(money(17, 100, 1_000_000, "k")), "due": day("2024-02-01", 18, 300, "k"),
            "remitted": f"CASE WHEN {chance(19, 9900, 'k')} THEN {day('2024-02-01', 18, 300, 'k')} - 5 + ({part(20, 'k')} % 7) END",
        }),
    }  # fmt: skip
    _copy(connection, folder / "main.parquet", f"SELECT {named}, {listed} FROM range({departments}) AS t(i)")
    for name, (each, fields) in lists.items():
        values = ", ".join(f"{sql} AS {one}" for one, sql in fields.items())
        rows = f"SELECT i, j, i * {each} + j AS k FROM range({departments}) AS t(i), range({each}) AS u(j)"
        _copy(
            connection, folder / f"{name}.parquet", f"SELECT {named}, 'R' || j AS id, {values} FROM ({rows})"
        )
    kinds = "CASE WHEN hash(i) % 5 = 0 THEN 'misuse' ELSE 'other' END"
    _copy(connection, folder / "incidents.parquet",
          f"SELECT {named}, 'R0' AS id, {kinds} AS kind FROM range({departments}) AS t(i) WHERE i % 10 = 0")  # fmt: skip
    connection.close()


def _targets(seed: int) -> dict[str, str]:
    return {
        "direction": f"CASE WHEN {chance(seed, 7000, 'k')} THEN 'positive' ELSE 'negative' END",
        "weight": f"((1 + {part(seed + 1, 'k')} % 60))::DECIMAL(9,2)",
        "target": f"((1 + {part(seed + 2, 'k')} % 997))::DECIMAL(12,2)",
        "actual": f"((1 + {part(seed + 2, 'k')} % 997) * (80 + {part(seed + 3, 'k')} % 60) // 100)::DECIMAL(12,2)",
    }


def _copy(connection: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


# One size, in a process of its own, so that peak memory is its own


def measure(folder: Path, departments: int, memory_limit: str) -> dict[str, Any]:
    """Seconds of every stage, once through from Parquet to a written result."""
    ruleset = Library().load(RULESET)
    found: dict[str, Any] = {"departments": departments}
    out = tempfile.TemporaryDirectory()
    result = Path(out.name) / "result"
    with out, workspace(memory_limit, 2, reading=folder, writing=result) as work:
        connection = work.connection
        portfolio = Portfolio(connection, ruleset)
        marks: list[tuple[str, float]] = []

        def report(stage: str, done: int, of: int) -> None:
            if not marks or marks[-1][0] != stage:
                marks.append((stage, time.perf_counter()))

        began = time.perf_counter()
        portfolio.read(work, folder)
        counts = portfolio.score(report)
        ended = time.perf_counter()
        make_results(portfolio, counts)
        write_results(work, result, "parquet", report)
        found["write"] = time.perf_counter() - ended
        times = dict(marks)
        found["check"] = times["score"] - began
        found["score"] = times["ledger"] - times["score"]
        found["ledger"] = ended - times["ledger"]
        found["direct"] = counts.direct
        found["rejected"] = counts.rejected
        found["records"] = sum(
            connection.execute(f"SELECT count(*) FROM {one}").fetchall()[0][0]
            for one in portfolio.layout.lists
        )
    found["peak"] = peak_memory()
    return found


def peak_memory() -> float:
    """The most memory that this process ever held, in MiB. What ``getrusage`` tells is that of the process which started
    this one, where that held more."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def compare(folder: Path, departments: int) -> None:
    """Our columns against SQL by hand on the same typed tables, then the other engines on a sample."""
    ruleset = Library().load(RULESET)
    with workspace("", 2, reading=folder) as work:
        connection = work.connection
        portfolio = Portfolio(connection, ruleset)
        portfolio.read(work, folder)
        portfolio.score()
        assert portfolio.program is not None
        queries = {
            "our columns: points of every criterion, grade, certainty": portfolio.program.query(lines=False),
            "SQL by hand, exact: the same points": portfolio_engines.BY_HAND,
        }
        seconds: dict[str, list[float]] = {name: [] for name in queries}
        passed: dict[str, list[float]] = {name: [] for name in queries}
        for round_ in range(ROUNDS + 1):
            for number, (name, query) in enumerate(queries.items()):
                began, clock = time.process_time(), time.perf_counter()
                connection.execute(f"CREATE OR REPLACE TABLE bench_{number} AS {query}")
                if round_:
                    seconds[name].append(time.process_time() - began)
                    passed[name].append(time.perf_counter() - clock)
        unlike = connection.execute(
            'SELECT count(*) FILTER (WHERE a."=total" <> b.total), count(*) FROM bench_0 AS a JOIN bench_1 AS b USING (department) '
            'WHERE a.":certain" AND b.total IS NOT NULL'
        ).fetchall()[0]
        rows = []
        base = statistics.median(seconds["SQL by hand, exact: the same points"])
        for name, taken in seconds.items():
            median = statistics.median(taken)
            rows.append(
                [
                    name,
                    f"{median:.2f}",
                    f"{statistics.median(passed[name]):.2f}",
                    f"{departments / median:,.0f}",
                    f"{departments / statistics.median(passed[name]):,.0f}",
                    f"{100 * base / median:.0f}%",
                ]
            )
        samples = _samples(connection, portfolio, ruleset)
        for name, rate, equal in samples:
            rows.append(
                [f"{name} ({equal})", "", "", f"{rate:,.0f}", "", f"{100 * rate * base / departments:.2g}%"]
            )
        show(
            [
                "",
                "processor s",
                "passed s",
                "departments a processor second",
                "departments a second",
                "of SQL by hand",
            ],
            rows,
        )
        print(f"\nTotals of ours and by hand: {unlike[0]:,} of {unlike[1]:,} differ.")


def _samples(connection: Any, portfolio: Portfolio, ruleset: Any) -> list[tuple[str, float, str]]:
    names = [
        one
        for (one,) in connection.execute(
            f"SELECT name FROM departments ORDER BY hash(name) LIMIT {SAMPLE}"
        ).fetchall()
    ]
    ours = dict(
        connection.execute('SELECT name, "=total" FROM scored JOIN departments USING (department)').fetchall()
    )
    documents = list(documents_of(connection, portfolio.layout, names))
    facts = [read_document(document, ruleset, name) for name, document in documents]
    typed = portfolio_engines.inputs_of(facts, ruleset)
    scorer = Scorer(ruleset)
    found: list[tuple[str, float, str]] = []

    def run(name: str, score: Callable[[int], Any], count: int, tolerance: float) -> None:
        score(0)
        began = time.process_time()
        totals = [score(number) for number in range(count)]
        rate = count / (time.process_time() - began)
        unlike = sum(
            abs(round(float(total) * 100) - ours[names[number]]) > tolerance
            for number, total in enumerate(totals)
        )
        found.append((name, rate, f"{count:,} totals, {unlike} differ"))

    run(
        "direct evaluation, with its ledger",
        lambda number: score_directly(ruleset, facts[number]).total,
        SAMPLE,
        0,
    )
    run("main path, durable-rules", lambda number: scorer.score(facts[number]).total, 300, 0.5)
    run("durable-rules by hand, floats", portfolio_engines.durable(typed), 300, 1.001)
    run("plain Python by hand, exact, no trace", portfolio_engines.python(typed), SAMPLE, 0.5)
    run("zen-engine, no trace", portfolio_engines.zen(typed), SAMPLE, 1.001)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--departments", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--memory-limit", default="2GB")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", type=int)
    arguments = parser.parse_args()
    if arguments.one:
        import json

        print(
            json.dumps(measure(arguments.folder / str(arguments.one), arguments.one, arguments.memory_limit))
        )
        return
    print(f"{machine()}; DuckDB {duckdb.__version__}\n")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        for size in arguments.departments:
            if not (folder / str(size)).exists():
                generate(folder / str(size), size)
        compare(folder / str(max(size for size in arguments.departments if size <= CURVE_FROM)),
                max(size for size in arguments.departments if size <= CURVE_FROM))  # fmt: skip
        print("\nFrom Parquet to a result in Parquet, with every check and the ledger:\n")
        rows = []
        for size in arguments.departments:
            command = [sys.executable, "-m", "benchmarks.portfolio", "--one", str(size), "--folder", str(folder),
                       "--memory-limit", arguments.memory_limit]  # fmt: skip
            done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            one = __import__("json").loads(done.stdout)
            total = one["check"] + one["score"] + one["ledger"] + one["write"]
            rows.append([f"{size:,}", f"{one['records']:,}", *(f"{one[name]:.1f}" for name in ("check", "score", "ledger", "write")),
                         f"{total:.1f}", f"{size / total:,.0f}", f"{one['direct']:,}", f"{one['peak']:,.0f}"])  # fmt: skip
        show(["departments", "records", "read and check, s", "score, s", "ledger, s", "write, s", "all, s", "departments/s",
              "one by one", "peak MiB"], rows)  # fmt: skip


if __name__ == "__main__":
    main()
