"""The points of a branch's children agree with its own.

Under ``sum`` the children's points sum to the parent's. Under ``best`` and ``weakest`` each child
carries the parent's points, since it may stand for the whole branch. Under ``average`` and
``weighted_by`` the children's points are above 0, since scores are compared by their share.

PASS::

    points: 50
    criteria: [{id: execution, points: 30, …}, {id: disclosure, points: 20, …}]

FAIL: the children sum to 45::

    points: 50
    criteria: [{id: execution, points: 30, …}, {id: disclosure, points: 15, …}]
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, Text, text_list
from engine.language.numbers import ZERO, format_exact
from engine.ruleset.checks.base import Check
from engine.ruleset.model import Criterion, Ruleset

CHECK = Check("R101", Text("下级分值与上级相符", "children's points agree"), "error", required=True)


def find(ruleset: Ruleset) -> Iterator[Problem]:
    """A problem for each branch whose children's points do not agree with it."""
    for node in ruleset.root.subtree():
        if node.children:
            yield from _branch(node)


def _branch(node: Criterion) -> Iterator[Problem]:
    if node.roll == "sum":
        total = sum((child.points for child in node.children), start=ZERO)
        if total != node.points:
            summed, own = format_exact(total), format_exact(node.points)
            message = Text(
                f"下级指标分值合计 {summed}，不等于 {own}",
                f"the children's points sum to {summed}, not {own}",
            )
            fix = Text("改正分值，使合计相等", "correct the points so that they agree")
            yield CHECK.problem(message, node.position, node.id, fix)
        return
    if node.roll in ("best", "weakest"):
        wrong = [child.id for child in node.children if child.points != node.points]
        message = Text("下级指标的分值应与上级相同", "each child carries the points of its parent")
    else:
        wrong = [child.id for child in node.children if child.points <= 0]
        message = Text("取平均的下级指标分值应大于 0", "a child that is averaged has points above 0")
    if wrong:
        names = text_list(wrong)
        yield CHECK.problem(
            Text(f"{message.zh}：{names.zh}", f"{message.en}: {names.en}"), node.position, node.id
        )
