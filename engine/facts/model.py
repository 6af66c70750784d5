"""One department's facts for one year, read and found usable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Position, Problem
from engine.language.numbers import Rational
from engine.language.terms import Value

Record = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact comes from. ``status`` says whether the source states it or it was worked out."""

    source: str
    page: str = ""
    status: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """An assessor's own decision on a criterion: an amount to deduct, or a coefficient in a tier."""

    by: str
    reason: str
    deduct: Rational | None = None
    tier: str = ""
    coefficient: Rational | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """A firing that does not count, for a stated reason. ``record`` is empty for a rule without records."""

    rule: str
    record: str
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What a facts file states; ``slots`` holds its values where the ruleset's expressions read them.

    Records are tuples of values in the order of their list's fields, ordered by key.
    """

    department: str
    year: int
    ruleset: str
    slots: tuple[Any, ...] = field(repr=False)
    claimed: Mapping[str, Rational] = field(default_factory=dict)
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    waivers: Mapping[tuple[str, str], Waiver] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    positions: Mapping[str, Position] = field(default_factory=dict, repr=False)
    warnings: tuple[Problem, ...] = ()
    document: Any = field(default=None, repr=False)
    """The document as written, every scalar as text; what a result record keeps."""
    digest: str = ""
    file: str = ""
