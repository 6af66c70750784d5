"""A record that ``score`` writes is verified whatever its size; one that is made to cost memory is refused."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import UsageProblem
from engine.facts.reading import load_facts
from engine.record.reading import MAX_BYTES, MAX_TEXTS
from engine.record.writing import result_document, result_text
from engine.ruleset.library import Library
from engine.scoring import Scorer
from tests.command import GOLDEN, PATIENCE, ROOT, settings

GIGABYTE = 1 << 30
CONTRACTS = 10_000


def verify(path: Path) -> tuple[int, str, str]:
    """``audit verify``, with no more than a gigabyte."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--lang", "en", "verify", str(path)],
        cwd=ROOT, env=settings(), capture_output=True, encoding="utf-8", timeout=PATIENCE, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (GIGABYTE, GIGABYTE)),
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_ten_thousand_late_contracts(tmp_path: Path) -> None:
    text = GOLDEN.read_text(encoding="utf-8")
    mark = "    - {id: HT-2024-07,"
    assert mark in text
    late = "".join(
        f"    - {{id: L-{number:05d}, name: 第{number}号合同, awarded: 2024-06-03, signed: 2024-06-20, "
        f"filed: 2024-07-{2 + number % 20:02d}, announced: 2024-06-21, announcement_exempt: false}}\n"
        for number in range(CONTRACTS)
    )
    (tmp_path / "facts.yaml").write_text(text.replace(mark, late + mark), encoding="utf-8")
    ruleset = Library().load("guangdong/2024")
    scoring = Scorer(ruleset).score(load_facts(tmp_path / "facts.yaml", ruleset))
    assert len(scoring.lines) > CONTRACTS
    path = tmp_path / "result.json"
    path.write_text(result_text([result_document(scoring)], several=False), encoding="utf-8")
    code, out, err = verify(path)
    assert (code, err) == (0, "")
    assert "agrees (95.41 优)" in out


MANY = {
    "lists in the facts": ('"document": {', '"document": {"deep": [' + "[]," * 2_000_000 + "[]],", "V001"),
    "objects in the facts": ('"document": {', '"document": {"deep": [' + "{}," * 2_000_000 + "{}],", "V001"),
    "texts in the facts": ('"document": {', '"document": {"deep": [' + '"",' * 2_000_000 + '""],', "V001"),
    "keys in the facts": ('"document": {', '"document": {' + "".join(f'"{n}":"",' for n in range(600_000)), "V001"),
    "lists as warnings": ('"warnings": []', '"warnings": [' + "[]," * 2_000_000 + "[]]", "V003"),
    "an unknown key": ('"total":', '"deep": [' + "[]," * 2_000_000 + '[]], "total":', "V003"),
    "formulas": ('"formulas": []', '"formulas": [' + '"中",' * 4_000_000 + '"中"]', ""),
    "too many formulas": ('"formulas": []', '"formulas": [' + '"",' * MAX_TEXTS + '""]', "V001"),
}  # fmt: skip


@pytest.mark.parametrize("name", MANY)
def test_much_of_little_is_refused(name: str, tmp_path: Path) -> None:
    ruleset = Library().load("guangdong/2024")
    record = result_text([result_document(Scorer(ruleset).score(load_facts(GOLDEN, ruleset)))], several=False)
    old, new, code = MANY[name]
    assert old in record
    path = tmp_path / "result.json"
    path.write_text(record.replace(old, new, 1), encoding="utf-8")
    exit_code, out, err = verify(path)
    if code:
        assert exit_code == 3, err[-500:]
        assert code in err
        assert out == ""
    else:
        assert exit_code == 1, err[-500:]
        assert len(out) < 100_000


def test_more_than_can_be_read_again_is_not_written() -> None:
    ruleset = Library().load("guangdong/2024")
    document = result_document(Scorer(ruleset).score(load_facts(GOLDEN, ruleset)))
    document["department"] = "局" * (MAX_BYTES // 3)
    with pytest.raises(UsageProblem, match="V006"):
        result_text([document], several=False)


def test_a_list_of_results_is_a_list(tmp_path: Path) -> None:
    ruleset = Library().load("guangdong/2024")
    document = result_document(Scorer(ruleset).score(load_facts(GOLDEN, ruleset)))
    text = result_text([document], several=True)
    assert json.loads(text) == [document]
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    assert verify(path)[0] == 0
