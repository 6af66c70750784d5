"""Known facts put into a department of unknowns, to hold its encoding against the evaluation."""

from __future__ import annotations

from typing import Any

import z3

from engine.facts.model import Facts
from engine.proof.arithmetic import Bool, negation
from engine.proof.leaves import beside
from engine.proof.solving import World
from engine.proof.variables import Member, Variable, identity, literal
from engine.ruleset.model import Ruleset, TierScore, Unseen


def pinned(world: World, facts: Facts, ruleset: Ruleset) -> list[Bool]:
    """That the department of a concrete world is that of ``facts``."""
    assert world.unrolled is not None
    pins = scalars_pinned(world, facts, ruleset)
    for name, records in ruleset.schema.lists.items():
        stated = facts.slots[records.records.slot]
        for index, member in enumerate(world.unrolled.members[name]):
            if index >= len(stated):
                pins.append(negation(member.present))
            else:
                pins += [member.present, *record_pinned(world, member, stated[index], records.fields)]
    return pins


def scalars_pinned(world: World, facts: Facts, ruleset: Ruleset) -> list[Bool]:
    """The facts that are no records, and what stands beside them."""
    pins: list[Bool] = []
    for fact in ruleset.schema.scalars():
        pins += _value(world, world.department.scalars[identity(fact.name, fact)], facts.slots[fact.place])
    for node in ruleset.criteria.values():
        unknown = world.department.judgements.get(beside(node))
        if unknown is None:
            continue
        if isinstance(node.score, Unseen):
            stated: Any = facts.claimed[node.id]
        else:
            judgement = facts.judgements[node.id]
            stated = judgement.coefficient if isinstance(node.score, TierScore) else judgement.deduct
        pins.append(unknown == literal(stated, world.department.words))
    return pins


def record_pinned(world: World, member: Member, record: tuple[Any, ...], fields: Any) -> list[Bool]:
    pins: list[Bool] = []
    for fact in fields.values():
        pins += _value(world, member.fields[identity(fact.name, fact)], record[fact.place])
    return pins


def _value(world: World, variable: Variable, value: Any) -> list[Bool]:
    if value is None:
        return [negation(variable.given)]
    given = [] if z3.is_true(variable.given) else [variable.given]
    return [*given, variable.value == literal(value, world.department.words)]
