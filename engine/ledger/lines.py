"""Ledger lines and the score of a node.

At every node, full points − the sum of applied = earned. A line that costs nothing because it was
waived, or because a cap or the floor had been reached, is kept with its nominal amount and the reason.

Lines and scores are not changed once made. They are not frozen all the same: scoring makes dozens of
them for each department, and a frozen one takes five times as long to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.facts.model import Record
from engine.language.numbers import ONE, ZERO, Rational
from engine.ruleset.model import Criterion, Rule

LineKind = Literal[
    "score", "judged", "unseen", "deduction", "bonus", "veto", "not_applicable", "rescaling", "rounding", "cap",
]  # fmt: skip
Reason = Literal["", "waived", "cap", "floor"]
State = Literal["scored", "unseen", "not_applicable"]


class Line(Struct, eq=False):
    """One loss of points, in points; a bonus is a negative loss.

    ``nominal`` is what the rule asks for, ``applied`` what it cost here, and ``reason`` why they
    differ. ``share`` is the weight the line has been multiplied by under averaging branches.
    """

    kind: LineKind
    criterion: Criterion
    nominal: Rational
    applied: Rational
    reason: Reason = ""
    rule: Rule | None = None
    record: Record | None = None
    key: str = ""
    share: Rational = ONE

    def weighted(self, share: Rational) -> Line:
        return replace(
            self, nominal=self.nominal * share, applied=self.applied * share, share=self.share * share
        )


class NodeScore(Struct, eq=False):
    """What one criterion earned.

    ``full`` are the points it could earn here: none where it is left out of the reckoning
    (``in_play`` false). ``removed`` are points taken out of the whole table by ``rescale_root``.
    ``chosen`` is the child that counts under ``best`` and ``weakest``.
    """

    criterion: Criterion
    full: Rational
    earned: Rational
    lines: tuple[Line, ...] = ()
    children: tuple[NodeScore, ...] = ()
    state: State = "scored"
    in_play: bool = True
    removed: Rational = ZERO
    chosen: str = ""

    @property
    def lost(self) -> Rational:
        lost = ZERO
        for line in self.lines:
            lost += line.applied
        return lost

    def walk(self) -> Iterator[NodeScore]:
        """This node and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


def not_applicable(criterion: Criterion) -> NodeScore:
    """The score of a criterion whose ``applies`` does not hold, as its ``if_not`` says."""
    points = criterion.points
    match criterion.if_not:
        case "full":
            return NodeScore(criterion, points, points, state="not_applicable")
        case "zero":
            line = Line("not_applicable", criterion, points, points, rule=criterion.applies)
            return NodeScore(criterion, points, ZERO, (line,), state="not_applicable")
        case "rescale_root":
            return NodeScore(criterion, ZERO, ZERO, state="not_applicable", in_play=False, removed=points)
    return NodeScore(criterion, ZERO, ZERO, state="not_applicable", in_play=False)
