"""Units that are printed beside what is filled in, where they are not the ones that the values are read in.

The form prints a unit beside every amount, and people change what is printed: they write 元 over 万元, or put a unit
into a heading or a title. Whoever signs the sheet reads its figures in that unit, so it has to be the fact's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.documents.workbook.headings import Fault, Head, plain_text
from engine.documents.workbook.sheet_part import Sheet
from engine.documents.workbook.sheets import Row, SheetLayout
from engine.errors import Text
from engine.facts.units import Unit, in_words, unit_of
from engine.language.terms import KIND_NAMES, NUMERIC, Kind

_BRACKETED = re.compile(r"[(\[〔【]([^()\[\]〔〕【】]*)[)\]〕】]")
_TOLD = re.compile(r"(?:单位|\bunits?\b)\s*[:为是]?\s*([^()\[\]〔〕【】。\s][^()\[\]〔〕【】。]*)")
_LAST = re.compile(r"[/:,、_\s-]([^/:,、_\s-]+)$")
_APART = re.compile(r"[/:,、;\s和及]+")
_OF_MONEY = frozenset({"", "元", "角", "外币"})
_OTHERS = {
    Kind.MONEY: _OF_MONEY | {"分", "%", "‰"},
    Kind.RATIO: _OF_MONEY | {"分", "‰"},
    Kind.DAYS: _OF_MONEY | {"%", "‰", "周", "月", "年", "小时"},
    Kind.POINTS: _OF_MONEY | {"%", "‰"},
    Kind.COUNT: frozenset({"", "%", "‰", "外币"}),
    Kind.NUMBER: frozenset({"", "%", "‰"}),
}
"""The units that a value of the kind is not in, unless they are its own."""
_OWN = {Kind.RATIO: "%", Kind.DAYS: "天", Kind.POINTS: "分"}


def _units(text: str, *, told: bool = False) -> Iterator[Unit]:
    """The units in a heading: in brackets, after the word for a unit, or at its end; if ``told``, after that word alone."""
    plain = in_words(text)
    pieces = [one for found in _TOLD.findall(plain) for one in (found, *_APART.split(found))]
    if not told:
        pieces += [one for found in _BRACKETED.findall(plain) for one in (found, *_APART.split(found))]
        pieces += _LAST.findall(plain)
    for piece in dict.fromkeys(pieces):
        if (unit := unit_of(piece)) is not None:
            yield unit


def other_units(sheet: Sheet, head: Head, layout: SheetLayout, money_unit: str) -> Iterator[Fault]:
    """A fault for every printed cell of the sheet that names another unit than the values beside it are read in."""
    facts = [*(one.fact for one in layout.columns), *(one.fact for one in layout.rows)]
    kinds = {fact.type.kind for fact in facts if fact is not None}
    kinds |= {Kind.POINTS for one in layout.columns if one.points}
    if not kinds & NUMERIC:
        return
    reader = _Reader(sheet, head, layout, money_unit)
    yield from reader.above(of_money=Kind.MONEY in kinds)
    for row in sorted(sheet.rows) if layout.rows else ():
        if row > head.row:
            yield from reader.beside(row)


class _Reader:
    def __init__(self, sheet: Sheet, head: Head, layout: SheetLayout, money_unit: str) -> None:
        self.sheet, self.head, self.layout, self.money_unit = sheet, head, layout, money_unit
        self.rows: dict[str, Row] = {row.name: row for row in layout.rows}
        self.columns = {place: layout.columns[layout.column(name)] for name, place in head.columns.items()}
        titles = {layout.title.zh, layout.title.en, layout.name.zh, layout.name.en}
        labels = {text for one in layout.columns for text in (one.label.zh, one.label.en)}
        self.printed = titles | labels | {f"{one} *" for one in labels}

    def above(self, *, of_money: bool) -> Iterator[Fault]:
        """The title, the headings, and what people write around them."""
        for row in sorted(row for row in self.sheet.rows if row < self.head.row):
            for place in sorted(self.sheet.rows[row]):
                text = plain_text(self.sheet, row, place)
                if not text or text in self.printed:
                    continue
                column = self.columns.get(place)
                is_heading = row == self.head.row - 1
                if is_heading and column is None:
                    continue  # a column of the user's own, in whatever unit
                kind = column.fact.type.kind if column is not None and column.fact is not None else None
                if column is not None and column.points and column.name != "coefficient":
                    kind = Kind.POINTS
                if is_heading and kind in NUMERIC and kind is not None:
                    yield from self.judged(row, place, kind, _units(text))
                elif of_money:
                    money = (one for one in _units(text) if one.base in ("元", "角", "外币"))
                    told = (one for one in _units(text, told=True) if one.base == "")
                    yield from self.judged(row, place, Kind.MONEY, (*money, *told))

    def beside(self, row: int) -> Iterator[Fault]:
        """What is printed in a fixed row."""
        printed = self.rows.get(plain_text(self.sheet, row, self.head.columns.get("name", 0)))
        if printed is None or printed.fact is None:
            return
        kind = printed.fact.type.kind
        for place, column in self.columns.items():
            text = plain_text(self.sheet, row, place)
            of_form = printed.cells.get(column.name)
            if kind not in NUMERIC or of_form is None or not text or text in (of_form.zh, of_form.en):
                continue
            if column.name != "unit":
                own = tuple(_units(of_form.zh))
                changed = (
                    one
                    for one in _units(text, told=column.name == "meaning")
                    if not any(map(one.is_same, own))
                )
                yield from self.judged(row, place, kind, changed)
            elif text not in (KIND_NAMES[kind].zh, KIND_NAMES[kind].en):
                plain = in_words(text)
                whole = [unit_of(re.sub(r"[()\[\]〔〕【】]", "", plain)), unit_of(_BRACKETED.sub("", plain))]
                found = (
                    [whole[0]] if whole[0] is not None else [one for one in (whole[1], *_units(text)) if one]
                )
                unknown = (
                    [Unit("?", 0, text)] if not found and kind in (Kind.MONEY, Kind.RATIO, Kind.DAYS) else []
                )
                yield from self.judged(row, place, kind, (*found, *unknown))

    def judged(
        self, row: int, place: int, kind: Kind, units: Iterator[Unit] | tuple[Unit, ...]
    ) -> Iterator[Fault]:
        """The first of ``units`` that is not the one of ``kind``."""
        named = self.money_unit if kind == Kind.MONEY else _OWN.get(kind, "")
        own = unit_of(in_words(named)) if named else None
        for unit in units:
            is_own = unit.written == in_words(named) or (own is not None and own.is_same(unit))
            is_other = unit.base in {*_OTHERS[kind], "?"} or unit.power
            if is_own or not is_other:
                continue
            message = Text(
                f"这里写的单位是“{unit.written}”，"
                + (f"应为“{named}”" if named else f"{KIND_NAMES[kind].zh}没有单位"),
                f"the unit here is '{unit.written}'; "
                + (f"it is to be '{named}'" if named else f"a {KIND_NAMES[kind].en} has no unit"),
            )
            fix = Text("换算后改回原来的单位", "convert the values, and put the form's own unit back")
            yield Fault(row, place, message, fix)
            return
