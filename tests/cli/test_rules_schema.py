"""``audit rules schema``: what editors complete and check with, held to what the engine takes."""

from __future__ import annotations

import json
import os
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from engine.facts.json_schema import facts_schema
from engine.ruleset import document
from engine.ruleset.json_schema import ruleset_schema
from engine.ruleset.key_help import KEYS
from engine.ruleset.library import Library, shipped_folder
from tests.command import GOLDEN, ROOT, audit
from tests.core_yaml import core_document

IDS = sorted(Library().ids())
SHIPPED = [shipped_folder() / f"{ruleset_id}.yaml" for ruleset_id in IDS]
FACTS = sorted(
    path
    for path in [*(ROOT / "fixtures").glob("*.yaml"), *shipped_folder().rglob("*/*/*.yaml")]
    if re.search(r"^department:", path.read_text(encoding="utf-8"), re.MULTILINE)
)
SHAPES = sorted((ROOT / "tests" / "shapes").glob("*.yaml"))
EDITOR_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
RULESETS = Draft202012Validator(ruleset_schema())


def name(path: Path) -> str:
    return os.path.relpath(path, ROOT)


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{one.json_path}: {one.message[:200]}" for one in found]


# Published


@pytest.mark.parametrize("ruleset", [None, *IDS])
def test_what_is_published_is_what_the_command_prints(ruleset: str | None) -> None:
    path = ROOT / "docs" / "ruleset.schema.json"
    arguments: tuple[str, ...] = ("ruleset",)
    if ruleset is not None:
        path, arguments = shipped_folder() / f"{ruleset}.schema.json", ("facts", ruleset)
    run = audit("rules", "schema", *arguments)
    assert (run.code, run.err) == (0, "")
    assert path.is_file(), "make schemas"
    assert path.read_text(encoding="utf-8") == run.out, "make schemas"
    Draft202012Validator.check_schema(json.loads(run.out))


@pytest.mark.parametrize("path", [*SHIPPED, *FACTS], ids=name)
def test_the_editor_line_names_the_schema_that_holds(path: Path) -> None:
    named = EDITOR_LINE.match(path.read_text(encoding="utf-8"))
    assert named, "the first line is: # yaml-language-server: $schema=…"
    schema = json.loads((path.parent / named[1]).resolve(strict=True).read_text(encoding="utf-8"))
    assert problems(schema, core_document(path)) == []
    assert ("facts" in schema.get("properties", {})) == (path in FACTS)


@pytest.mark.parametrize("path", SHAPES, ids=name)
def test_every_shape_of_rule_is_valid(path: Path) -> None:
    assert [one.message for one in RULESETS.iter_errors(core_document(path))] == []


def test_every_key_is_explained() -> None:
    models = [one for one in vars(document).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    keys = {
        f"{model.__name__}.{field.alias or key}": field.alias or key
        for model in models
        if not model.__name__.startswith(("_", "Bilingual"))
        for key, field in model.model_fields.items()
    }
    assert [whole for whole, key in keys.items() if whole not in KEYS and key not in KEYS] == []
    used = set(keys) | set(keys.values()) | {"expression", "text", "remove", "extends"}
    assert sorted(set(KEYS) - used) == []


# Rulesets


def shipped() -> Any:
    return deepcopy(core_document(SHIPPED[IDS.index("guangdong/2024")]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("points",), {"total": 100}),
        (("year",), "2024 年"),
        (("titel",), "x"),
        (("criteria", 0, "points"), [50]),
        (("criteria", 0, "id"), "Efficacy"),
        (("criteria", 0, "applies"), "x > 1"),
        (("criteria", 0, "combine"), "most"),
        (("criteria", 0, "criteria", 1, "score"), {"of": "x"}),
        (("criteria", 0, "criteria", 1, "score"), {"cases": [{"when": "x"}]}),
        (("criteria", 0, "basis", "status"), "official"),
        (("criteria", 0, "criteria", 0, "deductions", 0, "deduckt"), 2),
        (("facts", "goals", "type"), "flag"),
        (("facts", "as_of", "type"), "day"),
        (("grades", 0, "above"), 90),
        (("parameters", "1st"), {"value": 1, "type": "days"}),
        (("veto",), {"when": "x"}),
        (("title",), {"zh": "只有中文"}),
    ],
)
def test_what_is_wrong_is_found(path: tuple[str | int, ...], value: Any) -> None:
    written = shipped()
    place = written
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert list(RULESETS.iter_errors(written)) != []


def test_short_forms_and_what_yaml_reads_as_numbers() -> None:
    written = shipped()
    written["criteria"][0]["combine"] = {"weighted_by": {"goal_setting": 1, "output_completion": "0.5"}}
    written["criteria"][0]["criteria"][1]["score"] = 5
    written["title"] = 2024
    written["authority"] = None
    written["parameters"]["预算天数"] = {"value": 7, "type": "days"}
    assert [one.message for one in RULESETS.iter_errors(written)] == []


OVERLAY = {
    "ruleset": "a/2025",
    "extends": "a/2024",
    "year": 2025,
    "title": {"en": "only one language changes"},
    "parameters": {"filing_days": {"value": 5}, "tolerance": {"remove": True}},
    "facts": {"contracts": {"fields": {"filed": {"optional": False}, "name": {"remove": True}}}},
    "veto": {"remove": True},
    "criteria": [
        {
            "id": "management",
            "criteria": [
                {"id": "x", "remove": True},
                {"id": "y", "score": {"remove": True}, "judged": {"at_most": 3}},
            ],
        },
        {"id": "z", "deductions": [{"id": "late", "deduct": 1}, {"id": "never", "remove": True}]},
    ],
    "examples": [{"name": "an example", "remove": True}, {"name": "another", "expect": {"total": 99}}],
}


