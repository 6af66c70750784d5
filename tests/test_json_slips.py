"""Slips in JSON are told as JSON, with the line and column where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import FactsError, RecordError
from engine.record.reading import records_in
from engine.source import parse_source
from tests.command import GOLDEN, audit

SLIPS = {
    "a comma forgotten": ('{"a": 1\n "b": 2}', "2:2", "a comma is missing here"),
    "a comma doubled": ('{"a": 1,, "b": 2}', "1:9", "there is one comma too many"),
    "a comma at the end": ('{"a": [1, 2,\n], "b" 3}', "1:12", "a comma follows the last entry"),
    "no bracket at the end": ('{"a": {"b": 2}', "1:15", "a bracket is not closed at the end"),
    "one bracket too many": ('{"a": 1}\n}', "2:1", "the document ends before this, and more follows"),
    "a full-width colon": ('{"a"：1}', "1:5", "a full-width colon"),
    "a full-width comma": ('{"a": "甲"，"b": 2}', "1:10", "a full-width comma"),
    "a full-width bracket": ('{"a": 1, "b": ｛"c": ，}', "1:15", "a full-width bracket"),
    "a full-width blank": ('{"a":\u30001, "b" 2}', "1:6", "a full-width or no-break space"),
    "a typographic mark at the end": ('{"a": "甲”, "b": 2}', "1:9", "a typographic quotation mark"),
    "no colon": ('{"a": 1, "b" 2}', "1:14", "a colon is missing after the key"),
    "a quote that is not closed": ('{"a": "甲}', "1:7", "the quotation mark here is not closed"),
    "an escape that is none": ('{"a": "\\q"}', "1:8", "a backslash means nothing here"),
    "half an escape": ('{"a": "\\u12"}', "1:9", "four hexadecimal digits are wanted after \\u"),
    "behind rare characters": ('{"a": "\\ud83d\\ude00", "b": 2 "c": 3}', "1:30", "a comma is missing here"),
}  # fmt: skip


def told(text: str, name: str) -> str:
    with pytest.raises(FactsError) as caught:
        parse_source(text.encode(), name, FactsError)
    (problem,) = caught.value.problems
    assert "YAML" not in problem.render("zh") + problem.render("en")
    assert problem.fix is not None
    return problem.render("en").partition(" (fix: ")[0]


@pytest.mark.parametrize("name", SLIPS)
def test_slips_in_facts(name: str) -> None:
    text, place, said = SLIPS[name]
    assert told(text, "f.json") == f"f.json:{place}: S104 the JSON is broken: {said}"


def test_json_without_a_name_is_known_by_its_beginning() -> None:
    assert told('{"a": 1\n "b": 2}', "-") == "-:2:2: S104 the JSON is broken: a comma is missing here"


@pytest.mark.parametrize("text", ["{a: 1\n b: 2}", 'a: {"b" 1}\nc: {', "a: [1"])
@pytest.mark.parametrize("name", ["f.yaml", "-"])
def test_yaml_stays_yaml(text: str, name: str) -> None:
    with pytest.raises(FactsError, match="the YAML is broken"):
        parse_source(text.encode(), name, FactsError)


RESULT = '{"facts": {"document": '
"""How a result may begin: the facts in it are JSON of any shape."""


@pytest.mark.parametrize("name", sorted({*SLIPS} - {"no bracket at the end", "one bracket too many"}))
def test_slips_in_results(name: str) -> None:
    text, place, said = SLIPS[name]
    line, column = map(int, place.split(":"))
    assert no_result(RESULT + text) == (
        f"r.json:{line}:{column + (len(RESULT) if line == 1 else 0)}: V002 not JSON ({said})"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"format": "audit-score/result/1"', "1:34: V002 not JSON (a bracket is not closed at the end)"),
        ("[]\n]", "2:1: V002 not JSON (the document ends before this, and more follows)"),
        ("department: 甲局", "1:1: V002 not JSON (a value is wanted here)"),
        ("", "1:1: V002 not JSON (a value is wanted here)"),
    ],
)
def test_what_is_no_whole_result(text: str, told: str) -> None:
    assert no_result(text) == f"r.json:{told}"


def no_result(text: str | bytes) -> str:
    with pytest.raises(RecordError) as caught:
        records_in(text if isinstance(text, bytes) else text.encode(), "r.json")
    (problem,) = caught.value.problems
    return problem.render("en").partition(" (fix: ")[0]


def test_a_result_in_another_encoding_tells_the_byte() -> None:
    text = RESULT.replace(" ", "\n") + '"甲"'
    assert (
        no_result(text.encode("gb18030"))
        == "r.json:3:2: V002 not JSON in UTF-8 (byte 25, 0xBC, is not UTF-8)"
    )


def test_a_long_result_is_told_by_its_place_alone() -> None:
    """Reading it again would take as much memory as reading it."""
    assert no_result(RESULT + "[" + "[],\n" * 3_000_000 + "x").startswith("r.json:3000001:1: V002 not JSON (")


def test_types_of_a_result_are_named_in_both_languages(tmp_path: Path) -> None:
    result = tmp_path / "r.json"
    assert audit("score", GOLDEN, "-f", "json", "-o", result).code == 0
    result.write_text(
        result.read_text(encoding="utf-8").replace('"total": "97.41"', '"total": 97.41'), encoding="utf-8"
    )
    assert "V003 total：不是结果文件（应为文字，却是小数）" in audit("--lang", "zh", "verify", result).err
    assert "(Expected `str`, got `float`)" in audit("--lang", "en", "verify", result).err
