"""The ledger in columns: every line that counts towards a total, in the order of the table.

Each source of lines, such as a leaf's start or a rule, is one query over the scored departments. A rule with
records makes a line for each record it fired for; what was left before a line follows from the sum of
the amounts of the lines before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.language.numbers import ONE
from engine.portfolio import arithmetic
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.conditions import conjunction
from engine.portfolio.integers import Int
from engine.portfolio.layout import KEY
from engine.portfolio.nodes import Charge, NodeColumns
from engine.portfolio.quoting import literal, name, wrapped
from engine.portfolio.rules import RuleTranslator
from engine.portfolio.values import Exact, Flag


@dataclass(frozen=True, slots=True)
class LineSource:
    """Lines of one kind: for which departments, and what each costs."""

    kind: str
    criterion: str
    where: Flag
    nominal: Int
    applied: Int
    reason: str
    unit: Int
    """The denominator of both amounts."""
    rule: str = ""
    records: str = ""
    inner: str = ""
    """For a rule with records the query of its firings."""
    share: Exact | None = None

    def counted_where(self, flag: Flag) -> LineSource:
        return replace(self, where=conjunction([flag, self.where]))

    def shared(self, share: Exact) -> LineSource:
        one = self.share if self.share is not None else v.exactly(ONE)
        made = arithmetic.times(one, share)
        assert isinstance(made, Exact)
        return replace(self, share=made)

    def amounts(self) -> tuple[Exact, Exact]:
        """Nominal and applied points, with their share."""
        made: list[Exact] = []
        for number in (self.nominal, self.applied):
            amount: v.Number = Exact(number, self.unit)
            if self.share is not None:
                amount = arithmetic.times(amount, self.share)
            assert isinstance(amount, Exact)
            made.append(amount)
        return made[0], made[1]

    def sql(self, place: int, scored: str) -> str:
        """The query of the lines; amounts as numerator and denominator."""
        nominal, applied = self.amounts()
        record = '":key"' if self.inner else "''"
        order = '(NOT ":waived")::INTEGER' if self.inner else "0"
        inner = self.inner.replace('JOIN "SCORED" AS m', f"JOIN {scored} AS m")
        source = f"({inner}) AS fired JOIN {scored} USING ({KEY})" if self.inner else scored
        condition = "" if self.where.value is True else f" WHERE {self.where.sql}"
        return (
            f"SELECT {KEY}, {place} AS place, {order} AS turn, {literal(self.kind)} AS kind, "
            f"{literal(self.criterion)} AS criterion, {literal(self.rule)} AS rule, {record} AS record, "
            f"{nominal.number.sql} AS nominal_numerator, {nominal.denominator.sql} AS nominal_denominator, "
            f"{applied.number.sql} AS applied_numerator, {applied.denominator.sql} AS applied_denominator, "
            f"{self.reason} AS reason FROM {source}{condition}"
        )


class LineTranslator:
    """Makes the sources of lines of a translated tree."""

    def __init__(self, rules: RuleTranslator) -> None:
        self.rules = rules
        self.unit = i.constant(rules.unit)

    def node(self, node: NodeColumns) -> Iterator[LineSource]:
        if node.children:
            yield from self.branch(node)
        else:
            yield from self.leaf(node)
        starts = ("score", "judged", "unseen")
        for kind, where, amount, rule in node.own:
            if kind in starts:
                continue
            yield LineSource(
                kind, node.criterion.id, where, amount.number, amount.number, "''", amount.denominator,
                rule.rule.id if rule is not None else "",
            )  # fmt: skip

    def branch(self, node: NodeColumns) -> Iterator[LineSource]:
        for index, child in enumerate(node.children):
            for line in self.node(child):
                made = line
                if node.chosen[index].value is not True:
                    made = made.counted_where(node.chosen[index])
                if node.shares:
                    share = node.shares[index]
                    if share is None:
                        continue
                    made = made.shared(share)
                yield made

    def leaf(self, node: NodeColumns) -> Iterator[LineSource]:
        for kind, where, amount, _ in node.own:
            if kind in ("score", "judged", "unseen"):
                yield LineSource(
                    kind, node.criterion.id, where, amount.number, amount.number, "''", amount.denominator
                )
        assert node.start is not None
        before = i.ZERO
        for one in node.charges:
            left = i.greatest(i.minus(node.start, before), i.ZERO)
            yield self.charged(node, one, one.cap, left)
            before = i.plus(before, one.capped)
        most = node.criterion.bonus_at_most
        before = i.ZERO
        for one in node.bonuses:
            room = None
            if most is not None:
                whole = i.constant(int(most * self.rules.unit))
                room = i.greatest(i.minus(whole, before), i.ZERO)
            yield self.added(one, room)
            before = i.plus(before, one.capped)

    def charged(self, node: NodeColumns, one: Charge, cap: Int | None, left: Int) -> LineSource:
        if one.rule is None:
            applied = i.least(one.total, left)
            reason = f"CASE WHEN {wrapped(one.total.sql)} > {wrapped(left.sql)} THEN 'floor' ELSE '' END"
            return LineSource(
                "judged", node.criterion.id, node.applied, one.total, applied, reason, self.unit
            )
        if one.rule.rule.each is not None:
            return self.by_record("deduction", one, cap, left)
        rule = one.rule
        nominal = rule.amount
        applied, reason = _taken(nominal, cap, left, "floor")
        if rule.waived:
            applied = Int(
                f"CASE WHEN {rule.waived} THEN 0 ELSE {wrapped(applied.sql)} END",
                0,
                applied.high,
                applied.huge,
            )
            reason = f"CASE WHEN {rule.waived} THEN 'waived' ELSE {reason} END"
        return LineSource(
            "deduction", node.criterion.id, rule.holds, nominal, applied, reason, self.unit, rule.rule.id
        )

    def added(self, one: Charge, room: Int | None) -> LineSource:
        assert one.rule is not None
        if one.rule.rule.each is not None:
            return self.by_record("bonus", one, one.cap, room)
        nominal = one.rule.amount
        applied, reason = _taken(nominal, one.cap, room, "cap")
        return LineSource(
            "bonus", one.rule.rule.criterion.id, one.rule.holds, i.negative(nominal), i.negative(applied),
            reason, self.unit, one.rule.rule.id,
        )  # fmt: skip

    def by_record(self, kind: str, one: Charge, cap: Int | None, left: Int | None) -> LineSource:
        """A line for each record: before it, as much was taken as the sum before it, within cap and rest."""
        assert one.rule is not None
        rule = one.rule.rule
        assert rule.each is not None
        nominal = Int('":nominal"', 0, one.rule.amount.high, one.rule.amount.huge)
        limits = [limit for limit in (cap, left) if limit is not None]
        taken = Int('":before"', 0, one.total.high, True)
        for limit in limits:
            taken = i.least(taken, limit)
        rest = [None if limit is None else i.minus(limit, taken) for limit in (cap, left)]
        applied, reason = _taken(nominal, rest[0], rest[1], "floor" if kind == "deduction" else "cap")
        waived = one.rule.waived if kind == "deduction" else ""
        if waived:
            applied = Int(
                f'CASE WHEN ":waived" THEN 0 ELSE {wrapped(applied.sql)} END', 0, applied.high, True
            )
            reason = f"CASE WHEN \":waived\" THEN 'waived' ELSE {reason} END"
        if kind == "bonus":
            nominal, applied = i.negative(nominal), i.negative(applied)
        return LineSource(
            kind, rule.criterion.id, one.rule.holds, nominal, applied, reason, self.unit, rule.id,
            rule.each.name, self.firings(one, waived),
        )  # fmt: skip

    def firings(self, one: Charge, waived: str) -> str:
        assert one.rule is not None and one.rule.rule.each is not None
        records = one.rule.rule.each
        key = f"r.{name(records.key)}"
        is_waived = waived or "FALSE"
        amount = one.rule.amount
        counted = (
            f"CASE WHEN {is_waived} THEN 0 ELSE {wrapped(amount.sql)} END" if waived else wrapped(amount.sql)
        )
        window = f"OVER (PARTITION BY r.{KEY} ORDER BY {key} ROWS UNBOUNDED PRECEDING)"
        join = ""
        if any(self.rules.columns.reads(text, "m") for text in (one.rule.fired.sql, amount.sql)):
            join = f' JOIN "SCORED" AS m USING ({KEY})'
        where = "" if one.rule.fired.value is True else f" WHERE {one.rule.fired.sql}"
        source = self.rules.columns.row_source(records.name, [one.rule.fired.sql, amount.sql], "SCORED")
        return (
            f'SELECT r.{KEY}, {key} AS ":key", {is_waived} AS ":waived", {wrapped(amount.sql)} AS ":nominal", '
            f'sum({counted}) {window} - {counted} AS ":before" FROM {source} AS r{join}{where}'
        )


def _taken(nominal: Int, allowance: Int | None, left: Int | None, floor: str) -> tuple[Int, str]:
    """What a line applies, and why that is less than it asks for."""
    applied, reason = nominal, "''"
    capped = None
    if allowance is not None:
        applied = i.least(nominal, allowance)
        capped = f"{wrapped(nominal.sql)} > {wrapped(allowance.sql)}"
    whens = ""
    if left is not None:
        whens += f" WHEN {wrapped(applied.sql)} > {wrapped(left.sql)} THEN '{floor}'"
        applied = i.least(applied, left)
    if capped is not None:
        whens += f" WHEN {capped} THEN 'cap'"
    if whens:
        reason = f"CASE{whens} ELSE '' END"
    return applied, reason
