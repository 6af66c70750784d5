"""A rule that cites a deadline counts as the law counts, to the law's limit.

Where the article that a rule, its criterion or a parameter cites sets a limit (the list is in
``docs/citations.md``), calendar days are counted by ``days(…)``, working days by ``workdays(…)``,
and the limit is the law's. A criterion may have further steps beyond it: one of its limits is the
law's. A basis whose status is ``modelled`` is not held to its source.

PASS::

    filing_days: {value: 7, type: days, basis: {source: 政府采购法, article: 第四十七条, status: law}, …}
    …
        when: workdays(signed, filed) > filing_days

FAIL: 第四十七条 counts working days, and a contract filed in time would be late::

        when: days(signed, filed) > filing_days
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.errors import Position, Problem, Text, text_list
from engine.language.numbers import Rational
from engine.language.terms import Apply, Compare, Constant, Kind, Operation, Read, Term, walk
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.citations import UNIT_NAMES, Citation, Unit, cited
from engine.ruleset.checks.reads import rule_expressions, rules_of, score_expressions
from engine.ruleset.model import Expression, Rule, Ruleset
from engine.ruleset.schema import parameter_basis
from engine.source import node_at

CHECK = Check("R117", Text("期限与所引条款一致", "deadlines as the cited law counts them"), "error")

_COUNTING: Mapping[Kind, tuple[Unit, ...]] = {Kind.DAYS: ("days", "workdays"), Kind.RATIO: ("ratio",)}


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each count of the wrong kind of days, and each limit that is not the law's."""
    yield from _parameters(ruleset)
    for node in ruleset.root.subtree():
        by_laws: dict[tuple[Citation, ...], list[Rule]] = {}
        for rule in rules_of(node):
            by_laws.setdefault(tuple(cited(rule.basis or node.basis)), []).append(rule)
        for laws, rules in by_laws.items():
            for rule in rules:
                yield from _counting(rule_expressions(rule), laws, rule.id)
            yield from _limits(rules, laws, ruleset)
        yield from _counting(score_expressions(node), tuple(cited(node.basis)), node.id)


def _parameters(ruleset: Ruleset) -> Iterator[Problem]:
    for name, scalar in ruleset.parameters.items():
        value = ruleset.slots[scalar.slot]
        units = _COUNTING.get(scalar.type.kind, ())
        laws = [one for one in cited(parameter_basis(ruleset, name)) if one.unit in units]
        if laws and value not in {limit for one in laws for limit in one.limits}:
            where = node_at(ruleset.source, ("parameters", name, "value"))
            yield _wrong_limit(laws, where.position, name)


def _counting(expressions: Iterable[Expression], laws: tuple[Citation, ...], owner: str) -> Iterator[Problem]:
    """The first count of days of another kind than the law's."""
    deadlines = [one for one in laws if one.unit != "ratio"]
    for expression in expressions if deadlines else ():
        for term in walk(expression.term):
            unit = _counted(term)
            if unit is not None and unit not in {one.unit for one in deadlines}:
                law = deadlines[0]
                theirs, ours = UNIT_NAMES[law.unit], UNIT_NAMES[unit]
                message = Text(
                    f"{law.name}按{theirs.zh}计算，这里按{ours.zh}",
                    f"{law.name} counts {theirs.en}, this counts {ours.en}",
                )
                fix = Text(f"用 {law.unit}(…)", f"use {law.unit}(…)")
                yield CHECK.problem(message, expression.position(term.span), owner, fix)
                return


def _counted(term: Term) -> Unit | None:
    """The kind of days that ``term`` counts, if that is what it does."""
    if isinstance(term, Apply) and term.function in ("days", "workdays"):
        return "days" if term.function == "days" else "workdays"
    if isinstance(term, Operation) and term.type.kind == Kind.DAYS and term.left.type.kind == Kind.DATE:
        return "days"
    return None


def _limits(rules: Iterable[Rule], laws: tuple[Citation, ...], ruleset: Ruleset) -> Iterator[Problem]:
    """The first deadline of the rules, where none of them is the law's."""
    deadlines = [one for one in laws if one.unit != "ratio"]
    found = [one for rule in rules if deadlines for one in _deadlines(rule, ruleset)]
    if not found or any(value in one.limits for _, _, value in found for one in deadlines):
        return
    rule, limit, _ = found[0]
    own = parameter_basis(ruleset, limit.scalar.name) if isinstance(limit, Read) else None
    if not any(cited(own)):
        yield _wrong_limit(deadlines, rule.expression.position(limit.span), rule.id)


def _deadlines(rule: Rule, ruleset: Ruleset) -> Iterator[tuple[Rule, Term, Rational]]:
    """The fixed limits, other than 0, with which the rule compares counts of days."""
    for atom in rule.condition.atoms:
        if isinstance(atom, Compare):
            for counting, limit in ((atom.left, atom.right), (atom.right, atom.left)):
                value = _fixed(limit, ruleset)
                if _counted(counting) is not None and value:
                    yield rule, limit, value


def _fixed(term: Term, ruleset: Ruleset) -> Rational | None:
    """A literal number, or a parameter's value."""
    value = term.value if isinstance(term, Constant) else None
    if isinstance(term, Read) and term.scalar.source == "parameter":
        value = ruleset.slots[term.scalar.slot]
    return value if isinstance(value, Rational) else None


def _wrong_limit(laws: list[Citation], where: Position, owner: str) -> Problem:
    names = text_list(one.name for one in laws)
    limits = [one.shown() for one in laws]
    zh, en = "、".join(one.zh for one in limits), ", ".join(one.en for one in limits)
    message = Text(f"{names.zh}规定的是 {zh}", f"{names.en} says {en}")
    fix = Text("改正期限，或改正依据", "correct the limit, or the basis")
    return CHECK.problem(message, where, owner, fix)
