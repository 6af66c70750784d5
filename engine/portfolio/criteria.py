"""Criteria in columns: what each leaf starts with and loses, and how branches roll up.

The order is that of ``engine/ledger``: of what a leaf starts with, each rule takes its total within its
cap, and together they take no more than there is. As every amount is at least 0, the lines of a rule cost
together the least of their sum, the cap and what is left, so that the points need no line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.language.numbers import ONE, ZERO, Rational
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.expressions import conjunction, disjunction, inverted
from engine.portfolio.integers import Int, name, wrapped
from engine.portfolio.layout import JUDGED_DECIMALS, JUDGED_MOST, claimed_column, judged_column
from engine.portfolio.rules import RuleColumns, RuleTranslator, contains, group_of
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


@dataclass(frozen=True, slots=True)
class Charge:
    """What a rule, or an assessor where there is none, takes at a leaf: at most ``cap`` in all."""

    rule: RuleColumns | None
    total: Int
    cap: Int | None
    capped: Int


@dataclass(slots=True)
class NodeColumns:
    """One criterion. All whole numbers are units of points (see :class:`RuleTranslator`)."""

    criterion: Criterion
    applied: Flag
    """Whether the criterion and everything above it apply."""
    full: Int
    earned: Int
    in_play: Flag = TRUE
    removed: Int = i.ZERO
    children: tuple[NodeColumns, ...] = ()
    start: Int | None = None
    charges: tuple[Charge, ...] = ()
    bonuses: tuple[Charge, ...] = ()
    chosen: tuple[Flag, ...] = ()
    """For each child whether its lines count."""
    shares: tuple[Exact | None, ...] = ()
    own: list[tuple[str, Flag, Exact, RuleColumns | None]] = field(default_factory=list)
    """Lines of the node's own: their kind, where they are, and how much."""


