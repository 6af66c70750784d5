"""What a leaf starts with, and what a rule changes, as single terms: for analyses of the whole score."""

from __future__ import annotations

from engine.language.numbers import ZERO
from engine.language.terms import Apply, Choose, Compare, Constant, Kind, Negate, Term, Type
from engine.language.types import FLAG
from engine.ruleset.model import BandScore, CaseScore, Criterion, Expression, Rule, ValueScore

_POINTS = Type(Kind.POINTS)
_NOTHING = Constant(_POINTS, ZERO)


def as_score(node: Criterion) -> tuple[Term, Expression] | None:
    """The node's score as one term, and the expression that stands for it; ``None`` where nothing computes it."""
    match node.score:
        case ValueScore(value=value):
            return value.term, value
        case BandScore() as bands:
            term = _banded(bands)
            return (term, bands.of) if term is not None else None
        case CaseScore(rows=rows):
            result = rows[-1][1].term
            for rule, earn in reversed(rows[:-1]):
                if rule is not None:
                    result = Choose(_POINTS, rule.expression.term, earn.term, result)
            first = rows[0][0]
            return result, rows[0][1] if first is None else first.expression
    return None


def _banded(score: BandScore) -> Term | None:
    """Bands as a ladder from the lowest up; ``None`` where one that is not the highest has no upper bound."""
    rows = sorted(
        score.bands,
        key=lambda band: (band.allowed.low is not None, band.allowed.low, not band.allowed.low_closed),
    )
    result = rows[-1].earn.term
    for band in reversed(rows[:-1]):
        high = band.allowed.high
        if high is None:
            return None
        operator = "<=" if band.allowed.high_closed else "<"
        below = Compare(FLAG, operator, score.of.term, Constant(score.of.term.type, high))
        result = Choose(_POINTS, below, band.earn.term, result)
    return result


def as_change(rule: Rule) -> Term | None:
    """What a deduction, bonus or veto does to the points of its node; ``None`` where it does nothing to them."""
    if rule.amount is None:
        return None
    condition = rule.expression.term
    if rule.kind == "veto":
        return Choose(_POINTS, condition, rule.amount.term, Constant(_POINTS, rule.criterion.points))
    amount: Term = Apply(_POINTS, "max", (_NOTHING, rule.amount.term))
    if rule.at_most is not None:
        amount = Apply(_POINTS, "min", (amount, rule.at_most.term))
    change = Negate(_POINTS, amount) if rule.kind == "deduction" else amount
    return Choose(_POINTS, condition, change, _NOTHING)
