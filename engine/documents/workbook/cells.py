"""Values between text and cells, exactly.

A workbook keeps numbers in binary, so a number goes into a cell as a number only where the shortest
decimal of what is stored is the number itself; else it goes in as text. Read back, a number is the
shortest decimal that the stored one stands for: 0.1 typed is 0.1. No float goes any further.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.errors import Text
from engine.language.literals import parse_value
from engine.language.numbers import MalformedValue, Rational, format_exact, terminating_decimals
from engine.language.terms import Type, Value

DIGITS = 15
"""Significant digits that a spreadsheet keeps of what is typed; more come from a formula."""

FIRST_YEAR = 1901
"""Before it, spreadsheets count a day that never was."""

Cell = str | float | date | None
"""What is written into a cell; a float only as a cell's number."""


def cell_of(text: str, type_: Type) -> Cell:
    """What to write for ``text``, a value of ``type_``; the text itself where it is no such value."""
    try:
        value = parse_value(text.strip(), type_)
    except MalformedValue:
        return text
    return cell_of_value(value, text)


def cell_of_value(value: Value, text: str) -> Cell:
    """What to write for ``value``; ``text`` where no cell holds it exactly."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value if value.year >= FIRST_YEAR else text
    if isinstance(value, Rational):
        return number_cell(value, text)
    return text


def number_cell(value: Rational, text: str) -> Cell:
    """The number, if a cell can hold it exactly as we read cells; else its text."""
    if terminating_decimals(value) is None:
        return text
    exact = Decimal(format_exact(value))
    # So many digits come back from binary as they went in; more may not.
    return float(exact) if len(exact.normalize().as_tuple().digits) <= DIGITS else text


def text_of(value: object) -> tuple[str, Text | None]:
    """The text of what a cell holds, and what is doubtful about it. An empty cell is an empty text."""
    if value is None:
        return "", None
    if isinstance(value, bool):
        return "true" if value else "false", None
    if isinstance(value, (int, float)):
        return _number_text(value)
    if isinstance(value, datetime):
        return (value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")), None
    if isinstance(value, (date, time)):
        return value.isoformat(), None
    if isinstance(value, timedelta):
        return str(value), None
    return str(value), None


def _number_text(value: float) -> tuple[str, Text | None]:
    decimal = Decimal(repr(value))
    if not decimal.is_finite():
        return str(value), Text("单元格不是有限的数", "the cell holds no finite number")
    digits = len(decimal.normalize().as_tuple().digits)
    text = f"{decimal.normalize():f}"
    if digits <= DIGITS:
        return text, None
    zh = f"数字 {text} 有 {digits} 位，超过电子表格能准确保存的 {DIGITS} 位（多为公式的计算结果）"
    en = f"the number {text} has {digits} digits; a spreadsheet keeps {DIGITS} (it mostly comes from a formula)"
    return text, Text(zh, en)
