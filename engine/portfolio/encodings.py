"""The encoding of a text table: strictly UTF-8, or else strictly GB 18030, which has GBK and GB 2312 in it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from engine.errors import FactsError, Position, Problem, Text
from engine.inputs import open_input, shown

UTF8, GB18030 = "UTF-8", "GB 18030"
CODECS = {UTF8: "utf-8-sig", GB18030: "gb18030"}
"""Python's names of them; a mark at the beginning of UTF-8 is no text."""
_BLOCK = 1 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE = Text("另存为“CSV UTF-8”", "save it as “CSV UTF-8”")


def encoding_of(path: Path) -> str:
    """The encoding in which the whole file can be read. Raises :class:`FactsError` (S103) where there is none, and
    :class:`OSError`."""
    lines: dict[str, int] = {}
    with open_input(path) as file:
        if file.read(2) in _UTF16_MARKS:
            message = Text("文件是 UTF-16 编码", "the file is UTF-16 text")
            raise FactsError([Problem("S103", message, Position(shown(path), 1), fix=_SAVE)])
    for name, codec in CODECS.items():
        try:
            for _ in _decoded(path, codec):
                pass
        except _Undecodable as error:
            lines[name] = error.line
        else:
            return name
    places = Text(
        "，".join(f"{name} 到第 {line} 行为止" for name, line in lines.items()),
        ", ".join(f"{name} up to line {line}" for name, line in lines.items()),
    )
    message = Text(
        f"文件既不是 UTF-8 也不是 GB 18030 编码（{places.zh}）",
        f"the file is neither UTF-8 nor GB 18030 text ({places.en})",
    )
    raise FactsError([Problem("S103", message, Position(shown(path), lines[UTF8]), fix=_SAVE)])


def transcode(path: Path, encoding: str, to: Path) -> None:
    """Write the text of ``path`` to ``to`` in UTF-8. Raises :class:`OSError`."""
    with to.open("wb") as file:
        for text in _decoded(path, CODECS[encoding]):
            file.write(text.encode())


class _Undecodable(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def _decoded(path: Path, codec: str) -> Iterator[str]:
    """The text in blocks. A NUL is no character of a table: whole texts of UTF-16 could pass for UTF-8 with them."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    line = 1
    with open_input(path) as file:
        block = b"begin"
        while block:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                raise _Undecodable(line + error.object[: error.start].count(b"\n")) from None
            if "\0" in text:
                raise _Undecodable(line + text[: text.index("\0")].count("\n"))
            line += text.count("\n")
            yield text
