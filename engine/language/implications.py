"""What certainly holds once some conditions are known to hold, or to fail.

:class:`Known` gathers conditions as facts about quantities: between which limits each lies, which
options are left to a choice, which flags are set. A truth it tells is certain; ``None`` means that
it may be either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.language.numbers import ZERO
from engine.language.ranges import OPPOSITE, TURNED, Bounds, Interval, range_of, truth_of
from engine.language.terms import (
    NUMERIC,
    ORDERED,
    Choose,
    Combine,
    Compare,
    Constant,
    Invert,
    Kind,
    Member,
    Read,
    ReadField,
    Term,
    key,
)


def canonical(term: Term, truth: bool = True) -> object:
    """What ``term`` being ``truth`` says, however it is written: equal for conditions that say the same."""
    match term:
        case Invert(operand=operand):
            return canonical(operand, not truth)
        case Combine(operator=word):
            joining = "and" if (word == "and") == truth else "or"
            return (joining, frozenset(canonical(one, truth) for one in _flattened(term, word)))
        case Compare(operator=symbol, left=left, right=right):
            operator = symbol if truth else OPPOSITE[symbol]
            one, two = key(left), key(right)
            if operator in ("==", "!="):
                return (operator, frozenset({one, two}))
            return (operator, one, two) if operator in ("<", "<=") else (TURNED[operator], two, one)
    return (key(term), truth)


def _flattened(term: Term, word: str) -> list[Term]:
    """The operands of ``and`` within ``and``, or of ``or`` within ``or``."""
    if isinstance(term, Combine) and term.operator == word:
        return [one for operand in term.operands for one in _flattened(operand, word)]
    return [term]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a quantity, a number or a date, can lie; ``None`` is no limit, an open end is not reached."""

    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False

    @property
    def is_empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return bool(self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)))

    def narrowed(self, operator: str, limit: Any) -> Reach:
        """Only the values that compare so with ``limit``; ``!=`` takes nothing away but an end."""
        low, high, low_open, high_open = self.low, self.high, self.low_open, self.high_open
        if operator in ("<", "<=", "==") and (high is None or limit <= high):
            high_open = operator == "<" or (high_open and limit == high)
            high = limit
        if operator in (">", ">=", "==") and (low is None or limit >= low):
            low_open = operator == ">" or (low_open and limit == low)
            low = limit
        if operator == "!=":
            low_open, high_open = low_open or limit == low, high_open or limit == high
        return Reach(low, high, low_open, high_open)

    def truth(self, operator: str, limit: Any) -> bool | None:
        """Whether every value compares so with ``limit``, none does, or some do."""
        if self.narrowed(operator, limit).is_empty:
            return False
        return True if self.narrowed(OPPOSITE[operator], limit).is_empty else None


Clause = tuple[tuple[Term, ...], bool]
"""Conditions of which at least one is known to hold, or with ``False`` to fail."""


