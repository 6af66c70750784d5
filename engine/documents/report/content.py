"""What a report tells of one scoring, as texts in one language; every format shows the same."""

from __future__ import annotations

from msgspec import Struct

from engine.documents.report.improvements import Improvement
from engine.language.numbers import Rational
from engine.view import LedgerRow


class Bar(Struct, frozen=True):
    """One criterion: what it could earn and what it did. ``share`` is their ratio, for drawing."""

    id: str
    depth: int
    title: str
    points: str
    earned: str
    lost: str
    note: str
    share: Rational
    is_leaf: bool
    in_play: bool


class Step(Struct, frozen=True):
    """One step of the waterfall, from ``start`` to ``end`` points."""

    title: str
    delta: str
    start: Rational
    end: Rational


class Entry(Struct, frozen=True):
    """One line of the ledger; ``figures`` are the formulas or comparisons behind it."""

    row: LedgerRow
    figures: tuple[str, ...]


class Claim(Struct, frozen=True):
    title: str
    claimed: str
    computed: str
    difference: str
    agrees: bool


class EvidenceRow(Struct, frozen=True):
    fact: str
    value: str
    source: str
    page: str
    status: str
    note: str


class Section(Struct, frozen=True):
    """One criterion of the first level, with the rows and the ledger lines below it."""

    title: str
    points: str
    earned: str
    lost: str
    claimed: str
    bars: tuple[Bar, ...]
    entries: tuple[Entry, ...]


class FigureGroup(Struct, frozen=True):
    """A group of facts: labels and values with their units; ``is_money`` where all of them are amounts."""

    name: str
    title: str
    is_money: bool
    figures: tuple[tuple[str, str], ...]
    values: dict[str, str]
    """The values by the facts' names, without the group's."""


class Report(Struct, frozen=True):
    """One department's score, ready to be laid out."""

    language: str
    department: str
    year: int
    title: str
    authority: str
    ruleset: str
    total: str
    full: str
    grade: str
    lost: str
    claimed_total: str
    bars: tuple[Bar, ...]
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...]
    open_points: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    evidence: tuple[EvidenceRow, ...]
    improvements: tuple[Improvement, ...]
    figures: tuple[FigureGroup, ...]
    digests: tuple[tuple[str, str], ...]
