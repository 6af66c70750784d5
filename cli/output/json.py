"""Results as JSON: a result document, or a list of them where several files were given."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cli.context import Session
from engine.ledger.scoring import Scoring


def render(scorings: Sequence[Scoring], session: Session) -> str:
    """The results as JSON text."""
    from engine.record.writing import result_document

    documents = [result_document(scoring) for scoring in scorings]
    return json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2)
