"""Aggregates over the records of a department, where some may have no certain value."""

from __future__ import annotations

from collections.abc import Callable

from engine.language.numbers import Rational
from engine.portfolio import arithmetic, decisions
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.integers import Int
from engine.portfolio.kinds import only_where, unsure_parts
from engine.portfolio.quoting import wrapped
from engine.portfolio.values import Day, Exact, Flag, Interval, Number, Value


class Aggregate:
    """One aggregate over the records that ``where`` lets through; ``column`` puts it into the query.

    ``own`` is a condition that holds and names a column of the list. Within a query it stands in every filter:
    SQL takes an aggregate that names columns of the outer query alone for the outer query's.
    """

    def __init__(self, column: Callable[[str, str, str], str], where: Flag, most: int, own: str = "") -> None:
        self.column, self.where, self.most, self.own = column, where, most, own
        self.filter = self.filtered("" if where.value else where.sql)

    def filtered(self, condition: str) -> str:
        """The clause that lets an aggregate see the records for which the condition holds."""
        conditions = [one for one in (self.own, condition) if one]
        if not conditions:
            return ""
        return f" FILTER (WHERE {conditions[0] if len(conditions) == 1 else ' AND '.join(map(wrapped, conditions))})"

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
        texts = unsure_parts(body) if body is not None else []
        if texts:
            lacking = " OR ".join(f"{wrapped(one)} IS NULL" for one in texts)
            parts.append(f"({lacking})" if self.where.value else f"({self.where.sql}) AND ({lacking})")
        if not parts:
            return None
        return self.column("unsure", f"count(*){self.filtered(' OR '.join(parts))}", "0")

    def made(self, function: str, body: Value | None) -> Value:
        match function, body:
            case "all", None:
                return v.TRUE
            case "any", None:
                return decisions.compared(">", Exact(self.count()), v.exactly(Rational(0)))
            case "count", _:
                return Exact(self.count())
            case "sum", (Exact() | Interval()):
                return self.total(body)
            case "average", (Exact() | Interval()):
                return arithmetic.over(self.total(body), Exact(self.count()))
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
