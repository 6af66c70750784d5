"""A draft brought to where a condition comes out as wanted: identities that hold, a rule that fires.

Values are moved one at a time, those that matter least to the score first, so that most of what was
drawn stays as it was. What that cannot reach is given up; the draft is then as it was before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from engine.language.compiler import EvaluationError
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
from engine.testing.drafts import WORDS, Draft, Rows
from engine.testing.thresholds import free_frames

ROUNDS = 4
"""How often what is wanted is gone through: mending one identity may break another."""

MOST_ADDED = 12
"""How many records may be added to bring one condition about."""


def satisfy(draft: Draft, wanted: Sequence[Term]) -> bool:
    """Move values until all of ``wanted`` hold; whether that was reached."""
    try:
        for _ in range(ROUNDS):
            made = [make(draft, term, True, {}) for term in wanted]
            if all(made) and all(holds(draft, term, {}) for term in wanted):
                return True
            draft.settling = True
    finally:
        draft.settling = False
    return False


def define(draft: Draft, terms: Sequence[Term]) -> None:
    """Move values until the terms have a value: no division by zero, no average of nothing."""
    for term in terms:
        for _ in range(ROUNDS):
            try:
                draft.value(term, {})
                break
            except EvaluationError as error:
                _define(draft, error)
            except (TypeError, AttributeError):
                break  # out of its guard, as in Draft.evaluate


def _define(draft: Draft, error: EvaluationError) -> None:
    culprit = error.term
    if isinstance(culprit, Gather) and error.code == "E304":
        for rows in _all_rows(draft, culprit):
            if draft.evaluate(culprit, rows) is None:
                _with_another(draft, culprit, rows)
    elif error.code == "E301":
        for rows in _all_rows(draft, culprit):

            def reached(rows: Rows = rows) -> bool:
                return draft.evaluate(culprit, rows) not in (None, 0)

            sides = [(culprit, None)]
            if not reached() and not _move(draft, sides, rows, reached):
                _lengthen(draft, sides, rows, reached)


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
            make(draft, draft.plan.ruleset.measures[scalar.name].expression.term, wanted, {})
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
    for row in draft.each_row(name):
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
    """Texts, choices and flags: the same on both sides, or different.

    What had to be a certain value is changed last, so that two facts that must agree find each other.
    """
    sides = [(draft.place_of(one, rows), other) for one, other in ((left, right), (right, left))]
    for place, other in sorted(sides, key=lambda side: side[0] in draft.aimed):
        if place is None:
            continue
        value = draft.evaluate(other, rows)
        others = [option for option in _options(place.fact.type) if option != value]
        if wanted or others:
            draft.put(place, value if wanted else others[0])
            if draft.place_of(other, rows) is None:
                draft.aimed.add(place)
            return


def _options(type_: Type) -> Sequence[Value]:
    """Values of a type without order; for a quantity none."""
    if type_.kind == Kind.FLAG:
        return (False, True)
    return type_.options or (() if type_.kind in ORDERED else WORDS)


# Comparisons of quantities: ways to change a side, from the gentlest on

Reached = Callable[[], bool]
Sides = Sequence[tuple[Term, Term | None]]


def _make_compare(draft: Draft, term: Compare, wanted: bool, rows: Rows) -> None:
    def reached() -> bool:
        return holds(draft, term, rows) is wanted

    # abs(x) <= y changes sides twice; it is brought about where x itself is about 0.
    sides: list[tuple[Term, Term | None]] = [(term.left, term.right)]
    sides += [
        (one.arguments[0], None)
        for one in (term.left, term.right)
        if isinstance(one, Apply) and one.function == "abs"
    ]
    ways = (_fire, _move, _move_from_scratch, _switch, _lengthen, _select, _shorten)
    for way in ways:
        before = draft.copy_values()
        if way(draft, sides, rows, reached):
            return
        draft.restore(before)


def _fire(draft: Draft, sides: Sides, rows: Rows, reached: Reached) -> bool:
    """The rules that a ``findings(…)`` counts, one after the other."""
    terms = [term for pair in sides[:1] for term in pair if term is not None]
    rules = [rule for term in terms for _, counted in draft.plan.counted(term) for rule in counted]
    for firing in (True, False):
        for rule in rules:
            for inner in draft.every_record(rule):
                if make(draft, rule.expression.term, firing, inner) and reached():
                    return True
    return False


def _move(draft: Draft, sides: Sides, rows: Rows, reached: Reached) -> bool:
    """One quantity to the first value that lies on the wanted side."""
    terms = [term for pair in sides[:1] for term in pair if term is not None]
    for place in draft.places(terms, rows):
        before = draft.get(place)
        scale = draft.plan.scales[place.fact.name]
        for one, other in sides:
            draft.put(place, before)
            number = draft.crossing(place, one, other, rows)
            for near in () if number is None else (number, number + 1, number - 1, number + 2):
                draft.put(place, scale.value(scale.clamp(near)))
                if reached():
                    if draft.settling:
                        draft.aimed.add(place)
                    return True
        draft.put(place, before)
    return False


def _move_from_scratch(draft: Draft, sides: Sides, rows: Rows, reached: Reached) -> bool:
    """The same, with every quantity first made as small as it can be: a sum that is far too large."""
    terms = [term for pair in sides[:1] for term in pair if term is not None]
    places = draft.places(terms, rows)
    for place in places:
        draft.put(place, draft.plan.simplest(place.fact))
    return len(places) > 1 and (reached() or _move(draft, sides, rows, reached))


def _switch(draft: Draft, sides: Sides, rows: Rows, reached: Reached) -> bool:
    """Flags, one after the other: ``count_true(a, b, …) >= 2``."""
    terms = [term for pair in sides[:1] for term in pair if term is not None]
    flags = draft.places(terms, rows, frozenset({Kind.FLAG}))
    for value in (True, False):
        for place in flags:
            draft.put(place, value)
            if reached():
                return True
    return False


def _lengthen(draft: Draft, sides: Sides, rows: Rows, reached: Reached) -> bool:
    """More records that a count or a sum takes in."""
    for gather in _gathers(sides, draft.plan.ruleset):
        if free_frames((gather,)) <= rows.keys():
            for _ in range(MOST_ADDED if gather.function == "count" else 1):
                if _with_another(draft, gather, rows) and (
                    reached() or (gather.function != "count" and _move(draft, sides, rows, reached))
                ):
                    return True
    return False


def _select(draft: Draft, sides: Sides, rows: Rows, reached: Reached) -> bool:
    """Records taken in by ``where`` or left out by it, one after the other."""
    for gather in _gathers(sides, draft.plan.ruleset):
        if gather.where is None or not free_frames((gather,)) <= rows.keys():
            continue
        name = gather.records.name
        for taken in (True, False):
            for row in draft.each_row(name):
                if make(draft, gather.where, taken, {**rows, gather.frame: (name, row)}) and reached():
                    return True
    return False


def _shorten(draft: Draft, sides: Sides, rows: Rows, reached: Reached) -> bool:
    """Fewer records; the one at hand stays."""
    for gather in _gathers(sides, draft.plan.ruleset):
        name = gather.records.name
        kept = max((row for other, row in rows.values() if other == name), default=-1) + 1
        while len(draft.rows[name]) > kept:
            draft.drop_last(name)
            if reached():
                return True
    return False


def _with_another(draft: Draft, gather: Gather, rows: Rows) -> bool:
    """One more record that ``gather`` takes in; whether there is one."""
    name = gather.records.name
    if not draft.append(name):
        return False
    inner = {**rows, gather.frame: (name, len(draft.rows[name]) - 1)}
    return gather.where is None or make(draft, gather.where, True, inner)


def _gathers(sides: Sides, ruleset: Ruleset) -> Iterator[Gather]:
    for term in sides[0]:
        if term is not None:
            yield from _gathered(term, ruleset)


def _gathered(term: Term, ruleset: Ruleset) -> Iterator[Gather]:
    for one in walk(term):
        if isinstance(one, Gather):
            yield one
        elif isinstance(one, Read) and one.scalar.source == "measure":
            yield from _gathered(ruleset.measures[one.scalar.name].expression.term, ruleset)


def _all_rows(draft: Draft, term: Term) -> Iterator[Rows]:
    """Every record that a term with one free frame can have at hand; nothing for a term with several."""
    free = {one.frame: one.records.name for one in walk(term) if isinstance(one, ReadField)}
    frames = free_frames((term,))
    if not frames:
        yield {}
    elif len(frames) == 1:
        (frame,) = frames
        for row in draft.each_row(free[frame]):
            yield {frame: (free[frame], row)}
