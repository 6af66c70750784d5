"""What summary, impact and explain tell of small portfolios of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.portfolio.opening import open_result
from engine.portfolio.summary import summary_of
from engine.portfolio.workspace import workspace
from tests.command import audit
from tests.portfolio.small import score

pytest.importorskip("duckdb")

SMALL = """\
ruleset: small/one
title: 一项
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 50, decimals: 2, rounding: half_up}

facts:
  earned: {label: 得分, type: points, at_least: 0, at_most: 50}

criteria:
  - {id: whole, title: {zh: 全部指标, en: Everything}, points: 50, score: earned}
"""


def write_small(folder: Path, rules: str = SMALL, **tables: str) -> Path:
    """A folder with ``rules.yaml``, and CSV tables in ``in``."""
    (folder / "in").mkdir()
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    for table, text in tables.items():
        (folder / "in" / f"{table}.csv").write_text(text, encoding="utf-8")
    return folder / "in"


def test_furthest_off_is_who_claimed_too_little_as_well(tmp_path: Path) -> None:
    source = write_small(
        tmp_path,
        main="department,earned\nA,50\nB,50\nC,50\n",
        claimed="department,criterion,points\nA,whole,10\nB,whole,49\nC,whole,49.5\n",
    )
    done = audit("portfolio", "score", source, "-r", tmp_path / "rules.yaml", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    (claims,) = json.loads(audit("portfolio", "summary", tmp_path / "out", "--format", "json").out)["claims"]
    assert (claims["furthest"], claims["by"]) == ("A", "-40.00")


def test_a_summary_shows_the_titles_of_its_language(tmp_path: Path) -> None:
    source = write_small(tmp_path, main="department,earned\nA,40\n")
    audit("portfolio", "score", source, "-r", tmp_path / "rules.yaml", "-o", tmp_path / "out")
    chinese = audit("portfolio", "summary", tmp_path / "out").out
    english = audit("portfolio", "summary", tmp_path / "out", AUDIT_LANG="en").out
    assert "全部指标" in chinese
    assert "Everything" not in chinese
    assert "Everything" in english
    assert "全部指标" not in english


def test_rejects_are_summed_up_by_code_and_fact(tmp_path: Path) -> None:
    facts = [f"fact_{number:02}" for number in range(17)]
    declared = "".join(f"  {one}: {{label: {one}, type: points, at_least: 0}}\n" for one in facts)
    rows = [["A", *"1" * 17], *([one, "x", *"1" * 16] for one in "BCD"), ["E", "x", *[""] * 16]]
    source = write_small(
        tmp_path,
        SMALL.replace("facts:\n", f"facts:\n{declared}")
        .replace("score: earned", f"score: {' + '.join(facts)}")
        .replace("  earned: {label: 得分, type: points, at_least: 0, at_most: 50}\n", ""),
        main="\n".join(",".join(row) for row in [["department", *facts], *rows]) + "\n",
    )
    done = audit("portfolio", "score", source, "-r", tmp_path / "rules.yaml", "-o", tmp_path / "out")
    assert done.code == 1, done.err
    found = json.loads(audit("portfolio", "summary", tmp_path / "out", "--format", "json").out)
    assert {one["code"] for one in found["rejects"]} == {"F001", "F007"}
    assert found["reject_facts"][0] == {"code": "F007", "fact": "fact_00", "departments": 4}
    assert len(found["reject_facts"]) == 17
    shown = audit("portfolio", "summary", tmp_path / "out", AUDIT_LANG="en").out
    assert "F007    fact_00              4" in shown
    assert "fact_14" in shown
    assert "fact_15" not in shown
    assert shown.endswith("and 2 others\n")


def test_the_impact_of_rules_by_which_nobody_has_a_score_is_told(tmp_path: Path) -> None:
    source = write_small(tmp_path, main="department,earned\nA,40\nB,45\n")
    strict = tmp_path / "strict.yaml"
    strict.write_text(SMALL.replace("at_most: 50", "at_most: 30"), encoding="utf-8")
    done = audit(
        "portfolio", "impact", source, "--from", tmp_path / "rules.yaml", "--to", strict, AUDIT_LANG="en"
    )
    assert done.code == 0, done.err
    assert "average change –," in done.out
    assert "2 have a score by the rules before only, 0 by those after only" in done.out


def test_a_picture_of_another_kind_is_refused_in_the_language_asked_for(tmp_path: Path) -> None:
    chinese = audit("portfolio", "summary", tmp_path, "--plot", "plot.pdf")
    assert chinese.code == 2
    assert "名称须以 .png 或 .svg 结尾" in chinese.err
    english = audit("portfolio", "summary", tmp_path, "--plot", "plot.pdf", AUDIT_LANG="en")
    assert "the name must end in .png or .svg" in english.err


def test_what_is_wrong_with_a_cell_is_placed_by_department_and_fact(tmp_path: Path) -> None:
    source = write_small(tmp_path, main="department,earned\nA,x\n")
    done = audit("portfolio", "explain", source, "A", "-r", tmp_path / "rules.yaml", AUDIT_LANG="en")
    assert done.code == 3
    assert "error: main.csv:2: F007 earned:" in done.err


def test_a_department_there_twice_is_not_one_that_is_missing(tmp_path: Path) -> None:
    source = write_small(tmp_path, main="department,earned\nA,40\nA,41\nB,42\n")
    rules = tmp_path / "rules.yaml"
    twice = audit("portfolio", "explain", source, "A", "-r", rules, AUDIT_LANG="en")
    assert twice.code == 2
    assert twice.err.rstrip().endswith("U033 A: the department is there 2 times: main.csv:2, main.csv:3")
    missing = audit("portfolio", "explain", source, "C", "-r", rules, AUDIT_LANG="en")
    assert "U033 there is no department 'C'" in missing.err
    assert "more than one" not in missing.err


THIRDS = """\
ruleset: small/thirds
title: 三项平均
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 9, decimals: 2, rounding: half_up}

