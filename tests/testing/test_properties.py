"""``audit rules test --property`` as a user meets it: what fails is shown, can be scored, and is remembered."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from engine.ruleset.library import Library
from engine.ruleset.model import Ruleset
from engine.scoring import Scorer, score_directly
from engine.testing.invariants.base import NoScore, Trial
from engine.testing.invariants.registry import INVARIANTS
from engine.testing.properties import PropertyResult, run_properties
from engine.testing.strategies import Departments, facts_from
from tests.command import ROOT, audit
from tests.testing.test_strategies import HEAD, build

RATED = """
facts:
  spent: {label: 支出, type: money, at_least: 0}
  budget: {label: 预算, type: money, at_least: 0.01}
measures:
  rate: {label: 执行率, value: spent / budget}
criteria:
  - id: execution
    title: 执行
    points: 10
    better: {rate: higher}
    score:
      of: rate
      bands:
        - {below: 60%, earn: 0}
        - {from: 60%, below: 80%, earn: 6}
        - {from: 80%, below: 90%, earn: 8}
        - {from: 90%, earn: 10}
"""
WRONG = RATED.replace("earn: 8", "earn: 5")


def results(ruleset: Ruleset, *, examples: int = 60) -> dict[str, PropertyResult]:
    return {one.invariant.name: one for one in run_properties(ruleset, max_examples=examples, seed=1)}


def departments_shown(out: str) -> list[str]:
    """The facts files in the output, as a user would copy them."""
    found: list[list[str]] = []
    inside = False
    for line in out.splitlines():
        inside = line.startswith("      department:") or (
            inside and re.match(r"      [^(]*$", line) is not None
        )
        inside = inside and not line.startswith("      The department")
        if line.startswith("      department:"):
            found.append([])
        if inside:
            found[-1].append(line)
    return [textwrap.dedent("\n".join(lines)) for lines in found]


def test_a_wrong_direction_is_shown_by_two_departments_that_can_be_scored(tmp_path: Path) -> None:
    table = tmp_path / "table.yaml"
    table.write_text(HEAD + WRONG, encoding="utf-8")
    run = audit(
        "--lang", "en", "rules", "test", table, "--property", "--max-examples", "400",
        AUDIT_CACHE=str(tmp_path / "cache"),
    )  # fmt: skip
    assert run.code == 1
    told = re.search(r"✗ monotone .*it earns (\S+) → (\S+)", run.out)
    assert told is not None
    points = []
    for number, text in enumerate(departments_shown(run.out)):
        facts = tmp_path / f"{number}.yaml"
        facts.write_text(text, encoding="utf-8")
        scored = audit("score", facts, "--ruleset", table, "--format", "csv")
        assert scored.code == 0, scored.err
        points.append(re.search(r"execution,.*", scored.out))
        assert re.search(rf"\b{told[number + 1]}\b", points[-1][0] if points[-1] else ""), scored.out
    assert len(points) == 2


def test_a_failure_is_remembered_and_tried_first(tmp_path: Path) -> None:
    """With one department alone nothing would be found; what was found before is found again."""
    table = tmp_path / "table.yaml"
    table.write_text(HEAD + WRONG, encoding="utf-8")
    one = ("rules", "test", table, "--property", "--max-examples", "1", "--seed", "3")
    assert audit(*one, AUDIT_CACHE=str(tmp_path / "empty")).code == 0
    cache = {"AUDIT_CACHE": str(tmp_path / "cache")}
    assert audit("rules", "test", table, "--property", "--max-examples", "400", **cache).code == 1
    assert "✗ monotone" in audit(*one, **cache).out
    table.write_text(HEAD + RATED, encoding="utf-8")
    assert audit(*one, **cache).code == 0


def test_a_right_table_holds_and_every_invariant_is_told() -> None:
    found = results(build(RATED))
    assert [*found] == [one.name for one in INVARIANTS]
    states = {name: one.state for name, one in found.items()}
    assert states.pop("unread") == states.pop("one_more") == "not_applicable"
    assert set(states.values()) == {"holds"}
    assert found["monotone"].tried > 30


def test_a_measure_over_records_is_varied_too() -> None:
    """The list is redrawn; what the criterion reads of it apart from the measure stays equal."""
    listed = """
facts:
  targets:
    label: 指标
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      actual: {label: 完成, type: number, at_least: 0}
measures:
  attained: {label: 完成率, value: "sum(min(actual / 100, 100%) for targets) / count(targets) if count(targets) > 0 else 0%"}
criteria:
  - id: output
    title: 产出
    points: 10
    better: {attained: higher}
    applies: count(targets) > 1
    if_not: full
    score: points * attained
