"""Numbers and truths as Z3 expressions, folded where they are constants.

Every quantity is a Real, as every quantity of a score is a rational; only dates, words and the number
of records are Ints. What is known to be a constant stays one, so that most of a ruleset is linear.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from math import gcd

import z3

from engine.language.numbers import Rational, round_half_up

Expr = z3.ExprRef
Bool = z3.BoolRef

TRUE = z3.BoolVal(True)
FALSE = z3.BoolVal(False)


def number(value: Rational | int) -> Expr:
    """The constant ``value``."""
    exact = Rational(value)
    return z3.Q(int(exact.numerator), int(exact.denominator))


def constant(value: Expr) -> Rational | None:
    """The number that ``value`` always is, if it is one."""
    if z3.is_rational_value(value):
        return Rational(value.numerator_as_long(), value.denominator_as_long())
    if z3.is_int_value(value):
        return Rational(value.as_long())
    return None


def both(*truths: Bool) -> Bool:
    """All of ``truths``."""
    left = [one for one in truths if not z3.is_true(one)]
    if any(z3.is_false(one) for one in left):
        return FALSE
    return TRUE if not left else left[0] if len(left) == 1 else z3.And(*left)


def either(*truths: Bool) -> Bool:
    """At least one of ``truths``."""
    left = [one for one in truths if not z3.is_false(one)]
    if any(z3.is_true(one) for one in left):
        return TRUE
    return FALSE if not left else left[0] if len(left) == 1 else z3.Or(*left)


def negation(truth: Bool) -> Bool:
    """That ``truth`` does not hold."""
    if z3.is_true(truth):
        return FALSE
    return TRUE if z3.is_false(truth) else z3.Not(truth)


def implied(condition: Bool, consequence: Bool) -> Bool:
    """``consequence`` wherever ``condition`` holds."""
    if z3.is_true(condition) or z3.is_true(consequence):
        return consequence
    return TRUE if z3.is_false(condition) else z3.Implies(condition, consequence)


def chosen(condition: Bool, then: Expr, otherwise: Expr) -> Expr:
    """``then`` where ``condition`` holds."""
    if z3.is_true(condition) or then.eq(otherwise):
        return then
    return otherwise if z3.is_false(condition) else z3.If(condition, then, otherwise)


def total(values: Iterable[Expr]) -> Expr:
    """The sum of reals."""
    left = [one for one in values if constant(one) != 0]
    return number(0) if not left else left[0] if len(left) == 1 else z3.Sum(*left)


def times(left: Expr, right: Expr) -> Expr:
    """The product of reals."""
    one, two = constant(left), constant(right)
    if one is not None and two is not None:
        return number(one * two)
    if one == 0 or two == 0:
        return number(0)
    return right if one == 1 else left if two == 1 else left * right


def least(values: Iterable[Expr]) -> Expr:
    """The least of ``values``."""
    return reduce(_lesser, values)


def greatest(values: Iterable[Expr]) -> Expr:
    """The greatest of ``values``."""
    return reduce(_greater, values)


def _lesser(one: Expr, two: Expr) -> Expr:
    first, second = constant(one), constant(two)
    if first is not None and second is not None:
        return one if first <= second else two
    return chosen(one <= two, one, two)


def _greater(one: Expr, two: Expr) -> Expr:
    first, second = constant(one), constant(two)
    if first is not None and second is not None:
        return one if first >= second else two
    return chosen(one >= two, one, two)


def floor(value: Expr) -> Expr:
    """The whole number at or below a real, as a real."""
    known = constant(value)
    if known is not None:
        return number(int(known.numerator // known.denominator))
    return z3.ToReal(z3.ToInt(value))


def rounded(value: Expr, decimals: int) -> Expr:
    """``value`` rounded half away from zero, as :func:`round_half_up` does."""
    known = constant(value)
    if known is not None:
        return number(round_half_up(known, decimals))
    if is_on_grid(value, decimals):
        return value
    if z3.is_app_of(value, z3.Z3_OP_ITE):
        condition, then, otherwise = value.children()
        return chosen(condition, rounded(then, decimals), rounded(otherwise, decimals))
    half, scale = number(Rational(1, 2)), 10**decimals
    shift = value * number(scale)
    up, down = floor(shift + half), -floor(-shift + half)
    return z3.If(value >= number(0), up, down) * number(Rational(1, scale))


def is_on_grid(value: Expr, decimals: int) -> bool:
    """Whether ``value`` certainly has no more decimals, or is a constant."""
    step = step_of(value)
    return constant(value) is not None or (step is not None and (step * 10**decimals).denominator == 1)


def step_of(value: Expr, seen: dict[int, Fraction | None] | None = None) -> Fraction | None:
    """A number of which ``value`` is always a whole multiple; ``None`` where none is known."""
    seen = {} if seen is None else seen
    name = value.get_id()
    if name not in seen:
        seen[name] = _step(value, seen)
    return seen[name]


def _step(value: Expr, seen: dict[int, Fraction | None]) -> Fraction | None:
    known = constant(value)
    if known is not None:
        return abs(Fraction(int(known.numerator), int(known.denominator)))
    kind = value.decl().kind() if z3.is_app(value) else None
    if kind == z3.Z3_OP_TO_REAL:
        return Fraction(1)
    parts: list[Fraction | None] = []
    if kind in _STEPPED:
        parts = [step_of(one, seen) for one in value.children()]
    elif kind == z3.Z3_OP_ITE:
        parts = [step_of(one, seen) for one in value.children()[1:]]
    steps = [one for one in parts if one is not None]
    if not steps or len(steps) < len(parts):
        return None
    return reduce(Fraction.__mul__ if kind == z3.Z3_OP_MUL else _common, steps)


_STEPPED = {z3.Z3_OP_ADD, z3.Z3_OP_SUB, z3.Z3_OP_MUL, z3.Z3_OP_UMINUS}


def _common(one: Fraction, two: Fraction) -> Fraction:
    """The largest number of which both are whole multiples."""
    shared = gcd(one.numerator * two.denominator, two.numerator * one.denominator)
    return Fraction(shared, one.denominator * two.denominator)
