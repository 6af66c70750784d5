"""A report as one text with places, whether it comes as text, Word or PDF."""

from __future__ import annotations

import io
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from msgspec import Struct

from engine.causes import cause, in_both
from engine.documents.apart import MEGABYTES, SECONDS, Exhausted, Failed, GoesOn, apart
from engine.documents.extraction import word
from engine.documents.extras import require
from engine.documents.package import OLD_OFFICE, ZIP, check_package, read_limited
from engine.errors import Position, Problem, Text, UsageProblem
from engine.ruleset.found_as import narrow

MAX_PAGES = 500
MAX_LINES = 100_000
MAX_CHARACTERS = 2_000_000
"""Lines or paragraphs, and characters, of a report; a thousand close-printed pages have half as many."""

_ITEM = re.compile(
    r"\s*(?:[0-9０-９]{1,2}\s*[.．、](?![0-9])|[（(][一二三四五六七八九十0-9]{1,3}[）)]|[一二三四五六七八九十]{1,3}、|第[一二三四五六七八九十]{1,3}[章节部])"
)
"""How a numbered paragraph begins: words on both sides of it do not belong together."""


class Line(Struct, frozen=True):
    """A line or paragraph, and where it stands, in words and for a message."""

    text: str
    place: Text
    position: Position
    alone: bool = False
    """A cell of a table, say: words before it do not belong to it."""


class Narrative:
    """The squeezed text of a report; an index into it leads back to the line it came from."""

    def __init__(self, name: str, lines: list[Line]) -> None:
        self.name = name
        self.lines = lines
        pieces: list[str] = []
        self.starts: list[int] = []
        self.items: list[int] = [0]
        length = 0
        for line in lines:
            self.starts.append(length)
            if line.alone or _ITEM.match(line.text):
                self.items.append(length)
            piece = "".join(narrow(character) for character in line.text if not character.isspace())
            pieces.append(piece)
            length += len(piece)
        self.text = "".join(pieces)
        self.items.append(length)

    def line(self, index: int) -> Line:
        return self.lines[bisect_right(self.starts, index) - 1]

    def item_end(self, index: int) -> int:
        """Where the numbered paragraph around ``index`` ends."""
        return self.items[bisect_right(self.items, index)] if index < len(self.text) else len(self.text)

    def sentence(self, start: int, end: int) -> str:
        """The sentence around a place, at most a couple of hundred characters of it."""
        left = max(self.text.rfind(stop, 0, start) for stop in "。；！？") + 1
        left = max(left, start - 150, self.items[bisect_right(self.items, start) - 1])
        stops = [at for stop in "。；！？" if (at := self.text.find(stop, end)) >= 0]
        return self.text[left : min([*stops, end + 80, len(self.text)]) + 1]


def read_narrative(path: Path) -> Narrative:
    """The report at ``path``. Raises :class:`UsageProblem` where it cannot be read."""
    content = read_limited(path, UsageProblem)
    name = str(path)
    if content.startswith((ZIP, OLD_OFFICE)):
        lines = _word(content, path)
    elif content.startswith(b"%PDF"):
        lines = _pdf(content, path)
    else:
        lines = _plain(content, name)
    narrative = Narrative(name, list(_limited(lines, name)))
    if not narrative.text:
        message = Text("报告里没有文字", "there is no text in the report")
        fix = Text("扫描件要先作文字识别", "a scan has to go through character recognition first")
        raise UsageProblem([Problem("D031", message, Position(name), fix=fix)])
    return narrative


def _limited(lines: Iterable[Line], name: str) -> Iterator[Line]:
    """The lines, as long as they are no more than a report has."""
    characters = 0
    for number, line in enumerate(lines, 1):
        characters += len(line.text)
        if number > MAX_LINES or characters > MAX_CHARACTERS:
            zh = f"文字过多（超过 {MAX_LINES:,} 行或 {MAX_CHARACTERS:,} 字）"
            en = f"there is too much text (over {MAX_LINES:,} lines or {MAX_CHARACTERS:,} characters)"
            fix = Text("只保留报告正文", "keep the report alone")
            raise UsageProblem([Problem("D003", Text(zh, en), Position(name), fix=fix)])
        yield line


