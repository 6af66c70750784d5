"""Why a text is no value: the ways of writing that may mean two things, or nothing, each with its reason."""

from __future__ import annotations

import re

from engine.errors import Text
from engine.facts.conventions import NUMBER, is_bare_ratio, narrowed
from engine.facts.units import Unit, in_words, unit_of
from engine.language.numbers import MalformedValue, shortened
from engine.language.terms import NUMERIC, Kind, Type

_NOTHING = re.compile(r"[-－–—―−﹣_＿/／\\＼*＊~～…]+|无|空|没有|缺|暂无|N/?A|n/?a|nil|none|null")
_QUOTATION_MARKS = "“”‘’「」『』＂＇\"'"
_CURRENCY = re.compile(r"[¥￥$＄€£]|人民币|RMB|CNY|USD", re.IGNORECASE)
_BRACKETED = re.compile(r"[(（]\s*(.*[0-9].*?)\s*[)）]")
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.][0-9]+)?[eE][+-]?[0-9]+")
_SERIAL = re.compile(r"[0-9]{5}(?:[.][0-9]*)?")
_TIMED = re.compile(r"[0-9]{4}.*[0-9日][ \tT\u00a0\u3000]*[0-9]{1,2}[:时].*")
_MORE = re.compile(r"(?P<number>[+-]?[0-9][0-9,.]*(?<![,.])%?)\s*(?P<rest>[^0-9,.%\s+-].*)", re.DOTALL)
"""A number, and what else is written behind it."""
_REMARK = re.compile(r"(?P<before>.*?)[(（\[【〔](?P<inside>[^()（）\[\]【】〔〕]*)[)）\]】〕]", re.DOTALL)
"""What stands behind a number and ends in brackets."""
_DIGITS = "[+-]?[0-9][0-9,.]*"
_SEVERAL = re.compile(
    rf"{_DIGITS}[^0-9\s+-]{{0,4}}\s*(?:[-–—―~～/、*×+或和]|至|到)+\s*{_DIGITS}[^0-9]{{0,6}}"
)
_INEXACT = re.compile(
    rf"(?:(?:大?约|大概|近|将近|接近|不足|不到|超过?|逾|至少|至多|最多|不超过|不高于|不低于|不少于|不多于|不大于|不小于|大于|小于|高于|低于|[<>≥≤≈~～])"
    rf"=?\s*{_DIGITS}.*|{_DIGITS}\s*[^0-9\s]{{0,4}}(?:左右|上下|以上|以下|以内|之内|余|多|来|[+＋])[^0-9]{{0,4}})",
    re.DOTALL,
)
_LONGEST = 200
"""Characters of a text that is looked into: no value that somebody meant is longer."""
_NEGATIVE = re.compile(r"[负亏]|赤字|红字|minus|negative", re.IGNORECASE)


def why_not(text: str, type_: Type, money_unit: str) -> MalformedValue | None:
    """Why a text that is no value of ``type_`` is none, where more can be said than that."""
    written = text.strip()
    shown = shortened(written)
    if len(written) > _LONGEST:
        return None
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
        return _why_no_number(narrowed(written), shown, type_.kind, money_unit)
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


def _why_no_number(narrow: str, shown: str, kind: Kind, money_unit: str) -> MalformedValue | None:
    own = money_unit if kind == Kind.MONEY else _OWN.get(kind, "")
    if _CURRENCY.search(narrow):
        return _currency(narrow, shown, kind, own)
    bracketed = _BRACKETED.fullmatch(narrow)
    if bracketed is not None:
        return _negative_or_not(shown, f"-{bracketed[1]}")
    if _EXPONENT.fullmatch(narrow):
        return MalformedValue(
            Text(f"“{shown}”是科学计数法，可能丢了数字", f"'{shown}' has an exponent: digits may be lost"),
            Text("写出全部数字", "write out all digits"),
        )
    one = _A_RATIO if kind == Kind.RATIO else Text("写成一个确切的数", "write one exact number")
    if _SEVERAL.fullmatch(narrow):
        return MalformedValue(Text(f"“{shown}”里不止一个数", f"'{shown}' holds more than one number"), one)
    if _INEXACT.fullmatch(narrow):
        return MalformedValue(Text(f"“{shown}”不是确数", f"'{shown}' is not an exact number"), one)
    more = _MORE.fullmatch(narrow)
    return _more(more["number"], more["rest"].strip(), shown, kind, own) if more is not None else None


