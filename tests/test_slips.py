"""Slips of typing in YAML are named where they stand: tabs, full-width signs and blanks, dashes, capital letters.

Each case changes one place of a ruleset, or of a facts file, that is in order.
"""

from __future__ import annotations

import pytest

from engine.errors import AuditError, FactsError, RulesetError
from engine.facts.reading import read_facts
from engine.ruleset.building import build_ruleset
from engine.source import parse_source
from engine.suggestions import suggestion

RULESET = """ruleset: t
title: T
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  n: {label: N, type: number, at_least: 0, at_most: 3}
  l:
    label: L
    records: {key: k}
    fields:
      k: {label: K, type: choice, options: [高, 中, 低]}
criteria:
  - id: dd
    title: D
    points: 10
    deductions:
      - {id: one, when: n > 2, deduct: 1, because: "甲 {n}"}
"""
FACTS = """department: D
year: 2024
ruleset: t
facts:
  n: 1
  l: [{k: 高}, {k: 中}]
"""
TAB, COMMA, COLON, BRACKET = "a tab", "a full-width comma", "a full-width colon", "a full-width bracket"
QUOTE, BLANK, DASH = (
    "a typographic quotation mark",
    "a full-width or no-break space",
    "the dash of a list item",
)

IN_A_RULESET = {
    "a tab before a key": ("    title: D", "\ttitle: D", "S104", (15, 1), TAB),
    "a tab among the spaces": ("    points: 10", "  \t  points: 10", "S104", (16, 3), TAB),
    "a tab after spaces, before an item": ("      - {id: one", "    \t- {id: one", "S104", (18, 5), TAB),
    "a tab after a dash": ("  - id: dd", "  -\tid: dd", "S104", (14, 4), TAB),
    "a tab before the second key": ("title: T", "\ttitle: T", "S104", (2, 1), TAB),
    "a comma": ("{id: one, when", "{id: one， when", "S104", (18, 17), COMMA),
    "a comma without a space": ("label: N, type", "label: N，type", "S104", (7, 15), COMMA),
    "a pause mark": ("label: N, type", "label: N、type", "S104", (7, 15), COMMA),
    "commas throughout": (
        "{label: N, type: number, at_least: 0, at_most: 3}", "{label: N，type: number，at_least: 0，at_most: 3}", "S104", (7, 15), COMMA,
    ),
    "a semicolon": ("{id: one, when", "{id: one; when", "S104", (18, 17), "a semicolon"),
    "a full-width semicolon": ("{id: one, when", "{id: one； when", "S104", (18, 17), "a semicolon"),
    "a colon": ("    title: D", "    title：D", "S104", (15, 10), COLON),
    "a colon in the first line": ("ruleset: t", "ruleset：t", "S104", (1, 8), COLON),
    "a colon in the last block": ("    points: 10", "    points：10", "S104", (16, 11), COLON),
    "a colon in braces": ("{id: one, when: n", "{id： one, when: n", "R002", (18, 10), COLON),
    "a colon in braces without a space": ("{key: k}", "{key：k}", "R002", (10, 15), COLON),
    "a brace that opens": ("{key: k}", "｛key: k}", "S104", (10, 14), BRACKET),
    "a brace that closes": ("{key: k}", "{key: k｝", "S104", (10, 21), BRACKET),
    "both braces": ("{key: k}", "｛key: k｝", "S104", (10, 14), BRACKET),
    "a bracket that opens": ("[高, 中, 低]", "［高, 中, 低]", "S104", (12, 44), BRACKET),
    "a bracket that closes": ("[高, 中, 低]", "[高, 中, 低］", "S104", (12, 52), BRACKET),
    "black brackets": ("[高, 中, 低]", "【高, 中, 低】", "R003", (12, 44), BRACKET),
    "quotes": ('"甲 {n}"', "“甲 {n}”", "S104", (18, 52), QUOTE),
    "quotes around a comma": ('"甲 {n}"', "“甲, {n}”", "S110", (18, 56), QUOTE),
    "a quote that opens": ('"甲 {n}"', '“甲 {n}"', "S104", (18, 52), QUOTE),
    "a quote that closes": ('"甲 {n}"', '"甲 {n}”', "S104", (18, 58), QUOTE),
    "full-width quotes": ('"甲 {n}"', "＂甲, {n}＂", "S110", (18, 56), QUOTE),
    "full-width spaces": ("    title: D", "　　title: D", "S104", (15, 1), BLANK),
    "no-break spaces": ("    title: D", "\u00a0\u00a0\u00a0\u00a0title: D", "S104", (15, 1), BLANK),
    "one no-break space": ("    title: D", "   \u00a0title: D", "S104", (15, 4), BLANK),
    "a no-break space after a colon": ("    title: D", "    title:\u00a0D", "S104", (15, 11), BLANK),
    "a no-break space in braces": ("decimals: 2, rounding", "decimals:\u00a02, rounding", "S104", (5, 30), BLANK),
    "a full-width space before a key": ("title: T", "　title: T", "R002", (2, 1), "write 'title' (there is a blank beside it)"),
    "a full-width dash": ("  - id: dd", "  － id: dd", "S104", (14, 3), DASH),
    "a long dash": ("  - id: dd", "  — id: dd", "S104", (14, 3), DASH),
    "a dash without a space": ("  - id: dd", "  -id: dd", "S104", (14, 3), "no space stands after the '-'"),
    "a colon without a space": ("    title: D", "    title:D", "S104", (15, 10), "no space stands after the colon"),
    "a digit": ("at_most: 3", "at_most: ３", "R020", (7, 53), "write 3"),
    "digits of the points": ("    points: 10", "    points: １０", "R003", (16, 13), "write 10"),
    "digits of the year": ("year: 2024", "year: ２０２４", "R003", (3, 7), "write 2024"),
    "a full-width letter": ("title: T", "ｔitle: T", "R002", (2, 1), "write 'title' (full-width"),
    "a capital letter": ("title: T", "Title: T", "R002", (2, 1), "write 'title' (capital"),
    "capital letters": ("    points: 10", "    POINTS: 10", "R002", (16, 5), "write 'points' (capital"),
    "a comma in an expression": ("when: n > 2", "when: min(n, 3) > 2", "R002", (18, 32), "quote texts and expressions"),
}  # fmt: skip
IN_A_FACTS_FILE = {
    "a tab": ("  n: 1", "\tn: 1", "S104", (5, 1), TAB),
    "a colon": ("  n: 1", "  n：1", "S104", (5, 4), COLON),
    "a colon in the first line": ("department: D", "department：D", "S104", (1, 11), COLON),
    "a comma between records": ("{k: 高}, {k", "{k: 高}，{k", "S104", (6, 13), COMMA),
    "a brace": ("{k: 中}]", "{k: 中｝]", "S104", (6, 20), BRACKET),
    "a bracket": ("{k: 中}]", "{k: 中}］", "S104", (6, 21), BRACKET),
    "no-break spaces": ("  n: 1", "\u00a0\u00a0n: 1", "S104", (5, 1), BLANK),
    "a full-width space": ("  n: 1", "　n: 1", "S104", (5, 1), BLANK),
    "a blank in a name": ("  n: 1", "  n　: 1", "F002", (5, 3), "write 'n' (there is a blank beside it)"),
    "a full-width name": ("  n: 1", "  ｎ: 1", "F002", (5, 3), "write 'n' (full-width"),
    "a digit": ("  n: 1", "  n: １", "F007", (5, 6), "write 1"),
}


