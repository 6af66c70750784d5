"""No record is charged twice: two deductions over one list do not fire for the same record.

Within one criterion that is refuted: one thing loses points twice. In different criteria it may be as
intended (a contract signed late and filed late), so it is only noted.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from engine.errors import Text
from engine.ledger.scoring import Scoring
from engine.proof.arithmetic import TRUE, Bool, both
from engine.proof.encoding import Coded
from engine.proof.prover import Prover, confirmed_by
from engine.proof.questions.base import Question, Reply, Target, impossible, lines_of
from engine.proof.solving import World
from engine.proof.variables import Member
from engine.ruleset.model import Rule, Ruleset


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    rules = [rule for rule in ruleset.rules if rule.kind == "deduction" and rule.each is not None]
    return [
        Target(f"{one.id} + {two.id}", two.position, two.criterion, one, two,
               frozenset({one.id, two.id, one.criterion.id, two.criterion.id}))
        for one, two in combinations(rules, 2)
        if one.each is not None and two.each is not None and one.each.name == two.each.name
    ]  # fmt: skip


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    one, two = target.rule, target.other
    assert one is not None and one.each is not None and isinstance(two, Rule)

    def claim(world: World) -> Bool:
        scores = world.scores[0]
        charged = scores.charging([one]), scores.charging([two])

        def both_charge(member: Member) -> tuple[Coded, Coded]:
            taken = [charge(member) for charge in charged]
            hits = [both(where.value, body.defined, body.value > 0) for where, body in taken]
            return Coded(TRUE, TRUE), Coded(both(*hits), TRUE)

        assert one.each is not None
        met = scores.lists.some(one.each.name, both_charge).value
        return both(scores.looked_at(one), scores.looked_at(two), met)

    def holds(scoring: Scoring) -> bool:
        return not _charged(scoring, one).isdisjoint(_charged(scoring, two))

    found = prover.decide(
        claim, confirmed_by(holds), question=QUESTION.id, target=target.name, expected=False
    )
    if found.state == "impossible":
        return Reply("proved", impossible(found, Text("没有记录同时触发两条", "no record fires both")))
    if found.state == "possible":
        same = one.criterion is two.criterion
        return Reply(
            "refuted" if same else "noted",
            Text("同一条记录在同一指标内扣两次分", "one record is charged twice within one criterion")
            if same
            else Text("同一条记录在两个指标各扣一次分", "one record is charged under two criteria"),
            found.witness,
        )
    assert found.reason is not None
    return Reply("unknown", found.reason)


def _charged(scoring: Scoring, rule: Rule) -> set[str]:
    """The keys of the records for which the ledger has the rule ask for points."""
    return {line.key for line in lines_of(scoring, rule) if line.nominal > 0}


QUESTION = Question(
    "twice", Text("不重复扣分", "nothing charged twice"),
    Text("同一条记录不因两条规则扣分", "no record is charged under two rules"), targets, answer,
)  # fmt: skip
