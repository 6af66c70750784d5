"""What a criterion earns before, less what it earns after, as an expression of the solver's.

Where a branch only adds up, what its unchanged children earn cancels out and is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from engine.language.numbers import ONE, ZERO
from engine.proof.arithmetic import TRUE, Bool, Expr, both, chosen, number, times, total
from engine.proof.difference.meaning import Meanings
from engine.proof.scores import Scores, has_bonus
from engine.proof.solving import World
from engine.ruleset.model import Criterion, Ruleset

LESS = number(-ONE)


class Gaps:
    """The differences in points of two rulesets' criteria."""

    def __init__(self, before: Ruleset, after: Ruleset) -> None:
        self.meanings = Meanings(before), Meanings(after)

    def is_unchanged(self, node: Criterion, other: Criterion) -> bool:
        """Whether what the criterion earns is made of the same, wherever all above it applies."""
        before, after = self.meanings
        return before.criterion(node) == after.criterion(other)

    def counts_alike(self, node: Criterion, other: Criterion) -> bool:
        """Whether the criterion, and all above it, applies to the same departments."""
        before, after = self.meanings
        return self._applies_alike(node, other) and before.gates(node) == after.gates(other)

    def _applies_alike(self, node: Criterion, other: Criterion) -> bool:
        before, after = self.meanings
        return before.rule(node.applies) == after.rule(other.applies) and node.if_not == other.if_not

    def rises_with_children(self, node: Criterion, other: Criterion) -> bool:
        """Whether both branches make the same of what those below them earn, and never less of more.

        Sums, averages, caps and vetoes are such, spread over what applies or not. Under ``best`` and
        ``weakest`` another child may be chosen, which is only as good where all children have the same points.
        """
        before, after = self.meanings
        return before.frame(node) == after.frame(other) and all(
            one.roll not in ("best", "weakest") or _are_alike(one.children) for one in node.subtree()
        )

    def only_adds(self, world: World, node: Criterion, other: Criterion) -> bool:
        """Whether both branches are the sum of their children, wherever they apply, to the same departments."""
        one, two = world.scores
        applies = self._applies_alike(node, other)
        return applies and node.points == other.points and _is_sum(one, node) and _is_sum(two, other)

    def comparable(self, world: World, node: Criterion, other: Criterion) -> Bool:
        """That the criterion counts in both and has a score by both, so that the gap means something."""
        one, two = world.scores
        defined = both(one.points(node).defined, two.points(other).defined)
        return both(counts(one, node), counts(two, other), defined)

    def gap(self, world: World, node: Criterion, other: Criterion) -> Expr:
        """Points before less points after; it means something where the criterion counts in both."""
        if self.is_unchanged(node, other):
            return number(ZERO)
        one, two = world.scores
        if not self.only_adds(world, node, other):
            return total((one.points(node).earned, times(LESS, two.points(other).earned)))
        partners = {child.id: child for child in other.children}
        gaps: list[Expr] = []
        for child in node.children:
            partner = partners.pop(child.id, None)
            gaps.append(self.gap(world, child, partner) if partner is not None else one.points(child).earned)
        gaps += [times(LESS, two.points(child).earned) for child in partners.values()]
        holds = TRUE if node.applies is None else one.fired(node.applies)
        return chosen(holds, total(gaps), number(ZERO))


def counts(scores: Scores, node: Criterion) -> Bool:
    """That everything above the criterion applies and the criterion itself is in the reckoning."""
    return both(scores.reached_from_above(node), scores.points(node).in_play)


def _are_alike(children: Sequence[Criterion]) -> bool:
    return len({child.points for child in children}) == 1 and all(child.applies is None for child in children)


def _is_sum(scores: Scores, node: Criterion) -> bool:
    """Whether the branch's points are its children's, added up, with nothing left out or spread."""
    if not node.children or node.roll != "sum" or node.veto is not None:
        return False
    if node.parent is None and has_bonus(node):
        return False
    children = [scores.points(child) for child in node.children]
    always = all(
        z3.is_true(points.in_play) and points.fulls == {child.points} and points.removals == {ZERO}
        for points, child in zip(children, node.children, strict=True)
    )
    return always and sum((child.points for child in node.children), ZERO) == node.points
