"""Every deduction costs something: there is a department that would earn more without it.

One that never does is made idle by the others (whoever meets it has nothing left to lose), or its amount is
always 0. A bonus that never adds anything is the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from engine.errors import Text
from engine.facts.model import Waiver
from engine.inference.direct import record_key
from engine.ledger.scoring import Scoring
from engine.proof.answers import Witness
from engine.proof.arithmetic import Bool, both
from engine.proof.documents import Reader
from engine.proof.prover import Prover
from engine.proof.questions.base import Question, Reply, Target, of_rule
from engine.proof.solving import World
from engine.ruleset.model import Rule, Ruleset
from engine.scoring import score_directly


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    return [of_rule(rule) for rule in ruleset.rules if rule.kind in ("deduction", "bonus")]


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    rule = target.rule
    assert rule is not None

    def claim(world: World) -> Bool:
        scores = world.scores[0]
        fired = scores.fired(rule)
        if rule.kind == "bonus":
            return both(fired, scores.asked([rule]).value > 0)
        return both(fired, scores.earned_without(rule) > scores.earned_with_all(rule.criterion))

    def confirm(reader: Reader, prover: Prover) -> Witness | None:
        document = reader.document(prover.ruleset)
        scoring = prover.score(document)
        return Witness(document) if _matters(scoring, rule) else None

    found = prover.decide(claim, confirm, question=QUESTION.id, target=target.name, expected=True)
    if found.state == "possible":
        return Reply(
            "proved",
            Text("有部门因它而少得（或多得）分", "there is a department whose points it changes"),
            found.witness,
        )
    if found.state == "impossible":
        return Reply("refuted", Text("它从不影响得分", "it never makes a difference to the points"))
    assert found.reason is not None
    return Reply("unknown", found.reason)


def _matters(scoring: Scoring, rule: Rule) -> bool:
    """Whether the leaf earns something else when every firing of the rule is passed over."""
    if rule.kind == "bonus":
        return any(line.rule is rule and line.applied < 0 for line in scoring.nodes[rule.criterion.id].lines)
    firings = scoring.evaluation.firings(rule)
    names = [(rule.id, record_key(rule, record)) for record in firings]
    waivers = {name: Waiver(*name, "") for name in names}
    waived = score_directly(scoring.evaluation.ruleset, replace(scoring.evaluation.facts, waivers=waivers))
    node = rule.criterion.id
    lines = [one for one in scoring.nodes[node].lines if one.kind == "veto"]
    return bool(waived.nodes[node].earned > scoring.nodes[node].earned or lines)


QUESTION = Question(
    "costs", Text("能影响得分", "makes a difference"),
    Text("每条扣分、加分规则都有部门因它而得分不同", "every deduction and bonus changes some department's points"),
    targets, answer,
)  # fmt: skip
