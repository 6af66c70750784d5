"""What the parts of a ruleset document have in common: texts in two languages, sources, ranges."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from engine.ruleset.fields import Line, Literally, conflict


def _bilingual(value: object) -> object:
    return {"zh": value, "en": value} if isinstance(value, str) else value


class Model(BaseModel):
    """The base of all parts: unknown keys are errors, and nothing is changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Bilingual(Model):
    zh: str
    en: str


class _BilingualOnOneLine(Bilingual):
    zh: Line
    en: Line


_BILINGUAL_SCHEMA = WithJsonSchema(
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
)
BilingualText = Annotated[Bilingual, BeforeValidator(_bilingual), _BILINGUAL_SCHEMA]
"""One text for both languages, or ``{zh: …, en: …}``."""
BilingualLine = Annotated[_BilingualOnOneLine, BeforeValidator(_bilingual), _BILINGUAL_SCHEMA]
"""The same where it stands on one line: a title or label."""


def _labelled(value: object) -> object:
    """A list of options as what people call each: itself."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return {one: one for one in value}
    return value


Options = Annotated[
    dict[Line, BilingualLine],
    BeforeValidator(_labelled),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}},
                {"type": "object", "additionalProperties": _BILINGUAL_SCHEMA.json_schema},
            ]
        }
    ),
]
"""What may be chosen, and what people call it: a list of options, or a label for each."""


KindName = Literal["number", "ratio", "money", "days", "count", "points", "date", "flag", "text", "choice"]


class Basis(Model):
    """Where a rule comes from. ``modelled``: no source prescribes it; the editor chose it."""

    source: Line | None = None
    article: Line | None = None
    status: Literal["published", "framework", "law", "modelled"] | None = None
    note: BilingualText | None = None


def one_bound_a_side(from_: object, above: object, up_to: object, below: object) -> None:
    """Refuse a range of which a side is said to be both closed and open."""
    if from_ is not None and above is not None:
        raise conflict("from", "above")
    if up_to is not None and below is not None:
        raise conflict("up_to", "below")


class Bounds(Model):
    """A range with its own closed sides: ``from`` and ``up_to`` include, ``above`` and ``below`` do not."""

    from_: Literally | None = Field(None, alias="from")
    above: Literally | None = None
    up_to: Literally | None = None
    below: Literally | None = None

    @model_validator(mode="after")
    def _one_bound_a_side(self) -> Bounds:
        one_bound_a_side(self.from_, self.above, self.up_to, self.below)
        return self
