"""Every criterion has a score wherever it applies.

Refuted by a department with usable facts and no score: a division by zero, an average of nothing, an amount
below 0, a value outside its measure's range, a gap between bands. A branch is asked for what it adds itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Text
from engine.proof.arithmetic import Bool, both, negation
from engine.proof.prover import Prover
from engine.proof.questions.base import Question, Reply, Target, impossible, of_node
from engine.proof.questions.refusal import refused
from engine.proof.solving import World
from engine.ruleset.model import Ruleset


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    return [of_node(node) for node in ruleset.root.subtree()]


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    node = target.node

    def claim(world: World) -> Bool:
        scores = world.scores[0]
        own = scores.points(node)
        children = both(*(scores.points(child).defined for child in node.children))
        return both(scores.reached_from_above(node), children, negation(own.defined))

    def over_children(world: World) -> Bool:
        return negation(world.scores[0].branch_over_summaries(node).defined)

    found = prover.decide(
        claim, refused(node), question=QUESTION.id, target=target.name, expected=False, scored=False,
        abstract=over_children if node.children else None,
    )  # fmt: skip
    if found.state == "impossible":
        return Reply("proved", impossible(found, Text("总有得分", "there is always a score")))
    if found.state == "possible":
        return Reply(
            "refuted",
            Text("有合法的部门没有得分", "a department with usable facts has no score"),
            found.witness,
        )
    assert found.reason is not None
    return Reply("unknown", found.reason)


QUESTION = Question(
    "defined", Text("总有得分", "always has a score"),
    Text("每个适用的指标总有得分", "every criterion that applies has a score"), targets, answer,
)  # fmt: skip
