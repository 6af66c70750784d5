"""The syntax tree of an expression: what was written, before anything is known of its types.

Nodes are compared without their spans, so that a tree equals the tree of its own printed text.
A span is a pair of offsets into the expression's text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from engine.language.errors import Span
from engine.language.numbers import Rational


@dataclass(frozen=True, slots=True)
class Node:
    """Anything that can be written."""

    span: Span = field(compare=False, kw_only=True, default=(0, 0))


@dataclass(frozen=True, slots=True)
class Number(Node):
    """``12.5`` or ``90%``; ``value`` is already divided by 100 where ``percent`` is set."""

    value: Rational
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Date(Node):
    value: date


@dataclass(frozen=True, slots=True)
class Quoted(Node):
    """A text in quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Flag(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name with its dots: ``general_budget.spent``."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``operator`` is one of ``+ - * /``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """A chain: ``first`` then pairs of operator and operand, as in ``a <= b < c``.

    ``links`` are the spans of its comparisons two by two: ``a <= b`` and ``b < c``.
    """

    first: Node
    rest: tuple[tuple[str, Node], ...]
    links: tuple[Span, ...] = field(compare=False, default=())


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """``value in (a, b)``; ``negated`` for ``not in``."""

    value: Node
    items: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``operator`` is ``and`` or ``or``, over two or more operands."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """``then if condition else otherwise``."""

    then: Node
    condition: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """``function(body for records where condition)``; ``body`` and ``where`` may be absent."""

    function: str
    body: Node | None
    records: Name
    where: Node | None


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``, in reading order."""
    match node:
        case Negative(operand=operand) | Not(operand=operand):
            return (operand,)
        case Arithmetic(left=left, right=right):
            return (left, right)
        case Comparison(first=first, rest=rest):
            return (first, *(operand for _, operand in rest))
        case Membership(value=value, items=items):
            return (value, *items)
        case Logic(operands=operands):
            return operands
        case Conditional(then=then, condition=condition, otherwise=otherwise):
            return (then, condition, otherwise)
        case Call(arguments=arguments):
            return arguments
        case Aggregate(body=body, records=records, where=where):
            return tuple(part for part in (body, records, where) if part is not None)
    return ()
