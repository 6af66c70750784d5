"""Results as Markdown: headings and tables for a document or an issue."""

from __future__ import annotations

from collections.abc import Sequence

from cli.context import Session
from engine.errors import Text, one_line
from engine.ledger.scoring import Scoring
from engine.markdown import escaped, table
from engine.view import View


def render(scorings: Sequence[Scoring], session: Session) -> str:
    """The results as one Markdown document."""
    return "\n\n".join(_result(View(scoring, session.language)) for scoring in scorings)


def _result(view: View) -> str:
    facts, scoring = view.facts, view.scoring
    head = view.say(
        Text(
            f"# {escaped(facts.department)} {facts.year}：{view.points(scoring.total)} {escaped(scoring.grade)}",
            f"# {escaped(facts.department)} {facts.year}: {view.points(scoring.total)} {escaped(scoring.grade)}",
        )
    )
    names = ["criterion", "points", "earned", "lost", "claimed", "difference", "note", "basis"]
    breakdown = view.breakdown()
    rows = [[row.title, *(getattr(row, name) for name in names[1:])] for row in breakdown]
    parts = [
        head,
        f"{escaped(view.say(view.ruleset.title))} ({view.ruleset.id})",
        table([view.heading(name) for name in names], rows, [row.depth for row in breakdown]),
    ]
    ledger = view.ledger()
    names = ["criterion", "rule", "record", "nominal", "applied", "note", "because", "basis"]
    parts.append(f"## {view.say(Text('扣分明细', 'Ledger'))}")
    if ledger:
        cells = [[str(row.number), *(getattr(row, name) for name in names)] for row in ledger]
        parts.append(table(["#", *(view.heading(name) for name in names)], cells))
    else:
        parts.append(view.say(Text("没有扣分。", "Nothing was deducted.")))
    if points := view.open_points():
        missing = view.say(Text("尚无说明", "no explanation yet"))
        parts.append(f"## {view.say(Text('待说明事项', 'To be explained'))}")
        parts.append(
            "\n".join(f"- {escaped(because)} — {escaped(given) or missing}" for because, given in points)
        )
    if view.scoring.warnings:
        parts.append(f"## {view.say(Text('请核对', 'Please check'))}")
        parts.append(
            "\n".join(f"- {escaped(one_line(one.render(view.language)))}" for one in view.scoring.warnings)
        )
    return "\n\n".join(parts)
