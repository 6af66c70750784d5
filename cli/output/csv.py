"""Results as CSV: one row a ledger line and one a criterion, for a spreadsheet.

Texts that a spreadsheet would take for a formula get a leading apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from cli.context import Session
from engine.errors import one_line
from engine.ledger.lines import NodeScore
from engine.ledger.scoring import Scoring
from engine.view import View
from engine.writing import no_formula

COLUMNS = (
    "department", "year", "row", "criterion", "title", "points", "earned", "lost", "claimed", "difference",
    "rule", "record", "nominal", "applied", "reason", "because", "basis",
)  # fmt: skip


def render(scorings: Sequence[Scoring], session: Session) -> str:
    """The results as one CSV table; amounts are exact."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for scoring in scorings:
        view = View(scoring, session.language)
        writer.writerows(_criteria(scoring.root, view))
        writer.writerows(_lines(view))
    return buffer.getvalue().rstrip("\n")


def _criteria(node: NodeScore, view: View) -> Iterator[dict[str, str]]:
    claim = view.claims.get(node.criterion.id)
    yield {
        **_whose(view, "criterion"),
        "criterion": node.criterion.id,
        "title": _text(view.say(node.criterion.title)),
        "points": view.exact(node.criterion.points),
        "earned": view.exact(node.earned),
        "lost": view.exact(node.lost),
        "claimed": view.exact(claim.claimed) if claim else "",
        "difference": view.exact(claim.difference) if claim else "",
        "reason": node.state if node.state != "scored" else "",
        "basis": _text(view.citation(node.criterion.basis)),
    }
    for child in node.children:
        yield from _criteria(child, view)


def _lines(view: View) -> Iterator[dict[str, str]]:
    for line, row in zip(view.scoring.lines, view.ledger(), strict=True):
        yield {
            **_whose(view, "line"),
            "criterion": line.criterion.id,
            "title": _text(row.criterion),
            "rule": row.rule or line.kind,
            "record": _text(row.record),
            "nominal": view.exact(line.nominal),
            "applied": view.exact(line.applied),
            "reason": line.reason,
            "because": _text(row.because),
            "basis": _text(row.basis),
        }


def _whose(view: View, row: str) -> dict[str, str]:
    return {"department": _text(view.facts.department), "year": str(view.facts.year), "row": row}


def _text(text: str) -> str:
    return no_formula(one_line(text))
