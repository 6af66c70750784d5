"""Grades cover every total exactly once.

Totals are rounded to the decimals of the points before they are graded, so grades need only cover
those: with two decimals, 89.99 and 90 are neighbours.

PASS::

    grades: [{from: 90, grade: 优}, {from: 80, below: 90, grade: 良}, {below: 80, grade: 中}]

FAIL: a total of 89.5 has no grade::

    grades: [{from: 90, up_to: 100, grade: 优}, {from: 80, up_to: 89, grade: 良}, {below: 80, grade: 中}]
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.language.numbers import ZERO
from engine.language.ranges import Interval
from engine.language.terms import Kind, Type
from engine.ruleset.checks.base import Check
from engine.ruleset.checks.bounds import smallest_step
from engine.ruleset.checks.coverage import uncovered
from engine.ruleset.model import Ruleset
from engine.ruleset.rendering import formats_of
from engine.source import node_at

CHECK = Check("R103", Text("等级不重不漏", "grades without gaps or overlaps"), "error")


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each total that has no grade, or two."""
    if not ruleset.grades:
        return
    document = list(ruleset.document.grades)
    positions = {
        one.grade: node_at(ruleset.source, ("grades", index)).position for index, one in enumerate(document)
    }
    rows = [(band.allowed, positions[band.grade]) for band in ruleset.grades]
    possible = Interval(ZERO, ruleset.root.points)
    step = smallest_step(ruleset, Kind.POINTS)
    for message, where in uncovered(rows, possible, step, Type(Kind.POINTS), formats_of(ruleset)):
        yield CHECK.problem(message, where, "grades", Text("改正界限", "correct the bounds"))
