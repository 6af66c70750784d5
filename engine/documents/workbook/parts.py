"""The parts of a workbook's package that are about the whole of it: its sheets, strings and styles.

They are read here, by expat, and not by a library. A score rests on what a cell shows, so of each cell its
value, its format, whether a formula made it, whether it is merged, hidden or struck out are all needed, in
one pass and in little memory: no library gives that, and most read less of what Chinese programs and ISO's
strict form write (see docs/dependencies.md).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers import expat

from msgspec import Struct, field

from engine.documents.workbook.attributes import Attributes, is_true
from engine.documents.workbook.looks import Look, LookReader
from engine.errors import Text

_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_RELATED = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
_CHUNK = 1 << 18

MAX_CELLS = 3_000_000
MAX_FILLED = 1_000_000
MAX_STRINGS = 1_000_000
MAX_CHARACTERS = 30_000_000
MAX_STYLES = 64_000
"""As many as a workbook may have, by Excel's own limits."""


class Damaged(Exception):
    """The workbook cannot be read; the reason is for people who know what is in such a file."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.reason = Text(zh, en)


class TooLarge(Exception):
    """There is more in the workbook than any department fills in: over ``most`` of ``what``."""

    def __init__(self, most: int, what: Text) -> None:
        super().__init__(what.en)
        self.most, self.what = most, what


_CELL, _FILLED = Text("个单元格", "cells"), Text("个有内容的单元格", "cells with something in them")
_CELLS = (b"<c>", b"<c ", b"<c/", b"<row>", b"<row ", b"<row/")
_VALUES = (b"<v>", b"<v ", b"<v/")
"""What a cell, or a row, and a value in a cell begin with, as nearly every program writes them."""


class Budget(Struct):
    """What a workbook may still hold; cells are counted whether anything stands in them or not."""

    cells: int = MAX_CELLS
    filled: int = MAX_FILLED
    characters: int = MAX_CHARACTERS

    def take_cell(self) -> None:
        self.cells -= 1
        if self.cells < 0:
            raise TooLarge(MAX_CELLS, _CELL)

    def take_filled(self) -> None:
        self.filled -= 1
        if self.filled < 0:
            raise TooLarge(MAX_FILLED, _FILLED)

    def look_over(self, package: zipfile.ZipFile, part: str) -> None:
        """Refuse at once a sheet that is to be refused anyway, many seconds later, one cell after the other."""
        cells = filled = 0
        with package.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                cells += sum(map(chunk.count, _CELLS))
                filled += sum(map(chunk.count, _VALUES))
        if cells > self.cells:
            raise TooLarge(MAX_CELLS, _CELL)
        if filled > self.filled:
            raise TooLarge(MAX_FILLED, _FILLED)

    def take_text(self, length: int) -> None:
        self.characters -= length
        if self.characters < 0:
            raise TooLarge(MAX_CHARACTERS, Text("个字符", "characters"))


class SheetPart(Struct):
    """A sheet by its name, and the part of the package that holds it."""

    name: str
    part: str
    hidden: bool


class BookParts(Struct):
    """What holds for every sheet. ``to_be_computed`` names the mark by which stored results are stale."""

    sheets: list[SheetPart] = field(default_factory=list)
    strings: list[tuple[str, bool]] = field(default_factory=list)
    """Each shared string, and whether some of it is struck out."""
    looks: list[Look] = field(default_factory=list)
    from_1904: bool = False
    to_be_computed: str = ""
    budget: Budget = field(default_factory=Budget)


def read_parts(package: zipfile.ZipFile, main_part: str) -> BookParts:
    """The parts about the whole workbook. Raises :class:`Damaged` or :class:`TooLarge`."""
    parts = BookParts()
    targets, by_type = _relations(package, main_part)
    _read_book(package, main_part, targets, parts)
    if not parts.sheets:
        raise Damaged("没有工作表", "no sheets")
    if (strings := by_type.get("sharedStrings")) in package.NameToInfo:
        parts.strings = _strings(package, str(strings), parts.budget)
    if (styles := by_type.get("styles")) in package.NameToInfo:
        parts.looks = _looks(package, str(styles))
    return parts


class _Names(dict[str, str]):
    """Bare names by names with their namespaces; empty for an element that is not the spreadsheet's own."""

    def __missing__(self, name: str) -> str:
        space, _, local = name.rpartition(" ")
        known = local if not space or space in _MAIN or space.endswith("/relationships") else ""
        return self.setdefault(name, known)


