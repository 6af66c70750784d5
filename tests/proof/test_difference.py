"""Two rulesets in points: what is equivalent is proved, what differs is shown by a department that both have scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import RulesetError
from engine.proof.budget import Work
from engine.proof.difference.comparing import Comparison, PointsDifference, difference_in_points
from engine.proof.difference.worst import Worst, worst
from engine.ruleset.building import build_ruleset
from engine.ruleset.model import Ruleset
from engine.source import parse_source
from tests.command import ROOT, audit
from tests.proof.test_prove import CLEAN

Change = tuple[str, str]

RECORDS = """\
ruleset: made/records
title: 逐项扣分的规则
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 20, decimals: 2, rounding: half_up}
facts:
  has_contracts: {label: 有合同, type: flag}
  reported: {label: 已报告, type: flag}
  contracts:
    label: 合同
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      late: {label: 逾期天数, type: days, at_least: 0}
criteria:
  - id: procurement
    title: 采购
    points: 20
    criteria:
      - id: filing
        title: 备案
        points: 10
        applies: has_contracts
        if_not: rescale
        deductions:
          - {id: late, each: contracts, when: late > 7, deduct: 1, because: 逾期}
      - id: report
        title: 报告
        points: 10
        deductions:
          - {id: no_report, when: not reported, deduct: 10, because: 未报告}
