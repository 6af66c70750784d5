"""Expressions with one thing changed: a number, an operator, a function, ``and`` for ``or``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from engine.language.errors import Span
from engine.language.numbers import HUNDRED, Rational, terminating_decimals
from engine.language.syntax import Call, Comparison, Logic, Node, Number

Variant = tuple[Node, Span]
"""The changed tree, and where in the text the change is."""

OPERATORS = {"<": ("<=",), "<=": ("<",), ">": (">=",), ">=": (">",), "==": ("!=",), "!=": ("==",)}
FUNCTIONS = {
    "workdays": "days",
    "days": "workdays",
    "whole_steps": "started_steps",
    "started_steps": "whole_steps",
}


def unit_of(value: Rational) -> Rational:
    """One unit of the last decimal written."""
    return Rational(1, 10 ** (terminating_decimals(value) or 0))


def variants(node: Node) -> Iterator[Variant]:
    """The tree with one thing changed, once for each thing that can be."""
    for own in _own_variants(node):
        yield own, node.span
    for one in dataclasses.fields(node):
        value = getattr(node, one.name)
        if isinstance(value, Node):
            for changed, span in variants(value):
                yield _with(node, one.name, changed), span
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                for changed_item, span in _item_variants(item):
                    yield _with(node, one.name, (*value[:index], changed_item, *value[index + 1 :])), span


def _with(node: Node, name: str, value: Any) -> Node:
    """The node with one of its parts replaced."""
    changes = {name: value}
    return dataclasses.replace(node, **changes)


def _item_variants(item: object) -> Iterator[tuple[object, Span]]:
    """Variants of a node in a tuple, or of a comparison's pair of operator and operand."""
    if isinstance(item, Node):
        yield from variants(item)
    elif isinstance(item, tuple) and len(item) == 2 and isinstance(item[1], Node):
        for changed, span in variants(item[1]):
            yield (item[0], changed), span


def _own_variants(node: Node) -> Iterator[Node]:
    match node:
        case Number(value=value, percent=percent):
            unit = unit_of(value * HUNDRED) / HUNDRED if percent else unit_of(value)
            yield dataclasses.replace(node, value=value + unit)
            if value >= unit:
                yield dataclasses.replace(node, value=value - unit)
        case Comparison(rest=rest):
            for index, (operator, operand) in enumerate(rest):
                for other in OPERATORS[operator]:
                    yield dataclasses.replace(
                        node, rest=(*rest[:index], (other, operand), *rest[index + 1 :])
                    )
        case Logic(operator=operator):
            yield dataclasses.replace(node, operator="or" if operator == "and" else "and")
        case Call(function=function) if function in FUNCTIONS:
            yield dataclasses.replace(node, function=FUNCTIONS[function])