def parse(
    package: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk through a part. Elements of the spreadsheet's own namespaces have their bare names."""
    parser: Any = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    names = _Names()
    parser.StartElementHandler = lambda name, attributes: start(names[name], attributes)
    if end is not None:
        ended = end
        parser.EndElementHandler = lambda name: ended(names[name])
    if text is not None:
        parser.CharacterDataHandler = text
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def unescaped(text: str) -> str:
    """``text`` with the format's escapes for characters that XML cannot hold undone."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _relations(package: zipfile.ZipFile, part: str) -> tuple[dict[str, str], dict[str, str]]:
    """The parts that ``part`` refers to, by id and by the last word of their type."""
    folder, name = posixpath.split(part)
    by_id: dict[str, str] = {}
    by_type: dict[str, str] = {}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            by_id[attributes.get("Id", "")] = path
            by_type.setdefault(attributes.get("Type", "").rpartition("/")[2], path)

    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package.NameToInfo:
        raise Damaged(f"缺少 {relations}", f"no {relations}")
    parse(package, relations, start)
    return by_id, by_type


def main_part_of(package: zipfile.ZipFile) -> str:
    """The part that is the workbook itself; ``xl/workbook.xml`` wherever a program follows custom."""
    found: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            found.append(attributes.get("Target", "").lstrip("/"))

    if "_rels/.rels" in package.NameToInfo:
        parse(package, "_rels/.rels", start)
    return found[0] if found and found[0] in package.NameToInfo else "xl/workbook.xml"


def _read_book(package: zipfile.ZipFile, part: str, targets: Mapping[str, str], parts: BookParts) -> None:
    def start(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            relation = next((attributes[f"{one} id"] for one in _RELATED if f"{one} id" in attributes), "")
            target = targets.get(relation, "")
            if target not in package.NameToInfo:
                name = attributes.get("name", "")
                raise Damaged(f"缺少工作表“{name}”", f"the sheet '{name}' is not there")
            if "chartsheets/" not in target and "dialogsheets/" not in target:
                hidden = attributes.get("state", "visible") != "visible"
                parts.sheets.append(SheetPart(attributes.get("name", ""), target, hidden))
        elif tag == "workbookPr":
            parts.from_1904 = is_true(attributes.get("date1904"))
        elif tag == "calcPr":
            parts.to_be_computed = _mark(attributes)

    parse(package, part, start)


def _mark(attributes: Attributes) -> str:
    """The mark by which the results stored beside formulas may not be the formulas' results."""
    for name in ("fullCalcOnLoad", "forceFullCalc"):
        if is_true(attributes.get(name)):
            return name
    if attributes.get("calcMode") == "manual":
        return "calcMode=manual"
    completed = attributes.get("calcCompleted")
    return "calcCompleted=0" if completed is not None and not is_true(completed) else ""


class TextGatherer:
    """Gathers the text of a string: of its runs, but not of how Chinese is pronounced."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.parts: list[str] = []
        self.struck = False
        self.taking = False
        self._aside = 0

    def begin(self) -> None:
        self.parts, self.struck, self.taking, self._aside = [], False, False, 0

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "rPh":
            self._aside += 1
        elif tag == "t":
            self.taking = not self._aside
        elif tag == "strike" and not self._aside:
            self.struck = self.struck or is_true(attributes.get("val", "1"))

    def end(self, tag: str) -> None:
        if tag == "rPh":
            self._aside -= 1
        elif tag == "t":
            self.taking = False

    def text(self, text: str) -> None:
        if self.taking:
            self.budget.take_text(len(text))
            self.parts.append(text)

    @property
    def gathered(self) -> str:
        return unescaped("".join(self.parts))


def _strings(package: zipfile.ZipFile, part: str, budget: Budget) -> list[tuple[str, bool]]:
    found: list[tuple[str, bool]] = []
    gatherer = TextGatherer(budget)

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "si":
            if len(found) >= MAX_STRINGS:
                raise TooLarge(MAX_STRINGS, Text("条文本", "texts"))
            gatherer.begin()
        else:
            gatherer.start(tag, attributes)

    def end(tag: str) -> None:
        if tag == "si":
            found.append((gatherer.gathered, gatherer.struck))
        else:
            gatherer.end(tag)

    parse(package, part, start, end, gatherer.text)
    return found


def _looks(package: zipfile.ZipFile, part: str) -> list[Look]:
    """The looks of cells, by the number by which a cell refers to one."""
    reader = LookReader()

    def start(tag: str, attributes: Attributes) -> None:
        reader.start(tag, attributes)
        if len(reader.looks) > MAX_STYLES:
            raise TooLarge(MAX_STYLES, Text("种格式", "styles"))

    parse(package, part, start, reader.end)
    return reader.looks
