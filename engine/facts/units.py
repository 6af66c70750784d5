"""The units that people write, whichever way they write them: 万元, 万, RMB 10 thousand, 元整."""

from __future__ import annotations

import re
from unicodedata import normalize

from msgspec import Struct

_POWERS = {"十": 1, "拾": 1, "百": 2, "佰": 2, "千": 3, "仟": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}
_ENGLISH = {
    "ten thousand": "万", "million": "百万", "billion": "十亿", "thousand": "千", "yuan": "元", "rmb": "人民币", "cny": "人民币",
    "percent": "%", "days": "天", "day": "天", "points": "分", "months": "月", "hours": "小时", "weeks": "周", "years": "年",
}  # fmt: skip
_BASES = {
    "元": "元", "圆": "元", "块": "元", "块钱": "元", "%": "%", "百分比": "%", "百分之": "%", "‰": "‰", "千分之": "‰", "分": "分",
    "天": "天", "日": "天", "工作日": "天", "个工作日": "天", "自然日": "天", "周": "周", "月": "月", "个月": "月", "年": "年",
    "小时": "小时", "角": "角",
} | dict.fromkeys(("美元", "港元", "港币", "澳门元", "新台币", "欧元", "日元", "英镑", "usd", "hkd", "eur", "jpy", "gbp", "$", "€", "£"), "外币") | dict.fromkeys(
    ("个", "件", "次", "人", "户", "项", "条", "份", "家", "笔", "台", "套", "宗"), "个"
)  # fmt: skip
_UNIT = re.compile(
    r"(?:人民币|¥)?(?P<scale>[十拾百佰千仟万萬亿億]*)(?P<base>"
    + "|".join(map(re.escape, sorted(_BASES, key=len, reverse=True)))
    + r")?[整正]?(?:人民币)?"
)


class Unit(Struct, frozen=True):
    """A unit: what it is of, the power of ten before it, and how it is written."""

    base: str
    power: int
    written: str

    def is_same(self, other: Unit) -> bool:
        """万 in a heading means what 万元 means."""
        bases = {self.base, other.base}
        return self.power == other.power and (len(bases) == 1 or bases == {"", "元"})


def in_words(text: str) -> str:
    """The text in plain characters, with the English words for units in Chinese."""
    plain = normalize("NFKC", text).strip().casefold()
    for english, chinese in _ENGLISH.items():
        plain = re.sub(rf"\b{english}\b", chinese, plain)
    return plain


def unit_of(text: str) -> Unit | None:
    """The unit that the whole ``text``, as :func:`in_words` gives it, is."""
    found = _UNIT.fullmatch(re.sub(r"\s|^in\b", "", text))
    if found is None or not found[0] or found[0] in ("十", "拾", "人民币", "整", "正"):
        return None
    return Unit(
        _BASES.get(found["base"] or "", ""), sum(_POWERS[one] for one in found["scale"]), text.strip()
    )
