"""The empty tables that a bureau fills in: one header line each."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from engine.errors import Position, Problem, Text, UsageProblem
from engine.portfolio.layout import BESIDE, CLAIMED, JUDGEMENTS, KEY, WAIVERS, Layout
from engine.writing import write_set


def headers(layout: Layout) -> dict[str, list[str]]:
    """The columns of every table that the ruleset reads."""
    made = {table.name: [KEY, *table.columns] for table in layout.tables()}
    made[CLAIMED] = list(BESIDE[CLAIMED])
    if layout.judged():
        made[JUDGEMENTS] = list(BESIDE[JUDGEMENTS])
    if any(rule.waivable for rule in layout.ruleset.rules):
        made[WAIVERS] = list(BESIDE[WAIVERS])
    return made


def write_templates(layout: Layout, folder: Path) -> list[Path]:
    """Write the headers as CSV files into ``folder``. A file that is there already is left alone."""
    tables = {folder / f"{table}.csv": columns for table, columns in headers(layout).items()}
    there = [one for one in tables if one.exists()]
    if there:
        message = Text("文件已存在", "the file is there already")
        fix = Text("换一个文件夹", "choose another folder")
        raise UsageProblem([Problem("U001", message, Position(str(one)), fix=fix) for one in there])
    write_set({path: _header(columns) for path, columns in tables.items()}, new=True)
    return list(tables)


def _header(columns: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(columns)
    return buffer.getvalue().encode("utf-8-sig")
