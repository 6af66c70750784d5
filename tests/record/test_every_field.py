"""Whatever is changed in a record, however little, is told: only what the documentation lists is not recomputed."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from engine.errors import FactsError, Position, Problem, RecordError, Text
from engine.facts.reading import load_facts
from engine.ledger.scoring import Scoring
from engine.record.document import NOT_RECOMPUTED, result_schema
from engine.record.reading import records_in, stated_facts
from engine.record.verifying import compared, recompute
from engine.record.writing import result_document, result_text
from engine.ruleset.library import Library
from engine.scoring import Scorer
from tests.command import GOLDEN
from tests.pages import PAGES

Path = tuple[str | int, ...]
RULESET = Library().load("guangdong/2024")
NOTE = Problem("D030", Text("公式", "a formula"), Position("facts.xlsx", 4, 2, "事实!B4"), severity="warning")
SCORING: Scoring = Scorer(RULESET).score(replace(load_facts(GOLDEN, RULESET), notes=(NOTE,)))
COMPUTED = result_document(SCORING)
TEXT = result_text([COMPUTED], several=False)
RECORD: dict[str, Any] = json.loads(TEXT)
IN_FACTS = ("facts", "document")


def told(content: str) -> bool:
    """Whether a record with this content is refused, or differs from what is computed of its own facts."""
    try:
        [record] = records_in(content.encode(), "record.json")
        notes = msgspec.to_builtins(record.facts.notes) == RECORD["facts"]["notes"]
        same = notes and stated_facts(record, "record.json") == RECORD["facts"]["document"]
        computed = COMPUTED if same else result_document(recompute(record, RULESET, "record.json"))
    except (FactsError, RecordError):
        return True
    return bool(compared(record, computed))


def told_of(document: Any) -> bool:
    return told(json.dumps(document, ensure_ascii=False))


def nodes(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from nodes(inner, (*path, step))


NODES = [*nodes(RECORD)]
LEAVES = [(path, value) for path, value in NODES if not isinstance(value, dict | list)]


def changed(path: Path, change: Callable[[Any, Any], None]) -> Any:
    """A copy of the record in which ``change`` was made to what holds ``path``."""
    if not path:
        whole = [copy.deepcopy(RECORD)]
        change(whole, 0)
        return whole[0]
    document = dict(RECORD)
    holder: Any = document
    for step in path[:-1]:
        holder[step] = copy.copy(holder[step])
        holder = holder[step]
    change(holder, path[-1])
    return document


def put(value: Any) -> Callable[[Any, Any], None]:
    return lambda holder, step: holder.__setitem__(step, value)


def another(value: Any) -> Any:
    """A value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "1"
    if re.fullmatch(r"-?[0-9.,]+", value):
        return f"{value[:-1]}{(int(value[-1]) + 1) % 10}" if value[-1] != "." else f"{value}1"
    return value[:-1] if len(value) > 20 else f"{value}x"


def test_an_untouched_record_agrees() -> None:
    assert not told(TEXT)
    assert not told_of(RECORD)
    for reordered in (
        dict(reversed(RECORD.items())),
        RECORD | {"facts": dict(reversed(RECORD["facts"].items()))},
    ):
        assert not told_of(reordered)
    assert not told(json.dumps(RECORD))
    assert not told("\ufeff" + json.dumps(RECORD, indent=7))


def kind_of(path: Path) -> Path:
    """The place in a record, whichever item of a list it is."""
    return tuple("*" if isinstance(step, int) else step for step in path)


def one_of_each(found: list[tuple[Path, Any]]) -> list[tuple[Path, Any]]:
    """Of each kind of place the first and the last; of the facts, whose digest tells them all, one in twenty."""
    first = {kind_of(path): (path, value) for path, value in reversed(found)}
    last = {kind_of(path): (path, value) for path, value in found}
    chosen = dict((*first.values(), *last.values()))
    facts = [path for path in chosen if path[:2] == IN_FACTS]
    for path in facts:
        if path not in facts[::20]:
            del chosen[path]
    return [*chosen.items()]


SOME = pytest.mark.parametrize("thin", [one_of_each, pytest.param(list, marks=pytest.mark.thorough)])
Thin = Callable[[list[tuple[Path, Any]]], list[tuple[Path, Any]]]


@SOME
def test_every_value(thin: Thin) -> None:
    """Each of the 1,969 values of a real record, replaced by another of its type."""
    assert len(LEAVES) > 1500
    assert len(one_of_each(LEAVES)) > 100
    unseen = [
        ".".join(map(str, path))
        for path, value in thin(LEAVES)
        if not told_of(changed(path, put(another(value))))
    ]
    assert {one for one in unseen if not one.startswith(NOT_RECOMPUTED)} == set()


