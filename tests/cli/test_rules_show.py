"""``audit rules show``: the official table in four formats, overlays applied."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cli.context import Session
from cli.rules.sheets import html, markdown
from cli.rules.sheets import table as table_format
from engine.errors import Language, RulesetError
from engine.ruleset.building import build_ruleset
from engine.ruleset.dumping import dump
from engine.ruleset.library import Library
from engine.ruleset.sheet import sheet_of
from engine.source import parse_source, plain
from tests.command import ROOT, audit

SHIPPED = sorted(Library().ids())
SHAPES = sorted((ROOT / "tests" / "shapes").glob("*.yaml"))
TABLE = """ruleset: mine/table
title: TITLE
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  late: {label: 迟报天数, type: days, at_least: 0}
  contracts:
    label: 合同
    records: {key: id}
    fields:
      id: {label: 合同编号, type: text}
      filed: {label: 备案日期, type: date, optional: true}
criteria:
  - id: report
    title: 报送
    points: 10
    basis: {source: 某办法, article: 第一条, status: law}
    deductions:
      - {id: late_report, when: late > 5, deduct: 4, because: "迟报 {late} 天", waivable: true}
      - {id: never_filed, each: contracts, when: not given(filed), deduct: 1, at_most: 3, because: "合同 {id} 未备案"}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mine" / "table.yaml"
    path.parent.mkdir()
    path.write_text(TABLE, encoding="utf-8")
    return path


def cells(out: str, title: str) -> list[str]:
    """The cells of the row of a Markdown table in which ``title`` stands."""
    row = next(line for line in out.splitlines() if line.startswith("|") and f"| {title} |" in line)
    return [cell.strip() for cell in row.strip("|").split(" | ")]


# In words


def test_a_deduction_in_words() -> None:
    out = audit("rules", "show", "guangdong/2024", "-f", "markdown").out
    *_, points, rule, basis = cells(out, "合同备案时效")
    assert points == "3"
    assert rule.split("<br>") == [
        "满分 3 分，按下列各款扣分，扣完为止",
        "每项政府采购合同：合同〔合同编号〕签订后 N 个工作日备案，超过 7 个，扣 1 分（可豁免）",
        "每项政府采购合同：合同〔合同编号〕于〔合同签订日期〕签订，至〔自评基准日〕未备案，扣 1 分",
    ]
    assert basis == "政府采购法（2014 年修正） 第四十七条（法规）：期限出自法律，每例扣分为模型"


