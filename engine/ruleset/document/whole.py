"""The whole of a ruleset document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from engine.ruleset.document.criteria import Combine, Criterion, Veto, as_combine
from engine.ruleset.document.examples import Example
from engine.ruleset.document.facts import Check, FactEntry, Measure
from engine.ruleset.document.parts import Basis, BilingualLine, BilingualText, Bounds, KindName, Model
from engine.ruleset.fields import Decimals, Exact, FactName, Line, Literally, Whole


class Grade(Bounds):
    grade: Line


class Money(Model):
    """The unit in which every amount is written, and its decimals."""

    unit: Line
    decimals: Decimals


class Points(Model):
    total: Exact
    decimals: Decimals
    rounding: Literal["half_up"]


class Parameter(Model):
    """A number or date that a new year usually changes."""

    value: Literally
    type: KindName
    label: BilingualLine | None = None
    basis: Basis | None = None


class Unchecked(Model):
    """A check that this ruleset switches off, and why."""

    check: Annotated[str, StringConstraints(pattern=r"^R[0-9]{3}$")]
    reason: BilingualText


class RulesetDocument(Model):
    """A whole ruleset, overlays already laid over what they extend."""

    ruleset: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+(/[a-z0-9_-]+)*$")]
    title: BilingualLine
    authority: Line | None = None
    year: Whole
    description: BilingualText | None = None
    money: Money
    points: Points
    grades: list[Grade] = []
    parameters: dict[FactName, Parameter] = {}
    facts: dict[FactName, FactEntry]
    measures: dict[FactName, Measure] = {}
    checks: list[Check] = []
    combine: Annotated[Combine, BeforeValidator(as_combine)] | None = None
    veto: Veto | None = None
    criteria: Annotated[list[Criterion], Field(min_length=1)]
    examples: list[Example] = []
    unchecked: list[Unchecked] = []
