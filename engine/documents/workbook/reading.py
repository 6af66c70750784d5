"""A workbook read as the tree of text that facts are read from, with ``sheet!cell`` as places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from msgspec.structs import replace

from engine.documents.workbook.copies import copies
from engine.documents.workbook.headings import head_of, none_cell
from engine.documents.workbook.layout import COVER, cover_of, layout_of
from engine.documents.workbook.opening import Workbook
from engine.documents.workbook.rows import Record, SheetRows, Told
from engine.documents.workbook.sheets import NONE, TITLE_ROW, SheetLayout
from engine.documents.workbook.showing import UNCOMPUTED
from engine.errors import FactsError, Position, Problem, Text, TooManyProblems
from engine.facts.model import Facts
from engine.facts.reading import more_problems, read_facts
from engine.facts.readings import Conventions
from engine.ruleset.model import Ruleset
from engine.source import Entry, Node, Scalar
from engine.source import Mapping as MappingNode
from engine.source import Sequence as SequenceNode
from engine.suggestions import suggestion


def ruleset_of_workbook(book: Workbook) -> str:
    """The ruleset that the cover names; empty where it does not. Raises :class:`FactsError` where that cannot be read."""
    layout = cover_of(COVER)
    name = sheet_name(book, layout)
    if not name:
        return ""
    told = Told()
    for record in _cover_records(book, name, layout, told):
        if record.cells.keys() >= {"name", "value"} and record.cells["name"].text.strip() == "ruleset":
            value = record.cells["value"]
            if value.position.cell in told.refused:
                raise FactsError(told.problems)
            return value.text.strip()
    return ""


def _cover_records(book: Workbook, name: str, layout: SheetLayout, told: Told) -> list[Record]:
    try:
        return SheetRows(book, name, layout, "", told).records()
    except TooManyProblems:
        raise FactsError([*told.problems, more_problems(book.file.name)]) from None


def sheet_name(book: Workbook, layout: SheetLayout) -> str:
    """The name of the sheet in the workbook; empty where it is not there."""
    for wanted in (layout.name.zh, layout.name.en):
        if wanted in book.sheets:
            return wanted
        alike = [name for name in book.sheets if name.strip().casefold() == wanted.casefold()]
        if len(alike) == 1:
            return alike[0]
    return ""


def read_workbook_facts(book: Workbook, ruleset: Ruleset, *, any_year: bool = False) -> Facts:
    """The facts in the workbook, of any year if so told. Raises :class:`FactsError` with everything that is wrong, cell by cell."""
    reader = _Reader(book, ruleset)
    problems: list[Problem] = reader.told.problems
    try:
        root = reader.root()
        facts = read_facts(root, ruleset, any_year=any_year, conventions=Conventions(ruleset, of_form=True))
    except TooManyProblems:
        problems = [*problems, more_problems(book.file.name)]
    except FactsError as error:
        problems = [
            *problems,
            *(one for one in error.problems if one not in problems and not reader.is_told(one)),
        ]
    else:
        if not problems:
            notes = [*reader.notes(), *facts.notes]
            return replace(facts, notes=tuple(_in_reading_order(notes, book.file.sheets)))
    raise FactsError(_in_reading_order(problems, book.file.sheets))


def _in_reading_order(problems: Iterable[Problem], sheets: Sequence[str]) -> list[Problem]:
    def place(problem: Problem) -> tuple[int, int, int]:
        if problem.where is None or not problem.where.cell:
            return -1, 0, 0
        sheet = problem.where.cell.rpartition("!")[0]
        return sheets.index(sheet), problem.where.line, problem.where.column

    return sorted(problems, key=place)


class _Reader:
    def __init__(self, book: Workbook, ruleset: Ruleset) -> None:
        self.book = book
        self.ruleset = ruleset
        self.layouts = {layout.key: layout for layout in layout_of(ruleset)}
        self.told = Told()
        self.meant: set[str] = set()
        """What is missing, and has been told where it went wrong: in a sheet, a column, a name, a refused cell."""
        self.unkeyed: set[str] = set()
        """The lists of records whose keys are not all known."""
        self.waived: dict[str, str] = {}
        """The rules that the waivers name, by the waivers' paths."""
        self.names = {key: sheet_name(book, layout) for key, layout in self.layouts.items()}
        self.read: dict[str, list[Record]] = {}
        self.named: dict[str, dict[str, Record]] = {}

    def report(self, code: str, message: Text, index: int, fix: Text | None = None, path: str = "") -> None:
        self.told.problems.append(Problem(code, message, self.book.file.position(index), path, fix))

    def notes(self) -> list[Problem]:
        """What is told of a workbook that is read."""
        used = {name: self.layouts[key] for key, name in self.names.items() if name}
        return [*copies(self.book, used), *self.told.remarks.problems(self.book)]

    def is_told(self, problem: Problem) -> bool:
        """Whether ``problem`` only follows from one that is told already."""
        if problem.where is not None and problem.where.cell in self.told.refused:
            return True
        if problem.code == "F001":
            named = re.sub(r"\[.*\]", "", problem.path)
            return problem.path in self.meant or named in self.meant
        if problem.code == "F002" and self.names_unknown_record(problem.path):
            return True
        from_facts = problem.where is not None and problem.where.file == self.book.file.name
        return bool(self.told.problems) and (problem.code == "F020" or not from_facts)

    def names_unknown_record(self, path: str) -> bool:
        """Whether a waiver or evidence is about a record of a list whose keys are not all known."""
        if path in self.waived:
            rule = self.ruleset.rule(self.waived[path])
            return rule is not None and rule.each is not None and rule.each.name in self.unkeyed
        return any(path.startswith(f"evidence.{one}[") for one in self.unkeyed)

    # The tree

    def root(self) -> MappingNode:
        for key, layout in self.layouts.items():
            if not self.names[key]:
                self.missing(layout)
        if not self.names["cover"]:
            raise FactsError(self.told.problems)
        cover = self.values("cover")
        root = self.mapping(cover["department"].start if "department" in cover else self.start("cover"))
        for name, cell in cover.items():
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
            message = Text(f"没有工作表“{layout.name.zh}”", f"there is no sheet '{layout.name.en}'")
            fix = self.renamed(layout) or Text(
                "用 audit template 生成的工作簿填写", "fill in a workbook that 'audit template' made"
            )
            self.told.problems.append(Problem("D010", message, Position(self.book.file.name), fix=fix))
            self.meant |= {row.name for row in layout.rows}
            if layout.records is not None:
                self.meant.add(layout.records.records.name)
                self.unkeyed.add(layout.records.records.name)

    def renamed(self, layout: SheetLayout) -> Text | None:
        """Which of the sheets that are not read may be the one of ``layout``, under another name."""
        others = [name for name in self.book.sheets if name not in self.names.values()]
        for wanted in (layout.name.zh, layout.name.en):
            # The name may be a part of what people made of it, as in 项目 and 项目表.
            for name in (*get_close_matches(wanted, others, n=1), *(one for one in others if wanted in one)):
                zh = f"确是这张表，就把工作表“{name}”改名为“{wanted}”"
                return Text(zh, f"if that is the one, rename the sheet '{name}' to '{wanted}'")
        return None

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
        self.meant |= {f"{key}.{name}" for name, record in self.fixed(key).items() if record.is_spoilt}
        if not filled:
            return None
        section = self.mapping(self.start(key))
        for name, cell in filled.items():
            self.put(section, name, cell)
        return section

    def judgements(self) -> MappingNode | None:
        section = self.mapping(self.start("judgements"))
        for name, record in self.fixed("judgements").items():
            if record.is_spoilt:
                self.meant.add(f"judgements.{name}")
                continue
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
        sheet = self.book.sheets[self.names[layout.key]]
        head = head_of(sheet, layout)
        cell = none_cell(sheet, head)
        place = self.book.index(sheet.name, cell.row, cell.column)
        found = self.open_rows(layout.key)
        if not cell.says and len(found) == 1 and found[0].says_none:
            return self.sequence(layout.key, ())
        path = layout.records.records.name if layout.records is not None else ""
        if (formula := sheet.cell(cell.row, cell.column)) is not None and formula.is_uncomputed:
            self.report("D032", UNCOMPUTED.message, place, UNCOMPUTED.fix, path)
        elif cell.says and not cell.is_stated:
            message = Text(f"这里只能选“{NONE.zh}”或留空", f"choose '{NONE.en}' here, or leave it empty")
            self.report("D012", message, place, path=path)
        elif cell.says and found:
            message = Text("选了“无”，却填写了记录", "'none' is chosen, yet there are records")
            self.report("D012", message, place, Text("删去“无”，或删去记录", "remove one of the two"), path)
        elif not cell.says and not found and not head.absent:
            message = Text("没有填写记录，也没有选“无”", "there are no records, and 'none' is not chosen")
            fix = Text(
                "填写记录；确无记录的在此选“无”", "fill them in; where there are none, choose 'none' here"
            )
            self.report("D011", message, place, fix, path)
        if layout.records is not None:
            key = layout.records.key
            if key in head.absent or any(one.is_spoilt and one.cells[key].is_null for one in found):
                self.unkeyed.add(path)
        return self.sequence(layout.key, found)

    def sequence(self, key: str, records: Iterable[Record]) -> SequenceNode:
        sequence = SequenceNode(self.book.file, self.start(key))
        for record in records:
            item = self.mapping(self.book.index(self.names[key], record.row, 1))
            for name, cell in record.cells.items():
                self.put(item, name, cell)
            sequence.items.append(item)
        return sequence

    def waivers(self) -> SequenceNode | None:
        found = [record for record in self.open_rows("waivers") if not record.is_spoilt]
        for number, record in enumerate(found, 1):
            record.cells = {name: cell for name, cell in record.cells.items() if not cell.is_null}
            if "rule" in record.cells:
                self.waived[f"waivers[{number}]"] = record.cells["rule"].text.strip()
        return self.sequence("waivers", found) if found else None

    def evidence(self) -> MappingNode | None:
        section = self.mapping(self.start("evidence"))
        told = list(self.fixed("facts").items())
        for record in self.open_rows("evidence"):
            fact = record.cells.get("fact")
            if record.is_spoilt:
                continue
            if fact is None or fact.is_null:
                index = self.book.index(self.names["evidence"], record.row, 1)
                self.report("D017", Text("没有写明是哪项事实", "which fact this is about is missing"), index)
                continue
            told.append((fact.text.strip(), record))
        for name, record in told:
            if record.is_spoilt:
                continue
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

    def fixed(self, key: str) -> dict[str, Record]:
        """The rows of a sheet with fixed rows, by their names."""
        if key not in self.named:
            self.named[key] = self.by_name(key)
        return self.named[key]

    def by_name(self, key: str) -> dict[str, Record]:
        found: dict[str, Record] = {}
        for record in self.rows(key):
            name = record.cells["name"]
            if name.is_null:
                if record.is_spoilt:
                    # Which row it is cannot be told: nothing is said of those that seem to be missing.
                    names = [one.name for one in self.layouts[key].rows]
                    self.meant |= {*names, *(f"{key}.{one}" for one in names)}
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
                fix = suggestion(row, known)
                self.meant |= {one for one in known if fix is not None and f"'{one}'" in fix.en}
                message = Text(f"没有名为“{row}”的项目", f"there is no item '{row}'")
                self.report("D016", message, name.start, fix)
                continue
            found[row] = record
        return found

    def open_rows(self, key: str) -> list[Record]:
        return [record for record in self.rows(key) if record.is_filled]

    def rows(self, key: str) -> list[Record]:
        """Every row below the head of a sheet, read once."""
        if key not in self.read:
            name = self.names.get(key, "")
            self.read[key] = self.rows_of(name, self.layouts[key]) if name else []
        return self.read[key]

    def rows_of(self, name: str, layout: SheetLayout) -> list[Record]:
        reader = SheetRows(self.book, name, layout, self.ruleset.money_unit, self.told)
        if layout.records is not None:
            self.meant |= {f"{layout.records.records.name}.{one}" for one in reader.head.absent}
        else:
            self.meant |= {row.name for row in layout.rows if reader.head.absent}
        return reader.records()
