"""Conditions in SQL, and what is chosen by them; what is unsure stays so, unless it would not have been looked at."""

from __future__ import annotations

import re

from engine.portfolio import decisions
from engine.portfolio import values as v
from engine.portfolio.kinds import as_day, as_number, wrapped_word
from engine.portfolio.quoting import wrapped
from engine.portfolio.values import Day, Exact, Flag, Interval, Value, Word

_SQL = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def inverted(one: Flag) -> Flag:
    """``not``."""
    if one.value is not None:
        return v.FALSE if one.value else v.TRUE
    return Flag(f"NOT {wrapped(one.sql)}", one.sure)


def conjunction(parts: list[Flag]) -> Flag:
    """``and``: a later part is passed over where an earlier one fails, and never hides that one is unsure."""
    return _combined(parts, stops=False)


def disjunction(parts: list[Flag]) -> Flag:
    """``or``, likewise."""
    return _combined(parts, stops=True)


def _combined(parts: list[Flag], *, stops: bool) -> Flag:
    word, end = ("OR", v.TRUE) if stops else ("AND", v.FALSE)
    kept: list[Flag] = []
    for one in parts:
        if one.value is None:
            kept.append(one)
        elif one.value is stops:
            kept.append(one)
            break
    if not kept:
        return v.FALSE if stops else v.TRUE
    made = kept[-1]
    if made.value is not None and all(one.sure for one in kept):
        return made
    for one in reversed(kept[:-1]):
        if one.sure:
            made = Flag(f"{_operand(one.sql, word)} {word} {_operand(made.sql, word)}", made.sure)
        elif stops:
            made = Flag(
                f"CASE WHEN {one.sql} THEN TRUE WHEN NOT {wrapped(one.sql)} THEN {made.sql} END", False
            )
        else:
            made = Flag(
                f"CASE WHEN {one.sql} THEN {made.sql} WHEN NOT {wrapped(one.sql)} THEN {end.sql} END", False
            )
    return made


def _operand(sql: str, word: str) -> str:
    plain = re.sub(r"\([^()]*\)", "", re.sub(r"'[^']*'", "''", sql))
    if not re.search(r"\b(AND|OR|CASE|NOT)\b", plain) and plain.count("(") == plain.count(")"):
        return sql
    if word == "AND" and not re.search(r"\b(OR|CASE)\b", sql):
        return sql
    return f"({sql})"


def comparison(operator: str, one: Value, other: Value) -> Flag:
    """Two values of one kind compared."""
    if isinstance(one, (Exact, Interval)):
        return decisions.compared(operator, one, as_number(other))
    assert not isinstance(other, (Exact, Interval))
    return Flag(
        f"{wrapped_word(one.sql)} {_SQL[operator]} {wrapped_word(other.sql)}", one.sure and other.sure
    )


def picked(condition: Flag, then: Value, otherwise: Value) -> Value:
    """``then`` where the condition holds, else ``otherwise``."""
    if condition.value is not None:
        return then if condition.value else otherwise
    if isinstance(then, (Exact, Interval)):
        return decisions.chosen(condition, then, as_number(otherwise))
    assert not isinstance(otherwise, (Exact, Interval))
    sure = condition.sure and then.sure and otherwise.sure
    sql = decisions.case(condition, then.sql, otherwise.sql)
    if isinstance(then, Flag):
        return Flag(sql, sure)
    return Day(sql, sure) if isinstance(then, Day) else Word(sql, sure)


def extreme(function: str, arguments: list[Value]) -> Value:
    """The least or the greatest, as ``function`` says: ``min`` or ``max``."""
    made = arguments[0]
    for one in arguments[1:]:
        if isinstance(made, Day):
            other = as_day(one)
            before = Flag(
                f"{wrapped_word(made.sql)} {'<=' if function == 'min' else '>='} {wrapped_word(other.sql)}",
                made.sure and other.sure,
            )
            made = Day(decisions.case(before, made.sql, other.sql), made.sure and other.sure)
        else:
            pick = decisions.least if function == "min" else decisions.greatest
            made = pick(as_number(made), as_number(one))
    return made
