"""What a proof says: the claim, of what it was asked, and the answer with its department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import Position, Text

Document = dict[str, Any]
State = Literal["proved", "refuted", "noted", "unknown"]
"""``noted`` is a finding that may be as intended: it is told, and does not refute anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Witness:
    """A department found by the solver and confirmed by scoring it. ``others`` are compared with it."""

    document: Document
    others: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The answer to one question about one criterion or rule."""

    question: str
    target: str
    state: State
    message: Text
    position: Position
    witness: Witness | None = None
    seconds: float = 0.0
