"""A small ruleset, and portfolios of it scored in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.files import facts_in
from engine.errors import Language
from engine.portfolio.reading import Reading
from engine.portfolio.results import make_results
from engine.portfolio.scoring import Counts, Portfolio
from engine.portfolio.workspace import workspace
from engine.portfolio.writing import Format, write_results
from engine.ruleset.library import Library

EXECUTION = """\
ruleset: exec
title: {zh: 预算执行与合同, en: Execution and contracts}
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 20, decimals: 2, rounding: half_up}
facts:
  budget: {label: {zh: 调整预算数, en: Adjusted budget}, type: money, at_least: 0.01}
  spent: {label: {zh: 支出决算数, en: Spent}, type: money}
  rate: {label: {zh: 满意度, en: Satisfaction}, type: ratio, optional: true}
  closed: {label: {zh: 结账日期, en: Closed}, type: date, optional: true}
  kind: {label: {zh: 类别, en: Kind}, type: choice, options: [a, b], optional: true}
  contracts:
    label: {zh: 采购合同, en: Contracts}
    records: {key: id}
    fields:
      id: {label: {zh: 合同编号, en: Id}, type: text}
      amount: {label: {zh: 合同金额, en: Amount}, type: money, optional: true}
      late: {label: {zh: 迟报天数, en: Days late}, type: days, optional: true}
measures:
  x: {label: {zh: 执行率, en: Execution}, value: spent / budget}
criteria:
  - {id: execution, title: {zh: 预算执行, en: Execution}, points: 10, score: "points * min(x, 100%)"}
  - id: filing
    title: {zh: 合同公告, en: Filing}
    points: 10
    deductions:
      - {id: late, each: contracts, when: "given(late) and late > 2", deduct: 1, because: {zh: "{id} 迟", en: "{id} late"}, waivable: true}
"""
FACTS = """\
department: {name}
year: 2024
ruleset: exec
facts: {{budget: 100, spent: {spent}, contracts: []}}
"""


@dataclass
class Scored:
    """What came of a portfolio: totals by department, and the rows of the table of rejects."""

    counts: Counts
    totals: dict[str, str]
    rejects: list[dict[str, Any]]
    reading: Reading


def score(
    source: Path, rules: Path, out: Path | None = None, format_: Format = "csv", language: Language = "en"
) -> Scored:
    """Score the departments in ``source``, and write the result to ``out``."""
    with workspace(reading=source, writing=out) as work:
        portfolio = Portfolio(work.connection, Library().load(str(rules)), facts_in)
        portfolio.read(work, source)
        counts = portfolio.score(language=language)
        make_results(portfolio, counts, language)
        if out is not None:
            write_results(work, out, format_)
        totals = work.connection.execute("SELECT department, total::VARCHAR FROM result.scores").fetchall()
        cursor = work.connection.execute("FROM result.rejects ORDER BY ALL")
        names = [one[0] for one in cursor.description or ()]
        rejects = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return Scored(counts, dict(totals), rejects, portfolio.reading)


def write_rules(folder: Path, text: str = EXECUTION) -> Path:
    """The ruleset in a file of the folder."""
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def write_tables(folder: Path, **tables: str | bytes) -> Path:
    """CSV tables in a folder, ``contracts`` with its headings alone unless it is given."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"contracts": "department,id,amount,late\n", **tables}.items():
        content = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.csv").write_bytes(content)
    return folder


def write_facts(path: Path, name: str, spent: str = "90") -> Path:
    """A facts file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FACTS.format(name=name, spent=spent), encoding="utf-8")
    return path
