"""Changes to a department that must not change its score: order, the size of amounts, what is not read."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.errors import Text
from engine.language.terms import Kind
from engine.ruleset.model import Criterion, Ruleset
from engine.testing.changes import changed_facts, scaled, with_order
from engine.testing.choosing import pick
from engine.testing.dependence import facts_of, is_ratio_only
from engine.testing.invariants.base import (
    Broken,
    Invariant,
    Outcome,
    Scope,
    Trial,
    earned,
    every_node,
    leaves_of,
    scope_of,
    signature,
)

FACTORS = (2, 3, 10)
"""What all amounts of money are multiplied by."""


def _order(trial: Trial, scope: Scope) -> Outcome:
    document = with_order(trial.document, trial.draw)
    again = trial.reread(document)
    if again is None or [*map(signature, again.lines)] != [*map(signature, trial.scoring.lines)]:
        return Broken(
            Text("记录或键的顺序改变了得分", "the order of records or keys changes the score"), document
        )
    return "holds"


def _scaled(trial: Trial, scope: Scope) -> Outcome:
    factor = pick(trial.draw, FACTORS)
    again = trial.rescored(scaled(trial.facts, trial.ruleset, factor))
    if again is None:
        return "not_tried"
    for node in scope.targets:
        if earned(again, node) != earned(trial.scoring, node):
            message = Text(
                f"金额都乘以 {factor} 后，{node.id} 的得分变了",
                f"with all amounts times {factor}, {node.id} earns other points",
            )
            return Broken(message, trial.stated(again.evaluation.facts))
    return "holds"


def _ratios(ruleset: Ruleset) -> Scope:
    def refused(node: Criterion) -> Text | None:
        if not facts_of(node, ruleset) & _money(ruleset):
            return Text("不读金额", "reads no amount of money")
        if not is_ratio_only(node, ruleset):
            return Text("金额不只用于比率", "uses amounts otherwise than in ratios")
        return None

    return scope_of(leaves_of(ruleset), refused)


def _money(ruleset: Ruleset) -> set[str]:
    """The facts that are amounts, and the lists that have some."""
    names = {fact.name for fact in ruleset.schema.scalars() if fact.type.kind == Kind.MONEY}
    return names | {
        name
        for name, records in ruleset.schema.lists.items()
        if any(fact.type.kind == Kind.MONEY for fact in records.fields.values())
    }


@dataclass(frozen=True, slots=True, eq=False)
class Unaware:
    """A leaf that leaves some fact unread, and those it reads."""

    node: Criterion
    reads: frozenset[str]


def _unread(trial: Trial, scope: Scope) -> Outcome:
    ruleset = trial.ruleset
    again = trial.redrawn({pick(trial.draw, _names(ruleset))})
    if again is None:
        return "not_tried"
    changed = changed_facts(trial.facts, again.evaluation.facts, ruleset)
    for one in scope.targets:
        if changed.isdisjoint(one.reads) and earned(again, one.node) != earned(trial.scoring, one.node):
            shown, name = "、".join(sorted(changed)), one.node.id
            message = Text(
                f"{name} 不读 {shown}，得分却随之改变",
                f"{name} reads none of {shown}, but its points change with them",
            )
            return Broken(message, trial.stated(again.evaluation.facts))
    return "holds" if changed else "not_tried"


def _leaves(ruleset: Ruleset) -> Scope:
    facts = set(_names(ruleset))
    reads = {node: frozenset(facts_of(node, ruleset)) for node in leaves_of(ruleset)}

    def refused(node: Criterion) -> Text | None:
        return None if facts - reads[node] else Text("所有事实它都读", "reads every fact there is")

    taken = scope_of(reads, refused)
    return replace(taken, targets=tuple(Unaware(node, reads[node]) for node in taken.targets))


def _names(ruleset: Ruleset) -> list[str]:
    return [fact.name for fact in ruleset.schema.scalars()] + [*ruleset.schema.lists]


ORDER = Invariant(
    "order",
    Text("与顺序无关", "order does not matter"),
    Text("记录和键的顺序不影响任何一行", "the order of records and keys changes no line"),
    every_node,
    _order,
)

SCALED = Invariant(
    "scaled",
    Text("只看比率", "ratios only"),
    Text(
        "只用比率的指标，金额同乘一数时得分不变",
        "a criterion that uses only ratios of money is the same when all amounts are scaled",
    ),
    _ratios,
    _scaled,
)

UNREAD = Invariant(
    "unread",
    Text("不读则不变", "what is not read changes nothing"),
    Text(
        "指标不读的事实，改变它不影响该指标",
        "a fact that a criterion does not read does not change its points",
    ),
    _leaves,
    _unread,
)
