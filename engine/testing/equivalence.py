"""Mutants that score every department alike: changes beyond what a cap or the full points let through.

What is recognised is certain; what is not recognised may still be equivalent.
"""

from __future__ import annotations

from engine.errors import Text
from engine.language.numbers import ONE, Rational, round_half_up
from engine.language.terms import Apply, Constant, Operation, Read, Term, key
from engine.ruleset.model import Criterion, Expression, Rule, Ruleset, ValueScore
from engine.testing.mutants import Mutant
from engine.testing.thresholds import constant_value

CAPPED = Text("两种写法都扣到上限", "either way all that the cap allows is taken")
CLAMPED = Text("得分以满分为限，两种写法相同", "the score is capped at the full points, either way the same")


def same_points(ruleset: Ruleset, changed: Ruleset, mutant: Mutant) -> Text | None:
    """Why the mutant gives every department the points that the ruleset gives; ``None`` if that is not known."""
    name = mutant.name.rpartition(".")[0]
    what = mutant.path[-1]
    one, two = ruleset.rule(name), changed.rule(name)
    if one is not None and two is not None and what in ("deduct", "at_most"):
        wholes = _whole(one, ruleset), _whole(two, changed)
        same_whole = wholes[0] is not None and wholes[0] == wholes[1]
        idle_caps = what == "at_most" and _is_idle(one, ruleset) and _is_idle(two, changed)
        return CAPPED if same_whole or idle_caps else None
    before, after = ruleset.criteria.get(name), changed.criteria.get(name)
    if before is not None and after is not None and what == "score":
        first, second = _clamped(before), _clamped(after)
        return CLAMPED if first is not None and first == second else None
    return None


def _whole(rule: Rule, ruleset: Ruleset) -> Rational | None:
    """What the rule's first firing takes if it takes all that ``at_most`` and the points allow."""
    amount = _constant(rule.amount, ruleset)
    cap = _constant(rule.at_most, ruleset) if rule.at_most is not None else rule.criterion.points
    if amount is None or cap is None:
        return None
    whole = min(cap, rule.criterion.points)
    return whole if round_half_up(amount, ruleset.decimals) >= whole else None


def _is_idle(rule: Rule, ruleset: Ruleset) -> bool:
    """Whether the rule's cap, if it has one, lies at the points or beyond, so that it never takes effect."""
    cap = _constant(rule.at_most, ruleset)
    return rule.at_most is None or (cap is not None and cap >= rule.criterion.points)


def _constant(expression: Expression | None, ruleset: Ruleset) -> Rational | None:
    value = constant_value(expression.term, ruleset) if expression is not None else None
    return value if isinstance(value, Rational) else None


def _clamped(node: Criterion) -> object | None:
    """What a leaf's score computes, without what the clamp at its points does anyway."""
    if not isinstance(node.score, ValueScore):
        return None
    term = node.score.value.term
    match term:
        case Operation(operator="*", left=Read(scalar=scalar) as left, right=right) if (
            scalar.source == "points"
        ):
            return key(Operation(term.type, "*", left, _unbounded(right)))
        case Operation(operator="*", left=left, right=Read(scalar=scalar) as right) if (
            scalar.source == "points"
        ):
            return key(Operation(term.type, "*", right, _unbounded(left)))
    return key(term)


def _unbounded(term: Term) -> Term:
    """A share of the points without an upper bound of 100% or more."""
    if not (isinstance(term, Apply) and term.function == "min"):
        return term
    kept = [one for one in term.arguments if not (isinstance(one, Constant) and _at_least_one(one))]
    return kept[0] if len(kept) == 1 else Apply(term.type, "min", tuple(kept))


def _at_least_one(term: Constant) -> bool:
    return isinstance(term.value, Rational) and term.value >= ONE
