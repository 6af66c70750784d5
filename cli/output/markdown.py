"""Results as Markdown: headings and tables for a document or an issue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cli.context import Session
from engine.errors import Text, one_line
from engine.ledger.scoring import Scoring
from engine.view import View

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#])")


def render(scorings: Sequence[Scoring], session: Session) -> str:
    """The results as one Markdown document."""
    return "\n\n".join(_result(View(scoring, session.language)) for scoring in scorings)


def _result(view: View) -> str:
    facts, scoring = view.facts, view.scoring
    head = view.say(
        Text(
            f"# {_cell(facts.department)} {facts.year}：{view.points(scoring.total)} {scoring.grade}",
            f"# {_cell(facts.department)} {facts.year}: {view.points(scoring.total)} {scoring.grade}",
        )
    )
    names = ["criterion", "points", "earned", "lost", "claimed", "difference", "note", "basis"]
    rows = [
        ["　" * row.depth + row.title, *(getattr(row, name) for name in names[1:])]
        for row in view.breakdown()
    ]
    parts = [
        head,
        f"{view.say(view.ruleset.title)} ({view.ruleset.id})",
        _table([view.heading(name) for name in names], rows),
    ]
    ledger = view.ledger()
    names = ["criterion", "rule", "record", "nominal", "applied", "note", "because", "basis"]
    parts.append(f"## {view.say(Text('扣分明细', 'Ledger'))}")
    if ledger:
        cells = [[str(row.number), *(getattr(row, name) for name in names)] for row in ledger]
        parts.append(_table(["#", *(view.heading(name) for name in names)], cells))
    else:
        parts.append(view.say(Text("没有扣分。", "Nothing was deducted.")))
    if points := view.open_points():
        missing = view.say(Text("尚无说明", "no explanation yet"))
        parts.append(f"## {view.say(Text('待说明事项', 'To be explained'))}")
        parts.append(
            "\n".join(f"- {_cell(because)} — {_cell(given) or missing}" for because, given in points)
        )
    return "\n\n".join(parts)


def _cell(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
