"""How a measure gets its value when it is first read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import Text
from engine.language.compiler import EvaluationError, Slots
from engine.language.numbers import Rational, format_exact, round_half_up
from engine.ruleset.model import Expression, Measure


class MeasureError(EvaluationError):
    """A measure has no value: what is wrong stands in its own expression, not in the one that reads it."""

    def __init__(self, error: EvaluationError, expression: Expression) -> None:
        super().__init__(error.code, error.message, error.term, error.fix)
        self.expression = expression


def computation(measure: Measure) -> Callable[[Slots], Any]:
    """Computes the measure, rounds it where it says so, and holds it to its declared range."""
    evaluate, decimals, allowed = measure.expression.evaluate, measure.decimals, measure.allowed

    def compute(slots: Slots) -> Any:
        try:
            value = evaluate(slots)
        except MeasureError:
            raise
        except EvaluationError as error:
            raise MeasureError(error, measure.expression) from None
        if decimals is not None:
            value = round_half_up(value, decimals)
        if not allowed.contains(value):
            shown = format_exact(value) if isinstance(value, Rational) else str(value)
            message = Text(
                f"{measure.label.zh}的值 {shown} 超出规定范围",
                f"{measure.scalar.name} is {shown}, outside its declared range",
            )
            outside = EvaluationError("E305", message, measure.expression.term)
            raise MeasureError(outside, measure.expression)
        return value

    return compute
