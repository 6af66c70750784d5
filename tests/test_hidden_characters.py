"""What nobody sees is refused with its place where it is read, so that no output ever holds it."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engine.errors import AuditError, FactsError, Problem, RulesetError, one_line
from engine.facts.reading import read_facts
from engine.portfolio.script import script_of
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.source import alike, folded, hidden_at, node_at, parse_source, plain, tree_of

HIDDEN = {
    "null": "\0", "bell": "\a", "vertical tab": "\v", "form feed": "\f", "carriage return": "\r", "escape": "\x1b",
    "unit separator": "\x1f", "delete": "\x7f", "next line": "\x85", "C1 escape": "\x9b", "soft hyphen": "\xad",
    "grapheme joiner": "\u034f", "Arabic mark": "\u061c", "Hangul filler": "\u115f", "Khmer vowel": "\u17b4",
    "Mongolian vowel separator": "\u180e", "zero-width space": "\u200b", "zero-width non-joiner": "\u200c",
    "zero-width joiner": "\u200d", "left-to-right mark": "\u200e", "right-to-left mark": "\u200f",
    "line separator": "\u2028", "paragraph separator": "\u2029", "embedding": "\u202a", "pop": "\u202c",
    "override": "\u202e", "word joiner": "\u2060", "invisible times": "\u2062", "unassigned ignorable": "\u2065",
    "isolate": "\u2066", "pop isolate": "\u2069", "shape selector": "\u206f", "blank letter": "\u3164",
    "noncharacter": "\ufdd0", "byte order mark": "\ufeff", "half-width filler": "\uffa0", "annotation": "\ufffa",
    "end of plane": "\uffff", "shorthand": "\U0001bca0", "music": "\U0001d173", "tag": "\U000e0041",
    "language tag": "\U000e0001", "end of plane 1": "\U0001fffe",
}  # fmt: skip
SEEN = {
    "variation selector": "葛\ufe00", "ideographic variation": "葛\U000e0100", "Mongolian variation": "ᠠ\u180b",
    "emoji": "😀\ufe0f", "private use": "\ue000", "ideographic space": "某\u3000局", "no-break space": "某\xa0局",
    "rare": "𠮷", "combining": "é", "bracket": "（一）", "replacement": "\ufffd",
}  # fmt: skip

RULESET = """\
ruleset: table
title: {zh: 两行, en: Two rows}
authority: 某省财政厅
description: For the test
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
grades:
  - {from: 9, grade: 优}
  - {below: 9, grade: 差}
parameters:
  limit: {value: 20, type: days, label: Limit}
facts:
  budget: {label: {zh: 预算, en: Budget}, type: money, at_least: 0.01, description: As approved, found_as: ["本年预算{value}万元"]}
  spent: {label: Spent, type: money}
  report_days: {label: Days, type: days}
  level: {label: Level, type: choice, options: [好, 中]}
  items:
    label: Items
    records: {key: id}
    fields:
      id: {label: Id, type: text}
      remark: {label: Remark, type: text, optional: true}
      late: {label: Late, type: flag}
measures:
  execution: {label: Execution rate, value: spent / budget, description: A rate}
checks:
  - {id: stated, holds: spent >= 0, because: Stated, severity: error}
criteria:
  - id: execution_row
    title: Execution
    points: 5
    score: "points * min(execution, 100%)"
    basis: {source: 预算法, article: 第一条, status: law, note: A note}
  - id: report
    title: Report
    points: 3
    deductions:
      - {id: late_report, when: report_days > limit, deduct: 1, because: "The report took {report_days} days"}
      - {id: late_item, each: items, when: late, deduct: 0.5, waivable: true, because: "Item {id} late"}
    explain:
      - {id: why, when: level == "中", because: Say why}
  - id: judged
    title: Judged
    points: 2
    judged: {tiers: [{id: met, title: Met, from: 0%, up_to: 100%}]}
examples:
  - name: all well
    base: facts
    given: {spent: 100}
    expect: {total: 10, grade: 优}
unchecked:
  - {check: R300, reason: It is so}
"""
FACTS = """\
department: 某局
year: 2024
ruleset: table
facts:
  budget: 100
  spent: 50
  report_days: 21
  level: 中
  items:
    - {id: A-1, late: true, remark: 已说明}
evidence:
  budget: {source: 决算, page: "12", status: published, note: 第二次}
claimed: {report: 2}
judgements:
  judged: {tier: met, coefficient: 90%, by: 李文, reason: 抽查}
waivers:
  - {rule: late_item, record: A-1, reason: 停机, evidence: 公告}
explanations:
  why: 汛期
"""


def ruleset_of(document: Any) -> Ruleset:
    return build_ruleset(parse_source(_json(document), "table.json", RulesetError))


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=True).encode()


def written(text: str) -> Any:
    return plain(parse_source(text.encode(), "written.yaml", RulesetError))


def leaves(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every text or number in the document."""
    if isinstance(node, dict):
        return [one for key, value in node.items() for one in leaves(value, (*path, key))]
    if isinstance(node, list):
        return [one for place, value in enumerate(node) for one in leaves(value, (*path, place))]
    return [path]


