"""What a facts file says besides values: each slip is told once, with its code and at the place where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import FactsError, Problem
from engine.facts.reading import read_facts
from engine.ruleset.building import build_ruleset
from engine.scoring import score_directly
from engine.source import parse_source
from tests.command import audit

RULESET = """
ruleset: small
title: {zh: 小表, en: Small table}
year: 2024
money: {unit: 万元, decimals: 2}
points: {total: 50, decimals: 2, rounding: half_up}
facts:
  budget:
    label: {zh: 预算, en: Budget}
    fields:
      income: {label: {zh: 收入, en: Income}, type: money}
      spent: {label: {zh: 支出, en: Spent}, type: money}
  staff: {label: {zh: 人数, en: Staff}, type: count}
  contracts:
    label: {zh: 合同, en: Contracts}
    records: {key: id}
    fields:
      id: {label: {zh: 编号, en: Id}, type: text}
      late: {label: {zh: 逾期, en: Late}, type: count}
criteria:
  - {id: seen, title: {zh: 预算执行, en: Execution}, points: 10, score: "points * min(budget.spent / budget.income, 100%)",
     explain: [{id: low, when: budget.spent < budget.income, because: {zh: 请说明, en: please explain}}]}
  - {id: unseen, title: {zh: 履职, en: Efficacy}, points: 10, unseen: true}
  - id: filed
    title: {zh: 备案, en: Filing}
    points: 10
    deductions:
      - {id: late, each: contracts, when: late > 7, deduct: 1, waivable: true, because: "{id}"}
      - {id: none, when: staff == 0, deduct: 1, waivable: true, because: {zh: 无人, en: nobody}}
  - {id: judged, title: {zh: 评审, en: Review}, points: 10, judged: {at_most: 5}}
  - id: tiered
    title: {zh: 分档, en: Tiers}
    points: 10
    judged:
      tiers:
        - {id: good, title: {zh: 好, en: Good}, from: 90%, up_to: 100%}
        - {id: fair, title: {zh: 中, en: Fair}, from: 0%, below: 90%}
"""
FACTS = """
department: 甲局
year: 2024
ruleset: small
facts:
  budget: {income: 100, spent: 80}
  staff: 3
  contracts:
    - {id: H1, late: 9}
evidence:
  staff: 月报
  budget: {source: 决算, page: "3"}
claimed: {unseen: 9, 预算执行: 8}
judgements:
  judged: {deduct: 1, by: 李文, reason: 略}
  tiered: {tier: good, coefficient: 95%, by: 李文, reason: 略}
waivers:
  - {rule: late, record: H1, reason: 停机, evidence: 公告}
explanations:
  low: 汛期
