"""A value that ``better`` names never costs points by getting better, all else being equal.

For a fact, two departments are compared that differ in it alone. For a measure it is proved that the rules
go its way whatever its value, with everything else that they read held still; a refutation shows two
departments that differ in one fact which the measure is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import z3

from engine.errors import Text
from engine.language.compiler import compile_term
from engine.language.terms import NUMERIC, Kind, Read
from engine.ledger.scoring import Scoring
from engine.proof.answers import Witness
from engine.proof.arithmetic import Bool, Expr, both, number
from engine.proof.documents import Reader
from engine.proof.gathering import bounds_of_reads
from engine.proof.prover import Finding, Prover
from engine.proof.questions.base import Question, Reply, Target, impossible
from engine.proof.scores import Scores
from engine.proof.solving import World
from engine.proof.variables import identity, scale_of
from engine.ruleset.checks.reads import sources_of_measures
from engine.ruleset.model import Criterion, Fact, Ruleset

Way = Literal["higher", "lower"]


def targets(ruleset: Ruleset) -> Sequence[Target]:
    """What it is asked of."""
    return [
        Target(f"{node.id}: {name}", node.position, node, None, (name, way), frozenset({node.id, name}))
        for node in ruleset.root.subtree()
        for name, way in node.better.items()
    ]


def answer(prover: Prover, target: Target) -> Reply:
    """The answer for one of them."""
    name, way = target.other
    facts = {fact.name: fact for fact in prover.ruleset.schema.scalars()}
    if name in facts:
        found = _by_fact(prover, target, facts[name], name, way)
    else:
        found = _by_measure(prover, target, facts, name, way)
    if found.state == "impossible":
        return Reply(
            "proved",
            impossible(found, Text("得分不会随它变好而降低", "the points never fall as it gets better")),
        )
    if found.state == "possible":
        return Reply(
            "refuted", Text("它变好时得分反而降低", "the points fall as it gets better"), found.witness
        )
    assert found.reason is not None
    return Reply("unknown", found.reason)


def _by_measure(prover: Prover, target: Target, facts: dict[str, Fact], name: str, way: Way) -> Finding:
    refuter = prover.refuter
    refuter.deadline = prover.deadline_from_now(prover.budget.seconds)
    world = refuter.world
    scores = world.scores[0]
    new = z3.Real(f"better {name}")
    bounds = bounds_of_reads(prover.ruleset)
    measure = prover.ruleset.measures[name]
    if measure.scalar.type.kind not in NUMERIC:
        return Finding("unknown", reason=Text("不是数量", "it is not a quantity"))
    value = scores.encoder.measure(name)
    known = bounds(Read(measure.scalar.type, measure.scalar))
    any_value = z3.Real(f"any {name}")
    limits = [one >= number(known.low) for one in (new, any_value) if known.low is not None]
    limits += [one <= number(known.high) for one in (new, any_value) if known.high is not None]
    whatever = both(*limits, _falls(scores, target.node, name, new, any_value, way))
    if refuter.check(whatever, prover.half) == "impossible":
        return Finding("impossible")
    with_facts = both(world.valid, value.defined, any_value == value.value, whatever)
    if refuter.check(with_facts, prover.half, details=True, related=True) == "impossible":
        return Finding("impossible")
    behind = sources_of_measures(prover.ruleset)[name]
    for fact_name in sorted(behind & facts.keys()):
        found = _by_fact(prover, target, facts[fact_name], name, way)
        if found.state == "possible":
            return found
    return Finding("unknown", reason=Text(
        "未能证明，也没有找到只差一项事实的反例",
        "it could not be proved, and no two departments that differ in one fact show the contrary",
    ))  # fmt: skip


def _falls(scores: Scores, node: Criterion, name: str, new: Expr, old: Expr, way: Way) -> Bool:
    """That the node earns less with the new value of ``name``, which is better."""
    with scores.encoder.with_value(name, old):
        before = scores.points(node)
    with scores.encoder.with_value(name, new):
        after = scores.points(node)
    better = new >= old if way == "higher" else new <= old
    alike = both(before.defined, after.defined, before.full == after.full, before.in_play, after.in_play)
    return both(better, alike, after.earned < before.earned)


def _by_fact(prover: Prover, target: Target, fact: Fact, name: str, way: Way) -> Finding:
    """Two departments that differ in ``fact`` alone; ``name``, itself or a measure of it, gets better."""
    kind = fact.type.kind
    if fact.optional or kind not in NUMERIC | {Kind.DATE}:
        return Finding(
            "unknown",
            reason=Text("选填项或非数量，未予比较", "an optional fact or no quantity, which is not compared"),
        )

    def new_value() -> Expr:
        return z3.Int(f"new {fact.name}") if kind == Kind.DATE else z3.Real(f"new {fact.name}")

    def claim(world: World) -> Bool:
        scores, new = world.scores[0], new_value()
        encoder = scores.encoder
        old = world.department.scalars[identity(fact.name, fact)].value
        allowed = world.department.allowed(fact, new)
        if kind != Kind.DATE:
            grid = z3.IsInt(new * scale_of(kind, prover.ruleset))
            if world.abstract is None:
                allowed = both(allowed, grid)
            else:
                world.department.grid.append(grid)
        if name == fact.name:
            worse = _falls(scores, target.node, name, new, old, way)
        else:
            worse = _measure_falls(scores, target.node, name, fact.name, new, way)
        with encoder.with_value(fact.name, new):
            valid = both(
                *(encoder.truth(one.holds.term) for one in prover.ruleset.identities if one.blocking)
            )
        return both(allowed, valid, worse, _scored(scores, target.node, fact.name, new))

    def abstract(world: World) -> Bool:
        scores, new = world.scores[0], new_value()
        old = world.department.scalars[identity(fact.name, fact)].value
        allowed = world.department.allowed(fact, new)
        return both(allowed, _falls(scores, target.node, name, new, old, way))

    def confirm(reader: Reader, prover: Prover) -> Witness | None:
        document = reader.document(prover.ruleset)
        changed = reader.with_fact(prover.ruleset, fact, reader.value(new_value()))
        one, two = prover.score(document), prover.score(changed)
        before, after = (scoring.nodes.get(target.node.id) for scoring in (one, two))
        if before is None or after is None or not (before.in_play and after.in_play):
            return None
        old, new = _value(one, name), _value(two, name)
        better = new > old if way == "higher" else new < old
        falls = before.full == after.full and after.earned < before.earned
        return Witness(document, (changed,)) if better and falls else None

    return prover.decide(
        claim, confirm, question=QUESTION.id, target=target.name, expected=False,
        abstract=abstract if name == fact.name else None,
    )  # fmt: skip


def _scored(scores: Scores, node: Criterion, name: str, new: Expr) -> Bool:
    """That the changed department has a score too, and the node one in both."""
    before = scores.reached_from_above(node)
    with scores.encoder.with_value(name, new):
        return both(before, scores.reached_from_above(node), scores.scored)


def _value(scoring: Scoring, name: str) -> Any:
    """What the product makes of the fact or measure called ``name``."""
    ruleset = scoring.evaluation.ruleset
    if name in ruleset.measures:
        scalar = ruleset.measures[name].scalar
        return compile_term(Read(scalar.type, scalar))(scoring.evaluation.slots)
    return next(scoring.evaluation.slots[one.place] for one in ruleset.schema.scalars() if one.name == name)


def _measure_falls(scores: Scores, node: Criterion, name: str, fact: str, new: Expr, way: Way) -> Bool:
    """That the node earns less with a new value of ``fact`` that makes the measure ``name`` better."""
    before, old = scores.points(node), scores.encoder.measure(name)
    with scores.encoder.with_value(fact, new):
        after, now = scores.points(node), scores.encoder.measure(name)
    better = now.value > old.value if way == "higher" else now.value < old.value
    alike = both(before.defined, after.defined, before.full == after.full, before.in_play, after.in_play)
    return both(old.defined, now.defined, better, alike, after.earned < before.earned)


QUESTION = Question(
    "monotone", Text("方向如所声明", "monotone as declared"),
    Text("better 声明的值变好时，得分不降低", "when a value that 'better' names gets better, the points do not fall"),
    targets, answer,
)  # fmt: skip
