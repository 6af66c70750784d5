"""What a question is: of which parts of a ruleset it is asked, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Position, Text
from engine.ledger.lines import Line
from engine.ledger.scoring import Scoring
from engine.proof.answers import State, Witness
from engine.proof.prover import Finding, Prover
from engine.ruleset.model import Criterion, Rule, Ruleset


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What a question is asked of; ``name`` tells it from the question's others."""

    name: str
    position: Position
    node: Criterion
    rule: Rule | None = None
    other: Any = None
    names: frozenset[str] = field(default_factory=frozenset)
    """The ids under which a user asks for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    state: State
    message: Text
    witness: Witness | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """``targets`` lists what it is asked of, ``answer`` decides one of them."""

    id: str
    title: Text
    statement: Text
    targets: Callable[[Ruleset], Sequence[Target]]
    answer: Callable[[Prover, Target], Reply]


def of_node(node: Criterion, **more: Any) -> Target:
    """A criterion, asked for by its id."""
    return Target(node.id, node.position, node, names=frozenset({node.id}), **more)


def of_rule(rule: Rule) -> Target:
    """A rule, asked for by its id or its criterion's."""
    names = frozenset({rule.id, rule.criterion.id})
    return Target(rule.id, rule.position, rule.criterion, rule, names=names)


def lines_of(scoring: Scoring, rule: Rule) -> list[Line]:
    """The rule's own lines in its criterion's ledger; none where that is not scored."""
    node = scoring.nodes.get(rule.criterion.id)
    return [] if node is None else [line for line in node.lines if line.rule is rule]


def impossible(found: Finding, message: Text) -> Text:
    """What is said where something is impossible, with that within which it was shown."""
    if found.reason is None:
        return message
    return Text(f"{message.zh}（{found.reason.zh}）", f"{message.en} ({found.reason.en})")


def leaves(ruleset: Ruleset) -> list[Criterion]:
    """The criteria without children."""
    return [node for node in ruleset.root.subtree() if not node.children]
