"""A record that ``score`` writes is verified whatever its size; one that is made to cost memory is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import UsageProblem
from engine.facts.reading import load_facts
from engine.record.reading import MAX_BYTES, MAX_TEXTS
from engine.record.writing import Json, result_document, result_text
from engine.ruleset.library import Library
from engine.scoring import score_directly
from tests.command import GOLDEN
from tests.limited import CHEAP, limited

CONTRACTS = 10_000


@pytest.fixture(scope="module")
def document() -> Json:
    ruleset = Library().load("guangdong/2024")
    return result_document(score_directly(ruleset, load_facts(GOLDEN, ruleset)))


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
    path = tmp_path / "result.json"
    scored = limited(CHEAP, "score", tmp_path / "facts.yaml", "-f", "json", "-o", path)
    assert (scored.code, scored.err) == (0, "")
    assert path.read_text(encoding="utf-8").count('"record": "L-') >= CONTRACTS
    run = limited(CHEAP, "verify", path)
    assert (run.code, run.err) == (0, "")
    assert "agrees (95.41 优)" in run.out


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
def test_much_of_little_is_refused(name: str, document: Json, tmp_path: Path) -> None:
    record = result_text([document], several=False)
    old, new, code = MANY[name]
    assert old in record
    path = tmp_path / "result.json"
    path.write_text(record.replace(old, new, 1), encoding="utf-8")
    run = limited(CHEAP, "verify", path)
    if code:
        assert run.code == 3, run.err[-500:]
        assert code in run.err
        assert run.out == ""
    else:
        assert run.code == 1, run.err[-500:]
        assert len(run.out) < 100_000


def test_more_than_can_be_read_again_is_not_written(document: Json) -> None:
    large = {**document, "department": "局" * (MAX_BYTES // 3)}
    with pytest.raises(UsageProblem, match="V006"):
        result_text([large], several=False)


def test_a_list_of_results_is_a_list(document: Json, tmp_path: Path) -> None:
    text = result_text([document], several=True)
    assert json.loads(text) == [document]
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    assert limited(CHEAP, "verify", path).code == 0
