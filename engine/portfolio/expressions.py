"""From typed term to SQL: the same meaning as ``engine/language/compiler.py``, over columns.

``NULL`` stands for two things that never meet: an optional fact that is not given, which checked
expressions read only where it is, and a value that the columns cannot vouch for (a division by 0, two
certified bounds that disagree). The second is what ``sure`` tells; it goes through every operation, and
``and``, ``or`` and ``if`` pass over it only where the direct evaluation would not have looked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.errors import Problem, RulesetError, Text
from engine.language.numbers import Rational
from engine.language.terms import (
    Apply,
    Choose,
    Combine,
    Compare,
    Constant,
    Gather,
    Given,
    Invert,
    Member,
    Negate,
    Operation,
    Read,
    ReadField,
    Term,
    key,
    parts,
)
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.columns import ALIAS, Columns
from engine.portfolio.integers import Int, literal, name, wrapped
from engine.portfolio.layout import KEY, Layout
from engine.portfolio.values import Day, Exact, Flag, Interval, Number, Value, Word
from engine.ruleset.model import Expression

_BASE_DAYS = 4_000_000
_FIRST_DAY, _LAST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"
_SQL = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

LONG = 240
"""Longer texts are computed in a column of their own."""


class Translator:
    """Translates the terms of one ruleset; measures and aggregates become columns when first read."""

    def __init__(self, layout: Layout, columns: Columns) -> None:
        self.layout = layout
        self.columns = columns
        self.finding: Callable[[str], Int] = lambda _: i.NOTHING
        self.measure: Callable[[str], Value] = lambda _: v.unknown()
        self._kept: dict[object, Value] = {}
        self._frames: dict[int, tuple[str, str]] = {}
        """The list and the alias of the record in each open frame."""
        self._loose = False
        self._at: Expression | None = None

    # Where an expression is read

    def at(self, expression: Expression, record: str = "") -> Value:
        """The value of an expression, of a record of the list where one is named (``r`` and ``m`` there)."""
        before = self._at, self._frames, self._loose
        self._at, self._frames, self._loose = expression, ({1: (record, "r")} if record else {}), False
        try:
            return self.value(expression.term)
        finally:
            self._at, self._frames, self._loose = before

    def number_at(self, expression: Expression, record: str = "") -> Number:
        return _number(self.at(expression, record))

    def flag_at(self, expression: Expression, record: str = "") -> Flag:
        return _flag(self.at(expression, record))

    def refuse(self, term: Term, what: Text) -> RulesetError:
        """What the columns cannot say, with its place."""
        where = self._at.position(term.span) if self._at is not None else None
        text = self._at.text[slice(*term.span)] if self._at is not None else ""
        message = Text(f"列式计算不支持{what.zh}（{text}）", f"the columns cannot say {what.en} ({text})")
        fix = Text("改写，或用 audit score 逐个评分", "rewrite it, or score one by one with 'audit score'")
        return RulesetError([Problem("P001", message, where, fix=fix)])

    def kept(self, key_: object, make: Callable[[], Value]) -> Value:
        """A value of the department, made once; seen from a record it stands in the row beside it."""
        if key_ not in self._kept:
            before = self._frames, self._loose
            self._frames, self._loose = {}, False
            try:
                made = make()
            finally:
                self._frames, self._loose = before
            self._kept[key_] = made
        made = self._kept[key_]
        return made if not self._frames else prefixed(made, ALIAS)

    # Terms

    def value(self, term: Term) -> Value:
        """The term's value; a long one is given a column, so that it is not written twice."""
        made = self.translated(term)
        if max(map(len, sqls(made)), default=0) <= LONG:
            return made
        if not self._frames:
            return self.columns.store(f"term:{len(self.columns.computed) + 1}", made)
        if len(self._frames) == 1 and not isinstance(made, Day):
            ((records, _),) = self._frames.values()
            return by_row(made, lambda sql: self.columns.row(records, sql))
        return made

    def translated(self, term: Term) -> Value:
        match term:
            case Constant(value=value):
                return constant_value(value)
            case Read():
                return self.read(term)
            case ReadField():
                table = self.layout.lists[term.records.name]
                return table.columns[term.field.name].value(self._frames[term.frame][1])
            case Given(reads=reads):
                tests = [f"{wrapped(first_sql(self.value(one)))} IS NOT NULL" for one in reads]
                return Flag(tests[0] if len(tests) == 1 else f"({' AND '.join(tests)})")
            case Negate(operand=operand):
                return v.negative(self.number(operand))
            case Operation():
                return self.operation(term)
            case Compare(operator=operator, left=left, right=right):
                return comparison(operator, self.value(left), self.value(right))
            case Member():
                return self.member(term)
            case Invert(operand=operand):
                return inverted(self.flag(operand))
            case Combine(operator=word, operands=operands):
                made = [self.flag(one) for one in operands]
                return conjunction(made) if word == "and" else disjunction(made)
            case Choose(condition=condition, then=then, otherwise=otherwise):
                return _chosen(self.flag(condition), self.value(then), self.value(otherwise))
            case Apply():
                return self.apply(term)
            case Gather():
                if free_frames(term):
                    return self.nested(term)
                return self.kept(("gather", key(term)), lambda: self.gather(term))
        raise self.refuse(term, Text(type(term).__name__, type(term).__name__))

    def number(self, term: Term) -> Number:
        return _number(self.value(term))

    def flag(self, term: Term) -> Flag:
        return _flag(self.value(term))

    def read(self, term: Read) -> Value:
        scalar = term.scalar
        match scalar.source:
            case "fact":
                column = self.layout.main.columns[scalar.name]
                return column.value(ALIAS if self._frames else "")
            case "measure":
                return self.kept(("measure", scalar.name), lambda: self.measure(scalar.name))
            case "findings":
                return self.kept(("findings", scalar.name), lambda: Exact(self.finding(scalar.name)))
        return constant_value(self.layout.ruleset.slots[scalar.slot])

    def operation(self, term: Operation) -> Value:
        left, right = self.value(term.left), self.value(term.right)
        if isinstance(left, Day):
            if isinstance(right, Day):
                return days_between(right, left)
            return _shifted(left, _number(right), 1 if term.operator == "+" else -1)
        if isinstance(right, Day):
            return _shifted(right, _number(left), 1)
        one, other = _number(left), _number(right)
        match term.operator:
            case "+":
                return v.plus(one, other)
            case "-":
                return v.minus(one, other)
            case "*":
                if self._loose:
                    one, other = _loosened(one, other), _loosened(other, one)
                return v.times(one, other)
        return v.over(one, other)

    def member(self, term: Member) -> Flag:
        value = self.value(term.value)
        made = [comparison("==", value, self.value(item)) for item in term.items]
        if all(one.sure for one in made):
            found = disjunction(made)
        else:
            unsure = " OR ".join(f"{wrapped(one.sql)} IS NULL" for one in made)
            either = " OR ".join(wrapped(one.sql) for one in made)
            found = Flag(f"CASE WHEN NOT ({unsure}) THEN {either} END", False)
        return inverted(found) if term.negated else found

    def apply(self, term: Apply) -> Value:
        arguments = [self.value(one) for one in term.arguments]
        match term.function:
            case "min" | "max":
                return _extreme(term.function, arguments)
            case "abs":
                return v.absolute(_number(arguments[0]))
            case "round":
                places = _number(arguments[1]) if len(arguments) > 1 else v.exactly(Rational(0))
                assert isinstance(places, Exact) and places.value is not None
                decimals = int(places.value)
                return v.points(v.rounded(_number(arguments[0]), decimals), decimals)
            case "floor":
                return Exact(v.floored(_number(arguments[0])))
            case "ceil":
                return Exact(v.ceiled(_number(arguments[0])))
            case "whole_steps" | "started_steps":
                return _steps(term.function == "whole_steps", _number(arguments[0]), _number(arguments[1]))
            case "days":
                return days_between(_day(arguments[0]), _day(arguments[1]))
            case "workdays":
                return working_days(_day(arguments[0]), _day(arguments[1]))
            case "count_true":
                total: Number = v.exactly(Rational(0))
                for one in arguments:
                    total = v.plus(
                        total, v.chosen(_flag(one), v.exactly(Rational(1)), v.exactly(Rational(0)))
                    )
                return total
        raise self.refuse(term, Text(f"函数 {term.function}", f"the function {term.function}"))

    # Aggregates

    def gather(self, term: Gather) -> Value:
        records = term.records.name
        where, body = self.inside(term, {term.frame: (records, "r")})
        scan = self.columns.scan_of(records, [where.sql, *(sqls(body) if body is not None else [])])

        def column(text: str, sql: str, empty: str) -> str:
            return self.columns.gathered(scan, f"{records}:{text}", sql, empty)

        made = _Aggregate(column, where, self.layout.most_records).of(term.function, body)
        return self.columns.store(f"{records}:{term.function}:{len(self._kept)}", made)

    def nested(self, term: Gather) -> Value:
        """An aggregate that reads the record of another list: a query for each record."""
        if len(self._frames) > 1:
            raise self.refuse(
                term, Text("三层嵌套的汇总", "an aggregate within an aggregate within a rule's records")
            )
        ((outer, _),) = self._frames.values()
        alias = f"s{term.frame}"
        where, body = self.inside(term, self._frames | {term.frame: (term.records.name, alias)})

        def column(_: str, sql: str, empty: str) -> str:
            query = f"SELECT {sql} FROM {name(term.records.name)} AS {alias} WHERE {alias}.{KEY} = r.{KEY}"
            return self.columns.row(outer, f"coalesce(({query}), {empty})")

        return _Aggregate(column, where, self.layout.most_records).of(term.function, body)

    def inside(self, term: Gather, frames: dict[int, tuple[str, str]]) -> tuple[Flag, Value | None]:
        """The condition and the body, for the record at hand."""
        before = self._frames, self._loose
        self._frames, self._loose = frames, term.function in ("sum", "average")
        try:
            where = self.flag(term.where) if term.where is not None else v.TRUE
            return where, (self.value(term.body) if term.body is not None else None)
        finally:
            self._frames, self._loose = before


