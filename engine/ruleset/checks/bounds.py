"""The ranges of what a ruleset's expressions read: declared bounds, parameters' values, measures' ranges."""

from __future__ import annotations

from engine.language.numbers import ONE, Rational
from engine.language.ranges import NOT_NEGATIVE, Bounds, Interval, range_of
from engine.language.terms import Kind, Read, ReadField
from engine.ruleset.model import Range, Ruleset


def bounds_of(ruleset: Ruleset) -> Bounds:
    """For interval arithmetic over the ruleset's terms."""
    facts = {fact.name: fact for fact in ruleset.schema.scalars()}
    known: dict[str, Interval] = {}

    def bounds(read: Read | ReadField) -> Interval:
        if isinstance(read, ReadField):
            fact = ruleset.schema.lists[read.records.name].fields[read.field.name]
            return _declared(fact.allowed, fact.type.kind)
        scalar = read.scalar
        if scalar.source in {"points", "parameter"}:
            value = ruleset.slots[scalar.slot]
            return Interval(value, value) if isinstance(value, Rational) else Interval()
        if scalar.source == "findings":
            return NOT_NEGATIVE
        if scalar.source == "measure":
            if scalar.name not in known:
                measure = ruleset.measures[scalar.name]
                computed = range_of(measure.expression.term, bounds)
                known[scalar.name] = computed.meet(_declared(measure.allowed, scalar.type.kind))
            return known[scalar.name]
        fact = facts[scalar.name]
        return _declared(fact.allowed, fact.type.kind)

    return bounds


def _declared(allowed: Range, kind: Kind) -> Interval:
    low = allowed.low if isinstance(allowed.low, Rational) else None
    high = allowed.high if isinstance(allowed.high, Rational) else None
    declared = Interval(low, high)
    return declared.meet(NOT_NEGATIVE) if kind == Kind.COUNT else declared


def smallest_step(ruleset: Ruleset, kind: Kind) -> Rational | None:
    """The least distance between two values of a kind that is counted in steps; ``None`` for a continuous one."""
    match kind:
        case Kind.COUNT | Kind.DAYS:
            return ONE
        case Kind.POINTS:
            return Rational(1, 10**ruleset.decimals)
    return None
