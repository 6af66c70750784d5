"""Cells: what stands for a fact in a raw column, and whether it is what it should be."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.literals import TRUTHS
from engine.language.terms import NUMERIC, Kind
from engine.portfolio.characters import visible_sql
from engine.portfolio.layout import Column
from engine.portfolio.quoting import literal, name

_BLANKS = (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)  # fmt: skip
_SPACES = "".join(map(chr, _BLANKS))
_CLASS = "".join(rf"\x{{{one:x}}}" for one in _BLANKS)
_TEXT_MOST = 2000
_DECIMAL_DIGITS = 18
WHOLE = r"[+-]?([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+)"
"""The whole part of a number, as :func:`engine.language.numbers.parse_number` takes it: no group begins with 0."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a raw table, and its type in the database.

    The texts of a ``plain`` one are all written as a facts file writes them; those ``of_people`` are read by the
    conventions by which people write values.
    """

    sql: str
    type: str
    plain: bool = False
    of_people: bool = False

    @property
    def is_text(self) -> bool:
        return self.type == "VARCHAR"

    @property
    def decimals(self) -> int:
        """The decimals of a typed number."""
        return int(self.type[:-1].split(",")[1]) if self.type.startswith("DECIMAL") else 0


def trimmed(sql: str) -> str:
    """A text without the blanks around it. Nearly none has any, and ``trim`` with a set of its own is slow."""
    around = literal(f"^[{_CLASS}]|[{_CLASS}]$")
    return f"CASE WHEN regexp_matches({sql}, {around}) THEN trim({sql}, {literal(_SPACES)}) ELSE {sql} END"


def value_sql(column: Column, cell: Cell) -> str:
    """The typed value of a cell; ``NULL`` where it is empty or not what it should be."""
    kind = column.kind
    if kind in NUMERIC:
        if not cell.is_text:
            return _typed_number(column, cell)
        if kind == Kind.RATIO:
            text = cell.sql
            whole = number_sql(trimmed(f"left({text}, -1)"), column.scale - 2, column.scale - 2)
            return f"CASE WHEN right({text}, 1) = '%' THEN {whole} ELSE {number_sql(text, column.scale, column.scale)} END"
        return number_sql(cell.sql, column.scale, column.scale)
    if kind == Kind.DATE:
        if not cell.is_text:
            return f"CASE WHEN year({cell.sql}) BETWEEN 1 AND 9999 THEN {cell.sql} END"
        text = cell.sql
        return (
            f"CASE WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND {text} >= '0001' "
            f"THEN TRY_CAST({text} AS DATE) END"
        )
    if kind == Kind.FLAG:
        if not cell.is_text:
            return cell.sql
        true, false = (
            ", ".join(literal(one) for one, truth in TRUTHS.items() if truth is way) for way in (True, False)
        )
        return f"CASE WHEN {cell.sql} IN ({true}) THEN TRUE WHEN {cell.sql} IN ({false}) THEN FALSE END"
    text = cell.sql if cell.is_text else f"{cell.sql}::VARCHAR"
    if kind == Kind.CHOICE:
        options = ", ".join(literal(one) for one in column.fact.type.options)
        return f"CASE WHEN {text} IN ({options}) THEN {text} END"
    return f"CASE WHEN length({text}) <= {_TEXT_MOST} AND {visible_sql(text)} THEN {text} END"


def _typed_number(column: Column, cell: Cell) -> str:
    """The value of a cell that is a number. A ratio above 1 is none: nothing says whether 95 is 95% or 9500%."""
    value = f"TRY(({cell.sql} * {10**column.scale})::BIGINT)"
    conditions = []
    if cell.decimals > column.scale:
        conditions.append(f"round({cell.sql}, {column.scale}) = {cell.sql}")
    if column.kind == Kind.RATIO:
        conditions.append(f"{value} BETWEEN {-(10**column.scale)} AND {10**column.scale}")
    return f"CASE WHEN {' AND '.join(conditions)} THEN {value} END" if conditions else value


def number_sql(text: str, decimals: int, shift: int) -> str:
    """A text as a whole number of ``10^-shift``; ``NULL`` where it is no number of at most ``decimals`` decimals."""
    pattern = rf"{WHOLE}(\.[0-9]{{0,{decimals}}}0*)?"
    plain = f"replace({text}, ',', '')"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) AND right({text}, 1) <> '.' "
        f"THEN TRY((TRY_CAST({plain} AS DECIMAL({_DECIMAL_DIGITS},{decimals})) * {10**shift})::BIGINT) END"
    )


def sound_sql(column: Column) -> str:
    """The condition that the typed value stands for the cell."""
    value = name(column.name)
    raw = name(f"raw:{column.name}")
    good = f"{value} IS NOT NULL"
    if column.kind in NUMERIC:
        good = f"{value} BETWEEN {column.low} AND {column.high}"
    elif column.kind == Kind.DATE:
        allowed = column.fact.allowed
        parts = [good]
        parts += [f"{value} >= DATE '{allowed.low.isoformat()}'"] if allowed.low is not None else []
        parts += [f"{value} <= DATE '{allowed.high.isoformat()}'"] if allowed.high is not None else []
        if column.counted:
            parts.append(f"{name(column.worked)} IS NOT NULL")
        good = " AND ".join(parts)
    good = f"coalesce({good}, FALSE)"
    return f"({raw} OR {good})" if column.fact.optional else good