class _Aggregate:
    """One aggregate over the records that ``where`` lets through; ``column`` puts it into the query."""

    def __init__(self, column: Callable[[str, str, str], str], where: Flag, most: int) -> None:
        self.column, self.where, self.most = column, where, most
        self.filter = "" if where.value else f" FILTER (WHERE {where.sql})"

    def of(self, function: str, body: Value | None) -> Value:
        unsure = self.unsure(body)
        made = self.made(function, body)
        if unsure is None:
            return made
        poisoned = Flag(f"{unsure} = 0")
        return only_where(poisoned, made)

    def unsure(self, body: Value | None) -> str | None:
        """The column that counts the records without a certain value, if there may be any."""
        parts = [] if self.where.sure else [f"{wrapped(self.where.sql)} IS NULL"]
        if body is not None and not body.sure:
            lacking = " OR ".join(f"{wrapped(one)} IS NULL" for one in unsure_parts(body))
            parts.append(f"({lacking})" if self.where.value else f"({self.where.sql}) AND ({lacking})")
        if not parts:
            return None
        return self.column("unsure", f"count(*) FILTER (WHERE {' OR '.join(parts)})", "0")

    def made(self, function: str, body: Value | None) -> Value:
        match function, body:
            case "all", None:
                return v.TRUE
            case "any", None:
                return v.compared(">", Exact(self.count()), v.exactly(Rational(0)))
            case "count", _:
                return Exact(self.count())
            case "sum", (Exact() | Interval()):
                return self.total(body)
            case "average", (Exact() | Interval()):
                return v.over(self.total(body), Exact(self.count()))
            case "all", Flag():
                return Flag(self.column("all", f"bool_and({body.sql}){self.filter}", "TRUE"))
            case "any", Flag():
                return Flag(self.column("any", f"bool_or({body.sql}){self.filter}", "FALSE"))
            case (("min" | "max"), Day()):
                return Day(self.column(function, f"{function}({body.sql}){self.filter}", "NULL"), False)
            case (("min" | "max"), (Exact() | Interval())):
                return self.extreme(function, body)
        raise AssertionError(f"no aggregate {function}")

    def count(self) -> Int:
        return Int(self.column("count", f"count(*){self.filter}", "0"), 0, self.most)

    def total(self, body: Number) -> Number:
        if isinstance(body, Exact) and body.fixed is not None:
            return self.summed(body)
        bounds = v.quantised(body)
        return Interval(self.summed(bounds.low), self.summed(bounds.high))

    def summed(self, body: Exact) -> Exact:
        number = body.number
        low, high = min(0, number.low * self.most), max(0, number.high * self.most)
        huge = max(-low, high) > i.BIGINT
        if number.value is not None:
            sql = f"sum({number.typed()}){self.filter}"
        else:
            sql = f"sum({number.sql}){self.filter}"
        text = self.column("sum", sql if huge else f"{sql}::BIGINT", "0")
        least = None if body.least is None else min(body.least, Rational(0)) * self.most
        return Exact(Int(text, low, high, huge), body.denominator, least)

    def extreme(self, function: str, body: Number) -> Number:
        if not (isinstance(body, Exact) and body.fixed is not None):
            bounds = v.quantised(body)
            low, high = self.extreme(function, bounds.low), self.extreme(function, bounds.high)
            assert isinstance(low, Exact) and isinstance(high, Exact)
            return Interval(low, high)
        number = body.number
        text = self.column(function, f"{function}({number.typed()}){self.filter}", "NULL")
        return Exact(
            Int(text, number.low, number.high, number.huge, False), body.denominator, body.low, body.high
        )