def test_the_same_in_english() -> None:
    out = audit("--lang", "en", "rules", "show", "guangdong/2024", "-f", "markdown").out
    rule = cells(out, "Contracts filed in time")[-2]
    assert (
        "Contract \\[Id\\] was filed N working days after signing, over the 7 allowed: deduct 1 point" in rule
    )
    assert "| level 1 | level 2 | level 3 | points | rule | basis |" in out


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("预算执行率", "得分 = 10 × 一般公共预算执行率（至多 100%）"),
        ("预算执行率", "执行率 N% 低于 90%，请说明原因（只作说明，不扣分）"),
        ("预算执行率", "一般公共预算执行率 = 本年支出 ÷ （年初结转和结余 + 本年收入）（一般公共预算财政拨款收支（决算数））"),
        ("运行成本", "“三公”经费控制率超出 100% 的部分每满 1 个百分点扣 0.5 分"),
        ("部门预算报送及时性", "每 5 个工作日扣 0.5 分（不足 5 个工作日按 5 个工作日计）"),
        ("新增项目事前绩效评估", "适用条件：部门申报的项目（限本年新增项目为“是”）数 \\> 0；不适用时得满分"),
        ("绩效管理", "项目〔项目编号〕未开展绩效自评，扣 1 分，最多扣 1 分"),
        ("资产收入上缴", "至〔自评基准日〕未上缴，扣全部 2 分"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_row(title: str, said: str) -> None:
    assert said in cells(audit("rules", "show", "guangdong/2024", "-f", "markdown").out, title)[-2]


def test_bands_cases_and_unseen_rows_in_words() -> None:
    out = audit("rules", "show", "hunan/yueyang-2020", "-f", "markdown").out
    assert cells(out, "预算调整率")[-2].split("<br>")[:3] == [
        "预算调整率 ≤ 0%：得 3 分", "0% \\< 预算调整率 ≤ 10%：得 2 分", "10% \\< 预算调整率 ≤ 20%：得 1 分",
    ]  # fmt: skip
    assert cells(out, "资金结余")[-2].split("<br>")[-1] == "其他情形：得 0 分"
    assert "评分标准未见公布" in out


def test_what_is_judged_vetoed_or_combined_in_words() -> None:
    assert "由评审人酌情扣分，最多扣全部 5 分" in audit("rules", "show", "sichuan/2017").out
    assert "取下级指标中得分最高的一项" in audit("rules", "show", "county/execution-60").out
    out = audit("rules", "show", "guangdong/2024", "-f", "markdown").out
    assert "一票否决：因政府采购行为受到处罚，采购管理不得分（本项不得分）" in out
    assert "- 一票否决：查出数据弄虚作假，等级至多为“差”（等级至多为“差”）" in out


def test_conditions_show_what_is_really_asked(table: Path) -> None:
    out = audit("rules", "show", table, "--conditions", "-f", "markdown").out
    assert "late\\_report：迟报天数 \\> 5 天" in out
    assert "never\\_filed：未填报备案日期" in out
    assert "late\\_report" not in audit("rules", "show", table, "-f", "markdown").out


# Formats


def test_the_table_for_a_terminal(table: Path) -> None:
    run = audit("rules", "show", "guangdong/2024")
    assert (run.code, run.err) == (0, "")
    assert "| 一级指标" in run.out
    assert "管理效率（50" in run.out
    for section in ("等级", "参数", "计算指标", "勾稽关系"):
        assert f"\n{section}\n" in run.out
    assert "扣 1 分，最多扣 3 分" in audit("rules", "show", table).out


class _Grid(HTMLParser):
    """The first table of a page, laid out by its spans."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.taken: dict[tuple[int, int], str] = {}
        self.row, self.tables, self.text = -1, 0, ""
        self.cell: tuple[int, int, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.tables += tag == "table"
        if self.tables != 1:
            return
        given = dict(attrs)
        if tag == "tr":
            self.row += 1
        elif tag in ("td", "th"):
            column = next(n for n in range(99) if (self.row, n) not in self.taken)
            self.cell, self.text = (
                (column, int(given.get("rowspan") or 1), int(given.get("colspan") or 1)),
                "",
            )

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("td", "th") or self.cell is None:
            return
        column, rows, columns = self.cell
        for row in range(self.row, self.row + rows):
            for one in range(column, column + columns):
                assert (row, one) not in self.taken, "two cells in one place"
                self.taken[row, one] = self.text
        self.cell = None


@pytest.mark.parametrize("ruleset", SHIPPED)
def test_the_cells_of_the_page_fit_together(ruleset: str) -> None:
    run = audit("rules", "show", ruleset, "-f", "html")
    assert run.code == 0
    grid = _Grid()
    grid.feed(run.out)
    rows, columns = (max(place[axis] for place in grid.taken) + 1 for axis in (0, 1))
    assert len(grid.taken) == rows * columns, "a hole, or a cell that sticks out"
    assert rows == grid.row + 1
    assert "script" not in grid.tags
    assert "link" not in grid.tags
    assert "img" not in grid.tags


def test_merged_cells_of_the_levels() -> None:
    grid = _Grid()
    grid.feed(audit("rules", "show", "guangdong/2024", "-f", "html").out)
    rows = {grid.taken[row, 2]: [grid.taken[row, n] for n in range(6)] for row in range(grid.row + 1)}
    assert rows["合同备案时效"][:4] == ["管理效率（50）", "采购管理（10）", "合同备案时效", "3"]
    assert rows["绩效管理"][:4] == ["管理效率（50）", "绩效管理", "绩效管理", "4"]


def test_a_hostile_title_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    hostile = "'</title><script>alert(1)</script>&\"|`$body*_[x](y)'"
    path.write_text(TABLE.replace("TITLE", hostile).replace("某办法", "<b>某</b>办法"), encoding="utf-8")
    page = audit("rules", "show", path, "-f", "html").out
    assert "<script" not in page
    assert "<b>" not in page
    assert page.count("&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;|`$body*_[x](y)") == 2
    out = audit("rules", "show", path, "-f", "markdown").out
    assert not re.search(r"(?<!\\)<(?!br>)", out)
    assert "\\[x\\](y)" in out


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "table.yaml"
    path.write_text(TABLE.replace("TITLE", '"a\\e[2Jb"').replace("报送\n", '"c\\ad"\n'), encoding="utf-8")
    for format_ in ("table", "markdown", "html"):
        assert not re.search(r"[\x00-\x09\x0b-\x1f]", audit("rules", "show", path, "-f", format_).out)


# The resolved document


@pytest.mark.parametrize("ruleset", SHIPPED)
def test_the_resolved_document_is_the_same_document(tmp_path: Path, ruleset: str) -> None:
    run = audit("rules", "show", ruleset, "-f", "yaml", "-o", tmp_path / "resolved.yaml")
    assert (run.code, run.out, run.err) == (0, "", "")
    one, two = (Library().resolved(str(place)) for place in (ruleset, tmp_path / "resolved.yaml"))
    assert plain(one) == plain(two)
    assert Library().load(str(tmp_path / "resolved.yaml")).digest == Library().load(ruleset).digest


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_shape_of_rule_has_words_in_every_format(language: Language) -> None:
    library, session = Library(), Session(language)
    for path in SHAPES:
        root = library.resolved(str(path))
        ruleset = build_ruleset(root)
        copy = build_ruleset(parse_source(dump(root).encode(), "", RulesetError))
        assert copy.digest == ruleset.digest, path
        sheet = sheet_of(ruleset, conditions=True)
        costing = [rule.id for rule in ruleset.rules if rule.kind in ("deduction", "bonus", "veto")]
        for render in (html.render, markdown.render, table_format.render):
            shown = render(sheet, session).replace("\\", "")
            assert [rule for rule in costing if rule not in shown] == [], path


AWKWARD = r"""
description:
  zh: |2
      indented first

    two  spaces: and # no comment
  en: >+
    folded
    line

      more
authority: "\U0001f600 'quotes' \"double\" \\ 100%"
"""


def test_awkward_texts_come_back_as_they_were(table: Path, tmp_path: Path) -> None:
    options = "[yes, 'null', '', '1.50', ' x ', 'a: b', '- c', '#d', '{e', '=h', ~x]"
    text = TABLE.replace("year: 2024", f"year: 2024{AWKWARD}").replace(
        "  late:", f"  kind: {{label: 类型, type: choice, options: {options}}}\n  late:"
    )
    table.write_text(text, encoding="utf-8")
    assert audit("rules", "show", table, "-f", "yaml", "-o", tmp_path / "resolved.yaml").code == 0
    assert Library().load(str(tmp_path / "resolved.yaml")).digest == Library().load(str(table)).digest


def test_an_overlay_is_shown_whole(tmp_path: Path) -> None:
    path = tmp_path / "guangdong" / "2025.yaml"
    path.parent.mkdir()
    path.write_text(
        "ruleset: guangdong/2025\nextends: guangdong/2024\nyear: 2025\nauthority: 另一单位\n"
        "parameters:\n  filing_days: {value: 5}\n"
        "criteria:\n  - id: management\n    criteria:\n      - id: procurement\n        criteria:\n"
        "          - {id: contract_filing, title: 备案}\n",
        encoding="utf-8",
    )
    out = audit("--rulesets", tmp_path, "rules", "show", "guangdong/2025", "-f", "markdown").out
    assert "签订后 N 个工作日备案，超过 5 个" in cells(out, "备案")[-2]
    assert cells(out, "合同签订时效")[-3] == "3"
    assert "另一单位" in out
    assert "- 年度：2025" in out
    resolved = tmp_path / "resolved.yaml"
    shown = audit("--rulesets", tmp_path, "rules", "show", "guangdong/2025", "-f", "yaml", "-o", resolved)
    assert shown.code == 0
    assert "extends" not in resolved.read_text(encoding="utf-8")
    assert Library().load(str(resolved)).digest == Library((tmp_path,)).load("guangdong/2025").digest


# Bad input


def test_what_cannot_be_shown(tmp_path: Path) -> None:
    run = audit("--lang", "en", "rules", "show", "guangdong/2042")
    assert (run.code, run.out) == (4, "")
    assert "R010" in run.err
    assert "did you mean 'guangdong/2024'" in run.err
    gbk = tmp_path / "gbk.yaml"
    gbk.write_bytes(TABLE.encode("gbk"))
    assert "S103" in audit("rules", "show", gbk, "-f", "yaml").err
    assert audit("rules", "show", "guangdong/2024", "-f", "word").code == 2
    run = audit("rules", "show", "guangdong/2024", "-o", tmp_path / "no" / "such" / "folder")
    assert run.code == 2
    assert "U001" in run.err


def test_points_of_a_row_that_is_left_out_are_spread_only_where_the_branch_is_a_sum() -> None:
    out = audit("--lang", "en", "rules", "show", "tests/shapes/exact-left-out.yaml", "-f", "markdown").out
    assert out.count("its points are spread over the other rows of its branch") == 1
    assert out.count("otherwise it is left out") == 4
