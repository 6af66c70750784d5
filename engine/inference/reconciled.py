"""Inference as the product uses it: durable-rules decides, the direct evaluation must agree."""

from __future__ import annotations

from itertools import groupby

from engine.errors import InferenceDisagreement, Problem, Text
from engine.facts.model import Facts
from engine.inference.direct import Evaluation, evaluate, record_key
from engine.inference.network import Network, Session
from engine.inference.units import Message
from engine.language.conditions import Decision, is_sided, sign
from engine.ruleset.model import Rule, Ruleset


class Inference:
    """The rules of one ruleset, ready to be decided for any number of departments."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self._network = Network(ruleset.rules)

    def decide(self, facts: Facts) -> Evaluation:
        """What fires for ``facts``, by both ways.

        Raises :class:`FactsError` where a condition has no value, and
        :class:`InferenceDisagreement` where the two ways differ in any rule or record.
        """
        evaluation = evaluate(self.ruleset, facts)
        problems: list[Problem] = []
        with self._network.session() as session:
            for _, rules in groupby(self.ruleset.rules, key=lambda rule: rule.stratum):
                # A stratum enters the network only when the ones below it have been agreed on, so
                # that the findings it counts are those which the network itself has found.
                problems += _differences(list(rules), evaluation, session)
                if problems:
                    raise InferenceDisagreement(problems)
        return evaluation


def _differences(rules: list[Rule], evaluation: Evaluation, session: Session) -> list[Problem]:
    decided = [
        (rule, decision, message_for(rule, decision))
        for rule in rules
        for decision in evaluation.decisions[rule.index] or ()
    ]
    answers = session.verdicts(dict.fromkeys(message for _, _, message in decided))
    return [
        _difference(rule, decision, answers[message])
        for rule, decision, message in decided
        if answers[message] != [decision[1]]
    ]


def message_for(rule: Rule, decision: Decision) -> Message:
    """What the network is told of one decision: the signs and truths, not the outcome."""
    atoms = rule.condition.atoms
    signs = []
    for observation in decision[2]:
        number, left, _ = observation
        signs.append((number, sign(observation) if is_sided(atoms[number]) else int(left)))
    return rule.index, tuple(signs)


def _difference(rule: Rule, decision: Decision, verdicts: list[bool]) -> Problem:
    record, truth, _ = decision
    key = record_key(rule, record)
    path = f"{rule.id}[{key}]" if key else rule.id
    message = Text(
        f"两种推理结果不一致：直接求值为 {truth}，durable-rules 为 {verdicts or '无结果'}",
        f"the two inferences disagree: direct evaluation says {truth}, durable-rules {verdicts or 'nothing'}",
    )
    fix = Text(
        "这是程序的缺陷，请报告；没有给出得分",
        "this is a fault of the program, please report it; no score was given",
    )
    return Problem("X001", message, rule.position, path, fix)