# Values of every kind


def constant_value(value: Any) -> Value:
    """A value of the ruleset itself."""
    if isinstance(value, bool):
        return v.TRUE if value else v.FALSE
    if isinstance(value, Rational):
        return v.exactly(value)
    if isinstance(value, date):
        return Day(f"DATE '{value.isoformat()}'")
    return Word(literal(str(value)))


def _number(value: Value) -> Number:
    assert isinstance(value, (Exact, Interval)), value
    return value


def _flag(value: Value) -> Flag:
    assert isinstance(value, Flag), value
    return value


def _day(value: Value) -> Day:
    assert isinstance(value, Day), value
    return value


def _loosened(one: Number, other: Number) -> Number:
    """A fraction of the data that is multiplied and summed: its bounds, before it grows."""
    if isinstance(one, Exact) and one.fixed is None and isinstance(other, Exact) and other.fixed is not None:
        return v.quantised(one)
    return one


def sqls(value: Value) -> list[str]:
    """The texts a value is made of, without constants."""
    match value:
        case Interval(low=low, high=high):
            return [*sqls(low), *sqls(high)]
        case Exact(number=number, denominator=denominator):
            return [one.sql for one in (number, denominator) if one.value is None]
        case Day(sql=sql, worked=worked):
            return [sql, worked] if worked else [sql]
        case Flag(sql=sql) if value.value is None:
            return [sql]
        case Word(sql=sql):
            return [sql]
    return []


