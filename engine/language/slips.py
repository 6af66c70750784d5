"""What was probably meant where an expression is wrong: words, signs and dates of other languages and programs."""

from __future__ import annotations

import re
from datetime import date

from engine.errors import Text
from engine.language.errors import ExpressionError

_WORDS = {
    "且": "and", "并且": "and", "而且": "and", "同时": "and", "或": "or", "或者": "or", "非": "not", "不": "not",
    "如果": "if", "否则": "else", "属于": "in", "是": "true", "否": "false", "真": "true", "假": "false",
    "yes": "true", "no": "false",
    "大于": ">", "小于": "<", "等于": "==", "不等于": "!=", "大于等于": ">=", "小于等于": "<=", "大于或等于": ">=",
    "小于或等于": "<=", "不小于": ">=", "不大于": "<=", "不低于": ">=", "不高于": "<=", "不超过": "<=", "超过": ">",
    "加": "+", "减": "-", "乘": "*", "乘以": "*", "除以": "/",
    **{word: word for word in ("and", "or", "not", "if", "else", "in", "for", "where", "true", "false")},
}  # fmt: skip
"""Words that are none of the language, and what it writes for them; those of the language in other capitals, too."""
_JOINED = ("并且", "而且", "或者", "且", "或")
"""Between two things, and often without a blank before the second."""
_SIGNS = {"=>": ">=", "=<": "<=", "<>": "!="}
_WORD = re.compile(r"[^\W\d]\w*")
_NEAR = 40
"""Characters that are looked at before the place of an error."""
_LAST_WORD = re.compile(r"([^\W\d]\w*)\s*\Z")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,，_]\d{3})+(?:\.\d+)?(?!\w)")
_FRACTION = re.compile(r"\.\d+")
_DATE = re.compile(
    r"""(?<![\w.])(["'])?(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\1?(?![\w.])"""
    r"|(?<![\w.])()(\d{4})(\d{2})(\d{2})(?![\w.])"
)


def meant(text: str, error: ExpressionError) -> Text | None:
    """What to write in ``text`` where ``error`` is; ``None`` where it tells no slip that is known."""
    start, end = error.span
    if fix := _date(text, start, end, of_date="日期" in error.message.zh):
        return fix
    if error.code not in ("E102", "E103", "E201"):
        return None
    here = _WORD.match(text, start)
    if here and (word := _language(here[0])):
        return _write(word, here[0])
    if error.code == "E201":
        return None
    before = _LAST_WORD.search(text[max(start - _NEAR, 0) : start])
    if before and (word := _language(before[1])):
        return _write(word, before[1])
    if here and (joined := next((one for one in _JOINED if here[0].startswith(one)), None)):
        word = _WORDS[joined]
        return Text(
            f"“{joined}”写成 {word}，前后加空格", f"write {word} for '{joined}', with a blank on each side"
        )
    return _sign(text, start) or _number(text, start)


def _language(word: str) -> str | None:
    """The word of the language that was meant; ``None`` for one that is such a word, or none like it."""
    meant = _WORDS.get(word) or _WORDS.get(word.lower())
    return meant if meant != word else None


def _sign(text: str, start: int) -> Text | None:
    for sign, right in _SIGNS.items():
        at = text.find(sign, max(start - 1, 0), start + len(sign))
        if at >= 0:
            return _write(right)
    if "**" in text[max(start - 1, 0) : start + 1]:
        return Text("没有乘方，写成连乘：a * a", "there are no powers; write a product: a * a")
    return None


def _number(text: str, start: int) -> Text | None:
    for found in _THOUSANDS.finditer(text):
        if found.start() < start < found.end():
            return _write(re.sub(r"[,，_]", "", found[0]))
    if fraction := _FRACTION.match(text, start):
        return _write(f"0{fraction[0]}")
    if text[:start].rstrip()[-1:].isdigit() and (unit := _WORD.match(text, start)) and not unit[0].isascii():
        zh = f"只写数，不写单位“{unit[0]}”；单位由类型决定"
        return Text(zh, f"write the number without its unit '{unit[0]}'; the type says the unit")
    return None


def _date(text: str, start: int, end: int, *, of_date: bool) -> Text | None:
    """A date in the span that is not written as dates are."""
    for found in _DATE.finditer(text):
        if found.end() <= start or found.start() >= end:
            continue
        parts = found.group(2, 3, 4) if found[2] else found.group(6, 7, 8)
        try:
            day = date(*map(int, parts)).isoformat()
        except ValueError:
            continue
        if day != found[0] and (of_date or found[2]):
            bare = Text("，不加引号", ", without quotes") if found[1] else Text("", "")
            return Text(f"日期写成 {day}{bare.zh}", f"write the date as {day}{bare.en}")
    return None


def _write(what: str, instead: str = "") -> Text:
    if instead:
        return Text(f"“{instead}”写成 {what}", f"write {what} for '{instead}'")
    return Text(f"写成 {what}", f"write {what}")
