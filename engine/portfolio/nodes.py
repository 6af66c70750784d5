"""What the columns know of a criterion: where it applies, what it earns, and the lines that tell why."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.portfolio import integers as i
from engine.portfolio.integers import Int
from engine.portfolio.rules import RuleColumns
from engine.portfolio.values import TRUE, Exact, Flag
from engine.ruleset.model import Criterion


@dataclass(frozen=True, slots=True)
class Charge:
    """What a rule, or an assessor where there is none, takes at a leaf: at most ``cap`` in all."""

    rule: RuleColumns | None
    total: Int
    cap: Int | None
    capped: Int


@dataclass(slots=True)
class NodeColumns:
    """One criterion. All whole numbers are units of points (see :class:`RuleTranslator`)."""

    criterion: Criterion
    applied: Flag
    """Whether the criterion and everything above it apply."""
    full: Int
    earned: Int
    in_play: Flag = TRUE
    removed: Int = i.ZERO
    children: tuple[NodeColumns, ...] = ()
    start: Int | None = None
    charges: tuple[Charge, ...] = ()
    bonuses: tuple[Charge, ...] = ()
    chosen: tuple[Flag, ...] = ()
    """For each child whether its lines count."""
    shares: tuple[Exact | None, ...] = ()
    own: list[tuple[str, Flag, Exact, RuleColumns | None]] = field(default_factory=list)
    """Lines of the node's own: their kind, where they are, and how much."""
