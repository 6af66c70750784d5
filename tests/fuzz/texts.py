"""Texts spoilt: tokens, lines and characters; and trees of mappings and lists, by what ``odd_documents.py`` does to them."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

from tests.odd_documents import ODD_VALUES, scramble, spoil

TOKEN = re.compile(r"\s+|[\w.%,-]+|.", re.DOTALL)
ODD_TOKENS = (
    "", " ", "\n", "\t", "  ", "　", ":", "：", ",", "，", "、", "；", "。", "{", "}", "[", "]", "（", "）", "“", "”", '"', "'", "#", "- ", "? ", "| ", "> ",
    "&a ", "*a ", "!!int ", "<<: ", "---\n", "...\n", "%", "％", "0", "00", "-0", "1e9", "0.1", "1_000", "１２", "１,０００", "9" * 31, "1" * 5000, ".inf", ".nan",
    "2024-02-29", "2023-02-29", "2024/3/4", "2024年3月4日", "0001-01-01", "9999-12-31", "24:00", "null", "~", "true", "yes", "是", "否", "no", "on",
    "合计", "HT-1", "late", "total", "points", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u200b", "\u202e", "\ufeff", "\ufffe", "\U000e0041", "𠮷", "e\u0301",
    "=1+1", "@x", "{{x}}", "{x}", "<b>", "&amp;", "]]>", "$(x)", "../x", "' OR 1=1 --", "a" * 3000,
)  # fmt: skip
NUMBER = re.compile(r"(?<![\w.])-?[0-9][0-9,]*(\.[0-9]+)?")


def spoilt_text(text: str, order: Random) -> str:
    """``text`` with one to four of its tokens or lines lost, doubled, moved or replaced."""
    for _ in range(order.choice((1, 1, 1, 2, 4))):
        text = order.choice((_tokens, _tokens, _lines, _numbers, _characters))(text, order)
    return text


def _tokens(text: str, order: Random) -> str:
    tokens = TOKEN.findall(text) or [""]
    place = order.randrange(len(tokens))
    match order.randrange(5):
        case 0:
            del tokens[place : place + order.choice((1, 1, 2, 5))]
        case 1:
            tokens.insert(place, order.choice(tokens))
        case 2:
            other = order.randrange(len(tokens))
            tokens[place], tokens[other] = tokens[other], tokens[place]
        case 3:
            tokens[place] = order.choice(ODD_TOKENS)
        case _:
            tokens.insert(place, order.choice(ODD_TOKENS))
    return "".join(tokens)


def _lines(text: str, order: Random) -> str:
    lines = text.splitlines(keepends=True) or [""]
    place = order.randrange(len(lines))
    match order.randrange(5):
        case 0:
            del lines[place]
        case 1:
            lines.insert(order.randrange(len(lines) + 1), lines[place])
        case 2:
            lines[place] = " " * order.choice((1, 2, 4)) + lines[place]
        case 3:
            lines[place] = lines[place].lstrip()
        case _:
            lines = lines[:place] + lines[place:][::-1] if order.random() < 0.2 else lines[: place + 1]
    return "".join(lines)


def _numbers(text: str, order: Random) -> str:
    """One number changed into another that may pass, or into nearly one."""
    found = list(NUMBER.finditer(text))
    if not found:
        return text
    one = order.choice(found)
    written = one[0]
    changed = order.choice((
        f"-{written}", f"{written}0", f"0{written}", f"{written}.5", written.replace(",", ""), written.replace(".", ","), written[::-1],
        f"{written}%", f'"{written}"', f"{written}e2", f"{written[:1]},{written[1:]}", str(order.randrange(10 ** order.randrange(1, 9))),
        f"{order.randrange(100000)}.{order.randrange(1000)}", written.translate({48 + n: 0xFF10 + n for n in range(10)}),
    ))  # fmt: skip
    return text[: one.start()] + changed + text[one.end() :]


def _characters(text: str, order: Random) -> str:
    place = order.randrange(len(text) + 1)
    odd = order.choice(
        (
            chr(order.randrange(0x20, 0x7F)),
            chr(order.choice((0x0, 0x9, 0xA0, 0x3000, 0xFF0C, 0xFF1A, 0x200B))),
        )
    )
    return text[:place] + odd + text[place + order.randrange(2) :]


def spoilt_bytes(content: bytes, order: Random) -> bytes:
    """``content`` as a text in which something is wrong, or in another encoding, or with a few bytes of noise."""
    text = spoilt_text(content.decode("utf-8"), order)
    match order.randrange(20):
        case 0:
            return text.encode("gb18030", "replace")
        case 1:
            return text.encode("utf-16", "replace")
        case 2:
            return b"\xef\xbb\xbf" + text.encode("utf-8", "replace")
        case 3:
            noise = bytearray(text.encode("utf-8", "replace"))
            noise[order.randrange(len(noise) + 1) : 0] = bytes([order.randrange(256)])
            return bytes(noise)
        case _:
            return text.encode("utf-8", "replace")


def spoilt_tree(document: Any, order: Random) -> bytes:
    """The document with a few places of its tree changed, written as JSON; sometimes with a few bytes changed besides."""
    changed = spoil(document, order)
    if order.random() < 0.1:
        return scramble(changed, order)
    return json.dumps(changed, ensure_ascii=order.random() < 0.3, indent=order.choice((None, 1))).encode(
        "utf-8", "surrogatepass"
    )


def odd_text(order: Random) -> str:
    """A text for a cell: a token that is odd, or what other tests found odd."""
    if order.random() < 0.7:
        return order.choice(ODD_TOKENS)
    return str(order.choice(ODD_VALUES))
