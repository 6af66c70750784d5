"""Figures read from reports: what is found, by which sentence, and what is doubted rather than guessed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.documents.extraction.extracting import Extraction, extract
from engine.documents.extraction.mending import mended, readings
from engine.documents.extraction.narrative import read_narrative
from engine.errors import FactsError, Text, UsageProblem
from engine.facts.reading import read_facts
from engine.language.numbers import Rational
from engine.ruleset.found_as import Phrase, parse_phrase
from engine.ruleset.library import Library
from engine.source import Mapping, read_source
from tests.command import GOLDEN, ROOT, audit

GUANGDONG = Library().load("guangdong/2024")
REPORTS = ROOT / "fixtures" / "reports"
WHOLE = ["plain.txt", "other-words.txt", "gb18030.txt", "table.docx", "printed.pdf"]
FIGURES = {
    "all_funds.opening": "3108.53", "all_funds.income": "25681.19", "all_funds.surplus_used": "0",
    "all_funds.spent": "24066.41", "all_funds.surplus_distributed": "0", "all_funds.closing": "4723.32",
    "general_budget.opening": "2942.82", "general_budget.income": "25674.96",
    "general_budget.spent": "24066.38", "general_budget.closing": "4551.39",
}  # fmt: skip


def extracted(name: str) -> Extraction:
    return extract(read_narrative(REPORTS / name), GUANGDONG)


def of_text(text: str, folder: Path) -> Extraction:
    path = folder / "report.txt"
    path.write_text(text, encoding="utf-8")
    return extract(read_narrative(path), GUANGDONG)


@pytest.mark.parametrize("name", WHOLE)
def test_both_blocks_the_year_and_the_claims_are_found(name: str) -> None:
    found = extracted(name)
    assert {one.name: one.text for one in found.facts} == FIGURES
    assert {one.name: one.text for one in found.claims} == {"efficacy": "50", "management": "47.41"}
    assert found.year == "2024"
    assert not found.doubts
    assert not found.missing
    assert {one.status for one in found.facts} == {"extracted"}


def test_each_figure_has_its_sentence_and_place() -> None:
    found = {one.name: one for one in extracted("plain.txt").facts}
    one = found["general_budget.spent"]
    assert (one.place.zh, one.place.en) == ("第 11 行", "line 11")
    assert "本年支出24,066.38万元" in one.sentence
    assert "25,681.19" not in one.sentence
    assert {one.place.zh for one in extracted("printed.pdf").facts} <= {
        f"第 1 页第 {line} 行" for line in range(5, 10)
    }


def test_units_are_converted_exactly() -> None:
    found = {one.name: one for one in extracted("other-words.txt").facts}
    assert found["all_funds.income"].written == "2.568119亿元"
    assert found["all_funds.spent"].written == "240,664,100.00元"


def test_a_damaged_report_is_mended_only_where_an_identity_settles_it() -> None:
    found = extracted("damaged.txt")
    facts = {one.name: one for one in found.facts}
    opening = facts["all_funds.opening"]
    assert (opening.text, opening.written, opening.status) == ("3108.53", "31,08.53", "corrected")
    assert "all_funds_balance" in opening.note.en
    assert "31,08.53" in opening.note.en
    doubts = {one.name: one.why.en for one in found.doubts}
    assert doubts == {
        "general_budget.income": "'25.674.96' is malformed, and no identity settles how to read it",
        "general_budget.spent": "'24,06.38' is malformed, and no identity settles how to read it",
        "efficacy": "the report has different figures: 50, 49",
        "management": "the claim 474.1 is above the criterion's 50 points",
    }
    assert not found.claims


BLOCK = "1. 总收支。年初结转和结余{}万元，本年收入25,681.19万元，使用非财政拨款结余0万元，本年支出24,066.41万元，结余分配0万元，年末结转和结余{}万元。"


def test_two_readings_that_both_hold_are_no_reading(tmp_path: Path) -> None:
    known = {name: Rational(text) for name, text in FIGURES.items() if name != "all_funds.opening"}
    assert mended("all_funds.opening", "31,08.53", GUANGDONG, known) == (
        Rational("3108.53"),
        "all_funds_balance",
    )
    without = {name: value for name, value in known.items() if name != "all_funds.closing"}
    assert mended("all_funds.opening", "31,08.53", GUANGDONG, without) is None
    found = of_text(BLOCK.format("31,08.53", "9,999.99"), tmp_path)
    assert [one.name for one in found.doubts] == ["all_funds.opening"]
    lost_digit = of_text(BLOCK.format("3,18.53", "4,793.32"), tmp_path)
    assert {one.name: one.text for one in lost_digit.facts}["all_funds.opening"] == "3178.53"


def test_a_lax_identity_settles_nothing(tmp_path: Path) -> None:
    text = (ROOT / "rulesets/guangdong/2024.yaml").read_text(encoding="utf-8")
    path = tmp_path / "guangdong" / "2024.yaml"
    path.parent.mkdir()
    path.write_text(text.replace("value: 0.02\n", "value: 99999\n", 1), encoding="utf-8")
    lax = Library((tmp_path,)).load("guangdong/2024")
    known = {name: Rational(text) for name, text in FIGURES.items() if name != "all_funds.opening"}
    assert mended("all_funds.opening", "31,08.53", lax, known) is None


def test_figures_that_contradict_an_identity_are_told(tmp_path: Path) -> None:
    found = of_text(BLOCK.format("3,108.53", "4,999.00"), tmp_path)
    assert [one.name for one in found.doubts] == ["all_funds_balance"]


def test_readings_of_a_malformed_figure() -> None:
    assert readings("31,08.53")[0] == Rational("3108.53")
    assert Rational("31108.53") in readings("31,08.53")
    assert len(readings("31,08.53")) == 1 + 28


def test_a_gap_never_leaves_its_numbered_paragraph(tmp_path: Path) -> None:
    found = of_text("1. 总收支见附表。\n2. 一般公共预算财政拨款收支。年末结转和结余 5.00 万元。\n", tmp_path)
    assert [one.name for one in found.facts] == ["general_budget.closing"]
    assert "all_funds.closing" in [name for name, _ in found.missing]


# Phrases


@pytest.mark.parametrize(
    "text", ["年初结转", "{value}万元", "年初{value}或{value}", "年初{amount}{value}", "…年初{value}", "年初…{value}", "年{value}", "年初{value}…万元", ""],
)  # fmt: skip
def test_a_phrase_that_cannot_be_looked_for_is_told(text: str) -> None:
    assert isinstance(parse_phrase(text), Text)


def test_a_phrase_is_read() -> None:
    assert parse_phrase("总收支… 年初结转{value} 万元") == Phrase(("总收支", "年初结转"), "万元")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "label: {zh: 自评基准日, en: Reference date of the evaluation}",
            "label: 自评基准日, found_as: [自评基准日]",
        ),
        ("{label: {zh: 指标编号, en: Id}, type: text}", "{label: Id, type: text, found_as: ['编号{value}']}"),
        (
            "label: {zh: 是否查出数据弄虚作假, en: False figures were found}",
            "label: 假, found_as: ['弄虚作假{value}']",
        ),
    ],
)
def test_bad_phrases_are_errors_of_the_ruleset(old: str, new: str, tmp_path: Path) -> None:
    text = (ROOT / "rulesets/guangdong/2024.yaml").read_text(encoding="utf-8")
    assert old in text
    block = new.replace(
        "label: 自评基准日, found_as: [自评基准日]", "label: 自评基准日\n    found_as: [自评基准日]"
    )
    block = block.replace(
        "label: 假, found_as: ['弄虚作假{value}']", "label: 假\n    found_as: ['弄虚作假{value}']"
    )
    path = tmp_path / "guangdong" / "2024.yaml"
    path.parent.mkdir()
    path.write_text(text.replace(old, block, 1), encoding="utf-8")
    run = audit("rules", "check", path)
    assert "R024" in run.out + run.err


@settings(max_examples=150, deadline=None)
@given(st.text("总收支年初结转和结余本年收入0123456789,.万元亿。\n（一）{}…", max_size=400))
def test_any_text_is_read_without_a_fault(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    if text.strip():
        of_text(f"报告{text}", tmp_path_factory.getbasetemp())


def test_long_reports_take_time_in_proportion(tmp_path: Path) -> None:
    of_text(
        "总收支" * 10_000 + "收支" * 500_000, tmp_path
    )  # a pattern that backtracks would not come back from this
    with pytest.raises(UsageProblem):
        of_text("总收支" * 200_000, tmp_path)


# Commands


def test_the_command_writes_the_beginning_of_a_facts_file(tmp_path: Path) -> None:
    out = tmp_path / "facts.yaml"
    run = audit("--lang", "en", "extract", REPORTS / "damaged.txt", "-r", "guangdong/2024", "-o", out)
    assert run.code == 0
    assert "all_funds.opening = 3108.53 (printed as '31,08.53'" in run.out
    assert "? efficacy Efficacy: the report has different figures: 50, 49" in run.out
    root = read_source(out, FactsError)
    assert isinstance(root, Mapping)
    with pytest.raises(FactsError) as caught:
        read_facts(root, GUANGDONG)
    assert {problem.code for problem in caught.value.problems} == {
        "F001"
    }  # what it has is right; the rest is missing
    book = tmp_path / "facts.xlsx"
    assert audit("template", "guangdong/2024", "-o", book, "--from", out).code == 0


@pytest.mark.parametrize("name", WHOLE)
def test_score_against_a_report(name: str) -> None:
    run = audit("score", GOLDEN, "--against", REPORTS / name)
    assert run.code == 0
    table = run.out.partition("与报告对照")[2]
    assert re.search(r"履职效能 +50.00 +50.00 +0.00 +一致", table)
    assert re.search(r"管理效率 +47.41 +47.41 +0.00 +一致", table)


def test_a_claim_that_differs_is_told(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text("履职效能部分自评得分为 50 分。管理效率部分自评得分为 49 分。", encoding="utf-8")
    run = audit("score", GOLDEN, "--against", report)
    assert re.search(r"管理效率 +49.00 +47.41 +\+1.59 +不一致", run.out)
    assert audit("score", GOLDEN, "--against", report, "-f", "json").code == 2
    assert audit("score", GOLDEN, GOLDEN, "--against", report).code == 2
    assert "| 管理效率" in audit("score", GOLDEN, "--against", report, "-f", "markdown").out


def test_reports_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("\n")
    assert "D031" in audit("extract", empty, "-r", "guangdong/2024").err
    odd = tmp_path / "odd.txt"
    odd.write_bytes(b"\xff\xfe\x80\x80")
    assert "D030" in audit("extract", odd, "-r", "guangdong/2024").err
    assert "D002" in audit("extract", tmp_path / "none.txt", "-r", "guangdong/2024").err
