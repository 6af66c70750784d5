"""How people write values in cells, and what each way of writing is read as.

YAML and JSON are read strictly. A workbook or a table comes from people who write ``2024/3/4``, ``１００`` or
``100万元``: such a text stands for one value only, so it is read as that value, and told. The list of conventions is
closed; what may mean two things is refused with its reason in
``refusals.py``.

The patterns are written so that Python's ``re`` and the database's RE2 read them alike: tables are read by the same
ones, column by column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from engine.errors import Text
from engine.language.numbers import HUNDRED, MalformedValue, Rational, format_exact, shortened
from engine.language.terms import NUMERIC, Kind, Type

DIGITS = 15
"""Significant digits that a spreadsheet keeps; a text with more and with decimals was printed from binary."""

WIDE = "０１２３４５６７８９．﹒，﹐－−﹣＋﹢／：％﹪"
NARROW = "0123456789..,,---++/:%%"
"""Full-width digits and signs, and the ASCII character that each stands for."""

_NARROWED = str.maketrans(WIDE, NARROW)
_GAP = "[ \t\u00a0\u3000]*"
MIDNIGHT = "(?:(?:[ \t\u00a0\u3000]+|T)0{1,2}:00(?::00(?:[.]0+)?)?)"
"""The beginning of a day, after its date."""


class Convention(StrEnum):
    """A way of writing that stands for one value only."""

    SLASHES = "slashes"
    DOTS = "dots"
    HYPHENS = "hyphens"
    CHINESE = "chinese"
    EIGHT_DIGITS = "eight_digits"
    MIDNIGHT = "midnight"
    FULL_WIDTH = "full_width"
    UNIT = "unit"
    OPTION_LABEL = "option_label"
    BLANK = "blank"
    TITLE = "title"

    @property
    def told(self) -> Text:
        """What a cell is like that is written so, after a number of cells."""
        return _TOLD[self]


_TOLD: Mapping[Convention, Text] = {
    Convention.SLASHES: Text("日期用斜线隔开", "a date with slashes"),
    Convention.DOTS: Text("日期用点隔开", "a date with dots"),
    Convention.HYPHENS: Text("日期的月、日没有补零", "a date with hyphens, not as yyyy-mm-dd"),
    Convention.CHINESE: Text("日期写成年月日", "a date in Chinese"),
    Convention.EIGHT_DIGITS: Text("日期写成八位数字", "a date of eight digits"),
    Convention.MIDNIGHT: Text("日期带有零点", "a date with the time 00:00"),
    Convention.FULL_WIDTH: Text("有全角数字或符号", "full-width digits or signs"),
    Convention.UNIT: Text("写有本栏的单位", "the column's own unit"),
    Convention.OPTION_LABEL: Text("写选项的名称", "an option's label"),
    Convention.BLANK: Text("只有空白，按未填", "blanks alone, taken for empty"),
    Convention.TITLE: Text("写指标名称代替规则", "a criterion's title for its rule"),
}


def _day(year_ends: str, month_ends: str) -> str:
    return f"([0-9]{{4}}){_GAP}{year_ends}{_GAP}([0-9]{{1,2}}){_GAP}{month_ends}{_GAP}([0-9]{{1,2}})"


DATES: Mapping[Convention, str] = {
    Convention.SLASHES: _day("/", "/"),
    Convention.DOTS: _day("[.]", "[.]"),
    Convention.HYPHENS: _day("-", "-"),
    Convention.CHINESE: f"{_day('年', '月')}{_GAP}日",
    Convention.EIGHT_DIGITS: "([0-9]{4})([0-9]{2})([0-9]{2})",
}
"""How a day is written, digits and signs being ASCII: year, month and day are the groups."""

NUMBER = "[+-]?(?:[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:[.][0-9]+)?"
"""A number as a facts file writes it."""
AT_MOST_ONE = "0+(?:[.][0-9]*)?|0*1(?:[.]0*)?"
"""A number from 0 to 1, without sign and commas."""
STRICT_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATES = {one: re.compile(f"{pattern}({MIDNIGHT})?") for one, pattern in DATES.items()}


def units_of(type_: Type, money_unit: str) -> tuple[str, ...]:
    """The units that may stand after a value of the type, as the form to fill in prints them."""
    return {Kind.MONEY: (money_unit,), Kind.DAYS: ("天",), Kind.POINTS: ("分",)}.get(type_.kind, ())


def unit_pattern(units: Iterable[str]) -> str:
    """A unit at the end, and the digit and blanks before it; the digit is the group."""
    return f"([0-9]){_GAP}(?:{'|'.join(map(_escaped, units))})$"


def _escaped(text: str) -> str:
    """The text as a pattern that Python and RE2 read alike."""
    return "".join(one if one.isalnum() else f"[{one}]" if one not in "^\\]" else f"\\{one}" for one in text)


def narrowed(text: str) -> str:
    """The text with full-width digits and signs in ASCII."""
    return text.translate(_NARROWED)


class Stated(Struct, frozen=True):
    """A cell's text as a facts file would state it, and the conventions by which it was read."""

    text: str
    conventions: tuple[Convention, ...] = ()


