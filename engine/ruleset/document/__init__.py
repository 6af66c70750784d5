"""The shape of a ruleset document: which keys stand where, and what each may hold.

These models know nothing of what expressions mean; that is ``building.py``. What a single value may be is in
``fields.py``. A key that is not listed is an error.
"""

from __future__ import annotations

from engine.ruleset.document.criteria import (
    Band,
    Bonus,
    Case,
    Combine,
    Criterion,
    Deduction,
    Explain,
    Judged,
    Score,
    Tier,
    Veto,
)
from engine.ruleset.document.examples import Example, Expectation
from engine.ruleset.document.facts import Check, FactEntry, FactField, Measure, RecordKey
from engine.ruleset.document.parts import (
    Basis,
    Bilingual,
    BilingualLine,
    BilingualText,
    Bounds,
    KindName,
    Model,
)
from engine.ruleset.document.whole import Grade, Money, Parameter, Points, RulesetDocument, Unchecked

__all__ = [
    "Band",
    "Basis",
    "Bilingual",
    "BilingualLine",
    "BilingualText",
    "Bonus",
    "Bounds",
    "Case",
    "Check",
    "Combine",
    "Criterion",
    "Deduction",
    "Example",
    "Expectation",
    "Explain",
    "FactEntry",
    "FactField",
    "Grade",
    "Judged",
    "KindName",
    "Measure",
    "Model",
    "Money",
    "Parameter",
    "Points",
    "RecordKey",
    "RulesetDocument",
    "Score",
    "Tier",
    "Unchecked",
    "Veto",
]