def _currency(narrow: str, shown: str, kind: Kind, own: str) -> MalformedValue:
    more = _MORE.fullmatch(_CURRENCY.sub("", narrow).strip())
    if more is not None and _is_same(unit_of(in_words(more["rest"])), own) and _is_number(more["number"]):
        number = more["number"]
        return MalformedValue(
            Text(f"“{shown}”带有货币符号", f"'{shown}' has a sign of currency"),
            Text(f"只写 {number}", f"write {number} alone"),
        )
    return MalformedValue(
        Text(
            f"“{shown}”带有货币符号，单位不明", f"'{shown}' has a sign of currency: its unit is not certain"
        ),
        _converted(kind, own),
    )


def _more(number: str, rest: str, shown: str, kind: Kind, own: str) -> MalformedValue | None:
    """What is wrong with ``rest``, which stands behind the number: another unit, the right one, or a remark."""
    remark = _REMARK.fullmatch(rest)
    before, inside = (
        (remark["before"].strip(), remark["inside"].strip()) if remark is not None else (rest, "")
    )
    written = before or inside
    unit = unit_of(in_words(written))
    if unit is not None and _is_other(unit, own):
        found = shortened(written)
        message = Text(f"“{shown}”写有单位“{found}”", f"'{shown}' has the unit '{found}'")
        if own:
            message = Text(f"“{shown}”的单位是{found}，此处的单位是{own}", f"'{shown}' is in {found}; the unit here is {own}")  # fmt: skip
        return MalformedValue(message, _converted(kind, own))
    if not _is_number(number) or (kind == Kind.RATIO and is_bare_ratio(number)):
        return None
    if _NEGATIVE.search(rest):
        return _negative_or_not(shown, f"-{number.lstrip('+-')}")
    if before and unit is None and re.search("[0-9]", rest):
        return None
    # What stands in brackets takes nothing from the number before it; other words may, as in 7天半.
    only = Text(f"只写 {number}", f"write {number} alone")
    fix = only if unit is not None or not before else Text("只写数字", "write digits alone")
    kept = shortened(rest)
    message = Text(f"“{shown}”的数字后面还写了“{kept}”", f"'{shown}' has '{kept}' behind the number")
    if (inside and inside != written) or unit is None:
        fix = Text(f"{fix.zh}，说明写在旁边", f"{fix.en}, and the remark beside it")
    if remark is not None and (unit is None or before):
        kept = shortened(inside)
        message = Text(
            f"“{shown}”的数字后面写有说明“{kept}”", f"'{shown}' has the remark '{kept}' behind the number"
        )
    return MalformedValue(message, fix)


def _is_number(text: str) -> bool:
    """Whether a facts file may state the text as a number or a percentage."""
    return re.fullmatch(f"(?:{NUMBER})%?", text) is not None


def _is_same(unit: Unit | None, own: str) -> bool:
    """Whether the unit is just the one that is wanted; 万 is not 万元 where the figures themselves are in 万元."""
    wanted = unit_of(in_words(own)) if own else None
    return unit is not None and wanted is not None and (unit.base, unit.power) == (wanted.base, wanted.power)


def _is_other(unit: Unit, own: str) -> bool:
    """Whether there is something to convert; nothing where a number counts things, as in 36人."""
    return not _is_same(unit, own) if own else bool(unit.power or unit.base != "个")


def _negative_or_not(shown: str, negative: str) -> MalformedValue:
    return MalformedValue(
        Text(
            f"“{shown}”写在括号里，是否负数不明",
            f"'{shown}' is in brackets: whether it is negative is not certain",
        ),
        Text(f"确为负数就写 {negative}", f"write {negative} if it is negative"),
    )


_OWN = {Kind.RATIO: "%", Kind.DAYS: "天", Kind.POINTS: "分"}
"""The units of what is not money."""
_A_RATIO = Text("写成百分数，例如 95%", "write it as a percentage such as 95%")


def _converted(kind: Kind, own: str) -> Text:
    """What to write instead of a number in another unit."""
    if kind == Kind.RATIO:
        return _A_RATIO
    if own:
        return Text(f"换算成{own}，只写数字", f"state it in {own}, in digits alone")
    return Text("写出完整的数，只写数字", "write the whole number out, in digits alone")