""".lstrip()

NOTHING_WRITTEN = {
    "a group": ("budget: {income: 100, spent: 80}", "budget:", ["5:10 F001 budget.income", "5:10 F001 budget.spent"]),
    "a list": ("contracts:\n    - {id: H1, late: 9}", "contracts: ~", ["7:14 F001 contracts", "16:26 F002 waivers[1]"]),
    "a claim": ("预算执行: 8", "预算执行: ~", ["12:28 F001 claimed.预算执行"]),
    "a claim that is needed": ("unseen: 9", "unseen: null", ["12:19 F001 claimed.unseen"]),
    "a deduction": ("deduct: 1", "deduct: null", ["14:20 F001 judgements.judged"]),
    "a coefficient": ("coefficient: 95%", "coefficient: ~", ["15:37 F001 judgements.tiered"]),
    "a tier": ("tier: good", 'tier: ""', ["15:18 F001 judgements.tiered"]),
    "who judged": ("{deduct: 1, by: 李文", "{deduct: 1, by: ' '", ["14:27 F001 judgements.judged"]),
    "an explanation": ("low: 汛期", "low:", ["19:7 F001 explanations.low"]),
    "a source": ("staff: 月报", "staff: ~", ["10:10 F001 evidence.staff"]),
    "the source of a group": ("source: 决算", "source: null", ["11:20 F001 evidence.budget"]),
    "a waiver's record": ("record: H1", "record: null", ["17:26 F001 waivers[1]"]),
    "the year": ("year: 2024", "year:", ["2:6 F001 year"]),
}  # fmt: skip
ANOTHER_SHAPE = {
    "a group": ("budget: {income: 100, spent: 80}", "budget: 180", ["5:11 F005 budget"]),
    "the year": ("year: 2024", "year: [2024]", ["2:7 F005 year"]),
    "the ruleset": ("ruleset: small", "ruleset: [small]", ["3:10 F005 ruleset"]),
    "who judged": ("{deduct: 1, by: 李文", "{deduct: 1, by: {name: 李文}", ["14:27 F005 judgements.judged"]),
    "a reason": ("by: 李文, reason: 略}\n  tiered", "by: 李文, reason: [略]}\n  tiered", ["14:39 F005 judgements.judged"]),
    "a tier": ("tier: good", "tier: [good]", ["15:18 F005 judgements.tiered"]),
    "a coefficient": ("coefficient: 95%", "coefficient: [95%]", ["15:37 F005 judgements.tiered.coefficient"]),
    "an explanation": ("low: 汛期", "low: [汛期]", ["19:8 F005 explanations.low"]),
    "a source": ("source: 决算", "source: [决算]", ["11:20 F005 evidence.budget"]),
    "a page": ('page: "3"', "page: [3, 4]", ["11:30 F005 evidence.budget"]),
    "a waiver's rule": ("rule: late", "rule: [late]", ["17:12 F005 waivers[1]"]),
    "a waiver's record": ("record: H1", "record: {id: H1}", ["17:26 F005 waivers[1]"]),
    "a waiver's evidence": ("evidence: 公告", "evidence: {source: 公告}", ["17:52 F005 waivers[1]"]),
}  # fmt: skip
OUT_OF_PLACE = {
    "a deduction above its limit": ("deduct: 1", "deduct: 5.01", ["14:20 F008 judgements.judged.deduct"]),
    "above its limit, by title": ("judged: {deduct: 1", "评审: {deduct: 6", ["14:16 F008 judgements.judged.deduct"]),
    "a negative deduction": ("deduct: 1", "deduct: -1", ["14:20 F008 judgements.judged.deduct"]),
    "a coefficient out of its tier": ("95%", "89%", ["15:37 F008 judgements.tiered.coefficient"]),
    "a claim out of its row": ("unseen: 9", "履职: 11", ["12:15 F008 claimed.unseen"]),
    "no such tier": ("tier: good", "tier: goood", ["15:18 F002 judgements.tiered.tier"]),
    "no such rule": ("rule: late", "rule: lte", ["17:12 F002 waivers[1]"]),
    "no such record": ("record: H1", "record: H2", ["17:26 F002 waivers[1]"]),
    "no record where none is": ("rule: late", "rule: none", ["17:26 F010 waivers[1]"]),
}  # fmt: skip


def problems(old: str, new: str) -> list[str]:
    """What is told of the facts with one text replaced: place, code and path of each."""
    assert FACTS.count(old) == 1
    ruleset = build_ruleset(parse_source(RULESET.encode(), "small.yaml", FactsError))
    root = parse_source(FACTS.replace(old, new).encode(), "facts.yaml", FactsError)
    with pytest.raises(FactsError) as caught:
        score_directly(ruleset, read_facts(root, ruleset))
    return [_placed(one) for one in caught.value.problems]


def _placed(problem: Problem) -> str:
    assert problem.where is not None
    assert problem.where.file == "facts.yaml"
    return f"{problem.where.within} {problem.code} {problem.path}"


@pytest.mark.parametrize("name", NOTHING_WRITTEN)
def test_what_is_written_as_nothing_is_missing(name: str) -> None:
    old, new, told = NOTHING_WRITTEN[name]
    assert problems(old, new) == told


@pytest.mark.parametrize("name", ANOTHER_SHAPE)
def test_a_list_or_a_mapping_is_no_text(name: str) -> None:
    old, new, told = ANOTHER_SHAPE[name]
    assert problems(old, new) == told


@pytest.mark.parametrize("name", OUT_OF_PLACE)
def test_what_does_not_fit_is_told_where_it_stands(name: str) -> None:
    old, new, told = OUT_OF_PLACE[name]
    assert problems(old, new) == told


def test_a_judgement_above_its_limit_has_its_line_in_both_languages(tmp_path: Path) -> None:
    table, facts = tmp_path / "small.yaml", tmp_path / "facts.yaml"
    table.write_text(RULESET, encoding="utf-8")
    facts.write_text(FACTS.replace("deduct: 1", "deduct: 7"), encoding="utf-8")
    run = audit("score", facts, "-r", table, AUDIT_LANG="en")
    assert run.code == 3
    assert run.err == (
        f"error: {facts}:14:20: F008 judgements.judged.deduct: the judged deduction 7 is above its limit 5\n"
    )
    run = audit("score", facts, "-r", table, AUDIT_LANG="zh")
    assert f"{facts}:14:20: F008 judgements.judged.deduct：裁量扣分 7 超过上限 5" in run.err