@pytest.mark.parametrize("name", IN_A_RULESET)
def test_a_slip_in_a_ruleset_is_named(name: str) -> None:
    old, new, code, place, said = IN_A_RULESET[name]
    assert RULESET.count(old) == 1
    with pytest.raises(RulesetError) as raised:
        build_ruleset(parse_source(RULESET.replace(old, new).encode(), "r.yaml", RulesetError))
    assert_told(raised.value, code, place, said)


@pytest.mark.parametrize("name", IN_A_FACTS_FILE)
def test_a_slip_in_a_facts_file_is_named(name: str) -> None:
    old, new, code, place, said = IN_A_FACTS_FILE[name]
    assert FACTS.count(old) == 1
    ruleset = build_ruleset(parse_source(RULESET.encode(), "r.yaml", RulesetError))
    with pytest.raises(FactsError) as raised:
        read_facts(parse_source(FACTS.replace(old, new).encode(), "f.yaml", FactsError), ruleset)
    assert_told(raised.value, code, place, said)


def assert_told(error: AuditError, code: str, place: tuple[int, int], said: str) -> None:
    """That the problem with this code stands there and says so."""
    problems = {problem.code: problem for problem in reversed(error.problems)}
    assert code in problems, [problem.render("en") for problem in error.problems]
    where = problems[code].where
    assert where is not None
    assert ((where.line, where.column), said in problems[code].render("en")) == (place, True), problems[
        code
    ].render("en")


@pytest.mark.parametrize(
    "text",
    [
        "title: “双随机”检查\nyear：2024\n",
        "because: 迟报，扣分；逾期：不得分\nyear：2024\n",
        "title: T # 备注：（一）、｛｝\nyear：2024\n",
        "found_as: ['合计：{value}，', \"本年：{value}\"]\nyear：2024\n",
    ],
)
def test_a_sign_that_is_in_order_is_not_blamed(text: str) -> None:
    """Chinese text may hold any of them; only the colon of the second line is out of place."""
    with pytest.raises(RulesetError) as raised:
        parse_source(text.encode(), "r.yaml", RulesetError)
    assert_told(raised.value, "S104", (2, 5), COLON)


