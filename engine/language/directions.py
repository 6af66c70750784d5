"""Whether a term rises or falls as one value that it reads rises: sign analysis.

A direction told is certain (a term that *rises* never falls anywhere, though it may stay the same);
``UNKNOWN`` means that it may do both. A condition rises where it turns from false to true.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from engine.language.implications import Known
from engine.language.numbers import ZERO
from engine.language.ranges import Bounds, Interval, range_of
from engine.language.terms import (
    ORDERED,
    Apply,
    Choose,
    Combine,
    Compare,
    Gather,
    Invert,
    Member,
    Negate,
    Operation,
    Read,
    Scalar,
    Term,
)


class Direction(Enum):
    """Which way a term goes as the value looked at rises."""

    CONSTANT = "constant"
    RISES = "rises"
    FALLS = "falls"
    UNKNOWN = "unknown"

    @property
    def turned(self) -> Direction:
        return {Direction.RISES: Direction.FALLS, Direction.FALLS: Direction.RISES}.get(self, self)


def joined(*directions: Direction) -> Direction:
    """The direction of what goes up with each of several things, and with nothing else."""
    moving = {one for one in directions if one is not Direction.CONSTANT}
    if not moving:
        return Direction.CONSTANT
    return moving.pop() if len(moving) == 1 else Direction.UNKNOWN


def _scaled(direction: Direction, factor: Interval) -> Direction:
    """The direction of a product with a factor that stays the same."""
    if direction is Direction.CONSTANT or (factor.low is not None and factor.low >= 0):
        return direction
    return direction.turned if factor.high is not None and factor.high <= 0 else Direction.UNKNOWN


class Directions:
    """Directions of terms as the fact or measure called ``target`` rises.

    ``measures`` are the terms of all measures by name: those that read the target pass its direction on.
    """

    def __init__(self, target: str, bounds: Bounds, measures: Mapping[str, Term]) -> None:
        self.target = target
        self.bounds = bounds
        self.measures = measures
        self._through: dict[str, Direction] = {}

    def of(self, term: Term) -> Direction:
        """The direction of ``term``; of a condition, false counts as below true."""
        match term:
            case Read(scalar=scalar):
                return self._read(scalar)
            case Negate(operand=operand) | Invert(operand=operand):
                return self.of(operand).turned
            case Operation():
                return self._operation(term)
            case Choose():
                return self._choice(term)
            case Apply():
                return self._applied(term)
            case Gather():
                return self._gathered(term)
            case Combine(operands=operands):
                return joined(*map(self.of, operands))
            case Compare():
                return self._comparison(term)
            case Member(value=value, items=items):
                still = joined(self.of(value), *map(self.of, items)) is Direction.CONSTANT
                return Direction.CONSTANT if still else Direction.UNKNOWN
        return Direction.CONSTANT

    def _read(self, scalar: Scalar) -> Direction:
        if scalar.source == "findings":
            return Direction.UNKNOWN
        if scalar.name == self.target and scalar.source in ("fact", "measure"):
            return Direction.RISES
        if scalar.source != "measure":
            return Direction.CONSTANT
        if scalar.name not in self._through:
            self._through[scalar.name] = self.of(self.measures[scalar.name])
        return self._through[scalar.name]

    def _operation(self, term: Operation) -> Direction:
        left, right = self.of(term.left), self.of(term.right)
        if term.operator == "+":
            return joined(left, right)
        if term.operator == "-":
            return joined(left, right.turned)
        one, two = range_of(term.left, self.bounds), range_of(term.right, self.bounds)
        if term.operator == "*":
            return joined(_scaled(left, two), _scaled(right, one))
        if right is not Direction.CONSTANT and _scaled(Direction.RISES, two) is Direction.UNKNOWN:
            return Direction.UNKNOWN
        return joined(_scaled(left, two), _scaled(right.turned, one))

    def _comparison(self, term: Compare) -> Direction:
        left, right = self.of(term.left), self.of(term.right)
        if left is right is Direction.CONSTANT:
            return Direction.CONSTANT
        if term.left.type.kind not in ORDERED or term.operator in ("==", "!="):
            return Direction.UNKNOWN
        above = joined(left, right.turned)
        return above if term.operator in (">", ">=") else above.turned

    def _choice(self, term: Choose) -> Direction:
        inside = joined(self.of(term.then), self.of(term.otherwise))
        deciding = self.of(term.condition)
        if deciding in (Direction.CONSTANT, Direction.UNKNOWN):
            return inside if deciding is Direction.CONSTANT else deciding
        step = self._step(term)
        return joined(inside, step.turned if deciding is Direction.FALLS else step)

    def _step(self, term: Choose) -> Direction:
        """Which way the value goes where the condition turns true."""
        if term.type.kind not in ORDERED:
            return Direction.UNKNOWN
        holding, failing = Known(self.bounds), Known(self.bounds)
        holding.assume(term.condition)
        failing.assume(term.condition, False)
        new, old = range_of(term.then, holding.bounds), range_of(term.otherwise, failing.bounds)
        if new.is_point and new == old:
            return Direction.CONSTANT
        if new.low is not None and old.high is not None and new.low >= old.high:
            return Direction.RISES
        falls = new.high is not None and old.low is not None and new.high <= old.low
        return Direction.FALLS if falls else Direction.UNKNOWN

    def _applied(self, term: Apply) -> Direction:
        directions = [self.of(argument) for argument in term.arguments]
        match term.function:
            case "abs":
                return _scaled(directions[0], range_of(term.arguments[0], self.bounds))
            case "whole_steps" | "started_steps":
                return joined(directions[0], directions[1].turned)
            case "days" | "workdays":
                return joined(directions[0].turned, directions[1])
            case "min" | "max" | "round" | "floor" | "ceil" | "count_true":
                return joined(*directions)
        still = joined(*directions) is Direction.CONSTANT
        return Direction.CONSTANT if still else Direction.UNKNOWN

    def _gathered(self, term: Gather) -> Direction:
        where = self.of(term.where) if term.where is not None else Direction.CONSTANT
        body = self.of(term.body) if term.body is not None else Direction.CONSTANT
        if where is Direction.CONSTANT:
            return body
        if term.body is None:
            return where
        counted = range_of(term.body, self.bounds) if term.function == "sum" else Interval()
        return joined(where, body) if counted.low is not None and counted.low >= ZERO else Direction.UNKNOWN
