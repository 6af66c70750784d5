"""The way points go: with what ``better`` declares, and never up with one more finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import Text
from engine.inference.direct import record_key
from engine.language.compiler import EvaluationError
from engine.language.numbers import format_exact
from engine.language.terms import Gather, Read, Term, walk
from engine.ledger.scoring import Scoring
from engine.ruleset.model import Criterion, Rule, Ruleset
from engine.testing.changes import with_one_more
from engine.testing.choosing import pick
from engine.testing.dependence import apart_from, facts_read, lists_of, own_terms
from engine.testing.drafts import Plan
from engine.testing.invariants.base import Broken, Invariant, Outcome, Scope, Trial, leaves_of
from engine.testing.thresholds import free_frames

# Monotone as declared


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """A criterion that declares a direction for a fact or measure, and how to change that value alone."""

    node: Criterion
    name: str
    way: Literal["higher", "lower"]
    movable: tuple[str, ...]
    """The facts and lists behind the value that may be changed."""
    others: tuple[Term, ...]
    """Whatever else the points depend on; equal values mean that all else was equal."""


def _declared(ruleset: Ruleset) -> Scope:
    found: list[Declared] = []
    left_out: dict[str, Text] = {}
    for node in ruleset.root.subtree():
        for name, way in node.better.items():
            one = _declaration(node, name, way, ruleset)
            if isinstance(one, Declared):
                found.append(one)
            else:
                left_out[node.id] = one
        if not node.better and not node.children:
            left_out[node.id] = Text("没有声明 better", "declares no 'better'")
    criteria = tuple(dict.fromkeys(one.node.id for one in found))
    return Scope(
        tuple(found), criteria, {name: why for name, why in left_out.items() if name not in criteria}
    )


def _declaration(
    node: Criterion, name: str, way: Literal["higher", "lower"], ruleset: Ruleset
) -> Declared | Text:
    measure = ruleset.measures.get(name)
    behind = {name} if measure is None else facts_read(measure.expression.term, ruleset)
    others = [part for term in own_terms(node) for part in apart_from(term, name, ruleset)]
    # What a rule reads record by record cannot be held equal while the records change.
    by_record = [part for part in others if free_frames((part,))]
    kept = lists_of(node).union(*(facts_read(part, ruleset) for part in by_record), set())
    movable = tuple(sorted(behind - kept))
    if not movable:
        shown = "、".join(sorted(behind))
        return Text(
            f"{name} 所据的 {shown} 另被逐条读取",
            f"{name} rests on {shown} alone, which is read record by record as well",
        )
    return Declared(node, name, way, movable, tuple(part for part in others if part not in by_record))


def _monotone(trial: Trial, scope: Scope) -> Outcome:
    one = pick(trial.draw, scope.targets)
    names = pick(trial.draw, [*((name,) for name in one.movable), one.movable])
    again = trial.redrawn(set(names))
    if again is None:
        return "not_tried"
    if any(_value(part, trial.scoring, trial.plan) != _value(part, again, trial.plan) for part in one.others):
        return "not_tried"
    values = [_named(one.name, scoring, trial) for scoring in (trial.scoring, again)]
    before, after = (scoring.nodes.get(one.node.id) for scoring in (trial.scoring, again))
    if None in values or before is None or after is None or before.full != after.full:
        return "not_tried"
    if values[0] == values[1]:
        return "not_tried"
    rises = (values[1] > values[0]) == (one.way == "higher")
    if (after.earned < before.earned) if rises else (after.earned > before.earned):
        moved = f"{format_exact(values[0])} → {format_exact(values[1])}"
        points = f"{format_exact(before.earned)} → {format_exact(after.earned)}"
        message = Text(
            f"{one.node.id} 声明 {one.name} {one.way}，但 {one.name} {moved} 时得分 {points}",
            f"{one.node.id} declares {one.name} {one.way}, but with {one.name} {moved} it earns {points}",
        )
        return Broken(message, trial.stated(again.evaluation.facts))
    return "holds"


def _named(name: str, scoring: Scoring, trial: Trial) -> Any:
    """The value of a fact or measure; ``None`` where it has none."""
    measure = trial.ruleset.measures.get(name)
    if measure is None:
        return scoring.evaluation.facts.slots[trial.plan.facts[name].place]
    return _value(measure.expression.term, scoring, trial.plan)


def _value(term: Term, scoring: Scoring, plan: Plan) -> Any:
    try:
        return plan.evaluate(term)(list(scoring.evaluation.slots))
    except (EvaluationError, TypeError, AttributeError):
        return None  # taken out of its guard, a term may meet a fact that is not given


# One more record


def _per_record(ruleset: Ruleset) -> Scope:
    """The per-record deductions of leaves that read the list in no other way."""
    rules: list[Rule] = []
    left_out: dict[str, Text] = {}
    for node in leaves_of(ruleset):
        each = [rule for rule in node.deductions if rule.each is not None]
        alone = [
            rule for rule in each if rule.each is not None and not _reads_list(node, rule.each.name, ruleset)
        ]
        rules += alone
        if not each:
            left_out[node.id] = Text("没有逐条扣分", "has no deduction for each record")
        elif not alone:
            left_out[node.id] = Text("还以别的方式读该表", "reads its list in another way as well")
    return Scope(tuple(rules), tuple(dict.fromkeys(rule.criterion.id for rule in rules)), left_out)


def _reads_list(node: Criterion, name: str, ruleset: Ruleset) -> bool:
    for term in own_terms(node):
        for one in walk(term):
            if isinstance(one, Gather) and one.records.name == name:
                return True
            through = isinstance(one, Read) and one.scalar.source in ("measure", "findings")
            if through and name in facts_read(one, ruleset):
                return True
    return any(rule.each is not None and rule.each.name == name for rule in node.bonuses)


def _one_more(trial: Trial, scope: Scope) -> Outcome:
    evaluation = trial.scoring.evaluation
    fired = [
        (rule, record_key(rule, record))
        for rule in scope.targets
        for record, truth, _ in evaluation.decisions[rule.index] or ()
        if truth and not evaluation.is_waived(rule, record)
    ]
    if not fired:
        return "not_tried"
    rule, key = pick(trial.draw, fired)
    again = trial.rescored(with_one_more(trial.facts, trial.ruleset, rule, key))
    if again is None:
        return "not_tried"
    before, after = trial.scoring.nodes[rule.criterion.id], again.nodes.get(rule.criterion.id)
    if after is not None and after.earned > before.earned:
        message = Text(
            f"多一条触发 {rule.id} 的记录，{rule.criterion.id} 反而多得分",
            f"one more record that fires {rule.id} raises {rule.criterion.id}",
        )
        return Broken(message, trial.stated(again.evaluation.facts))
    return "holds"


MONOTONE = Invariant(
    "monotone",
    Text("方向如所声明", "monotone as declared"),
    Text(
        "其他都相同，better 声明的值变好时，得分不降低",
        "all else equal, when a value that 'better' names gets better, the points do not fall",
    ),
    _declared,
    _monotone,
)

ONE_MORE = Invariant(
    "one_more",
    Text("多犯不多得", "one more never helps"),
    Text(
        "多一条触发扣分的记录，该指标得分不增加",
        "one more record that fires a deduction never raises its criterion",
    ),
    _per_record,
    _one_more,
)
