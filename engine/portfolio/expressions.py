"""From typed term to SQL: the same meaning as ``engine/language/compiler.py``, over columns.

``NULL`` stands for two things that never meet: an optional fact that is not given, which checked
expressions read only where it is, and a value that the columns cannot vouch for (a division by 0, two
certified bounds that disagree). The second is what ``sure`` tells; it goes through every operation, and
``and``, ``or`` and ``if`` pass over it only where the direct evaluation would not have looked.
"""

from __future__ import annotations

from collections.abc import Callable

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
from engine.portfolio import arithmetic, decisions
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.aggregates import Aggregate
from engine.portfolio.columns import ALIAS, Columns
from engine.portfolio.conditions import comparison, conjunction, disjunction, extreme, inverted, picked
from engine.portfolio.dates import days_between, shifted, working_days
from engine.portfolio.integers import Int
from engine.portfolio.kinds import (
    LONG,
    as_day,
    as_flag,
    as_number,
    by_row,
    constant_value,
    first_sql,
    only_where,
    prefixed,
    sqls,
)
from engine.portfolio.layout import KEY, Layout
from engine.portfolio.quoting import name, wrapped
from engine.portfolio.values import Day, Exact, Flag, Interval, Number, Value
from engine.ruleset.model import Expression


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
        return as_number(self.at(expression, record))

    def flag_at(self, expression: Expression, record: str = "") -> Flag:
        return as_flag(self.at(expression, record))

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
                return picked(self.flag(condition), self.value(then), self.value(otherwise))
            case Apply():
                return self.apply(term)
            case Gather():
                if free_frames(term):
                    return self.nested(term)
                return self.kept(("gather", key(term)), lambda: self.gather(term))
        raise self.refuse(term, Text(type(term).__name__, type(term).__name__))

    def number(self, term: Term) -> Number:
        return as_number(self.value(term))

    def flag(self, term: Term) -> Flag:
        return as_flag(self.value(term))

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
            return shifted(left, as_number(right), 1 if term.operator == "+" else -1)
        if isinstance(right, Day):
            return shifted(right, as_number(left), 1)
        one, other = as_number(left), as_number(right)
        match term.operator:
            case "+":
                return arithmetic.plus(one, other)
            case "-":
                return arithmetic.minus(one, other)
            case "*":
                if self._loose:
                    one, other = _loosened(one, other), _loosened(other, one)
                return arithmetic.times(one, other)
        return arithmetic.over(one, other)

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
                return extreme(term.function, arguments)
            case "abs":
                return decisions.absolute(as_number(arguments[0]))
            case "round":
                places = as_number(arguments[1]) if len(arguments) > 1 else v.exactly(Rational(0))
                assert isinstance(places, Exact) and places.value is not None
                decimals = int(places.value)
                return v.points(decisions.rounded(as_number(arguments[0]), decimals), decimals)
            case "floor":
                return Exact(decisions.floored(as_number(arguments[0])))
            case "ceil":
                return Exact(decisions.ceiled(as_number(arguments[0])))
            case "whole_steps" | "started_steps":
                return _steps(
                    term.function == "whole_steps", as_number(arguments[0]), as_number(arguments[1])
                )
            case "days":
                return days_between(as_day(arguments[0]), as_day(arguments[1]))
            case "workdays":
                return working_days(as_day(arguments[0]), as_day(arguments[1]))
            case "count_true":
                total: Number = v.exactly(Rational(0))
                for one in arguments:
                    total = arithmetic.plus(
                        total, decisions.chosen(as_flag(one), v.exactly(Rational(1)), v.exactly(Rational(0)))
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

        made = Aggregate(column, where, self.layout.most_records).of(term.function, body)
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

        own = f"{alias}.{KEY} = r.{KEY}"

        def column(_: str, sql: str, empty: str) -> str:
            query = f"SELECT {sql} FROM {name(term.records.name)} AS {alias} WHERE {own}"
            return self.columns.row(outer, f"coalesce(({query}), {empty})")

        return Aggregate(column, where, self.layout.most_records, own).of(term.function, body)

    def inside(self, term: Gather, frames: dict[int, tuple[str, str]]) -> tuple[Flag, Value | None]:
        """The condition and the body, for the record at hand."""
        before = self._frames, self._loose
        self._frames, self._loose = frames, term.function in ("sum", "average")
        try:
            where = self.flag(term.where) if term.where is not None else v.TRUE
            return where, (self.value(term.body) if term.body is not None else None)
        finally:
            self._frames, self._loose = before


def free_frames(term: Term, bound: frozenset[int] = frozenset()) -> set[int]:
    """The frames of records that the term reads and does not itself go through."""
    if isinstance(term, ReadField):
        return set() if term.frame in bound else {term.frame}
    if isinstance(term, Gather):
        bound = bound | {term.frame}
    return {frame for part in parts(term) for frame in free_frames(part, bound)}


def _loosened(one: Number, other: Number) -> Number:
    """A fraction of the data that is multiplied and summed: its bounds, before it grows."""
    if isinstance(one, Exact) and one.fixed is None and isinstance(other, Exact) and other.fixed is not None:
        return v.quantised(one)
    return one


def _steps(whole: bool, excess: Number, size: Number) -> Exact:
    if isinstance(size, Interval):
        return v.unknown()
    above = decisions.compared(">", excess, v.exactly(Rational(0)))
    positive = decisions.compared(">", size, v.exactly(Rational(0)))
    if positive.value is None and not (size.least is not None and size.least > 0):
        held = only_where(positive, size)
        assert isinstance(held, Exact)
        size = Exact(i.clipped(held.number, 1, None), held.denominator, held.low, held.high)
    elif positive.value is False:
        size = v.unknown()
    excess = decisions.greatest(excess, v.exactly(Rational(0)))
    steps = arithmetic.over(excess, size)
    counted = decisions.floored(steps) if whole else decisions.ceiled(steps)
    counted = i.clipped(counted, 0, None)
    if size.sure:
        return Exact(counted)
    made = decisions.chosen(above, Exact(counted), v.exactly(Rational(0)))
    assert isinstance(made, Exact)
    return made
