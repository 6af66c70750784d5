"""What a ruleset compares: the places where a department's score turns.

Every comparison, every bound of a band, every ``min`` and ``max``, every completed step and every divisor
that may be 0 is a :class:`Threshold`: two quantities that meet. Generated departments are put on both sides of them
(see ``drafts.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.inference.direct import RECORD_FRAME
from engine.language.compiler import EvaluationError, compile_term
from engine.language.numbers import ZERO, Rational
from engine.language.ranges import Interval, range_of
from engine.language.terms import (
    ORDERED,
    Apply,
    Compare,
    Constant,
    Gather,
    Given,
    Kind,
    Member,
    Negate,
    Operation,
    Read,
    ReadField,
    Records,
    Term,
    Type,
    Value,
    parts,
    walk,
)
from engine.ruleset.checks.bounds import bounds_of
from engine.ruleset.model import BandScore, CaseScore, Criterion, Expression, Rule, Ruleset, ValueScore
from engine.ruleset.ordering import findings_read

Frames = Mapping[int, Records]
"""The record lists whose records are at hand, by the slot that holds the record."""

STEPS = (0, 1, 2)
"""How many completed steps of ``whole_steps(excess, size)`` count as thresholds."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A fact that a term reads: a scalar, a field of the record in ``frame``, or (gathered) of any record."""

    name: str
    frame: int | None = None
    gathered: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """Where ``left`` and ``right`` meet; ``condition`` is the rule's own, where they stand in one."""

    left: Term
    right: Term
    frames: Frames
    condition: Term | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """Everything a ruleset compares."""

    thresholds: tuple[Threshold, ...]
    words: Mapping[str, tuple[str, ...]]
    """The texts that a text fact is compared with."""
    sizes: Mapping[str, tuple[int, ...]]
    """Lengths of a record list around the numbers its count is compared with."""
    days: tuple[int, ...]
    """The numbers of days that stand in the ruleset."""
    weights: Mapping[str, int]
    """How often each fact is read where points are decided; 0 for one that only checks read."""


