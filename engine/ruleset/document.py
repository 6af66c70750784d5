"""The shape of a ruleset document: which keys stand where, and what each may hold.

These models know nothing of what expressions mean; that is ``building.py``. What a single value may be is in
``fields.py``. A key that is not listed is an error.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from engine.ruleset.fields import (
    Decimals,
    Exact,
    ExactRatio,
    Expression,
    FactName,
    Id,
    Literally,
    Truth,
    Whole,
    conflict,
    require,
)


def _bilingual(value: object) -> object:
    return {"zh": value, "en": value} if isinstance(value, str) else value


class Model(BaseModel):
    """The base of all parts: unknown keys are errors, and nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Bilingual(Model):
    zh: str
    en: str


BilingualText = Annotated[
    Bilingual,
    BeforeValidator(_bilingual),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
                    "required": ["zh", "en"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""One text for both languages, or ``{zh: …, en: …}``."""


KindName = Literal["number", "ratio", "money", "days", "count", "points", "date", "flag", "text", "choice"]


class Basis(Model):
    """Where a rule comes from. ``modelled``: no source prescribes it; the editor chose it."""

    source: str | None = None
    article: str | None = None
    status: Literal["published", "framework", "law", "modelled"] | None = None
    note: BilingualText | None = None


class Bounds(Model):
    """A range with its own closed sides: ``from`` and ``up_to`` include, ``above`` and ``below`` do not."""

    from_: Literally | None = Field(None, alias="from")
    above: Literally | None = None
    up_to: Literally | None = None
    below: Literally | None = None

    @model_validator(mode="after")
    def _one_bound_a_side(self) -> Bounds:
        if self.from_ is not None and self.above is not None:
            raise conflict("from", "above")
        if self.up_to is not None and self.below is not None:
            raise conflict("up_to", "below")
        return self


class Grade(Bounds):
    grade: str


class Money(Model):
    """The unit in which every amount is written, and its decimals."""

    unit: str
    decimals: Decimals


class Points(Model):
    total: Exact
    decimals: Decimals
    rounding: Literal["half_up"]


class Parameter(Model):
    """A number or date that a new year usually changes."""

    value: Literally
    type: KindName
    label: BilingualText | None = None
    basis: Basis | None = None


class RecordKey(Model):
    key: FactName


class FactField(Model):
    """One fact: a scalar, or a column of a record list."""

    label: BilingualText
    type: KindName
    options: list[str] | None = None
    optional: Truth = False
    at_least: Literally | None = None
    at_most: Literally | None = None
    description: BilingualText | None = None
    found_as: list[str] = []


class FactEntry(Model):
    """A scalar (``type``), a group (``fields``), or a record list (``records`` and ``fields``)."""

    label: BilingualText
    type: KindName | None = None
    options: list[str] | None = None
    optional: Truth = False
    at_least: Literally | None = None
    at_most: Literally | None = None
    description: BilingualText | None = None
    found_as: list[str] = []
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

    label: BilingualText
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


class Band(Bounds):
    earn: Expression


class Case(Model):
    """``{when, earn}``, or last ``{else: earn}``."""

    when: Expression | None = None
    earn: Expression | None = None
    else_: Expression | None = Field(None, alias="else")

    @model_validator(mode="after")
    def _complete(self) -> Case:
        pair = self.when is not None and self.earn is not None and self.else_ is None
        last = self.when is None and self.earn is None and self.else_ is not None
        require(pair or last, "写 {when, earn} 或 {else}", "write {when, earn} or {else}")
        return self


def _score(value: object) -> object:
    return {"value": value} if isinstance(value, str) else value


class Score(Model):
    """An expression, or bands over a measure, or a ladder of cases."""

    value: Expression | None = None
    of: Expression | None = None
    bands: Annotated[list[Band], Field(min_length=1)] | None = None
    cases: Annotated[list[Case], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Score:
        forms = [self.value is not None, self.bands is not None, self.cases is not None]
        require(
            sum(forms) == 1 and (self.of is None) == (self.bands is None),
            "写一个表达式，或 {of, bands}，或 {cases}",
            "write an expression, or {of, bands}, or {cases}",
        )
        return self


class Deduction(Model):
    id: Id
    each: FactName | None = None
    when: Expression
    deduct: Expression
    because: BilingualText
    basis: Basis | None = None
    waivable: Truth = False
    at_most: Expression | None = None


class Bonus(Model):
    id: Id
    each: FactName | None = None
    when: Expression
    add: Expression
    because: BilingualText
    basis: Basis | None = None
    at_most: Expression | None = None


class Explain(Model):
    """Asks for an explanation, without points."""

    id: Id
    each: FactName | None = None
    when: Expression
    because: BilingualText


class Veto(Model):
    """When it holds, the node earns no more than ``earn``; at the root the grade may be limited too."""

    id: Id | None = None
    when: Expression
    earn: Expression | None = None
    grade_at_most: str | None = None
    because: BilingualText | None = None
    basis: Basis | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Veto:
        require(
            self.earn is not None or self.grade_at_most is not None,
            "写 earn 或 grade_at_most",
            "write 'earn' or 'grade_at_most'",
        )
        return self


class _CoefficientBounds(Model):
    from_: ExactRatio | None = Field(None, alias="from")
    above: ExactRatio | None = None
    up_to: ExactRatio | None = None
    below: ExactRatio | None = None

    @model_validator(mode="after")
    def _one_bound_a_side(self) -> _CoefficientBounds:
        if self.from_ is not None and self.above is not None:
            raise conflict("from", "above")
        if self.up_to is not None and self.below is not None:
            raise conflict("up_to", "below")
        return self


class Tier(_CoefficientBounds):
    """A qualitative tier: the assessor chooses a coefficient inside its range."""

    id: Id
    title: BilingualText


class Judged(Model):
    """An assessor's own deduction up to ``at_most``, or a coefficient within one of ``tiers``."""

    at_most: Expression | None = None
    tiers: Annotated[list[Tier], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Judged:
        require(
            (self.at_most is None) != (self.tiers is None),
            "写 at_most 或 tiers",
            "write 'at_most' or 'tiers'",
        )
        ids = [tier.id for tier in self.tiers or ()]
        require(len({*ids}) == len(ids), "各档的 id 应不同", "the tiers have different ids")
        return self


def _combine(value: object) -> object:
    return {"by": value} if isinstance(value, str) else value


class Combine(Model):
    """How a branch's points come from its children's."""

    by: Literal["sum", "best", "weakest", "average"] | None = None
    weighted_by: Expression | dict[str, Expression] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Combine:
        require(
            (self.by is None) != (self.weighted_by is None),
            "写 sum、best、weakest、average，或 {weighted_by: …}",
            "write sum, best, weakest, average, or {weighted_by: …}",
        )
        return self


class Criterion(Model):
    """A node of the criteria tree: a branch with ``criteria``, or a leaf."""

    id: Id
    title: BilingualText
    points: Exact
    description: BilingualText | None = None
    found_as: list[str] = []
    basis: Basis | None = None
    better: dict[str, Literal["higher", "lower"]] | None = None
    applies: Expression | None = None
    if_not: Literal["full", "zero", "rescale", "rescale_root"] | None = None
    combine: Annotated[Combine, BeforeValidator(_combine)] | None = None
    score: Annotated[Score, BeforeValidator(_score)] | None = None
    deductions: list[Deduction] = []
    bonuses: list[Bonus] = []
    bonus_at_most: Exact | None = None
    judged: Judged | None = None
    explain: list[Explain] = []
    unseen: Truth = False
    veto: Veto | None = None
    criteria: list[Criterion] = []

    @model_validator(mode="after")
    def _consistent(self) -> Criterion:
        require(
            (self.applies is None) == (self.if_not is None),
            "applies 和 if_not 要一起写",
            "'applies' and 'if_not' go together",
        )
        leaf_only = (
            self.score or self.deductions or self.bonuses or self.judged or self.unseen or self.bonus_at_most
        )
        require(
            not (self.criteria and leaf_only),
            "有 criteria 的指标不能再有 score、deductions、bonuses、judged、unseen",
            "a branch has no score, deductions, bonuses, judged or unseen of its own",
        )
        require(
            not (self.combine and not self.criteria),
            "只有 criteria 的指标才能写 combine",
            "only a branch has 'combine'",
        )
        tiers = self.judged is not None and self.judged.tiers is not None
        require(
            not (tiers and self.score), "tiers 与 score 只能写一个", "'tiers' and 'score' exclude each other"
        )
        computed = self.score or self.deductions or self.bonuses or self.judged
        require(
            not (self.unseen and computed),
            "unseen 的指标没有可计算的规则",
            "an unseen criterion has no rules to compute",
        )
        return self


class Expectation(Model):
    """What must follow in an example. ``fired`` lists rules, or maps a rule to its records' keys."""

    fired: list[str] | dict[str, list[str]] | None = None
    not_fired: list[str] | None = None
    criteria: dict[str, Exact] | None = None
    total: Exact | None = None
    grade: str | None = None
    error: str | None = None


class Example(Model):
    """A test beside the rules: facts changed from a base, and what must follow."""

    name: str
    base: str | None = None
    given: dict[str, Any] = {}
    without: list[str] = []
    claimed: dict[str, Any] | None = None
    judgements: dict[str, Any] | None = None
    waivers: list[Any] | None = None
    explanations: dict[str, Any] | None = None
    expect: Expectation


class Unchecked(Model):
    """A check that this ruleset switches off, and why."""

    check: Annotated[str, StringConstraints(pattern=r"^R[0-9]{3}$")]
    reason: BilingualText


class RulesetDocument(Model):
    """A whole ruleset, overlays already laid over what they extend."""

    ruleset: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+(/[a-z0-9_-]+)*$")]
    title: BilingualText
    authority: str | None = None
    year: Whole
    description: BilingualText | None = None
    money: Money
    points: Points
    grades: list[Grade] = []
    parameters: dict[FactName, Parameter] = {}
    facts: dict[FactName, FactEntry]
    measures: dict[FactName, Measure] = {}
    checks: list[Check] = []
    combine: Annotated[Combine, BeforeValidator(_combine)] | None = None
    veto: Veto | None = None
    criteria: Annotated[list[Criterion], Field(min_length=1)]
    examples: list[Example] = []
    unchecked: list[Unchecked] = []
