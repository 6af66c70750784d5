"""What is shown of a scored portfolio: its summary, the impact of other rules, and one department."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.command import GOLDEN, ROOT, audit

pytest.importorskip("duckdb")
RULES = ROOT / "rulesets" / "guangdong" / "2024.yaml"


@pytest.fixture(scope="module")
def departments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("departments")
    for file in (GOLDEN, ROOT / "rulesets" / "guangdong" / "2024" / "general-office.yaml"):
        shutil.copy(file, folder)
    return folder


@pytest.mark.parametrize("form", ["out", "out.duckdb"])
def test_a_summary_tells_what_the_result_holds(departments: Path, tmp_path: Path, form: str) -> None:
    assert audit("portfolio", "score", departments, "-r", "guangdong/2024", "-o", tmp_path / form).code == 0
    done = audit("portfolio", "summary", tmp_path / form, "--format", "json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert found["totals"]["least"] == "97.41"
    # (97.41 + 100) / 2 = 98.705
    assert found["totals"]["mean"] == "98.71"
    assert found["grades"] == [{"grade": "优", "departments": 2}]
    assert [(one["rule"], one["points"]) for one in found["rules"]] == [
        ("score", "1.59"),
        ("late_filing", "1.00"),
    ]
    assert {one["criterion"]: one["same"] for one in found["claims"]} == {"efficacy": 1, "management": 1}
    shown = audit("portfolio", "summary", tmp_path / form).out
    assert "late_filing" in shown


def test_a_summary_of_fractions_of_points(tmp_path: Path) -> None:
    """Lines under an average are fractions; the result writes them whole, and the summary reads them."""
    from tests.portfolio.test_differential import drawn, load
    from tests.portfolio.test_script import write_tables

    ruleset = load("shapes/exact-average")
    audit("--rulesets", "tests", "portfolio", "template", ruleset.id, "-o", tmp_path / "in")
    write_tables(ruleset, drawn(ruleset, 10), tmp_path / "in")
    scored = audit(
        "--rulesets", "tests", "portfolio", "score", tmp_path / "in", "-r", ruleset.id, "-o", tmp_path / "out"
    )
    assert scored.code == 0, scored.err
    assert "/" in (tmp_path / "out" / "ledger.csv").read_text(encoding="utf-8")
    done = audit("portfolio", "summary", tmp_path / "out", "--format", "json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["rules"]


def test_pictures_are_written_the_same_again(departments: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    audit("portfolio", "score", departments, "-r", "guangdong/2024", "-o", tmp_path / "out")
    for suffix, begins in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        path = tmp_path / f"plot.{suffix}"
        contents = []
        for _ in range(2):
            done = audit("portfolio", "summary", tmp_path / "out", "--plot", path)
            assert done.code == 0, done.err
            contents.append(path.read_bytes())
        assert contents[0].startswith(begins)
        assert contents[0] == contents[1]


def test_what_is_no_result_is_told(tmp_path: Path) -> None:
    done = audit("portfolio", "summary", tmp_path)
    assert done.code == 3
    assert "V010" in done.err


def test_the_impact_of_another_deadline(departments: Path, tmp_path: Path) -> None:
    text = RULES.read_text(encoding="utf-8")
    assert "  filing_days:\n    value: 7\n" in text
    (tmp_path / "strict.yaml").write_text(
        text.replace("  filing_days:\n    value: 7\n", "  filing_days:\n    value: 3\n"), encoding="utf-8"
    )
    done = audit(
        "portfolio", "impact", departments, "--from", "guangdong/2024", "--to", tmp_path / "strict.yaml",
        "--format", "json", "-o", tmp_path / "changes.csv",
    )  # fmt: skip
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["departments"], found["lose"], found["gain"], found["same"]) == (2, 2, 0, 0)
    assert found["rules"] == [{"rule": "late_filing", "before": "1.00", "after": "5.00", "departments": 2}]
    assert found["grades"] == [{"before": "优", "after": "优", "departments": 2}]
    changes = (tmp_path / "changes.csv").read_text(encoding="utf-8-sig").splitlines()
    assert changes[0] == "department,before,after,change,grade_before,grade_after"
    assert changes[1] == "广东省人民政府办公厅,97.41,95.41,-2.00,优,优"


def test_one_department_is_explained_by_both_paths(departments: Path) -> None:
    done = audit("portfolio", "explain", departments, "广东省人民政府办公厅", "-r", "guangdong/2024")
    assert done.code == 0, done.err
    assert "合同 HT-2024-07 签订后 8 个工作日备案，超过 7 个" in done.out
    assert "一致" in done.err


def test_a_department_that_is_not_there(departments: Path) -> None:
    done = audit("portfolio", "explain", departments, "广东省人民政府办公室", "-r", "guangdong/2024")
    assert done.code == 2
    assert "广东省人民政府办公厅" in done.err