def some(paths: list[tuple[str | int, ...]], name: str) -> list[tuple[str | int, ...]]:
    """A third of the paths: each of them meets a third of the characters."""
    return paths[list(HIDDEN).index(name) % 3 :: 3]


def put(document: Any, path: tuple[str | int, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def problems_of(error: type[AuditError], run: Any) -> tuple[Problem, ...]:
    with pytest.raises(error) as caught:
        run()
    return caught.value.problems


def test_what_is_hidden_is_what_unicode_says() -> None:
    """Every control and format character that is shown as nothing, and no letter, digit, mark or sign."""
    visible_formats = set(
        "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    )
    fillers = set("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
    for code in range(0x110000):
        one = chr(code)
        category = unicodedata.category(one)
        if one in "\n\t":
            assert hidden_at(one) < 0
        elif (
            category in ("Cc", "Zl", "Zp", "Cs")
            or one in fillers
            or (category == "Cf" and one not in visible_formats and not 0x13430 <= code <= 0x1345F)
        ):
            assert hidden_at(one) == 0, hex(code)
        elif category not in ("Cn", "Cf"):
            assert hidden_at(one) < 0, hex(code)


def test_no_message_shows_it() -> None:
    """Whatever a message or a note shows stands on one line, without what nobody sees."""
    for code in range(0x110000):
        if 0xDC80 <= code <= 0xDCFF:  # a byte of a file's name that is no UTF-8
            assert one_line(chr(code)) == f"\\x{code - 0xDC00:02x}"
        elif hidden_at(chr(code)) >= 0 or chr(code) in "\n\t":
            assert one_line(chr(code)) == " ", hex(code)
    assert one_line("".join(SEEN[name] for name in ("ideographic variation", "rare", "bracket"))) == "".join(
        SEEN[name] for name in ("ideographic variation", "rare", "bracket")
    )


@pytest.mark.parametrize("name", HIDDEN)
def test_every_text_of_a_ruleset(name: str) -> None:
    """Placed where it is, in a value and in a key, and nowhere let through."""
    whole = written(RULESET)
    for path in some(leaves(whole), name):
        document = json.loads(json.dumps(whole))
        put(document, path, f"a{HIDDEN[name]}b")
        found = problems_of(RulesetError, lambda document=document: ruleset_of(document))
        assert {one.code for one in found} == {"S104"}, path
        assert all(one.where is not None and one.where.line for one in found)


@pytest.mark.parametrize("name", HIDDEN)
def test_every_text_of_a_facts_file(name: str) -> None:
    ruleset = ruleset_of(written(RULESET))
    whole = written(FACTS)
    for path in some(leaves(whole), name):
        document = json.loads(json.dumps(whole))
        put(document, path, f"a{HIDDEN[name]}b")
        read = problems_of(
            FactsError,
            lambda document=document: read_facts(
                parse_source(_json(document), "f.json", FactsError), ruleset
            ),
        )
        assert {one.code for one in read} == {"S104"}, path
        # the same out of a table, a workbook or a result: a tree that was never a text
        read = problems_of(FactsError, lambda document=document: read_facts(tree_of(document, "甲"), ruleset))
        assert [one.code for one in read] == ["S104"], path
        assert re.sub(r"\W+", ".", read[0].path).strip(".") == ".".join(
            str(one + 1 if isinstance(one, int) else one) for one in path
        )


def test_the_character_itself_is_placed(tmp_path: Path) -> None:
    """Written as it is, not as an escape: in texts, keys and comments."""
    for one in HIDDEN.values():
        if "\ud800" <= one <= "\udfff" or one == "\r":
            continue
        for text, column in (
            (f"title: a{one}b", 9),
            (f"a{one}b: c", 2),
            (f"a: b # x{one}", 9),
            (f"- |\n  a{one}", 4),
        ):
            found = problems_of(
                RulesetError, lambda text=text: parse_source(text.encode(), "t.yaml", RulesetError)
            )
            assert [(one.code, one.where.column if one.where else 0) for one in found] == [
                ("S104", column)
            ], text


@pytest.mark.parametrize("name", SEEN)
def test_what_is_seen_is_read(name: str) -> None:
    document = written(RULESET)
    document["title"] = SEEN[name]
    ruleset = ruleset_of(document)
    facts = written(FACTS)
    facts["department"] = facts["facts"]["items"][0]["id"] = facts["waivers"][0]["record"] = SEEN[name]
    assert read_facts(tree_of(facts, "f"), ruleset).department == SEEN[name]


RUNNING = {
    ("description",), ("facts", "budget", "description"), ("measures", "execution", "description"),
    ("criteria", 0, "basis", "note"), ("unchecked", 0, "reason"), ("checks", 0, "because"),
    ("criteria", 1, "deductions", 0, "because"), ("criteria", 1, "deductions", 1, "because"),
    ("criteria", 1, "explain", 0, "because"),
}  # fmt: skip
"""Texts that may have several lines; so may expressions."""
EXPRESSIONS = {"score", "when", "deduct", "value", "holds"}


def test_line_breaks_stand_in_running_text_only() -> None:
    whole = written(RULESET)
    for path in leaves(whole):
        value = at(whole, path)
        if (
            path[-1] in EXPRESSIONS
            or not isinstance(value, str)
            or (path[:1] == ("examples",) and path[-1] != "name")
        ):
            continue
        for sign in ("\n", "\t"):
            document = json.loads(json.dumps(whole))
            put(document, path, f"{value}{sign}COPY (SELECT 1) TO 'pwned.csv';")
            if path in RUNNING:
                ruleset_of(document)
                continue
            found = problems_of(RulesetError, lambda document=document: ruleset_of(document))
            assert {one.code for one in found} & {"R003", "R004", "R005", "R020"}, path
            root = parse_source(_json(document), "table.json", RulesetError)
            assert found[0].where == node_at(root, path).position


def test_no_comment_of_a_script_goes_on_in_the_next_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Should a title with a second line ever come so far, it is still a comment: nothing of it is run."""
    monkeypatch.setattr("engine.ruleset.fields.break_at", lambda text: -1)
    document = written(RULESET)
    for path in leaves(document):
        if path[-1] in ("title", "label", "source", "article", "zh", "en"):
            put(document, path, f"{at(document, path)}\nCOPY (SELECT 'pwned') TO 'pwned.csv';\n--")
    script = script_of(ruleset_of(document))
    assert script.count("pwned") > 10
    monkeypatch.chdir(tmp_path)
    with pytest.raises(duckdb.IOException, match=r"main\.csv"):
        duckdb.connect().execute(script)
    assert [*tmp_path.iterdir()] == []


def test_a_name_of_a_facts_file_stands_on_one_line() -> None:
    ruleset = ruleset_of(written(RULESET))
    for path in (("department",), ("facts", "items", 0, "id"), ("judgements", "judged", "by")):
        document = written(FACTS)
        put(document, path, "a\nb")
        found = problems_of(FactsError, lambda document=document: read_facts(tree_of(document, "f"), ruleset))
        assert "F026" in {one.code for one in found}, path
    for path in (
        ("facts", "items", 0, "remark"), ("judgements", "judged", "reason"), ("waivers", 0, "reason"),
        ("waivers", 0, "evidence"), ("explanations", "why"), ("evidence", "budget", "note"),
    ):  # fmt: skip
        document = written(FACTS)
        put(document, path, "a\n\tb")
        read_facts(tree_of(document, "f"), ruleset)


ALIKE = [
    ("HT-1", "ＨＴ-1"), ("合同(1)", "合同（1）"), ("II", "Ⅱ"), ("1", "①"), ("é", "e\u0301"), ("葛", "葛\U000e0100"),
    ("豈", "\uf900"), ("A B", "A\u3000B"), ("A B", "A\xa0B"), ("㈱", "(株)"), ("km", "㎞"), ("№", "No"), ("½", "1⁄2"),
]  # fmt: skip
APART = [("HT-1", "ht-1"), ("A B", "AB"), ("0", "O"), ("А", "A"), ("一", "ー"), ("HT-1", "HT-01")]


@pytest.mark.parametrize(("one", "two"), ALIKE)
def test_records_that_look_the_same_are_refused(one: str, two: str) -> None:
    ruleset = ruleset_of(written(RULESET))
    document = written(FACTS)
    document["facts"]["items"] = [{"id": one, "late": "false"}, {"id": two, "late": "true"}]
    del document["waivers"]
    [problem] = problems_of(FactsError, lambda: read_facts(tree_of(document, "f"), ruleset))
    assert (problem.code, problem.path) == ("F025", f"items[{two}]")


@pytest.mark.parametrize(("one", "two"), APART)
def test_records_that_look_different_are_two(one: str, two: str) -> None:
    document = written(FACTS)
    document["facts"]["items"] = [{"id": one, "late": "false"}, {"id": two, "late": "true"}]
    del document["waivers"]
    read_facts(tree_of(document, "f"), ruleset_of(written(RULESET)))
    assert folded(one) != folded(two)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("facts", "ｂudget"), {"label": "Another", "type": "money"}),
        (("parameters", "ｓpent"), {"value": "1", "type": "money"}),
        (("measures", "ｌimit"), {"label": "Another", "value": "spent + 1"}),
        (("facts", "items", "fields", "ｌate"), {"label": "Another", "type": "flag"}),
        (("facts", "level", "options"), ["好", "中", "Ⅱ", "II"]),
        (("grades", 1, "grade"), "优\ufe00"),
    ],
)
def test_names_of_a_ruleset_that_look_the_same(path: tuple[str | int, ...], value: Any) -> None:
    document = written(RULESET)
    put(document, path, value)
    found = problems_of(RulesetError, lambda: ruleset_of(document))
    assert [one.code for one in found] == ["R015"]


def test_the_same_text_twice_is_not_alike() -> None:
    assert [*alike(["a", "a", "ａ"])] == [("ａ", "a")]
    assert plain(tree_of({"a": "b"}, "f")) == {"a": "b"}
