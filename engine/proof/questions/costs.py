"""Every deduction costs something: there is a department that would earn more without it.

One that never does is made idle by the others (whoever meets it has nothing left to lose), or its amount is
always 0. A bonus that never adds anything is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.errors import Text
from engine.language.numbers import ZERO
from engine.ledger.leaf import LeafScorer
from engine.ledger.scoring import Scoring
from engine.proof.arithmetic import Bool, both
from engine.proof.prover import Prover, confirmed_by
from engine.proof.questions.base import Question, Reply, Target, impossible, lines_of, of_rule
from engine.proof.solving import World
from engine.ruleset.model import Rule, Ruleset


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    return [of_rule(rule) for rule in ruleset.rules if rule.kind in ("deduction", "bonus")]


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    rule = target.rule
    assert rule is not None

    def claim(world: World) -> Bool:
        scores = world.scores[0]
        earned, without = scores.earned_with_all(rule.criterion), scores.earned_without(rule)
        return both(scores.fired(rule), earned > without if rule.kind == "bonus" else earned < without)

    found = prover.decide(
        claim, confirmed_by(lambda scoring: _matters(scoring, rule)),
        question=QUESTION.id, target=target.name, expected=True,
    )  # fmt: skip
    if found.state == "possible":
        return Reply(
            "proved",
            Text("有部门因它而少得（或多得）分", "there is a department whose points it changes"),
            found.witness,
        )
    if found.state == "impossible":
        return Reply(
            "refuted", impossible(found, Text("它从不影响得分", "it never makes a difference to the points"))
        )
    assert found.reason is not None
    return Reply("unknown", found.reason)


def _matters(scoring: Scoring, rule: Rule) -> bool:
    """Whether the ledger has points for the rule, and its leaf by itself earns something else without it.

    A veto, which may take all that is left either way, stands apart from what a leaf earns by itself.
    """
    node = rule.criterion
    applied = [line.applied for line in lines_of(scoring, rule)]
    others = replace(
        node,
        deductions=tuple(one for one in node.deductions if one is not rule),
        bonuses=tuple(one for one in node.bonuses if one is not rule),
    )
    leaves = LeafScorer(scoring.evaluation)
    difference = leaves.score(others).earned - leaves.score(node).earned
    if rule.kind == "bonus":
        return difference < ZERO and any(one < ZERO for one in applied)
    return difference > ZERO and any(one > ZERO for one in applied)


QUESTION = Question(
    "costs", Text("能影响得分", "makes a difference"),
    Text("每条扣分、加分规则都有部门因它而得分不同", "every deduction and bonus changes some department's points"),
    targets, answer,
)  # fmt: skip
