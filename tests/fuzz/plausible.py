"""Departments that nobody chose, written as somebody might: names or labels, quotes, separators, percent signs, any order."""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.fuzz.meaning import LABELS, Document


def department(order: Random) -> Document:
    """A facts document, every value a text, most of them usable."""
    opening, income = order.choice((0, order.randrange(10**6))), order.randrange(1, 10**7)
    spent = order.choice(
        (opening + income, (opening + income) // order.randrange(1, 9), order.randrange(2 * 10**7))
    )
    facts: dict[str, Any] = {
        "budget": {
            "opening": _money(opening, order),
            "income": _money(income, order),
            "spent": _money(spent, order),
        },
        "staff": str(order.choice((0, 1, 36, 1200))),
        "level": order.choice(("优秀", "合格", "不合格")),
        "contracts": [_contract(number, order) for number in range(order.choice((0, 1, 2, 3, 8)))],
    }
    if order.random() < 0.8:
        facts["satisfaction"] = order.choice(
            ("90%", "89.99%", "75%", "74.999%", "0.9", "0.75", "100%", "0%", "91.5％", "1", "0")
        )
    document: Document = {
        "department": order.choice(("某局", "Water Office", "省政府办公厅")),
        "year": "2024",
        "ruleset": "fuzz",
        "facts": facts,
    }
    if facts["contracts"] and order.random() < 0.3:
        document["waivers"] = [{"rule": "late", "record": facts["contracts"][0]["id"], "reason": "系统升级"}]
    return document


def _money(hundredths: int, order: Random) -> str:
    whole, rest = divmod(hundredths, 100)
    return order.choice((f"{whole}.{rest:02}", f"{whole:,}.{rest:02}", f"{whole}.{rest:02}00"))


def _contract(number: int, order: Random) -> dict[str, str]:
    signed = date(2024, 1, 1) + timedelta(order.randrange(366))
    one = {
        "id": f"HT-{number}",
        "amount": _money(order.randrange(10**6), order),
        "signed": signed.isoformat(),
        "exempt": order.choice(("true", "false", "是", "否", "yes", "no")),
    }
    if order.random() < 0.7:
        one["filed"] = (signed + timedelta(order.choice((-1, 0, 29, 30, 31, 32, 200)))).isoformat()
    return one


NAMES: dict[str, list[str]] = {}
for _label, _name in LABELS.items():
    NAMES.setdefault(_name, [_name]).append(_label)


def written(document: Document, order: Random) -> bytes:
    """The document as a YAML file in block or flow style, or as JSON."""
    facts = _relabelled(document["facts"], order)
    whole = {**document, "facts": facts}
    if order.random() < 0.3:
        return json.dumps(whole, ensure_ascii=order.random() < 0.3).encode()
    return ("\n".join(_block(whole, order, "")) + "\n").encode()


def _relabelled(node: Any, order: Random) -> Any:
    if isinstance(node, dict):
        items = [(order.choice(NAMES.get(key, [key])), _relabelled(one, order)) for key, one in node.items()]
        order.shuffle(items)
        return dict(items)
    return [_relabelled(one, order) for one in node] if isinstance(node, list) else node


def _block(node: dict[str, Any], order: Random, indent: str) -> list[str]:
    lines = []
    for key, one in node.items():
        if isinstance(one, dict):
            lines += [f"{indent}{key}:", *_block(one, order, indent + "  ")]
        elif isinstance(one, list):
            lines.append(f"{indent}{key}:" if one else f"{indent}{key}: []")
            for item in one:
                inner = _block(item, order, indent + "    ")
                lines += [f"{indent}  - {inner[0].lstrip()}", *inner[1:]]
        else:
            lines.append(f"{indent}{key}: {_scalar(one, order)}")
    return lines


def _scalar(text: str, order: Random) -> str:
    return order.choice((text, text, f'"{text}"', f"'{text}'", f"{text}  # 注"))
