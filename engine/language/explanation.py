"""A term shown with its values: the result tree, and the formula with the numbers put in.

The tree is built by evaluating each part with the same closures that score, so an explanation
cannot tell another story than the score. Parts that the evaluation does not look at (the right
side of an ``and`` whose left side fails) have no value here either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import NoneType

from msgspec import Struct

from engine.language.compiler import NOT_YET, OBSERVED, EvaluationError, Slots, compile_term
from engine.language.formats import Formats
from engine.language.numbers import Rational
from engine.language.terms import (
    ORDERED,
    Choose,
    Combine,
    Compare,
    Gather,
    Given,
    Invert,
    Read,
    ReadField,
    Term,
    Type,
    Value,
    parts,
    walk,
)


class Result(Struct, frozen=True, eq=False):
    """One part of an expression: how it was written, what it is, and what it is made of."""

    text: str
    term: Term
    value: Value
    looked_at: bool
    children: tuple[Result, ...] = ()

    @property
    def type(self) -> Type:
        return self.term.type

    @property
    def truth(self) -> bool | None:
        """Whether a flag holds; ``None`` for a quantity, or where it was not looked at."""
        return self.value if isinstance(self.value, bool) else None

    @property
    def margin(self) -> Rational | None:
        """How far the left side of a comparison lies above the right; negative below. Days for dates."""
        if (
            not self.looked_at
            or not isinstance(self.term, Compare)
            or self.term.left.type.kind not in ORDERED
        ):
            return None
        left, right = self.children[0].value, self.children[1].value
        if isinstance(left, Rational) and isinstance(right, Rational):
            return left - right
        return Rational((left - right).days)  # type: ignore[operator,union-attr]

    def walk(self) -> Iterator[Result]:
        yield self
        for child in self.children:
            yield from child.walk()

    def comparisons(self) -> list[Result]:
        """The comparisons and flags the truth rests on: those that join no others.

        What was not looked at comes whole, as one.
        """
        found: list[Result] = []
        self._gather_comparisons(found)
        return found

    def _gather_comparisons(self, found: list[Result]) -> None:
        if not self.looked_at:
            found.append(self)
        elif type(self.term) in _JOINING:
            for child in self.children:
                if type(child.value) is bool or not child.looked_at:
                    child._gather_comparisons(found)
        elif type(self.value) is bool:
            found.append(self)


_JOINING = frozenset({Combine, Choose, Invert})


Explain = Callable[[Slots], Result]


def explain(term: Term, text: str, slots: Slots) -> Result:
    """The result tree of ``term``, which was written as ``text``. May raise :class:`EvaluationError`."""
    return explanation(term, text)(slots)


def explanation(term: Term, text: str) -> Explain:
    """What makes the result tree of ``term`` out of slots: compiled once, for as many records as there are."""
    explained = _compiled(term, text)

    def explain_slots(slots: Slots) -> Result:
        slots[OBSERVED] = []
        return explained(slots)

    return explain_slots


def _compiled(term: Term, text: str) -> Explain:
    evaluate, children, written = compile_term(term), _children(term, text), _written(term, text)

    def explained(slots: Slots) -> Result:
        value = evaluate(slots)
        return Result(written, term, value, True, children(slots))

    return explained


def _written(term: Term, text: str) -> str:
    return text[term.span[0] : term.span[1]]


def _children(term: Term, text: str) -> Callable[[Slots], tuple[Result, ...]]:
    if isinstance(term, Given | Gather):
        return lambda slots: ()
    children = [
        (_compiled(part, text), Result(_written(part, text), part, None, False)) for part in parts(term)
    ]
    if isinstance(term, Choose):
        condition = compile_term(term.condition)

        def chosen(slots: Slots) -> tuple[Result, ...]:
            found = [children[0][0](slots)]
            for index, (explained, skipped) in enumerate(children[1:], 1):
                looked_at = bool(condition(slots)) == (index == 1)
                found.append(explained(slots) if looked_at else skipped)
            return tuple(found)

        return chosen
    if isinstance(term, Combine):
        decisive = term.operator == "or"

        def combined(slots: Slots) -> tuple[Result, ...]:
            found: list[Result] = []
            decided = False
            for explained, skipped in children:
                child = skipped if decided else explained(slots)
                decided = decided or child.truth is decisive
                found.append(child)
            return tuple(found)

        return combined
    return lambda slots: tuple([explained(slots) for explained, _ in children])


Figures = Callable[[Slots, Formats], str]


def with_numbers(term: Term, text: str) -> Figures:
    """What replaces each name in ``text`` by its value: compiled once, for as many departments as there are.

    Names inside aggregates stay, and measures it has no need of.
    """
    evaluate = compile_term(term)
    reads = {read.span: (read, compile_term(read)) for read in _outer_reads(term)}
    names = sorted(reads.items(), key=lambda name: name[0])

    def shown(slots: Slots, formats: Formats) -> str:
        evaluate(slots)
        pieces: list[str] = []
        end = 0
        for (start, stop), (read, value) in names:
            if _is_known(read, slots):
                pieces += [text[end:start], formats.show(value(slots), read.type, unit=False).en]
                end = stop
        return "".join([*pieces, text[end:]])

    return shown


class Share(Struct, frozen=True, eq=False):
    """What one record brings into an aggregate: its key, what was read of it, and the outcome.

    ``figures`` are its fields, and the aggregates that were computed anew for it, each as it is written.
    """

    key: str
    figures: tuple[tuple[str, Type, Value], ...]
    type: Type
    value: Value


def shares(term: Term, text: str, slots: Slots) -> Iterator[tuple[Gather, tuple[Share, ...]]]:
    """Each aggregate in ``term`` that computes something of its records, with what each of them brings in.

    One within another has no line of its own: its value stands with each record of the other.
    """
    for one in _outer_aggregates(term):
        shown = one.body if one.body is not None else one.where
        if shown is not None and (_inner_aggregates(one) or not isinstance(one.body, ReadField | NoneType)):
            try:
                yield one, tuple(_shares(one, shown, text, list(slots)))
            except EvaluationError:
                continue  # behind a guard that fails: it was never computed


def _shares(gather: Gather, shown: Term, text: str, slots: Slots) -> Iterator[Share]:
    where = compile_term(gather.where) if gather.where is not None and gather.body is not None else None
    evaluate, key = compile_term(shown), gather.records.fields[gather.records.key].index
    computed = [_compiled(part, text) for part in parts(gather)] if _inner_aggregates(gather) else []
    read = {
        one.field.name: one.field
        for one in walk(shown)
        if isinstance(one, ReadField) and one.frame == gather.frame
    }
    for record in slots[gather.records.slot]:
        slots[gather.frame] = record
        if where is None or where(slots):
            figures = [
                (field.name, field.type, record[field.index])
                for field in read.values()
                if record[field.index] is not None
            ]
            if computed:
                figures += _computed(computed, slots)
            yield Share(str(record[key]), tuple(figures), shown.type, evaluate(slots))


def _computed(explained: list[Explain], slots: Slots) -> Iterator[tuple[str, Type, Value]]:
    """The aggregates that were looked at for the record at hand, with their values."""
    slots[OBSERVED] = []
    for part in explained:
        for one in part(slots).walk():
            if isinstance(one.term, Gather) and one.looked_at:
                yield one.text, one.type, one.value


def _inner_aggregates(gather: Gather) -> bool:
    """Whether another aggregate is computed for each of its records."""
    return any(isinstance(one, Gather) for part in parts(gather) for one in walk(part))


def _outer_aggregates(term: Term) -> Iterator[Gather]:
    if isinstance(term, Gather):
        yield term
    else:
        for part in parts(term):
            yield from _outer_aggregates(part)


def _is_known(read: Read | ReadField, slots: Slots) -> bool:
    """Whether its value is there already: a measure behind a guard may have none."""
    return slots[read.scalar.slot] is not NOT_YET if isinstance(read, Read) else True


def _outer_reads(term: Term) -> Iterator[Read | ReadField]:
    """The names the text reads outside aggregates and guards."""
    if isinstance(term, Read | ReadField):
        yield term
    elif not isinstance(term, Given | Gather):
        for part in parts(term):
            yield from _outer_reads(part)


def thresholds(result: Result) -> list[Value]:
    """Every value that something was compared with, for showing figures apart from them."""
    found: list[Value] = []
    for one in result.walk():
        if isinstance(one.term, Compare) and one.looked_at:
            found += [child.value for child in one.children]
    return found
