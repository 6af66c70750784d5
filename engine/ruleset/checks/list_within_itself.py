"""An aggregate over the list whose record is at hand does not compare two records.

Within `each: years`, or within an aggregate over `years`, a second `… for years` looks at all years again,
and inside it every name means the inner record: `years.amount` and `amount` are the same figure. A record is
so compared with itself, and the rule never fires, or always. Put what belongs to the other record into a
field of its own.

PASS::

    - {id: fell, each: years, when: last_amount > amount, …}

FAIL::

    - {id: fell, each: years, when: any(years.amount > amount for years where years.year == year - 1), …}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.terms import Compare, Gather, ReadField, Term, parts, walk
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.reads import holes, score_expressions
from engine.ruleset.model import Expression, Ruleset

CHECK = Check("R119", Text("不与自身比较", "no record compared with itself"), "error")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each aggregate that goes through an open list again and names one field in two ways."""
    for owner, expression, opened in _expressions(ruleset):
        for gather in _within(expression.term, opened):
            field = _named_twice(gather, expression) or _compared_with_itself(gather)
            if field is not None:
                name = gather.records.name
                message = Text(
                    f"{name} 里又汇总 {name}：{name}.{field} 与 {field} 是同一条记录的同一个数，比较的是自身",
                    f"{name} within {name}: {name}.{field} and {field} are one figure of one record, compared with itself",
                )
                fix = Text(
                    "把另一条记录的数作为本记录的字段，例如上年数",
                    "make the other record's figure a field of this one, such as last year's",
                )
                yield CHECK.problem(message, expression.position(gather.span), owner, fix)


def _expressions(ruleset: Ruleset) -> Iterator[tuple[str, Expression, frozenset[str]]]:
    """Every expression with what it belongs to, and the list whose record is at hand there."""
    nothing: frozenset[str] = frozenset()
    for name, measure in ruleset.measures.items():
        yield name, measure.expression, nothing
    for identity in ruleset.identities:
        yield identity.id, identity.holds, nothing
    for node in ruleset.root.subtree():
        for expression in score_expressions(node):
            yield node.id, expression, nothing
    for rule in ruleset.rules:
        opened = frozenset({rule.each.name}) if rule.each is not None else nothing
        told = holes(rule.because) if rule.because is not None else ()
        for one in (rule.expression, rule.amount, *told):
            if one is not None:
                yield rule.id, one, opened
        if rule.at_most is not None:
            yield rule.id, rule.at_most, nothing


def _within(term: Term, opened: frozenset[str]) -> Iterator[Gather]:
    """The aggregates over a list that is open where they stand."""
    if isinstance(term, Gather):
        if term.records.name in opened:
            yield term
        opened = opened | {term.records.name}
    for part in parts(term):
        yield from _within(part, opened)


def _reads(term: Term, frame: int) -> Iterator[ReadField]:
    for one in walk(term):
        if isinstance(one, ReadField) and one.frame == frame:
            yield one


def _named_twice(gather: Gather, expression: Expression) -> str | None:
    """A field that is written both with its list's name and without, as if they were two records'."""
    written: dict[str, set[bool]] = {}
    for read in _reads(gather, gather.frame):
        text = expression.text[slice(*read.span)]
        written.setdefault(read.field.name, set()).add("." in text)
    return next((name for name, ways in written.items() if len(ways) == 2), None)


def _compared_with_itself(gather: Gather) -> str | None:
    """A field on both sides of a comparison."""
    for one in walk(gather):
        if isinstance(one, Compare):
            left, right = (
                {read.field.name for read in _reads(side, gather.frame)} for side in (one.left, one.right)
            )
            if left & right:
                return min(left & right)
    return None
