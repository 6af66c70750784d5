"""One department's facts for one year, read and found usable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from engine.errors import Position, Problem
from engine.language.numbers import Rational
from engine.language.terms import Value

Record = tuple[Value, ...]


class Evidence(Struct, frozen=True):
    """Where a fact comes from. ``status`` says whether the source states it or it was worked out."""

    source: str
    page: str = ""
    status: str = ""
    note: str = ""


class Judgement(Struct, frozen=True):
    """An assessor's own decision on a criterion: an amount to deduct, or a coefficient in a tier."""

    by: str
    reason: str
    deduct: Rational | None = None
    tier: str = ""
    coefficient: Rational | None = None


class Waiver(Struct, frozen=True):
    """A firing that does not count, for a stated reason. ``record`` is empty for a rule without records."""

    rule: str
    record: str
    reason: str
    evidence: str = ""


class Facts(Struct, frozen=True, eq=False):
    """What a facts file states; ``slots`` holds its values where the ruleset's expressions read them.

    Records are tuples of values in the order of their list's fields, ordered by key.
    """

    department: str
    year: int
    ruleset: str
    slots: tuple[Any, ...]
    claimed: Mapping[str, Rational] = {}
    judgements: Mapping[str, Judgement] = {}
    waivers: Mapping[tuple[str, str], Waiver] = {}
    explanations: Mapping[str, str] = {}
    evidence: Mapping[str, Evidence] = {}
    positions: Mapping[str, Position] = {}
    warnings: tuple[Problem, ...] = ()
    document: Any = None
    """The document as written, every scalar as text, the values of cells as they were read; what a result record keeps."""
    digest: str = ""
    file: str = ""
    notes: tuple[Problem, ...] = ()
    """What is to be known of the file that the facts come from, and changes no point: formulas, hidden rows, ways of writing."""

    def __repr__(self) -> str:
        return f"Facts({self.department!r}, {self.year})"
