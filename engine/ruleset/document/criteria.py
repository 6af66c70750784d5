"""The scoring table: criteria, what each earns, deducts or adds, what is judged, what takes points away."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from engine.ruleset.document.parts import Basis, BilingualLine, BilingualText, Bounds, Model, one_bound_a_side
from engine.ruleset.fields import Exact, ExactRatio, Expression, FactName, Id, Line, Truth, require


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
    grade_at_most: Line | None = None
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
        one_bound_a_side(self.from_, self.above, self.up_to, self.below)
        return self


class Tier(_CoefficientBounds):
    """A qualitative tier: the assessor chooses a coefficient inside its range."""

    id: Id
    title: BilingualLine


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


def as_combine(value: object) -> object:
    """``combine: best`` is short for ``combine: {by: best}``."""
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
    title: BilingualLine
    points: Exact
    description: BilingualText | None = None
    found_as: list[Line] = []
    basis: Basis | None = None
    better: dict[str, Literal["higher", "lower"]] | None = None
    applies: Expression | None = None
    if_not: Literal["full", "zero", "rescale", "rescale_root"] | None = None
    combine: Annotated[Combine, BeforeValidator(as_combine)] | None = None
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