@dataclass(eq=False)
class _Found:
    ruleset: Ruleset
    thresholds: list[Threshold] = field(default_factory=list)
    words: dict[str, dict[str, None]] = field(default_factory=dict)
    sizes: dict[str, set[int]] = field(default_factory=dict)
    days: set[int] = field(default_factory=set)
    weights: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bounds = bounds_of(self.ruleset)

    def search(self, term: Term, frames: Frames, condition: Term | None) -> None:
        """Everything compared in ``term`` or below it."""
        match term:
            case Compare(left=left, right=right):
                self.compared(left, right, frames, condition)
            case Member(value=value, items=items):
                for item in items:
                    self.compared(value, item, frames, condition)
            case Apply(function="min" | "max", arguments=arguments):
                for other in arguments[1:]:
                    self.meet(arguments[0], other, frames, condition)
            case Apply(function="whole_steps" | "started_steps", arguments=(excess, size)):
                for step in STEPS:
                    times = Constant(Type(Kind.NUMBER), Rational(step))
                    self.meet(excess, Operation(size.type, "*", times, size), frames, condition)
            case Operation(operator="/", right=divisor) if self.may_be_zero(divisor):
                self.meet(divisor, Constant(divisor.type, ZERO), frames, condition)
            case Constant(type=Type(kind=Kind.DAYS), value=value) if isinstance(value, Rational):
                self.days.add(int(value))
        if isinstance(term, Gather):
            frames = {**frames, term.frame: term.records}
        for part in parts(term):
            self.search(part, frames, condition)

    def may_be_zero(self, divisor: Term) -> bool:
        """Whether what the ruleset declares leaves that open."""
        return not range_of(divisor, self.bounds).meet(Interval(ZERO, ZERO)).is_empty

    def compared(self, left: Term, right: Term, frames: Frames, condition: Term | None) -> None:
        for one, other in ((left, right), (right, left)):
            word = constant_value(other, self.ruleset)
            if isinstance(one, Read | ReadField) and isinstance(word, str):
                for reference in references(one, self.ruleset):
                    self.words.setdefault(reference.name, {})[word] = None
            if isinstance(one, Gather) and one.function == "count":
                self.counted(one.records.name, other)
            if isinstance(one, Read) and one.scalar.source == "findings":
                for node in self.ruleset.criteria[one.scalar.name].subtree():
                    for rule in node.deductions:
                        if rule.each is not None:
                            self.counted(rule.each.name, other)
        if left.type.kind in ORDERED:
            self.meet(left, right, frames, condition)

    def counted(self, name: str, other: Term) -> None:
        value = constant_value(other, self.ruleset)
        if isinstance(value, Rational):
            near = range(int(value) - 1, int(value) + 3)
            self.sizes.setdefault(name, set()).update(size for size in near if size >= 0)

    def meet(self, left: Term, right: Term, frames: Frames, condition: Term | None) -> None:
        """A threshold; one on ``abs(x)`` is two on ``x``."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Apply) and one.function == "abs":
                (inner,) = one.arguments
                self.meet(inner, other, frames, condition)
                self.meet(inner, Negate(other.type, other), frames, condition)
                return
        if any(references(one, self.ruleset) or findings_read(one) for one in (left, right)):
            free = {number: frames[number] for number in free_frames((left, right)) if number in frames}
            self.thresholds.append(Threshold(left, right, free, condition))


def turns_of(ruleset: Ruleset) -> Turns:
    """Everything ``ruleset`` compares, in the order of its document."""
    found = _Found(ruleset)
    for term, frames, condition in _scoring_terms(ruleset):
        found.search(term, frames, condition)
        for reference in references(term, ruleset):
            found.weights[reference.name] = found.weights.get(reference.name, 0) + 1
    for measure in ruleset.measures.values():
        found.search(measure.expression.term, {}, None)
        for bound in (measure.allowed.low, measure.allowed.high):
            if bound is not None:
                found.meet(measure.expression.term, Constant(measure.expression.term.type, bound), {}, None)
    for identity in ruleset.identities:
        found.search(identity.holds.term, {}, None)
    for parameter in ruleset.parameters.values():
        value = ruleset.slots[parameter.slot]
        if parameter.type.kind == Kind.DAYS and isinstance(value, Rational):
            found.days.add(int(value))
    return Turns(
        tuple(found.thresholds),
        {name: tuple(words) for name, words in found.words.items()},
        {name: tuple(sorted(sizes)) for name, sizes in found.sizes.items()},
        tuple(sorted(found.days)),
        found.weights,
    )


def _scoring_terms(ruleset: Ruleset) -> Iterator[tuple[Term, Frames, Term | None]]:
    """Every term that points depend on, and the condition of the rule it belongs to."""
    for rule in ruleset.rules:
        frames = rule_frames(rule)
        condition = rule.expression.term
        yield condition, frames, condition
        if rule.amount is not None:
            yield rule.amount.term, frames, condition
        if rule.at_most is not None:
            yield rule.at_most.term, {}, condition if rule.each is None else None
    for node in ruleset.root.subtree():
        for expression in _expressions(node):
            yield expression.term, {}, None
        if isinstance(node.score, BandScore):
            of = node.score.of.term
            bounds = [one for band in node.score.bands for one in (band.allowed.low, band.allowed.high)]
            for bound in dict.fromkeys(bounds):
                if bound is not None:
                    yield Compare(Type(Kind.FLAG), "<", of, Constant(of.type, bound)), {}, None


def rule_frames(rule: Rule) -> Frames:
    """The record that a rule with ``each`` has at hand."""
    return {RECORD_FRAME: rule.each} if rule.each is not None else {}


def _expressions(node: Criterion) -> Iterator[Expression]:
    score = node.score
    if isinstance(score, ValueScore):
        yield score.value
    elif isinstance(score, BandScore):
        yield score.of
        yield from (band.earn for band in score.bands)
    elif isinstance(score, CaseScore):
        yield from (earn for _, earn in score.rows)
    if node.judged_at_most is not None:
        yield node.judged_at_most
    yield from node.weights


def references(term: Term, ruleset: Ruleset, gathered: frozenset[int] = frozenset()) -> tuple[Reference, ...]:
    """The facts that ``term`` reads, through measures too, each once; not those it only asks to be given."""
    return tuple(dict.fromkeys(_references(term, ruleset, gathered)))


def _references(term: Term, ruleset: Ruleset, gathered: frozenset[int]) -> Iterator[Reference]:
    match term:
        case Read(scalar=scalar) if scalar.source == "measure":
            yield from _references(ruleset.measures[scalar.name].expression.term, ruleset, gathered)
        case Read(scalar=scalar) if scalar.source == "fact":
            yield Reference(scalar.name)
        case ReadField(records=records, field=column, frame=frame):
            name = f"{records.name}.{column.name}"
            yield Reference(name, None if frame in gathered else frame, frame in gathered)
        case Given():
            return
        case _:
            inner = gathered | {term.frame} if isinstance(term, Gather) else gathered
            for part in parts(term):
                yield from _references(part, ruleset, inner)


def free_frames(terms: Iterable[Term]) -> frozenset[int]:
    """The frames whose record the terms read without gathering it themselves."""
    found: set[int] = set()
    for term in terms:
        if isinstance(term, ReadField):
            found.add(term.frame)
        inner = free_frames(parts(term))
        found |= inner - {term.frame} if isinstance(term, Gather) else inner
    return frozenset(found)


def constant_value(term: Term, ruleset: Ruleset) -> Value:
    """What ``term`` is for every department; ``None`` where it depends on the department."""
    if any(_depends(one) for one in walk(term)):
        return None
    try:
        value: Value = compile_term(term)(list(ruleset.slots))
    except EvaluationError:
        return None
    return value


def _depends(term: Term) -> bool:
    if isinstance(term, Read):
        return term.scalar.source not in ("parameter", "points")
    return isinstance(term, ReadField | Gather)
