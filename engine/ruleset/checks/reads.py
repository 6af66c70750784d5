"""What a ruleset's expressions read: names of facts, fields, record lists, measures, parameters and findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.language.terms import Gather, Read, ReadField, Term, walk
from engine.ruleset.model import (
    BandScore,
    CaseScore,
    Criterion,
    Expression,
    Rule,
    Ruleset,
    Template,
    ValueScore,
)


def names_in(term: Term) -> Iterator[str]:
    """Every name that stands in ``term``; a field as ``list.field``, findings as ``findings(x)``."""
    for one in walk(term):
        if isinstance(one, Read):
            name = one.scalar.name
            yield f"findings({name})" if one.scalar.source == "findings" else name
        elif isinstance(one, ReadField):
            yield f"{one.records.name}.{one.field.name}"
        elif isinstance(one, Gather):
            yield one.records.name


def holes(template: Template) -> Iterator[Expression]:
    """The expressions in a text, in either language."""
    both = template.zh if template.zh is template.en else (*template.zh, *template.en)
    return (piece for piece in both if isinstance(piece, Expression))


def score_expressions(node: Criterion) -> Iterator[Expression]:
    """The expressions of what a node starts with or is combined by; its rules are not among them."""
    match node.score:
        case ValueScore(value=value):
            yield value
        case BandScore(of=of, bands=bands):
            yield of
            yield from (band.earn for band in bands)
        case CaseScore(rows=rows):
            yield from (earn for _, earn in rows)
    if node.judged_at_most is not None:
        yield node.judged_at_most
    yield from node.weights


def rules_of(node: Criterion) -> Iterator[Rule]:
    """The rules that stand at the node itself."""
    if node.applies is not None:
        yield node.applies
    if isinstance(node.score, CaseScore):
        yield from (rule for rule, _ in node.score.rows if rule is not None)
    yield from (*node.deductions, *node.bonuses, *node.explains)
    if node.veto is not None:
        yield node.veto


def rule_expressions(rule: Rule) -> Iterator[Expression]:
    """The expressions that decide what a rule does; its text is not among them."""
    yield from (one for one in (rule.expression, rule.amount, rule.at_most) if one is not None)


def names_read(ruleset: Ruleset) -> set[str]:
    """Every name that anything in the ruleset reads, texts for people included."""
    found = {name for rule in ruleset.rules if rule.each is not None for name in [rule.each.name]}
    for expression in all_expressions(ruleset):
        found.update(names_in(expression.term))
    return found


def all_expressions(ruleset: Ruleset) -> Iterator[Expression]:
    """Every expression of the ruleset, those in texts for people included."""
    for measure in ruleset.measures.values():
        yield measure.expression
    for identity in ruleset.identities:
        yield identity.holds
        yield from holes(identity.because)
    for node in ruleset.root.subtree():
        yield from score_expressions(node)
    for rule in ruleset.rules:
        yield from rule_expressions(rule)
        if rule.because is not None:
            yield from holes(rule.because)


def sources_of_measures(ruleset: Ruleset) -> Mapping[str, frozenset[str]]:
    """For each measure every name behind it: those it reads, and those behind the measures it reads."""
    sources: dict[str, frozenset[str]] = {}
    for name, measure in ruleset.measures.items():
        direct = frozenset(names_in(measure.expression.term))
        sources[name] = direct.union(*(sources.get(one, frozenset()) for one in direct))
    return sources
