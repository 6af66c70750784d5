"""Rounding, products and quotients of unknowns: what the solver is told of each, once.

A solver of linear arithmetic knows nothing of them by itself. A quotient is the number that times the divisor
is the dividend; in an abstract encoding a rounded amount is a number of steps within half a step.
"""

from __future__ import annotations

import z3

from engine.language.numbers import Rational, round_half_up
from engine.proof.arithmetic import Expr, both, constant, is_on_grid, number, rounded, times
from engine.proof.variables import Department


class Nonlinear:
    """The rounded amounts, products and quotients of one encoding, with their axioms among the department's."""

    def __init__(self, department: Department, *, abstract: bool) -> None:
        self.department = department
        self.abstract = abstract
        """Whether rounded amounts are unknowns of their own, so that what is true of rounding can be said of them."""
        self._quotients: dict[tuple[int, ...], Expr] = {}
        self._quotient_parts: dict[int, tuple[Expr, Expr]] = {}
        self._kept: list[Expr] = []
        self._products: set[int] = set()
        self._roundings: dict[tuple[int, ...], Expr] = {}

    def keep(self, *expressions: Expr) -> tuple[int, ...]:
        """The expressions' ids, which stay theirs because they are kept."""
        self._kept += expressions
        return tuple(one.get_id() for one in expressions)

    def rounded(self, value: Expr, decimals: int, most: Rational | None = None) -> Expr:
        """``value`` rounded half away from zero; with ``most`` it is known to lie from 0 to that."""
        if not self.abstract or is_on_grid(value, decimals):
            return rounded(value, decimals)
        name = (*self.keep(value), decimals)
        if name not in self._roundings:
            steps = z3.Int(f"rounded {name[0]} {decimals}")
            half, exact = number(Rational(1, 2)), value * number(10**decimals)
            up = both(steps <= exact + half, exact + half < steps + 1)
            down = both(steps >= exact - half, exact - half > steps - 1)
            self.department.axioms.append(z3.If(value >= 0, up, down))
            if most is not None:
                self.department.axioms.append(
                    both(steps >= 0, steps <= number(round_half_up(most, decimals) * 10**decimals))
                )
            self.department.roundings.append((value, steps, decimals))
            self._roundings[name] = z3.ToReal(steps) * number(Rational(1, 10**decimals))
        return self._roundings[name]

    def product(self, left: Expr, right: Expr) -> Expr:
        """``left * right``, and what the solver should know of it where neither is a constant."""
        value = times(left, right)
        if self.abstract and constant(left) is None and constant(right) is None:
            (name,) = self.keep(value)
            if name not in self._products:
                self._products.add(name)
                for one, two in ((left, right), (right, left)):
                    self.department.axioms.append(
                        z3.Implies(
                            both(one >= 0, two >= 0),
                            both(value >= 0, z3.If(two <= 1, value <= one, value >= one)),
                        )
                    )
        return value

    def quotient(self, left: Expr, right: Expr) -> Expr:
        """``left / right``: the number that times the divisor is the dividend."""
        known = constant(right)
        if known is not None:
            return times(left, number(1 / known)) if known else number(0)
        name = self.keep(left, right)
        if name not in self._quotients:
            one, two = name
            value = z3.Real(f"quotient {one} {two}")
            self._quotients[one, two] = value
            self._quotient_parts[value.get_id()] = (left, right)
            above = right > 0
            self.department.axioms.extend(
                [
                    z3.Implies(right != 0, value * right == left),
                    z3.Implies(both(above, left >= 0), value >= 0),
                    z3.Implies(both(above, left <= 0), value <= 0),
                    z3.Implies(above, (value <= 1) == (left <= right)),
                    z3.Implies(above, (value >= 1) == (left >= right)),
                ]
            )
        return self._quotients[name[0], name[1]]

    def multiplied_out(self, quotient: Expr, limit: Expr) -> None:
        """What a ratio's comparison with a limit says of the amounts, without the division."""
        parts, known = self._quotient_parts.get(quotient.get_id()), constant(limit)
        if parts is None or known is None:
            return
        dividend, divisor = parts
        product = times(divisor, limit)
        above = divisor > 0
        self.department.axioms.extend(
            [
                z3.Implies(above, (quotient <= limit) == (dividend <= product)),
                z3.Implies(above, (quotient >= limit) == (dividend >= product)),
            ]
        )
