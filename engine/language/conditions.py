"""Conditions: their truth, and the comparisons that the truth rests on.

A condition is ``and``, ``or``, ``not`` and ``if`` over *atoms*: comparisons, flags and whatever
else is true or false in itself. Evaluating one records what each atom that was looked at
compared, which is all that inference needs to find the truth again, and all that an explanation
needs to say how far it was from the threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.language.compiler import (
    COMPARATORS,
    OBSERVED,
    Evaluate,
    Slots,
    combine_closures,
    compile_term,
    slot_of,
)
from engine.language.terms import ORDERED, Choose, Combine, Compare, Constant, Invert, Term

Observation = tuple[int, Any, Any]
"""An atom's number, and what it compared; for an atom without sides its truth and ``None``."""

Decision = tuple[Any, bool, Sequence[Observation]]
"""A record (``None`` for a rule without records), whether the condition holds, and what was compared."""


class Condition:
    """A condition, compiled when it is first looked at.

    ``atoms`` are its comparisons and flags in the order of their numbers; ``decide`` takes the slots and
    the record that they hold, if any.
    """

    __slots__ = ("atoms", "decide", "term")

    atoms: tuple[Term, ...]
    decide: Callable[[Slots, Any], Decision]

    def __init__(self, term: Term) -> None:
        self.term = term

    def __getattr__(self, name: str) -> Any:
        # Called only while the slots are empty: once compiled, both are found like any attribute.
        if name not in ("atoms", "decide"):
            raise AttributeError(name)
        atoms: list[Term] = []
        holds = _compile(self.term, atoms)
        self.atoms = tuple(atoms)
        self.decide = _decide_atom(self.term) or _decide_all(holds)
        return getattr(self, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return Condition, (self.term,)


def is_sided(atom: Term) -> bool:
    """Whether the atom compares two quantities, so that its truth follows from a sign."""
    return isinstance(atom, Compare) and atom.left.type.kind in ORDERED


def sign(observation: Observation) -> int:
    """-1, 0 or 1 as the left side is below, at or above the right."""
    _, left, right = observation
    return int(left > right) - int(left < right)


def _decide_all(holds: Evaluate) -> Callable[[Slots, Any], Decision]:
    def decide(slots: Slots, record: Any) -> Decision:
        observed: list[Observation] = []
        slots[OBSERVED] = observed
        return record, holds(slots), observed

    return decide


def _decide_atom(term: Term) -> Callable[[Slots, Any], Decision] | None:
    """Shorter for a condition that is a single atom, as most are; ``None`` for another."""
    if isinstance(term, Invert):
        if _is_compound(term.operand) or is_sided(term.operand):
            return None
        return _decide_flag(compile_term(term.operand), False)
    if _is_compound(term):
        return None
    if not (isinstance(term, Compare) and is_sided(term)):
        return _decide_flag(compile_term(term), True)
    comparator, left, right = COMPARATORS[term.operator], compile_term(term.left), compile_term(term.right)

    def decide(slots: Slots, record: Any) -> Decision:
        one, two = left(slots), right(slots)
        return record, comparator(one, two), ((0, one, two),)

    if not isinstance(term.right, Constant):
        return decide
    bound, slot = term.right.value, slot_of(term.left)

    def decide_bound(slots: Slots, record: Any) -> Decision:
        value = left(slots)
        return record, comparator(value, bound), ((0, value, bound),)

    if slot is None:
        return decide_bound

    def decide_slot(slots: Slots, record: Any) -> Decision:
        value = slots[slot]
        return record, comparator(value, bound), ((0, value, bound),)

    return decide_slot


def _is_compound(term: Term) -> bool:
    return isinstance(term, Invert | Combine | Choose)


def _decide_flag(evaluate: Evaluate, wanted: bool) -> Callable[[Slots, Any], Decision]:
    def decide(slots: Slots, record: Any) -> Decision:
        truth = evaluate(slots)
        return record, truth is wanted, ((0, truth, None),)

    return decide


def _compile(term: Term, atoms: list[Term]) -> Evaluate:
    match term:
        case Invert(operand=operand):
            inner = _compile(operand, atoms)
            return lambda slots: not inner(slots)
        case Combine(operator=word, operands=operands):
            return combine_closures(word, tuple(_compile(operand, atoms) for operand in operands))
        case Choose(condition=condition, then=then, otherwise=otherwise):
            decide = _compile(condition, atoms)
            first, second = _compile(then, atoms), _compile(otherwise, atoms)
            return lambda slots: first(slots) if decide(slots) else second(slots)
    number = len(atoms)
    atoms.append(term)
    if isinstance(term, Compare) and is_sided(term):
        return _observed_comparison(number, term)
    evaluate = compile_term(term)

    def observed(slots: Slots) -> Any:
        truth = evaluate(slots)
        slots[OBSERVED].append((number, truth, None))
        return truth

    return observed


def _observed_comparison(number: int, term: Compare) -> Evaluate:
    comparator, left = COMPARATORS[term.operator], compile_term(term.left)
    if isinstance(term.right, Constant):
        bound = term.right.value

        def observed_bound(slots: Slots) -> Any:
            value = left(slots)
            slots[OBSERVED].append((number, value, bound))
            return comparator(value, bound)

        return observed_bound
    right = compile_term(term.right)

    def observed(slots: Slots) -> Any:
        one, two = left(slots), right(slots)
        slots[OBSERVED].append((number, one, two))
        return comparator(one, two)

    return observed