def as_stated(text: str, type_: Type, money_unit: str, *, loose: bool = False) -> Stated:
    """What the ``text`` of a cell states, for a fact of ``type_``; a ``loose`` ratio may be above 1 without a percent sign.

    A text that no convention reads comes back as it is, for the strict reader to read or to refuse. Raises
    :class:`MalformedValue` for a number that a facts file may state and a cell may not.
    """
    written = text.strip()
    if type_.kind == Kind.DATE:
        return _date(written)
    if type_.kind in NUMERIC:
        return _number(written, type_, money_unit, loose=loose)
    if type_.kind == Kind.CHOICE and written not in type_.options:
        option = type_.option_labelled(written)
        return Stated(option, (Convention.OPTION_LABEL,)) if option is not None else Stated(written)
    return Stated(written)


def _date(written: str) -> Stated:
    narrow = narrowed(written)
    for convention, pattern in _DATES.items():
        match = pattern.fullmatch(narrow)
        if match is not None:
            year, month, day, time = match.groups()
            stated = f"{year}-{month:0>2}-{day:0>2}"
            used = [Convention.FULL_WIDTH] if narrow != written else []
            used += [convention] if narrow.removesuffix(time or "") != stated else []
            used += [Convention.MIDNIGHT] if time else []
            return Stated(stated, tuple(used))
    return Stated(written)


def _number(written: str, type_: Type, money_unit: str, *, loose: bool) -> Stated:
    narrow = narrowed(written)
    used = [Convention.FULL_WIDTH] if narrow != written else []
    units = units_of(type_, money_unit)
    bare = re.sub(unit_pattern(units), r"\1", narrow) if units else narrow
    used += [Convention.UNIT] if bare != narrow else []
    if is_printed_binary(bare):
        raise _printed_binary(written)
    if type_.kind == Kind.RATIO and not loose and is_bare_ratio(bare):
        raise _bare_ratio(written, bare)
    return Stated(bare, tuple(used))


def is_printed_binary(text: str) -> bool:
    """Whether the text is a number with decimals of more digits than a spreadsheet keeps, such as ``0.30000000000000004``."""
    if len(text) <= DIGITS:
        return False
    match = re.fullmatch(r"[+-]?([0-9,]+)[.]([0-9]+)[ ]*%?", text)
    if match is None:
        return False
    whole, fraction = match[1].replace(",", ""), match[2].rstrip("0")
    return bool(fraction) and len(f"{whole}{fraction}".lstrip("0")) > DIGITS


def is_bare_ratio(text: str) -> bool:
    """Whether the text is a number above 1 without a percent sign: as a ratio, 95 may be 95% or 9500%."""
    if re.fullmatch(NUMBER, text) is None:
        return False
    return re.fullmatch(AT_MOST_ONE, text.lstrip("+-").replace(",", "")) is None


def _bare_ratio(written: str, bare: str) -> MalformedValue:
    shown = shortened(written)
    number = Rational(bare.removeprefix("+").replace(",", ""))
    small, large = (f"{shortened(format_exact(one))}%" for one in (number, number * HUNDRED))
    return MalformedValue(
        Text(f"比率“{shown}”没有百分号：是 {small} 还是 {large} 不明", f"the ratio '{shown}' has no percent sign: {small} or {large}"),
        Text(f"是 {small} 就写成 {small}", f"write {small} if that is meant"),
    )  # fmt: skip


def _printed_binary(written: str) -> MalformedValue:
    shown = shortened(written)
    return MalformedValue(
        Text(
            f"“{shown}”的有效数字超过 {DIGITS} 位，像是程序以二进制算出的结果",
            f"'{shown}' has more than {DIGITS} significant digits: it was printed from a binary result",
        ),
        Text(
            "在来源处取整，例如用 ROUND，再导出",
            "round it at its source, for instance with ROUND, and export it again",
        ),
    )
