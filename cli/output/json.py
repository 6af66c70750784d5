"""Results as JSON: a result document, or a list of them where several files were given."""

from __future__ import annotations

from collections.abc import Sequence

from cli.context import Session
from engine.ledger.scoring import Scoring


def render(scorings: Sequence[Scoring], session: Session, *, several: bool = False) -> str:
    """The results as JSON text; a list where ``several`` were asked for, however many could be scored."""
    from engine.record.writing import result_document, result_text

    return result_text([result_document(scoring) for scoring in scorings], several=several)