def unsure_parts(value: Value) -> list[str]:
    """The texts that may be ``NULL``."""
    match value:
        case Interval(low=low, high=high):
            return [*unsure_parts(low), *unsure_parts(high)]
        case Exact(number=number, denominator=denominator):
            return [one.sql for one in (number, denominator) if not one.sure]
    return [] if value.sure else [value.sql]


def by_row(value: Value, row: Callable[[str], str]) -> Value:
    """The value with each of its long texts computed beside the record."""

    def seen(one: Int) -> Int:
        return one if len(one.sql) <= LONG else Int(row(one.sql), one.low, one.high, one.huge, one.sure)

    match value:
        case Exact(number=number, denominator=denominator):
            return Exact(seen(number), seen(denominator), value.low, value.high)
        case Interval(low=low, high=high):
            first, second = by_row(low, row), by_row(high, row)
            assert isinstance(first, Exact) and isinstance(second, Exact)
            return Interval(first, second, value.sure)
        case Flag():
            return Flag(row(value.sql), value.sure)
        case Word():
            return Word(row(value.sql), value.sure)
        case Day():
            return value


def free_frames(term: Term, bound: frozenset[int] = frozenset()) -> set[int]:
    """The frames of records that the term reads and does not itself go through."""
    if isinstance(term, ReadField):
        return set() if term.frame in bound else {term.frame}
    if isinstance(term, Gather):
        bound = bound | {term.frame}
    return {frame for part in parts(term) for frame in free_frames(part, bound)}


