"""What a facts file for ``table.yaml`` says, and what it scores: read and worked out here, with nothing of the engine."""

from __future__ import annotations

import json
import re
from datetime import date
from fractions import Fraction
from typing import Any

from ruamel.yaml import YAML

Document = dict[str, Any]
"""A facts document: every scalar a text, as it was written, or ``None`` where nothing was."""

LABELS = {
    "预算收支": "budget", "Budget": "budget", "年初结转": "opening", "Opening balance": "opening",
    "本年收入": "income", "Income": "income", "本年支出": "spent", "Spent": "spent",
    "在职人数": "staff", "Staff": "staff", "满意度": "satisfaction", "Satisfaction": "satisfaction",
    "内控等级": "level", "Internal control": "level", "合同": "contracts", "Contracts": "contracts",
    "合同编号": "id", "Id": "id", "合同金额": "amount", "Amount": "amount",
    "签订日期": "signed", "Signed": "signed", "备案日期": "filed", "Filed": "filed", "免于备案": "exempt", "Exempt": "exempt",
}  # fmt: skip
NUMBER = re.compile(r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NOTHING = ("", "~", "null", "Null", "NULL")


class NotUnderstood(Exception):
    """The file is none that this reader can vouch for."""


def read(content: bytes) -> Document:
    """The document in a YAML or JSON file. Raises :class:`NotUnderstood`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUnderstood from error
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
        found = _texts(found)
    except (ValueError, RecursionError):
        found = _yaml(text)
    if not isinstance(found, dict):
        raise NotUnderstood
    return found


def _texts(node: Any) -> Any:
    """JSON's values as texts; its ``true`` and ``false`` are written so in YAML as well."""
    if isinstance(node, dict):
        return {key: _texts(one) for key, one in node.items()}
    if isinstance(node, list):
        return [_texts(one) for one in node]
    return {True: "true", False: "false"}[node] if isinstance(node, bool) else node


def _yaml(text: str) -> Any:
    reader = YAML(typ="base", pure=True)
    reader.version = (1, 2)
    try:
        return reader.load(text)
    except Exception as error:
        raise NotUnderstood from error


def points(document: Document) -> dict[str, Fraction]:
    """The points of every criterion, and their ``total``. Raises :class:`NotUnderstood` where the file states no usable facts."""
    try:
        facts = named(document["facts"])
        budget = named(facts["budget"])
        records = [named(one) for one in facts["contracts"]]
        earned = {
            "execution": _execution(budget),
            "filing": _filing(records, _waived(document)),
            "opinion": _opinion(facts.get("satisfaction")),
            "control": _control(facts["level"], _number(facts["staff"])),
        }
    except (KeyError, TypeError, AttributeError, ValueError, ZeroDivisionError) as error:
        raise NotUnderstood from error
    return {**earned, "total": sum(earned.values(), Fraction())}


def named(node: dict[str, Any]) -> dict[str, Any]:
    """The mapping with names for labels."""
    return {LABELS.get(key, key): value for key, value in node.items()}


def _execution(budget: dict[str, Any]) -> Fraction:
    opening, income, spent = (_number(budget[one]) for one in ("opening", "income", "spent"))
    return _rounded(40 * min(spent / (opening + income), Fraction(1)))


def _filing(records: list[dict[str, Any]], waived: frozenset[str]) -> Fraction:
    late = never = 0
    for one in records:
        signed = _day(one["signed"])
        filed = one.get("filed")
        if not _absent(filed):
            late += (_day(filed) - signed).days > 30 and one["id"].strip() not in waived
        else:
            never += not _flag(one["exempt"])
    return max(Fraction(0), Fraction(30 - min(10, 2 * late) - 5 * never))


def _opinion(text: Any) -> Fraction:
    if _absent(text):
        return Fraction(0)
    share = _ratio(text)
    return (
        Fraction(20)
        if share >= Fraction(9, 10)
        else Fraction("12.5")
        if share >= Fraction(3, 4)
        else Fraction(5)
    )


def _control(level: str, staff: Fraction) -> Fraction:
    return Fraction({"优秀": 10 if staff > 0 else 0, "合格": 6, "不合格": 0}[level.strip()])


def _waived(document: Document) -> frozenset[str]:
    return frozenset(
        one["record"].strip() for one in document.get("waivers") or () if one["rule"].strip() == "late"
    )


def _absent(text: Any) -> bool:
    return text is None or text in NOTHING


def _number(text: str) -> Fraction:
    if not NUMBER.fullmatch(text.strip()):
        raise NotUnderstood(text)
    return Fraction(text.strip().replace(",", ""))


def _ratio(text: str) -> Fraction:
    text = text.strip()
    return _number(text[:-1]) / 100 if text.endswith("%") else _number(text)


def _day(text: str) -> date:
    if not DATE.fullmatch(text.strip()):
        raise NotUnderstood(text)
    return date.fromisoformat(text.strip())


def _flag(text: str) -> bool:
    truth = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
    return truth[text.strip().lower()]


def _rounded(value: Fraction) -> Fraction:
    """To two decimals, halves away from zero; the value is not negative."""
    hundredths, rest = divmod(value * 100, 1)
    return Fraction(hundredths + (rest >= Fraction(1, 2)), 100)
