"""Every rule can fire.

Proved by a department for which it fires; refuted where there is none at all, whatever the facts. A row
of cases fires where it is the first that holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Text
from engine.proof.prover import Prover, confirmed_by
from engine.proof.questions.base import Question, Reply, Target, impossible, of_rule
from engine.ruleset.model import Ruleset


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    return [of_rule(rule) for rule in ruleset.rules]


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    rule = target.rule
    assert rule is not None
    found = prover.decide(
        lambda world: world.scores[0].fired(rule),
        confirmed_by(lambda scoring: scoring.evaluation.holds(rule)),
        question=QUESTION.id, target=target.name, expected=True,
    )  # fmt: skip
    if found.state == "possible":
        return Reply(
            "proved", Text("有部门触发它", "there is a department for which it fires"), found.witness
        )
    if found.state == "impossible":
        return Reply(
            "refuted", impossible(found, Text("没有任何部门能触发它", "it fires for no department at all"))
        )
    assert found.reason is not None
    return Reply("unknown", found.reason)


QUESTION = Question(
    "fires", Text("可触发", "can fire"),
    Text("每条规则都有部门触发", "every rule fires for some department"), targets, answer,
)  # fmt: skip
