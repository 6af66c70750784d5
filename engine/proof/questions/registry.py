"""The questions, in the order in which they are asked."""

from __future__ import annotations

from engine.proof.questions import bands, bounded, costs, defined, fires, monotone, silent, twice
from engine.proof.questions.base import Question

QUESTIONS: tuple[Question, ...] = tuple(
    module.QUESTION for module in (defined, bounded, bands, monotone, fires, silent, costs, twice)
)
