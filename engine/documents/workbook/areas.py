"""How cells, columns and areas are called: ``B4``, ``AA``, ``A1:B2``."""

from __future__ import annotations

import re

from msgspec import Struct

from engine.documents.workbook.parts import Damaged

REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


class Area(Struct, frozen=True):
    """A rectangle of cells; its first cell is the one whose content is shown where it is merged."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, cell: tuple[int, int]) -> bool:
        return self.top <= cell[0] <= self.bottom and self.left <= cell[1] <= self.right

    @property
    def name(self) -> str:
        return f"{letters(self.left)}{self.top}:{letters(self.right)}{self.bottom}"


def letters(column: int) -> str:
    """A column's name: A, B, … AA."""
    named = ""
    while column:
        column, rest = divmod(column - 1, 26)
        named = chr(65 + rest) + named
    return named


def area_of(reference: str) -> Area:
    """The area that ``A1:B2`` names. Raises :class:`Damaged`."""
    corners = [REFERENCE.fullmatch(one) for one in reference.split(":")[:2]]
    found = [(int(one[2]), column_number(one[1])) for one in corners if one is not None]
    if not found or len(found) != len(corners):
        raise Damaged(f"没有“{reference[:20]}”这样的区域", f"there is no area '{reference[:20]}'")
    rows, columns = zip(*found, strict=True)
    return Area(min(rows), min(columns), max(rows), max(columns))


def column_number(name: str) -> int:
    """The place of the column ``name``, from 1."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number
