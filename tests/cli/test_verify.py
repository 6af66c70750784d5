"""``audit verify``: a record is recomputed, and whatever was changed in it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import GOLDEN, ROOT, audit


@pytest.fixture(scope="module")
def record() -> str:
    return audit("score", GOLDEN, "-f", "json").out


def written(tmp_path: Path, document: Any) -> Path:
    path = tmp_path / "record.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def test_an_untouched_record_agrees(tmp_path: Path, record: str) -> None:
    run = audit("verify", written(tmp_path, record))
    assert run.code == 0
    assert "97.41 优" in run.out


def test_a_changed_total_is_told(tmp_path: Path, record: str) -> None:
    document = json.loads(record)
    document["total"] = "98.41"
    run = audit("--lang", "en", "verify", written(tmp_path, document))
    assert run.code == 1
    assert 'total: recorded "98.41", computed "97.41"' in run.out


def test_a_dropped_line_is_told(tmp_path: Path, record: str) -> None:
    document = json.loads(record)
    del document["ledger"][1]
    run = audit("verify", written(tmp_path, document))
    assert run.code == 1
    assert "ledger[2]" in run.out


def test_changed_facts_show_in_their_hash_and_in_the_points(tmp_path: Path, record: str) -> None:
    document = json.loads(record)
    contracts = document["facts"]["document"]["facts"]["contracts"]
    next(one for one in contracts if one["id"] == "HT-2024-07")["filed"] = "2024-06-21"
    run = audit("verify", written(tmp_path, document))
    assert run.code == 1
    assert "facts.digest" in run.out
    assert "total" in run.out


def test_a_changed_ruleset_shows_in_its_hash(tmp_path: Path, record: str) -> None:
    shipped = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")
    (tmp_path / "guangdong").mkdir()
    (tmp_path / "guangdong" / "2024.yaml").write_text(
        shipped.replace("from: 90, grade", "from: 98, grade").replace("below: 90, grade", "below: 98, grade"),
        encoding="utf-8",
    )
    run = audit("--rulesets", tmp_path, "verify", written(tmp_path, record))
    assert run.code == 1
    assert "ruleset.digest" in run.out
    assert "grade" in run.out


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "3",
        '{"format": "audit-score/result/1"}',
        "[" * 100_000,
        '"\\ud800"',
        "department: x",
    ],
)
def test_what_is_no_record_is_a_message(tmp_path: Path, content: str) -> None:
    run = audit("verify", written(tmp_path, content))
    assert run.code == 3
    assert run.out == ""
    assert "record.json" in run.err


def test_a_list_of_records_is_verified_one_by_one(tmp_path: Path, record: str) -> None:
    document = json.loads(record)
    broken = {**document, "grade": "良"}
    run = audit("verify", written(tmp_path, [document, broken]))
    assert run.code == 1
    assert len([line for line in run.out.splitlines() if "2024：" in line]) == 2


def test_a_key_twice_is_refused(tmp_path: Path, record: str) -> None:
    """Of two totals, another reader may take the other."""
    run = audit(
        "verify", written(tmp_path, record.replace('"total": "97.41"', '"total": "100", "total": "97.41"', 1))
    )
    assert run.code == 3
    assert "V002" in run.err


def test_facts_that_became_unusable_are_told_in_the_record(tmp_path: Path, record: str) -> None:
    document = json.loads(record)
    document["facts"]["document"]["facts"]["general_budget"]["spent"] = "1"
    run = audit("verify", written(tmp_path, document))
    assert run.code == 3
    assert "record.json: 广东省人民政府办公厅 2024" in run.err
    assert "facts.document.general_budget_balance" in run.err
    assert "guangdong-general-office-2024.yaml" not in run.err


def test_nesting_without_end_is_told(tmp_path: Path, record: str) -> None:
    deep = "[" * 900 + "]" * 900
    run = audit(
        "verify", written(tmp_path, record.replace('"document": {', f'"document": {{"deep": {deep},', 1))
    )
    assert run.code == 3
    assert "V002" in run.err


def test_a_long_record_key_verifies(tmp_path: Path) -> None:
    """YAML takes a plain key of 1,024 characters at most; a result is JSON."""
    key = "合同" * 100
    facts = (
        GOLDEN.read_text(encoding="utf-8")
        .replace("id: HT-2024-07", f"id: {key}")
        .replace("[HT-2024-07]", f"[{key}]")
    )
    path = tmp_path / "facts.yaml"
    path.write_text(facts, encoding="utf-8")
    scored = audit("score", path, "-f", "json")
    assert scored.code == 0, scored.err
    run = audit("verify", written(tmp_path, scored.out))
    assert run.code == 0, run.err


def test_the_others_are_verified_though_one_cannot_be(tmp_path: Path, record: str) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{", encoding="utf-8")
    run = audit("verify", bad, written(tmp_path, record))
    assert run.code == 3
    assert "bad.json" in run.err
    assert "97.41 优" in run.out


def test_a_record_names_a_ruleset_not_a_path(tmp_path: Path, record: str) -> None:
    document = json.loads(record)
    document["ruleset"]["id"] = str(ROOT / "rulesets/guangdong/2024.yaml")
    run = audit("verify", written(tmp_path, document))
    assert run.code == 4
    assert "R010" in run.err


def test_a_record_that_is_as_it_was_computed_by_another_ruleset(tmp_path: Path, record: str) -> None:
    """A ruleset of which a word in a description is another: all figures agree, and yet it is told, and not reported."""
    shipped = (ROOT / "rulesets" / "guangdong" / "2024.yaml").read_text(encoding="utf-8")
    (tmp_path / "guangdong").mkdir()
    changed = shipped.replace("authority: ", "authority: 原", 1)
    assert changed != shipped
    (tmp_path / "guangdong" / "2024.yaml").write_text(changed, encoding="utf-8")
    path = written(tmp_path, record)
    run = audit("--lang", "en", "--rulesets", tmp_path, "verify", path)
    assert run.code == 1
    assert "differs: by another state of the ruleset; all figures and texts agree" in run.out
    assert "ruleset.digest: recorded" in run.out
    assert " 0 " not in run.out
    run = audit("--lang", "en", "--rulesets", tmp_path, "report", path, "-o", tmp_path / "x.html")
    assert run.code == 3
    assert "V005" in run.err
    assert not (tmp_path / "x.html").exists()


def test_a_stale_digest_of_the_facts(tmp_path: Path, record: str) -> None:
    """A note beside the facts was changed: no figure is another, and the digest is."""
    document = json.loads(record)
    document["facts"]["document"]["evidence"]["general_budget.opening"]["page"] = "二"
    path = written(tmp_path, document)
    run = audit("verify", path)
    assert run.code == 1
    assert "不一致：事实与其摘要不符；数字和文字都相同" in run.out
    assert "facts.digest" in run.out
    run = audit("report", path, "-o", tmp_path / "x.html")
    assert run.code == 3
    assert "V005" in run.err


def test_another_program_is_a_remark(tmp_path: Path, record: str) -> None:
    document = json.loads(record)
    document["engine"]["digest"] = "0" * 64
    document["facts"]["file"] = "elsewhere.yaml"
    run = audit("--lang", "en", "verify", written(tmp_path, document))
    assert run.code == 0
    assert "agrees (97.41 优)\n  (computed by another version of the program)\n" in run.out
    assert run.out.endswith("not recomputed: engine.version, engine.digest, facts.file, facts.notes\n")
