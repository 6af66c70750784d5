"""What a node earns, as expressions of the solver's."""

from __future__ import annotations

from dataclasses import dataclass

from engine.language.numbers import ZERO, Rational
from engine.proof.arithmetic import TRUE, Bool, Expr, number

NOTHING = number(0)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A node's score: what it could earn here, what it earned, and whether it counts and has a value."""

    full: Expr
    earned: Expr
    in_play: Bool = TRUE
    removed: Expr = NOTHING
    defined: Bool = TRUE
    fulls: frozenset[Rational] = frozenset()
    """Every value that ``full`` can have."""
    removals: frozenset[Rational] = frozenset({ZERO})
