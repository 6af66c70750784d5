"""Texts by their characters, as SQL: plain ones, visible ones, full-width ones.

What a name may be is decided by the facts reader alone. The columns know a set of characters of which each is
nothing but itself, and the full-width forms of the ASCII ones.
"""

from __future__ import annotations

from engine.facts.totals import TOTAL_PATTERN
from engine.facts.values import MAX_NAME
from engine.portfolio.quoting import literal
from engine.source import HIDDEN

FULL_WIDTH = (0xFF01, 0xFF5E)
PLAIN = (
    (0x20, 0x7E), (0xB7, 0xB7), (0xC0, 0xFF), (0x391, 0x3A1), (0x3A3, 0x3A9), (0x3B1, 0x3C9), (0x2013, 0x2014),
    (0x2018, 0x2019), (0x201C, 0x201D), (0x3001, 0x3003), (0x3005, 0x3011), (0x3014, 0x301B), (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF), FULL_WIDTH, (0x20000, 0x2A6DF),
)  # fmt: skip
"""Characters that no reader takes for others, the full-width ones aside."""


def _class(ranges: tuple[tuple[int, int], ...]) -> str:
    return "".join(rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in ranges)


_UNFIT = f"[^{_class(PLAIN)}]|{TOTAL_PATTERN}"
_SEEN = tuple(one for one in HIDDEN if not 0xD800 <= one[0] <= 0xDFFF)
_FULL = "".join(map(chr, range(FULL_WIDTH[0], FULL_WIDTH[1] + 1)))
_HALF = "".join(map(chr, range(0x21, 0x7F)))


def plain_sql(sql: str) -> str:
    """The condition that a name is one of which the columns are certain."""
    return f"(length({sql}) <= {MAX_NAME} AND NOT regexp_matches({sql}, {literal(_UNFIT)}))"


def visible_sql(sql: str) -> str:
    """The condition that a text has no character that nobody sees."""
    return f"NOT regexp_matches({sql}, {literal(f'[{_class(_SEEN)}]')})"


def shown_sql(sql: str) -> str:
    """A text with a mark in place of what nobody sees."""
    return f"regexp_replace({sql}, {literal(f'[{_class(_SEEN)}]')}, '\ufffd', 'g')"


def half_width_sql(sql: str) -> str:
    """A plain name with full-width characters as what they look like."""
    full = literal(rf"[{_class((FULL_WIDTH,))}]")
    return f"CASE WHEN regexp_matches({sql}, {full}) THEN translate({sql}, {literal(_FULL)}, {literal(_HALF)}) ELSE {sql} END"
