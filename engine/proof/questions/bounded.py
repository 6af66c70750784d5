"""Every node earns at least 0 and at most its full points.

A node with bonuses may earn more than its points, but never less than 0; the total is never above the
table's. A branch is proved from its children: whatever they earn within their own bounds, it is within its.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Text
from engine.ledger.scoring import Scoring
from engine.proof.arithmetic import FALSE, Bool, both, either
from engine.proof.points import Points
from engine.proof.prover import Prover, confirmed_by
from engine.proof.questions.base import Question, Reply, Target, impossible, of_node
from engine.proof.scores import has_bonus
from engine.proof.solving import World
from engine.ruleset.model import Criterion, Ruleset


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    return [of_node(node) for node in ruleset.root.subtree()]


def _beyond(points: Points, node: Criterion) -> Bool:
    free = has_bonus(node) and node.parent is not None
    above = FALSE if free else points.earned > points.full
    return both(points.in_play, points.defined, either(points.earned < 0, above))


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    node = target.node

    def claim(world: World) -> Bool:
        scores = world.scores[0]
        return both(scores.reached_from_above(node), _beyond(scores.points(node), node))

    def over_children(world: World) -> Bool:
        return _beyond(world.scores[0].branch_over_summaries(node), node)

    def holds(scoring: Scoring) -> bool:
        score = scoring.nodes.get(node.id)
        free = has_bonus(node) and node.parent is not None
        return score is not None and bool(score.earned < 0 or (score.earned > score.full and not free))

    found = prover.decide(
        claim, confirmed_by(holds), question=QUESTION.id, target=target.name, expected=False,
        abstract=over_children if node.children else None,
    )  # fmt: skip
    if found.state == "impossible":
        return Reply(
            "proved",
            impossible(found, Text("得分总在 0 与满分之间", "it always earns from 0 to its full points")),
        )
    if found.state == "possible":
        return Reply(
            "refuted",
            Text("得分超出 0 与满分之间", "it earns less than 0 or more than its points"),
            found.witness,
        )
    assert found.reason is not None
    return Reply("unknown", found.reason)


QUESTION = Question(
    "bounded", Text("得分有界", "bounded"),
    Text("每个指标的得分在 0 与满分之间", "every criterion earns from 0 to its full points"),
    targets, answer,
)  # fmt: skip
