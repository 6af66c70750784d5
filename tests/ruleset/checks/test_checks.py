"""Each check finds what its page says it finds, at its place, and nothing else.

A case file has a ruleset that is in order, and changes to it. A change under ``pass`` leaves it in
order: no check at all says anything. A change under ``fail`` is found by just these checks, each in
the line told. ``unchecked`` switches off what else the change brings about.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.errors import Problem, RulesetError
from engine.ruleset.building import build_ruleset
from engine.ruleset.checks.citations import CITATIONS, citations_page, cited
from engine.ruleset.checks.pages import checks_page, every_page
from engine.ruleset.checks.registry import MODULES, run_checks
from engine.ruleset.document import Basis
from engine.source import parse_source, plain, read_source
from engine.testing import coverage
from tests.command import ROOT

CASES = Path(__file__).parent / "cases"
PAGES = every_page([coverage])


@dataclass(frozen=True)
class Case:
    file: str
    name: str
    text: str
    found: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.file}: {self.name}"


def read_cases() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.yaml")):
        written: Any = plain(read_source(path, RulesetError))
        yield Case(path.stem, "the ruleset as it is", written["base"], ())
        for section in ("pass", "fail"):
            for one in written[section]:
                found = tuple((problem["code"], problem["line"]) for problem in one.get("found", ()))
                assert bool(found) == (section == "fail"), one["name"]
                yield Case(path.stem, one["name"], _changed(written["base"], one), found)


def _changed(text: str, case: Any) -> str:
    for old, new in case["change"].items():
        assert text.count(old) == 1, f"{case['name']}: {old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    codes = case.get("unchecked", [])
    for code in [codes] if isinstance(codes, str) else codes:
        text += f"unchecked: [{{check: {code}, reason: 不在此例}}]\n" if "unchecked:" not in text else ""
    return text


def problems_of(text: str, folder: Path) -> list[Problem]:
    try:
        ruleset = build_ruleset(parse_source(text.encode(), "case.yaml", RulesetError))
    except RulesetError as error:
        return list(error.problems)
    examples = coverage.coverage_problems(ruleset, folder) if ruleset.examples else []
    return [*run_checks(ruleset), *examples]


READ = list(read_cases())


@pytest.mark.parametrize("case", READ, ids=str)
def test_what_is_found_and_where(case: Case, tmp_path: Path) -> None:
    lines = case.text.splitlines()
    found = problems_of(case.text, tmp_path)
    shown = "\n".join(problem.render("en") for problem in found)
    assert [problem.code for problem in found] == [code for code, _ in case.found], shown
    for problem, (_, line) in zip(found, case.found, strict=True):
        assert problem.where is not None
        at = lines[problem.where.line - 1]
        assert line in at, shown
        assert not at[problem.where.column - 1 :][:1].isspace(), shown
        assert problem.message.zh
        assert problem.message.en


@pytest.mark.parametrize("module", PAGES, ids=lambda module: module.CHECK.code)
def test_every_check_has_cases_and_a_page_with_examples(module: Any) -> None:
    check = module.CHECK
    mine = [case for case in READ if case.file == check.code]
    assert any(check.code == code for case in mine for code, _ in case.found)
    page = inspect.getdoc(module) or ""
    assert "PASS" in page
    assert "FAIL" in page
    assert "::" in page
    assert check.title.zh != check.title.en


def test_codes_are_unique_and_in_order() -> None:
    codes = [module.CHECK.code for module in MODULES]
    assert codes == sorted(set(codes))
    assert len({module.CHECK.code for module in PAGES}) == len(PAGES)
    assert {case.file for case in READ} == {module.CHECK.code for module in PAGES}


def test_the_documentation_is_that_of_the_checks() -> None:
    """Write it anew with: python -m scripts.check_pages."""
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert page == checks_page([coverage])
    for module in PAGES:
        assert f"## {module.CHECK.code} " in page
    assert (ROOT / "docs" / "citations.md").read_text(encoding="utf-8") == citations_page()


@pytest.mark.parametrize("citation", CITATIONS, ids=lambda citation: citation.name)
def test_every_citation_is_found_by_its_name_and_article(citation: Any) -> None:
    """As it is written in a ruleset: with and without its edition, its title marks and its full name."""
    sources = [
        citation.law,
        f"《{citation.law}》",
        f"中华人民共和国{citation.law}（{citation.edition} 年修正）",
    ]
    if not citation.article:
        sources = [
            citation.law,
            citation.law.replace("〔", "[").replace("〕", "]"),
            f"通知（{citation.law}）",
        ]
    for source in sources:
        for article in (citation.name.split(" ")[-1], f"第{citation.article}条第一款"):
            assert [*cited(Basis(source=source, article=article, status="law"))] == [citation]


def test_time_grows_about_linearly() -> None:
    """Ten times the criteria in about ten times the work: counted in calls, not in seconds."""
    few, many = (_calls(size) for size in (10, 100))
    assert many < 13 * few


def _calls(size: int) -> int:
    import sys

    ruleset = build_ruleset(parse_source(_generated(size).encode(), "generated.yaml", RulesetError))
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        assert run_checks(ruleset) == []
    finally:
        sys.setprofile(before)
    return calls


def _generated(size: int) -> str:
    """A ruleset of ``size`` criteria with five rules each, in which nothing is wrong."""
    lines = [
        "ruleset: generated", "title: 表", "year: 2024", "money: {unit: 万元, decimals: 2}",
        f"points: {{total: {10 * size}, decimals: 2, rounding: half_up}}", "facts:",
    ]  # fmt: skip
    lines += [
        f"  x{n}: {{label: 甲, type: ratio, at_least: 0}}\n  f{n}: {{label: 乙, type: flag}}"
        for n in range(size)
    ]
    lines += ["parameters:", *(f"  p{n}: {{value: 50%, type: ratio, label: 丙}}" for n in range(size))]
    lines += ["measures:", *(f"  m{n}: {{label: 丁, value: x{n} / 2}}" for n in range(size)), "criteria:"]
    for n in range(size):
        lines += [
            f"  - id: c{n}", "    title: 戊", "    points: 10", "    basis: {status: modelled}",
            f"    better: {{m{n}: higher}}", f"    score: points * min(m{n}, 100%)", "    deductions:",
            f'      - {{id: a{n}, when: m{n} < p{n}, deduct: 1, because: "{{x{n}}}"}}',
            f"      - {{id: b{n}, when: f{n}, deduct: points, because: 扣完}}",
            f"      - {{id: d{n}, when: f{n} or x{n} < 10%, deduct: 1, because: 扣}}",
            f"      - {{id: e{n}, when: not f{n} and x{n} < 20%, deduct: 1, because: 扣}}",
            f"    explain: [{{id: g{n}, when: x{n} < 5%, because: 说明}}]",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"
