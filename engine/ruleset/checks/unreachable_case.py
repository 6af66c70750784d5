"""Every row of cases can be reached.

Rows are tried from the top, and the first that holds decides. A row below one that always holds is
never looked at, and a row whose values the rows above have all taken never decides: thresholds in
the wrong order, mostly. Found by the limits that the conditions themselves set and by the bounds
that the ruleset declares.

PASS::

    cases:
      - {when: execution_rate >= 90%, earn: points}
      - {when: execution_rate >= 60%, earn: 5}
      - {else: 0}

FAIL: a rate of 90% or more has been taken by the first row::

    cases:
      - {when: execution_rate >= 60%, earn: 5}
      - {when: execution_rate >= 90%, earn: points}
      - {else: 0}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.implications import Known
from engine.language.ranges import Bounds, truth_of
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.bounds import bounds_of
from engine.ruleset.model import CaseScore, Criterion, Ruleset

CHECK = Check("R104", Text("每一行情形都能达到", "every case can be reached"), "error")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each row that never decides."""
    bounds = bounds_of(ruleset)
    for node in ruleset.root.subtree():
        if isinstance(node.score, CaseScore):
            yield from _rows(node, node.score, bounds)


def _rows(node: Criterion, score: CaseScore, bounds: Bounds) -> Iterator[Problem]:
    above = Known(bounds)
    taken = False
    for rule, earn in score.rows:
        term = rule.expression.term if rule is not None else None
        alone = truth_of(term, bounds) if term is not None else True
        if alone is False:
            continue  # no condition at all: constant_condition tells it
        if taken or (term is not None and not above.possible(term)):
            where = earn.position() if rule is None else rule.expression.position()
            message = Text("上面的行已包括这一行的所有情形", "the rows above take every case of this one")
            fix = Text("改正界限或各行的次序", "correct the thresholds, or the order of the rows")
            yield CHECK.problem(message, where, node.id if rule is None else rule.id, fix)
        elif term is not None:
            taken = above.truth(term) is True
            above.assume(term, False)
            taken |= above.contradictory
