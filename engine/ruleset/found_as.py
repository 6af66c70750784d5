"""``found_as``: the phrases by which a figure stands in a narrative report.

A phrase is plain text with one ``{value}`` where the figure stands, and ``…`` where other words may
come between: ``一般公共预算财政拨款收支…年初结转和结余{value}``. It is no regular expression, so
anyone can write one, and none takes longer than the text is long.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from engine.errors import Text
from engine.language.terms import Kind, Type
from engine.ruleset.expressions import Expressions, Path

VALUE, GAP = "{value}", "…"
READABLE = frozenset({Kind.MONEY, Kind.NUMBER, Kind.RATIO, Kind.COUNT, Kind.DAYS, Kind.POINTS, Kind.DATE})
"""Kinds of values that can be read where they stand."""


class Phrase(Struct, frozen=True):
    """The texts before the value, in order, with gaps between them; and what must follow it at once."""

    before: tuple[str, ...]
    after: str


def squeezed(text: str) -> str:
    """Text without white space, full-width figures made narrow: how phrases and reports are compared."""
    return "".join(narrow(character) for character in text if not character.isspace())


def narrow(character: str) -> str:
    """A full-width letter, figure, bracket or sign as the narrow one; Chinese commas and stops stay."""
    if "！" <= character <= "～" and character not in "，；：？！":
        return chr(ord(character) - 0xFEE0)
    return character


def parse_phrase(text: str) -> Phrase | Text:
    """The phrase, or what is wrong with it."""
    if text.count(VALUE) != 1:
        return Text(f"每条短语要有且只有一个 {VALUE}", f"a phrase has one {VALUE}")
    head, tail = text.split(VALUE)
    if "{" in head + tail or "}" in head + tail:
        return Text(f"花括号里只能写 {VALUE}", f"only {VALUE} stands in braces")
    before = tuple(squeezed(part) for part in head.split(GAP))
    after = squeezed(tail)
    if not all(before) or GAP in after:
        return Text(
            f"{GAP} 要写在两段文字之间，且在 {VALUE} 之前",
            f"{GAP} stands between two texts, before {VALUE}",
        )
    if max(map(len, before)) < 2:
        return Text(
            f"{VALUE} 之前至少要有两个字的文字", f"a text of two characters or more stands before {VALUE}"
        )
    return Phrase(before, after)


def check_found_as(phrases: Sequence[str], type_: Type, expressions: Expressions, path: Path) -> None:
    """Report every phrase that cannot be looked for."""
    if type_.kind not in READABLE:
        message = Text("只有数量和日期可以用 found_as 摘录", "'found_as' is for quantities and dates")
        expressions.report("R024", message, path)
        return
    for index, text in enumerate(phrases):
        parsed = parse_phrase(text)
        if isinstance(parsed, Text):
            fix = Text("例如 年初结转和结余{value}万元", "such as 年初结转和结余{value}万元")
            expressions.report("R024", parsed, (*path, index), fix)
