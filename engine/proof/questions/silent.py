"""Every rule can stay silent where it is looked at.

A rule over records is silent where there is a record for which it does not fire. One that always fires is
a condition that says nothing, or says the opposite of what was meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import Text
from engine.language.terms import Constant
from engine.ledger.scoring import Scoring
from engine.proof.arithmetic import TRUE, Bool, both, negation
from engine.proof.encoding import Coded
from engine.proof.prover import Prover, confirmed_by
from engine.proof.questions.base import Question, Reply, Target, impossible, of_rule
from engine.proof.solving import World
from engine.proof.variables import Member
from engine.ruleset.model import Ruleset


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    return [of_rule(rule) for rule in ruleset.rules]


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    rule = target.rule
    assert rule is not None
    if isinstance(rule.expression.term, Constant) and rule.expression.term.value is True:
        return Reply(
            "noted", Text("条件写明总是成立", "its condition is 'true': it always fires, as written")
        )

    def claim(world: World) -> Bool:
        scores = world.scores[0]
        if rule.each is None:
            return both(scores.looked_at(rule), scores.decided(rule), negation(scores.fired(rule)))
        fires = scores.firing(rule)

        def silent(member: Member) -> tuple[Coded, Coded]:
            where, condition = fires(member)
            return where, Coded(both(condition.defined, negation(condition.value)), TRUE)

        return both(scores.looked_at(rule), scores.lists.some(rule.each.name, silent).value)

    def holds(scoring: Scoring) -> bool:
        return any(not truth for _, truth, _ in scoring.evaluation.decisions[rule.index] or ())

    found = prover.decide(claim, confirmed_by(holds), question=QUESTION.id, target=target.name, expected=True)
    if found.state == "possible":
        return Reply(
            "proved", Text("有部门不触发它", "there is a department for which it stays silent"), found.witness
        )
    if found.state == "impossible":
        return Reply(
            "refuted", impossible(found, Text("凡判断到它必触发", "it fires wherever it is looked at"))
        )
    assert found.reason is not None
    return Reply("unknown", found.reason)


QUESTION = Question(
    "silent", Text("可不触发", "can stay silent"),
    Text("每条规则都有部门不触发", "every rule stays silent for some department"), targets, answer,
)  # fmt: skip
