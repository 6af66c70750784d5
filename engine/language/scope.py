"""What names mean where an expression stands, and which optional facts must be known to be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import Text, text_list
from engine.language.errors import ExpressionError
from engine.language.syntax import Name
from engine.language.terms import Read, ReadField, Records, Scalar, Term
from engine.suggestions import suggestion

NO_FACTS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: single values, record lists, and criteria for ``findings(x)``.

    ``open`` are the record lists whose records are being looked at, outermost first.
    """

    scalars: Mapping[str, Scalar] = field(default_factory=dict)
    records: Mapping[str, Records] = field(default_factory=dict)
    findings: Mapping[str, Scalar] = field(default_factory=dict)
    open: tuple[Records, ...] = ()
    below: frozenset[str] = NO_FACTS
    """The measures that are written further down, and so cannot be read yet."""


def fact_key(read: Read | ReadField) -> str:
    """What an optional value is called while it is tracked."""
    if isinstance(read, Read):
        return read.scalar.name
    return f"{read.records.name}.{read.field.name}#{read.frame}"


def resolve(node: Name, scope: Scope) -> Read | ReadField:
    """The one thing that the name means here, whether or not it may be read unguarded."""
    found: list[Read | ReadField] = []
    owner, _, field_name = node.name.rpartition(".")
    for frame in reversed(range(len(scope.open))):
        records = scope.open[frame]
        column = records.fields.get(field_name)
        if column is not None and owner in ("", records.name):
            found.append(ReadField(column.type, records, column, frame + 1, span=node.span))
            break
    scalar = scope.scalars.get(node.name)
    if scalar is not None:
        found.append(Read(scalar.type, scalar, span=node.span))
    if len(found) == 1:
        return found[0]
    raise _ambiguous(node, found) if found else _unknown(node, scope)


def _ambiguous(node: Name, found: list[Read | ReadField]) -> ExpressionError:
    lists = [read.records.name for read in found if isinstance(read, ReadField)]
    message = Text(
        f"“{node.name}”既是{lists[0]}的字段，又是另一个名称",
        f"'{node.name}' is a field of {lists[0]} and another name as well",
    )
    fix = Text(f"写成 {lists[0]}.{node.name}，或改名", f"write {lists[0]}.{node.name}, or rename one")
    return ExpressionError("E206", message, node.span, fix)


def _unknown(node: Name, scope: Scope) -> ExpressionError:
    known = [*scope.scalars]
    for records in scope.open:
        known += records.fields
    if node.name in scope.records:
        message = Text(f"“{node.name}”是记录表，不是一个值", f"'{node.name}' is a record list, not a value")
        fix = Text(f"用 count({node.name}) 之类的汇总", f"aggregate it, such as count({node.name})")
        return ExpressionError("E207", message, node.span, fix)
    owner, _, field_name = node.name.partition(".")
    if owner in scope.records and field_name in scope.records[owner].fields:
        message = Text(f"此处没有{owner}的当前记录", f"no record of {owner} is at hand here")
        fix = Text(f"加 each: {owner}，或用汇总", f"add each: {owner}, or aggregate")
        return ExpressionError("E207", message, node.span, fix)
    if node.name in scope.below:
        message = Text(f"度量“{node.name}”写在后面", f"the measure '{node.name}' is written further down")
        fix = Text(
            "把它移到前面：度量只能读写在它之前的度量", "move it up: a measure reads only those above it"
        )
        raise ExpressionError("E201", message, node.span, fix)
    message = Text(f"没有名称“{node.name}”", f"there is no '{node.name}'")
    return ExpressionError("E201", message, node.span, suggestion(node.name, known))


def guarded(read: Read | ReadField, given: frozenset[str]) -> Term:
    """``read``, whose optional facts must be among the ``given``. Raises :class:`ExpressionError` (E208)."""
    missing = needs(read) - given
    if not missing:
        return read
    names = text_list(sorted(key.partition("#")[0] for key in missing))
    guard = " and ".join(f"given({name.partition('#')[0].rpartition('.')[2]})" for name in sorted(missing))
    if isinstance(read, Read):
        guard = " and ".join(f"given({name})" for name in sorted(missing))
    raise ExpressionError(
        "E208",
        Text(f"选填项 {names.zh} 可能没有填报", f"the optional {names.en} may not be given"),
        read.span,
        Text(f"先判断 {guard}", f"guard it with {guard}"),
    )


def needs(read: Read | ReadField) -> frozenset[str]:
    """The optional facts without which the value is not there."""
    if isinstance(read, Read):
        return read.scalar.needs
    return frozenset({fact_key(read)}) if read.field.optional else NO_FACTS
