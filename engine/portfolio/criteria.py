"""Criteria in columns: what each leaf starts with and loses, and how branches roll up.

The order is that of ``engine/ledger``: of what a leaf starts with, each rule takes its total within its
cap, and together they take no more than there is. As every amount is at least 0, the lines of a rule cost
together the least of their sum, the cap and what is left, so that the points need no line by line.
"""

from __future__ import annotations

from engine.language.numbers import ZERO
from engine.portfolio import arithmetic, decisions
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.branches import BranchTranslator
from engine.portfolio.conditions import conjunction, disjunction, inverted
from engine.portfolio.integers import Int
from engine.portfolio.layout import JUDGED_DECIMALS, JUDGED_MOST, claimed_column, judged_column
from engine.portfolio.nodes import Charge, NodeColumns
from engine.portfolio.quoting import name, wrapped
from engine.portfolio.rules import RuleTranslator, contains, group_of
from engine.portfolio.values import FALSE, TRUE, Exact, Flag, Number
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Criterion,
    Rule,
    Score,
    TierScore,
    Unseen,
    ValueScore,
)


class CriterionTranslator:
    """Translates the criteria tree."""

    def __init__(self, rules: RuleTranslator) -> None:
        self.rules = rules
        self.columns = rules.columns
        self.branches = BranchTranslator(rules)
        self.nodes: dict[str, NodeColumns] = {}

    def node(self, node: Criterion, above: Flag = TRUE) -> NodeColumns:
        applied = self.rules.holds(node.applies) if node.applies is not None else above
        children = tuple(self.node(child, applied) for child in node.children)
        with self.columns.within(group_of(node)):
            made = self.branches.branch(node, applied, children) if children else self.leaf(node, applied)
            self.finish(made, above)
        self.nodes[node.id] = made
        if not made.earned.sure:
            self.rules.require(above, f"{wrapped(made.earned.sql)} IS NOT NULL")
        return made

    def finish(self, made: NodeColumns, above: Flag) -> None:
        """The root's cap, the veto, and what holds where the criterion does not apply."""
        node = made.criterion
        if node.parent is None:
            points = self.rules.whole(node.points)
            if made.earned.high > points.low:
                beyond = Flag(f"{wrapped(made.earned.sql)} > {points.sql}", made.earned.sure)
                earned = self.columns.whole(f"{node.id}:uncapped", made.earned)
                beyond = Flag(f"{wrapped(earned.sql)} > {points.sql}", made.earned.sure)
                made.own.append(("cap", beyond, self.rules.points_of(i.minus(earned, points)), None))
                made.earned = i.least(earned, points)
        if node.veto is not None:
            self.veto(made, node.veto)
        if node.applies is not None:
            self.not_applicable(made, above)
        made.earned = self.columns.whole(f"{node.id}:points", made.earned)

    def veto(self, made: NodeColumns, veto: Rule) -> None:
        columns = self.rules.rule(veto)
        holds = conjunction([made.in_play, columns.holds])
        taken = i.ZERO
        if veto.amount is not None:
            earn = self.columns.whole(
                f"{veto.id}:earn", self.rules.to_units(self.rules.terms.number_at(veto.amount))
            )
            if not earn.sure:
                self.rules.require(conjunction([made.applied, holds]), f"{wrapped(earn.sql)} IS NOT NULL")
            made.earned = self.columns.whole(f"{made.criterion.id}:before_veto", made.earned)
            kept = i.greatest(earn, i.ZERO)
            taken = i.greatest(i.minus(made.earned, kept), i.ZERO)
            taken = self.columns.whole(f"{veto.id}:taken", decisions.choose_int(holds, taken, i.ZERO))
            made.earned = i.clipped(i.minus(made.earned, taken), min(0, made.earned.low), made.earned.high)
        where = conjunction([made.applied, holds])
        made.own.append(("veto", where, self.rules.points_of(taken), columns))

    def not_applicable(self, made: NodeColumns, above: Flag) -> None:
        node, applied = made.criterion, made.applied
        points = self.rules.whole(node.points)
        full, earned, in_play, removed = {
            "full": (points, points, TRUE, i.ZERO),
            "zero": (points, i.ZERO, TRUE, i.ZERO),
            "rescale_root": (i.ZERO, i.ZERO, FALSE, points),
        }.get(node.if_not or "", (i.ZERO, i.ZERO, FALSE, i.ZERO))
        made.full = decisions.choose_int(applied, made.full, full)
        made.earned = decisions.choose_int(applied, made.earned, earned)
        made.removed = decisions.choose_int(applied, made.removed, removed)
        if made.in_play.value is not in_play.value:
            either = disjunction if in_play.value else conjunction
            made.in_play = either([inverted(applied) if in_play.value else applied, made.in_play])
        if node.if_not == "zero":
            where = conjunction([above, inverted(applied)])
            assert node.applies is not None
            made.own.append(
                ("not_applicable", where, self.rules.points_of(points), self.rules.rule(node.applies))
            )

    # Leaves

    def leaf(self, node: Criterion, applied: Flag) -> NodeColumns:
        points = self.rules.whole(node.points)
        made = NodeColumns(node, applied, points, points)
        start = points
        if node.score is not None:
            start = self.columns.whole(f"{node.id}:start", self.start(node, node.score, applied))
            kind = {TierScore: "judged", Unseen: "unseen"}.get(type(node.score), "score")
            differs = conjunction([applied, decisions.compared("!=", Exact(start), Exact(points))])
            made.own.append((kind, differs, self.rules.points_of(i.minus(points, start)), None))
        charges = [self.charge(rule) for rule in node.deductions]
        if node.judged_at_most is not None:
            charges.append(self.judged(node, applied))
        lost = i.ZERO
        for one in charges:
            lost = i.plus(lost, one.capped)
        left = i.greatest(i.minus(start, lost), i.ZERO) if charges else start
        bonuses = [self.charge(rule) for rule in node.bonuses]
        added = i.ZERO
        for one in bonuses:
            added = i.plus(added, one.capped)
        if bonuses and node.bonus_at_most is not None:
            added = i.least(added, self.rules.whole(node.bonus_at_most))
        made.start, made.charges, made.bonuses = start, tuple(charges), tuple(bonuses)
        made.earned = i.plus(left, added)
        return made

    def charge(self, rule: Rule) -> Charge:
        columns, cap = self.rules.rule(rule), self.rules.cap(rule)
        capped = columns.total if cap is None else i.least(columns.total, cap)
        return Charge(columns, columns.total, cap, self.columns.whole(f"{rule.id}:capped", capped))

    def judged(self, node: Criterion, applied: Flag) -> Charge:
        assert node.judged_at_most is not None
        most = self.rules.terms.number_at(node.judged_at_most)
        deducted = v.points(Int(name(judged_column(node)), 0, JUDGED_MOST), JUDGED_DECIMALS)
        fits = decisions.compared("<=", deducted, most)
        self.rules.require(applied, f"coalesce({fits.sql}, FALSE)")
        nominal = self.columns.whole(f"{node.id}:deducted", self.rules.to_units(deducted))
        return Charge(None, nominal, None, nominal)

    def start(self, node: Criterion, score: Score, applied: Flag) -> Int:
        """The points before deductions, within 0 and the leaf's, rounded."""
        at = self.rules.terms.number_at
        match score:
            case ValueScore(value=value):
                number: Number = at(value)
            case BandScore():
                number = self.band(node, score)
            case CaseScore(rows=rows):
                number = v.unknown()
                for rule, earn in reversed(rows):
                    number = (
                        at(earn)
                        if rule is None
                        else decisions.chosen(self.rules.holds(rule), at(earn), number)
                    )
            case TierScore():
                coefficient = v.points(
                    Int(name(judged_column(node)), -JUDGED_MOST, JUDGED_MOST), JUDGED_DECIMALS
                )
                number = arithmetic.times(v.exactly(node.points), coefficient)
            case Unseen():
                claimed = Int(name(claimed_column(node)), 0, JUDGED_MOST)
                number = v.points(claimed, JUDGED_DECIMALS)
        number = self.columns.number(f"{node.id}:earns", number)
        clamped = decisions.least(decisions.greatest(number, v.exactly(ZERO)), v.exactly(node.points))
        if isinstance(clamped, v.Interval) or clamped.fixed is None:
            clamped = self.columns.number(f"{node.id}:clamped", clamped)
        if isinstance(clamped, v.Interval):
            low = self.columns.whole(f"{node.id}:least", self.rules.to_units(clamped.low))
            high = self.columns.whole(f"{node.id}:most", self.rules.to_units(clamped.high))
            return decisions.certain(low, high)
        return self.rules.to_units(clamped)

    def band(self, node: Criterion, score: BandScore) -> Number:
        """What the one band earns that the value lies in; in none or in two there is no score."""
        of = self.columns.store(f"{node.id}:of", self.rules.terms.at(score.of))
        inside = [contains(band.allowed, of) for band in score.bands]
        number: Number = v.unknown()
        for flag, band in zip(reversed(inside), reversed(score.bands), strict=True):
            number = decisions.chosen(flag, self.rules.terms.number_at(band.earn), number)
        if not of.sure:
            self.rules.require(
                self.nodes_applied(node), " AND ".join(f"{wrapped(one.sql)} IS NOT NULL" for one in inside)
            )
        hits = " + ".join(f"coalesce({wrapped(one.sql)}, FALSE)::INTEGER" for one in inside)
        self.rules.require(self.nodes_applied(node), f"{hits} = 1")
        return number

    def nodes_applied(self, node: Criterion) -> Flag:
        """Whether the criterion and everything above it apply."""
        for one in (node, *node.ancestors()):
            if one.applies is not None:
                return self.rules.holds(one.applies)
        return TRUE
