"""Deductions compared one record at a time, for lists of any length.

Where all else about a leaf is the same, and each deduction of one ruleset takes at least as much by the
other, for any record, the leaf never earns more by the other. A sum over records need not be looked into.
"""

from __future__ import annotations

from dataclasses import replace

from engine.proof.arithmetic import Bool, both, negation
from engine.proof.difference.meaning import Meanings
from engine.proof.prover import Prover
from engine.proof.scores import Scores
from engine.proof.solving import World
from engine.ruleset.model import Criterion, Rule

RulePair = tuple[Rule, Rule]


def never_more(prover: Prover, nodes: tuple[Criterion, Criterion], which: tuple[int, int]) -> bool:
    """Whether a leaf surely never earns more by the second ruleset than by the first.

    ``which`` are the places of the first and the second among the prover's rulesets. ``False`` says nothing.
    """
    first, second = (Meanings(prover.rulesets[index]) for index in which)
    node, other = nodes
    if (
        node.children
        or other.children
        or _apart_from_deductions(node, first) != _apart_from_deductions(other, second)
    ):
        return False
    partners = {rule.id: rule for rule in other.deductions}
    if any(rule.id not in partners for rule in node.deductions):
        return False
    pairs = [(rule, partners[rule.id]) for rule in node.deductions]
    changed = [pair for pair in pairs if first.rule(pair[0]) != second.rule(pair[1])]
    return all(_takes_as_much(prover, pair, which) for pair in changed)


def _apart_from_deductions(node: Criterion, meanings: Meanings) -> object:
    return meanings.criterion(replace(node, deductions=())), meanings.gates(node)


def _takes_as_much(prover: Prover, pair: RulePair, which: tuple[int, int]) -> bool:
    """Whether the second rule fires wherever the first does, and takes no less."""
    rule, partner = pair
    same_records = (rule.each and rule.each.name) == (partner.each and partner.each.name)
    if not same_records or (partner.at_most is not None and rule.at_most is None):
        return False
    refuter = prover.refuter
    refuter.deadline = prover.deadline_from_now(prover.budget.seconds)
    one, two = (refuter.world.scores[index] for index in which)
    contrary = [_takes_less(refuter.world, one, two, pair)]
    if rule.at_most is not None and partner.at_most is not None:
        low, high = one.encoder.encode(rule.at_most.term), two.encoder.encode(partner.at_most.term)
        contrary.append(both(low.defined, high.defined, high.value < low.value))
    return all(refuter.check(claim, prover.half, details=True) == "impossible" for claim in contrary)


def _takes_less(world: World, one: Scores, two: Scores, pair: RulePair) -> Bool:
    """That the first rule fires and the second does not, or for less."""
    rule, partner = pair
    if rule.each is None:
        fires, fires_too = one.fired(rule), two.fired(partner)
        amount, amount_too = one.amount(rule), two.amount(partner)
        there: Bool = both()
    else:
        assert world.abstract is not None
        member = world.abstract.probe(rule.each.name)
        (where, amount), (where_too, amount_too) = (
            one.charging([rule])(member),
            two.charging([partner])(member),
        )
        fires, fires_too, there = where.value, where_too.value, member.present
    takes = both(fires_too, amount_too.value >= amount.value)
    has_values = both(amount.defined, amount_too.defined)
    return both(there, fires, has_values, negation(takes))