KEYS = {
    "a key of deductions in a criterion": ("    points: 10\n", "    points: 10\n    when: n > 2\n", "'when' stands under veto, deductions, bonuses, explain, cases"),
    "a key of bands in a deduction": ("deduct: 1", "earn: 1, deduct: 1", "'earn' stands under veto, bands, cases"),
    "one that also resembles a key here": ("    points: 10\n", "    points: 10\n    deduct: 1\n", "did you mean 'deductions'? 'deduct' stands under deductions"),
    "one of the document itself": ("label: N", "title: N", "'title' stands under criteria, tiers, the document itself"),
    "one that is near": ("title: T", "titel: T", "did you mean 'title'?"),
    "nothing near, and few keys": ("title: T", "title: {ch: 表, en: T}", "here may stand en, zh"),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_a_key_in_the_wrong_place_is_not_suggested_for_itself(name: str) -> None:
    old, new, said = KEYS[name]
    with pytest.raises(RulesetError) as raised:
        build_ruleset(parse_source(RULESET.replace(old, new, 1).encode(), "r.yaml", RulesetError))
    (problem,) = [problem for problem in raised.value.problems if problem.code == "R002"]
    assert said in problem.render("en")
    key = problem.message.en.split("'")[1]
    assert f"did you mean '{key}'?" not in problem.render("en")


@pytest.mark.parametrize("word", ["budget", "Budget ", "ｂudget", "预算", "budge"])
def test_a_suggestion_is_never_the_word_itself(word: str) -> None:
    """Nor is it the same to a reader, without a word on what differs."""
    for candidates in ([word], ["budget", "预算", word], [word, "Budget"], [f" {word}", word]):
        found = suggestion(word, candidates)
        assert found is None or f"'{word}'" not in found.en


EXPRESSIONS = {
    "a date with slashes": ("given(d) and d > 2024/3/4", "write the date as 2024-03-04"),
    "a date with points": ("given(d) and d > 2024.3.4", "write the date as 2024-03-04"),
    "a date without zeros": ("given(d) and d > 2024-3-4", "write the date as 2024-03-04"),
    "a date in Chinese": ("given(d) and d > 2024年3月4日", "write the date as 2024-03-04"),
    "a date of digits alone": ("given(d) and d > 20240304", "write the date as 2024-03-04"),
    "a date in quotes": ("given(d) and d > '2024-03-04'", "write the date as 2024-03-04, without quotes"),
    "a date among arguments": ("given(d) and workdays(d, 2024/3/4) > 3", "write the date as 2024-03-04"),
    "AND": ("n > 1 AND n < 3", "write and for 'AND'"),
    "Or": ("n > 1 Or n < 3", "write or for 'Or'"),
    "NOT": ("NOT n > 1", "write not for 'NOT'"),
    "ELSE": ("true if n > 1 ELSE false", "write else for 'ELSE'"),
    "且": ("n > 1 且 n < 3", "write and for '且'"),
    "且 without blanks": ("n > 1且n < 3", "write and for '且', with a blank on each side"),
    "或者": ("n > 1 或者 n < 3", "write or for '或者'"),
    "非": ("非 n > 1", "write not for '非'"),
    "大于": ("n 大于 1", "write > for '大于'"),
    "TRUE": ("TRUE", "write true for 'TRUE'"),
    "是": ("是", "write true for '是'"),
    "&&": ("n > 1 && n < 3", "write and"),
    "||": ("n > 1 || n < 3", "write or"),
    "full-width brackets": ("n in ［1, 2］", "write ("),
    "full-width braces": ("｛n｝ > 1", "write ("),
    "square brackets": ("n in [1, 2]", "write ("),
    "greater or equal the other way": ("n => 1", "write >="),
    "less or equal the other way": ("n =< 1", "write <="),
    "unequal as in SQL": ("n <> 1", "write !="),
    "a power": ("n ** 2 > 1", "there are no powers; write a product: a * a"),
    "thousands": ("n > 1,000", "write 1000"),
    "no digit before the point": ("n > .5", "write 0.5"),
    "a unit": ("n > 100万元", "write the number without its unit '万元'; the type says the unit"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_slips_in_an_expression(name: str) -> None:
    expression, fix = EXPRESSIONS[name]
    text = RULESET.replace("  l:\n", "  d: {label: 日, type: date, optional: true}\n  l:\n")
    text = text.replace("when: n > 2", f'when: "{expression}"')
    with pytest.raises(RulesetError) as caught:
        build_ruleset(parse_source(text.encode(), "t.yaml", RulesetError))
    (problem,) = caught.value.problems
    assert problem.fix is not None
    assert problem.fix.en == fix


@pytest.mark.parametrize(
    ("expression", "fix"),
    [
        ("n > 2024/3/4 + d", None),  # a quotient: nothing here is a date
        ("n > 1 xor n < 3", None),
        ("n and", None),
        ("m > 1", None),
        ("n = 1", "write =="),
    ],
)
def test_what_is_no_known_slip_is_not_made_one(expression: str, fix: str | None) -> None:
    text = RULESET.replace("when: n > 2", f'when: "{expression}"')
    with pytest.raises(RulesetError) as caught:
        build_ruleset(parse_source(text.encode(), "t.yaml", RulesetError))
    (problem,) = caught.value.problems
    assert (problem.fix.en if problem.fix else None) == fix
