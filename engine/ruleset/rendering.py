"""Templates filled in with the values of one evaluation."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import Language, Text
from engine.language.compiler import Slots
from engine.language.formats import Formats
from engine.language.terms import Value
from engine.ruleset.model import Ruleset, Template


def formats_of(ruleset: Ruleset) -> Formats:
    """How the ruleset writes money and points."""
    return Formats(ruleset.money_unit, ruleset.money_decimals, ruleset.decimals)


def fill(template: Template, slots: Slots, formats: Formats, apart_from: Iterable[Value] = ()) -> Text:
    """The template's text in both languages. May raise :class:`EvaluationError`."""
    thresholds = list(apart_from)

    def filled(language: Language) -> str:
        return "".join(
            piece
            if isinstance(piece, str)
            else formats.show(piece.evaluate(slots), piece.term.type, thresholds).in_language(language)
            for piece in template.pieces(language)
        )

    return Text(filled("zh"), filled("en"))
