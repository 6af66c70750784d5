"""``audit portfolio score`` from the outside in: what goes in, what comes out, and nothing lost between."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.portfolio.layout import layout_of
from tests.command import GOLDEN, ROOT, Run, audit, settings
from tests.portfolio.differential import by_columns
from tests.portfolio.test_differential import drawn, load, scored
from tests.portfolio.test_script import write_tables

duckdb = pytest.importorskip("duckdb")
SMALL = "shapes/19-bonus-per-case"
BASE = ROOT / "rulesets" / "guangdong" / "2024" / "general-office.yaml"


def table(path: Path, name: str) -> list[dict[str, str]]:
    with (path / f"{name}.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def score_database(folder: Path, ruleset: str) -> Run:
    """Score ``in.duckdb`` in the folder by a shape, into ``out`` beside it."""
    source, out = folder / "in.duckdb", folder / "out"
    return audit("--rulesets", "tests", "portfolio", "score", source, "-r", ruleset, "-o", out)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """Ten departments in the templates' tables."""
    folder = tmp_path_factory.mktemp("tables")
    ruleset = load("guangdong/2024")
    assert audit("portfolio", "template", ruleset.id, "-o", folder).code == 0
    documents = drawn(ruleset, 10)
    write_tables(ruleset, documents, folder)
    return folder, documents


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A thousand departments of a small table."""
    folder = tmp_path_factory.mktemp("many")
    ruleset = load(SMALL)
    assert audit("--rulesets", "tests", "portfolio", "template", SMALL, "-o", folder).code == 0
    write_tables(ruleset, drawn(ruleset, 5) * 200, folder)
    return folder


def test_facts_files_are_scored_and_the_unusable_rejected(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for file in (GOLDEN, BASE, ROOT / "fixtures" / "hebei-langfang-2019.yaml"):
        shutil.copy(file, tmp_path / "in")
    done = audit(
        "portfolio",
        "score",
        tmp_path / "in",
        "-r",
        "guangdong/2024",
        "-o",
        tmp_path / "out",
        "--memory-limit",
        "1GB",
    )
    assert done.code == 1, done.err
    assert "读入 3 个部门：评分 2（其中逐个计算 0），退回 1" in done.out
    assert [(row["total"], row["grade"], row["rank"]) for row in table(tmp_path / "out", "scores")] == [
        ("97.41", "优", "2"), ("100.00", "优", "1"),
    ]  # fmt: skip
    lines = table(tmp_path / "out", "ledger")
    assert [(one["rule"], one["record"], one["applied"]) for one in lines] == [
        ("", "", "1.59"),
        ("late_filing", "HT-2024-07", "1.00"),
    ]
    assert done.out.splitlines()[1:] == ["  F001 all_funds.closing：1 个", "  F001 all_funds.income：1 个",
        "  F001 all_funds.opening：1 个", "  F001 all_funds.spent：1 个", "  F001 all_funds.surplus_distributed：1 个",
        "  …（另有 43 种原因，见 rejects）"]  # fmt: skip
    alone = audit("score", ROOT / "fixtures" / "hebei-langfang-2019.yaml", "-r", "guangdong/2024")
    for row in table(tmp_path / "out", "rejects"):
        assert f"{row['code']} " in alone.err
        assert row["reason"] in alone.err


def test_every_input_gives_the_same_result(tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    folder, _ = tables
    connection = duckdb.connect(str(tmp_path / "in.duckdb"))
    (tmp_path / "parquet").mkdir()
    for path in folder.glob("*.csv"):
        source = f"read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '\"')"
        connection.execute(f'CREATE TABLE "{path.stem}" AS SELECT * FROM {source}')
        connection.execute(
            f"COPY \"{path.stem}\" TO '{tmp_path / 'parquet' / path.stem}.parquet' (FORMAT parquet)"
        )
    connection.close()
    results = []
    for source in (folder, tmp_path / "parquet", tmp_path / "in.duckdb"):
        done = audit("portfolio", "score", source, "-r", "guangdong/2024", "-o", tmp_path / "out")
        assert done.code == 0, done.err
        results.append({one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()})
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("format_", ["csv", "parquet", "xlsx"])
def test_the_same_bytes_again(many: Path, tmp_path: Path, format_: str) -> None:
    def run() -> dict[str, bytes]:
        out = tmp_path / f"out.{format_}"
        done = audit("--rulesets", "tests", "portfolio", "score", many, "-r", SMALL, "-o", out, "-f", format_)
        assert done.code == 0, done.err
        return {one.name: one.read_bytes() for one in (out.iterdir() if out.is_dir() else [out])}

    assert run() == run()


def test_a_result_does_not_replace_what_is_no_result(
    tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    done = audit("portfolio", "score", tables[0], "-r", "guangdong/2024", "-o", tmp_path)
    assert done.code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        (("general_budget", "income"), "31,08.53", "F007"),
        (("general_budget", "income"), None, "F001"),
        (("general_budget", "income"), "-5", "F008"),
        (("general_budget", "spent"), "1", "F020"),
        (("false_figures",), "perhaps", "F007"),
        (("preparation", "due"), "2024-02-30", "F007"),
        (("preparation", "due"), "1999-02-03", "F009"),
    ],
)
def test_a_bad_cell_is_rejected_with_the_reasons_of_audit_score(
    path: tuple[str, ...], text: str | None, code: str
) -> None:
    ruleset = load("guangdong/2024")
    good, bad = drawn(ruleset, 2)
    facts = bad["facts"]
    for step in path[:-1]:
        facts = facts[step]
    facts[path[-1]] = text
    want = scored(ruleset, bad)
    _, results, rejects = by_columns(ruleset, [good, bad])
    assert set(results) == {"d0"}
    assert code in rejects["d1"]
    assert rejects["d1"] == {one.code for one in want.problems if one.severity == "error"}  # type: ignore[union-attr]


def test_amounts_may_be_written_as_people_write_them() -> None:
    ruleset = load("guangdong/2024")
    plain, written = drawn(ruleset, 1)[0], drawn(ruleset, 1)[0]
    budget = written["facts"]["general_budget"]
    for one, value in budget.items():
        whole, dot, rest = value.partition(".")
        budget[one] = f" {int(whole):,}{dot}{rest} "
    written["facts"]["false_figures"] = {"true": "是", "false": "no"}[written["facts"]["false_figures"]]
    portfolio, results, rejects = by_columns(ruleset, [plain, written])
    assert not rejects
    assert results["d0"] == results["d1"]
    assert portfolio.counts().direct == 0


def test_an_exact_tie_between_certified_bounds_is_decided_exactly() -> None:
    """3 × 1/3 + 3 × 20015/30000 = 3.0015, over 6 and times 20: 10.005 exactly, which rounds up."""
    ruleset = load("guangdong/2024")
    from engine.errors import FactsError
    from engine.source import plain, read_source

    document = plain(read_source(BASE, FactsError))
    document["facts"]["outputs"] = [
        {"id": "A", "direction": "positive", "weight": "3", "target": "3", "actual": "1"},
        {"id": "B", "direction": "positive", "weight": "3", "target": "30000", "actual": "20015"},
    ]
    portfolio, results, _ = by_columns(ruleset, [document, plain(read_source(BASE, FactsError))])
    assert results["d0"][1]["output_completion"] == "1001/100"
    assert portfolio.counts().direct == 1


def test_doubled_and_unknown_departments_are_rejected(
    tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    shutil.copytree(tables[0], folder)
    main = (folder / "main.csv").read_text(encoding="utf-8").splitlines()
    (folder / "main.csv").write_text("\n".join([*main, main[1]]) + "\n", encoding="utf-8")
    header = (folder / "incidents.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    with (folder / "incidents.csv").open("a", encoding="utf-8") as file:
        file.write(
            ",".join({"department": "nobody", "id": "X", "kind": "misuse"}.get(one, "") for one in header)
            + "\n"
        )
    done = audit("portfolio", "score", folder, "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert done.code == 1, done.err
    assert "读入 11 个部门：评分 9（其中逐个计算 0），退回 2" in done.out
    assert {(row["department"], row["code"]) for row in table(tmp_path / "out", "rejects")} == {
        ("d0", "F006"),
        ("nobody", "F002"),
    }


@pytest.mark.slow
def test_rows_of_a_department_that_is_not_there_are_told(
    tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    """A misspelt name in any table takes nothing silently from the department that was meant."""
    folder = tmp_path / "in"
    shutil.copytree(tables[0], folder)
    for name, cells in (
        (
            "contracts",
            {"department": "d99", "id": "A", "awarded": "2024-03-01", "announcement_exempt": "false"},
        ),
        (
            "contracts",
            {"department": "d99", "id": "B", "awarded": "2024-03-01", "announcement_exempt": "false"},
        ),
        ("claimed", {"department": "d3x", "criterion": "total", "points": "90"}),
        ("waivers", {"department": "nobody", "rule": "late_filing", "record": "A", "reason": "r"}),
    ):
        with (folder / f"{name}.csv").open("r+", encoding="utf-8-sig") as file:
            header = file.readline().rstrip("\n").split(",")
            file.seek(0, 2)
            file.write(",".join(cells.get(one, "") for one in header) + "\n")
    done = audit("portfolio", "score", folder, "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert done.code == 1, done.err
    assert "读入 10 个部门：评分 10（其中逐个计算 0），退回 0" in done.out
    assert "另有 4 行的部门不在 main 表里" in done.out
    rejects = [
        (row["department"], row["code"], row["fact"], row["fix"])
        for row in table(tmp_path / "out", "rejects")
    ]
    assert rejects == [
        ("d3x", "F002", "claimed", "是否应为“d3”？"),
        ("d99", "F002", "contracts", "是否应为“d9”？"),
        ("nobody", "F002", "waivers", "补上该部门，或改正名称"),
    ]
    about = {row["name"]: row["value"] for row in table(tmp_path / "out", "about")}
    assert about["orphans"] == "4"


def test_csv_files_begin_with_a_mark_by_which_excel_knows_utf_8(
    tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    template = tables[0] / "contracts.csv"
    assert template.read_bytes().startswith(b"\xef\xbb\xbfdepartment,")
    done = audit("portfolio", "score", tables[0], "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    files = sorted((tmp_path / "out").iterdir())
    assert len(files) == 9
    for file in files:
        assert file.read_bytes().startswith(b"\xef\xbb\xbf"), file.name
        assert file.read_bytes().count(b"\xef\xbb\xbf") == 1, file.name
    shown = audit("portfolio", "summary", tmp_path / "out", "-f", "json")
    assert '"scored": "10"' in shown.out, "a result is read again"


def test_spreadsheets_write_true_in_capitals(
    tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    shutil.copytree(tables[0], folder)
    for file in folder.iterdir():
        head, _, rows = file.read_text(encoding="utf-8").partition("\n")
        rows = rows.replace("true", "TRUE").replace("false", "FALSE")
        file.write_text(f"{head}\n{rows}", encoding="utf-8")
    for name, source in (("small", tables[0]), ("capitals", folder)):
        done = audit("portfolio", "score", source, "-r", "guangdong/2024", "-o", tmp_path / name)
        assert "评分 10（其中逐个计算 0），退回 0" in done.out
    assert (tmp_path / "small" / "points.csv").read_bytes() == (
        tmp_path / "capitals" / "points.csv"
    ).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on the size of files stands for a full disk")
@pytest.mark.parametrize("kilobytes", [8, 60])
def test_a_full_disk_is_told(
    tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path, kilobytes: int
) -> None:
    command = [sys.executable, "-m", "cli", "--lang", "en", "portfolio", "score", str(tables[0]),
               "-r", "guangdong/2024", "-o", str(tmp_path / "out")]  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", f'ulimit -f {kilobytes}; exec "$@"', "bash", *command],
        cwd=ROOT, env=settings(), capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "U034 the disk cannot be read or written" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("type_", ["HUGEINT", "UBIGINT"])
def test_whole_numbers_of_any_size_are_read(type_: str, tmp_path: Path) -> None:
    """A sum in DuckDB is a HUGEINT. What is too large for the columns is refused as the facts reader refuses it."""
    name = "shapes/05-proportional-capped"
    columns = layout_of(load(name)).main.columns
    numeric = next(one for one, column in columns.items() if column.scale)
    with duckdb.connect(str(tmp_path / "in.duckdb")) as connection:
        listed = ", ".join("n" if one == numeric else "1" for one in columns)
        headed = ", ".join(f'"{one}"' for one in columns)
        connection.execute(
            f"CREATE TABLE main.main AS SELECT * FROM (SELECT d, {listed} FROM (VALUES ('a', 1::{type_}), "
            f"('b', 18446744073709551615::{type_})) AS v(d, n)) AS t(department, {headed})"
        )
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.claimed AS SELECT 1 AS nothing")
    done = score_database(tmp_path, name)
    assert "X0" not in done.err
    assert {row["department"] for row in table(tmp_path / "out", "scores")} == {"a", "b"}


@pytest.mark.slow
def test_filled_in_workbooks_are_read_as_facts_files_are(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    assert audit("template", "guangdong/2024", "-o", folder / "a.xlsx", "--from", GOLDEN).code == 0
    shutil.copy(BASE, folder / "b.yaml")
    (folder / "~$a.xlsx").write_bytes(b"what Office keeps while a.xlsx is open")
    (folder / "c.xlsx").write_bytes(b"not a workbook")
    done = audit("portfolio", "score", folder, "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert done.code == 1, done.err
    assert "读入 3 个部门：评分 2（其中逐个计算 0），退回 1" in done.out
    scores = [(row["department"], row["total"]) for row in table(tmp_path / "out", "scores")]
    assert scores == [("广东省人民政府办公厅", "97.41"), ("示例省直部门", "100.00")]
    assert {row["department"] for row in table(tmp_path / "out", "rejects")} == {"c.xlsx"}
    (folder / "c.xlsx").unlink()
    explained = audit("portfolio", "explain", folder, "广东省人民政府办公厅", "-r", "guangdong/2024")
    assert explained.code == 0, explained.err
    assert "97.41" in explained.out
    impact = audit(
        "portfolio", "impact", folder, "--from", "guangdong/2024", "--to", "guangdong/2024", "-f", "json"
    )
    assert '"departments": 2' in impact.out


@pytest.mark.slow
def test_a_file_that_is_no_table_is_told(tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    shutil.copytree(tables[0], folder)
    (folder / "claimed.csv").rename(folder / "claims.csv")
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    done = audit("portfolio", "score", folder, "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert done.code == 0, done.err
    assert done.err.splitlines() == [
        "未读取 claims.csv（不是这个规则集的表；是否应为“claimed”？）",
        "未读取 notes.txt（读取的表是 main.csv 等）",
    ]


def test_a_column_of_floats_is_refused(tmp_path: Path) -> None:
    ruleset = load("shapes/05-proportional-capped")
    columns = layout_of(ruleset).main.columns
    numeric = next(one for one, column in columns.items() if column.scale)
    listed = ", ".join(
        f'1.5::DOUBLE AS "{one}"' if one == numeric else f"'1' AS \"{one}\"" for one in columns
    )
    connection = duckdb.connect(str(tmp_path / "in.duckdb"))
    connection.execute(f"CREATE TABLE main AS SELECT 'a' AS department, {listed}")
    connection.close()
    done = score_database(tmp_path, ruleset.id)
    assert done.code == 3
    assert "F007" in done.err
    assert "DOUBLE" in done.err


def test_an_unknown_or_missing_column_is_told_with_its_table(
    tables: tuple[Path, list[dict[str, Any]]], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    shutil.copytree(tables[0], folder)
    text = (folder / "contracts.csv").read_text(encoding="utf-8")
    (folder / "contracts.csv").write_text(text.replace("awarded", "awraded", 1), encoding="utf-8")
    done = audit("portfolio", "score", folder, "-r", "guangdong/2024", "-o", tmp_path / "out")
    assert done.code == 3
    assert "awraded" in done.err
    assert "awarded" in done.err
    assert not (tmp_path / "out").exists()


def test_a_department_is_no_formula(tmp_path: Path) -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.yaml").write_text(
        text.replace("department: 广东省人民政府办公厅", 'department: "=1+1"'), encoding="utf-8"
    )
    assert (
        audit("portfolio", "score", tmp_path / "in", "-r", "guangdong/2024", "-o", tmp_path / "out").code == 0
    )
    for name in ("scores", "points", "ledger", "claims"):
        assert {row["department"] for row in table(tmp_path / "out", name)} == {"'=1+1"}
