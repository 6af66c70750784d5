"""``audit score`` from the outside: the golden case in every format, several files, exit codes."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from tests.command import GOLDEN, ROOT, audit, changed

EXPECTED = ROOT / "fixtures" / "expected"


def test_the_golden_case_in_words() -> None:
    run = audit("score", GOLDEN)
    assert run.code == 0
    lines = {
        line.split()[0]: line.split()[1:4]
        for line in run.out.splitlines()
        if line.strip() and len(line.split()) > 3
    }
    assert lines["履职效能"] == ["50.00", "50.00", "0.00"]
    assert lines["管理效率"] == ["50.00", "47.41", "2.59"]
    assert lines["总分"] == ["100.00", "97.41", "2.59"]
    assert "等级：优" in run.out
    assert "执行率 84.10% 低于 90.00%" in run.out
    assert run.err == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_golden_table_read_by_hand(language: str) -> None:
    """The expected files were read line by line against the table of the case before they were kept."""
    expected = (EXPECTED / f"guangdong-general-office-2024.{language}.txt").read_text(encoding="utf-8")
    assert audit("--lang", language, "score", GOLDEN).out == expected


def test_the_json_document_fits_its_published_schema() -> None:
    run = audit("score", GOLDEN, "--format", "json")
    document = json.loads(run.out, parse_float=lambda text: pytest.fail(f"a float in the document: {text}"))
    schema = json.loads((ROOT / "docs" / "result.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    assert (document["total"], document["grade"]) == ("97.41", "优")
    lost = {(line["criterion"], line["rule"], line["record"]): line["applied"] for line in document["ledger"]}
    assert lost == {("execution", "", ""): "1.59", ("contract_filing", "late_filing", "HT-2024-07"): "1"}


def test_the_published_schema_is_the_one_of_the_code() -> None:
    from engine.record.document import result_schema

    assert json.loads((ROOT / "docs" / "result.schema.json").read_text(encoding="utf-8")) == result_schema()


def test_every_node_of_the_json_balances() -> None:
    document = json.loads(audit("score", GOLDEN, "-f", "json").out)

    def check(node: dict) -> None:
        assert Fraction(node["full"]) - Fraction(node["lost"]) == Fraction(node["earned"]), node["id"]
        for child in node["criteria"]:
            check(child)

    check(document["criteria"][0])
    assert sum(Fraction(line["applied"]) for line in document["ledger"]) == 100 - Fraction(document["total"])


def test_csv_has_a_row_for_every_criterion_and_line() -> None:
    rows = list(csv.DictReader(io.StringIO(audit("score", GOLDEN, "-f", "csv").out)))
    lines = [row for row in rows if row["row"] == "line"]
    assert [(row["criterion"], row["applied"]) for row in lines] == [
        ("execution", "1.59"),
        ("contract_filing", "1"),
    ]
    assert {row["criterion"]: row["earned"] for row in rows if row["row"] == "criterion"}[
        "management"
    ] == "47.41"


def test_csv_texts_are_no_formulas_in_a_spreadsheet(tmp_path: Path) -> None:
    path = changed(tmp_path, ("department: 广东省人民政府办公厅", 'department: "=HYPERLINK(1)"'))
    rows = list(csv.DictReader(io.StringIO(audit("score", path, "-f", "csv").out)))
    assert {row["department"] for row in rows} == {"'=HYPERLINK(1)"}


def test_markdown_tables_survive_special_characters(tmp_path: Path) -> None:
    path = changed(tmp_path, ("department: 广东省人民政府办公厅", 'department: "a|b <script>"'))
    out = audit("score", path, "-f", "markdown").out
    assert out.startswith(r"# a\|b \<script\> 2024：97.41 优")
    tables = [line for line in out.splitlines() if line.startswith("| ")]
    assert len({line.replace(r"\|", "").count("|") for line in tables}) <= 2


def test_json_facts_score_the_same_as_yaml(tmp_path: Path) -> None:
    from engine.errors import FactsError
    from engine.source import plain, read_source

    path = tmp_path / "facts.json"
    path.write_text(json.dumps(plain(read_source(GOLDEN, FactsError))), encoding="utf-8")
    yaml, from_json = (json.loads(audit("score", one, "-f", "json").out) for one in (GOLDEN, path))
    assert from_json["ledger"] == yaml["ledger"]
    assert from_json["facts"]["digest"] == yaml["facts"]["digest"]


def test_labels_serve_as_names(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ("  general_budget:\n", "  一般公共预算财政拨款收支（决算数）:\n"),
        ("spent: 24,066.38", "本年支出: 24,066.38"),
    )
    assert json.loads(audit("score", path, "-f", "json").out)["total"] == "97.41"


def test_good_files_are_scored_and_bad_ones_reported(tmp_path: Path) -> None:
    bad = changed(tmp_path, ("spent: 24,066.38", "spent: 31,08.53"))
    missing = tmp_path / "nowhere.yaml"
    run = audit("score", bad, GOLDEN, missing, "-f", "json")
    assert run.code == 3
    assert [one["total"] for one in json.loads(run.out)] == ["97.41"]
    assert "31,08.53" in run.err
    assert "nowhere.yaml" in run.err


def test_several_results_are_one_json_list() -> None:
    documents = json.loads(audit("score", GOLDEN, GOLDEN, "-f", "json").out)
    assert [document["total"] for document in documents] == ["97.41", "97.41"]


@pytest.mark.parametrize(("limit", "code"), [("97.41", 0), ("97.42", 1), ("97.4100001", 1)])
def test_fail_under_compares_exactly(limit: str, code: int) -> None:
    assert audit("score", GOLDEN, "--fail-under", limit).code == code


def test_output_goes_to_the_file_whole(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    run = audit("score", GOLDEN, "-f", "json", "-o", target)
    assert (run.code, run.out) == (0, "")
    assert json.loads(target.read_text(encoding="utf-8"))["total"] == "97.41"
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_a_failed_run_leaves_an_older_output_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    target.write_text("older", encoding="utf-8")
    bad = changed(tmp_path, ("spent: 24,066.38", "spent: NaN"))
    assert audit("score", bad, "-f", "json", "-o", target).code == 3
    assert target.read_text(encoding="utf-8") == "older"


def test_an_output_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    run = audit("score", GOLDEN, "-o", tmp_path / "no" / "such" / "folder.txt")
    assert run.code == 2
    assert "U001" in run.err


def test_nothing_of_a_terminal_reaches_a_pipe(tmp_path: Path) -> None:
    path = changed(tmp_path, ("department: 广东省人民政府办公厅", 'department: "a\\e[31mb"'))
    run = audit("score", path)
    assert run.code == 3
    assert "S104" in run.err
    assert "\x1b" not in run.out + run.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("score",), 2),
        (("scroe", GOLDEN), 2),
        (("score", GOLDEN, "-f", "xml"), 2),
        (("--help",), 0),
        (("--version",), 0),
    ],
)
def test_usage(arguments: tuple[object, ...], code: int) -> None:
    assert audit(*arguments).code == code


def test_a_ruleset_of_ones_own_folder_is_found_before_the_shipped_ones(tmp_path: Path) -> None:
    shipped = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")
    (tmp_path / "guangdong").mkdir()
    changed_table = shipped.replace("decimals: 2, rounding: half_up", "decimals: 1, rounding: half_up", 1)
    (tmp_path / "guangdong" / "2024.yaml").write_text(changed_table, encoding="utf-8")
    assert json.loads(audit("--rulesets", tmp_path, "score", GOLDEN, "-f", "json").out)["total"] == "97.4"
    assert (
        json.loads(audit("score", GOLDEN, "-f", "json", AUDIT_RULESETS=str(tmp_path)).out)["total"] == "97.4"
    )
