"""The rows of one sheet as texts with their places, and everything that speaks against believing them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from decimal import Decimal

from msgspec import Struct, field

from engine.documents.workbook.areas import Area, letters
from engine.documents.workbook.cells import text_of
from engine.documents.workbook.headings import head_of
from engine.documents.workbook.opening import Workbook
from engine.documents.workbook.remarks import Remarks
from engine.documents.workbook.sheet_part import Cell
from engine.documents.workbook.sheets import NONE, Column, Row, SheetLayout
from engine.documents.workbook.showing import Objection, Wanted, objection, remarks, shows_percent
from engine.documents.workbook.units import other_units
from engine.errors import Problem, Problems, Text
from engine.language.terms import Kind
from engine.source import Scalar


class Record(Struct, eq=False):
    """A row that has something in it: its number, its cells by column name, and whether one of them was refused."""

    row: int
    cells: dict[str, Scalar]
    is_spoilt: bool = False

    @property
    def is_filled(self) -> bool:
        return self.is_spoilt or any(not cell.is_null for cell in self.cells.values())

    @property
    def says_none(self) -> bool:
        """Whether there is nothing in it but the word for "none"."""
        texts = [cell.text.strip().casefold() for cell in self.cells.values() if not cell.is_null]
        return not self.is_spoilt and texts in ([NONE.zh], [NONE.en])


class Told(Struct, eq=False):
    """What is said about a workbook: problems, remarks, and the cells that nothing more is said of."""

    problems: Problems = field(default_factory=Problems)
    refused: set[str] = field(default_factory=set)
    remarks: Remarks = field(default_factory=Remarks)


class SheetRows:
    """Reads the rows of one sheet; what it has to say goes into ``told``."""

    def __init__(self, book: Workbook, name: str, layout: SheetLayout, money_unit: str, told: Told) -> None:
        self.book, self.sheet, self.layout, self.told = book, book.sheets[name], layout, told
        self.head = head_of(self.sheet, layout)
        read = {column.name: column for column in layout.columns if column.open or column.name == "name"}
        self.columns = {
            place: read[name] for name, place in self.head.columns.items() if name in read
        }  # fmt: skip
        self.fixed: dict[str, Row] = {row.name: row for row in layout.rows}
        self.by_kind = {
            Kind.MONEY: Wanted(Kind.MONEY, money_unit),
            Kind.DAYS: Wanted(Kind.DAYS, "天"),
            Kind.POINTS: Wanted(Kind.POINTS, "分"),
        }
        self.covered: dict[tuple[int, int], Area] = {}
        self.spoilt_rows: set[int] = set()
        for fault in self.head.faults:
            self.report("D015", fault.message, fault.row, fault.column, fault.fix)

    def report(
        self, code: str, message: Text, row: int, column: int, fix: Text | None = None, path: str = ""
    ) -> None:
        where = self.book.file.position(self.book.index(self.sheet.name, row, column))
        self.told.problems.append(Problem(code, message, where, path, fix))

    def records(self) -> list[Record]:
        """Every row below the head that holds anything, with the cells of the columns that are read."""
        if self.fixed and self.head.absent:
            return []
        for fault in other_units(self.sheet, self.head, self.layout, self.by_kind[Kind.MONEY].unit):
            self.report("D051", fault.message, fault.row, fault.column, fault.fix)
        self.refuse_merges()
        self.refuse_stale_formulas()
        found = [self.record(row) for row in self.rows()]
        self.tell_hidden(found)
        return found

    def rows(self) -> Iterator[int]:
        return (row for row in sorted(self.sheet.rows) if row > self.head.row)

    def record(self, row: int) -> Record:
        cells: dict[str, Scalar] = {}
        columns = self.columns
        if self.fixed and self.name_of(row) not in self.fixed:
            # What a row without a known name holds is not read; the name alone is told.
            columns = {place: one for place, one in columns.items() if one.name == "name"}
            self.refuse_nameless(row)
        filled = self.sheet.rows[row]
        start = self.book.index(self.sheet.name, row, 0)
        for place, column in columns.items():
            cell = filled.get(place)
            # Most cells are empty, or hold what they seem to.
            if cell is None and (row, place) not in self.covered:
                cells[column.name] = Scalar(self.book.file, start + place, "")
            else:
                cells[column.name] = self.scalar(cell, row, place, start + place)
        return Record(row, cells, row in self.spoilt_rows)

    def refuse_nameless(self, row: int) -> None:
        """A value in a row without a name would be lost; on the cover, people add rows of their own."""
        named = self.head.columns["name"]
        name = self.sheet.cell(row, named)
        unnamed = name is None or (
            isinstance(name.content, str) and not name.content.strip() and not name.formula
        )
        if (
            self.layout.key == "cover"
            or not unnamed
            or row in self.spoilt_rows
            or (row, named) in self.covered
        ):
            return
        places = {column.name: place for place, column in self.columns.items()}
        for place in (places[one] for one in _VALUES if one in places):
            cell = self.sheet.cell(row, place)
            if cell is None or (isinstance(cell.content, str) and not cell.content.strip()):
                continue
            value, place_of_name = f"{letters(place)}{row}", f"{letters(named)}{row}"
            message = Text(
                f"{value} 有值，{place_of_name} 没有名称，不知是哪一项",
                f"{value} holds a value, and {place_of_name} no name: what it is of is not known",
            )
            fix = Text("写上名称，或删去这个值", "write the name, or delete the value")
            self.report("D017", message, row, place, fix)
            self.hush(row, place)
            return

    # Cells

    def scalar(self, cell: Cell | None, row: int, place: int, index: int) -> Scalar:
        """A cell as text. An empty or refused one is null; any other is what it says, even ``null``."""
        if cell is None or self.is_refused(row, place):
            return Scalar(self.book.file, index, "")
        wanted = self.wanted(row, place)
        text, doubt = text_of(cell.content)
        found = objection(cell, wanted, shows_zeros=self.sheet.shows_zeros)
        if found is None and doubt is not None:
            fix = Text("直接填写数字，或用 ROUND 取整", "type the number, or round it with ROUND")
            found = Objection("D013", doubt, fix)
        if found is not None:
            self.refuse(found, row, place, wanted)
            return Scalar(self.book.file, index, "")
        self.remark(cell, row, place, wanted)
        if wanted.kind == Kind.RATIO and shows_percent(cell):
            text = f"{Decimal(text).scaleb(2):f}%"
        return Scalar(self.book.file, index, text if text.strip() else "", style='"' if text.strip() else "")

    def wanted(self, row: int, place: int) -> Wanted:
        """What the cell is to hold."""
        column = self.columns[place]
        fact = column.fact
        if self.fixed and column.name == "value":
            named = self.name_of(row)
            fact = self.fixed[named].fact if named in self.fixed else None
        if fact is not None:
            return self.by_kind.get(fact.type.kind) or self.by_kind.setdefault(
                fact.type.kind, Wanted(fact.type.kind)
            )
        if column.points:
            return _COEFFICIENT if column.name == "coefficient" else self.by_kind[Kind.POINTS]
        return _TEXT

    def name_of(self, row: int) -> str:
        """How a row is called: by the name in it, or by the key of its record."""
        key = self.layout.records.key if self.layout.records is not None else "name"
        cell = self.sheet.cell(row, self.head.columns.get(key, 0))
        return text_of(cell.content)[0].strip() if cell is not None else ""

    def path(self, row: int, column: Column) -> str:
        """What the cell is about, as a facts file would name it."""
        if self.layout.records is not None:
            return f"{self.layout.records.records.name}[{self.name_of(row) or row}].{column.name}"
        return self.name_of(row) if self.layout.key == "facts" else ""

    def refuse(self, found: Objection, row: int, place: int, wanted: Wanted) -> None:
        message = found.message
        if found.code == "D036" and self.layout.records is not None:
            others = [f"{letters(at)}{row}" for at in self.plain_numbers(row, wanted)]
            if others:
                listed = ", ".join(others)
                message = Text(f"{message.zh}；同一行的 {listed} 是普通的数", f"{message.en}; in the same row, {listed} holds a plain number")  # fmt: skip
        self.report(found.code, message, row, place, found.fix, self.path(row, self.columns[place]))
        self.hush(row, place)

    def plain_numbers(self, row: int, wanted: Wanted) -> Iterator[int]:
        """Where in the row other numbers of the kind stand that are no percentages."""
        for place in self.columns:
            cell = self.sheet.cell(row, place)
            if cell is None or not isinstance(cell.content, float) or self.wanted(row, place) != wanted:
                continue
            if not shows_percent(cell):
                yield place

    def hush(self, row: int, place: int) -> None:
        """Nothing more is said of the cell."""
        self.told.refused.add(f"{self.sheet.name}!{letters(place)}{row}")
        self.spoilt_rows.add(row)

    def is_refused(self, row: int, place: int) -> bool:
        return f"{self.sheet.name}!{letters(place)}{row}" in self.told.refused

    def remark(self, cell: Cell, row: int, place: int, wanted: Wanted) -> None:
        where = (self.sheet.name, row, place)
        if cell.formula:
            self.told.remarks.add("formula", *where)
        for one in remarks(cell, wanted):
            self.told.remarks.add(one, *where)

    # The sheet as a whole

    def refuse_stale_formulas(self) -> None:
        """Stored results that the file itself says are not to be relied upon; told by column."""
        if not self.book.to_be_computed:
            return
        stale: dict[int, list[int]] = {}
        for row in self.rows():
            for place in self.columns:
                cell = self.sheet.cell(row, place)
                if cell is not None and cell.formula and not cell.is_uncomputed:
                    stale.setdefault(place, []).append(row)
        for place, rows in stale.items():
            mark, count = self.book.to_be_computed, len(rows)
            message = Text(
                f"文件标明公式须重新计算（{mark}），该列 {count:,} 个公式的值不可信",
                f"the file is marked to be computed anew ({mark}): results of formulas in this column may be stale ({count:,})",
            )
            fix = Text(
                "在自动计算模式下打开并保存一次，或把公式粘贴为数值",
                "open the workbook with automatic calculation and save it, or paste the formulas as values",
            )
            self.report("D033", message, rows[0], place, fix)
            for row in rows:
                self.hush(row, place)

    def refuse_merges(self) -> None:
        """A merge shows one value for several cells, or hides the value of one; empty ones it makes one of several."""
        areas = sorted(self.sheet.merges, key=lambda one: (one.top, one.left))
        if not areas:
            return
        starts = [one.top for one in areas]
        places = sorted(self.columns)
        active: dict[int, Area] = {}
        begun = 0
        filled: dict[Area, list[tuple[int, int]]] = {}
        for row in self.rows():
            until = bisect_right(starts, row)
            for area in areas[begun:until]:
                active |= {place: area for place in places if area.left <= place <= area.right}
            begun = until
            for place, area in list(active.items()):
                if area.bottom < row:
                    del active[place]
                    continue
                self.covered[row, place] = area
                filled.setdefault(area, []).append((row, place))
        for area, cells in filled.items():
            self.refuse_merge(area, cells)

    def refuse_merge(self, area: Area, cells: list[tuple[int, int]]) -> None:
        first_row = max(area.top, self.head.row + 1)
        columns = sum(area.left <= place <= area.right for place in self.columns)
        touched = columns * (area.bottom - first_row + 1)
        hidden = (area.top, area.left) not in cells
        anchor = self.sheet.cell(area.top, area.left)
        if anchor is None and all(self.sheet.cell(*one) is None for one in cells):
            touched, hidden = sum(self.is_data_row(row) for row, _ in cells), False
        if touched <= 1 and not hidden:
            for one in cells:
                self.covered.pop(one, None)
            return
        message = Text(
            f"合并单元格 {area.name} 盖住了要填写的单元格，各格的值不明",
            f"the merged cells {area.name} cover cells to fill in: what each of them holds is not certain",
        )
        fix = Text("取消合并，逐格填写", "unmerge them, and fill in each cell")
        self.report("D038", message, area.top, area.left, fix)
        for one in cells:
            self.hush(*one)

    def is_data_row(self, row: int) -> bool:
        """Whether the row is one to fill in: a fixed one of the form, or one in which a record is begun."""
        if self.fixed:
            return self.name_of(row) in self.fixed
        return not self.sheet.rows[row].keys().isdisjoint(self.columns)

    def tell_hidden(self, found: list[Record]) -> None:
        """Rows, columns and sheets that hold data and that nobody sees."""
        name, remarks_ = self.sheet.name, self.told.remarks
        filled = [(one.row, self.first_filled(one)) for one in found]
        with_data = [(row, place) for row, place in filled if place]
        if self.sheet.hidden and with_data:
            remarks_.add("hidden sheet", name, *with_data[0])
            return
        for row, place in with_data:
            if row in self.sheet.hidden_rows:
                remarks_.add("hidden row", name, row, place)
        for place, column in self.columns.items():
            if column.open and self.sheet.is_hidden_column(place):
                rows = [
                    one.row
                    for one in found
                    if column.name in one.cells and not one.cells[column.name].is_null
                ]
                if rows:
                    remarks_.add("hidden column", name, rows[0], place)

    def first_filled(self, record: Record) -> int:
        """Where the first cell stands that a person filled in; 0 where there is none."""
        return next(
            (
                place
                for place, column in sorted(self.columns.items())
                if column.open and column.name in record.cells and not record.cells[column.name].is_null
            ),
            0,
        )


_VALUES = ("value", "deduct", "tier", "coefficient")
_TEXT = Wanted(Kind.TEXT)
_COEFFICIENT = Wanted(Kind.RATIO, loose=True)
