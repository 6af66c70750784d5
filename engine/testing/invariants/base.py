"""What an invariant is: the criteria it speaks of, and a property of one department's score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from engine.errors import FactsError, RulesetError, Text
from engine.facts.model import Facts
from engine.ledger.lines import Line
from engine.ledger.scoring import Scoring
from engine.ruleset.model import Criterion, Ruleset
from engine.scoring import Scorer, score_directly
from engine.testing.choosing import Draw
from engine.testing.drafts import Plan
from engine.testing.strategies import Departments, facts_from

Document = dict[str, Any]


class Violation(AssertionError):
    """A property does not hold for a department; ``name`` is the property's.

    ``changed`` is the other department, for a property that compares two; ``shown_by`` the one that shows it,
    where that is not the one which was drawn.
    """

    def __init__(
        self, name: str, message: Text, changed: Document | None = None, shown_by: Document | None = None
    ) -> None:
        super().__init__(message.en)
        self.name = name
        self.message = message
        self.changed = changed
        self.shown_by = shown_by


class NoScore(Exception):
    """A department that was changed for a comparison has no score for a fault of the ruleset."""

    def __init__(self, error: RulesetError, document: Document) -> None:
        super().__init__(str(error))
        self.error = error
        self.document = document


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong, and the other department where the property compares two."""

    message: Text
    changed: Document | None = None


Outcome = Literal["holds", "not_tried"] | Broken
"""``not_tried``: this department gave nothing to compare, as where no deduction fires."""


@dataclass(slots=True)
class Trial:
    """One generated department: its document, its facts, and its score by direct evaluation."""

    scorer: Scorer
    departments: Departments
    document: Document
    facts: Facts
    scoring: Scoring
    draw: Draw

    @property
    def ruleset(self) -> Ruleset:
        return self.scorer.ruleset

    @property
    def plan(self) -> Plan:
        return self.departments.plan

    def rescored(self, facts: Facts | None) -> Scoring | None:
        """The score of changed facts; ``None`` where there are none, or they are found unusable.

        Raises :class:`NoScore` where the ruleset leaves them without one.
        """
        if facts is None:
            return None
        try:
            return score_directly(self.ruleset, facts)
        except FactsError:
            return None
        except RulesetError as error:
            raise NoScore(error, self.stated(facts)) from None

    def reread(self, document: Document) -> Scoring | None:
        """The score of a changed document; ``None`` where the change made its facts unusable."""
        try:
            return self.rescored(facts_from(document, self.ruleset))
        except FactsError:
            return None

    def redrawn(self, names: Set[str]) -> Scoring | None:
        """The score of the department with other values for these facts and lists, where it has one."""
        return self.rescored(self.departments.redrawn(self.facts, names, self.draw))

    def stated(self, facts: Facts) -> Document:
        """The document that states the changed ``facts``."""
        return self.departments.stated(self.document, facts)


@dataclass(frozen=True)
class Scope:
    """What of a ruleset an invariant speaks of: its targets, and for each criterion left out the reason.

    What a target is, is the invariant's own: a criterion, a rule, a criterion and what it declares.
    """

    targets: tuple[Any, ...]
    criteria: tuple[str, ...]
    """The criteria that the targets belong to, in document order."""
    left_out: Mapping[str, Text] = field(default_factory=dict)

    @cached_property
    def reasons(self) -> Mapping[Text, tuple[str, ...]]:
        """The criteria left out, by reason."""
        found: dict[Text, list[str]] = {}
        for name, reason in self.left_out.items():
            found.setdefault(reason, []).append(name)
        return {reason: tuple(names) for reason, names in found.items()}


@dataclass(frozen=True, slots=True)
class Invariant:
    """A property of every score. Its page in the documentation is its statement and its ``holds``'s docstring."""

    name: str
    title: Text
    statement: Text
    scope: Callable[[Ruleset], Scope]
    holds: Callable[[Trial, Scope], Outcome]

    def check(self, trial: Trial, scope: Scope) -> bool:
        """Whether the department put the property to the test. Raises :class:`Violation` where it fails."""
        outcome = self.holds(trial, scope)
        if isinstance(outcome, Broken):
            raise Violation(self.name, outcome.message, outcome.changed)
        return outcome == "holds"


def leaves_of(ruleset: Ruleset) -> list[Criterion]:
    """The criteria that have no others below them."""
    return [node for node in ruleset.root.subtree() if not node.children]


def every_node(ruleset: Ruleset) -> Scope:
    """The whole table, at each of its nodes."""
    nodes = tuple(ruleset.root.subtree())
    return Scope(nodes, tuple(node.id for node in nodes))


def scope_of(nodes: Iterable[Criterion], refused: Callable[[Criterion], Text | None]) -> Scope:
    """The criteria that are not refused; the others with the reason."""
    reasons = {node: refused(node) for node in nodes}
    taken = tuple(node for node, reason in reasons.items() if reason is None)
    left_out = {node.id: reason for node, reason in reasons.items() if reason is not None}
    return Scope(taken, tuple(node.id for node in taken), left_out)


def earned(scoring: Scoring, node: Criterion) -> Any:
    """The points there were and the points earned; ``None`` for a node that is not in play."""
    score = scoring.nodes.get(node.id)
    return (score.full, score.earned) if score is not None else None


def signature(line: Line) -> tuple[Any, ...]:
    """What makes a ledger line the line it is, told without the objects of one scoring."""
    rule = line.rule.id if line.rule is not None else ""
    return line.kind, line.criterion.id, rule, line.key, line.nominal, line.applied, line.reason
