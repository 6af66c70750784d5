"""Whether a cell shows what it holds.

Whoever fills in a workbook, and whoever signs it, sees what the cells show. Where a cell shows something else than
what would be read from it, the figure is not believed: a percentage where an amount is wanted, thousands, a day
without its year, a value that is hidden.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from engine.documents.workbook.cells import text_of
from engine.documents.workbook.formats import NumberFormat, Section
from engine.documents.workbook.sheet_part import Cell
from engine.errors import Text
from engine.language.terms import KIND_NAMES, NUMERIC, Kind

_MULTIPLIERS = re.compile(
    r"[十百千万亿拾佰仟萬億元圆角分%％‰¥￥$＄€£]|million|thousand|[kKmM]$", re.IGNORECASE
)
_OF_YUAN = frozenset({"元", "¥", "￥", "CNY", "RMB", "人民币"})
_NEGATIVE = re.compile(r"[-－−(（△▲]")

Remark = Literal["ratio", "rounded", "red", "struck", "unseen", "blank"]
"""What is told of a cell though it is read: a ratio without a percent sign, decimals that are not shown, a negative number
in red without a sign, struck-out text, text that has the colour of its ground, blanks alone."""

LARGEST_TEXT_NUMBER = 10**15
"""From here on a number may have lost digits of what was typed, as an identity number does."""


class Wanted(Struct, frozen=True):
    """What a column or cell is to hold: a value of ``kind``, amounts in ``unit``.

    ``loose`` is a ratio that may as well be stated as a plain number, such as a coefficient.
    """

    kind: Kind = Kind.TEXT
    unit: str = ""
    loose: bool = False


class Objection(Struct, frozen=True):
    """Why a cell is not believed."""

    code: str
    message: Text
    fix: Text


def objection(cell: Cell, wanted: Wanted, *, shows_zeros: bool) -> Objection | None:
    """Why the value of ``cell`` is not believed, if so; ``shows_zeros`` says whether its sheet shows them."""
    if cell.is_uncomputed:
        return UNCOMPUTED
    if cell.error:
        return _error(cell)
    match cell.content:
        case bool() | None:
            return None
        case str():
            return _text(cell.content, cell.format) or _bare_ratio(cell.content, wanted)
        case float():
            if cell.content == 0 and not shows_zeros:
                return _shows_nothing("0")
            return _number(cell.content, cell.format, wanted)
        case datetime() | date() | time():
            return _day(cell.content, cell.format, wanted)


def shows_percent(cell: Cell) -> bool:
    """Whether the cell shows its number as a percentage."""
    return isinstance(cell.content, float) and cell.format.section_of(cell.content).percents == 1


def remarks(cell: Cell, wanted: Wanted) -> list[Remark]:
    """What is to be told of a cell that is believed."""
    if isinstance(cell.content, str) and cell.content and not cell.content.strip():
        return ["blank"]
    found: list[Remark] = ["struck"] if cell.struck else []
    if cell.unseen and cell.content not in (None, ""):
        found.append("unseen")
    if isinstance(cell.content, float) and not isinstance(cell.content, bool) and wanted.kind in NUMERIC:
        section = cell.format.section_of(cell.content)
        if wanted.kind == Kind.RATIO and not wanted.loose and not section.percents and cell.content:
            found.append("ratio")
        if _is_rounded(cell.content, section):
            found.append("rounded")
        if _is_only_red(cell.content, section, cell.format):
            found.append("red")
    return found


UNCOMPUTED = Objection(
    "D032",
    Text("公式没有算出的值", "a formula without a value: it was never computed"),
    Text(
        "用 Excel、WPS 或 LibreOffice 打开并保存一次，或直接填写数值",
        "open the workbook in Excel, WPS or LibreOffice and save it, or type the value",
    ),
)


def _error(cell: Cell) -> Objection:
    shown = cell.error
    message = Text(f"单元格是错误值 {shown}", f"the cell holds the error {shown}")
    if not shown.startswith("#"):
        message = Text(
            f"单元格里的 {shown} 不是数，也不是日期", f"{shown} in this cell is neither a number nor a day"
        )
    return Objection("D035", message, Text("改正公式，或直接填写", "correct the formula, or type the value"))


def _text(text: str, shown_by: NumberFormat) -> Objection | None:
    section = shown_by.text_section()
    if section is None or not text.strip() or (section.text and not section.literal.strip()):
        return None
    if section.shows_nothing:
        return _shows_nothing(text)
    return _differs(text, shown_by)


def _number(number: float, shown_by: NumberFormat, wanted: Wanted) -> Objection | None:
    if shown_by.is_plain and wanted.kind in NUMERIC and wanted.kind != Kind.RATIO:
        return None
    section = shown_by.section_of(number)
    if wanted.kind not in NUMERIC:
        return _number_as_text(number, shown_by, section)
    if section.shows_nothing:
        return _shows_nothing(_plain(number))
    if section.percents and wanted.kind != Kind.RATIO:
        return _percentage(number, wanted)
    if (
        section.percents > 1
        or section.scaled
        or section.fraction
        or _is_relabelled(number, section, wanted, shown_by)
    ):
        return _differs(_plain(number), shown_by)
    if wanted.kind == Kind.RATIO and not section.percents and abs(number) > 1:
        return _percent_or_not(number)
    return None


def _bare_ratio(text: str, wanted: Wanted) -> Objection | None:
    """A ratio typed as text: more than 1 without a percent sign may be meant either way."""
    bare = text.strip().replace(",", "")
    if wanted.kind != Kind.RATIO or not _BARE.fullmatch(bare) or abs(float(bare)) <= 1:
        return None
    return _percent_or_not(float(bare))


_BARE = re.compile(r"(?=[^0-9]*(?:[0-9][^0-9]*){1,15}$)[+-]?[0-9]+(?:[.][0-9]+)?")
"""A number of digits that a cell can hold; the form writes as text only what has more."""


def _percent_or_not(number: float) -> Objection:
    shown, other = f"{_plain(number)}%", f"{_plain(number * 100)}%"
    return Objection(
        "D041",
        Text(f"比率 {_plain(number)} 没有百分号：是 {shown} 还是 {other} 不明", f"the ratio {_plain(number)} has no percent sign: {shown} or {other}"),
        Text("写成百分数，例如 95%", "write it as a percentage such as 95%"),
    )  # fmt: skip


def _number_as_text(number: float, shown_by: NumberFormat, section: Section) -> Objection | None:
    """A number where a text is wanted: what is shown is what is meant, as with the id 0007."""
    held = _plain(number)
    if abs(number) >= LARGEST_TEXT_NUMBER:
        return Objection(
            "D037",
            Text(
                f"{held} 作为数存放，末尾的数字可能已丢失",
                f"{held} is kept as a number: its last digits may be lost",
            ),
            _AS_TEXT,
        )
    if section.general or section.text:
        plain = not section.literal.strip()
    else:
        decorated = section.percents or section.scaled or section.fraction or section.scientific
        padded = section.zeros > len(held.lstrip("-").partition(".")[0])
        rounded = section.decimals or "." in held
        plain = not (decorated or padded or rounded or section.literal.strip() or not section.placeholders)
    return None if plain else _differs(held, shown_by, _AS_TEXT)


def _day(held: datetime | date | time, shown_by: NumberFormat, wanted: Wanted) -> Objection | None:
    if wanted.kind in (Kind.TEXT, Kind.CHOICE):
        return _day_as_text(held, shown_by)
    parts = shown_by.sections[0].date_parts
    if wanted.kind != Kind.DATE or not parts or {"y", "m", "d"} <= parts:
        return None
    absent = [name for part, name in _PARTS_OF_A_DAY.items() if part not in parts]
    zh, en = "、".join(one.zh for one in absent), ", ".join(one.en for one in absent)
    return Objection(
        "D040",
        Text(f"单元格没有显示{zh}，存的{zh}可能不是所写的", f"the cell does not show the {en}; what it holds there may not be what was meant"),
        Text("写全年月日，格式设为 yyyy-mm-dd", "write the whole date, in the format yyyy-mm-dd"),
    )  # fmt: skip


def _day_as_text(held: datetime | date | time, shown_by: NumberFormat) -> Objection | None:
    """A date where a text is wanted: Excel makes one of 3-1, and of much else."""
    read = text_of(held)[0]
    if _ISO.fullmatch(shown_by.code.translate(_QUOTES)) and len(read) == len("2024-03-01"):
        return None
    code = shown_by.code[:40]
    return Objection(
        "D053",
        Text(
            f"此处需要文字，单元格存的却是日期 {read}（格式 {code}）：Excel 把所写的当成了日期",
            f"a text is wanted here, and the cell holds the date {read} (format {code}): Excel took what was typed for a date",
        ),
        _AS_TEXT,
    )


_ISO = re.compile(r"(?:\[\$-[0-9a-f]+\])?yyyy-mm-dd(?:;@)?", re.IGNORECASE)
_QUOTES = str.maketrans("", "", '\\"')
_PARTS_OF_A_DAY = {"y": Text("年", "year"), "m": Text("月", "month"), "d": Text("日", "day")}
_AS_TEXT = Text("把格式设为“文本”，再写一次", "set the format to text, and type it again")
_PLAIN_FORMAT = Text(
    "把格式设为“常规”或“数值”，核对所显示的数", "set the format to general or number, and check what is shown"
)


def _shows_nothing(held: str) -> Objection:
    message = Text(f"单元格存有“{held}”却不显示", f"the cell holds '{held}' and shows nothing")
    return Objection("D037", message, _PLAIN_FORMAT)


def _differs(held: str, shown_by: NumberFormat, fix: Text = _PLAIN_FORMAT) -> Objection:
    code = shown_by.code[:40]
    message = Text(
        f"单元格存的是 {held}，按格式 {code} 显示的不是这个数",
        f"the cell holds {held}, and shows something else by its format {code}",
    )
    return Objection("D037", message, fix)


def _percentage(number: float, wanted: Wanted) -> Objection:
    name, shown, held = KIND_NAMES[wanted.kind], f"{_plain(number * 100)}%", _plain(number)
    return Objection(
        "D036",
        Text(f"单元格显示百分数 {shown}（存的是 {held}），此处需要{name.zh}", f"the cell shows the percentage {shown} (it holds {held}); {name.en} is wanted here"),
        Text("把格式设为“常规”，再写一次", "set the format to general, and type the number again"),
    )  # fmt: skip


def _is_relabelled(number: float, section: Section, wanted: Wanted, shown_by: NumberFormat) -> bool:
    """Whether what is printed around or between the digits makes another number of them."""
    if not section.placeholders and not section.general and not section.text:
        return number != 0 or not section.literal.strip()
    if re.search(r"\d", section.literal) or section.within.strip(" ,'"):
        return True
    words = re.sub(r"[\s\-－−()（）△▲+:：/,.]", "", section.literal)
    allowed = {wanted.unit} | (_OF_YUAN if wanted.unit == "元" else frozenset())
    if words and words not in allowed and _MULTIPLIERS.search(words):
        return True
    if not (len(shown_by.sections) > 1 and not any(one.condition for one in shown_by.sections)):
        return bool(number > 0 and _NEGATIVE.search(section.before))
    is_marked = bool(_NEGATIVE.search(section.literal)) or (number < 0 and section.red)
    return is_marked != (number < 0) and number != 0


def _is_only_red(number: float, section: Section, shown_by: NumberFormat) -> bool:
    """Whether a negative number has no sign but its colour, which paper and many eyes do not show."""
    with_conditions = any(one.condition for one in shown_by.sections)
    is_own_section = len(shown_by.sections) > 1 and not with_conditions
    return number < 0 and is_own_section and section.red and not _NEGATIVE.search(section.literal)


def _is_rounded(number: float, section: Section) -> bool:
    """Whether the number has digits that are not shown."""
    if section.general or section.text or not section.placeholders:
        return False
    exact = Decimal(repr(number)).normalize()
    if section.scientific:
        whole = exact.adjusted() % max(section.placeholders - section.decimals, 1) + 1
        return len(exact.as_tuple().digits) > whole + section.decimals
    exponent = exact.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) else 0
    return decimals > section.decimals + 2 * section.percents


def _plain(number: float) -> str:
    return f"{Decimal(f'{number:.15g}').normalize():f}"
