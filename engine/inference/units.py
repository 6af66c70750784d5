"""Conditions as the network can have them: ``and``, ``or`` and ``not`` over the signs of comparisons.

durable-rules refuses a condition in which alternatives pile up (its error 113), long before a table's editor would think
it large. So what stands nested in a large condition is cut out as a part, a condition of its own: it is decided
first, and its truth stands in the larger one like that of a flag.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from engine.language.conditions import is_sided
from engine.language.terms import Choose, Combine, Compare, Invert, Term, parts
from engine.ruleset.model import Rule

WHOLE = 5
"""The most comparisons of a nested condition that is left whole; nested ``if`` failed from 7 on."""

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_NETWORK_OPERATORS = {"!=": "$neq", "<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}

Message = tuple[int, tuple[tuple[int, int], ...]]
"""A rule's index, and for each atom looked at its number and its sign (or 0 and 1 for its truth)."""


class Unit(Struct, frozen=True, eq=False):
    """A rule's condition, or a part of it.

    ``atoms`` are the numbers of the comparisons in it that are in none of its ``parts``, ``first`` that of the one
    that is looked at whenever anything of it is; ``height`` is 0 where it has no parts.
    """

    number: int
    term: Term
    names: dict[int, str]
    """What stands for each atom and part of the term, by their identity."""
    atoms: frozenset[int]
    parts: tuple[Unit, ...]
    first: int
    height: int

    def is_looked_at(self, message: Message) -> bool:
        """Whether the evaluation that the message tells of came to this part of the condition."""
        return any(atom == self.first for atom, _ in message[1])

    def condition(self, truth: bool) -> dict[str, Any]:
        """That the condition is ``truth``, with ``not`` pushed down to the atoms."""
        return _condition(self.term, truth, self.names)


def units_of(rule: Rule, numbers: Iterator[int]) -> tuple[Unit, ...]:
    """The rule's condition, last, and before it the parts that were cut out of it, each after its own."""
    atoms = {id(atom): number for number, atom in enumerate(rule.condition.atoms)}
    found: list[Unit] = []

    def unit(number: int, term: Term) -> Unit:
        cut = [] if len(list(_atoms(term))) <= WHOLE else list(_nested(term))
        inner = tuple(unit(next(numbers), part) for part in cut)
        names = {id(part.term): f"p{part.number}" for part in inner}
        own = {id(atom): atoms[id(atom)] for atom in _atoms(term, names)}
        names |= {atom: f"a{one}" for atom, one in own.items()}
        height = 1 + max((part.height for part in inner), default=-1)
        first = atoms[id(next(_atoms(term)))]
        made = Unit(number, term, names, frozenset(own.values()), inner, first, height)
        found.append(made)
        return made

    unit(rule.index, rule.condition.term)
    return tuple(found)


def _is_joined(term: Term) -> bool:
    return isinstance(term, Combine | Choose)


def _operands(term: Term) -> tuple[Term, ...]:
    return parts(term) if isinstance(term, Combine | Choose | Invert) else ()


def _nested(term: Term) -> Iterator[Term]:
    """The joined conditions directly below ``term``, whatever ``not`` stands between."""
    for operand in _operands(term):
        if _is_joined(operand):
            yield operand
        else:
            yield from _nested(operand)


def _atoms(term: Term, apart_from: dict[int, str] | None = None) -> Iterator[Term]:
    """The atoms of a condition in the order they are looked at, but for those in the parts ``apart_from``."""
    if apart_from and id(term) in apart_from:
        return
    if not _operands(term):
        yield term
    for operand in _operands(term):
        yield from _atoms(operand, apart_from)


def _condition(term: Term, truth: bool, names: dict[int, str]) -> dict[str, Any]:
    if id(term) in names:
        return _named(term, truth, names[id(term)])
    match term:
        case Invert(operand=operand):
            return _condition(operand, not truth, names)
        case Combine(operator=word, operands=operands):
            joined = "$and" if (word == "and") == truth else "$or"
            return {joined: [_condition(operand, truth, names) for operand in operands]}
        case Choose(condition=condition, then=then, otherwise=otherwise):
            branches = ((condition, True, then), (condition, False, otherwise))
            return {
                "$or": [
                    {"$and": [_condition(gate, way, names), _condition(branch, truth, names)]}
                    for gate, way, branch in branches
                ]
            }
    raise AssertionError(f"{type(term).__name__} is neither joined nor an atom")


def _named(term: Term, truth: bool, name: str) -> dict[str, Any]:
    """A part or a flag by its truth; a comparison by its sign."""
    if not is_sided(term):
        return {name: int(truth)}
    assert isinstance(term, Compare)
    operator = term.operator if truth else _OPPOSITE[term.operator]
    if operator == "==":
        return {name: 0}
    return {_NETWORK_OPERATORS[operator]: {name: 0}}
