"""What holds of every ledger by itself: points within their bounds, and nothing unaccounted for."""

from __future__ import annotations

from engine.errors import Text
from engine.language.numbers import ZERO, format_exact
from engine.testing.invariants.base import Broken, Invariant, Outcome, Scope, Trial, every_node


def _bounded(trial: Trial, scope: Scope) -> Outcome:
    for score in trial.scoring.root.walk():
        has_bonus = any(one.bonuses for one in score.criterion.subtree())
        if score.earned < 0 or (
            score.earned > score.full and (not has_bonus or score.criterion.parent is None)
        ):
            points, full = format_exact(score.earned), format_exact(score.full)
            return Broken(
                Text(
                    f"{score.criterion.id} 得 {points} 分，不在 0 到 {full} 之间",
                    f"{score.criterion.id} earns {points}, not between 0 and {full}",
                )
            )
    return "holds"


def _balanced(trial: Trial, scope: Scope) -> Outcome:
    for score in trial.scoring.root.walk():
        if score.full - sum((line.applied for line in score.lines), start=ZERO) != score.earned:
            name = score.criterion.id
            return Broken(Text(f"{name} 的账目不平", f"the ledger of {name} does not balance"))
    return "holds"


BOUNDED = Invariant(
    "bounded",
    Text("得分有界", "bounded"),
    Text(
        "每个指标得分在 0 与满分之间（有加分的可超过），总分不超过满分",
        "every criterion earns from 0 to its full points (more only with a bonus), the total never more",
    ),
    every_node,
    _bounded,
)

BALANCED = Invariant(
    "balanced",
    Text("账目平衡", "balanced"),
    Text("在每个指标：满分 − 扣分 = 得分", "at every node, full points − lines = points earned"),
    every_node,
    _balanced,
)
