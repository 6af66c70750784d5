"""What a number format makes a cell show.

A spreadsheet shows a number through its format: as a percentage, in thousands, as a date, with a unit, or not
at all. What matters here is whether a reader of the sheet sees the number that the cell holds, so a format is
taken apart as far as that needs, and no further (ECMA-376 part 1, 18.8.31).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache

from msgspec import Struct, field

_GENERAL = re.compile(r"general|G/[^\W\d_]{1,4}", re.IGNORECASE)
"""Chinese and Japanese programs write ``G/通用格式`` and ``G/標準``."""
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}
_RED = re.compile(r"red|红色|紅色|color\s*3", re.IGNORECASE)

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"¥"#,##0;"¥"-#,##0', 6: '"¥"#,##0;[Red]"¥"-#,##0',
    7: '"¥"#,##0.00;"¥"-#,##0.00', 8: '"¥"#,##0.00;[Red]"¥"-#,##0.00', 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"',
    29: 'm"月"d"日"', 30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: "h:mm AM/PM",
    35: "h:mm:ss AM/PM", 36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;[Red]-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;[Red]-#,##0.00", 41: '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"_ ;_ @_ ', 43: '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* -#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"',
    55: "h:mm AM/PM", 56: "h:mm:ss AM/PM", 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip
"""The formats that a file names by number alone, as Chinese programs show them (ECMA-376 part 1, 18.8.30)."""


class Section(Struct):
    """One of the up to four parts of a format: for positive numbers, negative ones, zero, and text."""

    general: bool = False
    text: bool = False
    percents: int = 0
    scaled: bool = False
    fraction: bool = False
    scientific: bool = False
    decimals: int = 0
    zeros: int = 0
    """How many digits before the point are shown even where they are 0."""
    placeholders: int = 0
    before: str = ""
    within: str = ""
    after: str = ""
    """What is printed as it is: before the first digit, among the digits, after the last."""
    date_parts: set[str] = field(default_factory=set)
    red: bool = False
    condition: tuple[str, float] | None = None

    @property
    def literal(self) -> str:
        return f"{self.before}{self.within}{self.after}"

    @property
    def shows_nothing(self) -> bool:
        shown = self.general or self.text or self.placeholders or self.date_parts
        return not shown and not self.literal.strip()

    def holds(self, number: float) -> bool:
        return self.condition is not None and _COMPARE[self.condition[0]](number, self.condition[1])


class NumberFormat(Struct, dict=True, frozen=True):
    """A format's code, taken apart when it is first asked about."""

    code: str

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        return tuple(_section(part) for part in _split(self.code))

    @cached_property
    def is_date(self) -> bool:
        """Whether a number in this format is a day or a time."""
        return bool(self.sections[0].date_parts)

    @cached_property
    def is_plain(self) -> bool:
        """Whether every number is shown as it is held, whatever it is."""
        return len(self.sections) == 1 and self.sections[0].general and not self.sections[0].literal

    def section_of(self, number: float) -> Section:
        """The part that shows ``number``."""
        sections = self.sections
        if any(one.condition for one in sections[:2]):
            return next((one for one in sections[:2] if one.holds(number)), sections[-1])
        place = 1 if number < 0 else 2 if number == 0 else 0
        return sections[place] if place < min(len(sections), 3) else sections[0]

    def text_section(self) -> Section | None:
        """The part that shows a text, where the format has one."""
        if len(self.sections) > 3:
            return self.sections[3]
        return self.sections[-1] if self.sections[-1].text else None


GENERAL = NumberFormat("General")


@lru_cache(maxsize=4096)
def number_format(code: str) -> NumberFormat:
    """The format with this code, made once."""
    return NumberFormat(code if code.strip() else "General")


def _split(code: str) -> list[str]:
    """The parts between the semicolons that are not quoted."""
    parts, start = [], 0
    for kind, at, text in _tokens(code):
        if kind == "sign" and text == ";":
            parts.append(code[start:at])
            start = at + 1
    return [*parts, code[start:]]


def _tokens(code: str) -> Iterator[tuple[str, int, str]]:
    """Literals, blanks, brackets, and single signs, each with its place."""
    at = 0
    while at < len(code):
        sign = code[at]
        match = _GENERAL.match(code, at)
        if match is not None:
            yield "general", at, match[0]
            at = match.end()
        elif sign == '"':
            end = code.find('"', at + 1)
            end = len(code) if end < 0 else end
            yield "literal", at, code[at + 1 : end]
            at = end + 1
        elif sign in "\\!":
            yield "literal", at, code[at + 1 : at + 2]
            at += 2
        elif sign in "_*":
            yield "literal", at, " "
            at += 2
        elif sign == "[":
            end = code.find("]", at)
            end = len(code) if end < 0 else end
            yield "bracket", at, code[at + 1 : end]
            at = end + 1
        else:
            yield "sign", at, sign
            at += 1


