"""Criterion by criterion, leaves first: equivalent, stricter, more lenient, or both, each with a department."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.errors import Text
from engine.language.numbers import ZERO
from engine.proof.answers import Witness
from engine.proof.arithmetic import TRUE, Bool, both, either, negation
from engine.proof.budget import SECONDS, Budget, Seconds
from engine.proof.difference.common import at_odds, narrowed
from engine.proof.difference.gap import Gaps, counts
from engine.proof.difference.lifting import never_more
from engine.proof.difference.shown import Shown, shown
from engine.proof.documents import Reader
from engine.proof.extra import require_solver
from engine.proof.prover import Prover
from engine.proof.solving import World
from engine.ruleset.model import Criterion, Ruleset

Verdict = Literal[
    "equivalent", "stricter", "more lenient", "both", "applies to others", "added", "removed", "unknown"
]
Way = Literal["loses", "gains", "counts in one"]
Holds = Callable[[Shown], bool]

VERDICTS: dict[tuple[bool, bool], Verdict] = {
    (False, False): "equivalent",
    (True, False): "stricter",
    (False, True): "more lenient",
    (True, True): "both",
}


class PointsDifference(Struct, frozen=True, eq=False):
    """What became of one criterion. ``shown`` has a department for each way of differing that is possible.

    ``reason`` says why it is not known, or what the verdict takes for granted.
    """

    criterion: Criterion
    verdict: Verdict
    shown: tuple[Shown, ...] = ()
    reason: Text | None = None


class Finding(Struct, frozen=True, eq=False):
    """Whether a criterion can differ in one way."""

    state: Literal["possible", "impossible", "unknown"]
    shown: Shown | None = None
    reason: Text | None = None


IMPOSSIBLE = Finding("impossible")


def difference_in_points(
    before: Ruleset,
    after: Ruleset,
    budget: Budget | None = None,
    progress: Callable[[PointsDifference], None] = lambda difference: None,
) -> list[PointsDifference]:
    """Each criterion of ``after`` in the order of its table, the table as a whole first; then those it dropped.

    ``budget`` is what each answer may cost, ten seconds if nothing is said; ``progress`` hears of each as it is found. Raises
    :class:`UsageProblem` without z3-solver, and :class:`~engine.errors.UnconfirmedWitness` if a department
    does not score as the solver said.
    """
    require_solver()
    return Comparison(before, after, budget or Seconds(SECONDS)).differences(progress)


class Comparison:
    """Two rulesets asked about one department."""

    def __init__(self, before: Ruleset, after: Ruleset, budget: Budget) -> None:
        self.before = before
        self.after = after
        self.prover = Prover([before, after], budget)
        self.gaps = Gaps(before, after)
        self.found: dict[str, PointsDifference] = {}
        self.limits: dict[str, Text] = {}
        """By criterion, within what its verdict was shown, where that is not every department."""

    def differences(self, progress: Callable[[PointsDifference], None]) -> list[PointsDifference]:
        """See :func:`difference_in_points`."""
        told = narrowed(self.before, self.after)
        for other in reversed([*self.after.root.subtree()]):  # those below before those above
            node = self.before.criteria.get(other.id) if other.parent is not None else self.before.root
            found = PointsDifference(other, "added") if node is None else self._difference(node, other)
            if found.verdict not in ("added", "unknown"):
                found = replace(found, reason=_joined(self.limits.get(other.id), told))
            self.found[other.id] = found
            progress(found)
        dropped = [
            PointsDifference(node, "removed")
            for node in self.before.root.subtree()
            if node.parent is not None and node.id not in self.after.criteria
        ]
        return [*(self.found[one.id] for one in self.after.root.subtree()), *dropped]

    def departments(self) -> Iterator[Shown]:
        """Every department that was found so far."""
        for one in self.found.values():
            yield from one.shown

    @cached_property
    def apart(self) -> Text | None:
        """That no department was found which keeps the checks of both, where they differ."""
        before, after = self.gaps.meanings
        if before.identities() == after.identities():
            return None

        def confirm(reader: Reader, prover: Prover) -> Witness | None:
            return Witness(shown(reader, prover).before.document)

        found = self.prover.decide(
            lambda world: TRUE, confirm, question="diff: in common", target=self.after.id, expected=True
        )
        if found.state == "possible":
            return None
        return Text(
            "没有找到同时满足两者勾稽关系（checks）的部门",
            "no department was found that keeps the checks of both",
        )

    def _difference(self, node: Criterion, other: Criterion) -> PointsDifference:
        gaps = self.gaps
        if gaps.is_unchanged(node, other) and gaps.counts_alike(node, other):
            return PointsDifference(other, "equivalent")
        meanings = [
            (one.criterion(each), one.gates(each), one.identities())
            for one, each in zip(gaps.meanings, (node, other), strict=True)
        ]
        odds = at_odds(*meanings) or self.apart
        if odds is not None:
            return PointsDifference(other, "unknown", reason=odds)
        ways: tuple[Way, ...] = ("counts in one", "loses", "gains")
        findings = {way: self._way(way, node, other) for way in ways}
        departments = tuple(one.shown for one in findings.values() if one.shown is not None)
        for finding in findings.values():
            if finding.state == "unknown":
                return PointsDifference(other, "unknown", departments, finding.reason)
        self._limit(other, findings.values())
        loses, gains = (findings[way].state == "possible" for way in ("loses", "gains"))
        if findings["counts in one"].state == "possible":
            return PointsDifference(other, "applies to others", departments)
        return PointsDifference(other, VERDICTS[loses, gains], departments)

    def _limit(self, other: Criterion, findings: Iterable[Finding]) -> None:
        """Note within what the criterion's verdict was shown; what follows from others is within the same."""
        own = [one.reason for one in findings if one.state == "impossible"]
        below = [self.limits.get(child.id) for child in other.children]
        limit = next((one for one in (*own, *below) if one is not None), None)
        if limit is not None:
            self.limits[other.id] = limit

    def _way(self, way: Way, node: Criterion, other: Criterion) -> Finding:
        """Whether the criterion can differ in this way: from what is known below it, or from the solver."""
        holds = _differs(way, node, other)
        at_hand = next((one for one in self._below(other) if holds(one)), None)
        if at_hand is not None:
            return Finding("possible", at_hand)
        settled = self._settled(way, node, other)
        return settled if settled is not None else self._asked(way, node, other, holds)

    def _below(self, other: Criterion) -> Iterator[Shown]:
        for child in other.children:
            yield from self.found[child.id].shown

    def _settled(self, way: Way, node: Criterion, other: Criterion) -> Finding | None:
        """What follows without asking the solver about the whole criterion."""
        children = [self.found[child.id] for child in other.children]
        if way == "counts in one":
            alike = self.gaps.counts_alike(node, other) and all(map(_counts_as_before, children))
            same = _same_ids(node, other) and all(one.points for one in (*node.subtree(), *other.subtree()))
            return IMPOSSIBLE if alike and same else None
        unknown = next((child for child in children if child.verdict == "unknown"), None)
        if unknown is not None:
            return Finding("unknown", reason=Text(
                f"{unknown.criterion.id} 未知", f"{unknown.criterion.id} is unknown"
            ))  # fmt: skip
        if not other.children:
            nodes, which = ((node, other), (0, 1)) if way == "gains" else ((other, node), (1, 0))
            return IMPOSSIBLE if never_more(self.prover, nodes, which) else None
        harmless = ("equivalent", "more lenient" if way == "loses" else "stricter")
        unharmed = all(child.verdict in harmless for child in children)
        return IMPOSSIBLE if unharmed and self.gaps.rises_with_children(node, other) else None

    def _asked(self, way: Way, node: Criterion, other: Criterion, holds: Holds) -> Finding:
        departments: list[Shown] = []

        def claim(world: World) -> Bool:
            if way == "counts in one":
                one, two = world.scores
                there, there_too = counts(one, node), counts(two, other)
                return either(both(there, negation(there_too)), both(there_too, negation(there)))
            gap = self.gaps.gap(world, node, other)
            beyond: Bool = gap > 0 if way == "loses" else gap < 0
            return both(self.gaps.comparable(world, node, other), beyond)

        def confirm(reader: Reader, prover: Prover) -> Witness | None:
            found = shown(reader, prover)
            departments.append(found)
            return Witness(found.before.document) if holds(found) else None

        found = self.prover.decide(claim, confirm, question=f"diff: {way}", target=other.id, expected=False)
        if found.state == "possible":
            return Finding("possible", departments[-1])
        state: Literal["impossible", "unknown"] = "impossible" if found.state == "impossible" else "unknown"
        return Finding(state, reason=found.reason)


def _joined(*reasons: Text | None) -> Text | None:
    told = [one for one in reasons if one is not None]
    if not told:
        return None
    return Text("；".join(one.zh for one in told), "; ".join(one.en for one in told))


def _differs(way: Way, node: Criterion, other: Criterion) -> Holds:
    """Whether the scores of a department differ in this way."""

    def holds(one: Shown) -> bool:
        if way == "counts in one":
            return one.counts_in_one(node, other)
        loss = one.loss(node, other)
        return loss is not None and (loss > ZERO if way == "loses" else loss < ZERO)

    return holds


def _counts_as_before(child: PointsDifference) -> bool:
    return child.verdict in ("equivalent", "stricter", "more lenient", "both")


def _same_ids(node: Criterion, other: Criterion) -> bool:
    return [one.id for one in node.children] == [one.id for one in other.children]
