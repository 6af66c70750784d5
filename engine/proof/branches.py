"""What becomes of the points below a branch: sums spread over what applies, averages, the best or the weakest."""

from __future__ import annotations

import z3

from engine.language.numbers import ONE, ZERO, Rational
from engine.proof.arithmetic import (
    FALSE,
    TRUE,
    Bool,
    Expr,
    both,
    chosen,
    either,
    implied,
    negation,
    number,
    times,
    total,
)
from engine.proof.encoding import Encoder
from engine.proof.points import Points
from engine.ruleset.model import Criterion


class Branches:
    """The roll-up of one ruleset's branches."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.decimals = encoder.ruleset.decimals

    def branch(self, node: Criterion, children: list[Points]) -> Points:
        """What the node earns of what its children do, before its own cap, veto and whether it applies."""
        defined = both(*(child.defined for child in children))
        removed = total(child.removed for child in children)
        removals = _sums([child.removals for child in children])
        counting = [child.in_play for child in children]
        if node.roll != "sum":
            counting = [both(child.in_play, child.full != 0) for child in children]
        some = either(*counting)
        if node.roll == "sum":
            found = self._summed(node, children, removed, removals)
        elif node.roll in ("best", "weakest"):
            found = _picked(children, counting, best=node.roll == "best")
        else:
            found = self._averaged(node, children, counting)
        is_root = node.parent is None
        defined = both(defined, some if is_root else TRUE, implied(some, found.defined))
        kept = node.roll == "sum"
        removed_then = (
            number(0) if kept and is_root else chosen(some, removed if kept else number(0), removed)
        )
        return Points(
            chosen(some, found.full, number(0)),
            chosen(some, found.earned, number(0)),
            both(some, found.in_play),
            removed_then,
            defined,
            found.fulls | {ZERO},
            removals | {ZERO},
        )

    def _summed(
        self, node: Criterion, children: list[Points], removed: Expr, removals: frozenset[Rational]
    ) -> Points:
        is_root = node.parent is None
        full = number(node.points) if is_root else total((number(node.points), times(number(-ONE), removed)))
        fulls = frozenset({node.points}) if is_root else frozenset(node.points - one for one in removals)
        base = total(chosen(child.in_play, child.full, number(0)) for child in children)
        earned = total(chosen(child.in_play, child.earned, number(0)) for child in children)
        bases = _sums([child.fulls | {ZERO} for child in children])
        if all(z3.is_true(child.in_play) for child in children):
            bases = _sums([child.fulls for child in children])
        rescaled = self._divided(times(full, earned), base, bases)
        same = z3.simplify(base == full)
        spread = chosen(
            same,
            earned,
            self.encoder.nonlinear.rounded(rescaled, self.decimals) if not z3.is_true(same) else earned,
        )
        only_bonuses = z3.simplify(both(base == 0, full != 0))
        if z3.is_false(only_bonuses) or z3.is_true(same):
            return Points(full, spread, fulls=fulls)
        return Points(
            chosen(only_bonuses, number(0), full),
            chosen(only_bonuses, earned, spread),
            defined=negation(only_bonuses) if is_root else TRUE,
            fulls=fulls | {ZERO},
        )

    def _divided(self, value: Expr, by: Expr, candidates: frozenset[Rational]) -> Expr:
        """``value / by`` where ``by`` is one of the candidates: no division is left."""
        if len(candidates) > 64:
            return self.encoder.nonlinear.quotient(value, by)
        found: Expr = number(0)
        for one in sorted(candidates - {ZERO}):
            found = chosen(by == number(one), times(value, number(1 / one)), found)
        return found

    def _averaged(self, node: Criterion, children: list[Points], counting: list[Bool]) -> Points:
        weights, defined = self._weights(node, counting)
        parts: list[Expr] = []
        for child, counts, weight in zip(children, counting, weights, strict=True):
            kept = self._divided(child.earned, child.full, child.fulls)
            parts.append(chosen(counts, times(times(weight, number(node.points)), kept), number(0)))
        if node.roll == "average":
            known = frozenset(Rational(count) for count in range(len(children) + 1))
            exact = self._divided(total(parts), total(weights), known)
        else:
            exact = self.encoder.nonlinear.quotient(total(parts), total(weights))
        return Points(
            number(node.points),
            self.encoder.nonlinear.rounded(exact, self.decimals),
            defined=defined,
            fulls=frozenset({node.points}),
        )

    def _weights(self, node: Criterion, counting: list[Bool]) -> tuple[list[Expr], Bool]:
        if node.roll == "average":
            return [chosen(counts, number(1), number(0)) for counts in counting], TRUE
        coded = [self.encoder.encode(weight.term) for weight in node.weights]
        usable = [
            implied(counts, both(one.defined, one.value >= 0))
            for counts, one in zip(counting, coded, strict=True)
        ]
        weights = [chosen(counts, one.value, number(0)) for counts, one in zip(counting, coded, strict=True)]
        return weights, both(*usable, total(weights) != 0)


def _sums(choices: list[frozenset[Rational]]) -> frozenset[Rational]:
    """Every sum of one number from each set."""
    sums = frozenset({ZERO})
    for choice in choices:
        sums = frozenset(one + two for one in sums for two in choice)
        if len(sums) > 4096:
            return frozenset(sorted(sums)[:65])  # too many to tell apart; a division is made instead
    return sums


def _picked(children: list[Points], counting: list[Bool], *, best: bool) -> Points:
    """The best or the weakest child; of equals the first."""
    full, earned, found = number(0), number(0), FALSE
    for child, counts in zip(children, counting, strict=True):
        beats = child.earned > earned if best else child.earned < earned
        taken = both(counts, either(negation(found), beats))
        full, earned = chosen(taken, child.full, full), chosen(taken, child.earned, earned)
        found = either(found, counts)
    return Points(full, earned, fulls=frozenset().union(*(child.fulls for child in children)))
