"""Ratios of a ruleset that were written without their percent sign."""

from __future__ import annotations

import pytest

from engine.errors import RulesetError
from engine.ruleset.building import build_ruleset
from engine.source import parse_source

BARE = """\
ruleset: t
title: 表
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 10, decimals: 2, rounding: half_up}
facts:
  rate: {label: 执行率, type: ratio, at_least: 0, at_most: 1}
parameters:
  low: {value: 90%, type: ratio, label: 界限}
criteria:
  - id: a
    title: 甲
    points: 10
    score: {of: rate, bands: [{from: 80%, earn: 10}, {below: 80%, earn: 5}]}
    deductions: [{id: slow, when: rate < low, deduct: 1, because: 慢}]
"""


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("value: 90%", "value: 90", ["9:16"]),
        ("at_most: 1}", "at_most: 95}", ["7:57"]),
        ("80%", "80", ["14:38", "14:61"]),
    ],
)
def test_a_ratio_without_its_sign_gives_no_score(old: str, new: str, places: list[str]) -> None:
    """With 90 for 90% every department is below the limit, and loses the points."""
    with pytest.raises(RulesetError) as caught:
        build_ruleset(parse_source(BARE.replace(old, new).encode(), "t.yaml", RulesetError))
    assert [(one.code, one.where and one.where.within) for one in caught.value.problems] == [
        ("R116", place) for place in places
    ]


def test_a_ruleset_may_say_that_its_ratios_are_meant_so() -> None:
    text = BARE.replace("value: 90%", "value: 90") + "unchecked: [{check: R116, reason: 倍数}]\n"
    assert build_ruleset(parse_source(text.encode(), "t.yaml", RulesetError)).id == "t"
