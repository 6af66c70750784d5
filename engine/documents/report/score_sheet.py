"""The official score sheet as a workbook: levels, points, rule, score, reasons, clauses; native charts beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.documents.report.content import Entry, Report
from engine.documents.report.page import scale
from engine.documents.spreadsheet import Spreadsheet
from engine.documents.workbook.cells import number_cell
from engine.documents.workbook.layout import display_width
from engine.errors import Text, one_line
from engine.language.numbers import Rational, format_exact
from engine.ledger.lines import NodeScore
from engine.ruleset.model import Criterion
from engine.ruleset.sheet import Row, sheet_of
from engine.view import View

_LINE_HEIGHT, _MOST_LINES = 15, 24
_WIDTHS = {"level": 15, "points": 8, "rule": 52, "earned": 8, "reasons": 44, "basis": 34}


def render(view: View, report: Report) -> bytes:
    """The workbook."""
    return _Sheets(view, report).write()


class _Sheets(Spreadsheet):
    def __init__(self, view: View, report: Report) -> None:
        super().__init__(f"{report.department} {report.year}", report.ruleset, report.year, view.language)
        self.view = view
        self.report = report
        self.frame = {"border": 1, "border_color": "#7F8FA4", "text_wrap": True}
        self.head = self.style(bold=True, bg_color="#DCE6F1", align="center", **self.frame)
        self.cell = self.style(**self.frame)
        self.middle = self.style(align="center", **self.frame)
        self.number = self.style(
            num_format="0." + "0" * max(view.ruleset.decimals, 1), align="center", **self.frame
        )
        self.strong = self.style(bold=True, bg_color="#F2F5F9", **self.frame)

    def write(self) -> bytes:
        self.score_sheet()
        self.charts()
        self.ledger()
        self.beside()
        return self.finished()

    # The score sheet

    def score_sheet(self) -> None:
        sheet = self.new(Text("评分表", "Score sheet"))
        table = sheet_of(self.view.ruleset)
        depth = table.depth
        headings = [
            *table.headings()[:depth],
            Text("分值", "points"), Text("评分标准", "rule"), Text("得分", "earned"),
            Text("扣分原因", "why points were lost"), Text("依据", "basis"),
        ]  # fmt: skip
        widths = [_WIDTHS["level"]] * depth + [
            _WIDTHS[name] for name in ("points", "rule", "earned", "reasons", "basis")
        ]
        first = self.title(sheet, len(headings))
        for at, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            self.text(sheet, first, at, self.say(heading), self.head)
            sheet.set_column(at, at, width)
        sheet.set_row(first, 24)
        reasons = self.reasons()
        rows = list(table.rows)
        for at, row in enumerate(rows, first + 1):
            self.row(sheet, at, row, depth, reasons, widths)
        self.levels(sheet, rows, first + 1, depth)
        end = first + 1 + len(rows)
        self.merged(sheet, (end, 0, end, depth - 1), self.say(Text("合计", "Total")), self.strong)
        self.points(sheet, end, depth, self.view.scoring.root.full)
        whole = "；" if self.language == "zh" else "; "
        self.text(sheet, end, depth + 1, whole.join(self.say(line) for line in table.whole), self.strong)
        self.points(sheet, end, depth + 2, self.view.scoring.total)
        self.text(sheet, end, depth + 3, self.whole_reasons(reasons), self.strong)
        grade = self.say(Text(f"等级：{self.report.grade}", f"grade: {self.report.grade}"))
        self.text(sheet, end, depth + 4, grade if self.report.grade else "", self.strong)
        sheet.set_row(end, 30)
        sheet.freeze_panes(first + 1, 0)
        sheet.repeat_rows(first)

    def title(self, sheet: Any, columns: int) -> int:
        """The title and whose it is; the row below them."""
        title = self.style(bold=True, font_size=16, align="center")
        sheet.merge_range(0, 0, 0, columns - 1, "", title)
        self.text(sheet, 0, 0, self.report.title, title)
        sheet.set_row(0, 32)
        under = self.style(font_color="#444444")
        sheet.merge_range(1, 0, 1, columns - 1, "", under)
        whose = self.say(Text(
            f"部门：{self.report.department}　　年度：{self.report.year}　　得分：{self.report.total}　　等级：{self.report.grade or '—'}",
            f"Department: {self.report.department}    Year: {self.report.year}    Total: {self.report.total}    Grade: {self.report.grade or '—'}",
        ))  # fmt: skip
        self.text(sheet, 1, 0, whose, under)
        sheet.set_row(1, 20)
        return 2

    def reasons(self) -> dict[str, list[str]]:
        """Why points were lost, by criterion."""
        found: dict[str, list[str]] = {}
        for line, entry in zip(self.view.scoring.lines, self.report.entries, strict=True):
            found.setdefault(line.criterion.id, []).append(self.reason(entry))
        return found

    def reason(self, entry: Entry) -> str:
        row = entry.row
        note = f"（{row.note}）" if row.note else ""
        return one_line(
            self.say(
                Text(f"−{row.applied}：{row.because}{note}", f"−{row.applied}: {row.because} {row.note}")
            )
        )

    def whole_reasons(self, reasons: Mapping[str, Sequence[str]]) -> str:
        return "\n".join(reasons.get(self.view.ruleset.root.id, ()))[:4000]

    def row(
        self,
        sheet: Any,
        at: int,
        row: Row,
        depth: int,
        reasons: Mapping[str, Sequence[str]],
        widths: Sequence[int],
    ) -> None:
        node = row.criterion
        score = self.view.scoring.nodes.get(node.id)
        rule = "\n".join(self.say(line) for line in row.lines)
        why = "\n".join(reasons.get(node.id, ()))[:8000]
        basis = "\n".join(self.say(one) for one in row.basis)
        self.text(sheet, at, depth + 1, rule, self.cell)
        self.text(sheet, at, depth + 3, why, self.cell)
        self.text(sheet, at, depth + 4, basis, self.cell)
        if row.is_leaf:
            self.points(sheet, at, depth, node.points)
        else:
            self.text(sheet, at, depth, "", self.cell)
        self.earned(sheet, at, depth + 2, score if row.is_leaf else None)
        lines = max(
            _lines(rule, widths[depth + 1]),
            _lines(why, widths[depth + 3]),
            _lines(basis, widths[depth + 4]),
            1,
        )
        sheet.set_row(at, min(lines, _MOST_LINES) * _LINE_HEIGHT + 4)

    def earned(self, sheet: Any, at: int, place: int, score: NodeScore | None) -> None:
        if score is None:
            self.text(sheet, at, place, "", self.cell)
        elif score.in_play:
            self.points(sheet, at, place, score.earned)
        else:
            self.text(sheet, at, place, self.say(Text("不适用", "n/a")), self.middle)

    def points(self, sheet: Any, row: int, place: int, value: Rational) -> None:
        cell = number_cell(value, format_exact(value))
        if isinstance(cell, float):
            sheet.write_number(row, place, cell, self.number)
        else:
            self.text(sheet, row, place, self.view.points(value), self.number)

    def levels(self, sheet: Any, rows: Sequence[Row], first: int, depth: int) -> None:
        """The level cells: each criterion's over its rows, a leaf's over the levels that it does not have."""
        for level in range(depth):
            at = 0
            while at < len(rows):
                path, end, across = rows[at].path, at, level
                if level < len(path):
                    node = path[level]
                    while end + 1 < len(rows) and node in rows[end + 1].path:
                        end += 1
                    across = level if node.children else depth - 1
                    self.merged(sheet, (first + at, level, first + end, across), self.level_title(node))
                elif not rows[at].is_leaf and level == len(path):
                    whole = self.say(Text("（整体）", "(as a whole)"))
                    self.merged(sheet, (first + at, level, first + at, depth - 1), whole)
                at = end + 1

    def merged(self, sheet: Any, area: tuple[int, int, int, int], text: str, style: Any = None) -> None:
        """A text over an area of cells, or in one cell."""
        if area[:2] != area[2:]:
            sheet.merge_range(*area, "", style or self.middle)
        self.text(sheet, area[0], area[1], text, style or self.middle)

    def level_title(self, node: Criterion) -> str:
        title = one_line(self.say(node.title))
        score = self.view.scoring.nodes.get(node.id)
        if not node.children or score is None or not score.in_play:
            return title
        return f"{title}\n{self.view.points(score.earned)} / {self.view.points(score.full)}"

    # Charts

    def charts(self) -> None:
        """Points by criterion, and the way from the full points to the total, from figures in their own sheet."""
        sheet = self.new(Text("图表", "Charts"))
        top = [bar for bar in self.report.bars if bar.is_leaf]
        names = (Text("指标", "criterion"), Text("得分", "earned"), Text("失分", "lost"))
        for place, name in enumerate(names):
            self.text(sheet, 0, place, self.say(name), self.head)
        scores = self.view.scoring.nodes
        for at, bar in enumerate(top, 1):
            self.text(sheet, at, 0, bar.title, self.cell)
            node = scores[bar.id]
            self.points(sheet, at, 1, node.earned)
            self.points(sheet, at, 2, max(node.full - node.earned, Rational(0)))
        name = sheet.get_name()
        chart = self.book.add_chart({"type": "bar", "subtype": "stacked"})
        for place, colour in ((1, "#3F9B70"), (2, "#D0574D")):
            chart.add_series({
                "name": [name, 0, place], "categories": [name, 1, 0, len(top), 0],
                "values": [name, 1, place, len(top), place], "fill": {"color": colour}, "gap": 40,
            })  # fmt: skip
        chart.set_title(
            {"name": self.say(Text("分项得分", "Points by criterion")), "name_font": {"size": 12}}
        )
        chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
        chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}}})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 640, "height": 120 + 22 * len(top)})
        sheet.insert_chart(0, 9, chart)
        self.waterfall(sheet)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 8, 11)

    def waterfall(self, sheet: Any) -> None:
        low, high = scale(self.report.steps)
        names = (
            Text("步骤", "step"),
            Text("底", "base"),
            Text("总分", "level"),
            Text("扣分", "lost"),
            Text("加分", "gained"),
        )
        for place, name in enumerate(names, 4):
            self.text(sheet, 0, place, self.say(name), self.head)
        zero = Rational(0)
        rows = [(self.say(Text("满分", "full points")), zero, self.view.scoring.root.full, zero, zero)]
        for step in self.report.steps:
            loss = step.start - step.end
            rows.append((step.title, min(step.start, step.end), zero, max(loss, zero), max(-loss, zero)))
        rows.append((self.say(Text("总分", "total")), zero, self.view.scoring.total, zero, zero))
        for at, (title, *values) in enumerate(rows, 1):
            self.text(sheet, at, 4, title, self.cell)
            for place, value in enumerate(values, 5):
                self.points(sheet, at, place, value)
        name = sheet.get_name()
        chart = self.book.add_chart({"type": "column", "subtype": "stacked"})
        for place, fill in (
            (5, {"none": True}),
            (6, {"color": "#1D5B9F"}),
            (7, {"color": "#D0574D"}),
            (8, {"color": "#3F9B70"}),
        ):
            chart.add_series({
                "name": [name, 0, place], "categories": [name, 1, 4, len(rows), 4],
                "values": [name, 1, place, len(rows), place], "fill": fill, "gap": 50,
            })  # fmt: skip
        chart.set_title(
            {
                "name": self.say(Text("从满分到得分", "From the full points to the total")),
                "name_font": {"size": 12},
            }
        )
        chart.set_y_axis(
            {
                "min": float(low),
                "max": float(high),
                "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
            }
        )
        chart.set_legend({"position": "bottom", "delete_series": [0]})
        chart.set_size({"width": 640, "height": 360})
        sheet.insert_chart(8 + len(self.report.bars), 9, chart)

    # Lists

    def ledger(self) -> None:
        headings = (
            (Text("序号", "#"), 6), (Text("指标", "criterion"), 20), (Text("规则", "rule"), 20), (Text("对象", "record"), 16),
            (Text("应扣", "nominal"), 9), (Text("实扣", "applied"), 9), (Text("备注", "note"), 14), (Text("说明", "because"), 50),
            (Text("算式", "figures"), 50), (Text("依据", "basis"), 36),
        )  # fmt: skip
        sheet = self.new(Text("扣分明细", "Ledger"))
        self.headings(sheet, headings)
        for at, (line, entry) in enumerate(zip(self.view.scoring.lines, self.report.entries, strict=True), 1):
            row = entry.row
            texts = (str(row.number), row.criterion, row.rule, row.record, None, None, row.note, row.because,
                     "\n".join(entry.figures), row.basis)  # fmt: skip
            for place, text in enumerate(texts):
                if text is not None:
                    self.text(sheet, at, place, one_line(text) if place != 8 else text, self.cell)
            self.points(sheet, at, 4, line.nominal)
            self.points(sheet, at, 5, line.applied)
            tallest = max(_lines(text or "", width) for text, (_, width) in zip(texts, headings, strict=True))
            sheet.set_row(at, min(max(tallest, 1), _MOST_LINES) * _LINE_HEIGHT + 4)
        if self.report.entries:
            sheet.autofilter(0, 0, len(self.report.entries), len(headings) - 1)

    def headings(self, sheet: Any, headings: Sequence[tuple[Text, int]]) -> None:
        for place, (heading, width) in enumerate(headings):
            self.text(sheet, 0, place, self.say(heading), self.head)
            sheet.set_column(place, place, width)
        sheet.set_row(0, 24)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def beside(self) -> None:
        """Claims, open points, improvements and evidence, a sheet each where there are any."""
        report, missing = self.report, self.say(Text("尚无说明", "no explanation yet"))
        self.listed(
            Text("自评对照", "Claims"),
            ((Text("指标", "criterion"), 30), (Text("自评得分", "claimed"), 12), (Text("计算得分", "computed"), 12), (Text("差异", "difference"), 12)),
            [(one.title, one.claimed, one.computed, one.difference) for one in report.claims],
        )  # fmt: skip
        self.listed(
            Text("问题和改进", "Improvements"),
            ((Text("指标", "criterion"), 24), (Text("扣分", "lost"), 10), (Text("问题", "problem"), 60), (Text("改进措施", "what to do"), 60)),
            [(one.criterion, one.lost, one.problem, one.action) for one in report.improvements],
        )  # fmt: skip
        self.listed(
            Text("待说明事项", "To be explained"),
            ((Text("事项", "what"), 60), (Text("说明", "explanation"), 60)),
            [(why, given or missing) for why, given in report.open_points],
        )
        self.listed(
            Text("依据", "Evidence"),
            ((Text("事实", "fact"), 36), (Text("取值", "value"), 20), (Text("来源", "source"), 30), (Text("位置", "page"), 20), (Text("状态", "status"), 12), (Text("备注", "note"), 50)),
            [(one.fact, one.value, one.source, one.page, one.status, one.note) for one in report.evidence],
        )  # fmt: skip

    def listed(self, name: Text, headings: Sequence[tuple[Text, int]], rows: Sequence[Sequence[str]]) -> None:
        if not rows:
            return
        sheet = self.new(name)
        self.headings(sheet, headings)
        for at, texts in enumerate(rows, 1):
            for place, text in enumerate(texts):
                self.text(sheet, at, place, text, self.cell)
            tallest = max(_lines(text, width) for text, (_, width) in zip(texts, headings, strict=True))
            sheet.set_row(at, min(max(tallest, 1), _MOST_LINES) * _LINE_HEIGHT + 4)

    def new(self, name: Text) -> Any:
        sheet = self.book.add_worksheet(self.say(name))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(0.4, 0.4, 0.5, 0.5)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
        sheet.hide_gridlines(2)
        return sheet


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column."""
    return sum(-(-max(display_width(line), 1) // (width - 1)) for line in text.split("\n"))