def _plain(content: bytes, name: str) -> Iterator[Line]:
    reasons: list[Text] = []
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as failure:
            reasons.append(cause(failure))
            continue
        break
    else:
        message = Text(
            f"既不是 UTF-8 也不是 GB 18030 编码的文字（{'；'.join(one.zh for one in reasons)}）",
            f"neither UTF-8 nor GB 18030 text ({'; '.join(one.en for one in reasons)})",
        )
        raise UsageProblem([Problem("D030", message, Position(name))])
    for number, line in enumerate(_each_line(text), 1):
        if line.strip():
            yield Line(line, Text(f"第 {number} 行", f"line {number}"), Position(name, number, 1))


def _each_line(text: str) -> Iterator[str]:
    """The lines of ``text``, one after the other: all of them at once could be ten million."""
    return (match[1] for match in re.finditer(r"([^\r\n]*)(?:\r\n|[\r\n]|\Z)", text))


def _word(content: bytes, path: Path) -> Iterator[Line]:
    """Paragraphs; and each cell of a table with the heads of its row and column before it."""
    check_package(content, path, word.MAIN_PART, UsageProblem)
    try:
        for number, block in enumerate(word.blocks(content), 1):
            place = Text(f"第 {number} 段", f"paragraph {number}")
            where = Position(str(path), number, 1)
            if not isinstance(block, str):
                yield from (Line(text, place, where, alone=True) for text in _cells(block))
            elif block.strip():
                yield Line(block, place, where)
    except word.TooLarge as failure:
        why = failure.reason
        message = Text(f"表格过大（{why.zh}）", f"a table is too large ({why.en})")
        raise UsageProblem([Problem("D003", message, Position(str(path)))]) from None
    except word.Unreadable as failure:
        raise UsageProblem([_damaged(path, str(failure))]) from None


def _cells(rows: list[list[str]]) -> Iterator[str]:
    """``总收支 年初结转和结余 3,108.53``: each figure of a table with what names its row and column."""
    heads = rows[0] if rows else []
    for row in rows[1:] if len(rows) > 1 else rows:
        for place, cell in enumerate(row):
            if place and any(character.isdigit() for character in cell):
                head = heads[place] if place < len(heads) and rows[0] is not row else ""
                yield f"{row[0]} {head} {cell}。"


def _pdf(content: bytes, path: Path) -> Iterator[Line]:
    require("pdfplumber")
    try:
        pages = apart(lambda goes_on: _pages(content, path, goes_on))
    except Exhausted:
        zh = f"太复杂：打开它或读一页用了超过 {SECONDS} 秒的计算，或用了超过 {MEGABYTES} MB 内存"
        en = f"too complex: opening it or reading a page took more than {SECONDS} seconds of computing, or {MEGABYTES} MB of memory"
        fix = Text("另存为 Word 或文本，或重新打印为 PDF", "save it as Word or text, or print it to PDF anew")
        raise UsageProblem([Problem("D007", Text(zh, en), Position(str(path)), fix=fix)]) from None
    except Failed as failure:
        raise UsageProblem([_damaged(path, str(failure))]) from None
    for number, lines in enumerate(pages, 1):
        for at, line in enumerate(lines, 1):
            if line.strip() and not line.strip().isdigit():
                place = Text(f"第 {number} 页第 {at} 行", f"page {number}, line {at}")
                yield Line(line, place, Position(str(path), 0, 0, f"p{number}:{at}"))


def _pages(content: bytes, path: Path, goes_on: GoesOn) -> list[list[str]]:
    """The lines of each page."""
    import pdfplumber
    from pdfminer.pdfpage import PDFPage

    with pdfplumber.open(io.BytesIO(content)) as document:
        if sum(1 for _ in islice(PDFPage.create_pages(document.doc), MAX_PAGES + 1)) > MAX_PAGES:
            zh, en = f"超过 {MAX_PAGES} 页", f"more than {MAX_PAGES} pages"
            raise UsageProblem([Problem("D003", Text(zh, en), Position(str(path)))])
        found: list[list[str]] = []
        for page in document.pages:
            goes_on()
            found.append((page.extract_text() or "").splitlines())
            page.close()
        return found


def _damaged(path: Path, reason: str) -> Problem:
    why = in_both(reason)
    return Problem(
        "D004", Text(f"文件已损坏（{why.zh}）", f"the file is damaged ({why.en})"), Position(str(path))
    )
