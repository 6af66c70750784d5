"""Characters that nobody sees, or that change how what stands beside them is shown.

They are refused wherever a text is read, so that none reaches a terminal, a workbook, a CSV table or a script:
what an auditor reads is then what the program read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from engine.errors import Problem, Text
from engine.source.nodes import Mapping, Node, Scalar, Sequence

_CONTROL = Text("控制字符", "a control character")
_SEPARATOR = Text("行或段分隔符", "a separator of lines or paragraphs")
_DIRECTION = Text("书写方向标记", "a mark of writing direction")
_SHAPELESS = Text("看不见的字符", "a character that nobody sees")
_SURROGATE = Text("半个字符", "one half of a character")
_NO_CHARACTER = Text("不是字符", "no character at all")

HIDDEN: dict[tuple[int, int], Text] = {
    (0x00, 0x08): _CONTROL, (0x0B, 0x1F): _CONTROL, (0x7F, 0x9F): _CONTROL,
    (0xAD, 0xAD): _SHAPELESS, (0x34F, 0x34F): _SHAPELESS, (0x61C, 0x61C): _DIRECTION,
    (0x115F, 0x1160): _SHAPELESS, (0x17B4, 0x17B5): _SHAPELESS, (0x180E, 0x180E): _SHAPELESS,
    (0x200B, 0x200D): _SHAPELESS, (0x200E, 0x200F): _DIRECTION, (0x2028, 0x2029): _SEPARATOR,
    (0x202A, 0x202E): _DIRECTION, (0x2060, 0x2065): _SHAPELESS, (0x2066, 0x2069): _DIRECTION,
    (0x206A, 0x206F): _SHAPELESS, (0x3164, 0x3164): _SHAPELESS, (0xD800, 0xDFFF): _SURROGATE,
    (0xFDD0, 0xFDEF): _NO_CHARACTER, (0xFEFF, 0xFEFF): _SHAPELESS, (0xFFA0, 0xFFA0): _SHAPELESS,
    (0xFFF0, 0xFFFB): _SHAPELESS, (0xFFFE, 0xFFFF): _NO_CHARACTER, (0x1BCA0, 0x1BCA3): _SHAPELESS,
    (0x1D173, 0x1D17A): _SHAPELESS, (0xE0000, 0xE00FF): _SHAPELESS, (0xE01F0, 0xE0FFF): _SHAPELESS,
    **{(plane + 0xFFFE, plane + 0xFFFF): _NO_CHARACTER for plane in range(0x10000, 0x110000, 0x10000)},
}  # fmt: skip
"""Ranges of what is refused: control characters save line feed and tab, and what Unicode calls default-ignorable save
the variation selectors, with which rare characters of names are written."""

_HIDDEN = re.compile("[" + "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in HIDDEN) + "]")
_BREAK = re.compile(r"[\t\n]")
_VARIATION = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
DELETE = Text("删去它", "delete it")


def hidden_at(text: str, start: int = 0) -> int:
    """Where in ``text``, from ``start`` on, the first character is that nobody sees; -1 where there is none."""
    if text.isascii() and text.isprintable():
        return -1
    found = _HIDDEN.search(text, start)
    return found.start() if found else -1


def break_at(text: str) -> int:
    """Where in ``text`` the first line break or tab is; -1 where there is none. A name, id or title has none."""
    found = _BREAK.search(text)
    return found.start() if found else -1


def not_allowed(character: str) -> Text:
    """What is wrong with a character that nobody sees."""
    code = ord(character)
    kind = next(kind for (low, high), kind in HIDDEN.items() if low <= code <= high)
    return Text(
        f"不允许的字符 U+{code:04X}（{kind.zh}）", f"the character U+{code:04X} is not allowed ({kind.en})"
    )


def hidden_characters(root: Node, path: str = "") -> Iterator[Problem]:
    """One problem for each text of the tree, keys included, in which there is one."""
    if isinstance(root, Scalar):
        if (at := hidden_at(root.text)) >= 0:
            yield Problem("S104", not_allowed(root.text[at]), root.locate(at), path, DELETE)
    elif isinstance(root, Mapping):
        for key, entry in root.entries.items():
            yield from hidden_characters(entry.key, f"{path}.{key}" if path else key)
            yield from hidden_characters(entry.value, f"{path}.{key}" if path else key)
    elif isinstance(root, Sequence):
        for number, item in enumerate(root.items, 1):
            yield from hidden_characters(item, f"{path}[{number}]")


def folded(text: str) -> str:
    """What a reader takes ``text`` for: compatible characters are one, ``（`` is ``(`` and ``Ⅱ`` is ``II``."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _VARIATION.sub("", text))


def alike(texts: Iterator[str] | list[str]) -> Iterator[tuple[str, str]]:
    """Each text that a reader takes for an earlier one though it is another, with that one."""
    seen: dict[str, str] = {}
    for text in texts:
        first = seen.setdefault(folded(text), text)
        if first != text:
            yield text, first
