"""Rules in columns: whether each fires, for how many records, and the points it asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.language.numbers import ZERO, Rational
from engine.portfolio import decisions
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.columns import Columns, Group
from engine.portfolio.conditions import comparison, conjunction, disjunction, inverted
from engine.portfolio.expressions import Translator
from engine.portfolio.integers import Int
from engine.portfolio.kinds import constant_value, only_where
from engine.portfolio.layout import Layout, claimed_column, judged_column, points_decimals
from engine.portfolio.quoting import name, wrapped
from engine.portfolio.values import Exact, Flag, Number, Value
from engine.ruleset.model import Criterion, Expression, Measure, Range, Rule, Ruleset


@dataclass(frozen=True, slots=True)
class RuleColumns:
    """``count`` firings that are not waived, which ask for ``total`` points together, in units.

    ``amount`` is what one firing asks for; of a rule with records it is read beside the record, as
    ``fired`` is.
    """

    rule: Rule
    holds: Flag
    count: Int
    total: Int
    amount: Int
    fired: Flag
    waived: str = ""


class RuleTranslator:
    """The rules and measures of a ruleset, each made when it is first asked for."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.ruleset: Ruleset = layout.ruleset
        self.decimals = points_decimals(self.ruleset)
        self.unit = 10**self.decimals
        self.columns = Columns(_raw_columns(layout))
        self.terms = Translator(layout, self.columns)
        self.terms.measure = self.measure
        self.terms.finding = self.findings
        self.certain: list[str] = []
        """Conditions that hold where every value of the department is certain."""
        self._rules: dict[int, RuleColumns] = {}

    def require(self, where: Flag, what: str) -> None:
        """Where ``where`` holds, ``what`` must too, or the department is scored directly."""
        if where.value is False:
            return
        self.certain.append(what if where.value else f"(NOT {wrapped(where.sql)} OR {what})")

    def to_units(self, number: Number) -> Int:
        """Points rounded as the ruleset rounds them, in units."""
        decimals = self.ruleset.decimals
        return i.times(decisions.rounded(number, decimals), i.constant(10 ** (self.decimals - decimals)))

    def whole(self, points: Rational) -> Int:
        """Points of the ruleset itself, in units."""
        return i.constant(int(points * self.unit))

    def points_of(self, number: Int) -> Exact:
        return v.points(number, self.decimals)

    # Measures and findings

    def measure(self, text: str) -> Value:
        measure = self.ruleset.measures[text]
        made = self._measured(measure)
        with self.columns.within(Group(f"measure_{text}", measure.label.zh)):
            return self.columns.store(text, made)

    def _measured(self, measure: Measure) -> Value:
        made = self.terms.at(measure.expression)
        if not isinstance(made, (Exact, v.Interval)):
            return made
        if measure.decimals is not None:
            made = v.points(decisions.rounded(made, measure.decimals), measure.decimals)
        inside = contains(measure.allowed, made)
        if inside.value is True:
            return made
        held = only_where(inside, made)
        if isinstance(held, Exact):
            low, high = measure.allowed.low, measure.allowed.high
            return replace(
                held, low=held.least if low is None else low, high=held.most if high is None else high
            )
        return held

    def findings(self, criterion: str) -> Int:
        """The unwaived firings of the deductions below a criterion."""
        node = self.ruleset.criteria[criterion]
        total = i.ZERO
        for one in node.subtree():
            for rule in one.deductions:
                total = i.plus(total, self.rule(rule).count)
        with self.columns.within(Group(f"findings_{criterion}", node.title.zh)):
            return self.columns.whole(f"{criterion}:findings", total)

    # Rules

    def rule(self, rule: Rule) -> RuleColumns:
        if rule.index not in self._rules:
            gate = self.gate(rule)
            with self.columns.within(group_of(rule.criterion)):
                make = self._records_rule if rule.each is not None else self._plain_rule
                self._rules[rule.index] = make(rule, gate)
        return self._rules[rule.index]

    def holds(self, rule: Rule) -> Flag:
        return self.rule(rule).holds

    def gate(self, rule: Rule) -> Flag:
        """Whether the rule is looked at."""
        rules = self.ruleset.rules
        parts = [self.holds(rules[index]) for index in rule.gates]
        if rule.rows_above:
            parts.append(inverted(disjunction([self.holds(rules[index]) for index in rule.rows_above])))
        return conjunction(parts)

    def _plain_rule(self, rule: Rule, gate: Flag) -> RuleColumns:
        condition = conjunction([gate, self.terms.flag_at(rule.expression)])
        holds = self.columns.flag(f"{rule.id}:holds", condition)
        if not holds.sure:
            self.certain.append(f"{wrapped(holds.sql)} IS NOT NULL")
        waived = name(f"{rule.id}:waived") if self.layout.waived_of(rule) else ""
        active = conjunction([holds, Flag(f"NOT {waived}")]) if waived else holds
        count = decisions.choose_int(active, i.ONE, i.ZERO)
        if rule.amount is None or rule.kind not in ("deduction", "bonus"):
            return RuleColumns(rule, holds, count, i.ZERO, i.ZERO, holds, waived)
        amount = self.columns.whole(f"{rule.id}:amount", self.amount(rule.amount))
        if not amount.sure:
            self.require(holds, f"{wrapped(amount.sql)} IS NOT NULL")
        counted = holds if rule.kind == "bonus" else active
        total = self.columns.whole(f"{rule.id}:total", decisions.choose_int(counted, amount, i.ZERO))
        return RuleColumns(rule, holds, count, total, amount, holds, waived)

    def amount(self, expression: Expression, record: str = "") -> Int:
        """A nominal amount in units; ``NULL`` where it is negative."""
        number = self.terms.number_at(expression, record)
        made = self.to_units(number)
        least = number.low.least if isinstance(number, v.Interval) else number.least
        if least is not None and least >= 0:
            return i.clipped(made, 0, None)
        fits = decisions.compared(">=", number, v.exactly(ZERO))
        if fits.value is True:
            return made
        return Int(f"CASE WHEN {fits.sql} THEN {made.typed()} END", 0, max(made.high, 0), made.huge, False)

    def _records_rule(self, rule: Rule, gate: Flag) -> RuleColumns:
        assert rule.each is not None
        records, most = rule.each.name, self.layout.most_records
        fired = self.terms.flag_at(rule.expression, records)
        amount = i.ZERO
        if rule.kind in ("deduction", "bonus") and rule.amount is not None:
            amount = self.amount(rule.amount, records)
        waived = f"r.{name(f'{rule.id}:waived')}" if self.layout.waived_of(rule) else ""
        active = fired
        if waived and rule.kind == "deduction":
            active = conjunction([fired, Flag(f"NOT {waived}")])
        scan = self.columns.scan_of(records, [fired.sql, amount.sql])

        def gathered(text: str, sql: str) -> Int:
            return Int(self.columns.gathered(scan, f"{rule.id}:{text}", sql, "0"), 0, most)

        if not (fired.sure and amount.sure):
            lacking = [] if fired.sure else [f"{wrapped(fired.sql)} IS NULL"]
            if not amount.sure:
                lacking.append(f"({fired.sql}) AND {wrapped(amount.sql)} IS NULL")
            unsure = gathered("unsure", f"count(*) FILTER (WHERE {' OR '.join(lacking)})")
            self.require(gate, f"{unsure.sql} = 0")
        count = gathered("found", _count(active))
        found = gathered("fired", _count(fired)) if active is not fired else count
        holds = self.columns.flag(f"{rule.id}:holds", conjunction([gate, Flag(f"{found.sql} > 0")]))
        if amount.value is not None:
            total = i.times(count, amount)
        else:
            high = amount.high * most
            sql = f"sum({amount.sql})" + ("" if active.value else f" FILTER (WHERE {active.sql})")
            fits = high <= i.BIGINT
            text = self.columns.gathered(scan, f"{rule.id}:sum", f"{sql}::BIGINT" if fits else sql, "0")
            total = Int(text, 0, high, not fits)
        if gate.value is not True:
            count = self.columns.whole(f"{rule.id}:count", decisions.choose_int(gate, count, i.ZERO))
        total = self.columns.whole(f"{rule.id}:total", decisions.choose_int(gate, total, i.ZERO))
        return RuleColumns(rule, holds, count, total, amount, fired, waived)

    def cap(self, rule: Rule) -> Int | None:
        """The most that the rule's firings cost together; read only where it fired."""
        if rule.at_most is None:
            return None
        holds = self.holds(rule)
        cap = self.amount(rule.at_most)
        if cap.sure:
            return self.columns.whole(f"{rule.id}:at_most", cap)
        kept = self.columns.whole(f"{rule.id}:cap", cap)
        self.require(holds, f"{wrapped(kept.sql)} IS NOT NULL")
        return self.columns.whole(f"{rule.id}:at_most", decisions.choose_int(holds, kept, i.ZERO))


