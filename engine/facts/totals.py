"""The rows of totals that people keep below their tables, which are no departments and no records."""

from __future__ import annotations

import re

from engine.errors import Problem, Text
from engine.source import Node

TOTAL = Text("这是合计行，不是部门或记录", "this is a row of totals, not a department or a record")
NO_TOTALS = Text("删去合计行", "delete the row of totals")
_OPENING, _CLOSING = r"（(［\[【〔〖{｛《〈<＜", r"）)］\]】〕〗}｝》〉>＞"
_AFTER = r":：;；,，.。．、!！?？…·'\"’”」』*＊~～_＿=＝—–－\-"
"""Punctuation that people put behind the word."""


def _pattern(gap: str) -> str:
    """The word at the end of a name, behind it nothing but remarks in brackets, and punctuation; ``gap`` are blanks."""
    text = f"[^{_OPENING}{_CLOSING}]"
    remark = f"[{_OPENING}](?:{text}|[{_OPENING}]{text}*[{_CLOSING}])*[{_CLOSING}]"
    return f"[合总小]{gap}计{gap}(?:(?:{remark}|[{_AFTER}]){gap})*$"


_TOTAL = re.compile(_pattern(""))
TOTAL_PATTERN = _pattern(" *")
"""The same for names that have no other blanks, as the database's RE2 has it."""


def is_total(name: str) -> bool:
    """Whether, blanks aside and remarks in brackets and punctuation at the end left out, ``name`` is or ends in 合计,
    总计 or 小计."""
    return "计" in name and _TOTAL.search("".join(name.split())) is not None


def total_problem(node: Node, path: str) -> Problem:
    """That a total stands where a department or a record should (F022)."""
    return Problem("F022", TOTAL, node.position, path, NO_TOTALS)
