"""Why a text is no value: the ways of writing that may mean two things, or nothing, each with its reason."""

from __future__ import annotations

import re

from engine.errors import Text
from engine.facts.conventions import narrowed
from engine.language.numbers import MalformedValue, shortened
from engine.language.terms import NUMERIC, Kind, Type

_NOTHING = re.compile(r"[-－–—―−﹣_＿/／\\＼*＊~～…]+|无|空|没有|缺|暂无|N/?A|n/?a|nil|none|null")
_QUOTATION_MARKS = "“”‘’「」『』＂＇\"'"
_CURRENCY = re.compile(r"[¥￥$＄€£]|人民币|RMB|CNY|USD", re.IGNORECASE)
_BRACKETED = re.compile(r"[(（]\s*(.*[0-9].*?)\s*[)）]")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.][0-9]+)?[eE][+-]?[0-9]+")
_SERIAL = re.compile(r"[0-9]{5}(?:[.][0-9]*)?")
_TIMED = re.compile(r"[0-9]{4}.*[0-9日][ \tT\u00a0\u3000]*[0-9]{1,2}[:时].*")
_HAS_UNIT = re.compile(r"[+-]?[0-9][0-9,.]*\s*([^0-9,.\s%％+-][^0-9]*)")


def why_not(text: str, type_: Type, money_unit: str) -> MalformedValue | None:
    """Why a text that is no value of ``type_`` is none, where more can be said than that."""
    written = text.strip()
    shown = shortened(written)
    bare = written.strip(_QUOTATION_MARKS).strip()
    known = type_.kind != Kind.CHOICE or bare in type_.options or type_.option_labelled(bare) is not None
    if bare and known and written.strip(_QUOTATION_MARKS) != written:
        return MalformedValue(
            Text(f"“{shown}”带有引号", f"'{shown}' has quotation marks in it"),
            Text(f"写 {shortened(bare)}，不加引号", f"write {shortened(bare)}, without them"),
        )
    if type_.kind == Kind.DATE and _NOTHING.fullmatch(written):
        return MalformedValue(
            Text(f"“{shown}”不是日期", f"'{shown}' is not a date"),
            Text("没有就留空", "leave it empty where there is none"),
        )
    if type_.kind in NUMERIC and _NOTHING.fullmatch(written):
        return MalformedValue(
            Text(f"“{shown}”没有说明是多少", f"'{shown}' does not say how much it is"),
            Text("没有就留空；为零就写 0", "leave it empty where there is none; write 0 where it is zero"),
        )
    if type_.kind == Kind.DATE:
        return _why_no_date(narrowed(written), shown)
    if type_.kind in NUMERIC:
        return _why_no_number(narrowed(written), shown, money_unit if type_.kind == Kind.MONEY else "")
    option = type_.option_labelled(written) if type_.kind == Kind.CHOICE else None
    if option is not None:
        return MalformedValue(
            Text(f"“{shown}”是选项的名称", f"'{shown}' is an option's label"),
            Text(f"写 {option}", f"write {option}"),
        )
    return None


def _why_no_date(narrow: str, shown: str) -> MalformedValue | None:
    like = Text("写成 2024-03-04 的样子", "write it like 2024-03-04")
    if _SERIAL.fullmatch(narrow):
        return MalformedValue(
            Text(
                f"“{shown}”像是电子表格内部的日期序号",
                f"'{shown}' looks like a spreadsheet's own number of a day",
            ),
            Text(
                "把该列设为 yyyy-mm-dd 格式，再另存一次",
                "give the column the format yyyy-mm-dd, and save it again",
            ),
        )
    if _TIMED.fullmatch(narrow):
        return MalformedValue(
            Text(f"“{shown}”有时刻，此处只要日期", f"'{shown}' has a time of day; a date is wanted here"),
            like,
        )
    if re.search("[0-9].*[^0-9]|[^0-9].*[0-9]", narrow) and not re.match(
        "[0-9]{4}(?:[0-9]{4})?[^0-9]", narrow
    ):
        return MalformedValue(
            Text(
                f"“{shown}”不以四位数的年份开头，年、月、日分不清",
                f"'{shown}' does not begin with a year of four digits: which is the month cannot be told",
            ),
            like,
        )
    return None


def _why_no_number(narrow: str, shown: str, money_unit: str) -> MalformedValue | None:
    in_unit = Text("只写数字", "write digits alone")
    if money_unit:
        in_unit = Text(f"换算成{money_unit}，只写数字", f"state it in {money_unit}, in digits alone")
    if _CURRENCY.search(narrow):
        return MalformedValue(
            Text(
                f"“{shown}”带有货币符号，单位不明",
                f"'{shown}' has a sign of currency: its unit is not certain",
            ),
            in_unit,
        )
    bracketed = _BRACKETED.fullmatch(narrow)
    if bracketed is not None:
        return MalformedValue(
            Text(
                f"“{shown}”写在括号里，是否负数不明",
                f"'{shown}' is in brackets: whether it is negative is not certain",
            ),
            Text(f"确为负数就写 -{bracketed[1]}", f"write -{bracketed[1]} if it is negative"),
        )
    if _EXPONENT.fullmatch(narrow):
        return MalformedValue(
            Text(f"“{shown}”是科学计数法，可能丢了数字", f"'{shown}' has an exponent: digits may be lost"),
            Text("写出全部数字", "write out all digits"),
        )
    unit = _HAS_UNIT.fullmatch(narrow)
    if unit is not None and money_unit and unit[1].strip() != money_unit:
        found = shortened(unit[1].strip())
        return MalformedValue(
            Text(
                f"“{shown}”的单位是{found}，此处的单位是{money_unit}",
                f"'{shown}' is in {found}; the unit here is {money_unit}",
            ),
            in_unit,
        )
    return None