class CriterionTranslator:
    """Translates the criteria tree."""

    def __init__(self, rules: RuleTranslator) -> None:
        self.rules = rules
        self.columns = rules.columns
        self.ruleset = rules.ruleset
        self.nodes: dict[str, NodeColumns] = {}

    def units(self, points: Rational) -> Int:
        return i.constant(int(points * self.rules.unit))

    def node(self, node: Criterion, above: Flag = TRUE) -> NodeColumns:
        applied = self.rules.holds(node.applies) if node.applies is not None else above
        children = tuple(self.node(child, applied) for child in node.children)
        with self.columns.within(group_of(node)):
            made = self.branch(node, applied, children) if children else self.leaf(node, applied)
            self.finish(made, above)
        self.nodes[node.id] = made
        if not made.earned.sure:
            self.rules.require(above, f"{wrapped(made.earned.sql)} IS NOT NULL")
        return made

    def finish(self, made: NodeColumns, above: Flag) -> None:
        """The root's cap, the veto, and what holds where the criterion does not apply."""
        node = made.criterion
        if node.parent is None:
            points = self.units(node.points)
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
            taken = self.columns.whole(f"{veto.id}:taken", v.choose_int(holds, taken, i.ZERO))
            made.earned = i.clipped(i.minus(made.earned, taken), min(0, made.earned.low), made.earned.high)
        where = conjunction([made.applied, holds])
        made.own.append(("veto", where, self.rules.points_of(taken), columns))

    def not_applicable(self, made: NodeColumns, above: Flag) -> None:
        node, applied = made.criterion, made.applied
        points = self.units(node.points)
        full, earned, in_play, removed = {
            "full": (points, points, TRUE, i.ZERO),
            "zero": (points, i.ZERO, TRUE, i.ZERO),
            "rescale_root": (i.ZERO, i.ZERO, FALSE, points),
        }.get(node.if_not or "", (i.ZERO, i.ZERO, FALSE, i.ZERO))
        made.full = v.choose_int(applied, made.full, full)
        made.earned = v.choose_int(applied, made.earned, earned)
        made.removed = v.choose_int(applied, made.removed, removed)
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
        points = self.units(node.points)
        made = NodeColumns(node, applied, points, points)
        start = points
        if node.score is not None:
            start = self.columns.whole(f"{node.id}:start", self.start(node, node.score, applied))
            kind = {TierScore: "judged", Unseen: "unseen"}.get(type(node.score), "score")
            differs = conjunction([applied, v.compared("!=", Exact(start), Exact(points))])
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
            added = i.least(added, self.units(node.bonus_at_most))
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
        fits = v.compared("<=", deducted, most)
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
                    number = at(earn) if rule is None else v.chosen(self.rules.holds(rule), at(earn), number)
            case TierScore():
                coefficient = v.points(
                    Int(name(judged_column(node)), -JUDGED_MOST, JUDGED_MOST), JUDGED_DECIMALS
                )
                number = v.times(v.exactly(node.points), coefficient)
            case Unseen():
                claimed = Int(name(claimed_column(node)), 0, JUDGED_MOST)
                number = v.points(claimed, JUDGED_DECIMALS)
        number = self.columns.number(f"{node.id}:earns", number)
        clamped = v.least(v.greatest(number, v.exactly(ZERO)), v.exactly(node.points))
        if isinstance(clamped, v.Interval) or clamped.fixed is None:
            clamped = self.columns.number(f"{node.id}:clamped", clamped)
        if isinstance(clamped, v.Interval):
            low = self.columns.whole(f"{node.id}:least", self.rules.to_units(clamped.low))
            high = self.columns.whole(f"{node.id}:most", self.rules.to_units(clamped.high))
            return v.certain(low, high)
        return self.rules.to_units(clamped)

    def band(self, node: Criterion, score: BandScore) -> Number:
        """What the one band earns that the value lies in; in none or in two there is no score."""
        of = self.columns.store(f"{node.id}:of", self.rules.terms.at(score.of))
        inside = [contains(band.allowed, of) for band in score.bands]
        number: Number = v.unknown()
        for flag, band in zip(reversed(inside), reversed(score.bands), strict=True):
            number = v.chosen(flag, self.rules.terms.number_at(band.earn), number)
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

    # Branches

    def branch(self, node: Criterion, applied: Flag, children: tuple[NodeColumns, ...]) -> NodeColumns:
        made = NodeColumns(node, applied, self.units(node.points), i.ZERO, children=children)
        if node.roll != "sum":
            usable = [
                conjunction([one.in_play, v.compared("!=", Exact(one.full), Exact(i.ZERO))])
                for one in children
            ]
        else:
            usable = [one.in_play for one in children]
        usable = [
            self.columns.flag(f"{node.id}:{one.criterion.id}:counts", flag)
            for one, flag in zip(children, usable, strict=True)
        ]
        any_usable = disjunction(usable)
        removed = i.ZERO
        for one in children:
            removed = i.plus(removed, one.removed)
        if node.parent is None and any_usable.value is not True:
            self.rules.require(TRUE, any_usable.sql)
        made.chosen = tuple(usable)
        if node.roll in ("best", "weakest"):
            self.pick(made, usable)
        elif node.roll in ("average", "weighted"):
            self.average(made, usable, any_usable)
        else:
            self.sum(made, any_usable, removed)
        if any_usable.value is not True:
            made.full = v.choose_int(any_usable, made.full, i.ZERO)
            made.earned = v.choose_int(any_usable, made.earned, i.ZERO)
            made.removed = v.choose_int(any_usable, made.removed, removed)
            made.in_play = any_usable
            made.own = [(kind, conjunction([any_usable, where]), *rest) for kind, where, *rest in made.own]  # type: ignore[misc]
        return made

    def sum(self, made: NodeColumns, any_usable: Flag, removed: Int) -> None:
        node = made.criterion
        points = self.units(node.points)
        root = node.parent is None
        full = points if root else i.minus(points, removed)
        base, earned = i.ZERO, i.ZERO
        for one in made.children:
            base, earned = i.plus(base, one.full), i.plus(earned, one.earned)
        made.full, made.earned = full, earned
        made.removed = i.ZERO if root else removed
        if base.value is not None and base.value == full.value:
            return
        base = self.columns.whole(f"{node.id}:base", base)
        full = self.columns.whole(f"{node.id}:full", full)
        earned = self.columns.whole(f"{node.id}:sum", earned)
        only_bonuses = conjunction([
            v.compared("==", Exact(base), Exact(i.ZERO)), v.compared("!=", Exact(full), Exact(i.ZERO))
        ])  # fmt: skip
        if root:
            self.rules.require(any_usable, f"NOT coalesce({only_bonuses.sql}, FALSE)")
        divisor = i.times(Int(f"nullif({base.sql}, 0)", 1, max(base.high, 1)), i.constant(self.rules.unit))
        exact = Exact(i.times(full, earned), divisor)
        rescaled = self.columns.whole(f"{node.id}:rescaled", self.rules.to_units(exact))
        same = v.compared("==", Exact(base), Exact(full))
        plain = disjunction([same, only_bonuses])
        difference = i.minus(i.minus(full, i.minus(base, earned)), rescaled)
        where = conjunction([made.applied, any_usable, inverted(plain)])
        made.own.append(("rescaling", where, self.rules.points_of(difference), None))
        made.earned = v.choose_int(plain, earned, rescaled)
        made.full = v.choose_int(only_bonuses, i.ZERO, full)

    def pick(self, made: NodeColumns, usable: Sequence[Flag]) -> None:
        """The best or the weakest child; of equals the first."""
        node, children = made.criterion, made.children
        operator = ">" if node.roll == "best" else "<"
        picked: list[Flag] = []
        for index, one in enumerate(children):
            parts = [usable[index]]
            for place, other in enumerate(children):
                if place == index:
                    continue
                wins = v.compared(
                    operator if place < index else f"{operator}=", Exact(one.earned), Exact(other.earned)
                )
                parts.append(disjunction([inverted(usable[place]), wins]))
            picked.append(self.columns.flag(f"{node.id}:{one.criterion.id}:chosen", conjunction(parts)))
        full, earned = children[-1].full, children[-1].earned
        for flag, one in zip(reversed(picked[:-1]), reversed(children[:-1]), strict=True):
            full, earned = v.choose_int(flag, one.full, full), v.choose_int(flag, one.earned, earned)
        made.full, made.earned, made.chosen = full, earned, tuple(picked)

    def average(self, made: NodeColumns, usable: Sequence[Flag], any_usable: Flag) -> None:
        node = made.criterion
        points = v.exactly(node.points)
        weights = [self.weight(made, index, flag) for index, flag in enumerate(usable)]
        total: Number = v.exactly(ZERO)
        for each in weights:
            total = v.plus(total, each)
        total = self.columns.number(f"{node.id}:weight", total)
        above = v.compared(">", total, v.exactly(ZERO))
        if above.value is not True:
            where = conjunction([made.applied, any_usable])
            self.rules.require(where, f"coalesce({above.sql}, FALSE)")
        exact: Number = v.exactly(ZERO)
        shares: list[Exact | None] = []
        for one, weight in zip(made.children, weights, strict=True):
            full = (
                one.full
                if one.full.value
                else Int(f"nullif({one.full.sql}, 0)", 1, max(one.full.high, 1), sure=False)
            )
            if one.full.value == 0:
                shares.append(None)
                continue
            part = v.over(v.times(v.times(weight, points), Exact(i.constant(self.rules.unit), full)), total)
            part = self.columns.number(f"{node.id}:{one.criterion.id}:share", part)
            shares.append(part if isinstance(part, Exact) else None)
            fraction = v.over(v.times(weight, Exact(one.earned, full)), v.exactly(ONE))
            if full.value is None:
                flag = v.compared("!=", Exact(one.full), Exact(i.ZERO))
                fraction = v.chosen(flag, fraction, v.exactly(ZERO))
            exact = v.plus(exact, fraction)
        exact = self.columns.number(f"{node.id}:exact", v.over(v.times(exact, points), total))
        earned = self.columns.whole(f"{node.id}:average", self.rules.to_units(exact))
        where = conjunction([made.applied, v.compared("!=", self.rules.points_of(earned), exact)])
        difference = v.minus(exact, self.rules.points_of(earned))
        if isinstance(difference, Exact):
            made.own.append(("rounding", where, difference, None))
        made.full, made.earned, made.shares = self.units(node.points), earned, tuple(shares)

    def weight(self, made: NodeColumns, index: int, usable: Flag) -> Number:
        """A child's weight; 0 where it does not count."""
        node, child = made.criterion, made.children[index]
        if node.roll == "average":
            weight: Number = v.exactly(ONE)
        else:
            weight = self.rules.terms.number_at(node.weights[index])
            weight = self.columns.number(f"{node.id}:{child.criterion.id}:weighs", weight)
            fits = v.compared(">=", weight, v.exactly(ZERO))
            least = weight.least if isinstance(weight, Exact) else None
            if fits.value is not True and (least is None or least < 0 or not weight.sure):
                where = conjunction([made.applied, usable])
                self.rules.require(where, f"coalesce({fits.sql}, FALSE)")
            if isinstance(weight, Exact):
                weight = Exact(i.clipped(weight.number, 0, None), weight.denominator, weight.low, weight.high)
        weight = v.chosen(usable, weight, v.exactly(ZERO))
        return self.columns.number(f"{node.id}:{child.criterion.id}:weight", weight)