class _Maker:
    """One section being taken apart."""

    def __init__(self) -> None:
        self.made = Section()
        self.digits: list[str] = []
        """Placeholders, points and commas, in their order; the rest is literal."""
        self.pending = ""
        self.last_time = ""

    def literal(self, text: str) -> None:
        if not self.digits:
            self.made.before += text
        else:
            self.pending += text

    def digit(self, sign: str) -> None:
        self.made.within += self.pending
        self.pending = ""
        self.digits.append(sign)

    def bracket(self, text: str) -> None:
        condition = _CONDITION.fullmatch(text.strip())
        if condition is not None:
            self.made.condition = condition[1], float(condition[2])
        elif text.startswith("$"):
            self.literal(text[1:].partition("-")[0])
        elif re.fullmatch(r"h+|m+|s+", text, re.IGNORECASE):
            self.made.date_parts.add("elapsed")
        elif _RED.fullmatch(text.strip()):
            self.made.red = True

    def letter(self, run: str, next_part: str) -> None:
        """A run of one of the letters of dates; m is a minute beside an hour or a second."""
        kind = run[0].lower()
        if kind == "m":
            minute = self.last_time == "h" or next_part == "s"
            self.made.date_parts.add("minute" if minute else "m")
        elif kind == "d":
            self.made.date_parts.add("d" if len(run) <= 2 else "weekday")
        elif kind in "ye":
            self.made.date_parts.add("y")
        else:
            self.made.date_parts.add(kind)
        self.last_time = kind

    def finished(self) -> Section:
        made, shown = self.made, "".join(self.digits)
        made.after = self.pending
        whole, _, fraction = shown.partition(".")
        made.placeholders = sum(one in "0#?" for one in shown)
        made.decimals = sum(one in "0#?" for one in fraction)
        made.zeros = whole.count("0")
        made.scaled = whole.endswith(",") or fraction.endswith(",")
        return made


_DATE_LETTERS = "ymdhsebag"


def _section(code: str) -> Section:
    maker = _Maker()
    tokens = list(_tokens(code))
    at = 0
    while at < len(tokens):
        kind, _, text = tokens[at]
        if kind == "general":
            maker.made.general = True
            maker.digits.append("")
        elif kind == "literal":
            maker.literal(text)
        elif kind == "bracket":
            maker.bracket(text)
        else:
            at = _sign(maker, tokens, at)
        at += 1
    return maker.finished()


def _sign(maker: _Maker, tokens: list[tuple[str, int, str]], at: int) -> int:
    """Take the sign at ``at``, and what belongs to it; the place of the last taken."""
    sign = tokens[at][2]
    following = "".join(text if kind == "sign" else "\0" for kind, _, text in tokens[at + 1 :])
    if sign in "0#?" or (sign in ".," and (maker.digits or following[:1] in ("0", "#", "?"))):
        maker.digit(sign)
    elif sign in "%％":
        maker.made.percents += 1
    elif sign == "@":
        maker.made.text = True
    elif sign in "eE" and following[:1] in ("+", "-") and maker.digits:
        maker.made.scientific = True
        return at + 1 + len(re.match(r"[0#?]*", following[1:])[0])  # type: ignore[index]
    elif sign == "/" and maker.digits and re.match(r"[0-9#?]", following):
        maker.made.fraction = True
    elif re.match(r"am/pm|a/p|上午/下午", sign + following, re.IGNORECASE):
        maker.made.date_parts.add("h")
        return at + len(re.match(r"am/pm|a/p|上午/下午", sign + following, re.IGNORECASE)[0]) - 1  # type: ignore[index]
    elif sign.lower() in _DATE_LETTERS:
        run = re.match(f"{sign}*", sign + following, re.IGNORECASE)[0]  # type: ignore[index]
        rest = following[len(run) - 1 :]
        after = re.search(f"[{_DATE_LETTERS}]", rest, re.IGNORECASE)
        maker.letter(run, after[0].lower() if after else "")
        return at + len(run) - 1
    else:
        maker.literal(sign)
    return at
