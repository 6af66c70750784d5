"""What is told of a workbook that is read all the same: counted by column, with the first cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct, field

from engine.documents.workbook.opening import Workbook
from engine.documents.workbook.showing import Remark
from engine.errors import Problem, Text

Noticed = Remark | Literal["formula", "hidden row", "hidden column", "hidden sheet"]


class Counted(Struct):
    """How many cells of a column, and where the first of them is."""

    row: int
    column: int
    count: int = 1


class Remarks(Struct, eq=False):
    """The remarks, by kind, sheet and column; what is hidden or struck out is counted by sheet."""

    found: dict[tuple[Noticed, str, int], Counted] = field(default_factory=dict)

    def add(self, kind: Noticed, sheet: str, row: int, column: int) -> None:
        key = kind, sheet, 0 if kind in ("hidden row", "struck") else column
        counted = self.found.get(key)
        if counted is None:
            self.found[key] = Counted(row, column)
        else:
            counted.count += 1

    def problems(self, book: Workbook) -> Iterator[Problem]:
        """The remarks as warnings, each at the first cell that it is about."""
        for (kind, sheet, _), one in self.found.items():
            code, wording, fix = _WORDING[kind]
            where = book.file.position(book.index(sheet, one.row, one.column))
            yield Problem(code, wording(one.count), where, fix=fix, severity="warning")


_WORDING: dict[Noticed, tuple[str, Callable[[int], Text], Text | None]] = {
    "formula": (
        "D034",
        lambda n: Text(f"该列有 {n:,} 个公式，取其存储的值", f"formulas in this column ({n:,}): their stored results are read"),
        Text("核对，或粘贴为数值", "check them, or paste them as values"),
    ),
    "hidden row": (
        "D039",
        lambda n: Text(f"有 {n:,} 行隐藏或被筛掉，其中的数据照常计入", f"rows with data that are hidden or filtered out ({n:,}): they are read all the same"),
        Text("取消隐藏，核对", "show them, and check"),
    ),
    "hidden column": (
        "D039",
        lambda n: Text("隐藏的列里有数据，照常计入", "a hidden column holds data, which is read all the same"),
        Text("取消隐藏，核对", "show it, and check"),
    ),
    "hidden sheet": (
        "D039",
        lambda n: Text("隐藏的工作表里有数据，照常计入", "a hidden sheet holds data, which is read all the same"),
        Text("取消隐藏，核对", "show it, and check"),
    ),
    "ratio": (
        "D042",
        lambda n: Text(f"该列有 {n:,} 格的比率没有百分号，按小数读（0.95 即 95%）", f"ratios without a percent sign in this column ({n:,}): they are read as they are (0.95 is 95%)"),
        Text("核对，或设为百分比格式", "check them, or give them a percent format"),
    ),
    "rounded": (
        "D043",
        lambda n: Text(f"该列有 {n:,} 格存的数位比显示的多，按存的值计算", f"cells of this column that hold more digits than they show ({n:,}): what they hold is read"),
        Text("核对，或用 ROUND 取整", "check them, or round them with ROUND"),
    ),
    "red": (
        "D052",
        lambda n: Text(f"该列有 {n:,} 格的负数只显示为红色，没有负号，按负数读", f"negative numbers of this column that are shown in red without a sign ({n:,}): they are read as negative"),
        Text("核对，或改用带负号的格式", "check them, or give them a format with a minus sign"),
    ),
    "blank": (
        "D050",
        lambda n: Text(f"该列有 {n:,} 格只有空白，按未填", f"cells of this column that hold blanks alone ({n:,}): they are taken for empty"),
        None,
    ),
    "unseen": (
        "D039",
        lambda n: Text(f"该列有 {n:,} 格文字与底色相同，看不见，照常计入", f"cells of this column whose text has the colour of its ground and is not seen ({n:,}): they are read all the same"),
        Text("改字色或底色，核对", "change one of the colours, and check"),
    ),
    "struck": (
        "D044",
        lambda n: Text(f"有 {n:,} 格带删除线，照常计入", f"cells of this sheet that are struck out ({n:,}): they are read all the same"),
        Text("作废的删去，有效的去掉删除线", "delete what is void; remove the line from what counts"),
    ),
}  # fmt: skip
