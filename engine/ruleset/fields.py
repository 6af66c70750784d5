"""The single values that stand in a ruleset document: exact numbers, names, expressions.

Numbers arrive as the text that was written and become exact rationals.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from engine.errors import Text
from engine.language.numbers import MalformedValue, parse_number, parse_ratio
from engine.source import break_at

ID_PATTERN = r"^[a-z][a-z0-9_]*$"


def _exact(value: object) -> object:
    return _parsed(value, parse_number)


def _exact_ratio(value: object) -> object:
    return _parsed(value, parse_ratio)


def _parsed(value: object, parse: Any) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("malformed", "{zh}\n{en}\n{fix_zh}\n{fix_en}", _context(_NO_NUMBER))
    try:
        return parse(value)
    except MalformedValue as error:
        raise PydanticCustomError("malformed", "{zh}\n{en}\n{fix_zh}\n{fix_en}", _context(error)) from None


def _context(error: MalformedValue) -> dict[str, Any]:
    return {"zh": error.reason.zh, "en": error.reason.en, "fix_zh": error.fix.zh, "fix_en": error.fix.en}


_NO_NUMBER = MalformedValue(
    Text("此处应为一个数", "a number is wanted here"), Text("写一个数", "write a number")
)


def _truth(value: object) -> object:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _whole(value: object) -> object:
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9
        else value
    )


def one_line(text: str) -> str:
    """The text, which stands on one line: what is called by it stands in headings, cells and comments.

    Raises what pydantic reports as a problem.
    """
    if break_at(text) >= 0:
        raise PydanticCustomError("malformed", "{zh}\n{en}\n{fix_zh}\n{fix_en}", _context(_NO_LINE))
    return text


_NO_LINE = MalformedValue(
    Text("这里不能有换行或制表符", "no line break and no tab has a place here"),
    Text("写在一行里；折行的文字用 >- 开头", "write it on one line, or begin with >- to fold it"),
)
_NUMBER_SCHEMA = WithJsonSchema({"type": ["number", "string"], "description": "an exact decimal number"})
Exact = Annotated[Any, BeforeValidator(_exact), PlainSerializer(str), _NUMBER_SCHEMA]
ExactRatio = Annotated[Any, BeforeValidator(_exact_ratio), PlainSerializer(str), _NUMBER_SCHEMA]
Truth = Annotated[bool, BeforeValidator(_truth)]
Whole = Annotated[int, BeforeValidator(_whole), Field(ge=0)]
Decimals = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=12)]
Line = Annotated[str, AfterValidator(one_line)]
"""A text on one line."""
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
FactName = Annotated[str, StringConstraints(pattern=r"^[^\W\d]\w*$")]
Literally = Annotated[str, WithJsonSchema({"type": ["string", "number", "boolean"]})]
Expression = Annotated[
    str,
    WithJsonSchema(
        {"type": ["string", "number", "boolean"], "description": "an expression of the rule language"}
    ),
]


def conflict(one: str, two: str) -> PydanticCustomError:
    """Two keys of which only one may be written."""
    return PydanticCustomError(
        "malformed",
        "{zh}\n{en}\n{fix_zh}\n{fix_en}",
        {
            "zh": f"{one} 和 {two} 只能写一个", "en": f"'{one}' and '{two}' exclude each other",
            "fix_zh": "删去一个", "fix_en": "remove one",
        },
    )  # fmt: skip


def require(present: bool, zh: str, en: str) -> None:
    """Raises what pydantic reports as a problem, unless what the document asks for is ``present``."""
    if not present:
        raise PydanticCustomError(
            "malformed", "{zh}\n{en}\n{fix_zh}\n{fix_en}", {"zh": zh, "en": en, "fix_zh": "", "fix_en": ""}
        )
