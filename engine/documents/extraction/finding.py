"""Phrases looked for in a report: every place where one stands, and the figure that follows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from engine.documents.extraction.narrative import Narrative
from engine.errors import Position, Problem, Text, UsageProblem, clipped
from engine.language.literals import parse_value
from engine.language.numbers import MalformedValue, Rational
from engine.language.terms import Kind, Type, Value
from engine.ruleset.found_as import Phrase

WIDEST_GAP = 300
"""Characters that ``…`` may stand for; it never leaves a numbered paragraph."""

MAX_PLACES = 10_000
"""How often a phrase may stand in a report."""

_FIGURE = re.compile(r"[-−－+]?[0-9][0-9,.]{0,99}%?")
"""A figure; whatever is longer than a number may be is malformed by its first hundred characters."""
_DATE = re.compile(r"([0-9]{4})[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})日?")
_FILLER = re.compile(r"[为是达计共：:]{0,2}")
_UNITS = {"亿元": Rational(100_000_000), "万元": Rational(10_000), "千元": Rational(1000), "元": Rational(1)}


class Found(Struct, frozen=True):
    """A figure after a phrase: as it was printed, and its value, or ``None`` where it is malformed."""

    written: str
    value: Value
    start: int
    end: int
    trouble: str = ""


def find(phrases: Sequence[Phrase], type_: Type, unit: str, narrative: Narrative) -> list[Found]:
    """Every figure that stands after one of ``phrases``, each place once."""
    found: dict[int, Found] = {}
    for phrase in phrases:
        for at in _places(phrase, narrative):
            one = _figure(phrase, at, type_, unit, narrative)
            if one is not None:
                found.setdefault(one.start, one)
    return [found[start] for start in sorted(found)]


def _places(phrase: Phrase, narrative: Narrative) -> Iterator[int]:
    """The places right after the phrase's texts, each found by searching onwards once."""
    text, first = narrative.text, phrase.before[0]
    at, places = text.find(first), 0
    while at >= 0:
        places += 1
        if places > MAX_PLACES:
            raise _too_often(first, narrative)
        end: int | None = at + len(first)
        limit = narrative.item_end(at)
        for part in phrase.before[1:]:
            assert end is not None
            next_ = text.find(part, end, min(limit, end + WIDEST_GAP + len(part)))
            end = next_ + len(part) if next_ >= 0 else None
            if end is None:
                break
        if end is not None:
            yield end
        at = text.find(first, at + 1)


def _too_often(phrase: str, narrative: Narrative) -> UsageProblem:
    zh = f"“{clipped(phrase, 40)}”在报告里超过 {MAX_PLACES:,} 处"
    en = f"'{clipped(phrase, 40)}' is there more than {MAX_PLACES:,} times"
    fix = Text("只保留报告正文", "keep the report alone")
    return UsageProblem([Problem("D008", Text(zh, en), Position(narrative.name), fix=fix)])


def _figure(phrase: Phrase, at: int, type_: Type, unit: str, narrative: Narrative) -> Found | None:
    text = narrative.text
    filler = _FILLER.match(text, at)
    start = filler.end() if filler else at
    if type_.kind == Kind.DATE:
        match = _DATE.match(text, start)
        if match is None or not text.startswith(phrase.after, match.end()):
            return None
        written = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
        return _valued(written, match[0], type_, start, match.end())
    match = _FIGURE.match(text, start)
    if match is None:
        return None
    written = match[0].rstrip(",.")
    end = start + len(written)
    if not text.startswith(phrase.after, end):
        return None
    number = written.replace("−", "-")
    one = _valued(number, written, type_, start, end)
    return _in_unit(one, unit, text) if type_.kind == Kind.MONEY else one


def _valued(text: str, written: str, type_: Type, start: int, end: int) -> Found:
    try:
        return Found(written, parse_value(text, type_), start, end)
    except MalformedValue as error:
        return Found(written, None, start, end, error.reason.zh)


def _in_unit(one: Found, unit: str, text: str) -> Found:
    """The amount in the ruleset's unit, where the report names another one."""
    named = next((name for name in _UNITS if text.startswith(name, one.end)), None)
    if named is None or named == unit or unit not in _UNITS or not isinstance(one.value, Rational):
        return one
    return Found(
        one.written + named, one.value * _UNITS[named] / _UNITS[unit], one.start, one.end + len(named)
    )