facts:
  slips: {label: 差错, records: {key: id}, fields: {id: {label: 编号, type: text}}}

combine: average
criteria:
  - {id: a, title: 甲, points: 9, deductions: [{id: slip, each: slips, when: "true", deduct: 1, because: 差错}]}
  - {id: b, title: 乙, points: 9, score: "9"}
  - {id: c, title: 丙, points: 9, score: "9"}
"""


def test_three_lines_of_a_third_cost_what_one_line_costs(tmp_path: Path) -> None:
    source = write_small(tmp_path, THIRDS, main="department\nA\n", slips="department,id\nA,1\nA,2\nA,3\n")
    other = tmp_path / "other.yaml"
    other.write_text(
        THIRDS.replace('each: slips, when: "true", deduct: 1', 'when: "true", deduct: count(slips) * 1'),
        encoding="utf-8",
    )
    command = ("portfolio", "impact", source, "--from", tmp_path / "rules.yaml", "--format", "json", "--to")
    found = json.loads(audit(*command, other).out)
    assert (found["departments"], found["same"], found["rules"]) == (1, 1, [])
    other.write_text(THIRDS.replace("deduct: 1", "deduct: 2"), encoding="utf-8")
    found = json.loads(audit(*command, other).out)
    assert found["rules"] == [{"rule": "slip", "before": "1.00", "after": "2.00", "departments": 1}]


@pytest.mark.parametrize(
    ("totals", "quarters"),
    [
        ([10, 20, 30, 40, 41, 42, 43, 44], ["10.00", "27.50", "40.50", "42.25", "44.00"]),
        ([1, 2, 3, 4, 5], ["1.00", "2.00", "3.00", "4.00", "5.00"]),
        ([1, 2], ["1.00", "1.25", "1.50", "1.75", "2.00"]),
        ([7], ["7.00"] * 5),
        (["0.01", "0.02", "0.02", "0.03"], ["0.01", "0.02", "0.02", "0.02", "0.03"]),
    ],
)
def test_quartiles_lie_between_two_totals(tmp_path: Path, totals: list[object], quarters: list[str]) -> None:
    """As QUARTILE.INC has them."""
    rows = "".join(f"d{number},{one}\n" for number, one in enumerate(reversed(totals)))
    found = summed_up(tmp_path, rows)["totals"]
    assert [
        found[one] for one in ("least", "lower_quartile", "median", "upper_quartile", "greatest")
    ] == quarters


def test_outliers_lie_outside_of_the_fences(tmp_path: Path) -> None:
    """Quartiles 20 and 20.5, fences 19.25 and 21.25: on the fence is inside."""
    rows = "a,20\nb,20\nc,20\nd,20.5\ne,20.5\nf,19.25\ng,21.25\nh,21.26\ni,19.2\n"
    found = summed_up(tmp_path, rows)
    assert (found["totals"]["lower_quartile"], found["totals"]["upper_quartile"]) == ("20.00", "20.50")
    assert found["outliers"] == [{"department": "i", "total": "19.20"}, {"department": "h", "total": "21.26"}]


def test_a_picture_without_grades_or_departments(tmp_path: Path) -> None:
    from engine.portfolio.plots import plot

    for rows in ("a,20\nb,21\n", "", "a,x\n"):
        folder = tmp_path / str(len(rows))
        folder.mkdir()
        content, _ = plot(summed_up(folder, rows), Path("plot.svg"))
        assert b"<svg" in content


def summed_up(folder: Path, rows: str) -> dict[str, Any]:
    """The summary of departments with so many points."""
    source = write_small(folder, main=f"department,earned\n{rows}")
    score(source, folder / "rules.yaml", folder / "out")
    with workspace(reading=folder / "out") as work:
        open_result(work, folder / "out")
        return summary_of(work.connection)


def test_a_department_that_is_not_there_is_answered_with_those_near(tmp_path: Path) -> None:
    names = ["省财政局", "省教育厅", "省公安厅", "市财政局", *(f"第{n}中学" for n in range(20))]
    source = write_small(tmp_path, main="department,earned\n" + "".join(f"{one},40\n" for one in names))
    rules = tmp_path / "rules.yaml"
    for asked, zh, en in (
        (
            "财政局",
            "共有 24 个部门，相近的有：省财政局、市财政局",
            "there are 24 departments; near are: 省财政局, 市财政局",
        ),
        ("省教育庁", "共有 24 个部门，相近的有：省教育厅", "there are 24 departments; near are: 省教育厅"),
        ("卫健委", "共有 24 个部门", "there are 24 departments"),
    ):
        for language, fix in (("zh", f"（处理：{zh}）\n"), ("en", f"(fix: {en})\n")):
            told = audit("--lang", language, "portfolio", "explain", source, asked, "-r", rules)
            assert told.code == 2
            assert told.err.endswith(fix), told.err


def test_few_departments_are_listed(tmp_path: Path) -> None:
    source = write_small(tmp_path, main="department,earned\n省财政局,40\n省教育厅,40\n")
    told = audit("--lang", "en", "portfolio", "explain", source, "X", "-r", tmp_path / "rules.yaml")
    assert told.err.endswith("(fix: there are 2 departments: 省教育厅, 省财政局)\n")
