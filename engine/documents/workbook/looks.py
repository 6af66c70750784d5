"""How cells look: the number format, a line through the text, and whether the text can be seen on its ground at all.

A cell refers by number to one look of the whole workbook, which refers to a font and a fill (ECMA-376 part 1, 18.8).
Colours that a theme defines are compared by their place in it, but for white and black, which every theme begins with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct, field

from engine.documents.workbook.attributes import Attributes, is_true
from engine.documents.workbook.formats import BUILT_IN, GENERAL, NumberFormat, number_format

WHITE, BLACK = "FFFFFF", "000000"
_THEME = {"0": WHITE, "1": BLACK}
_INDEXED = {"0": BLACK, "1": WHITE, "8": BLACK, "9": WHITE, "64": BLACK, "65": WHITE}


class Look(Struct):
    """How cells of one style look, as far as it matters. ``unseen`` says that text and ground have one colour."""

    format: NumberFormat = GENERAL
    struck: bool = False
    unseen: bool = False


class _Font(Struct):
    struck: bool = False
    colour: str = BLACK


class _Styles(Struct):
    """What the part says so far; the fonts and fills stand before the looks that refer to them."""

    codes: dict[str, str] = field(
        default_factory=lambda: {str(number): code for number, code in BUILT_IN.items()}
    )
    fonts: list[_Font] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list)
    """The colour of each fill; empty where it has several."""


class LookReader:
    """Gathers the looks from the elements of the part about styles."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.styles = _Styles()
        self.inside: list[str] = []

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in ("cellXfs", "fonts", "fills", "dxfs"):
            self.inside.append(tag)
        elif tag == "numFmt" and "dxfs" not in self.inside:
            self.styles.codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "General")
        elif self.inside == ["fonts"]:
            self.in_font(tag, attributes)
        elif self.inside == ["fills"]:
            self.in_fill(tag, attributes)
        elif tag == "xf" and self.inside == ["cellXfs"]:
            self.looks.append(self.look(attributes))

    def end(self, tag: str) -> None:
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def in_font(self, tag: str, attributes: Attributes) -> None:
        fonts = self.styles.fonts
        if tag == "font":
            fonts.append(_Font())
        elif tag == "strike" and fonts:
            fonts[-1].struck = is_true(attributes.get("val", "1"))
        elif tag == "color" and fonts:
            fonts[-1].colour = _colour(attributes, BLACK)

    def in_fill(self, tag: str, attributes: Attributes) -> None:
        grounds = self.styles.grounds
        if tag == "fill":
            grounds.append(WHITE)
        elif tag == "patternFill" and grounds:
            pattern = attributes.get("patternType", "none")
            grounds[-1] = WHITE if pattern == "none" else BLACK if pattern == "solid" else ""
        elif tag == "gradientFill" and grounds:
            grounds[-1] = ""
        elif tag == "fgColor" and grounds and grounds[-1] == BLACK:
            grounds[-1] = _colour(attributes, BLACK)

    def look(self, attributes: Attributes) -> Look:
        font = _at(self.styles.fonts, attributes.get("fontId", "0")) or _Font()
        ground = _at(self.styles.grounds, attributes.get("fillId", "0"))
        shown_by = number_format(self.styles.codes.get(attributes.get("numFmtId", "0"), "General"))
        unseen = font.colour == (WHITE if ground is None else ground)
        return Look(shown_by, font.struck, unseen)


_Part = TypeVar("_Part")


def _at(parts: Sequence[_Part], number: str) -> _Part | None:
    return parts[int(number)] if number.isdecimal() and int(number) < len(parts) else None


def _colour(attributes: Attributes, automatic: str) -> str:
    """The colour in one way of writing, so that equal ones are equal; ``automatic`` where the program chooses."""
    tint = attributes.get("tint", "")
    tinted = f"/{tint}" if tint.strip("-0.") else ""
    if (rgb := attributes.get("rgb", "")) != "":
        return f"{rgb[-6:].upper()}{tinted}"
    if (theme := attributes.get("theme", "")) != "":
        return f"{_THEME.get(theme, f'theme {theme}')}{tinted}"
    if (index := attributes.get("indexed", "")) != "":
        return f"{_INDEXED.get(index, f'indexed {index}')}{tinted}"
    return automatic
