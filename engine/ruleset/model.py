"""A ruleset ready to be evaluated: every name resolved, every expression compiled.

Built by ``building.py``; read by inference, the ledger, explanations, and everything on top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from engine.errors import Language, Position, Text
from engine.language.compiler import Evaluate, compile_term
from engine.language.conditions import Condition
from engine.language.errors import Span
from engine.language.numbers import Rational
from engine.language.terms import Records, Scalar, Term, Type
from engine.source import Node
from engine.source import Scalar as SourceScalar

if TYPE_CHECKING:
    from engine.ruleset.document import Example, RulesetDocument

RuleKind = Literal["applies", "case", "deduction", "bonus", "explain", "veto"]
IfNot = Literal["full", "zero", "rescale", "rescale_root"]


class Expression:
    """A typed expression and the place it was written; compiled when it is first evaluated."""

    __slots__ = ("evaluate", "offset", "source", "term", "text")

    evaluate: Evaluate

    def __init__(self, text: str, term: Term, source: SourceScalar, offset: int = 0) -> None:
        self.text = text
        self.term = term
        self.source = source
        self.offset = offset

    def __getattr__(self, name: str) -> Any:
        # Called only while the slot is empty: once compiled, the closure is found like any attribute.
        if name != "evaluate":
            raise AttributeError(name)
        self.evaluate = compile_term(self.term)
        return self.evaluate

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.text, self.term, self.source, self.offset)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def position(self, span: Span = (0, 0)) -> Position:
        """Where ``span`` of the text stands in the ruleset's file."""
        return self.source.locate(self.offset + span[0])


class Basis(Struct, frozen=True):
    """Where a rule comes from. ``modelled``: no source prescribes it; the editor chose it."""

    source: str | None = None
    article: str | None = None
    status: Literal["published", "framework", "law", "modelled"] | None = None
    note: Text | None = None


class Template(Struct, frozen=True, eq=False):
    """A text with expressions in it, for each language."""

    zh: tuple[str | Expression, ...]
    en: tuple[str | Expression, ...]

    def pieces(self, language: Language) -> tuple[str | Expression, ...]:
        return self.zh if language == "zh" else self.en


class Range(Struct, frozen=True):
    """A range with its own closed sides; ``None`` is no bound. Both bounds are numbers, or both dates."""

    low: Any = None
    high: Any = None
    low_closed: bool = True
    high_closed: bool = True

    def contains(self, value: Any) -> bool:
        low, high = self.low, self.high
        if low is not None and not (value >= low if self.low_closed else value > low):
            return False
        return high is None or bool(value <= high if self.high_closed else value < high)


class Fact(Struct, frozen=True, eq=False):
    """A scalar fact, or a field of a record list, as a facts file states it."""

    name: str
    label: Text
    type: Type
    optional: bool
    allowed: Range
    place: int
    """The slot of a scalar; the index in the record of a field."""


class FactGroup(Struct, frozen=True, eq=False):
    name: str
    label: Text
    facts: Mapping[str, Fact]


class RecordList(Struct, frozen=True, eq=False):
    records: Records
    label: Text
    key: str
    fields: Mapping[str, Fact]


class Schema(Struct, frozen=True, eq=False):
    """What a facts file may say, in the order of the ruleset. Scalars outside groups stand in ``facts``."""

    facts: Mapping[str, Fact]
    groups: Mapping[str, FactGroup]
    lists: Mapping[str, RecordList]

    def scalars(self) -> Iterator[Fact]:
        """Every scalar fact, grouped or not."""
        yield from self.facts.values()
        for group in self.groups.values():
            yield from group.facts.values()


class Measure(Struct, frozen=True, eq=False):
    scalar: Scalar
    label: Text
    expression: Expression
    allowed: Range
    decimals: int | None = None


class Identity(Struct, frozen=True, eq=False):
    """An accounting identity; ``blocking`` ones make the facts unusable when they do not hold."""

    id: str
    holds: Expression
    because: Template
    blocking: bool
    position: Position


@dataclass(slots=True, eq=False)
class Rule:
    """A condition that inference decides, and what follows from it."""

    id: str
    kind: RuleKind
    criterion: Criterion
    expression: Expression
    condition: Condition
    position: Position
    each: Records | None = None
    amount: Expression | None = None
    because: Template | None = None
    basis: Basis | None = None
    waivable: bool = False
    at_most: Expression | None = None
    grade_at_most: str | None = None
    index: int = 0
    stratum: int = 0
    """Rules of one stratum do not depend on each other; strata are decided in order."""
    gates: tuple[int, ...] = ()
    """The indices of the ``applies`` that must hold for this rule to be looked at."""
    rows_above: tuple[int, ...] = ()
    """For a row of cases, the indices of the rows tried before it."""
    counts_into: tuple[int, ...] = ()
    """The slots of the ``findings(…)`` in which its unwaived firings count."""

    def __repr__(self) -> str:
        return f"Rule({self.id!r})"


