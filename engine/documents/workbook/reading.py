"""A workbook read as the tree of text that facts are read from, with ``sheet!cell`` as places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.documents.workbook.cells import text_of
from engine.documents.workbook.layout import COVER, layout_of
from engine.documents.workbook.opening import Workbook
from engine.documents.workbook.sheets import FIRST_ROW, NAME_ROW, NONE, NONE_COLUMN, TITLE_ROW, SheetLayout
from engine.errors import FactsError, Position, Problem, Text
from engine.facts.model import Facts
from engine.facts.reading import read_facts
from engine.language.types import suggestion
from engine.ruleset.model import Ruleset
from engine.source import Entry, Node, Scalar
from engine.source import Mapping as MappingNode
from engine.source import Sequence as SequenceNode

_MOST_PROBLEMS = 1_000


def ruleset_of_workbook(book: Workbook) -> str:
    """The ruleset that the cover names; empty where it does not."""
    for name in (COVER.zh, COVER.en):
        for row in book.sheets.get(name, ()):
            texts = [text_of(cell)[0].strip() for cell in row]
            if "ruleset" in texts[2:3]:
                return texts[1]
    return ""


def read_workbook_facts(book: Workbook, ruleset: Ruleset, *, any_year: bool = False) -> Facts:
    """The facts in the workbook, of any year if so told. Raises :class:`FactsError` with everything that is wrong, cell by cell."""
    reader = _Reader(book, ruleset)
    root = reader.root()
    problems = reader.problems
    try:
        facts = read_facts(root, ruleset, any_year=any_year)
    except FactsError as error:
        problems = [*problems, *error.problems]
    else:
        if not problems:
            return facts
    raise FactsError(_in_reading_order(problems, book.file.sheets)[:_MOST_PROBLEMS])


def _in_reading_order(problems: Iterable[Problem], sheets: Sequence[str]) -> list[Problem]:
    def place(problem: Problem) -> tuple[int, int, int]:
        if problem.where is None or not problem.where.cell:
            return -1, 0, 0
        sheet = problem.where.cell.rpartition("!")[0]
        return sheets.index(sheet), problem.where.line, problem.where.column

    return sorted(problems, key=place)


@dataclass(slots=True, eq=False)
class _Record:
    """A row that has something in it: its number, and its cells by column name."""

    row: int
    cells: dict[str, Scalar]


class _Reader:
    def __init__(self, book: Workbook, ruleset: Ruleset) -> None:
        self.book = book
        self.layouts = {layout.key: layout for layout in layout_of(ruleset)}
        self.problems: list[Problem] = []
        self.names = {key: self.sheet_name(layout) for key, layout in self.layouts.items()}

    def sheet_name(self, layout: SheetLayout) -> str:
        names = (layout.name.zh, layout.name.en)
        return next((name for name in names if name in self.book.sheets), "")

    def report(self, code: str, message: Text, index: int, fix: Text | None = None, path: str = "") -> None:
        self.problems.append(Problem(code, message, self.book.file.position(index), path, fix))

    # The tree

    def root(self) -> MappingNode:
        for key, layout in self.layouts.items():
            if not self.names[key]:
                self.missing(layout)
        if not self.names["cover"]:
            raise FactsError(self.problems)
        root = self.mapping(self.book.index(self.names["cover"], FIRST_ROW, 2))
        for name, cell in self.values("cover").items():
            self.put(root, name, cell)
        facts = self.mapping(self.start("facts"))
        self.put(root, "facts", facts)
        self.facts(facts)
        for key, layout in self.layouts.items():
            if layout.records is not None and self.names[key]:
                self.put(facts, layout.records.records.name, self.records(layout))
        self.put(root, "claimed", self.given("claimed"))
        self.put(root, "explanations", self.given("explanations"))
        self.put(root, "judgements", self.judgements())
        self.put(root, "waivers", self.waivers())
        self.put(root, "evidence", self.evidence())
        return root

    def mapping(self, index: int) -> MappingNode:
        return MappingNode(self.book.file, index)

    def put(self, owner: MappingNode, key: str, value: Node | None) -> None:
        """Under ``key``, said to be written where the value is; what is there already stays."""
        if value is not None:
            owner.entries.setdefault(key, Entry(Scalar(self.book.file, value.start, key), value))

    def start(self, key: str) -> int:
        name = self.names.get(key, "")
        return self.book.index(name, TITLE_ROW, 1) if name else 0

    def missing(self, layout: SheetLayout) -> None:
        if layout.key in ("cover", "facts") or layout.records is not None:
            close = suggestion(layout.name.zh, list(self.book.sheets))
            message = Text(f"没有工作表“{layout.name.zh}”", f"there is no sheet '{layout.name.en}'")
            fix = close or Text(
                "用 audit template 生成的工作簿填写", "fill in a workbook that 'audit template' made"
            )
            self.problems.append(Problem("D010", message, Position(self.book.file.name), fix=fix))

    def facts(self, facts: MappingNode) -> None:
        for name, cell in self.values("facts").items():
            group, _, key = name.rpartition(".")
            if not group:
                self.put(facts, name, cell)
                continue
            if group not in facts.entries:
                self.put(facts, group, self.mapping(cell.start))
            owner = facts.entries[group].value
            assert isinstance(owner, MappingNode)
            self.put(owner, key, cell)

    def values(self, key: str) -> dict[str, Scalar]:
        """The value cells of a sheet with fixed rows, by the names of the rows; empty ones too."""
        return {
            name: record.cells["value"] for name, record in self.fixed(key).items() if "value" in record.cells
        }

    def given(self, key: str) -> MappingNode | None:
        """The values that are filled in; nothing where there are none."""
        filled = {name: cell for name, cell in self.values(key).items() if not cell.is_null}
        if not filled:
            return None
        section = self.mapping(self.start(key))
        for name, cell in filled.items():
            self.put(section, name, cell)
        return section

    def judgements(self) -> MappingNode | None:
        section = self.mapping(self.start("judgements"))
        for name, record in self.fixed("judgements").items():
            cells = {
                one: record.cells[one]
                for one in ("deduct", "tier", "coefficient", "by", "reason")
                if one in record.cells and not record.cells[one].is_null
            }
            if cells:
                owner = self.mapping(next(iter(cells.values())).start)
                for one, cell in cells.items():
                    self.put(owner, one, cell)
                self.put(section, name, owner)
        return section if section.entries else None

    def records(self, layout: SheetLayout) -> SequenceNode:
        """The rows of a record list; that there are none must be stated."""
        name = self.names[layout.key]
        place = self.book.index(name, TITLE_ROW, NONE_COLUMN)
        stated = text_of(self.book.value(name, TITLE_ROW, NONE_COLUMN))[0].strip()
        found = self.open_rows(layout.key)
        path = layout.records.records.name if layout.records is not None else ""
        if stated and stated.casefold() not in (NONE.zh, NONE.en):
            message = Text(f"这里只能选“{NONE.zh}”或留空", f"choose '{NONE.en}' here, or leave it empty")
            self.report("D012", message, place, path=path)
        elif stated and found:
            message = Text("选了“无”，却填写了记录", "'none' is chosen, yet there are records")
            self.report("D012", message, place, Text("删去“无”，或删去记录", "remove one of the two"), path)
        elif not stated and not found:
            message = Text("没有填写记录，也没有选“无”", "there are no records, and 'none' is not chosen")
            fix = Text(
                "填写记录；确无记录的在此选“无”", "fill them in; where there are none, choose 'none' here"
            )
            self.report("D011", message, place, fix, path)
        return self.sequence(layout.key, found)

    def sequence(self, key: str, records: Iterable[_Record]) -> SequenceNode:
        sequence = SequenceNode(self.book.file, self.start(key))
        for record in records:
            item = self.mapping(self.book.index(self.names[key], record.row, 1))
            for name, cell in record.cells.items():
                self.put(item, name, cell)
            sequence.items.append(item)
        return sequence

    def waivers(self) -> SequenceNode | None:
        found = list(self.open_rows("waivers"))
        for record in found:
            record.cells = {name: cell for name, cell in record.cells.items() if not cell.is_null}
        return self.sequence("waivers", found) if found else None

    def evidence(self) -> MappingNode | None:
        section = self.mapping(self.start("evidence"))
        told = list(self.fixed("facts").items())
        for record in self.open_rows("evidence"):
            fact = record.cells.get("fact")
            if fact is None or fact.is_null:
                index = self.book.index(self.names["evidence"], record.row, 1)
                self.report("D017", Text("没有写明是哪项事实", "which fact this is about is missing"), index)
                continue
            told.append((fact.text.strip(), record))
        for name, record in told:
            cells = {
                one: record.cells[one]
                for one in ("source", "page", "status", "note")
                if one in record.cells and not record.cells[one].is_null
            }
            if not cells:
                continue
            first = next(iter(cells.values()))
            if name in section.entries:
                message = Text(f"“{name}”的依据写了两次", f"evidence for '{name}' is stated twice")
                self.report("F004", message, first.start, Text("删去一个", "remove one"))
            owner = self.mapping(first.start)
            for one, cell in cells.items():
                self.put(owner, one, cell)
            self.put(section, name, owner)
        return section if section.entries else None

    # Rows

    def fixed(self, key: str) -> dict[str, _Record]:
        """The rows of a sheet with fixed rows, by their names."""
        found: dict[str, _Record] = {}
        for record in self.rows(key):
            name = record.cells.get("name")
            if name is None or name.is_null:
                continue
            row = name.text.strip()
            if row in found:
                message = Text(
                    f"“{row}”有两行（第 {found[row].row} 行已有）",
                    f"'{row}' has two rows (first in row {found[row].row})",
                )
                self.report("D016", message, name.start, Text("删去一行", "remove one"))
            known = [one.name for one in self.layouts[key].rows]
            if row not in known:
                message = Text(f"没有名为“{row}”的项目", f"there is no item '{row}'")
                self.report("D016", message, name.start, suggestion(row, known))
                continue
            found[row] = record
        return found

    def open_rows(self, key: str) -> list[_Record]:
        return [
            record for record in self.rows(key) if any(not cell.is_null for cell in record.cells.values())
        ]

    def rows(self, key: str) -> Iterator[_Record]:
        """Every row below the head, with the cells of the columns that row 3 names."""
        name = self.names.get(key, "")
        if not name:
            return
        columns = self.columns(self.layouts[key], name)
        for row, cells in enumerate(self.book.sheets[name][FIRST_ROW - 1 :], FIRST_ROW):
            start = self.book.index(name, row, 0)
            found: dict[str, Scalar] = {}
            for place, column in columns:
                found[column] = self.scalar(cells[place - 1] if place <= len(cells) else None, start + place)
            yield _Record(row, found)

    def scalar(self, value: Any, index: int) -> Scalar:
        """A cell as text. An empty one is null; any other is what it says, even ``null``."""
        if value is None:
            return Scalar(self.book.file, index, "")
        text, doubt = text_of(value)
        if doubt is not None:
            fix = Text("直接填写数字，或用 ROUND 取整", "type the number, or round it with ROUND")
            self.report("D013", doubt, index, fix)
        return Scalar(self.book.file, index, text, style='"' if text.strip() else "")

    def columns(self, layout: SheetLayout, name: str) -> list[tuple[int, str]]:
        """The places of the columns that row 3 names; columns without a name are the user's own."""
        found: dict[str, int] = {}
        known = [column.name for column in layout.columns]
        rows = self.book.sheets[name]
        for place, value in enumerate(rows[NAME_ROW - 1] if len(rows) >= NAME_ROW else (), 1):
            written = text_of(value)[0].strip()
            index = self.book.index(name, NAME_ROW, place)
            if not written:
                continue
            if written not in known:
                message = Text(f"没有名为“{written}”的列", f"there is no column '{written}'")
                self.report("D015", message, index, suggestion(written, known))
            elif written in found:
                message = Text(f"“{written}”列有两个", f"the column '{written}' is here twice")
                self.report("D015", message, index, Text("删去一列", "remove one"))
            else:
                found[written] = place
        needed = {column.name for column in layout.columns if column.name in ("name", "value")}
        needed |= (
            {key for key, fact in layout.records.fields.items() if not fact.optional}
            if layout.records
            else set()
        )
        if absent := [one for one in known if one in needed and one not in found]:
            listed = ", ".join(absent)
            message = Text(
                f"第 {NAME_ROW} 行缺少列名 {listed}", f"row {NAME_ROW} lacks the column names {listed}"
            )
            fix = Text("恢复该行，或重新生成工作簿", "restore that row, or make the workbook anew")
            self.report("D015", message, self.book.index(name, NAME_ROW, 1), fix)
        return [(place, column) for column, place in found.items()]
