"""Exact numbers: reading them from text, rounding them, and writing them again.

Every quantity on a scoring path is a rational (``gmpy2.mpq``): money, ratios, points, days and
counts alike, so that no operation between two of them can ever yield a float.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from gmpy2 import mpq, remove

from engine.errors import Text

Rational = mpq
ZERO = mpq(0)
ONE = mpq(1)
HUNDRED = mpq(100)
_HALF = mpq(1, 2)
_SCALES = tuple(mpq(10**decimals) for decimals in range(13))

MAX_DIGITS = 30
"""More digits than any real amount has; beyond it a number is taken for damage or an attack."""

_PLAIN = re.compile(r"([+-]?)(\d+)(?:\.(\d+))?\Z", re.ASCII)
_GROUPED = re.compile(r"([+-]?)([1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d+))?\Z", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z", re.ASCII)


class MalformedValue(ValueError):
    """A text that is not the value it should be; ``reason`` says why and ``fix`` what to write."""

    def __init__(self, reason: Text, fix: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.fix = fix


def parse_number(text: str) -> Rational:
    """The exact number that ``text`` writes: ``24066.41``, ``24,066.41`` or ``-3``.

    Raises :class:`MalformedValue` for anything else: separators that do not stand every three
    digits (``31,08.53``), exponents, NaN, infinities, or more than :data:`MAX_DIGITS` digits.
    """
    return _number(text, "")


def _number(text: str, after: str) -> Rational:
    """The number; messages quote it with the percent sign that stands ``after`` it."""
    stripped = text.strip()
    match = _PLAIN.match(stripped) or _GROUPED.match(stripped)
    if match is None:
        raise _malformed_number(stripped, after)
    sign, whole, fraction = match[1], match[2].replace(",", ""), match[3] or ""
    if len(whole) + len(fraction) > MAX_DIGITS:
        raise _too_long(len(whole) + len(fraction))
    value = mpq(int(whole + fraction), 10 ** len(fraction))
    return -value if sign == "-" else value


def parse_ratio(text: str) -> Rational:
    """The exact ratio that ``text`` writes: ``84.1%`` or ``0.841``."""
    stripped = text.strip()
    if stripped.endswith("％"):
        raise _malformed_number(stripped[:-1], "％")
    if stripped.endswith("%"):
        return _number(stripped[:-1], "%") / HUNDRED
    return parse_number(stripped)


def parse_date(text: str) -> date:
    """The day that ``text`` writes as ``2024-03-04`` (ISO 8601)."""
    match = _DATE.match(text.strip())
    if match is None:
        raise MalformedValue(
            Text(f"“{shortened(text)}”不是日期", f"'{shortened(text)}' is not a date"),
            Text("写成 2024-03-04 的样子", "write it like 2024-03-04"),
        )
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise MalformedValue(
            Text(f"没有 {text} 这一天", f"there is no day {text}"),
            Text("核对年、月、日", "check the year, month and day"),
        ) from None


def shortened(text: str) -> str:
    """The text as a message shows it."""
    return text if len(text) <= 40 else text[:37] + "…"


def _too_long(digits: int) -> MalformedValue:
    return MalformedValue(
        Text(
            f"数字过长（{digits} 位，最多 {MAX_DIGITS} 位）",
            f"the number is too long ({digits} digits of at most {MAX_DIGITS})",
        ),
        Text("核对原文", "check it against its source"),
    )


def _malformed_number(text: str, after: str) -> MalformedValue:
    shown = shortened(text + after)
    plain = "".join(
        unicodedata.normalize("NFKC", one) if unicodedata.east_asian_width(one) == "F" else one
        for one in text
    )
    if (plain != text or after == "％") and (_PLAIN.match(plain) or _GROUPED.match(plain)):
        written = shortened(plain + after.replace("％", "%"))
        return MalformedValue(
            Text(f"“{shown}”用了全角字符", f"'{shown}' is in full-width characters"),
            Text(f"写成 {written}", f"write {written}"),
        )
    if "," in text and re.fullmatch(r"[+-]?[\d,]+(\.\d+)?", text, re.ASCII):
        return MalformedValue(
            Text(
                f"“{shown}”的千位分隔符位置不对",
                f"the separators in '{shown}' do not stand every three digits",
            ),
            Text(
                "对照原始凭证改正；不要猜测，例如 31,08.53 可能是 3,108.53，也可能漏了数字",
                "check it against the source document; do not guess: 31,08.53 may be 3,108.53 or may lack a digit",
            ),
        )
    return MalformedValue(
        Text(f"“{shown}”不是数字", f"'{shown}' is not a number"),
        Text(
            "只用数字、小数点和千位逗号，例如 24,066.41",
            "write digits, a point and thousands commas, such as 24,066.41",
        ),
    )


def round_half_up(value: Rational, decimals: int) -> Rational:
    """``value`` rounded to ``decimals`` places, halves away from zero (四舍五入)."""
    scale = _SCALES[decimals] if decimals < len(_SCALES) else mpq(10**decimals)
    scaled = value * scale
    if scaled.is_integer():
        return value
    if scaled < ZERO:
        return -round_half_up(-value, decimals)
    shifted = scaled + _HALF
    return (shifted.numerator // shifted.denominator) / scale


def terminating_decimals(value: Rational) -> int | None:
    """How many decimal places write ``value`` exactly; ``None`` where none do."""
    if value.is_integer():
        return 0
    denominator, fives = remove(value.denominator, 5)
    twos = denominator.bit_length() - 1
    return max(twos, fives) if denominator == 1 << twos else None


def format_fixed(value: Rational, decimals: int, *, grouped: bool = False) -> str:
    """``value`` with exactly ``decimals`` places, rounded half up."""
    rounded = round_half_up(value, decimals)
    # The text of an int may not exceed 4300 digits; that of an mpz may.
    digits = str(abs((rounded * 10**decimals).numerator)).rjust(decimals + 1, "0")
    whole, fraction = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    if grouped:
        head = len(whole) % 3 or 3
        whole = ",".join([whole[:head], *(whole[at : at + 3] for at in range(head, len(whole), 3))])
    sign = "-" if rounded < 0 else ""
    return f"{sign}{whole}.{fraction}" if decimals else f"{sign}{whole}"


def format_exact(value: Rational) -> str:
    """``value`` without loss: a decimal where one is exact, else ``numerator/denominator``."""
    decimals = terminating_decimals(value)
    if decimals is None:
        return f"{value.numerator}/{value.denominator}"
    return format_fixed(value, decimals)