def first_sql(value: Value) -> str:
    """The text that is ``NULL`` where the value is not given."""
    found = sqls(value)
    return found[0] if found else "TRUE"


def _is_text(sql: str) -> bool:
    return sql.startswith(("'", "DATE ", "NULL"))


def prefixed(value: Value, alias: str) -> Value:
    """A stored value, seen through a table's alias."""

    def seen(one: Int) -> Int:
        if one.value is not None or _is_text(one.sql):
            return one
        return Int(f"{alias}.{one.sql}", one.low, one.high, one.huge, one.sure)

    match value:
        case Interval(low=low, high=high):
            first, second = prefixed(low, alias), prefixed(high, alias)
            assert isinstance(first, Exact) and isinstance(second, Exact)
            return Interval(first, second, value.sure)
        case Exact():
            return Exact(seen(value.number), seen(value.denominator), value.low, value.high)
        case Flag():
            return value if value.value is not None else Flag(f"{alias}.{value.sql}", value.sure)
        case Day():
            if _is_text(value.sql):
                return value
            return Day(f"{alias}.{value.sql}", value.sure, f"{alias}.{value.worked}" if value.worked else "")
        case Word():
            return value if _is_text(value.sql) else Word(f"{alias}.{value.sql}", value.sure)


def only_where(condition: Flag, value: Value) -> Value:
    """``value`` where the condition holds, else ``NULL``."""

    def held(one: Int) -> Int:
        if one.value is not None:
            return Int(
                f"CASE WHEN {condition.sql} THEN {one.typed()} END", one.low, one.high, one.huge, False
            )
        return Int(f"CASE WHEN {condition.sql} THEN {one.sql} END", one.low, one.high, one.huge, False)

    match value:
        case Interval(low=low, high=high):
            first, second = only_where(condition, low), only_where(condition, high)
            assert isinstance(first, Exact) and isinstance(second, Exact)
            return Interval(first, second)
        case Exact():
            return Exact(held(value.number), value.denominator, value.low, value.high)
        case Flag(sql=sql):
            return Flag(f"CASE WHEN {condition.sql} THEN {sql} END", False)
        case Day(sql=sql, worked=worked):
            return Day(f"CASE WHEN {condition.sql} THEN {sql} END", False, worked)
        case Word(sql=sql):
            return Word(f"CASE WHEN {condition.sql} THEN {sql} END", False)


# Conditions


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
    import re

    plain = re.sub(r"\([^()]*\)", "", re.sub(r"'[^']*'", "''", sql))
    if not re.search(r"\b(AND|OR|CASE|NOT)\b", plain) and plain.count("(") == plain.count(")"):
        return sql
    if word == "AND" and not re.search(r"\b(OR|CASE)\b", sql):
        return sql
    return f"({sql})"


def comparison(operator: str, one: Value, other: Value) -> Flag:
    """Two values of one kind compared."""
    if isinstance(one, (Exact, Interval)):
        return v.compared(operator, one, _number(other))
    assert not isinstance(other, (Exact, Interval))
    return Flag(
        f"{wrapped_word(one.sql)} {_SQL[operator]} {wrapped_word(other.sql)}", one.sure and other.sure
    )


def wrapped_word(sql: str) -> str:
    """Brackets around what is no literal."""
    return sql if _is_text(sql) else wrapped(sql)


