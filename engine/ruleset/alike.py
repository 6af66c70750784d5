"""Names that a reader takes for one another: they differ only by compatible characters, as ``ｓｐｅｎｔ`` and ``spent``."""

from __future__ import annotations

from engine.errors import Text
from engine.ruleset.document import FactEntry, FactField, RulesetDocument
from engine.ruleset.expressions import Expressions, Path
from engine.source import alike


def check_alike(document: RulesetDocument, expressions: Expressions) -> None:
    """Report (R015) each name, option and grade of which another looks the same."""
    places: dict[str, Path] = {
        name: (section, name)
        for section in ("facts", "parameters", "measures")
        for name in getattr(document, section)
    }
    _check(places, expressions)
    for name, entry in document.facts.items():
        path: Path = ("facts", name)
        _options(entry, path, expressions)
        fields = entry.fields or {}
        _check({one: (*path, "fields", one) for one in fields}, expressions)
        for one, member in fields.items():
            _options(member, (*path, "fields", one), expressions)
    _check({one.grade: ("grades", place, "grade") for place, one in enumerate(document.grades)}, expressions)


def _options(fact: FactEntry | FactField, path: Path, expressions: Expressions) -> None:
    options = fact.options or []
    _check({one: (*path, "options", place) for place, one in enumerate(options)}, expressions)


def _check(places: dict[str, Path], expressions: Expressions) -> None:
    for name, first in alike(list(places)):
        message = Text(f"“{name}”与“{first}”看起来一样", f"'{name}' looks the same as '{first}'")
        expressions.report("R015", message, places[name], Text("改一个名称", "rename one"))
