"""Branches in columns: how the points of the criteria below roll up."""

from __future__ import annotations

from collections.abc import Sequence

from engine.language.numbers import ONE, ZERO
from engine.portfolio import arithmetic, decisions
from engine.portfolio import integers as i
from engine.portfolio import values as v
from engine.portfolio.conditions import conjunction, disjunction, inverted
from engine.portfolio.integers import Int
from engine.portfolio.nodes import NodeColumns
from engine.portfolio.rules import RuleTranslator
from engine.portfolio.values import TRUE, Exact, Flag, Number
from engine.ruleset.model import Criterion


class BranchTranslator:
    """Translates a criterion with others below it, which have been translated."""

    def __init__(self, rules: RuleTranslator) -> None:
        self.rules = rules
        self.columns = rules.columns

    def branch(self, node: Criterion, applied: Flag, children: tuple[NodeColumns, ...]) -> NodeColumns:
        made = NodeColumns(node, applied, self.rules.whole(node.points), i.ZERO, children=children)
        if node.roll != "sum":
            usable = [
                conjunction([one.in_play, decisions.compared("!=", Exact(one.full), Exact(i.ZERO))])
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
            made.full = decisions.choose_int(any_usable, made.full, i.ZERO)
            made.earned = decisions.choose_int(any_usable, made.earned, i.ZERO)
            made.removed = decisions.choose_int(any_usable, made.removed, removed)
            made.in_play = any_usable
            made.own = [(kind, conjunction([any_usable, where]), *rest) for kind, where, *rest in made.own]  # type: ignore[misc]
        return made

    def sum(self, made: NodeColumns, any_usable: Flag, removed: Int) -> None:
        node = made.criterion
        points = self.rules.whole(node.points)
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
            decisions.compared("==", Exact(base), Exact(i.ZERO)), decisions.compared("!=", Exact(full), Exact(i.ZERO))
        ])  # fmt: skip
        if root:
            self.rules.require(any_usable, f"NOT coalesce({only_bonuses.sql}, FALSE)")
        divisor = i.times(Int(f"nullif({base.sql}, 0)", 1, max(base.high, 1)), i.constant(self.rules.unit))
        exact = Exact(i.times(full, earned), divisor)
        rescaled = self.columns.whole(f"{node.id}:rescaled", self.rules.to_units(exact))
        same = decisions.compared("==", Exact(base), Exact(full))
        plain = disjunction([same, only_bonuses])
        difference = i.minus(i.minus(full, i.minus(base, earned)), rescaled)
        where = conjunction([made.applied, any_usable, inverted(plain)])
        made.own.append(("rescaling", where, self.rules.points_of(difference), None))
        made.earned = decisions.choose_int(plain, earned, rescaled)
        made.full = decisions.choose_int(only_bonuses, i.ZERO, full)

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
                wins = decisions.compared(
                    operator if place < index else f"{operator}=", Exact(one.earned), Exact(other.earned)
                )
                parts.append(disjunction([inverted(usable[place]), wins]))
            picked.append(self.columns.flag(f"{node.id}:{one.criterion.id}:chosen", conjunction(parts)))
        full, earned = children[-1].full, children[-1].earned
        for flag, one in zip(reversed(picked[:-1]), reversed(children[:-1]), strict=True):
            full, earned = (
                decisions.choose_int(flag, one.full, full),
                decisions.choose_int(flag, one.earned, earned),
            )
        made.full, made.earned, made.chosen = full, earned, tuple(picked)

    def average(self, made: NodeColumns, usable: Sequence[Flag], any_usable: Flag) -> None:
        node = made.criterion
        points = v.exactly(node.points)
        weights = [self.weight(made, index, flag) for index, flag in enumerate(usable)]
        total: Number = v.exactly(ZERO)
        for each in weights:
            total = arithmetic.plus(total, each)
        total = self.columns.number(f"{node.id}:weight", total)
        above = decisions.compared(">", total, v.exactly(ZERO))
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
            part = arithmetic.over(
                arithmetic.times(arithmetic.times(weight, points), Exact(i.constant(self.rules.unit), full)),
                total,
            )
            part = self.columns.number(f"{node.id}:{one.criterion.id}:share", part)
            shares.append(part if isinstance(part, Exact) else None)
            fraction = arithmetic.over(arithmetic.times(weight, Exact(one.earned, full)), v.exactly(ONE))
            if full.value is None:
                flag = decisions.compared("!=", Exact(one.full), Exact(i.ZERO))
                fraction = decisions.chosen(flag, fraction, v.exactly(ZERO))
            exact = arithmetic.plus(exact, fraction)
        exact = self.columns.number(
            f"{node.id}:exact", arithmetic.over(arithmetic.times(exact, points), total)
        )
        earned = self.columns.whole(f"{node.id}:average", self.rules.to_units(exact))
        where = conjunction([made.applied, decisions.compared("!=", self.rules.points_of(earned), exact)])
        difference = arithmetic.minus(exact, self.rules.points_of(earned))
        if isinstance(difference, Exact):
            made.own.append(("rounding", where, difference, None))
        made.full, made.earned, made.shares = self.rules.whole(node.points), earned, tuple(shares)

    def weight(self, made: NodeColumns, index: int, usable: Flag) -> Number:
        """A child's weight; 0 where it does not count."""
        node, child = made.criterion, made.children[index]
        if node.roll == "average":
            weight: Number = v.exactly(ONE)
        else:
            weight = self.rules.terms.number_at(node.weights[index])
            weight = self.columns.number(f"{node.id}:{child.criterion.id}:weighs", weight)
            fits = decisions.compared(">=", weight, v.exactly(ZERO))
            least = weight.least if isinstance(weight, Exact) else None
            if fits.value is not True and (least is None or least < 0 or not weight.sure):
                where = conjunction([made.applied, usable])
                self.rules.require(where, f"coalesce({fits.sql}, FALSE)")
            if isinstance(weight, Exact):
                weight = Exact(i.clipped(weight.number, 0, None), weight.denominator, weight.low, weight.high)
        weight = decisions.chosen(usable, weight, v.exactly(ZERO))
        return self.columns.number(f"{node.id}:{child.criterion.id}:weight", weight)
