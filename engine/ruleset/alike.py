"""Names that are taken for one another: by a reader, as ``ｓｐｅｎｔ`` for ``spent``; by a table or a database, which
does not know ``Amount`` from ``amount``; or in a facts file, where a label stands for a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.errors import Text, first_at
from engine.ruleset.document import FactEntry, FactField, RulesetDocument, Tier
from engine.ruleset.expressions import Expressions, Path
from engine.ruleset.schema import as_text
from engine.source import Scalar, Sequence, alike, folded, node_at

_RENAME = Text("改一个名称", "rename one")


def check_alike(document: RulesetDocument, expressions: Expressions) -> None:
    """Report each name, option and grade of which another looks the same (R015), each name that differs from another
    by capitals only (R015), each that is in its list twice (R040), and each label that is another fact's name (R050)."""
    check_twice(
        _ONE_GRADE,
        ((one.grade, ("grades", at, "grade")) for at, one in enumerate(document.grades)),
        expressions,
    )
    check_twice(
        _ONE_CHECK, ((one.id, ("checks", at, "id")) for at, one in enumerate(document.checks)), expressions
    )
    named = ((one.name, ("examples", at, "name")) for at, one in enumerate(document.examples))
    check_twice(_ONE_EXAMPLE, named, expressions)
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


_ONE_OPTION, _ONE_GRADE = Text("选项", "the option"), Text("等级", "the grade")
_ONE_TITLE = Text("档次名称", "the title of a tier")
_ONE_CHECK, _ONE_EXAMPLE = Text("核对 id", "the check id"), Text("例子", "the example")


def check_twice(what: Text, named: Iterable[tuple[str, Path]], expressions: Expressions) -> None:
    """Report each of the ``named`` parts of a list that has the name of one before it: one would hide the other (R040)."""
    seen: dict[str, Path] = {}
    for name, path in named:
        first = seen.setdefault(name, path)
        if first is not path:
            _report_twice(what, name, first, path, expressions)


def check_tiers(tiers: Iterable[Tier], path: Path, expressions: Expressions) -> None:
    """Report a title that two tiers have: facts may write it instead of the id (R040)."""
    seen: dict[str, Path] = {}
    for at, tier in enumerate(tiers):
        here, title = (*path, at, "title"), as_text(tier.title)
        firsts = {one: seen.setdefault(one, here) for one in (title.zh, title.en)}
        twice = next((one for one, first in firsts.items() if first is not here), None)
        if twice is not None:
            _report_twice(_ONE_TITLE, twice, firsts[twice], here, expressions)


def _report_twice(what: Text, name: str, first: Path, path: Path, expressions: Expressions) -> None:
    there = first_at(node_at(expressions.root, first).position)
    message = Text(f"{what.zh}“{name}”重复{there.zh}", f"{what.en} '{name}' is used twice{there.en}")
    expressions.report("R040", message, path, Text("改名或删去一个", "rename or remove one"))


def _options(fact: FactEntry | FactField, path: Path, expressions: Expressions) -> None:
    written = node_at(expressions.root, (*path, "options"))
    if isinstance(written, Sequence):
        texts = [one.text.strip() for one in written.items if isinstance(one, Scalar)]
        listed = ((one, (*path, "options", at)) for at, one in enumerate(texts))
        check_twice(_ONE_OPTION, listed, expressions)
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
