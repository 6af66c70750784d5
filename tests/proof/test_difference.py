"""Two rulesets in points: what is equivalent is proved, what differs is shown by a department that both have scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import RulesetError
from engine.proof.difference import PointsDifference, difference_in_points
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.source import parse_source
from tests.command import audit
from tests.proof.test_prove import CLEAN


def built(*replacements: tuple[str, str]) -> Ruleset:
    text = CLEAN
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return build_ruleset(parse_source(text.encode(), "table.yaml", RulesetError))


def differences(*replacements: tuple[str, str]) -> dict[str, PointsDifference]:
    return {one.criterion.id: one for one in difference_in_points(built(), built(*replacements))}


@pytest.mark.parametrize(
    "replacement",
    [
        ("points * min(rate, 100%)", "points * min(spent / planned, 100%)"),
        ("when: not audited, deduct: 4", "when: not (audited or audited), deduct: 4"),
        ("when: late > 100", "when: not late <= 100"),
        ("up_to: 20, earn: 10}", "below: 21, earn: 10}"),
    ],
    ids=["a measure written out", "de Morgan", "the opposite of the opposite", "a bound of whole days"],
)
def test_another_way_of_writing_it_is_equivalent(replacement: tuple[str, str]) -> None:
    replacements = [replacement]
    if "below: 21" in replacement[1]:
        replacements.append(("above: 20, up_to: 40", "from: 21, up_to: 40"))
    assert {one.verdict for one in differences(*replacements).values()} == {"equivalent"}


@pytest.mark.parametrize(
    ("old", "new", "criterion", "verdict"),
    [
        ("when: late > 100", "when: late > 90", "order", "stricter"),
        ("when: late > 100", "when: late > 120", "order", "more lenient"),
        ("points * min(rate, 100%)", "points * min(rate, 90%)", "execution", "stricter"),
    ],
)
def test_what_changed_is_shown(old: str, new: str, criterion: str, verdict: str) -> None:
    found = differences((old, new))
    assert {name: one.verdict for name, one in found.items() if one.verdict != "equivalent"} == {
        criterion: verdict
    }
    for shown in found[criterion].shown:
        assert shown.before != shown.after
    ways = {shown.after < shown.before for shown in found[criterion].shown}
    assert ways == {"stricter": {True}, "more lenient": {False}}[verdict]


def test_stricter_for_some_and_more_lenient_for_others() -> None:
    found = differences(
        ("up_to: 20, earn: 10}", "up_to: 15, earn: 10}"),
        ("above: 20, up_to: 40", "above: 15, up_to: 60"),
        ("above: 40, earn: 0", "above: 60, earn: 0"),
    )
    assert {name: one.verdict for name, one in found.items() if one.verdict != "equivalent"} == {
        "timeliness": "both"
    }
    days = [int(str(shown.document["facts"]["late"])) for shown in found["timeliness"].shown]
    assert 15 < days[0] <= 20
    assert 40 < days[1] <= 60


def test_the_command_shows_the_department(tmp_path: Path) -> None:
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(CLEAN, encoding="utf-8")
    after.write_text(CLEAN.replace("late > 100", "late > 90"), encoding="utf-8")
    run = audit("--lang", "en", "rules", "diff", before, after, "--prove")
    assert run.code == 0, run.err
    assert "- execution: equivalent" in run.out
    assert "- order: stricter" in run.out
    assert "this department goes from" in run.out
    assert "- order" in run.out.split("In points")[1]


def test_other_facts_are_no_ground_for_a_claim() -> None:
    found = differences(
        (
            "  audited: {label: 已审计, type: flag}",
            "  audited: {label: 已审计, type: flag}\n  more: {label: 其他, type: flag}",
        )
    )
    assert {one.verdict for one in found.values()} == {"unknown"}


GATE = (
    ("facts:\n", "parameters:\n  grace: {label: 宽限, type: days, value: 5}\nfacts:\n"),
    ("spent / planned}\n", "spent / planned}\n  counts: {label: 适用, value: late > grace}\n"),
    ("    title: 时效\n", "    title: 时效\n    applies: counts\n    if_not: rescale_root\n"),
)


def test_no_claim_where_a_number_behind_what_it_applies_to_changed() -> None:
    before, after = built(*GATE), built(*GATE, ("value: 5}", "value: 30}"))
    found = {one.criterion.id: one.verdict for one in difference_in_points(before, after)}
    assert found["timeliness"] == "unknown"
    same = {one.criterion.id: one.verdict for one in difference_in_points(before, built(*GATE))}
    assert same["timeliness"] == "equivalent"


def test_a_fact_of_another_kind_is_another_fact() -> None:
    found = differences(("late: {label: 逾期天数, type: days", "late: {label: 逾期天数, type: count"))
    assert {one.verdict for one in found.values()} == {"unknown"}


def test_other_bounds_are_told() -> None:
    found = differences(("at_most: 400", "at_most: 30"), ("when: late > 100", "when: late > 10"))
    assert found["order"].verdict == "stricter"
    assert all(one.reason is not None and "late" in one.reason.en for one in found.values())
