"""Deadlines and limits that the law sets, and the article that sets each: what a citation can be held to.

Written out for readers as ``docs/citations.md``. To add a duty, add a row here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.errors import Text, same
from engine.language.numbers import HUNDRED, Rational, format_exact
from engine.ruleset.model import Basis

Unit = Literal["days", "workdays", "ratio"]
"""Calendar days, working days, or a share; the first two are also the functions that count them."""

UNIT_NAMES: Mapping[Unit, Text] = {
    "days": Text("自然日", "calendar days"),
    "workdays": Text("工作日", "working days"),
    "ratio": Text("比例", "share"),
}


@dataclass(frozen=True, slots=True)
class Citation:
    """What one article sets. ``article`` is its number; 0 for a notice, which has none."""

    law: str
    """The law's name without its edition, or a notice's document number."""
    edition: str
    article: int
    duty: Text
    limits: tuple[Rational, ...]
    unit: Unit

    @property
    def name(self) -> str:
        return self.law + (f" 第{_chinese(self.article)}条" if self.article else "")

    def shown(self) -> Text:
        """The limits with their unit."""
        if self.unit == "ratio":
            return same("/".join(f"{format_exact(limit * HUNDRED)}%" for limit in self.limits))
        limits = "/".join(format_exact(limit) for limit in self.limits)
        return Text(f"{limits} 个{UNIT_NAMES[self.unit].zh}", f"{limits} {UNIT_NAMES[self.unit].en}")


def _days(*numbers: int) -> tuple[Rational, ...]:
    return tuple(Rational(number) for number in numbers)


CITATIONS: tuple[Citation, ...] = (
    Citation("预算法", "2018", 14, Text("部门预算、决算自财政部门批复后公开", "department budget and final accounts published after the finance office's approval"), _days(20), "days"),
    Citation("预算法", "2018", 52, Text("财政部门批复部门预算，部门批复所属单位预算", "department budgets approved by the finance office; passed on to the units"), _days(20, 15), "days"),
    Citation("预算法", "2018", 80, Text("财政部门批复部门决算，部门批复所属单位决算", "final accounts approved by the finance office; passed on to the units"), _days(20, 15), "days"),
    Citation("预算法实施条例", "2020", 6, Text("单位预算、决算自部门批复后公开", "the units' budgets and accounts published after the department's approval"), _days(20), "days"),
    Citation("财库〔2020〕10号", "", 0, Text("采购意向在采购活动开始前公开", "procurement intent published before the procurement begins"), _days(30), "days"),
    Citation("政府采购法", "2014", 46, Text("中标、成交通知书发出后签订合同", "contract signed after the award notice"), _days(30), "days"),
    Citation("政府采购法", "2014", 47, Text("合同签订后副本报财政部门备案", "contract copy filed with the finance office after signing"), _days(7), "workdays"),
    Citation("政府采购法", "2014", 49, Text("追加采购不超过原合同金额的比例", "added purchases, as a share of the contract's amount"), (10 / HUNDRED,), "ratio"),
    Citation("政府采购法实施条例", "2015", 50, Text("合同签订后公告", "contract announced after signing"), _days(2), "workdays"),
)  # fmt: skip

_NUMBER = re.compile(r"(\w+?)\s*[〔\[（(](\d{4})[〕\]）)]\s*第?(\d+)\s*号")
_ARTICLE = re.compile(r"第\s*([〇零一二两三四五六七八九十百\d]+)\s*条")
_EDITION = re.compile(r"[（(〔\[][^）)〕\]]*[）)〕\]]")
_DIGITS = {character: number for number, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_BY_ARTICLE: Mapping[tuple[str, int], Citation] = {(one.law, one.article): one for one in CITATIONS}


def document_number(source: str) -> str:
    """The number by which a notice is cited, such as 财库〔2020〕10号; empty where there is none."""
    found = _NUMBER.search(source)
    return f"{found[1]}〔{found[2]}〕{found[3]}号" if found else ""


def cited(basis: Basis | None) -> Iterator[Citation]:
    """What the articles set that the basis cites. What is ``modelled`` is not held to its source."""
    if basis is None or basis.status == "modelled" or not basis.source:
        return
    number = document_number(basis.source)
    if number:
        articles, law = [0], number
    else:
        articles = [_number(match) for match in _ARTICLE.findall(basis.article or "")]
        law = _EDITION.sub("", basis.source).strip(" 《》").removeprefix("中华人民共和国")
    for article in articles:
        if (law, article) in _BY_ARTICLE:
            yield _BY_ARTICLE[law, article]


def _number(text: str) -> int:
    """The number that 四十七, 一百零三 or 47 writes."""
    if text.isascii():
        return int(text)
    total = digit = 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + (int(character) if character.isascii() else _DIGITS[character])
    return total + digit


def _chinese(number: int) -> str:
    """A number below 100 as 四十七."""
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones else "")


def citations_page() -> str:
    """``docs/citations.md``."""
    lines = [
        "# Citations 引用的期限",
        "",
        "Written from `engine/ruleset/checks/citations.py` by `python -m scripts.check_pages`. Check R117 holds the rules that",
        "cite these articles to them: what is counted, and the limit.",
        "",
        "| source 出处 | article 条款 | duty 事项 | limit 期限 | counted in 计算方式 |",
        "|---|---|---|---|---|",
    ]
    for one in CITATIONS:
        law = f"{one.law}（{one.edition}）" if one.edition else one.law
        article = f"第{_chinese(one.article)}条" if one.article else "—"
        shown, unit = one.shown(), UNIT_NAMES[one.unit]
        limits = shown.zh if shown.zh == shown.en else f"{shown.zh}<br>{shown.en}"
        lines.append(
            f"| {law} | {article} | {one.duty.zh}<br>{one.duty.en} | {limits} | {unit.zh} {unit.en} |"
        )
    return "\n".join(lines) + "\n"
