"""What is past a limit is refused, cheaply; what a real department has is not. The limits are those of docs/limits.md."""

from __future__ import annotations

from engine import errors
from engine.facts import attachments, values
from engine.language import numbers
from engine.source import reading
from tests.pages import PAGES

YAML = "facts files, rulesets (YAML, JSON)"
LIMITS = [
    (YAML, "the file", reading.MAX_BYTES, "bytes", "S101"),
    (YAML, "texts, lists and mappings in it, keys included", reading.MAX_ITEMS, "", "S130"),
    (YAML, "one text", reading.MAX_LENGTH, "characters", "S131"),
    (YAML, "nesting", reading.MAX_DEPTH, "levels", "S107"),
    (YAML, "problems told of how it is written", reading.MAX_PROBLEMS, "", ""),
    ("facts", "problems told of a department", errors.MOST_PROBLEMS, "", "F030"),
    ("facts", "a department's name, a record's key", values.MAX_NAME, "characters", "F031"),
    ("facts", "any other text of a fact", values.MAX_TEXT, "characters", "F007"),
    ("facts", "an explanation, a reason, a source, a note", attachments.MAX_REMARK, "characters", "F031"),
    ("facts", "a number", numbers.MAX_DIGITS, "digits", "F007"),
]


def test_the_page_shows_the_limits() -> None:
    shown = PAGES["docs/limits.md"].rows("input", "what is limited", "at most", "message")
    held = []
    before = ""
    for thing, what, limit, unit, code in LIMITS:
        held.append([thing if thing != before else "", what, f"{limit:,} {unit}".strip(), code])
        before = thing
    assert shown == held