def _chosen(condition: Flag, then: Value, otherwise: Value) -> Value:
    if condition.value is not None:
        return then if condition.value else otherwise
    if isinstance(then, (Exact, Interval)):
        return v.chosen(condition, then, _number(otherwise))
    assert not isinstance(otherwise, (Exact, Interval))
    sure = condition.sure and then.sure and otherwise.sure
    sql = v.case(condition, then.sql, otherwise.sql)
    if isinstance(then, Flag):
        return Flag(sql, sure)
    return Day(sql, sure) if isinstance(then, Day) else Word(sql, sure)


def _extreme(function: str, arguments: list[Value]) -> Value:
    made = arguments[0]
    for one in arguments[1:]:
        if isinstance(made, Day):
            other = _day(one)
            before = Flag(
                f"{wrapped_word(made.sql)} {'<=' if function == 'min' else '>='} {wrapped_word(other.sql)}",
                made.sure and other.sure,
            )
            made = Day(v.case(before, made.sql, other.sql), made.sure and other.sure)
        else:
            pick = v.least if function == "min" else v.greatest
            made = pick(_number(made), _number(one))
    return made


# Dates


def days_between(start: Day, end: Day) -> Exact:
    """Calendar days after ``start`` and up to ``end``."""
    sql = f"{wrapped_word(end.sql)} - {wrapped_word(start.sql)}"
    return Exact(Int(sql, -_BASE_DAYS, _BASE_DAYS, sure=start.sure and end.sure))


def _shifted(day: Day, by: Number, sign: int) -> Day:
    if isinstance(by, Interval) or by.fixed is None:
        return Day("NULL::DATE", False)
    number = by.number if sign > 0 else i.negative(by.number)
    whole = "" if by.fixed == 1 else f" AND {wrapped(number.sql)} % {by.fixed} = 0"
    moved = wrapped(number.sql) if by.fixed == 1 else f"({wrapped(number.sql)} // {by.fixed})"
    fits = f"abs({number.sql}) <= {_BASE_DAYS * by.fixed}{whole}"
    sum_ = f"{wrapped_word(day.sql)} + {moved}::INTEGER"
    sql = f"CASE WHEN {fits} AND {sum_} BETWEEN {_FIRST_DAY} AND {_LAST_DAY} THEN {sum_} END"
    return Day(sql, False)


def working_days(start: Day, end: Day) -> Exact:
    """Working days after ``start`` and up to ``end``; backwards those from ``end`` on and before ``start``.

    A day's number is twice the working days up to and with it, plus one if it is one itself.
    """
    first, last = _worked(start), _worked(end)
    forwards = f"({last} >> 1) - ({first} >> 1)"
    backwards = f"({last} >> 1) - ({last} & 1) - (({first} >> 1) - ({first} & 1))"
    before = f"{wrapped_word(end.sql)} >= {wrapped_word(start.sql)}"
    sure = bool(start.sure and end.sure and start.worked and end.worked)
    sql = f"CASE WHEN {before} THEN {forwards} ELSE {backwards} END"
    return Exact(Int(sql, -_BASE_DAYS, _BASE_DAYS, sure=sure))


def _worked(day: Day) -> str:
    if day.worked:
        return day.worked
    from engine.portfolio.calendar import day_before_first

    return f"getvariable('worked')[{wrapped_word(day.sql)} - DATE '{day_before_first().isoformat()}']"


def _steps(whole: bool, excess: Number, size: Number) -> Exact:
    if isinstance(size, Interval):
        return v.unknown()
    above = v.compared(">", excess, v.exactly(Rational(0)))
    positive = v.compared(">", size, v.exactly(Rational(0)))
    if positive.value is None and not (size.least is not None and size.least > 0):
        held = only_where(positive, size)
        assert isinstance(held, Exact)
        size = Exact(i.clipped(held.number, 1, None), held.denominator, held.low, held.high)
    elif positive.value is False:
        size = v.unknown()
    excess = v.greatest(excess, v.exactly(Rational(0)))
    steps = v.over(excess, size)
    counted = v.floored(steps) if whole else v.ceiled(steps)
    counted = i.clipped(counted, 0, None)
    if size.sure:
        return Exact(counted)
    made = v.chosen(above, Exact(counted), v.exactly(Rational(0)))
    assert isinstance(made, Exact)
    return made
