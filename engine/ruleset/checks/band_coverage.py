"""Bands cover every value exactly once, and stand in order.

Each row states its own two bounds, so that a gap or an overlap can be seen. A value in a gap has no
score, a value in an overlap has two; both are refused when they occur. Rows stand from low to high
or from high to low. The bands need only cover what the measure can be: ``at_least: 0%`` on a
measure makes a row below 0% unreachable.

PASS::

    bands:
      - {up_to: 0%, earn: 3}
      - {above: 0%, up_to: 10%, earn: 2}
      - {above: 10%, earn: 0}

FAIL: exactly 10% is in no row::

    bands:
      - {below: 10%, earn: 3}
      - {above: 10%, earn: 0}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.ranges import range_of
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.bounds import bounds_of, smallest_step
from engine.ruleset.checks.coverage import uncovered
from engine.ruleset.model import BandScore, Ruleset
from engine.ruleset.rendering import formats_of

CHECK = Check("R102", Text("分档不重不漏", "bands without gaps or overlaps"), "error")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each gap, overlap, unreachable row and break of order."""
    bounds = bounds_of(ruleset)
    for node in ruleset.root.subtree():
        if isinstance(node.score, BandScore):
            type_ = node.score.of.term.type
            possible = range_of(node.score.of.term, bounds)
            rows = [(band.allowed, band.position) for band in node.score.bands]
            step = smallest_step(ruleset, type_.kind)
            for message, where in uncovered(rows, possible, step, type_, formats_of(ruleset)):
                yield CHECK.problem(message, where, node.id, Text("改正界限", "correct the bounds"))
