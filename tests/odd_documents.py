"""Facts documents spoilt at random: things left out, put twice, of the wrong type, or written oddly."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    "", " ", "0", "-0", "-1", "0.001", "31,08.53", "24,066.41", "1e5", "NaN", "inf", "Infinity", "0x10", "９", "1" * 400,
    "9" * 30, "-" + "9" * 30, "1/3", "90%", "90 %", "-5%", "100000000%", "true", "是", "yes", "null", "~", "2024-02-30",
    "2024-13-01", "0001-01-01", "9999-12-31", "2003-12-31", "2024-01-01T00:00:00", "45292", "A", "A1", "a\tb", "a\nb", "\x7f",
    "\x85", "\u2028", "\ufeff", "\U0001f600", "\ud800", "{x}", "*x", "&x", "!x", "甲" * 3000, None, True, False, 0, -1, 1.5,
    10**40, [], {}, [None], [[]], {"a": "b"}, [{}], [{"id": "A1"}], {"": ""},
)  # fmt: skip


def spoil(document: dict[str, Any], order: random.Random) -> dict[str, Any]:
    """A copy of ``document`` with one to four things wrong in it, or looking so."""
    spoilt = copy.deepcopy(document)
    for _ in range(order.choice((1, 1, 2, 4))):
        holders = list(_holders(spoilt))
        if not holders:
            break
        _spoil(order.choice(holders), order)
    return spoilt


def _holders(node: Any) -> Iterator[Any]:
    """Everything that holds something else."""
    if isinstance(node, dict | list) and node:
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _holders(inner)


def _spoil(holder: Any, order: random.Random) -> None:
    place = order.choice(list(holder)) if isinstance(holder, dict) else order.randrange(len(holder))
    match order.randrange(6):
        case 0:
            del holder[place]
        case 1 if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[place]))
        case 1 | 2 if isinstance(holder, dict):
            holder[order.choice(("x", "", "年度", "facts", "waivers", "judgements", "\u2028"))] = holder.pop(
                place
            )
        case 3:
            holder[place] = [copy.deepcopy(holder[place])]
        case _:
            holder[place] = copy.deepcopy(order.choice(ODD_VALUES))


def scramble(document: dict[str, Any], order: random.Random) -> bytes:
    """``document`` as a file in which a few characters are lost, doubled or replaced."""
    text = json.dumps(document, ensure_ascii=order.random() < 0.5, indent=order.choice((None, 1)))
    content = bytearray(text.encode("utf-8", errors="surrogatepass"))
    for _ in range(order.choice((1, 2, 8))):
        place = order.randrange(len(content))
        match order.randrange(3):
            case 0:
                del content[place : place + order.choice((1, 5))]
            case 1:
                content[place:place] = order.choice(
                    (b"{", b"[", b'"', b"\x00", b"&a ", b"*a", b"!!t ", b"\n", b"- ", b": ", b"#")
                )
            case _:
                content[place] = order.randrange(256)
        content = content or bytearray(b" ")
    return bytes(content)


def in_another_order(node: Any, order: random.Random) -> Any:
    """The same document with the keys of its mappings and the items of its lists in another order."""
    if isinstance(node, dict):
        items = [(key, in_another_order(value, order)) for key, value in node.items()]
        order.shuffle(items)
        return dict(items)
    if isinstance(node, list):
        items = [in_another_order(item, order) for item in node]
        order.shuffle(items)
        return items
    return node
