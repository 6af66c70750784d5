"""What the points of a criterion depend on: the facts it reads, and how it reacts to amounts being scaled."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.terms import (
    Apply,
    Choose,
    Compare,
    Constant,
    Gather,
    Given,
    Kind,
    Member,
    Negate,
    Operation,
    Read,
    ReadField,
    Term,
    parts,
    walk,
)
from engine.ruleset.model import BandScore, CaseScore, Criterion, Expression, Rule, Ruleset, ValueScore


def own_rules(node: Criterion) -> Iterator[Rule]:
    """Every rule that bears on the points of a criterion: its own, those below, every ``applies`` above."""
    for one in node.subtree():
        yield from one.deductions
        yield from one.bonuses
        if one.veto is not None:
            yield one.veto
        if isinstance(one.score, CaseScore):
            yield from (rule for rule, _ in one.score.rows if rule is not None)
    for one in (*node.subtree(), *node.ancestors()):
        if one.applies is not None:
            yield one.applies


def own_terms(node: Criterion) -> Iterator[Term]:
    """Every term that bears on the points of a criterion."""
    expressions: list[Expression | None] = []
    for rule in own_rules(node):
        expressions += [rule.expression, rule.amount, rule.at_most]
    for one in node.subtree():
        expressions += [one.judged_at_most, *one.weights]
        match one.score:
            case ValueScore(value=value):
                expressions.append(value)
            case BandScore(of=of, bands=bands):
                expressions += [of, *(band.earn for band in bands)]
            case CaseScore(rows=rows):
                expressions += [earn for _, earn in rows]
    yield from (expression.term for expression in expressions if expression is not None)


def lists_of(node: Criterion) -> set[str]:
    """The record lists that rules of a criterion go through record by record."""
    return {rule.each.name for rule in own_rules(node) if rule.each is not None}


def apart_from(term: Term, name: str, ruleset: Ruleset) -> list[Term]:
    """The largest parts of ``term`` that do not read the fact or measure ``name``, through measures too."""
    if isinstance(term, Read) and term.scalar.name == name and term.scalar.source in ("fact", "measure"):
        return []
    if not _reads(term, name, ruleset):
        return [term]
    if isinstance(term, Read):  # another measure, which reads it
        return apart_from(ruleset.measures[term.scalar.name].expression.term, name, ruleset)
    return [found for part in parts(term) for found in apart_from(part, name, ruleset)]


def _reads(term: Term, name: str, ruleset: Ruleset) -> bool:
    for one in walk(term):
        if isinstance(one, Read) and one.scalar.source in ("fact", "measure"):
            if one.scalar.name == name:
                return True
            if one.scalar.source == "measure" and _reads(
                ruleset.measures[one.scalar.name].expression.term, name, ruleset
            ):
                return True
    return False


def facts_read(term: Term, ruleset: Ruleset) -> set[str]:
    """The scalar facts and the record lists that the term reads, through measures and findings too."""
    found: set[str] = set()
    for one in walk(term):
        if isinstance(one, ReadField | Gather):
            found.add(one.records.name)
        elif isinstance(one, Read):
            if one.scalar.source == "measure":
                found |= facts_read(ruleset.measures[one.scalar.name].expression.term, ruleset)
            elif one.scalar.source == "findings":
                for node in ruleset.criteria[one.scalar.name].subtree():
                    found |= _counted(node, ruleset)
            elif one.scalar.source == "fact":
                found.add(one.scalar.name)
    return found


def _counted(node: Criterion, ruleset: Ruleset) -> set[str]:
    """What decides how many of a node's deductions fire; amounts play no part, and conditions go in no circle."""
    gates = [one.applies for one in (node, *node.ancestors()) if one.applies is not None]
    found: set[str] = set()
    for rule in (*node.deductions, *gates):
        found |= facts_read(rule.expression.term, ruleset)
        if rule.each is not None:
            found.add(rule.each.name)
    return found


def facts_of(node: Criterion, ruleset: Ruleset) -> set[str]:
    """The scalar facts and the record lists that the points of a criterion depend on."""
    return lists_of(node).union(*(facts_read(term, ruleset) for term in own_terms(node)), set())


def is_ratio_only(node: Criterion, ruleset: Ruleset) -> bool:
    """Whether scaling every amount of money alike leaves the leaf's points as they are."""
    try:
        return all(_degree(term, ruleset) in (0, None) for term in own_terms(node))
    except _Mixed:
        return False


class _Mixed(Exception):
    """The term does not scale with the amounts in any one way."""


def _degree(term: Term, ruleset: Ruleset) -> int | None:
    """The power with which the term scales with money; ``None`` for a zero, which has any."""
    match term:
        case Constant(value=value):
            if value == 0:
                return None
            return _mixed() if term.type.kind == Kind.MONEY else 0
        case Read(scalar=scalar):
            if scalar.source == "measure":
                return _degree(ruleset.measures[scalar.name].expression.term, ruleset)
            if scalar.source == "parameter" and scalar.type.kind == Kind.MONEY:
                return _mixed()
            return 1 if scalar.type.kind == Kind.MONEY else 0
        case ReadField():
            return 1 if term.type.kind == Kind.MONEY else 0
        case Operation(operator="*", left=left, right=right):
            one, two = _degree(left, ruleset), _degree(right, ruleset)
            return None if one is None or two is None else one + two
        case Operation(operator="/", left=left, right=right):
            one, two = _degree(left, ruleset), _degree(right, ruleset)
            return None if one is None else one - (two or 0)
        case Operation():
            return _same(_degrees(term, ruleset))
        case Compare() | Member():
            _same(_degrees(term, ruleset))
            return 0
        case Negate(operand=operand):
            return _degree(operand, ruleset)
        case Given():
            return 0
        case Choose(condition=condition, then=then, otherwise=otherwise):
            _degree(condition, ruleset)
            return _same([_degree(then, ruleset), _degree(otherwise, ruleset)])
        case Gather(function=function, body=body, where=where):
            if where is not None:
                _degree(where, ruleset)
            return 0 if body is None or function in ("all", "any") else _degree(body, ruleset)
    return _applied(term, ruleset)


def _applied(term: Term, ruleset: Ruleset) -> int | None:
    """Functions: extremes keep the degree, steps and roundings only do where there is none."""
    degrees = _degrees(term, ruleset)
    if isinstance(term, Apply) and term.function in ("min", "max", "abs"):
        return _same(degrees)
    if isinstance(term, Apply) and term.function in ("whole_steps", "started_steps"):
        _same(degrees)
        return 0
    if any(degree not in (0, None) for degree in degrees):
        return _mixed()
    return 0


def _degrees(term: Term, ruleset: Ruleset) -> list[int | None]:
    return [_degree(part, ruleset) for part in parts(term)]


def _same(degrees: list[int | None]) -> int | None:
    known = {degree for degree in degrees if degree is not None}
    if len(known) > 1:
        return _mixed()
    return known.pop() if known else None


def _mixed() -> int:
    raise _Mixed