def group_of(node: Criterion) -> Group:
    """A criterion's own step, with its title and clause."""
    note = node.title.zh
    if node.basis is not None:
        cited = " ".join(one for one in (node.basis.source, node.basis.article) if one)
        note = f"{note}（{cited}）" if cited else note
    return Group(f"criterion_{node.id}", note)


def contains(allowed: Range, value: Value) -> Flag:
    """Whether a value is in the range."""
    parts: list[Flag] = []
    if allowed.low is not None:
        parts.append(comparison(">=" if allowed.low_closed else ">", value, constant_value(allowed.low)))
    if allowed.high is not None:
        parts.append(comparison("<=" if allowed.high_closed else "<", value, constant_value(allowed.high)))
    return conjunction(parts)


def _count(active: Flag) -> str:
    return "count(*)" if active.value is True else f"count(*) FILTER (WHERE {active.sql})"


def _raw_columns(layout: Layout) -> set[str]:
    raw = set(layout.main.columns)
    raw |= {one.worked for one in layout.main.columns.values() if one.counted}
    raw |= {judged_column(node) for node in layout.judged()} | {
        claimed_column(node) for node in layout.unseen()
    }
    raw |= {
        f"{rule.id}:waived" for rule in layout.ruleset.rules if rule.each is None and layout.waived_of(rule)
    }
    return raw
