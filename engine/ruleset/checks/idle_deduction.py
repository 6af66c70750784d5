"""A deduction can cost something.

It cannot where its amount is always 0 (also: rounds to 0), where its ``at_most`` is 0, or where the
deductions above it have certainly taken all points by the time its turn comes; one above that may be
waived is not counted upon. What only asks for an explanation belongs in ``explain``. A criterion
whose score is always 0 is told as a whole.

PASS::

    deductions:
      - {id: late, when: late_days > 0, deduct: 1, …}
      - {id: very_late, when: late_days > 30, deduct: points, …}

FAIL: whoever is very late is late as well, and has nothing left to lose::

    deductions:
      - {id: late, when: late_days > 0, deduct: points, …}
      - {id: very_late, when: late_days > 30, deduct: 1, …}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.implications import Known
from engine.language.numbers import ZERO, Rational, round_half_up
from engine.language.ranges import Bounds, range_of
from engine.language.terms import Combine, Compare, Constant, Invert, Term, key
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.bounds import bounds_of
from engine.ruleset.checks.earning import as_score
from engine.ruleset.model import Criterion, Rule, Ruleset

CHECK = Check("R106", Text("扣分项能扣到分", "deductions can cost points"), "error")

Found = tuple[Text, Text]
"""What is wrong with a deduction, and what to do."""


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each deduction that never costs anything, and each leaf that never earns anything."""
    bounds = bounds_of(ruleset)
    for node in ruleset.root.subtree():
        leaf = _Leaf(node, bounds, ruleset.decimals)
        if leaf.start <= 0 and (node.deductions or node.score is not None):
            message = Text("本指标总是从 0 分起，得不到分", "the criterion always starts with 0 points")
            fix = Text("改正 score 或分值", "correct the score, or the points")
            score = as_score(node)
            yield CHECK.problem(message, score[1].position() if score else node.position, node.id, fix)
            continue
        for rule in node.deductions:
            found = leaf.idle(rule)
            if found is not None:
                assert rule.amount is not None
                yield CHECK.problem(found[0], rule.amount.position(), rule.id, found[1])


class _Leaf:
    """One leaf's deductions, looked at in the order in which they are taken.

    ``takers`` are those so far that certainly take everything when they fire, each under a quantity
    that its condition is about, so that only the ones that may matter to a rule are compared with it.
    """

    def __init__(self, node: Criterion, bounds: Bounds, decimals: int) -> None:
        self.bounds = bounds
        self.decimals = decimals
        self.start = self.rounded(_most_at_start(node, bounds))
        self.takers: dict[object, list[Rule]] = {}

    def rounded(self, points: Rational) -> Rational:
        return round_half_up(points, self.decimals)

    def idle(self, rule: Rule) -> Found | None:
        """Why the rule can never cost anything, if it cannot."""
        known = Known(self.bounds)
        known.assume(rule.expression.term)
        if known.contradictory:
            return None
        assert rule.amount is not None
        for limit, name in ((rule.amount, "deduct"), (rule.at_most, "at_most")):
            most = range_of(limit.term, known.bounds).high if limit is not None else None
            if most is not None and self.rounded(most) <= 0:
                message = Text(f"{name} 总是 0，扣不到分", f"'{name}' is always 0: nothing is ever taken")
                if most < 0:
                    message = Text(
                        f"{name} 总是负数，触发时无法计分",
                        f"'{name}' is always negative: no score where it fires",
                    )
                return message, Text("改正金额，或改为 explain", "correct it, or make it an 'explain'")
        taker = self.taker_before(rule, known)
        self.remember(rule, known)
        if taker is None:
            return None
        return (
            Text(
                f"触发时 {taker.id} 必已触发并扣完全部分值",
                f"whenever it fires, {taker.id} has already taken all points",
            ),
            Text("调整次序，或让条件互相排斥", "change the order, or let the conditions exclude each other"),
        )

    def taker_before(self, rule: Rule, known: Known) -> Rule | None:
        candidates = {
            one: None for about in _quantities(rule.expression.term) for one in self.takers.get(about, [])
        }
        for one in candidates:
            same_records = one.each is None or one.each is rule.each
            if same_records and known.truth(one.expression.term) is True:
                return one
        return None

    def remember(self, rule: Rule, known: Known) -> None:
        """Keep the rule if it takes everything whenever it fires, and cannot be waived."""
        limits = [one for one in (rule.amount, rule.at_most) if one is not None]
        least = [range_of(one.term, known.bounds).low for one in limits]
        if not rule.waivable and all(one is not None and self.rounded(one) >= self.start for one in least):
            for about in _deciding(rule.expression.term, True):
                self.takers.setdefault(about, []).append(rule)


def _most_at_start(node: Criterion, bounds: Bounds) -> Rational:
    """The most that the leaf can start with."""
    score = as_score(node)
    high = range_of(score[0], bounds).high if score is not None else None
    return node.points if high is None else min(max(high, ZERO), node.points)


def _quantities(term: Term) -> Iterator[object]:
    """Whatever the condition is about: each flag, each side of a comparison."""
    match term:
        case Invert(operand=operand):
            yield from _quantities(operand)
        case Combine(operands=operands):
            for operand in operands:
                yield from _quantities(operand)
        case Compare(left=left, right=right):
            yield from (key(side) for side in (left, right) if not isinstance(side, Constant))
        case _:
            yield key(term)


def _deciding(term: Term, truth: bool) -> list[object]:
    """Quantities of which a condition that implies ``term`` being ``truth`` must be about one."""
    match term:
        case Invert(operand=operand):
            return _deciding(operand, not truth)
        case Combine(operator=word, operands=operands) if (word == "and") == truth:
            return _deciding(operands[0], truth)
        case Combine(operands=operands):
            return [about for operand in operands for about in _deciding(operand, truth)]
    return [*_quantities(term)]
