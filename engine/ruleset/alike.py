"""Names that are taken for one another: by a reader, as ``ｓｐｅｎｔ`` for ``spent``; by a table or a database, which
does not know ``Amount`` from ``amount``; or in a facts file, where a label stands for a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.errors import Text
from engine.ruleset.document import FactEntry, FactField, RulesetDocument
from engine.ruleset.expressions import Expressions, Path
from engine.source import alike, folded

_RENAME = Text("改一个名称", "rename one")


def check_alike(document: RulesetDocument, expressions: Expressions) -> None:
    """Report each name, option and grade of which another looks the same (R015), each name that differs from another
    by capitals only (R015), and each label that is another fact's name (R050)."""
    places: dict[str, Path] = {
        name: (section, name)
        for section in ("facts", "parameters", "measures")
        for name in getattr(document, section)
    }
    _check_names(places, expressions)
    _check_labels(document.facts, ("facts",), expressions)
    for name, entry in document.facts.items():
        path: Path = ("facts", name)
        _options(entry, path, expressions)
        fields = entry.fields or {}
        _check_names({one: (*path, "fields", one) for one in fields}, expressions)
        _check_labels(fields, (*path, "fields"), expressions)
        for one, member in fields.items():
            _options(member, (*path, "fields", one), expressions)
    _check({one.grade: ("grades", place, "grade") for place, one in enumerate(document.grades)}, expressions)


def _options(fact: FactEntry | FactField, path: Path, expressions: Expressions) -> None:
    _check({one: (*path, "options", one) for one in fact.options or ()}, expressions)


def _check(places: Mapping[str, Path], expressions: Expressions) -> None:
    for name, first in alike(list(places)):
        message = Text(f"“{name}”与“{first}”看起来一样", f"'{name}' looks the same as '{first}'")
        expressions.report("R015", message, places[name], _RENAME)


def _check_names(places: Mapping[str, Path], expressions: Expressions) -> None:
    """Names of facts and of what is computed become columns, and columns are the same in capitals."""
    _check(places, expressions)
    for name, first in _by_capitals(places):
        message = Text(
            f"“{name}”与“{first}”只有大小写不同", f"'{name}' differs from '{first}' by capitals only"
        )
        expressions.report("R015", message, places[name], _RENAME)


def _by_capitals(names: Iterable[str]) -> Iterable[tuple[str, str]]:
    seen: dict[str, str] = {}
    for name in names:
        first = seen.setdefault(folded(name).casefold(), name)
        if folded(first) != folded(name):
            yield name, first


def _check_labels(
    facts: Mapping[str, FactEntry] | Mapping[str, FactField], path: Path, expressions: Expressions
) -> None:
    for name, fact in facts.items():
        for label in dict.fromkeys((fact.label.zh, fact.label.en)):
            if label != name and label in facts:
                message = Text(
                    f"标签“{label}”是另一事实的名称", f"the label '{label}' is the name of another fact"
                )
                expressions.report("R050", message, (*path, name, "label"), _RENAME)
