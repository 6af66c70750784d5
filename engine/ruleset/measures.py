"""Measures: named values computed from facts, each when it is first read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import Text
from engine.language.checker import check
from engine.language.compiler import NOT_YET
from engine.language.errors import ExpressionError
from engine.language.parser import parse
from engine.language.scope import Scope
from engine.language.syntax import Node
from engine.language.terms import NUMERIC, ORDERED, Read, Scalar, Type, walk
from engine.ruleset import document as doc
from engine.ruleset.computation import computation
from engine.ruleset.expressions import Expressions, Path
from engine.ruleset.model import Measure, Range
from engine.ruleset.schema import as_text


def build_measure(
    name: str, written: doc.Measure, scope: Scope, expressions: Expressions, take_slot: Callable[[Any], int]
) -> Measure | None:
    """The measure, with one slot for its value and the next for the closure that computes it.

    A measure that reads an optional fact without a guard is itself optional: whoever reads it
    must know that the fact is given.
    """
    path: Path = ("measures", name)
    optional = frozenset[str]().union(*(scalar.needs for scalar in scope.scalars.values()))
    expression = expressions.read((*path, "value"), scope, None, optional)
    if expression is None:
        return None
    type_ = Type(expression.term.type.kind, expression.term.type.options)
    if written.decimals is not None and type_.kind not in NUMERIC:
        message = Text("只有数量才能取整", "only a quantity can be rounded")
        expressions.report("R022", message, (*path, "decimals"), Text("删去 decimals", "remove 'decimals'"))
        return None
    if (written.at_least, written.at_most) != (None, None) and type_.kind not in ORDERED:
        message = Text("只有数量和日期才有上下限", "only quantities and dates have bounds")
        expressions.report("R022", message, path, Text("删去上下限", "remove the bounds"))
        return None
    reads = [one.scalar.needs for one in walk(expression.term) if isinstance(one, Read)]
    needs = _unguarded(parse(expression.text), scope, frozenset[str]().union(*reads))
    label = as_text(written.label)
    allowed = Range(
        None if written.at_least is None else expressions.value(written.at_least, type_, (*path, "at_least")),
        None if written.at_most is None else expressions.value(written.at_most, type_, (*path, "at_most")),
    )
    scalar = Scalar(name, type_, take_slot(NOT_YET), label, "measure", needs)
    measure = Measure(scalar, label, expression, allowed, written.decimals)
    take_slot(computation(measure))
    return measure


def _unguarded(node: Node, scope: Scope, optional: frozenset[str]) -> frozenset[str]:
    """Those of the ``optional`` facts without which the expression has no value."""

    def fails_without(name: str) -> bool:
        try:
            check(node, scope, optional - {name})
        except ExpressionError:
            return True
        return False

    return frozenset(name for name in optional if fails_without(name))
