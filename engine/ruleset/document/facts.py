"""What a ruleset asks for and computes first: facts, record lists, measures, accounting identities."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from engine.ruleset.document.parts import BilingualLine, BilingualText, KindName, Model, Options
from engine.ruleset.fields import Decimals, Expression, FactName, Id, Line, Literally, Truth, require


class RecordKey(Model):
    key: FactName


class FactField(Model):
    """One fact: a scalar, or a column of a record list."""

    label: BilingualLine
    type: KindName
    options: Options | None = None
    optional: Truth = False
    at_least: Literally | None = None
    at_most: Literally | None = None
    description: BilingualText | None = None
    found_as: list[Line] = []


class FactEntry(Model):
    """A scalar (``type``), a group (``fields``), or a record list (``records`` and ``fields``)."""

    label: BilingualLine
    type: KindName | None = None
    options: Options | None = None
    optional: Truth = False
    at_least: Literally | None = None
    at_most: Literally | None = None
    description: BilingualText | None = None
    found_as: list[Line] = []
    records: RecordKey | None = None
    fields: dict[FactName, FactField] | None = None

    @model_validator(mode="after")
    def _scalar_or_fields(self) -> FactEntry:
        require(
            (self.type is None) != (self.fields is None),
            "要么写 type（单项），要么写 fields（分组或记录表）",
            "write either 'type' (one fact) or 'fields' (a group or a record list)",
        )
        require(
            self.records is None or (self.fields is not None and self.records.key in self.fields),
            "records.key 应为 fields 中的一个字段",
            "'records.key' must be one of the fields",
        )
        return self


class Measure(Model):
    """A named value computed from facts; rounded only where ``decimals`` says so."""

    label: BilingualLine
    value: Expression
    decimals: Decimals | None = None
    at_least: Literally | None = None
    at_most: Literally | None = None
    description: BilingualText | None = None


class Check(Model):
    """An accounting identity (勾稽关系) between facts. An ``error`` makes the facts unusable."""

    id: Id
    holds: Expression
    because: BilingualText
    severity: Literal["error", "warning"]
