"""What a department of unknowns earns at every node, as the ledger has it.

``rules`` says what fires, ``leaves`` and ``branches`` what that comes to; here are the steps that all nodes
share: whether they apply, the cap of the total, and the veto. For fixed facts it gives the same points as
``ledger/``, which a test holds.
"""

from __future__ import annotations

from dataclasses import replace

import z3

from engine.language.numbers import ZERO
from engine.proof.arithmetic import (
    FALSE,
    TRUE,
    Bool,
    Expr,
    both,
    chosen,
    either,
    greatest,
    implied,
    least,
    negation,
    number,
)
from engine.proof.branches import Branches
from engine.proof.encoding import Encoder
from engine.proof.gathering import Lists
from engine.proof.leaves import Leaves, exactly_one
from engine.proof.points import Points
from engine.proof.variables import within
from engine.ruleset.checks import grade_coverage
from engine.ruleset.model import (
    Criterion,
    Rule,
)


class Scores(Leaves):
    """The points of one ruleset's criteria for the department of an encoder."""

    def __init__(self, encoder: Encoder, lists: Lists) -> None:
        super().__init__(encoder, lists)
        self.branches = Branches(encoder)
        self._points: dict[str, Points] = {}
        self.summarised = False
        """Whether branches see only what is true of every child's score, instead of how it comes about."""
        self._grades_have_gaps = any(grade_coverage.find(self.ruleset))
        self.valid = both(
            *(encoder.truth(one.holds.term) for one in self.ruleset.identities if one.blocking),
            *(encoder.encode(one.holds.term).defined for one in self.ruleset.identities if not one.blocking),
        )
        """That the facts are usable: every blocking identity holds, and every identity has a value."""

    @property
    def scored(self) -> Bool:
        """That the department has a score: the table has a total, and the total one grade."""
        whole = self.points(self.ruleset.root)
        # Grades without a gap leave nothing to ask, and the solver less to do.
        graded = self.one_grade(whole.earned) if self._grades_have_gaps else TRUE
        return both(whole.defined, graded)

    def one_grade(self, earned: Expr) -> Bool:
        """That a total of ``earned`` has one grade and no other."""
        words = self.encoder.department.words
        return exactly_one([within(earned, band.allowed, words) for band in self.ruleset.grades])

    def points(self, node: Criterion) -> Points:
        """What the node earns, its ``applies``, cap and veto included."""
        if self.encoder.replaced:
            return self._node(node)
        if node.id not in self._points:
            self._points[node.id] = self._node(node)
        return self._points[node.id]

    def _node(self, node: Criterion) -> Points:
        found = self._branch(node) if node.children else self._leaf(node)
        if node.parent is None:
            capped = least((found.earned, number(node.points)))
            found = Points(
                found.full, capped, found.in_play, found.removed, found.defined, found.fulls, found.removals
            )
        if node.veto is not None:
            found = self._vetoed(found, node.veto)
        return found if node.applies is None else self._gated(found, node, node.applies)

    def _branch(self, node: Criterion) -> Points:
        children = [self.summary(child) if self.summarised else self.points(child) for child in node.children]
        found = self.branches.branch(node, children)
        return replace(found, defined=both(found.defined, *map(self.decided, node.explains)))

    def earned_without(self, rule: Rule) -> Expr:
        """What the leaf of a deduction or bonus would earn without it, before its veto."""
        self.without = rule
        try:
            return self._leaf(rule.criterion).earned
        finally:
            self.without = None

    def earned_with_all(self, node: Criterion) -> Expr:
        """What the leaf earns before its veto."""
        return self._leaf(node).earned

    def reached(self, node: Criterion) -> Bool:
        """That the node and everything above it applies, so that it is scored at all."""
        return both(self.reached_from_above(node), TRUE if node.applies is None else self.fired(node.applies))

    def reached_from_above(self, node: Criterion) -> Bool:
        """That everything above the node applies."""
        return both(*(self.fired(one.applies) for one in node.ancestors() if one.applies is not None))

    def branch_over_summaries(self, node: Criterion) -> Points:
        """What the node earns, whatever its children earn between nothing and all."""
        self.summarised = True
        try:
            return self._node(node)
        finally:
            self.summarised = False

    def summary(self, node: Criterion) -> Points:
        """Any score that the node may have: from 0 to its full points (more, with a bonus on top)."""
        known = self.points(node)
        full, earned, removed = (z3.Real(f"{what} of {node.id}") for what in ("full", "earned", "removed"))
        if len(known.fulls) == 1:
            full = known.full
        if len(known.removals) == 1:
            removed = known.removed
        in_play = TRUE if z3.is_true(known.in_play) else z3.Bool(f"{node.id} counts")
        limits = [earned >= 0, either(*(full == number(one) for one in known.fulls))]
        limits.append(either(*(removed == number(one) for one in known.removals)))
        if not has_bonus(node):
            limits.append(earned <= full)
        self.encoder.axioms.append(both(*limits))
        return Points(full, earned, in_play, removed, TRUE, known.fulls, known.removals)

    def _gated(self, found: Points, node: Criterion, applies: Rule) -> Points:
        """The score where ``applies`` holds, and what ``if_not`` says elsewhere."""
        holds = self.fired(applies)
        counts = node.if_not in ("full", "zero")
        full = node.points if counts else ZERO
        earned = node.points if node.if_not == "full" else ZERO
        removed = node.points if node.if_not == "rescale_root" else ZERO
        return Points(
            chosen(holds, found.full, number(full)),
            chosen(holds, found.earned, number(earned)),
            either(both(holds, found.in_play), FALSE if not counts else negation(holds)),
            chosen(holds, found.removed, number(removed)),
            both(self.decided(applies), implied(holds, found.defined)),
            found.fulls | {full},
            found.removals | {removed},
        )

    def _vetoed(self, found: Points, veto: Rule) -> Points:
        earned, defined = found.earned, both(found.defined, self.decided(veto))
        if veto.amount is not None:
            value, has_value = self.encoder.encode(veto.amount.term)
            kept = greatest((self.encoder.nonlinear.rounded(value, self.decimals), number(0)))
            holds = both(found.in_play, self.fired(veto))
            earned = chosen(holds, least((earned, kept)), earned)
            defined = both(defined, implied(holds, has_value))
        return Points(found.full, earned, found.in_play, found.removed, defined, found.fulls, found.removals)


def has_bonus(node: Criterion) -> bool:
    """Whether the node may earn more than its points."""
    return any(leaf.bonuses for leaf in node.subtree())
