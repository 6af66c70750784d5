"""The department whose total falls most from one ruleset to the other."""

from __future__ import annotations

from collections.abc import Iterator

import z3
from msgspec import Struct

from engine.language.numbers import ZERO, Rational
from engine.proof.answers import Witness
from engine.proof.arithmetic import Bool, both, number
from engine.proof.difference.comparing import Comparison
from engine.proof.difference.repeating import repeated
from engine.proof.difference.shown import Shown, shown
from engine.proof.documents import Reader
from engine.proof.prover import Prover
from engine.proof.solving import World
from engine.ruleset.model import Criterion

PATIENCE = 2
"""After how many questions without an answer the search is left off."""

CriterionPair = tuple[Criterion, Criterion]


class Worst(Struct, frozen=True, eq=False):
    """The largest loss of points that was found, and ``at_most``, what no department exceeds.

    Where the two are equal it is proved that none loses more. ``shown`` is ``None`` where nobody was
    found to lose.
    """

    loss: Rational
    at_most: Rational
    shown: Shown | None = None

    @property
    def is_proved(self) -> bool:
        return self.loss == self.at_most


def worst(comparison: Comparison) -> Worst:
    """Look for ever larger losses: first of each leaf that may lose, then of the total.

    What is left between the largest loss found and the least ruled out is halved each time.
    """
    search = _Search(comparison)
    total = comparison.before.root, comparison.after.root
    if comparison.apart is not None:
        return Worst(search.loss(total), total[0].points, search.best(total))
    most = search.on_grid(_most(comparison, total, search.step))
    if search.loss(total) < most:
        for leaf in _losing_leaves(comparison):
            search.between(leaf, leaf[0].points)
    reached = search.between(total, most)
    return Worst(search.loss(total), reached, search.best(total))


def _losing_leaves(comparison: Comparison) -> Iterator[CriterionPair]:
    for other in comparison.after.root.subtree():
        node = comparison.before.criteria.get(other.id)
        if (
            node is not None
            and not other.children
            and comparison.found[other.id].verdict in ("stricter", "both")
        ):
            yield node, other


class _Search:
    """The departments seen so far, and the questions for others that lose more."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        before, after = comparison.before, comparison.after
        self.step = Rational(1, 10 ** max(before.decimals, after.decimals))
        self.seen: list[Shown] = []
        for one in comparison.departments():
            self._see(one)

    def on_grid(self, points: Rational) -> Rational:
        """The most that points with the rulesets' decimals can be."""
        return points // self.step * self.step

    def best(self, pair: CriterionPair) -> Shown | None:
        """The department that loses most by a criterion."""
        losing = [one for one in self.seen if (one.loss(*pair) or ZERO) > ZERO]
        return max(losing, key=lambda one: one.loss(*pair) or ZERO, default=None)

    def loss(self, pair: CriterionPair) -> Rational:
        """What it loses."""
        best = self.best(pair)
        return ZERO if best is None else best.loss(*pair) or ZERO

    def _see(self, one: Shown) -> None:
        self.seen += [one, *repeated(one, self.comparison.prover)]

    def between(self, pair: CriterionPair, most: Rational) -> Rational:
        """Look for larger losses by a criterion, none of which exceeds ``most``; what is proved to be the most."""
        proved, reached, unanswered = most, most, 0
        while self.loss(pair) < reached and unanswered < PATIENCE:
            steps = (reached - self.loss(pair)) / self.step
            target = self.loss(pair) + self.step * ((steps + 1) // 2 or 1)
            state = self._asked(pair, target)
            if state == "possible":
                continue
            reached = target - self.step
            if state == "impossible":
                proved = reached
            unanswered += state == "unknown"
        return proved

    def _asked(self, pair: CriterionPair, target: Rational) -> str:
        """Whether a department loses ``target`` points or more by the criterion."""
        node, other = pair

        def claim(world: World) -> Bool:
            gaps = self.comparison.gaps
            return both(gaps.comparable(world, node, other), gaps.gap(world, node, other) >= number(target))

        def confirm(reader: Reader, prover: Prover) -> Witness | None:
            found = shown(reader, prover)
            self._see(found)
            loss = found.loss(node, other)
            return Witness(found.before.document) if loss is not None and loss >= target else None

        prover = self.comparison.prover
        return prover.decide(claim, confirm, question="diff: worst", target=other.id, expected=True).state


def _most(comparison: Comparison, pair: CriterionPair, step: Rational) -> Rational:
    """What nobody loses more than by a criterion: no more than it has points, and than those below it can lose.

    Where points are spread over what applies, a loss below grows as much as the least that is always there allows.
    """
    node, other = pair
    if comparison.found[other.id].verdict in ("equivalent", "more lenient"):
        return ZERO
    scores = comparison.prover.refuter.world.scores[0]
    children = [scores.points(child) for child in node.children]
    constant = all(one.removals == {ZERO} for one in children)
    sums = bool(children) and node.roll == "sum" and constant
    if not sums or not comparison.gaps.rises_with_children(node, other):
        return node.points
    always = [
        child.points if z3.is_true(one.in_play) else ZERO
        for child, one in zip(node.children, children, strict=True)
    ]
    most = ZERO
    for child, partner, own in zip(node.children, other.children, always, strict=True):
        there = sum(always, ZERO) - own + child.points
        most += _most(comparison, (child, partner), step) * node.points / there if child.points else ZERO
    spread = sum(always, ZERO) != node.points
    return min(most + (step if spread and most else ZERO), node.points)  # what is spread is rounded once more
