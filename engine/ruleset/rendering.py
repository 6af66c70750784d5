"""Templates filled in with the values of one evaluation."""

from __future__ import annotations

from collections.abc import Iterable

from engine.errors import Language, Text
from engine.language.compiler import EvaluationError, Slots
from engine.language.formats import NO_VALUE, Formats
from engine.language.terms import Value
from engine.ruleset.model import Expression, Ruleset, Template


def formats_of(ruleset: Ruleset) -> Formats:
    """How the ruleset writes money and points."""
    return Formats(ruleset.money_unit, ruleset.money_decimals, ruleset.decimals)


def fill(template: Template, slots: Slots, formats: Formats, apart_from: Iterable[Value] = ()) -> Text:
    """The template's text in both languages; a hole that has no value says so."""
    thresholds = list(apart_from)

    def shown(piece: Expression) -> Text:
        try:
            return formats.show(piece.evaluate(slots), piece.term.type, thresholds)
        except EvaluationError:
            return NO_VALUE

    def filled(language: Language) -> str:
        return "".join(
            piece if isinstance(piece, str) else shown(piece).in_language(language)
            for piece in template.pieces(language)
        )

    return Text(filled("zh"), filled("en"))