class Known:
    """Conditions taken as given, one after the other."""

    def __init__(self, bounds: Bounds) -> None:
        self._declared = bounds
        self._reaches: dict[object, Reach] = {}
        self._options: dict[object, frozenset[object]] = {}
        self._literals: dict[object, bool] = {}
        self._clauses: list[Clause] = []
        self.contradictory = False
        """Whether what is known excludes itself: no facts at all are like this."""

    def bounds(self, read: Read | ReadField) -> Interval:
        """The range of what is read, as far as it is known."""
        declared = self._declared(read)
        reach = self._reaches.get(key(read)) if read.type.kind in NUMERIC else None
        return declared if reach is None else declared.meet(Interval(reach.low, reach.high))

    def possible(self, term: Term) -> bool:
        """Whether ``term`` may hold as well."""
        trial = Known(self._declared)
        trial._reaches, trial._options = dict(self._reaches), dict(self._options)
        trial._literals, trial._clauses = dict(self._literals), [*self._clauses]
        trial.contradictory = self.contradictory
        trial.assume(term)
        return not trial.contradictory

    def assume(self, term: Term, truth: bool = True) -> None:
        """Take it as given that ``term`` holds, or with ``truth`` false that it does not."""
        self._take(term, truth)
        while (clause := self._decided_clause()) is not None:
            self._clauses.remove(clause)
            operands, wanted = clause
            left = [one for one in operands if self.truth(one) is not (not wanted)]
            if left:
                self._take(left[0], wanted)
            else:
                self.contradictory = True

    def _decided_clause(self) -> Clause | None:
        """A clause of which all operands but one, or all of them, are known to go the other way."""
        for operands, wanted in self._clauses:
            if sum(self.truth(one) is not (not wanted) for one in operands) <= 1:
                return operands, wanted
        return None

    def _take(self, term: Term, truth: bool) -> None:
        known = self.truth(term)
        if known is not None:
            self.contradictory |= known is not truth
            return
        match term:
            case Invert(operand=operand):
                self._take(operand, not truth)
            case Combine(operator=word, operands=operands) if (word == "and") == truth:
                for operand in operands:
                    self._take(operand, truth)
            case Combine(operands=operands):
                self._note(term, truth)
                self._clauses.append((operands, truth))
            case Compare() if term.left.type.kind in ORDERED:
                self._narrow(term, truth)
            case Compare() | Member() if _choice(term) is not None:
                quantity, options = self._choosing(term)
                left = self._left(quantity, term)
                self._options[quantity] = left & options if truth else left - options
            case _:
                self._note(term, truth)

    def _note(self, term: Term, truth: bool) -> None:
        self._literals[canonical(term)] = truth
        self._literals[canonical(term, False)] = not truth

    def _narrow(self, term: Compare, truth: bool) -> None:
        quantity, operator, limit, reach = self._measured(term)
        narrowed = reach.narrowed(operator if truth else OPPOSITE[operator], limit)
        self._reaches[quantity] = narrowed
        self._note(term, truth)
        self.contradictory |= narrowed.is_empty

    def truth(self, term: Term) -> bool | None:
        """Whether ``term`` then holds for all facts, for none, or depends on them."""
        match term:
            case Invert(operand=operand):
                inner = self.truth(operand)
                return None if inner is None else not inner
            case Combine(operator=word, operands=operands):
                truths = [self.truth(operand) for operand in operands]
                if (word == "or") in truths:
                    return word == "or"
                if None not in truths:
                    return word == "and"
            case Choose(condition=condition, then=then, otherwise=otherwise):
                chosen = self.truth(condition)
                if chosen is not None:
                    return self.truth(then if chosen else otherwise)
            case Compare() if term.left.type.kind in ORDERED:
                _, operator, limit, reach = self._measured(term)
                certain = reach.truth(operator, limit)
                if certain is not None:
                    return certain
            case Compare() | Member() if _choice(term) is not None:
                quantity, options = self._choosing(term)
                left = self._left(quantity, term)
                return True if left <= options else None if left & options else False
        noted = self._literals.get(canonical(term))
        return truth_of(term, self.bounds) if noted is None else noted

    def _measured(self, term: Compare) -> tuple[object, str, Any, Reach]:
        """What the comparison is about: a quantity and its limit, or the difference of two quantities and 0."""
        for part, other, operator in (
            (term.left, term.right, term.operator),
            (term.right, term.left, TURNED[term.operator]),
        ):
            limit = self._fixed(other)
            if limit is not None:
                quantity = key(part)
                return quantity, operator, limit, self._reaches.get(quantity) or self._first_reach(part)
        one, two, operator = key(term.left), key(term.right), term.operator
        if repr(one) > repr(two):
            one, two, operator = two, one, TURNED[operator]
        difference = ("-", one, two)
        return difference, operator, ZERO, self._reaches.get(difference, Reach())

    def _first_reach(self, part: Term) -> Reach:
        if part.type.kind not in NUMERIC:
            return Reach(part.value, part.value) if isinstance(part, Constant) else Reach()
        interval = range_of(part, self.bounds)
        return Reach(interval.low, interval.high)

    def _fixed(self, term: Term) -> Any:
        """The one value that ``term`` can have; ``None`` where there may be several."""
        if isinstance(term, Constant):
            return term.value
        interval = range_of(term, self.bounds) if term.type.kind in NUMERIC else Interval()
        return interval.low if interval.is_point else None

    def _choosing(self, term: Term) -> tuple[object, frozenset[object]]:
        """The choice that is compared, and the options for which the comparison holds."""
        quantity = _choice(term)
        assert quantity is not None
        match term:
            case Member(items=items, negated=negated):
                named = frozenset(item.value for item in items if isinstance(item, Constant))
            case Compare(operator=operator, left=left, right=right):
                named = frozenset(one.value for one in (left, right) if isinstance(one, Constant))
                negated = operator == "!="
            case _:
                raise AssertionError(f"no choice in {type(term).__name__}")
        every = frozenset[object](quantity.type.options)
        return key(quantity), every - named if negated else named

    def _left(self, quantity: object, term: Term) -> frozenset[object]:
        """The options that the choice may still be."""
        choice = _choice(term)
        assert choice is not None
        return self._options.get(quantity, frozenset(choice.type.options))


def _choice(term: Term) -> Term | None:
    """The choice that ``term`` compares with fixed options, if that is what it does."""
    match term:
        case Member(value=value, items=items):
            fixed = all(isinstance(item, Constant) for item in items)
            return value if fixed and value.type.kind == Kind.CHOICE else None
        case Compare(left=left, right=right) if left.type.kind == Kind.CHOICE:
            if isinstance(left, Constant) != isinstance(right, Constant):
                return right if isinstance(left, Constant) else left
    return None