"""
    right = results(build(listed))["monotone"]
    assert right.state == "holds"
    assert right.tried > 5
    wrong = results(build(listed.replace("points * attained", "points * (1 - attained)")))["monotone"]
    assert wrong.state == "fails"


def test_where_the_list_is_read_record_by_record_the_direction_is_not_tried_but_told() -> None:
    listed = """
facts:
  targets:
    label: 指标
    records: {key: id}
    fields:
      id: {label: 编号, type: text}
      met: {label: 完成, type: flag}
measures:
  share: {label: 完成率, value: "count(targets where met) / count(targets) if count(targets) > 0 else 0%"}
criteria:
  - id: output
    title: 产出
    points: 10
    better: {share: higher}
    score: points * share
    deductions:
      - {id: missed, each: targets, when: not met, deduct: 1, because: 未完成}
"""
    found = results(build(listed), examples=20)
    assert found["monotone"].state == "not_applicable"
    assert "targets" in found["monotone"].scope.left_out["output"].en
    assert found["one_more"].scope.left_out["output"].en == "reads its list in another way as well"


def test_a_division_that_nothing_guards_is_found() -> None:
    """A divisor that may be 0 is a place where a score turns, so departments are put on it."""
    unguarded = RATED.replace("at_least: 0.01", "at_least: 0")
    (found,) = run_properties(build(unguarded), seed=1, only=["defined"])
    assert found.state == "fails"
    assert found.counterexample is not None
    assert found.counterexample["facts"]["budget"] == "0"


@pytest.mark.slow
@pytest.mark.parametrize("name", [*Library().ids()])
def test_the_shipped_rulesets_hold(name: str) -> None:
    found = results(Library().load(name), examples=40)
    assert {name: one.state for name, one in found.items() if one.state == "fails"} == {}


def test_every_invariant_has_its_section_in_the_documentation() -> None:
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    for one in INVARIANTS:
        assert (
            f"| `{one.name}` | {one.title.zh}<br>{one.title.en} | {one.statement.zh}<br>{one.statement.en} |"
            in page
        )


UNMET = """
facts:
  n: {label: 数, type: number, at_least: 0, at_most: 3}
  kinds:
    label: 类别
    records: {key: kind}
    fields:
      kind: {label: 类别, type: choice, options: [甲, 乙]}
      amount: {label: 金额, type: money, optional: true}
checks:
  - {id: fine, holds: n <= 3, because: 数, severity: error}
  - {id: impossible, holds: CHECK, because: 数, severity: error}
criteria:
  - id: row
    title: 行
    points: 10
    deductions: [{id: one, when: n > 2, deduct: 1, because: 多}]
"""


@pytest.mark.parametrize("check", ["n > 5", "count(kinds) >= 3"])
def test_checks_that_no_department_meets_are_told(check: str) -> None:
    """An option is the key of one record at most, so that two options make two records."""
    found = run_properties(build(UNMET.replace("CHECK", check)), seed=1, max_examples=1)
    assert {one.state for one in found} == {"no_department", "not_applicable"}
    told = next(one.told.en for one in found if one.failed)
    assert re.search(
        rf"R053 none of \d+ departments tried meets these checks: impossible \({re.escape(check)}\)", told
    )


def test_the_command_tells_of_checks_that_no_department_meets(tmp_path: Path) -> None:
    (tmp_path / "unmet.yaml").write_text(HEAD + UNMET.replace("CHECK", "n > 5"), encoding="utf-8")
    run = audit("--lang", "en", "rules", "test", "--property", "--max-examples", 1, tmp_path / "unmet.yaml")
    assert (run.code, run.err) == (1, "")
    assert run.out.count("meets these checks: impossible (n > 5)") == 1


def test_a_department_changed_for_a_comparison_that_falls_between_bands_is_a_counterexample() -> None:
    """The band is missed by the second department of a comparison as well as by the first."""
    gap = """
facts:
  n: {label: 数, type: number, at_least: 0, at_most: 30}
  m: {label: 另一个数, type: number, at_least: 0, at_most: 30}
criteria:
  - {id: other, title: 另一行, points: 5, score: points if n > 3 else 0}
  - id: row
    title: 行
    points: 5
    score: {of: m, bands: [{below: 10, earn: 1}, {above: 10, earn: 2}]}
"""
    ruleset = build(gap)
    document = {"department": "d", "year": "2024", "ruleset": ruleset.id, "facts": {"n": "1", "m": "1"}}
    facts = facts_from(document, ruleset)
    scoring = score_directly(ruleset, facts)
    trial = Trial(Scorer(ruleset), Departments(ruleset), document, facts, scoring, lambda _: None)
    with pytest.raises(NoScore, match="R062"):
        trial.reread({**document, "facts": {"n": "1", "m": "10"}})
    found = [one for one in run_properties(ruleset, seed=1, max_examples=100) if one.failed]
    assert [(one.invariant.name, "R062" in one.told.en) for one in found] == [("total", True)]