def test_what_is_not_recomputed_is_what_the_page_lists() -> None:
    unseen = {".".join(map(str, path[:2])) for path, value in LEAVES if path[0] in ("engine", "facts") and path[1] != "document"
              and not told_of(changed(path, put(another(value))))}  # fmt: skip
    listed = {row[0].strip("`") for row in PAGES["docs/results.md"].rows("not recomputed", "because")}
    assert unseen == set(NOT_RECOMPUTED) == listed


@SOME
def test_every_key_and_list(thin: Thin) -> None:
    """A key left out, renamed, or another beside it; an item left out, doubled, or in another's place."""
    for path, value in thin(NODES):
        if path[:2] == ("facts", "notes"):
            continue
        if path and isinstance(path[-1], str):
            assert told_of(changed(path, lambda holder, step: holder.pop(step))), path
        if isinstance(value, dict):
            assert told_of(changed(path, put({**value, "extra": "1"}))), path
            assert told_of(changed(path, put(list(value.values())))), path
        if isinstance(value, list):
            assert told_of(changed(path, put([*value, value[-1] if value else "1"]))), path
            if value:
                assert told_of(changed(path, put(value[:-1]))), path
            if value and value[0] != value[-1]:
                assert told_of(changed(path, put([*value[1:], value[0]]))), path


@SOME
def test_a_number_written_otherwise(thin: Thin) -> None:
    for path, value in thin(LEAVES):
        if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value):
            ways: list[Any] = [
                f"{value}0" if "." in value else f"{value}.0",
                f"+{value}",
                f" {value}",
                float(value),
            ]
            if path[:2] == IN_FACTS:
                ways = ways[-1:] if path[-1] != "late" else ways
            assert all(told_of(changed(path, put(one))) for one in ways[:: 1 if len(path) < 4 else 3]), path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"total": "97.41"', '"total": "100", "total": "97.41"'),
        ('"total": "97.41"', '"total": "97.41", "total": "97.41"'),
        ('"total": "97.41"', '"tot\\u0061l": "100", "total": "97.41"'),
        ('"id": "HT-2024-07"', '"id": "HT-2024-08", "id": "HT-2024-07"'),
        ('"fired": true', '"fired": false, "fired": true'),
        ('"zh": "低 5.90 个百分点"', '"zh": "", "zh": "低 5.90 个百分点"'),
        ('"format": "audit-score/result/1"', '"format": "audit-score/result/2"'),
        ('"format": "audit-score/result/1",', ""),
        ('"total": "97.41"', '"total": 97.41'),
        ('"total": "97.41"', '"total": NaN'),
        ('"year": 2024', '"year": 2024.0'),
        ('"year": 2024', '"year": "2024"'),
        ('"holds": true', '"holds": 1'),
        ('"warnings": []', '"warnings": [[]]'),
        ('"warnings": []', '"warnings": {}'),
        ('"document": {', '"document": [{'),
    ],
)
def test_one_text_may_not_be_two_records(old: str, new: str) -> None:
    assert old in TEXT
    assert told(TEXT.replace(old, new, 1))


def test_a_number_in_the_facts_may_have_been_through_a_float() -> None:
    document = changed(("facts", "document", "facts", "general_budget", "opening"), put(2942.82))
    [record] = records_in(json.dumps(document).encode(), "record.json")
    with pytest.raises(RecordError, match=r"V003 facts\.document\.facts\.general_budget\.opening"):
        recompute(record, RULESET, "record.json")


def test_several_records_are_read_one_by_one() -> None:
    content = result_text([COMPUTED] * 3, several=True)
    assert len(records_in(content.encode(), "records.json")) == 3
    assert json.loads(content) == [RECORD] * 3
    for broken in (
        f"[{TEXT}, {{}}]",
        f"[{TEXT}, []]",
        f"{TEXT}{TEXT}",
        f"[{TEXT}",
        f"[[{TEXT}]]",
        "[]",
        f"{TEXT} x",
    ):
        with pytest.raises(RecordError):
            records_in(broken.encode(), "records.json")


def test_the_layout_is_that_of_json() -> None:
    assert TEXT.startswith('{\n  "format": "audit-score/result/1",\n')
    assert json.loads(TEXT) == json.loads(json.dumps(COMPUTED))
    longest = max(len(line) for line in TEXT.splitlines() if '"fired"' not in line)
    assert longest < 600
    assert set(result_schema()["$defs"]["ResultDocument"]["properties"]) == set(RECORD)


def test_a_note_holds_nothing_that_nobody_sees() -> None:
    document = changed(
        ("facts", "notes"), put([{"code": "D030", "place": "a!B2", "message": {"zh": "甲\u202e", "en": "a"}}])
    )
    [record] = records_in(json.dumps(document).encode(), "record.json")
    with pytest.raises(FactsError, match=r"S104 .*U\+202E"):
        recompute(record, RULESET, "record.json")