class Band(Struct, frozen=True, eq=False):
    allowed: Range
    earn: Expression
    position: Position


class ValueScore(Struct, frozen=True, eq=False):
    value: Expression


class BandScore(Struct, frozen=True, eq=False):
    of: Expression
    bands: tuple[Band, ...]


class CaseScore(Struct, frozen=True, eq=False):
    """Rows in order: the rule that opens it (``None`` for the last, ``else``) and what it earns."""

    rows: tuple[tuple[Rule | None, Expression], ...]
    position: Position


class JudgedTier(Struct, frozen=True, eq=False):
    id: str
    title: Text
    allowed: Range


class TierScore(Struct, frozen=True, eq=False):
    tiers: Mapping[str, JudgedTier]


class Unseen(Struct, frozen=True, eq=False):
    """A row known only by its points; the claimed points are taken over."""


Score = ValueScore | BandScore | CaseScore | TierScore | Unseen
Roll = Literal["sum", "best", "weakest", "average", "weighted"]


@dataclass(slots=True, eq=False)
class Criterion:
    """A node of the criteria tree; the root stands for the whole table."""

    id: str
    title: Text
    points: Rational
    position: Position
    parent: Criterion | None
    basis: Basis | None = None
    better: Mapping[str, Literal["higher", "lower"]] = field(default_factory=dict)
    roll: Roll = "sum"
    weights: tuple[Expression, ...] = ()
    applies: Rule | None = None
    if_not: IfNot | None = None
    score: Score | None = None
    deductions: tuple[Rule, ...] = ()
    judged_at_most: Expression | None = None
    bonuses: tuple[Rule, ...] = ()
    bonus_at_most: Rational | None = None
    explains: tuple[Rule, ...] = ()
    veto: Rule | None = None
    children: tuple[Criterion, ...] = ()

    def __repr__(self) -> str:
        return f"Criterion({self.id!r})"

    @property
    def is_judged(self) -> bool:
        return self.judged_at_most is not None or isinstance(self.score, TierScore)

    def subtree(self) -> Iterator[Criterion]:
        """This node and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.subtree()

    def ancestors(self) -> Iterator[Criterion]:
        """The nodes above this one, nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


class GradeBand(Struct, frozen=True, eq=False):
    grade: str
    allowed: Range


class Written:
    """The document a ruleset was built from. Scoring does not need it: it is read when it is asked for."""

    def __init__(self, read: Callable[[], tuple[Node, RulesetDocument]]) -> None:
        self._read = read

    @cached_property
    def _both(self) -> tuple[Node, RulesetDocument]:
        return self._read()

    @property
    def source(self) -> Node:
        return self._both[0]

    @property
    def document(self) -> RulesetDocument:
        return self._both[1]


class Ruleset(Struct, frozen=True, eq=False):
    """One year's scoring table, compiled."""

    id: str
    title: Text
    authority: str
    year: int
    money_unit: str
    money_decimals: int
    decimals: int
    """The decimals of points."""
    grades: tuple[GradeBand, ...]
    """Best first."""
    parameters: Mapping[str, Scalar]
    schema: Schema
    measures: Mapping[str, Measure]
    identities: tuple[Identity, ...]
    root: Criterion
    criteria: Mapping[str, Criterion]
    rules: tuple[Rule, ...]
    """In an order in which each rule comes after those it depends on."""
    slots: tuple[Any, ...]
    """The slots of an evaluation before its facts are put in."""
    calendar_facts: frozenset[str]
    """The dates that days are counted from or to, so that their years must be known ones."""
    digest: str
    """SHA-256 of the resolved document; layout and comments do not count."""
    written: Written

    def __repr__(self) -> str:
        return f"Ruleset({self.id!r})"

    @property
    def source(self) -> Node:
        """The resolved document as a tree of text."""
        return self.written.source

    @property
    def document(self) -> RulesetDocument:
        """The resolved document, validated."""
        return self.written.document

    @property
    def examples(self) -> tuple[Example, ...]:
        """The tests beside the rules."""
        return tuple(self.document.examples)

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)


ROOT = "total"
"""The id of the root, for claims, vetoes and breakdowns."""
