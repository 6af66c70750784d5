"""Rolling children up into their parent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.errors import FactsError, Problem, Text
from engine.inference.direct import Evaluation
from engine.language.numbers import ONE, ZERO, Rational, format_exact, round_half_up
from engine.ledger.lines import Line, NodeScore
from engine.ruleset.model import Criterion


def roll_up(node: Criterion, children: Sequence[NodeScore], evaluation: Evaluation) -> NodeScore:
    """The score of a branch from its children's, before any veto."""
    removed = _sum(child.removed for child in children if child.removed)
    in_play = [child for child in children if child.in_play]
    if node.roll != "sum":
        in_play = [
            child for child in in_play if child.full
        ]  # no points are no share, and neither best nor weakest
    if not in_play:
        state = NodeScore(node, ZERO, ZERO, (), tuple(children), "not_applicable", False, removed)
        if node.parent is None:
            raise FactsError([_nothing_applies(node)])
        return state
    if node.roll in ("best", "weakest"):
        return _chosen(node, children, in_play)
    if node.roll in ("average", "weighted"):
        return _averaged(node, children, in_play, evaluation)
    return _summed(node, children, in_play, removed, evaluation.ruleset.decimals)


def _sum(values: Iterable[Rational]) -> Rational:
    total = ZERO
    for value in values:
        total += value
    return total


def _summed(
    node: Criterion,
    children: Sequence[NodeScore],
    in_play: Sequence[NodeScore],
    removed: Rational,
    decimals: int,
) -> NodeScore:
    """The sum; where children do not apply, their points are spread over the others."""
    is_root = node.parent is None
    full = node.points - removed if removed and not is_root else node.points
    base = earned = ZERO
    lines: list[Line] = []
    for child in in_play:
        base += child.full
        earned += child.earned
        lines += child.lines
    if not base and full:
        return _only_bonuses(node, children, lines, earned, removed)
    if base != full:
        exact = full * earned / base
        rescaled = round_half_up(exact, decimals)
        difference = full - (base - earned) - rescaled
        lines.append(Line("rescaling", node, difference, difference))
        earned = rescaled
    return NodeScore(node, full, earned, tuple(lines), tuple(children), removed=ZERO if is_root else removed)


def _only_bonuses(
    node: Criterion, children: Sequence[NodeScore], lines: list[Line], earned: Rational, removed: Rational
) -> NodeScore:
    """Only rows without points apply: the branch is left out of the reckoning but for their bonuses."""
    if node.parent is None:
        raise FactsError([_nothing_applies(node)])
    return NodeScore(node, ZERO, earned, tuple(lines), tuple(children), "not_applicable", removed=removed)


def _nothing_applies(node: Criterion) -> Problem:
    message = Text("没有任何指标适用于这个部门", "no criterion applies to this department")
    return Problem("F012", message, None, node.id)


def _chosen(node: Criterion, children: Sequence[NodeScore], in_play: Sequence[NodeScore]) -> NodeScore:
    """The best or the weakest child's lines alone; of equals the first."""
    pick = max if node.roll == "best" else min
    child = pick(in_play, key=lambda one: one.earned)
    return NodeScore(node, child.full, child.earned, child.lines, tuple(children), chosen=child.criterion.id)


def _averaged(
    node: Criterion, children: Sequence[NodeScore], in_play: Sequence[NodeScore], evaluation: Evaluation
) -> NodeScore:
    """Lines times weight, and a line for what rounding the sum takes or gives."""
    weights = _weights(node, in_play, evaluation)
    total = _sum(weights)
    lines: list[Line] = []
    exact = ZERO
    for child, weight in zip(in_play, weights, strict=True):
        share = weight / total * node.points / child.full
        lines += [line.weighted(share) for line in child.lines]
        exact += child.earned * share
    earned = round_half_up(exact, evaluation.ruleset.decimals)
    if earned != exact:
        lines.append(Line("rounding", node, exact - earned, exact - earned))
    return NodeScore(node, node.points, earned, tuple(lines), tuple(children))


def _weights(node: Criterion, in_play: Sequence[NodeScore], evaluation: Evaluation) -> list[Rational]:
    if node.roll == "average":
        return [ONE] * len(in_play)
    by_child = dict(zip(node.children, node.weights, strict=True))
    weights: list[Rational] = []
    for child in in_play:
        expression = by_child[child.criterion]
        weight = evaluation.value(expression, node.id)
        if weight < 0:
            shown = format_exact(weight)
            message = Text(
                f"{child.criterion.id} 的权重为负：{shown}",
                f"the weight of {child.criterion.id} is negative: {shown}",
            )
            raise FactsError([Problem("F013", message, expression.position(), node.id)])
        weights.append(weight)
    if not any(weights):
        message = Text("权重全部为零，无法加权", "all weights are zero: there is no weighted average")
        raise FactsError([Problem("F013", message, node.weights[0].position(), node.id)])
    return weights
