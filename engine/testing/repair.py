"""A draft brought to where a condition comes out as wanted: identities that hold, a rule that fires.

One value at a time is moved, the ones that matter least to the score first, so that most of what was
drawn stays as it was. What that cannot reach is given up, and the draft with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.language.terms import (
    ORDERED,
    Apply,
    Choose,
    Combine,
    Compare,
    Gather,
    Given,
    Invert,
    Kind,
    Member,
    Read,
    ReadField,
    Term,
    Type,
    Value,
    walk,
)
from engine.ruleset.model import Ruleset
from engine.testing.drafts import Draft, Rows

ROUNDS = 4
"""How often what is wanted is gone through: mending one identity may break another."""

WORDS = ("甲", "乙")


def satisfy(draft: Draft, wanted: Sequence[Term]) -> bool:
    """Move values until all of ``wanted`` hold; where an empty list is in the way, give it a record."""
    for _ in range(ROUNDS):
        failing = [term for term in wanted if not holds(draft, term, {})]
        if not failing:
            return True
        for term in failing:
            if not make(draft, term, True, {}):
                for name in _lists_read(term, draft.plan.ruleset):
                    draft.fill(name)
                make(draft, term, True, {})
    return all(holds(draft, term, {}) for term in wanted)


def holds(draft: Draft, term: Term, rows: Rows) -> bool | None:
    """Whether ``term`` holds; ``None`` where it has no value."""
    truth = draft.evaluate(term, rows)
    return None if truth is None else bool(truth)


def make(draft: Draft, term: Term, wanted: bool, rows: Rows) -> bool:
    """Move values until ``term`` is ``wanted``; whether that was reached."""
    if holds(draft, term, rows) is wanted:
        return True
    match term:
        case Invert(operand=operand):
            make(draft, operand, not wanted, rows)
        case Combine(operator=word, operands=operands):
            all_of_them = (word == "and") == wanted
            # Whether something is given is changed last: too much hangs on it.
            for operand in sorted(operands, key=_asks_for_given):
                if make(draft, operand, wanted, rows) and not all_of_them:
                    break
        case Choose(condition=condition, then=then, otherwise=otherwise):
            make(draft, then if holds(draft, condition, rows) else otherwise, wanted, rows)
        case Gather(function="all" | "any"):
            _make_records(draft, term, wanted, rows)
        case Given(reads=reads):
            for read in reads:
                place = draft.place_of(read, rows)
                if place is not None and (draft.get(place) is not None) != wanted:
                    draft.put(place, draft.plan.simplest(place.fact) if wanted else None)
        case Read(scalar=scalar) if scalar.source == "measure":
            measure = draft.plan.ruleset.measures[scalar.name]
            make(draft, measure.expression.term, wanted, {})
        case Read() | ReadField():
            place = draft.place_of(term, rows)
            if place is not None:
                draft.put(place, wanted)
        case Compare(operator=operator, left=left, right=right) if left.type.kind not in ORDERED:
            _make_equal(draft, left, right, (operator == "==") == wanted, rows)
        case Compare():
            _make_compare(draft, term, wanted, rows)
        case Member(value=value, items=items, negated=negated):
            _make_equal(draft, value, items[0], wanted != negated, rows)
    return holds(draft, term, rows) is wanted


def _asks_for_given(term: Term) -> bool:
    return isinstance(term.operand if isinstance(term, Invert) else term, Given)


def _make_records(draft: Draft, term: Gather, wanted: bool, rows: Rows) -> None:
    """``all`` and ``any``: change every record that stands in the way, or one that can help."""
    name, where, body = term.records.name, term.where, term.body
    every_one = (term.function == "all") == wanted
    for row in range(len(draft.rows[name])):
        inner = {**rows, term.frame: (name, row)}
        if every_one:
            if where is not None and not holds(draft, where, inner):
                continue
            if (body is None or not make(draft, body, wanted, inner)) and where is not None:
                make(draft, where, False, inner)
        elif (where is None or make(draft, where, True, inner)) and (
            body is None or make(draft, body, wanted, inner)
        ):
            return


def _make_equal(draft: Draft, left: Term, right: Term, wanted: bool, rows: Rows) -> None:
    """Texts, choices and flags: the same on both sides, or different."""
    for one, other in ((left, right), (right, left)):
        place = draft.place_of(one, rows)
        if place is None:
            continue
        value = draft.evaluate(other, rows)
        others = [option for option in _options(place.fact.type) if option != value]
        if wanted or others:
            draft.put(place, value if wanted else others[0])
            return


def _options(type_: Type) -> Sequence[Value]:
    """Values of a type without order; for a quantity none."""
    if type_.kind == Kind.FLAG:
        return (False, True)
    return type_.options or (() if type_.kind in ORDERED else WORDS)


def _make_compare(draft: Draft, term: Compare, wanted: bool, rows: Rows) -> None:
    """Quantities: the first value that lies on the wanted side of the threshold.

    ``abs(x) <= y`` changes sides twice; it is brought about where ``x`` itself is about 0.
    """
    left, right = term.left, term.right
    sides: list[tuple[Term, Term | None]] = [(left, right)]
    sides += [
        (one.arguments[0], None) for one in (left, right) if isinstance(one, Apply) and one.function == "abs"
    ]
    for place in draft.places((left, right), rows):
        before = draft.get(place)
        scale = draft.plan.scales[place.fact.name]
        for one, other in sides:
            draft.put(place, before)
            number = draft.crossing(place, one, other, rows)
            for near in () if number is None else (number, number + 1, number - 1, number + 2):
                draft.put(place, scale.value(scale.clamp(near)))
                if holds(draft, term, rows) is wanted:
                    return
        draft.put(place, before)


def _lists_read(term: Term, ruleset: Ruleset) -> Iterator[str]:
    for one in walk(term):
        if isinstance(one, Gather):
            yield one.records.name
        elif isinstance(one, Read) and one.scalar.source == "measure":
            yield from _lists_read(ruleset.measures[one.scalar.name].expression.term, ruleset)