def test_an_overlay_needs_only_what_it_changes() -> None:
    assert [one.message for one in RULESETS.iter_errors(OVERLAY)] == []
    whole = {key: value for key, value in OVERLAY.items() if key != "extends"}
    assert list(RULESETS.iter_errors(whole)) != []


@pytest.mark.parametrize(
    "change",
    [
        {"criteria": [{"title": "no id tells which"}]},
        {"examples": [{"expect": {"total": 1}}]},
        {"parameters": {"x": {"valeu": 1}}},
        {"parameters": {"x": {"remove": "yes"}}},
        {"criteria": [{"id": "x", "score": {"bands": []}}]},
        {"grades": [{"from": 90}]},
    ],
)
def test_what_is_wrong_in_an_overlay_is_found(change: dict[str, Any]) -> None:
    assert list(RULESETS.iter_errors(OVERLAY | change)) != []


# Facts


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return facts_schema(Library().load("guangdong/2024"))


def with_facts(**changes: Any) -> dict[str, Any]:
    written: dict[str, Any] = deepcopy(core_document(GOLDEN))
    written["facts"] |= changes
    return written


def test_names_and_labels_serve_alike(schema: dict[str, Any]) -> None:
    written = with_facts()
    facts = written["facts"]
    facts["自评基准日"] = facts.pop("as_of")
    facts["General public budget (final accounts)"] = facts.pop("general_budget")
    facts["合同是什么"] = facts["contracts"]
    assert problems(schema, written) != []
    del facts["合同是什么"]
    facts["contracts"][0]["合同签订日期"] = facts["contracts"][0].pop("signed")
    assert problems(schema, written) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"as_of": "2024/12/31"},
        {"as_of": None},
        {"false_figures": "maybe"},
        {"all_funds": {"opening": 1}},
        {"contracts": {}},
        {"contracts": [{"awarded": "2024-01-01", "announcement_exempt": False}]},
        {"incidents": [{"id": "A", "kind": "theft"}]},
        {"three_public": {"budget": -1, "actual": 1}},
        {"three_public": {"budget": "31,08.53", "actual": 1}},
        {"three_public": {"budget": 1, "actual": 1, "spent": 1}},
        {"receipts": [{"id": "", "amount": 1, "due": "2024-01-01"}]},
    ],
)
def test_wrong_facts_are_found(schema: dict[str, Any], changes: dict[str, Any]) -> None:
    assert problems(schema, with_facts(**changes)) != []


@pytest.mark.parametrize(
    "changes",
    [
        {"false_figures": "否"},
        {"three_public": {"budget": "1,268.00", "actual": 1.5}},
        {"receipts": [{"id": 7, "amount": 1, "due": "2024-01-01", "remitted": None}]},
        {"incidents": []},
    ],
)
def test_what_the_reader_takes_is_valid(schema: dict[str, Any], changes: dict[str, Any]) -> None:
    assert problems(schema, with_facts(**changes)) == []


def test_what_stands_beside_the_facts(schema: dict[str, Any]) -> None:
    written = with_facts()
    written |= {
        "claimed": {"总分": 97.41, "履职效能": "50", "management": 47.41},
        "waivers": [{"rule": "late_filing", "record": "A", "reason": "停机"}],
        "explanations": {"low_execution": "跨年"},
        "judgements": None,
    }
    assert problems(schema, written) == []
    for wrong in (
        {"claimed": {"managment": 1}},
        {"waivers": [{"rule": "never_filed", "record": "A", "reason": "不可豁免"}]},
        {"waivers": [{"rule": "late_filing"}]},
        {"explanations": {"late_filing": "x"}},
        {"year": 2023},
        {"claims": {}},
    ):
        assert problems(schema, written | wrong) != [], wrong


def test_claims_and_judgements_that_a_ruleset_cannot_do_without() -> None:
    schema = facts_schema(Library().load("sichuan/2017"))
    written: dict[str, Any] = core_document(shipped_folder() / "sichuan" / "2017" / "full-marks.yaml")
    assert problems(schema, written) == []
    for section in ("claimed", "judgements"):
        first = next(iter(written[section]))
        for wrong in ({}, {key: value for key, value in written[section].items() if key != first}):
            assert problems(schema, written | {section: wrong}) != [], (section, first)
        assert problems(schema, {key: value for key, value in written.items() if key != section}) != []


def test_descriptions_tell_kind_unit_and_bounds(schema: dict[str, Any]) -> None:
    told = schema["$defs"]["general_budget.income"]["description"]
    assert told == "本年收入（金额 万元，≥ 0.01） / Income of the year (money 万元, ≥ 0.01)"
    assert "可不填" in schema["$defs"]["contracts.filed"]["description"]


# The command


def test_written_to_a_file(tmp_path: Path) -> None:
    run = audit("rules", "schema", "-o", tmp_path / "r.json")
    assert (run.code, run.out) == (0, "")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8")) == ruleset_schema()


@pytest.mark.parametrize(
    ("arguments", "code", "mention"),
    [
        (("facts",), 2, "facts RULESET"),
        (("ruleset", "guangdong/2024"), 2, "one for all"),
        (("forms",), 2, "forms"),
        (("facts", "guangdong/2042"), 4, "R010"),
    ],
)
def test_bad_calls(arguments: tuple[str, ...], code: int, mention: str) -> None:
    run = audit("--lang", "en", "rules", "schema", *arguments)
    assert (run.code, run.out) == (code, "")
    assert mention in run.err
