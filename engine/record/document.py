"""The shape of a result document, ``audit-score/result/1``.

Every number of points or facts is a text, so that no reader turns it into a float: a decimal such
as ``"8.41"``, or a fraction such as ``"1/3"`` where no decimal is exact.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

FORMAT: Literal["audit-score/result/1"] = "audit-score/result/1"


class Part(Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    """The base of all parts; every key is there, and no other."""


class InBothLanguages(Part, frozen=True, eq=False):
    zh: str
    en: str


class EngineStamp(Part, frozen=True, eq=False):
    """``digest`` is the SHA-256 of the engine's own source files."""

    version: str
    digest: str


class RulesetStamp(Part, frozen=True, eq=False):
    """``digest`` is the SHA-256 of the resolved ruleset; layout and comments do not count."""

    id: str
    title: InBothLanguages
    year: int
    digest: str


class NotePart(Part, frozen=True, eq=False):
    """What is to be known of one place of the file that the facts come from: a sheet and cell, or a line."""

    code: str
    place: str
    message: InBothLanguages


class FactsStamp(Part, frozen=True, eq=False):
    """``digest`` is the SHA-256 of ``document``, the facts as they were stated; ``notes`` are about ``file`` itself."""

    file: str
    digest: str
    document: Raw
    notes: list[NotePart]


class BasisPart(Part, frozen=True, eq=False):
    source: str
    article: str
    status: str


class ComparisonPart(Part, frozen=True, eq=False):
    """``margin`` says how far the left side lies from the right; ``holds`` is null where it was not looked at."""

    text: str
    figures: InBothLanguages
    holds: bool | None
    margin: InBothLanguages


class DecisionPart(Part, frozen=True, eq=False):
    record: str
    fired: bool
    waived: bool
    comparisons: list[ComparisonPart]


class RulePart(Part, frozen=True, eq=False):
    """A rule and what was decided of it; ``decisions`` is null where it was not looked at."""

    id: str
    kind: Literal["applies", "case", "deduction", "bonus", "explain", "veto"]
    criterion: str
    condition: str
    decisions: list[DecisionPart] | None


class LinePart(Part, frozen=True, eq=False):
    """A ledger line. ``applied`` is what it cost, ``nominal`` what the rule asks for."""

    number: int
    kind: str
    criterion: str
    rule: str
    record: str
    nominal: str
    applied: str
    reason: Literal["", "waived", "cap", "floor"]
    share: str
    because: InBothLanguages
    basis: BasisPart
    waiver: str


class CriterionPart(Part, frozen=True, eq=False):
    """A node of the table. ``full`` − the lines applied below it = ``earned``."""

    id: str
    title: InBothLanguages
    points: str
    full: str
    earned: str
    lost: str
    state: Literal["scored", "unseen", "not_applicable"]
    chosen: str
    basis: BasisPart
    claimed: str | None
    difference: str | None
    formulas: list[str]
    criteria: list[CriterionPart]


class OpenPointPart(Part, frozen=True, eq=False):
    rule: str
    record: str
    because: InBothLanguages
    explanation: str


class WarningPart(Part, frozen=True, eq=False):
    code: str
    path: str
    message: InBothLanguages


class ResultDocument(Part, frozen=True, eq=False):
    """One department's score, complete: it can be verified without any other file than the ruleset."""

    format: Literal["audit-score/result/1"]
    engine: EngineStamp
    ruleset: RulesetStamp
    facts: FactsStamp
    department: str
    year: int
    total: str
    full: str
    grade: str
    criteria: list[CriterionPart]
    ledger: list[LinePart]
    rules: list[RulePart]
    open_points: list[OpenPointPart]
    warnings: list[WarningPart]


NOT_RECOMPUTED = ("engine.version", "engine.digest", "facts.file", "facts.notes")
"""What a result says of itself that does not follow from its facts and its ruleset."""


def result_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a result document."""
    schema = msgspec.json.schema(ResultDocument)
    schema["$defs"]["FactsStamp"]["properties"]["document"] = {"type": "object"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": FORMAT, **schema}
