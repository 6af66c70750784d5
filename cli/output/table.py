"""Results as aligned tables for a terminal; wide Chinese characters keep their columns."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence

import click
import wcwidth  # noqa: F401 - tabulate aligns wide characters only where this can be imported
from tabulate import tabulate

from cli.context import Session
from engine.errors import Text, one_line
from engine.ledger.scoring import Scoring
from engine.view import BreakdownRow, View

NARROWEST, PIPED = 60, 160


def render(scorings: Sequence[Scoring], session: Session) -> str:
    """The results as text for a terminal, one after the other."""
    return "\n\n".join(_result(View(scoring, session.language)) for scoring in scorings)


def _result(view: View) -> str:
    parts = [_head(view), _breakdown(view), _ledger(view), _open_points(view), _warnings(view)]
    return "\n\n".join(part for part in parts if part)


def _head(view: View) -> str:
    title = one_line(view.say(view.ruleset.title))
    name = one_line(view.facts.department)
    total = view.points(view.scoring.total)
    grade = one_line(view.scoring.grade)
    head = view.say(
        Text(
            f"{title}（{view.ruleset.id}）\n部门：{name}　年度：{view.facts.year}　总分：{total}　等级：{grade or '—'}",
            f"{title} ({view.ruleset.id})\nDepartment: {name}   Year: {view.facts.year}   Total: {total}   Grade: {grade or '-'}",
        )
    )
    first, _, rest = head.partition("\n")
    return f"{click.style(first, bold=True)}\n{rest}"


def _breakdown(view: View) -> str:
    rows = view.breakdown()
    names = ["criterion", "points", "earned", "lost"]
    if any(row.claimed for row in rows):
        names += ["claimed", "difference"]
    names += ["note", "basis"]
    cells = [
        [_title(row) if name == "criterion" else one_line(getattr(row, name)) for name in names]
        for row in rows
    ]
    align = ["left" if name in ("criterion", "note", "basis") else "right" for name in names]
    return tabulate(
        cells, [view.heading(name) for name in names], tablefmt="simple", colalign=align, disable_numparse=True,
        preserve_whitespace=True,
    )  # fmt: skip


def _title(row: BreakdownRow) -> str:
    return one_line("  " * row.depth + row.title)


def _ledger(view: View) -> str:
    rows = view.ledger()
    heading = view.say(Text("扣分明细", "Ledger"))
    if not rows:
        return f"{heading}\n{view.say(Text('没有扣分。', 'Nothing was deducted.'))}"
    names = ["criterion", "rule", "record", "nominal", "applied", "note", "because", "basis"]
    names = [name for name in names if any(getattr(row, name) for row in rows)]
    cells = [[row.number, *(one_line(getattr(row, name)) for name in names)] for row in rows]
    align = ["right", *("right" if name in ("nominal", "applied") else "left" for name in names)]
    widths = [None, *(_width(name) for name in names)]
    table = tabulate(
        cells, ["#", *(view.heading(name) for name in names)], tablefmt="simple", colalign=align,
        disable_numparse=True, maxcolwidths=widths,
    )  # fmt: skip
    return f"{heading}\n{table}"


def _width(name: str) -> int | None:
    """How wide a column of running text may get before it wraps, by the room there is."""
    columns = shutil.get_terminal_size((PIPED, 40)).columns if sys.stdout.isatty() else PIPED
    share = {"because": 0.35, "basis": 0.2, "note": 0.12, "criterion": 0.14}.get(name)
    return int(max(columns, NARROWEST) * share) if share else None


def _open_points(view: View) -> str:
    points = view.open_points()
    if not points:
        return ""
    missing = view.say(Text("尚无说明", "no explanation yet"))
    lines = [f"- {one_line(because)} — {one_line(given) or missing}" for because, given in points]
    return "\n".join([view.say(Text("待说明事项（不扣分）", "To be explained (no points)")), *lines])


def _warnings(view: View) -> str:
    lines = [f"- {one_line(view.say(warning.message))}" for warning in view.scoring.warnings]
    return "\n".join([view.say(Text("提示", "Warnings")), *lines]) if lines else ""
