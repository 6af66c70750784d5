"""What ``better`` declares agrees with what the rules do.

``better: {execution_rate: higher}`` says that a higher rate never costs points, all else being
equal. Scores, bands, cases, deductions, bonuses and vetoes are followed sign by sign, through
measures too; only a certain contradiction is told. A criterion that partly goes one way and partly
the other is left to property tests and proofs, unless a deduction starts where all else stays level.

PASS::

    better: {execution_rate: higher}
    score: points * min(execution_rate, 100%)

FAIL: beyond 110% the points are lost again::

    better: {execution_rate: higher}
    score: points * min(execution_rate, 100%)
    deductions: [{id: overspent, when: execution_rate > 110%, deduct: 1, …}]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.errors import Position, Problem, Text
from engine.language.directions import Direction, Directions
from engine.language.implications import Known
from engine.language.numbers import ONE, Rational
from engine.language.ranges import Bounds, range_of
from engine.language.terms import NUMERIC, Combine, Compare, Constant, Read, Term
from engine.language.types import FLAG
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.bounds import bounds_of
from engine.ruleset.checks.earning import as_change, as_score
from engine.ruleset.model import Criterion, Rule, Ruleset

CHECK = Check("R113", Text("better 与规则方向一致", "rules go the way that better declares"), "error")


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that adds to a node's points, as a term, and the direction in which it goes."""

    term: Term
    direction: Direction
    where: Position
    owner: str
    rule: Rule | None = None


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each part of a criterion that certainly goes against its ``better``."""
    bounds = bounds_of(ruleset)
    terms = {name: measure.expression.term for name, measure in ruleset.measures.items()}
    for node in ruleset.root.subtree():
        for target, way in node.better.items():
            yield from _contradictions(node, way, Directions(target, bounds, terms))


def _contradictions(
    node: Criterion, way: Literal["higher", "lower"], directions: Directions
) -> Iterator[Problem]:
    if not _is_comparable(node, directions):
        return
    wanted = Direction.RISES if way == "higher" else Direction.FALLS
    parts = [part for leaf in node.subtree() for part in _parts(leaf, directions)]
    others = [part for part in parts if part.direction in (wanted, Direction.UNKNOWN)]
    for part in parts:
        if part.direction is wanted.turned and _outweighs(part, others, wanted, directions):
            target = directions.target
            zh, en = ("越高越好", "higher is better") if way == "higher" else ("越低越好", "lower is better")
            opposite = ("升高", "rises") if way == "higher" else ("降低", "falls")
            message = Text(
                f"better 说 {target} {zh}，这里却随它{opposite[0]}而失分",
                f"'better' says of {target} that {en}, but points are lost here as it {opposite[1]}",
            )
            fix = Text("改正规则，或改正 better", "correct the rule, or 'better'")
            yield CHECK.problem(message, part.where, part.owner, fix)


def _is_comparable(node: Criterion, directions: Directions) -> bool:
    """Whether the node's points are made of its parts alone: nothing else depends on the target."""
    gates = [one.applies for one in (*node.subtree(), *node.ancestors()) if one.applies is not None]
    terms = [gate.expression.term for gate in gates]
    terms += [weight.term for one in node.subtree() for weight in one.weights]
    return all(directions.of(term) is Direction.CONSTANT for term in terms)


def _parts(node: Criterion, directions: Directions) -> Iterator[_Part]:
    score = as_score(node)
    if score is not None:
        term, expression = score
        yield _Part(term, directions.of(term), expression.position(), node.id)
    for rule in (*node.deductions, *node.bonuses, node.veto):
        change = as_change(rule) if rule is not None else None
        if rule is not None and change is not None:
            yield _Part(change, directions.of(change), rule.expression.position(), rule.id, rule)


def _outweighs(part: _Part, others: list[_Part], wanted: Direction, directions: Directions) -> bool:
    """Whether the part certainly goes against ``better`` somewhere, whatever the ``others`` do.

    Without others it does. With them, it does where it starts beyond a limit on the target itself
    and every other part is level from a little before that limit on.
    """
    if not others:
        return True
    start = _start(part.rule, wanted, directions) if part.rule is not None else None
    if start is None or part.rule is None or part.rule.kind != "deduction" or part.rule.amount is None:
        return False
    beyond = Known(directions.bounds)
    beyond.assume(start)
    level = all(range_of(other.term, beyond.bounds).is_point for other in others)
    beyond.assume(part.rule.expression.term)
    least = range_of(part.rule.amount.term, beyond.bounds).low
    return level and least is not None and least > 0


def _start(rule: Rule, wanted: Direction, directions: Directions) -> Term | None:
    """The condition that the target is near or beyond the limit from which the rule takes points."""
    term = rule.expression.term
    operands = term.operands if isinstance(term, Combine) and term.operator == "and" else (term,)
    deciding = [one for one in operands if directions.of(one) is not Direction.CONSTANT]
    if len(deciding) != 1 or not isinstance(deciding[0], Compare):
        return None
    compare = deciding[0]
    for side, limit in ((compare.left, compare.right), (compare.right, compare.left)):
        value = _value(limit, directions.bounds)
        if isinstance(side, Read) and side.scalar.name == directions.target and value is not None:
            margin = abs(value) / 1000 if value else ONE / 1000
            near = value - margin if wanted is Direction.RISES else value + margin
            reached = ">=" if wanted is Direction.RISES else "<="
            return Compare(FLAG, reached, side, Constant(side.type, near), span=compare.span)
    return None


def _value(term: Term, bounds: Bounds) -> Rational | None:
    if term.type.kind not in NUMERIC:
        return None
    interval = range_of(term, bounds)
    return interval.low if interval.is_point else None
