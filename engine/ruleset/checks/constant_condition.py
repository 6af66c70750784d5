"""A condition can both hold and fail.

A rule that never fires, or always does, is a slip: a threshold outside the fact's own bounds, a
percentage written without its sign, two limits that exclude each other. Found by interval
arithmetic over the bounds that the ruleset declares, so a condition it passes over may still be
constant. ``when: true`` beside ``each`` is meant: every record counts.

PASS::

    when: execution_rate < 90%

FAIL: the rate is never below 0, since both of its figures are ``at_least: 0``::

    when: execution_rate < 0%
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.ranges import truth_of
from engine.language.terms import Constant
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.bounds import bounds_of
from engine.ruleset.model import Ruleset

CHECK = Check("R105", Text("条件不恒真恒假", "conditions can hold and fail"), "error")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each condition that is the same for all facts."""
    bounds = bounds_of(ruleset)
    for rule in ruleset.rules:
        truth = truth_of(rule.expression.term, bounds)
        if truth is True and rule.each is not None and isinstance(rule.expression.term, Constant):
            continue
        if truth is True:
            message = Text("条件总是成立", "the condition always holds")
        elif truth is False:
            message = Text("条件永远不会成立", "the condition never holds")
        else:
            continue
        fix = Text("改正界限或事实的上下限", "correct the threshold, or the bounds of the facts")
        yield CHECK.problem(message, rule.expression.position(rule.expression.term.span), rule.id, fix)