"""


def built(*changes: Change, text: str = CLEAN) -> Ruleset:
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return build_ruleset(parse_source(text.encode(), "table.yaml", RulesetError))


def differences(*changes: Change, text: str = CLEAN) -> dict[str, PointsDifference]:
    return {
        one.criterion.id: one
        for one in difference_in_points(built(text=text), built(*changes, text=text), Work(60))
    }


def changed(found: dict[str, PointsDifference]) -> dict[str, str]:
    return {name: one.verdict for name, one in found.items() if one.verdict != "equivalent"}


@pytest.mark.parametrize(
    "changes",
    [
        [("points * min(rate, 100%)", "points * min(spent / planned, 100%)")],
        [("when: not audited, deduct: 4", "when: not (audited or audited), deduct: 4")],
        [("when: not audited, deduct: 4", "when: not audited or not (late > 100 or not (late > 100)), deduct: 4")],
        [("when: late > 100", "when: not late <= 100")],
        [("up_to: 20, earn: 10}", "below: 21, earn: 10}"), ("above: 20, up_to: 40", "from: 21, up_to: 40")],
        [("rate: {label: 执行率", "share: {label: 执行率"), ("{rate: higher}", "{share: higher}"), ("min(rate,", "min(share,")],
        [("    score:\n      of: late\n      bands:\n        - {up_to: 20, earn: 10}\n        - {above: 20, up_to: 40, earn: 5}\n        - {above: 40, earn: 0}\n",
          "    score:\n      cases:\n        - {when: late <= 20, earn: 10}\n        - {when: late <= 40, earn: 5}\n        - {else: 0}\n")],
    ],
    ids=["a measure written out", "a truth said twice", "de Morgan", "the opposite of the opposite", "a bound of whole days", "another name", "cases for bands"],
)  # fmt: skip
def test_another_way_of_writing_it_is_equivalent(changes: list[Change]) -> None:
    assert changed(differences(*changes)) == {}


@pytest.mark.parametrize(
    ("old", "new", "criterion", "verdict"),
    [
        ("when: late > 100", "when: late > 90", "order", "stricter"),
        ("when: late > 100", "when: late > 120", "order", "more lenient"),
        ("points * min(rate, 100%)", "points * min(rate, 90%)", "execution", "stricter"),
    ],
)
def test_what_changed_is_shown_for_the_criterion_and_all_above_it(
    old: str, new: str, criterion: str, verdict: str
) -> None:
    found = differences((old, new))
    assert changed(found) == {"total": verdict, criterion: verdict}
    for name in (criterion, "total"):
        (shown,) = found[name].shown
        before, after = shown.before.scoring.nodes[name], shown.after.scoring.nodes[name]
        assert (after.earned < before.earned) == (verdict == "stricter")
        assert after.earned != before.earned


def test_stricter_for_some_and_more_lenient_for_others() -> None:
    found = differences(
        ("up_to: 20, earn: 10}", "up_to: 15, earn: 10}"),
        ("above: 20, up_to: 40", "above: 15, up_to: 60"),
        ("above: 40, earn: 0", "above: 60, earn: 0"),
    )
    assert changed(found) == {"total": "both", "timeliness": "both"}
    days = [int(str(shown.before.document["facts"]["late"])) for shown in found["timeliness"].shown]
    assert 15 < days[0] <= 20
    assert 40 < days[1] <= 60


def test_one_criterion_can_make_up_for_another() -> None:
    """Each leaf differs in one direction only, for the same departments; the total never falls."""
    found = differences(
        ("when: not audited, deduct: 4", "when: not audited, deduct: 3"),
        ("    score: points * min(rate, 100%)\n",
         "    score: points * min(rate, 100%)\n    deductions: [{id: also, when: not audited, deduct: 1, because: 未审计}]\n"),
    )  # fmt: skip
    assert found["order"].verdict == "more lenient"
    assert found["execution"].verdict == "stricter"
    # Where nothing is executed there is nothing to take: the gain of the one is left.
    assert found["total"].verdict == "more lenient"


def test_a_veto_above_is_seen_above() -> None:
    veto = "criteria:\n  - id: execution"
    found = differences((veto, "veto: {id: barred, when: late > 300, earn: 0, because: 严重逾期}\n" + veto))
    assert changed(found) == {"total": "stricter"}
    (shown,) = found["total"].shown
    assert shown.after.scoring.total == 0
    assert int(str(shown.after.document["facts"]["late"])) > 300


def test_a_criterion_more_and_one_less() -> None:
    found = differences(
        ("  - id: order\n", "  - id: discipline\n"),
    )
    assert changed(found) == {"discipline": "added", "order": "removed"}  # and the total is as it was


def test_another_fact_is_asked_about_too() -> None:
    """A department has the facts of both; the facts files differ, and each is scored by its own ruleset."""
    found = differences(
        ("  audited: {label: 已审计, type: flag}", "  audited: {label: 已审计, type: flag}\n  more: {label: 其他, type: flag}"),
        ("when: not audited, deduct: 4", "when: not audited or more, deduct: 4"),
    )  # fmt: skip
    assert changed(found) == {"total": "stricter", "order": "stricter"}
    (shown,) = found["order"].shown
    assert "more" not in shown.before.document["facts"]
    assert shown.after.document["facts"]["more"] == "true"
    assert not shown.is_one_document


GATE = (
    ("facts:\n", "parameters:\n  grace: {label: 宽限, type: days, value: 5}\nfacts:\n"),
    ("spent / planned}\n", "spent / planned}\n  counts: {label: 适用, value: late > grace}\n"),
    ("    title: 时效\n", "    title: 时效\n    applies: counts\n    if_not: rescale_root\n"),
)


def test_whom_a_criterion_applies_to_is_part_of_it() -> None:
    before, after = built(*GATE), built(*GATE, ("value: 5}", "value: 30}"))
    found = {one.criterion.id: one for one in difference_in_points(before, after)}
    assert found["timeliness"].verdict == "applies to others"
    shown = found["timeliness"].shown[0]
    assert 5 < int(str(shown.before.document["facts"]["late"])) <= 30
    assert {side.scoring.nodes["timeliness"].in_play for side in (shown.before, shown.after)} == {True, False}
    same = {one.criterion.id: one.verdict for one in difference_in_points(before, built(*GATE))}
    assert set(same.values()) == {"equivalent"}


def test_a_fact_of_another_kind_or_unit_is_no_ground_for_a_claim() -> None:
    found = differences(("late: {label: 逾期天数, type: days", "late: {label: 逾期天数, type: count"))
    assert changed(found) == dict.fromkeys(("total", "timeliness", "order"), "unknown")
    assert "late" in str(found["order"].reason)
    found = differences(("unit: 万元", "unit: 元"))
    assert changed(found) == {"total": "unknown", "execution": "unknown"}
    assert "万元" in str(found["execution"].reason)


def test_fewer_decimals_of_money_are_kept_to() -> None:
    found = differences(
        ("unit: 万元, decimals: 2", "unit: 万元, decimals: 0"), ("min(rate, 100%)", "min(rate, 99%)")
    )
    assert found["execution"].verdict == "stricter"


def test_what_holds_for_the_decimals_of_the_ruleset_only_says_so_all_the_way_up() -> None:
    before = CLEAN.replace("when: late > 100", "when: spent > 0")
    found = differences(("when: spent > 0", "when: spent >= 0.01"), text=before)
    assert changed(found) == {}
    limited = {name for name, one in found.items() if one.reason is not None and "decimals" in one.reason.en}
    assert limited == {"total", "order"}


def test_other_bounds_are_told() -> None:
    found = differences(("at_most: 400", "at_most: 30"), ("when: late > 100", "when: late > 10"))
    assert found["order"].verdict == "stricter"
    assert all(one.reason is not None and "late" in one.reason.en for one in found.values())


def test_checks_that_no_department_keeps_together() -> None:
    check = "checks:\n  - {id: late_enough, holds: late %s 5, severity: error, because: 逾期天数}\ncriteria:\n  - id: execution"
    start = "criteria:\n  - id: execution"
    before = CLEAN.replace(start, check % "<")
    found = differences((check % "<", check % ">"), ("late > 100", "late > 90"), text=before)
    assert found["order"].verdict == "unknown"
    assert "checks of both" in str(found["order"].reason)
    assert found["execution"].verdict == "equivalent"
    found = differences((check % "<", check % "<="), ("late > 100", "late > 3"), text=before)
    assert found["order"].verdict == "stricter"


def test_deductions_are_compared_for_lists_of_any_length() -> None:
    """That nobody gains is certain for any number of records, and above a spread of points as well."""
    found = differences(("when: late > 7", "when: late > 5"), text=RECORDS)
    assert changed(found) == dict.fromkeys(("total", "procurement", "filing"), "stricter")
    found = differences(("when: late > 7", "when: late >= 8"), text=RECORDS)
    assert changed(found) == {}
    found = differences(("when: late > 7, deduct: 1", "when: late > 5, deduct: 0.5"), text=RECORDS)
    assert changed(found) == dict.fromkeys(("total", "procurement", "filing"), "both")


def test_a_limit_in_law_that_is_set_two_working_days_earlier() -> None:
    before = (ROOT / "rulesets/guangdong/2024.yaml").read_text(encoding="utf-8")
    old = "  filing_days:\n    value: 7\n"
    found = differences((old, old.replace("7", "5")), text=before)
    above = ("total", "management", "procurement")
    assert changed(found) == dict.fromkeys((*above, "contract_filing"), "stricter")


def found_worst(*changes: Change, text: str) -> Worst:
    comparison = Comparison(built(text=text), built(*changes, text=text), Work(60))
    comparison.differences(lambda one: None)
    return worst(comparison)


def test_the_department_that_loses_most() -> None:
    found = found_worst(
        ("min(rate, 100%)", "min(rate, 90%)"), ("late > 100, deduct: 4", "late > 100, deduct: 6"), text=CLEAN
    )
    assert found.shown is not None
    assert found.loss == 3  # 1 of 10 for execution, 2 for being very late
    assert found.is_proved
    assert found.shown.before.scoring.total - found.shown.after.scoring.total == 3


def test_losing_most_takes_many_records() -> None:
    found = found_worst(("when: late > 7", "when: late > 5"), text=RECORDS)
    assert (found.loss, found.at_most) == (10, 10)
    assert found.shown is not None
    assert len(found.shown.before.document["facts"]["contracts"]) >= 10


def test_nobody_loses() -> None:
    found = found_worst(("when: late > 7", "when: late > 9"), text=RECORDS)
    assert (found.loss, found.at_most, found.shown) == (0, 0, None)


@pytest.fixture
def two_files(tmp_path: Path) -> tuple[Path, Path]:
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(CLEAN, encoding="utf-8")
    after.write_text(CLEAN.replace("late > 100", "late > 90"), encoding="utf-8")
    return before, after


def test_the_command_shows_the_department_and_the_lines_that_differ(two_files: tuple[Path, Path]) -> None:
    run = audit("--lang", "en", "rules", "diff", *two_files, "--prove", "--worst")
    assert run.code == 0, run.err
    told = run.out.split("In points")[1]
    assert "- execution: equivalent" in told
    assert "- order: stricter" in told
    assert "this department goes from 20.00 to 16.00 points" in told
    assert told.count("late: '100'") == 1  # the department is shown once, under the total
    assert told.index("only after") > told.index("late: '100'")
    assert "A total falls by 4.00 points at most." in told


def test_the_command_writes_json(two_files: tuple[Path, Path]) -> None:
    run = audit("rules", "diff", *two_files, "--prove", "--worst", "-f", "json")
    assert run.code == 0, run.err
    written = json.loads(run.out)
    (order,) = (one for one in written["points"] if one["criterion"] == "order")
    assert order["verdict"] == "stricter"
    (department,) = order["departments"]
    assert (department["before"]["points"], department["after"]["points"]) == ("10", "6")
    assert department["after"]["result"]["ruleset"]["id"] == "made/proved"
    assert written["worst"]["loss"] == written["worst"]["at_most"] == "4"


def test_the_worst_is_looked_for_with_proofs_only(two_files: tuple[Path, Path]) -> None:
    run = audit("--lang", "en", "rules", "diff", *two_files, "--worst")
    assert run.code == 2
    assert "--worst goes with --prove" in run.err
