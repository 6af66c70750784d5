"""No limit lies beyond the points that are there.

A criterion cannot lose more than its own points, so a deduction or an ``at_most`` above them is cut
off when it is taken: a slip, or points that were changed in one place only. A ``bonus_at_most`` of 0
makes every bonus of the criterion worth nothing, and a bonus above it is cut off as well. A veto that leaves all the
points takes nothing.

PASS::

    points: 3
    deductions: [{id: late_filing, each: contracts, deduct: 1, at_most: 3, …}]

FAIL: the criterion has 3 points::

    points: 3
    deductions: [{id: late_filing, each: contracts, deduct: 1, at_most: 5, …}]
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.numbers import Rational, format_exact
from engine.language.ranges import Bounds, range_of
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.bounds import bounds_of
from engine.ruleset.model import Criterion, Expression, Ruleset

CHECK = Check("R111", Text("上限不超过分值", "no limit beyond the points"), "warning")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each deduction or limit that is above what it can ever apply to."""
    bounds = bounds_of(ruleset)
    for node in ruleset.root.subtree():
        yield from _limits(node, bounds)
        yield from _veto(node, bounds)
        if node.bonus_at_most is not None and node.bonus_at_most <= 0 and node.bonuses:
            message = Text(
                "bonus_at_most 为 0，加分项加不上分", "bonus_at_most is 0: no bonus ever adds anything"
            )
            fix = Text("改正上限，或删去加分项", "correct it, or remove the bonuses")
            yield CHECK.problem(message, node.position, node.id, fix)


def _limits(node: Criterion, bounds: Bounds) -> Iterator[Problem]:
    written = [("judged.at_most", node.judged_at_most, node.id, node.points)]
    for rule in node.deductions:
        written += [
            ("deduct", rule.amount, rule.id, node.points),
            ("at_most", rule.at_most, rule.id, node.points),
        ]
    if node.bonus_at_most:
        room: Rational = node.bonus_at_most
        for rule in node.bonuses:
            written += [("add", rule.amount, rule.id, room), ("at_most", rule.at_most, rule.id, room)]
    for name, expression, owner, most in written:
        if expression is not None and (least := _least_above(expression, most, bounds)) is not None:
            above, limit = format_exact(least), format_exact(most)
            message = Text(
                f"{name} 是 {above}，超过可用的 {limit} 分",
                f"'{name}' is {above}, above the {limit} points there are",
            )
            fix = Text("改正分值，或写 points", "correct the points, or write 'points'")
            yield CHECK.problem(message, expression.position(), owner, fix)


def _veto(node: Criterion, bounds: Bounds) -> Iterator[Problem]:
    """A veto whose ``earn`` is never below the most that the node can earn."""
    kept = node.veto.amount if node.veto is not None else None
    above_points = node.parent is not None and any(leaf.bonuses for leaf in node.subtree())
    if node.veto is None or kept is None or above_points:
        return
    least = range_of(kept.term, bounds).low
    if least is not None and least >= node.points:
        message = Text(
            f"earn 是 {format_exact(least)}，不低于满分 {format_exact(node.points)}，一票否决扣不到分",
            f"'earn' is {format_exact(least)}, all the points there are: the veto takes nothing",
        )
        fix = Text("改正 earn", "correct it")
        yield CHECK.problem(message, kept.position(), node.veto.id, fix)


def _least_above(expression: Expression, most: Rational, bounds: Bounds) -> Rational | None:
    """The least that the expression can be, where even that is above ``most``."""
    least = range_of(expression.term, bounds).low
    return least if least is not None and least > most else None
