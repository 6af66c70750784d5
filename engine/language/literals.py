"""Values as people write them in facts and parameters: ``24,066.41``, ``90%``, ``2024-03-31``, ``是``."""

from __future__ import annotations

from engine.errors import Text
from engine.language.numbers import MalformedValue, Rational, parse_date, parse_number, parse_ratio
from engine.language.terms import KIND_NAMES, NUMERIC, Kind, Type, Value

TRUTHS = {
    **dict.fromkeys(("true", "True", "TRUE", "是", "yes"), True),
    **dict.fromkeys(("false", "False", "FALSE", "否", "no"), False),
}
"""What states a flag. YAML and spreadsheets write true and false in capitals, too."""


def parse_value(text: str, type_: Type) -> Value:
    """The value that ``text`` writes for a fact or parameter of ``type_``.

    Raises :class:`MalformedValue` where it is not one.
    """
    kind = type_.kind
    if kind == Kind.DATE:
        return parse_date(text)
    if kind == Kind.RATIO:
        return parse_ratio(text)
    if kind == Kind.FLAG:
        return _parse_flag(text)
    if kind == Kind.CHOICE and text not in type_.options:
        listed = Text("、".join(type_.options), ", ".join(type_.options))
        raise MalformedValue(
            Text(f"“{text}”不是可选项", f"'{text}' is not one of the options"),
            Text(f"从 {listed.zh} 中选择", f"choose from {listed.en}"),
        )
    if kind in NUMERIC:
        return _parse_quantity(text, kind)
    return text


def _parse_flag(text: str) -> bool:
    if text not in TRUTHS:
        raise MalformedValue(
            Text(f"“{text}”不是“是”或“否”", f"'{text}' is neither true nor false"),
            Text("写 true 或 false（或 是、否）", "write true or false"),
        )
    return TRUTHS[text]


def _parse_quantity(text: str, kind: Kind) -> Rational:
    name = KIND_NAMES[kind]
    if text.endswith(("%", "％")):
        raise MalformedValue(
            Text(
                f"此处需要{name.zh}，{text} 是百分数", f"{name.en} is wanted here, and {text} is a percentage"
            ),
            Text("写成数", "write a number"),
        )
    value = parse_number(text)
    if kind in (Kind.COUNT, Kind.DAYS) and value.denominator != 1:
        raise MalformedValue(
            Text(f"{name.zh}应为整数，却是 {text}", f"{name.en} is whole, not {text}"),
            Text("写整数", "write a whole number"),
        )
    if kind == Kind.COUNT and value < 0:
        raise MalformedValue(
            Text(f"{name.zh}不能为负，却是 {text}", f"a {name.en} is not negative, not {text}"),
            Text("核对原始凭证", "check the source document"),
        )
    return value
